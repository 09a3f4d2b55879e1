//! What is read, what is refused before a signature is looked at, and which keys are taken.

use super::*;
use serde_json::{Value, json};

fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.AAAA", part(header), part(claims))
}

fn ec() -> Value {
    // RFC 7517 appendix A.1.
    json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

#[test]
fn a_token_says_which_algorithm_it_has() {
    let claims = json!({ "iss": "a", "aud": ["b", "c"], "sub": "d", "azp": "e" });
    for algorithm in Algorithm::ALL {
        let text = token(&json!({ "alg": algorithm.name(), "kid": "1" }), &claims);
        let read = Unverified::read(&text).unwrap();
        assert_eq!((read.issuer(), read.subject()), ("a", Some("d")));
        assert!(read.is_for("c") && !read.is_for("d") && read.is_of("e") && !read.is_of("a"));
        assert!(Unverified::looks_like(&text));
    }
    for name in ["none", "None", "HS256", "RS384", "rs256", "ES384", ""] {
        let text = token(&json!({ "alg": name }), &claims);
        assert_eq!(Unverified::read(&text).unwrap_err(), Refused::Algorithm, "{name}");
    }
}

#[test]
fn what_is_no_signed_token_is_refused() {
    let (header, claims) = (json!({ "alg": "ES256" }), json!({ "iss": "a" }));
    let good = token(&header, &claims);
    assert!(Unverified::read(&good).is_ok());
    for text in [
        String::new(),
        "a.b.c".to_owned(),
        good.replacen('.', "", 1),
        format!("{good}.AAAA.AAAA"),
        token(&json!({ "alg": "ES256", "crit": ["exp"] }), &claims),
        token(&json!([]), &claims),
        token(&header, &json!({ "sub": "no issuer" })),
        token(&header, &json!({ "iss": "a", "exp": "soon" })),
        token(&header, &json!({ "iss": "a", "sub": "x".repeat(LONGEST) })),
    ] {
        assert_eq!(Unverified::read(&text).unwrap_err(), Refused::Malformed, "{text}");
    }
}

#[test]
fn only_public_keys_that_can_verify_are_kept() {
    let with = |name: &str, value: Value| {
        let mut key = ec();
        key[name] = value;
        json!({ "keys": [key] }).to_string()
    };
    for good in [json!({ "keys": [ec()] }).to_string(), ec().to_string(), with("use", json!("sig"))] {
        assert!(Keys::chosen(&good).is_ok(), "{good}");
    }
    for bad in [
        "no JSON".to_owned(),
        "[]".to_owned(),
        json!({ "keys": [] }).to_string(),
        json!({ "keys": [ec(), { "kty": "oct", "k": "c2VjcmV0" }] }).to_string(),
        json!({ "keys": [{ "kty": "RSA", "n": "c2hvcnQ", "e": "AQAB" }] }).to_string(),
        with("d", json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE")),
        with("use", json!("enc")),
        with("alg", json!("HS256")),
        with("crv", json!("P-384")),
    ] {
        assert!(Keys::chosen(&bad).is_err(), "{bad}");
    }
    // Those of others are taken as they come; what is of no use is left out.
    assert!(Keys::published(&json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] }).to_string()).is_ok());
    assert!(Keys::published("{}").is_err());
}

#[test]
fn a_time_may_have_a_fraction() {
    let claims: Claims = serde_json::from_value(json!({ "iss": "a", "exp": 1000.75 })).unwrap();
    assert!(claims.of_issuer(1_059_000_000).is_ok());
    assert_eq!(claims.of_issuer(1_060_000_000).unwrap_err(), Refused::Claim("exp lies in the past (RFC 7519 §4.1.4)"));
}
