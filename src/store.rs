//! The one SQL vocabulary, for SQLite and Postgres.
//!
//! SQL text is written only in this room, a database driver is named only in [`sql`], and what the
//! two databases spell differently stands only in [`dialect`]. Values reach SQL only as arguments.
//! Resources are rows of canonical JSON text plus a search document of comparison keys
//! ([`crate::scim::value`]); memberships are rows of their own.

pub mod audit;
pub mod catalogues;
pub mod claims;
pub mod connections;
pub mod counted;
pub mod deleted;
pub mod dialect;
pub mod external_ids;
pub mod indexes;
pub mod invitations;
pub mod journal;
pub mod keys;
pub mod members;
pub mod migrate;
pub mod oauth;
pub mod opening;
pub mod passwords;
pub mod renewal;
pub mod resources;
pub mod schemas;
pub mod secrets;
pub mod select;
pub mod sessions;
pub mod sql;
pub mod tenants;
pub mod tokens;
pub mod walks;

#[cfg(test)]
mod tests;

pub use sql::{Conn, Store, Unit};

use crate::clock::Micros;

/// The tenant every statement is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(pub i64);

/// Who reads and writes: a connection of a tenant, which sees what it calls the resources itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// The tenant.
    pub tenant: TenantId,
    /// The number of its connection.
    pub connection: i64,
    /// By which edition of the tenant's schemas it goes.
    pub edition: i64,
}

impl Client {
    /// Who looks up users of a tenant, as none of its connections.
    #[must_use]
    pub const fn of(tenant: TenantId) -> Self {
        Self { tenant, connection: 0, edition: 0 }
    }
}

/// A tenant as whoever presents a credential finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The tenant.
    pub tenant: TenantId,
    /// The connection the credential belongs to.
    pub connection: i64,
    /// Whether the tenant is opened to native APIs.
    pub native: bool,
    /// The edition of its schemas.
    pub edition: i64,
}

/// What can go wrong below the domain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique value is taken; the attribute's name, such as `userName`.
    #[error("the value of {0} is taken")]
    Unique(String),
    /// A member id that no resource of the tenant has.
    #[error("no resource has the member id {0}")]
    UnknownMember(String),
    /// The membership would make a group a member of itself.
    #[error("the group would contain itself")]
    OwnMember,
    /// The row changed since it was read.
    #[error("the version changed meanwhile")]
    Stale,
    /// The schemas of the tenant changed since the caller was identified.
    #[error("the schemas of the tenant changed meanwhile")]
    Outdated,
    /// The tenant was opened to native APIs meanwhile.
    #[error("the tenant was opened to native APIs meanwhile")]
    Opened,
    /// The database is locked, away or out of connections: try again.
    #[error("the database is busy")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk is full or read-only.
    #[error("the database cannot be written")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database was made by a newer version of this program, or is no database of ours.
    #[error("{0}")]
    Schema(String),
    /// Everything else the driver says.
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Whether a text a client names something by can be in the database at all: Postgres refuses U+0000
/// even as an argument. Nothing has a name that is not storable.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// A resource as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From one sequence, never reused: the order of lists, the key of every other row.
    pub num: i64,
    /// The name of the resource type.
    pub kind: String,
    /// The resource id.
    pub id: String,
    /// Counts from 1 with every change.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it last changed.
    pub modified: Micros,
    /// Canonical JSON text as the client sees it, `schemas` and `id` first, without `meta` and derived
    /// attributes.
    pub document: String,
}
