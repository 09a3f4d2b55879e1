//! The opening of a tenant to native APIs: from then on its users have the extension schemas of these,
//! those that are there already too. It is never taken back.
//!
//! Whoever makes a user without those schemas holds on to the tenant's row until its commit, so the
//! opening comes before that user or finds it.

use super::{Conn, Error, TenantId};

/// Whether a tenant is opened; one that is gone is not.
///
/// # Errors
/// If the database fails.
pub async fn is_open(conn: &mut Conn, tenant: TenantId) -> Result<bool, Error> {
    let sql = conn.sql().with("SELECT native FROM tenant WHERE num = $1", [tenant.0.into()]);
    conn.fetch_first(sql).await?.map_or(Ok(false), |record| record.truth(0))
}

/// Opens a tenant unless it is open. No resource gets a new version by that.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn open(conn: &mut Conn, tenant: TenantId) -> Result<(), Error> {
    if is_open(conn, tenant).await? {
        return Ok(());
    }
    let mut sql = conn.sql().with("SELECT native FROM tenant WHERE num = $1", [tenant.0.into()]);
    sql.push(sql.dialect().lock_whole());
    // Somebody may have opened it meanwhile.
    if conn.fetch_first(sql).await?.ok_or(Error::Stale)?.truth(0)? {
        return Ok(());
    }
    conn.execute(conn.sql().with("UPDATE tenant SET native = TRUE WHERE num = $1", [tenant.0.into()])).await?;
    let users = conn.dialect().open_users();
    conn.execute(conn.sql().with(users, [tenant.0.into()])).await.map(drop)
}
