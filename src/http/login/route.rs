//! The routes: log in, who am I, log out, my sessions.

use super::desk::Desk;
use super::wire::{Current, SessionList, Shown, Started};
use super::{Tag, refuse};
use crate::directory::Door;
use crate::directory::login::Attempt;
use crate::http::error::Refusal;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, OpenApi};

/// 200 with an object.
#[derive(ApiResponse)]
pub(super) enum Fine<T: ToJSON> {
    /// As it is now.
    #[oai(status = 200, content_type = "application/json")]
    Fine(Json<T>),
}

/// 204.
#[derive(ApiResponse)]
pub(super) enum Ended {
    /// It has ended.
    #[oai(status = 204)]
    Ended,
}

/// The routes of the surface.
pub(in crate::http) struct Sessions;

#[OpenApi(tag = "Tag::Sessions")]
impl Sessions {
    /// Log in
    ///
    /// The token of the session is shown in this answer and never again. When the user has as many
    /// sessions as it may have, no other one is ended for it: the login is refused.
    #[oai(path = "/login", method = "post", operation_id = "logIn")]
    async fn log_in(&self, desk: Desk, body: Shown) -> Result<Fine<Started>, Refusal> {
        let login = body.0;
        let attempt = Attempt {
            username: &login.username,
            password: &login.password,
            organization: login.organization.as_deref(),
            address: desk.address,
            agent: desk.agent.as_deref(),
            door: Door::Login,
        };
        let started = desk.directory().log_in(attempt).await.map_err(refuse)?;
        Ok(Fine::Fine(Json(started.into())))
    }

    /// Who is signed in
    #[oai(path = "/session", method = "get", operation_id = "getSession")]
    async fn current(&self, desk: Desk) -> Result<Fine<Current>, Refusal> {
        desk.principal()?;
        let (session, user) = desk.directory().whoami(desk.caller()?).await?;
        Ok(Fine::Fine(Json(Current::new(session.as_ref(), &user))))
    }

    /// Log out
    ///
    /// Ends the session of this request.
    #[oai(path = "/logout", method = "post", operation_id = "logOut")]
    async fn log_out(&self, desk: Desk) -> Result<Ended, Refusal> {
        desk.directory().log_out(desk.caller()?).await?;
        Ok(Ended::Ended)
    }

    /// List one's own sessions
    #[oai(path = "/sessions", method = "get", operation_id = "listOwnSessions")]
    async fn list(&self, desk: Desk) -> Result<Fine<SessionList>, Refusal> {
        let principal = desk.principal()?;
        let sessions = desk.directory().sessions(desk.caller()?, principal.num).await?;
        Ok(Fine::Fine(Json(SessionList::new(sessions, principal.session))))
    }

    /// End one of one's own sessions
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "endOwnSession")]
    async fn end(
        &self,
        desk: Desk,
        /// The number of the session.
        id: Path<i64>,
    ) -> Result<Ended, Refusal> {
        let principal = desk.principal()?;
        desk.directory().end_session(desk.caller()?, principal.num, *id).await?;
        Ok(Ended::Ended)
    }
}
