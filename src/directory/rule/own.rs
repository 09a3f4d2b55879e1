//! What users may change of themselves: nothing that says what they may do or who they are.

use crate::auth::scope::Scope;
use crate::directory::Error;
use crate::scim::Object;
use crate::scim::difference;
use crate::scim::schema::ResourceType;
use crate::scim::urn::APPCRM;

/// Core attributes that are not the user's own to change.
const OTHERS: [&str; 5] = ["userName", "externalId", "active", "roles", "entitlements"];
/// The attributes of extensions that are.
const OWN: [&str; 4] = ["dateFormat", "timeFormat", "mailSignature", "firstDayOfWeek"];

/// Refuses a change that would raise rights. A user name that only follows the mail address may change.
pub(in crate::directory) fn check(
    kind: &ResourceType,
    before: &Object,
    after: &Object,
    followed: bool,
) -> Result<(), Error> {
    let may = |name: &str| match name.strip_prefix(APPCRM).and_then(|rest| rest.strip_prefix(':')) {
        Some(name) => OWN.contains(&name),
        None => !name.contains(':') && (!OTHERS.contains(&name) || followed && name == "userName"),
    };
    if difference::between(kind, before, after).iter().all(|change| may(&change.name)) {
        Ok(())
    } else {
        Err(Error::Forbidden(Scope::UsersWrite.name()))
    }
}
