//! Secrets and rights, without I/O: bearer tokens, password hashes, scopes, address ranges.

pub mod password;
pub mod range;
pub mod scope;
pub mod token;
