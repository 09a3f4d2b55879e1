//! Any text as a filter: it is refused or it decides, and `not` decides the opposite.

#![no_main]

use libfuzzer_sys::fuzz_target;
use roster::scim::filter::{Filter, compile};
use roster::scim::schema::Registry;
use roster::scim::schema::document::{Choices, built_in};
use roster::scim::{Object, value};
use serde_json::{Value, json};
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| built_in(Choices { unique_group_names: true }));

static DOCUMENT: LazyLock<Object> = LazyLock::new(|| {
    let document = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": "bjensen",
        "displayName": "Straße",
        "name": { "familyName": "Jensen" },
        "active": true,
        "emails": [{ "value": "a@x.org", "type": "work", "primary": true }, { "value": "b@x.org" }],
        "members": [{ "value": "2", "type": "User" }],
        "meta": { "created": "2011-05-13T04:42:34Z" },
    });
    match document {
        Value::Object(document) => document,
        _ => Object::new(),
    }
});

fuzz_target!(|text: &str| {
    for kind in &REGISTRY.types {
        if let Ok(filter) = compile(kind, text) {
            let answer = filter.matches(&DOCUMENT);
            assert_ne!(Filter::Not(Box::new(filter)).matches(&DOCUMENT), answer);
        }
    }
    let folded = value::fold(text);
    assert_eq!(value::fold(&folded), folded);
});
