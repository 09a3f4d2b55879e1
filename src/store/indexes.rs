//! Indexes that are being built: an attribute came into the attribute index when there were resources
//! already. Writes keep it up from then on; here the others are taken in, some at a time, in units of work
//! of their own, by whichever instance comes first.

use super::keys::rows;
use super::{Client, Conn, Error, TenantId, renewal, resources, schemas};
use crate::scim::schema::ResourceType;

/// The number that says of an index that it has every resource.
const ALL: i64 = i64::MAX;

/// Begins to build an index, from the first resource on.
///
/// # Errors
/// If the database fails.
pub async fn begin(conn: &mut Conn, tenant: TenantId, kind: &str, attribute: &str) -> Result<(), Error> {
    let text = "INSERT INTO index_build (tenant, type, attribute) VALUES ($1, $2, $3) \
                ON CONFLICT (tenant, type, attribute) DO UPDATE SET reached = 0";
    conn.execute(conn.sql().with(text, [tenant.0.into(), kind.into(), attribute.into()])).await.map(drop)
}

/// Builds an index no further.
///
/// # Errors
/// If the database fails.
pub async fn abandon(conn: &mut Conn, tenant: TenantId, kind: &str, attribute: &str) -> Result<(), Error> {
    let text = "DELETE FROM index_build WHERE tenant = $1 AND type = $2 AND attribute = $3";
    conn.execute(conn.sql().with(text, [tenant.0.into(), kind.into(), attribute.into()])).await.map(drop)
}

/// The tenants that have an index that is being built.
///
/// # Errors
/// If the database fails.
pub async fn pending(conn: &mut Conn) -> Result<Vec<TenantId>, Error> {
    let sql = conn.sql().with("SELECT DISTINCT tenant FROM index_build ORDER BY tenant", []);
    conn.fetch(sql).await?.iter().map(|record| Ok(TenantId(record.int(0)?))).collect()
}

/// Takes the next resources of a type into an index; true if there may be more.
///
/// # Errors
/// [`Error::Outdated`] if the client goes by another edition of the schemas than the tenant.
pub async fn build(
    conn: &mut Conn,
    client: Client,
    kind: &ResourceType,
    attribute: &str,
    limit: u32,
) -> Result<bool, Error> {
    let tenant = client.tenant;
    schemas::hold(conn, client).await?;
    // Of two instances, the second goes on where the first has come to.
    let key = || [tenant.0.into(), kind.name.as_str().into(), attribute.into()];
    let text = "SELECT reached FROM index_build WHERE tenant = $1 AND type = $2 AND attribute = $3";
    let mut sql = conn.sql().with(text, key());
    sql.push(sql.dialect().lock());
    let Some(found) = conn.fetch_first(sql).await? else { return Ok(false) };
    let reached = found.int(0)?;
    if reached == ALL {
        return Ok(false);
    }
    // Locked, so that nobody changes a document between its reading and its keys.
    let found = renewal::next(conn, tenant, &kind.name, reached, limit, true).await?;
    let mut keys = Vec::new();
    for resource in &found {
        let index = rows(kind, &resource.document).index;
        keys.extend(index.into_iter().filter(|key| key.attribute == attribute).map(|key| (key, resource.num)));
    }
    resources::index(conn, tenant, keys.iter().map(|(key, num)| (*num, key)).collect()).await?;
    let is_last = found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let reached = found.last().filter(|_| !is_last).map_or(ALL, |resource| resource.num);
    let text = "UPDATE index_build SET reached = $4 WHERE tenant = $1 AND type = $2 AND attribute = $3";
    let sql = conn.sql().with(text, key().into_iter().chain([reached.into()]));
    conn.execute(sql).await?;
    Ok(!is_last)
}

/// Lets searches use what is built.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn finish(conn: &mut Conn, tenant: TenantId) -> Result<(), Error> {
    let args = || [tenant.0.into(), ALL.into()];
    let text = "SELECT 1 FROM index_build WHERE tenant = $1 AND reached = $2 LIMIT 1";
    // Nobody has to wait for nothing.
    if conn.fetch_first(conn.sql().with(text, args())).await?.is_none() {
        return Ok(());
    }
    schemas::lock(conn, tenant).await?;
    let text = "DELETE FROM index_build WHERE tenant = $1 AND reached = $2";
    if conn.execute(conn.sql().with(text, args())).await? > 0 {
        schemas::renew(conn, tenant).await?;
    }
    Ok(())
}
