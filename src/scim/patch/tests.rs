//! PATCH requests and what becomes of a document, row by row.

mod members;
mod quirks;
mod refusals;

use super::*;
use crate::scim::ScimType;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::urn::ENTERPRISE_USER as ENTERPRISE;
use serde_json::json;
use std::sync::Arc;

pub(super) fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

/// Reads a PATCH under the default profile.
pub(super) fn parse(kind: &ResourceType, body: &Value) -> Result<Patch, Error> {
    super::parse(kind, body, &Profile::default())
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

/// Whether a document holds nothing empty, and no list two primaries or two equal values.
fn is_tidy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Object(parts) => !parts.is_empty() && parts.values().all(is_tidy),
        Value::Array(list) => {
            let is_set = list.iter().enumerate().all(|(place, element)| !list[..place].contains(element));
            let primaries = list.iter().filter(|element| element["primary"] == json!(true)).count();
            !list.is_empty() && is_set && primaries < 2 && list.iter().all(is_tidy)
        }
    }
}

#[test]
fn no_two_operations_leave_anything_empty_equal_or_twice_primary() {
    let paths = [
        "title",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[type eq \"work\"]",
        "emails[type eq \"home\"].primary",
        "emails[value eq \"h@x\" and primary eq true].type",
        ENTERPRISE,
        "manager",
    ];
    let values = [
        json!(""),
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!("x"),
        json!({"value": "w@x", "type": "work"}),
        json!({"type": "work", "primary": true}),
        json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]),
        json!({"value": ""}),
        json!({"givenName": "g", "familyName": ""}),
        json!({"manager": "m", "department": ""}),
    ];
    let mut operations = Vec::new();
    for path in paths {
        operations.push(json!({"op": "remove", "path": path}));
        for (op, value) in
            ["add", "replace", "remove"].into_iter().flat_map(|op| values.iter().map(move |value| (op, value)))
        {
            operations.push(json!({"op": op, "path": path, "value": value}));
        }
    }
    let kind = kind("User");
    let stored = object(json!({"userName": "u", "emails": [home(), work()], ENTERPRISE: {"manager": {"value": "m"}}}));
    let patches: Vec<Patch> =
        operations.iter().filter_map(|operation| parse(&kind, &body(&json!([operation]))).ok()).collect();
    assert!(patches.len() > 200, "{} of {}", patches.len(), operations.len());
    let mut changed = 0;
    for first in &patches {
        for second in &patches {
            let edits: Vec<Edit> = first.edits.iter().chain(&second.edits).cloned().collect();
            let mut document = stored.clone();
            if apply(&kind, &edits, &mut document).is_ok() {
                changed += usize::from(document != stored);
                assert!(is_tidy(&Value::Object(document.clone())), "{edits:?} made {document:?}");
            }
        }
    }
    assert!(changed > patches.len());
}

#[test]
fn objects_are_equal_whatever_the_order_of_their_keys() {
    let (one, other) = (object(json!({"a": 1, "b": {"c": 2, "d": 3}})), object(json!({"b": {"d": 3, "c": 2}, "a": 1})));
    assert_eq!(one, other);
}

#[test]
fn rules_of_parts_hold_in_elements() {
    let stored = || json!({"tags": ["a", "B"], "doors": [{"value": "1", "key": "k", "seen": "s", "colours": ["red"]}]});
    let door = |door: Value| Ok(json!({"tags": ["a", "B"], "doors": [door]}));
    let table: [(Value, Result<Value, ScimType>); 12] = [
        (
            json!({"op": "add", "path": "doors[value eq \"2\"].key", "value": "l"}),
            Ok(json!({"tags": ["a", "B"], "doors": [stored()["doors"][0], {"value": "2", "key": "l"}]})),
        ),
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
