//! What the document of a user says, in the words of App CRM: what it says nothing of has a default.

use crate::http::native::read::value::is_web_url;
use crate::scim::part::{at, list, number, primary, text, values};
use crate::scim::urn::APPCRM;
use crate::scim::{Object, shown};
use serde_json::Value;

/// How dates can be written.
pub(super) const DATE_FORMATS: [&str; 11] =
    ["d-m-Y", "d/m/Y", "m-d-Y", "m.d.Y", "m/d/Y", "Y-m-d", "d.m.Y", "F j, Y", "j F, Y", "D, F j, Y", "l, F j, Y"];
/// How times can be written.
pub(super) const TIME_FORMATS: [&str; 3] = ["G:i A", "G:i a", "H:i:s"];
/// With what a week can begin: Sunday, Monday, Saturday.
pub(super) const FIRST_DAYS: [i64; 3] = [0, 1, 6];

/// The name by which the user is shown.
pub(super) fn name(document: &Object) -> String {
    shown::name(document).unwrap_or_default()
}

/// The first word of a name, and what follows it.
pub(super) fn words(name: &str) -> (&str, &str) {
    let (first, rest) = name.trim().split_once(char::is_whitespace).unwrap_or((name.trim(), ""));
    (first, rest.trim_start())
}

/// Given and family name; those of the shown name if there are none.
pub(super) fn names(document: &Object) -> (String, String) {
    match (text(document, &["name", "givenName"]), text(document, &["name", "familyName"])) {
        (None, None) => {
            let name = name(document);
            let (first, rest) = words(&name);
            (first.to_owned(), rest.to_owned())
        }
        (given, family) => (given.unwrap_or_default().to_owned(), family.unwrap_or_default().to_owned()),
    }
}

/// The primary mail address, or else the first one.
pub(super) fn email(document: &Object) -> Option<&str> {
    primary(document, "emails")
}

/// A picture of the user that is on the web.
pub(super) fn photo(document: &Object) -> Option<&str> {
    list(document, &["photos"]).iter().find_map(|photo| {
        let is_photo = photo.get("type").is_some_and(|kind| kind == "photo");
        photo.get("value")?.as_str().filter(|url| is_photo && is_web_url(url))
    })
}

/// The names of the roles.
pub(super) fn roles(document: &Object) -> impl Iterator<Item = &str> {
    values(document, "roles")
}

/// The time zone.
pub(super) fn timezone(document: &Object) -> &str {
    text(document, &["timezone"]).unwrap_or("UTC")
}

/// How dates are written.
pub(super) fn date_format(document: &Object) -> &str {
    text(document, &[APPCRM, "dateFormat"]).unwrap_or("Y-m-d")
}

/// How times are written.
pub(super) fn time_format(document: &Object) -> &str {
    text(document, &[APPCRM, "timeFormat"]).unwrap_or("H:i:s")
}

/// The locale, as SCIM writes it.
pub(super) fn locale(document: &Object) -> Option<&str> {
    text(document, &["locale"])
}

/// The signature, as it was sent.
pub(super) fn signature(document: &Object) -> Option<&str> {
    text(document, &[APPCRM, "mailSignature"])
}

/// Whether the user may do everything.
pub(super) fn super_admin(document: &Object) -> bool {
    at(document, &[APPCRM, "superAdmin"]) == Some(&Value::Bool(true))
}

/// Whether the user may use the API, as every super admin may.
pub(super) fn access_api(document: &Object) -> bool {
    super_admin(document) || at(document, &[APPCRM, "accessApi"]) == Some(&Value::Bool(true))
}

/// With what a week begins.
pub(super) fn first_day(document: &Object) -> Option<i64> {
    number(document, &[APPCRM, "firstDayOfWeek"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::document::{Choices, built_in};
    use serde_json::json;

    fn document(value: Value) -> Object {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_nothing_is_said_of_has_a_default() {
        let bare = document(json!({ "userName": "bj" }));
        assert_eq!((name(&bare).as_str(), email(&bare), timezone(&bare)), ("bj", None, "UTC"));
        assert_eq!((date_format(&bare), time_format(&bare), first_day(&bare)), ("Y-m-d", "H:i:s", None));
        assert_eq!((super_admin(&bare), access_api(&bare)), (false, false));
        assert_eq!((signature(&bare), photo(&bare), roles(&bare).count()), (None, None, 0));
    }

    #[test]
    fn the_parts_of_a_name_come_from_the_shown_one_if_there_are_none() {
        for (value, parts) in [
            (json!({ "displayName": "Ana de Souza" }), ("Ana", "de Souza")),
            (json!({ "displayName": "Ana" }), ("Ana", "")),
            (json!({ "displayName": "Ana", "name": { "givenName": "Anabel" } }), ("Anabel", "")),
            (json!({ "displayName": "x", "name": { "familyName": "Souza" } }), ("", "Souza")),
        ] {
            let (first, last) = names(&document(value));
            assert_eq!((first.as_str(), last.as_str()), parts);
        }
    }

    #[test]
    fn the_primary_address_is_the_one_and_only_a_picture_on_the_web_is_shown() {
        let user = document(json!({
            "emails": [{ "value": "a@x.test" }, { "value": "b@x.test", "primary": true }],
            "photos": [
                { "value": "javascript:alert(1)", "type": "photo" },
                { "value": "https://x.test/small.png", "type": "thumbnail" },
                { "value": "https://x.test/a.png", "type": "photo" },
            ],
            APPCRM: { "superAdmin": true },
        }));
        assert_eq!(email(&user), Some("b@x.test"));
        assert_eq!(photo(&user), Some("https://x.test/a.png"));
        assert!(access_api(&user));
    }

    #[test]
    fn the_value_sets_are_those_of_the_schema() {
        let registry = built_in(Choices { unique_group_names: true });
        let user = registry.resource_type("User").unwrap();
        let attribute = |name: &str| user.extension(APPCRM).unwrap().schema.attribute(name).unwrap().clone();
        assert_eq!(attribute("dateFormat").canonical_values, DATE_FORMATS);
        assert_eq!(attribute("timeFormat").canonical_values, TIME_FORMATS);
        assert_eq!(attribute("firstDayOfWeek").canonical_values, FIRST_DAYS.map(|day| day.to_string()));
    }
}
