//! Login and sessions: a user proves who it is and gets a session, which ends by logout, by time, or
//! because the user is deactivated, deleted, forced out or given another password.
//!
//! A session is a row found by the digest of its token on every request; nothing is self-contained,
//! so its end is its end at once and on every instance.

use super::{Caller, Directory, Error};
use crate::auth::token::Token;
use crate::clock::Micros;
use std::net::IpAddr;

/// An attempt to log in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// A user name or a mail address, in any case.
    pub username: &'a str,
    /// The password in the clear.
    pub password: &'a str,
    /// The tenant by its name or the number of its organization; none for the first.
    pub organization: Option<&'a str>,
    /// Where the attempt comes from.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub agent: Option<&'a str>,
    /// The surface of the login.
    pub door: super::Door,
}

/// A session without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub num: i64,
    /// The number of the user.
    pub user: i64,
    /// The surface of the login.
    pub door: String,
    /// When it began.
    pub created: Micros,
    /// When it was last used, to the minute.
    pub seen: Micros,
    /// When it ends, if it is used until then.
    pub expires: Micros,
    /// Where the login came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub agent: Option<String>,
}

/// A session that began just now.
pub struct Started {
    /// Its token, which is shown this once.
    pub token: Token,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: super::user::User,
}

impl Directory {
    /// Logs a user in.
    ///
    /// # Errors
    /// [`Error::Credentials`], [`Error::Inactive`], [`Error::SessionsLimit`], [`Error::TooManyAttempts`].
    pub async fn log_in(&self, attempt: Attempt<'_>) -> Result<Started, Error> {
        let _ = attempt;
        todo!()
    }

    /// Whether this is the caller's own password; attempts count as logins do.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller stands for no user; [`Error::TooManyAttempts`].
    pub async fn knows_password(&self, caller: &Caller, password: &str) -> Result<bool, Error> {
        let _ = (caller, password);
        todo!()
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it has none.
    pub async fn log_out(&self, caller: &Caller) -> Result<(), Error> {
        let _ = caller;
        todo!()
    }

    /// The live sessions of a user, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless they are the caller's own, or it may read users.
    pub async fn sessions(&self, caller: &Caller, user: i64) -> Result<Vec<Session>, Error> {
        let _ = (caller, user);
        todo!()
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] unless it is the caller's own, or it may write users.
    pub async fn end_session(&self, caller: &Caller, user: i64, num: i64) -> Result<(), Error> {
        let _ = (caller, user, num);
        todo!()
    }

    /// Ends all sessions of a user, who stays active, and notes when.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn force_logout(&self, caller: &Caller, user: i64) -> Result<(), Error> {
        let _ = (caller, user);
        todo!()
    }
}
