//! The native APIs: four existing user APIs, spoken as dialects over the same directory.
//!
//! A dialect is two mappings (its JSON to a change of the document, the document to its JSON), its
//! routes and its error shape. Each lies below a prefix that can be chosen, or switched off; what they
//! share is here and in [`call`].

mod adeptia;
mod appcrm;
mod call;
mod gravatar;
mod instant;
mod laravel;
mod logixx;
mod nullable;
mod page;
mod prefix;
mod publica;
mod read;

pub use prefix::{Prefix, Prefixes};

use super::error::Refusal;
use super::openapi::Sheet;
use super::route::Routes;
use super::surface::{Shape, Surface};
use crate::directory::{Caller, Door};
use poem::endpoint::BoxEndpoint;
use poem::http::Uri;
use poem::{Endpoint, EndpointExt, IntoEndpoint, IntoResponse, Request, Response};
use std::borrow::Cow;

/// One native API.
pub(super) struct Dialect {
    pub door: Door,
    /// The segments that follow the prefix.
    pub roots: &'static [&'static str],
    /// Headers that carry a token as it is.
    pub keys: &'static [&'static str],
    pub errors: Shape,
    /// Whether a caller may use a path, which is given without the prefix.
    pub admit: fn(path: &str, caller: Option<&Caller>) -> Result<(), Refusal>,
    /// Those and the routes of the dialect below a prefix.
    pub routes: fn(Routes, &str) -> Routes,
    /// The routes, without the prefix.
    pub endpoint: fn() -> BoxEndpoint<'static>,
    /// The document of the dialect below a prefix.
    pub sheet: fn(String) -> Sheet,
}

/// Every dialect.
pub(super) static DIALECTS: [Dialect; 4] = [logixx::DIALECT, appcrm::DIALECT, adeptia::DIALECT, publica::DIALECT];

impl Dialect {
    /// How the dialect stands among the surfaces, below a prefix.
    fn surface(&self, prefix: &str) -> Surface {
        Surface {
            door: self.door,
            prefix: Cow::Owned(prefix.to_owned()),
            roots: self.roots,
            errors: self.errors,
            identifies: true,
            keys: self.keys,
            admit: self.admit,
        }
    }
}

/// Who may enter: everybody with a credential, and to an open path everybody; what a caller may do is
/// judged by the verbs.
fn admit(is_open: bool, caller: Option<&Caller>) -> Result<(), Refusal> {
    if is_open || caller.is_some() { Ok(()) } else { Err(Refusal::no_credential()) }
}

/// The surfaces of the dialects that are switched on.
pub(super) fn surfaces(prefixes: &Prefixes) -> Vec<Surface> {
    prefixes.on().map(|(dialect, prefix)| dialect.surface(prefix)).collect()
}

/// Those and the routes of the dialects that are switched on.
pub(super) fn routes(routes: Routes, prefixes: &Prefixes) -> Routes {
    prefixes.on().fold(routes, |routes, (dialect, prefix)| (dialect.routes)(routes, prefix))
}

/// Where a request came in: the prefix of its dialect.
#[derive(Clone, Debug)]
pub(super) struct Mounted(pub String);

/// Sends the paths of the dialects to them, and others on.
pub(super) struct Natives<E> {
    inner: E,
    mounts: Vec<(Surface, BoxEndpoint<'static>)>,
}

impl<E> Natives<E> {
    pub(super) fn new(inner: E, prefixes: &Prefixes) -> Self {
        let mounts = prefixes.on().map(|(dialect, prefix)| (dialect.surface(prefix), (dialect.endpoint)()));
        Self { inner, mounts: mounts.collect() }
    }
}

impl<E: Endpoint> Endpoint for Natives<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.uri().path();
        let found = self.mounts.iter().find_map(|(surface, endpoint)| Some((surface, endpoint, surface.below(path)?)));
        let Some((surface, endpoint, below)) = found else {
            return Ok(self.inner.call(request).await?.into_response());
        };
        let target = match request.uri().query() {
            Some(query) => format!("{below}?{query}"),
            None => below.to_owned(),
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = target.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        request.extensions_mut().insert(Mounted(surface.prefix.to_string()));
        endpoint.call(request).await
    }
}

/// The endpoint of a dialect.
fn boxed(endpoint: impl IntoEndpoint<Endpoint: 'static>) -> BoxEndpoint<'static> {
    endpoint.into_endpoint().map_to_response().boxed()
}
