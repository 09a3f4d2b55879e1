//! The admin surface: every operation, and every way to be refused. The shape of its answers is
//! checked by `Answer::check_admin` for every answer of every test.

use crate::server::{Api, START, both};
use roster::clock::rfc3339;
use serde_json::{Value, json};

both! {
    tenants_are_made_read_renamed_and_deleted,
    a_tenant_is_deleted_only_when_asked_twice,
    connections_are_made_read_changed_and_deleted,
    a_profile_is_replaced_as_a_whole,
    tokens_are_made_read_and_revoked,
    a_rotated_token_and_its_successor_are_valid_together_until_the_older_one_ends,
    an_expired_token_opens_nothing,
    every_operation_wants_a_token_with_the_scope_admin,
    what_does_not_exist_is_404,
    a_name_that_is_taken_is_409,
    a_body_that_breaks_a_rule_is_refused_with_the_name_of_the_field,
    what_the_framework_refuses_is_a_problem_too,
    both_documents_are_served_and_linked,
}

/// Every operation, with a body that would be accepted if it has one.
fn operations() -> Vec<(&'static str, &'static str, Option<Value>)> {
    let token = json!({ "connection": "none", "name": "a", "scopes": ["scim"] });
    let (issuer, url) = ("https://issuer.example/", "https://issuer.example/keys");
    let issuer = json!({ "connection": "none", "issuer": issuer, "audience": "a", "scopes": ["scim"], "keysUrl": url });
    let until = json!({ "until": "2030-01-31T00:00:00Z" });
    vec![
        ("GET", "/tenants", None),
        ("POST", "/tenants", Some(json!({ "name": "new" }))),
        ("GET", "/tenants/none", None),
        ("PATCH", "/tenants/none", Some(json!({ "name": "new" }))),
        ("DELETE", "/tenants/none?again=none", None),
        ("GET", "/tenants/none/connections", None),
        ("POST", "/tenants/none/connections", Some(json!({ "name": "new" }))),
        ("GET", "/tenants/none/connections/none", None),
        ("PATCH", "/tenants/none/connections/none", Some(json!({ "name": "new" }))),
        ("DELETE", "/tenants/none/connections/none", None),
        ("GET", "/tenants/none/tokens", None),
        ("POST", "/tenants/none/tokens", Some(token.clone())),
        ("GET", "/tenants/none/tokens/99", None),
        ("DELETE", "/tenants/none/tokens/99", None),
        ("POST", "/tenants/none/tokens/99/rotate", Some(until.clone())),
        ("GET", "/tenants/none/clients", None),
        ("POST", "/tenants/none/clients", Some(token)),
        ("GET", "/tenants/none/clients/none", None),
        ("DELETE", "/tenants/none/clients/none", None),
        ("POST", "/tenants/none/clients/none/secrets", Some(until)),
        ("DELETE", "/tenants/none/clients/none/secrets/99", None),
        ("PUT", "/tenants/none/clients/none/keys", Some(json!({}))),
        ("GET", "/tenants/none/issuers", None),
        ("POST", "/tenants/none/issuers", Some(issuer)),
        ("GET", "/tenants/none/issuers/99", None),
        ("DELETE", "/tenants/none/issuers/99", None),
    ]
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

async fn tenants_are_made_read_renamed_and_deleted(api: Api) {
    let made = api.admin("POST", "/tenants").json(&json!({ "name": "acme" })).send().await.is(201);
    assert_eq!(made.header("location"), Some("https://roster.example/admin/v1/tenants/acme"));
    assert_eq!(made.text_at("/tenant/name"), "acme");
    assert_eq!(made.text_at("/tenant/created"), rfc3339(START));
    assert_eq!(made.text_at("/connection/name"), "default");
    assert_eq!(made.text_at("/token/connection"), "default");
    let secret = made.text_at("/token/secret");
    assert!(secret.starts_with(made.text_at("/token/prefix")));

    // The first token opens the new directory, which is empty and not the one of the caller.
    api.user("alice").await;
    assert_eq!(api.with_token(secret).get("/Users").send().await.is(200).json["totalResults"], 0);

    let one = api.admin("GET", "/tenants/acme").send().await.is(200);
    assert_eq!(one.json, made.json["tenant"]);
    let list = api.admin("GET", "/tenants").send().await.is(200);
    assert_eq!(names(&list.json["tenants"]), ["default", "acme"]);
    assert_eq!(list.json["tenants"][1], one.json);

    let renamed = api.admin("PATCH", "/tenants/acme").json(&json!({ "name": "acme-2" })).send().await.is(200);
    assert_eq!((&renamed.json["name"], &renamed.json["num"]), (&json!("acme-2"), &one.json["num"]));
    let same = api.admin("PATCH", "/tenants/acme-2").json(&json!({})).send().await.is(200);
    assert_eq!(same.json, renamed.json);
    api.admin("GET", "/tenants/acme").send().await.problem(404, None);
    api.with_token(secret).get("/Users").send().await.is(200);

    api.admin("DELETE", "/tenants/acme-2?again=acme-2").send().await.is(204);
    api.admin("GET", "/tenants/acme-2").send().await.problem(404, None);
    api.with_token(secret).get("/Users").send().await.is(401);
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 1, "the other tenant keeps its users");
}

async fn a_tenant_is_deleted_only_when_asked_twice(api: Api) {
    let other = api.tenant("acme").await;
    other.user("alice").await;
    for path in ["/tenants/acme", "/tenants/acme?again=", "/tenants/acme?again=acm", "/tenants/acme?again=default"] {
        api.admin("DELETE", path).send().await.problem(400, Some("again"));
    }
    assert_eq!(other.get("/Users").send().await.is(200).json["totalResults"], 1);
    api.admin("DELETE", "/tenants/acme?again=acme").send().await.is(204);
    api.admin("DELETE", "/tenants/acme?again=acme").send().await.problem(404, None);

    // A tenant of the same name begins with nothing.
    let again = api.tenant("acme").await;
    assert_eq!(again.get("/Users").send().await.is(200).json["totalResults"], 0);
    again.user("alice").await;
}

async fn connections_are_made_read_changed_and_deleted(api: Api) {
    let path = "/tenants/default/connections";
    let body = json!({ "name": "okta", "profile": { "preset": "okta", "tolerances": { "unknown-paths": true } } });
    let made = api.admin("POST", path).json(&body).send().await.is(201);
    let location = "https://roster.example/admin/v1/tenants/default/connections/okta";
    assert_eq!(made.header("location"), Some(location));
    assert_eq!(made.json["profile"], body["profile"]);
    let plain = api.admin("POST", path).json(&json!({ "name": "plain" })).send().await.is(201);
    assert_eq!(plain.json["profile"], json!({ "preset": "default", "tolerances": {} }));

    let list = api.admin("GET", path).send().await.is(200);
    assert_eq!(names(&list.json["connections"]), ["default", "okta", "plain"]);
    let one = api.admin("GET", &format!("{path}/okta")).send().await.is(200);
    assert_eq!(one.json, made.json);
    assert_eq!(list.json["connections"][1], made.json);

    let renamed = api.admin("PATCH", &format!("{path}/okta")).json(&json!({ "name": "okta-2" })).send().await.is(200);
    assert_eq!((&renamed.json["name"], &renamed.json["profile"]), (&json!("okta-2"), &body["profile"]));

    let token = json!({ "connection": "okta-2", "name": "a", "scopes": ["scim"] });
    let token = api.admin("POST", "/tenants/default/tokens").json(&token).send().await.is(201);
    let client = api.with_token(token.text_at("/secret"));
    let user = client.user("alice").await;
    api.admin("DELETE", &format!("{path}/okta-2")).send().await.is(204);
    client.get("/Users").send().await.is(401);
    api.get(&format!("/Users/{user}")).send().await.is(200);
    api.admin("GET", &format!("{path}/okta-2")).send().await.problem(404, None);
}

async fn a_profile_is_replaced_as_a_whole(api: Api) {
    let path = "/tenants/default/connections/default";
    let change = async |profile: Value| {
        api.admin("PATCH", path).json(&json!({ "profile": profile })).send().await.is(200).json["profile"].clone()
    };
    let entra = json!({ "preset": "entra", "tolerances": { "any-schemas": false, "expand-roles": true } });
    assert_eq!(change(entra.clone()).await, entra);
    assert_eq!(change(json!({ "preset": "strict" })).await, json!({ "preset": "strict", "tolerances": {} }));
    assert_eq!(change(json!({})).await, json!({ "preset": "default", "tolerances": {} }));
    assert_eq!(api.admin("GET", path).send().await.is(200).json["profile"]["preset"], "default");
}

async fn tokens_are_made_read_and_revoked(api: Api) {
    let path = "/tenants/default/tokens";
    api.admin("POST", "/tenants/default/connections").json(&json!({ "name": "okta" })).send().await.is(201);
    let body = json!({
        "connection": "okta",
        "name": "reads",
        "scopes": ["scim:read"],
        "expires": "2030-01-31T10:00:00+01:00",
        "addresses": ["127.0.0.0/8"],
    });
    let made = api.admin("POST", path).json(&body).send().await.is(201);
    let num = made.json["num"].as_i64().unwrap();
    assert_eq!(made.header("location"), Some(format!("https://roster.example/admin/v1{path}/{num}").as_str()));
    assert_eq!(made.text_at("/expires"), "2030-01-31T09:00:00.000Z");
    assert_eq!(made.json["addresses"], json!(["127.0.0.0/8"]));
    assert_eq!(made.json.get("used"), None);

    let one = api.admin("GET", &format!("{path}/{num}")).send().await.is(200);
    let mut shown = made.json.clone();
    let secret = shown.as_object_mut().unwrap().remove("secret").unwrap();
    assert_eq!(one.json, shown, "everything but the secret");
    let all = api.admin("GET", path).send().await.is(200);
    assert_eq!(names(&all.json["tokens"]), ["first token", "reads"]);
    let of_okta = api.admin("GET", &format!("{path}?connection=okta")).send().await.is(200);
    assert_eq!(of_okta.json["tokens"], json!([shown]));
    assert!(![&one, &all, &of_okta].iter().any(|answer| answer.text.contains(secret.as_str().unwrap())));

    // Requests of these tests come from no address, so a token bound to some is refused.
    api.with_token(secret.as_str().unwrap()).get("/Users").send().await.is(401);
    let free = json!({ "connection": "okta", "name": "free", "scopes": ["scim:read"] });
    let free = api.admin("POST", path).json(&free).send().await.is(201);
    let reader = api.with_token(free.text_at("/secret"));
    reader.get("/Users").send().await.is(200);
    reader.post("/Users", &json!({ "userName": "a" })).send().await.is(403);

    let mine = format!("{path}/{}", free.json["num"]);
    api.admin("DELETE", &mine).send().await.is(204);
    reader.get("/Users").send().await.is(401);
    api.admin("DELETE", &mine).send().await.problem(404, None);
}

async fn a_rotated_token_and_its_successor_are_valid_together_until_the_older_one_ends(api: Api) {
    let path = "/tenants/default/tokens";
    let body = json!({ "connection": "default", "name": "a", "scopes": ["scim"] });
    let older = api.admin("POST", path).json(&body).send().await.is(201);
    let until = rfc3339(START + 60_000_000);
    let rotate = format!("{path}/{}/rotate", older.json["num"]);
    let newer = api.admin("POST", &rotate).json(&json!({ "until": until })).send().await.is(201);
    for same in ["connection", "name", "scopes", "addresses"] {
        assert_eq!(newer.json[same], older.json[same], "{same}");
    }
    assert_ne!(newer.json["num"], older.json["num"]);
    assert!(newer.header("location").unwrap().ends_with(&format!("{path}/{}", newer.json["num"])));
    let ends = api.admin("GET", &format!("{path}/{}", older.json["num"])).send().await.is(200);
    assert_eq!(ends.text_at("/expires"), until);

    let (older, newer) = (api.with_token(older.text_at("/secret")), api.with_token(newer.text_at("/secret")));
    older.get("/Users").send().await.is(200);
    newer.get("/Users").send().await.is(200);
    api.clock.advance(60_000_000);
    older.get("/Users").send().await.is(401);
    newer.get("/Users").send().await.is(200);
}

async fn an_expired_token_opens_nothing(api: Api) {
    let expires = rfc3339(START + 1_000_000);
    let body = json!({ "connection": "default", "name": "a", "scopes": ["admin"], "expires": expires });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    let brief = api.with_token(made.text_at("/secret"));
    brief.admin("GET", "/tenants").send().await.is(200);
    api.clock.advance(1_000_000);
    brief.admin("GET", "/tenants").send().await.problem(401, None);
}

async fn every_operation_wants_a_token_with_the_scope_admin(api: Api) {
    let body = json!({ "connection": "default", "name": "a", "scopes": ["scim"] });
    let scim = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    let scim = api.with_token(scim.text_at("/secret"));
    let wrong = api.with_token("roster_0000000000000000000000000000000000000000000");
    scim.get("/Users").send().await.is(200);
    let large = vec![b'x'; 11 * 1024 * 1024];
    for (method, path, body) in operations().into_iter().chain([("GET", "/nothing", None), ("PUT", "/tenants", None)]) {
        let bodies = [body.map(|body| body.to_string().into_bytes()), Some(b"{".to_vec()), Some(large.clone())];
        // What the body holds changes nothing: it is not read.
        for body in bodies.into_iter().flatten() {
            let refused = scim.admin(method, path).body(body.clone()).send().await.is(403);
            let challenge = refused.header("www-authenticate").unwrap();
            assert!(challenge.contains("error=\"insufficient_scope\", scope=\"admin\""), "{challenge}");
            wrong.admin(method, path).body(body.clone()).send().await.problem(401, None);
            api.admin(method, path).header("authorization", None).body(body).send().await.problem(401, None);
        }
    }
    assert_eq!(api.admin("GET", "/tenants").send().await.is(200).json["tenants"].as_array().unwrap().len(), 1);

    // The right to manage is no right to provision.
    let body = json!({ "connection": "default", "name": "b", "scopes": ["admin"] });
    let manager = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    let manager = api.with_token(manager.text_at("/secret"));
    manager.admin("GET", "/tenants").send().await.is(200);
    manager.get("/Users").send().await.is(403);
}

async fn what_does_not_exist_is_404(api: Api) {
    let tenant = api.tenant("acme").await;
    let list = api.admin("GET", "/tenants/acme/tokens").send().await.is(200);
    let foreign = &list.json["tokens"][0]["num"];
    for (method, path, body) in operations() {
        let places = [
            path.to_owned(),
            path.replace("/tenants/none/", "/tenants/default/"),
            path.replace("/tenants/none/", "/tenants/default/").replace("/99", &format!("/{foreign}")),
        ];
        for place in places {
            let lists = ["connections", "tokens", "clients", "issuers"].map(|list| format!("/tenants/default/{list}"));
            let names_a_connection = method == "POST" && !place.ends_with("/connections");
            if place == "/tenants" || (lists.contains(&place) && !names_a_connection) {
                continue;
            }
            let call = api.admin(method, &place);
            let call = match &body {
                Some(body) => call.json(body),
                None => call,
            };
            let detail = call.send().await.problem(404, None);
            assert!(detail.starts_with("there is no such "), "{method} {place}: {detail}");
        }
    }
    for path in ["/tenants/%00", "/tenants/A%20b", "/tenants/d%C3%A9", "/tenants/default/connections/%22"] {
        api.admin("GET", path).send().await.problem(404, None);
    }
    api.admin("GET", "/tenants/default/tokens?connection=none").send().await.problem(404, None);
    tenant.get("/Users").send().await.is(200);
}

async fn a_name_that_is_taken_is_409(api: Api) {
    api.tenant("acme").await;
    let connections = "/tenants/default/connections";
    api.admin("POST", connections).json(&json!({ "name": "okta" })).send().await.is(201);
    for (method, path, name) in [
        ("POST", "/tenants", "acme"),
        ("PATCH", "/tenants/default", "acme"),
        ("POST", connections, "okta"),
        ("PATCH", "/tenants/default/connections/default", "okta"),
    ] {
        api.admin(method, path).json(&json!({ "name": name })).send().await.problem(409, Some("name"));
    }
    // The same name in another tenant is another name.
    api.admin("POST", "/tenants/acme/connections").json(&json!({ "name": "okta" })).send().await.is(201);
    api.admin("PATCH", "/tenants/acme").json(&json!({ "name": "acme" })).send().await.is(200);
}

async fn a_body_that_breaks_a_rule_is_refused_with_the_name_of_the_field(api: Api) {
    let token = |field: &str, value: Value| {
        let mut body = json!({ "connection": "default", "name": "a", "scopes": ["scim"] });
        body[field] = value;
        ("POST", "/tenants/default/tokens", body)
    };
    let long = "x".repeat(65);
    let cases = [
        (("POST", "/tenants", json!({})), "name"),
        (("POST", "/tenants", json!({ "name": "" })), "name"),
        (("POST", "/tenants", json!({ "name": "Acme" })), "name"),
        (("POST", "/tenants", json!({ "name": "a/b" })), "name"),
        (("POST", "/tenants", json!({ "name": long })), "name"),
        (("POST", "/tenants", json!({ "name": "a", "num": 1 })), "num"),
        (("PATCH", "/tenants/default", json!({ "name": "A" })), "name"),
        (("PATCH", "/tenants/default", json!({ "created": "2026-01-31T09:30:00Z" })), "created"),
        (("POST", "/tenants/default/connections", json!({ "name": "A" })), "name"),
        (("POST", "/tenants/default/connections", json!({ "name": "a", "profile": 1 })), "profile"),
        (("PATCH", "/tenants/default/connections/default", json!({ "name": "a b" })), "name"),
        (("PATCH", "/tenants/default/connections/default", json!({ "profile": { "preset": "x" } })), "profile.preset"),
        (token("name", json!("")), "name"),
        (token("scopes", json!([])), "scopes"),
        (token("scopes", json!(["scim", "root"])), "scopes"),
        (token("expires", json!("tomorrow")), "expires"),
        (token("expires", json!("2020-01-01T00:00:00Z")), "expires"),
        (token("addresses", json!(["10.0.0.0/33"])), "addresses"),
        (token("secret", json!("mine")), "secret"),
        (("POST", "/tenants/default/tokens/1/rotate", json!({})), "until"),
    ];
    for ((method, path, body), field) in cases {
        let detail = api.admin(method, path).json(&body).send().await.problem(400, Some(field));
        assert!(detail.starts_with(&format!("{field}: ")), "{method} {path} {body}: {detail}");
    }
    assert_eq!(api.admin("GET", "/tenants").send().await.is(200).json["tenants"].as_array().unwrap().len(), 1);
}

async fn what_the_framework_refuses_is_a_problem_too(api: Api) {
    for path in ["/nothing", "", "/tenants/a/b", "/tenants/default/tokens/x", "/tenants/default/tokens/1/rotate/x"] {
        api.admin("GET", path).send().await.problem(404, None);
    }
    for (method, path, allow) in [
        ("PUT", "/tenants", "GET, HEAD, POST"),
        ("POST", "/tenants/default", "DELETE, GET, HEAD, PATCH"),
        ("DELETE", "/tenants/default/connections", "GET, HEAD, POST"),
        ("PATCH", "/tenants/default/tokens/1", "DELETE, GET, HEAD"),
        ("GET", "/tenants/default/tokens/1/rotate", "POST"),
    ] {
        let answer = api.admin(method, path).send().await;
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}: {}", answer.text);
        answer.problem(405, None);
    }
    let post = |body: &str| api.admin("POST", "/tenants").body(body.to_owned());
    for body in ["", "{", "nope", "{\"name\":\"a\",\"name\":\"b\"}", "[]", "\"a\"", "null"] {
        post(body).send().await.problem(400, None);
    }
    let text = post("{\"name\":\"a\"}").header("content-type", Some("text/plain"));
    text.send().await.problem(415, None);
    let packed = post("{\"name\":\"a\"}").header("content-encoding", Some("gzip"));
    packed.send().await.problem(415, None);
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(11 * 1024 * 1024));
    post(&large).send().await.problem(413, None);
}

async fn both_documents_are_served_and_linked(api: Api) {
    for (path, title) in [("scim", "Roster SCIM 2.0"), ("admin", "Roster administration")] {
        let document = api.call("GET", &format!("root:/openapi/{path}.json")).header("authorization", None);
        assert_eq!(document.send().await.is(200).text_at("/info/title"), title);
    }
    for path in ["/docs", "/docs/admin"] {
        let page = api.call("GET", &format!("root:{path}")).header("authorization", None).send().await.is(200);
        assert!(page.text.contains("<a href=\"/docs\">") && page.text.contains("<a href=\"/docs/admin\">"), "{path}");
        assert_eq!(page.text.contains("\"operationId\": \"createTenant\""), path == "/docs/admin");
    }
}
