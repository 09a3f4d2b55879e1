//! The schemas and resource types of a tenant: the built-in ones, and those it has of its own.
//!
//! They are read when a caller of the tenant comes by for the first time after a change, on every instance:
//! the statement that finds a credential also tells the edition.

mod change;
mod load;

pub use change::{Applied, Break, Document, Index, Kind, Report, Step};

use super::{Caller, Directory, Error, TenantId};
use crate::scim;
use crate::scim::redact::Redactor;
use crate::scim::schema::document::{self, Own};
use crate::scim::schema::{Registry, ResourceType, Storage};
use crate::store::{Conn, schemas};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The most tenants whose own schemas are kept in memory.
const KEPT: usize = 1000;

/// The schemas and resource types of a tenant, as of one edition.
#[derive(Debug)]
pub struct Schemas {
    edition: i64,
    whole: Arc<Registry>,
    /// Without the schemas of native APIs.
    plain: Arc<Registry>,
    /// The types with members, as they are to clients that live with equal names.
    sharing: Vec<Arc<ResourceType>>,
    redactor: Redactor,
}

impl Schemas {
    /// These, as of an edition.
    #[must_use]
    pub fn new(edition: i64, whole: Arc<Registry>) -> Self {
        let groups = whole.types.iter().filter(|kind| kind.stored_as(Storage::Members).is_some());
        let sharing =
            groups.map(|kind| Arc::new(ResourceType { shares_key: true, ..ResourceType::clone(kind) })).collect();
        let plain = Arc::new(document::plain(&whole));
        let redactor = Redactor::new(&whole);
        Self { edition, whole, plain, sharing, redactor }
    }

    /// Which edition of the tenant's schemas these are; 0 for the built-in ones alone.
    #[must_use]
    pub fn edition(&self) -> i64 {
        self.edition
    }

    /// Everything, the schemas of native APIs among it.
    #[must_use]
    pub fn whole(&self) -> &Arc<Registry> {
        &self.whole
    }

    /// Everything but the schemas of native APIs.
    #[must_use]
    pub fn plain(&self) -> &Arc<Registry> {
        &self.plain
    }

    /// Knows what of these no answer shows.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The resource type of users, with the extensions of native APIs.
    ///
    /// # Errors
    /// If the built-in documents have none.
    pub fn users(&self) -> Result<&Arc<ResourceType>, Error> {
        users(&self.whole)
    }

    /// The resource type of users, without the extensions of native APIs.
    ///
    /// # Errors
    /// If the built-in documents have none.
    pub fn plain_users(&self) -> Result<&Arc<ResourceType>, Error> {
        users(&self.plain)
    }

    /// The type of that name as it is to clients that live with equal names.
    pub(super) fn sharing(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.sharing.iter().find(|shared| shared.name == name)
    }
}

fn users(registry: &Registry) -> Result<&Arc<ResourceType>, Error> {
    let found = registry.resource_type("User");
    found.ok_or_else(|| Error::Internal("there is no resource type User".to_owned()))
}

/// The schemas of every tenant that was asked for.
pub(super) struct Library {
    built_in: Arc<Schemas>,
    own: Mutex<HashMap<TenantId, Arc<Schemas>>>,
}

impl Library {
    pub(super) fn new(registry: Arc<Registry>) -> Self {
        Self { built_in: Arc::new(Schemas::new(0, registry)), own: Mutex::default() }
    }

    /// What a tenant has that has nothing of its own.
    pub(super) fn built_in(&self) -> &Arc<Schemas> {
        &self.built_in
    }

    fn kept(&self, tenant: TenantId, edition: i64) -> Option<Arc<Schemas>> {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(&tenant).filter(|schemas| schemas.edition == edition).map(Arc::clone)
    }

    fn keep(&self, tenant: TenantId, schemas: &Arc<Schemas>) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.len() >= KEPT && !own.contains_key(&tenant) {
            own.clear();
        }
        own.insert(tenant, Arc::clone(schemas));
    }
}

impl Directory {
    /// The resource type of users as every tenant has it: for lookups by built-in attributes.
    pub(super) fn built_in_users(&self) -> Result<&Arc<ResourceType>, Error> {
        self.inner.library.built_in().users()
    }

    /// The schemas of a tenant, whose edition was just read.
    pub(super) async fn schemas(&self, conn: &mut Conn, tenant: TenantId, edition: i64) -> Result<Arc<Schemas>, Error> {
        let library = &self.inner.library;
        if edition == 0 {
            return Ok(Arc::clone(library.built_in()));
        }
        if let Some(kept) = library.kept(tenant, edition) {
            return Ok(kept);
        }
        let stored = schemas::load(conn, tenant).await?;
        let registry = compose(library.built_in().whole(), &stored)?;
        let composed = Arc::new(Schemas::new(stored.edition, Arc::new(registry)));
        library.keep(tenant, &composed);
        Ok(composed)
    }

    /// The schemas that a tenant has now.
    pub(super) async fn schemas_of(&self, conn: &mut Conn, tenant: TenantId) -> Result<Arc<Schemas>, Error> {
        let edition = schemas::edition(conn, tenant).await?;
        self.schemas(conn, tenant, edition).await
    }

    /// The schemas and resource types that a caller sees through SCIM, or who has not said who it is: those
    /// of native APIs only if its tenant is opened to them.
    #[must_use]
    pub fn registry_for<'a>(&'a self, caller: Option<&'a Caller>) -> &'a Arc<Registry> {
        caller.map_or(self.inner.library.built_in().plain(), Caller::registry)
    }
}

/// The built-in registry and what a tenant has of its own.
fn compose(built_in: &Registry, stored: &schemas::Own) -> Result<Registry, Error> {
    let schemas = stored.schemas.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let types = stored.types.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let building = building(&stored.building);
    let internal = |error: scim::Error| Error::Internal(format!("the stored schemas break a rule: {error}"));
    document::extend(built_in, &Own { schemas, types, building }).map_err(internal)
}

/// The indexes that are being built, by the names of resource type and attribute.
fn building(stored: &[schemas::Building]) -> Vec<(String, String)> {
    stored.iter().map(|index| (index.kind.clone(), index.attribute.clone())).collect()
}

/// The JSON of a stored document.
fn read(stored: &schemas::Stored) -> Result<Value, Error> {
    let read = serde_json::from_str(&stored.document);
    read.map_err(|error| Error::Internal(format!("the stored document of {} is not JSON: {error}", stored.id)))
}
