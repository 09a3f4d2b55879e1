//! `/Me` (RFC 7644 §3.11) for sessions, for tokens made for users, and for programs, who are nobody there. Tokens
//! of trusted issuers are tried in `oauth/subject.rs`.

use crate::call::Answer;
use crate::server::{Api, BASE, both};
use serde_json::{Value, json};

both! {
    a_session_reads_itself_and_nothing_else,
    a_session_changes_what_is_its_own,
    a_session_raises_none_of_its_rights,
    a_session_deletes_nobody,
    a_token_of_a_user_acts_as_on_the_users,
    a_token_of_a_user_may_only_what_its_scopes_say,
    every_answer_tells_where_the_user_is,
    a_program_is_nobody,
    who_has_a_user_makes_none,
    the_methods_of_me_are_those_of_a_user_and_post,
}

const PASSWORD: &str = "correct horse battery";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user with a password, and its address.
async fn ann(api: &Api) -> String {
    let body = json!({
        "userName": "ann", "password": PASSWORD, "title": "Dr", "roles": [{ "value": "reader" }],
        ENTERPRISE: { "department": "Bindery" }
    });
    format!("/Users/{}", api.post("/Users", &body).send().await.is(201).id())
}

/// The server under a session of that user.
async fn session(api: &Api, name: &str) -> Api {
    let call = api.call("POST", "root:/auth/login").header("authorization", None);
    let call = call.header("content-type", Some("application/json"));
    let answer = call.json(&json!({ "username": name, "password": PASSWORD })).send().await.is(200);
    api.with_token(answer.text_at("/token"))
}

/// The server under a token that stands for that user.
async fn bound(api: &Api, name: &str, scopes: &[&str]) -> Api {
    let body = json!({ "connection": "default", "name": "own", "scopes": scopes, "user": name });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    api.with_token(made.text_at("/secret"))
}

fn replace(path: &str, value: impl Into<Value>) -> Value {
    json!([{ "op": "replace", "path": path, "value": value.into() }])
}

async fn a_session_reads_itself_and_nothing_else(api: Api) {
    let path = ann(&api).await;
    let other = api.user("bob").await;
    let me = session(&api, "ann").await;
    let whole = api.get(&path).send().await.is(200);
    let read = me.get("/Me").send().await.is(200);
    assert_eq!(read.json, whole.json);
    assert_eq!(read.header("location"), Some(format!("{BASE}{path}").as_str()));
    assert_eq!(read.header("etag"), Some("W/\"1\""));
    assert_eq!(read.text_at("/meta/location"), format!("{BASE}{path}"));

    let part = me.get("/Me?attributes=title").send().await.is(200);
    assert_eq!((&part.json["title"], part.json.get("userName")), (&json!("Dr"), None));
    let part = me.get("/Me?excludedAttributes=title,meta").send().await.is(200);
    assert_eq!((&part.json["userName"], part.json.get("title")), (&json!("ann"), None));
    me.get("/Me").header("if-none-match", Some("W/\"1\"")).send().await.is(304);
    me.get("/Me").if_match("W/\"7\"").send().await.is(412);

    for own in [path.as_str(), &format!("/Users/{other}"), "/Users", "/", "/Groups"] {
        assert!(me.get(own).send().await.is(403).text.contains("scim:read"), "{own}");
    }
    me.post("/Users", &json!({ "userName": "x" })).send().await.is(403);
    me.post("/.search", &json!({})).send().await.is(403);
    for method in ["PUT", "DELETE"] {
        me.call(method, &path).json(&json!({ "userName": "ann" })).send().await.is(403);
    }
    me.patch(&path, &replace("title", "x")).send().await.is(403);
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{ "method": "DELETE", "path": path }]
    });
    me.post("/Bulk", &bulk).send().await.is(403);
    me.get("/ServiceProviderConfig").send().await.is(200);
    assert_eq!(api.get(&path).send().await.json, whole.json);
}

async fn a_session_changes_what_is_its_own(api: Api) {
    let path = ann(&api).await;
    let me = session(&api, "ann").await;
    let changed = me.patch("/Me", &replace("nickName", "Annie")).if_match("W/\"1\"").send().await.is(200);
    assert_eq!((&changed.json["nickName"], changed.header("etag")), (&json!("Annie"), Some("W/\"2\"")));
    me.patch("/Me", &replace("nickName", "Nan")).if_match("W/\"1\"").send().await.is(412);
    let shown = me.patch("/Me?attributes=nickName", &replace("nickName", "Nan")).send().await.is(200);
    assert_eq!((&shown.json["nickName"], shown.json.get("title")), (&json!("Nan"), None));

    // What it was answered it may send back, changed where it is its own to change.
    let mut whole = me.get("/Me").send().await.json;
    whole["title"] = json!("Prof");
    let replaced = me.put("/Me", &whole).send().await.is(200);
    assert_eq!(replaced.json["title"], "Prof");
    assert_eq!(api.get(&path).send().await.json, replaced.json);

    let second = session(&api, "ann").await;
    me.patch("/Me", &replace("password", "another horse battery")).send().await.is(200);
    me.get("/Me").send().await.is(200);
    second.get("/Me").send().await.is(401);
}

async fn a_session_raises_none_of_its_rights(api: Api) {
    api.open_to_native().await;
    let path = ann(&api).await;
    let me = session(&api, "ann").await;
    let before = api.get(&path).send().await.json;
    for (attribute, value) in [
        ("userName", json!("root")),
        ("externalId", json!("x")),
        ("active", json!(false)),
        ("roles", json!([{ "value": "admin" }])),
        ("entitlements", json!([{ "value": "all" }])),
        (&format!("{ENTERPRISE}:department"), json!("Board")),
        (&format!("{APPCRM}:superAdmin"), json!(true)),
    ] {
        let refused = me.patch("/Me", &replace(attribute, value)).send().await.is(403);
        assert!(refused.text.contains("scope scim "), "{attribute}: {}", refused.text);
        assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
    }
    me.patch("/Me", &json!([{ "op": "remove", "path": "roles" }])).send().await.is(403);
    let mut raised = before.clone();
    raised["roles"] = json!([{ "value": "admin" }]);
    me.put("/Me", &raised).send().await.is(403);
    // Nor does it lose them by what it leaves out.
    me.put("/Me", &json!({ "userName": "ann" })).send().await.is(403);
    me.patch("/Me", &replace("groups", json!([{ "value": "g" }]))).send().await.refused(400, "mutability");
    assert_eq!(api.get(&path).send().await.json, before);
    me.patch("/Me", &replace(&format!("{APPCRM}:dateFormat"), "d.m.Y")).send().await.is(200);
}

async fn a_session_deletes_nobody(api: Api) {
    let path = ann(&api).await;
    let me = session(&api, "ann").await;
    let refused = me.delete("/Me").send().await.is(403);
    assert!(refused.text_at("/detail").contains("delete themselves"), "{}", refused.text);
    api.get(&path).send().await.is(200);
    api.patch(&path, &replace("active", false)).send().await.is(200);
    me.get("/Me").send().await.is(401);
}

async fn a_token_of_a_user_acts_as_on_the_users(api: Api) {
    let path = ann(&api).await;
    let me = bound(&api, "ann", &["scim"]).await;
    assert_eq!(me.get("/Me").send().await.is(200).json, api.get(&path).send().await.json);
    let roles = me.patch("/Me", &replace("roles", json!([{ "value": "admin" }]))).send().await.is(200);
    assert_eq!(roles.json["roles"], json!([{ "value": "admin" }]));
    let replaced = me.put("/Me", &json!({ "userName": "ann" })).send().await.is(200);
    assert_eq!((replaced.json.get("roles"), replaced.json.get("title")), (None, None));
    me.delete("/Me").if_match("W/\"1\"").send().await.is(412);
    let gone = me.delete("/Me").send().await.is(204);
    assert_eq!(gone.header("location"), Some(format!("{BASE}{path}").as_str()));
    api.get(&path).send().await.is(404);
    me.get("/Me").send().await.is(401);
}

async fn a_token_of_a_user_may_only_what_its_scopes_say(api: Api) {
    let path = ann(&api).await;
    let nick = replace("nickName", "Annie");
    for (scopes, read, own, all) in [
        (&["scim"][..], 200, 200, 200),
        (&["scim:read"], 200, 403, 403),
        (&["self"], 200, 200, 403),
        (&["scim:read", "self"], 200, 200, 403),
        (&["users:write"], 403, 403, 403),
        (&["admin"], 403, 403, 403),
    ] {
        let me = bound(&api, "ann", scopes).await;
        me.get("/Me").send().await.is(read);
        me.patch("/Me", &nick).send().await.is(own);
        me.patch("/Me", &replace("active", true)).send().await.is(own);
        me.patch("/Me", &replace("roles", json!([{ "value": scopes.join(" ") }]))).send().await.is(all);
        if all != 200 {
            me.delete("/Me").send().await.is(403);
        }
    }
    api.get(&path).send().await.is(200);
}

async fn every_answer_tells_where_the_user_is(api: Api) {
    let path = ann(&api).await;
    let me = session(&api, "ann").await;
    let place = format!("{BASE}{path}");
    let located = |answer: Answer| assert_eq!(answer.header("location"), Some(place.as_str()), "{}", answer.asked);
    located(me.get("/Me").send().await.is(200));
    located(me.call("HEAD", "/Me").send().await.is(200));
    located(me.get("/Me").header("if-none-match", Some("*")).send().await.is(304));
    located(me.patch("/Me", &replace("nickName", "Annie")).send().await.is(200));
    located(me.patch("/Me", &replace("nosuch", "x")).send().await.is(400));
    located(me.patch("/Me", &replace("active", false)).send().await.is(403));
    located(me.put("/Me", &json!({})).if_match("W/\"9\"").send().await);
    located(me.post("/Me", &json!({ "userName": "ann" })).send().await.is(409));
    located(me.delete("/Me").send().await.is(403));
}

async fn a_program_is_nobody(api: Api) {
    for token in [&api.token, &bound_to_nobody(&api).await] {
        let api = api.with_token(token);
        for method in ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"] {
            let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [] });
            let call = api.call(method, "/Me");
            let call = if matches!(method, "PUT" | "PATCH" | "POST") { call.json(&body) } else { call };
            let answer = call.send().await.is(404);
            assert_eq!(answer.header("location"), None);
            if method != "HEAD" {
                assert!(answer.text_at("/detail").contains("stands for no user"), "{}", answer.text);
            }
        }
    }
    api.get("/Me").header("authorization", None).send().await.is(401);
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 0);
}

/// A token with the right to its own user, which it does not have.
async fn bound_to_nobody(api: &Api) -> String {
    let body = json!({ "connection": "default", "name": "own", "scopes": ["self"] });
    api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201).text_at("/secret").to_owned()
}

async fn who_has_a_user_makes_none(api: Api) {
    ann(&api).await;
    for me in [session(&api, "ann").await, bound(&api, "ann", &["scim"]).await] {
        let detail = me.post("/Me", &json!({ "userName": "carl" })).send().await.refused(409, "uniqueness");
        assert!(detail.contains("already"), "{detail}");
    }
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 1);
}

async fn the_methods_of_me_are_those_of_a_user_and_post(api: Api) {
    ann(&api).await;
    let me = session(&api, "ann").await;
    for method in ["OPTIONS", "TRACE"] {
        let answer = me.call(method, "/Me").send().await.is(405);
        assert_eq!(answer.header("allow"), Some("DELETE, GET, HEAD, PATCH, POST, PUT"));
    }
    let (head, get) = (me.call("HEAD", "/Me").send().await.is(200), me.get("/Me").send().await.is(200));
    assert!(head.text.is_empty());
    assert_eq!(head.header("content-length"), Some(get.text.len().to_string().as_str()));
    for name in ["etag", "location", "content-type"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    for path in ["/Me/", "/Me/.search", "/Me/1", "/me"] {
        let status = me.get(path).send().await.status;
        assert_eq!(status == 200, path == "/Me/", "{path}: {status}");
    }
}
