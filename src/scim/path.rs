//! Attribute paths (RFC 7644 §3.10): parse, print, resolve.
//!
//! [`Path`] is what a client wrote; [`Target`] is the attribute it means in one resource type.
//! Value paths with a filter in brackets belong to [`super::filter`] and [`super::patch`].

use super::schema::{Attribute, ResourceType, Schema};
use super::{Error, Object};
use std::sync::Arc;

/// An attribute of a resource type, or one of its sub-attributes.
///
/// Inside a value path the target is relative to the element: `attribute` is the sub-attribute
/// and `sub` is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The extension that defines the attribute; none for core and common attributes.
    pub extension: Option<Arc<Schema>>,
    /// The attribute.
    pub attribute: Arc<Attribute>,
    /// The sub-attribute, if one is meant.
    pub sub: Option<Arc<Attribute>>,
}

impl Target {
    /// The attribute whose type rules the value: the sub-attribute if there is one.
    #[must_use]
    pub fn leaf(&self) -> &Arc<Attribute> {
        self.sub.as_ref().unwrap_or(&self.attribute)
    }

    /// The JSON keys that lead to the value: extension URN, attribute, sub-attribute.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let extension = self.extension.iter().map(|schema| schema.id.as_str());
        let sub = self.sub.iter().map(|sub| sub.name.as_str());
        extension.chain(std::iter::once(self.attribute.name.as_str())).chain(sub)
    }

    /// The full name for messages and index rows: `emails.value`, `urn:…:User:manager.value`.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = String::new();
        if let Some(extension) = &self.extension {
            name.push_str(&extension.id);
            name.push(':');
        }
        name.push_str(&self.attribute.name);
        if let Some(sub) = &self.sub {
            name.push('.');
            name.push_str(&sub.name);
        }
        name
    }
}

/// Resolves an attribute path written by a client: `name.familyName`,
/// `urn:…:enterprise:2.0:User:manager.value`, `manager` (found in an extension).
///
/// # Errors
/// `invalidPath` if the text is no path or names no attribute of the type.
pub fn resolve(kind: &ResourceType, text: &str) -> Result<Target, Error> {
    let _ = (kind, text);
    todo!()
}

/// The value the target leads to in a document, if any: for a multi-valued attribute the list.
#[must_use]
pub fn get<'d>(document: &'d Object, target: &Target) -> Option<&'d serde_json::Value> {
    let _ = (document, target);
    todo!()
}
