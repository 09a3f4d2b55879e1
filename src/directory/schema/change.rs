//! Changes of the schemas and resource types that a tenant has of its own.
//!
//! A change is applied whole or not at all, and only if the result keeps the rules of RFC 7643 and every
//! resource there is fits it. Otherwise it is refused with a report of what it would break.

mod draft;
mod refit;

use crate::clock::Micros;
use crate::directory::{Directory, Error, Expect, TenantId};
use crate::scim::schema::{Registry, ResourceType};
pub use crate::store::schemas::Kind;
use crate::store::schemas::Stored;
use crate::store::{self, Client, Conn, Unit, indexes, keys, schemas};
use draft::Draft;
use serde_json::Value;
use std::sync::Arc;

/// How many resources come into an index in one unit of work.
const BATCH: u32 = 500;

/// A document of a tenant's own, as its administrators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Schema or resource type.
    pub kind: Kind,
    /// The URN of a schema, the name of a resource type.
    pub id: String,
    /// Counts from 1 with every change.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it last changed.
    pub modified: Micros,
    /// The document in the format of RFC 7643 §7 or §6, as it was given, without `meta`.
    pub document: Value,
}

/// One step of a change.
#[derive(Clone, Debug)]
pub enum Step {
    /// Adds a document; refused if there is one of its id.
    Create(Kind, Value),
    /// Puts a document in the place of the one of that id.
    Replace(Kind, String, Value, Expect),
    /// Adds a document, or puts it in the place of the one of its id.
    Put(Kind, Value),
    /// Removes a document.
    Remove(Kind, String, Expect),
}

/// What a change has done.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The edition of the tenant's schemas that it made; the one before if nothing changed.
    pub edition: i64,
    /// The documents of the steps that leave one, in their order.
    pub documents: Vec<Document>,
}

/// Why a change is refused: what it would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Each attribute that resources would break.
    pub breaks: Vec<Break>,
}

/// One rule that resources there are would break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The name of the resource type.
    pub resource_type: String,
    /// The full name of the attribute, as filters write it; of an extension its URN; nothing if the type
    /// itself would be gone.
    pub attribute: String,
    /// Which rule, as a sentence: "has a value, and the attribute would be gone".
    pub rule: String,
    /// How many resources break it.
    pub resources: u64,
    /// The ids of a few of them.
    pub examples: Vec<String>,
}

/// An index that is declared, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The name of the resource type.
    pub resource_type: String,
    /// The full name of the attribute, as filters write it.
    pub attribute: String,
    /// Whether searches use it already.
    pub ready: bool,
}

impl Kind {
    /// The word for a document of this kind.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Type => "resource type",
        }
    }
}

impl Document {
    fn read(kind: Kind, stored: Stored) -> Result<Self, Error> {
        let document = super::read(&stored)?;
        let Stored { id, version, created, modified, .. } = stored;
        Ok(Self { kind, id, version, created, modified, document })
    }
}

impl Directory {
    /// The documents of one kind that a tenant has of its own, in the order in which they were made.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn own_documents(&self, tenant: TenantId, kind: Kind) -> Result<Vec<Document>, Error> {
        let mut conn = self.inner.store.read().await?;
        let stored = schemas::documents(&mut conn, tenant, kind).await?;
        stored.into_iter().map(|stored| Document::read(kind, stored)).collect()
    }

    /// Changes what a tenant has of its own. As the other verbs of an administrator this one asks for no right.
    ///
    /// The steps are judged together, so that it does not matter in which order a schema and a type that uses
    /// it come. While resources are held against the new schemas, nobody writes any resource of the tenant.
    ///
    /// # Errors
    /// [`Error::Scim`] naming the document, the attribute and the rule that is broken; [`Error::NotFound`],
    /// [`Error::Taken`], [`Error::VersionMismatch`]; [`Error::InUse`] for a schema that a type still uses;
    /// [`Error::Incompatible`] with what it would break.
    pub async fn change_documents(&self, tenant: TenantId, steps: Vec<Step>) -> Result<Applied, Error> {
        let built_in = Arc::clone(self.inner.library.built_in().whole());
        let unit = Change { built_in, tenant, steps, now: self.inner.clock.now() };
        let applied = self.inner.store.write(unit).await?;
        self.inner.indexes.notify_one();
        Ok(applied)
    }

    /// The indexes that a tenant's own schemas declare.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn own_indexes(&self, tenant: TenantId) -> Result<Vec<Index>, Error> {
        let mut conn = self.inner.store.read().await?;
        let schemas = self.schemas_of(&mut conn, tenant).await.map_err(gone)?;
        let built_in = self.inner.library.built_in().whole();
        let mut found = Vec::new();
        for kind in &schemas.whole().types {
            let known = built_in.resource_type(&kind.name).map(|kind| keys::indexed(kind)).unwrap_or_default();
            let own = keys::indexed(kind).into_iter().filter(|attribute| !known.contains(attribute));
            found.extend(own.map(|attribute| Index {
                resource_type: kind.name.clone(),
                ready: !kind.building.contains(&attribute),
                attribute,
            }));
        }
        Ok(found)
    }

    /// Builds what is left of indexes, of every tenant, some resources at a time; true if anything is left to
    /// do. To be called after a change, and now and then for what another instance left unfinished.
    ///
    /// # Errors
    /// If the store fails; it may be called again.
    pub async fn build_indexes(&self) -> Result<bool, Error> {
        let mut conn = self.inner.store.read().await?;
        let tenants = indexes::pending(&mut conn).await?;
        drop(conn);
        let mut more = false;
        for tenant in tenants {
            // It may be gone by now.
            more |= match self.build_indexes_of(tenant).await.map_err(gone) {
                Err(Error::NotFound(_)) => false,
                // The schemas have changed meanwhile.
                Err(error) if error.is_outdated() => true,
                built => built?,
            };
        }
        Ok(more)
    }

    /// The same for one tenant.
    async fn build_indexes_of(&self, tenant: TenantId) -> Result<bool, Error> {
        let mut conn = self.inner.store.read().await?;
        let schemas = self.schemas_of(&mut conn, tenant).await?;
        drop(conn);
        let client = Client { edition: schemas.edition(), ..Client::of(tenant) };
        let mut more = false;
        for kind in &schemas.whole().types {
            for attribute in &kind.building {
                let unit = Build { client, kind: Arc::clone(kind), attribute: attribute.clone() };
                more |= self.inner.store.write(unit).await?;
            }
        }
        self.inner.store.write(Finish { tenant }).await?;
        Ok(more)
    }

    /// Ready once there may be an index to build, because this instance has changed schemas.
    pub async fn indexes_wanted(&self) {
        self.inner.indexes.notified().await;
    }
}

/// A tenant that is gone is not found.
fn gone(error: Error) -> Error {
    match error {
        Error::Busy(Some(store::Error::Stale)) => Error::NotFound("tenant".to_owned()),
        other => other,
    }
}

/// A change of a tenant's own schemas.
struct Change {
    built_in: Arc<Registry>,
    tenant: TenantId,
    steps: Vec<Step>,
    now: Micros,
}

impl Unit for Change {
    type Output = Applied;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Applied, Error> {
        let Self { built_in, tenant, steps, now } = self;
        let (edition, native) = schemas::lock(conn, *tenant).await.map_err(Error::from).map_err(gone)?;
        let stored = schemas::load(conn, *tenant).await?;
        let old = super::compose(built_in, &stored)?;
        let mut draft = Draft::new(&stored)?;
        for step in steps {
            draft.apply(step, *now)?;
        }
        if !draft.is_changed() {
            return Ok(Applied { edition, documents: draft.answer() });
        }
        let new = draft.compose(built_in, &stored.building)?;
        refit::resources(conn, *tenant, (&old, &new), native).await?;
        draft.store(conn, *tenant).await?;
        let edition = schemas::renew(conn, *tenant).await?;
        Ok(Applied { edition, documents: draft.answer() })
    }
}

/// Takes some resources into an index.
struct Build {
    client: Client,
    kind: Arc<ResourceType>,
    attribute: String,
}

impl Unit for Build {
    /// There may be more.
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        Ok(indexes::build(conn, self.client, &self.kind, &self.attribute, BATCH).await?)
    }
}

/// Lets searches use the indexes that are complete.
struct Finish {
    tenant: TenantId,
}

impl Unit for Finish {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(indexes::finish(conn, self.tenant).await?)
    }
}
