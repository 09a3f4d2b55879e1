//! The admin surface: tenants, their connections and all their credentials, over the verbs of an administrator.
//!
//! Bodies are typed objects in plain JSON; errors are problem details (RFC 9457). The scope `admin`
//! opens all of it, for every tenant of the server; the tenant of the token itself is only the one whose
//! catalogues are meant if none is named.

mod answer;
mod catalogue;
mod client;
mod connection;
mod desk;
mod document;
mod fields;
mod history;
mod issuer;
mod pack;
mod problem;
mod schema;
mod session;
mod tenant;
mod token;
mod word;

/// An error, for the document of the surface.
pub(super) use problem::Problem;

use super::error::Refusal;
use super::surface::{Shape, Surface};
use crate::directory::{Caller, Door};
use catalogue::Catalogues;
use client::Clients;
use connection::Connections;
use history::History;
use issuer::Issuers;
use pack::Packs;
use poem::http::header::CACHE_CONTROL;

use poem::middleware::SetHeader;
use poem::{Endpoint, EndpointExt};
use poem_openapi::{OpenApiService, Tags};
use schema::Schemas;
use session::Users;
use std::borrow::Cow;
use tenant::Tenants;
use token::Tokens;

/// Where the surface is mounted.
pub(super) const PREFIX: &str = "/admin/v1";

/// How the surface stands among the others.
pub(super) const SURFACE: Surface = Surface {
    door: Door::Admin,
    prefix: Cow::Borrowed(PREFIX),
    roots: &[],
    errors: Shape { media_type: problem::MEDIA_TYPE, write: problem::write },
    identifies: true,
    keys: &[],
    admit,
};

/// All routes of the surface.
pub(super) type Api = (Tenants, Connections, Tokens, Clients, Issuers, Users, Catalogues, Schemas, Packs, History);

/// The groups of operations.
#[derive(Tags)]
enum Tag {
    /// The customers of this server, each with a directory of its own.
    Tenants,
    /// The SCIM clients of a tenant.
    Connections,
    /// The bearer tokens of a tenant's connections.
    Tokens,
    /// The OAuth clients of a tenant's connections, with secrets or keys.
    Clients,
    /// The issuers outside whose tokens open a tenant's connections.
    Issuers,
    /// Where users are signed in, and the passwords they bring.
    Users,
    /// The named things the users of a tenant refer to.
    Catalogues,
    /// The schemas and resource types that a tenant has of its own.
    Schemas,
    /// What a tenant's connections asked and changed.
    History,
}

/// The service that routes the surface and describes it.
pub(super) fn service() -> OpenApiService<Api, ()> {
    let api = (Tenants, Connections, Tokens, Clients, Issuers, Users, Catalogues, Schemas, Packs, History);
    OpenApiService::new(api, "Roster administration", env!("CARGO_PKG_VERSION"))
}

/// The routes, whose answers may hold secrets and are never cached.
pub(super) fn endpoint() -> impl Endpoint {
    service().with(SetHeader::new().overriding(CACHE_CONTROL, "no-store"))
}

fn admit(_: &str, caller: Option<&Caller>) -> Result<(), Refusal> {
    Ok(caller.ok_or_else(Refusal::no_credential)?.may_manage()?)
}
