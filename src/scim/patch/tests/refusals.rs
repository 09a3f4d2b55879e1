//! What a PATCH may not ask for: which error, and that it names the operation and the attribute.

use super::*;

fn refused(document: Value, operations: &Value) -> Error {
    match patched(document, operations) {
        Ok(document) => panic!("{operations} was accepted and made {document}"),
        Err(error) => error,
    }
}

#[test]
fn parse_refuses_what_is_no_patch() {
    let many: Vec<Value> = (0..1001).map(|_| json!({"op": "remove", "path": "title"})).collect();
    let table = [
        json!([]),
        json!({}),
        json!("x"),
        json!({"Operations": null}),
        json!({"Operations": {"op": "remove", "path": "title"}}),
        json!({"Operations": ["remove"]}),
        json!({"Operations": [{"path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": null, "path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": 1, "path": "title", "value": "t"}]}),
        json!({"Operations": [{"op": "merge", "path": "title", "value": "t"}]}),
        json!([{"op": "replace", "path": "/title", "value": "t"}]),
    ];
    for body in table {
        let error = parse(&kind("User"), &body).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidSyntax, "{body}: {error}");
    }
    let error = parse(&kind("User"), &json!({"Operations": many})).unwrap_err();
    assert!(error.too_large, "{error}");
}

#[test]
fn refusals_name_the_operation_the_attribute_and_the_rule() {
    use ScimType::{InvalidPath, InvalidValue, Mutability, NoTarget};
    let many: Vec<Value> = (0..10_001).map(|n| json!({"value": n})).collect();
    let table = [
        (json!({"op": "remove"}), NoTarget, "path"),
        (json!({"op": "remove", "value": "x"}), NoTarget, "path"),
        (json!({"op": "remove", "value": {}}), NoTarget, "path"),
        (json!({"op": "add", "path": 5, "value": "x"}), InvalidPath, "path"),
        (json!({"op": "add", "path": ["title"], "value": "x"}), InvalidPath, "path"),
        (json!({"op": "add", "path": "/title", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "nosuch", "value": "x"}), InvalidPath, "nosuch"),
        (json!({"op": "add", "path": "__proto__.x", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "emails[0].value", "value": "x"}), ScimType::InvalidFilter, ""),
        (json!({"op": "add", "path": "a".repeat(1025), "value": "x"}), InvalidPath, "1024"),
        (json!({"op": "add", "path": "urn:x:nosuch:title", "value": "x"}), InvalidPath, ""),
        (json!({"op": "add", "path": "title"}), InvalidValue, "value"),
        (json!({"op": "replace", "path": "title"}), InvalidValue, "value"),
        (json!({"op": "replace"}), InvalidValue, "value"),
        (json!({"op": "replace", "value": "x"}), InvalidValue, "value"),
        (json!({"op": "replace", "value": null}), InvalidValue, "value"),
        (json!({"op": "replace", "path": "active", "value": "maybe"}), InvalidValue, "active"),
        (json!({"op": "replace", "path": "title", "value": {"a": 1}}), InvalidValue, "title"),
        (json!({"op": "replace", "path": "name", "value": "Ann"}), InvalidValue, "name"),
        (json!({"op": "replace", "path": ENTERPRISE, "value": "x"}), InvalidValue, ENTERPRISE),
        (json!({"op": "replace", "path": "userName", "value": ""}), InvalidValue, "userName"),
        (json!({"op": "replace", "value": {"userName": null}}), InvalidValue, "userName"),
        (json!({"op": "replace", "path": "id", "value": "1"}), Mutability, "id"),
        (json!({"op": "remove", "path": "id"}), Mutability, "id"),
        (json!({"op": "replace", "path": "schemas", "value": []}), Mutability, "schemas"),
        (json!({"op": "replace", "path": "meta.version", "value": "1"}), Mutability, "meta.version"),
        (json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}), Mutability, "groups"),
        (json!({"op": "add", "path": "groups[value eq \"g\"]", "value": {"value": "h"}}), Mutability, "groups"),
        (
            json!({"op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x"}),
            Mutability,
            "manager.displayName",
        ),
        (json!({"op": "replace", "path": "password", "value": "short"}), InvalidValue, "password"),
        (json!({"op": "replace", "path": "emails[type ne \"home\"].value", "value": "x"}), NoTarget, "emails"),
        (
            json!({"op": "add", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "x"}),
            NoTarget,
            "emails",
        ),
        (json!({"op": "add", "path": "emails[not (type eq \"a\")].value", "value": "x"}), NoTarget, "emails"),
    ];
    for (operation, scim_type, word) in table {
        let error = refused(json!({}), &json!([{"op": "add", "path": "title", "value": "t"}, operation]));
        assert_eq!(error.scim_type, scim_type, "{operation}: {error}");
        assert!(error.detail.starts_with("operation 2: "), "{error}");
        assert!(error.detail.contains(word), "{error} should name {word}");
    }
    let error = refused(json!({}), &json!([{"op": "add", "path": "emails", "value": many}]));
    assert!(error.too_large, "{error}");
}
