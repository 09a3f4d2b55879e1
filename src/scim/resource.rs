//! A resource as a JSON document with canonical attribute names.
//!
//! [`read`] turns what a client sent (any case of names, `"True"`, one object for a list, echoes of
//! read-only attributes) into a [`Draft`] in canonical form (RFC 7643 §2, RFC 7644 §3.3, §3.5.1).

pub(in crate::scim) mod list;
pub(in crate::scim) mod shape;

#[cfg(test)]
mod tests;

use super::schema::{Attribute, Mutability, ResourceType, Schema, Storage};
use super::tolerance::{Profile, Tolerance, Used};
use super::{Error, Object};
use serde_json::Value;
use shape::Shape;

/// What a client sent in a POST or PUT, in canonical form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The attributes that live in the document: canonical names, coerced values, no nulls, no
    /// empty lists, nothing read-only. Without `schemas`, `id` and `meta`.
    pub document: Object,
    /// The ids of the members, each once, if the body has the attribute: an empty list if it is
    /// empty, none if it is null.
    pub members: Option<Vec<String>>,
    /// The password in the clear, if the body has one.
    pub password: Option<String>,
    /// The names of attributes that no schema of the type knows; they were left out.
    pub unknown: Vec<String>,
    /// The tolerances without which the body would have been refused or read otherwise.
    pub used: Used,
}

/// Reads the body of a POST or PUT as tolerantly as the profile says.
///
/// # Errors
/// `invalidValue`, naming the attribute; `invalidSyntax` if the body is no object or, where that is
/// not tolerated, names a schema or has an attribute that nobody knows.
pub fn read(kind: &ResourceType, body: Value, profile: &Profile) -> Result<Draft, Error> {
    let Value::Object(body) = body else {
        return Err(Error::syntax("the body must be a JSON object that represents the resource (RFC 7644 §3.3)"));
    };
    let mut reader = Reader { kind, draft: Draft::default(), shape: Shape::new(profile) };
    if let Some(fault) = schemas_fault(kind, &body) {
        reader.shape.leeway.need(Tolerance::AnySchemas, || Error::syntax(format!("schemas {fault} (RFC 7643 §3)")))?;
    }
    reader.core(body)?;
    let Reader { draft, shape, .. } = reader;
    Ok(Draft { unknown: shape.unknown, used: shape.leeway.used, ..draft })
}

/// What is wrong with the list of schemas of a body: it must name the schemas of the resource type
/// that the body has attributes of, the core schema among them, and no others.
fn schemas_fault(kind: &ResourceType, body: &Object) -> Option<String> {
    let core = &kind.schema.id;
    let sent = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas")).map(|(_, sent)| sent);
    let Some(Value::Array(listed)) = sent else {
        return Some(format!("must be a list of URNs with {core}"));
    };
    let is_listed =
        |urn: &str| listed.iter().any(|listed| listed.as_str().is_some_and(|listed| listed.eq_ignore_ascii_case(urn)));
    let is_ours = |listed: &Value| {
        listed.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(core) || kind.extension(urn).is_some())
    };
    if !is_listed(core) {
        return Some(format!("must name {core}"));
    }
    if !listed.iter().all(is_ours) {
        return Some(format!("may only name schemas of the resource type {}", kind.name));
    }
    let mut used = body.iter().filter(|(_, sent)| !sent.is_null()).filter_map(|(name, _)| kind.extension(name));
    let missing = used.find(|extension| !is_listed(&extension.schema.id))?;
    Some(format!("must name {}, whose attributes the body has", missing.schema.id))
}

/// Puts `schemas` (the core schema and every extension with a value) and `id` first.
#[must_use]
pub fn finish(kind: &ResourceType, id: &str, document: Object) -> Object {
    let extensions = kind.extensions.iter().map(|extension| &extension.schema.id);
    let schemas = std::iter::once(&kind.schema.id).chain(extensions.filter(|urn| document.contains_key(*urn)));
    let mut finished = Object::with_capacity(document.len() + 2);
    finished.insert("schemas".to_owned(), schemas.map(String::as_str).collect());
    finished.insert("id".to_owned(), Value::from(id));
    finished.extend(document.into_iter().filter(|(name, _)| name != "schemas" && name != "id"));
    finished
}

struct Reader<'k, 'p> {
    kind: &'k ResourceType,
    draft: Draft,
    shape: Shape<'p>,
}

impl<'k> Reader<'k, '_> {
    fn core(&mut self, body: Object) -> Result<(), Error> {
        for (name, sent) in body {
            if name.eq_ignore_ascii_case("schemas") {
                continue;
            }
            if let Some(extension) = self.kind.extension(&name) {
                self.extension(&extension.schema, sent)?;
            } else if name.eq_ignore_ascii_case(&self.kind.schema.id) {
                self.core(object(&name, sent)?)?;
            } else if let Some((extension, attribute)) = find(self.kind, &name) {
                self.put(extension, attribute, sent)?;
            } else {
                self.shape.leave_out(name)?;
            }
        }
        Ok(())
    }

    fn extension(&mut self, schema: &'k Schema, sent: Value) -> Result<(), Error> {
        for (name, sent) in object(&schema.id, sent)? {
            match schema.attribute(&name) {
                Some(attribute) => self.put(Some(schema), attribute, sent)?,
                // Every representation may say what it is (RFC 7643 §3).
                None if name.eq_ignore_ascii_case("schemas") => {}
                None => self.shape.leave_out(format!("{}:{name}", schema.id))?,
            }
        }
        Ok(())
    }

    fn put(&mut self, extension: Option<&Schema>, attribute: &Attribute, sent: Value) -> Result<(), Error> {
        if attribute.mutability == Mutability::ReadOnly {
            return self.shape.pass_by(attribute, &sent);
        }
        match attribute.storage {
            // Read-only, all of them.
            Storage::Groups | Storage::Number | Storage::Sessions | Storage::Dependents | Storage::Shown => {}
            Storage::Members if sent.is_null() => {}
            Storage::Members => self.draft.members = Some(self.shape.member_ids(attribute, sent)?),
            Storage::Password => self.draft.password = self.shape.password(attribute, sent)?,
            Storage::Document | Storage::Indexed | Storage::Connection => {
                if let Some(value) = self.shape.attribute(attribute, sent)?
                    && let Some(attributes) = container(&mut self.draft.document, extension)
                {
                    attributes.insert(attribute.name.clone(), value);
                }
            }
        }
        Ok(())
    }
}

/// The object an attribute lives in: the document, or the extension's object in it, which is made.
/// None only if something else stands in the extension's place.
pub(in crate::scim) fn container<'d>(document: &'d mut Object, extension: Option<&Schema>) -> Option<&'d mut Object> {
    match extension {
        None => Some(document),
        Some(schema) => {
            document.entry(schema.id.as_str()).or_insert_with(|| Value::Object(Object::new())).as_object_mut()
        }
    }
}

/// Puts a value into the extension that has an attribute kept in this way; `schemas` is left as it is.
pub fn put_stored_as(kind: &ResourceType, document: &mut Object, storage: Storage, value: Value) {
    if let Some((schema, attribute)) = kind.extension_stored_as(storage)
        && let Some(attributes) = container(document, Some(schema))
    {
        attributes.insert(attribute.name.clone(), value);
    }
}

/// The attributes sent under the URN of a schema; none if it is unassigned.
pub(in crate::scim) fn object(urn: &str, sent: Value) -> Result<Object, Error> {
    match sent {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(Object::new()),
        Value::String(text) if text.is_empty() => Ok(Object::new()),
        Value::Array(list) if list.is_empty() => Ok(Object::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Error::value(format!("{urn} takes an object with the attributes of the schema (RFC 7643 §3.3)")))
        }
    }
}

/// An attribute by the key a body gives it: its name, or its name after the URN of its schema.
fn find<'k>(kind: &'k ResourceType, name: &str) -> Option<(Option<&'k Schema>, &'k Attribute)> {
    let after = |urn: &str| {
        let (prefix, rest) = name.split_at_checked(urn.len())?;
        prefix.eq_ignore_ascii_case(urn).then(|| rest.strip_prefix(':'))?
    };
    if let Some(attribute) = kind.attribute(after(&kind.schema.id).unwrap_or(name)) {
        return Some((None, attribute));
    }
    kind.extensions.iter().find_map(|extension| {
        let attribute = extension.schema.attribute(after(&extension.schema.id)?)?;
        Some((Some(&*extension.schema), &**attribute))
    })
}
