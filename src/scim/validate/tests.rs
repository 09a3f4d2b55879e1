//! The rules of whole resources, row by row.

use super::*;
use crate::scim::ScimType;
use crate::scim::schema::document::{self, Choices, built_in};
use serde_json::json;

fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

/// A type with one attribute of every rule the built-in ones lack.
fn badge() -> Arc<ResourceType> {
    let schemas = [
        json!({"id": "urn:x:Badge", "name": "Badge", "attributes": [
            {"name": "serial", "mutability": "immutable"},
            {"name": "level", "type": "integer", "mutability": "readOnly"},
            {"name": "pin", "mutability": "writeOnly", "returned": "never"},
            {"name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "value", "required": true}, {"name": "floor"}]},
            {"name": "owner", "type": "complex", "subAttributes": [
                {"name": "value", "required": true}, {"name": "note"},
                {"name": "display", "mutability": "readOnly"}]},
        ]}),
        json!({"id": "urn:x:Photo", "name": "Photo", "attributes": [{"name": "uri", "required": true}]}),
    ];
    let types = [json!({"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:Badge",
        "schemaExtensions": [{"schema": "urn:x:Photo", "required": true}]})];
    let registry = document::read(&schemas, &types).unwrap();
    Arc::clone(registry.resource_type("Badge").unwrap())
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

#[test]
fn create_makes_a_user_active_unless_told_otherwise() {
    for (sent, expected) in [(json!({}), true), (json!({"active": true}), true), (json!({"active": false}), false)] {
        let mut document = object(sent);
        document.insert("userName".to_owned(), json!("u"));
        create(&kind("User"), &mut document).unwrap();
        assert_eq!(document["active"], json!(expected));
    }
    let mut group = object(json!({"displayName": "g"}));
    create(&kind("Group"), &mut group).unwrap();
    assert_eq!(group.get("active"), None);
}

#[test]
fn create_asks_for_required_values_and_limits_lengths() {
    let long = |length: usize| "ü".repeat(length);
    let table = [
        ("User", json!({}), Some("userName")),
        ("User", json!({"userName": long(256)}), None),
        ("User", json!({"userName": long(257)}), Some("userName")),
        ("User", json!({"userName": "u", "externalId": long(512), "displayName": long(1024)}), None),
        ("User", json!({"userName": "u", "externalId": long(513)}), Some("externalId")),
        ("User", json!({"userName": "u", "displayName": long(1025)}), Some("displayName")),
        ("User", json!({"userName": "u", "emails": [{"value": long(1025)}]}), Some("emails.value")),
        ("User", json!({"userName": "u", "title": long(5000)}), None),
        ("User", json!({"userName": "u", "roles": vec![json!({"value": "r"}); 1000]}), None),
        ("User", json!({"userName": " \u{3000}"}), Some("userName")),
        ("Group", json!({"displayName": "\t "}), Some("displayName")),
        ("Group", json!({}), Some("displayName")),
    ];
    for (name, document, expected) in table {
        let result = create(&kind(name), &mut object(document));
        match expected {
            None => assert_eq!(result, Ok(())),
            Some(word) => {
                let error = result.unwrap_err();
                assert_eq!(error.scim_type, ScimType::InvalidValue);
                assert!(error.detail.starts_with(word), "{error} should name {word}");
            }
        }
    }
}

#[test]
fn create_asks_for_required_parts_and_extensions() {
    let photo = json!({"uri": "p"});
    let table = [
        (json!({"urn:x:Photo": photo}), None),
        (json!({}), Some("urn:x:Photo is required")),
        (json!({"urn:x:Photo": {}}), Some("urn:x:Photo:uri is required")),
        (json!({"urn:x:Photo": photo, "doors": [{"value": "1"}, {"floor": "2"}]}), Some("doors.value is required")),
        (json!({"urn:x:Photo": photo, "owner": {"note": "n"}}), Some("owner.value is required")),
    ];
    for (document, expected) in table {
        match (create(&badge(), &mut object(document)), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(text)) => assert!(error.detail.starts_with(text), "{error}"),
            (result, expected) => panic!("{result:?} instead of {expected:?}"),
        }
    }
}

#[test]
fn a_user_name_has_no_characters_that_cannot_be_told_apart() {
    for bad in
        ['\u{1B}', '\n', '\u{7F}', '\u{85}', '\u{2028}', '\u{202E}', '\u{2066}', '\u{FDD0}', '\u{FFFF}', '\u{1FFFE}']
    {
        let error = create(&kind("User"), &mut object(json!({"userName": format!("a{bad}b")}))).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidValue, "{bad:?}");
        assert!(error.detail.starts_with("userName"), "{error}");
    }
    for good in ["Zoë Übel", "o'neil+x@example.com", "李雷", "👩‍🚀", "a\u{200B}b"] {
        assert_eq!(create(&kind("User"), &mut object(json!({"userName": good}))), Ok(()), "{good:?}");
    }
}

#[test]
fn replace_keeps_what_a_put_may_not_drop() {
    let mut user = object(json!({"userName": "u"}));
    replace(&kind("User"), &object(json!({"userName": "old", "active": false, "title": "t"})), &mut user).unwrap();
    assert_eq!(Value::Object(user), json!({"userName": "u", "active": false}));

    let stored = object(json!({"serial": "1", "level": 3, "pin": "x", "urn:x:Photo": {"uri": "p"},
        "owner": {"value": "o", "note": "n", "display": "Ann"}}));
    let mut badge_sent = object(json!({"urn:x:Photo": {"uri": "q"}, "owner": {"value": "o"}}));
    replace(&badge(), &stored, &mut badge_sent).unwrap();
    let expected = json!({"serial": "1", "level": 3, "pin": "x", "urn:x:Photo": {"uri": "q"},
        "owner": {"value": "o", "display": "Ann"}});
    assert_eq!(Value::Object(badge_sent), expected);

    let mut other_owner = object(json!({"urn:x:Photo": {"uri": "q"}, "owner": {"value": "p"}}));
    replace(&badge(), &stored, &mut other_owner).unwrap();
    assert_eq!(other_owner["owner"], json!({"value": "p"}));
}

#[test]
fn replace_refuses_a_changed_immutable_value_and_a_missing_required_one() {
    let stored = object(json!({"serial": "1", "urn:x:Photo": {"uri": "p"}}));
    let table = [
        (json!({"serial": "2", "urn:x:Photo": {"uri": "p"}}), ScimType::Mutability, "serial"),
        (json!({"serial": "1"}), ScimType::InvalidValue, "urn:x:Photo"),
    ];
    for (sent, scim_type, word) in table {
        let error = replace(&badge(), &stored, &mut object(sent)).unwrap_err();
        assert_eq!(error.scim_type, scim_type);
        assert!(error.detail.starts_with(word), "{error}");
    }
    assert_eq!(replace(&badge(), &stored, &mut stored.clone()), Ok(()));
}

#[test]
fn replace_sets_an_immutable_value_that_is_not_set_yet() {
    let stored = object(json!({"urn:x:Photo": {"uri": "p"}}));
    let mut sent = object(json!({"serial": "1", "urn:x:Photo": {"uri": "p"}}));
    replace(&badge(), &stored, &mut sent).unwrap();
    assert_eq!(sent["serial"], "1");
}

#[test]
fn replace_leaves_no_empty_extension_behind() {
    const ENTERPRISE: &str = crate::scim::urn::ENTERPRISE_USER;
    let stored = object(json!({"userName": "u", ENTERPRISE: {"department": "d"}}));
    let mut sent = object(json!({"userName": "u"}));
    replace(&kind("User"), &stored, &mut sent).unwrap();
    assert_eq!(Value::Object(sent), json!({"userName": "u"}));
}

#[test]
fn patch_refuses_to_lose_required_and_to_change_fixed_values() {
    let stored = object(json!({"serial": "1", "level": 3, "owner": {"value": "o"}, "urn:x:Photo": {"uri": "p"}}));
    let table = [
        (json!({"level": 3, "urn:x:Photo": {"uri": "p"}}), Some("serial")),
        (json!({"serial": "2", "level": 3, "urn:x:Photo": {"uri": "p"}}), Some("serial")),
        (json!({"serial": "1", "level": 4, "urn:x:Photo": {"uri": "p"}}), Some("level")),
        (json!({"serial": "1", "level": 3}), Some("urn:x:Photo is required")),
        (
            json!({"serial": "1", "level": 3, "owner": {"note": "n"}, "urn:x:Photo": {"uri": "p"}}),
            Some("owner.value is required"),
        ),
        (json!({"serial": "1", "level": 3, "urn:x:Photo": {"uri": "q"}}), None),
    ];
    for (patched, expected) in table {
        match (patch(&badge(), &stored, &mut object(patched)), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(text)) => {
                assert_eq!(error.scim_type, ScimType::Mutability, "{error}");
                assert!(error.detail.starts_with(text), "{error}");
            }
            (result, expected) => panic!("{result:?} instead of {expected:?}"),
        }
    }
}

#[test]
fn patch_can_remove_active_but_not_the_user_name() {
    let stored = object(json!({"userName": "u", "active": false}));
    let error = patch(&kind("User"), &stored, &mut object(json!({"active": false}))).unwrap_err();
    assert_eq!(error.scim_type, ScimType::Mutability);
    let mut patched = object(json!({"userName": "u"}));
    patch(&kind("User"), &stored, &mut patched).unwrap();
    assert_eq!(patched, object(json!({"userName": "u"})));
}

#[test]
fn what_is_too_much_for_one_resource_is_too_large() {
    let table = [
        (json!({"userName": "u", "roles": vec![json!({"value": "r"}); 1001]}), "roles"),
        (json!({"userName": "u", "title": "x".repeat(1024 * 1024)}), "text"),
        (json!({"userName": "u", "roles": vec![json!({"value": "x".repeat(2048)}); 512]}), "text"),
    ];
    for (document, word) in table {
        let error = create(&kind("User"), &mut object(document)).unwrap_err();
        assert!(error.too_large && error.detail.contains(word), "{error}");
    }
    create(&kind("User"), &mut object(json!({"userName": "u", "title": "x".repeat(1_000_000)}))).unwrap();
}
