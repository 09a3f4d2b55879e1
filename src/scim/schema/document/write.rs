//! Writing: the documents as `/Schemas` and `/ResourceTypes` show them, with nothing of ours.

use super::super::{Attribute, Kind, Mutability, ResourceType, Returned, Schema, Storage, Uniqueness};
use crate::scim::{Object, urn};
use serde_json::{Value, json};

/// The schema as `/Schemas` shows it, without `meta.location`.
#[must_use]
pub fn write_schema(schema: &Schema) -> Object {
    let attributes: Vec<Value> = schema.attributes.iter().map(|one| Value::Object(attribute(one))).collect();
    let mut document = Object::new();
    document.insert("schemas".to_owned(), json!([urn::SCHEMA]));
    document.insert("id".to_owned(), Value::from(schema.id.as_str()));
    document.insert("name".to_owned(), Value::from(schema.name.as_str()));
    document.insert("description".to_owned(), Value::from(schema.description.as_str()));
    document.insert("attributes".to_owned(), Value::Array(attributes));
    document.insert("meta".to_owned(), json!({ "resourceType": "Schema" }));
    document
}

/// The resource type as `/ResourceTypes` shows it, without `meta.location`.
#[must_use]
pub fn write_resource_type(kind: &ResourceType) -> Object {
    let extensions: Vec<Value> = kind
        .extensions
        .iter()
        .map(|extension| json!({ "schema": extension.schema.id, "required": extension.required }))
        .collect();
    let mut document = Object::new();
    document.insert("schemas".to_owned(), json!([urn::RESOURCE_TYPE]));
    document.insert("id".to_owned(), Value::from(kind.name.as_str()));
    document.insert("name".to_owned(), Value::from(kind.name.as_str()));
    document.insert("endpoint".to_owned(), Value::from(kind.endpoint.as_str()));
    document.insert("description".to_owned(), Value::from(kind.description.as_str()));
    document.insert("schema".to_owned(), Value::from(kind.schema.id.as_str()));
    if !extensions.is_empty() {
        document.insert("schemaExtensions".to_owned(), Value::Array(extensions));
    }
    document.insert("meta".to_owned(), json!({ "resourceType": "ResourceType" }));
    document
}

fn attribute(attribute: &Attribute) -> Object {
    let mut document = Object::new();
    document.insert("name".to_owned(), Value::from(attribute.name.as_str()));
    document.insert("type".to_owned(), Value::from(kind(attribute.kind)));
    document.insert("multiValued".to_owned(), Value::from(attribute.multi_valued));
    document.insert("description".to_owned(), Value::from(attribute.description.as_str()));
    document.insert("required".to_owned(), Value::from(attribute.required));
    if !attribute.canonical_values.is_empty() {
        document.insert("canonicalValues".to_owned(), json!(attribute.canonical_values));
    }
    document.insert("caseExact".to_owned(), Value::from(attribute.case_exact));
    document.insert("mutability".to_owned(), Value::from(mutability(attribute.mutability)));
    document.insert("returned".to_owned(), Value::from(returned(attribute.returned)));
    document.insert("uniqueness".to_owned(), Value::from(uniqueness(attribute.uniqueness)));
    if !attribute.reference_types.is_empty() {
        document.insert("referenceTypes".to_owned(), json!(attribute.reference_types));
    }
    if !attribute.sub_attributes.is_empty() {
        let parts = attribute.sub_attributes.iter().map(|sub| Value::Object(self::attribute(sub))).collect();
        document.insert("subAttributes".to_owned(), Value::Array(parts));
    }
    document
}

pub(in crate::scim::schema) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Boolean => "boolean",
        Kind::Decimal => "decimal",
        Kind::Integer => "integer",
        Kind::DateTime => "dateTime",
        Kind::Binary => "binary",
        Kind::Reference => "reference",
        Kind::Complex => "complex",
    }
}

pub(super) fn mutability(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

pub(super) fn returned(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

pub(super) fn uniqueness(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

pub(super) fn storage(storage: Storage) -> &'static str {
    match storage {
        Storage::Document => "document",
        Storage::Indexed => "indexed",
        Storage::Connection => "connection",
        Storage::Members => "members",
        Storage::Groups => "groups",
        Storage::Password => "password",
        Storage::Number => "number",
        Storage::Sessions => "sessions",
        Storage::Dependents => "dependents",
        Storage::Shown => "shown",
    }
}
