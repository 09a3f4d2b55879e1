//! What answers show, row by row.

use super::*;
use crate::scim::schema::document::{self, Choices, built_in};
use crate::scim::urn;
use serde_json::json;

const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";

fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

fn projection(kind: &ResourceType, attributes: &[&str], excluded: &[&str]) -> Projection {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    Projection::new(kind, &owned(attributes), &owned(excluded))
}

fn shown(projection: &Projection, document: &Value) -> Value {
    let mut document = document.as_object().cloned().unwrap();
    projection.apply(&mut document);
    Value::Object(document)
}

fn user() -> Value {
    json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER], "id": "1", "userName": "u",
        "name": {"givenName": "g", "familyName": "f"},
        "emails": [{"value": "a@b", "type": "work"}, {"value": "c@d"}],
        urn::ENTERPRISE_USER: {"department": "d", "manager": {"value": "m"}},
        "groups": [{"value": "g"}], "meta": {"resourceType": "User", "version": "W/\"1\""},
    })
}

#[test]
fn apply_leaves_what_was_asked_for_and_what_is_always_shown() {
    let manager = format!("{}:manager.value", urn::ENTERPRISE_USER);
    let qualified = format!("{}:userName", urn::USER);
    let upper = urn::ENTERPRISE_USER.to_ascii_uppercase();
    // Attributes, excluded, and what is shown beside `schemas` and `id`.
    let table: [(&[&str], &[&str], Value); 20] = [
        (&["userName"], &[], json!({"userName": "u"})),
        (&["USERNAME"], &[], json!({"userName": "u"})),
        (&[" userName ", ""], &[], json!({"userName": "u"})),
        (&["userName,meta.version"], &[], json!({"userName": "u", "meta": {"version": "W/\"1\""}})),
        (&["name.familyName"], &[], json!({"name": {"familyName": "f"}})),
        (&["name", "name.familyName"], &[], json!({"name": {"givenName": "g", "familyName": "f"}})),
        (&["emails.type"], &[], json!({"emails": [{"type": "work"}]})),
        (&[&manager], &[], json!({urn::ENTERPRISE_USER: {"manager": {"value": "m"}}})),
        (&["department"], &[], json!({urn::ENTERPRISE_USER: {"department": "d"}})),
        (&[&upper], &[], json!({urn::ENTERPRISE_USER: {"department": "d", "manager": {"value": "m"}}})),
        (&[&qualified], &[], json!({"userName": "u"})),
        (&["groups"], &[], json!({"groups": [{"value": "g"}]})),
        (&["nosuch"], &[], json!({})),
        (&["password"], &[], json!({})),
        (&["id"], &[], json!({})),
        (&["name"], &["name.givenName"], json!({"name": {"familyName": "f"}})),
        (
            &[],
            &["emails", "groups", "meta", urn::ENTERPRISE_USER],
            json!({"userName": "u", "name": {"givenName": "g", "familyName": "f"}}),
        ),
        (
            &[],
            &["emails", "groups", "meta", "name.givenName", &manager, "department"],
            json!({"userName": "u", "name": {"familyName": "f"}}),
        ),
        (
            &[],
            &["id", "schemas", "emails.value", "groups", "meta", "name", &upper],
            json!({"userName": "u", "emails": [{"type": "work"}]}),
        ),
        (&["emails"], &["emails"], json!({})),
    ];
    for (attributes, excluded, expected) in table {
        let mut answer = shown(&projection(&kind("User"), attributes, excluded), &user());
        let answer = answer.as_object_mut().unwrap();
        assert_eq!(answer.shift_remove("id"), Some(json!("1")));
        assert!(answer.shift_remove("schemas").is_some());
        assert_eq!(Value::Object(answer.clone()), expected, "{attributes:?} {excluded:?}");
    }
    assert_eq!(shown(&projection(&kind("User"), &[], &["nosuch"]), &user()), user());
}

#[test]
fn apply_keeps_the_order_of_the_document() {
    let mut document = user().as_object().cloned().unwrap();
    projection(&kind("User"), &["meta", "emails", "userName"], &[]).apply(&mut document);
    assert_eq!(document.keys().collect::<Vec<_>>(), ["schemas", "id", "userName", "emails", "meta"]);
}

#[test]
fn shows_tells_whether_derived_attributes_must_be_read() {
    type Row = (&'static str, &'static [&'static str], &'static [&'static str], Storage, bool);
    let table: [Row; 18] = [
        ("User", &[], &[], Storage::Sessions, false),
        ("User", &[], &["userName"], Storage::Dependents, false),
        ("User", &["activeSessionCount"], &[], Storage::Sessions, true),
        ("User", &["activeSessionCount"], &[], Storage::Dependents, false),
        ("User", &[LIFECYCLE], &[], Storage::Dependents, true),
        ("User", &["name"], &[], Storage::Shown, false),
        ("User", &[APPCRM], &[], Storage::Shown, true),
        ("Group", &[APPCRM, LIFECYCLE], &[], Storage::Shown, false),
        ("User", &[], &[], Storage::Groups, true),
        ("User", &[], &[], Storage::Members, false),
        ("User", &["userName"], &[], Storage::Groups, false),
        ("User", &["groups.value"], &[], Storage::Groups, true),
        ("User", &[], &["groups"], Storage::Groups, false),
        ("Group", &[], &[], Storage::Members, true),
        ("Group", &[], &["Members"], Storage::Members, false),
        ("Group", &[], &["members.display"], Storage::Members, true),
        ("Group", &["id", "displayName"], &[], Storage::Members, false),
        ("Group", &["members"], &[], Storage::Members, true),
    ];
    for (name, attributes, excluded, storage, expected) in table {
        let shows = projection(&kind(name), attributes, excluded).shows(storage);
        assert_eq!(shows, expected, "{name} {attributes:?} {excluded:?}");
    }
}

#[test]
fn whole_and_explicit_tell_what_the_client_sent() {
    let table: [(&[&str], &[&str], bool); 5] = [
        (&[], &[], true),
        (&[" ", ""], &[","], true),
        (&["userName"], &[], false),
        (&[], &["members"], false),
        (&["nosuch"], &[], false),
    ];
    for (attributes, excluded, is_whole) in table {
        let projection = projection(&kind("User"), attributes, excluded);
        assert_eq!((projection.is_whole(), projection.is_explicit()), (is_whole, !is_whole), "{attributes:?}");
    }
}

#[test]
fn schemas_name_only_the_extensions_that_are_shown() {
    let mut document = user();
    document["schemas"] = json!([urn::USER, urn::ENTERPRISE_USER, LIFECYCLE]);
    document[LIFECYCLE] = json!({ "numericId": 7, "activeSessionCount": 1 });
    let table: [(&[&str], &[&str], Value, Value); 6] = [
        (&[], &[], json!([urn::USER, urn::ENTERPRISE_USER, LIFECYCLE]), json!({ "numericId": 7 })),
        (&["userName"], &[], json!([urn::USER]), Value::Null),
        (&["numericId"], &[], json!([urn::USER, LIFECYCLE]), json!({ "numericId": 7 })),
        (&["activeSessionCount"], &[], json!([urn::USER, LIFECYCLE]), json!({ "activeSessionCount": 1 })),
        (&[], &["numericId"], json!([urn::USER, urn::ENTERPRISE_USER]), Value::Null),
        (&[], &[urn::ENTERPRISE_USER], json!([urn::USER, LIFECYCLE]), json!({ "numericId": 7 })),
    ];
    for (attributes, excluded, schemas, lifecycle) in table {
        let answer = shown(&projection(&kind("User"), attributes, excluded), &document);
        assert_eq!(answer["schemas"], schemas, "{attributes:?} {excluded:?}");
        assert_eq!(answer.get(LIFECYCLE).cloned().unwrap_or_default(), lifecycle, "{attributes:?} {excluded:?}");
    }
}

#[test]
fn the_returned_characteristic_rules() {
    let schema = json!({"id": "urn:x:Badge", "name": "Badge", "attributes": [
        {"name": "serial", "returned": "always"}, {"name": "colour"},
        {"name": "notes", "returned": "request"}, {"name": "pin", "returned": "never"},
        {"name": "owner", "type": "complex", "subAttributes": [
            {"name": "value", "returned": "always"}, {"name": "display"},
            {"name": "secret", "returned": "never"}, {"name": "diary", "returned": "request"}]},
    ]});
    let kind_document = json!({"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:Badge"});
    let registry = document::read(&[schema], &[kind_document]).unwrap();
    let kind = registry.resource_type("Badge").unwrap();
    let badge = json!({"serial": "s", "colour": "c", "notes": "n", "pin": "p",
        "owner": {"value": "v", "display": "d", "secret": "s", "diary": "y"}});
    let table: [(&[&str], &[&str], Value); 7] = [
        (&[], &[], json!({"serial": "s", "colour": "c", "owner": {"value": "v", "display": "d"}})),
        (&["colour"], &[], json!({"serial": "s", "colour": "c"})),
        (&["notes", "pin"], &[], json!({"serial": "s", "notes": "n"})),
        (&[], &["serial", "owner"], json!({"serial": "s", "colour": "c"})),
        (&["owner.diary"], &[], json!({"serial": "s", "owner": {"value": "v", "diary": "y"}})),
        (&["owner.secret"], &[], json!({"serial": "s", "owner": {"value": "v"}})),
        (&[], &["owner.value", "owner.display", "colour"], json!({"serial": "s", "owner": {"value": "v"}})),
    ];
    for (attributes, excluded, expected) in table {
        let projection = projection(kind, attributes, excluded);
        assert_eq!(shown(&projection, &badge), expected, "{attributes:?} {excluded:?}");
        assert!(!projection.is_whole());
    }
}

#[test]
fn what_a_client_sets_is_shown_to_it() {
    let schemas = [
        json!({"id": "urn:x:Badge", "name": "Badge", "attributes": [
            {"name": "colour"}, {"name": "notes", "returned": "request"}, {"name": "pin", "returned": "never"},
            {"name": "count", "type": "integer", "returned": "request", "mutability": "readOnly"},
            {"name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "value"}, {"name": "diary", "returned": "request"}]},
        ]}),
        json!({"id": "urn:x:More", "name": "More", "attributes": [{"name": "secret", "returned": "request"}]}),
    ];
    let kind = json!({"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:Badge",
        "schemaExtensions": [{"schema": "urn:x:More", "required": false}]});
    let registry = document::read(&schemas, &[kind]).unwrap();
    let kind = registry.resource_type("Badge").unwrap();
    let badge = json!({"colour": "c", "notes": "n", "pin": "p", "count": 1,
        "doors": [{"value": "v", "diary": "d"}], "urn:x:More": {"secret": "s"}});
    let patch = |operation: Value| json!({"Operations": [operation]});
    let (plain, notes) = (json!({"colour": "c", "doors": [{"value": "v"}]}), json!("n"));
    let with = |name: &str, value: Value| {
        let mut shown = plain.clone();
        shown[name] = value;
        shown
    };
    let diary = || with("doors", json!([{"value": "v", "diary": "d"}]));
    let more = || with("urn:x:More", json!({"secret": "s"}));
    let table: [(&[&str], &[&str], Value, Value); 16] = [
        (&[], &[], json!({"colour": "c"}), plain.clone()),
        (&[], &[], json!({"NOTES": "n", "pin": "p", "count": 7}), with("notes", notes.clone())),
        (&[], &[], json!({"notes": null}), with("notes", notes.clone())),
        (&[], &["notes"], json!({"notes": "n"}), plain.clone()),
        (&["colour"], &[], json!({"notes": "n"}), json!({"colour": "c"})),
        (&["notes"], &[], json!({"colour": "c"}), json!({"notes": "n"})),
        (&[], &[], json!({"doors": [{"value": "v"}, {"Diary": "d"}]}), diary()),
        (&[], &[], json!({"doors": [{"value": "v"}]}), plain.clone()),
        (&[], &[], json!({"URN:x:More": {"secret": "s"}}), more()),
        (&[], &[], json!({"urn:x:More:secret": "s"}), more()),
        (&[], &[], patch(json!({"op": "add", "path": "Notes", "value": "n"})), with("notes", notes.clone())),
        (
            &[],
            &[],
            patch(json!({"op": "add", "value": {"notes": "n", "urn:x:More": {}}})),
            with("notes", notes.clone()),
        ),
        (&[], &[], patch(json!({"op": "add", "path": "doors[value eq \"]\"].diary", "value": "d"})), diary()),
        (&[], &[], patch(json!({"op": "add", "path": "urn:x:More", "value": {"secret": "s"}})), more()),
        (&[], &[], patch(json!({"op": "replace", "path": "colour", "value": "c"})), plain.clone()),
        (&[], &[], patch(json!(["notes"])), plain.clone()),
    ];
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (attributes, excluded, body, expected) in table {
        let projection = Projection::of_write(kind, &owned(attributes), &owned(excluded), &body);
        assert_eq!(shown(&projection, &badge), expected, "{attributes:?} {excluded:?} {body}");
    }
}
