//! `/users/{id}/sessions` and `/users/{id}/password-hash`: where a user is signed in, and the password it
//! brings from another system.

use super::Tag;
use super::answer::{Gone, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read};
use super::word::{Instant, Word};
use crate::directory::login;
use crate::http::error::Refusal;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};

/// A session of a user, without its token.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Session {
    /// Its number.
    num: i64,
    /// The API of the login.
    door: String,
    /// When it began (RFC 3339).
    created: Word<Instant>,
    /// When it was last used (RFC 3339), to the minute.
    seen: Word<Instant>,
    /// When it ends unless it is used until then (RFC 3339).
    expires: Word<Instant>,
    /// Where the login came from; absent if it is not known.
    address: Option<String>,
    /// What the client called itself; absent if it did not.
    agent: Option<String>,
}

/// The live sessions of a user.
#[derive(Object)]
pub(super) struct SessionList {
    /// The sessions, oldest first.
    sessions: Vec<Session>,
}

/// A password as another system keeps it.
#[derive(Object)]
pub(super) struct PasswordHash {
    /// argon2, bcrypt, scrypt or PBKDF2, as a PHC string or in the form of passlib or Django.
    hash: String,
}

impl From<login::Session> for Session {
    fn from(session: login::Session) -> Self {
        let instant = |at| Word(Instant(at));
        Self {
            num: session.num,
            created: instant(session.created),
            seen: instant(session.seen),
            expires: instant(session.expires),
            door: session.door,
            address: session.address,
            agent: session.agent,
        }
    }
}

impl Read for PasswordHash {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let hash = fields.text("hash")?;
        Ok(Self { hash: fields.needed("hash", hash)? })
    }
}

/// The routes of users' sessions and passwords.
pub(in crate::http) struct Users;

#[OpenApi(tag = "Tag::Users")]
impl Users {
    /// List the sessions of a user
    #[oai(path = "/users/:id/sessions", method = "get", operation_id = "listSessions")]
    async fn list(
        &self,
        desk: Desk,
        /// The resource id or the number of the user.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<SessionList>, Refusal> {
        let caller = desk.caller_in(tenant.as_deref()).await?;
        let user = desk.directory().user_number(caller.tenant, &id).await?;
        let sessions = desk.directory().sessions(&caller, user).await?;
        Ok(Shown::new(SessionList { sessions: sessions.into_iter().map(Session::from).collect() }))
    }

    /// End all sessions of a user
    ///
    /// The user stays active and can log in again. Its `sessionsRevokedAt` tells when this was.
    #[oai(path = "/users/:id/sessions", method = "delete", operation_id = "endSessions")]
    async fn end_all(
        &self,
        desk: Desk,
        /// The resource id or the number of the user.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Gone, Refusal> {
        let caller = desk.caller_in(tenant.as_deref()).await?;
        let user = desk.directory().user_number(caller.tenant, &id).await?;
        desk.directory().force_logout(&caller, user).await?;
        Ok(Gone::Gone)
    }

    /// End a session of a user
    #[oai(path = "/users/:id/sessions/:session", method = "delete", operation_id = "endSession")]
    async fn end(
        &self,
        desk: Desk,
        /// The resource id or the number of the user.
        id: Path<String>,
        /// The number of the session.
        session: Path<i64>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Gone, Refusal> {
        let caller = desk.caller_in(tenant.as_deref()).await?;
        let user = desk.directory().user_number(caller.tenant, &id).await?;
        desk.directory().end_session(&caller, user, *session).await?;
        Ok(Gone::Gone)
    }

    /// Take over a password from another system
    ///
    /// The first login with the right password makes a hash of the server's own from it. The user's
    /// sessions end.
    #[oai(path = "/users/:id/password-hash", method = "put", operation_id = "setPasswordHash")]
    async fn set_password_hash(
        &self,
        desk: Desk,
        /// The resource id or the number of the user.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        body: Body<PasswordHash>,
    ) -> Result<Gone, Refusal> {
        let caller = desk.caller_in(tenant.as_deref()).await?;
        desk.directory().import_password(caller.tenant, &id, &body.0.hash, &caller.credential).await?;
        Ok(Gone::Gone)
    }
}
