//! What a handler is given besides its body: caller, base URL, query, preconditions.

use super::PREFIX;
use crate::directory::{Caller, Directory, Expect};
use crate::http::access::House;
use crate::http::error::Refusal;
use crate::http::trail::Trail;
use crate::http::{base, etag};
use crate::scim;
use crate::scim::message::SearchRequest;
use crate::scim::projection::Projection;
use crate::scim::schema::{Registry, ResourceType};
use poem::{FromRequest, Request, RequestBody};
use serde_json::Value;
use std::sync::Arc;

/// One request, without its body.
pub(super) struct Call {
    house: Arc<House>,
    caller: Option<Caller>,
    /// The URL of the SCIM surface, without a slash at the end.
    pub base: String,
    /// The raw query string.
    pub query: String,
    /// If-Match and If-None-Match.
    pub expect: Expect,
    /// For the journal.
    pub trail: Trail,
}

impl Call {
    pub(super) fn directory(&self) -> &Directory {
        &self.house.directory
    }

    /// Who is calling. Only discovery is reached without a caller.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::no_credential)
    }

    /// The resource type of an endpoint, which is given without its slash.
    pub(super) fn kind(&self, endpoint: &str) -> Result<&Arc<ResourceType>, Refusal> {
        self.registry().resource_type_at(endpoint).ok_or_else(Refusal::no_route)
    }

    /// The schemas and resource types the caller sees.
    pub(super) fn registry(&self) -> &Arc<Registry> {
        self.directory().registry_for(self.caller.as_ref())
    }

    /// The largest body in bytes.
    pub(super) fn body_limit(&self) -> usize {
        self.house.options.body_limit
    }

    /// What the query string asks for.
    pub(super) fn search(&self) -> Result<SearchRequest, scim::Error> {
        SearchRequest::from_query(&self.query)
    }

    /// What the answer about one resource shows.
    pub(super) fn projection(&self, kind: &ResourceType) -> Result<Projection, scim::Error> {
        let request = self.search()?;
        Ok(Projection::new(kind, &request.attributes, &request.excluded_attributes))
    }

    /// What the answer to a write with this body shows.
    pub(super) fn projection_of(&self, kind: &ResourceType, body: &Value) -> Result<Projection, scim::Error> {
        let request = self.search()?;
        Ok(Projection::of_write(kind, &request.attributes, &request.excluded_attributes, body))
    }
}

impl<'a> FromRequest<'a> for Call {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let house = House::of(request)?;
        let base = base::url(request, house.options.public_url.as_deref(), PREFIX)?;
        Ok(Self {
            caller: request.extensions().get::<Caller>().cloned(),
            base,
            query: request.uri().query().unwrap_or_default().to_owned(),
            expect: etag::expect(request.headers()),
            trail: Trail::of(request),
            house,
        })
    }
}
