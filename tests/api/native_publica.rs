//! The user API of publica.la: its shapes, its rules, and what SCIM and login see of what it does.

use crate::call::{Answer, Call};
use crate::server::{Api, START, both};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Barrier;

both! {
    the_token_is_taken_from_three_headers_and_never_from_the_query,
    create_answers_in_the_shape_of_creation,
    create_needs_a_mail_address_and_an_external_id_alone,
    every_fault_of_a_body_is_told_at_once,
    a_body_that_is_no_json_object_is_422,
    mail_addresses_and_external_ids_are_unique,
    of_two_creations_with_one_mail_address_one_succeeds,
    truths_are_read_in_six_spellings,
    a_plan_is_given_and_given_again_with_another_day_and_name,
    a_plan_that_has_ended_is_not_listed,
    the_list_is_pages_of_the_active_users,
    a_query_chooses_deactivated_ones_administrators_or_part_of_a_mail_address,
    one_user_is_read_by_each_of_its_names,
    an_entry_of_a_list_has_every_member_of_the_document,
    update_changes_what_is_sent_and_nothing_else,
    update_is_refused_as_creation_is,
    an_echo_makes_no_version,
    the_user_name_follows_the_mail_address_while_they_are_equal,
    deactivation_hides_a_user_and_reactivation_shows_it_again,
    unknown_ids_are_404,
    privileges_are_not_assigned_by_other_names,
    a_token_may_do_what_its_scopes_say,
    another_tenant_is_not_seen,
    a_user_of_another_api_is_shown_too,
    hostile_values_are_refused_in_the_shape_of_the_api,
}

const DASHBOARD: &str = "/dashboard/users";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";

/// A request with the case's token in the header of the API.
pub fn call<'a>(api: &'a Api, method: &str, path: &str) -> Call<'a> {
    let call = api.call(method, &format!("root:/publica/integration-api/v1{path}"));
    let call = call.header("authorization", None).header("content-type", Some("application/json"));
    call.header("x-user-token", Some(&api.token)).header("accept", Some("application/json"))
}

async fn sent(call: Call<'_>, status: u16) -> Answer {
    let answer = call.send().await.is(status);
    if status == 204 {
        assert_eq!(answer.text, "", "{}", answer.asked);
        return answer;
    }
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.asked);
    let code = if status == 200 { "success" } else { "error" };
    assert_eq!(answer.json["CODE"], code, "{}: {}", answer.asked, answer.text);
    if status >= 400 {
        assert!(answer.json["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", answer.text);
        assert_eq!(answer.json["errors"].is_object(), status == 422, "{}", answer.text);
    }
    answer
}

async fn get(api: &Api, path: &str, status: u16) -> Answer {
    sent(call(api, "GET", &format!("{DASHBOARD}{path}")), status).await
}

async fn post(api: &Api, body: &Value, status: u16) -> Answer {
    sent(call(api, "POST", DASHBOARD).json(body), status).await
}

async fn put(api: &Api, id: &Value, body: &Value, status: u16) -> Answer {
    sent(call(api, "PUT", &format!("{DASHBOARD}/{id}")).json(body), status).await
}

/// The users of the page that a query asks for.
async fn listed(api: &Api, query: &str) -> Vec<Value> {
    let answer = get(api, query, 200).await;
    answer.json["data"]["paginator"]["data"].as_array().unwrap().clone()
}

/// The one user that a path names.
async fn one(api: &Api, name: &Value) -> Value {
    let name = name.as_str().map_or_else(|| name.to_string(), ToOwned::to_owned);
    let mut found = listed(api, &format!("/{name}")).await;
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

/// The same user through SCIM.
async fn scim(api: &Api, user: &Value) -> Answer {
    api.get(&format!("/Users/{}", user["uuid"].as_str().unwrap())).send().await.is(200)
}

fn body(name: &str) -> Value {
    json!({
        "email": format!("{name}@example.com"),
        "external_id": format!("ext-{name}"),
        "new_password": "Abcd1234",
        "sessions_limit": null,
        "assign_new_plan": null,
        "new_plan_custom_valid_to": "",
        "admin": false,
        "plan_admin": false,
        "only_sees_readable": true,
    })
}

fn with(mut body: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn user(api: &Api, name: &str) -> Value {
    post(api, &body(name), 200).await.json["data"].clone()
}

async fn plans(api: &Api) {
    for (id, name) in [(1, "Demo Plan"), (2, "Prepaid Plan")] {
        api.admin("POST", "/plans").json(&json!({ "id": id, "name": name })).send().await.is(201);
    }
}

async fn token(api: &Api, scope: &str) -> Api {
    let body = json!({ "connection": "default", "name": scope, "scopes": [scope] });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    api.with_token(made.text_at("/secret"))
}

fn fields(answer: &Answer) -> Vec<&str> {
    let mut fields: Vec<&str> = answer.json["errors"].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

async fn the_token_is_taken_from_three_headers_and_never_from_the_query(api: Api) {
    let token = api.token.clone();
    let bearer = format!("Bearer {token}");
    let bare = |path: &str| call(&api, "GET", path).header("x-user-token", None);
    for (name, value) in [("x-user-token", &token), ("api_token", &token), ("authorization", &bearer)] {
        sent(bare(DASHBOARD).header(name, Some(value)), 200).await;
        sent(bare(DASHBOARD).header(name, Some("wrong")), 401).await;
    }
    for parameter in ["api_token", "X-User-Token", "token", "access_token"] {
        let refused = sent(bare(&format!("{DASHBOARD}?{parameter}={token}")), 401).await;
        assert_eq!(refused.json, json!({ "CODE": "error", "message": "Unauthenticated." }));
    }
    for (method, path) in [
        ("GET", DASHBOARD),
        ("POST", DASHBOARD),
        ("GET", "/dashboard/users/1"),
        ("PUT", "/dashboard/users/1"),
        ("DELETE", "/dashboard/users/1"),
        ("PUT", "/dashboard/users/1/re-activate"),
        ("POST", "/users/1/force-logout"),
        ("POST", "/dashboard/users/1/force-logout"),
    ] {
        let refused = sent(call(&api, method, path).header("x-user-token", None).json(&json!({})), 401).await;
        assert!(refused.header("www-authenticate").is_some(), "{method} {path}");
    }
}

async fn create_answers_in_the_shape_of_creation(api: Api) {
    let made = sent(call(&api, "POST", &format!("{DASHBOARD}/")).json(&body("ann")), 200).await;
    let data = &made.json["data"];
    let moment = json!({ "timestamp": START / 1_000_000, "date": "2026-01-31 09:30:00", "timezone": "UTC" });
    let expected = json!({
        "id": data["id"],
        "external_id": "ext-ann",
        "email": "ann@example.com",
        "uuid": data["uuid"],
        "picture": "https://www.gravatar.com/avatar/99c60dafadb60d5af51e39a5b82cd09d?s=160&d=mm&r=g",
        "admin": false,
        "plan_admin": false,
        "only_sees_readable": true,
        "sessions_limit": null,
        "created_at": moment,
        "updated_at": moment,
        "deleted_at": null,
    });
    assert!(data["id"].is_i64() && data["uuid"].as_str().is_some_and(|id| id.len() == 36), "{data}");
    assert_eq!(with(data.clone(), &json!({ "picture": "" })), with(expected.clone(), &json!({ "picture": "" })));
    let picture = data["picture"].as_str().unwrap();
    let hash = picture.strip_prefix("https://www.gravatar.com/avatar/").unwrap().strip_suffix("?s=160&d=mm&r=g");
    assert!(hash.is_some_and(|hash| hash.len() == 32), "{picture}");

    let seen = scim(&api, data).await.json;
    assert_eq!((&seen["userName"], &seen["externalId"]), (&json!("ann@example.com"), &json!("ext-ann")));
    assert_eq!(seen["active"], true);
    assert_eq!(seen["emails"], json!([{ "value": "ann@example.com", "type": "work", "primary": true }]));
    assert_eq!(seen[PUBLICA], json!({ "admin": false, "planAdmin": false, "onlySeesReadable": true }));
    assert_eq!(seen[LIFECYCLE], json!({ "numericId": data["id"], "provisionedBy": "publica" }));
}

async fn create_needs_a_mail_address_and_an_external_id_alone(api: Api) {
    let body = json!({ "external_id": "min", "email": "min@example.com" });
    let made = post(&api, &body, 200).await;
    assert_eq!(made.json["data"]["only_sees_readable"], false);
    assert_eq!(scim(&api, &made.json["data"]).await.json.get(PUBLICA), None, "what nobody said is not there");
    for (missing, field) in
        [(json!({ "external_id": "e" }), "email"), (json!({ "email": "e@example.com" }), "external_id")]
    {
        assert_eq!(fields(&post(&api, &missing, 422).await), [field]);
    }
    assert_eq!(fields(&post(&api, &json!({}), 422).await), ["email", "external_id"]);
}

async fn every_fault_of_a_body_is_told_at_once(api: Api) {
    plans(&api).await;
    user(&api, "ann").await;
    let wrong = json!({
        "email": "ann@example.com",
        "external_id": "ext-ann",
        "new_password": "short",
        "sessions_limit": 1_000_000,
        "assign_new_plan": 99,
        "new_plan_custom_valid_to": "31/12/2030",
        "admin": "maybe",
        "plan_admin": 2,
        "only_sees_readable": null,
    });
    let refused = post(&api, &wrong, 422).await;
    let all = [
        "admin",
        "assign_new_plan",
        "email",
        "external_id",
        "new_password",
        "new_plan_custom_valid_to",
        "only_sees_readable",
        "plan_admin",
        "sessions_limit",
    ];
    assert_eq!(fields(&refused), all);
    assert!(refused.text_at("/message").ends_with(" (and 8 more errors)"), "{}", refused.text);
    assert_eq!(refused.json["errors"]["email"], json!(["The email has already been taken."]));
    assert!(!refused.text.contains("short") && !refused.text.contains("31/12"), "{}", refused.text);
    // A plan must be there even where no plans are kept.
    api.admin("DELETE", "/plans/1").send().await.is(204);
    api.admin("DELETE", "/plans/2").send().await.is(204);
    let plan = with(body("bob"), &json!({ "assign_new_plan": 1 }));
    assert_eq!(fields(&post(&api, &plan, 422).await), ["assign_new_plan"]);
    assert_eq!(listed(&api, "").await.len(), 1, "nothing was made");
}

async fn a_body_that_is_no_json_object_is_422(api: Api) {
    let made = user(&api, "ann").await;
    let example = r#"{ "email": "a@example.com", // comment
        "external_id": "x", }"#;
    for text in
        ["", "{", "[]", "null", "1", "\"x\"", example, r#"{"email":"a\u0000@b"}"#, r#"{"a":1,"A":2}"#, "{\"a\":1e999}"]
    {
        for (method, path) in [("POST", DASHBOARD.to_owned()), ("PUT", format!("{DASHBOARD}/{}", made["id"]))] {
            let refused = sent(call(&api, method, &path).body(text), 422).await;
            assert_eq!(fields(&refused), ["body"], "{method} {text}");
        }
    }
    let form = call(&api, "POST", DASHBOARD).header("content-type", Some("application/x-www-form-urlencoded"));
    sent(form.body("email=a"), 415).await;
}

async fn mail_addresses_and_external_ids_are_unique(api: Api) {
    let ann = user(&api, "ann").await;
    let bob = user(&api, "bob").await;
    api.post("/Users", &json!({ "userName": "carl@example.com" })).send().await.is(201);
    api.post("/Users", &json!({ "userName": "dora", "emails": [{ "value": "Dora@Example.com" }] }))
        .send()
        .await
        .is(201);
    for (changes, wrong) in [
        (json!({ "email": "ANN@example.com" }), "email"),
        (json!({ "email": "dora@example.com" }), "email"),
        (json!({ "email": "carl@example.com" }), "email"),
        (json!({ "external_id": "ext-ann" }), "external_id"),
    ] {
        assert_eq!(fields(&post(&api, &with(body("new"), &changes), 422).await), [wrong], "{changes}");
        assert_eq!(fields(&put(&api, &bob["id"], &with(body("bob"), &changes), 422).await), [wrong], "{changes}");
    }
    // External ids differ by case; a deactivated user keeps what it has.
    let upper = with(body("upper"), &json!({ "external_id": "EXT-ANN" }));
    post(&api, &upper, 200).await;
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", ann["id"])), 200).await;
    assert_eq!(fields(&post(&api, &body("ann"), 422).await), ["email", "external_id"]);
}

async fn of_two_creations_with_one_mail_address_one_succeeds(api: Api) {
    for (round, shared) in ["email", "external_id"].into_iter().enumerate() {
        let start = Arc::new(Barrier::new(4));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..4 {
            let (api, start) = (api.clone(), Arc::clone(&start));
            let mut new = body(&format!("r{round}-{number}"));
            new[shared] = body("same")[shared].clone();
            tasks.spawn(async move {
                start.wait().await;
                call(&api, "POST", DASHBOARD).json(&new).send().await
            });
        }
        let answers = tasks.join_all().await;
        let made = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(made, 1, "{shared}: {:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(refused.status, 422, "{}", refused.text);
            assert_eq!(fields(refused), [shared]);
        }
    }
}

async fn truths_are_read_in_six_spellings(api: Api) {
    for (number, (sent, truth)) in [
        (json!(true), true),
        (json!(1), true),
        (json!("1"), true),
        (json!(false), false),
        (json!(0), false),
        (json!("0"), false),
    ]
    .into_iter()
    .enumerate()
    {
        let flags = json!({ "admin": sent, "plan_admin": sent, "only_sees_readable": sent });
        let made = post(&api, &with(body(&format!("u{number}")), &flags), 200).await.json["data"].clone();
        for field in ["admin", "plan_admin", "only_sees_readable"] {
            assert_eq!(made[field], truth, "{field}: {sent}");
        }
        let entry = one(&api, &made["id"]).await;
        assert_eq!((&entry["admin"], &entry["only_sees_readable"]), (&json!(truth), &json!(i32::from(truth))));
    }
}

async fn a_plan_is_given_and_given_again_with_another_day_and_name(api: Api) {
    plans(&api).await;
    let new = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2030-12-31" });
    let ann = post(&api, &with(body("ann"), &new), 200).await.json["data"].clone();
    let plan = |id: i64, name: &str, valid_to: Value| json!({ "plan_id": id, "name": name, "valid_to": valid_to, "assigned_at": "2026-01-31T09:30:00.000000Z" });
    let assigned = async |changes: Value| {
        let update =
            with(json!({ "external_id": "ext-ann", "email": "ann@example.com", "only_sees_readable": 1 }), &changes);
        put(&api, &ann["id"], &update, 204).await;
        let entry = one(&api, &ann["id"]).await;
        assert_eq!(entry["user_plans_count"], entry["user_plans"].as_array().unwrap().len());
        entry["user_plans"].clone()
    };
    let first = plan(1, "Demo Plan", json!("2030-12-31"));
    assert_eq!(assigned(json!({})).await, json!([first]));
    assert_eq!(assigned(json!({ "assign_new_plan": null })).await, json!([first]));
    api.clock.advance(60_000_000);
    let gold = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2031-06-30", "user_plan_name": "Gold" });
    assert_eq!(assigned(gold).await, json!([plan(1, "Gold", json!("2031-06-30"))]), "it was assigned before");
    assert_eq!(assigned(json!({ "assign_new_plan": 1 })).await, json!([plan(1, "Gold", json!("2031-06-30"))]));
    let open = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "", "user_plan_name": "" });
    assert_eq!(assigned(open).await, json!([plan(1, "Demo Plan", json!(null))]));
    let second = assigned(json!({ "assign_new_plan": 2 })).await;
    let later = with(plan(2, "Prepaid Plan", json!(null)), &json!({ "assigned_at": "2026-01-31T09:31:00.000000Z" }));
    assert_eq!(second, json!([plan(1, "Demo Plan", json!(null)), later]));

    let kept = scim(&api, &ann).await.json[PUBLICA]["plans"].clone();
    assert_eq!(kept[0]["planId"], 1);
    assert_eq!(kept[1]["display"], "Prepaid Plan");
    for changes in [
        json!({ "assign_new_plan": 3 }),
        json!({ "assign_new_plan": "1" }),
        json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2030-02-30" }),
        json!({ "new_plan_custom_valid_to": "2030-12-31" }),
        json!({ "user_plan_name": "Gold" }),
    ] {
        put(&api, &ann["id"], &with(body("ann"), &changes), 422).await;
    }
}

async fn a_plan_that_has_ended_is_not_listed(api: Api) {
    plans(&api).await;
    let new = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2026-01-31" });
    let ann = post(&api, &with(body("ann"), &new), 200).await.json["data"].clone();
    assert_eq!(one(&api, &ann["id"]).await["user_plans_count"], 1, "its last day");
    api.clock.advance(15 * 3_600_000_000);
    let entry = one(&api, &ann["id"]).await;
    assert_eq!((&entry["user_plans_count"], &entry["user_plans"]), (&json!(0), &json!([])));
    assert_eq!(scim(&api, &ann).await.json[PUBLICA]["plans"][0]["planId"], 1, "it is kept");
}

async fn the_list_is_pages_of_the_active_users(api: Api) {
    for number in 0..17 {
        user(&api, &format!("u{number}")).await;
    }
    let page = async |query: &str| get(&api, query, 200).await.json["data"]["paginator"].clone();
    let first = page("").await;
    let path = "https://roster.example/publica/integration-api/v1/dashboard/users";
    let told = |page: &Value| {
        ["current_page", "from", "last_page", "per_page", "to", "total"].map(|name| page[name].as_i64().unwrap_or(-1))
    };
    assert_eq!(told(&first), [1, 1, 2, 15, 15, 17]);
    assert_eq!(first["path"], path);
    assert_eq!(first["first_page_url"], format!("{path}?page=1"));
    assert_eq!((&first["next_page_url"], &first["prev_page_url"]), (&json!(format!("{path}?page=2")), &json!(null)));
    assert_eq!(first["data"].as_array().unwrap().len(), 15);
    assert_eq!(first["data"][0]["email"], "u0@example.com", "by number");
    assert_eq!(told(&page("?page=2").await), [2, 16, 2, 15, 17, 17]);
    assert_eq!(told(&page("?page=9").await), [9, -1, 2, 15, -1, 17]);
    let kept = page("?query=example&per_page=5&page=2").await;
    assert_eq!(told(&kept), [2, 6, 4, 5, 10, 17]);
    assert_eq!(kept["next_page_url"], format!("{path}?query=example&per_page=5&page=3"));
    for (query, per_page) in [("?per_page=100", 100), ("?per_page=101", 100), ("?per_page=0", 15), ("?per_page=x", 15)]
    {
        assert_eq!(page(query).await["per_page"], per_page, "{query}");
    }
    for query in ["?page=0", "?page=-1", "?page=x", "?page=", "?page=99999999999999999999"] {
        assert_eq!(page(query).await["current_page"], 1, "{query}");
    }
    assert_eq!(page("?page=4294967295&per_page=100").await["data"], json!([]));
    assert_eq!(
        sent(call(&api, "GET", &format!("{DASHBOARD}/?page=2")), 200).await.json["data"]["paginator"]["total"],
        17
    );
}

async fn a_query_chooses_deactivated_ones_administrators_or_part_of_a_mail_address(api: Api) {
    let admin = with(body("ann"), &json!({ "admin": true }));
    post(&api, &admin, 200).await;
    let bob = user(&api, "bob").await;
    let gone = post(&api, &with(body("carl"), &json!({ "admin": true })), 200).await.json["data"].clone();
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", gone["id"])), 200).await;
    api.post("/Users", &json!({ "userName": "dora" })).send().await.is(201);
    for (query, expected) in [
        ("", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
        ("?query=", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
        ("?query=deactivated", vec![json!("carl@example.com")]),
        ("?query=admins", vec![json!("ann@example.com")]),
        ("?query=BOB", vec![json!("bob@example.com")]),
        ("?query=%40example", vec![json!("ann@example.com"), json!("bob@example.com")]),
        ("?query=carl", vec![]),
        ("?query=%25", vec![]),
        ("?query=_", vec![]),
        ("?query=%22%20or%20active%20eq%20false", vec![]),
        ("?query=%00", vec![]),
        ("?email=ann", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
    ] {
        let found: Vec<Value> = listed(&api, query).await.into_iter().map(|user| user["email"].clone()).collect();
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(listed(&api, "?query=bob").await[0]["id"], bob["id"]);
}

async fn one_user_is_read_by_each_of_its_names(api: Api) {
    let ann = user(&api, "ann").await;
    let gone = user(&api, "bob").await;
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", gone["id"])), 200).await;
    let id = ann["id"].to_string();
    let uuid = ann["uuid"].as_str().unwrap();
    for name in [&id, uuid, "ann@example.com", "ANN%40example.com", "ext-ann"] {
        let page = get(&api, &format!("/{name}"), 200).await.json["data"]["paginator"].clone();
        assert_eq!((&page["current_page"], &page["total"], &page["last_page"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(page["data"][0]["id"], ann["id"], "{name}");
    }
    assert!(one(&api, &json!("bob@example.com")).await["deleted_at"].is_string(), "deactivated ones too");
    for name in ["nobody@example.com", "999999999", "ext-ANN", "%00", "a%2Fb", "018f0000-0000-7000-8000-000000000000"] {
        let refused = get(&api, &format!("/{name}"), 404).await;
        assert_eq!(refused.json, json!({ "CODE": "error", "message": "Object not found" }));
    }
    // A number names the user that has it, though somebody is called so.
    let called = post(&api, &with(body("carl"), &json!({ "external_id": id })), 200).await.json["data"].clone();
    assert_eq!(one(&api, &ann["id"]).await["email"], "ann@example.com");
    assert_eq!(one(&api, &called["uuid"]).await["external_id"], id.as_str());
    // SCIM lets several users have one mail address.
    for name in ["dora", "dirk"] {
        let mails = json!({ "userName": name, "emails": [{ "value": "d@example.com" }] });
        api.post("/Users", &mails).send().await.is(201);
    }
    get(&api, "/d@example.com", 409).await;
}

async fn an_entry_of_a_list_has_every_member_of_the_document(api: Api) {
    let ann = post(&api, &with(body("ann"), &json!({ "sessions_limit": 1 })), 200).await.json["data"].clone();
    api.clock.advance(1_500_000);
    put(&api, &ann["id"], &with(body("ann"), &json!({ "admin": 1 })), 204).await;
    let expected = json!({
        "id": ann["id"],
        "uuid": ann["uuid"],
        "external_id": "ext-ann",
        "admin": true,
        "plan_admin": false,
        "email": "ann@example.com",
        "sessions_limit": null,
        "only_sees_readable": 1,
        "picture": ann["picture"],
        "created_at": "2026-01-31T09:30:00.000000Z",
        "updated_at": "2026-01-31T09:30:01.500000Z",
        "deleted_at": null,
        "purchased_issues_with_cancelled_count": 0,
        "user_plans_count": 0,
        "can_be_edited": true,
        "created_at_date_string": "2026-01-31",
        "impersonate": null,
        "sessions": null,
        "ip_ranges": [],
        "referrers": [],
        "purchased_issues_with_cancelled": [],
        "user_plans": [],
    });
    assert_eq!(one(&api, &ann["id"]).await, expected);
    let reader = token(&api, "users:read").await;
    assert_eq!(one(&reader, &ann["id"]).await["can_be_edited"], false);
    let photo = json!([{ "op": "add", "path": "photos", "value": [{ "value": "https://example.com/a.png", "type": "photo" }] }]);
    api.patch(&format!("/Users/{}", ann["uuid"].as_str().unwrap()), &photo).send().await.is(200);
    assert_eq!(one(&api, &ann["id"]).await["picture"], "https://example.com/a.png");
}

async fn update_changes_what_is_sent_and_nothing_else(api: Api) {
    let ann = post(&api, &with(body("ann"), &json!({ "sessions_limit": 5, "plan_admin": true })), 200).await;
    let ann = ann.json["data"].clone();
    let path = format!("/Users/{}", ann["uuid"].as_str().unwrap());
    let more = json!([
        { "op": "add", "path": "displayName", "value": "Ann Lee" },
        { "op": "add", "path": "emails", "value": [{ "value": "ann@home.example", "type": "home" }] },
    ]);
    api.patch(&path, &more).send().await.is(200);
    let least = json!({ "external_id": "ext-new", "email": "ann@new.example", "only_sees_readable": "0" });
    put(&api, &ann["id"], &least, 204).await;
    let seen = api.get(&path).send().await.is(200).json;
    assert_eq!((&seen["externalId"], &seen["displayName"]), (&json!("ext-new"), &json!("Ann Lee")));
    let mails = json!([
        { "value": "ann@new.example", "type": "work", "primary": true },
        { "value": "ann@home.example", "type": "home" },
    ]);
    assert_eq!(seen["emails"], mails);
    assert_eq!(seen[PUBLICA], json!({ "admin": false, "planAdmin": true, "onlySeesReadable": false }));
    assert_eq!(seen[LIFECYCLE]["sessionsLimit"], 5, "what is absent stays");
    put(&api, &ann["id"], &with(least.clone(), &json!({ "sessions_limit": null, "admin": 1, "plan_admin": 0 })), 204)
        .await;
    let seen = api.get(&path).send().await.is(200).json;
    assert_eq!(seen[LIFECYCLE].get("sessionsLimit"), None, "null takes the limit away");
    assert_eq!(seen[PUBLICA], json!({ "admin": true, "planAdmin": false, "onlySeesReadable": false }));
    put(&api, &json!(ann["uuid"].as_str().unwrap()), &json!({}), 404).await;
    let by_uuid = format!("{DASHBOARD}/{}", ann["uuid"].as_str().unwrap());
    sent(call(&api, "PUT", &by_uuid).json(&with(least, &json!({ "sessions_limit": 999_999 }))), 204).await;
    assert_eq!(one(&api, &ann["id"]).await["sessions_limit"], 999_999);
}

async fn update_is_refused_as_creation_is(api: Api) {
    let ann = user(&api, "ann").await;
    let full = body("ann");
    for missing in ["external_id", "email", "only_sees_readable"] {
        let mut body = full.clone();
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(fields(&put(&api, &ann["id"], &body, 422).await), [missing]);
    }
    for (field, wrong) in [
        ("external_id", json!("x".repeat(65))),
        ("email", json!("ann")),
        ("new_password", json!("1234567")),
        ("new_password", json!("x".repeat(256))),
        ("sessions_limit", json!(0)),
        ("sessions_limit", json!("many")),
        ("only_sees_readable", json!("yes")),
    ] {
        assert_eq!(fields(&put(&api, &ann["id"], &with(full.clone(), &json!({ field: wrong })), 422).await), [field]);
    }
    put(&api, &ann["id"], &with(full, &json!({ "external_id": "x".repeat(64), "new_password": "x".repeat(255) })), 204)
        .await;
}

async fn an_echo_makes_no_version(api: Api) {
    plans(&api).await;
    let plan = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2030-12-31", "sessions_limit": 3 });
    let ann = post(&api, &with(body("ann"), &plan), 200).await.json["data"].clone();
    let before = scim(&api, &ann).await.json;
    api.clock.advance(1_000_000);
    let mut echo = with(body("ann"), &plan);
    echo.as_object_mut().unwrap().remove("new_password");
    put(&api, &ann["id"], &echo, 204).await;
    assert_eq!(scim(&api, &ann).await.json, before);
    // A user that SCIM made, of whom nothing is said that is not so.
    let mails = json!({ "userName": "bob", "externalId": "b", "emails": [{ "value": "b@example.com" }] });
    let id = api.post("/Users", &mails).send().await.is(201).id();
    let before = api.get(&format!("/Users/{id}")).send().await.json;
    let echo = json!({ "external_id": "b", "email": "b@example.com", "only_sees_readable": 0, "admin": 0, "plan_admin": 0, "sessions_limit": null });
    sent(call(&api, "PUT", &format!("{DASHBOARD}/{id}")).json(&echo), 204).await;
    assert_eq!(api.get(&format!("/Users/{id}")).send().await.json, before);
}

async fn the_user_name_follows_the_mail_address_while_they_are_equal(api: Api) {
    let ann = user(&api, "ann").await;
    put(&api, &ann["id"], &with(body("ann"), &json!({ "email": "ann@new.example" })), 204).await;
    assert_eq!(scim(&api, &ann).await.json["userName"], "ann@new.example");
    let path = format!("/Users/{}", ann["uuid"].as_str().unwrap());
    api.patch(&path, &json!([{ "op": "replace", "path": "userName", "value": "ann" }])).send().await.is(200);
    put(&api, &ann["id"], &with(body("ann"), &json!({ "email": "ann@third.example" })), 204).await;
    let seen = scim(&api, &ann).await.json;
    assert_eq!((&seen["userName"], &seen["emails"][0]["value"]), (&json!("ann"), &json!("ann@third.example")));
}

async fn deactivation_hides_a_user_and_reactivation_shows_it_again(api: Api) {
    let ann = user(&api, "ann").await;
    let path = format!("{DASHBOARD}/{}", ann["id"]);
    let before = scim(&api, &ann).await.json;
    api.clock.advance(1_000_000);
    for _ in 0..2 {
        let answer = sent(call(&api, "DELETE", &path), 200).await;
        assert_eq!(answer.json, json!({ "CODE": "success", "data": [] }));
    }
    let seen = scim(&api, &ann).await.json;
    assert_eq!((&seen["active"], &seen["externalId"]), (&json!(false), &json!("ext-ann")));
    assert_eq!(seen[LIFECYCLE]["deactivatedAt"], "2026-01-31T09:30:01.000Z");
    assert_eq!(one(&api, &ann["id"]).await["deleted_at"], "2026-01-31T09:30:01.000000Z");
    assert_eq!(listed(&api, "").await, [] as [Value; 0]);
    assert_eq!(listed(&api, "?query=deactivated").await.len(), 1);
    for _ in 0..2 {
        let answer = sent(call(&api, "PUT", &format!("{path}/re-activate")).body(""), 200).await;
        assert_eq!(answer.json, json!({ "CODE": "success", "data": 1 }));
    }
    let seen = scim(&api, &ann).await.json;
    assert_eq!(seen[LIFECYCLE].get("deactivatedAt"), None);
    for attribute in ["userName", "externalId", "emails", "active", PUBLICA] {
        assert_eq!(seen[attribute], before[attribute], "{attribute}");
    }
    assert_eq!(one(&api, &ann["id"]).await["deleted_at"], json!(null));
    // What SCIM does is seen here.
    api.patch(
        &format!("/Users/{}", ann["uuid"].as_str().unwrap()),
        &json!([{ "op": "replace", "path": "active", "value": false }]),
    )
    .send()
    .await
    .is(200);
    assert!(one(&api, &ann["id"]).await["deleted_at"].is_string());
}

async fn unknown_ids_are_404(api: Api) {
    let ann = user(&api, "ann").await;
    let longer = format!("{}0", ann["id"]);
    for id in [
        "999999999",
        longer.as_str(),
        "ext-ann",
        "ann%40example.com",
        "abc",
        "-1",
        "1e3",
        "%00",
        "99999999999999999999",
    ] {
        for (method, path) in [
            ("PUT", format!("{DASHBOARD}/{id}")),
            ("DELETE", format!("{DASHBOARD}/{id}")),
            ("PUT", format!("{DASHBOARD}/{id}/re-activate")),
        ] {
            let refused = sent(call(&api, method, &path).json(&json!({})), 404).await;
            assert_eq!(refused.json["message"], "Object not found", "{method} {path}");
        }
    }
    for path in ["/users/999999999/force-logout", "/dashboard/users/nobody/force-logout", "/nothing", "/users"] {
        sent(call(&api, "POST", path), 404).await;
    }
    assert_eq!(sent(call(&api, "PATCH", DASHBOARD), 405).await.header("allow"), Some("GET, HEAD, POST"));
    assert_eq!(one(&api, &ann["id"]).await["deleted_at"], json!(null));
}

async fn privileges_are_not_assigned_by_other_names(api: Api) {
    api.admin("POST", "/roles").json(&json!({ "id": 1, "name": "Admin", "default": true })).send().await.is(201);
    let privileged = json!({
        "id": 77,
        "uuid": "018f0000-0000-7000-8000-000000000077",
        "userName": "root",
        "active": false,
        "roles": ["Admin"],
        "roleNames": ["Admin"],
        "super_admin": true,
        "superAdmin": true,
        "access_api": true,
        "isAdmin": true,
        "scopes": ["*"],
        "groups": [{ "value": "x" }],
        "entitlements": [{ "value": "all" }],
        "created_at": "2000-01-01",
        "deleted_at": "2000-01-01",
        "plans": [{ "planId": 1 }],
        "user_plans": [{ "plan_id": 1 }],
        "provisionedBy": "scim",
        "numericId": 1,
        "password": "Another1234",
        "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "superAdmin": true },
        LIFECYCLE: { "sessionsLimit": 9 },
        PUBLICA: { "admin": true },
    });
    let ann = post(&api, &with(body("ann"), &privileged), 200).await.json["data"].clone();
    put(&api, &ann["id"], &with(body("ann"), &privileged), 204).await;
    let seen = scim(&api, &ann).await.json;
    let plain = user(&api, "bob").await;
    let other = scim(&api, &plain).await.json;
    let names = |user: &Value| user.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&seen), names(&other), "no attribute more than a plain user has");
    assert_eq!((&seen["userName"], &seen["active"]), (&json!("ann@example.com"), &json!(true)));
    assert_eq!(seen[PUBLICA], other[PUBLICA]);
    assert_eq!(seen[LIFECYCLE], json!({ "numericId": ann["id"], "provisionedBy": "publica" }));
    assert_ne!(ann["id"], 77);
}

async fn a_token_may_do_what_its_scopes_say(api: Api) {
    let ann = user(&api, "ann").await;
    let id = &ann["id"];
    let writes = [
        ("POST", DASHBOARD.to_owned()),
        ("PUT", format!("{DASHBOARD}/{id}")),
        ("PUT", format!("{DASHBOARD}/999999999")),
        ("DELETE", format!("{DASHBOARD}/{id}")),
        ("PUT", format!("{DASHBOARD}/{id}/re-activate")),
        ("POST", format!("/users/{id}/force-logout")),
        ("POST", format!("{DASHBOARD}/{id}/force-logout")),
    ];
    for (scope, reads) in [("users:read", 200), ("scim", 403), ("scim:read", 403), ("admin", 403), ("self", 403)] {
        let other = token(&api, scope).await;
        get(&other, "", reads).await;
        get(&other, &format!("/{id}"), reads).await;
        for (method, path) in &writes {
            // Whose mail address is taken is not told either.
            let refused = sent(call(&other, method, path).json(&body("ann")), 403).await;
            assert_eq!(refused.json, json!({ "CODE": "error", "message": "This action is unauthorized." }));
        }
    }
    let writer = token(&api, "users:write").await;
    get(&writer, "", 200).await;
    put(&writer, id, &body("ann"), 204).await;
}

async fn another_tenant_is_not_seen(api: Api) {
    let ann = user(&api, "ann").await;
    let other = api.tenant("acme").await;
    assert_eq!(listed(&other, "").await, [] as [Value; 0]);
    for name in [ann["id"].to_string(), ann["uuid"].as_str().unwrap().to_owned(), "ann@example.com".to_owned()] {
        get(&other, &format!("/{name}"), 404).await;
    }
    put(&other, &ann["id"], &body("ann"), 404).await;
    sent(call(&other, "DELETE", &format!("{DASHBOARD}/{}", ann["id"])), 404).await;
    sent(call(&other, "POST", "/users/ext-ann/force-logout"), 404).await;
    user(&other, "ann").await;
}

async fn a_user_of_another_api_is_shown_too(api: Api) {
    let id = api.user("bare").await;
    let entry = one(&api, &json!(id)).await;
    assert_eq!((&entry["email"], &entry["external_id"], &entry["admin"]), (&json!(null), &json!(null), &json!(false)));
    let update = json!({ "external_id": "b", "email": "bare@example.com", "only_sees_readable": true });
    put(&api, &entry["id"], &update, 204).await;
    let seen = scim(&api, &entry).await.json;
    assert_eq!((&seen["userName"], &seen["externalId"]), (&json!("bare"), &json!("b")));
    assert_eq!(seen["emails"], json!([{ "value": "bare@example.com", "type": "work", "primary": true }]));
    // A mail address that SCIM gave to two users is no fault of an update that keeps it.
    let twins = async |name: &str| {
        let mails = json!({ "userName": name, "externalId": name, "emails": [{ "value": "twin@example.com" }] });
        api.post("/Users", &mails).send().await.is(201).json[LIFECYCLE]["numericId"].clone()
    };
    let (one_twin, _) = (twins("castor").await, twins("pollux").await);
    let update = json!({ "external_id": "castor", "email": "twin@example.com", "only_sees_readable": true });
    put(&api, &one_twin, &update, 204).await;
}

async fn hostile_values_are_refused_in_the_shape_of_the_api(api: Api) {
    let huge = "9".repeat(400);
    for text in [
        format!(r#"{{"external_id":"a","email":"a@example.com","sessions_limit":{huge}}}"#),
        format!(r#"{{"external_id":"a","email":"a@example.com","assign_new_plan":{}}}"#, i64::MAX),
        r#"{"external_id":"a","email":"a@example.com","assign_new_plan":1e30}"#.to_owned(),
        r#"{"external_id":{"a":[]},"email":["a@example.com"],"admin":{}}"#.to_owned(),
        r#"{"external_id":"a","email":"a@example.com\u0000"}"#.to_owned(),
        format!(r#"{{"external_id":"a","email":"{}@example.com"}}"#, "x".repeat(100_000)),
        format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)),
    ] {
        sent(call(&api, "POST", DASHBOARD).body(text), 422).await;
    }
    // Half of an emoji, and letters of other scripts, are what they are.
    let unusual = json!({ "external_id": "ключ-🔑", "email": "käse@bücher.example", "only_sees_readable": 1 });
    let made = post(&api, &unusual, 200).await.json["data"].clone();
    assert_eq!(one(&api, &json!("K%C3%84SE%40b%C3%BCcher.example")).await["id"], made["id"]);
    assert_eq!(one(&api, &json!("%D0%BA%D0%BB%D1%8E%D1%87-%F0%9F%94%91")).await["id"], made["id"]);
    assert!([400, 404].contains(&call(&api, "GET", &format!("{DASHBOARD}/%FF")).send().await.status));
}
