//! Password hashes as they are stored: our own, and those that users bring from other systems.
//!
//! Understood are argon2 (all variants), bcrypt, scrypt and PBKDF2, as PHC strings and in the forms of
//! passlib and Django. Each says its own costs; costs that would stall a server are refused at import.

use argon2::password_hash::phc::Output;
use argon2::password_hash::{Error as HashError, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// The most KiB an argon2 hash may take, and the most it may take times its passes.
const ARGON2: (u32, u64) = (256 * 1024, 1024 * 1024);
/// The greatest exponent of a bcrypt hash.
const BCRYPT: u32 = 14;
/// The most bytes a scrypt hash may take, and the most it may take times its lanes.
const SCRYPT: (u64, u64) = (256 * 1024 * 1024, 512 * 1024 * 1024);
/// The most rounds of a PBKDF2 hash.
const PBKDF2: u32 = 2_000_000;
/// The most characters of a hash.
const LENGTH: usize = 512;

/// Base64 with or without padding.
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A hash, read.
#[derive(Debug)]
pub(super) enum Stored {
    Argon2(PasswordHash),
    Bcrypt(String),
    Scrypt { params: scrypt::Params, salt: Vec<u8>, output: Output },
    Pbkdf2 { digest: Digest, rounds: u32, salt: Vec<u8>, output: Output },
}

/// The hash function below PBKDF2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

/// Why a text is no hash for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is none that is understood.
    #[error(
        "no password hash that is understood; argon2, bcrypt ($2a$, $2b$, $2y$), scrypt and PBKDF2 with SHA-1, \
         SHA-256 or SHA-512 are, as PHC strings or in the forms of passlib and Django"
    )]
    Unknown,
    /// Verifying it would take too long, or too much memory.
    #[error("the costs of this hash are too high for a server that is to answer others meanwhile")]
    Costs,
}

impl Stored {
    /// Reads a hash.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        if text.len() > LENGTH {
            return Err(Refused::Unknown);
        }
        // Django writes the name of its hasher before the hashes of others.
        let text = text.strip_prefix("bcrypt$").filter(|rest| rest.starts_with('$')).unwrap_or(text);
        let text = text.strip_prefix("argon2").filter(|rest| rest.starts_with('$')).unwrap_or(text);
        let parts: Vec<&str> = text.split('$').collect();
        match parts.as_slice() {
            ["", "argon2id" | "argon2i" | "argon2d", ..] => argon2(text),
            ["", "2a" | "2b" | "2y", _, _] => bcrypt(text),
            ["", "scrypt", params, salt, output] => {
                let [ln, r, p] = named(params, ["ln", "r", "p"]).ok_or(Refused::Unknown)?;
                scrypt(u64::from(ln), r, p, decode(salt)?, output)
            }
            // Django: N, and the salt as it is.
            ["scrypt", n, salt, r, p, output] => {
                let n: u64 = n.parse().ok().filter(|n: &u64| n.is_power_of_two()).ok_or(Refused::Unknown)?;
                let number = |text: &str| text.parse().map_err(|_| Refused::Unknown);
                scrypt(u64::from(n.trailing_zeros()), number(r)?, number(p)?, salt.as_bytes().to_vec(), output)
            }
            // PHC: `i=` and perhaps `l=`, or passlib: the rounds alone.
            ["", name, params, salt, output] => {
                let digest = Digest::named(name, '-').ok_or(Refused::Unknown)?;
                let rounds = match params.split_once(',') {
                    Some((rounds, length)) if named::<1>(length, ["l"]).is_some() => rounds,
                    Some(_) => return Err(Refused::Unknown),
                    None => params,
                };
                pbkdf2(digest, rounds.strip_prefix("i=").unwrap_or(rounds), decode(salt)?, output)
            }
            // Django: the salt as it is.
            [name, rounds, salt, output] => {
                let digest = Digest::named(name, '_').ok_or(Refused::Unknown)?;
                pbkdf2(digest, rounds, salt.as_bytes().to_vec(), output)
            }
            _ => Err(Refused::Unknown),
        }
    }

    /// Whether a password has this hash; takes as long as its costs say. None if it cannot be told.
    pub(super) fn verify(&self, password: &[u8]) -> Option<bool> {
        match self {
            Self::Argon2(hash) => match Argon2::default().verify_password(password, hash) {
                Ok(()) => Some(true),
                Err(HashError::PasswordInvalid) => Some(false),
                Err(_) => None,
            },
            Self::Bcrypt(text) => bcrypt::verify(password, text).ok(),
            Self::Scrypt { params, salt, output } => {
                let mut made = [0; Output::MAX_LENGTH];
                let made = made.get_mut(..output.as_bytes().len())?;
                scrypt::scrypt(password, salt, params, made).ok()?;
                // Outputs are compared in constant time.
                Some(Output::new(made).ok()? == *output)
            }
            Self::Pbkdf2 { digest, rounds, salt, output } => {
                let mut made = [0; Output::MAX_LENGTH];
                let made = made.get_mut(..output.as_bytes().len())?;
                match digest {
                    Digest::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, *rounds, made),
                    Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *rounds, made),
                    Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *rounds, made),
                }
                Some(Output::new(made).ok()? == *output)
            }
        }
    }

    /// Whether it is as good as a hash we would make with these parameters.
    pub(super) fn is_as_good_as(&self, wanted: &Params) -> bool {
        match self {
            Self::Argon2(hash) => {
                hash.algorithm == Algorithm::Argon2id.ident()
                    && hash.version == Some(Version::V0x13.into())
                    && Params::try_from(hash).is_ok_and(|found| {
                        found.m_cost() >= wanted.m_cost()
                            && found.t_cost() >= wanted.t_cost()
                            && found.p_cost() >= wanted.p_cost()
                    })
            }
            Self::Bcrypt(_) | Self::Scrypt { .. } | Self::Pbkdf2 { .. } => false,
        }
    }
}

impl Digest {
    fn named(name: &str, between: char) -> Option<Self> {
        let (function, digest) = name.split_once(between).unwrap_or((name, "sha1"));
        match (function, digest) {
            ("pbkdf2", "sha1") => Some(Self::Sha1),
            ("pbkdf2", "sha256") => Some(Self::Sha256),
            ("pbkdf2", "sha512") => Some(Self::Sha512),
            _ => None,
        }
    }
}

fn argon2(text: &str) -> Result<Stored, Refused> {
    let mut hash = PasswordHash::new(text).map_err(|_| Refused::Unknown)?;
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(Refused::Unknown);
    }
    // A hash without a version is one of the first.
    let version = *hash.version.get_or_insert(Version::V0x10.into());
    Version::try_from(version).map_err(|_| Refused::Unknown)?;
    let params = Params::try_from(&hash).map_err(|_| Refused::Unknown)?;
    let (memory, work) = ARGON2;
    if params.m_cost() > memory || u64::from(params.m_cost()) * u64::from(params.t_cost()) > work {
        return Err(Refused::Costs);
    }
    Ok(Stored::Argon2(hash))
}

fn bcrypt(text: &str) -> Result<Stored, Refused> {
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Refused::Unknown)?;
    match parts.get_cost() {
        4..=BCRYPT => Ok(Stored::Bcrypt(text.to_owned())),
        15..=31 => Err(Refused::Costs),
        _ => Err(Refused::Unknown),
    }
}

fn scrypt(log_n: u64, r: u32, p: u32, salt: Vec<u8>, output: &str) -> Result<Stored, Refused> {
    let log_n = u8::try_from(log_n).map_err(|_| Refused::Unknown)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Refused::Unknown)?;
    let memory = 1_u64.checked_shl(log_n.into()).and_then(|n| n.checked_mul(128 * u64::from(r)));
    let (most, work) = SCRYPT;
    let fits = memory.is_some_and(|bytes| bytes <= most && bytes.saturating_mul(p.into()) <= work);
    let output = output_of(output)?;
    if fits { Ok(Stored::Scrypt { params, salt, output }) } else { Err(Refused::Costs) }
}

fn pbkdf2(digest: Digest, rounds: &str, salt: Vec<u8>, output: &str) -> Result<Stored, Refused> {
    let rounds: u32 = rounds.parse().map_err(|_| Refused::Unknown)?;
    let output = output_of(output)?;
    match rounds {
        0 => Err(Refused::Unknown),
        1..=PBKDF2 => Ok(Stored::Pbkdf2 { digest, rounds, salt, output }),
        _ => Err(Refused::Costs),
    }
}

/// The numbers of `a=1,b=2`, if these are their names.
fn named<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut pairs = text.split(',');
    for (number, name) in numbers.iter_mut().zip(names) {
        *number = pairs.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok()?;
    }
    pairs.next().is_none().then_some(numbers)
}

/// Passlib writes a dot for a plus.
fn decode(text: &str) -> Result<Vec<u8>, Refused> {
    STANDARD.decode(text.replace('.', "+")).map_err(|_| Refused::Unknown)
}

fn output_of(text: &str) -> Result<Output, Refused> {
    Output::new(&decode(text)?).map_err(|_| Refused::Unknown)
}

#[cfg(test)]
mod tests;
