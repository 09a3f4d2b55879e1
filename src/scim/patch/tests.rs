//! PATCH requests and what becomes of a document, row by row.

mod members;
mod quirks;

use super::*;
use crate::scim::ScimType;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::urn::ENTERPRISE_USER as ENTERPRISE;
use serde_json::json;
use std::sync::Arc;

pub(super) fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

pub(super) fn body(operations: &Value) -> Value {
    json!({"schemas": [crate::scim::urn::PATCH_OP], "Operations": operations})
}

pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// Applies operations to a document of the given type.
pub(super) fn patched_as(kind: &ResourceType, document: Value, operations: &Value) -> Result<Value, Error> {
    let patch = parse(kind, &body(operations))?;
    let mut document = object(document);
    apply(kind, &patch.edits, &mut document)?;
    Ok(Value::Object(document))
}

pub(super) fn patched(document: Value, operations: &Value) -> Result<Value, Error> {
    patched_as(&kind("User"), document, operations)
}

fn refused(document: Value, operations: &Value) -> Error {
    match patched(document, operations) {
        Ok(document) => panic!("{operations} was accepted and made {document}"),
        Err(error) => error,
    }
}

/// A type with the rules and shapes the built-in ones lack.
pub(super) fn badge() -> Arc<ResourceType> {
    let schema = json!({"id": "urn:x:Badge", "name": "Badge", "attributes": [
        {"name": "tags", "multiValued": true}, {"name": "level", "type": "integer"},
        {"name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value"}, {"name": "key", "mutability": "immutable"},
            {"name": "seen", "mutability": "readOnly"}, {"name": "colours", "multiValued": true}]},
    ]});
    let kind = json!({"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:Badge"});
    Arc::clone(crate::scim::schema::document::read(&[schema], &[kind]).unwrap().resource_type("Badge").unwrap())
}

fn home() -> Value {
    json!({"value": "h@x", "type": "home", "primary": true})
}

fn work() -> Value {
    json!({"value": "w@x", "type": "work"})
}

#[test]
fn add_follows_rfc_7644_section_3_5_2_1() {
    let table = [
        ("a new attribute", json!({}), json!({"path": "title", "value": "t"}), json!({"title": "t"})),
        (
            "an attribute that has a value",
            json!({"title": "s"}),
            json!({"path": "title", "value": "t"}),
            json!({"title": "t"}),
        ),
        (
            "a value without path",
            json!({}),
            json!({"value": {"emails": [home()], "nickName": "Babs"}}),
            json!({"emails": [home()], "nickName": "Babs"}),
        ),
        (
            "to a list",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": [work()]}),
            json!({"emails": [home(), work()]}),
        ),
        (
            "one object to a list",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": work()}),
            json!({"emails": [home(), work()]}),
        ),
        (
            "what is there already",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": [home()]}),
            json!({"emails": [home()]}),
        ),
        (
            "what is there in another case",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": [{"value": "H@X", "type": "HOME"}]}),
            json!({"emails": [home()]}),
        ),
        (
            "a second primary",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": [{"value": "n", "primary": true}]}),
            json!({"emails": [{"value": "h@x", "type": "home", "primary": false}, {"value": "n", "primary": true}]}),
        ),
        (
            "parts of a complex value",
            json!({"name": {"givenName": "g"}}),
            json!({"path": "name", "value": {"familyName": "f"}}),
            json!({"name": {"givenName": "g", "familyName": "f"}}),
        ),
        (
            "a part of a complex value",
            json!({}),
            json!({"path": "name.familyName", "value": "f"}),
            json!({"name": {"familyName": "f"}}),
        ),
        (
            "to the element a filter selects",
            json!({"emails": [home(), work()]}),
            json!({"path": "emails[type eq \"work\"]", "value": {"display": "W"}}),
            json!({"emails": [home(), {"value": "w@x", "type": "work", "display": "W"}]}),
        ),
        (
            "an extension attribute",
            json!({}),
            json!({"path": format!("{ENTERPRISE}:department"), "value": "d"}),
            json!({ENTERPRISE: {"department": "d"}}),
        ),
        (
            "an empty list",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": []}),
            json!({"emails": [home()]}),
        ),
        (
            "a part of every element",
            json!({"emails": [home(), work()]}),
            json!({"path": "emails.display", "value": "d"}),
            json!({
                "emails": [
                    {"value": "h@x", "type": "home", "primary": true, "display": "d"},
                    {"value": "w@x", "type": "work", "display": "d"},
                ],
            }),
        ),
    ];
    for (what, document, mut operation, expected) in table {
        operation["op"] = json!("add");
        assert_eq!(patched(document, &json!([operation])), Ok(expected), "{what}");
    }
}

#[test]
fn remove_follows_rfc_7644_section_3_5_2_2() {
    let full = || {
        json!({
            "title": "t", "name": {"givenName": "g", "familyName": "f"}, "emails": [home(), work()],
            ENTERPRISE: {"department": "d", "manager": {"value": "m"}},
        })
    };
    let without = |change: fn(&mut Value)| {
        let mut document = full();
        change(&mut document);
        document
    };
    let lacking = |name: &str| {
        let mut document = object(full());
        document.shift_remove(name);
        Value::Object(document)
    };
    let table: [(&str, Value); 12] = [
        ("title", lacking("title")),
        ("NAME", lacking("name")),
        ("name.givenName", without(|d| d["name"] = json!({"familyName": "f"}))),
        ("emails", lacking("emails")),
        ("emails[type eq \"work\"]", without(|d| d["emails"] = json!([home()]))),
        ("emails[type eq \"work\" and value ew \"x\"]", without(|d| d["emails"] = json!([home()]))),
        ("emails[not (type eq \"work\")]", without(|d| d["emails"] = json!([work()]))),
        ("emails[type eq \"work\"].type", without(|d| d["emails"] = json!([home(), {"value": "w@x"}]))),
        ("emails[type eq \"work\"].value", without(|d| d["emails"] = json!([home()]))),
        ("emails[type eq \"other\"]", full()),
        ("nickName", full()),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", lacking(ENTERPRISE)),
    ];
    for (path, expected) in table {
        assert_eq!(patched(full(), &json!([{"op": "remove", "path": path}])), Ok(expected), "{path}");
    }
}

#[test]
fn replace_follows_rfc_7644_section_3_5_2_3() {
    let table = [
        (
            "a list",
            json!({"emails": [home()]}),
            json!({"path": "emails", "value": [work()]}),
            json!({"emails": [work()]}),
        ),
        ("an attribute that has no value", json!({}), json!({"path": "title", "value": "t"}), json!({"title": "t"})),
        (
            "the element a filter selects",
            json!({"emails": [home(), work()]}),
            json!({"path": "emails[type eq \"work\"]", "value": {"value": "n", "type": "other"}}),
            json!({"emails": [home(), {"value": "n", "type": "other"}]}),
        ),
        (
            "a part of an element",
            json!({"emails": [home(), work()]}),
            json!({"path": "emails[type eq \"work\" and value eq \"W@X\"].value", "value": "n"}),
            json!({"emails": [home(), {"value": "n", "type": "work"}]}),
        ),
        (
            "values without path",
            json!({"title": "s"}),
            json!({"value": {"emails": [work()], "title": "t"}}),
            json!({"title": "t", "emails": [work()]}),
        ),
        (
            "parts of a complex value",
            json!({"name": {"givenName": "g", "familyName": "f"}}),
            json!({"path": "name", "value": {"familyName": "n"}}),
            json!({"name": {"givenName": "g", "familyName": "n"}}),
        ),
        (
            "a part by null",
            json!({"name": {"givenName": "g", "familyName": "f"}}),
            json!({"path": "name", "value": {"familyName": null}}),
            json!({"name": {"givenName": "g"}}),
        ),
        ("with an empty list", json!({"emails": [home()]}), json!({"path": "emails", "value": []}), json!({})),
        (
            "the primary mark",
            json!({"emails": [home(), work()]}),
            json!({"path": "emails[type eq \"work\"].primary", "value": true}),
            json!({
                "emails": [
                    {"value": "h@x", "type": "home", "primary": false},
                    {"value": "w@x", "type": "work", "primary": true},
                ],
            }),
        ),
        (
            "one value by another that is there",
            json!({"emails": [home(), work(), {"value": "w@x", "type": "other"}]}),
            json!({"path": "emails[type eq \"other\"].type", "value": "work"}),
            json!({"emails": [home(), work()]}),
        ),
        (
            "a single complex value through a filter",
            json!({"name": {"givenName": "g", "familyName": "f"}}),
            json!({"path": "name[familyName eq \"F\"].givenName", "value": "n"}),
            json!({"name": {"givenName": "n", "familyName": "f"}}),
        ),
    ];
    for (what, document, mut operation, expected) in table {
        operation["op"] = json!("replace");
        assert_eq!(patched(document, &json!([operation])), Ok(expected), "{what}");
    }
}

#[test]
fn an_address_is_replaced_whole_and_in_part() {
    let office = || json!({"type": "work", "streetAddress": "1 Quay", "locality": "Linz", "primary": true});
    let operations = json!([
        {"op": "replace", "path": "addresses[type eq \"work\"]", "value": {
            "type": "work", "streetAddress": "2 Quay", "locality": "Wels", "country": "AT", "primary": true}},
        {"op": "replace", "path": "addresses[type eq \"work\"].streetAddress", "value": "3 Quay"},
        {"op": "remove", "path": "addresses[type eq \"work\" and country eq \"at\"].country"},
    ]);
    let expected = json!({"addresses": [
        {"type": "work", "streetAddress": "3 Quay", "locality": "Wels", "primary": true},
        {"type": "home", "country": "AT"},
    ]});
    let stored = json!({"addresses": [office(), {"type": "home", "country": "AT"}]});
    assert_eq!(patched(stored, &operations), Ok(expected));
}

#[test]
fn operations_see_what_earlier_ones_did() {
    let operations = json!([
        {"op": "add", "path": "nickName", "value": "a"},
        {"op": "remove", "path": "nickName"},
        {"op": "add", "path": "emails", "value": [work()]},
        {"op": "replace", "path": "emails[type eq \"work\"].display", "value": "d"},
        {"op": "remove", "path": "emails[type eq \"work\"].value"},
        {"op": "add", "path": "emails[type eq \"work\"].value", "value": "n"},
    ]);
    let expected = json!({"emails": [{"value": "n", "type": "work", "display": "d"}]});
    assert_eq!(patched(json!({}), &operations), Ok(expected));
}

#[test]
fn an_element_that_becomes_empty_can_be_filled_again_in_the_same_request() {
    let operations = json!([
        {"op": "remove", "path": "emails[type eq \"work\"].value"},
        {"op": "add", "path": "emails[type eq \"work\"].value", "value": "n"},
    ]);
    assert_eq!(
        patched(json!({"emails": [work()]}), &operations),
        Ok(json!({"emails": [{"value": "n", "type": "work"}]}))
    );
}

#[test]
fn a_patch_that_changes_nothing_leaves_an_equal_document() {
    let document = json!({"title": "t", "active": true, "name": {"givenName": "g", "familyName": "f"},
        "emails": [home(), work()], ENTERPRISE: {"manager": {"value": "m", "$ref": "r"}}});
    let operations = [
        json!({"op": "add", "path": "title", "value": "t"}),
        json!({"op": "replace", "path": "active", "value": "True"}),
        json!({"op": "replace", "value": {"name": {"familyName": "f", "givenName": "g"}}}),
        json!({"op": "add", "path": "emails", "value": [work(), home()]}),
        json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}),
        json!({"op": "replace", "path": "emails", "value": [home(), work()]}),
        json!({"op": "remove", "path": "phoneNumbers[type eq \"fax\"]"}),
        json!({"op": "remove", "path": "nickName"}),
        json!({"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": "m"}),
        json!({"op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": ""}),
    ];
    for operation in operations {
        let result = patched(document.clone(), &json!([operation])).unwrap();
        assert_eq!(result.as_object(), document.as_object(), "{operation}");
    }
}

#[test]
fn objects_are_equal_whatever_the_order_of_their_keys() {
    let (one, other) = (object(json!({"a": 1, "b": {"c": 2, "d": 3}})), object(json!({"b": {"d": 3, "c": 2}, "a": 1})));
    assert_eq!(one, other);
}

#[test]
fn parse_refuses_what_is_no_patch() {
    let many: Vec<Value> = (0..1001).map(|_| json!({"op": "remove", "path": "title"})).collect();
    let table = [
        json!([]),
        json!({}),
        json!("x"),
        json!({"Operations": null}),
        json!({"Operations": {"op": "remove", "path": "title"}}),
        json!({"Operations": ["remove"]}),
        json!({"Operations": [{"path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": null, "path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": 1, "path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": "merge", "path": "title", "value": "t"}]}),
        json!([{"op": "replace", "path": "/title", "value": "t"}]),
    ];
    for body in table {
        let error = parse(&kind("User"), &body).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidSyntax, "{body}: {error}");
    }
    let error = parse(&kind("User"), &json!({"Operations": many})).unwrap_err();
    assert!(error.too_large, "{error}");
}

#[test]
fn refusals_name_the_operation_the_attribute_and_the_rule() {
    use ScimType::{InvalidPath, InvalidValue, Mutability, NoTarget};
    let many: Vec<Value> = (0..10_001).map(|n| json!({"value": n})).collect();
    let table = [
        (json!({"op": "remove"}), NoTarget, "path"),
        (json!({"op": "remove", "value": "x"}), NoTarget, "path"),
        (json!({"op": "remove", "value": {}}), NoTarget, "path"),
        (json!({"op": "add", "path": 5, "value": "x"}), InvalidPath, "path"),
        (json!({"op": "add", "path": ["title"], "value": "x"}), InvalidPath, "path"),
        (json!({"op": "add", "path": "/title", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "nosuch", "value": "x"}), InvalidPath, "nosuch"),
        (json!({"op": "add", "path": "__proto__.x", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "emails[0].value", "value": "x"}), ScimType::InvalidFilter, ""),
        (json!({"op": "add", "path": "a".repeat(1025), "value": "x"}), InvalidPath, "1024"),
        (json!({"op": "add", "path": "urn:x:nosuch:title", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "title"}), InvalidValue, "value"),
        (json!({"op": "replace", "path": "title"}), InvalidValue, "value"),
        (json!({"op": "replace"}), InvalidValue, "value"),
        (json!({"op": "replace", "value": "x"}), InvalidValue, "value"),
        (json!({"op": "replace", "value": null}), InvalidValue, "value"),
        (json!({"op": "replace", "path": "active", "value": "maybe"}), InvalidValue, "active"),
        (json!({"op": "replace", "path": "title", "value": {"a": 1}}), InvalidValue, "title"),
        (json!({"op": "replace", "path": "name", "value": "Ann"}), InvalidValue, "name"),
        (json!({"op": "replace", "path": ENTERPRISE, "value": "x"}), InvalidValue, ENTERPRISE),
        (json!({"op": "replace", "path": "userName", "value": ""}), InvalidValue, "userName"),
        (json!({"op": "replace", "value": {"userName": null}}), InvalidValue, "userName"),
        (json!({"op": "replace", "path": "id", "value": "1"}), Mutability, "id"),
        (json!({"op": "remove", "path": "id"}), Mutability, "id"),
        (json!({"op": "replace", "path": "schemas", "value": []}), Mutability, "schemas"),
        (json!({"op": "replace", "path": "meta.version", "value": "1"}), Mutability, "meta.version"),
        (json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}), Mutability, "groups"),
        (json!({"op": "add", "path": "groups[value eq \"g\"]", "value": {"value": "h"}}), Mutability, "groups"),
        (
            json!({"op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x"}),
            Mutability,
            "manager.displayName",
        ),
        (json!({"op": "replace", "path": "password", "value": "short"}), InvalidValue, "password"),
        (json!({"op": "replace", "path": "emails[type ne \"home\"].value", "value": "x"}), NoTarget, "emails"),
        (
            json!({"op": "add", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "x"}),
            NoTarget,
            "emails",
        ),
        (json!({"op": "add", "path": "emails[not (type eq \"a\")].value", "value": "x"}), NoTarget, "emails"),
    ];
    for (operation, scim_type, word) in table {
        let error = refused(json!({}), &json!([{"op": "add", "path": "title", "value": "t"}, operation]));
        assert_eq!(error.scim_type, scim_type, "{operation}: {error}");
        assert!(error.detail.starts_with("operation 2: "), "{error}");
        assert!(error.detail.contains(word), "{error} should name {word}");
    }
    let error = refused(json!({}), &json!([{"op": "add", "path": "emails", "value": many}]));
    assert!(error.too_large, "{error}");
}

#[test]
fn rules_of_parts_hold_in_elements() {
    let stored = || json!({"tags": ["a", "B"], "doors": [{"value": "1", "key": "k", "seen": "s", "colours": ["red"]}]});
    let door = |door: Value| Ok(json!({"tags": ["a", "B"], "doors": [door]}));
    let table: [(Value, Result<Value, ScimType>); 11] = [
        (json!({"op": "replace", "path": "doors[value eq \"1\"].key", "value": "k"}), Ok(stored())),
        (json!({"op": "replace", "path": "doors[value eq \"1\"].key", "value": "l"}), Err(ScimType::Mutability)),
        (json!({"op": "remove", "path": "doors[value eq \"1\"].key"}), Err(ScimType::Mutability)),
        (json!({"op": "replace", "path": "doors[value eq \"1\"].seen", "value": "l"}), Err(ScimType::Mutability)),
        (json!({"op": "replace", "path": "doors[value eq \"1\"]", "value": {"seen": "l"}}), Ok(stored())),
        (
            json!({"op": "add", "path": "doors[value eq \"1\"].colours", "value": ["blue", "RED"]}),
            door(json!({"value": "1", "key": "k", "seen": "s", "colours": ["red", "blue"]})),
        ),
        (
            json!({"op": "replace", "path": "doors[value eq \"1\"].colours", "value": ["blue"]}),
            door(json!({"value": "1", "key": "k", "seen": "s", "colours": ["blue"]})),
        ),
        (
            json!({"op": "replace", "path": "doors[key eq \"k\"].value", "value": "2"}),
            door(json!({"value": "2", "key": "k", "colours": ["red"]})),
        ),
        (
            json!({"op": "add", "path": "tags", "value": ["A", "c"]}),
            Ok(json!({"tags": ["a", "B", "c"], "doors": stored()["doors"]})),
        ),
        (json!({"op": "remove", "path": "tags", "value": "b"}), Ok(json!({"tags": ["a"], "doors": stored()["doors"]}))),
        (
            json!({"op": "remove", "path": "tags[value sw \"a\"]"}),
            Ok(json!({"tags": ["B"], "doors": stored()["doors"]})),
        ),
    ];
    for (operation, expected) in table {
        let result = patched_as(&badge(), stored(), &json!([operation]));
        assert_eq!(result.map_err(|error| error.scim_type), expected, "{operation}");
    }
}
