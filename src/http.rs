//! The surfaces: what speaks HTTP. SCIM below `/scim/v2`, administration below `/admin/v1`, login, OAuth,
//! four native APIs below prefixes of their own, health, the API documents.
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
mod login;
mod native;
mod oauth;
pub mod openapi;
mod route;
mod scim;
pub mod server;
mod surface;
mod trail;
mod version;

pub use limit::Rates;
pub use native::{Prefix, Prefixes};

use crate::directory::Directory;
use access::Access;
use front::Front;
use poem::{Endpoint, EndpointExt, get};
use route::Routes;
use surface::{Surface, Surfaces};

/// The surfaces that are always at one place. Paths below no surface are refused in the shape of the first.
const FIXED: [Surface; 6] =
    [scim::SURFACE, admin::SURFACE, login::SURFACE, oauth::SURFACE, oauth::WELL_KNOWN, docs::SURFACE];
/// What else has a place of its own.
const PAGES: [&str; 4] = ["/livez", "/readyz", "/docs", "/openapi"];

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
    /// Where the native APIs are.
    pub prefixes: Prefixes,
}

impl Default for Options {
    fn default() -> Self {
        Self { public_url: None, body_limit: 10 * 1024 * 1024, rates: Rates::default(), prefixes: Prefixes::default() }
    }
}

/// Everything that is served, as one endpoint that never fails.
#[must_use]
pub fn endpoint(directory: Directory, options: Options) -> impl Endpoint + 'static {
    let mut routes = Routes::default().with::<scim::Api>(scim::PREFIX).with::<admin::Api>(admin::PREFIX);
    routes = routes.with::<login::Api>(login::PREFIX);
    routes = routes.with_pages(&["/livez", "/readyz"]).with_pages(&oauth::PAGES).with_form(oauth::TOKEN);
    let mut mount = oauth::mount(poem::Route::new())
        .nest(scim::PREFIX, scim::service())
        .nest(admin::PREFIX, admin::endpoint())
        .nest(login::PREFIX, login::endpoint())
        .at("/livez", get(health::live))
        .at("/readyz", get(health::ready));
    for (name, write) in openapi::with(directory.registry(), &options.prefixes) {
        let (page, file) = (docs::path(name), format!("/openapi/{name}.json"));
        routes = routes.with_pages(&[&page, &file]);
        let text = docs::Text::new(write);
        mount = mount.at(page, get(docs::page(text.clone())));
        mount = match name {
            "scim" => mount.at(file, get(docs::scim_document(text))),
            _ => mount.at(file, get(docs::document(text))),
        };
    }
    let natives = native::Natives::new(mount.data(directory.clone()), &options.prefixes);
    let routes = native::routes(routes, &options.prefixes);
    let [first, others @ ..] = FIXED;
    let surfaces = Surfaces::new(first, others.into_iter().chain(native::surfaces(&options.prefixes)));
    let guarded = Access::new(natives, surfaces.clone(), directory.clone(), options);
    Front::new(guarded, routes, surfaces).recording(directory)
}
