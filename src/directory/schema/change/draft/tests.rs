//! What steps make of documents, before anything is stored.

use super::*;
use crate::directory::Expect;
use crate::scim::schema::document::{Choices, built_in};
use serde_json::json;

const URN: &str = "urn:example:Thing";

fn schema(description: &str) -> Value {
    json!({ "id": URN, "description": description, "attributes": [{ "name": "a" }], "meta": { "version": "1" } })
}

fn thing() -> Value {
    json!({ "name": "Thing", "endpoint": "/Things", "schema": URN })
}

/// A draft over a stored schema and a type that uses it, both of version 3.
fn draft() -> Draft {
    let stored = |id: &str, document: &Value| Stored {
        id: id.to_owned(),
        version: 3,
        created: 10,
        modified: 20,
        document: without_meta(document).to_string(),
    };
    let own = schemas::Own {
        edition: 5,
        schemas: vec![stored(URN, &schema("old"))],
        types: vec![stored("Thing", &thing())],
        building: Vec::new(),
    };
    Draft::new(&own).unwrap()
}

fn if_match(version: i64) -> Expect {
    Expect { if_match: Some(crate::directory::Matching::Versions(vec![version])), ..Expect::default() }
}

#[test]
fn the_same_document_changes_nothing_and_another_one_makes_a_version() {
    let mut draft = draft();
    draft.apply(&Step::Put(Kind::Schema, schema("old")), 30).unwrap();
    draft.apply(&Step::Put(Kind::Type, thing()), 30).unwrap();
    assert!(!draft.is_changed());
    assert_eq!(draft.answer().iter().map(|document| document.version).collect::<Vec<_>>(), [3, 3]);
    draft.apply(&Step::Replace(Kind::Schema, URN.to_owned(), schema("new"), Expect::default()), 30).unwrap();
    draft.apply(&Step::Put(Kind::Schema, schema("newer")), 31).unwrap();
    assert!(draft.is_changed());
    let answer = draft.answer().pop().unwrap();
    assert_eq!((answer.version, answer.created, answer.modified), (4, 10, 30));
    assert_eq!(answer.document.get("meta"), None);
}

#[test]
fn steps_are_refused_by_what_is_there() {
    let replace = |id: &str, document: Value, expect| Step::Replace(Kind::Schema, id.to_owned(), document, expect);
    let remove = |id: &str, expect| Step::Remove(Kind::Schema, id.to_owned(), expect);
    let other = json!({ "id": "urn:example:Other", "attributes": [] });
    let table: [(Step, &str); 7] = [
        (Step::Create(Kind::Schema, schema("x")), "there is a schema of that name already"),
        (replace("urn:example:Other", other.clone(), Expect::default()), "there is no such schema"),
        (remove("urn:example:Other", Expect::default()), "there is no such schema"),
        (replace(URN, schema("x"), if_match(2)), "the resource has another version"),
        (remove(URN, if_match(2)), "the resource has another version"),
        (replace(URN, other, Expect::default()), "id cannot be changed"),
        (Step::Put(Kind::Type, json!({ "id": "Thing" })), "the text name"),
    ];
    for (step, message) in table {
        let refused = draft().apply(&step, 30).unwrap_err().to_string();
        assert!(refused.contains(message), "{step:?}: {refused}");
    }
    draft().apply(&replace(URN, schema("x"), if_match(3)), 30).unwrap();
}

#[test]
fn a_schema_that_a_type_uses_stays_unless_the_type_goes_with_it() {
    let registry = built_in(Choices { unique_group_names: true });
    let remove = |kind, id: &str| Step::Remove(kind, id.to_owned(), Expect::default());
    let mut draft = draft();
    draft.apply(&remove(Kind::Schema, URN), 30).unwrap();
    let refused = draft.compose(&registry, &[]).unwrap_err();
    assert!(matches!(&refused, Error::InUse(why) if why.contains(URN) && why.contains("Thing")), "{refused:?}");
    draft.apply(&remove(Kind::Type, "thing"), 30).unwrap();
    assert_eq!(draft.compose(&registry, &[]).unwrap(), registry);
    assert_eq!(draft.answer(), []);
}
