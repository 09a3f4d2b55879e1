//! The path of a PATCH operation (RFC 7644 §3.5.2): an attribute, a choice of elements, a part.

use super::{NO_PATH, Target, lookup, name, sub_attribute, within_limit};
use crate::scim::filter::{self, Filter};
use crate::scim::schema::ResourceType;
use crate::scim::{Error, Object};
use std::sync::Arc;

/// What a PATCH path means in one resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuePath {
    /// The attribute, and the sub-attribute if one is named, before or behind the brackets.
    pub target: Target,
    /// Which elements are meant; targets relative to the element.
    pub filter: Option<Filter>,
    /// The element the filter describes, if it only joins equalities with `and` that do not
    /// contradict each other: canonical names, the values as the client wrote them, coerced.
    /// Equality with null describes nothing. Always none for lists of simple values.
    pub described: Option<Object>,
}

/// Resolves the path of a PATCH operation: `emails[type eq "work"].value`, `members[value eq "…"]`,
/// and every path without brackets.
///
/// # Errors
/// `invalidPath` if the text is no path or names no attribute of the type; `invalidFilter` with the
/// column in the path for what is between the brackets.
pub fn resolve_patch(kind: &ResourceType, text: &str) -> Result<ValuePath, Error> {
    within_limit(text)?;
    let (rest, written) = name(text).map_err(|_| Error::path(NO_PATH))?;
    let mut target = lookup(kind, written).map_err(Error::path)?;
    if rest.is_empty() {
        return Ok(ValuePath { target, filter: None, described: None });
    }
    if !rest.starts_with('[') {
        return Err(Error::path(NO_PATH));
    }
    if target.sub.is_some() || !(target.attribute.multi_valued || target.attribute.is_complex()) {
        return Err(Error::path(format!(
            "attribute {} has no elements to choose from with a filter (RFC 7644 §3.5.2)",
            target.name()
        )));
    }
    let (filter, described, rest) = filter::compile_brackets(&target.attribute, text, rest)?;
    if !rest.is_empty() {
        let sub = rest.strip_prefix('.').ok_or_else(|| {
            Error::path("behind the brackets of a path stands nothing, or a dot and a sub-attribute (RFC 7644 §3.5.2)")
        })?;
        target.sub = Some(Arc::clone(sub_attribute(&target.attribute, sub).map_err(Error::path)?));
    }
    Ok(ValuePath { target, filter: Some(filter), described })
}

/// Whether a text has the form of a path and names an attribute, or a part of one, that the type
/// does not have.
pub(in crate::scim) fn names_nothing(kind: &ResourceType, text: &str) -> bool {
    let Ok((rest, written)) = name(text) else { return false };
    match lookup(kind, written) {
        Err(_) => rest.is_empty() || rest.starts_with('['),
        Ok(target) => rest
            .strip_prefix('[')
            .and_then(|rest| rest.rsplit_once("]."))
            .is_some_and(|(_, sub)| name(sub) == Ok(("", sub)) && sub_attribute(&target.attribute, sub).is_err()),
    }
}
