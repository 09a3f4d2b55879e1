//! What the verbs answer: a resource with the derived attributes that were asked for.

use crate::clock::Micros;
use crate::scim::schema::ResourceType;
use crate::store::members::{Member, Membership};
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
    /// The members were left out because there are more than a PATCH answers with.
    pub too_many_members: bool,
}

/// What a client expects of the version (RFC 7644 §3.14, RFC 9110 §13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// If-Match: refuse unless the version is one of these.
    pub if_match: Option<Matching>,
    /// If-None-Match: for a read, nothing new if the version is one of these; for a write, refuse.
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
