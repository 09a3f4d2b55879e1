//! A tenant's own documents: they extend the registry, and keep rules that the built-in ones need not.
//!
//! What the protocol allows and the store cannot do is refused here, each by its name (RFC 7643 §6, §7).

use super::super::{
    Attribute, Extension, Kind, Mutability, Registry, ResourceType, Returned, Schema, Storage, Uniqueness,
};
use super::{Own, read};
use crate::scim::{Error, urn};
use serde_json::Value;
use std::sync::Arc;

/// The most schemas of a tenant's own.
const SCHEMAS: usize = 100;
/// The most resource types of a tenant's own.
const TYPES: usize = 50;
/// The most attributes of a schema, sub-attributes among them.
const ATTRIBUTES: usize = 200;
/// The most bytes of a document.
const BYTES: usize = 64 * 1024;
/// The most characters of a name, a URN or an endpoint.
const NAME: usize = 256;
/// What names and endpoints of the protocol's own are, which no type may have (RFC 7644 §3.2).
const PROTOCOL: [&str; 8] = [
    "Schemas",
    "Schema",
    "ResourceTypes",
    "ResourceType",
    "ServiceProviderConfig",
    "ServiceProviderConfigs",
    "Me",
    "Bulk",
];
/// The schemas of what the protocol itself shows.
const PROTOCOL_SCHEMAS: [&str; 3] = [urn::SCHEMA, urn::RESOURCE_TYPE, urn::SERVICE_PROVIDER_CONFIG];
/// What URNs of messages, and of ours, begin with, in lower case.
const PROTOCOL_URNS: [&str; 2] = ["urn:ietf:params:scim:api:", "urn:roster:"];

/// A registry with schemas and resource types of a tenant's own. A resource type document of a name that
/// there is already adds its extensions to that type, and must otherwise say the same.
///
/// # Errors
/// As [`read`](super::read).
pub fn extend(registry: &Registry, own: &Own) -> Result<Registry, Error> {
    at_most(own.schemas.len(), SCHEMAS, "schemas")?;
    at_most(own.types.len(), TYPES, "resource types")?;
    let mut extended = registry.clone();
    for (index, document) in own.schemas.iter().enumerate() {
        let place = place(document, "id", "schema", index);
        check_size(document, &place)?;
        let schema = read::schema(document, &place)?;
        check_schema(registry, &schema).map_err(|rule| Error::value(format!("schema {}: {rule}", schema.id)))?;
        read::add_schema(&mut extended, schema)?;
    }
    let mut widened = Vec::new();
    for (index, document) in own.types.iter().enumerate() {
        let place = place(document, "name", "resource type", index);
        check_size(document, &place)?;
        let kind = read::resource_type(&extended, document, &place)?;
        let broken = |rule: String| Error::value(format!("resource type {}: {rule}", kind.name));
        check_name(&kind.name, "name").map_err(broken)?;
        match registry.resource_type(&kind.name) {
            Some(_) if widened.contains(&kind.name) => return Err(broken("there are two of this name".to_owned())),
            Some(built_in) => {
                let wider = Arc::new(widen(registry, built_in, &kind).map_err(broken)?);
                widened.push(kind.name);
                extended.types.iter_mut().filter(|one| one.name == wider.name).for_each(|one| one.clone_from(&wider));
            }
            None => {
                check_type(registry, &kind).map_err(broken)?;
                read::add_type(&mut extended, kind)?;
            }
        }
    }
    for kind in &mut extended.types {
        let building = own.building.iter().filter(|(name, _)| *name == kind.name);
        let building: Vec<String> = building.map(|(_, attribute)| attribute.clone()).collect();
        if !building.is_empty() {
            *kind = Arc::new(ResourceType { building, ..ResourceType::clone(kind) });
        }
    }
    Ok(extended)
}

/// Which document is meant, for people.
fn place(document: &Value, key: &str, what: &str, index: usize) -> String {
    match document.get(key).and_then(Value::as_str) {
        Some(name) if !name.is_empty() && name.len() <= NAME => format!("{what} {name}"),
        Some(_) | None => format!("{what} document {}", index + 1),
    }
}

fn at_most(count: usize, limit: usize, what: &str) -> Result<(), Error> {
    if count <= limit {
        Ok(())
    } else {
        Err(Error::value(format!("there may be at most {limit} {what} beside the built-in ones")))
    }
}

fn check_size(document: &Value, place: &str) -> Result<(), Error> {
    if document.to_string().len() <= BYTES {
        return Ok(());
    }
    Err(Error::value(format!("{place}: a document may have at most {BYTES} bytes")))
}

fn check_length(text: &str, what: &str) -> Result<(), String> {
    if text.chars().count() <= NAME { Ok(()) } else { Err(format!("{what} may have at most {NAME} characters")) }
}

fn check_name(name: &str, what: &str) -> Result<(), String> {
    check_length(name, what)?;
    let name = name.trim_start_matches('/');
    if PROTOCOL.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(format!("{what} belongs to the protocol; choose another one (RFC 7644 §3.2)"));
    }
    Ok(())
}

/// The rules for a schema as a whole.
fn check_schema(built_in: &Registry, schema: &Schema) -> Result<(), String> {
    check_length(&schema.id, "id")?;
    check_length(&schema.name, "name")?;
    let id = schema.id.to_ascii_lowercase();
    if built_in.schema(&id).is_some() {
        return Err("id is the one of a built-in schema, which cannot be changed".to_owned());
    }
    let is_protocol = PROTOCOL_SCHEMAS.iter().any(|other| other.eq_ignore_ascii_case(&id));
    if is_protocol || PROTOCOL_URNS.iter().any(|head| id.starts_with(head)) {
        return Err("id is a URN of the protocol's own; choose one in a namespace of yours (RFC 7643 §10)".to_owned());
    }
    let count: usize = schema.attributes.iter().map(|attribute| 1 + attribute.sub_attributes.len()).sum();
    if count > ATTRIBUTES {
        return Err(format!("there may be at most {ATTRIBUTES} attributes and sub-attributes"));
    }
    for attribute in &schema.attributes {
        check_attribute(attribute, None)?;
        for sub in &attribute.sub_attributes {
            check_attribute(sub, Some(attribute))?;
        }
    }
    Ok(())
}

/// The rules for one attribute, or for a sub-attribute of `parent`.
fn check_attribute(attribute: &Attribute, parent: Option<&Attribute>) -> Result<(), String> {
    let rule = attribute_rule(attribute, parent);
    let Some(rule) = rule else { return check_length(&attribute.name, "the name of an attribute") };
    let parent = parent.map(|parent| format!("{}.", parent.name)).unwrap_or_default();
    Err(format!("attribute {parent}{}: {rule}", attribute.name))
}

/// The rule that an attribute breaks.
fn attribute_rule(attribute: &Attribute, parent: Option<&Attribute>) -> Option<&'static str> {
    let Attribute { kind, mutability, returned, uniqueness, storage, .. } = attribute;
    if !matches!(storage, Storage::Document | Storage::Indexed) {
        return Some("storage must be document or indexed; the other words are for built-in attributes");
    }
    if parent.is_none() && attribute.name.eq_ignore_ascii_case("password") {
        return Some("this name is for the password of a User alone, of which only a hash is kept");
    }
    if parent.is_some() && attribute.multi_valued {
        return Some("a sub-attribute holds one value; make the complex attribute multiValued (RFC 7643 §2.3.8)");
    }
    if attribute.required && *mutability == Mutability::ReadOnly {
        return Some("required and readOnly exclude each other: no client could give it a value (RFC 7643 §7)");
    }
    if *mutability == Mutability::WriteOnly && *returned != Returned::Never {
        return Some("mutability writeOnly needs returned never: no answer shows the value (RFC 7643 §7)");
    }
    if *uniqueness != Uniqueness::None && matches!(kind, Kind::Boolean | Kind::Complex) {
        return Some(
            "uniqueness is for simple values that are no booleans; for a complex one give it to a sub-attribute",
        );
    }
    if *storage == Storage::Indexed && *kind == Kind::Decimal {
        return Some("storage indexed is not for decimals; use integer or string");
    }
    let hidden = *returned == Returned::Never || parent.is_some_and(|parent| parent.returned == Returned::Never);
    if *storage == Storage::Indexed && hidden {
        return Some("storage indexed is not for what is never returned: no filter may ask for it (RFC 7644 §7.5.1)");
    }
    None
}

/// The rules for a resource type as a whole.
fn check_type(built_in: &Registry, kind: &ResourceType) -> Result<(), String> {
    check_name(&kind.endpoint, "endpoint")?;
    let core = &kind.schema;
    if built_in.schema(&core.id).is_some() {
        return Err("schema is built in and belongs to another type; make one of your own".to_owned());
    }
    // Reserved in every schema but this one, which is for the core schema of a type.
    if core.attribute("externalId").is_some() {
        let id = &core.id;
        return Err(format!("schema {id} defines externalId, which every resource has anyway (RFC 7643 §3.1)"));
    }
    kind.extensions.iter().try_for_each(|extension| check_extension(built_in, extension))
}

/// A built-in schema may extend further types if its values live in the document alone.
fn check_extension(built_in: &Registry, extension: &Extension) -> Result<(), String> {
    let Schema { id, attributes, .. } = &*extension.schema;
    let is_simple = |attribute: &Arc<Attribute>| matches!(attribute.storage, Storage::Document | Storage::Indexed);
    let is_native = urn::NATIVE.contains(&id.as_str());
    if built_in.schema(id).is_none() || (!is_native && attributes.iter().all(is_simple)) {
        return Ok(());
    }
    Err(format!("schemaExtensions: {id} is built in and belongs to another type"))
}

/// A built-in type with further extensions.
fn widen(registry: &Registry, built_in: &ResourceType, wanted: &ResourceType) -> Result<ResourceType, String> {
    let name = |attribute: &Arc<Attribute>| attribute.name.clone();
    let differs =
        |what: &str| Err(format!("the type is built in, so its {what} cannot be another one; leave it as it is"));
    if wanted.endpoint != built_in.endpoint {
        return differs("endpoint");
    }
    if wanted.schema.id != built_in.schema.id {
        return differs("schema");
    }
    if !wanted.description.is_empty() && wanted.description != built_in.description {
        return differs("description");
    }
    if wanted.key.is_some() && wanted.key != built_in.key {
        return differs("key");
    }
    if !wanted.display.is_empty() && wanted.display.iter().map(name).ne(built_in.display.iter().map(name)) {
        return differs("display");
    }
    let mut extensions = built_in.extensions.clone();
    for extension in &wanted.extensions {
        let id = &extension.schema.id;
        match built_in.extension(id) {
            Some(kept) if kept.required == extension.required => {}
            Some(_) => return Err(format!("schemaExtensions: {id} is built in, so required cannot be another one")),
            None if registry.schema(id).is_some() => {
                return Err(format!("schemaExtensions: {id} is built in and belongs to another type"));
            }
            None => extensions.push(extension.clone()),
        }
    }
    Ok(ResourceType { extensions, ..built_in.clone() })
}

#[cfg(test)]
mod tests;
