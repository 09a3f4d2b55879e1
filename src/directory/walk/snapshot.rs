//! Walks by cursor along an order: the numbers of all hits are kept as they stand when the walk begins,
//! and each page shows the next of them that are still there and still match.

use super::cursor::{Spot, Stand, expired};
use super::{Caller, Directory, Error, Found, Place, Query};
use crate::clock::Micros;
use crate::ident;
use crate::store::{Client, Conn, Row, TenantId, Unit, select, walks};
use std::collections::HashMap;

/// How many walks a connection may have at once; the oldest goes.
const MOST: i64 = 100;
/// How many rows are looked at in one go to fill a page that others have thinned out.
const LONGEST_LOOK: usize = 2000;

/// Where the numbers of a snapshot are.
enum Numbers<'n> {
    Held(&'n [i64]),
    Kept(TenantId, i64),
}

impl Numbers<'_> {
    async fn load(&self, conn: &mut Conn, from: usize, until: usize) -> Result<Vec<i64>, Error> {
        match self {
            Self::Held(nums) => Ok(nums.get(from..until).unwrap_or_default().to_vec()),
            Self::Kept(tenant, walk) => Ok(walks::load(conn, *tenant, *walk, from, until).await?),
        }
    }
}

impl Directory {
    /// The first page; a snapshot is kept only if there will be another.
    pub(super) async fn begin_snapshot(&self, caller: &Caller, query: Query) -> Result<Found, Error> {
        let client = caller.client();
        let mut conn = self.inner.store.read().await?;
        let nums = select::numbers(&mut conn, client, &query).await?;
        let total = u64::try_from(nums.len()).unwrap_or(u64::MAX);
        let mut walk = 0;
        if total > query.limit {
            // Whoever waits for a place to write must not hold one for reading.
            drop(conn);
            // Positive, so that it looks like any other number.
            walk = i64::from_be_bytes(ident::random()) & i64::MAX;
            let expires = query.now.saturating_add(2 * self.inner.limits.cursor());
            self.inner.store.write(Begin { client, walk, nums: nums.clone(), expires }).await?;
            conn = self.inner.store.read().await?;
        }
        let stand = Stand { walk, total, at: 0, back: false };
        page(&mut conn, client, query, stand, &Numbers::Held(&nums)).await
    }

    /// A further page.
    pub(super) async fn along_snapshot(&self, caller: &Caller, query: Query, stand: Stand) -> Result<Found, Error> {
        let client = caller.client();
        let life = self.inner.limits.cursor();
        let mut conn = self.inner.store.read().await?;
        let kept = walks::expires(&mut conn, client, stand.walk).await?;
        let expires = kept.ok_or_else(|| expired(life))?;
        let until = query.now.saturating_add(2 * life);
        // The cursors of this page must not outlive what they lead to.
        let is_short = expires < query.now.saturating_add(life);
        let found = page(&mut conn, client, query, stand, &Numbers::Kept(client.tenant, stand.walk)).await?;
        drop(conn);
        if is_short {
            self.inner.store.write(Keep { tenant: client.tenant, walk: stand.walk, until }).await?;
        }
        Ok(found)
    }
}

async fn page(
    conn: &mut Conn,
    client: Client,
    mut query: Query,
    stand: Stand,
    numbers: &Numbers<'_>,
) -> Result<Found, Error> {
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (total, limit) = (place(stand.total), place(query.limit));
    for part in &mut query.parts {
        part.sort = None;
    }
    // The rows with their places, in the direction of the walk.
    let mut found: Vec<(usize, Row)> = Vec::with_capacity(limit.saturating_add(1));
    let mut at = place(stand.at).min(total);
    let mut look = limit.saturating_add(1);
    // One more tells whether there are more.
    while found.len() <= limit && (if stand.back { at > 0 } else { at < total }) {
        let (from, until) =
            if stand.back { (at.saturating_sub(look), at) } else { (at, at.saturating_add(look).min(total)) };
        let nums = numbers.load(conn, from, until).await?;
        query.limit = u64::try_from(nums.len()).unwrap_or(u64::MAX);
        query.place = Place::Among(nums.clone());
        let rows = select::page(conn, client, &query).await?.rows;
        let mut rows: HashMap<i64, Row> = rows.into_iter().map(|row| (row.num, row)).collect();
        let mut alive: Vec<(usize, Row)> =
            (from..).zip(nums).filter_map(|(place, num)| Some((place, rows.remove(&num)?))).collect();
        if stand.back {
            alive.reverse();
        }
        found.extend(alive);
        at = if stand.back { from } else { until };
        look = look.saturating_mul(2).min(LONGEST_LOOK.max(look));
    }
    // Of more than there is room for, the first that has none.
    let beyond = found.get(limit).map(|(place, _)| *place);
    found.truncate(limit);
    let spot = |at: usize, back| Spot::Along(Stand { at: u64::try_from(at).unwrap_or(u64::MAX), back, ..stand });
    let other = Spot::Along(Stand { back: !stand.back, ..stand });
    let (next, previous) = if stand.back {
        found.reverse();
        (Some(other), beyond.map(|place| spot(place + 1, true)))
    } else {
        (beyond.map(|place| spot(place, false)), (stand.at > 0).then_some(other))
    };
    Ok((stand.total, found.into_iter().map(|(_, row)| row).collect(), next, previous))
}

struct Begin {
    client: Client,
    walk: i64,
    nums: Vec<i64>,
    expires: Micros,
}

impl Unit for Begin {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(walks::insert(conn, self.client, self.walk, &self.nums, self.expires, MOST).await?)
    }
}

struct Keep {
    tenant: TenantId,
    walk: i64,
    until: Micros,
}

impl Unit for Keep {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(walks::keep(conn, self.tenant, self.walk, self.until).await?)
    }
}
