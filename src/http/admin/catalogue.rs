//! `/branches` and the other catalogues: the named things users refer to, one set of routes for all.
//!
//! They belong to the tenant of the caller's own credential, or to the one of the parameter `tenant`.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read};
use super::word::Word;
use crate::directory::catalogue::{self, Catalogue};
use crate::http::error::Refusal;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};

/// An entry of a catalogue.
#[derive(Object)]
pub(super) struct Entry {
    /// Its number, unique in its catalogue; users refer to it, to roles and locales by their names.
    id: i64,
    /// Its name, unique in its catalogue without regard to case.
    name: String,
    /// Whether users have it who come without any role; roles only.
    #[oai(skip_serializing_if_is_none)]
    default: Option<bool>,
}

/// The entries of a catalogue.
#[derive(Object)]
pub(super) struct EntryList {
    /// The entries by id.
    entries: Vec<Entry>,
}

/// An entry to be made.
#[derive(Object)]
pub(super) struct NewEntry {
    /// Its number, 1 to 9007199254740991; the next one if absent.
    id: Option<i64>,
    /// Its name, unique in its catalogue without regard to case.
    name: String,
    /// Whether users have it who come without any role; roles only.
    default: Option<bool>,
}

/// What is to change in an entry; what is absent stays.
#[derive(Object)]
pub(super) struct EntryChange {
    /// Its new name.
    name: Option<String>,
    /// Whether users have it who come without any role; roles only.
    default: Option<bool>,
}

impl Entry {
    fn of(which: Catalogue, entry: catalogue::Entry) -> Self {
        let catalogue::Entry { id, name, default } = entry;
        Self { id, name, default: (which == Catalogue::Roles).then_some(default) }
    }
}

impl Read for NewEntry {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (id, name) = (fields.number("id")?, fields.text("name")?);
        Ok(Self { id, name: fields.needed("name", name)?, default: fields.truth("default")? })
    }
}

impl Read for EntryChange {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        Ok(Self { name: fields.text("name")?, default: fields.truth("default")? })
    }
}

/// The routes of catalogues.
pub(in crate::http) struct Catalogues;

#[OpenApi(tag = "Tag::Catalogues")]
impl Catalogues {
    /// List the entries of a catalogue
    #[oai(path = "/:catalogue", method = "get", operation_id = "listEntries")]
    async fn list(
        &self,
        desk: Desk,
        /// The catalogue.
        catalogue: Path<Word<Catalogue>>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<EntryList>, Refusal> {
        let which = catalogue.0.0;
        let entries = desk.directory().catalogue(desk.tenant(tenant.as_deref()).await?, which).await?;
        Ok(Shown::new(EntryList { entries: entries.into_iter().map(|entry| Entry::of(which, entry)).collect() }))
    }

    /// Make an entry
    #[oai(path = "/:catalogue", method = "post", operation_id = "createEntry")]
    async fn create(
        &self,
        desk: Desk,
        /// The catalogue.
        catalogue: Path<Word<Catalogue>>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        body: Body<NewEntry>,
    ) -> Result<Made<Entry>, Refusal> {
        let which = catalogue.0.0;
        let NewEntry { id, name, default } = body.0;
        let new = catalogue::NewEntry { id, name, default: default.unwrap_or(false) };
        let made = desk.directory().create_entry(desk.tenant(tenant.as_deref()).await?, which, new).await?;
        // The names of tenants need no encoding.
        let place = tenant.0.map(|name| format!("?tenant={name}")).unwrap_or_default();
        Ok(Made::at(desk.url(&format!("/{which}/{}{place}", made.id)), Entry::of(which, made)))
    }

    /// Read an entry
    #[oai(path = "/:catalogue/:id", method = "get", operation_id = "getEntry")]
    async fn get(
        &self,
        desk: Desk,
        /// The catalogue.
        catalogue: Path<Word<Catalogue>>,
        /// The number of the entry.
        id: Path<i64>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<Entry>, Refusal> {
        let which = catalogue.0.0;
        let found = desk.directory().entry(desk.tenant(tenant.as_deref()).await?, which, *id).await?;
        Ok(Shown::new(Entry::of(which, found)))
    }

    /// Change an entry
    ///
    /// Users refer to roles and locales by name: such an entry that is referred to keeps its name.
    #[oai(path = "/:catalogue/:id", method = "patch", operation_id = "changeEntry")]
    async fn change(
        &self,
        desk: Desk,
        /// The catalogue.
        catalogue: Path<Word<Catalogue>>,
        /// The number of the entry.
        id: Path<i64>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        body: Body<EntryChange>,
    ) -> Result<Shown<Entry>, Refusal> {
        let which = catalogue.0.0;
        let change = catalogue::EntryChange { name: body.0.name, default: body.0.default };
        let changed = desk.directory().change_entry(desk.tenant(tenant.as_deref()).await?, which, *id, change).await?;
        Ok(Shown::new(Entry::of(which, changed)))
    }

    /// Delete an entry that nobody refers to
    ///
    /// One that a user or a pending invitation refers to stays; the refusal says how many there are.
    #[oai(path = "/:catalogue/:id", method = "delete", operation_id = "deleteEntry")]
    async fn delete(
        &self,
        desk: Desk,
        /// The catalogue.
        catalogue: Path<Word<Catalogue>>,
        /// The number of the entry.
        id: Path<i64>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Gone, Refusal> {
        let which = catalogue.0.0;
        desk.directory().delete_entry(desk.tenant(tenant.as_deref()).await?, which, *id).await?;
        Ok(Gone::Gone)
    }
}
