//! Parts of a document by their names, for whoever reads and writes a few attributes of one that is stored.
//!
//! Nothing is resolved or judged here: the names are known to be right, and the document is canonical.

use super::Object;
use super::value::fold;
use serde_json::{Value, json};

/// Whether the user may sign in; nothing said is yes.
#[must_use]
pub fn is_active(document: &Object) -> bool {
    document.get("active") != Some(&Value::Bool(false))
}

/// What lies at a path of names: `["name", "givenName"]`, or below the URN of an extension.
#[must_use]
pub fn at<'d>(document: &'d Object, path: &[&str]) -> Option<&'d Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get(*first)?, |value, name| value.get(*name))
}

/// The text at a path.
#[must_use]
pub fn text<'d>(document: &'d Object, path: &[&str]) -> Option<&'d str> {
    at(document, path)?.as_str()
}

/// The number at a path.
#[must_use]
pub fn number(document: &Object, path: &[&str]) -> Option<i64> {
    at(document, path)?.as_i64()
}

/// The elements of the list at a path.
#[must_use]
pub fn list<'d>(document: &'d Object, path: &[&str]) -> &'d [Value] {
    at(document, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The values of a multi-valued attribute, such as the names of all roles.
pub fn values<'d>(document: &'d Object, attribute: &str) -> impl Iterator<Item = &'d str> {
    list(document, &[attribute]).iter().filter_map(|element| element.get("value")?.as_str())
}

/// The primary value of a multi-valued attribute, or else the first one.
#[must_use]
pub fn primary<'d>(document: &'d Object, attribute: &str) -> Option<&'d str> {
    let elements = list(document, &[attribute]);
    elements.get(place_of_primary(elements)?).and_then(value)
}

/// Writes the primary value of a multi-valued attribute over, or else the first one; a list without values
/// gets this element. What the old value was called goes with it, and so does another element of the new one.
pub fn set_primary(document: &mut Object, attribute: &str, new: &str, kind: &str) {
    let element = || json!({ "value": new, "type": kind, "primary": true });
    let Some(Value::Array(elements)) = document.get_mut(attribute) else {
        document.insert(attribute.to_owned(), json!([element()]));
        return;
    };
    let place = place_of_primary(elements).unwrap_or(elements.len());
    match elements.get_mut(place).and_then(Value::as_object_mut) {
        Some(parts) => {
            parts.insert("value".to_owned(), Value::from(new));
            parts.shift_remove("display");
        }
        None => elements.push(element()),
    }
    let key = fold(new);
    let mut places = 0..;
    elements.retain(|other| places.next() == Some(place) || value(other).map(fold).as_ref() != Some(&key));
}

/// Sets or removes a part of an attribute or of an extension, which goes with its last part. An empty list
/// is no value.
pub fn set(document: &mut Object, whole: &str, part: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty)) {
        let parts = document.entry(whole).or_insert_with(|| Value::Object(Object::new()));
        if let Some(parts) = parts.as_object_mut() {
            parts.insert(part.to_owned(), value);
        }
        return;
    }
    let Some(parts) = document.get_mut(whole).and_then(Value::as_object_mut) else { return };
    parts.shift_remove(part);
    if parts.is_empty() {
        document.shift_remove(whole);
    }
}

/// Where the primary one of the elements with a value stands, or else the first of them.
fn place_of_primary(elements: &[Value]) -> Option<usize> {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true)) && value(element).is_some();
    elements.iter().position(is_primary).or_else(|| elements.iter().position(|element| value(element).is_some()))
}

fn value(element: &Value) -> Option<&str> {
    element.get("value")?.as_str()
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
    fn the_primary_value_is_written_over_and_stands_once() {
        for (before, after) in [
            (json!({}), json!([{ "value": "new", "type": "work", "primary": true }])),
            (json!({ "emails": [] }), json!([{ "value": "new", "type": "work", "primary": true }])),
            (
                json!({ "emails": [{ "value": "a" }, { "value": "b", "type": "home", "display": "B", "primary": true }] }),
                json!([{ "value": "a" }, { "value": "new", "type": "home", "primary": true }]),
            ),
            (json!({ "emails": [{ "type": "x" }, { "value": "a" }] }), json!([{ "type": "x" }, { "value": "new" }])),
            (json!({ "emails": [{ "value": "a" }, { "value": "NEW", "type": "home" }] }), json!([{ "value": "new" }])),
        ] {
            let mut document = object(&before);
            set_primary(&mut document, "emails", "new", "work");
            assert_eq!(document["emails"], after, "{before}");
        }
    }

    #[test]
    fn a_part_goes_and_takes_the_empty_whole_along() {
        let mut document = Object::new();
        set(&mut document, LIFECYCLE, "sessionsLimit", Some(json!(3)));
        assert_eq!(document, object(&json!({ LIFECYCLE: { "sessionsLimit": 3 } })));
        set(&mut document, "name", "givenName", Some(json!("A")));
        set(&mut document, LIFECYCLE, "sessionsLimit", Some(json!([])));
        assert_eq!(document, object(&json!({ "name": { "givenName": "A" } })));
        set(&mut document, "nothing", "there", None);
        set(&mut document, "name", "givenName", None);
        assert_eq!(document, Object::new());
    }

    #[test]
    fn a_path_leads_into_extensions_too() {
        let document = object(&json!({ LIFECYCLE: { "sessionsLimit": 3 }, "active": false, "name": "odd" }));
        assert_eq!(number(&document, &[LIFECYCLE, "sessionsLimit"]), Some(3));
        assert_eq!(text(&document, &["name", "givenName"]), None);
        assert!(!is_active(&document) && is_active(&Object::new()));
    }
}
