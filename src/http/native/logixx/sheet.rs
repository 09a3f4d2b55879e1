//! What the document of the API says beside its routes.

use super::fault::Failure;
use super::{DIALECT, service};
use crate::http::openapi::{Fault, Operation, Sheet};
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
Creation, activation and deactivation of users, as clients of Logixx CRM speak it, over the same directory as SCIM: \
what is done here is seen there at once.

A token goes into `Authorization: Bearer` or `X-API-Key`; it needs the scope `users:write`, for lookups `users:read`. \
It belongs to one organization. A client may name the one it means in `X-Org-Id` (or `Abp.TenantId`): by its name, or \
by its number; another one than that of the token is 403.

Every answer is an envelope with `success` and `error`, but for lookups, which are plain lists. All faults of a body \
are told at once in `error.validationErrors`, each with the names of its fields. Names of fields are known in any \
case, unknown ones are passed over, and null counts as absent.";

/// The errors of the API.
const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The body is no JSON object or breaks rules; `validationErrors` tells all of them.",
        field: Some("userName"),
        detail: "The UserName field is required.",
        ..Fault::NONE
    },
    Fault {
        status: 401,
        name: "Unauthorized",
        description: "The token is missing or not valid.",
        detail: "the bearer token is unknown, revoked or expired",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Forbidden",
        description: "The token lacks a scope, or belongs to another organization than the one that is named.",
        detail: "the token lacks the scope users:write this request needs",
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "There is no such user or lookup.",
        detail: "there is no such User",
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "Another user has the user name or the mail address; `validationErrors` tells which, or both.",
        field: Some("userName"),
        detail: "The UserName field has a value that another user has already.",
        ..Fault::NONE
    },
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// The document of the API below a prefix.
pub(super) fn sheet(prefix: String) -> Sheet {
    Sheet {
        title: "Logixx CRM users",
        summary: "Create, activate and deactivate users.",
        description: DESCRIPTION,
        bearer: "A token with the scope `users:write`; `users:read` opens the lookups.",
        keys: DIALECT.keys,
        prefix,
        faults: FAULTS,
        error: "Failure",
        register: |registry| Failure::register(registry),
        errors,
        polish,
        ..Sheet::of(&service(), DIALECT.errors)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, .. } = *operation;
    let table: [(bool, &[u16]); 3] =
        [(takes_body, &[400, 408, 409, 413, 415]), (path.contains('{'), &[404]), (method != "get", &[507])];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}

/// The formats that the types of the fields do not tell.
fn polish(schemas: &mut Map<String, Value>) {
    for (schema, field, format) in [
        ("UserDto", "creationTime", "date-time"),
        ("UserDto", "lastLoginTime", "date-time"),
        ("CreateUser", "emailAddress", "email"),
        ("CreateUser", "password", "password"),
        ("CreateUser", "profileImage", "uri"),
    ] {
        let properties = schemas.get_mut(schema).and_then(|schema| schema.get_mut("properties"));
        if let Some(Value::Object(field)) = properties.and_then(|properties| properties.get_mut(field)) {
            field.insert("format".to_owned(), json!(format));
        }
    }
}
