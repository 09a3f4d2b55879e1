//! Any bytes as the body of a PATCH: refused, or applied to a user and a group without a crash.

#![no_main]

use libfuzzer_sys::fuzz_target;
use roster::scim::schema::Registry;
use roster::scim::schema::document::{Choices, built_in};
use roster::scim::tolerance::Profile;
use roster::scim::{Object, json, patch};
use serde_json::{Value, json};
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| built_in(Choices { unique_group_names: true }));

static DOCUMENT: LazyLock<Object> = LazyLock::new(|| {
    let document = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": "bjensen",
        "displayName": "Babs",
        "name": { "familyName": "Jensen" },
        "emails": [{ "value": "a@x.org", "type": "work", "primary": true }, { "value": "b@x.org" }],
    });
    match document {
        Value::Object(document) => document,
        _ => Object::new(),
    }
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = json::parse(bytes) else { return };
    for kind in &REGISTRY.types {
        let Ok(parsed) = patch::parse(kind, &body, &Profile::default()) else { continue };
        let mut document = DOCUMENT.clone();
        let _ = patch::apply(kind, &parsed.edits, &mut document);
    }
});
