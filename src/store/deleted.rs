//! What a deleted resource was: its last document, kept for administrators where a client asks for that.
//!
//! No other table refers to these rows, and nothing that answers a SCIM request reads them. Passwords
//! and memberships are no part of a document, so they are not kept.

use super::audit::Query;
use super::sql::{Record, Val};
use super::{Client, Conn, Error, Row, TenantId};
use crate::clock::Micros;

/// A resource that was deleted, as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its number, in the order of deletion.
    pub num: i64,
    /// The name of the resource type.
    pub kind: String,
    /// The resource's id.
    pub id: String,
    /// The last version it had.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it was changed last.
    pub modified: Micros,
    /// When it was deleted.
    pub removed: Micros,
    /// The number of the connection that deleted it.
    pub connection: i64,
    /// The connection's name; none if it is gone.
    pub connection_name: Option<String>,
    /// Its last document as JSON, with what that connection called it.
    pub document: String,
}

/// Keeps a locked row; part of the unit of work that removes it.
///
/// # Errors
/// If the database fails.
pub async fn keep(conn: &mut Conn, client: Client, row: &Row, now: Micros) -> Result<(), Error> {
    let sql = conn.sql().with(
        "INSERT INTO deleted (tenant, type, id, version, created, modified, removed, connection, document) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            client.tenant.0.into(),
            row.kind.as_str().into(),
            row.id.as_str().into(),
            row.version.into(),
            row.created.into(),
            row.modified.into(),
            now.into(),
            client.connection.into(),
            row.document.as_str().into(),
        ],
    );
    conn.execute(sql).await.map(drop)
}

/// The resources deleted last that are wanted, the newest deletion first. Times of the query are those
/// of the deletion.
///
/// # Errors
/// If the database fails.
pub async fn select(conn: &mut Conn, tenant: TenantId, query: &Query) -> Result<Vec<Deleted>, Error> {
    let Query { connection, resource, from, to, before, limit } = query;
    let mut sql = conn.sql().with(
        "SELECT d.num, d.type, d.id, d.version, d.created, d.modified, d.removed, d.connection, c.name, d.document \
         FROM deleted d LEFT JOIN connection c ON c.num = d.connection AND c.tenant = d.tenant WHERE d.tenant = $1",
        [tenant.0.into()],
    );
    let conditions: [(&'static str, Option<Val>); 5] = [
        (" AND c.name = ", connection.as_deref().map(Val::from)),
        (" AND d.id = ", resource.as_deref().map(Val::from)),
        (" AND d.removed >= ", from.map(Val::from)),
        (" AND d.removed < ", to.map(Val::from)),
        (" AND d.num < ", before.map(Val::from)),
    ];
    for (text, value) in conditions {
        if let Some(value) = value {
            sql.push(text).bind(value);
        }
    }
    sql.push(" ORDER BY d.num DESC LIMIT ").bind(i64::try_from(*limit).unwrap_or(i64::MAX));
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// Whether a tenant keeps a resource that was deleted before an instant.
///
/// # Errors
/// If the database fails.
pub async fn has_older(conn: &mut Conn, tenant: TenantId, than: Micros) -> Result<bool, Error> {
    let sql = "SELECT num FROM deleted WHERE tenant = $1 AND removed < $2 LIMIT 1";
    Ok(conn.fetch_first(conn.sql().with(sql, [tenant.0.into(), than.into()])).await?.is_some())
}

/// Forgets some of those that were deleted before an instant; answers how many.
///
/// # Errors
/// If the database fails.
pub async fn forget(conn: &mut Conn, tenant: TenantId, older: Micros, limit: i64) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "DELETE FROM deleted WHERE tenant = $1 AND num IN \
         (SELECT num FROM deleted WHERE tenant = $1 AND removed < $2 LIMIT $3)",
        [tenant.0.into(), older.into(), limit.into()],
    );
    conn.execute(sql).await
}

fn read(record: &Record) -> Result<Deleted, Error> {
    Ok(Deleted {
        num: record.int(0)?,
        kind: record.text(1)?,
        id: record.text(2)?,
        version: record.int(3)?,
        created: record.int(4)?,
        modified: record.int(5)?,
        removed: record.int(6)?,
        connection: record.int(7)?,
        connection_name: record.maybe_text(8)?,
        document: record.text(9)?,
    })
}
