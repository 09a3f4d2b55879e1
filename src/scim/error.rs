//! The errors of the protocol: RFC 7644 §3.12 and its table 9, RFC 9865 §2.1.
//!
//! What a client did wrong, in words it can act on. How an error becomes an HTTP status is
//! decided in `http`.

use std::fmt;

/// The `scimType` of an error (RFC 7644 §3.12, table 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter does not parse, or does not fit the attribute.
    InvalidFilter,
    /// The answer would hold more than the server is willing to return.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The attribute's mutability forbids the change.
    Mutability,
    /// The body is not what the operation takes.
    InvalidSyntax,
    /// The path does not parse or names no attribute.
    InvalidPath,
    /// The path selects nothing.
    NoTarget,
    /// A value is missing or does not fit the attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request carries sensitive data in its URI.
    Sensitive,
    /// The cursor was not given out for this query (RFC 9865 §2.1).
    InvalidCursor,
    /// The cursor is too old (RFC 9865 §2.1).
    ExpiredCursor,
    /// No page can have so many results (RFC 9865 §2.1).
    InvalidCount,
}

impl ScimType {
    /// The keyword as it stands in an error message.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a request: which rule, and what would be right.
///
/// `detail` names the attribute or the column, never echoes a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// The keyword of RFC 7644 table 9 or RFC 9865 table 3.
    pub scim_type: ScimType,
    /// A sentence for the person who reads the client's log.
    pub detail: String,
    /// The request is well formed but larger than a documented limit.
    pub too_large: bool,
}

impl Error {
    /// An error of the given kind.
    pub fn new(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type, detail: detail.into(), too_large: false }
    }

    /// A request past a documented limit (answered 413).
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self { scim_type: ScimType::TooMany, detail: detail.into(), too_large: true }
    }

    /// `invalidFilter`.
    pub fn filter(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidFilter, detail)
    }

    /// `invalidPath`.
    pub fn path(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidPath, detail)
    }

    /// `invalidValue`.
    pub fn value(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidValue, detail)
    }

    /// `invalidSyntax`.
    pub fn syntax(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidSyntax, detail)
    }

    /// `mutability`.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(ScimType::Mutability, detail)
    }

    /// `noTarget`.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::new(ScimType::NoTarget, detail)
    }
}
