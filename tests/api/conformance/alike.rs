//! Both databases answer alike, to the byte, and nothing but the method of a request decides what it does.

use crate::database::Kind;
use crate::server::{Api, both, encode, run};
use serde_json::{Value, json};
use std::sync::mpsc::channel;

both! {
    no_header_and_no_parameter_changes_the_method,
    paths_are_read_as_they_are_spelled,
}

/// What a case was answered, without what differs from one request to the next.
async fn transcript(api: Api) -> Vec<String> {
    let mut lines = Vec::new();
    let user = |number: usize| {
        let name = ["Ölaf", "zoe", "Ada", "öl"][number % 4];
        let title = (!number.is_multiple_of(3)).then(|| format!("T{}", number % 5));
        json!({
            "userName": format!("User{number:02}"), "displayName": name,
            "title": title, "externalId": format!("E{number}"),
            "emails": [{ "value": format!("u{number}@x.example"), "type": "work", "primary": number.is_multiple_of(2) }, { "value": "same@x.example" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": format!("D{}", number % 2) },
        })
    };
    let mut requests: Vec<(&str, String, Option<Value>)> =
        (0..12).map(|n| ("POST", "/Users".to_owned(), Some(user(n)))).collect();
    let id = |number: usize| format!("00000000-0000-7000-8000-{number:012x}");
    requests.push(("POST", "/Users".to_owned(), Some(user(3))));
    let members: Vec<Value> = [3, 1, 2].map(|number| json!({ "value": id(number) })).into();
    requests.push(("POST", "/Groups".to_owned(), Some(json!({ "displayName": "G", "members": members }))));
    for path in [
        "/Users",
        "/Groups",
        "",
        "/Users?sortBy=displayName",
        "/Users?sortBy=title&sortOrder=descending&count=5&startIndex=3",
    ] {
        requests.push(("GET", path.to_owned(), None));
    }
    for filter in [
        "title pr and not (emails.type eq \"home\")",
        "emails[primary eq false].value eq \"same@x.example\"",
        "displayName co \"ö\"",
        "department eq \"d1\" or externalId eq \"E4\"",
        "groups.display eq \"g\"",
        "meta.created ge \"2026-01-31T09:30:00Z\" and userName le \"user05\"",
        "nonsense eq",
    ] {
        requests.push(("GET", format!("/Users?filter={}", encode(filter)), None));
        requests.push(("GET", format!("?filter={}&sortBy=userName", encode(filter)), None));
    }
    let patch = |operations: Value| Some(json!({ "Operations": operations }));
    for number in 1..4 {
        let path = format!("/Users/{}", id(number));
        let operations = json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "n@x" }, { "op": "remove", "path": "title" }]);
        requests.push(("PATCH", path.clone(), patch(operations)));
        requests.push((
            "PATCH",
            path.clone(),
            patch(json!([{ "op": "replace", "path": "userName", "value": "USER05" }])),
        ));
        requests.push(("PUT", path.clone(), Some(json!({ "userName": format!("put{number}") }))));
        requests.push(("GET", path.clone(), None));
        requests.push(("DELETE", path, None));
    }
    for path in ["/Groups", "/Users?attributes=userName,groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes"]
    {
        requests.push(("GET", path.to_owned(), None));
    }
    for (method, path, body) in requests {
        api.clock.advance(1_234_567);
        let call = api.call(method, &path);
        let answer = if let Some(body) = body { call.json(&body) } else { call }.send().await;
        let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
        let headers: Vec<String> =
            headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.push(format!("{method} {path} {} {headers:?} {}", answer.status, answer.text));
    }
    lines
}

#[test]
fn both_databases_answer_alike_to_the_byte() {
    let said = |kind| {
        let (send, receive) = channel();
        run(kind, async move |api: Api| send.send(transcript(api).await).unwrap());
        receive.try_recv().ok()
    };
    let (Some(sqlite), Some(postgres)) = (said(Kind::Sqlite), said(Kind::Postgres)) else { return };
    assert!(sqlite.len() > 50 && sqlite.iter().any(|line| line.contains(" 409 ")));
    for (one, other) in sqlite.iter().zip(&postgres) {
        assert_eq!(one, other);
    }
    assert_eq!(sqlite.len(), postgres.len());
}

async fn no_header_and_no_parameter_changes_the_method(api: Api) {
    let path = format!("/Users/{}", api.user("kept").await);
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        for method in ["DELETE", "PUT", "PATCH"] {
            api.get(&path).header(header, Some(method)).send().await.is(200);
            api.call("POST", &path).json(&json!({})).header(header, Some(method)).send().await.is(405);
        }
    }
    for query in ["_method=DELETE", "method=DELETE", "X-HTTP-Method-Override=DELETE"] {
        api.get(&format!("{path}?{query}")).send().await.is(200);
    }
    for method in ["OPTIONS", "TRACE"] {
        for path in ["/Users", &path, "/ServiceProviderConfig"] {
            let answer = api.call(method, path).send().await.is(405);
            assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{method} {path}");
        }
    }
    assert_eq!(api.get(&path).send().await.is(200).header("etag"), Some("W/\"1\""));
}

async fn paths_are_read_as_they_are_spelled(api: Api) {
    let id = api.user("spelled").await;
    for path in
        ["/users", "/USERS", "/Users%2F", "//Users", "/Users//", "/schemas", "/resourcetypes", "/Users/../Groups"]
    {
        let status = api.get(path).send().await.status;
        assert!(status == 404 || path == "/Users//" && status == 200, "{path}: {status}");
    }
    let encoded = id.replace('-', "%2D");
    assert_eq!(api.get(&format!("/Users/{encoded}")).send().await.is(200).id(), id);
    api.get(&format!("/Users/{}", id.to_uppercase())).send().await.is(if id.to_uppercase() == id { 200 } else { 404 });
}
