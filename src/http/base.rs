//! The URL clients reach a surface by: the public one, or made from the request.
//!
//! Forwarding headers are never trusted: who needs another URL sets it.

use super::error::Refusal;
use crate::scim;
use poem::Request;
use poem::http::Uri;
use poem::http::header::HOST;
use poem::http::uri::Authority;

/// The URL of the surface below this prefix, without a slash at the end.
pub(super) fn url(request: &Request, public_url: Option<&str>, prefix: &str) -> Result<String, Refusal> {
    if let Some(url) = public_url {
        return Ok(format!("{}{prefix}", url.trim_end_matches('/')));
    }
    // HTTP/2 has no Host header but an authority.
    let authority = match request.original_uri().authority() {
        Some(authority) => Some(authority.clone()),
        None => request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok()),
    };
    match authority.filter(is_sane) {
        Some(host) => Ok(format!("{}://{host}{prefix}", request.scheme())),
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

    const PREFIX: &str = "/scim/v2";

    fn with_host(host: &str) -> Result<String, Refusal> {
        url(&Request::builder().header(HOST, host).finish(), None, PREFIX)
    }

    #[test]
    fn the_base_url_is_the_public_one_or_made_from_the_host() {
        let request = Request::builder().header(HOST, "a.example:8080").finish();
        assert_eq!(url(&request, Some("https://id.example/"), PREFIX).unwrap(), "https://id.example/scim/v2");
        assert_eq!(url(&request, None, PREFIX).unwrap(), "http://a.example:8080/scim/v2");
        assert_eq!(with_host("[::1]:80").unwrap(), "http://[::1]:80/scim/v2");
    }

    #[test]
    fn forwarding_headers_are_not_trusted() {
        let request = Request::builder().header(HOST, "a.example").header("X-Forwarded-Host", "evil.example").finish();
        assert_eq!(url(&request, None, PREFIX).unwrap(), "http://a.example/scim/v2");
    }

    #[test]
    fn a_host_that_is_none_is_refused() {
        let long = "a".repeat(300);
        for host in ["", "a b", "user@host", "a/b", "a\"b", "<script>", "a,b", ":80", &long] {
            assert_eq!(with_host(host).unwrap_err().status, StatusCode::BAD_REQUEST, "{host}");
        }
        assert!(url(&Request::default(), None, PREFIX).is_err());
    }
}
