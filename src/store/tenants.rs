//! Tenants: made, found, renamed, and removed with every row they own.
//!
//! A tenant is removed table by table in bounded batches, so that one of a million rows holds up
//! nobody else's writes, and its own row goes last: a removal that was cut short can be asked again.

use super::sql::Record;
use super::{Conn, Error, TenantId, is_storable};
use crate::clock::Micros;

/// A tenant as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number, never another's after it.
    pub num: TenantId,
    /// Its name, unique on the server.
    pub name: String,
    /// When it was made.
    pub created: Micros,
    /// Whether it is opened to native APIs.
    pub native: bool,
}

/// A table whose rows belong to tenants.
#[derive(Clone, Copy, Debug)]
pub struct Owned {
    /// Its name.
    pub table: &'static str,
    /// The column by whose values its rows are counted into batches.
    key: &'static str,
}

/// The most keys that are removed from a table at once.
const BATCH: i64 = 1000;

/// Every table that has a column `tenant`, in the order of removal: first what opens the tenant, then
/// the resources, then what hangs on them, last what the first ones refer to.
pub const OWNED: &[Owned] = &[
    Owned { table: "token", key: "num" },
    Owned { table: "session", key: "num" },
    Owned { table: "oauth_client", key: "num" },
    Owned { table: "oauth_issuer", key: "num" },
    Owned { table: "resource", key: "num" },
    Owned { table: "unique_key", key: "num" },
    Owned { table: "attr_index", key: "num" },
    Owned { table: "member", key: "grp" },
    Owned { table: "external_id", key: "num" },
    Owned { table: "password", key: "num" },
    Owned { table: "invitation", key: "num" },
    Owned { table: "catalogue", key: "id" },
    Owned { table: "deleted", key: "num" },
    Owned { table: "audit", key: "num" },
    Owned { table: "journal", key: "num" },
    Owned { table: "walk", key: "num" },
    Owned { table: "walk_part", key: "walk" },
    Owned { table: "index_build", key: "attribute" },
    Owned { table: "schema_document", key: "id" },
    Owned { table: "type_document", key: "name" },
    Owned { table: "connection", key: "num" },
];

/// Every tenant, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Tenant>, Error> {
    let sql = conn.sql().with("SELECT num, name, created, native FROM tenant ORDER BY num", []);
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// The tenant of that name.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<Tenant>, Error> {
    if !is_storable(name) {
        return Ok(None);
    }
    let sql = conn.sql().with("SELECT num, name, created, native FROM tenant WHERE name = $1", [name.into()]);
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// The tenant of that name, else that of that organization, else that of that number; none if several
/// are of the organization.
///
/// # Errors
/// If the database fails.
pub async fn find_any(conn: &mut Conn, text: &str) -> Result<Option<TenantId>, Error> {
    if !is_storable(text) {
        return Ok(None);
    }
    // No tenant has the number 0.
    let num: i64 = text.parse().unwrap_or(0);
    let sql = conn.sql().with(
        "SELECT num, CAST(CASE WHEN name = $1 THEN 0 WHEN organization = $1 THEN 1 ELSE 2 END AS BIGINT) AS place \
         FROM tenant WHERE name = $1 OR organization = $1 OR num = $2 ORDER BY place",
        [text.into(), num.into()],
    );
    let records = conn.fetch(sql).await?;
    let found = records.iter().map(|record| Ok((record.int(1)?, record.int(0)?))).collect::<Result<Vec<_>, Error>>()?;
    match found.as_slice() {
        [(one, _), (other, _), ..] if one == other => Ok(None),
        [(_, num), ..] => Ok(Some(TenantId(*num))),
        [] => Ok(None),
    }
}

/// The oldest tenant; none if the database has no tenant yet.
///
/// # Errors
/// If the database fails.
pub async fn first(conn: &mut Conn) -> Result<Option<Tenant>, Error> {
    let sql = conn.sql().with("SELECT num, name, created, native FROM tenant ORDER BY num LIMIT 1", []);
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// Makes a tenant; none if there is one of that name.
///
/// # Errors
/// If the database fails.
pub async fn insert(conn: &mut Conn, name: &str, now: Micros) -> Result<Option<Tenant>, Error> {
    let sql = "INSERT INTO tenant (name, created) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING num, name, created, native";
    let made = conn.fetch_first(conn.sql().with(sql, [name.into(), now.into()])).await?;
    made.as_ref().map(read).transpose()
}

/// Makes the first tenant; none if the database has a tenant already.
///
/// # Errors
/// If the database fails.
pub async fn insert_first(conn: &mut Conn, name: &str, now: Micros) -> Result<Option<Tenant>, Error> {
    // Of two processes that start at once, the second waits for the first and makes nothing.
    let sql = "INSERT INTO tenant (name, created) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM tenant) \
               ON CONFLICT DO NOTHING RETURNING num, name, created, native";
    let made = conn.fetch_first(conn.sql().with(sql, [name.into(), now.into()])).await?;
    made.as_ref().map(read).transpose()
}

/// Gives a tenant another name.
///
/// # Errors
/// [`Error::Unique`] if another tenant has it.
pub async fn rename(conn: &mut Conn, tenant: TenantId, to: &str) -> Result<(), Error> {
    let sql = conn.sql().with("UPDATE tenant SET name = $2 WHERE num = $1", [tenant.0.into(), to.into()]);
    conn.execute(sql).await.map_err(|error| error.or_taken("name")).map(drop)
}

/// Sets the number by which native clients name a tenant.
///
/// # Errors
/// [`Error::Unique`] if another tenant has it.
pub async fn set_organization(conn: &mut Conn, tenant: TenantId, organization: &str) -> Result<(), Error> {
    let args = || [tenant.0.into(), organization.into()];
    let sql = "SELECT 1 FROM tenant WHERE num <> $1 AND organization = $2";
    if conn.fetch_first(conn.sql().with(sql, args())).await?.is_some() {
        return Err(Error::Unique("organization".to_owned()));
    }
    let sql = "UPDATE tenant SET organization = $2 WHERE num = $1";
    conn.execute(conn.sql().with(sql, args())).await.map(drop)
}

/// Removes a batch of a tenant's rows from one table; false if there was none.
///
/// # Errors
/// If the database fails.
pub async fn remove_some(conn: &mut Conn, tenant: TenantId, from: Owned) -> Result<bool, Error> {
    let Owned { table, key } = from;
    let mut sql = conn.sql().fixed();
    let num = sql.hold(tenant.0);
    sql.push("DELETE FROM ").push(table).push(" WHERE tenant = ").again(num).push(" AND ").push(key);
    sql.push(" IN (SELECT ").push(key).push(" FROM ").push(table).push(" WHERE tenant = ").again(num);
    sql.push(" LIMIT ").bind(BATCH).push(")");
    Ok(conn.execute(sql).await? > 0)
}

/// Removes what is left of a tenant, and the tenant itself. Whoever makes a resource holds on to the
/// tenant's row until its commit, so that nothing comes after this.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId) -> Result<(), Error> {
    let mut sql = conn.sql().with("SELECT num FROM tenant WHERE num = $1", [tenant.0.into()]);
    sql.push(sql.dialect().lock_whole());
    conn.fetch(sql).await?;
    for Owned { table, .. } in OWNED {
        let mut sql = conn.sql().fixed();
        sql.push("DELETE FROM ").push(table).push(" WHERE tenant = ").bind(tenant.0);
        conn.execute(sql).await?;
    }
    let sql = conn.sql().with("DELETE FROM tenant WHERE num = $1", [tenant.0.into()]);
    conn.execute(sql).await.map(drop)
}

fn read(record: &Record) -> Result<Tenant, Error> {
    Ok(Tenant {
        num: TenantId(record.int(0)?),
        name: record.text(1)?,
        created: record.int(2)?,
        native: record.truth(3)?,
    })
}
