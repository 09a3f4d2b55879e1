//! Who may enter: bearer tokens (RFC 6750), or a client's id and secret (RFC 7617), judged before
//! routing and before a body is read.
//!
//! Each surface has a rule of its own ([`Surface::admit`]); how a credential is read and whose it is
//! is the same for all. Also here: what every handler needs, because it is handed on with the caller.

use super::error::{CHALLENGE, CHALLENGE_BASIC, CHALLENGE_INVALID, Refusal};
use super::limit::{Account, Limits, Presented};
use super::surface::{Surface, Surfaces};
use super::trail::Trail;
use super::{Options, base, oauth};
use crate::directory::{self, Caller, Directory, Door};
use crate::scim::tolerance::Tolerance;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poem::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use poem::{Endpoint, IntoResponse, Request, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What handlers share.
pub(super) struct House {
    pub directory: Directory,
    pub options: Options,
    pub surfaces: Surfaces,
    /// How many large bodies may be in memory at one time; others wait before they are read on.
    pub large_bodies: Arc<Semaphore>,
    pub limits: Limits,
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
    house: Arc<House>,
}

impl<E> Access<E> {
    pub(super) fn new(inner: E, surfaces: Surfaces, directory: Directory, options: Options) -> Self {
        let large_bodies = Arc::new(Semaphore::new(LARGE_BODIES));
        let limits = Limits::new(options.rates);
        Self { inner, house: Arc::new(House { directory, options, surfaces, large_bodies, limits }) }
    }

    /// Whose credential the request carries, if it carries one, unless too much was asked already.
    async fn caller(&self, request: &Request, keys: &[&str]) -> Result<Option<Caller>, Refusal> {
        let mut names = std::iter::once(AUTHORIZATION.as_str()).chain(keys.iter().copied());
        let Some(header) = names.find_map(|name| request.headers().get(name)) else { return Ok(None) };
        let limits = &self.house.limits;
        let presented = Presented::new(header.to_str().unwrap_or_default(), peer(request));
        let expected = limits.expect(&presented)?;
        let judged = self.identify(request, keys).await;
        match &judged {
            Ok(Some(caller)) => limits.right(presented, Account::from(caller), expected)?,
            // Judged first: a right credential is never kept waiting by wrong ones.
            Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => limits.wrong(&presented)?,
            Ok(None) | Err(_) => {}
        }
        judged
    }

    /// Whose credential the request carries, if it carries one.
    async fn identify(&self, request: &Request, keys: &[&str]) -> Result<Option<Caller>, Refusal> {
        let directory = &self.house.directory;
        let peer = peer(request);
        Ok(match credential(request.headers())?.or_else(|| key(request.headers(), keys)) {
            None => None,
            Some(Credential::Bearer(token)) => Some(directory.authenticate(token, peer).await?),
            Some(Credential::Raw(token)) => Some(self.raw(request, token, peer).await?),
            Some(Credential::Basic { id, secret }) => match directory.authenticate_client(&id, &secret).await {
                Err(directory::Error::Unauthenticated) => {
                    return Err(Refusal::unauthenticated(
                        CHALLENGE_BASIC,
                        "the client is unknown, or its secret is wrong, revoked or expired",
                    ));
                }
                judged => Some(judged?),
            },
        })
    }

    /// Identifies the caller and asks the surface about it.
    async fn enter(&self, request: &Request, surface: &Surface, path: &str) -> Result<Option<Caller>, Refusal> {
        let mut caller = match self.caller(request, surface.keys).await {
            // Who comes to log in may still carry what is no longer valid.
            Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED && opens(surface, path) => None,
            judged => judged?,
        };
        if let Some(caller) = &mut caller {
            caller.door = surface.door;
            Trail::of(request).caller(caller);
        }
        (surface.admit)(path, caller.as_ref())?;
        Ok(caller)
    }

    /// Tells a client that has no right credential where it could get one (RFC 9728 §5.1).
    fn point_to_metadata(&self, refusal: &mut Refusal, request: &Request, surface: &Surface) {
        if surface.door.is_native() || surface.door == Door::Login {
            // Their clients know of no such thing.
            return;
        }
        let public = self.house.options.public_url.as_deref();
        let Ok(place) = base::url(request, public, &format!("{}{}", oauth::RESOURCE, surface.prefix)) else { return };
        for (name, value) in &mut refusal.headers {
            let challenge = value.to_str().ok().filter(|text| *name == WWW_AUTHENTICATE && text.starts_with("Bearer"));
            let longer = challenge.map(|text| HeaderValue::try_from(format!("{text}, resource_metadata=\"{place}\"")));
            if let Some(Ok(longer)) = longer {
                *value = longer;
            }
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
            Ok(_) | Err(directory::Error::Unauthenticated) => Err(other_scheme()),
            Err(error) => Err(error.into()),
        }
    }
}

impl<E: Endpoint> Endpoint for Access<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if let Some((surface, path)) = self.house.surfaces.find(request.uri().path()) {
            let caller = if surface.identifies {
                self.enter(&request, surface, path).await.map_err(|mut refusal| {
                    self.point_to_metadata(&mut refusal, &request, surface);
                    refusal
                })?
            } else {
                None
            };
            request.extensions_mut().insert(Arc::clone(&self.house));
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
        }
        Ok(self.inner.call(request).await?.into_response())
    }
}

/// Whether a path is that of a login. Discovery through SCIM is open too, and yet refuses a wrong token.
fn opens(surface: &Surface, path: &str) -> bool {
    surface.door != Door::Scim && (surface.admit)(path, None).is_ok()
}

/// Who is at the other end of the connection. Forwarding headers are never trusted: anybody can write them.
pub(super) fn peer(request: &Request) -> Option<IpAddr> {
    request.remote_addr().as_socket_addr().map(SocketAddr::ip)
}

/// What an Authorization header carries.
pub(super) enum Credential<'a> {
    /// A bearer token (RFC 6750 §2.1).
    Bearer(&'a str),
    /// A token alone in the header: one word, which is no scheme.
    Raw(&'a str),
    /// A client id and its secret (RFC 6749 §2.3.1).
    Basic { id: String, secret: String },
}

fn other_scheme() -> Refusal {
    Refusal::unauthenticated(CHALLENGE, "the Authorization header must have the scheme Bearer or Basic")
}

/// The credential of the Authorization header, if there is one.
pub(super) fn credential(headers: &HeaderMap) -> Result<Option<Credential<'_>>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::unauthenticated(CHALLENGE, "the request carries more than one Authorization header"));
    }
    let text = value.to_str().unwrap_or_default().trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("basic") && !token.is_empty() {
        return basic(token).map(Some).ok_or_else(|| {
            let detail = "the Authorization header is not Basic with a client id, a colon and a secret (RFC 7617 §2)";
            Refusal::unauthenticated(CHALLENGE_BASIC, detail)
        });
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        let is_raw = token.is_empty() && !scheme.is_empty();
        return if is_raw { Ok(Some(Credential::Raw(scheme))) } else { Err(other_scheme()) };
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
    Ok(Some(Credential::Bearer(token)))
}

/// The token of the first of these headers that is there, as it is.
fn key<'h>(headers: &'h HeaderMap, names: &[&str]) -> Option<Credential<'h>> {
    let value = names.iter().find_map(|name| headers.get(*name))?;
    Some(Credential::Bearer(value.to_str().unwrap_or_default().trim()))
}

/// Both parts may be form-encoded (RFC 6749 §2.3.1); ours have nothing to encode, so that decoding
/// what was not encoded changes nothing.
fn basic(encoded: &str) -> Option<Credential<'static>> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let clear = |part: &str| form_urlencoded::parse(part.as_bytes()).next().map(|(text, _)| text.into_owned());
    Some(Credential::Basic { id: clear(id)?, secret: clear(secret)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (AUTHORIZATION, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_bearer_token_is_read_with_its_scheme_in_any_case() {
        for line in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            let headers = headers(&[line]);
            assert!(matches!(credential(&headers), Ok(Some(Credential::Bearer("abc")))), "{line}");
        }
        assert!(matches!(credential(&headers(&[])), Ok(None)));
    }

    #[test]
    fn one_word_alone_may_be_a_token() {
        assert!(matches!(credential(&headers(&["abc"])), Ok(Some(Credential::Raw("abc")))));
        assert!(matches!(credential(&headers(&[" Basic "])), Ok(Some(Credential::Raw("Basic")))));
    }

    #[test]
    fn a_client_shows_its_id_and_secret_encoded_or_not() {
        for line in ["Basic YTpi", "basic  YTpi ", "BASIC JTYxOmI="] {
            let headers = headers(&[line]);
            let Ok(Some(Credential::Basic { id, secret })) = credential(&headers) else { panic!("{line} is refused") };
            assert_eq!((id.as_str(), secret.as_str()), ("a", "b"), "{line}");
        }
    }

    #[test]
    fn a_credential_of_another_shape_is_refused_with_a_reason() {
        let cases: &[(&[&str], &str, &str)] = &[
            (&["Bearer a", "Bearer a"], CHALLENGE, "more than one"),
            (&["Basic YWI="], CHALLENGE_BASIC, "a colon"),
            (&["basic ?"], CHALLENGE_BASIC, "a colon"),
            (&["Digest a"], CHALLENGE, "scheme Bearer"),
            (&[""], CHALLENGE, "scheme Bearer"),
            (&["Bearer"], CHALLENGE_INVALID, "no token"),
            (&["Bearer  "], CHALLENGE_INVALID, "no token"),
            (&["Bearer Bearer abc"], CHALLENGE_INVALID, "twice"),
            (&["bearer BEARER abc"], CHALLENGE_INVALID, "twice"),
            (&["Bearer bearer"], CHALLENGE_INVALID, "twice"),
        ];
        for (lines, challenge, reason) in cases {
            let Err(refusal) = credential(&headers(lines)) else { panic!("{lines:?} is taken") };
            assert_eq!(refusal.status, StatusCode::UNAUTHORIZED, "{lines:?}");
            assert_eq!(refusal.headers[0].1, challenge, "{lines:?}");
            assert!(refusal.detail.contains(reason), "{lines:?}: {}", refusal.detail);
        }
    }
}
