//! Tokens that stand for users: bound when made, listed, rotated, refused with their user.

use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    a_token_stands_for_the_user_it_was_made_for,
    a_token_of_an_inactive_user_is_refused_and_valid_again_afterwards,
    a_token_of_a_deleted_user_opens_nothing,
    a_rotated_token_stands_for_the_same_user,
    a_token_is_made_for_nobody_but_a_user_of_the_tenant,
}

const TOKENS: &str = "/tenants/default/tokens";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";

fn wanted(user: &str) -> Value {
    json!({ "connection": "default", "name": "own", "scopes": ["scim", "self"], "user": user })
}

async fn bound(api: &Api, user: &str) -> Api {
    let made = api.admin("POST", TOKENS).json(&wanted(user)).send().await.is(201);
    api.with_token(made.text_at("/secret"))
}

async fn a_token_stands_for_the_user_it_was_made_for(api: Api) {
    api.open_to_native().await;
    let body = json!({ "userName": "Alice", APPCRM: { "superAdmin": true } });
    let id = api.post("/Users", &body).send().await.is(201).id();
    let other = api.user("bob").await;
    let made = api.admin("POST", TOKENS).json(&wanted("ALICE")).send().await.is(201);
    assert_eq!(made.json["user"], "Alice", "as the user is called");
    let path = format!("{TOKENS}/{}", made.json["num"]);
    assert_eq!(api.admin("GET", &path).send().await.is(200).json["user"], "Alice");
    let list = api.admin("GET", TOKENS).send().await.is(200);
    assert_eq!(list.json["tokens"][0].get("user"), None, "a program's token has no user");
    assert_eq!(list.json["tokens"][1]["user"], "Alice");

    let caller = api.directory.authenticate(made.text_at("/secret"), None).await.unwrap();
    let principal = caller.principal.unwrap();
    assert_eq!((principal.id.as_str(), principal.super_admin, principal.access_api), (id.as_str(), true, true));
    assert_eq!(principal.session, None);

    let bob = bound(&api, "bob").await;
    let principal = api.directory.authenticate(&bob.token, None).await.unwrap().principal.unwrap();
    assert_eq!((principal.id, principal.super_admin, principal.access_api), (other, false, false));
    assert_eq!(api.directory.authenticate(&api.token, None).await.unwrap().principal, None);
}

async fn a_token_of_an_inactive_user_is_refused_and_valid_again_afterwards(api: Api) {
    let id = api.user("alice").await;
    let alice = bound(&api, "alice").await;
    alice.get("/Users").send().await.is(200);
    for (active, status) in [(false, 401), (true, 200), (false, 401)] {
        let operations = json!([{ "op": "replace", "path": "active", "value": active }]);
        api.patch(&format!("/Users/{id}"), &operations).send().await.is(200);
        alice.get("/Users").send().await.is(status);
    }
    let list = api.admin("GET", TOKENS).send().await.is(200);
    assert_eq!(list.json["tokens"][1]["user"], "alice", "it is not destroyed");
}

async fn a_token_of_a_deleted_user_opens_nothing(api: Api) {
    let id = api.user("alice").await;
    let alice = bound(&api, "alice").await;
    alice.get("/Users").send().await.is(200);
    api.delete(&format!("/Users/{id}")).send().await.is(204);
    alice.get("/Users").send().await.is(401);
    api.user("alice").await;
    alice.get("/Users").send().await.is(401);
}

async fn a_rotated_token_stands_for_the_same_user(api: Api) {
    let id = api.user("alice").await;
    let made = api.admin("POST", TOKENS).json(&wanted("alice")).send().await.is(201);
    let path = format!("{TOKENS}/{}/rotate", made.json["num"]);
    let until = json!({ "until": "2030-01-31T00:00:00Z" });
    let next = api.admin("POST", &path).json(&until).send().await.is(201);
    assert_eq!(next.json["user"], "alice");
    let principal = api.directory.authenticate(next.text_at("/secret"), None).await.unwrap().principal;
    assert_eq!(principal.unwrap().id, id);
}

async fn a_token_is_made_for_nobody_but_a_user_of_the_tenant(api: Api) {
    api.tenant("acme").await.user("carol").await;
    for name in ["nobody", "carol", "", "a\0b"] {
        let refused = api.admin("POST", TOKENS).json(&wanted(name)).send().await;
        if name.contains('\0') {
            refused.is(400);
        } else {
            assert_eq!(refused.problem(404, None), "there is no such user");
        }
    }
    let mut body = wanted("carol");
    body["user"] = json!(7);
    api.admin("POST", TOKENS).json(&body).send().await.problem(400, Some("user"));
    assert_eq!(api.admin("GET", TOKENS).send().await.is(200).json["tokens"].as_array().unwrap().len(), 1);
}
