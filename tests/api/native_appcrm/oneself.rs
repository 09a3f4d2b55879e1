//! One's own user, password and tokens.

use super::*;
use crate::server::both;

both! {
    me_is_the_user_behind_the_token,
    a_profile_asks_for_what_the_document_requires,
    a_profile_raises_no_rights,
    a_password_is_changed_by_who_knows_the_old_one,
    a_token_is_given_to_who_may_use_the_api,
}

async fn me_is_the_user_behind_the_token(api: Api) {
    let id = make(&api, &body("John")).await;
    let john = entered(&api, "john@example.com").await;
    let me = crm(&john, "GET", "/me").send().await.is(200).json;
    assert_eq!((&me["id"], &me["email"]), (&json!(id), &json!("john@example.com")));
    assert!(me.get("roles").is_some());
    for (method, path) in [("GET", "/me"), ("PUT", "/profile"), ("PUT", "/profile/password")] {
        let answer = send(&api, method, path, &json!({})).send().await.is(403);
        assert_eq!(answer.json, json!({ "message": "This action is unauthorized." }));
    }
}

async fn a_profile_asks_for_what_the_document_requires(api: Api) {
    let id = make(&api, &body("John")).await;
    let john = entered(&api, "john@example.com").await;
    let required = ["name", "email", "timezone", "date_format", "time_format", "locale"];
    assert_eq!(faults(send(&john, "PUT", "/profile", &json!({})).send().await), required);
    let profile = json!({
        "name": "Me Myself",
        "email": "me@example.com",
        "timezone": "UTC",
        "date_format": "Y-m-d",
        "time_format": "H:i:s",
        "locale": "es",
        "mail_signature": "me",
    });
    let changed = send(&john, "PUT", "/profile", &profile).send().await.is(200).json;
    assert_eq!(changed["id"], id);
    for (member, value) in profile.as_object().unwrap() {
        assert_eq!(&changed[member], value, "{member}");
    }
    let user = scim(&api, id).await;
    assert_eq!((&user["displayName"], &user["userName"]), (&json!("Me Myself"), &json!("me@example.com")));
    assert_eq!(user[APPCRM]["timeFormat"], "H:i:s");
    make(&api, &body("Jane")).await;
    let taken = with(profile, json!({ "email": "jane@example.com" }));
    assert_eq!(faults(send(&john, "PUT", "/profile", &taken).send().await), ["email"]);
}

async fn a_profile_raises_no_rights(api: Api) {
    let (user, admin) = (role(&api, "User").await, role(&api, "Admin").await);
    let id = make(&api, &with(body("John"), json!({ "roles": [user] }))).await;
    make(&api, &with(body("Root"), json!({ "super_admin": true }))).await;
    let john = entered(&api, "john@example.com").await;
    let profile = |more: Value| with(update("John", json!({ "roles": null })), more);
    let before = scim(&api, id).await;
    for privileged in [
        json!({ "super_admin": true }),
        json!({ "access_api": false }),
        json!({ "password": "other-password", "password_confirmation": "other-password" }),
        json!({ "active": false, "id": 1, "userName": "root", "externalId": "x", "entitlements": ["x"] }),
        json!({ APPCRM: { "superAdmin": true }, "publica": { "admin": true } }),
        json!({ "roles": [user] }),
        json!({ "roles": [{ "id": user, "name": "User" }] }),
    ] {
        send(&john, "PUT", "/profile", &profile(privileged.clone())).send().await.is(200);
        assert_eq!(scim(&api, id).await, before, "{privileged}");
    }
    for roles in [json!([user, admin]), json!([admin]), json!([]), json!(["Admin"])] {
        let answer =
            send(&john, "PUT", "/profile", &profile(json!({ "roles": roles, "name": "X" }))).send().await.is(403);
        assert_eq!(answer.json, json!({ "message": "This action is unauthorized." }));
        assert_eq!(scim(&api, id).await, before, "{roles}");
    }
    entered(&api, "john@example.com").await;
    let root = entered(&api, "root@example.com").await;
    let own = with(update("Root", json!({})), json!({ "roles": [admin], "super_admin": false }));
    let changed = send(&root, "PUT", "/profile", &own).send().await.is(200).json;
    assert_eq!((&changed["roles"][0]["id"], &changed["super_admin"]), (&json!(admin), &json!(true)));
}

async fn a_password_is_changed_by_who_knows_the_old_one(api: Api) {
    make(&api, &body("John")).await;
    let john = entered(&api, "john@example.com").await;
    let other = entered(&api, "john@example.com").await;
    let change = |old: &str, new: &str, again: &str| {
        let body = json!({ "old_password": old, "password": new, "password_confirmation": again });
        let john = john.clone();
        async move { send(&john, "PUT", "/profile/password", &body).send().await }
    };
    let none = send(&john, "PUT", "/profile/password", &json!({})).send().await;
    assert_eq!(faults(none), ["old_password", "password", "password_confirmation"]);
    let wrong = change("incorrect-password", "brand-new-pass", "brand-new-pass").await;
    assert_eq!(wrong.json["errors"], json!({ "old_password": ["The password is incorrect."] }));
    assert_eq!(faults(change(PASSWORD, "short", "short").await), ["password"]);
    assert_eq!(faults(change(PASSWORD, "brand-new-pass", "other").await), ["password"]);
    assert_eq!(faults(change(PASSWORD, PASSWORD, PASSWORD).await), ["password"]);
    assert_eq!(faults(change("incorrect-password", "short", "short").await), ["old_password", "password"]);
    crm(&other, "GET", "/me").send().await.is(200);
    assert_eq!(change(PASSWORD, "brand-new-pass", "brand-new-pass").await.is(204).text, "");
    crm(&john, "GET", "/me").send().await.is(200);
    assert_eq!(crm(&other, "GET", "/me").send().await.is(401).json, json!({ "message": "Unauthenticated." }));
    for (password, status) in [(PASSWORD, 401), ("brand-new-pass", 200)] {
        let login = json!({ "email": "john@example.com", "password": password, "device_name": "test" });
        send(&api, "POST", "/token", &login).send().await.is(status);
    }
}

async fn a_token_is_given_to_who_may_use_the_api(api: Api) {
    let id = make(&api, &body("John")).await;
    let ask = |body: Value| {
        let api = api.clone();
        async move { send(&api, "POST", "/token", &body).header("authorization", None).send().await }
    };
    let wish = |email: &str, password: &str| json!({ "email": email, "password": password, "device_name": "phone" });
    assert_eq!(faults(ask(json!({})).await), ["email", "password", "device_name"]);
    let given = ask(wish("JOHN@example.com", PASSWORD)).await.is(200);
    assert_eq!(given.header("cache-control"), Some("no-store"));
    assert_eq!((&given.json["userId"], &given.json["email"]), (&json!(id), &json!("john@example.com")));
    assert_eq!(given.json["name"], "John");
    let john = api.with_token(given.text_at("/accessToken"));
    assert_eq!(crm(&john, "GET", "/me").send().await.is(200).json["id"], id);
    for (email, password) in [("john@example.com", "wrong-password"), ("nobody@example.com", PASSWORD)] {
        let answer = ask(wish(email, password)).await.is(401);
        assert_eq!(answer.json, json!({ "message": "These credentials do not match our records." }));
        assert!(answer.header("www-authenticate").is_some());
    }
    let user = scim(&api, id).await;
    let path = format!("/Users/{}", user["id"].as_str().unwrap());
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    api.patch(&path, &off).send().await.is(200);
    ask(wish("john@example.com", PASSWORD)).await.is(403);
    crm(&john, "GET", "/me").send().await.is(401);
    for _ in 0..10 {
        ask(wish("jane@example.com", "wrong-password")).await;
    }
    let answer = ask(wish("jane@example.com", "wrong-password")).await.is(429);
    assert_eq!(answer.json, json!({ "message": "Too Many Attempts." }));
    assert!(answer.header("retry-after").is_some());
}
