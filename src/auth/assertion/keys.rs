//! Sets of public keys (RFC 7517 §5), and signatures held against them (RFC 7515 §5.2).

use super::{Algorithm, Refused};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm as Signing, DecodingKey, Validation};
use serde_json::Value;

/// A token that names no key is held against this many at the most.
const TRIES: usize = 8;
/// The fewest bytes of an RSA modulus: 2048 bits (RFC 7518 §3.3).
const MODULUS: usize = 256;

/// Public keys that can verify.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Jwk>);

impl Keys {
    /// Reads a key set that others publish. Keys we have no use for are left out.
    ///
    /// # Errors
    /// A sentence, if it is no key set.
    pub fn published(text: &str) -> Result<Self, String> {
        let usable = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok().filter(is_usable);
        Ok(Self(list(text)?.iter().filter_map(usable).collect()))
    }

    /// Reads a key set that is to be kept: public keys, each of them usable.
    ///
    /// # Errors
    /// A sentence, if it is no key set or holds anything else.
    pub fn chosen(text: &str) -> Result<Self, String> {
        let keys = list(text)?;
        if keys.is_empty() || keys.len() > 16 {
            return Err("a key set has 1 to 16 keys".to_owned());
        }
        let secret = |key: &Value| ["d", "k", "p", "q"].iter().any(|name| key.get(*name).is_some());
        if keys.iter().any(secret) {
            return Err("the key set holds a private or symmetric key; give the public keys alone".to_owned());
        }
        let usable = |key: Value| {
            serde_json::from_value::<Jwk>(key).ok().filter(is_usable).ok_or_else(|| {
                "a key of the set is not an RSA key of 2048 bits or more, a key on P-256 or an Ed25519 key for \
                 signatures (RFC 7517)"
                    .to_owned()
            })
        };
        keys.into_iter().map(usable).collect::<Result<_, _>>().map(Self)
    }

    /// Whether one of the keys has signed the token.
    pub(super) fn verify(&self, token: &str, algorithm: Algorithm, key: Option<&str>) -> Result<(), Refused> {
        let named = |jwk: &&Jwk| key.is_none() || jwk.common.key_id.as_deref() == key;
        let fitting = self.0.iter().filter(named).filter(|jwk| fits(jwk, algorithm)).take(TRIES);
        let mut found = Refused::UnknownKey;
        for jwk in fitting {
            match signed_by(jwk, token, algorithm) {
                Ok(()) => return Ok(()),
                // Without a name, the right key may be one that is not known yet.
                Err(refused) if key.is_some() => found = refused,
                Err(_) => {}
            }
        }
        Err(found)
    }
}

fn list(text: &str) -> Result<Vec<Value>, String> {
    let set: Value = serde_json::from_str(text).map_err(|_| "the key set is not JSON (RFC 7517 §5)".to_owned())?;
    match set {
        // One key alone is as good as a set of one.
        Value::Object(mut object) => match object.remove("keys") {
            Some(Value::Array(keys)) => Ok(keys),
            None if object.contains_key("kty") => Ok(vec![Value::Object(object)]),
            Some(_) | None => Err("the key set has no list named keys (RFC 7517 §5)".to_owned()),
        },
        Value::Array(_) | Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {
            Err("the key set is not a JSON object (RFC 7517 §5)".to_owned())
        }
    }
}

fn is_usable(jwk: &Jwk) -> bool {
    Algorithm::ALL.into_iter().any(|algorithm| fits(jwk, algorithm))
}

/// Whether a key was made for signatures of this algorithm.
fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let common = &jwk.common;
    if common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return false;
    }
    let (declared, _) = names(algorithm);
    if common.key_algorithm.is_some_and(|named| named != declared) {
        return false;
    }
    match (algorithm, &jwk.algorithm) {
        (Algorithm::Rs256 | Algorithm::Ps256, AlgorithmParameters::RSA(key)) => {
            URL_SAFE_NO_PAD.decode(&key.n).is_ok_and(|n| n.iter().skip_while(|byte| **byte == 0).count() >= MODULUS)
        }
        (Algorithm::Es256, AlgorithmParameters::EllipticCurve(key)) => key.curve == EllipticCurve::P256,
        (Algorithm::EdDsa, AlgorithmParameters::OctetKeyPair(key)) => key.curve == EllipticCurve::Ed25519,
        (Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 | Algorithm::EdDsa, _) => false,
    }
}

fn names(algorithm: Algorithm) -> (KeyAlgorithm, Signing) {
    match algorithm {
        Algorithm::Rs256 => (KeyAlgorithm::RS256, Signing::RS256),
        Algorithm::Ps256 => (KeyAlgorithm::PS256, Signing::PS256),
        Algorithm::Es256 => (KeyAlgorithm::ES256, Signing::ES256),
        Algorithm::EdDsa => (KeyAlgorithm::EdDSA, Signing::EdDSA),
    }
}

fn signed_by(jwk: &Jwk, token: &str, algorithm: Algorithm) -> Result<(), Refused> {
    let key = DecodingKey::from_jwk(jwk).map_err(|_| Refused::UnknownKey)?;
    // The signature alone: claims are judged in `claims`, by the house's own clock.
    let (_, signing) = names(algorithm);
    let mut rules = Validation::new(signing);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    jsonwebtoken::decode::<serde::de::IgnoredAny>(token, &key, &rules).map(drop).map_err(|_| Refused::Signature)
}
