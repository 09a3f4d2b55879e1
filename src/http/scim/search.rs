//! Lists and searches, of one type or of all (RFC 7644 §3.4.2, §3.4.3).

use super::answer::Answer;
use super::call::Call;
use super::payload::Payload;
use super::resource::renderer;
use crate::directory::{Record, Search};
use crate::http::error::Refusal;
use crate::scim::message::{SearchRequest, list_response};
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use poem_openapi::OpenApi;
use std::sync::Arc;

/// The routes that search resources of every type.
pub(in crate::http) struct Everything;

#[OpenApi]
impl Everything {
    #[oai(path = "/", method = "get")]
    async fn list(&self, call: Call) -> Result<Answer, Refusal> {
        let request = call.search()?;
        run(&call, call.registry().types.clone(), &request).await
    }

    #[oai(path = "/.search", method = "post")]
    async fn search(&self, call: Call, body: Payload) -> Result<Answer, Refusal> {
        let request = SearchRequest::from_body(&body.0)?;
        run(&call, call.registry().types.clone(), &request).await
    }
}

/// Lists resources of these types.
pub(super) async fn run(
    call: &Call,
    kinds: Vec<Arc<ResourceType>>,
    request: &SearchRequest,
) -> Result<Answer, Refusal> {
    let shown = |kind: Arc<ResourceType>| {
        let projection = Projection::new(&kind, &request.attributes, &request.excluded_attributes);
        (kind, projection)
    };
    let kinds: Vec<(Arc<ResourceType>, Projection)> = kinds.into_iter().map(shown).collect();
    let search = Search { kinds: kinds.clone(), request, base: &call.base };
    let listing = call.directory().list(call.caller()?, search).await?;

    let renderer = renderer(call);
    let text = |record: &Record| {
        let shown = kinds.iter().find(|(kind, _)| kind.name == record.kind.name);
        let (_, shown) =
            shown.ok_or_else(|| Refusal::internal("a listed resource has a type that was not asked for"))?;
        renderer.resource(record, shown).map_err(Refusal::internal)
    };
    let resources = listing.records.iter().map(text).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Answer::ok(list_response(listing.total, &listing.place, &resources)))
}
