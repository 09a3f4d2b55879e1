//! Login and sessions: who gets in, how many times, and when it is over.

use crate::call::Answer;
use crate::server::{Api, both};
use roster::auth::password::Hasher;
use serde_json::{Value, json};
use std::time::Instant;
use tokio::task::JoinSet;

const PASSWORD: &str = "correct horse battery";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const HOUR: i64 = 3_600_000_000;

both! {
    a_user_logs_in_by_name_or_mail_address_and_sees_who_it_is,
    whoever_is_unknown_wrong_or_without_a_password_is_told_the_same,
    a_user_that_is_not_active_is_told_so_only_with_the_right_password,
    an_ambiguous_mail_address_is_nobodys,
    of_eight_logins_at_once_as_many_succeed_as_the_limit_says,
    a_login_makes_no_version_and_is_noted,
    a_session_ends_by_logout_and_no_other_with_it,
    one_sees_and_ends_ones_own_sessions_and_no_others,
    an_administrator_sees_and_ends_the_sessions_of_a_user,
    a_session_ends_when_it_is_not_used_and_at_last_whatever_happens,
    the_sixth_wrong_password_is_not_heard,
    a_hash_of_another_system_is_taken_over_and_made_anew,
    a_hash_that_is_none_or_costs_too_much_is_refused,
    a_session_opens_no_more_than_its_user_may,
    organizations_have_users_of_their_own,
    a_session_goes_with_its_user,
    another_password_ends_the_sessions,
    nobody_learns_from_the_time_who_is_known,
    bodies_that_are_no_login_are_refused,
    sessions_of_long_ago_are_forgotten,
}

/// A user with a password and these attributes; its id.
async fn make(api: &Api, name: &str, more: Value) -> String {
    let mut body = json!({ "userName": name, "password": PASSWORD });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/Users", &body).send().await.is(201).id()
}

async fn log_in(api: &Api, body: Value) -> Answer {
    let call = api.call("POST", "root:/auth/login").header("authorization", None);
    call.header("content-type", Some("application/json")).json(&body).send().await
}

/// A login that succeeds; the server under the token of the session.
async fn entered(api: &Api, name: &str) -> Api {
    let answer = log_in(api, json!({ "username": name, "password": PASSWORD })).await.is(200);
    api.with_token(answer.text_at("/token"))
}

#[track_caller]
fn refused(answer: Answer, status: u16, error: &str) {
    let answer = answer.is(status);
    assert_eq!(answer.json["error"], error, "{}", answer.text);
    assert!(answer.text_at("/message").len() > 5);
}

async fn live(session: &Api) -> u16 {
    session.call("GET", "root:/auth/session").send().await.status
}

async fn a_user_logs_in_by_name_or_mail_address_and_sees_who_it_is(api: Api) {
    let id = make(&api, "Anna", json!({ "emails": [{ "value": "Anna.B@example.com" }] })).await;
    for name in ["Anna", "aNNA", "anna.b@EXAMPLE.com"] {
        let answer = log_in(&api, json!({ "username": name, "password": PASSWORD })).await.is(200);
        assert_eq!(answer.json["token_type"], "Bearer");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.text_at("/token").starts_with("rosters_"));
        assert_eq!(answer.text_at("/expires_at"), "2026-02-07T09:30:00.000Z");
        let user = answer.json["user"].clone();
        assert_eq!((&user["scim_id"], &user["userName"]), (&json!(id), &json!("Anna")));
        assert!(user["id"].as_i64().unwrap() > 0);
        let session = api.with_token(answer.text_at("/token"));
        let seen = session.call("GET", "root:/auth/session").send().await.is(200);
        assert_eq!(seen.json["user"], user);
        assert_eq!(seen.json["session_id"], answer.json["session_id"]);
    }
    refused(api.call("GET", "root:/auth/session").header("authorization", None).send().await, 401, "unauthenticated");
    refused(
        api.with_token(&format!("rosters_{}", "x".repeat(43))).call("GET", "root:/auth/session").send().await,
        401,
        "unauthenticated",
    );
    refused(api.call("GET", "root:/auth/session").send().await, 403, "forbidden");
    // What a client still carries from before does not keep it out.
    let stale = api.with_token(&format!("rosters_{}", "x".repeat(43)));
    let call = stale.call("POST", "root:/auth/login").json(&json!({ "username": "anna", "password": PASSWORD }));
    call.send().await.is(200);
}

async fn whoever_is_unknown_wrong_or_without_a_password_is_told_the_same(api: Api) {
    make(&api, "anna", json!({})).await;
    api.user("without").await;
    let mut told = Vec::new();
    for (name, password) in [
        ("anna", "wrong"),
        ("anna", ""),
        ("anna", "correct horse battery "),
        ("nobody", PASSWORD),
        ("without", PASSWORD),
        ("", PASSWORD),
        ("nobody2", &"x".repeat(5000)),
    ] {
        let answer = log_in(&api, json!({ "username": name, "password": password })).await;
        assert!(answer.header("www-authenticate").is_some());
        told.push(answer.text.clone());
        refused(answer, 401, "invalid_credentials");
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    refused(log_in(&api, json!({ "username": "a\0b", "password": PASSWORD })).await, 400, "invalid_request");
    let unknown = json!({ "username": "anna", "password": PASSWORD, "organization": "nowhere" });
    refused(log_in(&api, unknown).await, 401, "invalid_credentials");
}

async fn a_user_that_is_not_active_is_told_so_only_with_the_right_password(api: Api) {
    let id = make(&api, "anna", json!({ "active": false })).await;
    refused(log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await, 403, "account_inactive");
    refused(log_in(&api, json!({ "username": "anna", "password": "wrong" })).await, 401, "invalid_credentials");
    api.patch(&format!("/Users/{id}"), &json!([{ "op": "replace", "path": "active", "value": true }]))
        .send()
        .await
        .is(200);
    let session = entered(&api, "anna").await;
    assert_eq!(live(&session).await, 200);
    api.patch(&format!("/Users/{id}"), &json!([{ "op": "replace", "path": "active", "value": false }]))
        .send()
        .await
        .is(200);
    assert_eq!(live(&session).await, 401, "with the next request");
}

async fn an_ambiguous_mail_address_is_nobodys(api: Api) {
    let mail = |value: &str| json!({ "emails": [{ "value": value }] });
    make(&api, "anna", mail("shared@example.com")).await;
    entered(&api, "shared@example.com").await;
    let second = make(&api, "bert", mail("Shared@Example.com")).await;
    let shared = json!({ "username": "shared@example.com", "password": PASSWORD });
    refused(log_in(&api, shared.clone()).await, 401, "invalid_credentials");
    entered(&api, "anna").await;
    api.delete(&format!("/Users/{second}")).send().await.is(204);
    log_in(&api, shared).await.is(200);
    let both = json!({ "emails": [{ "value": "one@example.com", "primary": true }, { "value": "two@example.com" }] });
    make(&api, "carl", both).await;
    entered(&api, "one@example.com").await;
    let other = json!({ "username": "two@example.com", "password": PASSWORD });
    refused(log_in(&api, other).await, 401, "invalid_credentials");
}

async fn of_eight_logins_at_once_as_many_succeed_as_the_limit_says(api: Api) {
    api.open_to_native().await;
    make(&api, "anna", json!({ LIFECYCLE: { "sessionsLimit": 3 } })).await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let api = api.clone();
        tasks.spawn(async move { log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await });
    }
    let (in_time, late): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((in_time.len(), late.len()), (3, 5));
    for answer in late {
        refused(answer, 403, "sessions_limit_reached");
    }
    let first = api.with_token(in_time[0].text_at("/token"));
    first.call("POST", "root:/auth/logout").send().await.is(204);
    entered(&api, "anna").await;
    refused(log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await, 403, "sessions_limit_reached");
}

async fn a_login_makes_no_version_and_is_noted(api: Api) {
    api.open_to_native().await;
    let id = make(&api, "anna", json!({})).await;
    let before = api.get(&format!("/Users/{id}")).send().await.is(200);
    api.clock.advance(HOUR);
    entered(&api, "anna").await;
    let after = api.get(&format!("/Users/{id}")).send().await.is(200);
    assert_eq!(after.json["meta"], before.json["meta"]);
    assert_eq!(after.json[LIFECYCLE]["lastLoginAt"], "2026-01-31T10:30:00.000Z");
    assert!(after.json["schemas"].as_array().unwrap().contains(&json!(LIFECYCLE)));
    let filter = format!("{LIFECYCLE}:lastLoginAt eq \"2026-01-31T10:30:00Z\"");
    assert_eq!(api.find("/Users", &filter).send().await.is(200).each("id"), [id.as_str()]);
    let audit = api.admin("GET", &format!("/tenants/default/audit?resource={id}")).send().await.is(200);
    let last = audit.json.pointer("/changes/0").or(audit.json.pointer("/entries/0")).unwrap();
    assert_eq!((&last["action"], &last["door"]), (&json!("logged-in"), &json!("login")), "{}", audit.text);
}

async fn a_session_ends_by_logout_and_no_other_with_it(api: Api) {
    make(&api, "anna", json!({})).await;
    let (one, two) = (entered(&api, "anna").await, entered(&api, "anna").await);
    one.call("POST", "root:/auth/logout").send().await.is(204);
    assert_eq!((live(&one).await, live(&two).await), (401, 200));
    one.call("POST", "root:/auth/logout").send().await.is(401);
    refused(api.call("POST", "root:/auth/logout").send().await, 403, "forbidden");
}

async fn one_sees_and_ends_ones_own_sessions_and_no_others(api: Api) {
    make(&api, "anna", json!({})).await;
    make(&api, "bert", json!({})).await;
    let (one, two, other) = (entered(&api, "anna").await, entered(&api, "anna").await, entered(&api, "bert").await);
    let list = one.call("GET", "root:/auth/sessions").send().await.is(200);
    let sessions = list.json["sessions"].as_array().unwrap().clone();
    let current: Vec<bool> = sessions.iter().map(|session| session["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false]);
    assert_eq!(sessions[0]["door"], "login");
    assert!(!list.text.contains("rosters_"), "no token is shown again");
    let theirs = other.call("GET", "root:/auth/sessions").send().await.is(200).json["sessions"][0]["id"].clone();
    refused(one.call("DELETE", &format!("root:/auth/sessions/{theirs}")).send().await, 404, "not_found");
    one.call("DELETE", &format!("root:/auth/sessions/{}", sessions[1]["id"])).send().await.is(204);
    refused(one.call("DELETE", &format!("root:/auth/sessions/{}", sessions[1]["id"])).send().await, 404, "not_found");
    assert_eq!((live(&one).await, live(&two).await, live(&other).await), (200, 401, 200));
}

async fn an_administrator_sees_and_ends_the_sessions_of_a_user(api: Api) {
    api.open_to_native().await;
    let id = make(&api, "anna", json!({})).await;
    let (one, two, three) = (entered(&api, "anna").await, entered(&api, "anna").await, entered(&api, "anna").await);
    let path = format!("/users/{id}/sessions");
    let list = api.admin("GET", &path).send().await.is(200);
    let num = list.json["sessions"][1]["num"].clone();
    assert_eq!(list.json["sessions"].as_array().unwrap().len(), 3);
    api.admin("DELETE", &format!("{path}/{num}")).send().await.is(204);
    api.admin("DELETE", &format!("{path}/{num}")).send().await.problem(404, None);
    assert_eq!((live(&one).await, live(&two).await, live(&three).await), (200, 401, 200));
    let before = api.get(&format!("/Users/{id}")).send().await.is(200);
    api.admin("DELETE", &path).send().await.is(204);
    assert_eq!((live(&one).await, live(&three).await), (401, 401));
    let after = api.get(&format!("/Users/{id}")).send().await.is(200);
    assert_eq!(after.json[LIFECYCLE]["sessionsRevokedAt"], "2026-01-31T09:30:00.000Z");
    assert_ne!(after.json["active"], false);
    assert_ne!(after.json["meta"]["version"], before.json["meta"]["version"]);
    entered(&api, "anna").await;
    // By number, in a tenant that is named, and nobody elsewhere.
    let num = log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await.json["user"]["id"].clone();
    let list = api.admin("GET", &format!("/users/{num}/sessions?tenant=default")).send().await.is(200);
    assert_eq!(list.json["sessions"].as_array().unwrap().len(), 2);
    api.tenant("other").await;
    api.admin("GET", &format!("{path}?tenant=other")).send().await.problem(404, None);
    api.admin("GET", &format!("{path}?tenant=nowhere")).send().await.problem(404, None);
    one.admin("GET", &path).send().await.is(401);
    entered(&api, "anna").await.admin("GET", &path).send().await.is(403);
}

async fn a_session_ends_when_it_is_not_used_and_at_last_whatever_happens(api: Api) {
    make(&api, "anna", json!({})).await;
    let (used, idle) = (entered(&api, "anna").await, entered(&api, "anna").await);
    for _ in 0..9 {
        api.clock.advance(72 * HOUR);
        assert_eq!(live(&used).await, 200);
        api.directory.write_usage().await.unwrap();
    }
    assert_eq!(live(&idle).await, 401, "not used for a week");
    let shown = used.call("GET", "root:/auth/session").send().await.is(200);
    assert_eq!(shown.text_at("/expires_at"), "2026-03-02T09:30:00.000Z", "thirty days after the login");
    api.clock.advance(72 * HOUR - 1);
    assert_eq!(live(&used).await, 200);
    api.clock.advance(1);
    assert_eq!(live(&used).await, 401);
}

async fn the_sixth_wrong_password_is_not_heard(api: Api) {
    make(&api, "anna", json!({})).await;
    make(&api, "bert", json!({})).await;
    for name in ["anna", "nobody"] {
        for _ in 0..5 {
            refused(log_in(&api, json!({ "username": name, "password": "wrong" })).await, 401, "invalid_credentials");
        }
        let answer = log_in(&api, json!({ "username": name, "password": PASSWORD })).await;
        assert_eq!(answer.header("retry-after"), Some("12"));
        refused(answer, 429, "too_many_attempts");
    }
    entered(&api, "bert").await;
    api.clock.advance(12_000_000);
    entered(&api, "anna").await;
    entered(&api, "anna").await;
}

async fn a_hash_of_another_system_is_taken_over_and_made_anew(api: Api) {
    let id = make(&api, "anna", json!({})).await;
    for (hash, password) in [
        ("$2b$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC", "correct horse"),
        ("$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8", "password"),
        ("pbkdf2_sha256$1000$NaClNaCl$DFRHyP75NhhP9KfmBQVw3DRMTlplRxD2m0/X6CUIpWg=", "correct horse"),
    ] {
        let before = entered_with(&api, PASSWORD).await;
        let body = json!({ "hash": hash });
        api.admin("PUT", &format!("/users/{id}/password-hash")).json(&body).send().await.is(204);
        if let Some(before) = before {
            assert_eq!(live(&before).await, 401, "{hash}");
        }
        assert!(entered_with(&api, "wrong").await.is_none(), "{hash}");
        assert!(holds(&api, hash).await, "{hash}");
        assert!(entered_with(&api, password).await.is_some(), "{hash}");
        assert!(!holds(&api, hash).await, "{hash}: made anew");
        assert!(entered_with(&api, password).await.is_some(), "{hash}");
        api.clock.advance(60_000_000);
        api.patch(&format!("/Users/{id}"), &json!([{ "op": "replace", "path": "password", "value": PASSWORD }]))
            .send()
            .await
            .is(200);
    }
}

/// The server under a session of anna, if that is her password.
async fn entered_with(api: &Api, password: &str) -> Option<Api> {
    let answer = log_in(api, json!({ "username": "anna", "password": password })).await;
    (answer.status == 200).then(|| api.with_token(answer.text_at("/token")))
}

/// Whether the database holds this text as somebody's hash.
async fn holds(api: &Api, hash: &str) -> bool {
    let sql = api.store.read().await.unwrap().sql().with("SELECT num FROM password WHERE hash = $1", [hash.into()]);
    api.store.read().await.unwrap().fetch_first(sql).await.unwrap().is_some()
}

async fn a_hash_that_is_none_or_costs_too_much_is_refused(api: Api) {
    let id = make(&api, "anna", json!({})).await;
    let path = format!("/users/{id}/password-hash");
    for hash in ["plain", "$6$salt$hash", "$2b$31$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"] {
        let detail = api.admin("PUT", &path).json(&json!({ "hash": hash })).send().await.problem(400, Some("hash"));
        assert!(!detail.contains(hash), "{detail}");
    }
    api.admin("PUT", &path).json(&json!({})).send().await.problem(400, Some("hash"));
    let nobody = format!("/users/{}/password-hash", crate::server::NOBODY);
    let hash = Hasher::cheap().hash("whatever it is").await.unwrap();
    api.admin("PUT", &nobody).json(&json!({ "hash": hash })).send().await.problem(404, None);
    entered(&api, "anna").await;
}

async fn a_session_opens_no_more_than_its_user_may(api: Api) {
    api.open_to_native().await;
    make(&api, "anna", json!({})).await;
    make(&api, "root", json!({ APPCRM: { "superAdmin": true } })).await;
    for name in ["anna", "root"] {
        let session = entered(&api, name).await;
        session.get("/Users").send().await.is(403);
        session.post("/Users", &json!({ "userName": "new" })).send().await.is(403);
        session.admin("GET", "/tenants").send().await.is(403);
    }
    let caller = |token: String| {
        let directory = api.directory.clone();
        async move { directory.authenticate(&token, None).await.unwrap() }
    };
    let anna = caller(entered(&api, "anna").await.token).await;
    assert_eq!(anna.scopes.to_string(), "self");
    let root = caller(entered(&api, "root").await.token).await;
    assert_eq!(root.scopes.to_string(), "self users:write");
    let principal = root.principal.unwrap();
    assert!(principal.super_admin && principal.access_api && principal.session.is_some());
}

async fn organizations_have_users_of_their_own(api: Api) {
    make(&api, "anna", json!({})).await;
    let other = api.tenant("acme").await;
    other.post("/Users", &json!({ "userName": "anna", "password": "another password" })).send().await.is(201);
    let tried = |password: &str, organization: Value| {
        let (api, body) =
            (api.clone(), json!({ "username": "anna", "password": password, "organization": organization }));
        async move { log_in(&api, body).await.status }
    };
    assert_eq!(tried(PASSWORD, Value::Null).await, 200);
    assert_eq!(tried(PASSWORD, json!("default")).await, 200);
    assert_eq!(tried(PASSWORD, json!("acme")).await, 401);
    assert_eq!(tried("another password", json!("acme")).await, 200);
    assert_eq!(tried("another password", json!("2")).await, 200, "by its number");
    assert_eq!(tried("another password", Value::Null).await, 401);
}

async fn a_session_goes_with_its_user(api: Api) {
    let id = make(&api, "anna", json!({})).await;
    let session = entered(&api, "anna").await;
    api.delete(&format!("/Users/{id}")).send().await.is(204);
    assert_eq!(live(&session).await, 401);
    refused(log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await, 401, "invalid_credentials");
}

async fn another_password_ends_the_sessions(api: Api) {
    let id = make(&api, "anna", json!({})).await;
    let session = entered(&api, "anna").await;
    let other = json!([{ "op": "replace", "path": "password", "value": "another password" }]);
    api.patch(&format!("/Users/{id}"), &other).send().await.is(200);
    assert_eq!(live(&session).await, 401);
    refused(log_in(&api, json!({ "username": "anna", "password": PASSWORD })).await, 401, "invalid_credentials");
    log_in(&api, json!({ "username": "anna", "password": "another password" })).await.is(200);
}

async fn nobody_learns_from_the_time_who_is_known(api: Api) {
    // A hash of full cost takes long beside everything else that is done.
    let api = api.hashing(Hasher::new()).await;
    make(&api, "anna", json!({})).await;
    api.user("without").await;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..5 {
        for (name, times) in ["anna", "nobody", "without"].into_iter().zip(&mut times) {
            let begun = Instant::now();
            log_in(&api, json!({ "username": name, "password": "wrong" })).await.is(401);
            times.push(begun.elapsed());
        }
    }
    let [known, unknown, without] = times.map(|mut times| {
        times.sort_unstable();
        times[2]
    });
    for other in [unknown, without] {
        // Without a hash it would be a tenth; other tests run beside this one.
        assert!(other * 2 > known && known * 2 > other, "{known:?} {unknown:?} {without:?}");
    }
    api.store.close().await;
}

async fn bodies_that_are_no_login_are_refused(api: Api) {
    for body in [json!({}), json!([]), json!({ "username": "a" }), json!({ "username": 1, "password": "secret-5417" })]
    {
        let answer = log_in(&api, body).await;
        assert!(!answer.text.contains("5417"));
        refused(answer, 400, "invalid_request");
    }
    let call = api.call("POST", "root:/auth/login").body("{\"password\": \"secret-5417\" oops");
    let answer = call.send().await;
    assert!(!answer.text.contains("5417"));
    refused(answer, 400, "invalid_request");
    refused(api.call("GET", "root:/auth/login").send().await, 405, "invalid_request");
    refused(api.call("GET", "root:/auth/nothing").send().await, 404, "not_found");
}

async fn sessions_of_long_ago_are_forgotten(api: Api) {
    make(&api, "anna", json!({})).await;
    entered(&api, "anna").await;
    let count = || async {
        let mut conn = api.store.read().await.unwrap();
        let sql = conn.sql().with("SELECT count(*) FROM session", []);
        conn.fetch_first(sql).await.unwrap().unwrap().int(0).unwrap()
    };
    api.clock.advance(59 * 24 * HOUR);
    api.directory.forget_sessions().await.unwrap();
    assert_eq!(count().await, 1);
    api.clock.advance(2 * 24 * HOUR);
    api.directory.forget_sessions().await.unwrap();
    assert_eq!(count().await, 0);
}
