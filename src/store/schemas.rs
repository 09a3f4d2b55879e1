//! The schemas and resource types that a tenant has of its own, and which of its indexes are being built.
//!
//! A tenant's edition counts their changes. Whoever writes a resource goes by an edition and holds on to the
//! tenant's row until its commit, so that a change comes before it, and is noticed, or after it, and finds
//! what it wrote.

use super::sql::Record;
use super::{Client, Conn, Error, TenantId};
use crate::clock::Micros;

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The URN of a schema, the name of a resource type.
    pub id: String,
    /// Counts from 1 with every change.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it last changed.
    pub modified: Micros,
    /// JSON text in the format of RFC 7643 §7 or §6.
    pub document: String,
}

/// Which documents are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Schemas (RFC 7643 §7).
    Schema,
    /// Resource types (RFC 7643 §6).
    Type,
}

/// Everything a tenant has of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The edition that this is.
    pub edition: i64,
    /// The schemas, in the order in which they were made.
    pub schemas: Vec<Stored>,
    /// The resource types, in the order in which they were made.
    pub types: Vec<Stored>,
    /// The indexes that are being built.
    pub building: Vec<Building>,
}

/// An index that is being built: writes keep it up already, searches do not use it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Building {
    /// The name of the resource type.
    pub kind: String,
    /// The full name of the attribute, as filters write it.
    pub attribute: String,
    /// The number of the last resource that was taken in.
    pub reached: i64,
}

/// The edition of a tenant's schemas.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn edition(conn: &mut Conn, tenant: TenantId) -> Result<i64, Error> {
    let sql = conn.sql().with("SELECT edition FROM tenant WHERE num = $1", [tenant.0.into()]);
    conn.fetch_first(sql).await?.ok_or(Error::Stale)?.int(0)
}

/// Refuses a client that goes by another edition than the tenant's, which stays until the unit of work ends.
///
/// # Errors
/// [`Error::Outdated`]; [`Error::Stale`] if the tenant is gone.
pub(super) async fn hold(conn: &mut Conn, client: Client) -> Result<(), Error> {
    let mut sql = conn.sql().with("SELECT edition FROM tenant WHERE num = $1", [client.tenant.0.into()]);
    sql.push(sql.dialect().keep());
    let edition = conn.fetch_first(sql).await?.ok_or(Error::Stale)?.int(0)?;
    if edition == client.edition { Ok(()) } else { Err(Error::Outdated) }
}

/// Everything a tenant has of its own.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn load(conn: &mut Conn, tenant: TenantId) -> Result<Own, Error> {
    loop {
        let before = edition(conn, tenant).await?;
        let own = Own {
            edition: before,
            schemas: documents(conn, tenant, Kind::Schema).await?,
            types: documents(conn, tenant, Kind::Type).await?,
            building: building(conn, tenant).await?,
        };
        // A change between the statements would be half in it.
        if edition(conn, tenant).await? == before {
            return Ok(own);
        }
    }
}

async fn documents(conn: &mut Conn, tenant: TenantId, kind: Kind) -> Result<Vec<Stored>, Error> {
    let select = match kind {
        Kind::Schema => "SELECT id, version, created, modified, document FROM schema_document",
        Kind::Type => "SELECT name, version, created, modified, document FROM type_document",
    };
    let sql = conn.sql().with(select, []).with(" WHERE tenant = $1 ORDER BY place", [tenant.0.into()]);
    conn.fetch(sql).await?.iter().map(stored).collect()
}

fn stored(record: &Record) -> Result<Stored, Error> {
    Ok(Stored {
        id: record.text(0)?,
        version: record.int(1)?,
        created: record.int(2)?,
        modified: record.int(3)?,
        document: record.text(4)?,
    })
}

async fn building(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Building>, Error> {
    let sql = "SELECT type, attribute, reached FROM index_build WHERE tenant = $1 ORDER BY type, attribute";
    let rows = conn.fetch(conn.sql().with(sql, [tenant.0.into()])).await?;
    let read =
        |record: &Record| Ok(Building { kind: record.text(0)?, attribute: record.text(1)?, reached: record.int(2)? });
    rows.iter().map(read).collect()
}
