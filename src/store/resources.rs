//! Resource rows: insert, load, lock, replace, touch, remove, with their keys and index rows.
//!
//! Instants are kept in whole milliseconds, as clients see them, so that a filter with a time taken
//! from an answer means that very time.

mod insert;

pub(super) use insert::index;
pub use insert::{New, insert, insert_all};

use super::external_ids::Split;
use super::keys::{IndexKey, UniqueKey, derive, rows};
use super::sql::{Record, Sql, Val};
use super::{Client, Conn, Error, Row, TenantId, external_ids, is_storable};
use crate::clock::Micros;
use crate::scim::Object;
use crate::scim::schema::ResourceType;
use serde_json::{Value, json};

/// The resource of that type and id.
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, client: Client, kind: &ResourceType, id: &str) -> Result<Option<Row>, Error> {
    if !is_storable(id) {
        // No id has it, and Postgres refuses to look.
        return Ok(None);
    }
    let sql = by_id(conn.sql(), client, kind, id, "");
    conn.fetch_first(sql).await?.map(|record| row(&record, 0, [kind])).transpose()
}

/// The statement of the resource of that type and id, with more columns behind those that [`row`] reads.
fn by_id(sql: Sql, client: Client, kind: &ResourceType, id: &str, more: &'static str) -> Sql {
    let mut sql = sql.fixed();
    let tenant = sql.hold(client.tenant.0);
    sql.push("SELECT r.num, r.type, r.id, r.version, r.created, r.modified, r.doc, ");
    external_ids::value(&mut sql, tenant, client.connection, "r.num");
    sql.push(more).push(" FROM resource r WHERE r.tenant = ").again(tenant).push(" AND r.id = ").bind(id);
    sql.push(" AND r.type = ").bind(kind.name.as_str());
    sql
}

/// The resource of that type and number.
///
/// # Errors
/// If the database fails.
pub async fn load_num(conn: &mut Conn, client: Client, kind: &ResourceType, num: i64) -> Result<Option<Row>, Error> {
    let mut sql = conn.sql().fixed();
    let tenant = sql.hold(client.tenant.0);
    sql.push("SELECT r.num, r.type, r.id, r.version, r.created, r.modified, r.doc, ");
    external_ids::value(&mut sql, tenant, client.connection, "r.num");
    sql.push(" FROM resource r WHERE r.num = ").bind(num).push(" AND r.tenant = ").again(tenant);
    sql.push(" AND r.type = ").bind(kind.name.as_str());
    conn.fetch_first(sql).await?.map(|record| row(&record, 0, [kind])).transpose()
}

/// The same as [`load`], locked until the unit of work ends.
///
/// # Errors
/// [`Error::Outdated`] if the client goes by another edition of the schemas than the tenant.
pub async fn lock(conn: &mut Conn, client: Client, kind: &ResourceType, id: &str) -> Result<Option<Row>, Error> {
    if !is_storable(id) {
        return Ok(None);
    }
    let lock = conn.dialect().lock_resource();
    if lock.is_empty() {
        let more = ", (SELECT t.edition FROM tenant t WHERE t.num = r.tenant)";
        let found = conn.fetch_first(by_id(conn.sql(), client, kind, id, more)).await?;
        return match found {
            Some(held) if held.int(8)? != client.edition => Err(Error::Outdated),
            Some(held) => row(&held, 0, [kind]).map(Some),
            None => Ok(None),
        };
    }
    // Who waits for the lock sees the row as it is then, but rows of other tables as they were
    // before: these are read afterwards.
    let mut sql = conn.sql().with(
        "SELECT t.edition FROM tenant t JOIN resource r ON r.tenant = t.num \
         WHERE t.num = $1 AND r.tenant = $1 AND r.id = $2 AND r.type = $3",
        [client.tenant.0.into(), id.into(), kind.name.as_str().into()],
    );
    sql.push(lock);
    match conn.fetch_first(sql).await? {
        Some(held) if held.int(0)? != client.edition => Err(Error::Outdated),
        Some(_) => load(conn, client, kind, id).await,
        None => Ok(None),
    }
}

/// The id of the resource of that type and number.
///
/// # Errors
/// If the database fails.
pub async fn id_of(conn: &mut Conn, tenant: TenantId, kind: &ResourceType, num: i64) -> Result<Option<String>, Error> {
    let sql = conn.sql().with(
        "SELECT id FROM resource WHERE tenant = $1 AND num = $2 AND type = $3",
        [tenant.0.into(), num.into(), kind.name.as_str().into()],
    );
    conn.fetch_first(sql).await?.map(|record| record.text(0)).transpose()
}

/// Replaces the document of a locked row, makes a new version and renews the keys that changed.
///
/// # Errors
/// [`Error::Unique`]; [`Error::Stale`] if the version is not the row's, or the connection is gone.
pub async fn replace(
    conn: &mut Conn,
    client: Client,
    kind: &ResourceType,
    row: &Row,
    old: &Object,
    new: &Object,
    now: Micros,
) -> Result<Row, Error> {
    let tenant = client.tenant;
    let before = rows(kind, old);
    let after = derive(kind, new);
    let Split { shared, own } = external_ids::split(kind, new)?;
    let (version, modified) = (row.version + 1, milliseconds(now));
    let mut sql = conn.sql().with(
        "UPDATE resource SET version = $3, modified = $4, active = $5, name_key = $6, \
         display = $7, display_key = $8, doc = $9, sdoc = ",
        [
            tenant.0.into(),
            row.num.into(),
            version.into(),
            modified.into(),
            after.active.into(),
            after.name_key.into(),
            after.display.into(),
            after.display_key.into(),
            shared.as_str().into(),
        ],
    );
    sql.json(after.search).push(" WHERE tenant = $1 AND num = $2 AND version = $3 - 1");
    if conn.execute(sql).await? == 0 {
        return Err(Error::Stale);
    }
    let gone: Vec<_> = before.unique.difference(&after.rows.unique).map(unique_json).collect();
    if !gone.is_empty() {
        let mut sql = conn.sql().with(
            "DELETE FROM unique_key WHERE tenant = $1 AND type = $2 AND num = $3 AND (attribute, key) IN \
             (SELECT x.value ->> 0, x.value ->> 1 FROM ",
            [tenant.0.into(), kind.name.as_str().into(), row.num.into()],
        );
        sql.json_list(&Value::Array(gone)).push(")");
        conn.execute(sql).await?;
    }
    let taken = after.rows.unique.difference(&before.unique).map(|key| (kind, row.num, key));
    insert::unique(conn, tenant, taken.collect()).await?;
    let gone: Vec<_> = before.index.difference(&after.rows.index).map(index_json).collect();
    if !gone.is_empty() {
        let mut sql = conn.sql().with(
            "DELETE FROM attr_index WHERE tenant = $1 AND num = $2 AND (attribute, key, element) IN \
             (SELECT x.value ->> 0, x.value ->> 1, CAST(x.value ->> 2 AS BIGINT) FROM ",
            [tenant.0.into(), row.num.into()],
        );
        sql.json_list(&Value::Array(gone)).push(")");
        conn.execute(sql).await?;
    }
    let indexed = after.rows.index.difference(&before.index).map(|key| (row.num, key));
    insert::index(conn, tenant, indexed.collect()).await?;
    if own != external_ids::own(kind, old) {
        external_ids::set(conn, client, kind, row.num, own).await?;
    }
    let document = external_ids::join(kind, &row.id, shared, own)?;
    Ok(Row { version, modified, document, ..row.clone() })
}

/// Makes a new version without a new document (its members changed).
///
/// # Errors
/// [`Error::Stale`] if the version is not the row's.
pub async fn touch(conn: &mut Conn, tenant: TenantId, row: &Row, now: Micros) -> Result<Row, Error> {
    let row = Row { version: row.version + 1, modified: milliseconds(now), ..row.clone() };
    let sql = conn.sql().with(
        "UPDATE resource SET version = $3, modified = $4 WHERE tenant = $1 AND num = $2 AND version = $3 - 1",
        [tenant.0.into(), row.num.into(), row.version.into(), row.modified.into()],
    );
    if conn.execute(sql).await? == 0 {
        return Err(Error::Stale);
    }
    Ok(row)
}

/// Replaces the document of a locked row without a new version, by one whose unique and indexed
/// attributes are the same: for what the server notes about a resource and no client changes.
///
/// # Errors
/// [`Error::Stale`] if the version is not the row's.
pub async fn amend(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &ResourceType,
    row: &Row,
    document: &Object,
) -> Result<(), Error> {
    let shared = external_ids::split(kind, document)?.shared;
    let mut sql = conn.sql().with(
        "UPDATE resource SET doc = $4, sdoc = ",
        [tenant.0.into(), row.num.into(), row.version.into(), shared.into()],
    );
    sql.json(derive(kind, document).search).push(" WHERE tenant = $1 AND num = $2 AND version = $3");
    if conn.execute(sql).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// A resource that got a new version because of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The name of its type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The version it has now.
    pub version: i64,
}

/// Removes a locked row with its keys, its password, its sessions, the tokens that stand for it, its
/// members and its memberships; the groups it was a member of get a new version and are answered.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, row: &Row, now: Micros) -> Result<Vec<Touched>, Error> {
    let key = || [Val::from(tenant.0), Val::from(row.num)];
    // First the row itself: on Postgres this waits for those who are adding it to a group, so that
    // the statements below see their rows.
    conn.execute(conn.sql().with("DELETE FROM resource WHERE tenant = $1 AND num = $2", key())).await?;
    // In one order, so that two who remove members of the same groups do not wait for each other.
    let mut groups = conn.sql().with(
        "UPDATE resource SET version = version + 1, modified = $3 WHERE tenant = $1 AND num IN \
         (SELECT r.num FROM resource r WHERE r.tenant = $1 AND r.num IN \
         (SELECT m.grp FROM member m WHERE m.tenant = $1 AND m.member = $2) ORDER BY r.num",
        key().into_iter().chain([milliseconds(now).into()]),
    );
    groups.push(conn.dialect().lock()).push(") RETURNING type, id, version");
    let groups = conn.fetch(groups).await?;
    for text in [
        "DELETE FROM member WHERE tenant = $1 AND member = $2",
        "DELETE FROM member WHERE tenant = $1 AND grp = $2",
        "DELETE FROM unique_key WHERE tenant = $1 AND num = $2",
        "DELETE FROM attr_index WHERE tenant = $1 AND num = $2",
        "DELETE FROM external_id WHERE tenant = $1 AND num = $2",
        "DELETE FROM password WHERE tenant = $1 AND num = $2",
        "DELETE FROM session WHERE tenant = $1 AND owner = $2",
        "DELETE FROM token WHERE tenant = $1 AND owner = $2",
    ] {
        conn.execute(conn.sql().with(text, key())).await?;
    }
    let touched = |group: &Record| Ok(Touched { kind: group.text(0)?, id: group.text(1)?, version: group.int(2)? });
    groups.iter().map(touched).collect()
}

/// The columns `num, type, id, version, created, modified, doc` and what the client calls the
/// resource, from this position on; the type is one of these.
pub(super) fn row<'k>(
    record: &Record,
    first: usize,
    kinds: impl IntoIterator<Item = &'k ResourceType>,
) -> Result<Row, Error> {
    let (name, id) = (record.text(first + 1)?, record.text(first + 2)?);
    let kind = kinds.into_iter().find(|kind| kind.name == name).ok_or_else(unasked)?;
    let own = record.maybe_text(first + 7)?;
    let document = external_ids::join(kind, &id, record.text(first + 6)?, own.as_deref())?;
    Ok(Row {
        num: record.int(first)?,
        kind: name,
        id,
        version: record.int(first + 3)?,
        created: record.int(first + 4)?,
        modified: record.int(first + 5)?,
        document,
    })
}

fn unasked() -> Error {
    Error::Database("a row has a type nobody asked for".into())
}

fn unique_json(key: &UniqueKey) -> Value {
    json!([key.attribute, key.key])
}

fn index_json(key: &IndexKey) -> Value {
    json!([key.attribute, key.key, key.element])
}

fn milliseconds(now: Micros) -> Micros {
    now - now.rem_euclid(1000)
}
