//! Updates: what is sent is changed and nothing else, and an echo changes nothing.

use super::*;
use crate::server::both;

both! {
    update_changes_what_is_sent_and_nothing_else,
    update_is_refused_as_creation_is,
    an_echo_makes_no_version,
    the_user_name_follows_the_mail_address_while_they_are_equal,
    a_plan_is_given_and_given_again_with_another_day_and_name,
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
