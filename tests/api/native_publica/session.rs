//! What ends sessions: deactivation, another password, force logout; and how many there may be.

use super::*;
use crate::server::both;

both! {
    deactivation_hides_a_user_and_reactivation_shows_it_again,
    a_deactivated_user_signs_in_by_no_means,
    force_logout_ends_the_sessions_at_both_paths_by_id_or_external_id,
    force_logout_of_a_name_that_several_have_is_409,
    as_many_sessions_begin_as_the_limit_says,
    a_new_password_is_optional_and_ends_other_sessions,
    live_sessions_are_listed_with_their_user,
    who_is_logged_in_reads_itself_and_writes_nobody,
}

async fn log_in(api: &Api, name: &str, password: &str) -> Answer {
    let call = api.call("POST", "root:/auth/login").header("authorization", None);
    let body = json!({ "username": format!("{name}@example.com"), "password": password });
    call.header("content-type", Some("application/json")).json(&body).send().await
}

/// A login that succeeds; the server under the token of the session.
async fn entered(api: &Api, name: &str, password: &str) -> Api {
    let answer = log_in(api, name, password).await.is(200);
    api.with_token(answer.text_at("/token"))
}

/// Whether a session is alive: 200 or 401.
async fn seen_by(session: &Api) -> u16 {
    session.call("GET", "root:/auth/session").send().await.status
}

/// The server under a token that stands for a user.
async fn personal_token(api: &Api, user: &Value) -> Api {
    let body = json!({ "connection": "default", "name": "own", "scopes": ["users:read"], "user": user["email"] });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    api.with_token(made.text_at("/secret"))
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

async fn a_deactivated_user_signs_in_by_no_means(api: Api) {
    let ann = user(&api, "ann").await;
    let session = entered(&api, "ann", "Abcd1234").await;
    let personal = personal_token(&api, &ann).await;
    get(&personal, "", 200).await;
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", ann["id"])), 200).await;
    assert_eq!(seen_by(&session).await, 401);
    get(&personal, "", 401).await;
    assert_eq!(log_in(&api, "ann", "Abcd1234").await.is(403).json["error"], "account_inactive");
    sent(call(&api, "PUT", &format!("{DASHBOARD}/{}/re-activate", ann["id"])), 200).await;
    assert_eq!(seen_by(&session).await, 401, "what has ended stays so");
    get(&personal, "", 200).await;
    entered(&api, "ann", "Abcd1234").await;
}

async fn force_logout_ends_the_sessions_at_both_paths_by_id_or_external_id(api: Api) {
    let ann = user(&api, "ann").await;
    let bob = user(&api, "bob").await;
    let other = entered(&api, "bob", "Abcd1234").await;
    for path in [
        format!("/users/{}/force-logout", ann["id"]),
        format!("/dashboard/users/{}/force-logout/", ann["id"]),
        "/users/ext-ann/force-logout".to_owned(),
        "/dashboard/users/ext-ann/force-logout".to_owned(),
        format!("/users/{}/force-logout", ann["uuid"].as_str().unwrap()),
    ] {
        let sessions = [entered(&api, "ann", "Abcd1234").await, entered(&api, "ann", "Abcd1234").await];
        api.clock.advance(1_000_000);
        let answer = sent(call(&api, "POST", &path), 200).await;
        assert_eq!(answer.json, json!({ "CODE": "success", "data": [] }));
        for session in sessions {
            assert_eq!(seen_by(&session).await, 401, "{path}");
        }
    }
    assert_eq!(seen_by(&other).await, 200, "nobody else is logged out");
    let seen = scim(&api, &ann).await.json;
    assert_eq!(
        (&seen["active"], &seen[LIFECYCLE]["sessionsRevokedAt"]),
        (&json!(true), &json!("2026-01-31T09:30:05.000Z"))
    );
    // The number of one user may be what another one is called: ids count first.
    let named = with(body("carl"), &json!({ "external_id": bob["id"].to_string() }));
    post(&api, &named, 200).await;
    let carl = entered(&api, "carl", "Abcd1234").await;
    sent(call(&api, "POST", &format!("/users/{}/force-logout", bob["id"])), 200).await;
    assert_eq!((seen_by(&other).await, seen_by(&carl).await), (401, 200));
}

async fn force_logout_of_a_name_that_several_have_is_409(api: Api) {
    for name in ["dora", "dirk"] {
        api.post("/Users", &json!({ "userName": name, "externalId": "shared" })).send().await.is(201);
    }
    let refused = sent(call(&api, "POST", "/users/shared/force-logout"), 409).await;
    assert!(refused.text_at("/message").contains("several"), "{}", refused.text);
}

async fn as_many_sessions_begin_as_the_limit_says(api: Api) {
    let limited = with(body("ann"), &json!({ "sessions_limit": 2 }));
    let ann = post(&api, &limited, 200).await.json["data"].clone();
    let first = entered(&api, "ann", "Abcd1234").await;
    entered(&api, "ann", "Abcd1234").await;
    assert_eq!(log_in(&api, "ann", "Abcd1234").await.is(403).json["error"], "sessions_limit_reached");
    first.call("POST", "root:/auth/logout").send().await.is(204);
    entered(&api, "ann", "Abcd1234").await;
    let unlimited = with(limited, &json!({ "sessions_limit": null, "new_password": "" }));
    put(&api, &ann["id"], &unlimited, 204).await;
    entered(&api, "ann", "Abcd1234").await;
}

async fn a_new_password_is_optional_and_ends_other_sessions(api: Api) {
    let without = json!({ "external_id": "ext-ann", "email": "ann@example.com" });
    let ann = post(&api, &without, 200).await.json["data"].clone();
    log_in(&api, "ann", "Abcd1234").await.is(401);
    let update = json!({ "external_id": "ext-ann", "email": "ann@example.com", "only_sees_readable": 1 });
    put(&api, &ann["id"], &with(update.clone(), &json!({ "new_password": "Abcd1234" })), 204).await;
    let session = entered(&api, "ann", "Abcd1234").await;
    for nothing in [json!(null), json!("")] {
        put(&api, &ann["id"], &with(update.clone(), &json!({ "new_password": nothing })), 204).await;
    }
    assert_eq!(seen_by(&session).await, 200);
    put(&api, &ann["id"], &with(update, &json!({ "new_password": "Efgh5678" })), 204).await;
    assert_eq!(seen_by(&session).await, 401);
    log_in(&api, "ann", "Abcd1234").await.is(401);
    entered(&api, "ann", "Efgh5678").await;
}

async fn live_sessions_are_listed_with_their_user(api: Api) {
    let ann = user(&api, "ann").await;
    let bob = user(&api, "bob").await;
    let session = entered(&api, "ann", "Abcd1234").await;
    entered(&api, "ann", "Abcd1234").await;
    let listed = listed(&api, "").await;
    let sessions = listed.iter().find(|user| user["id"] == ann["id"]).unwrap()["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["created_at"], "2026-01-31T09:30:00.000000Z");
    assert_eq!(listed.iter().find(|user| user["id"] == bob["id"]).unwrap()["sessions"], json!(null));
    session.call("POST", "root:/auth/logout").send().await.is(204);
    let left = one(&api, &ann["id"]).await["sessions"].clone();
    assert_eq!(left, json!([sessions[1]]));
    assert!(!left.to_string().contains(&session.token));
}

async fn who_is_logged_in_reads_itself_and_writes_nobody(api: Api) {
    let ann = user(&api, "ann").await;
    let bob = user(&api, "bob").await;
    let session = entered(&api, "ann", "Abcd1234").await;
    let own = one(&session, &ann["id"]).await;
    assert_eq!((&own["email"], &own["can_be_edited"]), (&json!("ann@example.com"), &json!(false)));
    for other in
        [format!("/{}", bob["id"]), "/bob@example.com".to_owned(), "/nobody@example.com".to_owned(), String::new()]
    {
        get(&session, &other, 403).await;
    }
    let raise = with(body("ann"), &json!({ "admin": true, "plan_admin": true, "sessions_limit": 999_999 }));
    put(&session, &ann["id"], &raise, 403).await;
    sent(call(&session, "DELETE", &format!("{DASHBOARD}/{}", bob["id"])), 403).await;
}
