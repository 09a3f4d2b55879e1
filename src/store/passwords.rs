//! Password hashes of resources: a row beside the document, never in it.

use super::{Conn, Error, TenantId};

/// The password hash of a resource (a PHC string).
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<Option<String>, Error> {
    let sql = "SELECT hash FROM password WHERE tenant = $1 AND num = $2";
    let sql = conn.sql().with(sql, [tenant.0.into(), num.into()]);
    conn.fetch_first(sql).await?.map(|record| record.text(0)).transpose()
}

/// Sets or removes the password hash of a resource.
///
/// # Errors
/// If the database fails.
pub async fn set(conn: &mut Conn, tenant: TenantId, num: i64, hash: Option<&str>) -> Result<(), Error> {
    let sql = match hash {
        Some(hash) => conn.sql().with(
            "INSERT INTO password (tenant, num, hash) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant, num) DO UPDATE SET hash = excluded.hash",
            [tenant.0.into(), num.into(), hash.into()],
        ),
        None => conn.sql().with("DELETE FROM password WHERE tenant = $1 AND num = $2", [tenant.0.into(), num.into()]),
    };
    conn.execute(sql).await.map(drop)
}
