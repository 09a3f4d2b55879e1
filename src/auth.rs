//! Secrets and rights, without I/O: bearer tokens, signed assertions, password hashes, seals, scopes,
//! address ranges.

pub mod assertion;
pub mod password;
pub mod range;
pub mod scope;
pub mod seal;
pub mod token;
