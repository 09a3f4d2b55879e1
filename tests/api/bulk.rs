//! Bulk requests (RFC 7644 §3.7): what is done, in which order, and what each operation is told.
//! References between operations are tried in `bulk_references`, what is wrong with them in `bulk_faults`.

use crate::call::Answer;
use crate::races::at_once;
use crate::server::{Api, BASE, NOBODY, both};
use roster::directory::Matching;
use roster::directory::bulk::{Bulk, End};
use roster::directory::journal::{AuditQuery, Query};
use roster::scim::message::bulk::BulkRequest;
use serde_json::{Value, json};
use std::time::Instant;

both! {
    operations_of_every_method_answer_as_the_rfc_shows,
    operations_without_references_are_done_in_the_order_of_the_request,
    what_fails_leaves_no_trace_and_spares_the_others,
    after_so_many_errors_nothing_more_is_done,
    versions_are_preconditions,
    passwords_count_from_the_next_operation_on,
    a_thousand_operations_are_done_with_failures_among_them,
    bulks_at_once_do_not_disturb_each_other,
    a_bulk_is_audited_operation_by_operation_and_noted_once,
    the_native_rules_hold_for_bulks,
    rights_and_profiles_hold_for_bulks,
    operations_without_time_are_told_so,
}

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A bulk request with these operations.
pub fn body(operations: &[Value]) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations })
}

/// Sends it; the answer, which keeps what all answers keep.
pub async fn send(api: &Api, body: &Value) -> Answer {
    let answer = api.post("/Bulk", body).send().await.is(200);
    assert_eq!(answer.json["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    for entry in entries(&answer) {
        let status: u16 = entry["status"].as_str().expect("the status is text").parse().unwrap();
        assert_eq!(entry.get("response").is_some(), status >= 400, "{entry}");
        if status >= 400 {
            assert_eq!(entry["response"]["status"], entry["status"], "{entry}");
            assert_eq!(entry["response"]["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
            assert!(entry["response"]["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{entry}");
        } else {
            assert!(entry["location"].as_str().unwrap().starts_with(BASE), "{entry}");
            assert_eq!(entry.get("version").is_some(), status != 204, "{entry}");
        }
    }
    answer
}

/// The same; what became of each operation.
pub async fn run(api: &Api, operations: &[Value]) -> Vec<Value> {
    let answer = send(api, &body(operations)).await;
    assert_eq!(entries(&answer).len(), operations.len(), "{}", answer.text);
    entries(&answer).clone()
}

pub fn entries(answer: &Answer) -> &Vec<Value> {
    answer.json["Operations"].as_array().unwrap()
}

pub fn statuses(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["status"].as_str().unwrap()).collect()
}

/// The id of the resource an operation made.
pub fn id(entry: &Value) -> String {
    entry["location"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned()
}

pub fn create(endpoint: &str, bulk_id: &str, data: Value) -> Value {
    let mut operation = json!({ "method": "POST", "path": endpoint, "bulkId": bulk_id });
    operation["data"] = data;
    operation
}

pub fn user(name: &str) -> Value {
    create("/Users", name, json!({ "schemas": [USER], "userName": name }))
}

/// A group whose bulkId is its name, with these members.
pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({ "value": member })).collect();
    create("/Groups", name, json!({ "displayName": name, "members": members }))
}

pub fn patch(path: &str, operations: Value) -> Value {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    let mut operation = json!({ "method": "PATCH", "path": path, "data": { "schemas": schemas } });
    operation["data"]["Operations"] = operations;
    operation
}

pub async fn read(api: &Api, path: &str) -> Value {
    api.get(path).send().await.is(200).json
}

pub async fn members(api: &Api, group: &str) -> Vec<String> {
    let group = read(api, &format!("/Groups/{group}")).await;
    let list = group["members"].as_array().cloned().unwrap_or_default();
    list.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

pub async fn total(api: &Api, endpoint: &str) -> Value {
    read(api, &format!("{endpoint}?count=0")).await["totalResults"].clone()
}

/// RFC 7644 §3.7.3, the example with four methods.
async fn operations_of_every_method_answer_as_the_rfc_shows(api: Api) {
    let bob = api.user("bob").await;
    let eve = api.user("eve").await;
    let gone = api.user("gone").await;
    let mut change = patch(&format!("/Users/{eve}"), json!([{ "op": "add", "path": "nickName", "value": "Evie" }]));
    change["version"] = json!("W/\"1\"");
    let operations = [
        user("alice"),
        json!({
            "method": "PUT", "path": format!("/Users/{bob}"), "version": "W/\"1\"",
            "data": { "schemas": [USER], "userName": "bob", "title": "Boss" },
        }),
        change,
        json!({ "method": "DELETE", "path": format!("/Users/{gone}"), "bulkId": "bye", "version": "W/\"1\"" }),
        json!({ "method": "DELETE", "path": format!("/Users/{NOBODY}") }),
    ];
    let entries = run(&api, &operations).await;
    let alice = id(&entries[0]);
    let location = |id: &str| format!("{BASE}/Users/{id}");
    let expected = [
        json!({ "location": location(&alice), "method": "POST", "bulkId": "alice", "version": "W/\"1\"", "status": "201" }),
        json!({ "location": location(&bob), "method": "PUT", "version": "W/\"2\"", "status": "200" }),
        json!({ "location": location(&eve), "method": "PATCH", "version": "W/\"2\"", "status": "200" }),
        json!({ "location": location(&gone), "method": "DELETE", "bulkId": "bye", "status": "204" }),
        json!({
            "location": location(NOBODY), "method": "DELETE", "status": "404",
            "response": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404",
                "detail": "there is no such User",
            },
        }),
    ];
    assert_eq!(entries, expected);
    assert_eq!(read(&api, &format!("/Users/{alice}")).await["userName"], "alice");
    assert_eq!(read(&api, &format!("/Users/{bob}")).await["title"], "Boss");
    assert_eq!(read(&api, &format!("/Users/{eve}")).await["nickName"], "Evie");
    api.get(&format!("/Users/{gone}")).send().await.is(404);
}

async fn operations_without_references_are_done_in_the_order_of_the_request(api: Api) {
    let ann = api.user("ann").await;
    let path = format!("/Users/{ann}");
    let title = |title: &str| patch(&path, json!([{ "op": "replace", "path": "title", "value": title }]));
    let operations =
        [title("1"), title("2"), json!({ "method": "DELETE", "path": path }), user("ann"), title("3"), user("Ann")];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["200", "200", "204", "201", "404", "409"]);
    assert_eq!((&entries[0]["version"], &entries[1]["version"]), (&json!("W/\"2\""), &json!("W/\"3\"")));
}

async fn what_fails_leaves_no_trace_and_spares_the_others(api: Api) {
    api.user("taken").await;
    let set = api.group("set", &[]).await;
    let half = json!([
        { "op": "replace", "path": "displayName", "value": "halfway" },
        { "op": "add", "path": "members", "value": [{ "value": NOBODY }] }
    ]);
    let operations = [
        user("first"),
        group("lost", &["bulkId:first", NOBODY]),
        user("TAKEN"),
        patch(&format!("/Groups/{set}"), half),
        group("lost", &["bulkId:first"]),
        user("last"),
    ];
    let operations = operations.map(|mut operation| {
        if operation["data"]["members"].as_array().is_some_and(|members| members.len() == 1) {
            operation["bulkId"] = json!("found");
        }
        operation
    });
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201", "400", "409", "400", "201", "201"]);
    assert_eq!(entries[2]["response"]["scimType"], "uniqueness");
    let shown = read(&api, &format!("/Groups/{set}")).await;
    assert_eq!((&shown["displayName"], &shown["meta"]["version"]), (&json!("set"), &json!("W/\"1\"")));
    assert_eq!(total(&api, "/Users").await, 3);
    assert_eq!(members(&api, &id(&entries[4])).await, [id(&entries[0])]);
}

/// RFC 7644 §3.7.3, the example with an error.
async fn after_so_many_errors_nothing_more_is_done(api: Api) {
    api.user("taken").await;
    let table: [(Value, &[&str], u64); 6] = [
        (json!(1), &["201", "409"], 2),
        (json!(2), &["201", "409", "409"], 2),
        (json!(3), &["201", "409", "409", "201", "400"], 3),
        (json!(4), &["201", "409", "409", "201", "400", "201"], 4),
        (json!(0), &["201", "409", "409", "201", "400", "201"], 4),
        (Value::Null, &["201", "409", "409", "201", "400", "201"], 4),
    ];
    for (number, (bound, expected, users)) in table.into_iter().enumerate() {
        let name = |place: u32| format!("user {number} {place}");
        let operations = [
            user(&name(0)),
            user("taken"),
            user("Taken"),
            user(&name(1)),
            create("/Users", "x", json!({})),
            user(&name(2)),
        ];
        let mut request = body(&operations);
        request["failOnErrors"] = bound.clone();
        let before = total(&api, "/Users").await.as_u64().unwrap();
        let answer = send(&api, &request).await;
        assert_eq!(statuses(entries(&answer)), expected, "{bound}");
        assert_eq!(total(&api, "/Users").await, before + users - 1, "{bound}");
    }
}

async fn versions_are_preconditions(api: Api) {
    let ann = api.user("ann").await;
    let path = format!("/Users/{ann}");
    let versioned = |version: &str, title: &str| {
        let mut operation = patch(&path, json!([{ "op": "replace", "path": "title", "value": title }]));
        operation["version"] = json!(version);
        operation
    };
    let mut stale = json!({ "method": "DELETE", "path": path, "version": "W/\"1\"" });
    let operations = [
        versioned("W/\"7\"", "a"),
        versioned("W/\"1\"", "b"),
        versioned("W/\"1\"", "c"),
        versioned("*", "d"),
        versioned("\"3\"", "e"),
        versioned("4", "f"),
        stale.clone(),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["412", "200", "412", "200", "200", "412", "412"]);
    assert_eq!(entries[0]["location"], format!("{BASE}{path}"), "where the operation failed is told");
    assert_eq!(read(&api, &path).await["title"], "e");
    stale["version"] = json!("W/\"4\"");
    assert_eq!(statuses(&run(&api, &[stale]).await), ["204"]);
}

async fn passwords_count_from_the_next_operation_on(api: Api) {
    let old = "correct horse";
    let ann = api.post("/Users", &json!({ "userName": "ann", "password": old })).send().await.is(201).id();
    let path = format!("/Users/{ann}");
    let password = |text: &str| patch(&path, json!([{ "op": "replace", "path": "password", "value": text }]));
    let mut new = user("new");
    new["data"]["password"] = json!("battery staple");
    let operations = [
        password(old),
        password("another horse"),
        password(old),
        new,
        patch("/Users/bulkId:new", json!([{ "op": "replace", "path": "password", "value": "staple battery" }])),
        password("short"),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["200", "200", "200", "201", "200", "400"]);
    assert_eq!(entries[0]["version"], "W/\"1\"", "the password it has is no change");
    for (name, text, right) in [
        ("ann", old, true),
        ("ann", "another horse", false),
        ("new", "staple battery", true),
        ("new", "battery staple", false),
    ] {
        let login = json!({ "username": name, "password": text });
        let answer = api.call("POST", "root:/auth/login").json(&login).send().await;
        assert_eq!(answer.status < 300, right, "{name} {text}: {}", answer.text);
    }
}

async fn a_thousand_operations_are_done_with_failures_among_them(api: Api) {
    let operations: Vec<Value> = (0..1000)
        .map(|number| match number {
            250 | 251 | 999 => create("/Users", &format!("bad {number}"), json!({ "userName": "user 7" })),
            500 => group("five hundred", &["bulkId:user 499", "bulkId:user 998"]),
            501 => group("six", &["bulkId:bad 999"]),
            number => user(&format!("user {number}")),
        })
        .collect();
    let entries = run(&api, &operations).await;
    for (number, entry) in entries.iter().enumerate() {
        let expected = match number {
            250 | 251 | 999 => "409",
            501 => "400",
            _ => "201",
        };
        assert_eq!(entry["status"], expected, "{number}: {entry}");
        assert_eq!(entry["bulkId"], operations[number]["bulkId"]);
    }
    assert_eq!(total(&api, "/Users").await, 995);
    assert_eq!(members(&api, &id(&entries[500])).await, [id(&entries[499]), id(&entries[998])]);
    // Who comes first in the request is first in lists.
    let first = api.get("/Users?count=3&attributes=userName").send().await.is(200);
    assert_eq!(first.each("userName"), ["user 0", "user 1", "user 2"]);
}

async fn bulks_at_once_do_not_disturb_each_other(api: Api) {
    let ids = [api.group("one", &[]).await, api.group("two", &[]).await];
    let answers = at_once(4, |number| {
        let (api, ids) = (api.clone(), ids.clone());
        async move {
            let mut operations: Vec<Value> = (0..150)
                .map(|place| {
                    if place % 50 == 0 { user(&format!("shared {place}")) } else { user(&format!("{number} {place}")) }
                })
                .collect();
            // In opposite orders, so that they would wait for each other for ever.
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": format!("bulkId:{number} 1") }] }]);
            let both = if number % 2 == 0 { [0, 1] } else { [1, 0] };
            operations.extend(both.map(|place| patch(&format!("/Groups/{}", ids[place]), add.clone())));
            run(&api, &operations).await
        }
    });
    let answers = answers.await;
    let of_status = |status: &str| answers.iter().flatten().filter(|entry| entry["status"] == status).count();
    assert_eq!((of_status("201"), of_status("409"), of_status("200")), (4 * 147 + 3, 9, 8), "{answers:#?}");
    for group in &ids {
        assert_eq!(members(&api, group).await.len(), 4);
    }
    assert_eq!(total(&api, "/Users").await, 4 * 147 + 3);
}

async fn a_bulk_is_audited_operation_by_operation_and_noted_once(api: Api) {
    let operations = [user("ann"), user("ann"), group("g", &["bulkId:ann"])];
    let mut second = operations.clone();
    second[1]["bulkId"] = json!("again");
    let entries = run(&api, &second).await;
    assert_eq!(statuses(&entries), ["201", "409", "201"]);
    let audit = api.directory.audit("default", &AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap();
    let audit: Vec<_> = audit.iter().map(|change| (change.action.as_str(), change.resource.clone())).collect();
    assert_eq!(audit, [("created", id(&entries[2])), ("created", id(&entries[0]))]);
    api.recorder.flush().await;
    let lines = api.directory.journal("default", &Query { limit: 10, ..Query::default() }).await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| (line.method.as_str(), line.path.as_str(), line.status)).collect();
    assert_eq!(lines, [("POST", "/scim/v2/Bulk", 200)]);
}

async fn the_native_rules_hold_for_bulks(api: Api) {
    api.open_to_native().await;
    let lifecycle = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
    let mut bad = user("bad");
    bad["data"]["urn:ietf:params:scim:schemas:extension:appcrm:2.0:User"] = json!({ "firstDayOfWeek": 9 });
    let mut inactive = user("off");
    inactive["data"]["active"] = json!(false);
    let entries = run(&api, &[user("one"), bad, inactive, user("two"), group("g", &["bulkId:two"])]).await;
    assert_eq!(statuses(&entries), ["201", "400", "201", "201", "201"], "{entries:#?}");
    let one = read(&api, &format!("/Users/{}", id(&entries[0]))).await;
    let two = read(&api, &format!("/Users/{}", id(&entries[3]))).await;
    assert_eq!(one[lifecycle]["provisionedBy"], "scim");
    let number = |user: &Value| user[lifecycle]["numericId"].as_i64().unwrap();
    assert!(number(&one) < number(&two));
    let off = read(&api, &format!("/Users/{}", id(&entries[2]))).await;
    assert!(off[lifecycle]["deactivatedAt"].is_string());
}

async fn rights_and_profiles_hold_for_bulks(api: Api) {
    let request = body(&[create("/Users", "a", json!({ "userName": "a", "unheard": 1, "active": "False" }))]);
    assert_eq!(statuses(entries(&send(&api, &request).await)), ["201"]);
    api.set_profile("strict").await;
    let answer = send(&api, &body(&[create("/Users", "b", json!({ "userName": "b", "unheard": 1 }))])).await;
    assert_eq!(statuses(entries(&answer)), ["400"]);
    let mut nameless = request.clone();
    nameless["schemas"] = json!([]);
    api.post("/Bulk", &nameless).send().await.refused(400, "invalidSyntax");
    api.set_profile("default").await;
    nameless["Operations"] = json!([user("c")]);
    assert_eq!(statuses(entries(&send(&api, &nameless).await)), ["201"]);
    // Another tenant sees nothing of it.
    let ann = api.user("ann").await;
    let other = api.tenant("other").await;
    let strange = [json!({ "method": "DELETE", "path": format!("/Users/{ann}") }), group("g", &[&ann]), user("ann")];
    assert_eq!(statuses(&run(&other, &strange).await), ["404", "400", "201"]);
    api.get(&format!("/Users/{ann}")).send().await.is(200);
}

async fn operations_without_time_are_told_so(api: Api) {
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    let registry = api.directory.registry_for(Some(&caller)).clone();
    let sent = body(&[user("a"), json!({ "method": "GET", "path": "/Users" })]);
    let request = BulkRequest::parse(sent, &registry, &caller.profile, 10).unwrap();
    let bulk = Bulk { request, base: BASE, matching: |_| Matching::Any, until: Instant::now() };
    let (outcomes, _) = api.directory.bulk(&caller, bulk).await.unwrap();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| matches!(outcome.end, End::NotAttempted)), "{outcomes:?}");
    assert_eq!(total(&api, "/Users").await, 0);
}
