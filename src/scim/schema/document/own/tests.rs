//! A tenant's own documents: what they bring to the registry, and each rule by its name.

use super::*;
use crate::scim::schema::document::{Choices, built_in};
use serde_json::json;

const URN: &str = "urn:example:Thing";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn attempt(schemas: Vec<Value>, types: Vec<Value>) -> Result<Registry, Error> {
    extend(&built_in(Choices { unique_group_names: true }), &Own { schemas, types, building: Vec::new() })
}

fn schema(attributes: &Value) -> Value {
    json!({ "id": URN, "name": "Thing", "attributes": attributes })
}

fn thing() -> Value {
    json!({ "name": "Thing", "endpoint": "/Things", "schema": URN })
}

/// The type User with this extension.
fn user(urn: &str, required: bool) -> Value {
    json!({
        "name": "User", "endpoint": "/Users", "schema": urn::USER,
        "schemaExtensions": [{ "schema": urn, "required": required }],
    })
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

#[test]
fn a_type_and_a_schema_come_behind_the_built_in_ones() {
    let registry = attempt(vec![schema(&json!([{ "name": "a" }]))], vec![thing()]).unwrap();
    assert_eq!(registry.types.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["User", "Group", "Thing"]);
    assert_eq!(registry.schemas.last().unwrap().id, URN);
    // A schema may be there for nobody.
    attempt(vec![schema(&json!([{ "name": "a" }]))], vec![]).unwrap();
    // Enterprise lives in the document alone.
    let extended = with(thing(), "schemaExtensions", json!([{ "schema": ENTERPRISE, "required": false }]));
    attempt(vec![schema(&json!([{ "name": "a" }]))], vec![extended]).unwrap();
}

#[test]
fn a_built_in_type_keeps_its_extensions_and_gets_further_ones_behind_them() {
    let own = schema(&json!([{ "name": "a" }]));
    let registry = attempt(vec![own.clone()], vec![user(URN, true)]).unwrap();
    let before = built_in(Choices { unique_group_names: true });
    let (was, is) = (before.resource_type("User").unwrap(), registry.resource_type("User").unwrap());
    assert_eq!(is.extensions.split_last().unwrap().1, was.extensions);
    let last = is.extensions.last().unwrap();
    assert!(last.schema.id == URN && last.required);
    assert_eq!(is.description, was.description);
    assert_eq!((&is.key, &is.display), (&was.key, &was.display));
    let shown = crate::scim::schema::document::write_resource_type(is);
    let registry = attempt(vec![own], vec![Value::Object(shown)]).unwrap();
    assert_eq!(registry.resource_type("User").unwrap(), is, "what /ResourceTypes shows may be sent back");
    let plain = crate::scim::schema::document::plain(&registry);
    let kept: Vec<_> =
        plain.resource_type("User").unwrap().extensions.iter().map(|one| one.schema.id.clone()).collect();
    assert_eq!(kept, [ENTERPRISE, URN]);
}

#[test]
fn indexes_that_are_being_built_are_known_to_their_type_alone() {
    let own = Own {
        schemas: vec![schema(&json!([{ "name": "a", "storage": "indexed" }]))],
        types: vec![thing()],
        building: vec![("Thing".to_owned(), "a".to_owned())],
    };
    let registry = extend(&built_in(Choices { unique_group_names: true }), &own).unwrap();
    assert_eq!(registry.resource_type("Thing").unwrap().building, ["a"]);
    assert!(registry.resource_type("User").unwrap().building.is_empty());
}

#[test]
fn attributes_that_cannot_work_are_refused_by_name() {
    let complex = |sub: Value| json!({ "name": "c", "type": "complex", "subAttributes": [sub] });
    let table = [
        (json!({ "name": "a", "storage": "password" }), "attribute a: storage must be document or indexed"),
        (json!({ "name": "password" }), "attribute password: this name"),
        (json!({ "name": "a", "required": true, "mutability": "readOnly" }), "attribute a: required and readOnly"),
        (json!({ "name": "a", "mutability": "writeOnly" }), "attribute a: mutability writeOnly needs returned never"),
        (json!({ "name": "a", "type": "boolean", "uniqueness": "server" }), "attribute a: uniqueness is for"),
        (
            json!({ "name": "a", "type": "decimal", "storage": "indexed" }),
            "attribute a: storage indexed is not for decimals",
        ),
        (
            json!({ "name": "a", "returned": "never", "storage": "indexed" }),
            "attribute a: storage indexed is not for what",
        ),
        (complex(json!({ "name": "x", "multiValued": true })), "attribute c.x: a sub-attribute holds one value"),
        (complex(json!({ "name": "x", "storage": "members" })), "attribute c.x: storage"),
        (with(complex(json!({ "name": "x" })), "uniqueness", json!("server")), "attribute c: uniqueness is for"),
        (
            with(complex(json!({ "name": "x" })), "storage", json!("indexed")),
            "attribute c: storage indexed is for simple",
        ),
        (json!({ "name": "id" }), "attribute id belongs to every resource"),
        (json!({ "name": "a", "kind": "string" }), "unknown field `kind`"),
        (json!({ "name": "x".repeat(257) }), "at most 256 characters"),
    ];
    for (attribute, message) in table {
        let error = attempt(vec![schema(&json!([attribute]))], vec![]).unwrap_err();
        assert!(error.detail.contains(message) && error.detail.contains(URN), "{attribute}: {}", error.detail);
    }
    let fine = json!([
        { "name": "a", "mutability": "writeOnly", "returned": "never" },
        { "name": "b", "multiValued": true, "uniqueness": "global", "storage": "indexed" },
        { "name": "c", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value", "storage": "indexed", "uniqueness": "server", "mutability": "immutable" },
        ] },
    ]);
    attempt(vec![schema(&fine)], vec![thing()]).unwrap();
}

#[test]
fn schemas_and_types_that_cannot_work_are_refused_by_name() {
    let plain = schema(&json!([{ "name": "a" }]));
    let many: Vec<_> = (0..201).map(|number| json!({ "name": format!("a{number}") })).collect();
    let long = with(plain.clone(), "description", json!("x".repeat(65_536)));
    let id = |id: &str| vec![with(plain.clone(), "id", json!(id))];
    let one = || vec![plain.clone()];
    let numbered = |count: usize| (0..count).map(|number| with(plain.clone(), "id", json!(format!("{URN}:{number}"))));
    let table = [
        (id(urn::USER), vec![], "id is the one of a built-in schema"),
        (id(&ENTERPRISE.to_uppercase()), vec![], "id is the one of a built-in schema"),
        (id(urn::SCHEMA), vec![], "a URN of the protocol's own"),
        (id("urn:ietf:params:scim:api:messages:2.0:Mine"), vec![], "a URN of the protocol's own"),
        (id(&format!("urn:{}", "x".repeat(256))), vec![], "id may have at most 256 characters"),
        (vec![schema(&json!(many))], vec![], "at most 200 attributes"),
        (vec![long], vec![], "at most 65536 bytes"),
        (numbered(101).collect(), vec![], "at most 100 schemas beside"),
        (vec![plain.clone(), plain.clone()], vec![], "two schemas of this id"),
        (one(), vec![with(thing(), "endpoint", json!("/users"))], "its endpoint belongs to another type"),
        (one(), vec![with(thing(), "name", json!("user"))], "there are two of this name"),
        (one(), vec![with(thing(), "endpoint", json!("/schemas"))], "endpoint belongs to the protocol"),
        (one(), vec![with(thing(), "endpoint", json!("/.search"))], "endpoint must be a slash"),
        (one(), vec![with(thing(), "name", json!("Me"))], "name belongs to the protocol"),
        (one(), vec![with(thing(), "schema", json!(urn::GROUP))], "schema is built in and belongs to another type"),
        (one(), vec![with(thing(), "key", json!("b"))], "key must name a single string"),
        (vec![schema(&json!([{ "name": "externalId" }]))], vec![thing()], "defines externalId"),
        (
            one(),
            vec![with(thing(), "schemaExtensions", json!([{ "schema": urn::GROUP }]))],
            "schemaExtensions: urn:ietf:params:scim:schemas:core:2.0:Group is built in",
        ),
        (one(), vec![with(user(URN, false), "endpoint", json!("/People"))], "its endpoint cannot be another one"),
        (one(), vec![with(user(URN, false), "schema", json!(URN)), thing()], "already"),
        (one(), vec![with(user(URN, false), "key", json!("displayName"))], "its key cannot be another one"),
        (one(), vec![user(ENTERPRISE, true)], "is built in, so required cannot be another one"),
        (one(), vec![user(urn::GROUP, false)], "is built in and belongs to another type"),
        (one(), vec![user(URN, false), user(URN, true)], "there are two of this name"),
    ];
    for (schemas, types, message) in table {
        let error = attempt(schemas, types).unwrap_err();
        assert!(error.detail.contains(message), "{message}: {}", error.detail);
    }
    attempt(numbered(100).collect(), vec![]).unwrap();
}
