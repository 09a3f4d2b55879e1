use super::*;
use crate::scim::schema::document::{Choices, built_in};
use serde_json::json;

const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    }
}

#[test]
fn names_are_those_of_filters() {
    let registry = built_in(Choices { unique_group_names: true });
    let kind = registry.resource_type("User").unwrap();
    let table = [
        (json!({ "userName": "a" }), json!({ "userName": "a" }), vec![]),
        (json!({ "userName": "a" }), json!({ "userName": "b", "title": "x" }), vec!["userName", "title"]),
        (json!({ "id": "1", "schemas": ["a"] }), json!({ "id": "2", "schemas": ["b"] }), vec![]),
        (json!({ "title": "x" }), json!({}), vec!["title"]),
        (json!({ "emails": [{ "value": "a" }] }), json!({ "emails": [{ "value": "b" }] }), vec!["emails"]),
        (
            json!({ "name": { "givenName": "A", "familyName": "B" } }),
            json!({ "name": { "givenName": "A", "familyName": "C" } }),
            vec!["name.familyName"],
        ),
        (json!({ "name": { "givenName": "A" } }), json!({}), vec!["name.givenName"]),
        (
            json!({}),
            json!({ URN: { "department": "D", "manager": { "value": "1" } } }),
            vec![
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            ],
        ),
    ];
    for (before, after, names) in table {
        let (before, after) = (object(before), object(after));
        let changes = between(kind, &before, &after);
        assert_eq!(changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>(), names, "{before:?}");
    }
}

#[test]
fn values_have_the_sides_there_are_and_are_kept_back_if_no_answer_shows_them() {
    let registry = built_in(Choices { unique_group_names: true });
    let kind = registry.resource_type("User").unwrap();
    let (before, after) = (object(json!({ "title": "x" })), object(json!({ "title": "y", "nickName": "n" })));
    let values: Vec<_> = between(kind, &before, &after).iter().map(Change::values).collect();
    assert_eq!(values, [Some(json!({ "before": "x", "after": "y" })), Some(json!({ "after": "n" }))]);
    // A password never gets into a document; if it did, it would be known to be hidden.
    let after = object(json!({ "title": "x", "password": "secret", "unheardOf": 1 }));
    assert!(between(kind, &before, &after).iter().all(|change| change.values().is_none()));
}
