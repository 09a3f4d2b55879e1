//! Bearer tokens (RFC 6750): 256 random bits, shown once, known afterwards by their SHA-256.
//!
//! A token is looked up by its digest, so the time a lookup takes says nothing about the token;
//! a slow hash would add nothing, because 256 random bits cannot be guessed.

use crate::ident;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;

const MARK: &str = "roster_";
/// How the token of a session begins, so that it is looked for among sessions alone.
const SESSION_MARK: &str = "rosters_";
/// The fewest characters a chosen token may have.
pub const MIN: usize = 32;
/// The fewest characters of a token that an operator wrote into a file.
const FEWEST: usize = 16;
/// The most characters a chosen token may have; it must fit in a header of every proxy.
pub const MAX: usize = 1024;

/// A token in the clear, on its way to the person who asked for it. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new token: `roster_` and 43 characters of base64url.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(ident::random::<32>())))
    }

    /// A new token of a session: `rosters_` and 43 characters of base64url.
    #[must_use]
    pub fn for_session() -> Self {
        Self(format!("{SESSION_MARK}{}", URL_SAFE_NO_PAD.encode(ident::random::<32>())))
    }

    /// A token somebody chose.
    ///
    /// # Errors
    /// A sentence, if it has fewer than 32 characters or one that no Authorization header may carry, or
    /// begins like the token of a session.
    pub fn chosen(text: &str) -> Result<Self, String> {
        Self::of(text, MIN)
    }

    /// A token that an operator wrote into a file, who may choose a short one.
    ///
    /// # Errors
    /// A sentence, if it has fewer than 16 characters or one that no Authorization header may carry.
    pub fn planted(text: &str) -> Result<Self, String> {
        Self::of(text, FEWEST)
    }

    /// Whether it is shorter than a token should be.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.len() < MIN
    }

    fn of(text: &str, min: usize) -> Result<Self, String> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token consists of visible ASCII characters without spaces (RFC 6750 §2.1)".to_owned());
        }
        if !(min..=MAX).contains(&text.len()) {
            return Err(format!("a token has {min} to {MAX} characters, this one has {}", text.len()));
        }
        if is_of_session(text) {
            return Err(format!("a token that begins with {SESSION_MARK} would be taken for that of a session"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first characters, to recognise it by: the mark, if it has ours, and five more.
    #[must_use]
    pub fn prefix(&self) -> String {
        let shown = if self.0.starts_with(MARK) { MARK.len() + 5 } else { 5 };
        self.0.chars().take(shown).collect()
    }

    /// SHA-256 of the text.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        digest(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whether a token is one of a session.
#[must_use]
pub fn is_of_session(token: &str) -> bool {
    token.starts_with(SESSION_MARK)
}

/// SHA-256 of a token a client presents.
#[must_use]
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_token_carries_256_random_bits() {
        let (one, two) = (Token::generate(), Token::generate());
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), 7 + 43);
        let bits = URL_SAFE_NO_PAD.decode(one.reveal().strip_prefix("roster_").unwrap()).unwrap();
        assert_eq!(bits.len(), 32);
        assert!(Token::chosen(one.reveal()).is_ok(), "what we make can also be chosen");
    }

    #[test]
    fn the_token_of_a_session_is_told_by_its_mark() {
        let token = Token::for_session();
        assert!(is_of_session(token.reveal()) && !is_of_session(Token::generate().reveal()));
        assert_eq!(token.reveal().len(), 8 + 43);
        assert!(Token::chosen(token.reveal()).is_err(), "nobody chooses one");
    }

    #[test]
    fn the_prefix_gives_little_away() {
        let token = Token::chosen("roster_0123456789abcdefghijklmnopqrstuvwxyz").unwrap();
        assert_eq!(token.prefix(), "roster_01234");
        assert_eq!(Token::chosen(&"x".repeat(32)).unwrap().prefix(), "xxxxx");
    }

    #[test]
    fn debug_hides_the_token() {
        let token = Token::generate();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn the_digest_is_sha_256() {
        // The empty message of FIPS 180-4.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let hex: Vec<String> = digest("").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex.concat(), empty);
        let token = Token::generate();
        assert_eq!(token.digest(), digest(token.reveal()));
    }

    #[test]
    fn a_chosen_token_is_long_enough_and_fits_in_a_header() {
        for (text, accepted) in [
            (String::new(), false),
            ("x".repeat(31), false),
            ("x".repeat(32), true),
            ("x".repeat(1024), true),
            ("x".repeat(1025), false),
            ("abcdefghijklmnopqrstuvwxyz-._~+/=0123".to_owned(), true),
            (format!("{} {}", "x".repeat(20), "y".repeat(20)), false),
            (format!("{}\n", "x".repeat(40)), false),
            ("é".repeat(40), false),
        ] {
            assert_eq!(Token::chosen(&text).is_ok(), accepted, "{text:?}");
        }
        assert!(Token::planted(&"x".repeat(16)).is_ok_and(|token| token.is_short()));
        assert!(Token::planted(&"x".repeat(32)).is_ok_and(|token| !token.is_short()));
        assert!(Token::planted(&"x".repeat(15)).is_err() && Token::planted(&" ".repeat(16)).is_err());
        assert_eq!(Token::chosen("short").unwrap_err(), "a token has 32 to 1024 characters, this one has 5");
    }
}
