//! Brings what a client sent for one attribute to the attribute's shape (RFC 7643 §2.3, §2.4).
//!
//! One object for a list, a list of one for a single value, a bare value for a complex one: what
//! clients mean is clear, so it is taken. Simple values are the business of [`value::coerce`].

use super::list;
use crate::scim::schema::{Attribute, Kind, Mutability};
use crate::scim::tolerance::{Leeway, Profile, Tolerance};
use crate::scim::{Error, Object, json, path, value};
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

/// Shapes values as far as a profile allows, counts their text, and remembers the names no schema
/// knows.
#[derive(Debug)]
pub(in crate::scim) struct Shape<'p> {
    /// Names of attributes that were left out.
    pub(in crate::scim) unknown: Vec<String>,
    /// What may be bent, and what was.
    pub(in crate::scim) leeway: Leeway<'p>,
    /// How many bytes of text there were so far.
    text: usize,
}

impl<'p> Shape<'p> {
    pub(in crate::scim) fn new(profile: &'p Profile) -> Self {
        Self { unknown: Vec::new(), leeway: Leeway::new(profile), text: 0 }
    }

    /// Leaves out an attribute that no schema knows.
    pub(in crate::scim) fn leave_out(&mut self, name: String) -> Result<(), Error> {
        self.leeway.need(Tolerance::UnknownAttributes, || {
            let name = path::shown(&name);
            Error::syntax(format!(
                "{name} is no attribute of any schema of the resource (RFC 7644 §3.12, invalidSyntax)"
            ))
        })?;
        self.unknown.push(name);
        Ok(())
    }

    /// Passes by a read-only attribute (RFC 7644 §3.3, §3.5.1), but not what no schema knows in it.
    pub(in crate::scim) fn pass_by(&mut self, attribute: &Attribute, sent: &Value) -> Result<(), Error> {
        let elements = sent.as_array().map_or(std::slice::from_ref(sent), Vec::as_slice);
        elements.iter().filter_map(Value::as_object).try_for_each(|parts| self.leave_out_of(attribute, parts))
    }

    /// Leaves out the parts of a complex value that its attribute does not have.
    fn leave_out_of(&mut self, attribute: &Attribute, parts: &Object) -> Result<(), Error> {
        let mut unknown = parts.keys().filter(|name| attribute.sub_attribute(name).is_none());
        unknown.try_for_each(|name| self.leave_out(format!("{}.{name}", attribute.name)))
    }

    /// The canonical form of everything sent for an attribute: a list for a multi-valued one.
    /// None if it is unassigned.
    pub(in crate::scim) fn attribute(&mut self, attribute: &Attribute, sent: Value) -> Result<Option<Value>, Error> {
        if !attribute.multi_valued {
            return self.one(attribute, sent);
        }
        let sent = self.elements(attribute, sent)?;
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
        let sent = self.only(attribute, sent)?;
        if attribute.kind != Kind::Complex {
            self.count(sent.as_str().unwrap_or_default())?;
            return self.simple(attribute, sent);
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
        let refusal =
            || Error::value(format!("{} is a complex attribute and takes an object (RFC 7643 §2.3.8)", attribute.name));
        let mut sent = match self.only(attribute, sent)? {
            Value::Object(sent) => sent,
            Value::Null => return Ok(Object::new()),
            Value::String(text) if text.is_empty() => return Ok(Object::new()),
            bare if attribute.sub_attribute("value").is_some() => {
                self.leeway.need(Tolerance::LooseShapes, refusal)?;
                Object::from_iter([("value".to_owned(), bare)])
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => return Err(refusal()),
        };
        if attribute.name == "roles" {
            self.expand_role(&mut sent);
        }
        let mut parts = Object::with_capacity(sent.len());
        for (name, part) in sent {
            let Some(sub) = attribute.sub_attribute(&name) else {
                self.leave_out(format!("{}.{name}", attribute.name))?;
                continue;
            };
            let read = if sub.mutability == Mutability::ReadOnly {
                self.pass_by(sub, &part).map(|()| None)
            } else {
                self.attribute(sub, part).map(|part| Some(part.unwrap_or(Value::Null)))
            };
            if let Some(part) = read.map_err(|error| within(attribute, &error))? {
                parts.insert(sub.name.clone(), part);
            }
        }
        Ok(parts)
    }

    /// Takes the JSON text that Entra ID sends as the value of a role apart; what stands beside it
    /// in the open counts more.
    fn expand_role(&mut self, sent: &mut Object) {
        let packed =
            sent.iter().find(|(name, _)| name.eq_ignore_ascii_case("value")).and_then(|(_, value)| value.as_str());
        let Some(text) = packed.filter(|text| text.trim_start().starts_with('{')) else { return };
        let Ok(Value::Object(packed)) = json::parse(text.as_bytes()) else { return };
        let part =
            |wanted: &str| packed.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, part)| part);
        let Some(value) = part("value").filter(|value| value.is_string()) else { return };
        if !self.leeway.take(Tolerance::ExpandRoles) {
            return;
        }
        let beside = [("display", part("displayName").or(part("display"))), ("type", part("type"))];
        sent.retain(|name, _| !name.eq_ignore_ascii_case("value"));
        sent.insert("value".to_owned(), value.clone());
        for (name, part) in beside {
            let Some(part) = part.filter(|part| part.is_string()) else { continue };
            if !sent.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                sent.insert(name.to_owned(), part.clone());
            }
        }
    }

    /// A simple value, brought to the attribute's type.
    fn simple(&mut self, attribute: &Attribute, sent: Value) -> Result<Option<Value>, Error> {
        let stretch = value::stretch(attribute, &sent);
        let coerced = value::coerce(attribute, sent)?;
        if let Some(tolerance) = stretch.filter(|_| coerced.is_some()) {
            self.leeway.need(tolerance, || value::mismatch(attribute))?;
        }
        Ok(coerced)
    }

    /// What was sent for a multi-valued attribute, as a list.
    fn elements(&mut self, attribute: &Attribute, sent: Value) -> Result<Vec<Value>, Error> {
        let list = match sent {
            Value::Array(list) => list,
            Value::Null => Vec::new(),
            Value::String(text) if text.is_empty() => Vec::new(),
            one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                self.leeway.need(Tolerance::LooseShapes, || {
                    Error::value(format!("{} is multi-valued and takes a list (RFC 7643 §2.4)", attribute.name))
                })?;
                vec![one]
            }
        };
        if list.len() > MAX_VALUES {
            return Err(too_many(attribute));
        }
        Ok(list)
    }

    /// The one value in a list of one.
    fn only(&mut self, attribute: &Attribute, mut sent: Value) -> Result<Value, Error> {
        let refusal = || Error::value(format!("{} takes one value, not a list (RFC 7643 §2.4)", attribute.name));
        while let Value::Array(list) = sent {
            let mut list = list.into_iter();
            sent = match (list.next(), list.next()) {
                (None, _) => Value::Null,
                (Some(one), None) => {
                    self.leeway.need(Tolerance::LooseShapes, refusal)?;
                    one
                }
                (Some(_), Some(_)) => return Err(refusal()),
            };
        }
        Ok(sent)
    }

    /// The ids of the members sent for a group, each once, in the order sent. Only `value` of a member
    /// counts; what else is said of it is derived. Clients send objects, bare ids, and either as JSON text.
    pub(in crate::scim) fn member_ids(&mut self, attribute: &Attribute, sent: Value) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        self.collect_ids(attribute, sent, &mut ids)?;
        let mut seen = HashSet::with_capacity(ids.len());
        ids.retain(|id| seen.insert(id.clone()));
        Ok(ids)
    }

    fn collect_ids(&mut self, attribute: &Attribute, sent: Value, ids: &mut Vec<String>) -> Result<(), Error> {
        let refusal = || {
            Error::value(format!(
                "a value of {} is an object whose \"value\" is the id of a resource (RFC 7643 §4.2)",
                attribute.name
            ))
        };
        for member in self.elements(attribute, sent)? {
            let id = match member {
                Value::Object(parts) => {
                    self.leave_out_of(attribute, &parts)?;
                    let id = parts.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("value"));
                    id.ok_or_else(refusal)?.1
                }
                Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
                    self.leeway.need(Tolerance::LooseShapes, refusal)?;
                    let sent = json::parse(text.as_bytes()).map_err(|_| refusal())?;
                    self.collect_ids(attribute, sent, ids)?;
                    continue;
                }
                Value::Null => continue,
                Value::String(text) if text.is_empty() => continue,
                bare => {
                    self.leeway.need(Tolerance::LooseShapes, refusal)?;
                    bare
                }
            };
            match id {
                Value::String(id) if id.is_empty() => {}
                Value::String(id) => ids.push(id),
                Value::Null => {}
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return Err(refusal()),
            }
            if ids.len() > MAX_VALUES {
                return Err(too_many(attribute));
            }
        }
        Ok(())
    }

    /// The password sent, in the clear; none if it is unassigned.
    pub(in crate::scim) fn password(&mut self, attribute: &Attribute, sent: Value) -> Result<Option<String>, Error> {
        let sent = self.only(attribute, sent)?;
        match self.simple(attribute, sent)? {
            None => Ok(None),
            Some(Value::String(text)) if (MIN_PASSWORD..=MAX_PASSWORD).contains(&text.len()) => Ok(Some(text)),
            Some(_) => {
                Err(Error::value(format!("{} must have {MIN_PASSWORD} to {MAX_PASSWORD} bytes", attribute.name)))
            }
        }
    }
}

/// An error of a part, with the attribute it is a part of.
fn within(attribute: &Attribute, error: &Error) -> Error {
    let Error { scim_type, detail, too_large } = error;
    Error { scim_type: *scim_type, detail: format!("{}: {detail}", attribute.name), too_large: *too_large }
}

fn too_many(attribute: &Attribute) -> Error {
    Error::too_large(format!("{}: at most {MAX_VALUES} values may be sent at a time", attribute.name))
}
