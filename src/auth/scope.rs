//! What a credential may do.

/// A right that a token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `scim`: read and write through SCIM.
    Scim,
    /// `scim:read`: read through SCIM.
    ScimRead,
}

/// The rights of one credential, from space-separated text (RFC 6749 §3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);
