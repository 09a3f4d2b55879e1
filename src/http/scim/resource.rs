//! The endpoints of a resource type (RFC 7644 §3.2): one set of handlers for all types.

use super::answer::Answer;
use super::call::Call;
use super::payload::Payload;
use super::render::Renderer;
use super::search;
use crate::directory::{Error, Expect, Matching, Record};
use crate::http::error::Refusal;
use crate::scim::message::SearchRequest;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::tolerance::Used;
use poem::http::StatusCode;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::Value;
use std::sync::Arc;

/// The routes of every resource type: which there are, the registry of the caller's tenant says.
pub(in crate::http) struct Resources;

#[OpenApi]
impl Resources {
    #[oai(path = "/:endpoint", method = "get")]
    async fn list(&self, call: Call, endpoint: Path<String>) -> Result<Answer, Refusal> {
        let request = call.search()?;
        search::run(&call, vec![Arc::clone(call.kind(&endpoint)?)], &request).await
    }

    #[oai(path = "/:endpoint/.search", method = "post")]
    async fn search(&self, call: Call, endpoint: Path<String>, body: Payload) -> Result<Answer, Refusal> {
        let request = SearchRequest::from_body(&body.0)?;
        search::run(&call, vec![Arc::clone(call.kind(&endpoint)?)], &request).await
    }

    #[oai(path = "/:endpoint", method = "post")]
    async fn create(&self, call: Call, endpoint: Path<String>, body: Payload) -> Result<Answer, Refusal> {
        let (kind, shown) = shown_to_writer(&call, &endpoint, &body.0)?;
        let record = call.directory().create(call.caller()?, kind, body.0, &shown).await?;
        answer(&call, StatusCode::CREATED, &record, &shown)
    }

    #[oai(path = "/:endpoint/:id", method = "get")]
    async fn get(&self, call: Call, endpoint: Path<String>, id: Path<String>) -> Result<Answer, Refusal> {
        let (kind, shown) = shown(&call, &endpoint)?;
        check_id(kind, &id)?;
        let record = call.directory().get(call.caller()?, kind, &id, &shown).await?;
        read(&call, &record, &shown)
    }

    #[oai(path = "/:endpoint/:id", method = "put")]
    async fn replace(
        &self,
        call: Call,
        endpoint: Path<String>,
        id: Path<String>,
        body: Payload,
    ) -> Result<Answer, Refusal> {
        let (kind, shown) = shown_to_writer(&call, &endpoint, &body.0)?;
        check_id(kind, &id)?;
        let record = call.directory().replace(call.caller()?, kind, &id, body.0, &call.expect, &shown).await?;
        answer(&call, StatusCode::OK, &record, &shown)
    }

    #[oai(path = "/:endpoint/:id", method = "patch")]
    async fn patch(
        &self,
        call: Call,
        endpoint: Path<String>,
        id: Path<String>,
        body: Payload,
    ) -> Result<Answer, Refusal> {
        let (kind, shown) = shown_to_writer(&call, &endpoint, &body.0)?;
        check_id(kind, &id)?;
        let directory = call.directory();
        let record = directory.patch(call.caller()?, kind, &id, &body.0, &call.expect, &shown, &call.base).await?;
        patched(&call, &record, &shown)
    }

    #[oai(path = "/:endpoint/:id", method = "delete")]
    async fn delete(&self, call: Call, endpoint: Path<String>, id: Path<String>) -> Result<Answer, Refusal> {
        let kind = call.kind(&endpoint)?;
        check_id(kind, &id)?;
        let used = call.directory().delete(call.caller()?, kind, &id, &call.expect).await?;
        Ok(gone(&call, used))
    }
}

/// The type, and what the answer shows of it.
fn shown<'c>(call: &'c Call, endpoint: &str) -> Result<(&'c Arc<ResourceType>, Projection), Refusal> {
    let kind = call.kind(endpoint)?;
    Ok((kind, call.projection(kind)?))
}

/// The same for a write with this body.
fn shown_to_writer<'c>(
    call: &'c Call,
    endpoint: &str,
    body: &Value,
) -> Result<(&'c Arc<ResourceType>, Projection), Refusal> {
    let kind = call.kind(endpoint)?;
    Ok((kind, call.projection_of(kind, body)?))
}

/// No id of ours has a control character, and a database need not be asked for one.
fn check_id(kind: &ResourceType, id: &str) -> Result<(), Error> {
    if id.chars().any(char::is_control) { Err(Error::NotFound(kind.name.clone())) } else { Ok(()) }
}

pub(super) fn renderer(call: &Call) -> Renderer<'_> {
    Renderer { base: &call.base, registry: call.registry() }
}

pub(super) fn answer(call: &Call, status: StatusCode, record: &Record, shown: &Projection) -> Result<Answer, Refusal> {
    call.trail.record(record);
    Answer::resource(status, record, shown, &renderer(call)).map_err(Refusal::internal)
}

/// The answer to a GET, as its preconditions have it.
pub(super) fn read(call: &Call, record: &Record, shown: &Projection) -> Result<Answer, Refusal> {
    match judge(&call.expect, record.version) {
        Verdict::Show => answer(call, StatusCode::OK, record, shown),
        Verdict::NotModified => Ok(Answer::headers_of(StatusCode::NOT_MODIFIED, record, &renderer(call))),
        Verdict::Refuse => Err(Error::VersionMismatch.into()),
    }
}

/// The answer to a PATCH: the resource, unless it has too many members to be sent unasked.
pub(super) fn patched(call: &Call, record: &Record, shown: &Projection) -> Result<Answer, Refusal> {
    if record.too_many_members {
        call.trail.record(record);
        return Ok(Answer::headers_of(StatusCode::NO_CONTENT, record, &renderer(call)));
    }
    answer(call, StatusCode::OK, record, shown)
}

/// The answer to a DELETE, which made use of these tolerances.
pub(super) fn gone(call: &Call, used: Used) -> Answer {
    used.iter().for_each(|tolerance| call.trail.tolerated(tolerance));
    Answer::bare(StatusCode::NO_CONTENT)
}

/// What the preconditions of a GET lead to (RFC 9110 §13.2.2).
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Show,
    NotModified,
    Refuse,
}

fn judge(expect: &Expect, version: i64) -> Verdict {
    let has = |matching: &Option<Matching>| matching.as_ref().map(|matching| matching.has(version));
    match (has(&expect.if_match), has(&expect.if_none_match)) {
        (Some(false), _) => Verdict::Refuse,
        (_, Some(true)) => Verdict::NotModified,
        _ => Verdict::Show,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preconditions_of_a_get_are_judged_in_the_order_of_the_rfc() {
        let only = |version| Some(Matching::Versions(vec![version]));
        let cases = [
            (None, None, Verdict::Show),
            (only(2), None, Verdict::Show),
            (only(1), None, Verdict::Refuse),
            (None, only(2), Verdict::NotModified),
            (None, only(1), Verdict::Show),
            (only(1), only(2), Verdict::Refuse),
            (only(2), Some(Matching::Any), Verdict::NotModified),
        ];
        for (if_match, if_none_match, expected) in cases {
            let expect = Expect { if_match, if_none_match };
            assert_eq!(judge(&expect, 2), expected, "{expect:?}");
        }
    }
}
