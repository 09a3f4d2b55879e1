//! The domain: what the product does, in verbs no protocol owns.
//!
//! Every surface calls these verbs and no other door leads to the store.

mod access;
mod audit;
pub mod bulk;
pub mod catalogue;
mod door;
mod error;
mod find;
pub mod invitation;
pub mod journal;
mod keys;
mod list;
pub mod login;
pub mod manage;
mod me;
pub mod oauth;
mod record;
pub mod recorder;
mod rule;
pub mod schema;
pub mod seed;
mod usage;
pub mod user;
mod walk;
mod write;

pub use access::{Caller, Principal};
pub use door::Door;
pub use error::{Error, Field, Itself};
pub use list::{Listing, Search};
pub use record::{Expect, Matching, Record};

pub use crate::store::TenantId;

use crate::auth::password::Hasher;
use crate::clock::{Clock, Micros};
use crate::ident::Ids;
use crate::scim::schema::{Registry, ResourceType};
use crate::scim::tolerance::Tolerance;
use crate::store::Store;
use keys::Published;
use login::Throttle;
use recorder::Recorder;
use schema::Library;
use std::sync::Arc;
use tokio::sync::Notify;
use usage::Usage;
use walk::Walks;

const MICROS_PER_HOUR: Micros = 3600 * 1_000_000;

/// The directory of all tenants; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    library: Library,
    hasher: Hasher,
    clock: Clock,
    ids: Ids,
    limits: Limits,
    published: Published,
    recording: Recording,
    usage: Usage,
    throttle: Throttle,
    /// Told when there may be an index to build.
    indexes: Notify,
    walks: Walks,
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
    /// A cursor is good for so many seconds after it was given out.
    pub cursor_timeout: u32,
    /// A PATCH answers with the whole group up to this many members, and 204 above.
    pub patch_answer_members: u32,
    /// An access token ends after so many seconds.
    pub token_lifetime: u32,
    /// A session ends after so many hours, whatever happens.
    pub session_hours: u32,
    /// A session ends after so many hours without being used.
    pub session_idle_hours: u32,
    /// So many sessions has a user that has no limit of its own; 0 is no limit.
    pub sessions: u32,
}

impl Limits {
    /// How long a cursor is good, in microseconds.
    fn cursor(self) -> Micros {
        i64::from(self.cursor_timeout) * 1_000_000
    }

    /// How long a session lasts after its last use, in microseconds.
    fn session_idle(self) -> Micros {
        i64::from(self.session_idle_hours) * MICROS_PER_HOUR
    }

    /// How long a session lasts at the most, in microseconds.
    fn session(self) -> Micros {
        i64::from(self.session_hours) * MICROS_PER_HOUR
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            default_results: 100,
            max_results: 1000,
            cursor_timeout: 3600,
            patch_answer_members: 200,
            token_lifetime: 3600,
            session_hours: 720,
            session_idle_hours: 168,
            sessions: 0,
        }
    }
}

impl Directory {
    /// The directory over an open and migrated store.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, registry, hasher, clock, ids, limits, recording } = parts;
        Self {
            inner: Arc::new(Inner {
                store,
                library: Library::new(registry),
                hasher,
                clock,
                ids,
                limits,
                recording,
                usage: Usage::default(),
                throttle: Throttle::default(),
                walks: Walks::default(),
                published: Published::default(),
                indexes: Notify::new(),
            }),
        }
    }

    /// The resource type by the rules for this caller's writes.
    fn kind_for(caller: &Caller, kind: &Arc<ResourceType>) -> Arc<ResourceType> {
        let is_unique = caller.profile.allows(Tolerance::UniqueGroupNames);
        let shared = if is_unique { None } else { caller.schemas.sharing(&kind.name) };
        Arc::clone(shared.unwrap_or(kind))
    }

    /// The built-in schemas and resource types, those of native APIs among them.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        self.inner.library.built_in().whole()
    }

    /// How much one request may ask for.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }
}
