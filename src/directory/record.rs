//! What the verbs answer: a resource with the derived attributes that were asked for.

use super::Error;
use crate::clock::Micros;
use crate::scim::projection::Projection;
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::tolerance::Used;
use crate::store::counted::{self, Count};
use crate::store::members::{self, Member, Membership};
use crate::store::{Conn, Row, TenantId};
use std::collections::HashMap;
use std::sync::Arc;

/// A resource, ready to be shown by a surface.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its type.
    pub kind: Arc<ResourceType>,
    /// The number native surfaces know it by.
    pub num: i64,
    /// The resource id.
    pub id: String,
    /// Counts from 1 with every change.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it last changed.
    pub modified: Micros,
    /// Canonical JSON text, `schemas` and `id` first, without `meta` and derived attributes.
    pub document: String,
    /// The groups it is in; none if the projection does not show them.
    pub groups: Option<Vec<Membership>>,
    /// Its members; none if the projection does not show them.
    pub members: Option<Vec<Member>>,
    /// How many sessions it has; none if the projection does not show it.
    pub sessions: Option<i64>,
    /// How much depends on it; none if the projection does not show it.
    pub dependents: Option<i64>,
    /// The members were left out because there are more than a PATCH answers with.
    pub too_many_members: bool,
    /// The names of the attributes that the write which answers with it has changed.
    pub changed: Vec<String>,
    /// The tolerances without which the request would have come out otherwise; for the journal.
    pub used: Used,
}

/// What a client expects of the version (RFC 7644 §3.14, RFC 9110 §13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// If-Match: refuse unless the version is one of these.
    pub if_match: Option<Matching>,
    /// If-None-Match: refuse a write if the version is one of these.
    pub if_none_match: Option<Matching>,
}

/// The entity tags of a precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// `*`
    Any,
    /// These versions; tags that are not ours match nothing and are not listed.
    Versions(Vec<i64>),
}

impl Matching {
    /// Whether the version is among them.
    #[must_use]
    pub fn has(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

impl Expect {
    /// Refuses a write to a resource whose version is not as the client expects.
    pub(super) fn check(&self, version: i64) -> Result<(), Error> {
        let stale = self.if_match.as_ref().is_some_and(|tags| !tags.has(version));
        let known = self.if_none_match.as_ref().is_some_and(|tags| tags.has(version));
        if stale || known { Err(Error::VersionMismatch) } else { Ok(()) }
    }
}

/// Completes one row with the derived attributes its projection shows.
pub(super) async fn complete(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &Arc<ResourceType>,
    row: Row,
    show: &Projection,
    now: Micros,
) -> Result<Record, Error> {
    let mut records = complete_all(conn, tenant, vec![(Arc::clone(kind), show, row)], now).await?;
    records.pop().ok_or_else(|| Error::Internal("a completed record went missing".to_owned()))
}

/// Completes the rows of a page: one query for all their groups, one for all their members, one for
/// whatever is counted.
pub(super) async fn complete_all(
    conn: &mut Conn,
    tenant: TenantId,
    rows: Vec<(Arc<ResourceType>, &Projection, Row)>,
    now: Micros,
) -> Result<Vec<Record>, Error> {
    let showing = |storage| {
        rows.iter().filter(move |(_, show, _)| show.shows(storage)).map(|(_, _, row)| row.num).collect::<Vec<_>>()
    };
    let (in_groups, with_members) = (showing(Storage::Groups), showing(Storage::Members));
    let mut groups: HashMap<i64, Vec<Membership>> = in_groups.iter().map(|num| (*num, Vec::new())).collect();
    if !in_groups.is_empty() {
        for membership in members::of_members(conn, tenant, &in_groups).await? {
            groups.entry(membership.member).or_default().push(membership);
        }
    }
    let mut lists: HashMap<i64, Vec<Member>> = with_members.iter().map(|num| (*num, Vec::new())).collect();
    if !with_members.is_empty() {
        for member in members::of_groups(conn, tenant, &with_members).await? {
            lists.entry(member.group).or_default().push(member);
        }
    }
    let mut sessions = HashMap::new();
    let with_sessions = showing(Storage::Sessions);
    if !with_sessions.is_empty() {
        sessions = counted::load(conn, tenant, &with_sessions, Count::Sessions, now).await?;
    }
    let mut dependents = HashMap::new();
    let counting = |(_, show, _): &&(Arc<ResourceType>, &Projection, Row)| show.shows(Storage::Dependents);
    // Of several types one may have dependents.
    if let Some((kind, _, _)) = rows.iter().find(counting) {
        let nums = showing(Storage::Dependents);
        dependents = counted::load(conn, tenant, &nums, Count::Dependents(kind), now).await?;
    }
    let records = rows.into_iter().map(|(kind, _, row)| {
        let (groups, members) = (groups.remove(&row.num), lists.remove(&row.num));
        let (sessions, dependents) = (sessions.remove(&row.num), dependents.remove(&row.num));
        Record { groups, members, sessions, dependents, ..bare(kind, row) }
    });
    Ok(records.collect())
}

/// The record of a row that was just made: nothing can be in a group, have a session or be a manager
/// before it exists.
pub(super) fn newborn(kind: Arc<ResourceType>, row: Row, show: &Projection) -> Record {
    let none = |storage| show.shows(storage).then_some(0);
    Record {
        groups: show.shows(Storage::Groups).then(Vec::new),
        sessions: none(Storage::Sessions),
        dependents: none(Storage::Dependents),
        ..bare(kind, row)
    }
}

/// The row alone, without derived attributes.
pub(super) fn bare(kind: Arc<ResourceType>, row: Row) -> Record {
    let Row { num, kind: _, id, version, created, modified, document } = row;
    Record {
        kind,
        num,
        id,
        version,
        created,
        modified,
        document,
        groups: None,
        members: None,
        sessions: None,
        dependents: None,
        too_many_members: false,
        changed: Vec::new(),
        used: Used::default(),
    }
}
