//! When tokens and sessions were last used, to the minute: remembered while requests run, written down
//! apart from them, so that no request waits for it or fails by it.

use super::{Directory, Error};
use crate::clock::Micros;
use crate::store::{Conn, Unit, sessions, tokens};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MINUTE: Micros = 60_000_000;

/// The last use of tokens and of sessions, as far as it is not written down.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Of tokens.
    pub tokens: Minutes,
    /// Of sessions.
    pub sessions: Minutes,
}

/// What was used, by its number, and the minute it was last used in.
#[derive(Debug, Default)]
pub(super) struct Minutes(Mutex<HashMap<i64, Micros>>);

impl Minutes {
    /// Remembers that something is used now, unless the store `knows` of this minute.
    pub(super) fn note(&self, num: i64, knows: Option<Micros>, now: Micros) {
        let minute = now - now.rem_euclid(MINUTE);
        if knows.is_none_or(|known| known < minute) {
            self.lock().insert(num, minute);
        }
    }

    /// Everything that is remembered, as numbers by minute; nothing is afterwards.
    fn take(&self) -> BTreeMap<Micros, Vec<i64>> {
        let mut minutes: BTreeMap<Micros, Vec<i64>> = BTreeMap::new();
        for (num, minute) in std::mem::take(&mut *self.lock()) {
            minutes.entry(minute).or_default().push(num);
        }
        minutes
    }

    /// Remembers again what could not be written down.
    fn put_back(&self, minutes: BTreeMap<Micros, Vec<i64>>) {
        let mut kept = self.lock();
        for (minute, nums) in minutes {
            for num in nums {
                let last = kept.entry(num).or_insert(minute);
                *last = minute.max(*last);
            }
        }
    }

    /// A map of numbers is whole after whatever happened to a thread that held it.
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Micros>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Directory {
    /// Writes down when tokens and sessions were last used: to be called now and then, and before the
    /// end. A session that was used lasts longer.
    ///
    /// # Errors
    /// If the store fails; the next call tries again.
    pub async fn write_usage(&self) -> Result<(), Error> {
        let Usage { tokens, sessions } = &self.inner.usage;
        let unit = Write { tokens: tokens.take(), sessions: sessions.take(), idle: self.inner.limits.session_idle() };
        if unit.tokens.is_empty() && unit.sessions.is_empty() {
            return Ok(());
        }
        let written = self.inner.store.write(unit.clone()).await;
        if written.is_err() {
            tokens.put_back(unit.tokens);
            sessions.put_back(unit.sessions);
        }
        written
    }
}

#[derive(Clone)]
struct Write {
    tokens: BTreeMap<Micros, Vec<i64>>,
    sessions: BTreeMap<Micros, Vec<i64>>,
    /// How long a session lasts after its last use.
    idle: Micros,
}

impl Unit for Write {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        for (minute, nums) in &self.tokens {
            tokens::note_use(conn, *minute, nums.clone()).await?;
        }
        for (minute, nums) in &self.sessions {
            sessions::note_use(conn, *minute, self.idle, nums.clone()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_remembered_once_and_what_the_store_knows_not_at_all() {
        let usage = Minutes::default();
        usage.note(1, None, 2 * MINUTE + 5);
        usage.note(1, None, 2 * MINUTE + 9);
        usage.note(2, Some(MINUTE), 2 * MINUTE);
        usage.note(3, Some(2 * MINUTE), 2 * MINUTE + 1);
        usage.note(4, None, 3 * MINUTE);
        let mut taken = usage.take();
        for nums in taken.values_mut() {
            nums.sort_unstable();
        }
        assert_eq!(taken, BTreeMap::from([(2 * MINUTE, vec![1, 2]), (3 * MINUTE, vec![4])]));
        assert_eq!(usage.take(), BTreeMap::new());
    }

    #[test]
    fn what_is_put_back_does_not_hide_what_came_later() {
        let usage = Minutes::default();
        usage.note(1, None, MINUTE);
        usage.note(2, None, MINUTE);
        let taken = usage.take();
        usage.note(1, None, 5 * MINUTE);
        usage.put_back(taken);
        assert_eq!(usage.take(), BTreeMap::from([(MINUTE, vec![2]), (5 * MINUTE, vec![1])]));
    }
}
