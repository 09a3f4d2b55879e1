//! Secrets and rights, without I/O: bearer tokens, signed assertions, password hashes, scopes.

pub mod assertion;
pub mod password;
pub mod scope;
pub mod token;
