//! OAuth 2.0: access tokens for clients by secret and by assertion, trusted issuers, and what the
//! server says about it all.

mod issuer;
pub mod keys;
mod planted;
mod subject;

use crate::call::Answer;
use crate::server::{Api, START, both, encode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::Algorithm;
use keys::Pair;
use roster::auth::scope::Scopes;
use roster::directory::oauth::{Client, KeySource, NewClient};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

pub const SITE: &str = "https://roster.example";
/// The fixed clock in seconds, as tokens count.
pub const NOW: i64 = START / 1_000_000;
const SECOND: i64 = 1_000_000;

both!(
    a_client_gets_a_token_by_basic_or_in_the_body,
    an_access_token_ends_and_is_forgotten,
    a_request_that_breaks_a_rule_is_refused_in_the_shape_of_oauth,
    a_client_signs_with_any_of_the_algorithms,
    an_assertion_that_breaks_a_rule_is_refused,
    an_assertion_is_good_for_one_request,
    an_assertion_of_another_algorithm_is_never_believed,
    secrets_are_rotated_under_load_without_a_failed_request,
    a_revoked_secret_takes_its_access_tokens_along,
    a_client_may_show_its_secret_to_scim_itself,
    the_metadata_leads_to_the_token_endpoint,
    the_schemes_are_those_the_tenant_has,
    clients_of_other_tenants_do_not_exist,
);

/// A client of the first tenant, with a secret.
pub async fn client(api: &Api, scopes: &str) -> (Client, String) {
    let new = NewClient { name: "entra".to_owned(), scopes: Scopes::parse(scopes).unwrap(), keys: None };
    let (secret, client) = api.directory.create_client("default", "default", new).await.unwrap();
    (client, secret.unwrap().reveal().to_owned())
}

/// A client of the first tenant, with keys.
async fn signer(api: &Api, pair: Pair) -> Client {
    let scopes = Scopes::parse("scim").unwrap();
    let new = NewClient { name: "signer".to_owned(), scopes, keys: Some(KeySource::Set(pair.set())) };
    let (secret, client) = api.directory.create_client("default", "default", new).await.unwrap();
    assert!(secret.is_none(), "a client that signs needs no secret");
    client
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A request for a token.
pub async fn ask(api: &Api, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let call = api.call("POST", "root:/oauth/token").header("authorization", authorization);
    call.header("content-type", Some("application/x-www-form-urlencoded")).body(body.join("&")).send().await
}

/// The error of a refused request for a token.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, &answer.json["error"]), (status, &json!(error)), "{}", answer.text);
    assert!(answer.json["error_description"].as_str().is_some_and(|text| text.len() > 10), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
}

/// Calls the SCIM surface with an Authorization header.
pub async fn enter(api: &Api, authorization: &str) -> Answer {
    api.get("/Users?count=0").header("authorization", Some(authorization)).send().await
}

pub async fn by_secret(api: &Api, id: &str, secret: &str) -> Answer {
    ask(api, Some(&basic(id, secret)), &[("grant_type", "client_credentials")]).await
}

pub async fn by_assertion(api: &Api, assertion: &str) -> Answer {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = [("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", assertion)];
    ask(api, None, &form).await
}

pub fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer.text_at("/access_token"))
}

/// The claims of a good assertion.
pub fn claims(id: &str, jti: &str) -> Value {
    json!({ "iss": id, "sub": id, "aud": format!("{SITE}/oauth/token"), "exp": NOW + 300, "iat": NOW, "jti": jti })
}

async fn a_client_gets_a_token_by_basic_or_in_the_body(api: Api) {
    let (client, secret) = client(&api, "scim").await;
    let body = [("grant_type", "client_credentials"), ("client_id", &client.id), ("client_secret", &secret)];
    for answer in [by_secret(&api, &client.id, &secret).await, ask(&api, None, &body).await] {
        let answer = answer.is(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json["token_type"], "Bearer");
        assert_eq!(answer.json["expires_in"], 3600);
        assert_eq!(answer.json["scope"], "scim");
        enter(&api, &bearer(&answer)).await.is(200);
    }
    let narrow = [("grant_type", "client_credentials"), ("scope", "scim:read")];
    let answer = ask(&api, Some(&basic(&client.id, &secret)), &narrow).await.is(200);
    assert_eq!(answer.json["scope"], "scim:read");
    let token = bearer(&answer);
    enter(&api, &token).await.is(200);
    let user = json!({ "userName": "nobody" });
    api.post("/Users", &user).header("authorization", Some(&token)).send().await.is(403);
    assert!(
        api.directory.tokens("default", None).await.unwrap().len() == 1,
        "access tokens are not an administrator's"
    );
}

async fn an_access_token_ends_and_is_forgotten(api: Api) {
    let (client, secret) = client(&api, "scim").await;
    let token = bearer(&by_secret(&api, &client.id, &secret).await.is(200));
    api.clock.advance(3599 * SECOND);
    enter(&api, &token).await.is(200);
    api.clock.advance(SECOND);
    let answer = enter(&api, &token).await.is(401);
    let challenge = answer.header("www-authenticate").unwrap();
    let place = format!("resource_metadata=\"{SITE}/.well-known/oauth-protected-resource/scim/v2\"");
    assert!(challenge.starts_with("Bearer ") && challenge.contains(&place), "{challenge}");
    let again = bearer(&by_secret(&api, &client.id, &secret).await.is(200));
    enter(&api, &again).await.is(200);
    api.directory.delete_client("default", &client.id).await.unwrap();
    enter(&api, &again).await.is(401);
    refused(&by_secret(&api, &client.id, &secret).await, 401, "invalid_client");
}

/// The parameters of a request for a token.
type Form<'a> = &'a [(&'a str, &'a str)];

async fn a_request_that_breaks_a_rule_is_refused_in_the_shape_of_oauth(api: Api) {
    let (client, secret) = client(&api, "scim:read").await;
    let (id, secret) = (client.id.as_str(), secret.as_str());
    let good = basic(id, secret);
    let grant = ("grant_type", "client_credentials");
    let cases: &[(Option<&str>, Form<'_>, u16, &str)] = &[
        (Some(&good), &[], 400, "invalid_request"),
        (Some(&good), &[grant, grant], 400, "invalid_request"),
        (Some(&good), &[("grant_type", "password")], 400, "unsupported_grant_type"),
        (Some(&good), &[grant, ("scope", "scim")], 400, "invalid_scope"),
        (Some(&good), &[grant, ("scope", "scim:read admin")], 400, "invalid_scope"),
        (Some(&good), &[grant, ("scope", "everything")], 400, "invalid_scope"),
        (Some(&good), &[grant, ("client_secret", secret)], 400, "invalid_request"),
        (Some(&good), &[grant, ("client_id", "client-other")], 400, "invalid_request"),
        (Some(&basic(id, "wrong")), &[grant], 401, "invalid_client"),
        (Some(&basic("client-other", secret)), &[grant], 401, "invalid_client"),
        (Some(&basic(id, "")), &[grant], 401, "invalid_client"),
        (Some(&basic("a\0b", secret)), &[grant], 401, "invalid_client"),
        (None, &[grant, ("client_id", "a\0b"), ("client_secret", secret)], 401, "invalid_client"),
        (Some("Basic ?"), &[grant], 401, "invalid_client"),
        (Some("Bearer abc"), &[grant], 401, "invalid_client"),
        (None, &[grant], 401, "invalid_client"),
        (None, &[grant, ("client_id", id)], 401, "invalid_client"),
        (None, &[grant, ("client_secret", secret)], 400, "invalid_request"),
        (None, &[grant, ("client_id", id), ("client_secret", "wrong")], 401, "invalid_client"),
        (None, &[grant, ("client_assertion", "a.b.c")], 400, "invalid_request"),
    ];
    for (authorization, form, status, error) in cases {
        refused(&ask(&api, *authorization, form).await, *status, error);
    }
    let json = api.call("POST", "root:/oauth/token").header("authorization", Some(&good));
    let answer = json.header("content-type", Some("application/json")).body("{}").send().await;
    refused(&answer, 400, "invalid_request");
    let answer = api.call("GET", "root:/oauth/token").header("authorization", None).send().await.is(405);
    assert_eq!((answer.header("allow"), &answer.json["error"]), (Some("POST"), &json!("invalid_request")));
    assert_eq!(api.call("GET", "root:/oauth/other").send().await.is(404).json["error"], "invalid_request");
}

async fn a_client_signs_with_any_of_the_algorithms(api: Api) {
    for (pair, algorithm) in [
        (Pair::Rsa, Algorithm::RS256),
        (Pair::Rsa, Algorithm::PS256),
        (Pair::Ec, Algorithm::ES256),
        (Pair::Ed, Algorithm::EdDSA),
    ] {
        let client = signer(&api, pair).await;
        let mut claims = claims(&client.id, "1");
        enter(&api, &bearer(&by_assertion(&api, &pair.sign(algorithm, &claims)).await.is(200))).await.is(200);
        claims["aud"] = json!([SITE, "https://other.example"]);
        claims["jti"] = json!("2");
        by_assertion(&api, &pair.sign(algorithm, &claims)).await.is(200);
    }
}

async fn an_assertion_that_breaks_a_rule_is_refused(api: Api) {
    let client = signer(&api, Pair::Ec).await;
    let (with_secret, _) = self::client(&api, "scim").await;
    let cases = [
        ("iss", json!("client-other")),
        ("sub", json!("client-other")),
        ("sub", json!(with_secret.id)),
        ("aud", json!("https://other.example/oauth/token")),
        ("aud", json!([])),
        ("exp", json!(NOW - 61)),
        ("exp", json!(NOW + 3600)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("nbf", json!(NOW + 120)),
        ("iat", json!(NOW + 120)),
        ("jti", json!("")),
        ("jti", Value::Null),
    ];
    for (name, value) in cases {
        let mut claims = claims(&client.id, "once");
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        let answer = by_assertion(&api, &Pair::Ec.sign(Algorithm::ES256, &claims)).await;
        refused(&answer, 401, "invalid_client");
    }
    let stranger = Pair::OtherEc.sign(Algorithm::ES256, &claims(&client.id, "once"));
    refused(&by_assertion(&api, &stranger).await, 401, "invalid_client");
    let good = Pair::Ec.sign(Algorithm::ES256, &claims(&client.id, "once"));
    let other = Pair::Ec.sign(Algorithm::ES256, &claims(&client.id, "twice"));
    let mut bent: Vec<&str> = good.split('.').collect();
    bent[1] = other.split('.').nth(1).unwrap();
    refused(&by_assertion(&api, &bent.join(".")).await, 401, "invalid_client");
    by_assertion(&api, &good).await.is(200);
}

async fn an_assertion_is_good_for_one_request(api: Api) {
    let client = signer(&api, Pair::Ec).await;
    let assertion = Pair::Ec.sign(Algorithm::ES256, &claims(&client.id, "once"));
    by_assertion(&api, &assertion).await.is(200);
    refused(&by_assertion(&api, &assertion).await, 401, "invalid_client");
    // The last second in which the clock's tolerance lets it live.
    api.clock.advance(359 * SECOND);
    let answer = by_assertion(&api, &assertion).await;
    refused(&answer, 401, "invalid_client");
    assert!(answer.text_at("/error_description").contains("seen before"), "{}", answer.text);
    api.clock.advance(SECOND);
    let answer = by_assertion(&api, &assertion).await;
    assert!(answer.text_at("/error_description").contains("exp lies in the past"), "{}", answer.text);
    // Another client's assertions have ids of their own.
    let other = signer(&api, Pair::Ec).await;
    let mut claims = claims(&other.id, "once");
    claims["exp"] = json!(NOW + 600);
    by_assertion(&api, &Pair::Ec.sign(Algorithm::ES256, &claims)).await.is(200);
}

async fn an_assertion_of_another_algorithm_is_never_believed(api: Api) {
    let client = signer(&api, Pair::Rsa).await;
    for token in forged(Pair::Rsa, &claims(&client.id, "1")) {
        refused(&by_assertion(&api, &token).await, 401, "invalid_client");
    }
}

/// Tokens that were not signed with the private key, or not as it may be used.
pub fn forged(pair: Pair, claims: &Value) -> Vec<String> {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let public = pair.public();
    let none = |name: &str| format!("{}.{}.", part(&json!({ "alg": name, "kid": public["kid"] })), part(claims));
    let mut forged = vec![none("none"), none("None"), none("RS256"), none("ES256")];
    // The public key, which everybody knows, taken for a shared secret.
    for secret in [public.to_string(), public["n"].as_str().unwrap_or_default().to_owned(), pair.set()] {
        let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
        header.kid = public["kid"].as_str().map(ToOwned::to_owned);
        let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        forged.push(jsonwebtoken::encode(&header, claims, &key).unwrap());
    }
    if pair == Pair::Rsa {
        forged.push(pair.sign(Algorithm::RS512, claims));
    }
    forged
}

async fn secrets_are_rotated_under_load_without_a_failed_request(api: Api) {
    let (client, secret) = client(&api, "scim").await;
    let shown = Arc::new(std::sync::Mutex::new(secret));
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (api, id, shown) = (api.clone(), client.id.clone(), Arc::clone(&shown));
            let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
            tokio::spawn(async move {
                let mut token = String::new();
                while !stop.load(Ordering::Relaxed) {
                    if !token.is_empty() {
                        // From the last round: perhaps of a secret that has ended since.
                        enter(&api, &token).await.is(200);
                    }
                    let secret = shown.lock().unwrap().clone();
                    token = bearer(&by_secret(&api, &id, &secret).await.is(200));
                    enter(&api, &token).await.is(200);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let until = api.clock.now() + 60 * SECOND;
        let (next, _) = api.directory.add_secret("default", &client.id, Some(until)).await.unwrap();
        let before = done.load(Ordering::Relaxed);
        next.reveal().clone_into(&mut shown.lock().unwrap());
        // Until everybody who had the old one in hand has gone round with the new one.
        while done.load(Ordering::Relaxed) < before + 12 && !workers.iter().any(tokio::task::JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        api.clock.advance(61 * SECOND);
    }
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
    let clients = api.directory.clients("default").await.unwrap();
    assert_eq!(clients[0].secrets.len(), 1, "the older ones have ended");
}

async fn a_revoked_secret_takes_its_access_tokens_along(api: Api) {
    let (client, first) = client(&api, "scim").await;
    let (second, client) = api.directory.add_secret("default", &client.id, None).await.unwrap();
    assert_eq!(client.secrets.len(), 2);
    let third = api.directory.add_secret("default", &client.id, None).await;
    assert!(third.is_err(), "two secrets are enough");
    let old = bearer(&by_secret(&api, &client.id, &first).await.is(200));
    let new = bearer(&by_secret(&api, &client.id, second.reveal()).await.is(200));
    let client = api.directory.remove_secret("default", &client.id, client.secrets[0].num).await.unwrap();
    assert_eq!(client.secrets.len(), 1);
    enter(&api, &old).await.is(401);
    enter(&api, &new).await.is(200);
    refused(&by_secret(&api, &client.id, &first).await, 401, "invalid_client");
    by_secret(&api, &client.id, second.reveal()).await.is(200);
}

async fn a_client_may_show_its_secret_to_scim_itself(api: Api) {
    let (client, secret) = client(&api, "scim:read").await;
    let header = basic(&client.id, &secret);
    enter(&api, &header).await.is(200);
    let user = json!({ "userName": "nobody" });
    api.post("/Users", &user).header("authorization", Some(&header)).send().await.is(403);
    for wrong in [basic(&client.id, "wrong"), basic("client-other", &secret), "Basic x".to_owned()] {
        let answer = enter(&api, &wrong).await.is(401);
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"roster\""), "{wrong}");
    }
    let until = Some(api.clock.now());
    api.directory.add_secret("default", &client.id, until).await.unwrap();
    enter(&api, &header).await.is(401);
}

async fn the_metadata_leads_to_the_token_endpoint(api: Api) {
    let page = async |path: &str| {
        let answer = api.call("GET", &format!("root:{path}")).header("authorization", None).send().await.is(200);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        answer.json
    };
    let resource = page("/.well-known/oauth-protected-resource/scim/v2").await;
    assert_eq!(resource["resource"], format!("{SITE}/scim/v2"));
    assert_eq!(resource["authorization_servers"], json!([SITE]));
    assert_eq!(page("/.well-known/oauth-protected-resource").await["resource"], SITE);
    let server = page("/.well-known/oauth-authorization-server").await;
    assert_eq!(server["issuer"], SITE);
    assert_eq!(server["token_endpoint"], format!("{SITE}/oauth/token"));
    assert_eq!(server["grant_types_supported"], json!(["client_credentials"]));
    let methods = json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]);
    assert_eq!(server["token_endpoint_auth_methods_supported"], methods);
    assert!(server["scopes_supported"].as_array().unwrap().contains(&json!("scim")));
    api.call("GET", "root:/.well-known/oauth-protected-resource/no/where").send().await.is(404);
}

async fn the_schemes_are_those_the_tenant_has(api: Api) {
    let schemes = async |authorization: Option<&str>| -> Vec<String> {
        let call = api.get("/ServiceProviderConfig").header("authorization", authorization);
        let schemes = call.send().await.is(200).json["authenticationSchemes"].clone();
        schemes.as_array().unwrap().iter().map(|scheme| scheme["type"].as_str().unwrap().to_owned()).collect()
    };
    let mine = format!("Bearer {}", api.token);
    assert_eq!(schemes(None).await, ["oauthbearertoken", "oauth2", "httpbasic"]);
    assert_eq!(schemes(Some(&mine)).await, ["oauthbearertoken"]);
    signer(&api, Pair::Ec).await;
    assert_eq!(schemes(Some(&mine)).await, ["oauthbearertoken", "oauth2"]);
    client(&api, "scim").await;
    assert_eq!(schemes(Some(&mine)).await, ["oauthbearertoken", "oauth2", "httpbasic"]);
    let other = api.directory.create_tenant("other").await.unwrap();
    assert_eq!(schemes(Some(&format!("Bearer {}", other.secret.reveal()))).await, ["oauthbearertoken"]);
}

async fn clients_of_other_tenants_do_not_exist(api: Api) {
    let (client, secret) = client(&api, "scim").await;
    api.directory.create_tenant("other").await.unwrap();
    assert!(api.directory.clients("other").await.unwrap().is_empty());
    for refused in [
        api.directory.add_secret("other", &client.id, None).await.map(drop),
        api.directory.remove_secret("other", &client.id, client.secrets[0].num).await.map(drop),
        api.directory.set_keys("other", &client.id, None).await.map(drop),
        api.directory.delete_client("other", &client.id).await,
    ] {
        assert_eq!(refused.unwrap_err().to_string(), "there is no such client");
    }
    // A user made by the client is the tenant's, and goes with it.
    let token = bearer(&by_secret(&api, &client.id, &secret).await.is(200));
    api.post("/Users", &json!({ "userName": "kept" })).header("authorization", Some(&token)).send().await.is(201);
    api.directory.delete_tenant("default", "default").await.unwrap();
    enter(&api, &token).await.is(401);
    refused(&by_secret(&api, &client.id, &secret).await, 401, "invalid_client");
}
