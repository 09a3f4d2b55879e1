//! What users may change of themselves: nothing that says what they may do or who they are.

use crate::scim::Object;
use crate::scim::difference;
use crate::scim::schema::ResourceType;
use crate::scim::urn::APPCRM;

/// Core attributes that are not the user's own to change.
const OTHERS: [&str; 5] = ["userName", "externalId", "active", "roles", "entitlements"];
/// The attributes of extensions that are.
const OWN: [&str; 4] = ["dateFormat", "timeFormat", "mailSignature", "firstDayOfWeek"];

/// Whether users may change themselves so: it raises no rights. A user name that only follows the mail address
/// may change.
pub(in crate::directory) fn may(kind: &ResourceType, before: &Object, after: &Object, followed: bool) -> bool {
    let may = |name: &str| match name.strip_prefix(APPCRM).and_then(|rest| rest.strip_prefix(':')) {
        Some(name) => OWN.contains(&name),
        None => !name.contains(':') && (!OTHERS.contains(&name) || followed && name == "userName"),
    };
    difference::between(kind, before, after).iter().all(|change| may(&change.name))
}
