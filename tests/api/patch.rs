//! PATCH on users (RFC 7644 §3.5.2): what each operation does, what is refused, and that a refused
//! request leaves no trace.

use crate::pattern;
use crate::server::{Api, NOBODY, both};
use serde_json::{Value, json};

both! {
    operations_do_what_they_say,
    refused_operations_name_their_kind,
    a_refused_request_leaves_no_trace,
    operations_see_what_earlier_ones_did,
    nothing_changed_means_no_new_version,
    odd_envelopes_are_understood,
    a_new_name_must_be_free,
    many_operations_are_bounded,
}

fn start() -> Value {
    json!({
        "userName": "pat", "title": "Clerk", "active": true, "nickName": "P",
        "name": { "givenName": "Pat", "familyName": "Moss" },
        "emails": [
            { "value": "pat@work.example", "type": "work", "primary": true },
            { "value": "pat@home.example", "type": "home" }
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Mail", "manager": { "value": "m1" } }
    })
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The pattern asks of an answer after these operations on a fresh copy of the user.
async fn operations_do_what_they_say(api: Api) {
    let department = format!("{ENTERPRISE}:department");
    let manager = format!("{ENTERPRISE}:manager");
    let table = [
        (json!([{ "op": "replace", "path": "title", "value": "Chief" }]), json!({ "title": "Chief", "nickName": "P" })),
        (json!([{ "op": "Add", "path": "TITLE", "value": "Chief" }]), json!({ "title": "Chief" })),
        (json!([{ "op": "REMOVE", "path": "title" }]), json!({ "title": null })),
        (json!([{ "op": "replace", "path": "title", "value": "" }]), json!({ "title": null })),
        (json!([{ "op": "replace", "path": "title", "value": null }]), json!({ "title": null })),
        (json!([{ "op": "remove", "path": "title", "value": "Clerk" }]), json!({ "title": null })),
        (json!([{ "op": "replace", "path": "active", "value": "False" }]), json!({ "active": false })),
        (
            json!([{ "op": "replace", "value": { "active": false, "title": "Off" } }]),
            json!({ "active": false, "title": "Off" }),
        ),
        (
            json!([{ "op": "replace", "path": "name", "value": { "givenName": "Pam" } }]),
            json!({ "name": { "givenName": "Pam", "familyName": "Moss" } }),
        ),
        (
            json!([{ "op": "remove", "path": "name.familyName" }]),
            json!({ "name": { "familyName": null, "givenName": "Pat" } }),
        ),
        (json!([{ "op": "remove", "path": "name" }]), json!({ "name": null })),
        (
            json!([{ "op": "replace", "value": { "name.givenName": "Pim", (department.clone()): "Post" } }]),
            json!({ "name": { "givenName": "Pim", "familyName": "Moss" }, ENTERPRISE: { "department": "Post" } }),
        ),
        (
            json!([{ "op": "add", "path": "emails", "value": [{ "value": "new@x.example", "type": "other" }] }]),
            json!({ "emails": { "$length": 3 } }),
        ),
        (
            json!([{ "op": "add", "path": "emails", "value": { "value": "p@third.example", "type": "work", "primary": true } }]),
            json!({ "emails": { "$only": [{ "primary": true, "value": "p@third.example" }, { "primary": { "$not": true } }, {}] } }),
        ),
        (
            json!([{ "op": "replace", "path": "emails", "value": [{ "value": "one@x.example" }] }]),
            json!({ "emails": { "$only": [{ "value": "one@x.example" }] } }),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "w@x.example" }]),
            json!({ "emails": { "$only": [{ "value": "w@x.example", "primary": true }, { "value": "pat@home.example" }] } }),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "display": "H" } }]),
            json!({ "emails": [{ "value": "pat@home.example", "type": "home", "display": "H" }] }),
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]),
            json!({ "emails": { "$only": [{ "type": "work" }] } }),
        ),
        (json!([{ "op": "remove", "path": "emails[value co \"example\"]" }]), json!({ "emails": null })),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555 0100" }]),
            json!({ "phoneNumbers": { "$only": [{ "type": "mobile", "value": "+1 555 0100" }] } }),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"other\"].value", "value": "o@x.example" }]),
            json!({ "emails": { "$length": 3, "$none": { "type": "other", "value": null } } }),
        ),
        (
            json!([
                { "op": "add", "path": "addresses[type eq \"work\"].locality", "value": "Ghent" },
                { "op": "add", "path": "addresses[type eq \"work\"].country", "value": "BE" }
            ]),
            json!({ "addresses": { "$only": [{ "type": "work", "locality": "Ghent", "country": "BE" }] } }),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"home\"].primary", "value": "True" }]),
            json!({ "emails": { "$only": [{ "type": "home", "primary": true }, { "type": "work", "primary": { "$not": true } }] } }),
        ),
        (
            json!([{ "op": "replace", "path": (department), "value": "Post" }]),
            json!({ ENTERPRISE: { "department": "Post", "manager": { "value": "m1" } } }),
        ),
        (
            json!([{ "op": "replace", "path": manager, "value": "m2" }]),
            json!({ ENTERPRISE: { "manager": { "value": "m2" } } }),
        ),
        (
            json!([{ "op": "replace", "path": format!("{manager}.value"), "value": "m3" }]),
            json!({ ENTERPRISE: { "manager": { "value": "m3" } } }),
        ),
        (
            json!([{ "op": "replace", "path": manager, "value": { "value": "" } }]),
            json!({ ENTERPRISE: { "manager": null, "department": "Mail" } }),
        ),
        (json!([{ "op": "remove", "path": ENTERPRISE }]), json!({ ENTERPRISE: null, "schemas": { "$length": 1 } })),
        (
            json!([{ "op": "add", "value": { ENTERPRISE: { "division": "East" } } }]),
            json!({ ENTERPRISE: { "division": "East", "department": "Mail" } }),
        ),
        (
            json!([{ "op": "add", "path": "roles", "value": [{ "value": "{\"id\":\"7\"}", "primary": "True" }] }]),
            json!({ "roles": { "$only": [{ "value": "{\"id\":\"7\"}", "primary": true }] } }),
        ),
        (
            json!([{ "op": "replace", "value": { "id": null, "schemas": [], "groups": [], "title": "Kept" } }]),
            json!({ "title": "Kept" }),
        ),
    ];
    for (number, (operations, wanted)) in table.into_iter().enumerate() {
        let mut body = start();
        body["userName"] = json!(format!("pat{number}"));
        let id = api.post("/Users", &body).send().await.is(201).id();
        let path = format!("/Users/{id}");
        let patched = api.patch(&path, &operations).send().await.is(200);
        if let Err(failure) = pattern::check(&wanted, Some(&patched.json), "") {
            panic!("{operations}: {failure}\n{}", patched.text);
        }
        assert_eq!(patched.json["meta"]["version"], "W/\"2\"", "{operations}");
        assert_eq!(api.get(&path).send().await.is(200).json, patched.json, "{operations}");
    }
}

async fn refused_operations_name_their_kind(api: Api) {
    let id = api.post("/Users", &start()).send().await.is(201).id();
    let path = format!("/Users/{id}");
    let before = api.get(&path).send().await.json;
    let table = [
        (json!({ "op": "move", "path": "title", "value": "x" }), "invalidSyntax"),
        (json!({ "path": "title", "value": "x" }), "invalidSyntax"),
        (json!({ "op": 1, "path": "title", "value": "x" }), "invalidSyntax"),
        (json!({ "op": "replace", "path": 7, "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "nothingLikeIt", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "urn:example:no:User:title", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "/title", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq", "value": "x" }), "invalidFilter"),
        (json!({ "op": "replace", "path": "emails[shape eq \"x\"]", "value": {} }), "invalidFilter"),
        (json!({ "op": "replace", "path": "emails[", "value": "x" }), "invalidFilter"),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "remove", "path": "id" }), "mutability"),
        (json!({ "op": "replace", "path": "meta.created", "value": "2020-01-01T00:00:00Z" }), "mutability"),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "g" }] }), "mutability"),
        (json!({ "op": "replace", "value": { "id": "another" } }), "mutability"),
        (json!({ "op": "replace", "path": "active", "value": "maybe" }), "invalidValue"),
        (json!({ "op": "replace", "path": "title", "value": { "a": 1 } }), "invalidValue"),
        (json!({ "op": "replace", "path": "title", "value": ["a", "b"] }), "invalidValue"),
        (json!({ "op": "replace", "path": "password", "value": "short" }), "invalidValue"),
        (json!({ "op": "replace", "path": "emails[type eq \"x\" or type eq \"y\"].value", "value": "v" }), "noTarget"),
    ];
    for (operation, kind) in table {
        let answer = api.patch(&path, &json!([operation])).send().await;
        let detail = answer.refused(400, kind);
        assert!(detail.len() > 20, "{operation}: {detail}");
        assert_eq!(api.get(&path).send().await.json, before, "{operation}");
    }
    for operation in
        [json!({ "op": "remove", "path": "userName" }), json!({ "op": "replace", "path": "userName", "value": "" })]
    {
        let answer = api.patch(&path, &json!([operation])).send().await.is(400);
        assert!(matches!(answer.json["scimType"].as_str(), Some("invalidValue" | "mutability")), "{operation}");
    }
}

async fn a_refused_request_leaves_no_trace(api: Api) {
    let id = api.post("/Users", &start()).send().await.is(201).id();
    let other = api.user("other").await;
    let group = api.group("Before", &[&other]).await;
    let path = format!("/Users/{id}");
    let before = api.get(&path).send().await.json;
    let operations = json!([
        { "op": "replace", "path": "title", "value": "Changed" },
        { "op": "add", "path": "emails[type eq \"x\"].value", "value": "x@x.example" },
        { "op": "replace", "path": "userName", "value": "OTHER" }
    ]);
    api.patch(&path, &operations).send().await.refused(409, "uniqueness");
    assert_eq!(api.get(&path).send().await.json, before);
    let group_path = format!("/Groups/{group}");
    let before = api.get(&group_path).send().await.json;
    let operations = json!([
        { "op": "add", "path": "members", "value": [{ "value": id }] },
        { "op": "replace", "path": "displayName", "value": "After" },
        { "op": "add", "path": "members", "value": [{ "value": NOBODY }] }
    ]);
    api.patch(&group_path, &operations).send().await.refused(400, "invalidValue");
    assert_eq!(api.get(&group_path).send().await.json, before);
}

async fn operations_see_what_earlier_ones_did(api: Api) {
    let id = api.post("/Users", &start()).send().await.is(201).id();
    let operations = json!([
        { "op": "remove", "path": "emails" },
        { "op": "add", "path": "emails", "value": [{ "value": "a@x.example", "type": "a" }] },
        { "op": "replace", "path": "emails[type eq \"a\"].type", "value": "b" },
        { "op": "add", "path": "emails[type eq \"b\"].display", "value": "B" }
    ]);
    let patched = api.patch(&format!("/Users/{id}"), &operations).send().await.is(200);
    assert_eq!(patched.json["emails"], json!([{ "value": "a@x.example", "type": "b", "display": "B" }]));
}

async fn nothing_changed_means_no_new_version(api: Api) {
    let created = api.post("/Users", &start()).send().await.is(201);
    let path = format!("/Users/{}", created.id());
    api.clock.advance(60_000_000);
    for operations in [
        json!([]),
        json!([{ "op": "replace", "path": "title", "value": "Clerk" }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "pat@home.example", "type": "home" }] }]),
        json!([{ "op": "remove", "path": "phoneNumbers" }]),
        json!([{ "op": "remove", "path": "emails[type eq \"nowhere\"]" }]),
        json!([{ "op": "replace", "value": { "active": true } }]),
        json!([{ "op": "replace", "path": "title", "value": "X" }, { "op": "replace", "path": "title", "value": "Clerk" }]),
    ] {
        let patched = api.patch(&path, &operations).send().await.is(200);
        assert_eq!(patched.json, created.json, "{operations}");
    }
}

async fn odd_envelopes_are_understood(api: Api) {
    let created = api.post("/Users", &start()).send().await.is(201);
    let path = format!("/Users/{}", created.id());
    let operation = |title: &str| json!({ "op": "replace", "path": "title", "value": title });
    let wholes = [
        json!({ "operations": [operation("A")] }),
        json!({ "schemas": [], "Operations": [operation("B")] }),
        json!({ "Operations": [{ "op": "replace", "path": null, "value": { "title": "C" } }] }),
        json!({ "Operations": [{ "Op": "replace", "Path": "", "Value": { "title": "D" } }] }),
    ];
    for (body, title) in wholes.into_iter().zip(["A", "B", "C", "D"]) {
        let patched = api.call("PATCH", &path).json(&body).send().await.is(200);
        assert_eq!(patched.json["title"], title, "{body}");
    }
    for body in [
        json!([]),
        json!([operation("E")]),
        json!({}),
        json!({ "Operations": "x" }),
        json!({ "Operations": [7] }),
        json!(1),
    ] {
        api.call("PATCH", &path).json(&body).send().await.refused(400, "invalidSyntax");
    }
}

async fn a_new_name_must_be_free(api: Api) {
    let id = api.post("/Users", &start()).send().await.is(201).id();
    api.user("taken").await;
    let path = format!("/Users/{id}");
    for name in ["taken", "TAKEN"] {
        let rename = json!([{ "op": "replace", "path": "userName", "value": name }]);
        api.patch(&path, &rename).send().await.refused(409, "uniqueness");
    }
    let rename = json!([{ "op": "replace", "value": { "userName": "PAT" } }]);
    assert_eq!(api.patch(&path, &rename).send().await.is(200).json["userName"], "PAT");
}

async fn many_operations_are_bounded(api: Api) {
    let id = api.post("/Users", &start()).send().await.is(201).id();
    let path = format!("/Users/{id}");
    let operations: Vec<Value> =
        (0..1000).map(|n| json!({ "op": "replace", "path": "title", "value": n.to_string() })).collect();
    assert_eq!(api.patch(&path, &json!(operations)).send().await.is(200).json["title"], "999");
    let more: Vec<Value> = std::iter::repeat_n(operations[0].clone(), 1001).collect();
    api.patch(&path, &json!(more)).send().await.is(413);
    let path_text = format!("emails[value eq \"{}\"]", "x".repeat(1100));
    api.patch(&path, &json!([{ "op": "remove", "path": path_text }])).send().await.refused(400, "invalidPath");
}
