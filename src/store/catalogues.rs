//! The entries of catalogues: the named things users refer to.
//!
//! Ids and folded names are unique within one catalogue of a tenant, by constraint. Whoever adds an
//! entry holds on to the tenant's row until its commit, so that of two who add the same name the
//! second finds the first one's, and no two get the same id.

use super::sql::{Record, Val};
use super::{Conn, Error, TenantId};
use crate::scim::value;

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Unique in its catalogue.
    pub id: i64,
    /// As somebody spelt it; unique in its catalogue without regard to case.
    pub name: String,
    /// Given to users that name no entry.
    pub standard: bool,
}

/// The entries of a catalogue by id.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn, tenant: TenantId, kind: &str) -> Result<Vec<Entry>, Error> {
    let sql = "SELECT id, name, standard FROM catalogue WHERE tenant = $1 AND kind = $2 ORDER BY id";
    conn.fetch(conn.sql().with(sql, [tenant.0.into(), kind.into()])).await?.iter().map(read).collect()
}

/// The entry of an id, locked until the unit of work ends: nobody comes to refer to it who
/// [keeps](keep) what it refers to.
///
/// # Errors
/// If the database fails.
pub async fn lock(conn: &mut Conn, tenant: TenantId, kind: &str, id: i64) -> Result<Option<Entry>, Error> {
    let mut sql = conn.sql().with(
        "SELECT id, name, standard FROM catalogue WHERE tenant = $1 AND kind = $2 AND id = $3",
        [tenant.0.into(), kind.into(), id.into()],
    );
    sql.push(sql.dialect().lock_whole());
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// Which of these ids the catalogue has; they cannot be removed until the unit of work ends.
///
/// # Errors
/// If the database fails.
pub async fn keep(conn: &mut Conn, tenant: TenantId, kind: &str, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let mut sql = conn
        .sql()
        .with("SELECT id FROM catalogue WHERE tenant = $1 AND kind = $2 AND id", [tenant.0.into(), kind.into()]);
    sql.within(Val::Ints(ids.to_vec())).push(" ORDER BY id");
    sql.push(sql.dialect().keep());
    conn.fetch(sql).await?.iter().map(|record| record.int(0)).collect()
}

/// The entries of these names, in their order; those that are missing are made, with the next ids.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn ensure(conn: &mut Conn, tenant: TenantId, kind: &str, names: &[String]) -> Result<Vec<Entry>, Error> {
    let mut known = named(conn, tenant, kind, names).await?;
    if names.iter().any(|name| find(&known, name).is_none()) {
        hold(conn, tenant).await?;
        // Somebody may have made them meanwhile.
        known = named(conn, tenant, kind, names).await?;
        for name in names {
            if find(&known, name).is_none() {
                known.push(add(conn, tenant, kind, name, false).await?);
            }
        }
    }
    Ok(names.iter().filter_map(|name| find(&known, name)).cloned().collect())
}

/// Makes an entry: with that id, or with the next one.
///
/// # Errors
/// [`Error::Unique`] for `id` or `name`; [`Error::Stale`] if the tenant is gone.
pub async fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &str,
    id: Option<i64>,
    name: &str,
    standard: bool,
) -> Result<Entry, Error> {
    hold(conn, tenant).await?;
    let Some(id) = id else { return add(conn, tenant, kind, name, standard).await };
    let taken = "SELECT 1 FROM catalogue WHERE tenant = $1 AND kind = $2 AND id = $3";
    let taken = conn.sql().with(taken, [tenant.0.into(), kind.into(), id.into()]);
    if conn.fetch_first(taken).await?.is_some() {
        return Err(Error::Unique("id".to_owned()));
    }
    let sql = conn.sql().with(
        "INSERT INTO catalogue (tenant, kind, id, name, name_key, standard) VALUES ($1, $2, $3, $4, $5, $6)",
        [tenant.0.into(), kind.into(), id.into(), name.into(), value::fold(name).into(), standard.into()],
    );
    conn.execute(sql).await.map_err(|error| error.or_taken("name"))?;
    Ok(Entry { id, name: name.to_owned(), standard })
}

/// Stores the name of an entry and whether it is given by default.
///
/// # Errors
/// [`Error::Unique`] if another entry has the name.
pub async fn rename(conn: &mut Conn, tenant: TenantId, kind: &str, entry: &Entry) -> Result<(), Error> {
    let Entry { id, name, standard } = entry;
    let sql = conn.sql().with(
        "UPDATE catalogue SET name = $4, name_key = $5, standard = $6 WHERE tenant = $1 AND kind = $2 AND id = $3",
        [
            tenant.0.into(),
            kind.into(),
            (*id).into(),
            name.as_str().into(),
            value::fold(name).into(),
            (*standard).into(),
        ],
    );
    conn.execute(sql).await.map_err(|error| error.or_taken("name")).map(drop)
}

/// Removes an entry; false if there is none of that id.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, kind: &str, id: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM catalogue WHERE tenant = $1 AND kind = $2 AND id = $3";
    Ok(conn.execute(conn.sql().with(sql, [tenant.0.into(), kind.into(), id.into()])).await? > 0)
}

/// Whoever adds entries to catalogues of the tenant waits for others who do.
async fn hold(conn: &mut Conn, tenant: TenantId) -> Result<(), Error> {
    let mut sql = conn.sql().with("SELECT num FROM tenant WHERE num = $1", [tenant.0.into()]);
    sql.push(sql.dialect().lock());
    conn.fetch_first(sql).await?.map(drop).ok_or(Error::Stale)
}

async fn add(conn: &mut Conn, tenant: TenantId, kind: &str, name: &str, standard: bool) -> Result<Entry, Error> {
    let sql = conn.sql().with(
        "INSERT INTO catalogue (tenant, kind, id, name, name_key, standard) \
         SELECT $1, $2, coalesce(max(id), 0) + 1, $3, $4, $5 FROM catalogue WHERE tenant = $1 AND kind = $2 \
         RETURNING id, name, standard",
        [tenant.0.into(), kind.into(), name.into(), value::fold(name).into(), standard.into()],
    );
    let made = conn.fetch_first(sql).await.map_err(|error| error.or_taken("name"))?;
    read(&made.ok_or_else(|| Error::Database("an insert returned no row".into()))?)
}

async fn named(conn: &mut Conn, tenant: TenantId, kind: &str, names: &[String]) -> Result<Vec<Entry>, Error> {
    let keys = names.iter().map(|name| value::fold(name)).collect();
    let text = "SELECT id, name, standard FROM catalogue WHERE tenant = $1 AND kind = $2 AND name_key";
    let mut sql = conn.sql().with(text, [tenant.0.into(), kind.into()]);
    sql.within(Val::Texts(keys));
    conn.fetch(sql).await?.iter().map(read).collect()
}

fn find<'e>(entries: &'e [Entry], name: &str) -> Option<&'e Entry> {
    let key = value::fold(name);
    entries.iter().find(|entry| value::fold(&entry.name) == key)
}

fn read(record: &Record) -> Result<Entry, Error> {
    Ok(Entry { id: record.int(0)?, name: record.text(1)?, standard: record.truth(2)? })
}
