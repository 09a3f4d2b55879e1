//! What is wrong with a request, in the words of the API: `CODE`, `message` and, for a body, `errors`
//! with the texts of each field, as Laravel writes them.

use crate::directory::{self, Field};
use crate::http::error::Refusal;
use crate::http::native::laravel::{self, Errors};
use crate::http::native::read::{Fault, Kind};
use poem::http::StatusCode;
use poem_openapi::Object;
use poem_openapi::types::ToJSON;
use serde_json::json;
use std::borrow::Cow;

/// What `errors` calls a body that is not made of fields.
const BODY: &str = "body";

/// Why a request was refused.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Problem {
    /// Always `error`.
    #[oai(rename = "CODE")]
    code: String,
    /// What is wrong, for people; of several faults the first, and how many more there are.
    message: String,
    /// The texts of each field of the body that is wrong; only of a 422.
    errors: Option<Errors>,
}

impl Problem {
    fn new(message: impl Into<String>) -> Self {
        Self { code: "error".to_owned(), message: message.into(), errors: None }
    }
}

/// The body of a refusal that no handler has put into words.
pub(super) fn write(refusal: &Refusal) -> String {
    let message = match refusal.status {
        StatusCode::UNAUTHORIZED => "Unauthenticated.",
        StatusCode::FORBIDDEN => "This action is unauthorized.",
        StatusCode::NOT_FOUND => "Object not found",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Attempts.",
        _ => &*refusal.detail,
    };
    Problem::new(message).to_json_string()
}

/// 404 for a user nobody knows.
pub(super) fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is no such user")
}

/// 422 for a body that is no JSON, or no object.
pub(super) fn malformed(sentence: &str) -> Refusal {
    let rule = Cow::Owned(format!("The body must be a JSON object: {sentence}."));
    refuse(&[Fault { field: BODY.to_owned(), kind: Kind::Own(rule) }])
}

/// 422 with every fault.
pub(super) fn refuse(faults: &[Fault]) -> Refusal {
    let (message, errors) = (laravel::message(faults), laravel::errors(faults));
    let body = json!({ "CODE": "error", "message": message, "errors": errors }).to_string();
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message).with_body(body)
}

/// What a write was refused for although its body was right by itself.
pub(super) fn of_write(error: directory::Error) -> Refusal {
    match error {
        directory::Error::Conflict(field) => {
            // The user name is the mail address.
            let field = match field {
                Field::Email | Field::UserName => "email",
                Field::ExternalId => "external_id",
            };
            refuse(&[Fault { field: field.to_owned(), kind: Kind::Taken }])
        }
        directory::Error::Scim(error) if !error.too_large => malformed(&error.detail),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn body(refusal: &Refusal) -> Value {
        serde_json::from_str(refusal.body.as_deref().unwrap()).unwrap()
    }

    #[test]
    fn every_fault_is_told_under_its_field_and_the_first_in_the_message() {
        let fault = |field: &str, kind| Fault { field: field.to_owned(), kind };
        let one = fault("email", Kind::Taken);
        let alone = refuse(std::slice::from_ref(&one));
        assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            body(&alone),
            json!({
                "CODE": "error",
                "message": "The email has already been taken.",
                "errors": { "email": ["The email has already been taken."] },
            })
        );
        let two = [one.clone(), fault("new_password", Kind::TooShort(8))];
        assert_eq!(body(&refuse(&two))["message"], "The email has already been taken. (and 1 more error)");
        let three = [fault("external_id", Kind::Missing), two[0].clone(), two[1].clone()];
        let all = body(&refuse(&three));
        assert_eq!(all["message"], "The external id field is required. (and 2 more errors)");
        assert_eq!(all["errors"]["new_password"], json!(["The new password must be at least 8 characters."]));
    }

    #[test]
    fn refusals_of_others_are_in_the_words_of_the_api() {
        for (status, detail, message) in [
            (StatusCode::UNAUTHORIZED, "x", "Unauthenticated."),
            (StatusCode::FORBIDDEN, "x", "This action is unauthorized."),
            (StatusCode::NOT_FOUND, "x", "Object not found"),
            (StatusCode::TOO_MANY_REQUESTS, "x", "Too Many Attempts."),
            (StatusCode::CONFLICT, "several users", "several users"),
        ] {
            let written: Value = serde_json::from_str(&write(&Refusal::new(status, detail))).unwrap();
            assert_eq!(written, json!({ "CODE": "error", "message": message }), "{status}");
        }
    }
}
