//! What identity providers send, one row per habit.

use super::*;

fn core(name: &str) -> String {
    format!("{}:{name}", crate::scim::urn::USER)
}

fn enterprise(name: &str) -> String {
    format!("{ENTERPRISE}:{name}")
}

/// Applies operations and says what came of it.
fn check(what: &str, document: Value, operations: &Value, expected: Value) {
    assert_eq!(patched(document, operations), Ok(expected), "{what}");
}

#[test]
fn operation_names_come_in_any_case() {
    let operations = json!([
        {"op": "Add", "path": "title", "value": "t"},
        {"OP": "REPLACE", "Path": "TITLE", "Value": "u"},
        {"op": "REMOVE", "path": "nickName"},
    ]);
    check("capitals", json!({"nickName": "n"}), &operations, json!({"title": "u"}));
}

#[test]
fn a_value_without_path_is_a_path_per_key() {
    let operations = json!([{"op": "replace", "value": {
        "displayName": "d",
        "NAME.givenName": "g",
        "name.familyName": "f",
        (enterprise("employeeNumber")): 7,
        ENTERPRISE: {"department": "d", "manager": "m"},
        "emails[type eq \"work\"].value": "w@x",
        (core("title")): "t",
        "active": "False",
    }}]);
    let expected = json!({
        "displayName": "d", "name": {"givenName": "g", "familyName": "f"}, "title": "t", "active": false,
        ENTERPRISE: {"division": "v", "employeeNumber": "7", "department": "d", "manager": {"value": "m"}},
        "emails": [{"type": "work", "value": "w@x"}],
    });
    check("keys as paths", json!({ENTERPRISE: {"division": "v", "department": "old"}}), &operations, expected);
}

#[test]
fn an_extension_by_path_is_merged_and_removed() {
    let stored = || json!({"title": "t", ENTERPRISE: {"department": "d", "division": "v"}});
    let table = [
        (
            json!({"op": "replace", "path": ENTERPRISE, "value": {"department": "n"}}),
            json!({"title": "t", ENTERPRISE: {"department": "n", "division": "v"}}),
        ),
        (
            json!({"op": "add", "path": ENTERPRISE.to_uppercase(), "value": {"department": null, "costCenter": "c"}}),
            json!({"title": "t", ENTERPRISE: {"division": "v", "costCenter": "c"}}),
        ),
        (json!({"op": "remove", "path": ENTERPRISE}), json!({"title": "t"})),
        (
            json!({"op": "remove", "path": ENTERPRISE, "value": {"department": "d"}}),
            json!({"title": "t", ENTERPRISE: {"division": "v"}}),
        ),
        (json!({"op": "replace", "path": ENTERPRISE, "value": null}), json!({"title": "t"})),
        (json!({"op": "replace", "value": {ENTERPRISE: null}}), json!({"title": "t"})),
        (
            json!({"op": "replace", "path": crate::scim::urn::USER, "value": {"title": "n"}}),
            json!({"title": "n", ENTERPRISE: {"department": "d", "division": "v"}}),
        ),
    ];
    for (operation, expected) in table {
        check(&operation.to_string(), stored(), &json!([operation]), expected);
    }
}

#[test]
fn a_value_path_that_selects_nothing_makes_the_element() {
    let table = [
        (
            "several operations fill one element",
            json!([
                {"op": "Add", "path": "addresses[type eq \"Work\"].streetAddress", "value": "1 Quay"},
                {"op": "Replace", "path": "addresses[type eq \"Work\"].locality", "value": "Linz"},
                {"op": "Add", "path": "addresses[type eq \"work\"].primary", "value": "True"},
            ]),
            json!({"addresses": [{"type": "Work", "streetAddress": "1 Quay", "locality": "Linz", "primary": true}]}),
        ),
        (
            "the label first, the value later",
            json!([
                {"op": "add", "path": "emails[type eq \"work\"].primary", "value": true},
                {"op": "add", "path": "emails[type eq \"work\"].value", "value": "w@x"},
            ]),
            json!({"emails": [{"type": "work", "primary": true, "value": "w@x"}]}),
        ),
        (
            "terms joined by and",
            json!([{"op": "replace", "path": "emails[type eq \"work\" and primary eq \"True\"].value", "value": "W@X"}]),
            json!({"emails": [{"type": "work", "primary": true, "value": "W@X"}]}),
        ),
        (
            "the text as it was written",
            json!([{"op": "add", "path": "roles[value eq \"Ämter\"].display", "value": "d"}]),
            json!({"roles": [{"value": "Ämter", "display": "d"}]}),
        ),
        (
            "a whole element",
            json!([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"value": "w@x"}}]),
            json!({"emails": [{"type": "work", "value": "w@x"}]}),
        ),
        (
            "a text for one",
            json!([{"op": "add", "path": "emails[type eq \"work\"]", "value": "w@x"}]),
            json!({"emails": [{"type": "work", "value": "w@x"}]}),
        ),
        (
            "a primary role, part by part",
            json!([
                {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "D"},
                {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "V"},
                {"op": "Replace", "path": "roles[primary eq \"True\"].type", "value": "T"},
                {"op": "Replace", "path": "roles[primary eq true].value", "value": "W"},
            ]),
            json!({"roles": [{"primary": true, "display": "D", "value": "W", "type": "T"}]}),
        ),
        (
            "nothing but a label",
            json!([{"op": "add", "path": "emails[type eq \"work\"].primary", "value": true}]),
            json!({}),
        ),
        ("nothing at all", json!([{"op": "add", "path": "emails[type eq \"work\"].value", "value": ""}]), json!({})),
    ];
    for (what, operations, expected) in table {
        check(what, json!({}), &operations, expected);
    }
}

#[test]
fn a_made_element_leaves_the_others_alone_and_takes_the_mark() {
    let operations = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "w@x"},
        {"op": "replace", "path": "emails[type eq \"work\"].primary", "value": "true"},
    ]);
    let expected = json!({"emails": [
        {"value": "h@x", "type": "home", "primary": false},
        {"type": "work", "value": "w@x", "primary": true},
    ]});
    check("the other mail stays", json!({"emails": [home()]}), &operations, expected.clone());
    let by_term = json!([{"op": "add", "path": "emails[type eq \"work\" and primary eq true].value", "value": "w@x"}]);
    check("the mark as a term", json!({"emails": [home()]}), &by_term, expected);
}

#[test]
fn values_take_the_shape_of_the_attribute() {
    let table = [
        ("text for a boolean", "active", json!("False"), json!({"active": false})),
        ("a number for text", "externalId", json!(7), json!({"externalId": "7"})),
        (
            "one object for a list",
            "emails",
            json!({"value": "a", "primary": "TRUE"}),
            json!({"emails": [{"value": "a", "primary": true}]}),
        ),
        ("bare values in a list", "emails", json!(["a", "b"]), json!({"emails": [{"value": "a"}, {"value": "b"}]})),
        ("a list of one", "title", json!(["t"]), json!({"title": "t"})),
        ("a wrapped list", "emails", json!({"emails": [{"value": "a"}]}), json!({"emails": [{"value": "a"}]})),
        (
            "two primaries",
            "emails",
            json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]),
            json!({"emails": [{"value": "a", "primary": false}, {"value": "b", "primary": true}]}),
        ),
        (
            "labels without values",
            "addresses",
            json!([{"type": "work"}, {"type": "home", "country": "AT"}]),
            json!({"addresses": [{"type": "home", "country": "AT"}]}),
        ),
        ("JSON text in a role", "roles", json!([{"value": "{\"id\":1}"}]), json!({"roles": [{"value": "{\"id\":1}"}]})),
        ("a random word for a link", "profileUrl", json!("ABC"), json!({"profileUrl": "ABC"})),
    ];
    for (what, path, value, expected) in table {
        for op in ["add", "replace"] {
            check(what, json!({}), &json!([{"op": op, "path": path, "value": value.clone()}]), expected.clone());
        }
    }
}

#[test]
fn a_manager_is_set_and_cleared_in_every_shape() {
    let manager = |manager: Value| json!({"title": "t", ENTERPRISE: {"manager": manager}});
    let gone = json!({"title": "t"});
    let table = [
        (json!("2"), manager(json!({"value": "2"}))),
        (json!(["2"]), manager(json!({"value": "2"}))),
        (json!([{"value": "2"}]), manager(json!({"value": "2"}))),
        (json!({"value": "2", "displayName": "Ann"}), manager(json!({"value": "2"}))),
        (json!({"value": "1", "$ref": "s"}), manager(json!({"value": "1", "$ref": "s"}))),
        (json!({"$ref": "s"}), manager(json!({"value": "1", "$ref": "s"}))),
        (json!({"value": ""}), gone.clone()),
        (json!({"value": null, "$ref": null}), gone.clone()),
        (json!(""), gone.clone()),
        (json!(null), gone.clone()),
        (json!([]), gone),
        (json!({"displayName": "Ann"}), manager(json!({"value": "1", "$ref": "r"}))),
    ];
    for (value, expected) in table {
        for op in ["Add", "Replace"] {
            for path in [enterprise("manager"), format!("{ENTERPRISE}.manager"), "manager".to_owned()] {
                let operation = json!([{"op": op, "path": path, "value": value.clone()}]);
                check(
                    &operation.to_string(),
                    manager(json!({"value": "1", "$ref": "r"})),
                    &operation,
                    expected.clone(),
                );
            }
        }
    }
    let by_part = json!([{"op": "replace", "path": enterprise("manager.value"), "value": "2"}]);
    check("by its value", manager(json!({"value": "1", "$ref": "r"})), &by_part, manager(json!({"value": "2"})));
}

#[test]
fn an_attribute_is_cleared_in_every_way() {
    let stored = || json!({"title": "t", "emails": [work(), home()]});
    let table = [
        (json!({"op": "Replace", "path": "title", "value": ""}), json!({"emails": [work(), home()]})),
        (json!({"op": "Replace", "path": "title", "value": null}), json!({"emails": [work(), home()]})),
        (json!({"op": "Add", "path": "title", "value": ""}), json!({"emails": [work(), home()]})),
        (json!({"op": "Remove", "path": "title", "value": "whatever"}), json!({"emails": [work(), home()]})),
        (json!({"op": "replace", "value": {"title": null, "emails": null}}), json!({})),
        (json!({"op": "remove", "path": "emails", "value": null}), json!({"title": "t"})),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": ""}),
            json!({"title": "t", "emails": [home()]}),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": null}),
            json!({"title": "t", "emails": [home()]}),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "W@X"}]}),
            json!({"title": "t", "emails": [home()]}),
        ),
        (json!({"op": "remove", "path": "emails", "value": {"value": "w@x", "type": "home"}}), stored()),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "h@x", "type": "Home", "primary": false}]}),
            json!({"title": "t", "emails": [work()]}),
        ),
        (json!({"op": "remove", "path": "emails", "value": [{"type": "home", "display": "x"}]}), stored()),
        (json!({"op": "remove", "path": "emails", "value": []}), stored()),
        (json!({"op": "remove", "value": {"emails": [{"value": "w@x"}]}}), json!({"title": "t", "emails": [home()]})),
        (json!({"op": "remove", "value": {"title": null}}), json!({"emails": [work(), home()]})),
    ];
    for (operation, expected) in table {
        check(&operation.to_string(), stored(), &json!([operation]), expected);
    }
}

#[test]
fn sloppy_envelopes_are_read() {
    let table = [
        json!({"operations": [{"op": "replace", "path": "title", "value": "t"}]}),
        json!({"schemas": [], "Operations": [{"op": "replace", "path": null, "value": {"title": "t"}}]}),
        json!({"OPERATIONS": [{"op": "replace", "path": " ", "value": {"title": "t"}}]}),
        json!({"Operations": [{"op": "replace", "path": " title ", "value": "t"}]}),
    ];
    for body in table {
        let patch = parse(&kind("User"), &body).unwrap();
        let mut document = Object::new();
        apply(&kind("User"), &patch.edits, &mut document).unwrap();
        assert_eq!(Value::Object(document), json!({"title": "t"}), "{body}");
    }
    let nothing = parse(&kind("User"), &json!({"Operations": []})).unwrap();
    assert_eq!(nothing, Patch { used: nothing.used, ..Patch::default() });
}

#[test]
fn echoes_in_a_value_without_path_are_passed_over() {
    let operations = json!([{"op": "replace", "value": {
        "id": "42", "schemas": ["x"], "meta": {"version": "1"}, "groups": [{"value": "g"}],
        (enterprise("manager.displayName")): "Ann", "title": "t", "nosuch": 1, "name": {"nosuch": 2},
    }}]);
    let patch = parse(&kind("User"), &body(&operations)).unwrap();
    assert_eq!(patch.id.as_deref(), Some("42"));
    assert_eq!(patch.edits.len(), 1);
    assert_eq!(patch.unknown, ["nosuch", "name.nosuch"]);
    check("only the title", json!({}), &operations, json!({"title": "t"}));
}

#[test]
fn two_ids_in_one_request_contradict_each_other() {
    let operations = json!([{"op": "replace", "value": {"id": "1"}}, {"op": "replace", "value": {"id": "2"}}]);
    let error = parse(&kind("User"), &body(&operations)).unwrap_err();
    assert_eq!(error.scim_type, ScimType::Mutability);
    let same = json!([{"op": "replace", "value": {"ID": "1"}}, {"op": "add", "value": {"id": "1"}}]);
    assert_eq!(parse(&kind("User"), &body(&same)).unwrap().id.as_deref(), Some("1"));
}

#[test]
fn the_password_comes_out_beside_the_edits() {
    let set = |text: &str| PasswordEdit::Set(text.to_owned());
    let table = [
        (json!([{"op": "replace", "value": {"password": "correct horse"}}]), Some(set("correct horse"))),
        (json!([{"op": "replace", "path": "password", "value": "correct horse"}]), Some(set("correct horse"))),
        (json!([{"op": "remove", "path": "password"}]), Some(PasswordEdit::Remove)),
        (json!([{"op": "replace", "path": "password", "value": null}]), Some(PasswordEdit::Remove)),
        (
            json!([{"op": "remove", "path": "password"}, {"op": "add", "path": "password", "value": "battery staple"}]),
            Some(set("battery staple")),
        ),
        (json!([{"op": "remove", "path": "title"}]), None),
    ];
    for (operations, expected) in table {
        let patch = parse(&kind("User"), &body(&operations)).unwrap();
        assert_eq!(patch.password, expected, "{operations}");
        assert!(patch.edits.iter().all(|edit| edit.target.attribute.name == "title"));
    }
}
