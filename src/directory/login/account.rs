//! Whose account a name tells: which tenant's, which user's, with which password hash.

use crate::directory::{Error, find, write};
use crate::ident;
use crate::scim::Object;
use crate::scim::schema::ResourceType;
use crate::scim::value;
use crate::store::{Client, Conn, Row, TenantId, connections, passwords, resources, tenants};
use serde_json::Value;
use std::sync::Arc;

/// The most users that are looked at to find the one whose mail address it is.
const ALIKE: u64 = 2;

/// A user that may log in.
pub(super) struct Account {
    pub row: Row,
    pub document: Object,
    pub hash: Option<String>,
}

/// The tenant of an organization, and the number of its first connection, as which a session reads and
/// writes; without an organization the first tenant.
pub(super) async fn place(conn: &mut Conn, organization: Option<&str>) -> Result<Option<(TenantId, i64)>, Error> {
    let tenant = match organization {
        Some(text) => tenants::find_any(conn, text).await?,
        None => tenants::first(conn).await?.map(|tenant| tenant.num),
    };
    let Some(tenant) = tenant else { return Ok(None) };
    let connections = connections::list(conn, tenant).await?;
    Ok(connections.first().map(|connection| (tenant, connection.num)))
}

/// The account of a user name, else the one account of a mail address. An address that several users
/// have is nobody's, and so is one that is not the only or the primary one of its user.
pub(super) async fn find(
    conn: &mut Conn,
    client: Client,
    users: &Arc<ResourceType>,
    name: &str,
) -> Result<Option<Account>, Error> {
    let row = match find::holders(conn, client, users, "userName", name, 1).await?.into_iter().next() {
        Some(row) => Some(row),
        None => match find::holders(conn, client, users, "emails.value", name, ALIKE).await?.as_slice() {
            [row] if is_main(&write::parse(&row.document)?, name) => Some(row.clone()),
            _ => None,
        },
    };
    match row {
        Some(row) => Ok(Some(open(conn, client.tenant, row).await?)),
        None => Ok(None),
    }
}

/// The account of that resource id.
pub(super) async fn of(
    conn: &mut Conn,
    client: Client,
    users: &ResourceType,
    id: &str,
) -> Result<Option<Account>, Error> {
    match resources::load(conn, client, users, id).await? {
        Some(row) => Ok(Some(open(conn, client.tenant, row).await?)),
        None => Ok(None),
    }
}

/// The id of the user that is named by its id, its number or its user name.
pub(super) async fn named(
    conn: &mut Conn,
    client: Client,
    users: &Arc<ResourceType>,
    text: &str,
) -> Result<Option<String>, Error> {
    if ident::is_resource_id(text) {
        return Ok(resources::load(conn, client, users, text).await?.map(|row| row.id));
    }
    if let Ok(num) = text.parse()
        && let Some(id) = resources::id_of(conn, client.tenant, users, num).await?
    {
        return Ok(Some(id));
    }
    Ok(find::holders(conn, client, users, "userName", text, 1).await?.into_iter().next().map(|row| row.id))
}

async fn open(conn: &mut Conn, tenant: TenantId, row: Row) -> Result<Account, Error> {
    let hash = passwords::load(conn, tenant, row.num).await?;
    Ok(Account { document: write::parse(&row.document)?, row, hash })
}

/// Whether the user's primary address, or its only one, is this.
fn is_main(document: &Object, address: &str) -> bool {
    let address = value::fold(address);
    let all = document.get("emails").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_it = |email: &Value| email.get("value").and_then(Value::as_str).map(value::fold).as_ref() == Some(&address);
    match all {
        [only] => is_it(only),
        all => all.iter().any(|email| email.get("primary") == Some(&Value::Bool(true)) && is_it(email)),
    }
}
