//! Signed statements of others: JSON Web Tokens (RFC 7519) held against their keys (RFC 7517).
//!
//! No I/O: where keys come from is the business of the directory. A token says which key and
//! algorithm it was signed with; only those of [`Algorithm`] are believed, and a key is used for
//! nothing but what it was made for (RFC 8725 §3.1, §3.2).

mod claims;
mod keys;

pub use claims::{Claims, Once};
pub use keys::Keys;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The most bytes of a token; no identity provider's comes near.
const LONGEST: usize = 16 * 1024;

/// The algorithms a signature may have: none of them is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// RSA PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// Why a token is not believed. The sentences name no value of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no signed JSON Web Token.
    #[error("it is not a signed JSON Web Token (RFC 7519)")]
    Malformed,
    /// Its algorithm is none of ours.
    #[error("its algorithm is not one of {}", Algorithm::names())]
    Algorithm,
    /// No known key fits; another look at the keys may find one.
    #[error("it was not signed with a known key")]
    UnknownKey,
    /// The key fits, the signature does not.
    #[error("its signature does not hold")]
    Signature,
    /// A claim is missing or wrong.
    #[error("its claim {0}")]
    Claim(&'static str),
}

/// A token whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct Unverified<'a> {
    text: &'a str,
    algorithm: Algorithm,
    key: Option<String>,
    claims: Claims,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11); there are none we do.
    crit: Option<serde_json::Value>,
}

impl Algorithm {
    /// Every algorithm there is.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The name (RFC 7518 §3.1, RFC 8037 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl<'a> Unverified<'a> {
    /// Whether a text has the form of a signed token: three parts, the first a JSON object.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with("eyJ") && text.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    /// Reads a token and believes nothing of it.
    ///
    /// # Errors
    /// [`Refused::Malformed`], [`Refused::Algorithm`], or a claim of the wrong type.
    pub fn read(text: &'a str) -> Result<Self, Refused> {
        let mut parts = text.split('.');
        let (Some(header), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::Malformed);
        };
        if text.len() > LONGEST {
            return Err(Refused::Malformed);
        }
        let header: Header = decode(header)?;
        if header.crit.is_some() {
            return Err(Refused::Malformed);
        }
        let algorithm = Algorithm::ALL.into_iter().find(|known| known.name() == header.alg);
        Ok(Self { text, algorithm: algorithm.ok_or(Refused::Algorithm)?, key: header.kid, claims: decode(claims)? })
    }

    /// Who claims to have issued it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.claims.issuer
    }

    /// Whom it claims to be about.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.subject.as_deref()
    }

    /// Whether it claims to be meant for this audience.
    #[must_use]
    pub fn is_for(&self, audience: &str) -> bool {
        self.claims.audiences.iter().any(|one| one == audience)
    }

    /// Whether it claims to be of this party: as its subject or as the application it was issued to.
    #[must_use]
    pub fn is_of(&self, party: &str) -> bool {
        self.claims.is_of(party)
    }

    /// Its claims, if one of the keys has signed them. They are still to be judged.
    ///
    /// # Errors
    /// [`Refused::UnknownKey`], [`Refused::Signature`].
    pub fn verify(&self, keys: &Keys) -> Result<&Claims, Refused> {
        keys.verify(self.text, self.algorithm, self.key.as_deref())?;
        Ok(&self.claims)
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, Refused> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)
}

#[cfg(test)]
mod tests;
