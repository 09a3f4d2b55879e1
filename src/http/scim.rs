//! The SCIM surface (RFC 7644): its routes, what every handler is given, what it answers.
//!
//! A further resource type needs nothing here: its routes are those of every type ([`resource`]).

mod answer;
mod bulk;
mod call;
mod discovery;
mod me;
mod payload;
mod render;
mod resource;
mod search;

use super::error::Refusal;
use super::surface::{Shape, Surface};
use crate::directory::{Caller, Door};
use crate::scim;
use bulk::Operations;
use discovery::Discovery;
use me::Me;
use poem_openapi::OpenApiService;
use resource::Resources;
use search::Everything;
use std::borrow::Cow;

/// The media type of every answer (RFC 7644 §3.1), without a charset: JSON has none.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";
/// Where the surface is mounted; the protocol's version is part of it (RFC 7644 §3.13).
pub(super) const PREFIX: &str = "/scim/v2";

/// How the surface stands among the others.
pub(super) const SURFACE: Surface = Surface {
    door: Door::Scim,
    prefix: Cow::Borrowed(PREFIX),
    roots: &[],
    errors: Shape { media_type: MEDIA_TYPE, write: write_error },
    identifies: true,
    keys: &[],
    admit,
};

/// All routes of the surface.
pub(super) type Api = (Resources, Everything, Operations, Me, Discovery);

/// The service that routes the surface and describes it.
pub(super) fn service() -> OpenApiService<Api, ()> {
    let api = (Resources, Everything, Operations, Me, Discovery);
    OpenApiService::new(api, "Roster SCIM 2.0", env!("CARGO_PKG_VERSION"))
}

/// The Error message (RFC 7644 §3.12).
fn write_error(refusal: &Refusal) -> String {
    scim::message::error(refusal.status.as_u16(), refusal.scim_type.map(scim::ScimType::as_str), &refusal.detail)
}

/// Discovery is open without a token, and refuses a wrong one (RFC 7644 §4). Rights are judged by
/// the verbs of the directory.
fn admit(path: &str, caller: Option<&Caller>) -> Result<(), Refusal> {
    if caller.is_some() || is_open(path) { Ok(()) } else { Err(Refusal::no_credential()) }
}

/// Whether a path is open without a token. Nothing below can be written, so every method may pass
/// and is told which ones there are.
fn is_open(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    matches!(first, Some("ServiceProviderConfig" | "Schemas" | "ResourceTypes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_discovery_is_open() {
        for path in ["/Schemas", "/Schemas/urn:x", "/ResourceTypes", "/ServiceProviderConfig"] {
            assert!(admit(path, None).is_ok(), "{path}");
        }
        for path in ["", "/", "/Users", "/Users/Schemas", "/SchemasX", "/schemas"] {
            assert!(admit(path, None).is_err(), "{path}");
        }
    }
}
