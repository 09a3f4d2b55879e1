//! How much searching one PATCH may cause.
//!
//! Operations and values are bounded each for itself, but a thousand value paths over a thousand
//! long values are not little: what they cost together is counted before it is spent.

use crate::scim::filter::Filter;
use crate::scim::{Error, resource::list};
use serde_json::Value;

/// About as many microseconds in a build without optimisation; enough for every operation of a
/// request to look through a full list of ordinary values several times.
const MAX_EFFORT: usize = 4_000_000;
/// How many values an attribute may gather between two operations; in the end it may have fewer.
const MAX_GATHERED: usize = 10_000;

/// What one request may still cost.
#[derive(Debug)]
pub(super) struct Effort {
    left: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { left: MAX_EFFORT }
    }
}

impl Effort {
    /// Looks at every value of a list, as often as a filter has terms.
    pub(super) fn search(&mut self, filter: Option<&Filter>, values: &[Value]) -> Result<(), Error> {
        self.spend(weights(values).saturating_mul(filter.map_or(1, Filter::terms)))
    }

    /// Compares every value of a list with those that are named for removal.
    pub(super) fn compare(&mut self, named: &[Value], values: &[Value]) -> Result<(), Error> {
        let one_by_one = named.iter().filter(|named| !list::has_value(named)).count();
        self.spend(weights(values).saturating_mul(one_by_one + 1))
    }

    fn spend(&mut self, effort: usize) -> Result<(), Error> {
        self.left = self.left.checked_sub(effort).ok_or_else(|| {
            Error::too_large(
                "the operations so far look through too many values; send fewer operations at a time, \
                 or replace the whole attribute",
            )
        })?;
        Ok(())
    }
}

/// Refuses a list that has grown beyond all measure.
pub(super) fn within_limit(name: &str, values: &[Value]) -> Result<(), Error> {
    if values.len() > MAX_GATHERED {
        return Err(Error::too_large(format!("{name}: too many values come together in one request")));
    }
    Ok(())
}

fn weights(values: &[Value]) -> usize {
    values.iter().map(|value| 1 + weight(value)).sum()
}

/// Text has to be folded before it is compared, which is work where it is not ASCII.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) if text.is_ascii() => text.len() / 64,
        Value::String(text) => text.len() * 4,
        Value::Array(values) => weights(values),
        Value::Object(parts) => parts.values().map(weight).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
