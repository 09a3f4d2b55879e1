//! How much is answered: requests of a connection and of a tenant, wrong credentials of an address
//! (RFC 6585 §4).
//!
//! Each allowance is full at first and fills again at an even rate. It is counted in this process
//! alone, and before any work is done. What is remembered of credentials lets a flood be refused
//! without the database; it opens nothing: every request that goes on is judged by the store.

use crate::auth::range::network;
use crate::auth::token;
use crate::directory::Caller;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Requests in a second, in the long run; twice as many may come at once. 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Of one connection.
    pub connection: u32,
    /// Of all connections of one tenant together.
    pub tenant: u32,
}

/// How many wrong credentials of one address in a minute are answered as such.
const WRONG: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);
/// A meter with fewer keys is not searched for old ones.
const FEW: usize = 1024;
/// How many credentials are remembered, in each of two generations.
const KNOWN: usize = 32 * 1024;

/// Whose allowance a request is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Account {
    pub tenant: i64,
    pub connection: i64,
}

impl From<&Caller> for Account {
    fn from(caller: &Caller) -> Self {
        Self { tenant: caller.tenant.0, connection: caller.connection }
    }
}

/// A credential as it was presented, and from where: never its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Presented {
    digest: Vec<u8>,
    from: Option<IpAddr>,
}

impl Presented {
    /// What an Authorization header holds.
    pub(super) fn new(header: &str, from: Option<IpAddr>) -> Self {
        Self { digest: token::digest(header), from }
    }
}

/// An allowance is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// A sentence for the client.
    pub detail: String,
    /// After how many seconds the next request is answered, if none comes before; at least 1.
    pub wait: u64,
}

/// All allowances.
pub(super) struct Limits<C: Clock = DefaultClock> {
    rates: Rates,
    connections: Option<Meter<Account, C>>,
    tenants: Option<Meter<i64, C>>,
    addresses: Meter<Option<IpAddr>, C>,
    known: Mutex<Known>,
}

impl Limits {
    /// Full allowances.
    pub(super) fn new(rates: Rates) -> Self {
        Self::with_clock(rates, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    fn with_clock(rates: Rates, clock: &C) -> Self {
        let quota = |rate| NonZeroU32::new(rate).map(|rate| Quota::per_second(rate).allow_burst(twice(rate)));
        Self {
            rates,
            connections: quota(rates.connection).map(|quota| Meter::new(quota, clock)),
            tenants: quota(rates.tenant).map(|quota| Meter::new(quota, clock)),
            addresses: Meter::new(Quota::per_minute(WRONG), clock),
            known: Mutex::default(),
        }
    }

    /// Takes a request of whoever showed this credential last, before it is judged; whose it was, if
    /// anybody's.
    pub(super) fn expect(&self, presented: &Presented) -> Result<Option<Account>, Exceeded> {
        let expected = self.known().get(presented);
        if let Some(account) = expected {
            self.spend(account)?;
        }
        Ok(expected)
    }

    /// A credential proved right: takes the request, unless it was taken already as `expected`.
    pub(super) fn right(
        &self,
        presented: Presented,
        account: Account,
        expected: Option<Account>,
    ) -> Result<(), Exceeded> {
        if expected == Some(account) {
            return Ok(());
        }
        if self.connections.is_some() || self.tenants.is_some() {
            self.known().put(presented, account);
        }
        self.spend(account)
    }

    /// A credential proved wrong.
    pub(super) fn wrong(&self, presented: &Presented) -> Result<(), Exceeded> {
        // So that whoever has a revoked credential cannot use up what is its former connection's.
        self.known().forget(presented);
        self.failed(presented.from)
    }

    /// Something from this address that was to prove who it is did not.
    pub(super) fn failed(&self, from: Option<IpAddr>) -> Result<(), Exceeded> {
        self.addresses.take(&from.map(network)).map_err(|wait| Exceeded {
            detail: "too many wrong credentials came from this address; a right one is taken at once, a wrong one is \
                     to wait the seconds in Retry-After (RFC 6585 §4)"
                .to_owned(),
            wait,
        })
    }

    /// Takes a request from the allowances of a connection and of its tenant.
    pub(super) fn spend(&self, account: Account) -> Result<(), Exceeded> {
        let exceeded = |whose: &str, rate: u32| {
            let detail = format!(
                "{whose} sent more than {rate} requests a second; wait the seconds in Retry-After (RFC 6585 §4)"
            );
            move |wait| Exceeded { detail, wait }
        };
        if let Some(connections) = &self.connections {
            connections.take(&account).map_err(exceeded("the connection", self.rates.connection))?;
        }
        if let Some(tenants) = &self.tenants {
            tenants.take(&account.tenant).map_err(exceeded("the tenant", self.rates.tenant))?;
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn twice(rate: NonZeroU32) -> NonZeroU32 {
    rate.saturating_add(rate.get())
}

/// One allowance for each key.
struct Meter<K: Hash + Eq + Clone, C: Clock> {
    limiter: RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    /// With so many keys, those are dropped whose allowance is full again.
    shed_at: AtomicUsize,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Meter<K, C> {
    fn new(quota: Quota, clock: &C) -> Self {
        let limiter = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Self { limiter, clock: clock.clone(), shed_at: AtomicUsize::new(FEW) }
    }

    /// Takes one, or says how many seconds to wait for it.
    fn take(&self, key: &K) -> Result<(), u64> {
        if self.limiter.len() >= self.shed_at.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            // Twice what is in use, so that a search comes once in as many new keys as it looks at.
            let most = self.limiter.len().saturating_mul(2).max(FEW);
            self.shed_at.store(most, Ordering::Relaxed);
        }
        self.limiter.check_key(key).map_err(|until| seconds(until.wait_time_from(self.clock.now())))
    }
}

/// Whole seconds that are not shorter, and never none.
fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// Whose the credentials of late were, in two generations, so that the oldest can be dropped at once.
#[derive(Default)]
struct Known {
    newer: HashMap<Presented, Account>,
    older: HashMap<Presented, Account>,
}

impl Known {
    fn get(&self, presented: &Presented) -> Option<Account> {
        self.newer.get(presented).or_else(|| self.older.get(presented)).copied()
    }

    fn put(&mut self, presented: Presented, account: Account) {
        if self.newer.len() >= KNOWN {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(presented, account);
    }

    fn forget(&mut self, presented: &Presented) {
        self.newer.remove(presented);
        self.older.remove(presented);
    }
}

#[cfg(test)]
mod tests;
