//! The profile of a connection, as text; what it says is the business of [`crate::scim::tolerance`].

use super::{Conn, Error, TenantId};

/// The profile of a connection; none if the tenant has no such connection.
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, tenant: TenantId, connection: i64) -> Result<Option<String>, Error> {
    let sql = "SELECT profile FROM connection WHERE tenant = $1 AND num = $2";
    let sql = conn.sql().with(sql, [tenant.0.into(), connection.into()]);
    conn.fetch_first(sql).await?.map(|record| record.text(0)).transpose()
}

/// Gives a connection another profile, which its next request meets; false if the tenant has no
/// such connection.
///
/// # Errors
/// If the database fails.
pub async fn set(conn: &mut Conn, tenant: TenantId, connection: i64, profile: &str) -> Result<bool, Error> {
    let sql = "UPDATE connection SET profile = $3 WHERE tenant = $1 AND num = $2";
    let sql = conn.sql().with(sql, [tenant.0.into(), connection.into(), profile.into()]);
    Ok(conn.execute(sql).await? > 0)
}
