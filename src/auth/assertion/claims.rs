//! What a token says, and the rules it must keep. Times are seconds since the epoch.

use super::Refused;
use crate::clock::Micros;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// How far two clocks may differ, in seconds.
const SKEW: i64 = 60;
/// The longest life of a client's assertion, in seconds.
const ASSERTION_LIFE: i64 = 600;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// The claims of a token (RFC 7519 §4.1, RFC 9068 §2.2).
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    /// Who issued it.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// Whom it is about.
    #[serde(rename = "sub")]
    pub subject: Option<String>,
    /// Whom it is meant for.
    #[serde(rename = "aud", default, deserialize_with = "one_or_many")]
    pub audiences: Vec<String>,
    #[serde(rename = "exp", default, deserialize_with = "seconds")]
    expires: Option<i64>,
    #[serde(rename = "nbf", default, deserialize_with = "seconds")]
    not_before: Option<i64>,
    #[serde(rename = "iat", default, deserialize_with = "seconds")]
    issued: Option<i64>,
    /// Tells it from every other token of its issuer.
    #[serde(rename = "jti")]
    pub id: Option<String>,
    /// The application it was issued to, as Entra names it in tokens of version 1.
    appid: Option<String>,
    /// The application it was issued to, as everybody else names it.
    azp: Option<String>,
    /// The same in access tokens (RFC 9068 §2.2).
    client_id: Option<String>,
}

/// What is kept of a client's assertion, so that it is taken only once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The assertion's own id.
    pub id: String,
    /// From when on it is refused for its age alone.
    pub until: Micros,
}

impl Claims {
    pub(super) fn is_of(&self, party: &str) -> bool {
        [&self.subject, &self.appid, &self.azp, &self.client_id].into_iter().flatten().any(|named| named == party)
    }

    /// The rules of an assertion by which a client proves to be itself (RFC 7523 §3).
    ///
    /// # Errors
    /// The first claim that breaks a rule.
    pub fn of_client(&self, client: &str, audiences: &[String], now: Micros) -> Result<Once, Refused> {
        if self.issuer != client || self.subject.as_deref() != Some(client) {
            return Err(Refused::Claim("iss or sub is not the client id (RFC 7523 §3)"));
        }
        if !self.audiences.iter().any(|named| audiences.contains(named)) {
            return Err(Refused::Claim("aud is neither the token endpoint nor the issuer (RFC 7523 §3)"));
        }
        let expires = self.in_time(now)?;
        let now = now / MICROS_PER_SECOND;
        if expires > now + ASSERTION_LIFE + SKEW {
            return Err(Refused::Claim("exp lies more than ten minutes ahead"));
        }
        match self.id.as_deref() {
            Some(id) if !id.is_empty() => {
                // A second later than the last moment the clock's tolerance lets it live.
                let until = (expires + SKEW + 1).saturating_mul(MICROS_PER_SECOND);
                Ok(Once { id: id.to_owned(), until })
            }
            Some(_) | None => Err(Refused::Claim("jti is missing; each assertion needs one of its own (RFC 7523 §3)")),
        }
    }

    /// The rules of an access token of a trusted issuer, beyond those it was recognised by.
    ///
    /// # Errors
    /// The first claim that breaks a rule.
    pub fn of_issuer(&self, now: Micros) -> Result<(), Refused> {
        self.in_time(now).map(drop)
    }

    /// When it ends, if it has begun and has not ended.
    fn in_time(&self, now: Micros) -> Result<i64, Refused> {
        let now = now / MICROS_PER_SECOND;
        let expires = self.expires.ok_or(Refused::Claim("exp is missing (RFC 7519 §4.1.4)"))?;
        if expires.saturating_add(SKEW) <= now {
            return Err(Refused::Claim("exp lies in the past (RFC 7519 §4.1.4)"));
        }
        if self.not_before.is_some_and(|begin| begin > now + SKEW) {
            return Err(Refused::Claim("nbf lies ahead (RFC 7519 §4.1.5)"));
        }
        if self.issued.is_some_and(|instant| instant > now + SKEW) {
            return Err(Refused::Claim("iat lies ahead (RFC 7519 §4.1.6)"));
        }
        Ok(expires)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

/// A `NumericDate` (RFC 7519 §2): whole seconds, or a fraction that is cut off.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = serde_json::Number::deserialize(deserializer)?.to_string();
    let whole = text.split('.').next().unwrap_or(&text);
    whole.parse().map(Some).map_err(|_| D::Error::custom("not a time"))
}
