//! Claims: keys that one resource holds and no other may take, beside those its schema makes unique.
//!
//! They are rows of the same table, so that of two writes that take one key at once one fails. Which
//! write takes what, the domain decides; a claim goes with its resource.

use super::keys::unique_key;
use super::{Conn, Error, TenantId};
use crate::scim::value::Key;

/// Takes a key for a resource; false if another one holds it. A key it holds already stays its own.
///
/// # Errors
/// If the database fails.
pub async fn take(
    conn: &mut Conn,
    tenant: TenantId,
    (kind, num): (&str, i64),
    attribute: &str,
    key: &str,
) -> Result<bool, Error> {
    let key = unique_key(&Key::Text(key.to_owned()));
    let args = || [tenant.0.into(), kind.into(), attribute.into(), key.as_str().into(), num.into()];
    let sql = "INSERT INTO unique_key (tenant, type, attribute, key, num) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    if conn.execute(conn.sql().with(sql, args())).await? > 0 {
        return Ok(true);
    }
    let sql = "SELECT num FROM unique_key WHERE tenant = $1 AND type = $2 AND attribute = $3 AND key = $4 \
               AND num = $5";
    Ok(conn.fetch_first(conn.sql().with(sql, args())).await?.is_some())
}

/// Gives up what a resource holds under a name; false if it held nothing.
///
/// # Errors
/// If the database fails.
pub async fn release(conn: &mut Conn, tenant: TenantId, num: i64, attribute: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM unique_key WHERE tenant = $1 AND num = $2 AND attribute = $3";
    let sql = conn.sql().with(sql, [tenant.0.into(), num.into(), attribute.into()]);
    Ok(conn.execute(sql).await? > 0)
}
