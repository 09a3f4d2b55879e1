//! The domain: what the product does, in verbs no protocol owns.
//!
//! Every surface calls these verbs and no other door leads to the store.

mod access;
mod error;
mod list;
pub mod manage;
mod record;
mod usage;
mod write;

pub use access::Caller;
pub use error::Error;
pub use list::{Listing, Search};
pub use record::{Expect, Matching, Record};

use crate::auth::password::Hasher;
use crate::clock::Clock;
use crate::ident::Ids;
use crate::scim::schema::Registry;
use crate::store::Store;
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
    hasher: Hasher,
    clock: Clock,
    ids: Ids,
    limits: Limits,
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
}

impl Default for Limits {
    fn default() -> Self {
        Self { default_results: 100, max_results: 1000, patch_answer_members: 200 }
    }
}

impl Directory {
    /// The directory over an open and migrated store.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, registry, hasher, clock, ids, limits } = parts;
        Self { inner: Arc::new(Inner { store, registry, hasher, clock, ids, limits, usage: Usage::default() }) }
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
