//! How many wrong passwords are heard: of one account from one address, and of one address for whatever
//! account.
//!
//! An allowance is full at first and fills again at an even rate. Attempts that are being judged count
//! as if they were wrong, so that many at once are not heard more often than one after another; who
//! comes while all that is left is in use waits for a judgement. A right password takes nothing, and
//! gives nothing back. Counted in this process alone.

use crate::auth::range::network;
use crate::auth::token;
use crate::clock::{Clock, Micros};
use crate::scim::value::fold;
use crate::store::TenantId;
use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;
/// How many wrong passwords of one account from one address are answered as such in a minute.
const ACCOUNT: i64 = 5;
/// How many of one address in all.
const ADDRESS: i64 = 300;
/// With fewer allowances none is looked for that is full again.
const FEW: usize = 1024;
/// The most characters of a name that count; no account has more.
const NAME: usize = 1024;

/// Every allowance that is not full.
#[derive(Debug, Default)]
pub(in crate::directory) struct Throttle {
    book: Mutex<Book>,
    /// An attempt was judged.
    judged: Notify,
}

/// Whose allowance it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The digest of a tenant and a folded name, and where the attempt comes from.
    Account(Vec<u8>, Option<IpAddr>),
    /// Where it comes from.
    Address(Option<IpAddr>),
}

#[derive(Debug, Default)]
struct Book {
    states: HashMap<Key, State>,
    shed_at: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// When the allowance is full again.
    full: Micros,
    /// How many attempts are being judged.
    running: i64,
}

/// An attempt that is being judged. It was wrong unless it is excused, also if nobody waits for the
/// judgement any more.
#[derive(Debug)]
pub(super) struct Running<'t> {
    throttle: &'t Throttle,
    clock: &'t Clock,
    keys: [Key; 2],
    wrong: bool,
}

/// What becomes of an attempt.
enum Admission {
    Now,
    Later,
    /// Not before so many microseconds have gone.
    Never(Micros),
}

/// The allowances an attempt is taken from. The same for a name that somebody has and one that nobody has.
pub(super) fn keys(tenant: Option<TenantId>, name: &str, from: Option<IpAddr>) -> [Key; 2] {
    let from = from.map(network);
    let tenant = tenant.map_or(0, |tenant| tenant.0);
    let name: String = name.chars().take(NAME).collect();
    [Key::Account(token::digest(&format!("{tenant} {}", fold(&name))), from), Key::Address(from)]
}

impl Throttle {
    /// Begins an attempt, or says after how many seconds the next one is heard.
    pub(super) async fn begin<'t>(&'t self, keys: [Key; 2], clock: &'t Clock) -> Result<Running<'t>, u64> {
        loop {
            // Before the look, so that no judgement is missed.
            let mut judged = pin!(self.judged.notified());
            judged.as_mut().enable();
            let admission = self.book().admit(&keys, clock.now());
            match admission {
                Admission::Now => return Ok(Running { throttle: self, clock, keys, wrong: true }),
                Admission::Later => judged.await,
                Admission::Never(wait) => {
                    let seconds = wait.saturating_add(SECOND - 1) / SECOND;
                    return Err(u64::try_from(seconds).unwrap_or(1).max(1));
                }
            }
        }
    }

    /// A map of numbers is whole after whatever happened to a thread that held it.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// How long one wrong password takes to be forgotten.
    fn span(&self) -> Micros {
        match self {
            Self::Account(..) => MINUTE / ACCOUNT,
            Self::Address(_) => MINUTE / ADDRESS,
        }
    }
}

impl State {
    /// How long until the allowance is full; a clock that went back does not make it longer.
    fn owed(self, now: Micros) -> Micros {
        self.full.saturating_sub(now).clamp(0, MINUTE)
    }
}

impl Book {
    fn admit(&mut self, keys: &[Key; 2], now: Micros) -> Admission {
        let state = |key| self.states.get(key).copied().unwrap_or_default();
        let mut later = false;
        for key in keys {
            let (state, span) = (state(key), key.span());
            let owed = state.owed(now);
            let room = (MINUTE - owed) / span;
            if room == 0 {
                return Admission::Never(owed - (MINUTE - span));
            }
            later |= state.running >= room;
        }
        if later {
            return Admission::Later;
        }
        self.shed(now);
        for key in keys {
            self.states.entry(key.clone()).or_default().running += 1;
        }
        Admission::Now
    }

    fn judge(&mut self, keys: &[Key; 2], wrong: bool, now: Micros) {
        for key in keys {
            let Some(state) = self.states.get_mut(key) else { continue };
            state.running -= 1;
            if wrong {
                state.full = now + state.owed(now) + key.span();
            } else if state.running == 0 && state.full <= now {
                self.states.remove(key);
            }
        }
    }

    /// Drops what is full again; twice what is left, so that a search comes once in as many new
    /// allowances as it looks at.
    fn shed(&mut self, now: Micros) {
        if self.states.len() >= self.shed_at.max(FEW) {
            self.states.retain(|_, state| state.running > 0 || state.full > now);
            self.shed_at = self.states.len().saturating_mul(2);
        }
    }
}

impl Running<'_> {
    /// The password was right, or nothing was found out about it.
    pub(super) fn excuse(mut self) {
        self.wrong = false;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.throttle.book().judge(&self.keys, self.wrong, self.clock.now());
        self.throttle.judged.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Option<TenantId> = Some(TenantId(1));

    fn from(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// A wrong password, or after how many seconds one is heard.
    async fn wrong(throttle: &Throttle, clock: &Clock, name: &str, last: u8) -> Result<(), u64> {
        throttle.begin(keys(ONE, name, Some(from(last))), clock).await.map(drop)
    }

    #[tokio::test]
    async fn the_sixth_wrong_password_within_a_minute_is_not_heard() {
        let (throttle, clock) = (Throttle::default(), Clock::fixed(1_000 * MINUTE));
        for name in ["anna", "ANNA", "Anna", "anna", "ａｎｎａ"] {
            assert_eq!(wrong(&throttle, &clock, name, 1).await, Ok(()));
        }
        assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Err(12));
        assert_eq!(wrong(&throttle, &clock, "anna", 2).await, Ok(()), "another address");
        assert_eq!(wrong(&throttle, &clock, "bert", 1).await, Ok(()), "another account");
        assert!(throttle.begin(keys(Some(TenantId(2)), "anna", Some(from(1))), &clock).await.is_ok(), "another tenant");
        clock.advance(11 * SECOND + 1);
        assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Err(1));
        clock.advance(SECOND);
        assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Ok(()));
        assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Err(12));
        clock.advance(MINUTE);
        for _ in 0..5 {
            assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Ok(()));
        }
        assert!(wrong(&throttle, &clock, "anna", 1).await.is_err());
    }

    #[tokio::test]
    async fn a_right_password_takes_nothing_and_gives_nothing_back() {
        let (throttle, clock) = (Throttle::default(), Clock::fixed(MINUTE));
        for _ in 0..100 {
            throttle.begin(keys(ONE, "anna", None), &clock).await.unwrap().excuse();
        }
        assert!(throttle.book().states.is_empty(), "nothing is remembered of it");
        for _ in 0..5 {
            drop(throttle.begin(keys(ONE, "anna", None), &clock).await.unwrap());
            assert!(throttle.book().states.len() == 2);
        }
        assert!(throttle.begin(keys(ONE, "anna", None), &clock).await.is_err());
    }

    #[tokio::test]
    async fn many_at_once_are_heard_no_more_often_than_one_after_another() {
        let (throttle, clock) = (Throttle::default(), Clock::fixed(MINUTE));
        let mut running = Vec::new();
        for _ in 0..5 {
            running.push(throttle.begin(keys(ONE, "anna", None), &clock).await.unwrap());
        }
        let mut sixth = Box::pin(throttle.begin(keys(ONE, "anna", None), &clock));
        let waits = std::future::poll_fn(|context| std::task::Poll::Ready(sixth.as_mut().poll(context).is_pending()));
        assert!(waits.await, "all that is left is in use");
        running.pop().unwrap().excuse();
        sixth.await.unwrap().excuse();
        drop(running);
        assert!(throttle.begin(keys(ONE, "anna", None), &clock).await.is_ok(), "four were wrong");
        assert_eq!(throttle.begin(keys(ONE, "anna", None), &clock).await.err(), Some(12));
    }

    #[tokio::test]
    async fn an_address_is_not_heard_about_ever_more_accounts() {
        let (throttle, clock) = (Throttle::default(), Clock::fixed(MINUTE));
        for number in 0..300 {
            assert_eq!(wrong(&throttle, &clock, &format!("user{number}"), 1).await, Ok(()));
        }
        assert_eq!(wrong(&throttle, &clock, "anna", 1).await, Err(1));
        assert_eq!(wrong(&throttle, &clock, "anna", 2).await, Ok(()));
    }

    #[tokio::test]
    async fn what_is_full_again_is_dropped_and_a_clock_that_goes_back_locks_nobody_out() {
        let (throttle, clock) = (Throttle::default(), Clock::fixed(1_000 * MINUTE));
        for number in 0..20_000_u32 {
            clock.advance(SECOND / 4);
            assert_eq!(wrong(&throttle, &clock, &format!("user{number}"), 1).await, Ok(()));
        }
        assert!(throttle.book().states.len() < 4 * FEW);
        for _ in 0..5 {
            let _ = wrong(&throttle, &clock, "anna", 2).await;
        }
        clock.advance(-500 * MINUTE);
        assert_eq!(wrong(&throttle, &clock, "anna", 2).await, Err(12));
    }
}
