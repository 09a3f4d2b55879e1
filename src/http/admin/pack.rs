//! `/schema-packs`: schemas and resource types that come with the server, for tenants that want them.

use super::Tag;
use super::answer::Shown;
use super::desk::Desk;
use super::document::{Described, ResourceType, Schema};
use crate::directory::Error;
use crate::directory::schema::Kind;
use crate::http::error::Refusal;
use crate::scim::schema::pack::{self, Pack};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};

/// A pack, by the names of what is in it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct PackSummary {
    /// Its name.
    name: String,
    /// For people.
    description: String,
    /// The specification it follows.
    reference: Option<String>,
    /// The URNs of its schemas.
    schemas: Vec<String>,
    /// The names of its resource types.
    resource_types: Vec<String>,
}

/// The packs that come with the server.
#[derive(Object)]
pub(super) struct PackList {
    /// The packs by name.
    packs: Vec<PackSummary>,
}

/// A pack.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct SchemaPack {
    /// Its name.
    name: String,
    /// For people.
    description: String,
    /// The specification it follows.
    reference: Option<String>,
    /// Its schemas.
    schemas: Vec<Described<Schema>>,
    /// Its resource types.
    resource_types: Vec<Described<ResourceType>>,
}

impl From<&Pack> for PackSummary {
    fn from(pack: &Pack) -> Self {
        let (schemas, types) = pack.contents();
        let owned = |names: Vec<&str>| names.into_iter().map(ToOwned::to_owned).collect();
        Self {
            name: pack.name.clone(),
            description: pack.description.clone(),
            reference: pack.reference.clone(),
            schemas: owned(schemas),
            resource_types: owned(types),
        }
    }
}

/// The routes of packs.
pub(in crate::http) struct Packs;

#[OpenApi(tag = "Tag::Schemas")]
impl Packs {
    /// List packs
    #[oai(path = "/schema-packs", method = "get", operation_id = "listSchemaPacks")]
    #[expect(clippy::unused_async, reason = "the framework takes async functions only")]
    async fn list(&self) -> Shown<PackList> {
        Shown::new(PackList { packs: pack::built_in().iter().map(PackSummary::from).collect() })
    }

    /// Read a pack
    #[oai(path = "/schema-packs/:name", method = "get", operation_id = "getSchemaPack")]
    #[expect(clippy::unused_async, reason = "the framework takes async functions only")]
    async fn get(
        &self,
        /// The name of the pack.
        name: Path<String>,
    ) -> Result<Shown<SchemaPack>, Refusal> {
        let pack = named(&name)?;
        Ok(Shown::new(SchemaPack {
            schemas: pack.schemas.into_iter().map(Described::plain).collect(),
            resource_types: pack.types.into_iter().map(Described::plain).collect(),
            name: pack.name,
            description: pack.description,
            reference: pack.reference,
        }))
    }

    /// Load a pack
    ///
    /// The tenant gets every schema and resource type of the pack, all or none; what it has of the same names
    /// is replaced. Doing so again changes nothing.
    #[oai(path = "/schema-packs/:name/load", method = "post", operation_id = "loadSchemaPack")]
    async fn load(
        &self,
        desk: Desk,
        /// The name of the pack.
        name: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<SchemaPack>, Refusal> {
        let pack = named(&name)?;
        let (name, description, reference) = (pack.name.clone(), pack.description.clone(), pack.reference.clone());
        let applied = desk.directory().load_pack(desk.tenant(tenant.as_deref()).await?, pack).await?;
        let (schemas, types): (Vec<_>, Vec<_>) =
            applied.documents.into_iter().partition(|document| document.kind == Kind::Schema);
        Ok(Shown::new(SchemaPack {
            name,
            description,
            reference,
            schemas: schemas.into_iter().map(|it| Described::noted(it, &desk, tenant.as_deref()).0).collect(),
            resource_types: types.into_iter().map(|it| Described::noted(it, &desk, tenant.as_deref()).0).collect(),
        }))
    }
}

fn named(name: &str) -> Result<Pack, Error> {
    let found = pack::built_in().into_iter().find(|pack| pack.name == name);
    found.ok_or_else(|| Error::NotFound("pack".to_owned()))
}
