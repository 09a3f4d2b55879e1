//! Bulk requests (RFC 7644 §3.7): reads the request, shows what became of each operation.

use super::answer::Answer;
use super::call::Call;
use super::payload::Payload;
use super::resource::renderer;
use crate::directory::bulk::{Bulk, End, MAX_OPERATIONS, Outcome};
use crate::http::error::Refusal;
use crate::http::{etag, front};
use crate::scim::message::bulk::{self, BulkRequest, Failure, Method};
use poem::http::StatusCode;
use poem_openapi::OpenApi;
use std::time::{Duration, Instant};

/// What is left of the time of a request for the operations that were begun, and for the answer.
const REST: Duration = Duration::from_secs(6);

/// The route of bulk requests.
pub(in crate::http) struct Operations;

#[OpenApi]
impl Operations {
    #[oai(path = "/Bulk", method = "post")]
    async fn bulk(&self, call: Call, body: Payload) -> Result<Answer, Refusal> {
        let until = Instant::now() + front::WORK.saturating_sub(REST);
        let caller = call.caller()?;
        let request = BulkRequest::parse(body.0, call.registry(), &caller.profile, MAX_OPERATIONS)?;
        let bulk = Bulk { request, base: &call.base, matching: etag::matching, until };
        let (outcomes, used) = call.directory().bulk(caller, bulk).await?;
        used.iter().for_each(|tolerance| call.trail.tolerated(tolerance));
        let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| shown(&call, outcome)).collect();
        Ok(Answer::ok(bulk::bulk_response(&outcomes)))
    }
}

/// What the answer tells of one operation.
fn shown(call: &Call, outcome: Outcome) -> bulk::Outcome {
    let Outcome { method, bulk_id, kind, id, end } = outcome;
    let id = id.filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)));
    let location = id.zip(kind).map(|(id, kind)| renderer(call).url(&kind, &id));
    let entry = bulk::Outcome { method, bulk_id, location, ..bulk::Outcome::default() };
    let refusal = match end {
        End::Done { method, version } => {
            let status = match method {
                Method::Post => StatusCode::CREATED,
                Method::Put | Method::Patch => StatusCode::OK,
                Method::Delete => StatusCode::NO_CONTENT,
            };
            return bulk::Outcome { version: version.map(etag::write), status: status.as_u16(), ..entry };
        }
        End::Failed(error) => Refusal::from(error),
        End::NotAttempted => {
            Refusal::busy("not attempted: the request had no time left; send the operation in another one")
        }
    };
    let refusal = refusal.told(&call.trail.request_id());
    let failure = Failure { scim_type: refusal.scim_type, detail: refusal.detail.into() };
    bulk::Outcome { status: refusal.status.as_u16(), failure: Some(failure), ..entry }
}
