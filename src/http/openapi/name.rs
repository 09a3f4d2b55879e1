//! What components, tags and operations are called, whatever a tenant calls its types and schemas.
//!
//! A name of a component is letters and digits, and two of them differ in more than case, so that
//! generated code can have them too. Where two want the same one, the later is numbered.

use super::message;
use crate::scim::schema::{Registry, ResourceType, Schema};
use std::collections::HashMap;

/// Names that the document has for operations and tags of its own.
const TAKEN: [&str; 5] = ["All", "Bulk", "Discovery", "Me", "Search"];

/// The names of everything a registry has.
pub(super) struct Names {
    kinds: HashMap<String, Name>,
    schemas: HashMap<String, String>,
}

/// The names of a resource type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// The component of a resource; operations are called after it too.
    pub resource: String,
    /// The component of a page of them.
    pub list: String,
    /// The tag of its operations.
    pub tag: String,
}

impl Names {
    pub(super) fn new(registry: &Registry) -> Self {
        let messages = message::components().map(|(name, _)| name);
        let mut components: Vec<String> = messages.into_iter().chain(TAKEN.map(str::to_owned)).collect();
        let mut tags = TAKEN.map(str::to_owned).to_vec();
        let mut kinds: HashMap<String, Name> = HashMap::new();
        for kind in &registry.types {
            let resource = unique(&mut components, sound(&kind.name, "Type"));
            let tag = unique(&mut tags, kind.endpoint.trim_start_matches('/').to_owned());
            kinds.insert(kind.name.clone(), Name { resource, tag, list: String::new() });
        }
        for kind in &registry.types {
            if let Some(name) = kinds.get_mut(&kind.name) {
                name.list = unique(&mut components, format!("{}ListResponse", name.resource));
            }
        }
        let mut schemas = HashMap::new();
        for schema in registry.types.iter().flat_map(|kind| &kind.extensions).map(|extension| &extension.schema) {
            if !schemas.contains_key(&schema.id) {
                schemas.insert(schema.id.clone(), unique(&mut components, sound(&schema.name, "Extension")));
            }
        }
        Self { kinds, schemas }
    }

    /// The names of a resource type of the registry.
    pub(super) fn kind(&self, kind: &ResourceType) -> Name {
        self.kinds.get(&kind.name).cloned().unwrap_or_default()
    }

    /// The component of an extension of the registry.
    pub(super) fn extension(&self, schema: &Schema) -> &str {
        self.schemas.get(&schema.id).map(String::as_str).unwrap_or_default()
    }
}

/// The letters and digits of a name, beginning with a letter.
fn sound(name: &str, otherwise: &str) -> String {
    let sound: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if sound.starts_with(|first: char| first.is_ascii_alphabetic()) { sound } else { format!("{otherwise}{sound}") }
}

/// This name, with a number if it is taken.
fn unique(taken: &mut Vec<String>, wanted: String) -> String {
    let is_taken = |name: &str| taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|number: u64| format!("{wanted}{number}"));
    let free = std::iter::once(wanted.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(wanted);
    taken.push(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_in_any_case_is_numbered() {
        let mut taken = vec!["Error".to_owned()];
        for (wanted, found) in [("error", "error2"), ("Error", "Error3"), ("Room", "Room"), ("ROOM2", "ROOM2")] {
            assert_eq!(unique(&mut taken, wanted.to_owned()), found);
        }
        assert_eq!(unique(&mut taken, "Room".to_owned()), "Room3");
    }

    #[test]
    fn a_name_is_letters_and_digits_whatever_it_was() {
        for (name, found) in [("a$b-c_d", "abcd"), ("Ä 1", "Type1"), ("$ref", "ref"), ("", "Type"), ("9x", "Type9x")] {
            assert_eq!(sound(name, "Type"), found, "{name}");
        }
    }
}
