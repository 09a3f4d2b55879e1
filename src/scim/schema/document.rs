//! Reads and writes schema documents (RFC 7643 §7) and resource type documents (§6).
//!
//! The built-in documents lie in `documents/`; a tenant's own would come from the store through
//! the same functions. Three keys are ours and never shown: `storage` of an attribute, `key` and
//! `display` of a resource type.

use super::{Registry, ResourceType, Schema};
use crate::scim::{Error, Object};
use serde_json::Value;

/// What an operator may choose about the built-in schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Two groups of one tenant may not share a displayName, without regard to case.
    pub unique_group_names: bool,
}

/// The registry of the built-in documents: User, EnterpriseUser, Group.
#[must_use]
pub fn built_in(choices: Choices) -> Registry {
    let _ = choices;
    todo!()
}

/// Reads schema documents and the resource type documents that refer to them.
///
/// # Errors
/// `invalidValue`, naming the document, the attribute and the rule that is broken.
pub fn read(schemas: &[Value], types: &[Value]) -> Result<Registry, Error> {
    let _ = (schemas, types);
    todo!()
}

/// The schema as `/Schemas` shows it, without `meta.location`.
#[must_use]
pub fn write_schema(schema: &Schema) -> Object {
    let _ = schema;
    todo!()
}

/// The resource type as `/ResourceTypes` shows it, without `meta.location`.
#[must_use]
pub fn write_resource_type(kind: &ResourceType) -> Object {
    let _ = kind;
    todo!()
}
