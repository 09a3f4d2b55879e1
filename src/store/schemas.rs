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

/// The edition of a tenant's schemas and whether it is opened to native APIs, both of which stay until the
/// unit of work ends, while nobody else writes a resource of the tenant. To be the first statement of the unit.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn lock(conn: &mut Conn, tenant: TenantId) -> Result<(i64, bool), Error> {
    let mut sql = conn.sql().with("SELECT edition, native FROM tenant WHERE num = $1", [tenant.0.into()]);
    sql.push(sql.dialect().lock_whole());
    let found = conn.fetch_first(sql).await?.ok_or(Error::Stale)?;
    Ok((found.int(0)?, found.truth(1)?))
}

/// Begins the next edition of a locked tenant's schemas, and answers it.
///
/// # Errors
/// If the database fails.
pub async fn renew(conn: &mut Conn, tenant: TenantId) -> Result<i64, Error> {
    let sql = "UPDATE tenant SET edition = edition + 1 WHERE num = $1 RETURNING edition";
    conn.fetch_first(conn.sql().with(sql, [tenant.0.into()])).await?.ok_or(Error::Stale)?.int(0)
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

/// Adds a document of a locked tenant, behind the others of its kind.
///
/// # Errors
/// If the database fails.
pub async fn insert(conn: &mut Conn, tenant: TenantId, kind: Kind, new: &Stored) -> Result<(), Error> {
    let insert = match kind {
        Kind::Schema => "INSERT INTO schema_document (tenant, id, version, created, modified, document)",
        Kind::Type => "INSERT INTO type_document (tenant, name, version, created, modified, document)",
    };
    let Stored { id, version, created, modified, document } = new;
    let values = [
        tenant.0.into(),
        id.as_str().into(),
        (*version).into(),
        (*created).into(),
        (*modified).into(),
        document.as_str().into(),
    ];
    let sql = conn.sql().with(insert, []).with(" VALUES ($1, $2, $3, $4, $5, $6)", values);
    conn.execute(sql).await.map(drop)
}

/// Puts a document of a locked tenant in the place of the one of its id.
///
/// # Errors
/// If the database fails.
pub async fn replace(conn: &mut Conn, tenant: TenantId, kind: Kind, new: &Stored) -> Result<(), Error> {
    let set = match kind {
        Kind::Schema => "UPDATE schema_document SET version = $3, modified = $4, document = $5 WHERE id = $2",
        Kind::Type => "UPDATE type_document SET version = $3, modified = $4, document = $5 WHERE name = $2",
    };
    let Stored { id, version, modified, document, .. } = new;
    let values = [tenant.0.into(), id.as_str().into(), (*version).into(), (*modified).into(), document.as_str().into()];
    conn.execute(conn.sql().with(set, values).with(" AND tenant = $1", [])).await.map(drop)
}

/// Removes a document of a locked tenant.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, kind: Kind, id: &str) -> Result<(), Error> {
    let delete = match kind {
        Kind::Schema => "DELETE FROM schema_document WHERE tenant = $1 AND id = $2",
        Kind::Type => "DELETE FROM type_document WHERE tenant = $1 AND name = $2",
    };
    conn.execute(conn.sql().with(delete, [tenant.0.into(), id.into()])).await.map(drop)
}

/// The documents of one kind that a tenant has of its own, in the order in which they were made.
///
/// # Errors
/// If the database fails.
pub async fn documents(conn: &mut Conn, tenant: TenantId, kind: Kind) -> Result<Vec<Stored>, Error> {
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
