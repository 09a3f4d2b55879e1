//! The user API of publica.la: its shapes, its rules, and what SCIM and login see of what it does.

mod create;
mod list;
mod session;
mod update;

use crate::call::{Answer, Call};
use crate::server::{Api, START, both};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Barrier;

both! {
    the_token_is_taken_from_three_headers_and_never_from_the_query,
    unknown_ids_are_404,
    a_token_may_do_what_its_scopes_say,
    another_tenant_is_not_seen,
}

const DASHBOARD: &str = "/dashboard/users";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";

/// A request with the case's token in the header of the API.
pub fn call<'a>(api: &'a Api, method: &str, path: &str) -> Call<'a> {
    let call = api.call(method, &format!("root:/publica/integration-api/v1{path}"));
    let call = call.header("authorization", None).header("content-type", Some("application/json"));
    call.header("x-user-token", Some(&api.token)).header("accept", Some("application/json"))
}

async fn sent(call: Call<'_>, status: u16) -> Answer {
    let answer = call.send().await.is(status);
    if status == 204 {
        assert_eq!(answer.text, "", "{}", answer.asked);
        return answer;
    }
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.asked);
    let code = if status == 200 { "success" } else { "error" };
    assert_eq!(answer.json["CODE"], code, "{}: {}", answer.asked, answer.text);
    if status >= 400 {
        assert!(answer.json["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", answer.text);
        assert_eq!(answer.json["errors"].is_object(), status == 422, "{}", answer.text);
    }
    answer
}

async fn get(api: &Api, path: &str, status: u16) -> Answer {
    sent(call(api, "GET", &format!("{DASHBOARD}{path}")), status).await
}

async fn post(api: &Api, body: &Value, status: u16) -> Answer {
    sent(call(api, "POST", DASHBOARD).json(body), status).await
}

async fn put(api: &Api, id: &Value, body: &Value, status: u16) -> Answer {
    sent(call(api, "PUT", &format!("{DASHBOARD}/{id}")).json(body), status).await
}

/// The users of the page that a query asks for.
async fn listed(api: &Api, query: &str) -> Vec<Value> {
    let answer = get(api, query, 200).await;
    answer.json["data"]["paginator"]["data"].as_array().unwrap().clone()
}

/// The one user that a path names.
async fn one(api: &Api, name: &Value) -> Value {
    let name = name.as_str().map_or_else(|| name.to_string(), ToOwned::to_owned);
    let mut found = listed(api, &format!("/{name}")).await;
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

/// The same user through SCIM.
async fn scim(api: &Api, user: &Value) -> Answer {
    api.get(&format!("/Users/{}", user["uuid"].as_str().unwrap())).send().await.is(200)
}

fn body(name: &str) -> Value {
    json!({
        "email": format!("{name}@example.com"),
        "external_id": format!("ext-{name}"),
        "new_password": "Abcd1234",
        "sessions_limit": null,
        "assign_new_plan": null,
        "new_plan_custom_valid_to": "",
        "admin": false,
        "plan_admin": false,
        "only_sees_readable": true,
    })
}

fn with(mut body: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn user(api: &Api, name: &str) -> Value {
    post(api, &body(name), 200).await.json["data"].clone()
}

async fn plans(api: &Api) {
    for (id, name) in [(1, "Demo Plan"), (2, "Prepaid Plan")] {
        api.admin("POST", "/plans").json(&json!({ "id": id, "name": name })).send().await.is(201);
    }
}

async fn token(api: &Api, scope: &str) -> Api {
    let body = json!({ "connection": "default", "name": scope, "scopes": [scope] });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    api.with_token(made.text_at("/secret"))
}

fn fields(answer: &Answer) -> Vec<&str> {
    let mut fields: Vec<&str> = answer.json["errors"].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

async fn the_token_is_taken_from_three_headers_and_never_from_the_query(api: Api) {
    let token = api.token.clone();
    let bearer = format!("Bearer {token}");
    let bare = |path: &str| call(&api, "GET", path).header("x-user-token", None);
    for (name, value) in [("x-user-token", &token), ("api_token", &token), ("authorization", &bearer)] {
        sent(bare(DASHBOARD).header(name, Some(value)), 200).await;
        sent(bare(DASHBOARD).header(name, Some("wrong")), 401).await;
    }
    for parameter in ["api_token", "X-User-Token", "token", "access_token"] {
        let refused = sent(bare(&format!("{DASHBOARD}?{parameter}={token}")), 401).await;
        assert_eq!(refused.json, json!({ "CODE": "error", "message": "Unauthenticated." }));
    }
    for (method, path) in [
        ("GET", DASHBOARD),
        ("POST", DASHBOARD),
        ("GET", "/dashboard/users/1"),
        ("PUT", "/dashboard/users/1"),
        ("DELETE", "/dashboard/users/1"),
        ("PUT", "/dashboard/users/1/re-activate"),
        ("POST", "/users/1/force-logout"),
        ("POST", "/dashboard/users/1/force-logout"),
    ] {
        let refused = sent(call(&api, method, path).header("x-user-token", None).json(&json!({})), 401).await;
        assert!(refused.header("www-authenticate").is_some(), "{method} {path}");
    }
}

async fn unknown_ids_are_404(api: Api) {
    let ann = user(&api, "ann").await;
    let longer = format!("{}0", ann["id"]);
    for id in [
        "999999999",
        longer.as_str(),
        "ext-ann",
        "ann%40example.com",
        "abc",
        "-1",
        "1e3",
        "%00",
        "99999999999999999999",
    ] {
        for (method, path) in [
            ("PUT", format!("{DASHBOARD}/{id}")),
            ("DELETE", format!("{DASHBOARD}/{id}")),
            ("PUT", format!("{DASHBOARD}/{id}/re-activate")),
        ] {
            let refused = sent(call(&api, method, &path).json(&json!({})), 404).await;
            assert_eq!(refused.json["message"], "Object not found", "{method} {path}");
        }
    }
    for path in ["/users/999999999/force-logout", "/dashboard/users/nobody/force-logout", "/nothing", "/users"] {
        sent(call(&api, "POST", path), 404).await;
    }
    assert_eq!(sent(call(&api, "PATCH", DASHBOARD), 405).await.header("allow"), Some("GET, HEAD, POST"));
    assert_eq!(one(&api, &ann["id"]).await["deleted_at"], json!(null));
}

async fn a_token_may_do_what_its_scopes_say(api: Api) {
    let ann = user(&api, "ann").await;
    let id = &ann["id"];
    let writes = [
        ("POST", DASHBOARD.to_owned()),
        ("PUT", format!("{DASHBOARD}/{id}")),
        ("PUT", format!("{DASHBOARD}/999999999")),
        ("DELETE", format!("{DASHBOARD}/{id}")),
        ("PUT", format!("{DASHBOARD}/{id}/re-activate")),
        ("POST", format!("/users/{id}/force-logout")),
        ("POST", format!("{DASHBOARD}/{id}/force-logout")),
    ];
    for (scope, reads) in [("users:read", 200), ("scim", 403), ("scim:read", 403), ("admin", 403), ("self", 403)] {
        let other = token(&api, scope).await;
        get(&other, "", reads).await;
        get(&other, &format!("/{id}"), reads).await;
        for (method, path) in &writes {
            // Whose mail address is taken is not told either.
            let refused = sent(call(&other, method, path).json(&body("ann")), 403).await;
            assert_eq!(refused.json, json!({ "CODE": "error", "message": "This action is unauthorized." }));
        }
    }
    let writer = token(&api, "users:write").await;
    get(&writer, "", 200).await;
    put(&writer, id, &body("ann"), 204).await;
}

async fn another_tenant_is_not_seen(api: Api) {
    let ann = user(&api, "ann").await;
    let other = api.tenant("acme").await;
    assert_eq!(listed(&other, "").await, [] as [Value; 0]);
    for name in [ann["id"].to_string(), ann["uuid"].as_str().unwrap().to_owned(), "ann@example.com".to_owned()] {
        get(&other, &format!("/{name}"), 404).await;
    }
    put(&other, &ann["id"], &body("ann"), 404).await;
    sent(call(&other, "DELETE", &format!("{DASHBOARD}/{}", ann["id"])), 404).await;
    sent(call(&other, "POST", "/users/ext-ann/force-logout"), 404).await;
    user(&other, "ann").await;
}
