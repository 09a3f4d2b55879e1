//! The version of the protocol in a path (RFC 7644 §3.13): `/scim/Users` means the newest version there
//! is, and a version there is not is refused by name.

use super::error::Refusal;
use super::scim::PREFIX;
use crate::scim::{Error, ScimType};
use poem::Request;
use poem::http::Uri;

/// Leads a request that names no version to the newest one.
///
/// # Errors
/// `invalidVers` for another one.
pub(super) fn settle(request: &mut Request) -> Result<(), Refusal> {
    let Some((root, newest)) = PREFIX.rsplit_once('/') else { return Ok(()) };
    let uri = request.uri();
    let Some(rest) = uri.path().strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return Ok(());
    };
    let first = rest.split('/').nth(1).unwrap_or_default();
    if first == newest {
        return Ok(());
    }
    if is_version(first) {
        let detail = format!("SCIM is served in version {newest} alone, below {PREFIX} (RFC 7644 §3.13)");
        return Err(Error::new(ScimType::InvalidVers, detail).into());
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{PREFIX}{rest}{query}").parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    Ok(())
}

/// `v` and a number, such as `v1` or `v1.1`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix(['v', 'V']).is_some_and(|number| {
        number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_digit() || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::StatusCode;

    #[test]
    fn a_path_without_a_version_means_the_newest() {
        let settled = |path: &str| {
            let mut request = Request::builder().uri_str(path).finish();
            settle(&mut request).map(|()| request.uri().to_string())
        };
        for (path, expected) in [
            ("/scim", "/scim/v2"),
            ("/scim/Users", "/scim/v2/Users"),
            ("/scim/Users/v1?filter=a%20pr&x", "/scim/v2/Users/v1?filter=a%20pr&x"),
            ("/scim?count=1", "/scim/v2?count=1"),
            ("/scim/.search", "/scim/v2/.search"),
            ("/scim/vault", "/scim/v2/vault"),
            ("/scim/v2x", "/scim/v2/v2x"),
            ("/scim/v2", "/scim/v2"),
            ("/scim/v2/Users", "/scim/v2/Users"),
            ("/scimitar", "/scimitar"),
            ("/admin/v1/tenants", "/admin/v1/tenants"),
            ("/", "/"),
        ] {
            assert_eq!(settled(path).unwrap(), expected, "{path}");
        }
        for path in ["/scim/v1", "/scim/v1/Users", "/scim/v1.1/Users", "/scim/V2/Users", "/scim/v3?x=1"] {
            let refusal = settled(path).unwrap_err();
            assert_eq!((refusal.status, refusal.scim_type), (StatusCode::BAD_REQUEST, Some(ScimType::InvalidVers)));
        }
    }
}
