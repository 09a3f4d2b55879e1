//! Tenants that are opened to native APIs and tenants that are not: who sees the extension schemas of these
//! APIs, what opens a tenant, and what becomes of writes that meet the opening.

use crate::races::at_once;
use crate::server::{Api, both, encode};
use roster::directory::Caller;
use roster::directory::{Error, Expect};
use roster::scim::projection::Projection;
use roster::scim::schema::ResourceType;
use serde_json::{Value, json};
use std::sync::Arc;

both! {
    a_tenant_that_is_not_opened_is_a_plain_directory,
    native_schemas_are_unknown_ones_in_a_plain_tenant,
    native_apis_read_users_of_a_plain_tenant,
    a_login_into_a_plain_tenant_leaves_no_trace_in_the_user,
    sessions_end_in_a_plain_tenant_as_well,
    an_entry_of_a_catalogue_opens_the_tenant,
    an_administrator_opens_a_tenant_for_ever,
    a_native_write_opens_the_tenant_and_a_refused_one_does_not,
    an_opening_fills_in_users_and_makes_no_version,
    a_write_that_meets_the_opening_keeps_what_it_gave,
    users_that_come_while_a_tenant_is_opened_have_numbers,
    one_tenant_is_opened_and_no_other,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
/// A schema nobody knows, as long as the others.
const NOWHERE: &str = "urn:ietf:params:scim:schemas:extension:nowhere:2.0:User";

fn body(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

async fn is_open(api: &Api) -> bool {
    let schemas = api.get("/Schemas").send().await.is(200).json;
    let opened = match schemas["totalResults"].as_u64() {
        Some(3) => false,
        Some(8) => true,
        other => panic!("{other:?} schemas"),
    };
    let tenant = api.admin("GET", "/tenants/default").send().await.is(200).json;
    assert_eq!(tenant["native"], opened);
    opened
}

async fn read(api: &Api, id: &str) -> Value {
    api.get(&format!("/Users/{id}")).send().await.is(200).json
}

async fn log_in(api: &Api, name: &str) -> Api {
    let body = json!({ "username": name, "password": "correct horse" });
    let answer = api.call("POST", "root:/auth/login").header("content-type", Some("application/json")).json(&body);
    api.with_token(answer.send().await.is(200).text_at("/token"))
}

async fn a_tenant_that_is_not_opened_is_a_plain_directory(api: Api) {
    let mut sent = body("a");
    sent[ENTERPRISE] = json!({ "department": "Bindery" });
    let created = api.post("/Users", &sent).send().await.is(201).json;
    let keys: Vec<&str> = created.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["schemas", "id", "userName", ENTERPRISE, "active", "meta"]);
    assert_eq!(created["schemas"], json!([USER, ENTERPRISE]));
    for anybody in [Some(format!("Bearer {}", api.token)), None] {
        let get = |path: &str| api.get(path).header("authorization", anybody.as_deref()).send();
        assert_eq!(get("/Schemas").await.is(200).json["totalResults"], 3);
        get(&format!("/Schemas/{LIFECYCLE}")).await.is(404);
        let user = get("/ResourceTypes/User").await.is(200).json;
        assert_eq!(user["schemaExtensions"], json!([{ "schema": ENTERPRISE, "required": false }]));
    }
    let document = api.get("root:/openapi/scim.json").header("authorization", None).send().await.is(200);
    assert!(!document.text.contains("extension:lifecycle"), "nothing is described that a plain tenant lacks");
    api.open_to_native().await;
    assert_eq!(api.get("/Schemas").send().await.is(200).json["totalResults"], 8);
    api.get(&format!("/Schemas/{LIFECYCLE}")).send().await.is(200);
    let extensions = api.get("/ResourceTypes/User").send().await.is(200).json["schemaExtensions"].clone();
    assert_eq!(extensions.as_array().unwrap().len(), 6);
    // Who has not said who it is sees what every tenant has.
    assert_eq!(api.get("/Schemas").header("authorization", None).send().await.is(200).json["totalResults"], 3);
}

/// Whatever a client does with a native schema comes out as with one that nobody knows.
async fn native_schemas_are_unknown_ones_in_a_plain_tenant(api: Api) {
    for profile in ["default", "okta", "entra", "strict"] {
        api.set_profile(profile).await;
        for (place, attribute) in [(LIFECYCLE, "numericId"), (LOGIXX, "branchId")] {
            let told = async |urn: &str| {
                let named = body(&format!("{profile} {attribute} {urn}"));
                let id = api.post("/Users", &named).send().await.is(201).id();
                let path = format!("/Users/{id}");
                let operations = [
                    json!([{ "op": "add", "path": format!("{urn}:{attribute}"), "value": 7 }]),
                    json!([{ "op": "add", "value": { urn: { attribute: 7 } } }]),
                    json!([{ "op": "remove", "path": urn }]),
                ];
                let mut sent = body(&format!("new {profile} {attribute} {urn}"));
                sent["schemas"] = json!([USER, urn]);
                sent[urn] = json!({ attribute: 7 });
                let mut answers = vec![
                    api.post("/Users", &sent).send().await,
                    api.put(&path, &sent).send().await,
                    api.find("/Users", &format!("{urn}:{attribute} eq 7")).send().await,
                    api.get(&format!("/Users?sortBy={}", encode(&format!("{urn}:{attribute}")))).send().await,
                    api.get(&format!("{path}?attributes={urn}")).send().await,
                ];
                for operations in operations {
                    answers.push(api.patch(&path, &operations).send().await);
                }
                let stored = read(&api, &id).await;
                assert!(stored.get(urn).is_none(), "{stored}");
                answers.into_iter().map(|answer| (answer.status, answer.json["scimType"].clone())).collect::<Vec<_>>()
            };
            assert_eq!(told(place).await, told(NOWHERE).await, "{profile} {attribute}");
        }
    }
    assert!(!is_open(&api).await);
}

async fn native_apis_read_users_of_a_plain_tenant(api: Api) {
    let mut sent = body("mira@example.com");
    sent["emails"] = json!([{ "value": "mira@example.com", "primary": true }]);
    let id = api.post("/Users", &sent).send().await.is(201).id();
    let user = api.get(&format!("root:/adeptia/rest/users/{id}")).send().await.is(200).json;
    let number = user["IndigoUser"]["id"].as_str().or(user["User"]["id"].as_str()).unwrap_or_else(|| panic!("{user}"));
    let by_number = api.get(&format!("root:/adeptia/rest/users/{number}")).send().await.is(200).json;
    assert_eq!(by_number, user);
    for path in ["/adeptia/rest/users?limit=9", "/logixx/users", "/appcrm/users", "/publica/users"] {
        let listed = api.get(&format!("root:{path}")).send().await;
        assert!(listed.status < 500, "{path}: {}", listed.text);
    }
    assert!(!is_open(&api).await);
    api.open_to_native().await;
    assert_eq!(read(&api, &id).await[LIFECYCLE]["numericId"].to_string(), number);
}

async fn a_login_into_a_plain_tenant_leaves_no_trace_in_the_user(api: Api) {
    let mut sent = body("anna");
    sent["password"] = json!("correct horse");
    let id = api.post("/Users", &sent).send().await.is(201).id();
    let before = read(&api, &id).await;
    let session = log_in(&api, "anna").await;
    session.call("GET", "root:/auth/session").send().await.is(200);
    assert_eq!(read(&api, &id).await, before);
    api.admin("DELETE", &format!("/users/{id}/sessions")).send().await.is(204);
    session.call("GET", "root:/auth/session").send().await.is(401);
    assert_eq!(read(&api, &id).await, before);
    assert!(!is_open(&api).await);
}

async fn sessions_end_in_a_plain_tenant_as_well(api: Api) {
    let mut sent = body("anna");
    sent["password"] = json!("correct horse");
    let id = api.post("/Users", &sent).send().await.is(201).id();
    let path = format!("/Users/{id}");
    for (ends, after) in [
        (
            json!([{ "op": "replace", "path": "active", "value": false }]),
            json!([{ "op": "replace", "path": "active", "value": true }]),
        ),
        (
            json!([{ "op": "replace", "path": "password", "value": "another horse" }]),
            json!([{ "op": "replace", "path": "password", "value": "correct horse" }]),
        ),
    ] {
        let session = log_in(&api, "anna").await;
        session.call("GET", "root:/auth/session").send().await.is(200);
        api.patch(&path, &ends).send().await.is(200);
        api.patch(&path, &after).send().await.is(200);
        session.call("GET", "root:/auth/session").send().await.is(401);
    }
    assert!(!is_open(&api).await);
}

async fn an_entry_of_a_catalogue_opens_the_tenant(api: Api) {
    let id = api.user("a").await;
    let refused = json!({ "id": 0, "name": "North" });
    api.admin("POST", "/branches").json(&refused).send().await.problem(400, Some("id"));
    assert!(!is_open(&api).await);
    api.admin("POST", "/branches").json(&json!({ "id": 5, "name": "North" })).send().await.is(201);
    assert!(is_open(&api).await);
    let set = json!([{ "op": "add", "path": format!("{LOGIXX}:branchId"), "value": 5 }]);
    let user = api.patch(&format!("/Users/{id}"), &set).send().await.is(200).json;
    assert_eq!((&user[LOGIXX]["branchId"], &user[LIFECYCLE]["provisionedBy"]), (&json!(5), &json!("scim")));
}

async fn an_administrator_opens_a_tenant_for_ever(api: Api) {
    let path = "/tenants/default";
    let change = async |body: Value| api.admin("PATCH", path).json(&body).send().await;
    assert_eq!(change(json!({ "native": false })).await.is(200).json["native"], false);
    assert!(!is_open(&api).await);
    // With what cannot be, nothing is done.
    api.tenant("other").await;
    change(json!({ "native": true, "name": "other" })).await.problem(409, Some("name"));
    assert!(!is_open(&api).await);
    for _ in 0..2 {
        assert_eq!(change(json!({ "native": true })).await.is(200).json["native"], true);
        assert!(is_open(&api).await);
    }
    let detail = change(json!({ "native": false })).await.problem(400, Some("native"));
    assert!(detail.contains("not taken back"), "{detail}");
    let renamed = change(json!({ "name": "renamed", "native": true })).await.is(200).json;
    assert_eq!((&renamed["name"], &renamed["native"]), (&json!("renamed"), &json!(true)));
}

async fn a_native_write_opens_the_tenant_and_a_refused_one_does_not(api: Api) {
    let (anna, bert) = (api.user("anna").await, api.user("bert").await);
    let switch = |id: &str| api.call("PUT", &format!("root:/adeptia/rest/users/deactivate/{id}"));
    switch("4711").send().await.is(404);
    assert!(!is_open(&api).await);
    switch(&anna).send().await.is(200);
    assert!(is_open(&api).await);
    let user = read(&api, &anna).await;
    assert_eq!((&user["active"], &user["meta"]["version"]), (&json!(false), &json!("W/\"2\"")));
    assert_eq!(user[LIFECYCLE]["deactivatedAt"], "2026-01-31T09:30:00.000Z");
    let other = read(&api, &bert).await;
    assert!(other[LIFECYCLE]["numericId"].is_i64() && other["meta"]["version"] == "W/\"1\"", "{other}");
}

async fn an_opening_fills_in_users_and_makes_no_version(api: Api) {
    let mut gone = body("gone");
    gone["active"] = json!(false);
    gone["displayName"] = json!("Zed");
    let (gone, here) = (api.post("/Users", &gone).send().await.is(201).json, api.user("here").await);
    let path = format!("/Users/{}", gone["id"].as_str().unwrap());
    let group = api.group("g", &[&here]).await;
    let before = api.get(&format!("/Groups/{group}")).send().await.is(200).json;
    api.clock.advance(3_600_000_000);
    api.open_to_native().await;
    let read = api.get(&path).send().await.is(200);
    assert_eq!((&read.json["meta"], read.header("etag")), (&gone["meta"], Some("W/\"1\"")));
    assert_eq!(read.json["schemas"], json!([USER, LIFECYCLE]));
    let number = read.json[LIFECYCLE]["numericId"].clone();
    let filled = json!({ "numericId": number, "provisionedBy": "scim", "deactivatedAt": "2026-01-31T09:30:00.000Z" });
    assert_eq!(read.json[LIFECYCLE], filled);
    let appcrm = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name";
    for filter in [format!("numericId eq {number}"), "deactivatedAt pr".to_owned(), format!("{appcrm} eq \"zed\"")] {
        assert_eq!(api.find("/Users", &filter).send().await.is(200).each("userName"), ["gone"], "{filter}");
    }
    assert_eq!(api.get(&format!("/Groups/{group}")).send().await.is(200).json, before);
    // An echo of it is no change.
    let echo = api.put(&path, &read.json).if_match("W/\"1\"").send().await.is(200);
    assert_eq!(echo.json, read.json);
}

/// The caller and the type of users as they were before the tenant was opened.
struct Stale {
    caller: Caller,
    users: Arc<ResourceType>,
    show: Projection,
}

impl Stale {
    async fn of(api: &Api) -> Self {
        let caller = api.directory.authenticate(&api.token, None).await.unwrap();
        let users = Arc::clone(api.directory.registry_for(Some(&caller)).resource_type("User").unwrap());
        assert_eq!(users.extensions.len(), 1);
        Self { show: Projection::new(&users, &[], &[]), caller, users }
    }
}

async fn a_write_that_meets_the_opening_keeps_what_it_gave(api: Api) {
    let directory = &api.directory;
    let ids = [api.user("replaced").await, api.user("patched").await, api.user("deleted").await];
    let [replaced, patched, deleted] = &ids;
    let mut report = body("report");
    report[ENTERPRISE] = json!({ "manager": { "value": deleted } });
    let report = api.post("/Users", &report).send().await.is(201).id();
    let Stale { caller, users, show } = Stale::of(&api).await;
    // Between the credential and the write.
    api.open_to_native().await;
    let numbers: Vec<Value> = [read(&api, replaced).await, read(&api, patched).await]
        .iter()
        .map(|user| user[LIFECYCLE]["numericId"].clone())
        .collect();
    let any = Expect::default();
    let mut sent = body("replaced");
    (sent["active"], sent["title"]) = (json!(false), json!("T"));
    directory.replace(&caller, &users, replaced, sent, &any, &show).await.unwrap();
    let operations = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }],
    });
    directory.patch(&caller, &users, patched, &operations, &any, &show, "").await.unwrap();
    for (id, number) in [replaced, patched].into_iter().zip(numbers) {
        let user = read(&api, id).await;
        let noted = json!({
            "numericId": number,
            "provisionedBy": "scim",
            "deactivatedAt": "2026-01-31T09:30:00.000Z",
            "sessionsRevokedAt": "2026-01-31T09:30:00.000Z",
        });
        assert_eq!((&user[LIFECYCLE], &user["schemas"]), (&noted, &json!([USER, LIFECYCLE])));
    }
    let made = directory.create(&caller, &users, body("made"), &show).await.unwrap();
    let user = read(&api, &made.id).await;
    assert_eq!((&user[LIFECYCLE]["numericId"], &user[LIFECYCLE]["provisionedBy"]), (&json!(made.num), &json!("scim")));
    directory.delete(&caller, &users, deleted, &any).await.unwrap();
    assert_eq!(read(&api, &report).await.get(ENTERPRISE), None, "nobody is left with a manager who is gone");
    let taken = directory.create(&caller, &users, body("Made"), &show).await;
    assert!(matches!(taken, Err(Error::Scim(_))), "{taken:?}");
}

async fn users_that_come_while_a_tenant_is_opened_have_numbers(api: Api) {
    let first = api.user("first").await;
    let statuses = at_once(24, |place| {
        let (api, first) = (api.clone(), first.clone());
        async move {
            match place % 6 {
                0 => api.admin("POST", "/branches").json(&json!({ "name": format!("b{place}") })).send().await.status,
                1 => {
                    let set = json!([{ "op": "replace", "path": "title", "value": format!("t{place}") }]);
                    api.patch(&format!("/Users/{first}"), &set).send().await.status
                }
                _ => api.post("/Users", &body(&format!("u{place}"))).send().await.status,
            }
        }
    });
    let statuses = statuses.await;
    assert!(statuses.iter().all(|status| [200, 201].contains(status)), "{statuses:?}");
    assert!(is_open(&api).await);
    let listed = api.get("/Users?count=100").send().await.is(200).json;
    let users = listed["Resources"].as_array().unwrap();
    assert_eq!(users.len(), 17);
    for user in users {
        let filter =
            format!("id eq \"{}\" and numericId eq {}", user["id"].as_str().unwrap(), user[LIFECYCLE]["numericId"]);
        assert_eq!(api.find("/Users", &filter).send().await.is(200).json["totalResults"], 1, "{user}");
    }
}

async fn one_tenant_is_opened_and_no_other(api: Api) {
    let other = api.tenant("other").await;
    let id = other.user("a").await;
    let before = read(&other, &id).await;
    api.open_to_native().await;
    assert_eq!(other.get("/Schemas").send().await.is(200).json["totalResults"], 3);
    assert_eq!(read(&other, &id).await, before);
    // A token of an opened tenant that looks into another one finds it as it is.
    api.admin("DELETE", &format!("/users/{id}/sessions?tenant=other")).send().await.is(204);
    assert_eq!(read(&other, &id).await, before);
    other.open_tenant_to_native("other").await;
    assert!(read(&other, &id).await[LIFECYCLE]["numericId"].is_i64());
}

#[test]
fn the_command_line_opens_a_tenant() {
    crate::cli::with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url)];
        crate::cli::text(directory, &settings, "tenant create acme");
        assert_eq!(crate::cli::json(directory, &settings, "tenant list")[0]["native"], false);
        let opened = crate::cli::json(directory, &settings, "tenant set acme --native");
        assert_eq!((&opened["name"], &opened["native"]), (&json!("acme"), &json!(true)));
        assert!(crate::cli::text(directory, &settings, "tenant list").contains("yes"));
        assert!(crate::cli::failure(directory, &settings, "tenant set nobody --native").contains("no such tenant"));
    });
}
