//! Requests and answers: endpoints, statuses, error kinds, what lists say, what answers show
//! (RFC 7644 §3.1 to §3.4, §3.9, §3.12, §4).

use crate::server::{Api, NOBODY, both};
use roster::auth::scope::Scopes;
use roster::directory::manage::NewToken;
use serde_json::{Value, json};

both! {
    each_endpoint_has_its_methods,
    each_status_and_each_kind_of_error_has_its_case,
    a_page_has_its_default_size_and_never_more_than_was_asked_for,
    parameters_nobody_knows_are_ignored_by_every_operation,
    every_operation_shows_what_was_asked_for,
    discovery_is_open_and_says_the_same_to_everybody,
    a_put_answers_with_the_whole_resource_and_takes_nothing_by_halves,
}

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A token of these scopes on the case's connection.
async fn scoped(api: &Api, scopes: &str) -> Api {
    let new = NewToken {
        name: "scoped".to_owned(),
        scopes: Scopes::parse(scopes).unwrap(),
        expires: None,
        addresses: Vec::new(),
        user: None,
    };
    api.with_token(api.directory.create_token("default", "default", new).await.unwrap().0.reveal())
}

fn patch(operation: &Value) -> Value {
    json!({ "schemas": [PATCH_OP], "Operations": [operation] })
}

/// RFC 7644 table 2, but for the endpoints that have files of their own.
async fn each_endpoint_has_its_methods(api: Api) {
    let rename = patch(&json!({ "op": "replace", "path": "displayName", "value": "n" }));
    for (endpoint, body) in [("/Users", json!({ "userName": "n" })), ("/Groups", json!({ "displayName": "n" }))] {
        let id = api.post(endpoint, &body).send().await.is(201).id();
        let path = format!("{endpoint}/{id}");
        api.get(endpoint).send().await.is(200);
        api.get(&path).send().await.is(200);
        api.put(&path, &body).send().await.is(200);
        api.call("PATCH", &path).json(&rename).send().await.is(200);
        api.post(&format!("{endpoint}/.search"), &json!({})).send().await.is(200);
        api.delete(&path).send().await.is(204);
    }
    for path in ["", "/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"] {
        api.get(path).send().await.is(200);
    }
    api.post("/.search", &json!({})).send().await.is(200);
}

/// RFC 7644 tables 8 and 9. That each error says its status in its body is checked of every answer.
async fn each_status_and_each_kind_of_error_has_its_case(api: Api) {
    let id = api.user("case").await;
    api.user("taken").await;
    let path = format!("/Users/{id}");
    let replace = |path: &str, value: Value| patch(&json!({ "op": "replace", "path": path, "value": value }));
    let table = [
        ("POST", "/Users/.search", json!({ "filter": "userName xx \"a\"" }), 400, "invalidFilter"),
        ("POST", "/.search", json!({ "filter": "active gt true" }), 400, "invalidFilter"),
        ("PATCH", &path, replace("emails[type eq", json!("x")), 400, "invalidFilter"),
        ("POST", "/Users", json!({ "userName": "TAKEN" }), 409, "uniqueness"),
        ("PUT", &path, json!({ "userName": "taken" }), 409, "uniqueness"),
        ("PATCH", &path, replace("userName", json!("Taken")), 409, "uniqueness"),
        ("PATCH", &path, replace("id", json!("x")), 400, "mutability"),
        ("PATCH", &path, patch(&json!({ "op": "remove", "path": "userName" })), 400, "mutability"),
        ("PATCH", &path, patch(&json!({ "op": "remove", "path": "groups" })), 400, "mutability"),
        ("POST", "/Users", json!([]), 400, "invalidSyntax"),
        ("PUT", &path, json!("text"), 400, "invalidSyntax"),
        ("POST", "/Users/.search", json!(7), 400, "invalidSyntax"),
        ("PATCH", &path, json!({ "Operations": "x" }), 400, "invalidSyntax"),
        ("PATCH", &path, replace("no such path", json!("x")), 400, "invalidPath"),
        ("PATCH", &path, replace("noSuchAttribute", json!("x")), 400, "invalidPath"),
        ("PATCH", &path, patch(&json!({ "op": "remove" })), 400, "noTarget"),
        ("PATCH", &path, replace("emails[type ne \"x\"].value", json!("v")), 400, "noTarget"),
        ("POST", "/Users", json!({ "title": "nameless" }), 400, "invalidValue"),
        ("PUT", &path, json!({ "title": "nameless" }), 400, "invalidValue"),
        ("PATCH", &path, replace("active", json!("perhaps")), 400, "invalidValue"),
        ("POST", "/Users/.search", json!({ "startIndex": "many" }), 400, "invalidValue"),
        ("POST", "/Users/.search", json!({ "count": "many" }), 400, "invalidCount"),
        ("PUT", "/Users/nobody", json!({ "userName": "n" }), 404, ""),
        ("PATCH", "/Groups/nobody", replace("displayName", json!("n")), 404, ""),
        ("POST", "/Nothing", json!({}), 404, ""),
        ("POST", "/Schemas", json!({}), 405, ""),
    ];
    for (method, path, body, status, kind) in table {
        let detail = api.call(method, path).json(&body).send().await.refused(status, kind);
        assert!(detail.len() > 15, "{method} {path}: {detail}");
    }
    api.get("/Users?filter=userName%20regex%20%22a%22").send().await.refused(400, "invalidFilter");
    api.get("/Users").header("authorization", None).send().await.refused(401, "");
    let reader = scoped(&api, "scim:read").await;
    reader.get(&path).send().await.is(200);
    for call in [
        reader.post("/Users", &json!({ "userName": "x" })),
        reader.put(&path, &json!({ "userName": "x" })),
        reader.call("PATCH", &path).json(&replace("title", json!("x"))),
        reader.delete(&path),
    ] {
        call.send().await.refused(403, "");
    }
    for call in [api.put(&path, &json!({ "userName": "x" })), api.delete(&path)] {
        call.if_match("W/\"9\"").send().await.refused(412, "");
    }
    let large = json!({ "userName": "l", "title": "x".repeat(11 * 1024 * 1024) });
    api.post("/Users", &large).send().await.refused(413, "");
    api.post("/Users", &json!({})).header("content-type", Some("text/xml")).send().await.refused(415, "");
    assert_eq!(api.get(&path).send().await.is(200).header("etag"), Some("W/\"1\""), "nothing was changed");
}

async fn a_page_has_its_default_size_and_never_more_than_was_asked_for(api: Api) {
    let config = api.get("/ServiceProviderConfig").send().await.is(200).json;
    let size = config["pagination"]["defaultPageSize"].as_u64().unwrap();
    for number in 0..=size {
        api.user(&format!("page{number}")).await;
    }
    for path in ["/Users", ""] {
        let page = api.get(path).send().await.is(200).json;
        assert_eq!(page["schemas"], json!([LIST]));
        let said = (&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]);
        assert_eq!(said, (&json!(size + 1), &json!(1), &json!(size)), "{path}");
        let rest = api.get(&format!("{path}?startIndex={}", size + 1)).send().await.is(200).json;
        assert_eq!((&rest["startIndex"], &rest["itemsPerPage"]), (&json!(size + 1), &json!(1)), "{path}");
        let none = api.get(&format!("{path}?count=0")).send().await.is(200).json;
        assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(size + 1), &json!([])), "{path}");
        for (count, items) in [("1", 1), ("2", 2), ("-5", 0), ("1000", size + 1)] {
            let page = api.get(&format!("{path}?count={count}")).send().await.is(200).json;
            assert_eq!(page["itemsPerPage"], json!(items), "{path} {count}");
        }
    }
}

async fn parameters_nobody_knows_are_ignored_by_every_operation(api: Api) {
    let more = "?aadOptscim062020&unknown=1&x=%20&page=2&limit=1&filter.x=1";
    let body = json!({ "userName": "p", "title": "T" });
    let made = api.post(&format!("/Users{more}"), &body).send().await.is(201);
    let path = format!("/Users/{}{more}", made.id());
    assert_eq!(api.get(&path).send().await.is(200).json, made.json);
    assert_eq!(api.put(&path, &body).send().await.is(200).json, made.json);
    let same = json!([{ "op": "replace", "path": "title", "value": "T" }]);
    assert_eq!(api.patch(&path, &same).send().await.is(200).json, made.json);
    for list in ["/Users", ""] {
        assert_eq!(api.get(&format!("{list}{more}")).send().await.is(200).json["Resources"], json!([made.json]));
        let asked = json!({ "unknown": { "x": 1 }, "page": 2 });
        let found = api.post(&format!("{list}/.search{more}"), &asked).send().await.is(200);
        assert_eq!(found.json["Resources"], json!([made.json]));
    }
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes/Group"] {
        let plain = api.get(path).send().await.is(200).json;
        assert_eq!(api.get(&format!("{path}{more}")).send().await.is(200).json, plain);
    }
    api.delete(&path).send().await.is(204);
}

async fn every_operation_shows_what_was_asked_for(api: Api) {
    let body = json!({ "userName": "v", "title": "T", "name": { "givenName": "G", "familyName": "F" } });
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let number = std::sync::atomic::AtomicU32::new(0);
    for (query, search, shown) in [
        ("attributes=title", json!({ "attributes": ["title"] }), vec!["schemas", "id", "title"]),
        ("attributes=NAME.givenName", json!({ "attributes": ["NAME.givenName"] }), vec!["schemas", "id", "name"]),
        (
            "excludedAttributes=name,meta,id,schemas",
            json!({ "excludedAttributes": ["name", "meta", "id", "schemas"] }),
            vec!["schemas", "id", "userName", "title", "active"],
        ),
        ("attributes=id", json!({ "attributes": ["id"] }), vec!["schemas", "id"]),
        ("attributes=password", json!({ "attributes": ["password"] }), vec!["schemas", "id"]),
    ] {
        let mut own = body.clone();
        own["userName"] = json!(format!("v{}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
        let made = api.post(&format!("/Users?{query}"), &own).send().await.is(201);
        let one = format!("/Users/{}?{query}", made.id());
        let change = json!([{ "op": "replace", "path": "nickName", "value": "N" }]);
        let clear = json!([{ "op": "remove", "path": "nickName" }]);
        let mut found = vec![
            made.json.clone(),
            api.get(&one).send().await.is(200).json,
            api.put(&one, &own).send().await.is(200).json,
        ];
        api.patch(&one, &change).send().await.is(200);
        found.push(api.patch(&one, &clear).send().await.is(200).json);
        let filter = format!("id eq \"{}\"", made.id());
        let mut search = search;
        search["filter"] = json!(filter);
        for path in ["/Users", ""] {
            let listed = api.get(&format!("{path}?{query}&filter={}", crate::server::encode(&filter))).send().await;
            let searched = api.post(&format!("{path}/.search"), &search).send().await;
            found.extend([listed, searched].map(|answer| answer.is(200).json["Resources"][0].clone()));
        }
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let expected = sorted(shown.iter().map(ToString::to_string).collect());
        for (place, found) in found.iter().enumerate() {
            assert_eq!(sorted(keys(found)), expected, "{query}, answer {place}: {found}");
        }
    }
}

async fn discovery_is_open_and_says_the_same_to_everybody(api: Api) {
    for path in
        ["/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"]
    {
        let mine = api.get(path).send().await.is(200).json;
        let open = api.get(path).header("authorization", None).send().await.is(200).json;
        assert_eq!(mine, open, "{path}");
        let kind = open["schemas"][0].as_str().unwrap();
        assert_eq!(kind == LIST, !path[1..].contains('/'), "{path}: {kind}");
    }
    let config = api.get("/ServiceProviderConfig").header("authorization", None).send().await.is(200).json;
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[feature]["supported"].is_boolean(), "{feature}");
    }
    for scheme in config["authenticationSchemes"].as_array().unwrap() {
        for name in ["type", "name", "description"] {
            assert!(scheme[name].as_str().is_some_and(|text| !text.is_empty()), "{scheme}");
        }
        let known = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"];
        assert!(known.contains(&scheme["type"].as_str().unwrap()), "{scheme}");
        assert!(scheme["specUri"].as_str().unwrap().starts_with("https://"), "{scheme}");
    }
    api.get("/Users").header("authorization", None).send().await.is(401);
}

async fn a_put_answers_with_the_whole_resource_and_takes_nothing_by_halves(api: Api) {
    let body = json!({
        "userName": "w", "title": "T", "nickName": "N", "emails": [{ "value": "w@x", "type": "work" }],
        "name": { "givenName": "G", "familyName": "F" }
    });
    let made = api.post("/Users", &body).send().await.is(201);
    let path = format!("/Users/{}", made.id());
    let sent = json!({
        "userName": "W2", "title": null, "emails": [], "name": { "givenName": "H" }, "groups": [{ "value": NOBODY }],
        "id": NOBODY, "meta": { "version": "W/\"77\"", "created": "2001-01-01T00:00:00Z" }, "locale": "de"
    });
    let replaced = api.put(&path, &sent).send().await.is(200);
    let mut expected = json!({
        "schemas": made.json["schemas"], "id": made.json["id"], "userName": "W2", "name": { "givenName": "H" },
        "locale": "de", "active": true, "meta": made.json["meta"]
    });
    expected["meta"]["version"] = json!("W/\"2\"");
    assert_eq!(replaced.json, expected);
    assert_eq!(api.get(&path).send().await.is(200).json, expected);
    for refused in [
        json!({ "title": "T" }),
        json!({ "userName": "w", "emails": [{ "value": {} }] }),
        json!({ "userName": "w", "active": "?" }),
    ] {
        api.put(&path, &refused).send().await.refused(400, "invalidValue");
        assert_eq!(api.get(&path).send().await.is(200).json, expected, "{refused}");
    }
}
