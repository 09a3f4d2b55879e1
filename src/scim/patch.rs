//! PATCH (RFC 7644 §3.5.2): parse into edits, apply to a document.
//!
//! [`parse`] resolves every path and coerces every value, so that applying cannot meet an unknown
//! name. Members and passwords do not live in the document and come out beside the edits.

mod apply;
mod effort;
mod members;
mod parse;
#[cfg(test)]
mod tests;

use super::filter::Filter;
use super::path::Target;
use super::schema::ResourceType;
use super::tolerance::{Profile, Used};
use super::{Error, Object};
use serde_json::Value;
use std::fmt;

/// A whole PATCH request in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Changes of the document.
    pub edits: Vec<Edit>,
    /// Changes of the membership rows.
    pub members: Vec<MemberEdit>,
    /// The last word on the password.
    pub password: Option<PasswordEdit>,
    /// The `id` in a path-less value, which some clients send along. If it is not the id of the
    /// resource the request must be refused with `mutability`.
    pub id: Option<String>,
    /// Names of attributes that no schema knows: in path-less values, where they were left out, or
    /// in paths, whose operations were passed over.
    pub unknown: Vec<String>,
    /// The tolerances without which the body would have been refused or read otherwise.
    pub used: Used,
}

/// One change of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The operation of the request it stems from, counted from 1; for messages.
    pub operation: usize,
    /// What is done.
    pub action: Action,
    /// The attribute, and the sub-attribute if one is named.
    pub target: Target,
    /// Which elements of a multi-valued attribute are meant; targets relative to the element.
    pub filter: Option<Filter>,
    /// The element to make if the filter selects none: what its equality terms say. None if the
    /// filter does not describe one element.
    pub create: Option<Object>,
    /// The value in canonical form. For a removal: none, or the values of a multi-valued
    /// attribute that are to go. Where it is merged into a complex value, null unassigns a part.
    pub value: Option<Value>,
}

/// The operations of RFC 7644 §3.5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// §3.5.2.1
    Add,
    /// §3.5.2.2
    Remove,
    /// §3.5.2.3
    Replace,
}

/// What becomes of the password.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordEdit {
    /// It becomes this text, in the clear.
    Set(String),
    /// There is none any more.
    Remove,
}

impl fmt::Debug for PasswordEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set(…)",
            Self::Remove => "Remove",
        })
    }
}

/// One change of a group's membership, by resource id.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberEdit {
    /// These become members; present ones stay.
    Add(Vec<String>),
    /// These are no longer members; absent ones are no error.
    Remove(Vec<String>),
    /// Every member whose element matches is removed; targets relative to the element.
    RemoveWhere(Filter),
    /// Exactly these are the members.
    Replace(Vec<String>),
}

/// Reads the body of a PATCH as tolerantly as the profile says.
///
/// # Errors
/// `invalidSyntax`, `invalidPath`, `invalidValue`, `mutability` or `noTarget`, naming the operation
/// (from 1) and the attribute.
pub fn parse(kind: &ResourceType, body: &Value, profile: &Profile) -> Result<Patch, Error> {
    parse::parse(kind, body, profile)
}

/// Applies the edits in order; answers the tolerances that this made use of. After an error the document is of
/// no use.
///
/// # Errors
/// `noTarget` or `mutability`, naming the operation and the attribute; too large if the operations
/// look through too many values.
pub fn apply(kind: &ResourceType, edits: &[Edit], document: &mut Object) -> Result<Used, Error> {
    apply::apply(kind, edits, document)
}

/// The error with the operation it belongs to.
fn in_operation(number: usize, error: Error) -> Error {
    let Error { scim_type, detail, too_large } = error;
    Error { scim_type, detail: format!("operation {number}: {detail}"), too_large }
}
