//! The document of the API.

use super::fault::Problem;
use super::{DIALECT, ERRORS, service};
use crate::http::openapi::{Fault, Operation, Sheet};
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
The user API of publica.la over the users of this directory: what it does is seen through SCIM at once, and the other \
way round.

A token with the scope `users:read` reads, one with `users:write` does everything. It is sent as `X-User-Token`, as \
`api_token` (both headers) or as a bearer token, and never in the query. A slash at the end of a path changes nothing.

Errors are `{\"CODE\":\"error\",\"message\":…}`. A body that breaks a rule, or is no JSON, is 422 and tells every \
fault under its field in `errors`. Fields that are not known are ignored. Deleting a user deactivates it.";

/// The errors of the API.
const FAULTS: &[Fault] = &[
    Fault {
        status: 401,
        name: "Unauthenticated",
        description: "The token is missing or not valid.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Unauthorized",
        description: "The token lacks the scope `users:read`, or `users:write` for a change.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault { status: 404, name: "NotFound", description: "There is no such user.", ..Fault::NONE },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "Several users have this name; name one by its id.",
        detail: "several users have this external id; name one by its id",
        ..Fault::NONE
    },
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault {
        status: 422,
        name: "ValidationError",
        description: "The body breaks a rule, or is no JSON; `errors` tells every fault under its field.",
        example: Some(
            r#"{"CODE":"error","message":"The email has already been taken.","errors":{"email":["The email has already been taken."]}}"#,
        ),
        ..Fault::NONE
    },
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// What the API adds to its routes.
pub(super) fn sheet(prefix: String) -> Sheet {
    Sheet {
        title: "publica.la",
        summary: "Users of a store: created, listed, updated, deactivated, logged out.",
        description: DESCRIPTION,
        bearer: "A token with the scope `users:read` or `users:write`.",
        keys: DIALECT.keys,
        prefix,
        faults: FAULTS,
        error: "Problem",
        register: |registry| Problem::register(registry),
        errors,
        polish,
        ..Sheet::of(&service(), ERRORS)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, .. } = *operation;
    let names_one = path.contains('{');
    // The others take ids alone, which only one user has.
    let looks_up = names_one && (method == "get" || path.ends_with("/force-logout"));
    let table: [(bool, &[u16]); 4] =
        [(names_one, &[404]), (looks_up, &[409]), (takes_body, &[408, 413, 415, 422]), (method != "get", &[507])];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}

/// Says of values what types do not say.
fn polish(schemas: &mut Map<String, Value>) {
    let success = json!({ "const": "success" });
    let instant = json!({ "format": "date-time" });
    let day = json!({ "format": "date" });
    let mail = json!({ "format": "email" });
    let truth = json!({ "type": null, "enum": [true, false, 1, 0, "1", "0"] });
    let uuid = json!({ "format": "uuid" });
    let numbers = json!({ "enum": [0, 1] });
    for (schema, properties, more) in [
        ("CreateUser", &["admin", "plan_admin", "only_sees_readable"][..], &truth),
        ("UpdateUser", &["admin", "plan_admin", "only_sees_readable"], &truth),
        ("CreateUser", &["email"], &mail),
        ("UpdateUser", &["email"], &mail),
        ("Problem", &["CODE"], &json!({ "const": "error" })),
        ("Created", &["CODE"], &success),
        ("Listed", &["CODE"], &success),
        ("Done", &["CODE"], &success),
        ("Reactivated", &["CODE"], &success),
        ("Reactivated", &["data"], &json!({ "const": 1 })),
        ("Account", &["uuid"], &uuid),
        ("Moment", &["timezone"], &json!({ "const": "UTC" })),
        ("Member", &["uuid"], &uuid),
        ("Member", &["created_at", "updated_at", "deleted_at"], &instant),
        ("Member", &["created_at_date_string"], &day),
        ("Member", &["only_sees_readable"], &numbers),
        ("Member", &["impersonate"], &json!({ "type": "null" })),
        ("Session", &["created_at", "last_used_at", "expires_at"], &instant),
        ("UserPlan", &["valid_to"], &day),
        ("UserPlan", &["assigned_at"], &instant),
    ] {
        for name in properties {
            let property = schemas.get_mut(schema).and_then(|schema| schema.get_mut("properties")?.get_mut(name));
            let Some(property) = property.and_then(Value::as_object_mut) else { continue };
            for (key, value) in more.as_object().into_iter().flatten() {
                if value.is_null() {
                    property.remove(key);
                } else {
                    property.insert(key.clone(), value.clone());
                }
            }
        }
    }
}
