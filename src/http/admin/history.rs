//! `/tenants/{tenant}/journal` and `/tenants/{tenant}/audit`: what clients asked, what they changed.

use super::Tag;
use super::answer::Shown;
use super::desk::Desk;
use super::word::{Instant, Word};
use crate::clock::Micros;
use crate::directory::journal::{self, AuditQuery};
use crate::http::error::Refusal;
use poem_openapi::param::{Path, Query};
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

/// How many entries are answered if the client does not say.
const LIMIT: u64 = 100;

/// A request of a connection.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct JournalEntry {
    /// Its number.
    num: i64,
    /// When it came (RFC 3339).
    at: Word<Instant>,
    /// The name of the connection; absent if it is gone.
    connection: Option<String>,
    /// The number of the connection.
    connection_num: i64,
    /// Which credential was presented.
    credential: String,
    /// What the answer's X-Request-Id said.
    request_id: String,
    /// The HTTP method.
    method: String,
    /// The path, with `{id}` for the id of a resource.
    path: String,
    /// The id of the one resource it was about.
    resource: Option<String>,
    /// The answer's status.
    status: i64,
    /// A refusal's scimType.
    scim_type: Option<String>,
    /// A refusal's sentence.
    detail: Option<String>,
    /// How long it took, in microseconds.
    micros: i64,
    /// The tolerances without which it would have come out otherwise.
    tolerances: Vec<String>,
    /// The names of the attributes it changed.
    attributes: Vec<String>,
    /// Its body without secrets, if bodies are kept.
    request: Option<Any<Value>>,
    /// The answer's body without secrets, if bodies are kept.
    response: Option<Any<Value>>,
}

/// Requests, the newest first.
#[derive(Object)]
pub(super) struct Journal {
    /// The requests. The next page is asked for with the last number as `before`.
    entries: Vec<JournalEntry>,
}

/// A change of a resource.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct AuditEntry {
    /// Its number.
    num: i64,
    /// When (RFC 3339).
    at: Word<Instant>,
    /// The name of the connection; absent if it is gone.
    connection: Option<String>,
    /// The number of the connection.
    connection_num: i64,
    /// Which credential was presented.
    credential: String,
    /// The surface it came through.
    door: String,
    /// What was done: `created`, `replaced`, `patched`, `deleted`.
    action: String,
    /// The name of the resource type.
    resource_type: String,
    /// The id of the resource.
    resource: String,
    /// The version after the change; of a deleted resource, the last.
    version: i64,
    /// The names of the attributes that changed.
    attributes: Vec<String>,
    /// Their values before and after by name, if values are kept.
    values: Option<Any<Value>>,
}

/// Changes, the newest first.
#[derive(Object)]
pub(super) struct Audit {
    /// The changes. The next page is asked for with the last number as `before`.
    entries: Vec<AuditEntry>,
}

impl From<journal::Line> for JournalEntry {
    fn from(line: journal::Line) -> Self {
        Self {
            num: line.num,
            at: Word(Instant(line.at)),
            connection: line.connection_name,
            connection_num: line.connection,
            credential: line.credential,
            request_id: line.request_id,
            method: line.method,
            path: line.path,
            resource: line.resource,
            status: line.status,
            scim_type: line.scim_type,
            detail: line.detail,
            micros: line.micros,
            tolerances: line.tolerances,
            attributes: line.attributes,
            request: json(line.request.as_deref()),
            response: json(line.response.as_deref()),
        }
    }
}

impl From<journal::Change> for AuditEntry {
    fn from(change: journal::Change) -> Self {
        Self {
            num: change.num,
            at: Word(Instant(change.at)),
            connection: change.connection_name,
            connection_num: change.connection,
            credential: change.credential,
            door: change.door,
            action: change.action,
            resource_type: change.kind,
            resource: change.resource,
            version: change.version,
            attributes: change.attributes,
            values: json(change.values.as_deref()),
        }
    }
}

fn json(text: Option<&str>) -> Option<Any<Value>> {
    text.and_then(|text| serde_json::from_str(text).ok()).map(Any)
}

fn instant(name: &'static str, text: Option<&str>) -> Result<Option<Micros>, Refusal> {
    let read = |text: &str| text.parse::<Instant>().map(|instant| instant.0);
    text.map(read).transpose().map_err(|rule| Refusal::field(name, rule))
}

/// The routes of the journal and the audit.
pub(in crate::http) struct History;

#[OpenApi(tag = "Tag::History")]
impl History {
    /// Search the journal
    ///
    /// Every SCIM request of the tenant's connections, refused ones included, the newest first.
    #[oai(path = "/tenants/:tenant/journal", method = "get", operation_id = "searchJournal")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn journal(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// Only the connection of this name.
        connection: Query<Option<String>>,
        /// Only about the resource with this id.
        resource: Query<Option<String>>,
        /// The lowest status.
        #[oai(name = "minStatus")]
        min_status: Query<Option<u16>>,
        /// The highest status.
        #[oai(name = "maxStatus")]
        max_status: Query<Option<u16>>,
        /// Not older than this instant (RFC 3339).
        from: Query<Option<String>>,
        /// Older than this instant (RFC 3339).
        to: Query<Option<String>>,
        /// Only entries with a smaller number.
        before: Query<Option<i64>>,
        /// How many at the most; 100 if absent, 1,000 at the most.
        limit: Query<Option<u64>>,
    ) -> Result<Shown<Journal>, Refusal> {
        let query = journal::Query {
            connection: connection.0,
            resource: resource.0,
            status: Some((min_status.0.unwrap_or(0), max_status.0.unwrap_or(999))),
            from: instant("from", from.0.as_deref())?,
            to: instant("to", to.0.as_deref())?,
            before: before.0,
            limit: limit.0.unwrap_or(LIMIT),
        };
        let found = desk.directory().journal(&tenant, &query).await?;
        Ok(Shown::new(Journal { entries: found.into_iter().map(JournalEntry::from).collect() }))
    }

    /// Search the audit
    ///
    /// Every change of the tenant's resources, the newest first.
    #[oai(path = "/tenants/:tenant/audit", method = "get", operation_id = "searchAudit")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn audit(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// Only the connection of this name.
        connection: Query<Option<String>>,
        /// Only the resource with this id.
        resource: Query<Option<String>>,
        /// Not older than this instant (RFC 3339).
        from: Query<Option<String>>,
        /// Older than this instant (RFC 3339).
        to: Query<Option<String>>,
        /// Only entries with a smaller number.
        before: Query<Option<i64>>,
        /// How many at the most; 100 if absent, 1,000 at the most.
        limit: Query<Option<u64>>,
    ) -> Result<Shown<Audit>, Refusal> {
        let query = AuditQuery {
            connection: connection.0,
            resource: resource.0,
            from: instant("from", from.0.as_deref())?,
            to: instant("to", to.0.as_deref())?,
            before: before.0,
            limit: limit.0.unwrap_or(LIMIT),
        };
        let found = desk.directory().audit(&tenant, &query).await?;
        Ok(Shown::new(Audit { entries: found.into_iter().map(AuditEntry::from).collect() }))
    }
}
