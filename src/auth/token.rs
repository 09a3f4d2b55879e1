//! Bearer tokens (RFC 6750): 256 random bits, shown once, known afterwards by their SHA-256.

use std::fmt;

/// A token in the clear, on its way to the person who asked for it. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new token: `roster_` and 43 characters of base64url.
    #[must_use]
    pub fn generate() -> Self {
        todo!()
    }

    /// A token somebody chose.
    ///
    /// # Errors
    /// A sentence, if it has fewer than 32 characters or one that no Authorization header may carry.
    pub fn chosen(text: &str) -> Result<Self, String> {
        let _ = text;
        todo!()
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first characters, to recognise it by.
    #[must_use]
    pub fn prefix(&self) -> String {
        todo!()
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

/// SHA-256 of a token a client presents.
#[must_use]
pub fn digest(token: &str) -> Vec<u8> {
    let _ = token;
    todo!()
}
