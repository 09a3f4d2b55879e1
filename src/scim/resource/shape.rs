//! Brings what a client sent for one attribute to the attribute's shape (RFC 7643 §2.3, §2.4).
//!
//! One object for a list, a list of one for a single value, a bare value for a complex one: what
//! clients mean is clear, so it is taken. Simple values are the business of [`value::coerce`].

use super::list;
use crate::scim::schema::{Attribute, Kind, Mutability};
use crate::scim::{Error, Object, json, value};
use serde_json::Value;
use std::collections::HashSet;
use unicode_normalization::is_nfkc;

/// How many values one attribute may be sent at a time.
const MAX_VALUES: usize = 10_000;
/// How many bytes of text one request may bring, members not counted.
const MAX_TEXT: usize = 1024 * 1024;
/// The shortest password, in bytes.
const MIN_PASSWORD: usize = 8;
/// The longest password, in bytes.
const MAX_PASSWORD: usize = 1024;

/// Shapes values, counts their text, and remembers the names no schema knows.
#[derive(Debug, Default)]
pub(in crate::scim) struct Shape {
    /// Names of sub-attributes that were left out.
    pub(in crate::scim) unknown: Vec<String>,
    /// How many bytes of text there were so far.
    text: usize,
}

impl Shape {
    /// The canonical form of everything sent for an attribute: a list for a multi-valued one.
    /// None if it is unassigned.
    pub(in crate::scim) fn attribute(&mut self, attribute: &Attribute, sent: Value) -> Result<Option<Value>, Error> {
        if !attribute.multi_valued {
            return self.one(attribute, sent);
        }
        let sent = elements(attribute, sent)?;
        let mut values = Vec::with_capacity(sent.len());
        for element in sent {
            values.extend(self.one(attribute, element)?.filter(|element| !list::is_hollow(attribute, element)));
        }
        list::merge_equal(attribute, &mut values);
        list::keep_last_primary(&mut values);
        Ok(if values.is_empty() { None } else { Some(Value::Array(values)) })
    }

    /// The canonical form of a single value, or of one value of a multi-valued attribute.
    pub(in crate::scim) fn one(&mut self, attribute: &Attribute, sent: Value) -> Result<Option<Value>, Error> {
        let sent = only(attribute, sent)?;
        if attribute.kind != Kind::Complex {
            self.count(sent.as_str().unwrap_or_default())?;
            return value::coerce(attribute, sent);
        }
        let mut parts = self.parts(attribute, sent)?;
        parts.retain(|_, part| !part.is_null());
        Ok(if parts.is_empty() { None } else { Some(Value::Object(parts)) })
    }

    /// Counts a text that is going to be folded or kept. All of them together are bounded, because
    /// folding takes its time and can make a text eighteen times as long. What has to be
    /// normalized for it counts four times.
    pub(in crate::scim) fn count(&mut self, text: &str) -> Result<(), Error> {
        self.text += if is_nfkc(text) { text.len() } else { text.len() * 4 };
        if self.text > MAX_TEXT {
            return Err(Error::too_large(format!(
                "one request may bring at most {MAX_TEXT} bytes of text, members not counted"
            )));
        }
        Ok(())
    }

    /// The parts sent for a complex value; null for those that are to be unassigned.
    pub(in crate::scim) fn parts(&mut self, attribute: &Attribute, sent: Value) -> Result<Object, Error> {
        let sent = match only(attribute, sent)? {
            Value::Object(sent) => sent,
            Value::Null => return Ok(Object::new()),
            Value::String(text) if text.is_empty() => return Ok(Object::new()),
            bare if attribute.sub_attribute("value").is_some() => Object::from_iter([("value".to_owned(), bare)]),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(Error::value(format!(
                    "{} is a complex attribute and takes an object (RFC 7643 §2.3.8)",
                    attribute.name
                )));
            }
        };
        let mut parts = Object::with_capacity(sent.len());
        for (name, part) in sent {
            let Some(sub) = attribute.sub_attribute(&name) else {
                self.unknown.push(format!("{}.{name}", attribute.name));
                continue;
            };
            if sub.mutability != Mutability::ReadOnly {
                let part = self.attribute(sub, part).map_err(|error| within(attribute, &error))?;
                parts.insert(sub.name.clone(), part.unwrap_or(Value::Null));
            }
        }
        Ok(parts)
    }
}

/// An error of a part, with the attribute it is a part of.
fn within(attribute: &Attribute, error: &Error) -> Error {
    let Error { scim_type, detail, too_large } = error;
    Error { scim_type: *scim_type, detail: format!("{}: {detail}", attribute.name), too_large: *too_large }
}

/// What was sent for a multi-valued attribute, as a list.
fn elements(attribute: &Attribute, sent: Value) -> Result<Vec<Value>, Error> {
    let list = match sent {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![one],
    };
    if list.len() > MAX_VALUES {
        return Err(too_many(attribute));
    }
    Ok(list)
}

/// The one value in a list of one.
fn only(attribute: &Attribute, mut sent: Value) -> Result<Value, Error> {
    while let Value::Array(list) = sent {
        let mut list = list.into_iter();
        sent = list.next().unwrap_or(Value::Null);
        if list.next().is_some() {
            return Err(Error::value(format!("{} takes one value, not a list (RFC 7643 §2.4)", attribute.name)));
        }
    }
    Ok(sent)
}

fn too_many(attribute: &Attribute) -> Error {
    Error::too_large(format!("{}: at most {MAX_VALUES} values may be sent at a time", attribute.name))
}

/// The ids of the members sent for a group, each once, in the order sent. Only `value` of a member
/// counts; what else is said of it is derived. Clients send objects, bare ids, and either as JSON text.
pub(in crate::scim) fn member_ids(attribute: &Attribute, sent: Value) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    collect_ids(attribute, sent, &mut ids)?;
    let mut seen = HashSet::with_capacity(ids.len());
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

fn collect_ids(attribute: &Attribute, sent: Value, ids: &mut Vec<String>) -> Result<(), Error> {
    let refuse = || {
        Err(Error::value(format!(
            "a value of {} is an object whose \"value\" is the id of a resource (RFC 7643 §4.2)",
            attribute.name
        )))
    };
    for member in elements(attribute, sent)? {
        let id = match member {
            Value::Object(parts) => match parts.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("value")) {
                Some((_, id)) => id,
                None => return refuse(),
            },
            Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
                match json::parse(text.as_bytes()) {
                    Ok(sent) => collect_ids(attribute, sent, ids)?,
                    Err(_) => return refuse(),
                }
                continue;
            }
            bare => bare,
        };
        match id {
            Value::String(id) if id.is_empty() => {}
            Value::String(id) => ids.push(id),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return refuse(),
        }
        if ids.len() > MAX_VALUES {
            return Err(too_many(attribute));
        }
    }
    Ok(())
}

/// The password sent, in the clear; none if it is unassigned.
pub(in crate::scim) fn password(attribute: &Attribute, sent: Value) -> Result<Option<String>, Error> {
    match value::coerce(attribute, only(attribute, sent)?)? {
        None => Ok(None),
        Some(Value::String(text)) if (MIN_PASSWORD..=MAX_PASSWORD).contains(&text.len()) => Ok(Some(text)),
        Some(_) => Err(Error::value(format!("{} must have {MIN_PASSWORD} to {MAX_PASSWORD} bytes", attribute.name))),
    }
}
