//! The one door to identifiers and randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where ids come from: time and chance, or a counter that tests can predict.
#[derive(Clone, Debug, Default)]
pub enum Ids {
    /// UUID version 7 (RFC 9562 §5.7): unguessable, in order of time.
    #[default]
    Random,
    /// `00000000-0000-7000-8000-` and a counter.
    Counted(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that count from 1.
    #[must_use]
    pub fn counted() -> Self {
        Self::Counted(Arc::new(AtomicU64::new(1)))
    }

    /// A new resource id for a resource made at this instant.
    #[must_use]
    pub fn resource(&self, now: crate::clock::Micros) -> String {
        match self {
            Self::Random => {
                let millis = u64::try_from(now / 1000).unwrap_or(0);
                uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid().to_string()
            }
            Self::Counted(next) => {
                format!("00000000-0000-7000-8000-{:012x}", next.fetch_add(1, Ordering::Relaxed))
            }
        }
    }
}

/// Whether a text has the form of a resource id, whether or not there is such a resource.
#[must_use]
pub fn is_resource_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Bytes from the system's random source, fit for secrets.
///
/// # Panics
/// Never in practice: only if the operating system has no random source, in which case no secret
/// could be made and nothing should run.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "a server without randomness must not run")]
    getrandom::fill(&mut bytes).expect("the operating system's random source");
    bytes
}
