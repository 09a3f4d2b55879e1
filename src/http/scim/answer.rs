//! What a handler answers: a status, perhaps a body, and the headers SCIM gives it.

use super::MEDIA_TYPE;
use super::render::Renderer;
use crate::directory::Record;
use crate::http::etag;
use crate::scim::projection::Projection;
use poem::http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};

/// A successful answer.
pub(super) struct Answer {
    status: StatusCode,
    body: Option<String>,
    headers: Vec<(HeaderName, String)>,
}

impl Answer {
    /// 200 with a body.
    pub(super) fn ok(body: String) -> Self {
        Self { status: StatusCode::OK, body: Some(body), headers: Vec::new() }
    }

    /// A status without a body.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self { status, body: None, headers: Vec::new() }
    }

    /// A resource, with `Location`, `Content-Location` and `ETag` (RFC 7644 §3.3, §3.14, RFC 7643 §3.1).
    pub(super) fn resource(
        status: StatusCode,
        record: &Record,
        shown: &Projection,
        renderer: &Renderer<'_>,
    ) -> Result<Self, serde_json::Error> {
        let body = Some(renderer.resource(record, shown)?);
        Ok(Self { body, ..Self::headers_of(status, record, renderer) })
    }

    /// The same with the permanent address of the resource.
    pub(super) fn located(mut self, location: String) -> Self {
        if self.headers.iter().all(|(name, _)| name != LOCATION) {
            self.headers.push((LOCATION, location));
        }
        self
    }

    /// The headers of a resource alone: 204 and 304.
    pub(super) fn headers_of(status: StatusCode, record: &Record, renderer: &Renderer<'_>) -> Self {
        let location = renderer.location(record);
        let headers =
            vec![(LOCATION, location.clone()), (CONTENT_LOCATION, location), (ETAG, etag::write(record.version))];
        Self { headers, ..Self::bare(status) }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let response = Response::builder().status(self.status);
        let mut response = match self.body {
            Some(body) => response.content_type(MEDIA_TYPE).body(body),
            None => response.finish(),
        };
        for (name, text) in self.headers {
            if let Ok(value) = HeaderValue::try_from(text) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl ApiResponse for Answer {
    fn meta() -> MetaResponses {
        // The finishing pass of the document writes the answers from the registry.
        let response =
            MetaResponse { description: "", status: Some(200), status_range: None, content: vec![], headers: vec![] };
        MetaResponses { responses: vec![response] }
    }

    fn register(_: &mut Registry) {}
}
