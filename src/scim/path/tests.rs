//! Attribute paths and PATCH paths.

use super::{get, resolve, resolve_patch};
use crate::scim::schema::document::{Choices, built_in, read};
use crate::scim::schema::{Registry, ResourceType};
use crate::scim::{Object, ScimType, urn};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn user() -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type("User").unwrap())
}

/// A type whose extensions share a name, and share the beginning of a URN.
fn things() -> Registry {
    let schema = |id: &str, names: &[&str]| {
        let attributes: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        json!({ "id": id, "attributes": attributes })
    };
    let schemas = [
        schema("urn:x:Thing", &["a", "core"]),
        schema("urn:x:Thing:more", &["a", "one", "both"]),
        schema("urn:y:Thing", &["two", "both", "core"]),
    ];
    let kind = json!({
        "name": "Thing", "endpoint": "/Things", "schema": "urn:x:Thing",
        "schemaExtensions": [{ "schema": "urn:x:Thing:more" }, { "schema": "urn:y:Thing" }],
    });
    read(&schemas, &[kind]).unwrap()
}

#[test]
fn paths_resolve_in_every_spelling() {
    let enterprise = urn::ENTERPRISE_USER;
    let manager = format!("{enterprise}:manager");
    let manager_value = format!("{enterprise}:manager.value");
    let cases = [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        ("name.familyName", "name.familyName"),
        ("Name.FAMILYname", "name.familyName"),
        ("members", ""),
        ("id", "id"),
        ("meta.lastmodified", "meta.lastModified"),
        ("schemas", "schemas"),
        ("externalid", "externalId"),
        ("groups.$ref", "groups.$ref"),
        (&format!("{}:userName", urn::USER), "userName"),
        (&format!("{}:emails.value", urn::USER.to_uppercase()), "emails.value"),
        (&format!("{}:id", urn::USER), "id"),
        (&manager, &manager),
        (&manager_value, &manager_value),
        (&format!("{enterprise}.manager"), &manager),
        (&format!("{enterprise}.Manager.VALUE"), &manager_value),
        ("manager", &manager),
        ("manager.value", &manager_value),
    ];
    for (text, expected) in cases {
        let name = resolve(&user(), text).map(|target| target.name()).unwrap_or_default();
        assert_eq!(name, expected, "{text}");
    }
}

#[test]
fn the_core_comes_before_extensions_and_the_longest_urn_counts() {
    let registry = things();
    let kind = registry.resource_type("Thing").unwrap();
    let cases = [
        ("a", "a"),
        ("core", "core"),
        ("one", "urn:x:Thing:more:one"),
        ("two", "urn:y:Thing:two"),
        ("urn:x:Thing:a", "a"),
        ("urn:x:Thing:more:a", "urn:x:Thing:more:a"),
        ("urn:y:Thing:core", "urn:y:Thing:core"),
    ];
    for (text, expected) in cases {
        assert_eq!(resolve(kind, text).unwrap().name(), expected, "{text}");
    }
    let error = resolve(kind, "both").unwrap_err();
    assert!(error.detail.starts_with("both is in several extensions"), "{}", error.detail);
}

#[test]
fn paths_that_name_nothing_are_refused() {
    let (long, longest) = ("a".repeat(1025), "a".repeat(1024));
    let cases = [
        ("", "the path must be an attribute name"),
        ("user name", "the path must be an attribute name"),
        ("userName ", "the path must be an attribute name"),
        ("/userName", "the path must be an attribute name"),
        ("emails[0]", "the path must be an attribute name"),
        ("naïve", "the path must be an attribute name"),
        ("user\0Name", "the path must be an attribute name"),
        (&long, "the path is longer than 1024 bytes"),
        (&longest, "the name is no attribute of User"),
        ("__proto__", "__proto__ is no attribute of User"),
        ("nope", "nope is no attribute of User"),
        (".", ". is no attribute of User"),
        ("name.", "attribute name has no sub-attribute the name"),
        ("name.nope", "attribute name has no sub-attribute nope"),
        ("userName.value", "attribute userName has no sub-attributes"),
        ("a.b.c", "a path has at most one dot"),
        ("urn:x:nope:userName", "the URN names no schema of User"),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "the URN names no schema of User"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:", "urn:ietf:params:scim:schemas:core:2.0:User: is no attribute"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName", "urn:ietf"),
    ];
    for (text, message) in cases {
        let error = resolve(&user(), text).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidPath, "{text}");
        assert!(error.detail.starts_with(message), "{text}: {}", error.detail);
    }
}

#[test]
fn values_are_found_where_the_target_leads() {
    let Value::Object(document) = json!({
        "userName": "a",
        "name": { "familyName": "b" },
        "emails": [{ "value": "c" }],
        urn::ENTERPRISE_USER: { "department": "d", "manager": { "value": "e" } },
    }) else {
        unreachable!()
    };
    let cases = [
        ("userName", Some(json!("a"))),
        ("name.familyName", Some(json!("b"))),
        ("name.givenName", None),
        ("emails", Some(json!([{ "value": "c" }]))),
        ("department", Some(json!("d"))),
        ("manager.value", Some(json!("e"))),
        ("title", None),
    ];
    for (path, expected) in cases {
        let target = resolve(&user(), path).unwrap();
        assert_eq!(get(&document, &target).cloned(), expected, "{path}");
        assert_eq!(get(&Object::new(), &target), None);
    }
}

#[test]
fn patch_paths_choose_elements_and_describe_new_ones() {
    let cases = [
        ("emails", "emails", None, None),
        (r#"emails[type eq "Work"]"#, "emails", Some(r#"{"type":"work"}"#), Some(json!({ "type": "Work" }))),
        (
            r#"emails[type eq "work"].value"#,
            "emails.value",
            Some(r#"{"type":"work"}"#),
            Some(json!({ "type": "work" })),
        ),
        (
            r#"roles[primary eq "True" and type eq "x"].Display"#,
            "roles.display",
            Some(r#"{"primary":true,"type":"x"}"#),
            Some(json!({ "primary": true, "type": "x" })),
        ),
        (
            r#"addresses[(type eq "a" and region eq 5) and primary eq false]"#,
            "addresses",
            Some(r#"{"primary":false,"type":"a","region":"5"}"#),
            Some(json!({ "type": "a", "region": "5", "primary": false })),
        ),
        (r#"emails[type eq "a" or type eq "b"]"#, "emails", Some(r#"{"type":"b"}"#), None),
        (r#"emails[not (type eq "a")]"#, "emails", Some(r#"{"type":"b"}"#), None),
        (r#"emails[type eq "b" and type eq "B"]"#, "emails", Some(r#"{"type":"b"}"#), None),
        (r#"emails[type eq "b" and value eq null]"#, "emails", Some(r#"{"type":"b"}"#), Some(json!({ "type": "b" }))),
        (r#"emails[type sw "a"]"#, "emails", Some(r#"{"type":"ab"}"#), None),
        ("urn:ietf:params:scim:schemas:core:2.0:User:emails[value pr]", "emails", Some(r#"{"value":"b"}"#), None),
        (
            r#"name[familyName eq "x"].givenName"#,
            "name.givenName",
            Some(r#"{"familyName":"X"}"#),
            Some(json!({ "familyName": "x" })),
        ),
    ];
    for (text, name, matching, described) in cases {
        let path = resolve_patch(&user(), text).unwrap();
        assert_eq!(path.target.name(), name, "{text}");
        assert_eq!(path.described.map(Value::Object), described, "{text}");
        let filter = path.filter.as_ref();
        assert_eq!(filter.is_some(), matching.is_some(), "{text}");
        if let (Some(filter), Some(matching)) = (filter, matching) {
            assert!(filter.matches_element(&serde_json::from_str(matching).unwrap()), "{text}");
            let other = if text.contains("not") { "a" } else { "other" };
            assert!(!filter.matches_element(&json!({ "type": other, "display": "no" })), "{text}");
        }
    }
}

#[test]
fn broken_patch_paths_are_refused() {
    let cases = [
        ("", ScimType::InvalidPath, "the path must be"),
        ("[type pr]", ScimType::InvalidPath, "the path must be"),
        ("emails ", ScimType::InvalidPath, "the path must be"),
        ("emails]", ScimType::InvalidPath, "the path must be"),
        ("nope[type pr]", ScimType::InvalidPath, "nope is no attribute"),
        ("userName[value pr]", ScimType::InvalidPath, "attribute userName has no elements"),
        ("name.familyName[value pr]", ScimType::InvalidPath, "attribute name.familyName has no elements"),
        ("emails[type pr]value", ScimType::InvalidPath, "behind the brackets"),
        ("emails[type pr].", ScimType::InvalidPath, "attribute emails has no sub-attribute"),
        ("emails[type pr].value.x", ScimType::InvalidPath, "attribute emails has no sub-attribute value.x"),
        ("emails[type pr].value[x pr]", ScimType::InvalidPath, "attribute emails has no sub-attribute"),
        ("emails[]", ScimType::InvalidFilter, "column 8: expected an attribute name"),
        ("emails[0]", ScimType::InvalidFilter, "column 8: expected an attribute name"),
        ("emails[type eq \"work\"", ScimType::InvalidFilter, "column 22: expected and, or or ]"),
        ("emails[type eq work]", ScimType::InvalidFilter, "column 16: expected a literal"),
        ("emails[nope eq 1]", ScimType::InvalidFilter, "column 8: attribute emails has no sub-attribute nope"),
        ("emails[primary eq \"yes\"]", ScimType::InvalidFilter, "column 19: attribute primary must be a boolean"),
    ];
    for (text, scim_type, message) in cases {
        let error = resolve_patch(&user(), text).unwrap_err();
        assert!(error.detail.starts_with(message), "{text}: {}", error.detail);
        assert_eq!(error.scim_type, scim_type, "{text}");
    }
}

proptest! {
    #[test]
    fn no_path_is_too_strange(text in "\\PC{0,40}") {
        let _ = resolve_patch(&user(), &text);
        let _ = resolve(&user(), &text);
    }

    #[test]
    fn the_name_of_a_target_resolves_to_it(index in 0_usize..22, upper in any::<bool>()) {
        let user = user();
        let attribute = &user.schema.attributes[index % user.schema.attributes.len()];
        for sub in std::iter::once(None).chain(attribute.sub_attributes.iter().map(Some)) {
            let name = sub.map_or_else(|| attribute.name.clone(), |sub| format!("{}.{}", attribute.name, sub.name));
            let text = if upper { name.to_uppercase() } else { name.clone() };
            prop_assert_eq!(resolve(&user, &text).unwrap().name(), name);
        }
    }
}
