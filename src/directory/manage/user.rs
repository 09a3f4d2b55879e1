//! The users that tokens stand for: found by name, and named by number.

use super::not_found;
use crate::directory::Error;
use crate::scim::Object;
use crate::scim::filter::Filter;
use crate::scim::path;
use crate::scim::schema::ResourceType;
use crate::scim::value::{Key, fold};
use crate::store::select::{self, Part, Query};
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
    if name.contains('\0') {
        // Nobody has it, and Postgres refuses to look.
        return Err(not_found("user"));
    }
    let target = path::resolve(users, "userName").map_err(|error| Error::Internal(error.to_string()))?;
    let filter = Some(Filter::equals(target, Key::Text(fold(name))));
    let part = Part { kind: Arc::clone(users), filter, sort: None };
    // No user name has to do with the time.
    let query = Query { parts: vec![part], descending: false, offset: 0, limit: 1, base: String::new(), now: 0 };
    let page = select::page(conn, Client::of(tenant), &query).await?;
    page.rows.first().map(|row| row.num).ok_or_else(|| not_found("user"))
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
