//! The audit: who changed which resource, through which door, and which attributes.
//!
//! Entries are written by the unit of work that makes the change, so there is none without the
//! other.

use super::journal::names;
use super::sql::{Record, Val};
use super::{Conn, Error, TenantId};
use crate::clock::Micros;
use serde_json::{Value, json};

/// Who changes something, and through what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The number of the connection.
    pub connection: i64,
    /// Which credential it presented, for people.
    pub credential: String,
    /// The surface it came through: `scim`.
    pub door: &'static str,
}

/// What was done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It was made.
    Created,
    /// It was replaced as a whole.
    Replaced,
    /// Parts of it were changed, or its members by the deletion of one.
    Patched,
    /// It was removed.
    Deleted,
    /// A session of it began.
    LoggedIn,
    /// A session of it was ended, or all of them.
    LoggedOut,
}

impl Action {
    /// The word that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Patched => "patched",
            Self::Deleted => "deleted",
            Self::LoggedIn => "logged-in",
            Self::LoggedOut => "logged-out",
        }
    }
}

/// One change to be noted.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was done.
    pub action: Action,
    /// The name of the resource type.
    pub kind: String,
    /// The resource's id.
    pub id: String,
    /// The version it has now; of a deleted one, the last it had.
    pub version: i64,
    /// The names of the attributes that changed.
    pub attributes: Vec<String>,
    /// Their values by name, if values are kept.
    pub values: Option<Value>,
}

/// A noted change.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number, in the order of writing.
    pub num: i64,
    /// When.
    pub at: Micros,
    /// The number of the connection.
    pub connection: i64,
    /// The connection's name; none if it is gone.
    pub connection_name: Option<String>,
    /// Which credential was presented.
    pub credential: String,
    /// The surface it came through.
    pub door: String,
    /// What was done: `created`, `replaced`, `patched`, `deleted`, `logged-in`, `logged-out`.
    pub action: String,
    /// The name of the resource type.
    pub kind: String,
    /// The resource's id.
    pub resource: String,
    /// The version after the change; of a deleted resource, the last.
    pub version: i64,
    /// The names of the attributes that changed.
    pub attributes: Vec<String>,
    /// Their values by name as JSON, if values were kept.
    pub values: Option<String>,
}

/// Which entries are wanted; what is none does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The name of a connection.
    pub connection: Option<String>,
    /// The id of a resource.
    pub resource: Option<String>,
    /// Not older than this.
    pub from: Option<Micros>,
    /// Older than this.
    pub to: Option<Micros>,
    /// Only entries with a smaller number: the next page begins before the last number of this one.
    pub before: Option<i64>,
    /// How many at the most.
    pub limit: u64,
}

/// Notes changes; part of the unit of work that makes them.
///
/// # Errors
/// If the database fails.
pub async fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    actor: &Actor,
    changes: &[Change],
    now: Micros,
) -> Result<(), Error> {
    let row = |change: &Change| {
        let Change { action, kind, id, version, attributes, values } = change;
        let values = values.as_ref().map(Value::to_string);
        json!([action.as_str(), kind, id, version, json!(attributes).to_string(), values])
    };
    let mut sql = conn.sql().with(
        "INSERT INTO audit (tenant, at, connection, credential, door, action, type, resource, version, attributes, \
         changes) SELECT $1, $2, $3, $4, $5, x.value ->> 0, x.value ->> 1, x.value ->> 2, \
         CAST(x.value ->> 3 AS BIGINT), x.value ->> 4, x.value ->> 5 FROM ",
        [
            tenant.0.into(),
            now.into(),
            actor.connection.into(),
            actor.credential.replace('\0', "").into(),
            actor.door.into(),
        ],
    );
    sql.json_list(&changes.iter().map(row).collect());
    conn.execute(sql).await.map(drop)
}

/// The latest entries that are wanted, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn select(conn: &mut Conn, tenant: TenantId, query: &Query) -> Result<Vec<Entry>, Error> {
    let Query { connection, resource, from, to, before, limit } = query;
    let mut sql = conn.sql().with(
        "SELECT a.num, a.at, a.connection, c.name, a.credential, a.door, a.action, a.type, a.resource, a.version, \
         a.attributes, a.changes FROM audit a LEFT JOIN connection c ON c.num = a.connection AND c.tenant = a.tenant \
         WHERE a.tenant = $1",
        [tenant.0.into()],
    );
    let conditions: [(&'static str, Option<Val>); 5] = [
        (" AND c.name = ", connection.as_deref().map(Val::from)),
        (" AND a.resource = ", resource.as_deref().map(Val::from)),
        (" AND a.at >= ", from.map(Val::from)),
        (" AND a.at < ", to.map(Val::from)),
        (" AND a.num < ", before.map(Val::from)),
    ];
    for (text, value) in conditions {
        if let Some(value) = value {
            sql.push(text).bind(value);
        }
    }
    sql.push(" ORDER BY a.num DESC LIMIT ").bind(i64::try_from(*limit).unwrap_or(i64::MAX));
    conn.fetch(sql).await?.iter().map(read).collect()
}

fn read(record: &Record) -> Result<Entry, Error> {
    Ok(Entry {
        num: record.int(0)?,
        at: record.int(1)?,
        connection: record.int(2)?,
        connection_name: record.maybe_text(3)?,
        credential: record.text(4)?,
        door: record.text(5)?,
        action: record.text(6)?,
        kind: record.text(7)?,
        resource: record.text(8)?,
        version: record.int(9)?,
        attributes: names(&record.text(10)?),
        values: record.maybe_text(11)?,
    })
}
