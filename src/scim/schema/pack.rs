//! Packs: schemas and resource types that belong together, in one document.
//!
//! Some come with the server, for types of resources that other specifications define: they lie in
//! `packs/`, and a tenant has them once it loads them. They are data and no more.

use crate::scim::Error;
use serde::Deserialize;
use serde_json::Value;

const DOCUMENTS: [&str; 4] = [
    include_str!("packs/agent.json"),
    include_str!("packs/device.json"),
    include_str!("packs/entitlements.json"),
    include_str!("packs/roles.json"),
];

/// Schemas and resource types that belong together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pack {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The specification it follows.
    pub reference: Option<String>,
    /// Schema documents (RFC 7643 §7).
    #[serde(default)]
    pub schemas: Vec<Value>,
    /// Resource type documents (RFC 7643 §6).
    #[serde(default, rename = "resourceTypes")]
    pub types: Vec<Value>,
}

impl Pack {
    /// Reads a pack; its documents are judged when they are loaded.
    ///
    /// # Errors
    /// `invalidValue`, naming the member that is wrong.
    pub fn read(document: &Value) -> Result<Self, Error> {
        let rule = |error| Error::value(format!("a pack has the members schemas and resourceTypes: {error}"));
        Self::deserialize(document).map_err(rule)
    }

    /// The ids of its schemas and the names of its resource types.
    #[must_use]
    pub fn contents(&self) -> (Vec<&str>, Vec<&str>) {
        let ids = self.schemas.iter().filter_map(|schema| schema.get("id")?.as_str()).collect();
        (ids, self.types.iter().filter_map(|kind| kind.get("name")?.as_str()).collect())
    }
}

/// The packs that come with the server, by name.
#[must_use]
#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "they are part of the program; a test reads them")]
pub fn built_in() -> Vec<Pack> {
    DOCUMENTS.map(|text| serde_json::from_str(text).expect("the packs are packs")).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::document::{self, Choices, Own};
    use serde_json::json;

    #[test]
    fn every_pack_can_be_loaded_alone_and_with_all_others() {
        let registry = document::built_in(Choices { unique_group_names: true });
        let mut all = Own::default();
        for pack in built_in() {
            let own = Own { schemas: pack.schemas.clone(), types: pack.types.clone(), ..Own::default() };
            let alone = document::extend(&registry, &own).unwrap_or_else(|error| panic!("{}: {error}", pack.name));
            let (schemas, types) = pack.contents();
            assert_eq!(alone.schemas.len(), registry.schemas.len() + schemas.len(), "{}", pack.name);
            assert_eq!(alone.types.len(), registry.types.len() + types.len(), "{}", pack.name);
            all.schemas.extend(pack.schemas);
            all.types.extend(pack.types);
        }
        document::extend(&registry, &all).unwrap();
    }

    #[test]
    fn what_is_no_pack_is_refused_by_name() {
        for (document, named) in
            [(json!({ "schema": [] }), "schema"), (json!([1]), "pack"), (json!({ "schemas": {} }), "pack")]
        {
            let error = Pack::read(&document).unwrap_err();
            assert!(error.detail.contains(named), "{}", error.detail);
        }
        assert_eq!(Pack::read(&json!({})).unwrap(), Pack::default());
    }
}
