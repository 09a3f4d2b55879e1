//! The body of a SCIM request.

use super::MEDIA_TYPE;
use crate::http::access::House;
use crate::http::body::{self, Place};
use crate::http::trail::Trail;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

/// A JSON body, and the place it takes among the large ones until it is dropped.
pub(super) struct Payload(
    pub Value,
    #[expect(dead_code, reason = "held until the request is done, never read")] Option<Place>,
);

impl<'a> ApiExtractor<'a> for Payload {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        // The schemas are put in by the finishing pass of the document, from the registry.
        let media = |content_type| MetaMediaType {
            content_type,
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("object"))),
        };
        let content = vec![media(MEDIA_TYPE), media("application/json")];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let wanted = "application/scim+json or application/json (RFC 7644 §3.1)";
        let (value, place) = body::read(request, body, wanted).await?;
        Trail::of(request).body(&House::of(request)?.directory, &value);
        Ok(Self(value, place))
    }
}
