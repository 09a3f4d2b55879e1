//! The OAuth surface: `/oauth/token` (RFC 6749 §4.4) and what the server says of itself below
//! `/.well-known` (RFC 8414, RFC 9728).
//!
//! Clients present themselves in ways of their own here, so nothing is asked of them before the
//! routes. Errors have the shape of RFC 6749 §5.2.

mod form;
mod grant;
mod metadata;

use super::error::Refusal;
use super::surface::{Shape, Surface};
use crate::directory::Door;
use poem::http::StatusCode;
use poem::{get, post};
use serde_json::json;
use std::borrow::Cow;

/// The token endpoint.
pub(super) const TOKEN: &str = "/oauth/token";
/// What the authorization server says of itself.
const SERVER: &str = "/.well-known/oauth-authorization-server";
/// What a protected resource says of itself; the resource's path may follow.
pub(super) const RESOURCE: &str = "/.well-known/oauth-protected-resource";

/// The paths that are read, as [`super::route`] writes them.
pub(super) const PAGES: [&str; 3] = [SERVER, RESOURCE, "/.well-known/oauth-protected-resource/{surface}/{version}"];

const ERRORS: Shape = Shape { media_type: "application/json", write: write_error };

/// How the surface stands among the others.
pub(super) const SURFACE: Surface = Surface {
    door: Door::Login,
    prefix: Cow::Borrowed("/oauth"),
    roots: &[],
    errors: ERRORS,
    identifies: false,
    keys: &[],
    admit: |_, _| Ok(()),
};
/// What is open to everybody.
pub(super) const WELL_KNOWN: Surface = Surface { prefix: Cow::Borrowed("/.well-known"), ..SURFACE };

/// Adds the routes.
pub(super) fn mount(route: poem::Route) -> poem::Route {
    route
        .at(TOKEN, post(grant::issue))
        .at(SERVER, get(metadata::server))
        .at(RESOURCE, get(metadata::resource))
        .at("/.well-known/oauth-protected-resource/:surface/:version", get(metadata::resource))
}

/// The error of RFC 6749 §5.2; its description has a narrow alphabet.
fn write_error(refusal: &Refusal) -> String {
    let code = refusal.code.unwrap_or(match refusal.status {
        StatusCode::UNAUTHORIZED => "invalid_client",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
        status if status.is_server_error() => "server_error",
        _ => "invalid_request",
    });
    let plain = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    let description: String = refusal.detail.replace('§', "section ").chars().filter(plain).collect();
    json!({ "error": code, "error_description": description }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_to_its_alphabet() {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "a \"b\" \\ (RFC 6749 §5.2) é\n!");
        let body = write_error(&refusal);
        let wanted = r#"{"error":"invalid_request","error_description":"a b  (RFC 6749 section 5.2) !"}"#;
        assert_eq!(body, wanted);
    }
}
