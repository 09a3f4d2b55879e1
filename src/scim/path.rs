//! Attribute paths (RFC 7644 §3.10): read and resolve.
//!
//! [`Target`] is the attribute a path means in one resource type. A [`ValuePath`] is the path of a
//! PATCH operation (§3.5.2), which may choose elements with a filter in brackets.

mod value_path;

#[cfg(test)]
mod tests;

pub(super) use value_path::names_nothing;
pub use value_path::{ValuePath, resolve_patch};

use super::schema::{Attribute, ResourceType, Schema};
use super::{Error, Object};
use nom::bytes::complete::take_while1;
use nom::{IResult, Parser as _};
use std::sync::Arc;

/// The longest path a client may write, in bytes.
const LONGEST: usize = 1024;

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
    within_limit(text)?;
    match name(text) {
        Ok(("", name)) => lookup(kind, name).map_err(Error::path),
        Ok(_) | Err(_) => Err(Error::path(NO_PATH)),
    }
}

/// The value the target leads to in a document, if any: for a multi-valued attribute the list.
#[must_use]
pub fn get<'d>(document: &'d Object, target: &Target) -> Option<&'d serde_json::Value> {
    let mut keys = target.keys();
    let first = document.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.as_object()?.get(key))
}

const NO_PATH: &str =
    "the path must be an attribute name, such as userName, name.familyName or urn:…:User:department (RFC 7644 §3.10)";

fn within_limit(text: &str) -> Result<(), Error> {
    if text.len() > LONGEST {
        return Err(Error::path(format!("the path is longer than {LONGEST} bytes")));
    }
    Ok(())
}

/// Reads the longest text that can be an attribute path, URN included.
pub(super) fn name(input: &str) -> IResult<&str, &str> {
    let urn = input.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"));
    let part = move |c: char| {
        if urn {
            c.is_ascii_graphic() && !matches!(c, '"' | '(' | ')' | '[' | ']' | '\\' | ',')
        } else {
            c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_' | '.' | ':')
        }
    };
    take_while1(part).parse(input)
}

/// The attribute of a name, or why there is none, in words.
pub(super) fn lookup(kind: &ResourceType, name: &str) -> Result<Target, String> {
    let mut candidates: Vec<(Option<&Arc<Schema>>, &str)> = Vec::new();
    let schemas = kind.extensions.iter().map(|extension| &extension.schema);
    for (extension, schema) in std::iter::once((None, &kind.schema)).chain(schemas.map(|one| (Some(one), one))) {
        if let Some(rest) = after_urn(name, &schema.id) {
            candidates.push((extension, rest));
        }
    }
    // One URN may begin like another: the longest one is meant.
    if let Some((extension, rest)) = candidates.into_iter().min_by_key(|(_, rest)| rest.len()) {
        let (attribute, sub) = split(rest)?;
        let found = match extension {
            Some(extension) => extension.attribute(attribute),
            None => kind.attribute(attribute),
        };
        let found = found.ok_or_else(|| unknown(kind, name))?;
        return target(extension, found, sub);
    }
    if name.contains(':') {
        return Err(format!("the URN names no schema of {} (RFC 7644 §3.10)", kind.name));
    }
    let (attribute, sub) = split(name)?;
    if let Some(found) = kind.attribute(attribute) {
        return target(None, found, sub);
    }
    let mut found = kind.extensions.iter().filter_map(|one| Some((&one.schema, one.schema.attribute(attribute)?)));
    match (found.next(), found.next()) {
        (Some((extension, found)), None) => target(Some(extension), found, sub),
        (Some(_), Some(_)) => {
            Err(format!("{} is in several extensions: put its URN before it (RFC 7644 §3.10)", shown(name)))
        }
        (None, _) => Err(unknown(kind, name)),
    }
}

/// What follows a schema's URN and a colon; Entra ID puts a dot there.
fn after_urn<'n>(name: &'n str, urn: &str) -> Option<&'n str> {
    let head = name.get(..urn.len())?;
    let rest = name.get(urn.len()..)?;
    head.eq_ignore_ascii_case(urn).then(|| rest.strip_prefix([':', '.'])).flatten()
}

fn split(name: &str) -> Result<(&str, Option<&str>), String> {
    match name.split_once('.') {
        None => Ok((name, None)),
        Some((_, sub)) if sub.contains('.') => {
            Err("a path has at most one dot: attribute.subAttribute (RFC 7644 §3.10)".to_owned())
        }
        Some((attribute, sub)) => Ok((attribute, Some(sub))),
    }
}

fn target(extension: Option<&Arc<Schema>>, attribute: &Arc<Attribute>, sub: Option<&str>) -> Result<Target, String> {
    let sub = match sub {
        None => None,
        Some(sub) => Some(Arc::clone(sub_attribute(attribute, sub)?)),
    };
    Ok(Target { extension: extension.cloned(), attribute: Arc::clone(attribute), sub })
}

/// The sub-attribute of a name, or why there is none, in words.
pub(super) fn sub_attribute<'a>(attribute: &'a Attribute, name: &str) -> Result<&'a Arc<Attribute>, String> {
    attribute.sub_attribute(name).ok_or_else(|| {
        if attribute.is_complex() {
            format!("attribute {} has no sub-attribute {} (RFC 7644 §3.10)", attribute.name, shown(name))
        } else {
            format!("attribute {} has no sub-attributes (RFC 7644 §3.10)", attribute.name)
        }
    })
}

fn unknown(kind: &ResourceType, name: &str) -> String {
    format!("{} is no attribute of {} (RFC 7644 §3.10)", shown(name), kind.name)
}

/// A name a client wrote, if it is short enough for a message.
pub(super) fn shown(name: &str) -> &str {
    if name.len() <= 100 && !name.is_empty() { name } else { "the name" }
}
