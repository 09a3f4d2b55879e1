//! Access tokens of users: had by user name and password, and good for what the user may do.

use super::{APPCRM, call, code, fields, furnish, invitation, invite, new_user, owner, scim, user};
use crate::call::Answer;
use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    an_access_token_is_had_by_user_name_and_password,
    whoever_is_refused_is_told_why_in_the_words_of_the_api,
    too_many_wrong_passwords_are_not_heard,
    a_user_may_read_itself_and_a_super_admin_may_do_all,
    deactivation_ends_access_tokens,
    an_invitation_belongs_to_the_user_that_sent_it,
}

async fn log_in(api: &Api, body: &Value) -> Answer {
    call(api, "POST", "/login/user").header("authorization", None).json(body).send().await
}

async fn enter(api: &Api, name: &str) -> Answer {
    log_in(api, &json!({ "username": name, "password": "P@ssw0rd" })).await
}

/// The server under the access token of a user.
async fn entered(api: &Api, name: &str) -> Api {
    api.with_token(enter(api, name).await.is(200).text_at("/ACCESS_TOKEN"))
}

/// A user that may do everything; its id.
async fn super_admin(api: &Api, mail: &str) -> String {
    let id = user(api, mail).await;
    let path = format!("/Users/{}", scim(api, &id).await["id"].as_str().unwrap());
    let operations = json!([{ "op": "add", "path": format!("{APPCRM}:superAdmin"), "value": true }]);
    api.patch(&path, &operations).send().await.is(200);
    id
}

async fn an_access_token_is_had_by_user_name_and_password(api: Api) {
    furnish(&api).await;
    let id = user(&api, "james@abc.example").await;
    let answer = enter(&api, "JAMES@abc.example").await.is(200);
    let token = answer.text_at("/ACCESS_TOKEN").to_owned();
    let expected = json!({ "status": "success", "ACCESS_TOKEN": token, "tokenExpiresDays": 30, "userId": id });
    assert_eq!(answer.json, expected);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let own = call(&api, "GET", &format!("/user/{id}")).header("authorization", None);
    own.header("ACCESS_TOKEN", Some(&token)).send().await.is(200);
}

async fn whoever_is_refused_is_told_why_in_the_words_of_the_api(api: Api) {
    furnish(&api).await;
    let id = user(&api, "james@abc.example").await;
    for body in [
        json!({ "username": "james@abc.example", "password": "wrong" }),
        json!({ "username": "nobody@abc.example", "password": "P@ssw0rd" }),
    ] {
        let refused = log_in(&api, &body).await.is(401);
        let expected = json!({ "error": { "code": "UNAUTHORIZED", "message": "Invalid username or password." } });
        assert_eq!(refused.json, expected);
        assert!(refused.header("www-authenticate").is_some());
    }
    assert_eq!(fields(log_in(&api, &json!({})).await, 400), ["username", "password"]);
    assert_eq!(fields(log_in(&api, &json!({ "username": 1, "password": [] })).await, 400), ["username", "password"]);
    assert_eq!(code(log_in(&api, &json!([])).await, 400), "BAD_REQUEST");
    let limit = json!([{ "op": "add", "path": format!("{}:sessionsLimit", super::LIFECYCLE), "value": 1 }]);
    let path = format!("/Users/{}", scim(&api, &id).await["id"].as_str().unwrap());
    api.patch(&path, &limit).send().await.is(200);
    enter(&api, "james@abc.example").await.is(200);
    let refused = enter(&api, "james@abc.example").await;
    assert!(refused.text_at("/error/message").contains("sessions"));
    assert_eq!(code(refused, 403), "FORBIDDEN");
    call(&api, "PUT", &format!("/users/deactivate/{id}")).send().await.is(200);
    let refused = enter(&api, "james@abc.example").await;
    assert!(refused.text_at("/error/message").contains("inactive"));
    assert_eq!(code(refused, 403), "FORBIDDEN");
}

async fn too_many_wrong_passwords_are_not_heard(api: Api) {
    let body = json!({ "username": "nobody@abc.example", "password": "wrong" });
    for _ in 0..5 {
        log_in(&api, &body).await.is(401);
    }
    let refused = log_in(&api, &body).await;
    assert!(refused.header("retry-after").is_some());
    assert_eq!(code(refused, 429), "TOO_MANY_REQUESTS");
}

async fn a_user_may_read_itself_and_a_super_admin_may_do_all(api: Api) {
    furnish(&api).await;
    let (id, other) = (user(&api, "plain@abc.example").await, super_admin(&api, "admin@abc.example").await);
    let plain = entered(&api, "plain@abc.example").await;
    call(&plain, "GET", &format!("/user/{id}")).send().await.is(200);
    for (method, path) in [
        ("GET", format!("/user/{other}")),
        ("GET", "/user/999999".to_owned()),
        ("GET", "/user/x".to_owned()),
        ("GET", "/user".to_owned()),
        ("PUT", format!("/users/{id}")),
        ("PUT", format!("/users/activate/{id}")),
        ("PUT", format!("/users/updateowner?oldUserId={id}&deleteUser=true")),
        ("POST", "/invitation?resourceIdentifier=users".to_owned()),
        ("POST", "/users/createuser".to_owned()),
    ] {
        assert_eq!(
            code(call(&plain, method, &path).json(&json!({})).send().await, 403),
            "FORBIDDEN",
            "{method} {path}"
        );
    }
    let admin = entered(&api, "admin@abc.example").await;
    let invitation = invite(&admin, &invitation("new@abc.example")).await;
    call(&admin, "POST", "/users/createuser").json(&new_user(&invitation)).send().await.is(200);
    assert_eq!(
        call(&admin, "GET", "/user?limit=9").send().await.is(200).json["IndigoUser"][2]["email"],
        "new@abc.example"
    );
}

async fn deactivation_ends_access_tokens(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let session = entered(&api, "a@abc.example").await;
    call(&api, "PUT", &format!("/users/deactivate/{id}")).send().await.is(200);
    assert_eq!(code(call(&session, "GET", &format!("/user/{id}")).send().await, 401), "UNAUTHORIZED");
    call(&api, "PUT", &format!("/users/activate/{id}")).send().await.is(200);
    call(&session, "GET", &format!("/user/{id}")).send().await.is(401);
    enter(&api, "a@abc.example").await.is(200);
}

async fn an_invitation_belongs_to_the_user_that_sent_it(api: Api) {
    furnish(&api).await;
    let id = super_admin(&api, "admin@abc.example").await;
    let heir = user(&api, "heir@abc.example").await;
    let admin = entered(&api, "admin@abc.example").await;
    let taken = invite(&admin, &invitation("taken@abc.example")).await;
    let pending = invite(&admin, &invitation("pending@abc.example")).await;
    call(&api, "POST", "/users/createuser").json(&new_user(&taken)).send().await.is(200);
    let refused = owner(&api, &format!("oldUserId={id}&deleteUser=true")).await.is(409);
    let expected = json!([{ "type": "Invitation", "name": "pending@abc.example" }]);
    assert_eq!(refused.json["error"]["objects"], expected);
    owner(&api, &format!("oldUserId={id}&newUserId={heir}&deleteUser=true")).await.is(200);
    let refused = owner(&api, &format!("oldUserId={heir}&deleteUser=true")).await.is(409);
    assert_eq!(refused.json["error"]["objects"], expected);
    call(&api, "POST", "/users/createuser").json(&new_user(&pending)).send().await.is(200);
    owner(&api, &format!("oldUserId={heir}&deleteUser=true")).await.is(200);
}
