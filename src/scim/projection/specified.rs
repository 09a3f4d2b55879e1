//! Which attributes a client specifies in a write: the ones with `returned` request that it names are
//! shown in the answer without being asked for (RFC 7643 §7).

use crate::scim::path;
use crate::scim::schema::{Attribute, Mutability, ResourceType, Returned};
use serde_json::Value;

/// The names of what the body of a POST, PUT or PATCH sets, if the type has anything to be shown by that.
pub(super) fn names(kind: &ResourceType, body: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let extensions = kind.extensions.iter().flat_map(|extension| &extension.schema.attributes);
    if !kind.schema.attributes.iter().chain(extensions).any(|attribute| waits(attribute)) {
        return names;
    }
    match member(body, "Operations").and_then(Value::as_array) {
        Some(operations) => {
            for operation in operations {
                let value = member(operation, "value").unwrap_or(&Value::Null);
                match member(operation, "path").and_then(Value::as_str).filter(|path| !path.trim().is_empty()) {
                    Some(path) => add(kind, &without_filter(path), value, &mut names),
                    None => add_members(kind, "", value, &mut names),
                }
            }
        }
        None => add_members(kind, "", body, &mut names),
    }
    names
}

/// Whether the attribute, or a part of it, is shown to who writes it.
fn waits(attribute: &Attribute) -> bool {
    let own = attribute.returned == Returned::Request && attribute.mutability != Mutability::ReadOnly;
    own || attribute.sub_attributes.iter().any(|sub| waits(sub))
}

fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Adds a name and, of an object or a list of objects, the names of its members.
fn add(kind: &ResourceType, name: &str, value: &Value, names: &mut Vec<String>) {
    let schema = kind.extension(name).is_some() || name.eq_ignore_ascii_case(&kind.schema.id);
    if schema {
        add_members(kind, &format!("{name}:"), value, names);
    } else if path::resolve(kind, name).is_ok() {
        names.push(name.to_owned());
        for element in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            let subs = element.as_object().into_iter().flatten().map(|(sub, _)| format!("{name}.{sub}"));
            names.extend(subs.filter(|name| path::resolve(kind, name).is_ok()));
        }
    }
}

fn add_members(kind: &ResourceType, prefix: &str, value: &Value, names: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        add(kind, &without_filter(&format!("{prefix}{name}")), value, names);
    }
}

/// `emails[type eq "work"].value` is about `emails.value`.
fn without_filter(path: &str) -> String {
    match (path.split_once('['), path.rsplit_once(']')) {
        (Some((attribute, _)), Some((_, rest))) => format!("{attribute}{rest}"),
        _ => path.to_owned(),
    }
}
