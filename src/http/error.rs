//! Refusals: every failure becomes one HTTP status and one body in the shape of its surface.
//!
//! This is the only place that decides on a status. A client sees a sentence it can act on; an
//! internal cause goes to the log, once, under the request id the client is shown.

use super::limit::Exceeded;
use super::route::Route;
use super::surface::Shape;
use crate::directory::schema::Report;
use crate::{directory, scim};
use poem::Response;
use poem::error::{MethodNotAllowedError, NotFoundError, ParsePathError, ResponseError};
use poem::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem_openapi::ApiResponse;
use poem_openapi::error::{ParseParamError, ParsePathError as WrongPathError};
use poem_openapi::registry::{MetaResponses, Registry};
use std::error::Error as StdError;
use std::fmt::Write as _;

/// The challenge of a 401 (RFC 6750 §3).
pub(super) const CHALLENGE: &str = "Bearer realm=\"roster\"";
/// The challenge that names the credential as the trouble.
pub(super) const CHALLENGE_INVALID: &str = "Bearer realm=\"roster\", error=\"invalid_token\"";
/// The challenge for a client id and its secret (RFC 7617 §2).
pub(super) const CHALLENGE_BASIC: &str = "Basic realm=\"roster\"";

/// A refused request.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Refusal {
    pub status: StatusCode,
    /// For surfaces that show it.
    pub scim_type: Option<scim::ScimType>,
    /// The field or parameter that is wrong, for surfaces that show it.
    pub field: Option<Box<str>>,
    /// The word for it, for surfaces that show one: the error code of RFC 6749 §5.2, or their own.
    pub code: Option<&'static str>,
    /// What the client reads; for an internal error nothing but a request id is shown.
    pub detail: Box<str>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What a change of schemas would break, for surfaces that show it.
    pub report: Option<Box<Report>>,
    /// The body, where the surface has written it in words of its own already.
    pub body: Option<Box<str>>,
    #[source]
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Refusal {
    /// A refusal with a sentence for the client.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            field: None,
            code: None,
            detail: detail.into().into(),
            headers: Vec::new(),
            report: None,
            body: None,
            cause: None,
        }
    }

    /// An error of ours: the client sees the request id alone, the log sees the cause.
    pub(super) fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "") }
    }

    /// 401 with a challenge.
    pub(super) fn unauthenticated(challenge: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail).with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// 401 for a request without a credential.
    pub(super) fn no_credential() -> Self {
        Self::unauthenticated(
            CHALLENGE,
            "the request carries no credential; send the header Authorization: Bearer and a token (RFC 6750 §2.1)",
        )
    }

    /// 400 for a field or parameter; the sentence begins with its name.
    pub(super) fn field(name: impl Into<String>, rule: &str) -> Self {
        let name = name.into();
        let detail = format!("{name}: {rule}");
        let scim_type = Some(scim::ScimType::InvalidValue);
        Self { scim_type, field: Some(name.into()), ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// An error of the token endpoint, with its code (RFC 6749 §5.2).
    pub(super) fn oauth(status: StatusCode, code: &'static str, detail: &str) -> Self {
        Self { code: Some(code), ..Self::new(status, detail) }
    }

    /// 503: the same request may succeed in a moment.
    pub(super) fn busy(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with_header(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// 404 for a path no route has.
    pub(super) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "nothing is served at this path; /docs tells what there is")
    }

    /// 405 with the methods the path has.
    pub(super) fn method(route: Option<&Route>) -> Self {
        let allow = route.map(Route::allow).unwrap_or_default();
        let refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("this path does not have this method; it has: {allow} (RFC 9110 §15.5.6)"),
        );
        match HeaderValue::try_from(allow) {
            Ok(allow) => refusal.with_header(ALLOW, allow),
            Err(_) => refusal,
        }
    }

    pub(super) fn with_body(self, body: String) -> Self {
        Self { body: Some(body.into()), ..self }
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn with_cause(mut self, cause: directory::Error) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// What the framework refused, or what a handler did.
    pub(super) fn from_framework(error: poem::Error, route: Option<&Route>) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(refusal) => return refusal,
            Err(error) => error,
        };
        if error.is::<NotFoundError>() || error.is::<ParsePathError>() || error.is::<WrongPathError>() {
            return Self::no_route();
        }
        if error.is::<MethodNotAllowedError>() {
            // A path whose variable part has only so many values is none with another value.
            return if route.is_some() { Self::method(route) } else { Self::no_route() };
        }
        if let Some(error) = error.downcast_ref::<ParseParamError>() {
            return Self::field(error.name, "the parameter is missing or has the wrong form");
        }
        match error.status() {
            status if status.is_client_error() => {
                let reason = status.canonical_reason().unwrap_or("the request was refused").to_lowercase();
                let scim_type = (status == StatusCode::BAD_REQUEST).then_some(scim::ScimType::InvalidSyntax);
                Self { scim_type, ..Self::new(status, reason) }
            }
            _ => Self::internal(error.to_string()),
        }
    }

    /// The response, and one line in the log if there is a cause to tell.
    pub(super) fn render(self, shape: Shape, request_id: &str) -> Response {
        let mut told = self.told(request_id);
        let body = told.body.take().map_or_else(|| (shape.write)(&told), String::from);
        let mut response = Response::builder().status(told.status).content_type(shape.media_type).body(body);
        for (name, value) in told.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// The same as the client is told, with one line in the log if there is a cause to tell.
    pub(super) fn told(mut self, request_id: &str) -> Self {
        if let Some(cause) = self.cause.take() {
            tracing::error!(request_id, status = self.status.as_u16(), cause = chain(cause.as_ref()), "request failed");
        }
        if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            self.detail = format!("the server failed; its log tells why under request {request_id}").into();
        }
        self
    }
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// The field a sentence begins with, as in `name: it must be text`.
fn field_of(sentence: &str) -> Option<Box<str>> {
    let (name, _) = sentence.split_once(": ")?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)).then(|| name.into())
}

impl From<scim::Error> for Refusal {
    fn from(error: scim::Error) -> Self {
        if error.too_large {
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.detail);
        }
        let status = match error.scim_type {
            scim::ScimType::Uniqueness => StatusCode::CONFLICT,
            scim::ScimType::InvalidFilter
            | scim::ScimType::TooMany
            | scim::ScimType::Mutability
            | scim::ScimType::InvalidSyntax
            | scim::ScimType::InvalidPath
            | scim::ScimType::NoTarget
            | scim::ScimType::InvalidValue
            | scim::ScimType::InvalidVers
            | scim::ScimType::Sensitive
            | scim::ScimType::InvalidCursor
            | scim::ScimType::ExpiredCursor
            | scim::ScimType::InvalidCount => StatusCode::BAD_REQUEST,
        };
        Self { scim_type: Some(error.scim_type), ..Self::new(status, error.detail) }
    }
}

impl From<Exceeded> for Refusal {
    fn from(exceeded: Exceeded) -> Self {
        let wait = HeaderValue::from(exceeded.wait);
        Self::new(StatusCode::TOO_MANY_REQUESTS, exceeded.detail).with_header(RETRY_AFTER, wait)
    }
}

impl From<directory::Error> for Refusal {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::Scim(error) => error.into(),
            directory::Error::NotFound(kind) => Self::new(StatusCode::NOT_FOUND, format!("there is no such {kind}")),
            directory::Error::Itself(which) => itself(which),
            directory::Error::Ambiguous(what) => {
                Self::new(StatusCode::CONFLICT, format!("several users have this {what}; name one by its id"))
            }
            directory::Error::Dependencies(owned) => {
                let detail = format!("the user owns {} objects; move them to another user first", owned.len());
                Self::new(StatusCode::CONFLICT, detail)
            }
            directory::Error::InvitationUsed => {
                Self::new(StatusCode::CONFLICT, "the invitation was used already; ask for another one")
            }
            directory::Error::InvitationExpired => {
                Self::new(StatusCode::CONFLICT, "the invitation has expired; ask for another one")
            }
            directory::Error::Conflict(field) => Self {
                scim_type: Some(scim::ScimType::Uniqueness),
                field: Some(field.attribute().into()),
                ..Self::new(StatusCode::CONFLICT, format!("{field}: another user has this value; it must be unique"))
            },
            directory::Error::Credentials => {
                Self::new(StatusCode::UNAUTHORIZED, "the user is unknown or the password is wrong")
            }
            directory::Error::Inactive => Self::new(StatusCode::FORBIDDEN, "the account is not active"),
            directory::Error::SessionsLimit => Self::new(
                StatusCode::FORBIDDEN,
                "the user has as many sessions as allowed; a new one can begin when one of them has ended",
            ),
            directory::Error::TooManyAttempts(wait) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too many wrong passwords; wait the seconds in Retry-After")
                    .with_header(RETRY_AFTER, HeaderValue::from(wait))
            }
            directory::Error::Incompatible(report) => Self {
                report: Some(report),
                ..Self::new(
                    StatusCode::CONFLICT,
                    "resources there are do not fit the new schemas; change them first. Nothing was changed",
                )
            },
            directory::Error::InUse(why) => Self { field: field_of(&why), ..Self::new(StatusCode::CONFLICT, why) },
            directory::Error::Taken(what) => Self {
                field: Some("name".into()),
                ..Self::new(StatusCode::CONFLICT, format!("name: there is a {what} of that name already"))
            },
            directory::Error::Invalid(why) => Self {
                scim_type: Some(scim::ScimType::InvalidValue),
                field: field_of(&why),
                ..Self::new(StatusCode::BAD_REQUEST, why)
            },
            directory::Error::VersionMismatch => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "the resource has another version than If-Match or If-None-Match allow; \
                 read it again and repeat the change (RFC 7644 §3.14)",
            ),
            directory::Error::Unauthenticated => {
                Self::unauthenticated(CHALLENGE_INVALID, "the bearer token is unknown, revoked or expired")
            }
            directory::Error::Forbidden(scope) => {
                let refusal =
                    Self::new(StatusCode::FORBIDDEN, format!("the token lacks the scope {scope} this request needs"));
                let challenge = format!("{CHALLENGE}, error=\"insufficient_scope\", scope=\"{scope}\"");
                match HeaderValue::try_from(challenge) {
                    Ok(challenge) => refusal.with_header(WWW_AUTHENTICATE, challenge),
                    Err(_) => refusal,
                }
            }
            error @ directory::Error::Busy(_) if error.is_outdated() => Self::busy(
                "the schemas of the tenant changed while the request was under way, and nothing was stored; \
                 try again after the seconds in Retry-After",
            )
            .with_cause(error),
            error @ directory::Error::Busy(_) => {
                Self::busy("the server is busy; try again after the seconds in Retry-After").with_cause(error)
            }
            error @ directory::Error::Full(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "the server cannot store anything at present: its disk is full or read-only; nothing was changed",
            )
            .with_cause(error),
            error @ (directory::Error::Store(_) | directory::Error::Internal(_)) => Self::internal(error),
        }
    }
}

/// What a caller is told of its own user.
fn itself(which: directory::Itself) -> Refusal {
    let (status, scim_type) = match which {
        directory::Itself::Nobody => (StatusCode::NOT_FOUND, None),
        directory::Itself::Known => (StatusCode::CONFLICT, Some(scim::ScimType::Uniqueness)),
        directory::Itself::Lasting => (StatusCode::FORBIDDEN, None),
    };
    Refusal { scim_type, ..Refusal::new(status, which.to_string()) }
}

impl ResponseError for Refusal {
    fn status(&self) -> StatusCode {
        self.status
    }
}

impl ApiResponse for Refusal {
    fn meta() -> MetaResponses {
        // The finishing pass of the document writes the errors, once for all operations.
        MetaResponses { responses: Vec::new() }
    }

    fn register(_: &mut Registry) {}
}

#[cfg(test)]
mod tests;
