//! Nothing of one tenant reaches another: every route is walked with tenant B's credential against
//! tenant A's ids, and answered exactly as for ids that nobody has.

use crate::call::{Answer, Call};
use crate::server::{Api, NOBODY, both};
use roster::http::openapi;
use serde_json::{Value, json};

both! {
    every_route_answers_for_foreign_ids_as_for_ids_that_do_not_exist,
    lists_filters_and_totals_show_nothing_of_another_tenant,
    unique_values_are_unique_within_a_tenant,
    members_of_another_tenant_are_refused_like_unknown_ones,
    each_tenant_keeps_its_own_after_all_of_it,
}

const OPS: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Tenant A is the case's own; B is another.
struct Two {
    a: Api,
    b: Api,
    user: String,
    group: String,
    b_user: String,
    b_group: String,
}

async fn two(a: Api) -> Two {
    let b = a.tenant("other").await;
    let alice = json!({
        "userName": "alice@a.example",
        "externalId": "a-1",
        "displayName": "Alice of A",
        "emails": [{ "value": "alice@a.example", "type": "work" }],
        "active": true,
    });
    let user = a.post("/Users", &alice).send().await.is(201).id();
    let group = a.group("Group of A", &[&user]).await;
    let b_user = b.user("bob@b.example").await;
    let b_group = b.group("Group of B", &[&b_user]).await;
    Two { a, b, user, group, b_user, b_group }
}

/// Every operation of the surface, from its own document: a new route is walked without being asked.
fn operations(api: &Api) -> Vec<(String, String)> {
    let documents = openapi::documents(api.directory.registry());
    let scim = documents.iter().find(|(name, _)| *name == "scim").unwrap();
    let document: Value = serde_json::from_str(&scim.1).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            all.push((method.to_uppercase(), path.clone()));
        }
    }
    assert!(all.len() >= 20, "looked in the wrong place");
    all
}

/// Bodies that a route takes and that speak of an id wherever one can stand.
fn bodies(method: &str, path: &str, id: &str) -> Vec<Option<Value>> {
    if path.ends_with("/.search") {
        return filters(id).into_iter().map(|filter| Some(json!({ "filter": filter }))).collect();
    }
    let member = json!([{ "value": id }]);
    let user = json!({ "userName": "probe", "displayName": "probe" });
    match method {
        "GET" | "DELETE" => vec![None],
        "PATCH" => {
            let patch = |operation: Value| Some(json!({ "schemas": [OPS], "Operations": [operation] }));
            vec![
                patch(json!({ "op": "replace", "path": "displayName", "value": "stolen" })),
                patch(json!({ "op": "add", "path": "members", "value": member })),
                patch(json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })),
                patch(json!({ "op": "replace", "path": "nonsense[", "value": 1 })),
            ]
        }
        "PUT" | "POST" if path.starts_with("/Groups") => {
            vec![Some(json!({ "displayName": "probe", "members": member })), Some(json!({ "members": 1 })), None]
        }
        _ => vec![Some(user), Some(json!({ "userName": 1, "id": id })), Some(json!({ "id": id })), None],
    }
}

fn filters(id: &str) -> Vec<String> {
    vec![
        format!("id eq \"{id}\""),
        format!("members eq \"{id}\""),
        format!("members.value eq \"{id}\""),
        format!("members[value eq \"{id}\"]"),
        format!("groups.value eq \"{id}\""),
        format!("groups[value eq \"{id}\" and type eq \"direct\"]"),
        format!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"{id}\""),
        format!("not (id eq \"{id}\") and userName sw \"alice\""),
    ]
}

/// What an answer says, but for the ids it was asked about or has just made.
fn said(answer: &Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    let blind = |text: &str| match answer.json["id"].as_str() {
        Some(own) if answer.status == 201 => text.replace(id, "ID").replace(own, "NEW"),
        _ => text.replace(id, "ID"),
    };
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), blind(value.to_str().unwrap()))).collect();
    headers.sort();
    (answer.status, headers, blind(&answer.text))
}

/// Sends the same request about two ids and holds the answers against each other.
async fn same<'a>(foreign: &str, about: impl Fn(&str) -> Call<'a>) -> Answer {
    // The unknown id goes first: whatever a request makes must not differ by the order either.
    let unknown = about(NOBODY).send().await;
    let found = about(foreign).send().await;
    let (expected, got) = (said(&unknown, NOBODY), said(&found, foreign));
    assert_eq!(got, expected, "{} is told apart from {}", found.asked, unknown.asked);
    found
}

async fn every_route_answers_for_foreign_ids_as_for_ids_that_do_not_exist(api: Api) {
    let Two { a, b, user, group, .. } = two(api).await;
    let conditions: [&[(&str, &str)]; 7] = [
        &[],
        &[("if-match", "*")],
        &[("if-match", "W/\"1\"")],
        &[("if-match", "W/\"7\"")],
        &[("if-none-match", "*")],
        &[("if-none-match", "W/\"1\"")],
        &[("if-none-match", "W/\"7\"")],
    ];
    let mut walked = 0;
    for (method, path) in operations(&b) {
        for foreign in [&user, &group] {
            for (number, _) in bodies(&method, &path, foreign).iter().enumerate() {
                for headers in conditions {
                    let about = |id: &str| {
                        let mut call = b.call(&method, &path.replace("{id}", id));
                        if let Some(body) = bodies(&method, &path, id).swap_remove(number) {
                            call = call.json(&body);
                        }
                        headers.iter().fold(call, |call, (name, value)| call.header(name, Some(value)))
                    };
                    // The first POST of a name makes the resource and the second finds it taken.
                    if method == "POST" && !path.ends_with("/.search") {
                        let made = about(NOBODY).send().await;
                        if made.status == 201 {
                            b.delete(&format!("{path}/{}", made.id())).send().await.is(204);
                            let again = about(foreign).send().await.is(201);
                            assert_eq!(said(&again, foreign), said(&made, NOBODY), "{method} {path}");
                            b.delete(&format!("{path}/{}", again.id())).send().await.is(204);
                            continue;
                        }
                    }
                    let answer = same(foreign, about).await;
                    if path.contains("{id}") && headers.is_empty() && ["GET", "DELETE"].contains(&method.as_str()) {
                        assert_eq!(answer.status, 404, "{method} {path}");
                    }
                    walked += 1;
                }
            }
        }
    }
    assert!(walked > 200, "{walked}");
    // Neither was touched.
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        assert_eq!(a.get(&path).send().await.is(200).header("etag"), Some("W/\"1\""), "{path}");
    }
}

async fn lists_filters_and_totals_show_nothing_of_another_tenant(api: Api) {
    let Two { b, user, group, b_user, b_group, .. } = two(api).await;
    let all = b.get("/Users").send().await.is(200);
    assert_eq!((all.each("id"), &all.json["totalResults"]), (vec![b_user.as_str()], &json!(1)));
    let all = b.get("/Groups").send().await.is(200);
    assert_eq!((all.each("id"), &all.json["totalResults"]), (vec![b_group.as_str()], &json!(1)));
    assert_eq!(b.get("/").send().await.is(200).json["totalResults"], 2);
    assert_eq!(b.get("/Users?count=0").send().await.is(200).json["totalResults"], 1);
    assert_eq!(b.get("/Users?startIndex=2").send().await.is(200).each("id"), Vec::<&str>::new());
    assert_eq!(b.get("/Users?sortBy=userName&sortOrder=descending").send().await.is(200).each("id"), [b_user.as_str()]);
    for filter in [
        "userName eq \"alice@a.example\"",
        "userName co \"alice\"",
        "externalId eq \"a-1\"",
        "emails.value eq \"alice@a.example\"",
        "emails[value ew \"a.example\"]",
        "displayName sw \"Alice\"",
        "displayName eq \"Group of A\"",
        "meta.version eq \"W/\\\"1\\\"\" and displayName co \"of A\"",
    ] {
        for path in ["", "/Users", "/Groups"] {
            let found = b.find(path, filter).send().await;
            if found.status == 200 {
                assert_eq!(found.json["totalResults"], 0, "{path} {filter}");
            }
        }
    }
    for foreign in [&user, &group] {
        for (number, _) in filters(foreign).iter().enumerate() {
            for path in ["", "/Users", "/Groups"] {
                same(foreign, |id| b.find(path, &filters(id)[number])).await;
            }
        }
    }
}

async fn unique_values_are_unique_within_a_tenant(api: Api) {
    let Two { a, b, .. } = two(api).await;
    let alice = json!({ "userName": "ALICE@a.example", "externalId": "a-1" });
    let made = b.post("/Users", &alice).send().await.is(201).id();
    b.post("/Users", &alice).send().await.refused(409, "uniqueness");
    a.post("/Users", &alice).send().await.refused(409, "uniqueness");
    b.group("Group of A", &[]).await;
    let one = a.find("/Users", "userName eq \"alice@a.example\"").send().await.is(200);
    assert_eq!(one.json["totalResults"], 1);
    assert_ne!(one.each("id"), [made.as_str()]);
}

async fn members_of_another_tenant_are_refused_like_unknown_ones(api: Api) {
    let Two { b, user, group, b_group, b_user, .. } = two(api).await;
    let place = format!("/Groups/{b_group}");
    for foreign in [&user, &group] {
        let refused =
            same(foreign, |id| b.post("/Groups", &json!({ "displayName": "x", "members": [{ "value": id }] })));
        refused.await.refused(400, "invalidValue");
        let refused = same(foreign, |id| {
            b.put(&place, &json!({ "displayName": "Group of B", "members": [{ "value": b_user }, { "value": id }] }))
        });
        refused.await.refused(400, "invalidValue");
        let refused = same(foreign, |id| {
            b.patch(&place, &json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]))
        });
        refused.await.refused(400, "invalidValue");
        // Nothing to remove is no error, whoever's id it is.
        same(foreign, |id| {
            b.patch(&place, &json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]))
        })
        .await;
    }
    let group = b.get(&place).send().await.is(200);
    assert_eq!(group.json["members"].as_array().unwrap().len(), 1);
    assert_eq!(group.text_at("/members/0/value"), b_user);
}

async fn each_tenant_keeps_its_own_after_all_of_it(api: Api) {
    let Two { a, b, user, group, b_user, b_group } = two(api).await;
    // A reference is not checked, so a manager may bear any id; it must not lead to a resource.
    let manager = json!({
        "userName": "carol@b.example",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": user } },
    });
    let carol = b.post("/Users", &manager).send().await.is(201);
    assert!(!carol.text.contains("Alice"), "{}", carol.text);
    assert_eq!(a.get(&format!("/Users/{user}")).send().await.is(200).header("etag"), Some("W/\"1\""));

    b.delete(&format!("/Users/{b_user}")).send().await.is(204);
    b.delete(&format!("/Groups/{b_group}")).send().await.is(204);
    let left = a.get(&format!("/Groups/{group}")).send().await.is(200);
    assert_eq!(left.text_at("/members/0/value"), user);
    assert_eq!(a.get("/Users").send().await.is(200).json["totalResults"], 1);
    a.admin("DELETE", "/tenants/other?again=other").send().await.is(204);
    assert_eq!(a.get("/").send().await.is(200).json["totalResults"], 2);
    b.get("/Users").send().await.is(401);
}
