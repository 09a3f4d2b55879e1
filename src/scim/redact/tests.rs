use super::*;
use crate::scim::schema::document::{Choices, built_in};
use serde_json::json;

fn redact(value: Value) -> String {
    Redactor::new(&built_in(Choices { unique_group_names: true })).redact(value).as_str().to_owned()
}

const SECRET: &str = "planted-4711";

#[test]
fn a_secret_is_found_under_every_spelling() {
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
    let table = [
        json!({ "password": SECRET }),
        json!({ "PassWord": SECRET }),
        json!({ "PAſſWORD": SECRET }),
        json!({ "password": { "value": [SECRET] } }),
        json!({ format!("{urn}:password"): SECRET }),
        json!({ urn: { "password": SECRET } }),
        json!([{ "a": [{ " password ": SECRET }] }]),
        json!({ "Operations": [{ "op": "replace", "path": "password", "value": SECRET }] }),
        json!({ "Operations": [{ "Op": "Replace", "Path": " PASSWORD.x", "Value": [{ "value": SECRET }] }] }),
        json!({ "Operations": [{ "op": "add", "path": format!("{urn}:password"), "value": { "x": SECRET } }] }),
        json!({ "Operations": [{ "op": "add", "path": "password", "value": 1, "more": SECRET }] }),
        json!({ "Operations": [{ "op": "add", "value": { "password": SECRET } }] }),
        json!({ "Operations": [{ "op": "add", "path": format!("x[password eq \"{SECRET}\"]"), "value": 1 }] }),
        json!({ "filter": format!("userName eq \"a\" and PASSWORD eq \"{SECRET}\"") }),
        json!({ "roles": [{ "value": format!("{{\"password\":\"{SECRET}\"}}") }] }),
        json!({ "title": format!("password:{SECRET}") }),
    ];
    for body in table {
        let kept = redact(body.clone());
        assert!(!kept.contains(SECRET) && !kept.contains("4711"), "{body}: {kept}");
        assert!(kept.contains("***"), "{body}: {kept}");
    }
}

#[test]
fn everything_else_is_kept() {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a", "active": true, "n": null,
        "attributes": ["password", "urn:ietf:params:scim:schemas:core:2.0:User:password"],
        "Operations": [{ "op": "remove", "path": "emails[type eq \"work\"]" }, { "op": "remove", "path": "password" }],
    });
    assert_eq!(redact(body.clone()), body.to_string());
}
