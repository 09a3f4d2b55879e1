//! What a handler is given besides its parameters: the directory, who is calling, and from where.

use crate::directory::{Caller, Directory, Principal};
use crate::http::access::{House, peer};
use crate::http::error::Refusal;
use poem::http::header::USER_AGENT;
use poem::{FromRequest, Request, RequestBody};
use std::net::IpAddr;
use std::sync::Arc;

/// One request, without its parameters.
pub(super) struct Desk {
    house: Arc<House>,
    caller: Option<Caller>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub agent: Option<String>,
}

impl Desk {
    pub(super) fn directory(&self) -> &Directory {
        &self.house.directory
    }

    /// Who is calling. Only a login is reached without a caller.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::no_credential)
    }

    /// The user that is calling; a program has no sessions.
    pub(super) fn principal(&self) -> Result<&Principal, Refusal> {
        let principal = self.caller()?.principal.as_ref();
        principal.ok_or_else(|| crate::directory::Error::Forbidden("self").into())
    }
}

impl<'a> FromRequest<'a> for Desk {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self {
            house: House::of(request)?,
            caller: request.extensions().get::<Caller>().cloned(),
            address: peer(request),
            agent: agent.map(ToOwned::to_owned),
        })
    }
}
