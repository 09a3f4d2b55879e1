//! The rules a whole resource must keep: required, mutability, limits of length.
//!
//! Types and shapes are the business of [`super::resource`] and [`super::value`] (RFC 7643 §2.2, §7).

#[cfg(test)]
mod tests;

use super::resource::list;
use super::schema::{Attribute, Kind, Mutability, ResourceType, Storage};
use super::{Error, Object, resource};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The longest text an attribute may have, in characters, where its keys are indexed.
pub(super) const MAX_INDEXED: usize = 1024;
/// How many values an attribute may hold.
const MAX_VALUES: usize = 1000;
/// How many bytes of text a document may hold; members are not in it.
const MAX_TEXT: usize = 1024 * 1024;
/// Attributes of the core schema with a limit of their own, in characters.
const MAX_LENGTHS: [(&str, usize); 3] = [("userName", 256), ("externalId", 512), ("displayName", 1024)];

/// Checks a new document and gives it its defaults (`active` is true).
///
/// # Errors
/// `invalidValue`, naming the attribute that is missing or too long.
pub fn create(kind: &ResourceType, document: &mut Object) -> Result<(), Error> {
    if let Some(active) = active(kind)
        && !document.contains_key(&active.name)
    {
        document.insert(active.name.clone(), Value::Bool(true));
    }
    check(kind, None, document)
}

/// Checks a PUT against what is stored: keeps what a PUT may not drop (`active`, immutable and
/// read-only values), refuses a changed immutable value.
///
/// # Errors
/// `mutability` or `invalidValue`, naming the attribute.
pub fn replace(kind: &ResourceType, stored: &Object, document: &mut Object) -> Result<(), Error> {
    keep_active(kind, stored, document);
    keep("", &kind.schema.attributes, stored, document)?;
    for extension in &kind.extensions {
        if let Some(Value::Object(stored)) = stored.get(&extension.schema.id)
            && let Some(attributes) = resource::container(document, Some(&extension.schema))
        {
            keep(&format!("{}:", extension.schema.id), &extension.schema.attributes, stored, attributes)?;
            if attributes.is_empty() {
                document.shift_remove(&extension.schema.id);
            }
        }
    }
    check(kind, None, document)
}

/// Checks a patched document against what is stored.
///
/// # Errors
/// `mutability` or `invalidValue`, naming the attribute.
pub fn patch(kind: &ResourceType, stored: &Object, document: &mut Object) -> Result<(), Error> {
    refuse_changes("", &kind.schema.attributes, stored, document)?;
    let nothing = Object::new();
    for extension in &kind.extensions {
        if let Some(Value::Object(stored)) = stored.get(&extension.schema.id) {
            let attributes = document.get(&extension.schema.id).and_then(Value::as_object);
            let prefix = format!("{}:", extension.schema.id);
            refuse_changes(&prefix, &extension.schema.attributes, stored, attributes.unwrap_or(&nothing))?;
        }
    }
    check(kind, Some(stored), document)
}

/// The attribute that says whether the resource may be used (RFC 7643 §4.1.1).
fn active(kind: &ResourceType) -> Option<&Arc<Attribute>> {
    kind.schema.attribute("active").filter(|active| active.kind == Kind::Boolean && !active.multi_valued)
}

/// Leaving `active` out must neither enable nor disable anybody.
fn keep_active(kind: &ResourceType, stored: &Object, document: &mut Object) {
    if let Some(active) = active(kind)
        && let Some(value) = stored.get(&active.name)
        && !document.contains_key(&active.name)
    {
        document.insert(active.name.clone(), value.clone());
    }
}

fn keep(prefix: &str, attributes: &[Arc<Attribute>], stored: &Object, sent: &mut Object) -> Result<(), Error> {
    for attribute in attributes.iter().filter(|attribute| is_in_document(attribute)) {
        let Some(old) = stored.get(&attribute.name) else { continue };
        match (attribute.mutability, sent.get_mut(&attribute.name)) {
            (Mutability::ReadOnly, _) | (Mutability::Immutable | Mutability::WriteOnly, None) => {
                sent.insert(attribute.name.clone(), old.clone());
            }
            (Mutability::Immutable, Some(new)) if new != old => return Err(immutable(prefix, attribute)),
            // What the server knows of a value goes with the value.
            (Mutability::ReadWrite, Some(Value::Object(new))) => {
                if let Value::Object(old) = old
                    && old.get("value") == new.get("value")
                {
                    keep(&format!("{prefix}{}.", attribute.name), &attribute.sub_attributes, old, new)?;
                }
            }
            (Mutability::ReadWrite, Some(Value::Array(new))) => {
                keep_in_elements(attribute, old.as_array().map(Vec::as_slice).unwrap_or_default(), new);
            }
            (Mutability::Immutable | Mutability::WriteOnly, Some(_))
            | (
                Mutability::ReadWrite,
                None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)),
            ) => {}
        }
    }
    Ok(())
}

/// Gives values that were there before the parts that a client cannot send back because it never saw them, or
/// need not (RFC 7644 §3.5.1).
fn keep_in_elements(attribute: &Attribute, stored: &[Value], sent: &mut [Value]) {
    let is_kept = |sub: &&Arc<Attribute>| sub.mutability != Mutability::ReadWrite;
    let kept: Vec<&Arc<Attribute>> = attribute.sub_attributes.iter().filter(is_kept).collect();
    if kept.is_empty() {
        return;
    }
    let named = stored.iter().filter(|element| list::has_value(element));
    let stored: HashMap<String, &Value> = named.map(|element| (list::identity(attribute, element), element)).collect();
    for element in sent {
        let Some(old) = stored.get(&list::identity(attribute, element)) else { continue };
        let Some(parts) = element.as_object_mut() else { continue };
        for sub in &kept {
            if let Some(old) = old.get(&sub.name)
                && !parts.contains_key(&sub.name)
            {
                parts.insert(sub.name.clone(), old.clone());
            }
        }
    }
}

fn refuse_changes(prefix: &str, attributes: &[Arc<Attribute>], stored: &Object, patched: &Object) -> Result<(), Error> {
    let fixed = |attribute: &&Arc<Attribute>| {
        is_in_document(attribute) && matches!(attribute.mutability, Mutability::Immutable | Mutability::ReadOnly)
    };
    for attribute in attributes.iter().filter(fixed) {
        if stored.contains_key(&attribute.name) && stored.get(&attribute.name) != patched.get(&attribute.name) {
            return Err(immutable(prefix, attribute));
        }
    }
    Ok(())
}

fn immutable(prefix: &str, attribute: &Attribute) -> Error {
    Error::mutability(format!("{prefix}{} cannot be changed once it has a value (RFC 7643 §7)", attribute.name))
}

fn is_in_document(attribute: &Attribute) -> bool {
    attribute.storage.is_document()
}

/// What holds however the document came about. With the stored document at hand, a required
/// value that is gone was removed by the client, which is a matter of mutability (RFC 7644 §3.5.2.2).
fn check(kind: &ResourceType, stored: Option<&Object>, document: &Object) -> Result<(), Error> {
    for (name, limit) in MAX_LENGTHS {
        if let Some(Value::String(text)) = document.get(name) {
            check_length(name, text, limit)?;
        }
    }
    if document.values().map(text_length).sum::<usize>() > MAX_TEXT {
        return Err(Error::too_large(format!("a resource may hold at most {MAX_TEXT} bytes of text in all")));
    }
    check_parts("", &kind.schema.attributes, stored, document)?;
    for extension in &kind.extensions {
        let urn = &extension.schema.id;
        let stored = stored.and_then(|stored| stored.get(urn)).and_then(Value::as_object);
        match document.get(urn).and_then(Value::as_object) {
            Some(attributes) => check_parts(&format!("{urn}:"), &extension.schema.attributes, stored, attributes)?,
            None if extension.required => return Err(missing(urn, stored.is_some())),
            None => {}
        }
    }
    if let Some(key) = &kind.key
        && document.get(&key.name).and_then(Value::as_str).is_some_and(|name| name.trim().is_empty())
    {
        return Err(Error::value(format!("{} must have characters that can be seen", key.name)));
    }
    match document.get("userName") {
        Some(Value::String(name)) if name.chars().any(is_treacherous) => Err(Error::value(
            "userName has characters that cannot be seen or told apart: controls, line separators, \
             direction overrides or noncharacters",
        )),
        _ => Ok(()),
    }
}

fn check_parts(
    prefix: &str,
    attributes: &[Arc<Attribute>],
    stored: Option<&Object>,
    object: &Object,
) -> Result<(), Error> {
    for attribute in attributes.iter().filter(|attribute| is_in_document(attribute)) {
        let name = || format!("{prefix}{}", attribute.name);
        let old = stored.and_then(|stored| stored.get(&attribute.name));
        match object.get(&attribute.name) {
            None if attribute.required && attribute.mutability != Mutability::ReadOnly => {
                return Err(missing(&name(), old.is_some()));
            }
            None => {}
            Some(Value::Array(list)) if list.len() > MAX_VALUES => {
                return Err(Error::too_large(format!("{} may hold at most {MAX_VALUES} values", name())));
            }
            Some(Value::Array(list)) => {
                for element in list {
                    check_value(name, attribute, None, element)?;
                }
            }
            Some(value) => check_value(name, attribute, old, value)?,
        }
    }
    Ok(())
}

fn check_value(
    name: impl Fn() -> String,
    attribute: &Attribute,
    stored: Option<&Value>,
    value: &Value,
) -> Result<(), Error> {
    match value {
        Value::Object(parts) => {
            let stored = stored.and_then(Value::as_object);
            check_parts(&format!("{}.", name()), &attribute.sub_attributes, stored, parts)
        }
        Value::String(text) if attribute.storage == Storage::Indexed && text.len() > MAX_INDEXED => {
            check_length(&name(), text, MAX_INDEXED)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Ok(()),
    }
}

fn text_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(text_length).sum(),
        Value::Object(parts) => parts.values().map(text_length).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn missing(name: &str, was_there: bool) -> Error {
    if was_there {
        Error::mutability(format!("{name} is required and cannot be removed (RFC 7644 §3.5.2.2)"))
    } else {
        Error::value(format!("{name} is required and must have a value (RFC 7643 §7)"))
    }
}

fn check_length(name: &str, text: &str, limit: usize) -> Result<(), Error> {
    if text.chars().count() > limit {
        return Err(Error::value(format!("{name} may have at most {limit} characters")));
    }
    Ok(())
}

/// C0 and C1 controls, line and paragraph separators, bidi embeddings, overrides and isolates,
/// noncharacters: two user names that differ in these look the same.
fn is_treacherous(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}')
        || code & 0xFFFE == 0xFFFE
}
