//! Examples of resources of which nothing is known but the schemas: every attribute with a value that
//! would be accepted.

use super::example;
use crate::scim::schema::{Attribute, Kind, Mutability, ResourceType, Returned};
use crate::scim::{Object, urn, value};
use serde_json::{Value, json};
use std::sync::Arc;

/// Which way a resource goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To a client.
    Shown,
    /// From one.
    Sent,
}

/// A resource of a tenant's own type.
pub(super) fn resource(kind: &ResourceType, way: Way) -> Value {
    let mut resource = Object::new();
    resource.insert("schemas".to_owned(), json!([kind.schema.id]));
    if way == Way::Shown {
        resource.insert("id".to_owned(), json!(example::ID));
    }
    resource.extend(members(&kind.schema.attributes, way));
    extend(&mut resource, kind, way);
    if way == Way::Shown {
        resource.insert("meta".to_owned(), example::meta(&kind.name, &kind.endpoint, example::ID));
    }
    resource.into()
}

/// Adds a tenant's own extensions to a resource.
pub(super) fn extend(resource: &mut Object, kind: &ResourceType, way: Way) {
    for extension in &kind.extensions {
        let id = extension.schema.id.as_str();
        if id == urn::ENTERPRISE_USER || id == urn::LIFECYCLE || urn::NATIVE.contains(&id) {
            continue;
        }
        let members = members(&extension.schema.attributes, way);
        if members.is_empty() {
            continue;
        }
        if let Some(schemas) = resource.get_mut("schemas").and_then(Value::as_array_mut) {
            schemas.push(json!(id));
        }
        resource.insert(id.to_owned(), members.into());
    }
}

/// A change of a resource of a tenant's own type.
pub(super) fn patch(kind: &ResourceType) -> Value {
    let is_plain = |attribute: &&Arc<Attribute>| {
        attribute.mutability == Mutability::ReadWrite && !attribute.is_complex() && !attribute.multi_valued
    };
    let change = match kind.schema.attributes.iter().find(is_plain) {
        Some(attribute) => json!({ "op": "replace", "path": attribute.name, "value": one(attribute, Way::Sent) }),
        None => json!({ "op": "replace", "path": "externalId", "value": "example" }),
    };
    json!({ "schemas": [urn::PATCH_OP], "Operations": [change] })
}

/// A search that makes sense for every type.
pub(super) fn search() -> Value {
    json!({
        "schemas": [urn::SEARCH_REQUEST],
        "filter": "meta.lastModified gt \"2026-01-31T00:00:00Z\"",
        "startIndex": 1,
        "count": 50,
    })
}

fn members(attributes: &[Arc<Attribute>], way: Way) -> Object {
    let goes = |attribute: &&Arc<Attribute>| match way {
        // Tools take a value under this name for a reference of the document.
        _ if attribute.name == "$ref" => false,
        Way::Shown => !is_hidden(attribute),
        Way::Sent => attribute.mutability != Mutability::ReadOnly,
    };
    let whole = |attribute: &Arc<Attribute>| {
        let one = one(attribute, way)?;
        Some((attribute.name.clone(), if attribute.multi_valued { json!([one]) } else { one }))
    };
    attributes.iter().filter(goes).filter_map(whole).collect()
}

/// Whether no answer has it unasked.
pub(super) fn is_hidden(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::WriteOnly || matches!(attribute.returned, Returned::Never | Returned::Request)
}

/// One value; none of a complex attribute of which nothing goes this way.
fn one(attribute: &Attribute, way: Way) -> Option<Value> {
    let suggested = attribute.canonical_values.first().map(|text| Value::from(text.as_str()));
    if let Some(Ok(Some(suggested))) = suggested.map(|text| value::coerce(attribute, text)) {
        return Some(suggested);
    }
    Some(match attribute.kind {
        Kind::String => json!("example"),
        Kind::Boolean => json!(true),
        Kind::Decimal => json!(1.5),
        Kind::Integer => json!(1),
        Kind::DateTime => json!("2026-01-31T09:30:00Z"),
        Kind::Binary => json!("ZXhhbXBsZQ=="),
        Kind::Reference => json!("https://id.example.com/example"),
        Kind::Complex => {
            let members = members(&attribute.sub_attributes, way);
            return (!members.is_empty()).then(|| members.into());
        }
    })
}
