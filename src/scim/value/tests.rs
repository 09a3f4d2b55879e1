//! Folding, coercion, keys and search documents.

use super::{Key, coerce, fold, key, search_document};
use crate::scim::schema::document::{Choices, built_in, read};
use crate::scim::schema::{Attribute, Schema};
use crate::scim::{Object, urn};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn every_kind() -> Arc<Schema> {
    let kinds = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"];
    let mut attributes: Vec<Value> = kinds.iter().map(|kind| json!({ "name": kind, "type": kind })).collect();
    attributes.push(json!({ "name": "exact", "caseExact": true }));
    attributes.push(json!({ "name": "complex", "type": "complex", "subAttributes": [{ "name": "value" }] }));
    Arc::clone(&read(&[json!({ "id": "urn:x:Every", "attributes": attributes })], &[]).unwrap().schemas[0])
}

fn attribute(name: &str) -> Arc<Attribute> {
    Arc::clone(every_kind().attribute(name).unwrap())
}

#[test]
fn folding_ignores_case_width_and_composition() {
    let pairs = [
        ("BJensen", "bjensen"),
        ("STRASSE", "straße"),
        ("STRASSE", "STRAẞE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("e\u{301}", "É"),
        ("Ｗｉｄｅ", "wide"),
        ("\u{212a}elvin", "kelvin"),
        ("ﬁn", "FIN"),
        ("\u{1fb3}\u{345}", "\u{1fbc}\u{345}"),
    ];
    for (left, right) in pairs {
        assert_eq!(fold(left), fold(right), "{left} {right}");
    }
    for (left, right) in [("a", "b"), ("a ", "a"), ("ı", "i"), ("pаul", "paul")] {
        assert_ne!(fold(left), fold(right), "{left} {right}");
    }
}

proptest! {
    #[test]
    fn folding_what_is_folded_changes_nothing(text in "\\PC{0,12}") {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn folding_ignores_case(text in "[a-zß-öø-ÿα-ωа-яա-ֆﬀ-ﬆ]{0,12}") {
        prop_assert_eq!(fold(&fold(&text).to_uppercase()), fold(&text));
    }

    #[test]
    fn a_coerced_value_has_a_key_and_is_coerced_to_itself(text in "\\PC{1,30}", index in 0_usize..8) {
        let attribute = Arc::clone(&every_kind().attributes[index]);
        if let Ok(Some(value)) = coerce(&attribute, Value::from(text)) {
            prop_assert!(key(&attribute, &value).is_some());
            prop_assert_eq!(coerce(&attribute, value.clone()).unwrap(), Some(value));
        }
    }
}

#[test]
fn every_single_character_folds_to_a_stable_form() {
    for character in ('\0'..=char::MAX).filter(|c| !c.is_ascii()) {
        let folded = fold(&character.to_string());
        assert_eq!(fold(&folded), folded, "{character:?}");
        assert!(!folded.is_empty(), "{character:?}");
    }
}

#[test]
fn values_come_to_the_type_of_the_attribute() {
    let cases = [
        ("string", json!("a"), json!("a")),
        ("string", json!(" a "), json!(" a ")),
        ("string", json!(12), json!("12")),
        ("string", json!(1.5), json!("1.5")),
        ("reference", json!("ABCDEF"), json!("ABCDEF")),
        ("boolean", json!(true), json!(true)),
        ("boolean", json!("True"), json!(true)),
        ("boolean", json!("FALSE"), json!(false)),
        ("integer", json!(-5), json!(-5)),
        ("integer", json!("42"), json!(42)),
        ("integer", json!(i64::MAX), json!(i64::MAX)),
        ("decimal", json!(1.5), json!(1.5)),
        ("decimal", json!(1), json!(1)),
        ("decimal", json!("1e3"), json!(1000.0)),
        ("dateTime", json!("2011-05-13T04:42:34Z"), json!("2011-05-13T04:42:34Z")),
        ("dateTime", json!("2011-05-13T06:42:34.1234567+02:00"), json!("2011-05-13T06:42:34.1234567+02:00")),
        ("binary", json!("aGk="), json!("aGk=")),
        ("binary", json!("aGk"), json!("aGk")),
        ("binary", json!("_-8"), json!("_-8")),
        ("binary", json!("/+8="), json!("/+8=")),
    ];
    for (name, sent, expected) in cases {
        assert_eq!(coerce(&attribute(name), sent.clone()).unwrap(), Some(expected), "{name} {sent}");
    }
}

#[test]
fn null_and_empty_text_are_unassigned() {
    for name in ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"] {
        assert_eq!(coerce(&attribute(name), Value::Null).unwrap(), None);
        assert_eq!(coerce(&attribute(name), json!("")).unwrap(), None);
    }
}

#[test]
fn values_of_another_type_are_refused_by_name() {
    let cases = [
        ("string", json!(true)),
        ("string", json!({})),
        ("string", json!(["a"])),
        ("boolean", json!("yes")),
        ("boolean", json!(" true")),
        ("boolean", json!(1)),
        ("boolean", json!("1")),
        ("integer", json!(1.5)),
        ("integer", json!(1.0)),
        ("integer", json!("1.5")),
        ("integer", json!("+1")),
        ("integer", json!("01")),
        ("integer", json!("١")),
        ("integer", json!(u64::MAX)),
        ("decimal", json!("NaN")),
        ("decimal", json!("1e400")),
        ("decimal", json!(" 1")),
        ("decimal", json!(false)),
        ("dateTime", json!(0)),
        ("dateTime", json!("yesterday")),
        ("binary", json!("a b=")),
        ("binary", json!("a\nbc")),
        ("binary", json!("+_aa")),
        ("binary", json!("ä")),
        ("binary", json!(5)),
        ("reference", json!(true)),
        ("complex", json!("x")),
    ];
    for (name, sent) in cases {
        let error = coerce(&attribute(name), sent.clone()).unwrap_err();
        assert!(error.detail.starts_with(&format!("attribute {name} must be ")), "{sent}: {}", error.detail);
        assert_eq!(error.scim_type, crate::scim::ScimType::InvalidValue);
    }
}

#[test]
fn keys_are_folded_typed_and_finite() {
    let cases = [
        ("string", json!("ÄB"), Some(Key::Text("äb".into()))),
        ("exact", json!("ÄB"), Some(Key::Text("ÄB".into()))),
        ("reference", json!("HTTP://x"), Some(Key::Text("HTTP://x".into()))),
        ("binary", json!("aGk="), Some(Key::Text("aGk=".into()))),
        ("boolean", json!(true), Some(Key::Boolean(true))),
        ("integer", json!(5), Some(Key::Integer(5))),
        ("decimal", json!(5), Some(Key::Decimal(5.0))),
        ("dateTime", json!("1970-01-01T00:00:01Z"), Some(Key::Integer(1_000_000))),
        ("string", json!(null), None),
        ("string", json!(""), None),
        ("boolean", json!("true"), None),
        ("complex", json!({ "value": "x" }), None),
    ];
    for (name, value, expected) in cases {
        assert_eq!(key(&attribute(name), &value), expected, "{name} {value}");
    }
    assert_eq!(key(&attribute("decimal"), &json!(-0.0)).unwrap().to_json().to_string(), "0.0");
}

#[test]
fn search_documents_hold_keys_in_the_shape_of_the_document() {
    let registry = built_in(Choices { unique_group_names: true });
    let user = registry.resource_type("User").unwrap();
    let document = json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "2819C223",
        "externalId": "Ext",
        "userName": "BJensen",
        "name": { "familyName": "Jensen", "givenName": "" },
        "active": true,
        "password": "Secret",
        "profileUrl": "HTTP://x",
        "emails": [{ "value": "B@X.org", "type": "Work", "primary": true }, { "value": null }],
        "photos": [],
        "groups": [{ "value": "g" }],
        "unknown": 1,
        "meta": { "created": "2011-05-13T04:42:34Z" },
        urn::ENTERPRISE_USER: { "department": "R&D", "manager": { "value": "M", "displayName": "Boss" } },
    });
    let Value::Object(document) = document else { unreachable!() };
    let expected = json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "2819C223",
        "userName": "bjensen",
        "name": { "familyName": "jensen" },
        "active": true,
        "profileUrl": "HTTP://x",
        "emails": [{ "value": "b@x.org", "type": "work", "primary": true }],
        urn::ENTERPRISE_USER: { "department": "r&d", "manager": { "value": "M", "displayName": "boss" } },
        "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "name": "jensen" },
    });
    assert_eq!(Value::Object(search_document(user, &document)), expected);
    assert_eq!(search_document(user, &Object::new()), Object::new());
}
