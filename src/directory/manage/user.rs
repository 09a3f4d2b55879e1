//! The users that tokens stand for: found by name, and named by number.

use super::not_found;
use crate::directory::{Error, find};
use crate::scim::Object;
use crate::scim::schema::ResourceType;
use crate::store::{Client, Conn, TenantId, tokens};
use std::collections::HashMap;
use std::sync::Arc;

/// The number of the user of that user name, in any case.
pub(in crate::directory) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    users: &Arc<ResourceType>,
    name: &str,
) -> Result<i64, Error> {
    let found = find::holders(conn, Client::of(tenant), users, "userName", name, 1).await?;
    found.first().map(|row| row.num).ok_or_else(|| not_found("user"))
}

/// The user names of the users that tokens of a tenant stand for, by their numbers.
pub(super) async fn owners(conn: &mut Conn, tenant: TenantId) -> Result<HashMap<i64, String>, Error> {
    let name = |document: &str| {
        let document: Object = serde_json::from_str(document).ok()?;
        document.get("userName")?.as_str().map(ToOwned::to_owned)
    };
    let owners = tokens::owners(conn, tenant).await?;
    Ok(owners.into_iter().filter_map(|(num, document)| Some((num, name(&document)?))).collect())
}
