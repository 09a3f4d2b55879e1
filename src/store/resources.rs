//! Resource rows: insert, load, lock, replace, touch, remove, with their keys and index rows.

use super::{Conn, Error, Row, TenantId};
use crate::clock::Micros;
use crate::scim::Object;
use crate::scim::schema::ResourceType;

/// Inserts a new resource; `document` is finished (`schemas` and `id` first).
///
/// # Errors
/// [`Error::Unique`] naming the attribute whose value is taken.
pub async fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &ResourceType,
    id: &str,
    document: &Object,
    now: Micros,
) -> Result<Row, Error> {
    let _ = (conn, tenant, kind, id, document, now);
    todo!()
}

/// The resource of that type and id.
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, tenant: TenantId, kind: &ResourceType, id: &str) -> Result<Option<Row>, Error> {
    let _ = (conn, tenant, kind, id);
    todo!()
}

/// The same, locked until the unit of work ends.
///
/// # Errors
/// If the database fails.
pub async fn lock(conn: &mut Conn, tenant: TenantId, kind: &ResourceType, id: &str) -> Result<Option<Row>, Error> {
    let _ = (conn, tenant, kind, id);
    todo!()
}

/// Replaces the document of a locked row, makes a new version and renews the keys that changed.
///
/// # Errors
/// [`Error::Unique`]; [`Error::Stale`] if the version is not the row's.
pub async fn replace(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &ResourceType,
    row: &Row,
    old: &Object,
    new: &Object,
    now: Micros,
) -> Result<Row, Error> {
    let _ = (conn, tenant, kind, row, old, new, now);
    todo!()
}

/// Makes a new version without a new document (its members changed).
///
/// # Errors
/// [`Error::Stale`] if the version is not the row's.
pub async fn touch(conn: &mut Conn, tenant: TenantId, row: &Row, now: Micros) -> Result<Row, Error> {
    let _ = (conn, tenant, row, now);
    todo!()
}

/// Removes a locked row with its keys, its password, its members and its memberships; the groups
/// it was a member of get a new version.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, row: &Row, now: Micros) -> Result<(), Error> {
    let _ = (conn, tenant, row, now);
    todo!()
}
