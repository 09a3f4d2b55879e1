//! A resource as a JSON document with canonical attribute names.
//!
//! [`read`] turns what a client sent (any case of names, `"True"`, one object for a list, echoes of
//! read-only attributes) into a [`Draft`] in canonical form.

use super::schema::ResourceType;
use super::{Error, Object};

/// What a client sent in a POST or PUT, in canonical form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The attributes that live in the document: canonical names, coerced values, no nulls, no
    /// empty lists, nothing read-only. Without `schemas`, `id` and `meta`.
    pub document: Object,
    /// The ids of the members, if the body has the attribute (an empty list if it is empty).
    pub members: Option<Vec<String>>,
    /// The password in the clear, if the body has one.
    pub password: Option<String>,
    /// The names of attributes that no schema of the type knows; they were left out.
    pub unknown: Vec<String>,
}

/// Reads the body of a POST or PUT.
///
/// # Errors
/// `invalidValue`, naming the attribute; `invalidSyntax` if the body is no object.
pub fn read(kind: &ResourceType, body: serde_json::Value) -> Result<Draft, Error> {
    let _ = (kind, body);
    todo!()
}

/// Puts `schemas` (the core schema and every extension with a value) and `id` first.
#[must_use]
pub fn finish(kind: &ResourceType, id: &str, document: Object) -> Object {
    let _ = (kind, id, document);
    todo!()
}
