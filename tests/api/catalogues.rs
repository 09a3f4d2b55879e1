//! Catalogues in the admin API: every operation, every refusal, and what keeps an entry.

use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    entries_are_made_read_changed_and_deleted,
    ids_are_chosen_or_the_next_ones,
    every_catalogue_is_one_of_its_own,
    a_tenant_is_named_or_that_of_the_token,
    what_is_taken_is_409_and_says_which,
    what_breaks_a_rule_is_400_with_the_field,
    what_does_not_exist_is_404,
    an_entry_that_users_refer_to_stays,
    a_role_that_users_refer_to_keeps_its_name_but_not_its_spelling,
    a_locale_is_referred_to_in_both_spellings,
    an_entry_that_a_pending_invitation_promises_stays,
    the_document_names_every_catalogue,
}

const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
const ADEPTIA: &str = "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";
const ALL: [&str; 7] = ["roles", "branches", "lead-roles", "subscriptions", "companies", "plans", "locales"];

async fn add(api: &Api, catalogue: &str, body: Value) -> i64 {
    let made = api.admin("POST", &format!("/{catalogue}")).json(&body).send().await.is(201);
    made.json["id"].as_i64().unwrap()
}

async fn entries(api: &Api, path: &str) -> Vec<(i64, String)> {
    let list = api.admin("GET", path).send().await.is(200);
    let entries = list.json["entries"].as_array().unwrap();
    entries.iter().map(|entry| (entry["id"].as_i64().unwrap(), entry["name"].as_str().unwrap().to_owned())).collect()
}

async fn entries_are_made_read_changed_and_deleted(api: Api) {
    let body = json!({ "name": "Sales Agent", "default": true });
    let made = api.admin("POST", "/roles").json(&body).send().await.is(201);
    assert_eq!(made.header("location"), Some("https://roster.example/admin/v1/roles/1"));
    assert_eq!(made.json, json!({ "id": 1, "name": "Sales Agent", "default": true }));
    assert_eq!(api.admin("GET", "/roles/1").send().await.is(200).json, made.json);
    let list = api.admin("GET", "/roles").send().await.is(200);
    assert_eq!(list.json, json!({ "entries": [made.json] }));

    let change = |body: Value| api.admin("PATCH", "/roles/1").json(&body);
    assert_eq!(change(json!({ "default": false })).send().await.is(200).json["default"], false);
    assert_eq!(change(json!({ "name": "Agent" })).send().await.is(200).json["name"], "Agent");
    let same = change(json!({})).send().await.is(200);
    assert_eq!(same.json, json!({ "id": 1, "name": "Agent", "default": false }));

    api.admin("DELETE", "/roles/1").send().await.is(204);
    api.admin("GET", "/roles/1").send().await.problem(404, None);
    let branch = api.admin("POST", "/branches").json(&json!({ "name": "Main" })).send().await.is(201);
    assert_eq!(branch.json, json!({ "id": 1, "name": "Main" }), "only roles are given by default");
}

async fn ids_are_chosen_or_the_next_ones(api: Api) {
    assert_eq!(add(&api, "branches", json!({ "name": "a" })).await, 1);
    assert_eq!(add(&api, "branches", json!({ "id": 11_568_264_901_750_i64, "name": "b" })).await, 11_568_264_901_750);
    assert_eq!(add(&api, "branches", json!({ "name": "c" })).await, 11_568_264_901_751);
    assert_eq!(add(&api, "branches", json!({ "id": 2, "name": "d" })).await, 2);
    let names: Vec<_> = entries(&api, "/branches").await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["a", "d", "b", "c"], "by id");
    add(&api, "plans", json!({ "id": 9_007_199_254_740_991_i64, "name": "last" })).await;
    api.admin("POST", "/plans").json(&json!({ "name": "after" })).send().await.problem(400, Some("id"));
    assert_eq!(entries(&api, "/plans").await.len(), 1);
}

async fn every_catalogue_is_one_of_its_own(api: Api) {
    for (number, catalogue) in ALL.iter().enumerate() {
        assert_eq!(add(&api, catalogue, json!({ "name": "same" })).await, 1, "{catalogue}");
        let id = i64::try_from(number).unwrap() + 10;
        assert_eq!(add(&api, catalogue, json!({ "id": id, "name": "other" })).await, id, "{catalogue}");
    }
    for catalogue in ALL {
        api.admin("DELETE", &format!("/{catalogue}/1")).send().await.is(204);
        assert_eq!(entries(&api, &format!("/{catalogue}")).await.len(), 1, "{catalogue}");
    }
}

async fn a_tenant_is_named_or_that_of_the_token(api: Api) {
    api.tenant("acme").await;
    let made = api.admin("POST", "/plans?tenant=acme").json(&json!({ "name": "Demo" })).send().await.is(201);
    let location = made.header("location").unwrap();
    assert_eq!(location, "https://roster.example/admin/v1/plans/1?tenant=acme");
    assert_eq!(entries(&api, "/plans").await, []);
    assert_eq!(entries(&api, "/plans?tenant=default").await, []);
    assert_eq!(entries(&api, "/plans?tenant=acme").await, [(1, "Demo".to_owned())]);
    let change = json!({ "name": "Trial" });
    assert_eq!(api.admin("PATCH", "/plans/1?tenant=acme").json(&change).send().await.is(200).json["name"], "Trial");
    api.admin("DELETE", "/plans/1").send().await.problem(404, None);
    api.admin("DELETE", "/plans/1?tenant=acme").send().await.is(204);
    for tenant in ["none", "", "A", "%00"] {
        let detail = api.admin("GET", &format!("/plans?tenant={tenant}")).send().await.problem(404, None);
        assert_eq!(detail, "there is no such tenant");
    }
}

async fn what_is_taken_is_409_and_says_which(api: Api) {
    add(&api, "lead-roles", json!({ "name": "Straße" })).await;
    add(&api, "lead-roles", json!({ "name": "Officer" })).await;
    let post = |body: Value| api.admin("POST", "/lead-roles").json(&body);
    let detail = post(json!({ "name": "STRASSE" })).send().await.problem(409, Some("name"));
    assert_eq!(detail, "name: there is a lead role of that name already");
    let detail = post(json!({ "id": 1, "name": "new" })).send().await.problem(409, Some("id"));
    assert!(detail.contains("another lead role has this id"), "{detail}");
    let patch = api.admin("PATCH", "/lead-roles/2").json(&json!({ "name": "straße" }));
    patch.send().await.problem(409, Some("name"));
    let own = api.admin("PATCH", "/lead-roles/2").json(&json!({ "name": "OFFICER" }));
    assert_eq!(own.send().await.is(200).json["name"], "OFFICER");
}

async fn what_breaks_a_rule_is_400_with_the_field(api: Api) {
    add(&api, "roles", json!({ "name": "User" })).await;
    add(&api, "plans", json!({ "name": "Demo" })).await;
    let long = "x".repeat(192);
    for (method, path, body, field) in [
        ("POST", "/roles", json!({}), "name"),
        ("POST", "/roles", json!({ "name": "" }), "name"),
        ("POST", "/roles", json!({ "name": " a" }), "name"),
        ("POST", "/roles", json!({ "name": "a\nb" }), "name"),
        ("POST", "/roles", json!({ "name": long }), "name"),
        ("POST", "/roles", json!({ "name": 7 }), "name"),
        ("POST", "/roles", json!({ "name": "a", "id": 0 }), "id"),
        ("POST", "/roles", json!({ "name": "a", "id": -1 }), "id"),
        ("POST", "/roles", json!({ "name": "a", "id": 9_007_199_254_740_992_i64 }), "id"),
        ("POST", "/roles", json!({ "name": "a", "id": "1" }), "id"),
        ("POST", "/roles", json!({ "name": "a", "id": 1.5 }), "id"),
        ("POST", "/roles", json!({ "name": "a", "default": "yes" }), "default"),
        ("POST", "/roles", json!({ "name": "a", "colour": "red" }), "colour"),
        ("POST", "/branches", json!({ "name": "a", "default": true }), "default"),
        ("POST", "/locales", json!({ "name": "pt BR" }), "name"),
        ("PATCH", "/roles/1", json!({ "name": "" }), "name"),
        ("PATCH", "/roles/1", json!({ "id": 2 }), "id"),
        ("PATCH", "/plans/1", json!({ "default": true }), "default"),
    ] {
        let detail = api.admin(method, path).json(&body).send().await.problem(400, Some(field));
        assert!(detail.starts_with(&format!("{field}: ")), "{method} {path} {body}: {detail}");
    }
    assert_eq!(entries(&api, "/roles").await.len(), 1);
}

async fn what_does_not_exist_is_404(api: Api) {
    for catalogue in ALL {
        for method in ["GET", "PATCH", "DELETE"] {
            let call = api.admin(method, &format!("/{catalogue}/7"));
            let call = if method == "PATCH" { call.json(&json!({ "name": "a" })) } else { call };
            let detail = call.send().await.problem(404, None);
            assert!(detail.starts_with("there is no such "), "{detail}");
        }
    }
    for (method, path) in [
        ("GET", "/role"),
        ("GET", "/Roles"),
        ("POST", "/colours"),
        ("PUT", "/colours"),
        ("DELETE", "/colours/1"),
        ("PUT", "/colours/1"),
        ("GET", "/roles/x"),
        ("GET", "/roles/1/2"),
    ] {
        api.admin(method, path).json(&json!({ "name": "a" })).send().await.problem(404, None);
    }
    let refused = api.admin("PUT", "/roles").json(&json!({})).send().await;
    assert_eq!(refused.header("allow"), Some("GET, HEAD, POST"));
    refused.problem(405, None);
    let refused = api.admin("POST", "/lead-roles/1").json(&json!({})).send().await;
    assert_eq!(refused.header("allow"), Some("DELETE, GET, HEAD, PATCH"));
    refused.problem(405, None);
}

async fn an_entry_that_users_refer_to_stays(api: Api) {
    for catalogue in ALL {
        add(&api, catalogue, json!({ "id": 1, "name": "en" })).await;
        add(&api, catalogue, json!({ "id": 2, "name": "de" })).await;
    }
    let user = json!({
        "userName": "alice",
        "locale": "de",
        LOGIXX: { "branchId": 2, "leadRoleId": 2, "subscriptionIds": [1, 2] },
        ADEPTIA: { "companyId": 2 },
        PUBLICA: { "plans": [{ "planId": 2 }] },
        "roles": [{ "value": "DE" }],
    });
    let id = api.post("/Users", &user).send().await.is(201).id();
    for (catalogue, word) in
        ALL.iter().zip(["role", "branch", "lead role", "subscription", "company", "plan", "locale"])
    {
        let detail = api.admin("DELETE", &format!("/{catalogue}/2")).send().await.problem(409, None);
        let expected = format!("1 user refers to this {word}; give them another {word} first, or none");
        assert_eq!(detail, expected);
    }
    let change = json!({ "name": "Company" });
    api.admin("PATCH", "/companies/2").json(&change).send().await.is(200);
    api.delete(&format!("/Users/{id}")).send().await.is(204);
    for catalogue in ALL {
        api.admin("DELETE", &format!("/{catalogue}/2")).send().await.is(204);
    }
    let partners = json!([{ "partner": 1, "role": 1 }]);
    let user = json!({ "userName": "bob", ADEPTIA: { "userPartnerRoles": partners } });
    api.post("/Users", &user).send().await.is(201);
    api.admin("DELETE", "/companies/1").send().await.problem(409, None);
    api.admin("DELETE", "/roles/1").send().await.problem(409, None);
    api.admin("DELETE", "/branches/1").send().await.is(204);
}

async fn a_role_that_users_refer_to_keeps_its_name_but_not_its_spelling(api: Api) {
    add(&api, "roles", json!({ "name": "Agent" })).await;
    for name in ["alice", "bob"] {
        let user = json!({ "userName": name, "roles": [{ "value": "agent" }] });
        api.post("/Users", &user).send().await.is(201);
    }
    let change = |body: Value| api.admin("PATCH", "/roles/1").json(&body);
    let detail = change(json!({ "name": "Clerk" })).send().await.problem(409, None);
    assert!(detail.starts_with("2 users refer to this role by its name; make a role"), "{detail}");
    assert_eq!(change(json!({ "name": "AGENT" })).send().await.is(200).json["name"], "AGENT");
    assert_eq!(change(json!({ "default": true })).send().await.is(200).json["default"], true);
    // What users refer to by its number may have any name.
    add(&api, "branches", json!({ "name": "Main" })).await;
    let user = json!({ "userName": "carol", LOGIXX: { "branchId": 1 } });
    api.post("/Users", &user).send().await.is(201);
    api.admin("PATCH", "/branches/1").json(&json!({ "name": "West" })).send().await.is(200);
}

async fn a_locale_is_referred_to_in_both_spellings(api: Api) {
    add(&api, "locales", json!({ "name": "pt_BR" })).await;
    let user = json!({ "userName": "alice", "locale": "pt-BR" });
    let id = api.post("/Users", &user).send().await.is(201).id();
    api.admin("DELETE", "/locales/1").send().await.problem(409, None);
    api.admin("PATCH", "/locales/1").json(&json!({ "name": "pt_PT" })).send().await.problem(409, None);
    api.patch(&format!("/Users/{id}"), &json!([{ "op": "remove", "path": "locale" }])).send().await.is(200);
    api.admin("DELETE", "/locales/1").send().await.is(204);
}

async fn an_entry_that_a_pending_invitation_promises_stays(api: Api) {
    for catalogue in ["roles", "companies"] {
        for name in ["a", "b", "c"] {
            add(&api, catalogue, json!({ "name": name })).await;
        }
    }
    let now = crate::server::START;
    let mut connection = api.database.connect().await;
    for (state, expires, payload) in [
        ("pending", now + 1, r#"{"roleInfo":"[{\"partner\":2,\"roles\":[2],\"defaultRole\":2}]"}"#),
        ("pending", now, r#"{"roleInfo":[{"partner":3,"roles":[3]}]}"#),
        ("accepted", now + 1, r#"{"roleInfo":[{"partner":3,"roles":[3]}]}"#),
    ] {
        connection
            .count(&format!(
                "INSERT INTO invitation (tenant, recipient, recipient_key, company, payload, state, created, expires) \
                 SELECT num, 'a@example.com', 'a@example.com', 1, '{payload}', '{state}', 0, {expires} FROM tenant RETURNING num"
            ))
            .await;
    }
    connection.close().await;
    for (path, word) in [("/roles/2", "role"), ("/companies/1", "company"), ("/companies/2", "company")] {
        let detail = api.admin("DELETE", path).send().await.problem(409, None);
        assert!(detail.starts_with(&format!("1 pending invitation refers to this {word}; ")), "{detail}");
    }
    for path in ["/roles/1", "/roles/3", "/companies/3"] {
        api.admin("DELETE", path).send().await.is(204);
    }
}

async fn the_document_names_every_catalogue(api: Api) {
    let document = api.call("GET", "root:/openapi/admin.json").send().await.is(200);
    let parameters = document.json.pointer("/paths/~1{catalogue}/get/parameters").unwrap().as_array().unwrap();
    let catalogue = parameters.iter().find(|parameter| parameter["name"] == "catalogue").unwrap();
    assert_eq!(catalogue["schema"]["enum"], json!(ALL));
}
