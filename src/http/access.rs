//! Who may enter: bearer tokens (RFC 6750), judged before routing and before a body is read.
//!
//! Each surface has a rule of its own ([`Surface::admit`]); how a credential is read and whose it is
//! is the same for all. Also here: what every handler needs, because it is handed on with the caller.

use super::Options;
use super::error::{CHALLENGE, CHALLENGE_INVALID, Refusal};
use super::surface::Surfaces;
use crate::directory::{Caller, Directory};
use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;
use poem::{Endpoint, IntoResponse, Request, Response};
use std::sync::Arc;

/// What handlers share.
pub(super) struct House {
    pub directory: Directory,
    pub options: Options,
}

impl House {
    /// What [`Access`] put into the request.
    pub(super) fn of(request: &Request) -> Result<Arc<Self>, Refusal> {
        let house = request.extensions().get::<Arc<Self>>().map(Arc::clone);
        house.ok_or_else(|| Refusal::internal("a handler runs outside its mount"))
    }
}

/// Guards the paths of the surfaces; lets others pass.
pub(super) struct Access<E> {
    inner: E,
    surfaces: Surfaces,
    house: Arc<House>,
}

impl<E> Access<E> {
    pub(super) fn new(inner: E, surfaces: Surfaces, directory: Directory, options: Options) -> Self {
        Self { inner, surfaces, house: Arc::new(House { directory, options }) }
    }

    /// Whose credential the request carries, if it carries one.
    async fn caller(&self, request: &Request) -> Result<Option<Caller>, Refusal> {
        match bearer(request.headers())? {
            Some(token) => Ok(Some(self.house.directory.authenticate(token).await?)),
            None => Ok(None),
        }
    }
}

impl<E: Endpoint> Endpoint for Access<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if let Some((surface, path)) = self.surfaces.find(request.uri().path()) {
            let caller = self.caller(&request).await?;
            (surface.admit)(path, caller.as_ref())?;
            request.extensions_mut().insert(Arc::clone(&self.house));
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
        }
        Ok(self.inner.call(request).await?.into_response())
    }
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
}
