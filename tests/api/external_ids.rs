//! Each connection of a tenant has externalIds of its own (RFC 7643 §3.1).

use crate::call::{Answer, Call};
use crate::server::{Api, both, encode};
use roster::auth::scope::Scopes;
use roster::directory::manage::NewToken;
use roster::scim::tolerance::Profile;
use serde_json::{Value, json};

both! {
    two_connections_call_one_user_what_they_like,
    a_change_of_it_alone_is_a_change_and_the_same_again_is_none,
    lists_filters_and_orders_go_by_the_callers_own,
    a_deleted_connection_or_user_leaves_none_behind,
}

/// The text of a token of a second connection.
async fn second(api: &Api) -> String {
    api.directory.create_connection("default", "second", Profile::default()).await.unwrap();
    let new = NewToken {
        name: "two".to_owned(),
        scopes: Scopes::parse("scim").unwrap(),
        expires: None,
        addresses: Vec::new(),
        user: None,
    };
    api.directory.create_token("default", "second", new).await.unwrap().0.reveal().to_owned()
}

/// The same request as another client.
fn by<'a>(call: Call<'a>, token: &str) -> Call<'a> {
    call.header("authorization", Some(&format!("Bearer {token}")))
}

fn own(answer: &Answer) -> &Value {
    &answer.json["externalId"]
}

async fn two_connections_call_one_user_what_they_like(api: Api) {
    let token = second(&api).await;
    let body = json!({ "userName": "anna", "title": "Baker", "externalId": "hr-1" });
    let made = api.post("/Users", &body).send().await.is(201);
    let path = format!("/Users/{}", made.id());
    assert_eq!(own(&made), "hr-1");
    assert_eq!(own(&by(api.get(&path), &token).send().await.is(200)), &Value::Null);

    let set = json!([{ "op": "add", "path": "externalId", "value": "okta-1" }]);
    let patched = by(api.patch(&path, &set), &token).send().await.is(200);
    assert_eq!((own(&patched), patched.text_at("/title")), (&json!("okta-1"), "Baker"));
    let start = format!("\"id\":\"{}\",\"externalId\":\"okta-1\",\"userName\":\"anna\"", made.id());
    assert!(patched.text.contains(&start), "{}", patched.text);
    assert_eq!(own(&api.get(&path).send().await), "hr-1");

    // Each finds the user by its own and not by the other's.
    for (filter, first, second) in [
        ("externalId eq \"hr-1\"", 1, 0),
        ("externalId eq \"okta-1\"", 0, 1),
        ("externalId eq \"HR-1\"", 0, 0),
        ("externalId ew \"-1\"", 1, 1),
        ("not (externalId sw \"hr\")", 0, 1),
        ("externalId eq \"hr-1\" or userName eq \"nobody\"", 1, 0),
    ] {
        for (token, total) in [(api.token.as_str(), first), (&token, second)] {
            let found = by(api.find("/Users", filter), token).send().await.is(200);
            assert_eq!(found.json["totalResults"], total, "{filter}");
            let root = by(api.find("", filter), token).send().await.is(200);
            assert_eq!(root.json["totalResults"], total, "{filter} at the root");
        }
    }

    // What one replaces, sets to null or removes, the other keeps.
    let replaced = json!({ "userName": "anna", "externalId": "hr-2" });
    assert_eq!(own(&api.put(&path, &replaced).send().await.is(200)), "hr-2");
    let kept = by(api.get(&path), &token).send().await;
    assert_eq!((own(&kept), &kept.json["title"]), (&json!("okta-1"), &Value::Null));
    let cleared = by(api.put(&path, &json!({ "userName": "anna" })), &token).send().await.is(200);
    assert_eq!(own(&cleared), &Value::Null);
    assert_eq!(own(&api.get(&path).send().await), "hr-2");
    by(api.patch(&path, &set), &token).send().await.is(200);
    for gone in [
        json!([{ "op": "replace", "value": { "externalId": null } }]),
        json!([{ "op": "remove", "path": "externalId" }]),
    ] {
        let changed = api.patch(&path, &gone).send().await.is(200);
        assert_eq!(own(&changed), &Value::Null);
        assert_eq!(own(&by(api.get(&path), &token).send().await), "okta-1");
        api.put(&path, &replaced).send().await.is(200);
    }
    // Nothing is unique about it.
    let twin = json!({ "userName": "twin", "externalId": "hr-2" });
    api.post("/Users", &twin).send().await.is(201);
    by(api.post("/Groups", &json!({ "displayName": "g", "externalId": "hr-2" })), &token).send().await.is(201);
    let found = api.find("", "externalId eq \"hr-2\"").send().await.is(200);
    assert_eq!(found.each("userName"), ["anna", "twin"]);
    let found = by(api.find("", "externalId eq \"hr-2\""), &token).send().await.is(200);
    assert_eq!(found.each("displayName"), ["g"]);
}

async fn a_change_of_it_alone_is_a_change_and_the_same_again_is_none(api: Api) {
    let token = second(&api).await;
    let made = api.post("/Users", &json!({ "userName": "anna", "externalId": "1" })).send().await.is(201);
    let path = format!("/Users/{}", made.id());
    let body = json!({ "userName": "anna", "externalId": "2" });
    for (token, version) in [(&token, 2), (&token, 2), (&api.token, 3), (&api.token, 3), (&token, 3)] {
        let answer = by(api.put(&path, &body), token).send().await.is(200);
        assert_eq!(answer.header("etag"), Some(format!("W/\"{version}\"").as_str()));
    }
    let same = json!([{ "op": "replace", "path": "externalId", "value": "2" }]);
    let answer = by(api.patch(&path, &same), &token).send().await.is(200);
    assert_eq!(answer.header("etag"), Some("W/\"3\""));
    let stale = json!([{ "op": "replace", "path": "externalId", "value": "3" }]);
    by(api.patch(&path, &stale), &token).if_match("W/\"2\"").send().await.is(412);
}

async fn lists_filters_and_orders_go_by_the_callers_own(api: Api) {
    let token = second(&api).await;
    for (name, first, other) in [("a", Some("3"), None), ("b", Some("1"), Some("x")), ("c", None, Some("Y"))] {
        let body = json!({ "userName": name, "externalId": first });
        let path = format!("/Users/{}", api.post("/Users", &body).send().await.is(201).id());
        if let Some(other) = other {
            let set = json!([{ "op": "add", "value": { "externalId": other } }]);
            by(api.patch(&path, &set), &token).send().await.is(200);
        }
    }
    for (query, first, second) in [
        ("sortBy=externalId", ["b", "a", "c"].as_slice(), ["c", "b", "a"].as_slice()),
        ("sortBy=externalId&sortOrder=descending", &["c", "a", "b"], &["a", "b", "c"]),
        ("filter=externalId%20pr", &["a", "b"], &["b", "c"]),
        ("filter=externalId%20eq%20null", &["c"], &["a"]),
        ("filter=externalId%20ne%20%221%22", &["a", "c"], &["a", "b", "c"]),
        ("filter=externalId%20gt%20%221%22", &["a"], &["b", "c"]),
        ("filter=externalId%20co%20%22%22&count=1&startIndex=2", &["b"], &["c"]),
        ("attributes=userName,externalId&filter=externalId%20le%20%22Y%22", &["a", "b"], &["c"]),
    ] {
        for (token, expected) in [(api.token.as_str(), first), (&token, second)] {
            let list = by(api.get(&format!("/Users?{query}")), token).send().await.is(200);
            assert_eq!(list.each("userName"), expected, "{query}");
        }
    }
    let shown = by(api.get("/Users?attributes=externalId"), &token).send().await.is(200);
    assert_eq!(shown.each("externalId"), ["", "x", "Y"]);
    let shown = by(api.get("/Users?excludedAttributes=externalId"), &token).send().await.is(200);
    assert_eq!(shown.each("externalId"), ["", "", ""]);
    let everything = format!("/Users?filter={}", encode("externalId sw \"x\" and userName eq \"B\""));
    assert_eq!(by(api.get(&everything), &token).send().await.each("externalId"), ["x"]);
}

async fn a_deleted_connection_or_user_leaves_none_behind(api: Api) {
    let token = second(&api).await;
    let mut raw = api.database.connect().await;
    let mut paths = Vec::new();
    for name in ["a", "b"] {
        let made = api.post("/Users", &json!({ "userName": name, "externalId": name })).send().await.is(201);
        let path = format!("/Users/{}", made.id());
        let set = json!([{ "op": "add", "path": "externalId", "value": "other" }]);
        by(api.patch(&path, &set), &token).send().await.is(200);
        paths.push(path);
    }
    assert_eq!(raw.count("select count(*) from external_id").await, 4);
    api.delete(&paths[0]).send().await.is(204);
    assert_eq!(raw.count("select count(*) from external_id").await, 2);
    api.directory.delete_connection("default", "second").await.unwrap();
    assert_eq!(raw.count("select count(*) from external_id").await, 1);
    assert_eq!(own(&api.get(&paths[1]).send().await), "b");
    raw.close().await;
}
