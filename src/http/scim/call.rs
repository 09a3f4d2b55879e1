//! What a handler is given besides its body: caller, base URL, query, preconditions.

use super::PREFIX;
use super::access::Surface;
use crate::directory::{Caller, Directory, Expect};
use crate::http::error::{CHALLENGE, Refusal};
use crate::http::etag;
use crate::scim;
use crate::scim::message::SearchRequest;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use poem::http::Uri;
use poem::http::header::HOST;
use poem::http::uri::Authority;
use poem::{FromRequest, Request, RequestBody};
use std::sync::Arc;

/// One request, without its body.
pub(super) struct Call {
    surface: Arc<Surface>,
    caller: Option<Caller>,
    /// The URL of the SCIM surface, without a slash at the end.
    pub base: String,
    /// The raw query string.
    pub query: String,
    /// If-Match and If-None-Match.
    pub expect: Expect,
}

impl Call {
    pub(super) fn directory(&self) -> &Directory {
        &self.surface.directory
    }

    /// Who is calling. Only discovery is reached without a caller.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller
            .as_ref()
            .ok_or_else(|| Refusal::unauthenticated(CHALLENGE, "the request carries no credential (RFC 6750 §2.1)"))
    }

    /// A resource type by its name.
    pub(super) fn kind(&self, name: &str) -> Result<&Arc<ResourceType>, Refusal> {
        self.directory().registry().resource_type(name).ok_or_else(Refusal::no_route)
    }

    /// What the query string asks for.
    pub(super) fn search(&self) -> Result<SearchRequest, scim::Error> {
        SearchRequest::from_query(&self.query)
    }

    /// What the answer about one resource shows.
    pub(super) fn projection(&self, kind: &ResourceType) -> Result<Projection, scim::Error> {
        let request = self.search()?;
        Ok(Projection::new(kind, &request.attributes, &request.excluded_attributes))
    }
}

impl<'a> FromRequest<'a> for Call {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let surface = surface(request)?;
        let base = base(request, surface.options.public_url.as_deref())?;
        Ok(Self {
            caller: request.extensions().get::<Caller>().cloned(),
            base,
            query: request.uri().query().unwrap_or_default().to_owned(),
            expect: etag::expect(request.headers()),
            surface,
        })
    }
}

/// What the mount put into the request.
pub(super) fn surface(request: &Request) -> Result<Arc<Surface>, Refusal> {
    let surface = request.extensions().get::<Arc<Surface>>().map(Arc::clone);
    surface.ok_or_else(|| Refusal::internal("a SCIM handler runs outside its mount"))
}

/// The URL of the SCIM surface as the client reaches it.
fn base(request: &Request, public_url: Option<&str>) -> Result<String, Refusal> {
    if let Some(url) = public_url {
        return Ok(format!("{}{PREFIX}", url.trim_end_matches('/')));
    }
    // HTTP/2 has no Host header but an authority.
    let authority = match request.original_uri().authority() {
        Some(authority) => Some(authority.clone()),
        None => request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok()),
    };
    match authority.filter(is_sane) {
        Some(host) => Ok(format!("{}://{host}{PREFIX}", request.scheme())),
        None => Err(Refusal::from(scim::Error::syntax(
            "the Host header is missing or is no host name with an optional port (RFC 9112 §3.2)",
        ))),
    }
}

/// A host and perhaps a port: nothing that a client could mistake for another part of a URL.
fn is_sane(authority: &Authority) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    !authority.host().is_empty()
        && authority.as_str().len() <= 255
        && authority.as_str().chars().all(plain)
        && Uri::builder().scheme("http").authority(authority.clone()).path_and_query("/").build().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::StatusCode;

    fn with_host(host: &str) -> Result<String, Refusal> {
        base(&Request::builder().header(HOST, host).finish(), None)
    }

    #[test]
    fn the_base_url_is_the_public_one_or_made_from_the_host() {
        let request = Request::builder().header(HOST, "a.example:8080").finish();
        assert_eq!(base(&request, Some("https://id.example/")).unwrap(), "https://id.example/scim/v2");
        assert_eq!(base(&request, None).unwrap(), "http://a.example:8080/scim/v2");
        assert_eq!(with_host("[::1]:80").unwrap(), "http://[::1]:80/scim/v2");
    }

    #[test]
    fn forwarding_headers_are_not_trusted() {
        let request = Request::builder().header(HOST, "a.example").header("X-Forwarded-Host", "evil.example").finish();
        assert_eq!(base(&request, None).unwrap(), "http://a.example/scim/v2");
    }

    #[test]
    fn a_host_that_is_none_is_refused() {
        let long = "a".repeat(300);
        for host in ["", "a b", "user@host", "a/b", "a\"b", "<script>", "a,b", ":80", &long] {
            assert_eq!(with_host(host).unwrap_err().status, StatusCode::BAD_REQUEST, "{host}");
        }
        assert!(base(&Request::default(), None).is_err());
    }
}
