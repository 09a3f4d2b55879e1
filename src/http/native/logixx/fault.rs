//! What is wrong with a request, in the words and the envelope of the product: those of ASP.NET.

use super::super::read::{Fault, Kind};
use super::view::Nothing;
use crate::directory::{Error, Field};
use crate::http::error::Refusal;
use poem::http::StatusCode;
use poem_openapi::Object;
use poem_openapi::types::ToJSON;

/// The message above the faults of a body.
const INVALID: &str = "Your request is not valid; validationErrors tells what would be right.";
/// The message above what somebody else has already.
const TAKEN: &str = "Another user has these values already; validationErrors tells which.";

/// Why a request was refused.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct Failure {
    /// Always false.
    success: bool,
    /// What is wrong and what would be right, for people.
    message: String,
    /// Always null.
    result: Nothing,
    /// The same for programs.
    error: Reason,
}

/// What is wrong.
#[derive(Object)]
#[oai(rename_all = "camelCase", rename = "ErrorInfo")]
pub(super) struct Reason {
    /// The HTTP status.
    code: u16,
    /// What is wrong and what would be right, for people.
    message: String,
    /// Always null.
    details: Nothing,
    /// What is wrong with which field; empty where none is to blame.
    validation_errors: Vec<ValidationError>,
}

/// What is wrong with a field.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct ValidationError {
    /// What would be right, for people.
    message: String,
    /// The names of the fields.
    members: Vec<String>,
}

/// The body of a refusal that says everything in one sentence.
pub(super) fn write(refusal: &Refusal) -> String {
    let error = |field: &str| ValidationError { message: refusal.detail.to_string(), members: vec![field.to_owned()] };
    body(refusal.status, &refusal.detail, refusal.field.as_deref().map(error).into_iter().collect())
}

/// The refusal of a body for all that is wrong with it: 409 if it is only that others have its values.
pub(super) fn refuse(faults: &[Fault]) -> Refusal {
    let all_taken = faults.iter().all(|fault| fault.kind == Kind::Taken);
    let (status, message) = if all_taken { (StatusCode::CONFLICT, TAKEN) } else { (StatusCode::BAD_REQUEST, INVALID) };
    let error = |fault: &Fault| ValidationError {
        message: words(fault),
        members: vec![fault.field.split('.').next().unwrap_or_default().to_owned()],
    };
    let errors: Vec<ValidationError> = faults.iter().map(error).collect();
    let detail = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ");
    Refusal::new(status, detail).with_body(body(status, message, errors))
}

/// The refusal of a user that was about to be made: between the look and the write somebody else may
/// have taken a value.
pub(super) fn of_creation(error: Error) -> Refusal {
    match &error {
        Error::Conflict(Field::UserName) => refuse(&[taken("userName")]),
        Error::Conflict(Field::Email) => refuse(&[taken("emailAddress")]),
        _ => error.into(),
    }
}

fn taken(field: &str) -> Fault {
    Fault { field: field.to_owned(), kind: Kind::Taken }
}

fn body(status: StatusCode, message: &str, validation_errors: Vec<ValidationError>) -> String {
    let message = message.to_owned();
    let error = Reason { code: status.as_u16(), message: message.clone(), details: Nothing, validation_errors };
    Failure { success: false, message, result: Nothing, error }.to_json_string()
}

/// A fault in words that name the field, and the element of a list.
fn words(fault: &Fault) -> String {
    let field = name(&fault.field);
    match &fault.kind {
        Kind::Missing => format!("The {field} field is required."),
        Kind::NotText => format!("The {field} field must be text."),
        Kind::NotBoolean => format!("The {field} field must be true or false."),
        Kind::NotInteger => format!("The {field} field must be a whole number."),
        Kind::NotList => format!("The {field} field must be a list."),
        Kind::NotObject => format!("The {field} field must be an object."),
        Kind::Control => format!("The {field} field must not contain control characters."),
        Kind::TooShort(least) => format!("The field {field} must be text with a minimum length of {least}."),
        Kind::TooLong(most) => format!("The field {field} must be text with a maximum length of {most}."),
        Kind::TooMany(most) => format!("The field {field} must be a list with a maximum length of {most}."),
        Kind::OutOfRange(least, most) => format!("The field {field} must be between {least} and {most}."),
        Kind::NotEmail => format!("The {field} field is not a valid e-mail address."),
        Kind::NotUrl => format!("The {field} field is not a valid fully-qualified http or https URL."),
        Kind::Weak => format!("The {field} field must have an upper case letter, a lower case letter and a digit."),
        Kind::Unknown => format!("The {field} field names nothing that is in its lookup."),
        Kind::Taken => format!("The {field} field has a value that another user has already."),
        Kind::Own(rule) => format!("The {field} field {rule}."),
    }
}

/// `roleNames.1` as the product would write it: `RoleNames[1]`.
fn name(path: &str) -> String {
    let (field, index) = path.split_once('.').map_or((path, None), |(field, index)| (field, Some(index)));
    let mut letters = field.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let index = index.map(|index| format!("[{index}]")).unwrap_or_default();
    format!("{first}{}{index}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn fault(field: &str, kind: Kind) -> Fault {
        Fault { field: field.to_owned(), kind }
    }

    fn told(refusal: Refusal) -> (u16, Value) {
        (refusal.status.as_u16(), serde_json::from_str(&refusal.body.unwrap()).unwrap())
    }

    #[test]
    fn every_fault_is_told_with_its_member() {
        let faults =
            [fault("userName", Kind::Missing), fault("roleNames.1", Kind::Unknown), fault("emailAddress", Kind::Taken)];
        let (status, body) = told(refuse(&faults));
        assert_eq!(status, 400);
        assert_eq!(
            body,
            json!({
                "success": false,
                "message": INVALID,
                "result": null,
                "error": {
                    "code": 400,
                    "message": INVALID,
                    "details": null,
                    "validationErrors": [
                        { "message": "The UserName field is required.", "members": ["userName"] },
                        {
                            "message": "The RoleNames[1] field names nothing that is in its lookup.",
                            "members": ["roleNames"],
                        },
                        {
                            "message": "The EmailAddress field has a value that another user has already.",
                            "members": ["emailAddress"],
                        },
                    ],
                },
            })
        );
    }

    #[test]
    fn what_is_only_taken_is_a_conflict() {
        let (status, body) = told(refuse(&[fault("userName", Kind::Taken), fault("emailAddress", Kind::Taken)]));
        assert_eq!((status, &body["error"]["code"]), (409, &json!(409)));
        assert_eq!(body["error"]["validationErrors"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_sentence_is_an_envelope_too() {
        let body: Value = serde_json::from_str(&write(&Refusal::field("q", "it must be text"))).unwrap();
        assert_eq!(body["message"], "q: it must be text");
        assert_eq!(body["error"]["validationErrors"][0]["members"], json!(["q"]));
        let body: Value = serde_json::from_str(&write(&Refusal::no_route())).unwrap();
        assert_eq!((&body["error"]["code"], &body["error"]["validationErrors"]), (&json!(404), &json!([])));
    }
}
