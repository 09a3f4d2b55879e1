//! Who may enter: bearer tokens (RFC 6750), judged before routing and before a body is read.
//!
//! Also here: what every handler needs to know about the surface, because it is handed on together
//! with the caller. Discovery is open without a token, and refuses a wrong one (RFC 7644 §4).

use super::PREFIX;
use crate::directory::{Caller, Directory};
use crate::http::Options;
use crate::http::error::{CHALLENGE, CHALLENGE_INVALID, Refusal};
use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;
use poem::{Endpoint, IntoResponse, Request, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What handlers share.
pub(in crate::http) struct Surface {
    pub directory: Directory,
    pub options: Options,
    /// How many large bodies may be in memory at one time; others wait before they are read on.
    pub large_bodies: Arc<Semaphore>,
}

/// How many large bodies may be in memory at one time, each with what is parsed from it.
const LARGE_BODIES: usize = 8;

/// Guards the paths below [`PREFIX`]; lets others pass.
pub(in crate::http) struct Access<E> {
    inner: E,
    surface: Arc<Surface>,
}

impl<E> Access<E> {
    pub(in crate::http) fn new(inner: E, directory: Directory, options: Options) -> Self {
        Self {
            inner,
            surface: Arc::new(Surface { directory, options, large_bodies: Arc::new(Semaphore::new(LARGE_BODIES)) }),
        }
    }

    async fn caller(&self, request: &Request, path: &str) -> Result<Option<Caller>, Refusal> {
        match bearer(request.headers())? {
            Some(token) => Ok(Some(self.surface.directory.authenticate(token, peer(request)).await?)),
            None if is_open(path) => Ok(None),
            None => Err(Refusal::unauthenticated(
                CHALLENGE,
                "the request carries no credential; send the header Authorization: Bearer and a token (RFC 6750 §2.1)",
            )),
        }
    }
}

impl<E: Endpoint> Endpoint for Access<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if let Some(path) = below_prefix(request.uri().path()) {
            let caller = self.caller(&request, path).await?;
            request.extensions_mut().insert(Arc::clone(&self.surface));
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
        }
        Ok(self.inner.call(request).await?.into_response())
    }
}

/// Who is at the other end of the connection. Forwarding headers are never trusted: anybody can write them.
fn peer(request: &Request) -> Option<IpAddr> {
    request.remote_addr().as_socket_addr().map(SocketAddr::ip)
}

/// The path below the prefix, if it lies there.
fn below_prefix(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a path is open without a token. Nothing below can be written, so every method may pass
/// and is told which ones there are.
fn is_open(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    matches!(first, Some("ServiceProviderConfig" | "Schemas" | "ResourceTypes"))
}

/// The token of the Authorization header, if there is one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::unauthenticated(CHALLENGE, "the request carries more than one Authorization header"));
    }
    let text = value.to_str().unwrap_or_default().trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthenticated(CHALLENGE, "the Authorization header must have the scheme Bearer"));
    }
    if token.is_empty() {
        return Err(Refusal::unauthenticated(CHALLENGE_INVALID, "the Authorization header has a scheme and no token"));
    }
    if token.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("bearer")) {
        return Err(Refusal::unauthenticated(
            CHALLENGE_INVALID,
            "the Authorization header names the scheme twice (Bearer Bearer); enter the token alone in the client",
        ));
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::{HeaderValue, StatusCode};

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (AUTHORIZATION, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_bearer_token_is_read_with_its_scheme_in_any_case() {
        for line in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            let headers = headers(&[line]);
            assert_eq!(bearer(&headers).unwrap(), Some("abc"), "{line}");
        }
        assert_eq!(bearer(&headers(&[])).unwrap(), None);
    }

    #[test]
    fn a_credential_of_another_shape_is_refused_with_a_reason() {
        let cases: &[(&[&str], &str, &str)] = &[
            (&["Bearer a", "Bearer a"], CHALLENGE, "more than one"),
            (&["Basic YTpi"], CHALLENGE, "scheme Bearer"),
            (&["abc"], CHALLENGE, "scheme Bearer"),
            (&[""], CHALLENGE, "scheme Bearer"),
            (&["Bearer"], CHALLENGE_INVALID, "no token"),
            (&["Bearer  "], CHALLENGE_INVALID, "no token"),
            (&["Bearer Bearer abc"], CHALLENGE_INVALID, "twice"),
            (&["bearer BEARER abc"], CHALLENGE_INVALID, "twice"),
            (&["Bearer bearer"], CHALLENGE_INVALID, "twice"),
        ];
        for (lines, challenge, reason) in cases {
            let refusal = bearer(&headers(lines)).unwrap_err();
            assert_eq!(refusal.status, StatusCode::UNAUTHORIZED, "{lines:?}");
            assert_eq!(refusal.headers[0].1, challenge, "{lines:?}");
            assert!(refusal.detail.contains(reason), "{lines:?}: {}", refusal.detail);
        }
    }

    #[test]
    fn only_discovery_is_open() {
        for path in ["/Schemas", "/Schemas/urn:x", "/ResourceTypes", "/ServiceProviderConfig"] {
            assert!(is_open(below_prefix(&format!("{PREFIX}{path}")).unwrap()), "{path}");
        }
        for path in ["", "/", "/Users", "/Users/Schemas", "/SchemasX", "/schemas"] {
            assert!(!is_open(below_prefix(&format!("{PREFIX}{path}")).unwrap()), "{path}");
        }
        assert_eq!(below_prefix("/scim/v20/Users"), None);
        assert_eq!(below_prefix("/livez"), None);
    }
}
