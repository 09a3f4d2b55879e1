//! The SCIM surface (RFC 7644): its routes, what every handler is given, what it answers.
//!
//! A further resource type is a line in [`resource`] and one in [`Api`].

mod access;
mod answer;
mod call;
mod discovery;
mod payload;
mod render;
mod resource;
mod search;

pub(super) use access::Access;

use discovery::Discovery;
use poem_openapi::OpenApiService;
use resource::{Groups, Resources, Users};
use search::Everything;

/// The media type of every answer (RFC 7644 §3.1), without a charset: JSON has none.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";
/// Where the surface is mounted; the protocol's version is part of it (RFC 7644 §3.13).
pub(super) const PREFIX: &str = "/scim/v2";

/// All routes of the surface.
pub(super) type Api = (Resources<Users>, Resources<Groups>, Everything, Discovery);

/// The service that routes the surface and describes it.
pub(super) fn service() -> OpenApiService<Api, ()> {
    let api = (Resources::new(), Resources::new(), Everything, Discovery);
    OpenApiService::new(api, "Roster SCIM 2.0", env!("CARGO_PKG_VERSION"))
}
