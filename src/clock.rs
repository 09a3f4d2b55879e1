//! The one door to the time of day.
//!
//! Instants are microseconds since the Unix epoch; text is RFC 3339 in UTC with milliseconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Where the time comes from: the system, or a hand that tests move.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// Stands still until it is moved.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this instant.
    #[must_use]
    pub fn fixed(at: Micros) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at)))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Micros {
        match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Fixed(at) => at.load(Ordering::Relaxed),
        }
    }

    /// Moves a fixed clock; the system's is left alone.
    pub fn advance(&self, by: Micros) {
        if let Self::Fixed(at) = self {
            at.fetch_add(by, Ordering::Relaxed);
        }
    }
}

/// The instant as SCIM writes it: `2026-01-31T09:30:00.000Z` (RFC 7643 §2.3.5).
#[must_use]
pub fn rfc3339(at: Micros) -> String {
    match jiff::Timestamp::from_microsecond(at) {
        Ok(instant) => format!("{instant:.3}"),
        Err(_) => String::new(),
    }
}
