//! Who may enter: bearer tokens (RFC 6750), judged before routing and before a body is read.
//!
//! Each surface has a rule of its own ([`Surface::admit`]); how a credential is read and whose it is
//! is the same for all. Also here: what every handler needs, because it is handed on with the caller.

use super::Options;
use super::error::{CHALLENGE, CHALLENGE_INVALID, Refusal};
use super::surface::Surfaces;
use super::trail::Trail;
use crate::directory::{Caller, Directory, Error};
use crate::scim::tolerance::Tolerance;
use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;
use poem::{Endpoint, IntoResponse, Request, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What handlers share.
pub(super) struct House {
    pub directory: Directory,
    pub options: Options,
    /// How many large bodies may be in memory at one time; others wait before they are read on.
    pub large_bodies: Arc<Semaphore>,
}

impl House {
    /// What [`Access`] put into the request.
    pub(super) fn of(request: &Request) -> Result<Arc<Self>, Refusal> {
        let house = request.extensions().get::<Arc<Self>>().map(Arc::clone);
        house.ok_or_else(|| Refusal::internal("a handler runs outside its mount"))
    }
}

/// How many large bodies may be in memory at one time, each with what is parsed from it.
const LARGE_BODIES: usize = 8;

/// Guards the paths of the surfaces; lets others pass.
pub(super) struct Access<E> {
    inner: E,
    surfaces: Surfaces,
    house: Arc<House>,
}

impl<E> Access<E> {
    pub(super) fn new(inner: E, surfaces: Surfaces, directory: Directory, options: Options) -> Self {
        let large_bodies = Arc::new(Semaphore::new(LARGE_BODIES));
        Self { inner, surfaces, house: Arc::new(House { directory, options, large_bodies }) }
    }

    /// Whose credential the request carries, if it carries one.
    async fn caller(&self, request: &Request) -> Result<Option<Caller>, Refusal> {
        let peer = peer(request);
        match presented(request.headers())? {
            Some(Presented::Bearer(token)) => Ok(Some(self.house.directory.authenticate(token, peer).await?)),
            Some(Presented::Raw(token)) => Ok(Some(self.raw(request, token, peer).await?)),
            None => Ok(None),
        }
    }

    /// The caller of a token without scheme, if its connection tolerates that. Whether there is such
    /// a token is not told.
    async fn raw(&self, request: &Request, token: &str, peer: Option<IpAddr>) -> Result<Caller, Refusal> {
        match self.house.directory.authenticate(token, peer).await {
            Ok(caller) if caller.profile.allows(Tolerance::RawAuthorization) => {
                Trail::of(request).tolerated(Tolerance::RawAuthorization);
                Ok(caller)
            }
            Ok(_) | Err(Error::Unauthenticated) => Err(other_scheme()),
            Err(error) => Err(error.into()),
        }
    }
}

impl<E: Endpoint> Endpoint for Access<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if let Some((surface, path)) = self.surfaces.find(request.uri().path()) {
            let caller = self.caller(&request).await?;
            if let Some(caller) = &caller {
                Trail::of(&request).caller(caller);
            }
            (surface.admit)(path, caller.as_ref())?;
            request.extensions_mut().insert(Arc::clone(&self.house));
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

/// The token a request presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presented<'h> {
    /// Behind the scheme Bearer.
    Bearer(&'h str),
    /// Alone in the header: one word, which is no scheme.
    Raw(&'h str),
}

fn other_scheme() -> Refusal {
    Refusal::unauthenticated(CHALLENGE, "the Authorization header must have the scheme Bearer")
}

/// The token of the Authorization header, if there is one.
fn presented(headers: &HeaderMap) -> Result<Option<Presented<'_>>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::unauthenticated(CHALLENGE, "the request carries more than one Authorization header"));
    }
    let text = value.to_str().unwrap_or_default().trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") {
        let is_raw = token.is_empty() && !scheme.is_empty();
        return if is_raw { Ok(Some(Presented::Raw(scheme))) } else { Err(other_scheme()) };
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
    Ok(Some(Presented::Bearer(token)))
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
            assert_eq!(presented(&headers).unwrap(), Some(Presented::Bearer("abc")), "{line}");
        }
        assert_eq!(presented(&headers(&[])).unwrap(), None);
    }

    #[test]
    fn one_word_alone_may_be_a_token() {
        assert_eq!(presented(&headers(&["abc"])).unwrap(), Some(Presented::Raw("abc")));
        assert_eq!(presented(&headers(&[" Basic "])).unwrap(), Some(Presented::Raw("Basic")));
    }

    #[test]
    fn a_credential_of_another_shape_is_refused_with_a_reason() {
        let cases: &[(&[&str], &str, &str)] = &[
            (&["Bearer a", "Bearer a"], CHALLENGE, "more than one"),
            (&["Basic YTpi"], CHALLENGE, "scheme Bearer"),
            (&[""], CHALLENGE, "scheme Bearer"),
            (&["Bearer"], CHALLENGE_INVALID, "no token"),
            (&["Bearer  "], CHALLENGE_INVALID, "no token"),
            (&["Bearer Bearer abc"], CHALLENGE_INVALID, "twice"),
            (&["bearer BEARER abc"], CHALLENGE_INVALID, "twice"),
            (&["Bearer bearer"], CHALLENGE_INVALID, "twice"),
        ];
        for (lines, challenge, reason) in cases {
            let refusal = presented(&headers(lines)).unwrap_err();
            assert_eq!(refusal.status, StatusCode::UNAUTHORIZED, "{lines:?}");
            assert_eq!(refusal.headers[0].1, challenge, "{lines:?}");
            assert!(refusal.detail.contains(reason), "{lines:?}: {}", refusal.detail);
        }
    }
}
