//! Errors in the words of the API: a code, a sentence and, where it helps, what is meant by it.

use crate::directory::Error;
use crate::directory::user::Dependency;
use crate::http::error::{CHALLENGE, Refusal};
use crate::http::native::read::{Fault, Kind};
use crate::scim::ScimType;
use poem::http::header::WWW_AUTHENTICATE;
use poem::http::{HeaderValue, StatusCode};
use poem_openapi::types::ToJSON;
use poem_openapi::{Enum, Object};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Code {
    /// The request breaks a rule.
    BadRequest,
    /// The password is too short or too long.
    PasswordPolicy,
    /// The access token, or the user name and password, are not valid.
    Unauthorized,
    /// It is not allowed.
    Forbidden,
    /// There is no such path.
    NotFound,
    /// There is no such user.
    UserNotFound,
    /// There is no such invitation.
    InvitationNotFound,
    /// The path does not have this method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The request contradicts what is stored.
    Conflict,
    /// Another user has the email address.
    UserExists,
    /// The invitation was used already.
    InvitationUsed,
    /// The invitation was not used in time.
    InvitationExpired,
    /// The user owns objects.
    UserHasDependencies,
    /// The body or the path is too large.
    TooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Too many requests, or too many wrong passwords.
    TooManyRequests,
    /// The server failed.
    InternalError,
    /// The server is busy.
    ServiceUnavailable,
    /// The server cannot store anything.
    InsufficientStorage,
}

/// Why a request was refused.
#[derive(Object)]
pub(in crate::http) struct Failure {
    /// What went wrong.
    error: Details,
}

/// What went wrong.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Details {
    /// Its code.
    code: Code,
    /// What is wrong and what would be right, for people.
    message: String,
    /// Everything that is wrong with the request, field by field.
    errors: Option<Vec<Flaw>>,
    /// The objects that must be moved to another user first.
    objects: Option<Vec<OwnedObject>>,
}

/// What is wrong with a field or parameter.
#[derive(Object)]
struct Flaw {
    /// Its name, such as `roleInfo.0.partner`.
    field: String,
    /// What would be right.
    message: String,
}

/// An object that belongs to a user.
#[derive(Object)]
struct OwnedObject {
    /// What it is: `User` for somebody whose manager the user is, `Invitation` for one it sent.
    #[oai(rename = "type")]
    kind: String,
    /// What people call it.
    name: String,
}

impl Details {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), errors: None, objects: None }
    }

    fn refuse(self, refusal: Refusal) -> Refusal {
        refusal.with_body(Failure { error: self }.to_json_string())
    }
}

/// The body of a refusal that has no words of its own.
pub(super) fn write(refusal: &Refusal) -> String {
    let (code, message) = match refusal.status.as_u16() {
        401 => (Code::Unauthorized, Some("Access token is missing, invalid or expired.")),
        403 => (Code::Forbidden, Some("You are not authorized to perform this operation.")),
        404 => (Code::NotFound, None),
        405 => (Code::MethodNotAllowed, None),
        408 => (Code::RequestTimeout, None),
        409 | 412 => (Code::Conflict, None),
        413 | 414 | 431 => (Code::TooLarge, None),
        415 => (Code::UnsupportedMediaType, None),
        429 => (Code::TooManyRequests, None),
        503 => (Code::ServiceUnavailable, None),
        507 => (Code::InsufficientStorage, None),
        status if status >= 500 => (Code::InternalError, None),
        _ => (Code::BadRequest, None),
    };
    let message = message.map_or_else(|| sentence(&refusal.detail), ToOwned::to_owned);
    let flaw = refusal.field.as_ref().map(|field| vec![Flaw { field: field.to_string(), message: message.clone() }]);
    Failure { error: Details { errors: flaw, ..Details::new(code, message) } }.to_json_string()
}

/// With a capital letter and a full stop.
fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if detail.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// The refusal of a verb.
pub(super) fn refuse(error: Error) -> Refusal {
    let told = match &error {
        Error::NotFound(what) if what == "invitation" => {
            Some(Details::new(Code::InvitationNotFound, "Invitation not found."))
        }
        Error::NotFound(_) => Some(Details::new(Code::UserNotFound, "User not found.")),
        Error::Dependencies(owned) => Some(dependencies(owned)),
        Error::InvitationUsed => Some(Details::new(
            Code::InvitationUsed,
            "Invitation has already been used. Send another invitation to create a user.",
        )),
        Error::InvitationExpired => Some(Details::new(
            Code::InvitationExpired,
            "Invitation has expired. Send another invitation to create a user.",
        )),
        Error::Credentials => Some(Details::new(Code::Unauthorized, "Invalid username or password.")),
        Error::Inactive => Some(Details::new(Code::Forbidden, "User is inactive. Contact your administrator.")),
        Error::SessionsLimit => Some(Details::new(
            Code::Forbidden,
            "Maximum number of sessions reached. Wait until one of them ends, or end one.",
        )),
        Error::TooManyAttempts(_) => Some(Details::new(
            Code::TooManyRequests,
            "Too many failed login attempts. Try again after the seconds in Retry-After.",
        )),
        Error::Conflict(_) => Some(user_exists()),
        Error::Scim(error) if error.scim_type == ScimType::Uniqueness => Some(user_exists()),
        Error::Scim(_)
        | Error::VersionMismatch
        | Error::Unauthenticated
        | Error::Forbidden(_)
        | Error::Itself(_)
        | Error::Ambiguous(_)
        | Error::Incompatible(_)
        | Error::InUse(_)
        | Error::Taken(_)
        | Error::Invalid(_)
        | Error::Busy(_)
        | Error::Full(_)
        | Error::Store(_)
        | Error::Internal(_) => None,
    };
    let mut refusal = Refusal::from(error);
    if refusal.status == StatusCode::UNAUTHORIZED && refusal.headers.is_empty() {
        refusal = refusal.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
    }
    match told {
        Some(details) => details.refuse(refusal),
        None => refusal,
    }
}

fn dependencies(owned: &[Dependency]) -> Details {
    let objects = owned.iter().map(|owned| OwnedObject { kind: owned.kind.to_owned(), name: owned.name.clone() });
    Details {
        objects: Some(objects.collect()),
        ..Details::new(
            Code::UserHasDependencies,
            "User cannot be deleted because it owns objects. Move objects to another user first.",
        )
    }
}

fn user_exists() -> Details {
    Details::new(Code::UserExists, "User with this email address already exists.")
}

/// 409: everybody who is invited, or would have the mail address, is a user already.
pub(super) fn exists() -> Refusal {
    let details = user_exists();
    let refusal = Refusal::new(StatusCode::CONFLICT, details.message.clone());
    details.refuse(refusal)
}

/// 400 with everything that is wrong.
pub(super) fn faulty(faults: &[Fault]) -> Refusal {
    let flaws: Vec<Flaw> =
        faults.iter().map(|fault| Flaw { field: fault.field.clone(), message: tell(fault) }).collect();
    let message = flaws.iter().map(|flaw| flaw.message.as_str()).collect::<Vec<_>>().join(" ");
    let code = if faults.iter().all(breaks_password_policy) { Code::PasswordPolicy } else { Code::BadRequest };
    let refusal = Refusal::new(StatusCode::BAD_REQUEST, message.clone());
    Details { errors: Some(flaws), ..Details::new(code, message) }.refuse(refusal)
}

fn breaks_password_policy(fault: &Fault) -> bool {
    fault.field == "password" && matches!(fault.kind, Kind::TooShort(_) | Kind::TooLong(_) | Kind::Control)
}

/// What is wrong with a field, in a sentence.
fn tell(fault: &Fault) -> String {
    let Fault { field, kind } = fault;
    match kind {
        Kind::Missing => format!("{field} is required."),
        Kind::NotText => format!("{field} must be a text."),
        Kind::NotBoolean => format!("{field} must be true or false."),
        Kind::NotInteger => format!("{field} must be a whole number."),
        Kind::NotList => format!("{field} must be a list."),
        Kind::NotObject => format!("{field} must be an object."),
        Kind::Control => format!("{field} must not contain control characters."),
        Kind::TooShort(fewest) => format!("{field} must have at least {fewest} characters."),
        Kind::TooLong(most) => format!("{field} must have at most {most} characters."),
        Kind::TooMany(most) => format!("{field} must have at most {most} entries."),
        Kind::OutOfRange(first, last) => format!("{field} must be a number from {first} to {last}."),
        Kind::NotEmail => format!("{field} must be a valid email address."),
        Kind::NotUrl => format!("{field} must be a valid URL."),
        Kind::Weak => format!("{field} must have letters of both cases and a digit."),
        Kind::Unknown => format!("{field} does not exist."),
        Kind::Taken => format!("{field} already belongs to another user."),
        Kind::Own(rule) => format!("{field} {rule}."),
    }
}
