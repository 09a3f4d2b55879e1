//! What makes the values of one multi-valued attribute a set (RFC 7643 §2.4): equal values are one,
//! at most one is primary, and a value that says nothing is none.

use crate::scim::schema::{Attribute, Mutability};
use crate::scim::{Object, value};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

const PRIMARY: &str = "primary";

/// What tells one value from another: `value` and `type` where there is a `value`, else every
/// part but `primary` and what the server notes about it. Compared as filters compare, so that two spellings are one value.
pub(in crate::scim) fn identity(attribute: &Attribute, element: &Value) -> String {
    let Value::Object(parts) = element else { return key_text(attribute, element) };
    let part = |sub: &Attribute| match parts.get(&sub.name) {
        Some(Value::Array(values)) => values.iter().map(|value| key_text(sub, value)).collect(),
        Some(value) => key_text(sub, value),
        None => String::new(),
    };
    let names_it = parts.contains_key("value");
    attribute
        .sub_attributes
        .iter()
        .filter(|sub| {
            let noted = sub.name == PRIMARY || sub.mutability == Mutability::ReadOnly;
            if names_it { sub.name == "value" || sub.name == "type" } else { !noted }
        })
        .map(|sub| part(sub) + "\n")
        .collect()
}

/// Control characters are escaped in JSON, so a line break ends a key without doubt.
fn key_text(attribute: &Attribute, value: &Value) -> String {
    value::key(attribute, value).map_or_else(|| value.to_string(), |key| key.to_json().to_string())
}

/// Merges equal values into the first of them, which keeps its spelling and gains the other parts.
pub(in crate::scim) fn merge_equal(attribute: &Attribute, list: &mut Vec<Value>) {
    if list.len() < 2 {
        return;
    }
    let mut merged: Vec<Value> = Vec::with_capacity(list.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(list.len());
    for element in list.drain(..) {
        let place = *places.entry(identity(attribute, &element)).or_insert(merged.len());
        match (merged.get_mut(place), element) {
            (None, element) => merged.push(element),
            (Some(Value::Object(first)), Value::Object(parts)) => {
                first.extend(parts.into_iter().filter(|(name, _)| name != "value" && name != "type"));
            }
            (Some(_), _) => {}
        }
    }
    *list = merged;
}

/// Takes the values a client names out of a list: those with the same `value` and, if given, the
/// same `type`; where no `value` is given, those with all the parts given.
pub(in crate::scim) fn remove_named(attribute: &Attribute, list: &mut Vec<Value>, named: &[Value]) {
    let mut exact = HashSet::new();
    let mut by_value = HashSet::new();
    let mut by_parts = Vec::new();
    for named in named {
        match (value_text(attribute, named), named.get("type")) {
            (Some(_), Some(_)) => drop(exact.insert(identity(attribute, named))),
            (Some(text), None) => drop(by_value.insert(text)),
            (None, _) => by_parts.extend(named.as_object()),
        }
    }
    list.retain(|stored| {
        !exact.contains(&identity(attribute, stored))
            && !value_text(attribute, stored).is_some_and(|text| by_value.contains(&text))
            && !by_parts.iter().any(|parts| has_parts(attribute, stored, parts))
    });
}

/// The key of a value, or of the `value` of a complex one.
fn value_text(attribute: &Attribute, element: &Value) -> Option<String> {
    match element {
        Value::Object(parts) => Some(key_text(attribute.sub_attribute("value")?, parts.get("value")?)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Some(key_text(attribute, element))
        }
    }
}

fn has_parts(attribute: &Attribute, stored: &Value, parts: &Object) -> bool {
    attribute.sub_attributes.iter().filter(|sub| sub.name != PRIMARY).all(|sub| {
        parts
            .get(&sub.name)
            .is_none_or(|part| stored.get(&sub.name).is_some_and(|stored| key_text(sub, stored) == key_text(sub, part)))
    })
}

/// Whether a value has nothing but a label: `{"type": "home"}` is no address.
pub(in crate::scim) fn is_hollow(attribute: &Attribute, element: &Value) -> bool {
    let is_label = |name: &str| name == "type" || name == PRIMARY;
    match element {
        Value::Object(parts) => {
            parts.keys().all(|name| is_label(name))
                && (parts.is_empty() || attribute.sub_attributes.iter().any(|sub| !is_label(&sub.name)))
        }
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// Whether a value is known by a `value` of its own, or is simple.
pub(in crate::scim) fn has_value(element: &Value) -> bool {
    element.as_object().is_none_or(|parts| parts.contains_key("value"))
}

/// Whether a value is marked as the primary one.
pub(in crate::scim) fn is_primary(element: &Value) -> bool {
    element.get(PRIMARY) == Some(&Value::Bool(true))
}

/// Leaves the mark to one value: every other primary becomes an ordinary one.
pub(in crate::scim) fn demote_others(list: &mut [Value], winner: usize) {
    let (before, rest) = list.split_at_mut(winner.min(list.len()));
    demote_all(before);
    demote_all(rest.get_mut(1..).unwrap_or_default());
}

/// Takes the mark from every value.
pub(in crate::scim) fn demote_all(list: &mut [Value]) {
    for parts in list.iter_mut().filter(|element| is_primary(element)).filter_map(Value::as_object_mut) {
        parts.insert(PRIMARY.to_owned(), Value::Bool(false));
    }
}

/// Of several primary values the last one stays primary.
pub(in crate::scim) fn keep_last_primary(list: &mut [Value]) {
    if let Some(winner) = list.iter().rposition(is_primary) {
        demote_others(list, winner);
    }
}
