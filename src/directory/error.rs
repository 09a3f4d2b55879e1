//! Why a verb was refused.

use super::schema::Report;
use super::user::Dependency;
use crate::{auth, scim, store};
use std::fmt;

/// Why a verb was refused. What a client sees of it is decided in `http`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks a rule of the protocol.
    #[error(transparent)]
    Scim(#[from] scim::Error),
    /// No such resource for this caller; the type's name.
    #[error("there is no such {0}")]
    NotFound(String),
    /// If-Match does not hold (RFC 7644 §3.14).
    #[error("the resource has another version")]
    VersionMismatch,
    /// The credential is missing, unknown, revoked or expired.
    #[error("the credential is not valid")]
    Unauthenticated,
    /// The credential lacks a right; the scope that would be needed.
    #[error("the credential lacks the scope {0}")]
    Forbidden(&'static str),
    /// The user behind the credential: there is none, or it may not be done to it.
    #[error("{0}")]
    Itself(Itself),
    /// Several users have what should tell one; what it is.
    #[error("several users have this {0}")]
    Ambiguous(&'static str),
    /// The user owns what would be left without an owner.
    #[error("the user owns objects")]
    Dependencies(Vec<Dependency>),
    /// The invitation was taken already, or withdrawn.
    #[error("the invitation is used up")]
    InvitationUsed,
    /// Nobody took the invitation in time.
    #[error("the invitation has expired")]
    InvitationExpired,
    /// Somebody else has a value that native APIs let only one user have.
    #[error("another user has this {0}")]
    Conflict(Field),
    /// The user is unknown, or the password is wrong.
    #[error("the user is unknown or the password is wrong")]
    Credentials,
    /// The password is right and the user is not active.
    #[error("the user is not active")]
    Inactive,
    /// The user has as many sessions as it may have.
    #[error("the user has as many sessions as allowed")]
    SessionsLimit,
    /// Too many wrong passwords; after how many seconds the next attempt is heard.
    #[error("too many attempts to log in")]
    TooManyAttempts(u64),
    /// An entry of a catalogue that is referred to, or an id that another entry has; the sentence says
    /// what stands in the way and what to do.
    #[error("{0}")]
    InUse(String),
    /// Resources there are do not fit the schemas that are wanted; what breaks.
    #[error("resources do not fit the new schemas")]
    Incompatible(Box<Report>),
    /// Something of that name exists already; the word for it.
    #[error("there is a {0} of that name already")]
    Taken(&'static str),
    /// An administrator's request breaks a rule; the sentence says which.
    #[error("{0}")]
    Invalid(String),
    /// Too much is going on: try again.
    #[error("the server is busy")]
    Busy(#[source] Option<store::Error>),
    /// The store cannot take more: its disk is full or read-only.
    #[error("the store cannot be written")]
    Full(#[source] store::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] store::Error),
    /// A stored document is not what it should be.
    #[error("internal: {0}")]
    Internal(String),
}

/// Why a caller's own user is not what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Itself {
    /// The credential stands for nobody.
    #[error(
        "the credential stands for no user: that of a session does, a token made for a user, and a token of a trusted \
         issuer whose subject names one (RFC 7644 §3.11)"
    )]
    Nobody,
    /// There is a user already, so that none can be made.
    #[error("the subject of the credential has a user already (RFC 7644 §3.11)")]
    Known,
    /// A user does not delete itself.
    #[error("users may not delete themselves; that takes the scope scim")]
    Lasting,
}

impl Error {
    /// Whether the schemas of the tenant changed between the caller's identification and its write.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        matches!(self, Self::Busy(Some(store::Error::Outdated)))
    }
}

/// What no two users of native APIs may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The user name.
    UserName,
    /// The mail address.
    Email,
    /// What the caller's connection calls the user.
    ExternalId,
}

impl Field {
    /// The attribute that holds it.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::UserName => "userName",
            Self::Email => "emails",
            Self::ExternalId => "externalId",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.attribute())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unique(attribute) => Self::Scim(scim::Error::new(
                scim::ScimType::Uniqueness,
                format!("another resource has this {attribute}; it must be unique (RFC 7643 §2.2, uniqueness)"),
            )),
            store::Error::UnknownMember(_) => Self::Scim(scim::Error::value(
                "members: no user or group has one of the ids given as value; nothing was changed (RFC 7643 §4.2)",
            )),
            store::Error::OwnMember => Self::Scim(scim::Error::value(
                "members: a group cannot be a member of itself; groups may contain each other (RFC 7643 §4.2)",
            )),
            busy @ (store::Error::Stale | store::Error::Outdated | store::Error::Opened | store::Error::Busy(_)) => {
                Self::Busy(Some(busy))
            }
            full @ store::Error::Full(_) => Self::Full(full),
            other @ (store::Error::Schema(_) | store::Error::Database(_)) => Self::Store(other),
        }
    }
}

impl From<auth::password::Error> for Error {
    fn from(error: auth::password::Error) -> Self {
        match error {
            auth::password::Error::Busy => Self::Busy(None),
            auth::password::Error::Failed => Self::Internal(error.to_string()),
        }
    }
}
