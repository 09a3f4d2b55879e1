//! Versions (RFC 7644 §3.14): If-Match refuses what was overtaken, If-None-Match spares a body.

use crate::server::{Api, both};
use serde_json::json;

both! {
    reads_are_spared_while_nothing_changed,
    writes_are_refused_when_overtaken,
    every_write_answers_with_its_new_tag,
}

async fn reads_are_spared_while_nothing_changed(api: Api) {
    let id = api.user("read").await;
    let path = format!("/Users/{id}");
    let tag = api.get(&path).send().await.is(200).header("etag").unwrap().to_owned();
    assert_eq!(tag, "W/\"1\"");
    for spared in [tag.as_str(), "*", "\"1\"", "W/\"0\", W/\"1\"", "\"foreign\",W/\"1\""] {
        let answer = api.get(&path).header("if-none-match", Some(spared)).send().await.is(304);
        assert_eq!(answer.header("etag"), Some("W/\"1\""), "{spared}");
    }
    for fresh in ["W/\"2\"", "W/\"foreign\"", "1", "W/\"01\"", ""] {
        api.get(&path).header("if-none-match", Some(fresh)).send().await.is(200);
    }
    let change = json!([{ "op": "replace", "path": "title", "value": "New" }]);
    api.patch(&path, &change).send().await.is(200);
    api.get(&path).header("if-none-match", Some(&tag)).send().await.is(200);
}

async fn writes_are_refused_when_overtaken(api: Api) {
    let id = api.user("write").await;
    let path = format!("/Users/{id}");
    let change = json!([{ "op": "replace", "path": "title", "value": "Never" }]);
    let body = json!({ "userName": "write", "title": "Never" });
    let long = "W/\"9\",".repeat(3000) + "W/\"9\"";
    for stale in ["W/\"0\"", "W/\"2\"", "\"foreign\"", "W/\"made-up\"", "W/\"99\", \"x\"", long.as_str()] {
        api.patch(&path, &change).if_match(stale).send().await.is(412);
        api.put(&path, &body).if_match(stale).send().await.is(412);
        api.delete(&path).if_match(stale).send().await.is(412);
    }
    api.put(&path, &body).header("if-none-match", Some("*")).send().await.is(412);
    let read = api.get(&path).send().await.is(200);
    assert_eq!((read.json.get("title"), read.header("etag")), (None, Some("W/\"1\"")));
    for tag in ["W/\"1\"", "*", "W/\"0\", W/\"3\"", "\"4\""] {
        let version = api.get(&path).send().await.header("etag").unwrap().to_owned();
        let change = json!([{ "op": "replace", "path": "title", "value": version }]);
        api.patch(&path, &change).if_match(tag).send().await.is(200);
    }
    api.delete(&path).if_match("W/\"5\"").send().await.is(204);
    api.delete(&path).if_match("*").send().await.is(404);
}

async fn every_write_answers_with_its_new_tag(api: Api) {
    let created = api.post("/Groups", &json!({ "displayName": "Tags" })).send().await.is(201);
    assert_eq!(created.header("etag"), Some("W/\"1\""));
    let path = format!("/Groups/{}", created.id());
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "More Tags" }]);
    assert_eq!(api.patch(&path, &rename).send().await.is(200).header("etag"), Some("W/\"2\""));
    let replaced = api.put(&path, &json!({ "displayName": "Most Tags" })).send().await.is(200);
    assert_eq!(replaced.header("etag"), Some("W/\"3\""));
    let bare = api.get(&format!("{path}?attributes=displayName")).send().await.is(200);
    assert_eq!(bare.header("etag"), Some("W/\"3\""));
}
