//! Published keys of others, fetched when they are needed and kept for a while.
//!
//! An issuer that signs with a new key is followed at once, but not more than once a minute, so that
//! tokens with invented keys cannot make this server hammer another.

mod fetch;

pub(super) use fetch::check_url;

use crate::auth::assertion::Keys;
use crate::clock::Micros;
use fetch::Fetcher;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as AsyncMutex;

/// How long keys are used without another look.
const FRESH: Micros = 3_600_000_000;
/// How long keys are used when their place does not answer.
const STALE: Micros = 24 * FRESH;
/// How long no second look is taken.
const PAUSE: Micros = 60_000_000;

/// The keys seen so far, by URL.
#[derive(Default)]
pub(super) struct Published {
    fetcher: Fetcher,
    places: Mutex<HashMap<String, Arc<AsyncMutex<Place>>>>,
}

/// One URL. Whoever looks holds the lock, so that the others wait for one answer.
#[derive(Default)]
struct Place {
    keys: Option<(Keys, Micros)>,
    tried: Option<Micros>,
}

/// Which keys are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Those at hand, if they are not too old.
    Kept,
    /// Those that are published now, because the ones at hand did not do.
    Again,
}

impl Published {
    /// The keys at a URL; none if they cannot be had, which the log explains.
    pub(super) async fn keys(&self, url: &str, look: Look, now: Micros) -> Option<Keys> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(url.to_owned()).or_default())
        };
        let mut place = place.lock().await;
        let age = place.keys.as_ref().map(|(_, fetched)| now - fetched);
        let wanted = match look {
            Look::Kept => age.is_none_or(|age| age >= FRESH),
            Look::Again => true,
        };
        if wanted && place.tried.is_none_or(|tried| now - tried >= PAUSE) {
            place.tried = Some(now);
            match self.fetcher.fetch(url).await.and_then(|text| Keys::published(&text)) {
                Ok(keys) => place.keys = Some((keys, now)),
                Err(cause) => tracing::warn!(url, cause, "published keys cannot be read"),
            }
        }
        place.keys.as_ref().filter(|(_, fetched)| now - fetched < STALE).map(|(keys, _)| keys.clone())
    }
}
