//! What the document of App CRM says beside its routes: the errors, and value sets that the framework
//! cannot know.

use super::form::{LONGEST, SHORTEST, SIGNATURE};
use super::stored::{DATE_FORMATS, FIRST_DAYS, TIME_FORMATS};
use super::words::{ERRORS, Failure};
use super::{service, token};
use crate::http::openapi::{Fault, Operation, Sheet};
use poem_openapi::types::Type as _;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
The users of one tenant as App CRM's API knows them, over the same directory as SCIM: what is changed here is seen \
there at once, and the other way round.

Every request carries `Authorization: Bearer` with a token of a program or of a user. A user must have `access_api`; \
only super admins and programs with the scope `users:write` make, change and delete users. `PUT` changes what differs \
from what is shown, and nothing else.

Errors have the bodies of Laravel: `message`, and for a body or query that breaks a rule (422) `errors` with every \
fault of every field.";

/// The bodies that describe a user.
const FORMS: [&str; 3] = ["CreateUser", "UpdateUser", "Profile"];

const INVALID: &str = r#"{
    "message": "The name field is required. (and 1 more error)",
    "errors": {
        "name": ["The name field is required."],
        "email": ["The email has already been taken."]
    }
}"#;
const NO_USER: &str = r#"{"message": "No query results for model [User] 99"}"#;
const OWN_ACCOUNT: &str = r#"{"message": "You cannot delete your own account."}"#;

/// The errors of the dialect.
const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The body is no JSON.",
        detail: "the body is not JSON: expected value at line 1 column 1",
        ..Fault::NONE
    },
    Fault {
        status: 401,
        name: "Unauthorized",
        description: "The token is missing or not valid; for a token, mail address and password do not fit.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Forbidden",
        description: "The caller may not do this; in a search, no field of `search_fields` is known.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "There is no such user.",
        example: Some(NO_USER),
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "The user is the caller's own.",
        example: Some(OWN_ACCOUNT),
        ..Fault::NONE
    },
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault {
        status: 422,
        name: "UnprocessableEntity",
        description: "Fields of the body or the query break rules; `errors` tells all of them.",
        example: Some(INVALID),
        ..Fault::NONE
    },
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// The document of the dialect below a prefix.
pub(super) fn sheet(prefix: String) -> Sheet {
    Sheet {
        title: "App CRM",
        summary: "Users, one's own profile, and tokens, as App CRM speaks of them.",
        description: DESCRIPTION,
        bearer: "A token with the scope `users:read` or `users:write`, or of a user with `access_api`.",
        prefix,
        faults: FAULTS,
        error: "Error",
        register: |registry| Failure::register(registry),
        errors,
        is_open: |operation| operation.path == token::PATH,
        polish,
        ..Sheet::of(&service(), ERRORS)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, takes_query } = *operation;
    let table: [(bool, &[u16]); 5] = [
        (takes_body, &[400, 408, 413, 415, 422]),
        (takes_query, &[422]),
        (path.contains('{'), &[404]),
        (method == "delete", &[409]),
        (method != "get", &[507]),
    ];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}

/// The values of a member, with names that generators of clients can give them: two formats that
/// differ by case alone would get one.
fn values(formats: &[&str]) -> Value {
    let name = |format: &&str| {
        let word = |c: char| match c {
            ' ' => "_SPACE_".to_owned(),
            ',' => "COMMA".to_owned(),
            '-' => "_DASH_".to_owned(),
            '.' => "_DOT_".to_owned(),
            '/' => "_SLASH_".to_owned(),
            ':' => "_COLON_".to_owned(),
            letter if letter.is_ascii_uppercase() => format!("LONG_{letter}"),
            letter => letter.to_ascii_uppercase().to_string(),
        };
        format.chars().map(word).collect::<String>()
    };
    json!({ "enum": formats, "x-enum-varnames": formats.iter().map(name).collect::<Vec<_>>() })
}

/// Says of the members what is true of them: their values, lengths, and which forms are understood.
fn polish(schemas: &mut Map<String, Value>) {
    let mut say = |schema: &str, member: &str, rules: Value| {
        let found = schemas.get_mut(schema).and_then(|schema| schema.get_mut("properties"));
        let Some(Value::Object(found)) = found.and_then(|members| members.get_mut(member)) else { return };
        if let Value::Object(rules) = rules {
            found.extend(rules);
        }
    };
    // A number, a name, or a role as it is shown.
    let role = json!({ "type": ["integer", "string", "object"] });
    for form in FORMS {
        say(form, "name", json!({ "maxLength": LONGEST, "minLength": 1, "pattern": "\\S" }));
        say(form, "email", json!({ "maxLength": LONGEST, "format": "email" }));
        say(form, "timezone", json!({ "example": "Europe/Berlin" }));
        say(form, "date_format", values(&DATE_FORMATS));
        say(form, "time_format", values(&TIME_FORMATS));
        say(form, "first_day_of_week", json!({ "enum": FIRST_DAYS }));
        say(form, "mail_signature", json!({ "type": ["string", "null"], "maxLength": SIGNATURE }));
        say(form, "roles", json!({ "items": role }));
    }
    for form in ["CreateUser", "ChangePassword"] {
        say(form, "password", json!({ "minLength": SHORTEST, "maxLength": 255, "format": "password" }));
    }
    if let Some(Value::Object(error)) = schemas.get_mut("Error") {
        error.insert("anyOf".to_owned(), json!([{ "required": ["message"] }, { "required": ["error"] }]));
    }
}
