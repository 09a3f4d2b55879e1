//! What becomes known of a request while it is answered, and the journal entry made of it.
//!
//! The front puts a [`Trail`] into each request; whoever learns something notes it there. Bodies get
//! in only without their secrets; headers and query strings never do.

use super::error::Refusal;
use super::route::Route;
use crate::clock::Micros;
use crate::directory::journal::Entry;
use crate::directory::{Caller, Directory, Record};
use crate::scim::ScimType;
use crate::scim::redact::{Redacted, Redactor};
use crate::scim::tolerance::{Tolerance, Used};
use poem::http::{Method, StatusCode};
use poem::{Request, Response};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The most bytes of a body that are kept.
const BODY: usize = 64 * 1024;
/// The most characters of an id that are kept.
const ID: usize = 128;

/// What is known of one request so far; a handle.
#[derive(Clone, Default)]
pub(super) struct Trail(Arc<Mutex<Facts>>);

#[derive(Default)]
struct Facts {
    request_id: String,
    caller: Option<Caller>,
    resource: Option<String>,
    changed: Vec<String>,
    used: Used,
    body: Option<Redacted>,
}

impl Trail {
    /// The trail of a request; one that leads nowhere outside the front.
    pub(super) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// What the request is called in the log.
    pub(super) fn request_id(&self) -> String {
        self.facts().request_id.clone()
    }

    /// Notes who is calling.
    pub(super) fn caller(&self, caller: &Caller) {
        self.facts().caller = Some(caller.clone());
    }

    /// Notes a tolerance without which the request would have come out otherwise.
    pub(super) fn tolerated(&self, tolerance: Tolerance) {
        self.facts().used.note(tolerance);
    }

    /// Notes the body, if bodies are kept. The caller is known by then, or there is no entry.
    pub(super) fn body(&self, directory: &Directory, body: &Value) {
        let mut facts = self.facts();
        let noted = facts.caller.as_ref().and_then(|caller| directory.redactor(caller));
        let noted = noted.map(|redactor| bounded(redactor, body.clone()));
        if noted.is_some() {
            facts.body = noted;
        }
    }

    /// Notes which resource the answer is about and what of it changed.
    pub(super) fn record(&self, record: &Record) {
        let mut facts = self.facts();
        facts.resource = Some(record.id.clone());
        facts.changed.clone_from(&record.changed);
        facts.used.join(record.used);
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the front knows of a request before it is answered.
pub(super) struct Asked {
    pub trail: Trail,
    pub request_id: String,
    pub method: Method,
    /// As the API document writes it.
    path: String,
    resource: Option<String>,
    at: Micros,
    started: Instant,
}

/// Why a request was refused, as the client reads it.
#[derive(Default)]
pub(super) struct Why {
    scim_type: Option<ScimType>,
    detail: Option<String>,
}

impl Why {
    pub(super) fn of(refusal: &Refusal) -> Self {
        let internal = refusal.status == StatusCode::INTERNAL_SERVER_ERROR;
        let detail =
            if internal { "the server failed; its log tells why".to_owned() } else { refusal.detail.to_string() };
        Self { scim_type: refusal.scim_type, detail: Some(detail) }
    }
}

impl Asked {
    pub(super) fn new(
        request: &Request,
        request_id: &str,
        route: Option<&Route>,
        at: Micros,
        started: Instant,
    ) -> Self {
        let id = route.and_then(|route| route.variable(request.uri().path()));
        Self {
            trail: Trail(Arc::new(Mutex::new(Facts { request_id: request_id.to_owned(), ..Facts::default() }))),
            request_id: request_id.to_owned(),
            method: request.method().clone(),
            path: route.map_or(Cow::Borrowed("none"), |route| route.shown(request.uri().path())).into_owned(),
            resource: id.map(|id| id.chars().take(ID).collect()),
            at,
            started,
        }
    }

    /// Notes the request in the journal; nothing if no connection has made it.
    pub(super) async fn record(self, directory: &Directory, why: Why, response: &mut Response) {
        let Facts { request_id: _, caller, resource, changed, used, body } = std::mem::take(&mut *self.trail.facts());
        let Some(caller) = caller else { return };
        let answered = match directory.redactor(&caller) {
            Some(redactor) => answer_body(redactor, response).await,
            None => None,
        };
        directory.record(Entry {
            tenant: caller.tenant,
            at: self.at,
            connection: caller.connection,
            credential: caller.credential,
            request_id: self.request_id,
            method: self.method.to_string(),
            path: self.path,
            resource: resource.or(self.resource),
            status: response.status().as_u16(),
            scim_type: why.scim_type.map(|kind| kind.as_str().to_owned()),
            detail: why.detail,
            micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            tolerances: used.iter().map(|tolerance| tolerance.name().to_owned()).collect(),
            attributes: changed,
            request: body,
            response: answered,
        });
    }
}

/// The body of an answer, which stays what it is.
async fn answer_body(redactor: &Redactor, response: &mut Response) -> Option<Redacted> {
    let bytes = response.take_body().into_bytes().await.unwrap_or_default();
    response.set_body(bytes.clone());
    match bytes.len() {
        0 => None,
        1..=BODY => serde_json::from_slice(&bytes).ok().map(|body| redactor.redact(body)),
        length => Some(left_out(redactor, length)),
    }
}

fn bounded(redactor: &Redactor, body: Value) -> Redacted {
    let redacted = redactor.redact(body);
    match redacted.as_str().len() {
        0..=BODY => redacted,
        length => left_out(redactor, length),
    }
}

fn left_out(redactor: &Redactor, length: usize) -> Redacted {
    redactor.redact(Value::from(format!("left out: {length} bytes")))
}
