//! App CRM's user API: each requirement of its document, and what SCIM sees of it.

mod oneself;
mod search;
mod users;

use crate::call::{Answer, Call};
use crate::server::Api;
use serde_json::{Value, json};

const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const PASSWORD: &str = "new-password";

/// A request to the dialect; the path is below its prefix.
fn crm<'a>(api: &'a Api, method: &str, path: &str) -> Call<'a> {
    api.call(method, &format!("root:/appcrm/api{path}")).header("accept", Some("application/json"))
}

/// The same with a JSON body.
fn send<'a>(api: &'a Api, method: &str, path: &str, body: &Value) -> Call<'a> {
    crm(api, method, path).header("content-type", Some("application/json")).json(body)
}

/// The body of a user as the document has it.
fn body(name: &str) -> Value {
    json!({
        "name": name,
        "email": format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        "timezone": "Europe/Berlin",
        "date_format": "F j, Y",
        "time_format": "G:i A",
        "locale": "en",
        "roles": [],
        "super_admin": false,
        "access_api": true,
        "mail_signature": "Best regards",
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
    })
}

/// That body with other members; null takes one away.
fn with(mut body: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    for (name, value) in more {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(&name)),
            value => body[&name] = value,
        }
    }
    body
}

/// What an update takes: the body without the password.
fn update(name: &str, more: Value) -> Value {
    with(with(body(name), json!({ "password": null, "password_confirmation": null })), more)
}

/// A new user; its number.
async fn make(api: &Api, body: &Value) -> i64 {
    send(api, "POST", "/users", body).send().await.is(201).json["id"].as_i64().unwrap()
}

async fn get(api: &Api, id: i64) -> Value {
    crm(api, "GET", &format!("/users/{id}")).send().await.is(200).json
}

/// What SCIM sees of a user.
async fn scim(api: &Api, id: i64) -> Value {
    let found = api.find("/Users", &format!("{LIFECYCLE}:numericId eq {id}")).send().await.is(200);
    found.json["Resources"][0].clone()
}

/// A role of the tenant; its number.
async fn role(api: &Api, name: &str) -> i64 {
    api.admin("POST", "/roles").json(&json!({ "name": name })).send().await.is(201).json["id"].as_i64().unwrap()
}

/// The server under the session of a user with the usual password.
async fn entered(api: &Api, user: &str) -> Api {
    let login = json!({ "username": user, "password": PASSWORD });
    let call = api.call("POST", "root:/auth/login").header("content-type", Some("application/json"));
    let answer = call.header("authorization", None).json(&login).send().await.is(200);
    api.with_token(answer.text_at("/token"))
}

/// The server under a token of a program with these scopes.
async fn program(api: &Api, scopes: &[&str]) -> Api {
    let body = json!({ "connection": "default", "name": scopes.join(" "), "scopes": scopes });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    api.with_token(made.text_at("/secret"))
}

/// The faults of a 422, by field; its message is held against them.
#[track_caller]
fn faults(answer: Answer) -> Vec<String> {
    let answer = answer.is(422);
    let errors = answer.json["errors"].as_object().unwrap_or_else(|| panic!("{}", answer.text));
    let count: usize = errors.values().map(|texts| texts.as_array().unwrap().len()).sum();
    let told = errors.values().any(|texts| answer.text_at("/message").starts_with(texts[0].as_str().unwrap()));
    assert!(told, "{}", answer.text);
    let rest = format!("(and {} more error", count - 1);
    assert_eq!(answer.text_at("/message").contains(&rest), count > 1, "{}", answer.text);
    errors.keys().cloned().collect()
}
