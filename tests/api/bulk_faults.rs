//! What is wrong with bulk requests and with their operations (RFC 7644 §3.7, §3.7.4): told clearly, and
//! nothing else suffers.

use crate::bulk::{body, create, entries, group, patch, run, send, statuses, user};
use crate::server::{Api, BASE, NOBODY, both};
use poem::EndpointExt;
use roster::http;
use serde_json::{Value, json};
use std::sync::Arc;

both! {
    a_body_that_is_no_bulk_request_is_refused,
    a_fault_of_an_operation_is_its_own,
    references_that_lead_nowhere_are_told,
    what_refers_to_a_failure_fails_with_it,
    limits_are_announced_and_kept,
    hostile_bodies_are_answered,
    no_secret_is_repeated,
}

async fn a_body_that_is_no_bulk_request_is_refused(api: Api) {
    let table = [
        (json!([]), "invalidSyntax"),
        (json!("x"), "invalidSyntax"),
        (json!({}), "invalidSyntax"),
        (json!({ "Operations": {} }), "invalidSyntax"),
        (json!({ "Operations": null }), "invalidSyntax"),
        (json!({ "Operations": [], "failOnErrors": -1 }), "invalidValue"),
        (json!({ "Operations": [], "failOnErrors": "1" }), "invalidValue"),
        (json!({ "Operations": [], "failOnErrors": 1.5 }), "invalidValue"),
    ];
    for (body, scim_type) in table {
        let detail = api.post("/Bulk", &body).send().await.refused(400, scim_type);
        assert!(detail.contains("RFC 7644 §3.7"), "{detail}");
    }
    api.call("GET", "/Bulk").send().await.is(405);
    api.call("POST", "/Bulk").body("{").send().await.refused(400, "invalidSyntax");
    assert!(entries(&send(&api, &body(&[])).await).is_empty());
    // Names in any case.
    let odd =
        json!({ "operations": [{ "METHOD": "post", "Path": "Users", "bulkid": "x", "DATA": { "username": "x" } }] });
    let answer = send(&api, &odd).await;
    assert_eq!(statuses(entries(&answer)), ["201"]);
    assert_eq!(entries(&answer)[0]["method"], "POST");
}

async fn a_fault_of_an_operation_is_its_own(api: Api) {
    let table: Vec<(Value, &str, &str)> = vec![
        (json!(7), "400", "must be an object"),
        (json!({}), "400", "method must be"),
        (json!({ "method": 1, "path": "/Users" }), "400", "method must be"),
        (json!({ "method": "GET", "path": "/Users" }), "400", "method must be"),
        (json!({ "method": "POST", "bulkId": "a1", "data": {} }), "400", "path is missing"),
        (json!({ "method": "POST", "bulkId": "a2", "path": 7, "data": {} }), "400", "path must be text"),
        (json!({ "method": "POST", "bulkId": "a3", "path": "/Robots", "data": {} }), "400", "path: no resource type"),
        (json!({ "method": "POST", "bulkId": "a4", "path": "/Usersx", "data": {} }), "400", "path: no resource type"),
        (json!({ "method": "POST", "bulkId": "a5", "path": "", "data": {} }), "400", "path: no resource type"),
        (json!({ "method": "POST", "bulkId": "a6", "path": "/Bulk", "data": {} }), "400", "path: no resource type"),
        (json!({ "method": "POST", "path": "/Users", "data": { "userName": "x" } }), "400", "bulkId is required"),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "", "data": {} }), "400", "bulkId must be text"),
        (json!({ "method": "POST", "path": "/Users", "bulkId": 7, "data": {} }), "400", "bulkId must be text"),
        (json!({ "method": "POST", "bulkId": "a7", "path": "/Users/1", "data": {} }), "400", "path: a POST takes"),
        (
            json!({ "method": "POST", "bulkId": "a8", "path": "/Users/bulkId:x", "data": {} }),
            "400",
            "path: a POST takes",
        ),
        (json!({ "method": "POST", "bulkId": "a9", "path": "/Users" }), "400", "data is required for a POST"),
        (json!({ "method": "POST", "bulkId": "b1", "path": "/Users", "data": null }), "400", "data is required"),
        (json!({ "method": "POST", "bulkId": "b2", "path": "/Users", "data": [] }), "400", "must be a JSON object"),
        (json!({ "method": "POST", "bulkId": "b3", "path": "/Users", "data": {} }), "400", "userName is required"),
        (json!({ "method": "PUT", "path": "/Users", "data": {} }), "400", "path: a PUT takes a resource"),
        (json!({ "method": "PATCH", "path": "/Users/", "data": {} }), "400", "path: a PATCH takes a resource"),
        (
            json!({ "method": "DELETE", "path": "/Groups" }),
            "400",
            "path: a DELETE takes a resource, such as /Groups/id",
        ),
        (json!({ "method": "PUT", "path": format!("/Users/{NOBODY}") }), "400", "data is required for a PUT"),
        (json!({ "method": "PUT", "path": format!("/Users/{NOBODY}"), "data": { "userName": "x" } }), "404", "no such"),
        (json!({ "method": "PATCH", "path": format!("/Users/{NOBODY}"), "data": {} }), "400", "PatchOp"),
        (json!({ "method": "DELETE", "path": format!("/Users/{NOBODY}/x") }), "400", "path: nothing may stand behind"),
        (json!({ "method": "DELETE", "path": "/Users/x?y=z" }), "400", "path: nothing may stand behind"),
        (json!({ "method": "DELETE", "path": "/Users/x", "version": 3 }), "400", "version must be text"),
        (json!({ "method": "DELETE", "path": "/Users/' OR 1=1" }), "404", "there is no such User"),
        (user("twice"), "201", ""),
        (user("twice"), "400", "bulkId: an operation before"),
    ];
    let operations: Vec<Value> = table.iter().map(|(operation, ..)| operation.clone()).collect();
    let entries = run(&api, &operations).await;
    for ((operation, status, detail), entry) in table.iter().zip(&entries) {
        assert_eq!(entry["status"], *status, "{operation}: {entry}");
        assert!(entry["response"]["detail"].as_str().unwrap_or("").contains(detail), "{operation}: {entry}");
        let known = operation["bulkId"].as_str().filter(|id| !id.is_empty());
        assert_eq!(entry["bulkId"].as_str(), known, "{operation}");
    }
    assert_eq!(entries[22]["location"], format!("{BASE}/Users/{NOBODY}"), "where a PUT failed is told");
    assert_eq!(entries[28].get("location"), None, "no place is made from what is no id");
    assert_eq!(entries[3]["method"], "GET");
    assert_eq!(api.get("/Users?count=0").send().await.is(200).json["totalResults"], 1);
}

async fn references_that_lead_nowhere_are_told(api: Api) {
    let gone = api.user("gone").await;
    let named = |mut operation: Value, name: &str| {
        operation["bulkId"] = json!(name);
        operation
    };
    let nothing = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    let operations = [
        group("a", &["bulkId:nobody"]),
        patch("/Users/bulkId:nobody", nothing.clone()),
        group("itself", &["bulkId:itself"]),
        named(patch("/Users/bulkId:own", nothing.clone()), "own"),
        named(patch("/Users/bulkId:pong", nothing.clone()), "ping"),
        named(patch("/Users/bulkId:ping", nothing), "pong"),
        json!({ "method": "DELETE", "path": format!("/Users/{gone}"), "bulkId": "gone" }),
        group("b", &["bulkId:gone"]),
        json!({ "method": "DELETE", "path": "/Users/bulkId:gone" }),
        group("c", &["bulkId:"]),
        create("/Users", "d", json!({ "userName": "bulkId:nobody" })),
    ];
    let entries = run(&api, &operations).await;
    let expected = [
        ("400", "no operation of the request has the bulkId"),
        ("400", "no operation of the request has the bulkId"),
        ("400", "a group cannot be a member of itself"),
        ("400", "leads back to this operation"),
        ("400", "leads back to this operation"),
        ("400", "leads back to this operation"),
        ("204", ""),
        ("400", "is a DELETE"),
        ("400", "is a DELETE"),
        ("400", "no operation of the request has the bulkId"),
        ("400", "no operation of the request has the bulkId"),
    ];
    for ((status, detail), entry) in expected.iter().zip(&entries) {
        assert_eq!(entry["status"], *status, "{entry}");
        assert!(entry["response"]["detail"].as_str().unwrap_or("").contains(detail), "{entry}");
    }
    assert_eq!(api.get("/Groups?count=0").send().await.is(200).json["totalResults"], 0);
    // A user may be its own manager.
    let own = json!({ "userName": "own", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "manager": { "value": "bulkId:boss" } } });
    assert_eq!(statuses(&run(&api, &[create("/Users", "boss", own)]).await), ["201"]);
}

async fn what_refers_to_a_failure_fails_with_it(api: Api) {
    api.user("taken").await;
    let set = api.group("set", &[]).await;
    let add = |who: &str| json!([{ "op": "add", "path": "members", "value": [{ "value": who }] }]);
    let mut failed = patch(&format!("/Users/{NOBODY}"), json!([{ "op": "replace", "path": "title", "value": "x" }]));
    failed["bulkId"] = json!("failed");
    let operations = [
        group("one", &["bulkId:taken"]),
        user("taken"),
        patch(&format!("/Groups/{set}"), add("bulkId:one")),
        patch("/Users/bulkId:taken", json!([{ "op": "replace", "path": "title", "value": "x" }])),
        json!({ "method": "DELETE", "path": "/Groups/bulkId:one" }),
        failed,
        group("two", &["bulkId:failed"]),
        group("three", &["bulkId:fine"]),
        user("fine"),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["400", "409", "400", "400", "400", "404", "400", "201", "201"]);
    for number in [0, 2, 3, 4, 6] {
        let detail = entries[number]["response"]["detail"].as_str().unwrap();
        assert!(detail.starts_with("bulkId: the operation that this one refers to failed"), "{detail}");
    }
    let shown = api.get(&format!("/Groups/{set}")).send().await.is(200).json;
    assert_eq!((shown.get("members"), &shown["meta"]["version"]), (None, &json!("W/\"1\"")));
}

async fn limits_are_announced_and_kept(api: Api) {
    let config = api.get("/ServiceProviderConfig").send().await.is(200).json;
    let announced = json!({ "supported": true, "maxOperations": 1000, "maxPayloadSize": 10 * 1024 * 1024 });
    assert_eq!(config["bulk"], announced);
    let delete = |_| json!({ "method": "DELETE", "path": "/Users/x" });
    assert_eq!(run(&api, &(0..1000).map(delete).collect::<Vec<_>>()).await.len(), 1000);
    let many = body(&(0..1001).map(delete).collect::<Vec<_>>());
    let detail = api.post("/Bulk", &many).send().await.refused(413, "");
    assert!(detail.contains("maxOperations (1000)"), "{detail}");
    // What is announced is what holds.
    let options = http::Options { body_limit: 5000, ..http::Options::default() };
    let options = http::Options { public_url: Some("https://roster.example".to_owned()), ..options };
    let endpoint = http::endpoint(api.directory.clone(), options);
    let small = Api { endpoint: Arc::new(endpoint.map_to_response().boxed()), ..api.clone() };
    let config = small.get("/ServiceProviderConfig").send().await.is(200).json;
    assert_eq!(config["bulk"]["maxPayloadSize"], 5000);
    let mut large = body(&[user("large")]);
    large["padding"] = json!("x".repeat(5000));
    let detail = small.post("/Bulk", &large).send().await.refused(413, "");
    assert!(detail.contains("5000 bytes"), "{detail}");
    large["padding"] = json!("x".repeat(4000));
    assert_eq!(statuses(entries(&send(&small, &large).await)), ["201"]);
}

async fn hostile_bodies_are_answered(api: Api) {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nested = format!(r#"{{"Operations":[{{"method":"POST","path":"/Users","bulkId":"x","data":{}}}]}}"#, deep(120));
    let answer = api.call("POST", "/Bulk").body(nested).send().await.is(200);
    assert_eq!(answer.json["Operations"][0]["status"], "400");
    for depth in [129, 100_000] {
        let nested = format!(r#"{{"Operations":[{{"data":{}}}]}}"#, deep(depth));
        api.call("POST", "/Bulk").body(nested).send().await.refused(400, "invalidSyntax");
    }
    let many = format!(r#"{{"Operations":[{}{{}}]}}"#, "{},".repeat(999_999));
    api.call("POST", "/Bulk").body(many).send().await.is(413);
    let odd = "bulkId:\"'%00\u{1F600}/../x".to_owned();
    let operations = [
        create("/Users", &odd, json!({ "userName": "odd" })),
        group("odd", &[&format!("bulkId:{odd}")]),
        json!({ "method": "DELETE", "path": format!("/Users/bulkId:{odd}") }),
        json!({ "method": "delete\r\nX: y", "path": "/Users/\r\nX: y" }),
        json!({ "method": "DELETE", "path": "/Users/\u{7}\u{2028}<script>" }),
        json!({ "method": "DELETE", "path": "/Users/".to_owned() + &"x".repeat(100_000) }),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201", "201", "204", "400", "404", "404"]);
    assert_eq!(entries[3].get("method"), None);
    // Everybody refers to everybody.
    let everybody: Vec<String> = (0..300).map(|number| format!("bulkId:g{number}")).collect();
    let operations: Vec<Value> = (0..300)
        .map(|number| {
            let others = everybody.iter().filter(|other| **other != format!("bulkId:g{number}"));
            group(&format!("g{number}"), &others.map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201"; 300]);
}

async fn no_secret_is_repeated(api: Api) {
    let secret = "swordfish-12345";
    let ann = api.user("ann").await;
    let set =
        |value: Value| patch(&format!("/Users/{ann}"), json!([{ "op": "add", "path": "password", "value": value }]));
    let operations = [
        create("/Users", "a", json!({ "userName": "a", "password": secret })),
        create("/Users", "b", json!({ "userName": "a", "password": secret })),
        create("/Users", "c", json!({ "userName": 7, "password": [secret, secret] })),
        create("/Users", "d", json!({ "password": secret })),
        set(json!(secret)),
        set(json!({ "value": secret })),
        json!({ "method": "PUT", "path": format!("/Users/{ann}"), "data": { "password": secret } }),
    ];
    let answer = send(&api, &body(&operations)).await;
    assert!(!answer.text.contains("swordfish") && !answer.text.contains("argon2"), "{}", answer.text);
    assert_eq!(statuses(entries(&answer))[..2], ["201", "409"]);
}
