//! What the handlers of every dialect are given: who calls, what the query says, and a body as JSON
//! that is judged by hand, so that all its faults are told at once.

use super::Mounted;
use crate::directory::{Caller, Directory};
use crate::http::access::House;
use crate::http::base;
use crate::http::body::{self, Place};
use crate::http::error::Refusal;
use crate::http::trail::Trail;
use crate::scim::schema::ResourceType;
use poem::http::HeaderMap;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

/// One request, without its path and body.
pub(super) struct Call {
    house: Arc<House>,
    caller: Option<Caller>,
    /// The URL of the dialect, without a slash at the end.
    pub base: String,
    /// The path below the dialect's prefix.
    pub path: String,
    /// The parameters of the query string, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The header lines.
    pub headers: HeaderMap,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// For the journal.
    pub trail: Trail,
}

impl Call {
    pub(super) fn directory(&self) -> &Directory {
        &self.house.directory
    }

    /// Who is calling. Only a login is reached without a caller.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::no_credential)
    }

    /// The resource type of users.
    pub(super) fn kind(&self) -> Result<&Arc<ResourceType>, Refusal> {
        Ok(self.caller()?.schemas.users()?)
    }

    /// The first parameter of that name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'a> FromRequest<'a> for Call {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let house = House::of(request)?;
        let prefix = request.extensions().get::<Mounted>().map(|mounted| mounted.0.as_str()).unwrap_or_default();
        let base = base::url(request, house.options.public_url.as_deref(), prefix)?;
        let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        Ok(Self {
            caller: request.extensions().get::<Caller>().cloned(),
            base,
            path: request.uri().path().to_owned(),
            query: query.into_owned().collect(),
            headers: request.headers().clone(),
            address: crate::http::access::peer(request),
            trail: Trail::of(request),
            house,
        })
    }
}

/// A body of a dialect: how it is described, and how its refusal is worded.
pub(super) trait Wire: Type {
    /// What a body that is no JSON is answered with.
    fn malformed(refusal: Refusal) -> Refusal {
        refusal
    }
}

/// A JSON body as it came, described as `T`.
pub(super) struct Sent<T> {
    /// The body; null if there was none.
    pub value: Value,
    /// Held until the request is done.
    _place: Option<Place>,
    described: PhantomData<T>,
}

impl<'a, T: Wire> ApiExtractor<'a> for Sent<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(body::described_as::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let (value, place) = body::read(request, body, body::JSON).await.map_err(T::malformed)?;
        Trail::of(request).body(&House::of(request)?.directory, &value);
        Ok(Self { value, _place: place, described: PhantomData })
    }
}
