//! A body without its secrets, for whoever keeps what clients sent.
//!
//! A secret is the value of an attribute that no answer shows (`password`). It is looked for under
//! every spelling a client may use: any case, behind a URN, as the path of a PATCH operation, in
//! filters and in JSON that was put into a text. What looks like one is left out; rather too much than
//! too little.

use super::schema::{Attribute, Registry, Returned, Storage};
use super::value::fold;
use serde_json::Value;
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// What stands in a secret's place.
const HIDDEN: &str = "***";

/// A JSON text that holds no secret: there is no way to make one but by leaving the secrets out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Knows the names of what must not be kept.
#[derive(Clone, Debug)]
pub struct Redactor {
    /// Folded.
    names: BTreeSet<String>,
}

impl Redactor {
    /// One for the attributes of these schemas.
    #[must_use]
    pub fn new(registry: &Registry) -> Self {
        let mut names = BTreeSet::from(["password".to_owned()]);
        for schema in &registry.schemas {
            for attribute in &schema.attributes {
                collect(attribute, &mut names);
            }
        }
        Self { names }
    }

    /// The value without its secrets.
    #[must_use]
    pub fn redact(&self, mut value: Value) -> Redacted {
        self.clean(&mut value);
        Redacted(value.to_string())
    }

    fn clean(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                let of_secret = object.iter().any(|(key, value)| {
                    fold(key) == "path" && value.as_str().is_some_and(|path| self.is_named_in(path))
                });
                for (key, value) in object {
                    let role = fold(key);
                    let is_secret = self.is_named_in(key) || (of_secret && role != "op" && role != "path");
                    if is_secret {
                        *value = Value::from(HIDDEN);
                    } else {
                        self.clean(value);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|element| self.clean(element)),
            // A plain name tells nothing: schemas, paths and lists of attributes have them.
            Value::String(text) if self.is_named_in(text) && !is_plain(text) => *value = Value::from(HIDDEN),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn is_named_in(&self, text: &str) -> bool {
        let folded = fold(text);
        self.names.iter().any(|name| folded.contains(name.as_str()))
    }
}

fn collect(attribute: &Attribute, names: &mut BTreeSet<String>) {
    if attribute.returned == Returned::Never || attribute.storage == Storage::Password {
        names.insert(fold(&attribute.name));
    }
    for sub in &attribute.sub_attributes {
        collect(sub, names);
    }
}

/// Whether the text can be the name of an attribute, with its URN, and nothing more.
fn is_plain(text: &str) -> bool {
    let (urn, name) = text.rsplit_once(':').unwrap_or(("", text));
    let word = |c: char| c.is_ascii_alphabetic() || c == '.';
    urn.chars().all(|c| c.is_ascii_alphanumeric() || ".:-_".contains(c))
        && (urn.is_empty() || urn.to_ascii_lowercase().starts_with("urn:"))
        && name.chars().all(word)
}
