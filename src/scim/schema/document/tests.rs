//! Schema documents: the built-in ones, the rules of reading, the shape of what is shown.

use super::{Choices, built_in, read, write_resource_type, write_schema};
use crate::scim::schema::{Kind, Mutability, Returned, Storage, Uniqueness};
use crate::scim::urn;
use serde_json::{Value, json};

const NATIVE: [&str; 5] = [
    "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User",
    "urn:ietf:params:scim:schemas:extension:logixx:2.0:User",
    "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User",
    "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User",
    "urn:ietf:params:scim:schemas:extension:publica:2.0:User",
];

fn registry() -> super::Registry {
    built_in(Choices { unique_group_names: true })
}

#[test]
fn built_in_documents_describe_users_with_their_extensions_and_groups() {
    let registry = registry();
    let ids: Vec<_> = registry.schemas.iter().map(|schema| schema.id.as_str()).collect();
    let [lifecycle, logixx, appcrm, adeptia, publica] = NATIVE;
    let users = [urn::USER, urn::ENTERPRISE_USER, lifecycle, logixx, appcrm, adeptia, publica];
    assert_eq!(ids, [users.as_slice(), &[urn::GROUP]].concat());
    let user = registry.resource_type("User").unwrap();
    assert_eq!(user.key.as_ref().unwrap().name, "userName");
    assert_eq!(user.display.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["displayName"]);
    assert_eq!(user.stored_as(Storage::Password).unwrap().returned, Returned::Never);
    assert_eq!(user.stored_as(Storage::Groups).unwrap().mutability, Mutability::ReadOnly);
    assert_eq!(user.attribute("META").unwrap().sub_attribute("lastmodified").unwrap().kind, Kind::DateTime);
    assert!(user.extension(&urn::ENTERPRISE_USER.to_uppercase()).is_some());
    let group = registry.resource_type("Group").unwrap();
    assert_eq!(group.stored_as(Storage::Members).unwrap().name, "members");
    for kind in [user, group] {
        assert!(kind.schema.attribute("externalId").unwrap().case_exact);
        assert_eq!(kind.attribute("id").unwrap().returned, Returned::Always);
    }
}

#[test]
fn group_names_are_unique_by_choice() {
    for (unique_group_names, expected) in [(true, Uniqueness::Server), (false, Uniqueness::None)] {
        let registry = built_in(Choices { unique_group_names });
        let group = registry.schema(urn::GROUP).unwrap();
        assert_eq!(group.attribute("displayName").unwrap().uniqueness, expected);
        assert!(!group.attribute("displayName").unwrap().case_exact);
    }
}

#[test]
fn shown_schemas_carry_every_characteristic_and_nothing_of_ours() {
    fn check(attribute: &Value) {
        let keys: Vec<_> = attribute.as_object().unwrap().keys().map(String::as_str).collect();
        for key in ["name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned"] {
            assert!(keys.contains(&key), "{attribute} lacks {key}");
        }
        assert!(!keys.contains(&"storage"), "{attribute}");
        assert_eq!(attribute["type"] == "complex", keys.contains(&"subAttributes"), "{attribute}");
        assert_eq!(attribute["type"] == "reference", keys.contains(&"referenceTypes"), "{attribute}");
        assert!(!attribute["description"].as_str().unwrap().is_empty());
        for sub in attribute["subAttributes"].as_array().into_iter().flatten() {
            check(sub);
        }
    }
    for schema in &registry().schemas {
        let shown = write_schema(schema);
        assert_eq!(shown["schemas"], json!([urn::SCHEMA]));
        assert_eq!(shown["meta"], json!({ "resourceType": "Schema" }));
        shown["attributes"].as_array().unwrap().iter().for_each(check);
    }
}

#[test]
fn shown_schemas_read_back_the_same() {
    let registry = registry();
    let shown: Vec<_> = registry.schemas.iter().map(|schema| Value::Object(write_schema(schema))).collect();
    let again = read(&shown, &[]).unwrap();
    let shown_again: Vec<_> = again.schemas.iter().map(|schema| Value::Object(write_schema(schema))).collect();
    assert_eq!(shown, shown_again);
}

#[test]
fn numbers_counts_and_shown_names_are_kept_in_ways_of_their_own() {
    let registry = registry();
    let (user, group) = (registry.resource_type("User").unwrap(), registry.resource_type("Group").unwrap());
    for (storage, name) in [
        (Storage::Number, "numericId"),
        (Storage::Sessions, "activeSessionCount"),
        (Storage::Dependents, "dependencyCount"),
        (Storage::Shown, "name"),
    ] {
        let (_, attribute) = user.extension_stored_as(storage).unwrap();
        assert_eq!((attribute.name.as_str(), attribute.mutability), (name, Mutability::ReadOnly));
        assert_eq!(attribute.returned == Returned::Request, storage != Storage::Number, "{name}");
        assert!(user.stored_as(storage).is_none() && group.extension_stored_as(storage).is_none());
    }
}

#[test]
fn canonical_values_are_texts_whatever_the_type() {
    let schema = |values: Value| json!({ "id": "urn:x:Thing", "attributes": [{ "name": "a", "type": "integer", "canonicalValues": values }] });
    let registry = read(&[schema(json!(["0", "6"]))], &[]).unwrap();
    assert_eq!(write_schema(&registry.schemas[0])["attributes"][0]["canonicalValues"], json!(["0", "6"]));
    for wrong in [json!([0]), json!(["six"]), json!([""])] {
        assert!(read(&[schema(wrong.clone())], &[]).is_err(), "{wrong}");
    }
}

#[test]
fn shown_resource_types_name_their_schemas() {
    let registry = registry();
    let urns = [urn::ENTERPRISE_USER].into_iter().chain(NATIVE);
    let extensions: Value = urns.map(|urn| json!({ "schema": urn, "required": false })).collect();
    let user = write_resource_type(registry.resource_type("User").unwrap());
    assert_eq!(
        Value::Object(user),
        json!({
            "schemas": [urn::RESOURCE_TYPE],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "A person's account.",
            "schema": urn::USER,
            "schemaExtensions": extensions,
            "meta": { "resourceType": "ResourceType" },
        })
    );
    let group = write_resource_type(registry.resource_type("Group").unwrap());
    assert!(!group.contains_key("schemaExtensions"));
}

#[test]
fn left_out_characteristics_have_the_defaults_of_the_rfc() {
    let registry = read(&[json!({ "id": "urn:x:Thing", "attributes": [{ "name": "a" }] })], &[]).unwrap();
    let schema = &registry.schemas[0];
    let attribute = &schema.attributes[0];
    assert_eq!(schema.name, "Thing");
    assert_eq!(attribute.kind, Kind::String);
    assert_eq!(attribute.mutability, Mutability::ReadWrite);
    assert_eq!(attribute.returned, Returned::Default);
    assert_eq!(attribute.uniqueness, Uniqueness::None);
    assert!(!attribute.required && !attribute.multi_valued && !attribute.case_exact);
}

#[test]
fn broken_attributes_are_refused_by_name_and_rule() {
    let cases = [
        (json!([{ "type": "string" }]), "attribute number 1: missing field `name`"),
        (json!([{ "name": "1a" }]), "attribute 1a: a name is a letter"),
        (json!([{ "name": "a b" }]), "attribute a b: a name is a letter"),
        (json!([{ "name": "a" }, { "name": "A" }]), "attribute A: there are two of this name"),
        (json!([{ "name": "a", "type": "text" }]), "attribute a: type must be one of string, boolean"),
        (json!([{ "name": "a", "mutability": "x" }]), "attribute a: mutability must be one of readOnly"),
        (json!([{ "name": "a", "returned": "x" }]), "attribute a: returned must be one of always"),
        (json!([{ "name": "a", "uniqueness": "x" }]), "attribute a: uniqueness must be one of none"),
        (json!([{ "name": "a", "storage": "x" }]), "attribute a: storage must be one of document"),
        (json!([{ "name": "a", "multivalued": true }]), "attribute a: unknown field `multivalued`"),
        (json!([{ "name": "a", "required": "yes" }]), "attribute a: invalid type"),
        (json!([{ "name": "a", "type": "complex" }]), "attribute a: a complex attribute needs subAttributes"),
        (json!([{ "name": "a", "subAttributes": [{ "name": "b" }] }]), "attribute a: only a complex attribute"),
        (
            json!([{ "name": "a", "type": "complex", "subAttributes": [
                { "name": "b", "type": "complex", "subAttributes": [{ "name": "c" }] }
            ] }]),
            "schema urn:x:Thing: attribute a.b: a sub-attribute cannot be complex",
        ),
        (json!([{ "name": "a", "referenceTypes": ["uri"] }]), "attribute a: referenceTypes are for"),
        (json!([{ "name": "a", "storage": "members" }]), "attribute a: storage members and groups"),
        (json!([{ "name": "a", "type": "integer", "storage": "password" }]), "attribute a: storage password"),
        (json!([{ "name": "a", "type": "integer", "storage": "number" }]), "attribute a: storage number"),
        (
            json!([{ "name": "a", "type": "integer", "mutability": "readOnly", "storage": "sessions" }]),
            "attribute a: storage sessions and dependents",
        ),
        (json!([{ "name": "a", "returned": "request", "storage": "shown" }]), "attribute a: storage shown"),
        (json!([{ "name": "Meta" }]), "attribute meta belongs to every resource"),
    ];
    for (attributes, message) in cases {
        let error = read(&[json!({ "id": "urn:x:Thing", "attributes": attributes })], &[]).unwrap_err();
        assert!(error.detail.contains(message), "{attributes}: {}", error.detail);
    }
}

#[test]
fn broken_documents_are_refused() {
    let schema = json!({ "id": "urn:x:Thing", "attributes": [{ "name": "a" }, { "name": "n", "type": "integer" }] });
    let kind = json!({ "name": "Thing", "endpoint": "/Things", "schema": "urn:x:Thing" });
    let with = |key: &str, value: Value| {
        let mut kind = kind.clone();
        kind[key] = value;
        kind
    };
    let cases = [
        (vec![json!([])], vec![], "schema document 1: invalid"),
        (vec![json!({ "id": "Thing", "attributes": [] })], vec![], "schema document 1: id must be a URN"),
        (vec![schema.clone(), schema.clone()], vec![], "two schemas of this id"),
        (vec![schema.clone()], vec![with("schema", json!("urn:x:Other"))], "schema is no schema that was read"),
        (vec![schema.clone()], vec![with("endpoint", json!("Things"))], "endpoint must be a slash"),
        (vec![schema.clone()], vec![with("id", json!("Other"))], "id must be the same as name"),
        (vec![schema.clone()], vec![with("key", json!("n"))], "key must name a single string"),
        (vec![schema.clone()], vec![with("display", json!(["z"]))], "display must name a single string"),
        (
            vec![schema.clone()],
            vec![with("schemaExtensions", json!([{ "schema": "urn:x:Thing" }]))],
            "the type has already",
        ),
        (vec![schema.clone()], vec![kind.clone(), kind.clone()], "there are two of this name"),
        (vec![schema.clone()], vec![kind.clone(), with("name", json!("Other"))], "belongs to another type"),
    ];
    for (schemas, types, message) in cases {
        let error = read(&schemas, &types).unwrap_err();
        assert!(error.detail.contains(message), "{}", error.detail);
    }
    read(&[schema], &[kind]).unwrap();
}
