//! The login surface: a user shows its password and gets a session, sees where it is signed in, and
//! signs out.
//!
//! Errors are one object with a word for programs and a sentence for people. Nothing is asked before
//! the login itself but that it comes with a password.

mod desk;
mod route;
mod wire;

use super::error::{CHALLENGE, Refusal};
use super::openapi::{Fault, Operation, Sheet};
use super::surface::{Shape, Surface};
use crate::directory::{self, Caller, Door};
use poem::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use poem::http::{HeaderValue, StatusCode};
use poem::middleware::SetHeader;
use poem::{Endpoint, EndpointExt};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{OpenApiService, Tags};
use std::borrow::Cow;

/// The routes of the surface.
pub(super) use route::Sessions as Api;

/// Where the surface is mounted.
pub(super) const PREFIX: &str = "/auth";
/// The path that is open to everybody.
const LOGIN: &str = "/login";

const ERRORS: Shape = Shape { media_type: "application/json", write };

/// How the surface stands among the others.
pub(super) const SURFACE: Surface = Surface {
    door: Door::Login,
    prefix: Cow::Borrowed(PREFIX),
    roots: &[],
    errors: ERRORS,
    identifies: true,
    keys: &[],
    admit,
};

/// The groups of operations.
#[derive(Tags)]
enum Tag {
    /// A user's way in and out.
    Sessions,
}

/// The service that routes the surface and describes it.
fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(route::Sessions, "Roster login", env!("CARGO_PKG_VERSION"))
}

/// The routes, whose answers may hold secrets and are never cached.
pub(super) fn endpoint() -> impl Endpoint {
    service().with(SetHeader::new().overriding(CACHE_CONTROL, "no-store"))
}

fn admit(path: &str, caller: Option<&Caller>) -> Result<(), Refusal> {
    if path == LOGIN || caller.is_some() { Ok(()) } else { Err(Refusal::no_credential()) }
}

/// Why a login was refused, with the word for it.
fn refuse(error: directory::Error) -> Refusal {
    let code = match &error {
        directory::Error::Credentials => Some("invalid_credentials"),
        directory::Error::Inactive => Some("account_inactive"),
        directory::Error::SessionsLimit => Some("sessions_limit_reached"),
        directory::Error::TooManyAttempts(_) => Some("too_many_attempts"),
        directory::Error::Scim(_)
        | directory::Error::NotFound(_)
        | directory::Error::VersionMismatch
        | directory::Error::Unauthenticated
        | directory::Error::Forbidden(_)
        | directory::Error::Itself(_)
        | directory::Error::Ambiguous(_)
        | directory::Error::Conflict(_)
        | directory::Error::Dependencies(_)
        | directory::Error::InvitationUsed
        | directory::Error::InvitationExpired
        | directory::Error::Incompatible(_)
        | directory::Error::InUse(_)
        | directory::Error::Taken(_)
        | directory::Error::Invalid(_)
        | directory::Error::Busy(_)
        | directory::Error::Full(_)
        | directory::Error::Store(_)
        | directory::Error::Internal(_) => None,
    };
    let mut refusal = Refusal::from(error);
    refusal.code = code;
    if refusal.status == StatusCode::UNAUTHORIZED && refusal.headers.is_empty() {
        refusal = refusal.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
    }
    refusal
}

/// The body of a refusal.
fn write(refusal: &Refusal) -> String {
    let code = refusal.code.unwrap_or(match refusal.status {
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => "temporarily_unavailable",
        status if status.is_server_error() => "server_error",
        _ => "invalid_request",
    });
    wire::Failure { error: code.to_owned(), message: refusal.detail.to_string() }.to_json_string()
}

const DESCRIPTION: &str = "\
A user shows its user name or mail address and its password, and gets a session. Its token is shown once and is sent \
like every other token from then on; a session ends when it is told to, when its time is over, and when the user is \
deactivated, deleted or given another password. It is looked up with every request, so its end is its end at once.

Errors are an object with `error`, a word for programs, and `message`, a sentence for people.";

/// The errors of the surface.
const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The body is no JSON object, or a field of it is missing or not text.",
        detail: "username: it is required",
        ..Fault::NONE
    },
    Fault {
        status: 401,
        name: "Unauthorized",
        description: "The user is unknown or the password wrong (`invalid_credentials`); elsewhere the token is missing \
                      or its session has ended (`unauthenticated`).",
        detail: "the bearer token is unknown, revoked or expired",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Forbidden",
        description: "The password is right, but the user is not active (`account_inactive`) or has as many sessions as \
                      it may have (`sessions_limit_reached`); elsewhere the token stands for no user (`forbidden`).",
        detail: "the token lacks the scope self this request needs",
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "The user has no live session of that number.",
        detail: "there is no such session",
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault {
        description: "Too many wrong passwords for this account or from this address (`too_many_attempts`), or too many \
                      requests.",
        ..Fault::TOO_MANY_REQUESTS
    },
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// What the surface adds to its routes.
pub(super) fn sheet() -> Sheet {
    Sheet {
        title: "Roster login",
        summary: "Login and sessions of users.",
        description: DESCRIPTION,
        bearer: "The token of a session, or one that stands for a user.",
        prefix: PREFIX.to_owned(),
        faults: FAULTS,
        error: "Failure",
        register: |registry| wire::Failure::register(registry),
        errors,
        is_open: |operation| operation.path == LOGIN,
        ..Sheet::of(&service(), ERRORS)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, .. } = *operation;
    let table: [(bool, &[u16]); 3] =
        [(takes_body, &[400, 408, 413, 415]), (path.contains('{'), &[404]), (method != "get", &[507])];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}
