//! The journal: every request of a connection and how it was answered.
//!
//! Written in batches some time after the request, kept for so long and so many rows.

use super::sql::{Record, Val};
use super::{Conn, Error, TenantId};
use crate::clock::Micros;
use crate::scim::redact::Redacted;
use serde_json::{Value, json};

/// A request to be noted.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Whose directory it was for.
    pub tenant: TenantId,
    /// When it came.
    pub at: Micros,
    /// The number of the connection.
    pub connection: i64,
    /// Which credential it presented, for people.
    pub credential: String,
    /// What the answer's X-Request-Id says.
    pub request_id: String,
    /// The HTTP method.
    pub method: String,
    /// The path as the API document writes it: `/scim/v2/Users/{id}`.
    pub path: String,
    /// The id of the one resource it was about.
    pub resource: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// A refusal's scimType.
    pub scim_type: Option<String>,
    /// A refusal's sentence.
    pub detail: Option<String>,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// The names of the tolerances without which it would have been refused.
    pub tolerances: Vec<String>,
    /// The names of the attributes it changed.
    pub attributes: Vec<String>,
    /// Its body, if bodies are kept.
    pub request: Option<Redacted>,
    /// The answer's body, if bodies are kept.
    pub response: Option<Redacted>,
}

/// A noted request.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number, in the order of writing.
    pub num: i64,
    /// When it came.
    pub at: Micros,
    /// The number of the connection.
    pub connection: i64,
    /// The connection's name; none if it is gone.
    pub connection_name: Option<String>,
    /// Which credential it presented.
    pub credential: String,
    /// What the answer's X-Request-Id said.
    pub request_id: String,
    /// The HTTP method.
    pub method: String,
    /// The path as the API document writes it.
    pub path: String,
    /// The id of the one resource it was about.
    pub resource: Option<String>,
    /// The answer's status.
    pub status: i64,
    /// A refusal's scimType.
    pub scim_type: Option<String>,
    /// A refusal's sentence.
    pub detail: Option<String>,
    /// How long it took, in microseconds.
    pub micros: i64,
    /// The names of the tolerances without which it would have been refused.
    pub tolerances: Vec<String>,
    /// The names of the attributes it changed.
    pub attributes: Vec<String>,
    /// Its body as JSON without secrets, if bodies were kept.
    pub request: Option<String>,
    /// The answer's body likewise.
    pub response: Option<String>,
}

/// Which lines are wanted; what is none does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The name of a connection.
    pub connection: Option<String>,
    /// The id of a resource.
    pub resource: Option<String>,
    /// The lowest and the highest status.
    pub status: Option<(u16, u16)>,
    /// Not older than this.
    pub from: Option<Micros>,
    /// Older than this.
    pub to: Option<Micros>,
    /// Only lines with a smaller number: the next page begins before the last number of this one.
    pub before: Option<i64>,
    /// How many at the most.
    pub limit: u64,
}

/// Notes requests, of any tenants, in one statement.
///
/// # Errors
/// If the database fails.
pub async fn insert(conn: &mut Conn, entries: &[Entry]) -> Result<(), Error> {
    let mut sql = conn.sql().with(
        "INSERT INTO journal (tenant, at, connection, status, micros, credential, request_id, method, path, resource, \
         scim_type, detail, tolerances, attributes, request, response) \
         SELECT CAST(x.value ->> 0 AS BIGINT), CAST(x.value ->> 1 AS BIGINT), CAST(x.value ->> 2 AS BIGINT), \
         CAST(x.value ->> 3 AS BIGINT), CAST(x.value ->> 4 AS BIGINT), x.value ->> 5, x.value ->> 6, x.value ->> 7, \
         x.value ->> 8, x.value ->> 9, x.value ->> 10, x.value ->> 11, x.value ->> 12, x.value ->> 13, \
         x.value ->> 14, x.value ->> 15 FROM ",
        [],
    );
    sql.json_list(&entries.iter().enumerate().map(row).collect());
    // A tenant that was removed meanwhile has no history.
    sql.push(" JOIN tenant r ON r.num = CAST(x.value ->> 0 AS BIGINT) ORDER BY CAST(x.value ->> 16 AS BIGINT)")
        .push(conn.dialect().keep_r());
    conn.execute(sql).await.map(drop)
}

fn row((place, entry): (usize, &Entry)) -> Value {
    // Postgres keeps no NUL in text; bodies are JSON, which spells it otherwise.
    let plain = |text: &str| text.replace('\0', "");
    let maybe = |text: &Option<String>| text.as_deref().map(plain);
    let body = |body: &Option<Redacted>| body.as_ref().map(|body| body.as_str().to_owned());
    json!([
        entry.tenant.0,
        entry.at,
        entry.connection,
        entry.status,
        i64::try_from(entry.micros).unwrap_or(i64::MAX),
        plain(&entry.credential),
        plain(&entry.request_id),
        plain(&entry.method),
        plain(&entry.path),
        maybe(&entry.resource),
        maybe(&entry.scim_type),
        maybe(&entry.detail),
        json!(entry.tolerances).to_string(),
        json!(entry.attributes).to_string(),
        body(&entry.request),
        body(&entry.response),
        place,
    ])
}

/// The latest lines that are wanted, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn select(conn: &mut Conn, tenant: TenantId, query: &Query) -> Result<Vec<Line>, Error> {
    let Query { connection, resource, status, from, to, before, limit } = query;
    let mut sql = conn.sql().with(
        "SELECT j.num, j.at, j.connection, c.name, j.credential, j.request_id, j.method, j.path, j.resource, j.status, \
         j.scim_type, j.detail, j.micros, j.tolerances, j.attributes, j.request, j.response \
         FROM journal j LEFT JOIN connection c ON c.num = j.connection AND c.tenant = j.tenant WHERE j.tenant = $1",
        [tenant.0.into()],
    );
    let conditions: [(&'static str, Option<Val>); 7] = [
        (" AND c.name = ", connection.as_deref().map(Val::from)),
        (" AND j.resource = ", resource.as_deref().map(Val::from)),
        (" AND j.status >= ", status.map(|(least, _)| i64::from(least).into())),
        (" AND j.status <= ", status.map(|(_, most)| i64::from(most).into())),
        (" AND j.at >= ", from.map(Val::from)),
        (" AND j.at < ", to.map(Val::from)),
        (" AND j.num < ", before.map(Val::from)),
    ];
    for (text, value) in conditions {
        if let Some(value) = value {
            sql.push(text).bind(value);
        }
    }
    sql.push(" ORDER BY j.num DESC LIMIT ").bind(i64::try_from(*limit).unwrap_or(i64::MAX));
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// The tenants there are.
///
/// # Errors
/// If the database fails.
pub async fn tenants(conn: &mut Conn) -> Result<Vec<TenantId>, Error> {
    let sql = conn.sql().with("SELECT num FROM tenant ORDER BY num", []);
    conn.fetch(sql).await?.iter().map(|record| Ok(TenantId(record.int(0)?))).collect()
}

/// The last number that is too many if a tenant may keep so many lines; none if it keeps fewer.
///
/// # Errors
/// If the database fails.
pub async fn surplus(conn: &mut Conn, tenant: TenantId, rows: u64) -> Result<Option<i64>, Error> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = "SELECT num FROM journal WHERE tenant = $1 ORDER BY num DESC LIMIT 1 OFFSET $2";
    let sql = conn.sql().with(sql, [tenant.0.into(), rows.into()]);
    conn.fetch_first(sql).await?.map(|record| record.int(0)).transpose()
}

/// Whether a tenant has a line from before an instant.
///
/// # Errors
/// If the database fails.
pub async fn has_older(conn: &mut Conn, tenant: TenantId, than: Micros) -> Result<bool, Error> {
    let sql = "SELECT num FROM journal WHERE tenant = $1 AND at < $2 LIMIT 1";
    Ok(conn.fetch_first(conn.sql().with(sql, [tenant.0.into(), than.into()])).await?.is_some())
}

/// Removes some of the lines from before an instant or up to a number; answers how many.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, older: Micros, up_to: i64, limit: i64) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "DELETE FROM journal WHERE tenant = $1 AND num IN (SELECT num FROM journal WHERE tenant = $1 AND at < $2 \
         UNION ALL SELECT num FROM journal WHERE tenant = $1 AND num <= $3 LIMIT $4)",
        [tenant.0.into(), older.into(), up_to.into(), limit.into()],
    );
    conn.execute(sql).await
}

/// A stored list of names.
pub(super) fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn read(record: &Record) -> Result<Line, Error> {
    Ok(Line {
        num: record.int(0)?,
        at: record.int(1)?,
        connection: record.int(2)?,
        connection_name: record.maybe_text(3)?,
        credential: record.text(4)?,
        request_id: record.text(5)?,
        method: record.text(6)?,
        path: record.text(7)?,
        resource: record.maybe_text(8)?,
        status: record.int(9)?,
        scim_type: record.maybe_text(10)?,
        detail: record.maybe_text(11)?,
        micros: record.int(12)?,
        tolerances: names(&record.text(13)?),
        attributes: names(&record.text(14)?),
        request: record.maybe_text(15)?,
        response: record.maybe_text(16)?,
    })
}

/// The tenant of that name.
///
/// # Errors
/// If the database fails.
pub async fn tenant(conn: &mut Conn, name: &str) -> Result<Option<TenantId>, Error> {
    let sql = conn.sql().with("SELECT num FROM tenant WHERE name = $1", [name.into()]);
    conn.fetch_first(sql).await?.map(|record| Ok(TenantId(record.int(0)?))).transpose()
}

/// Whether a tenant has a connection of that name.
///
/// # Errors
/// If the database fails.
pub async fn has_connection(conn: &mut Conn, tenant: TenantId, name: &str) -> Result<bool, Error> {
    let sql = "SELECT num FROM connection WHERE tenant = $1 AND name = $2";
    Ok(conn.fetch_first(conn.sql().with(sql, [tenant.0.into(), name.into()])).await?.is_some())
}
