//! Instants as Laravel writes them.

use crate::clock::Micros;

/// The instant in UTC with microseconds: `2026-01-31T09:30:00.000000Z`.
pub(super) fn written(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at).map(|instant| format!("{instant:.6}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_six_decimals() {
        assert_eq!(written(1_769_851_800_000_001), "2026-01-31T09:30:00.000001Z");
    }
}
