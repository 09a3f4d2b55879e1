//! Reads and writes schema documents (RFC 7643 §7) and resource type documents (§6).
//!
//! The built-in documents lie in `documents/`; a tenant's own come from the store through the same
//! functions, and have further rules to keep. A characteristic a document leaves out has the
//! default of RFC 7643 §2.2. Three keys are ours and never shown: `storage` of an attribute, `key`
//! and `display` of a resource type.

mod own;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use own::extend;
pub use read::read;
pub(super) use write::kind as spell;
pub use write::{write_resource_type, write_schema};

use super::{Registry, ResourceType, Schema};
use crate::scim::urn;
use serde_json::Value;
use std::sync::{Arc, LazyLock};

const USER: &str = include_str!("documents/user.json");
const ENTERPRISE_USER: &str = include_str!("documents/enterprise_user.json");
const LIFECYCLE: &str = include_str!("documents/lifecycle.json");
const LOGIXX: &str = include_str!("documents/logixx.json");
const APPCRM: &str = include_str!("documents/appcrm.json");
const ADEPTIA: &str = include_str!("documents/adeptia.json");
const PUBLICA: &str = include_str!("documents/publica.json");
const GROUP: &str = include_str!("documents/group.json");
const COMMON: &str = include_str!("documents/common.json");
const USER_TYPE: &str = include_str!("documents/user_type.json");
const GROUP_TYPE: &str = include_str!("documents/group_type.json");

/// What a tenant has of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    /// Schema documents, in the order of `/Schemas`.
    pub schemas: Vec<Value>,
    /// Resource type documents, in the order of `/ResourceTypes`.
    pub types: Vec<Value>,
    /// The indexes that are being built, by the names of resource type and attribute.
    pub building: Vec<(String, String)>,
}

/// What an operator may choose about the built-in schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Two groups of one tenant may not share a displayName, without regard to case.
    pub unique_group_names: bool,
}

/// The registry of the built-in documents: users with their extensions, and groups.
#[must_use]
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the documents are part of the program; a test reads them"
)]
pub fn built_in(choices: Choices) -> Registry {
    let mut group = parse(GROUP);
    if !choices.unique_group_names {
        share_names(&mut group);
    }
    let users = [USER, ENTERPRISE_USER, LIFECYCLE, LOGIXX, APPCRM, ADEPTIA, PUBLICA];
    let schemas: Vec<Value> = users.into_iter().map(parse).chain([group]).collect();
    read(&schemas, &[parse(USER_TYPE), parse(GROUP_TYPE)]).expect("the built-in documents keep the rules")
}

/// A registry without the extension schemas of native APIs, as tenants see it that are not opened to them.
#[must_use]
pub fn plain(registry: &Registry) -> Registry {
    let is_native = |schema: &Schema| urn::NATIVE.contains(&schema.id.as_str());
    let stripped = |kind: &Arc<ResourceType>| {
        let extensions = kind.extensions.iter().filter(|extension| !is_native(&extension.schema)).cloned().collect();
        let plain = kind.extensions.iter().any(|extension| is_native(&extension.schema));
        Arc::new(ResourceType { extensions, plain, ..ResourceType::clone(kind) })
    };
    Registry {
        schemas: registry.schemas.iter().filter(|schema| !is_native(schema)).cloned().collect(),
        types: registry.types.iter().map(stripped).collect(),
    }
}

/// Lets two groups have the same displayName.
fn share_names(group: &mut Value) {
    let attributes = group.get_mut("attributes").and_then(Value::as_array_mut);
    for attribute in attributes.into_iter().flatten().filter_map(Value::as_object_mut) {
        if attribute.get("name").is_some_and(|name| name == "displayName") {
            attribute.insert("uniqueness".to_owned(), Value::from("none"));
        }
    }
}

/// The attributes every resource has (RFC 7643 §3.1).
#[expect(clippy::expect_used, reason = "the document is part of the program, and a test reads it")]
fn common() -> Arc<Schema> {
    static READ: LazyLock<Arc<Schema>> =
        LazyLock::new(|| Arc::new(read::common(&parse(COMMON)).expect("the built-in documents keep the rules")));
    Arc::clone(&READ)
}

#[expect(clippy::expect_used, reason = "the documents are part of the program, and a test reads them all")]
fn parse(document: &str) -> Value {
    serde_json::from_str(document).expect("the built-in documents are JSON")
}
