//! `/Me`: the user the credential stands for, under the verbs of its own address (RFC 7644 §3.11).
//!
//! Every answer about that user, a refusal too, says in `Location` where it is permanently.

use super::answer::Answer;
use super::call::Call;
use super::payload::Payload;
use super::resource::{self, renderer};
use crate::http::error::Refusal;
use crate::scim::projection::Projection;
use poem::http::header::LOCATION;
use poem::http::{HeaderValue, StatusCode};
use poem_openapi::OpenApi;
use serde_json::Value;

/// The routes of the caller's own user.
pub(in crate::http) struct Me;

#[OpenApi]
impl Me {
    #[oai(path = "/Me", method = "get")]
    async fn get(&self, call: Call) -> Result<Answer, Refusal> {
        located(&call, get(&call).await)
    }

    #[oai(path = "/Me", method = "post")]
    async fn create(&self, call: Call, body: Payload) -> Result<Answer, Refusal> {
        located(&call, create(&call, body).await)
    }

    #[oai(path = "/Me", method = "put")]
    async fn replace(&self, call: Call, body: Payload) -> Result<Answer, Refusal> {
        located(&call, replace(&call, body).await)
    }

    #[oai(path = "/Me", method = "patch")]
    async fn patch(&self, call: Call, body: Payload) -> Result<Answer, Refusal> {
        located(&call, patch(&call, body).await)
    }

    #[oai(path = "/Me", method = "delete")]
    async fn delete(&self, call: Call) -> Result<Answer, Refusal> {
        located(&call, delete(&call).await)
    }
}

async fn get(call: &Call) -> Result<Answer, Refusal> {
    let shown = shown(call)?;
    let record = call.directory().get_me(call.caller()?, &shown).await?;
    resource::read(call, &record, &shown)
}

async fn create(call: &Call, body: Payload) -> Result<Answer, Refusal> {
    let shown = shown_to_writer(call, &body.0)?;
    let record = call.directory().create_me(call.caller()?, body.0, &shown).await?;
    resource::answer(call, StatusCode::CREATED, &record, &shown)
}

async fn replace(call: &Call, body: Payload) -> Result<Answer, Refusal> {
    let shown = shown_to_writer(call, &body.0)?;
    let record = call.directory().replace_me(call.caller()?, body.0, &call.expect, &shown).await?;
    resource::answer(call, StatusCode::OK, &record, &shown)
}

async fn patch(call: &Call, body: Payload) -> Result<Answer, Refusal> {
    let shown = shown_to_writer(call, &body.0)?;
    let record = call.directory().patch_me(call.caller()?, &body.0, &call.expect, &shown, &call.base).await?;
    resource::patched(call, &record, &shown)
}

async fn delete(call: &Call) -> Result<Answer, Refusal> {
    let used = call.directory().delete_me(call.caller()?, &call.expect).await?;
    Ok(resource::gone(call, used))
}

/// What the answer shows.
fn shown(call: &Call) -> Result<Projection, Refusal> {
    Ok(call.projection(call.caller()?.users()?)?)
}

/// What the answer to a write with this body shows.
fn shown_to_writer(call: &Call, body: &Value) -> Result<Projection, Refusal> {
    Ok(call.projection_of(call.caller()?.users()?, body)?)
}

/// The answer with the address of the user, if the credential stands for one.
fn located(call: &Call, answer: Result<Answer, Refusal>) -> Result<Answer, Refusal> {
    let caller = call.caller()?;
    let Some(principal) = &caller.principal else { return answer };
    let location = renderer(call).url(caller.users()?, &principal.id);
    match answer {
        Ok(answer) => Ok(answer.located(location)),
        Err(refusal) => Err(match HeaderValue::try_from(location) {
            Ok(location) => refusal.with_header(LOCATION, location),
            Err(_) => refusal,
        }),
    }
}
