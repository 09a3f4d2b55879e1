//! JSON Schemas of the resources, from the registry.
//!
//! A canonical value is an example, never an enumeration: the server stores others too.

use super::invented::is_hidden;
use super::name::{Name, Names};
use super::part::reference;
use super::{example, message};
use crate::scim::schema::{Attribute, Kind, Mutability, Registry, ResourceType, Returned, Schema};
use crate::scim::value;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Every component schema.
pub(super) fn components(registry: &Registry, names: &Names) -> Map<String, Value> {
    let mut all = Map::new();
    for kind in &registry.types {
        let name = names.kind(kind);
        all.insert(name.resource.clone(), resource(kind, names));
        for extension in &kind.extensions {
            all.insert(names.extension(&extension.schema).to_owned(), attributes_object(&extension.schema));
        }
        all.insert(name.list.clone(), list_of(kind, &name));
    }
    all.extend(message::components());
    all
}

/// A resource type: common attributes, core schema, extensions under their URNs.
fn resource(kind: &ResourceType, names: &Names) -> Value {
    let mut properties = Map::new();
    let common = |name: &str| kind.common.attribute(name).filter(|_| kind.schema.attribute(name).is_none());
    for attribute in ["schemas", "id", "externalId"].into_iter().filter_map(common) {
        properties.insert(attribute.name.clone(), property(attribute));
    }
    for attribute in &kind.schema.attributes {
        properties.insert(attribute.name.clone(), property(attribute));
    }
    for extension in &kind.extensions {
        properties.insert(extension.schema.id.clone(), reference(names.extension(&extension.schema)));
    }
    if let Some(meta) = common("meta") {
        properties.insert(meta.name.clone(), property(meta));
    }
    let every = kind.common.attributes.iter().chain(&kind.schema.attributes);
    // The rest may be left out of an answer by projection. A body without `schemas` is accepted.
    let always = every.filter(|attribute| attribute.returned == Returned::Always && attribute.name != "schemas");
    json!({
        "type": "object",
        "title": kind.name,
        "description": kind.description,
        "required": required(always),
        "properties": properties,
        "examples": [example::resource(kind)],
    })
}

/// A resource as a client sends it: what the core schema requires must be there, and extensions that are required.
pub(super) fn body(kind: &ResourceType, name: &Name) -> Value {
    let extensions = kind.extensions.iter().filter(|extension| extension.required);
    let mut names = required(kind.schema.attributes.iter().filter(|it| it.mutability != Mutability::ReadOnly));
    names.extend(extensions.map(|extension| extension.schema.id.as_str()));
    json!({ "allOf": [reference(&name.resource)], "required": names })
}

fn attributes_object(schema: &Schema) -> Value {
    let properties: Map<String, Value> =
        schema.attributes.iter().map(|attribute| (attribute.name.clone(), property(attribute))).collect();
    let mut object = json!({
        "type": "object",
        "title": schema.name,
        "description": schema.description,
        "properties": properties,
    });
    require(&mut object, &both_ways(&schema.attributes));
    object
}

/// Those that are there whichever way the object goes.
fn both_ways(attributes: &[Arc<Attribute>]) -> Vec<&str> {
    let goes = |it: &&Arc<Attribute>| it.mutability != Mutability::ReadOnly && !is_hidden(it) && it.name != "$ref";
    required(attributes.iter().filter(goes))
}

fn required<'a>(attributes: impl Iterator<Item = &'a Arc<Attribute>>) -> Vec<&'a str> {
    attributes.filter(|attribute| attribute.required).map(|attribute| attribute.name.as_str()).collect()
}

fn require(object: &mut Value, names: &[&str]) {
    if let (Some(object), false) = (object.as_object_mut(), names.is_empty()) {
        object.insert("required".to_owned(), json!(names));
    }
}

/// One attribute with its characteristics.
fn property(attribute: &Attribute) -> Value {
    let mut one = match attribute.kind {
        Kind::String => json!({ "type": "string" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Decimal => json!({ "type": "number" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::DateTime => json!({ "type": "string", "format": "date-time" }),
        Kind::Binary => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::Reference => json!({ "type": "string", "format": "uri-reference" }),
        Kind::Complex => complex(attribute),
    };
    if let (Some(one), false) = (one.as_object_mut(), attribute.canonical_values.is_empty()) {
        // The schema has their texts, whatever their type.
        let texts = attribute.canonical_values.iter().map(|text| Value::from(text.as_str()));
        let examples = texts.filter_map(|text| value::coerce(attribute, text).ok().flatten());
        one.insert("examples".to_owned(), examples.collect());
    }
    let mut whole = if attribute.multi_valued { json!({ "type": "array", "items": one }) } else { one };
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("description".to_owned(), Value::from(description(attribute)));
        // Clients do send `schemas`, although its value is not theirs to choose.
        if attribute.mutability == Mutability::ReadOnly && attribute.name != "schemas" {
            whole.insert("readOnly".to_owned(), Value::Bool(true));
        }
        if attribute.mutability == Mutability::WriteOnly || attribute.returned == Returned::Never {
            whole.insert("writeOnly".to_owned(), Value::Bool(true));
        }
    }
    whole
}

fn complex(attribute: &Attribute) -> Value {
    let properties: Map<String, Value> =
        attribute.sub_attributes.iter().map(|sub| (sub.name.clone(), property(sub))).collect();
    let mut object = json!({ "type": "object", "properties": properties });
    require(&mut object, &both_ways(&attribute.sub_attributes));
    object
}

fn description(attribute: &Attribute) -> String {
    let mut text = attribute.description.clone();
    if attribute.mutability == Mutability::Immutable {
        text.push_str(" Set once, then kept.");
    }
    if attribute.returned == Returned::Request {
        text.push_str(" Shown only when asked for in `attributes`.");
    }
    text
}

fn list_of(kind: &ResourceType, name: &Name) -> Value {
    json!({
        "title": format!("List of resources of the type {}", kind.name),
        "allOf": [
            reference("ListResponse"),
            { "type": "object", "properties": { "Resources": { "type": "array", "items": reference(&name.resource) } } },
        ],
        "examples": [example::list(kind)],
    })
}
