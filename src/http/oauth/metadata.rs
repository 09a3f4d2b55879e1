//! What the server says of itself, so that a client needs nothing but its address.

use super::{RESOURCE, TOKEN};
use crate::auth::assertion::Algorithm;
use crate::auth::scope::Scope;
use crate::http::access::House;
use crate::http::base;
use crate::http::error::Refusal;
use crate::http::surface::{Surface, Surfaces};
use poem::http::header::CACHE_CONTROL;
use poem::{Request, Response, handler};
use serde_json::{Value, json};

/// The address of this server, which is also its name as an issuer.
pub(in crate::http) fn site(request: &Request, house: &House) -> Result<String, Refusal> {
    base::url(request, house.options.public_url.as_deref(), "")
}

/// The authorization server (RFC 8414 §2).
#[handler]
pub(in crate::http) fn server(request: &Request) -> Result<Response, Refusal> {
    let house = House::of(request)?;
    let site = site(request, &house)?;
    let mut methods = vec!["client_secret_basic", "client_secret_post"];
    let mut document = json!({
        "issuer": site,
        "token_endpoint": format!("{site}{TOKEN}"),
        "grant_types_supported": ["client_credentials"],
        // There is no authorization endpoint, but the field is required.
        "response_types_supported": [],
        "scopes_supported": Scope::ALL.map(Scope::name),
        "service_documentation": format!("{site}/docs"),
    });
    if let Some(fields) = document.as_object_mut() {
        // An assertion must name the server, which therefore has to know its own name.
        if house.options.public_url.is_some() {
            methods.push("private_key_jwt");
            let algorithms = Algorithm::ALL.map(Algorithm::name);
            fields.insert("token_endpoint_auth_signing_alg_values_supported".to_owned(), json!(algorithms));
        }
        fields.insert("token_endpoint_auth_methods_supported".to_owned(), json!(methods));
    }
    Ok(shown(&document))
}

/// A protected resource: the whole server, or the surface whose path follows (RFC 9728 §3.1).
#[handler]
pub(in crate::http) fn resource(request: &Request) -> Result<Response, Refusal> {
    let house = House::of(request)?;
    let site = site(request, &house)?;
    let path = request.uri().path().trim_end_matches('/').strip_prefix(RESOURCE).unwrap_or_default();
    if !path.is_empty() && !is_protected(&house.surfaces, path) {
        return Err(Refusal::no_route());
    }
    Ok(shown(&json!({
        "resource": format!("{site}{path}"),
        "authorization_servers": [site],
        "scopes_supported": Scope::ALL.map(Scope::name),
        "bearer_methods_supported": ["header"],
        "resource_name": "Roster",
        "resource_documentation": format!("{site}/docs"),
    })))
}

fn is_protected(surfaces: &Surfaces, path: &str) -> bool {
    let whole = |(surface, rest): (&Surface, &str)| surface.identifies && rest.is_empty();
    surfaces.find(path).is_some_and(whole)
}

fn shown(document: &Value) -> Response {
    let response = Response::builder().content_type("application/json");
    response.header(CACHE_CONTROL, "public, max-age=3600").body(document.to_string())
}
