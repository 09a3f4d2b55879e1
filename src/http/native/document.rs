//! Reads the documents of users: where a dialect finds what it shows of them.

use crate::scim::Object;
use serde_json::Value;

/// Whether the user may sign in; nothing said is yes.
pub(super) fn is_active(document: &Object) -> bool {
    document.get("active") != Some(&Value::Bool(false))
}

/// What lies at a path of names: `["name", "givenName"]`, or below the URN of an extension.
pub(super) fn at<'d>(document: &'d Object, path: &[&str]) -> Option<&'d Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get(*first)?, |value, name| value.get(*name))
}

/// The text at a path.
pub(super) fn text<'d>(document: &'d Object, path: &[&str]) -> Option<&'d str> {
    at(document, path)?.as_str()
}

/// The number at a path.
pub(super) fn number(document: &Object, path: &[&str]) -> Option<i64> {
    at(document, path)?.as_i64()
}

/// The elements of the list at a path.
pub(super) fn list<'d>(document: &'d Object, path: &[&str]) -> &'d [Value] {
    at(document, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The values of a multi-valued attribute, such as the names of all roles.
pub(super) fn values<'d>(document: &'d Object, attribute: &str) -> impl Iterator<Item = &'d str> {
    list(document, &[attribute]).iter().filter_map(|element| element.get("value")?.as_str())
}

/// The primary value of a multi-valued attribute, or else the first one.
pub(super) fn primary<'d>(document: &'d Object, attribute: &str) -> Option<&'d str> {
    let elements = list(document, &[attribute]);
    let is_primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
    let mut chosen = elements.iter().filter(is_primary).chain(elements);
    chosen.find_map(|element| element.get("value")?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::urn::LIFECYCLE;
    use serde_json::json;

    fn object(value: &Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn the_primary_value_goes_before_the_first() {
        for (emails, found) in [
            (json!([{ "value": "a" }, { "value": "b", "primary": true }]), Some("b")),
            (json!([{ "value": "a", "primary": false }, { "value": "b" }]), Some("a")),
            (json!([{ "primary": true }, { "value": "b" }]), Some("b")),
            (json!([]), None),
            (json!("a"), None),
        ] {
            assert_eq!(primary(&object(&json!({ "emails": emails })), "emails"), found, "{emails}");
        }
        assert_eq!(primary(&Object::new(), "emails"), None);
    }

    #[test]
    fn a_path_leads_into_extensions_too() {
        let document = object(&json!({ LIFECYCLE: { "sessionsLimit": 3 }, "active": false, "name": "odd" }));
        assert_eq!(number(&document, &[LIFECYCLE, "sessionsLimit"]), Some(3));
        assert_eq!(text(&document, &["name", "givenName"]), None);
        assert!(!is_active(&document) && is_active(&Object::new()));
    }
}
