//! The one name by which people know a user, made from the names it has.
//!
//! Attributes kept as [`super::schema::Storage::Shown`] have it as their value; it is never stored, but it can
//! be searched and sorted by.

use super::Object;
use serde_json::Value;

/// `displayName`, else `name.formatted`, else given and family name, else `userName`; none if there is
/// none of them.
#[must_use]
pub fn name(document: &Object) -> Option<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let part = |part: &str| text(document.get("name").and_then(|name| name.get(part)));
    let parts = || {
        let parts: Vec<String> = [part("givenName"), part("familyName")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    text(document.get("displayName"))
        .or_else(|| part("formatted"))
        .or_else(parts)
        .or_else(|| text(document.get("userName")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_name_that_says_most_is_shown() {
        let cases = [
            (json!({}), None),
            (json!({ "userName": "bj" }), Some("bj")),
            (json!({ "userName": "bj", "displayName": "" }), Some("bj")),
            (json!({ "userName": "bj", "name": { "middleName": "J" } }), Some("bj")),
            (json!({ "userName": "bj", "name": { "familyName": "Jensen" } }), Some("Jensen")),
            (json!({ "userName": "bj", "name": { "givenName": "Barbara" } }), Some("Barbara")),
            (json!({ "name": { "familyName": "Jensen", "givenName": "Barbara" } }), Some("Barbara Jensen")),
            (json!({ "name": { "givenName": "Barbara", "formatted": "Ms. Jensen" } }), Some("Ms. Jensen")),
            (json!({ "name": { "formatted": "Ms. Jensen" }, "displayName": "Babs" }), Some("Babs")),
        ];
        for (document, expected) in cases {
            let shown = name(document.as_object().unwrap());
            assert_eq!(shown.as_deref(), expected, "{document}");
        }
    }
}
