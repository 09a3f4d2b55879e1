//! OAuth clients and trusted issuers on the admin surface. That every operation wants the scope
//! `admin` and answers 404 for what is not there is in `admin`; what clients may do, in `oauth`.

use crate::call::Answer;
use crate::oauth::keys::Pair;
use crate::oauth::{SITE, basic, bearer, by_assertion, by_secret, claims, enter, refused};
use crate::server::{Api, START, both};
use jsonwebtoken::Algorithm;
use roster::clock::rfc3339;
use serde_json::{Value, json};

const CLIENTS: &str = "/tenants/default/clients";
const ISSUERS: &str = "/tenants/default/issuers";
const MINUTE: i64 = 60_000_000;

both! {
    a_client_made_here_gets_a_token_until_it_is_deleted,
    a_secret_is_shown_once,
    a_rotated_secret_and_its_successor_are_valid_together_until_the_older_one_ends,
    a_revoked_secret_takes_its_access_tokens_along,
    a_client_signs_with_the_keys_it_was_given_and_no_longer_without_them,
    issuers_are_trusted_read_and_removed,
    clients_and_issuers_of_other_tenants_do_not_exist,
    a_body_that_breaks_a_rule_is_refused_with_the_name_of_the_field,
    a_method_that_is_not_there_is_405,
}

fn new_client() -> Value {
    json!({ "connection": "default", "name": "entra", "scopes": ["scim"] })
}

fn new_issuer() -> Value {
    json!({
        "connection": "default",
        "issuer": "https://issuer.example/",
        "audience": "a",
        "scopes": ["scim:read"],
        "keysUrl": "https://issuer.example/keys",
    })
}

async fn make(api: &Api, body: &Value) -> Answer {
    api.admin("POST", CLIENTS).json(body).send().await.is(201)
}

/// The path of a client.
fn path(made: &Answer) -> String {
    format!("{CLIENTS}/{}", made.text_at("/id"))
}

async fn a_client_made_here_gets_a_token_until_it_is_deleted(api: Api) {
    let made = make(&api, &new_client()).await;
    let (id, secret) = (made.text_at("/id"), made.text_at("/secret"));
    assert_eq!(made.header("location"), Some(format!("{SITE}/admin/v1{CLIENTS}/{id}").as_str()));
    for (name, value) in new_client().as_object().unwrap() {
        assert_eq!(&made.json[name], value, "{name}");
    }
    assert_eq!(made.text_at("/created"), rfc3339(START));
    assert!(made.json.get("keys").is_none() && made.json.get("keysUrl").is_none(), "{}", made.text);

    let token = bearer(&by_secret(&api, id, secret).await.is(200));
    enter(&api, &token).await.is(200);
    let user = json!({ "userName": "alice" });
    api.post("/Users", &user).header("authorization", Some(&token)).send().await.is(201);
    enter(&api, &basic(id, secret)).await.is(200);

    api.admin("DELETE", &path(&made)).send().await.is(204);
    enter(&api, &token).await.is(401);
    refused(&by_secret(&api, id, secret).await, 401, "invalid_client");
    api.admin("GET", &path(&made)).send().await.problem(404, None);
    api.admin("DELETE", &path(&made)).send().await.problem(404, None);
}

async fn a_secret_is_shown_once(api: Api) {
    let made = make(&api, &new_client()).await;
    let first = made.text_at("/secret");
    let until = json!({ "until": rfc3339(START + MINUTE) });
    let rotated = api.admin("POST", &format!("{}/secrets", path(&made))).json(&until).send().await.is(201);
    let second = rotated.text_at("/secret");
    assert_ne!(first, second);
    assert!(!rotated.text.contains(first), "the older one is not shown again");

    let one = api.admin("GET", &path(&made)).send().await.is(200);
    let all = api.admin("GET", CLIENTS).send().await.is(200);
    let set = api.admin("PUT", &format!("{}/keys", path(&made))).json(&json!({})).send().await.is(200);
    for answer in [&one, &all, &set] {
        assert!(!answer.text.contains(first) && !answer.text.contains(second), "{}", answer.asked);
    }
    let mut shown = rotated.json.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(one.json, shown, "everything but the secret");
    assert_eq!(all.json, json!({ "clients": [shown] }));
    for (secret, num) in [(first, 0), (second, 1)] {
        assert!(secret.starts_with(one.text_at(&format!("/secrets/{num}/prefix"))));
    }
}

async fn a_rotated_secret_and_its_successor_are_valid_together_until_the_older_one_ends(api: Api) {
    let made = make(&api, &new_client()).await;
    let (id, older) = (made.text_at("/id"), made.text_at("/secret"));
    let (secrets, until) = (format!("{}/secrets", path(&made)), rfc3339(START + MINUTE));
    let rotated = api.admin("POST", &secrets).json(&json!({ "until": until })).send().await.is(201);
    let newer = rotated.text_at("/secret");
    assert_eq!(rotated.header("location"), made.header("location"));
    assert_eq!(rotated.text_at("/secrets/0/expires"), until);
    assert_eq!(rotated.json.pointer("/secrets/1/expires"), None);

    let third = api.admin("POST", &secrets).json(&json!({ "until": until })).send().await;
    assert!(third.problem(400, None).contains("two valid secrets"));
    by_secret(&api, id, older).await.is(200);
    by_secret(&api, id, newer).await.is(200);
    api.clock.advance(MINUTE);
    refused(&by_secret(&api, id, older).await, 401, "invalid_client");
    by_secret(&api, id, newer).await.is(200);
}

async fn a_revoked_secret_takes_its_access_tokens_along(api: Api) {
    let made = make(&api, &new_client()).await;
    let (id, secret) = (made.text_at("/id"), made.text_at("/secret"));
    let token = bearer(&by_secret(&api, id, secret).await.is(200));
    let place = format!("{}/secrets/{}", path(&made), made.json["secrets"][0]["num"]);
    api.admin("DELETE", &place).send().await.is(204);
    enter(&api, &token).await.is(401);
    refused(&by_secret(&api, id, secret).await, 401, "invalid_client");
    api.admin("DELETE", &place).send().await.problem(404, None);
    let left = api.admin("GET", &path(&made)).send().await.is(200);
    assert_eq!(left.json["secrets"], json!([]));
}

async fn a_client_signs_with_the_keys_it_was_given_and_no_longer_without_them(api: Api) {
    let set = |pair: Pair| serde_json::from_str::<Value>(&pair.set()).unwrap();
    let mut body = new_client();
    body["keys"] = set(Pair::Ec);
    let made = make(&api, &body).await;
    assert_eq!(made.json["keys"], body["keys"]);
    assert_eq!((made.json.get("secret"), &made.json["secrets"]), (None, &json!([])), "it needs none");
    let sign = async |pair: Pair, algorithm: Algorithm, jti: &str| {
        by_assertion(&api, &pair.sign(algorithm, &claims(made.text_at("/id"), jti))).await
    };
    enter(&api, &bearer(&sign(Pair::Ec, Algorithm::ES256, "1").await.is(200))).await.is(200);

    let keys = format!("{}/keys", path(&made));
    let changed = api.admin("PUT", &keys).json(&json!({ "keys": set(Pair::Ed) })).send().await.is(200);
    assert_eq!(changed.json["keys"], set(Pair::Ed));
    refused(&sign(Pair::Ec, Algorithm::ES256, "2").await, 401, "invalid_client");
    sign(Pair::Ed, Algorithm::EdDSA, "3").await.is(200);

    let url = json!({ "keysUrl": "https://client.example/keys" });
    let changed = api.admin("PUT", &keys).json(&url).send().await.is(200);
    assert_eq!((changed.json.get("keys"), &changed.json["keysUrl"]), (None, &url["keysUrl"]));
    let bare = api.admin("PUT", &keys).json(&json!({})).send().await.is(200);
    assert_eq!((bare.json.get("keys"), bare.json.get("keysUrl")), (None, None));
    refused(&sign(Pair::Ed, Algorithm::EdDSA, "4").await, 401, "invalid_client");
}

async fn issuers_are_trusted_read_and_removed(api: Api) {
    let made = api.admin("POST", ISSUERS).json(&new_issuer()).send().await.is(201);
    let place = format!("{ISSUERS}/{}", made.json["num"]);
    assert_eq!(made.header("location"), Some(format!("{SITE}/admin/v1{place}").as_str()));
    for (name, value) in new_issuer().as_object().unwrap() {
        assert_eq!(&made.json[name], value, "{name}");
    }
    assert_eq!(made.json.get("subject"), None);
    assert_eq!(api.directory.issuers("default").await.unwrap()[0].trust.audience, "a");
    api.admin("POST", ISSUERS).json(&new_issuer()).send().await.problem(409, Some("issuer"));

    let mut other = new_issuer();
    other["subject"] = json!("app");
    other["subjectIs"] = json!("externalId");
    let other = api.admin("POST", ISSUERS).json(&other).send().await.is(201);
    assert_eq!((other.text_at("/subject"), other.text_at("/subjectIs")), ("app", "externalId"));
    assert_eq!(made.json.get("subjectIs"), None);
    let list = api.admin("GET", ISSUERS).send().await.is(200);
    assert_eq!(list.json, json!({ "issuers": [made.json, other.json] }));
    assert_eq!(api.admin("GET", &place).send().await.is(200).json, made.json);

    api.admin("DELETE", &place).send().await.is(204);
    api.admin("DELETE", &place).send().await.problem(404, None);
    api.admin("GET", &place).send().await.problem(404, None);
    assert_eq!(api.admin("GET", ISSUERS).send().await.is(200).json, json!({ "issuers": [other.json] }));
}

async fn clients_and_issuers_of_other_tenants_do_not_exist(api: Api) {
    api.tenant("acme").await;
    let made = make(&api, &new_client()).await;
    let issuer = api.admin("POST", ISSUERS).json(&new_issuer()).send().await.is(201);
    let client = path(&made).replace("/default/", "/acme/");
    let secret = format!("{client}/secrets/{}", made.json["secrets"][0]["num"]);
    let issuer = format!("/tenants/acme/issuers/{}", issuer.json["num"]);
    for (method, path) in
        [("GET", &client), ("DELETE", &client), ("DELETE", &secret), ("GET", &issuer), ("DELETE", &issuer)]
    {
        api.admin(method, path).send().await.problem(404, None);
    }
    let until = json!({ "until": rfc3339(START) });
    api.admin("POST", &format!("{client}/secrets")).json(&until).send().await.problem(404, None);
    api.admin("PUT", &format!("{client}/keys")).json(&json!({})).send().await.problem(404, None);
    for method in ["GET", "DELETE"] {
        api.admin(method, &format!("{CLIENTS}/%00")).send().await.problem(404, None);
    }
    by_secret(&api, made.text_at("/id"), made.text_at("/secret")).await.is(200);
    for list in ["clients", "issuers"] {
        let none = api.admin("GET", &format!("/tenants/acme/{list}")).send().await.is(200);
        assert_eq!(none.json[list], json!([]));
    }
}

async fn a_body_that_breaks_a_rule_is_refused_with_the_name_of_the_field(api: Api) {
    let made = make(&api, &new_client()).await;
    let (secrets, keys) = (format!("{}/secrets", path(&made)), format!("{}/keys", path(&made)));
    let with = |mut body: Value, field: &str, value: Value| {
        body[field] = value;
        body
    };
    let client = |field: &str, value: Value| ("POST", CLIENTS, with(new_client(), field, value));
    let issuer = |field: &str, value: Value| ("POST", ISSUERS, with(new_issuer(), field, value));
    let mut both = client("keysUrl", json!("https://client.example/keys"));
    both.2["keys"] = json!({});
    let cases = [
        (client("connection", Value::Null), "connection"),
        (client("name", Value::Null), "name"),
        (client("name", json!("")), "name"),
        (client("name", json!("a\u{7}b")), "name"),
        (client("scopes", Value::Null), "scopes"),
        (client("scopes", json!([])), "scopes"),
        (client("scopes", json!(["root"])), "scopes"),
        (client("keys", json!("{}")), "keys"),
        (client("keys", json!({ "keys": [] })), "keys"),
        (client("keys", json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] })), "keys"),
        (client("keysUrl", json!("http://client.example/keys")), "keysUrl"),
        (client("secret", json!("mine")), "secret"),
        (client("id", json!("mine")), "id"),
        (both, "keysUrl"),
        (("POST", &secrets, json!({})), "until"),
        (("POST", &secrets, json!({ "until": "soon" })), "until"),
        (("POST", &secrets, json!({ "until": "2030-01-31T00:00:00Z", "secret": "mine" })), "secret"),
        (("PUT", &keys, json!({ "keys": { "keys": [] } })), "keys"),
        (("PUT", &keys, json!({ "keysUrl": "ftp://client.example/keys" })), "keysUrl"),
        (("PUT", &keys, json!({ "url": "https://client.example/keys" })), "url"),
        (issuer("connection", Value::Null), "connection"),
        (issuer("issuer", json!("")), "issuer"),
        (issuer("audience", Value::Null), "audience"),
        (issuer("subject", json!("a\nb")), "subject"),
        (issuer("subjectIs", json!("username")), "subjectIs"),
        (issuer("subjectIs", json!(1)), "subjectIs"),
        (issuer("scopes", json!([])), "scopes"),
        (issuer("keysUrl", Value::Null), "keysUrl"),
        (issuer("keysUrl", json!("http://issuer.example/keys")), "keysUrl"),
        (issuer("num", json!(1)), "num"),
    ];
    for ((method, path, body), field) in cases {
        let detail = api.admin(method, path).json(&body).send().await.problem(400, Some(field));
        assert!(detail.starts_with(&format!("{field}: ")), "{method} {path} {body}: {detail}");
    }
    let clients = api.admin("GET", CLIENTS).send().await.is(200);
    assert_eq!((clients.json["clients"].as_array().unwrap().len(), &clients.json["clients"][0]["secrets"]), {
        (1, &made.json["secrets"])
    });
    assert_eq!(api.admin("GET", ISSUERS).send().await.is(200).json["issuers"], json!([]));
}

async fn a_method_that_is_not_there_is_405(api: Api) {
    for (method, path, allow) in [
        ("PUT", "", "GET, HEAD, POST"),
        ("PATCH", "/x", "DELETE, GET, HEAD"),
        ("GET", "/x/secrets", "POST"),
        ("GET", "/x/secrets/1", "DELETE"),
        ("POST", "/x/keys", "PUT"),
    ] {
        let answer = api.admin(method, &format!("{CLIENTS}{path}")).send().await;
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}: {}", answer.text);
        answer.problem(405, None);
    }
}
