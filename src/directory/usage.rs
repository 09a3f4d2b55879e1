//! When tokens were last used, to the minute: remembered while requests run, written down apart
//! from them, so that no request waits for it or fails by it.

use super::{Directory, Error};
use crate::clock::Micros;
use crate::store::tokens::{self, Token};
use crate::store::{Conn, Unit};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MINUTE: Micros = 60_000_000;

/// Tokens by their number and the minute they were last used in, as far as it is not written down.
#[derive(Debug, Default)]
pub(super) struct Usage(Mutex<HashMap<i64, Micros>>);

impl Usage {
    /// Remembers that a token is used now, unless the store knows of this minute.
    pub(super) fn note(&self, token: &Token, now: Micros) {
        let minute = now - now.rem_euclid(MINUTE);
        if token.used.is_none_or(|known| known < minute) {
            self.lock().insert(token.num, minute);
        }
    }

    /// Everything that is remembered, as tokens by minute; nothing is afterwards.
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
    /// Writes down when tokens were last used: to be called now and then, and before the end.
    ///
    /// # Errors
    /// If the store fails; the next call tries again.
    pub async fn write_usage(&self) -> Result<(), Error> {
        let minutes = self.inner.usage.take();
        if minutes.is_empty() {
            return Ok(());
        }
        let written = self.inner.store.write(Write { minutes: minutes.clone() }).await;
        if written.is_err() {
            self.inner.usage.put_back(minutes);
        }
        written
    }
}

struct Write {
    minutes: BTreeMap<Micros, Vec<i64>>,
}

impl Unit for Write {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        for (minute, nums) in &self.minutes {
            tokens::note_use(conn, *minute, nums.clone()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TenantId;

    fn token(num: i64, used: Option<Micros>) -> Token {
        let text = String::new;
        Token {
            num,
            tenant: TenantId(1),
            connection: 1,
            name: text(),
            prefix: text(),
            scopes: text(),
            created: 0,
            expires: None,
            addresses: text(),
            used,
            owner: None,
        }
    }

    #[test]
    fn a_minute_is_remembered_once_and_what_the_store_knows_not_at_all() {
        let usage = Usage::default();
        usage.note(&token(1, None), 2 * MINUTE + 5);
        usage.note(&token(1, None), 2 * MINUTE + 9);
        usage.note(&token(2, Some(MINUTE)), 2 * MINUTE);
        usage.note(&token(3, Some(2 * MINUTE)), 2 * MINUTE + 1);
        usage.note(&token(4, None), 3 * MINUTE);
        let mut taken = usage.take();
        for nums in taken.values_mut() {
            nums.sort_unstable();
        }
        assert_eq!(taken, BTreeMap::from([(2 * MINUTE, vec![1, 2]), (3 * MINUTE, vec![4])]));
        assert_eq!(usage.take(), BTreeMap::new());
    }

    #[test]
    fn what_is_put_back_does_not_hide_what_came_later() {
        let usage = Usage::default();
        usage.note(&token(1, None), MINUTE);
        usage.note(&token(2, None), MINUTE);
        let taken = usage.take();
        usage.note(&token(1, None), 5 * MINUTE);
        usage.put_back(taken);
        assert_eq!(usage.take(), BTreeMap::from([(MINUTE, vec![2]), (5 * MINUTE, vec![1])]));
    }
}
