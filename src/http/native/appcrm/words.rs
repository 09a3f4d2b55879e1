//! How App CRM words its refusals: the bodies of Laravel, and its sentences for what is wrong with a
//! field.

use crate::directory;
use crate::http::error::Refusal;
use crate::http::native::laravel::{self, Errors};
use crate::http::native::read::{Fault, Kind};
use crate::http::surface::Shape;
use poem::http::StatusCode;
use poem_openapi::Object;
use serde_json::json;

/// The form of every error.
pub(super) const ERRORS: Shape = Shape { media_type: "application/json", write };

const UNAUTHORIZED: &str = "This action is unauthorized.";
const NO_ACCESS: &str = "Your account is not authorized to perform API requests.";

/// Why a request was refused.
#[derive(Object)]
#[oai(rename = "Error", skip_serializing_if_is_none)]
pub(super) struct Failure {
    /// What is wrong; of several things the first.
    message: Option<String>,
    /// What is wrong, where the account may not use the API.
    error: Option<String>,
    /// Everything that is wrong with the fields of the body or the query, by field.
    errors: Option<Errors>,
}

/// The body of a refusal that has none of its own yet.
fn write(refusal: &Refusal) -> String {
    let message = match refusal.status {
        StatusCode::UNAUTHORIZED => "Unauthenticated.",
        StatusCode::FORBIDDEN => UNAUTHORIZED,
        StatusCode::NOT_FOUND => "Not Found.",
        StatusCode::METHOD_NOT_ALLOWED => "Method Not Allowed.",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Attempts.",
        StatusCode::INTERNAL_SERVER_ERROR => "Server Error",
        _ => &refusal.detail,
    };
    json!({ "message": message }).to_string()
}

/// A refusal with a message of its own.
pub(super) fn told(status: StatusCode, message: &str) -> Refusal {
    Refusal::new(status, message).with_body(json!({ "message": message }).to_string())
}

/// 403 for what the caller may not do.
pub(super) fn unauthorized() -> Refusal {
    told(StatusCode::FORBIDDEN, UNAUTHORIZED)
}

/// 403 for a user that may not use the API at all.
pub(super) fn no_access() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, NO_ACCESS).with_body(json!({ "error": NO_ACCESS }).to_string())
}

/// 404 for a user; what was asked for is repeated if it is a number.
pub(super) fn no_user(id: &str) -> Refusal {
    let is_number = !id.is_empty() && id.len() <= 19 && id.bytes().all(|byte| byte.is_ascii_digit());
    let id = if is_number { format!(" {id}") } else { String::new() };
    told(StatusCode::NOT_FOUND, &format!("No query results for model [User]{id}"))
}

/// 422 with everything that is wrong.
pub(super) fn invalid(faults: &[Fault]) -> Refusal {
    let message = laravel::message(faults);
    let body = json!({ "message": message, "errors": laravel::errors(faults) }).to_string();
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message).with_body(body)
}

/// 422 for one field.
pub(super) fn wrong(field: &str, kind: Kind) -> Refusal {
    invalid(&[Fault { field: field.to_owned(), kind }])
}

/// The refusal of a write. What was found free before may be taken by now.
pub(super) fn refused(error: directory::Error) -> Refusal {
    let refusal = Refusal::from(error);
    match refusal.status {
        StatusCode::CONFLICT => wrong("email", Kind::Taken),
        StatusCode::BAD_REQUEST => {
            let body = json!({ "message": refusal.detail, "errors": {} }).to_string();
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.detail).with_body(body)
        }
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(field: &str, kind: Kind) -> Fault {
        Fault { field: field.to_owned(), kind }
    }

    #[test]
    fn the_message_is_the_first_text_and_counts_the_others() {
        let body = |faults: &[Fault]| {
            let refusal = invalid(faults);
            assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
            serde_json::from_str::<serde_json::Value>(&refusal.body.unwrap()).unwrap()
        };
        let name = fault("name", Kind::Missing);
        let format = fault("date_format", Kind::Unknown);
        let password = fault("password", Kind::TooShort(6));
        let confirmation =
            fault("password", Kind::Own(std::borrow::Cow::Borrowed("The password confirmation does not match.")));
        assert_eq!(
            body(std::slice::from_ref(&name)),
            json!({ "message": "The name field is required.", "errors": { "name": ["The name field is required."] } })
        );
        assert_eq!(body(&[name.clone(), format.clone()])["message"], "The name field is required. (and 1 more error)");
        assert_eq!(
            body(&[format, password, confirmation]),
            json!({
                "message": "The selected date format is invalid. (and 2 more errors)",
                "errors": {
                    "date_format": ["The selected date format is invalid."],
                    "password": [
                        "The password must be at least 6 characters.",
                        "The password confirmation does not match.",
                    ],
                },
            })
        );
    }

    #[test]
    fn refusals_of_the_house_have_the_words_of_laravel() {
        for (status, message) in [
            (401, "Unauthenticated."),
            (403, "This action is unauthorized."),
            (404, "Not Found."),
            (429, "Too Many Attempts."),
            (500, "Server Error"),
            (413, "detail"),
        ] {
            let refusal = Refusal::new(StatusCode::from_u16(status).unwrap(), "detail");
            assert_eq!(write(&refusal), json!({ "message": message }).to_string());
        }
        assert_eq!(&*no_user("99").detail, "No query results for model [User] 99");
        assert_eq!(&*no_user("x<script>").detail, "No query results for model [User]");
    }
}
