//! Values of the native schemas that must be one of a set or in a range.
//!
//! The sets are the canonical values of the schemas, which bind here.

use super::refuse;
use crate::directory::Error;
use crate::directory::user::SESSIONS;
use crate::scim::schema::ResourceType;
use crate::scim::urn::{APPCRM, LIFECYCLE, PUBLICA};
use crate::scim::value::is_date;
use crate::scim::{Object, part};
use serde_json::Value;

/// The attributes whose canonical values are all there are.
const CLOSED: [&str; 3] = ["dateFormat", "timeFormat", "firstDayOfWeek"];

/// Refuses values that are new and not among those allowed.
pub(super) fn check(kind: &ResourceType, before: &Object, after: &Object) -> Result<(), Error> {
    let changed = |urn, name| part::at(after, &[urn, name]).filter(|new| part::at(before, &[urn, name]) != Some(new));
    if changed(LIFECYCLE, "sessionsLimit").is_some_and(|limit| !limit.as_i64().is_some_and(|n| SESSIONS.contains(&n))) {
        let rule = format!("must be a whole number from {} to {}", SESSIONS.start(), SESSIONS.end());
        return Err(refuse(LIFECYCLE, "sessionsLimit", &rule));
    }
    for name in CLOSED {
        let Some(new) = changed(APPCRM, name) else { continue };
        let attribute = kind.extension(APPCRM).and_then(|extension| extension.schema.attribute(name));
        let Some(attribute) = attribute else { continue };
        let text = new.as_str().map_or_else(|| new.to_string(), ToOwned::to_owned);
        if !attribute.canonical_values.contains(&text) {
            let rule = format!("must be one of the canonical values: {}", attribute.canonical_values.join(" | "));
            return Err(refuse(APPCRM, name, &rule));
        }
    }
    let dates =
        |document| part::list(document, &[PUBLICA, "plans"]).iter().filter_map(|plan: &Value| plan.get("validTo"));
    let is_known = |date| dates(before).any(|known| known == date);
    if dates(after).any(|date| !is_known(date) && !date.as_str().is_some_and(is_date)) {
        return Err(refuse(PUBLICA, "plans.validTo", "must be a date of the calendar, written yyyy-mm-dd"));
    }
    Ok(())
}
