//! What each connection calls a resource (RFC 7643 §3.1, "externalId"): a row for each connection, not
//! a part of the stored document, so that two provisioning clients do not write over each other's.
//!
//! Here such a value leaves a document that is written and comes back into one that is read.

use super::sql::{Arg, Sql};
use super::{Client, Conn, Error};
use crate::scim::Object;
use crate::scim::schema::{ResourceType, Storage};
use serde::Serializer as _;
use serde_json::{Value, json};

/// A document in two: the text that all connections share, and what one of them calls the resource.
pub(super) struct Split<'d> {
    pub shared: String,
    pub own: Option<&'d str>,
}

/// Takes a document apart.
pub(super) fn split<'d>(kind: &ResourceType, document: &'d Object) -> Result<Split<'d>, Error> {
    let name = kind.stored_as(Storage::Connection).map(|attribute| attribute.name.as_str());
    let shared = document.iter().filter(|(other, _)| name != Some(other.as_str()));
    let mut text = Vec::with_capacity(512);
    serde_json::Serializer::new(&mut text).collect_map(shared).map_err(broken)?;
    Ok(Split { shared: String::from_utf8(text).map_err(broken)?, own: own(kind, document) })
}

/// What the document says the connection calls the resource.
pub(super) fn own<'d>(kind: &ResourceType, document: &'d Object) -> Option<&'d str> {
    document.get(&kind.stored_as(Storage::Connection)?.name).and_then(Value::as_str)
}

/// Puts it back into the text, behind the id, without reading the rest.
pub(super) fn join(kind: &ResourceType, id: &str, shared: String, own: Option<&str>) -> Result<String, Error> {
    let (Some(attribute), Some(own)) = (kind.stored_as(Storage::Connection), own) else { return Ok(shared) };
    // No URN before it has a bracket.
    let id = format!("],\"id\":{}", serde_json::to_string(id).map_err(broken)?);
    let place = shared.find(&id).ok_or_else(|| broken("a stored document does not begin with schemas and id"))?;
    let mut text = shared;
    text.insert_str(
        place + id.len(),
        &format!(",\"{}\":{}", attribute.name, serde_json::to_string(own).map_err(broken)?),
    );
    Ok(text)
}

/// Appends the value of the resource whose number stands in a column.
pub(super) fn value(sql: &mut Sql, tenant: Arg, connection: i64, num: &'static str) {
    sql.push("(SELECT v.value FROM external_id v WHERE v.tenant = ").again(tenant);
    sql.push(" AND v.num = ").push(num).push(" AND v.connection = ").bind(connection).push(")");
}

/// Stores what the client calls a locked resource; nothing if it is none.
///
/// # Errors
/// [`Error::Stale`] if the connection is gone.
pub(super) async fn set(
    conn: &mut Conn,
    client: Client,
    kind: &ResourceType,
    num: i64,
    own: Option<&str>,
) -> Result<(), Error> {
    let key = [client.tenant.0.into(), client.connection.into(), num.into()];
    let Some(own) = own else {
        let text = "DELETE FROM external_id WHERE tenant = $1 AND connection = $2 AND num = $3";
        return conn.execute(conn.sql().with(text, key)).await.map(drop);
    };
    add(conn, client, vec![(kind, num, own)]).await
}

/// Stores what the client calls locked or new resources.
///
/// # Errors
/// [`Error::Stale`] if the connection is gone.
pub(super) async fn add(conn: &mut Conn, client: Client, named: Vec<(&ResourceType, i64, &str)>) -> Result<(), Error> {
    if named.is_empty() {
        return Ok(());
    }
    let mut sql = conn.sql().with(
        "INSERT INTO external_id (tenant, connection, num, type, value) \
         SELECT r.tenant, r.num, CAST(x.value ->> 0 AS BIGINT), x.value ->> 1, x.value ->> 2 \
         FROM connection r CROSS JOIN ",
        [client.tenant.0.into(), client.connection.into()],
    );
    sql.json_list(&named.iter().map(|(kind, num, own)| json!([num, kind.name, own])).collect());
    // A connection that is being removed waits for whom it has, and takes nothing in afterwards.
    let keep = sql.dialect().keep_r();
    sql.push(" WHERE r.tenant = $1 AND r.num = $2").push(keep);
    sql.push(" ON CONFLICT (tenant, num, connection) DO UPDATE SET value = excluded.value");
    if conn.execute(sql).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Database(cause.into())
}
