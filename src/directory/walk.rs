//! Walks: how a list is read page after page while others write into it.
//!
//! By cursor (RFC 9865) a walk shows everything that lives through it exactly once. Without an order it
//! goes by number, which no resource changes and every new one continues. With an order, whose keys may
//! change on the way, it goes along a snapshot of the numbers. By index a walk goes on behind the last
//! result it showed, as long as this instance remembers where that was.

mod cursor;
mod snapshot;
mod steps;

use super::{Caller, Directory, Error};
use crate::auth::seal::Seal;
use crate::clock::Micros;
use crate::scim::message::Place as Shown;
use crate::scim::path::Target;
use crate::store::select::{self, Place, Query};
use crate::store::{Conn, Row, Unit, secrets, walks};
use cursor::Spot;
use sha2::{Digest as _, Sha256};
use std::sync::{Mutex, MutexGuard, PoisonError};
use steps::{Step, Steps};
use tokio::sync::OnceCell;

/// The name of the cursors' key among the secrets.
const SECRET: &str = "cursor";
/// How many walks are forgotten at once.
const BATCH: i64 = 100;

/// What is known about walks in this process.
#[derive(Debug, Default)]
pub(super) struct Walks {
    seal: OnceCell<Seal>,
    steps: Mutex<Steps>,
}

/// One page of a walk.
pub(super) struct Page {
    /// How many results the whole list has.
    pub total: u64,
    /// Where the page stands.
    pub place: Shown,
    /// The results.
    pub rows: Vec<Row>,
}

/// What every page of a walk asks alike: who asks, for what types, by what filter and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Question([u8; 32]);

impl Question {
    fn of(caller: &Caller, query: &Query) -> Self {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        };
        add(&caller.tenant.0.to_string());
        add(&caller.connection.to_string());
        add(if is_sorted(query) && query.descending { "descending" } else { "" });
        for part in &query.parts {
            add(&part.kind.name);
            add(&part.filter.as_ref().map(ToString::to_string).unwrap_or_default());
            add(&part.sort.as_ref().map(Target::name).unwrap_or_default());
        }
        Self(hash.finalize().into())
    }

    /// The same, of one credential.
    fn by(self, credential: &str) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(credential).finalize().into())
    }
}

fn is_sorted(query: &Query) -> bool {
    query.parts.iter().any(|part| part.sort.is_some())
}

impl Walks {
    /// A map of steps is whole after whatever happened to a thread that held it.
    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Directory {
    /// The page that begins with the result of this number, from 1. What a query says of its place is of no
    /// account.
    pub(super) async fn page_by_index(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        mut query: Query,
        start_index: u64,
    ) -> Result<Page, Error> {
        let limit = query.limit;
        let walk = Question::of(caller, &query).by(&caller.credential);
        let descending = query.descending;
        let step = Step { walk, descending, start: start_index, now: query.now };
        let resumed = if limit == 0 { None } else { self.inner.walks.steps().resume(step) };
        query.place = resumed.clone().map_or(Place::Offset(start_index - 1), Place::After);
        // One more tells whether there are more.
        query.limit = if limit == 0 { 0 } else { limit + 1 };
        let select::Page { mut total, mut rows, mut positions } = select::page(conn, caller.client(), &query).await?;
        let length = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = limit > 0 && rows.len() > length;
        rows.truncate(length);
        positions.truncate(length);
        let next = start_index.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
        if limit > 0
            && let Some(last) = positions.pop().or(resumed)
        {
            self.inner.walks.steps().serve(step, (next, last), more);
        }
        if more {
            // Whoever has seen results that are gone since would count itself at the end.
            total = total.max(next);
        }
        Ok(Page { total, place: Shown::Index(start_index), rows })
    }

    /// The page of a cursor; an empty one is of the first page. What a query says of its place is of no
    /// account.
    pub(super) async fn page_by_cursor(&self, caller: &Caller, query: Query, cursor: &str) -> Result<Page, Error> {
        let seal = self.seal().await?;
        let question = Question::of(caller, &query);
        let life = self.inner.limits.cursor();
        let spot = match cursor {
            "" if is_sorted(&query) => None,
            "" => Some(Spot::Start),
            text => Some(Spot::read(seal, &question.0, text, query.now, life)?),
        };
        if query.limit == 0 {
            // The total alone (RFC 9865 §2); such a page leads nowhere.
            let mut conn = self.inner.store.read().await?;
            let total = select::page(&mut conn, caller.client(), &query).await?.total;
            return Ok(Page { total, place: Shown::Cursor { next: None, previous: None }, rows: Vec::new() });
        }
        let until = query.now.saturating_add(life);
        let (total, rows, next, previous) = match spot {
            Some(spot @ (Spot::Start | Spot::After(_) | Spot::Before(_))) => {
                let mut conn = self.inner.store.read().await?;
                by_number(&mut conn, caller, query, spot).await?
            }
            Some(Spot::Along(stand)) => self.along_snapshot(caller, query, stand).await?,
            None => self.begin_snapshot(caller, query).await?,
        };
        let write = |spot: Option<Spot>| spot.map(|spot| spot.write(seal, &question.0, until)).transpose();
        Ok(Page { total, place: Shown::Cursor { next: write(next)?, previous: write(previous)? }, rows })
    }

    /// The seal of cursors, the same on all instances.
    async fn seal(&self) -> Result<&Seal, Error> {
        let make = || async {
            let mut conn = self.inner.store.read().await?;
            let known = secrets::find(&mut conn, SECRET).await?;
            drop(conn);
            let key = match known {
                Some(key) => key,
                None => self.inner.store.write(MakeSecret { key: Seal::generate() }).await?,
            };
            Seal::new(&key).ok_or_else(|| Error::Internal("the key of cursors has the wrong length".to_owned()))
        };
        self.inner.walks.seal.get_or_try_init(make).await
    }

    /// Forgets the snapshots of walks whose cursors are all too old: to be called now and then.
    ///
    /// # Errors
    /// If the store fails; the next call tries again.
    pub async fn forget_walks(&self) -> Result<(), Error> {
        let before = self.inner.clock.now();
        let mut conn = self.inner.store.read().await?;
        let any = walks::has_older(&mut conn, before).await?;
        drop(conn);
        if any { self.inner.store.write(Forget { before }).await } else { Ok(()) }
    }
}

/// What a page shows, and the places of the pages beside it: total, rows, next, previous.
type Found = (u64, Vec<Row>, Option<Spot>, Option<Spot>);

/// A page of a walk by number.
async fn by_number(conn: &mut Conn, caller: &Caller, mut query: Query, spot: Spot) -> Result<Found, Error> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let back = if let Spot::Before(num) = spot { Some(num) } else { None };
    // No resource has the number 0.
    let after = if let Spot::After(num) = spot { num } else { 0 };
    query.place = back.map_or(Place::after(after), Place::Before);
    query.limit = query.limit.saturating_add(1);
    let select::Page { total, mut rows, .. } = select::page(conn, caller.client(), &query).await?;
    let more = rows.len() > limit;
    if more && back.is_some() {
        rows.remove(0);
    }
    rows.truncate(limit);
    let first = rows.first().map(|row| row.num);
    let last = rows.last().map(|row| row.num);
    if let Some(num) = back {
        let next = Spot::After(last.unwrap_or(num - 1));
        return Ok((total, rows, Some(next), first.filter(|_| more).map(Spot::Before)));
    }
    let is_first = spot == Spot::Start;
    let previous = (!is_first).then(|| Spot::Before(first.unwrap_or(after + 1)));
    Ok((total, rows, last.filter(|_| more).map(Spot::After), previous))
}

/// Makes the key unless another instance was first; answers which it is.
struct MakeSecret {
    key: [u8; crate::auth::seal::KEY],
}

impl Unit for MakeSecret {
    type Output = Vec<u8>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<u8>, Error> {
        secrets::insert(conn, SECRET, &self.key).await?;
        let kept = secrets::find(conn, SECRET).await?;
        kept.ok_or_else(|| Error::Internal("a secret that was just made is not there".to_owned()))
    }
}

struct Forget {
    before: Micros,
}

impl Unit for Forget {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(walks::forget(conn, self.before, BATCH).await?)
    }
}
