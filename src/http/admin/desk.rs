//! What a handler is given besides its parameters: the directory, and URLs for `Location`.

use super::PREFIX;
use crate::directory::{Caller, Directory, TenantId};
use crate::http::access::House;
use crate::http::base;
use crate::http::error::Refusal;
use poem::{FromRequest, Request, RequestBody};
use std::sync::Arc;

/// One request, without its parameters.
pub(super) struct Desk {
    house: Arc<House>,
    caller: Option<Caller>,
    base: String,
}

impl Desk {
    /// The tenant of a name; without one, that of the caller's own credential.
    pub(super) async fn tenant(&self, name: Option<&str>) -> Result<TenantId, Refusal> {
        match (name, &self.caller) {
            (Some(name), _) => Ok(self.directory().tenant(name).await?),
            (None, Some(caller)) => Ok(caller.tenant),
            (None, None) => Err(Refusal::no_credential()),
        }
    }

    /// Who is calling, with the tenant of a name for its own.
    pub(super) async fn caller_in(&self, tenant: Option<&str>) -> Result<Caller, Refusal> {
        let tenant = self.tenant(tenant).await?;
        let caller = self.caller.clone().ok_or_else(Refusal::no_credential)?;
        Ok(Caller { native: caller.native && tenant == caller.tenant, tenant, ..caller })
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.house.directory
    }

    /// The URL of something below the surface. The names of tenants and connections need no
    /// encoding: every character of theirs may stand in a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl<'a> FromRequest<'a> for Desk {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let house = House::of(request)?;
        let base = base::url(request, house.options.public_url.as_deref(), PREFIX)?;
        Ok(Self { house, caller: request.extensions().get::<Caller>().cloned(), base })
    }
}
