//! What is wrong with a request, in the words of the API: `CODE`, `message` and, for a body, `errors`
//! with the texts of each field, as Laravel writes them.

use crate::directory::{self, Field};
use crate::http::error::Refusal;
use crate::http::native::read::{Fault, Kind};
use poem::http::StatusCode;
use poem_openapi::Object;
use poem_openapi::types::ToJSON;
use std::borrow::Cow;
use std::collections::BTreeMap;

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
    errors: Option<BTreeMap<String, Vec<String>>>,
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
        _ => refusal.detail.as_str(),
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
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fault in faults {
        errors.entry(fault.field.clone()).or_default().push(text(fault));
    }
    let first = faults.first().map(text).unwrap_or_default();
    let message = match faults.len() {
        0 | 1 => first,
        2 => format!("{first} (and 1 more error)"),
        more => format!("{first} (and {} more errors)", more - 1),
    };
    let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message.clone());
    refusal.with_body(Problem { errors: Some(errors), ..Problem::new(message) }.to_json_string())
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

fn text(fault: &Fault) -> String {
    let name = fault.field.replace('_', " ");
    match &fault.kind {
        Kind::Missing => format!("The {name} field is required."),
        Kind::NotText => format!("The {name} must be a string."),
        Kind::NotBoolean => format!("The {name} field must be true or false."),
        Kind::NotInteger => format!("The {name} must be an integer."),
        Kind::NotList => format!("The {name} must be an array."),
        Kind::NotObject => format!("The {name} must be an object."),
        Kind::Control => format!("The {name} must not contain control characters."),
        Kind::TooShort(least) => format!("The {name} must be at least {least} characters."),
        Kind::TooLong(most) => format!("The {name} must not be greater than {most} characters."),
        Kind::TooMany(most) => format!("The {name} must not have more than {most} items."),
        Kind::OutOfRange(least, most) => format!("The {name} must be between {least} and {most}."),
        Kind::NotEmail => format!("The {name} must be a valid email address."),
        Kind::NotUrl => format!("The {name} must be a valid URL."),
        Kind::Weak => format!("The {name} must contain upper and lower case letters and digits."),
        Kind::Unknown => format!("The selected {name} is invalid."),
        Kind::Taken => format!("The {name} has already been taken."),
        Kind::Own(rule) => rule.clone().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

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
