//! What creation reads and answers, and every way in which it is refused.

use super::*;
use crate::server::both;

both! {
    create_answers_in_the_shape_of_creation,
    create_needs_a_mail_address_and_an_external_id_alone,
    every_fault_of_a_body_is_told_at_once,
    a_body_that_is_no_json_object_is_422,
    mail_addresses_and_external_ids_are_unique,
    of_two_creations_with_one_mail_address_one_succeeds,
    truths_are_read_in_six_spellings,
    privileges_are_not_assigned_by_other_names,
    hostile_values_are_refused_in_the_shape_of_the_api,
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
