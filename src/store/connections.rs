//! Connections: the SCIM clients of a tenant.

use super::sql::Record;
use super::{Conn, Error, TenantId, is_storable};
use crate::clock::Micros;

/// A connection as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number.
    pub num: i64,
    /// Its name, unique within the tenant.
    pub name: String,
    /// How tolerant the server is towards it, as text.
    pub profile: String,
    /// When it was made.
    pub created: Micros,
}

/// The connections of a tenant, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Connection>, Error> {
    let sql = "SELECT num, name, profile, created FROM connection WHERE tenant = $1 ORDER BY num";
    conn.fetch(conn.sql().with(sql, [tenant.0.into()])).await?.iter().map(read).collect()
}

/// The connection of that name.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, tenant: TenantId, name: &str) -> Result<Option<Connection>, Error> {
    if !is_storable(name) {
        return Ok(None);
    }
    let sql = "SELECT num, name, profile, created FROM connection WHERE tenant = $1 AND name = $2";
    conn.fetch_first(conn.sql().with(sql, [tenant.0.into(), name.into()])).await?.as_ref().map(read).transpose()
}

/// Locks a connection until the unit of work ends, so that of two writes for it which must not meet one waits.
///
/// # Errors
/// If the database fails.
pub async fn lock(conn: &mut Conn, num: i64) -> Result<(), Error> {
    let mut sql = conn.sql().with("SELECT num FROM connection WHERE num = $1", [num.into()]);
    let lock = sql.dialect().lock();
    sql.push(lock);
    conn.fetch_first(sql).await.map(drop)
}

/// Makes a connection; none if the tenant has one of that name.
///
/// # Errors
/// If the database fails.
pub async fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    name: &str,
    profile: &str,
    now: Micros,
) -> Result<Option<Connection>, Error> {
    let sql = conn.sql().with(
        "INSERT INTO connection (tenant, name, profile, created) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING RETURNING num, name, profile, created",
        [tenant.0.into(), name.into(), profile.into(), now.into()],
    );
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// Stores a connection's name and profile.
///
/// # Errors
/// [`Error::Unique`] if another one has the name.
pub async fn change(conn: &mut Conn, tenant: TenantId, connection: &Connection) -> Result<(), Error> {
    let Connection { num, name, profile, created: _ } = connection;
    let sql = conn.sql().with(
        "UPDATE connection SET name = $3, profile = $4 WHERE tenant = $1 AND num = $2",
        [tenant.0.into(), (*num).into(), name.as_str().into(), profile.as_str().into()],
    );
    conn.execute(sql).await.map_err(|error| error.or_taken("name")).map(drop)
}

/// Removes a connection with its tokens, its sessions and what it calls the resources. Whoever writes an
/// externalId holds on to the connection's row until its commit, so that none comes after this.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<(), Error> {
    for text in [
        "DELETE FROM token WHERE tenant = $1 AND connection = $2",
        "DELETE FROM session WHERE tenant = $1 AND connection = $2",
        "DELETE FROM connection WHERE tenant = $1 AND num = $2",
        "DELETE FROM external_id WHERE tenant = $1 AND connection = $2",
    ] {
        conn.execute(conn.sql().with(text, [tenant.0.into(), num.into()])).await?;
    }
    Ok(())
}

fn read(record: &Record) -> Result<Connection, Error> {
    Ok(Connection { num: record.int(0)?, name: record.text(1)?, profile: record.text(2)?, created: record.int(3)? })
}
