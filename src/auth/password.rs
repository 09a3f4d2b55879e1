//! Password hashes: argon2id, m=19456 KiB, t=2, p=1, as PHC strings.
//!
//! Hashing takes tens of milliseconds of a whole core, so it runs off the async threads, bounded.

/// The fewest bytes a password may have.
pub const MIN: usize = 8;
/// The most bytes a password may have; longer ones are refused, never cut.
pub const MAX: usize = 1024;

/// Hashes and verifies, at most a few at once; cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher {}

/// Why no hash was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many are waiting.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// The hash function or its stored form failed.
    #[error("the password could not be hashed")]
    Failed,
}

impl Hasher {
    /// A hasher with the default cost and as many workers as cores.
    #[must_use]
    pub fn new() -> Self {
        todo!()
    }

    /// A hasher with the smallest cost argon2 allows, for tests.
    #[must_use]
    pub fn cheap() -> Self {
        todo!()
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Error::Busy`] past the bound.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let _ = password;
        todo!()
    }

    /// Whether the password has this hash.
    ///
    /// # Errors
    /// [`Error::Busy`] past the bound.
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, Error> {
        let _ = (password, hash);
        todo!()
    }
}
