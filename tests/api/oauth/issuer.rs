//! Trusted issuers: their keys are fetched from a small server on this machine.

use super::keys::Pair;
use super::{NOW, SECOND, enter, forged};
use crate::server::{Api, both};
use jsonwebtoken::Algorithm;
use roster::auth::scope::Scopes;
use roster::directory::oauth::Trust;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

pub(super) const ISSUER: &str = "https://issuer.example/tenant/";
pub(super) const AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

both!(
    a_token_of_a_trusted_issuer_opens_its_connection,
    a_token_that_breaks_a_rule_opens_nothing,
    new_keys_are_followed_and_not_more_than_once_a_minute,
    keys_that_cannot_be_had_are_no_fault_of_the_client,
    an_issuer_is_trusted_by_one_connection,
);

/// Publishes keys on a free port.
#[derive(Clone)]
pub(super) struct Publisher {
    pub url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicU32>,
}

impl Publisher {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let publisher = Self { url, answer: Arc::default(), asked: Arc::default() };
        let shared = publisher.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).unwrap_or(0) == 0 {
                        break;
                    }
                    request.push(byte[0]);
                }
                shared.asked.fetch_add(1, Ordering::SeqCst);
                let answer = shared.answer.lock().unwrap().clone();
                // Whoever has read enough may have gone.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        publisher
    }

    fn say(&self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        *self.answer.lock().unwrap() = text;
    }

    pub fn publish(&self, pairs: &[Pair]) {
        let keys: Vec<Value> = pairs.iter().map(|pair| pair.public()).collect();
        self.say("200 OK", "content-type: application/json\r\n", &json!({ "keys": keys }).to_string());
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

pub(super) fn trust(publisher: &Publisher, subject: Option<&str>) -> Trust {
    Trust {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: subject.map(ToOwned::to_owned),
        subject_is: None,
        scopes: Scopes::parse("scim").unwrap(),
        keys_url: publisher.url.clone(),
    }
}

pub(super) fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "service", "appid": "app-1", "exp": NOW + 86_400, "nbf": NOW - 5 })
}

fn bearer(pair: Pair, algorithm: Algorithm, claims: &Value) -> String {
    format!("Bearer {}", pair.sign(algorithm, claims))
}

async fn a_token_of_a_trusted_issuer_opens_its_connection(api: Api) {
    let publisher = Publisher::start();
    publisher.publish(&[Pair::OtherEc, Pair::Rsa]);
    let issuer = api.directory.trust_issuer("default", "default", trust(&publisher, None)).await.unwrap();
    let token = bearer(Pair::Rsa, Algorithm::RS256, &claims());
    for _ in 0..3 {
        enter(&api, &token).await.is(200);
    }
    let user = json!({ "userName": "from outside" });
    api.post("/Users", &user).header("authorization", Some(&token)).send().await.is(201);
    assert_eq!(publisher.asked(), 1, "keys are kept");
    api.directory.distrust("default", issuer.num).await.unwrap();
    enter(&api, &token).await.is(401);
    assert!(api.directory.issuers("default").await.unwrap().is_empty());
}

async fn a_token_that_breaks_a_rule_opens_nothing(api: Api) {
    let publisher = Publisher::start();
    publisher.publish(&[Pair::Rsa]);
    api.directory.trust_issuer("default", "default", trust(&publisher, Some("app-1"))).await.unwrap();
    let good = claims();
    enter(&api, &bearer(Pair::Rsa, Algorithm::RS256, &good)).await.is(200);
    for (name, value) in [
        ("iss", json!("https://issuer.example/other/")),
        ("aud", json!("another")),
        ("aud", json!(["another", "and another"])),
        ("appid", json!("app-2")),
        ("exp", json!(NOW - 61)),
        ("nbf", json!(NOW + 61)),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        enter(&api, &bearer(Pair::Rsa, Algorithm::RS256, &claims)).await.is(401);
    }
    enter(&api, &bearer(Pair::Ec, Algorithm::ES256, &good)).await.is(401);
    for token in forged(Pair::Rsa, &good) {
        enter(&api, &format!("Bearer {token}")).await.is(401);
    }
    api.clock.advance(86_461 * SECOND);
    enter(&api, &bearer(Pair::Rsa, Algorithm::RS256, &good)).await.is(401);
}

async fn new_keys_are_followed_and_not_more_than_once_a_minute(api: Api) {
    let publisher = Publisher::start();
    publisher.publish(&[Pair::Ec]);
    api.directory.trust_issuer("default", "default", trust(&publisher, None)).await.unwrap();
    let (old, new) = (bearer(Pair::Ec, Algorithm::ES256, &claims()), bearer(Pair::Ed, Algorithm::EdDSA, &claims()));
    enter(&api, &old).await.is(200);
    publisher.publish(&[Pair::Ec, Pair::Ed]);
    for _ in 0..3 {
        enter(&api, &new).await.is(401);
    }
    assert_eq!(publisher.asked(), 1, "the keys were looked at less than a minute ago");
    api.clock.advance(60 * SECOND);
    enter(&api, &new).await.is(200);
    enter(&api, &old).await.is(200);
    let invented = bearer(Pair::Rsa, Algorithm::RS256, &claims());
    for _ in 0..3 {
        enter(&api, &invented).await.is(401);
    }
    assert_eq!(publisher.asked(), 2);
    // A key that is published no longer is believed for an hour at the most.
    publisher.publish(&[Pair::Ed]);
    api.clock.advance(3600 * SECOND);
    enter(&api, &old).await.is(401);
    enter(&api, &new).await.is(200);
    assert_eq!(publisher.asked(), 3);
}

async fn keys_that_cannot_be_had_are_no_fault_of_the_client(api: Api) {
    let publisher = Publisher::start();
    api.directory.trust_issuer("default", "default", trust(&publisher, None)).await.unwrap();
    let token = bearer(Pair::Ec, Algorithm::ES256, &claims());
    let elsewhere = Publisher::start();
    elsewhere.publish(&[Pair::Ec]);
    let keys = Pair::Ec.set();
    let redirect = format!("location: {}\r\n", elsewhere.url);
    for (status, headers, body) in [
        ("500 Internal Server Error", "", keys.as_str()),
        ("302 Found", redirect.as_str(), ""),
        ("200 OK", "", "no keys"),
        ("200 OK", "", &format!("{}{keys}", " ".repeat(256 * 1024))),
    ] {
        publisher.say(status, headers, body);
        let answer = enter(&api, &token).await.is(503);
        assert!(answer.header("retry-after").is_some());
        api.clock.advance(60 * SECOND);
    }
    assert_eq!((publisher.asked(), elsewhere.asked()), (4, 0));
    publisher.publish(&[Pair::Ec]);
    enter(&api, &token).await.is(200);
    // Keys that were good stay good for a day while their place does not answer.
    publisher.say("500 Internal Server Error", "", "");
    api.clock.advance(3600 * SECOND);
    enter(&api, &token).await.is(200);
}

async fn an_issuer_is_trusted_by_one_connection(api: Api) {
    let publisher = Publisher::start();
    publisher.publish(&[Pair::Ec]);
    let other = api.directory.create_tenant("other").await.unwrap();
    api.directory.trust_issuer("default", "default", trust(&publisher, None)).await.unwrap();
    let again = api.directory.trust_issuer("other", "default", trust(&publisher, None)).await.unwrap_err();
    assert!(again.to_string().contains("already"), "{again}");
    api.directory.trust_issuer("other", "default", trust(&publisher, Some("app-1"))).await.unwrap();
    api.user("of-the-first").await;
    let count = async |claims: &Value| {
        let token = bearer(Pair::Ec, Algorithm::ES256, claims);
        enter(&api, &token).await.is(200).json["totalResults"].clone()
    };
    // The named application goes before any application.
    assert_eq!(count(&claims()).await, 0);
    let mut another = claims();
    another["appid"] = json!("app-2");
    assert_eq!(count(&another).await, 1);
    // A token that is two connections' opens neither.
    api.directory.trust_issuer("default", "default", trust(&publisher, Some("service"))).await.unwrap();
    enter(&api, &bearer(Pair::Ec, Algorithm::ES256, &claims())).await.is(401);
    api.directory.delete_tenant("other", "other").await.unwrap();
    assert_eq!(count(&claims()).await, 1);
    assert_eq!(other.tenant.name, "other");
    let keys_url = "http://issuer.example/keys".to_owned();
    let bad = Trust { keys_url, ..trust(&publisher, Some("third")) };
    assert!(api.directory.trust_issuer("default", "default", bad).await.is_err());
}
