//! Secrets and rights, without I/O: bearer tokens, signed assertions, password hashes, scopes,
//! address ranges.

pub mod assertion;
pub mod password;
pub mod range;
pub mod scope;
pub mod token;
