//! What becomes of the bodies clients send.

use super::*;
use crate::scim::ScimType;
use crate::scim::schema::document::{Choices, built_in};
use serde_json::json;
use std::sync::Arc;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

/// Reads a body under the default profile.
fn read(kind: &ResourceType, body: Value) -> Result<Draft, Error> {
    super::read(kind, body, &Profile::default())
}

fn read_user(body: Value) -> Draft {
    read(&kind("User"), body).unwrap()
}

#[test]
fn read_brings_every_shape_clients_send_to_canonical_form() {
    let table = [
        (
            "names in any case",
            json!({"USERNAME": "a", "Name": {"GIVENNAME": "b"}}),
            json!({"userName": "a", "name": {"givenName": "b"}}),
        ),
        (
            "echoes of read-only attributes",
            json!({"schemas": ["x"], "id": "1", "meta": {"version": "1"}, "groups": [{"value": "g"}], "title": "t"}),
            json!({"title": "t"}),
        ),
        (
            "nulls and empty values",
            json!({"title": null, "nickName": "", "emails": [], "name": {}, "roles": null, "locale": "de"}),
            json!({"locale": "de"}),
        ),
        ("a complex value of nothing but nulls", json!({"name": {"givenName": null, "familyName": ""}}), json!({})),
        (
            "text for a boolean",
            json!({"active": "False", "emails": [{"value": "a@b", "primary": "True"}]}),
            json!({"active": false, "emails": [{"value": "a@b", "primary": true}]}),
        ),
        ("a number for text", json!({"externalId": 4711}), json!({"externalId": "4711"})),
        ("one object for a list", json!({"emails": {"value": "a@b"}}), json!({"emails": [{"value": "a@b"}]})),
        (
            "bare values in a list",
            json!({"emails": ["a@b", "c@d"]}),
            json!({"emails": [{"value": "a@b"}, {"value": "c@d"}]}),
        ),
        (
            "a list of one for a single value",
            json!({"title": ["t"], "name": [{"givenName": "g"}]}),
            json!({"title": "t", "name": {"givenName": "g"}}),
        ),
    ];
    for (what, body, expected) in table {
        assert_eq!(Value::Object(read_user(body).document), expected, "{what}");
    }
}

#[test]
fn read_makes_lists_sets_and_finds_extensions_in_any_spelling() {
    let table = [
        (
            "two primaries",
            json!({"emails": [{"value": "a@b", "primary": true}, {"value": "c@d", "primary": true}]}),
            json!({"emails": [{"value": "a@b", "primary": false}, {"value": "c@d", "primary": true}]}),
        ),
        (
            "equal values",
            json!({
                "emails": [
                    {"value": "a@b", "type": "work"},
                    {"value": "A@B", "type": "Work", "primary": true},
                    {"value": "a@b", "type": "home"},
                ],
            }),
            json!({"emails": [{"value": "a@b", "type": "work", "primary": true}, {"value": "a@b", "type": "home"}]}),
        ),
        (
            "equal values without a value",
            json!({
                "addresses": [
                    {"type": "work", "country": "AT"},
                    {"type": "work", "country": "AT"},
                    {"type": "work", "country": "DE"},
                ],
            }),
            json!({"addresses": [{"type": "work", "country": "AT"}, {"type": "work", "country": "DE"}]}),
        ),
        (
            "elements with nothing but a label",
            json!({
                "phoneNumbers": [
                    {"value": "", "type": "home"}, {"type": "work", "primary": true}, {"value": "1", "type": "fax"},
                ],
            }),
            json!({"phoneNumbers": [{"value": "1", "type": "fax"}]}),
        ),
        (
            "a bare manager under a URN in another case",
            json!({"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"Manager": "42"}}),
            json!({ENTERPRISE: {"manager": {"value": "42"}}}),
        ),
        (
            "read-only parts",
            json!({ENTERPRISE: {"manager": {"value": "42", "displayName": "Ann", "$ref": null}}}),
            json!({ENTERPRISE: {"manager": {"value": "42"}}}),
        ),
        ("an extension without values", json!({ENTERPRISE: {"department": null}, "title": "t"}), json!({"title": "t"})),
        ("an empty extension", json!({ENTERPRISE: null}), json!({})),
        (
            "attributes qualified by a URN",
            json!({"urn:ietf:params:scim:schemas:core:2.0:User:title": "t", format!("{ENTERPRISE}:department"): "d"}),
            json!({"title": "t", ENTERPRISE: {"department": "d"}}),
        ),
        (
            "a type nobody suggested",
            json!({"roles": [{"value": "r", "type": "WindowsAzureActiveDirectoryRole"}]}),
            json!({"roles": [{"value": "r", "type": "WindowsAzureActiveDirectoryRole"}]}),
        ),
        (
            "random words for links and codes",
            json!({"profileUrl": "ABCDEF", "locale": "xx", "timezone": "T"}),
            json!({"profileUrl": "ABCDEF", "locale": "xx", "timezone": "T"}),
        ),
        ("JSON text in a role", json!({"roles": ["{\"id\":1}"]}), json!({"roles": [{"value": "{\"id\":1}"}]})),
    ];
    for (what, body, expected) in table {
        assert_eq!(Value::Object(read_user(body).document), expected, "{what}");
    }
}

#[test]
fn read_keeps_the_order_in_which_attributes_were_sent() {
    let draft = read_user(json!({"title": "t", "active": true, "userName": "u", "groups": [], "displayName": "d"}));
    assert_eq!(draft.document.keys().collect::<Vec<_>>(), ["title", "active", "userName", "displayName"]);
}

#[test]
fn read_lists_the_names_no_schema_knows() {
    let draft = read_user(json!({
        "custom": {"a": 1}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "d"},
        "name": {"nick": "n", "givenName": "g"}, ENTERPRISE: {"boss": "b"}, "__proto__": {"admin": true},
    }));
    assert_eq!(Value::Object(draft.document), json!({"name": {"givenName": "g"}}));
    let mut unknown = draft.unknown;
    unknown.sort();
    assert_eq!(
        unknown,
        [
            "__proto__",
            "custom",
            "name.nick",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:boss",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
        ]
    );
}

#[test]
fn read_takes_members_by_their_ids_alone() {
    let table = [
        (json!([{"value": "1", "$ref": null, "display": "x", "type": "Cat"}, {"VALUE": "2"}]), Some(vec!["1", "2"])),
        (json!(["1", "2", "1"]), Some(vec!["1", "2"])),
        (json!([{"value": "7"}]), Some(vec!["7"])),
        (json!({"value": "1"}), Some(vec!["1"])),
        (json!(["{\"value\":\"1\"}", "[{\"value\":\"2\"},\"3\"]"]), Some(vec!["1", "2", "3"])),
        (json!([null, "", {"value": null}, {"value": ""}]), Some(vec![])),
        (json!([]), Some(vec![])),
        (Value::Null, None),
    ];
    for (members, expected) in table {
        let draft = read(&kind("Group"), json!({"displayName": "g", "Members": members.clone()}));
        let expected: Option<Vec<String>> = expected.map(|ids| ids.into_iter().map(str::to_owned).collect());
        let draft = draft.unwrap();
        assert_eq!(draft.members, expected, "{members}");
        assert_eq!(Value::Object(draft.document), json!({"displayName": "g"}));
    }
    assert_eq!(read(&kind("Group"), json!({"displayName": "g"})).unwrap().members, None);
    for members in [json!([7]), json!([{"value": 7}]), json!([true]), json!([{"value": {}}]), json!([{"id": "1"}])] {
        let error = read(&kind("Group"), json!({"displayName": "g", "members": members})).unwrap_err();
        assert!(error.detail.contains("members"), "{error}");
    }
}

#[test]
fn read_puts_the_password_beside_the_document() {
    let draft = read_user(json!({"userName": "u", "Password": "correct horse"}));
    assert_eq!(draft.password.as_deref(), Some("correct horse"));
    assert_eq!(Value::Object(draft.document), json!({"userName": "u"}));
    assert_eq!(read_user(json!({"password": ""})).password, None);
    assert_eq!(read_user(json!({"password": "12345678"})).password.as_deref(), Some("12345678"));
}

#[test]
fn read_refuses_what_cannot_be_meant() {
    let many: Vec<Value> = (0..10_001).map(|n| json!({"value": n})).collect();
    let table = [
        ("User", json!([]), ScimType::InvalidSyntax, "object"),
        ("User", json!("x"), ScimType::InvalidSyntax, "object"),
        ("User", json!({"title": ["a", "b"]}), ScimType::InvalidValue, "title"),
        ("User", json!({"title": {"value": "a"}}), ScimType::InvalidValue, "title"),
        ("User", json!({"name": "Ann"}), ScimType::InvalidValue, "name"),
        ("User", json!({"active": "maybe"}), ScimType::InvalidValue, "active"),
        ("User", json!({ENTERPRISE: "x"}), ScimType::InvalidValue, ENTERPRISE),
        ("User", json!({"password": "1234567"}), ScimType::InvalidValue, "password"),
        ("User", json!({"password": "é".repeat(513)}), ScimType::InvalidValue, "password"),
        ("User", json!({"emails": many.clone()}), ScimType::TooMany, "emails"),
        ("Group", json!({"members": many}), ScimType::TooMany, "members"),
        ("Group", json!({"members": [{"display": "x"}]}), ScimType::InvalidValue, "members"),
        ("Group", json!({"members": [true]}), ScimType::InvalidValue, "members"),
        ("Group", json!({"members": "{broken"}), ScimType::InvalidValue, "members"),
    ];
    for (name, body, scim_type, word) in table {
        let error = read(&kind(name), body).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{error}");
        assert!(error.detail.contains(word), "{error} should name {word}");
        assert_eq!(error.too_large, scim_type == ScimType::TooMany);
    }
}

#[test]
fn finish_puts_schemas_and_id_first() {
    let Value::Object(document) =
        json!({"userName": "u", "id": "old", ENTERPRISE: {"department": "d"}, "schemas": [], "title": "t"})
    else {
        unreachable!()
    };
    let finished = finish(&kind("User"), "42", document);
    assert_eq!(finished.keys().collect::<Vec<_>>(), ["schemas", "id", "userName", ENTERPRISE, "title"]);
    assert_eq!(finished["schemas"], json!([crate::scim::urn::USER, ENTERPRISE]));
    assert_eq!(finished["id"], "42");
    assert_eq!(finish(&kind("Group"), "1", Object::new())["schemas"], json!([crate::scim::urn::GROUP]));
}
