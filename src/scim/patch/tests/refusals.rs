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

#[test]
fn what_costs_too_much_is_refused_before_it_is_spent() {
    let emails = |count: usize, text: &str| -> Vec<Value> {
        (0..count).map(|n| json!({"value": format!("{n}{text}"), "type": "work", "display": text})).collect()
    };
    let patch = |emails: Vec<Value>, operation: Value, count: usize| {
        let mut document = object(json!({"userName": "u", "emails": emails}));
        let edits = parse(&kind("User"), &json!({"Operations": vec![operation; count]})).unwrap().edits;
        apply(&kind("User"), &edits, &mut document)
    };
    let one = |path: &str| json!({"op": "replace", "path": path, "value": "d"});
    let by_parts: Vec<Value> = (0..9000).map(|n| json!({"display": n.to_string()})).collect();
    let gathering = |number: usize| -> Vec<Value> { (0..6000).map(|n| json!(format!("{number}.{n}"))).collect() };
    let table = [
        ("ordinary work", emails(100, "@x.org"), one("emails[type eq \"work\"].display"), 1000, false),
        ("a full list", emails(1000, "@x.org"), one("emails[value eq \"7@x.org\"].display"), 1000, false),
        ("long texts", emails(1000, &"é".repeat(200)), one("emails[value co \"zé\" or type pr].display"), 10, true),
        (
            "removal part by part",
            emails(1000, "@x.org"),
            json!({"op": "remove", "path": "emails", "value": by_parts}),
            1,
            true,
        ),
        (
            "removal value by value",
            emails(1000, "@x.org"),
            json!({"op": "remove", "path": "emails", "value": emails(1000, "")}),
            1,
            false,
        ),
        ("a gathering", emails(5000, "@x.org"), json!({"op": "add", "path": "emails", "value": gathering(1)}), 1, true),
    ];
    for (what, emails, operation, count, refused) in table {
        match patch(emails, operation, count) {
            Ok(_) => assert!(!refused, "{what}"),
            Err(error) => {
                assert!(refused && error.too_large && error.detail.starts_with("operation "), "{what}: {error}");
            }
        }
    }
}

#[test]
fn one_request_brings_a_bounded_text() {
    let key = |n: usize| format!("emails[value eq \"{n}{}\"].type", "x".repeat(900));
    let many: Object = (0..2000).map(|n| (key(n), json!("work"))).collect();
    let long = "ﷺ".repeat(100_000);
    let table = [
        json!({"op": "replace", "value": many}),
        json!({"op": "replace", "path": "title", "value": long}),
        json!({"op": "add", "path": "emails", "value": vec![json!({"value": "é".repeat(1000)}); 600]}),
    ];
    for operation in table {
        assert!(parse(&kind("User"), &json!({"Operations": [operation]})).unwrap_err().too_large);
    }
}
