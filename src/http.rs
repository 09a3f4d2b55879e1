//! The surfaces: what speaks HTTP. SCIM below `/scim/v2`, administration below `/admin/v1`, OAuth,
//! health, the API documents.
//!
//! Status codes, headers and media types are decided here and nowhere else; what a request does is
//! the business of [`crate::directory`]. [`server`] carries the endpoint on TCP connections.

mod access;
mod admin;
mod base;
mod body;
mod docs;
mod error;
mod etag;
mod front;
mod health;
mod limit;
mod oauth;
pub mod openapi;
mod route;
mod scim;
pub mod server;
mod surface;
mod trail;

pub use limit::Rates;

use crate::directory::Directory;
use access::Access;
use front::Front;
use poem::{Endpoint, EndpointExt, get};
use route::Routes;
use surface::Surfaces;

/// Every surface. Paths below none of them are refused in SCIM's shape.
const SURFACES: Surfaces =
    Surfaces { first: &scim::SURFACE, others: &[&admin::SURFACE, &oauth::SURFACE, &oauth::WELL_KNOWN] };

/// How the surfaces present themselves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The URL clients reach the server by, without `/scim/v2`. Without it, locations are made from
    /// the Host header of each request; forwarding headers are never trusted.
    pub public_url: Option<String>,
    /// The largest body of a request in bytes.
    pub body_limit: usize,
    /// How much each connection and each tenant may ask.
    pub rates: Rates,
}

impl Default for Options {
    fn default() -> Self {
        Self { public_url: None, body_limit: 10 * 1024 * 1024, rates: Rates::default() }
    }
}

/// Everything that is served, as one endpoint that never fails.
#[must_use]
pub fn endpoint(directory: Directory, options: Options) -> impl Endpoint + 'static {
    let routes = Routes::default().with::<scim::Api>(scim::PREFIX).with::<admin::Api>(admin::PREFIX).with_pages(&[
        "/livez",
        "/readyz",
        "/docs",
        "/docs/admin",
        "/openapi/scim.json",
        "/openapi/admin.json",
    ]);
    let routes = routes.with_pages(&oauth::PAGES).with_form(oauth::TOKEN);
    let (scim_document, admin_document) = (openapi::scim(directory.registry()), openapi::admin());
    let mount = oauth::mount(poem::Route::new())
        .nest(scim::PREFIX, scim::service())
        .nest(admin::PREFIX, admin::endpoint())
        .at("/livez", get(health::live))
        .at("/readyz", get(health::ready))
        .at("/docs", get(docs::page(&scim_document)))
        .at("/docs/admin", get(docs::page(&admin_document)))
        .at("/openapi/scim.json", get(docs::document(scim_document)))
        .at("/openapi/admin.json", get(docs::document(admin_document)))
        .data(directory.clone());
    let guarded = Access::new(mount, SURFACES, directory.clone(), options);
    Front::new(guarded, routes, SURFACES).recording(directory)
}
