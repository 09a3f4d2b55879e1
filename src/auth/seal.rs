//! Texts that a client carries and only this server can read or make: encrypted and authenticated
//! (AES-256-GCM), bound to a context that is not part of them.

use crate::ident;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// How many bytes a key has.
pub const KEY: usize = 32;

/// A key that seals.
#[derive(Debug)]
pub struct Seal(LessSafeKey);

impl Seal {
    /// The seal of a key; none unless it has [`KEY`] bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }

    /// A new key.
    #[must_use]
    pub fn generate() -> [u8; KEY] {
        ident::random()
    }

    /// A text of unreserved characters (RFC 3986 §2.3) that holds `plain`. None only if that is too large.
    #[must_use]
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Option<String> {
        // Drawn by lot: 2^32 texts may have the same key before two of the same nonce are to be feared.
        let nonce = ident::random::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// What a text holds; none if it was not sealed by this key in this context.
    #[must_use]
    pub fn open(&self, context: &[u8], text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.0.open_in_place(nonce, Aad::from(context), &mut sealed).ok().map(|plain| plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_in_its_context_alone() {
        let seal = Seal::new(&[7; KEY]).unwrap();
        let text = seal.seal(b"here", b"what it holds").unwrap();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert_ne!(seal.seal(b"here", b"what it holds").unwrap(), text, "nobody can tell equal ones");
        assert_eq!(seal.open(b"here", &text).unwrap(), b"what it holds");
        assert_eq!(seal.open(b"there", &text), None);
        assert_eq!(Seal::new(&[8; KEY]).unwrap().open(b"here", &text), None, "another key");
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(seal.open(b"here", std::str::from_utf8(&other).unwrap()), None, "{place}");
        }
        for short in ["", "AAAA", "not base64!", "ä", &"A".repeat(16)] {
            assert_eq!(seal.open(b"here", short), None, "{short}");
        }
        assert!(Seal::new(b"short").is_none());
    }
}
