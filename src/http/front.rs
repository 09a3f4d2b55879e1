//! What stands before every route: request id, time limit, panic, error body, one log line.
//!
//! Never logged: query strings, bodies, credentials.

use super::error::Refusal;
use super::route::{Route, Routes};
use super::surface::Surfaces;
use super::trail::{Asked, Why};
use super::version;
use crate::directory::{Directory, Door};
use crate::{ident, scim};
use poem::http::header::{CONTENT_LENGTH, HOST};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use std::any::Any;
use std::borrow::Cow;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// How long a request may take once its body is there.
pub(super) const WORK: Duration = Duration::from_secs(30);
/// How long a body may take to arrive.
pub(super) const BODY: Duration = Duration::from_secs(30);

/// The most bytes of a request's path and query.
const TARGET: usize = 32 * 1024;
/// The most bytes of a request's header lines together.
const HEADERS: usize = 32 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost endpoint; it never fails.
pub(super) struct Front<E> {
    inner: E,
    routes: Routes,
    surfaces: Surfaces,
    /// Where the requests of connections are noted.
    journal: Option<Directory>,
}

impl<E: Endpoint> Front<E> {
    pub(super) fn new(inner: E, routes: Routes, surfaces: Surfaces) -> Self {
        Self { inner, routes, surfaces, journal: None }
    }

    /// Notes what connections ask of the directory in the journal.
    pub(super) fn recording(self, directory: Directory) -> Self {
        Self { journal: Some(directory), ..self }
    }

    /// Begins the journal entry of a request that is to have one.
    fn begin(&self, request: &mut Request, id: &str, route: Option<&Route>, started: Instant) -> Option<Asked> {
        let directory = self.journal.as_ref()?;
        let (surface, _) = self.surfaces.find(request.uri().path())?;
        if !is_recorded(surface.door) {
            return None;
        }
        let asked = Asked::new(request, id, route, directory.now(), started);
        request.extensions_mut().insert(asked.trail.clone());
        Some(asked)
    }

    async fn answer(&self, request: Request, route: Option<&Route>) -> Result<Response, Refusal> {
        check_head(&request)?;
        let limit = if request.method() == Method::GET { WORK } else { BODY + WORK };
        let work = tokio::time::timeout(limit, caught(self.inner.call(request)));
        match work.await {
            Ok(Ok(Ok(response))) => Ok(response.into_response()),
            Ok(Ok(Err(error))) => Err(Refusal::from_framework(error, route)),
            Ok(Err(panic)) => Err(Refusal::internal(format!("a handler panicked: {}", message(panic.as_ref())))),
            Err(_) => Err(Refusal::busy("the request took too long; try again after the seconds in Retry-After")),
        }
    }
}

impl<E: Endpoint> Endpoint for Front<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let request_id = format!("{:032x}", u128::from_be_bytes(ident::random()));
        trim_path(&mut request);
        let settled = version::settle(&mut request);
        let route = self.routes.find(request.uri().path());
        let shape = self.surfaces.shape(request.uri().path());
        let method = request.method().clone();
        let shown = route.map_or(Cow::Borrowed("none"), |route| route.shown(request.uri().path()));
        let asked = self.begin(&mut request, &request_id, route, started);
        if method == Method::HEAD {
            request.set_method(Method::GET);
        }

        let answer = match settled {
            Ok(()) => self.answer(request, route).await,
            Err(refusal) => Err(refusal),
        };
        let (why, mut response) = match answer {
            Ok(response) => (Why::default(), response),
            Err(refusal) => (Why::of(&refusal), refusal.render(shape, &request_id)),
        };
        if let (Some(asked), Some(directory)) = (asked, &self.journal) {
            asked.record(directory, why, &mut response).await;
        }

        if method == Method::HEAD {
            response = without_body(response).await;
        }
        if let Ok(id) = HeaderValue::try_from(request_id.as_str()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        tracing::info!(
            request_id,
            method = method.as_str(),
            route = &*shown,
            status = response.status().as_u16(),
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "request"
        );
        Ok(response)
    }
}

/// Whether the journal has the requests of a door: those that read and change resources.
fn is_recorded(door: Door) -> bool {
    door == Door::Scim || door.is_native()
}

/// Refuses a head that is too large, or that names more than one host (RFC 9112 §3.2).
fn check_head(request: &Request) -> Result<(), Refusal> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > TARGET {
        let detail = format!("the path and query are larger than {TARGET} bytes; POST a long search to /.search");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, detail));
    }
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + ": \r\n".len() + value.len();
    if request.headers().iter().map(line).sum::<usize>() > HEADERS {
        let detail = format!("the headers are larger than {HEADERS} bytes together");
        return Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
    }
    if request.headers().get_all(HOST).iter().count() > 1 {
        return Err(scim::Error::syntax("the request carries more than one Host header (RFC 9112 §3.2)").into());
    }
    Ok(())
}

/// `/Users/` is `/Users`: some clients end a base URL with a slash and join paths blindly.
fn trim_path(request: &mut Request) {
    let uri = request.uri();
    let trimmed = uri.path().trim_end_matches('/');
    if trimmed.len() == uri.path().len() || trimmed.is_empty() {
        return;
    }
    let path_and_query = match uri.query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = path_and_query.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// The answer to HEAD: the headers of GET and the length of its body (RFC 9110 §9.3.2).
async fn without_body(mut response: Response) -> Response {
    let body = response.take_body().into_bytes().await.unwrap_or_default();
    if !body.is_empty() {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    response.set_body(Body::empty());
    response
}

/// Runs a future and returns its panic instead of unwinding through the connection.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests;
