//! Whatever is refused is refused as a SCIM error (RFC 7644 §3.12). The shape is checked by
//! `Answer::check` for every answer of every test; here stand the ways to be refused.

use crate::server::{Api, both};
use serde_json::json;

both! {
    every_route_wants_a_token_first,
    odd_authorization_headers_are_refused,
    unknown_routes_are_404,
    ids_that_are_not_ours_are_404,
    wrong_methods_are_405_and_say_what_is_allowed,
    bodies_that_are_no_json_are_refused,
    duplicate_keys_are_refused,
    content_types_are_taken_generously,
    large_bodies_are_413,
    what_a_client_sends_is_not_echoed,
    paths_are_taken_generously,
    twenty_wrong_tokens_lock_nobody_out,
}

const ROUTES: [(&str, &str); 22] = [
    ("GET", "/Users"),
    ("POST", "/Users"),
    ("POST", "/Users/.search"),
    ("GET", "/Users/x"),
    ("PUT", "/Users/x"),
    ("PATCH", "/Users/x"),
    ("DELETE", "/Users/x"),
    ("GET", "/Groups"),
    ("POST", "/Groups"),
    ("POST", "/Groups/.search"),
    ("GET", "/Groups/x"),
    ("PUT", "/Groups/x"),
    ("PATCH", "/Groups/x"),
    ("DELETE", "/Groups/x"),
    ("POST", "/.search"),
    ("GET", "/ServiceProviderConfig"),
    ("GET", "/ResourceTypes"),
    ("GET", "/ResourceTypes/User"),
    ("GET", "/Schemas"),
    ("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
    ("POST", "/Bulk"),
    ("GET", "/Me"),
];

async fn every_route_wants_a_token_first(api: Api) {
    let wrong = format!("Bearer {}x", api.token);
    for (method, path) in ROUTES {
        let api = crate::limits::limited(&api, 0, 0);
        // Discovery is open to everybody, but a wrong token is wrong everywhere (RFC 7644 §4).
        let open = method == "GET" && ["/S", "/R"].iter().any(|start| path.starts_with(start));
        for header in [None, Some(wrong.as_str()), Some("Bearer ")].into_iter().skip(usize::from(open)) {
            for body in ["{", "{\"userName\": \"intruder\"}"] {
                let call = api.call(method, path).header("authorization", header);
                let call = if method == "GET" { call } else { call.body(body) };
                let answer = call.send().await.is(401);
                let challenge = answer.header("www-authenticate").unwrap();
                assert!(challenge.starts_with("Bearer"), "{method} {path}: {challenge}");
            }
        }
    }
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 0);
}

async fn odd_authorization_headers_are_refused(api: Api) {
    let token = api.token.clone();
    let (upper, cut) = (token.to_uppercase(), &token[..token.len() - 1]);
    for header in [
        format!("Basic {token}"),
        format!("Bearer Bearer {token}"),
        format!("Bearer \"{token}\""),
        format!("Bearer {upper}"),
        format!("Bearer {cut}"),
        format!("Bearer {token},{token}"),
        format!("Bearer {}", "x".repeat(16_384)),
        token.clone(),
        "non-token".to_owned(),
        "Bearer".to_owned(),
        String::new(),
    ] {
        api.get("/Users").header("authorization", Some(&header)).send().await.is(401);
    }
    for header in [format!("bearer {token}"), format!("BEARER  {token}")] {
        api.get("/Users").header("authorization", Some(&header)).send().await.is(200);
    }
    let query = format!("/Users?access_token={token}");
    api.get(&query).header("authorization", None).send().await.is(401);
}

async fn unknown_routes_are_404(api: Api) {
    for path in ["/Nothing", "/Users/a/b", "/users-of-old", "/Groups/x/members", "/ServiceProviderConfigs", "/Me2"] {
        api.get(path).send().await.is(404);
    }
    let answer = api.get("/Nothing").send().await.is(404);
    assert_eq!(answer.json["status"], "404");
}

async fn ids_that_are_not_ours_are_404(api: Api) {
    for id in [
        "0",
        "-1",
        "00919288221112222",
        "random-word",
        "%22",
        "%27%20or%201=1",
        "..%2F..%2Fetc",
        "%00",
        "%ff",
        "%F0%9F%98%80",
        "018f0000-0000-7000-8000-000000000000",
        "{id}",
        "*",
        "null",
        &"9".repeat(4000),
    ] {
        for kind in ["Users", "Groups"] {
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                let call = api.call(method, &format!("/{kind}/{id}"));
                let body = match method {
                    "PUT" => Some(json!({ "userName": "x", "displayName": "x" })),
                    "PATCH" => Some(json!({ "Operations": [{ "op": "replace", "value": { "displayName": "x" } }] })),
                    _ => None,
                };
                let answer = match body {
                    Some(body) => call.json(&body).send().await,
                    None => call.send().await,
                };
                // Bytes that are no UTF-8 may also be called a malformed request.
                assert!(
                    answer.status == 404 || id == "%ff" && answer.status == 400,
                    "{method} {kind}/{id}: {}",
                    answer.text
                );
            }
        }
    }
}

async fn wrong_methods_are_405_and_say_what_is_allowed(api: Api) {
    let table = [
        ("PUT", "/Users", "POST"),
        ("PATCH", "/Groups", "POST"),
        ("DELETE", "/Users", "GET"),
        ("POST", "/Users/x", "PATCH"),
        ("GET", "/Users/.search", "POST"),
        ("PUT", "/.search", "POST"),
        ("DELETE", "/Schemas", "GET"),
        ("POST", "/ServiceProviderConfig", "GET"),
    ];
    for (method, path, allowed) in table {
        let answer = api.call(method, path).send().await.is(405);
        let allow = answer.header("allow").unwrap();
        assert!(allow.contains(allowed) && !allow.contains(method), "{method} {path}: {allow}");
    }
}

async fn bodies_that_are_no_json_are_refused(api: Api) {
    let deep = format!("{{\"userName\": \"d\", \"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let id = api.user("target").await;
    let bodies: [&[u8]; 16] = [
        b"",
        b" ",
        b"{",
        b"userName",
        b"{\"userName\": }",
        b"{'userName': 'a'}",
        b"{\"userName\": \"a\"} {}",
        b"{\"userName\": \"a\",}",
        b"<user/>",
        b"\xef\xbb\xbf{\"userName\": \"a\"}",
        b"{\"userName\": \"\xff\"}",
        b"{\"userName\": \"\xe9\"}",
        b"{\"userName\": \"\\ud800\"}",
        b"{\"userName\": NaN}",
        b"\xff\xfe{\0}\0",
        deep.as_bytes(),
    ];
    for body in bodies {
        for (method, path) in [
            ("POST", "/Users".to_owned()),
            ("PUT", format!("/Users/{id}")),
            ("PATCH", format!("/Users/{id}")),
            ("POST", "/Users/.search".to_owned()),
        ] {
            api.call(method, &path).body(body).send().await.refused(400, "invalidSyntax");
        }
    }
    for body in ["[]", "7", "\"text\"", "null", "true"] {
        api.call("POST", "/Users").body(body).send().await.refused(400, "invalidSyntax");
    }
    api.call("POST", "/Users").body("{\"userName\": \"a\\u0000b\"}").send().await.refused(400, "invalidValue");
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 1);
}

async fn duplicate_keys_are_refused(api: Api) {
    for body in [
        "{\"userName\": \"a\", \"userName\": \"b\"}",
        "{\"userName\": \"a\", \"USERNAME\": \"b\"}",
        "{\"userName\": \"a\", \"name\": {\"givenName\": \"x\", \"givenname\": \"y\"}}",
        "{\"userName\": \"a\", \"emails\": [{\"value\": \"x\", \"value\": \"y\"}]}",
    ] {
        api.call("POST", "/Users").body(body).send().await.refused(400, "invalidSyntax");
    }
}

async fn content_types_are_taken_generously(api: Api) {
    let taken = [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "text/json",
        "application/vnd.example+json",
    ];
    for (number, kind) in taken.into_iter().enumerate() {
        let body = json!({ "userName": format!("typed{number}") });
        api.post("/Users", &body).header("content-type", Some(kind)).send().await.is(201);
    }
    api.post("/Users", &json!({ "userName": "untyped" })).header("content-type", None).send().await.is(201);
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "text/xml",
        "text/plain",
    ] {
        let body = json!({ "userName": "refused" });
        api.post("/Users", &body).header("content-type", Some(kind)).send().await.is(415);
    }
    let coded = api.post("/Users", &json!({ "userName": "packed" })).header("content-encoding", Some("gzip"));
    coded.send().await.is(415);
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")]
    {
        api.get("/Users").header("accept", accept).send().await.is(200);
    }
}

async fn large_bodies_are_413(api: Api) {
    let body = format!("{{\"userName\": \"large\", \"title\": \"{}\"}}", "x".repeat(11 * 1024 * 1024));
    api.call("POST", "/Users").body(body).send().await.is(413);
    let values: Vec<_> = (0..10_001).map(|number| json!({ "value": format!("m{number}") })).collect();
    let group = api.group("Bounded", &[]).await;
    let add = json!([{ "op": "add", "path": "members", "value": values }]);
    api.patch(&format!("/Groups/{group}"), &add).send().await.is(413);
    api.get("/Users").send().await.is(200);
}

async fn what_a_client_sends_is_not_echoed(api: Api) {
    let id = api.user("plain").await;
    let secret = "hunter2-planted";
    let answers = [
        api.post("/Users", &json!({ "userName": "x", "password": [secret, secret] })).send().await,
        api.post("/Users", &json!({ "userName": "x", "active": secret })).send().await,
        api.call("POST", "/Users").body(format!("{{\"password\": \"{secret}\" oops")).send().await,
        api.patch(
            &format!("/Users/{id}"),
            &json!([{ "op": "replace", "path": format!("password[{secret}]"), "value": secret }]),
        )
        .send()
        .await,
        api.patch(&format!("/Users/{id}"), &json!([{ "op": secret, "value": { "password": secret } }])).send().await,
        api.find("/Users", &format!("password eq \"{secret}\"")).send().await,
        api.find("/Users", &format!("userName eq {secret}")).send().await,
        api.get(&format!("/Users/{secret}")).send().await,
    ];
    for answer in answers {
        assert!(answer.status >= 400, "{}: {}", answer.asked, answer.text);
        assert!(!answer.text.contains(secret), "{}: {}", answer.asked, answer.text);
    }
}

async fn paths_are_taken_generously(api: Api) {
    let id = api.user("slash").await;
    for path in [
        "/Users/".to_owned(),
        "/Users?".to_owned(),
        "/Users?&".to_owned(),
        format!("/Users/{id}/"),
        format!("/Users/{id}?"),
    ] {
        api.get(&path).send().await.is(200);
    }
    let head = api.call("HEAD", &format!("/Users/{id}")).send().await.is(200);
    assert!(head.text.is_empty());
}

async fn twenty_wrong_tokens_lock_nobody_out(api: Api) {
    for number in 0..20 {
        api.get("/Users").header("authorization", Some(&format!("Bearer wrong-{number}"))).send().await.is(401);
    }
    api.get("/Users").send().await.is(200);
}
