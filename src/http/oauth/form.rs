//! The body of a token request: a form, each parameter at most once (RFC 6749 §3.2, appendix B).

use crate::http::body;
use crate::http::error::Refusal;
use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use poem::{Request, RequestBody};

/// The most bytes of a token request: an assertion of 16 KiB and a few words.
const LIMIT: usize = 64 * 1024;
const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The parameters that mean something here.
#[derive(Default)]
pub(super) struct Form {
    pub grant_type: Option<String>,
    pub scope: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub client_assertion_type: Option<String>,
    pub client_assertion: Option<String>,
}

impl Form {
    /// Reads the body of a request.
    pub(super) async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Refusal> {
        let media_type = request.header(CONTENT_TYPE).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(MEDIA_TYPE) {
            return Err(refused(&format!("Content-Type: a token request is {MEDIA_TYPE} (RFC 6749 §4.4.2)")));
        }
        let (text, _) = body::bytes(request, body, LIMIT).await?;
        Self::parse(&text)
    }

    fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            let place = match name.as_ref() {
                "grant_type" => &mut form.grant_type,
                "scope" => &mut form.scope,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "client_assertion_type" => &mut form.client_assertion_type,
                "client_assertion" => &mut form.client_assertion,
                // Unknown parameters are ignored, and parameters without a value are as good as absent.
                _ => continue,
            };
            if value.is_empty() {
                continue;
            }
            if place.replace(value.into_owned()).is_some() {
                return Err(refused(&format!("{name}: the parameter may stand only once (RFC 6749 §3.2)")));
            }
        }
        Ok(form)
    }
}

fn refused(detail: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_once() {
        let form = Form::parse(b"grant_type=client_credentials&scope=scim%3Aread+scim&client_id=&extra=1&extra=2");
        let form = form.unwrap_or_default();
        assert_eq!(form.grant_type.as_deref(), Some("client_credentials"));
        assert_eq!(form.scope.as_deref(), Some("scim:read scim"));
        assert_eq!(form.client_id, None);
        let twice = Form::parse(b"scope=scim&scope=scim").err().unwrap();
        assert!(twice.detail.starts_with("scope: "), "{}", twice.detail);
    }
}
