//! The extension schemas of users at the SCIM door, in an opened tenant: numbers, counts and the shown name (RFC 7643 §3.3).

use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    a_user_shows_its_number_at_once_and_is_found_by_it,
    nothing_a_client_sends_takes_or_gives_a_number,
    counts_and_the_shown_name_are_shown_when_asked_for,
    counts_can_be_filtered_and_sorted_by,
    an_element_sent_again_is_not_doubled,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn make(api: &Api, body: Value) -> Value {
    let mut body = body;
    body["schemas"] = json!([USER]);
    api.post("/Users", &body).send().await.is(201).json
}

fn path(user: &Value) -> String {
    format!("/Users/{}", user["id"].as_str().unwrap())
}

async fn a_user_shows_its_number_at_once_and_is_found_by_it(api: Api) {
    api.open_to_native().await;
    let body = json!({ "schemas": [USER], "userName": "a" });
    let created = api.post("/Users?attributes=numericId", &body).send().await.is(201).json;
    let number = created[LIFECYCLE]["numericId"].as_i64().unwrap();
    assert_eq!(created["schemas"], json!([USER, LIFECYCLE]));
    make(&api, json!({ "userName": "b" })).await;
    let found = api.get(&format!("/Users?filter=numericId%20eq%20{number}")).send().await.is(200);
    assert_eq!(found.each("userName"), ["a"]);
    let user = &found.json["Resources"][0];
    assert_eq!((&user["id"], &user[LIFECYCLE]["numericId"]), (&created["id"], &json!(number)));
    let sorted = api.get("/Users?sortBy=numericId&sortOrder=descending").send().await.is(200);
    assert_eq!(sorted.each("userName"), ["b", "a"]);
    // What shows nothing of an extension does not name it.
    let bare = api.get(&format!("{}?attributes=userName", path(user))).send().await.is(200).json;
    assert_eq!(bare, json!({ "schemas": [USER], "id": user["id"], "userName": "a" }));
}

async fn nothing_a_client_sends_takes_or_gives_a_number(api: Api) {
    api.open_to_native().await;
    let user = make(&api, json!({ "userName": "a", LIFECYCLE: { "numericId": 4711, "sessionsLimit": 5 } })).await;
    let number = user[LIFECYCLE]["numericId"].clone();
    assert!(number != 4711 && user[LIFECYCLE]["sessionsLimit"] == 5, "{user}");
    let bodies = [
        json!({ "schemas": [USER], "userName": "a", "title": "1" }),
        json!({ "schemas": [USER], "userName": "a", LIFECYCLE: { "numericId": 4711 } }),
        json!({ "schemas": [USER], "userName": "a", LIFECYCLE: null }),
        json!({ "schemas": [USER], "userName": "a", LIFECYCLE: { "sessionsLimit": 7 } }),
    ];
    for body in bodies {
        let replaced = api.put(&path(&user), &body).send().await.is(200).json;
        assert_eq!(replaced[LIFECYCLE]["numericId"], number, "{body}");
        assert_eq!(replaced["schemas"], json!([USER, LIFECYCLE]), "{body}");
    }
    let operations = [
        json!([{ "op": "remove", "path": LIFECYCLE }]),
        json!([{ "op": "replace", "value": { LIFECYCLE: { "numericId": 4711, "sessionsLimit": 9 } } }]),
        json!([{ "op": "replace", "path": LIFECYCLE, "value": { "sessionsLimit": 8 } }]),
        json!([{ "op": "replace", "value": { LIFECYCLE: null } }]),
        json!([{ "op": "replace", "path": LIFECYCLE, "value": "" }]),
        json!([{ "op": "add", "value": { format!("{LIFECYCLE}:numericId"): 4711 } }]),
    ];
    for operations in operations {
        let patched = api.patch(&path(&user), &operations).send().await.is(200).json;
        assert_eq!(patched[LIFECYCLE]["numericId"], number, "{operations}");
        assert_eq!(patched["schemas"], json!([USER, LIFECYCLE]), "{operations}");
    }
    for op in ["add", "replace", "remove"] {
        let operation = json!([{ "op": op, "path": format!("{LIFECYCLE}:numericId"), "value": 4711 }]);
        api.patch(&path(&user), &operation).send().await.refused(400, "mutability");
    }
    let last = api.get(&path(&user)).send().await.is(200).json;
    assert_eq!(last[LIFECYCLE].get("sessionsLimit"), None);
    assert_eq!(last[LIFECYCLE]["numericId"], number);
}

async fn counts_and_the_shown_name_are_shown_when_asked_for(api: Api) {
    api.open_to_native().await;
    let body = json!({ "schemas": [USER], "userName": "b", "name": { "givenName": "Babs", "familyName": "Jensen" } });
    let asked = format!("attributes=activeSessionCount,dependencyCount,{APPCRM}:name");
    let expected = json!({ "activeSessionCount": 0, "dependencyCount": 0 });
    let created = api.post(&format!("/Users?{asked}"), &body).send().await.is(201).json;
    let plain = api.get(&path(&created)).send().await.is(200).json;
    assert!(!plain.to_string().contains("Count") && plain.get(APPCRM).is_none(), "{plain}");
    let add = json!([{ "op": "add", "path": "title", "value": "T" }]);
    let same = json!([{ "op": "add", "path": "title", "value": "T" }]);
    let answers = [
        created.clone(),
        api.get(&format!("{}?{asked}", path(&created))).send().await.is(200).json,
        api.get(&format!("/Users?{asked}")).send().await.is(200).json["Resources"][0].clone(),
        api.patch(&format!("{}?{asked}", path(&created)), &add).send().await.is(200).json,
        api.patch(&format!("{}?{asked}", path(&created)), &same).send().await.is(200).json,
        api.put(&format!("{}?{asked}", path(&created)), &body).send().await.is(200).json,
    ];
    for answer in answers {
        assert_eq!(answer["schemas"], json!([USER, LIFECYCLE, APPCRM]), "{answer}");
        assert_eq!((&answer[LIFECYCLE], &answer[APPCRM]), (&expected, &json!({ "name": "Babs Jensen" })));
    }
    let manager = json!({ "userName": "c", ENTERPRISE: { "manager": { "value": created["id"] } } });
    make(&api, manager).await;
    let listed = api.get(&format!("/Users?{asked}&sortBy=userName")).send().await.is(200).json;
    let counts = [0, 1].map(|place| listed["Resources"][place][LIFECYCLE]["dependencyCount"].clone());
    assert_eq!(counts, [1, 0]);
    // Kept nowhere: neither in the version nor in the document.
    assert_eq!(api.get(&path(&created)).send().await.is(200).json[LIFECYCLE].get("dependencyCount"), None);
}

async fn counts_can_be_filtered_and_sorted_by(api: Api) {
    api.open_to_native().await;
    let boss = make(&api, json!({ "userName": "boss", "displayName": "Zed" })).await;
    for name in ["x", "y"] {
        make(&api, json!({ "userName": name, ENTERPRISE: { "manager": { "value": boss["id"] } } })).await;
    }
    let found = async |query: &str| {
        let answer = api.get(&format!("/Users?{query}")).send().await.is(200);
        answer.each("userName").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("filter=dependencyCount%20eq%202").await, ["boss"]);
    assert_eq!(found("filter=activeSessionCount%20gt%200").await, [""; 0]);
    assert_eq!(found("sortBy=dependencyCount").await, ["x", "y", "boss"]);
    assert_eq!(found(&format!("filter={APPCRM}:name%20co%20%22ZE%22")).await, ["boss"]);
    assert_eq!(found(&format!("sortBy={APPCRM}:name&sortOrder=descending")).await, ["boss", "y", "x"]);
    api.delete(&path(&boss)).send().await.is(204);
    assert_eq!(found("filter=dependencyCount%20gt%200").await, [""; 0]);
}

async fn an_element_sent_again_is_not_doubled(api: Api) {
    api.open_to_native().await;
    let user =
        make(&api, json!({ "userName": "a", PUBLICA: { "plans": [{ "planId": 3, "validTo": "2027-01-31" }] } })).await;
    let add = json!([{ "op": "add", "path": format!("{PUBLICA}:plans"),
        "value": [{ "planId": 3, "validTo": "2027-01-31" }, { "planId": 4 }] }]);
    let patched = api.patch(&path(&user), &add).send().await.is(200).json;
    let plans: Vec<_> = patched[PUBLICA]["plans"].as_array().unwrap().iter().map(|plan| &plan["planId"]).collect();
    assert_eq!(plans, [3, 4]);
}
