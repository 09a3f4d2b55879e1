//! Password hashes: argon2id, m=19456 KiB, t=2, p=1, as PHC strings; others are understood, so that
//! users can bring theirs, and made anew when the password is next seen.
//!
//! Hashing takes tens of milliseconds of a whole core and 19 MiB, so it runs off the async threads,
//! on as many threads as there are cores, behind a queue with an end.

mod stored;

pub use stored::Refused;

use crate::ident;
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;
use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use stored::Stored;
use tokio::sync::Semaphore;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// The fewest bytes a password may have.
pub const MIN: usize = 8;
/// The most bytes a password may have; longer ones are refused, never cut.
pub const MAX: usize = 1024;
/// How many may wait for a worker, about one second's work of a core.
const WAITING: usize = 64;

/// Hashes and verifies, at most a few at once; cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    params: Params,
    /// One permit for each hash being made.
    workers: Arc<Semaphore>,
    /// One permit for each caller, waiting or served.
    places: Arc<Semaphore>,
}

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
        Self::with(Params::DEFAULT, WAITING)
    }

    /// A hasher with the smallest cost argon2 allows, for tests.
    #[must_use]
    pub fn cheap() -> Self {
        let smallest = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None);
        Self::with(smallest.unwrap_or(Params::DEFAULT), WAITING)
    }

    fn with(params: Params, waiting: usize) -> Self {
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { params, workers: Arc::new(Semaphore::new(workers)), places: Arc::new(Semaphore::new(workers + waiting)) }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Error::Busy`] past the bound.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let (argon2, password) = (self.argon2(), prepare(password).into_owned());
        let made = self.run(move || {
            argon2.hash_password_with_salt(password.as_bytes(), &ident::random::<16>()).map(|hash| hash.to_string())
        });
        made.await?.map_err(|_| Error::Failed)
    }

    /// Whether the password has this hash.
    ///
    /// # Errors
    /// [`Error::Busy`] past the bound; [`Error::Failed`] if the hash is none that is understood.
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, Error> {
        let hash = Stored::parse(hash).map_err(|_| Error::Failed)?;
        let (password, prepared) = (password.to_owned(), prepare(password).into_owned());
        // The costs are those of the stored hash; the comparison takes constant time. Other systems
        // may have hashed a password as it was typed.
        let judged = self.run(move || match hash.verify(prepared.as_bytes()) {
            Some(false) if prepared != password => hash.verify(password.as_bytes()),
            judged => judged,
        });
        judged.await?.ok_or(Error::Failed)
    }

    /// Takes the time of [`Self::verify`] with a hash of ours, for a password that can only be wrong.
    ///
    /// # Errors
    /// [`Error::Busy`] past the bound.
    pub async fn pretend(&self, password: &str) -> Result<(), Error> {
        // Nothing is known to have this hash.
        let text = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
        let (salt, output) = (text(&ident::random::<16>()), text(&ident::random::<32>()));
        let (m, t, p) = (self.params.m_cost(), self.params.t_cost(), self.params.p_cost());
        self.verify(password, &format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${output}")).await.map(drop)
    }

    /// Whether a hash is weaker than those made here, or of another kind.
    #[must_use]
    pub fn is_outdated(&self, hash: &str) -> bool {
        !Stored::parse(hash).is_ok_and(|hash| hash.is_as_good_as(&self.params))
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    /// Runs one piece of work on a blocking thread. The permits go with the work, not with the
    /// caller: a caller that goes away does not free a core that is still busy.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::Busy)?;
        let worker = Arc::clone(&self.workers).acquire_owned().await.map_err(|_| Error::Failed)?;
        let task = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((worker, place));
            done
        });
        task.await.map_err(|_| Error::Failed)
    }
}

/// A password as it is hashed, so that it is the same from every keyboard: composed (NFC), and with
/// every kind of space as the plain one (RFC 8265 §4.2, which has replaced the RFC 7613 of SCIM).
fn prepare(password: &str) -> Cow<'_, str> {
    let is_odd = |character: char| {
        matches!(character, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
    };
    if is_nfc(password) && !password.contains(is_odd) {
        return Cow::Borrowed(password);
    }
    Cow::Owned(password.chars().map(|character| if is_odd(character) { ' ' } else { character }).nfc().collect())
}

/// Checks a hash from another system, which is then stored as it is.
///
/// # Errors
/// If it is none that is understood, or would take too long.
pub fn check_import(hash: &str) -> Result<(), Refused> {
    Stored::parse(hash).map(drop)
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("m", &self.params.m_cost())
            .field("t", &self.params.t_cost())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_alone() {
        let hasher = Hasher::cheap();
        let hash = hasher.hash("correct horse").await.unwrap();
        assert!(hasher.verify("correct horse", &hash).await.unwrap());
        for wrong in ["", "correct hors", "Correct horse", "correct horse "] {
            assert!(!hasher.verify(wrong, &hash).await.unwrap(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_password_is_one_however_it_was_typed() {
        let hasher = Hasher::cheap();
        for (set, same, other) in [
            ("caf\u{e9} creme", "cafe\u{301} creme", "cafe creme"),
            ("a\u{3000}b\u{a0}c", "a b c", "a  b c"),
            ("\u{212b}ngstrom", "A\u{30a}ngstrom", "a\u{30a}ngstrom"),
            ("\u{ff41}bc", "\u{ff41}bc", "abc"),
        ] {
            let hash = hasher.hash(set).await.unwrap();
            for right in [set, same] {
                assert!(hasher.verify(right, &hash).await.unwrap(), "{right:?}");
            }
            assert!(!hasher.verify(other, &hash).await.unwrap(), "{other:?}");
        }
        // Another system hashed it as it was typed.
        let typed = "cafe\u{301} creme";
        let hash = hasher.argon2().hash_password_with_salt(typed.as_bytes(), &[7; 16]).unwrap().to_string();
        assert!(hasher.verify(typed, &hash).await.unwrap());
        assert!(!hasher.verify("cafe creme", &hash).await.unwrap());
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let hasher = Hasher::cheap();
        assert_ne!(hasher.hash("correct horse").await.unwrap(), hasher.hash("correct horse").await.unwrap());
    }

    #[tokio::test]
    async fn the_default_cost_is_written_into_the_hash() {
        let hash = Hasher::new().hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(Hasher::cheap().verify("correct horse", &hash).await.unwrap(), "the stored cost counts");
    }

    #[tokio::test]
    async fn a_hash_of_another_kind_is_an_error_and_not_a_mismatch() {
        for hash in ["", "plain", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1", "$6$salt$hash"] {
            assert!(matches!(Hasher::cheap().verify("correct horse", hash).await, Err(Error::Failed)), "{hash:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_outdated_if_it_is_weaker_or_of_another_kind() {
        let (cheap, full) = (Hasher::cheap(), Hasher::new());
        let (weak, strong) = (cheap.hash("correct horse").await.unwrap(), full.hash("correct horse").await.unwrap());
        assert!(full.is_outdated(&weak) && !full.is_outdated(&strong));
        assert!(!cheap.is_outdated(&weak) && !cheap.is_outdated(&strong));
        assert!(cheap.is_outdated(&strong.replace("argon2id", "argon2i")));
    }

    #[tokio::test]
    async fn pretending_uses_the_hashers_own_cost_and_never_fails() {
        Hasher::cheap().pretend("correct horse").await.unwrap();
        let hasher = Hasher::with(Hasher::cheap().params, 0);
        let places = u32::try_from(hasher.places.available_permits()).unwrap();
        let _taken = Arc::clone(&hasher.places).acquire_many_owned(places).await.unwrap();
        assert!(matches!(hasher.pretend("correct horse").await, Err(Error::Busy)), "it goes through the same queue");
    }

    #[tokio::test]
    async fn past_the_bound_callers_are_refused_and_later_served_again() {
        let hasher = Hasher::with(Hasher::cheap().params, 0);
        let places = hasher.places.available_permits();
        let taken = Arc::clone(&hasher.places).acquire_many_owned(u32::try_from(places).unwrap()).await.unwrap();
        assert!(matches!(hasher.hash("correct horse").await, Err(Error::Busy)));
        drop(taken);
        assert!(hasher.hash("correct horse").await.is_ok());
        assert_eq!(hasher.places.available_permits(), places, "the place is given back");
    }
}
