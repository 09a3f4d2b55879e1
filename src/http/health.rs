//! Liveness and readiness: `/livez` while the process runs, `/readyz` while the store answers.

use super::error::Refusal;
use crate::directory::Directory;
use poem::http::header::CACHE_CONTROL;
use poem::web::Data;
use poem::{Response, handler};

/// The process runs.
#[handler]
pub(super) fn live() -> Response {
    well("live")
}

/// The directory can be read.
#[handler]
pub(super) async fn ready(Data(directory): Data<&Directory>) -> Result<Response, Refusal> {
    directory.ping().await.map_err(|cause| Refusal::busy("the store does not answer").with_cause(cause))?;
    Ok(well("ready"))
}

fn well(state: &'static str) -> Response {
    Response::builder().content_type("text/plain; charset=utf-8").header(CACHE_CONTROL, "no-store").body(state)
}
