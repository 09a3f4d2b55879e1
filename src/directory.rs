//! The domain: what the product does, in verbs no protocol owns.
//!
//! Every surface calls these verbs and no other door leads to the store.

mod access;
mod audit;
pub mod catalogue;
mod door;
mod error;
pub mod journal;
mod keys;
mod list;
pub mod login;
pub mod manage;
pub mod oauth;
mod record;
pub mod recorder;
mod rule;
mod usage;
pub mod user;
mod write;

pub use access::{Caller, Principal};
pub use door::Door;
pub use error::{Error, Field};
pub use list::{Listing, Search};
pub use record::{Expect, Matching, Record};

pub use crate::store::TenantId;

use crate::auth::password::Hasher;
use crate::clock::Clock;
use crate::ident::Ids;
use crate::scim::redact::Redactor;
use crate::scim::schema::{Registry, ResourceType, Storage};
use crate::scim::tolerance::Tolerance;
use crate::store::Store;
use keys::Published;
use recorder::Recorder;
use std::sync::Arc;
use usage::Usage;

/// The directory of all tenants; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    registry: Arc<Registry>,
    /// The types with members, as they are to clients that live with equal names.
    sharing: Vec<Arc<ResourceType>>,
    hasher: Hasher,
    clock: Clock,
    ids: Ids,
    limits: Limits,
    published: Published,
    recording: Recording,
    redactor: Option<Redactor>,
    usage: Usage,
}

/// What the directory is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// The schemas and resource types.
    pub registry: Arc<Registry>,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Tells the time.
    pub clock: Clock,
    /// Makes ids.
    pub ids: Ids,
    /// How much is too much.
    pub limits: Limits,
    /// What is kept of requests and changes.
    pub recording: Recording,
}

/// What is kept of requests and changes.
pub struct Recording {
    /// Takes the journal's entries.
    pub recorder: Recorder,
    /// The journal keeps bodies, without their secrets.
    pub bodies: bool,
    /// The audit keeps the values of changed attributes.
    pub values: bool,
}

/// How much one request may ask for; announced in ServiceProviderConfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resources in a list when the client does not say.
    pub default_results: u64,
    /// Resources in a list at the most; a client that asks for more gets this many.
    pub max_results: u64,
    /// A PATCH answers with the whole group up to this many members, and 204 above.
    pub patch_answer_members: u32,
    /// An access token ends after so many seconds.
    pub token_lifetime: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { default_results: 100, max_results: 1000, patch_answer_members: 200, token_lifetime: 3600 }
    }
}

impl Directory {
    /// The directory over an open and migrated store.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, registry, hasher, clock, ids, limits, recording } = parts;
        let groups = registry.types.iter().filter(|kind| kind.stored_as(Storage::Members).is_some());
        let sharing =
            groups.map(|kind| Arc::new(ResourceType { shares_key: true, ..ResourceType::clone(kind) })).collect();
        let redactor = recording.bodies.then(|| Redactor::new(&registry));
        Self {
            inner: Arc::new(Inner {
                store,
                registry,
                sharing,
                hasher,
                clock,
                ids,
                limits,
                recording,
                redactor,
                usage: Usage::default(),
                published: Published::default(),
            }),
        }
    }

    /// The resource type by the rules for this caller's writes.
    fn kind_for(&self, caller: &Caller, kind: &Arc<ResourceType>) -> Arc<ResourceType> {
        let sharing = if caller.profile.allows(Tolerance::UniqueGroupNames) { None } else { Some(&self.inner.sharing) };
        let shared = sharing.into_iter().flatten().find(|shared| shared.name == kind.name);
        Arc::clone(shared.unwrap_or(kind))
    }

    /// The schemas and resource types a caller sees.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.inner.registry
    }

    /// How much one request may ask for.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }
}
