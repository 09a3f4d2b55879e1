//! Odd and hostile input that is well formed: what it may cost, what it must not change, and that
//! nothing is silently something else.

use crate::server::{Api, both, encode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

both! {
    names_that_fold_together_are_one_name,
    numbers_and_blanks_do_not_become_other_names,
    what_changes_nothing_makes_no_version,
    every_attribute_can_be_asked_for_and_sorted_by,
    heavy_requests_are_answered_or_refused_in_time,
}

async fn names_that_fold_together_are_one_name(api: Api) {
    let table = [
        ("caf\u{e9}", "cafe\u{301}", true),
        ("straße", "STRASSE", true),
        ("σας", "ΣΑΣ", true),
        ("ａｂｃ", "abc", true),
        ("\u{212a}lm", "klm", true),
        ("ﬁn", "fin", true),
        ("\u{3a9}q", "\u{2126}q", true),
        ("\u{1e9e}x", "ßx", true),
        ("\u{440}\u{430}y", "pay", false),
        ("trail", "trail ", false),
        ("\u{131}x", "ix", false),
        ("a\u{200b}c", "ac", false),
    ];
    for (one, other, same) in table {
        let id = api.user(one).await;
        let found = api.find("/Users", &format!("userName eq {}", json!(other))).send().await.is(200);
        assert_eq!(found.json["totalResults"], u64::from(same), "{one} {other}: {}", found.text);
        let second = api.post("/Users", &json!({ "userName": other })).send().await;
        assert_eq!(second.status, if same { 409 } else { 201 }, "{one} {other}: {}", second.text);
        if second.status == 201 {
            api.delete(&format!("/Users/{}", second.id())).send().await.is(204);
        }
        api.delete(&format!("/Users/{id}")).send().await.is(204);
    }
}

async fn numbers_and_blanks_do_not_become_other_names(api: Api) {
    for body in [
        "{\"userName\": \"n\", \"externalId\": 12345678901234567890123}",
        "{\"userName\": \"n\", \"externalId\": 1e30}",
        "{\"userName\": \"  \"}",
    ] {
        api.call("POST", "/Users").body(body).send().await.refused(400, "invalidValue");
    }
    let kept =
        api.call("POST", "/Users").body("{\"userName\": \"n\", \"externalId\": 12345678901234567890}").send().await;
    assert_eq!(kept.is(201).json["externalId"], "12345678901234567890");
    let named = api.post("/Users", &json!({ "userName": "m", "emails": [{ "value": {} }] })).send().await;
    assert!(named.refused(400, "invalidValue").contains("emails"));
}

async fn what_changes_nothing_makes_no_version(api: Api) {
    let user = json!({
        "userName": "Echo", "title": "T", "emails": [{ "value": "a@x", "type": "work", "primary": true }, { "value": "b@x" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "D", "manager": { "value": "m" } },
    });
    let user = api.post("/Users", &user).send().await.is(201).id();
    let group = api.group("Echoes", &[&user]).await;
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        let before = api.get(&path).send().await.is(200);
        api.clock.advance(1_000_000);
        let after = api.put(&path, &before.json).send().await.is(200);
        assert_eq!(after.text, before.text);
    }
    let path = format!("/Users/{user}");
    let before = api.get(&path).send().await.is(200);
    for operation in [
        json!({ "op": "replace", "path": "title", "value": "T" }),
        json!({ "op": "add", "path": "emails", "value": [{ "value": "A@x", "type": "Work" }] }),
        json!({ "op": "remove", "path": "emails[type eq \"home\"]" }),
        json!({ "op": "replace", "value": { "schemas": [], "meta": {}, "groups": [], "active": "True" } }),
    ] {
        api.patch(&path, &json!([operation])).send().await.is(200);
        assert_eq!(api.get(&path).send().await.text, before.text, "{operation}");
    }
}

async fn every_attribute_can_be_asked_for_and_sorted_by(api: Api) {
    let user = api.user("asked").await;
    api.group("Askers", &[&user]).await;
    for (endpoint, schema) in [
        ("/Users", "urn:ietf:params:scim:schemas:core:2.0:User"),
        ("/Users", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
        ("/Groups", "urn:ietf:params:scim:schemas:core:2.0:Group"),
    ] {
        let document = api.get(&format!("/Schemas/{schema}")).send().await.is(200);
        for path in paths(&document.json, schema) {
            for question in
                ["pr", "eq null", "ne \"a\"", "eq \"a\"", "co \"\"", "gt \"2011-05-13T04:42:34Z\"", "le 1.5", "eq true"]
            {
                let answer = api.find(endpoint, &format!("{path} {question}")).send().await;
                assert!(answer.status == 200 || answer.json["scimType"] == "invalidFilter", "{}", answer.text);
            }
            for order in ["", "&sortOrder=descending"] {
                let answer = api.get(&format!("{endpoint}?sortBy={}{order}", encode(&path))).send().await;
                match answer.status {
                    200 => assert_eq!(answer.json["totalResults"], 1, "{path}"),
                    _ => drop(answer.refused(400, "invalidPath")),
                }
            }
        }
    }
}

/// Every attribute and sub-attribute of a schema, with its URN.
fn paths(schema: &Value, urn: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for attribute in schema["attributes"].as_array().unwrap() {
        let name = format!("{urn}:{}", attribute["name"].as_str().unwrap());
        for sub in attribute["subAttributes"].as_array().into_iter().flatten() {
            paths.push(format!("{name}.{}", sub["name"].as_str().unwrap()));
        }
        paths.push(name);
    }
    paths
}

async fn heavy_requests_are_answered_or_refused_in_time(api: Api) {
    let emails = |count: usize| -> Vec<Value> {
        (0..count).map(|n| json!({ "value": format!("{n}@x"), "type": "work" })).collect()
    };
    let many = json!({ "userName": "many", "emails": emails(1001) });
    assert_eq!(api.post("/Users", &many).send().await.status, 413);
    let user = api.post("/Users", &json!({ "userName": "full", "emails": emails(1000) })).send().await.is(201).id();
    let path = format!("/Users/{user}");
    let operation = |path: &str| json!({ "op": "replace", "path": path, "value": "d" });
    let table = [
        (json!(vec![operation("emails[type eq \"work\"].display"); 1000]), 200),
        (json!(vec![operation("emails[value eq \"7@x\"].display"); 1000]), 200),
        (json!(vec![operation(&format!("emails[{}].display", vec!["value eq \"é\""; 60].join(" or "))); 1000]), 400),
        (json!([{ "op": "replace", "path": "title", "value": "ﷺ".repeat(400_000) }]), 413),
        (json!([{ "op": "add", "path": "emails", "value": ["one more"] }]), 413),
    ];
    for (operations, status) in table {
        let before = Instant::now();
        api.patch(&path, &operations).send().await.is(status);
        assert!(before.elapsed() < Duration::from_secs(20), "{status} after {:?}", before.elapsed());
    }
    let groups = ["groups.display co \"x\""; 11].join(" or ");
    api.find("/Users", &groups).send().await.refused(400, "invalidFilter");
}
