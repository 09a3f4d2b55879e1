//! By what a path names a user: the number, the UUID, the mail address, or what the client calls it.

use super::fault;
use crate::directory::Error;
use crate::directory::user::{Key, User};
use crate::http::error::Refusal;
use crate::http::native::call::Call;
use crate::http::native::read::value::{ID, parse_digits};
use crate::ident;

/// What a segment of a path may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// The number or the UUID, where a user is changed.
    Ids,
    /// Those, or what the client calls the user.
    IdsAndExternalIds,
    /// All, where users are looked up.
    All,
}

/// The keys that a segment may be, in the order in which they are tried.
fn keys(segment: &str, names: Names) -> Vec<Key<'_>> {
    let (mail, external) = match names {
        Names::Ids => (false, false),
        Names::IdsAndExternalIds => (false, true),
        Names::All => (true, true),
    };
    let plain = !segment.starts_with('0');
    let num = parse_digits(segment, &ID).ok().filter(|_| plain).map(Key::Number);
    let id = ident::is_resource_id(segment).then_some(Key::Id(segment));
    let mail = (mail && segment.contains('@')).then_some(Key::Email(segment));
    let external = external.then_some(Key::ExternalId(segment));
    [num, id, mail, external].into_iter().flatten().collect()
}

/// The user that a segment names.
///
/// # Errors
/// 404 if it names nobody, 409 if several.
pub(super) async fn find(call: &Call, segment: &str, names: Names) -> Result<User, Refusal> {
    let caller = call.caller()?;
    for key in keys(segment, names) {
        match call.directory().user(caller, key).await {
            Err(Error::NotFound(_)) => {}
            found => {
                let user = found?;
                call.trail.record(&user.record);
                return Ok(user);
            }
        }
    }
    Err(fault::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "018f0000-0000-7000-8000-000000000000";

    #[test]
    fn ids_are_tried_before_what_clients_call_a_user() {
        use Names::{All, Ids, IdsAndExternalIds};
        for (segment, names, expected) in [
            ("57", Ids, vec![Key::Number(57)]),
            ("57", IdsAndExternalIds, vec![Key::Number(57), Key::ExternalId("57")]),
            ("57", All, vec![Key::Number(57), Key::ExternalId("57")]),
            ("057", IdsAndExternalIds, vec![Key::ExternalId("057")]),
            ("-5", IdsAndExternalIds, vec![Key::ExternalId("-5")]),
            ("99999999999999999999", All, vec![Key::ExternalId("99999999999999999999")]),
            (ID, Ids, vec![Key::Id(ID)]),
            (ID, IdsAndExternalIds, vec![Key::Id(ID), Key::ExternalId(ID)]),
            ("a@b", Ids, vec![]),
            ("a@b", IdsAndExternalIds, vec![Key::ExternalId("a@b")]),
            ("a@b", All, vec![Key::Email("a@b"), Key::ExternalId("a@b")]),
            ("abc", Ids, vec![]),
        ] {
            assert_eq!(keys(segment, names), expected, "{segment} {names:?}");
        }
    }
}
