//! What documents break of a changed type, and what they do not.

use super::*;
use crate::scim::schema::document::{Choices, Own, built_in, extend};
use serde_json::json;

const CORE: &str = "urn:example:Thing";
const MORE: &str = "urn:example:More";

/// The type Thing with these attributes, and with those of an extension, if any, that may be required.
fn thing(attributes: &Value, extension: Option<(&Value, bool)>) -> ResourceType {
    let mut schemas = vec![json!({ "id": CORE, "attributes": attributes })];
    let mut extensions = Vec::new();
    if let Some((attributes, required)) = extension {
        schemas.push(json!({ "id": MORE, "attributes": attributes }));
        extensions.push(json!({ "schema": MORE, "required": required }));
    }
    let types = vec![json!({ "name": "Thing", "endpoint": "/Things", "schema": CORE, "schemaExtensions": extensions })];
    let registry = built_in(Choices { unique_group_names: true });
    let registry = extend(&registry, &Own { schemas, types, building: Vec::new() }).unwrap();
    ResourceType::clone(registry.resource_type("Thing").unwrap())
}

fn broken(old: &ResourceType, new: &ResourceType, document: &Value) -> Vec<(String, String)> {
    let fit = Fit::of(old, new);
    fit.broken(document.as_object().unwrap()).map(|check| (check.name(), check.rule())).collect()
}

#[test]
fn what_no_document_can_break_needs_no_look() {
    let old = json!([{ "name": "a", "description": "old" }, { "name": "c", "type": "complex", "subAttributes": [{ "name": "x" }] }]);
    let table = [
        json!([{ "name": "a", "description": "new", "mutability": "readOnly", "returned": "request" },
               { "name": "c", "type": "complex", "subAttributes": [{ "name": "x", "caseExact": true }, { "name": "y" }] }]),
        json!([{ "name": "c", "type": "complex", "subAttributes": [{ "name": "x" }] }, { "name": "a" }, { "name": "b" }]),
        json!([{ "name": "a", "mutability": "immutable", "uniqueness": "server" },
               { "name": "c", "type": "complex", "subAttributes": [{ "name": "x" }] }, { "name": "r", "mutability": "readOnly" }]),
    ];
    for new in table {
        assert!(Fit::of(&thing(&old, None), &thing(&new, None)).is_empty(), "{new}");
    }
    let plain = json!([{ "name": "a" }]);
    let (without, with) =
        (thing(&plain, None), thing(&plain, Some((&json!([{ "name": "m", "required": true }]), false))));
    assert!(Fit::of(&without, &with).is_empty());
}

#[test]
fn each_rule_names_the_attribute_and_what_is_wrong() {
    let text = json!([{ "name": "a" }]);
    let list = json!([{ "name": "c", "type": "complex", "multiValued": true, "subAttributes": [{ "name": "x" }] }]);
    let parts = |subs: Value| json!([{ "name": "c", "type": "complex", "multiValued": true, "subAttributes": subs }]);
    let long = "x".repeat(1025);
    // The attributes before and after, a document, and what it breaks.
    let table = [
        (&text, json!([{ "name": "b" }]), json!({ "a": "v" }), Some(("a", "gone"))),
        (&text, json!([{ "name": "b" }]), json!({}), None),
        (&text, json!([{ "name": "A" }]), json!({ "a": "v" }), Some(("a", "gone"))),
        (&text, json!([{ "name": "a", "type": "integer" }]), json!({ "a": "5" }), Some(("a", "type integer"))),
        (&text, json!([{ "name": "a", "type": "dateTime" }]), json!({ "a": "2026-01-31T08:00:00Z" }), None),
        (&text, json!([{ "name": "a", "type": "dateTime" }]), json!({ "a": "today" }), Some(("a", "type dateTime"))),
        (&text, json!([{ "name": "a", "type": "reference" }]), json!({ "a": "v" }), None),
        (&text, json!([{ "name": "a", "multiValued": true }]), json!({ "a": "v" }), Some(("a", "a list of values"))),
        (&text, json!([{ "name": "a", "required": true }]), json!({}), Some(("a", "required"))),
        (&text, json!([{ "name": "a", "required": true }]), json!({ "a": "v" }), None),
        (
            &text,
            json!([{ "name": "a" }, { "name": "b", "required": true }]),
            json!({ "a": "v" }),
            Some(("b", "required")),
        ),
        (&text, json!([{ "name": "a", "storage": "indexed" }]), json!({ "a": long }), Some(("a", "1024"))),
        (&text, json!([{ "name": "a", "storage": "indexed" }]), json!({ "a": "v" }), None),
        (&list, parts(json!([{ "name": "y" }])), json!({ "c": [{}, { "x": "v" }] }), Some(("c.x", "gone"))),
        (
            &list,
            parts(json!([{ "name": "x", "required": true }])),
            json!({ "c": [{ "x": "v" }, {}] }),
            Some(("c.x", "required")),
        ),
        (&list, parts(json!([{ "name": "x", "required": true }])), json!({}), None),
        (
            &list,
            parts(json!([{ "name": "x", "type": "boolean" }])),
            json!({ "c": [{ "x": "true" }] }),
            Some(("c.x", "boolean")),
        ),
        (
            &list,
            json!([{ "name": "c" }]),
            json!({ "c": [{ "x": "v" }] }),
            Some(("c", "a single value of the type string")),
        ),
    ];
    for (old, new, document, wanted) in table {
        let found = broken(&thing(old, None), &thing(&new, None), &document);
        let short = found.first().map(|(name, rule)| (name.as_str(), rule.as_str()));
        match (short, wanted) {
            (None, None) => {}
            (Some((name, rule)), Some((attribute, part))) => {
                assert!(name == attribute && rule.contains(part) && found.len() == 1, "{new} {document}: {found:?}");
            }
            other => panic!("{new} {document}: {other:?}"),
        }
    }
}

#[test]
fn extensions_that_go_or_are_required_are_rules_of_their_own() {
    let core = json!([{ "name": "a" }]);
    let more = json!([{ "name": "m" }]);
    let needs = json!([{ "name": "m", "required": true }]);
    let (none, some) = (thing(&core, None), thing(&core, Some((&more, false))));
    let (must, picky) = (thing(&core, Some((&more, true))), thing(&core, Some((&needs, false))));
    let (with, without) = (json!({ "a": "v", MORE: { "m": "w" } }), json!({ "a": "v" }));
    assert_eq!(
        broken(&some, &none, &with),
        [(MORE.to_owned(), "has values, and the extension would be gone".to_owned())]
    );
    assert_eq!(broken(&some, &none, &without), []);
    for old in [&none, &some] {
        assert_eq!(broken(old, &must, &without).len(), 1);
        assert_eq!(broken(old, &must, &without)[0].0, MORE);
    }
    assert_eq!(broken(&some, &must, &with), []);
    assert_eq!(broken(&must, &some, &without), []);
    let empty = json!({ "a": "v", MORE: {} });
    assert_eq!(broken(&some, &picky, &empty)[0].0, format!("{MORE}:m"));
    assert_eq!(broken(&some, &picky, &without), [], "an extension asks nothing of who does not have it");
}

#[test]
fn another_core_schema_fits_nobody_and_a_key_must_be_seen() {
    let core = thing(&json!([{ "name": "a" }]), None);
    let mut other = core.clone();
    other.schema = Arc::new(crate::scim::schema::Schema { id: MORE.to_owned(), ..(*core.schema).clone() });
    assert_eq!(broken(&core, &other, &json!({}))[0].0, CORE);
    let keyed = ResourceType { key: core.attribute("a").cloned(), ..core.clone() };
    assert_eq!(broken(&core, &keyed, &json!({ "a": "  " }))[0].0, "a");
    assert_eq!(broken(&core, &keyed, &json!({})), []);
    assert_eq!(broken(&keyed, &keyed, &json!({ "a": "  " })), []);
}
