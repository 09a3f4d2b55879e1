//! What the document of the API says beside its routes.

use super::error::Failure;
use super::{ERRORS, KEYS, LOGIN, service};
use crate::http::openapi::{Fault, Operation, Sheet};
use poem_openapi::types::Type;

const DESCRIPTION: &str = "\
The user API of Adeptia Connect, over the directory that SCIM fills as well: what is done here is seen there at once, \
and the other way round.

A user comes to be in two steps: an invitation is sent to an email address, and used with a name and a password. The \
ids of users and invitations are texts of digits; ids of partners, companies and roles are numbers. Either form is \
understood wherever an id is sent. Unknown fields are ignored, and a field that is null counts as absent.

An error has a code, a sentence and, where fields are wrong, all of them in `errors`.";

/// The errors of the API.
const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The request breaks a rule (`BAD_REQUEST`), or the password does (`PASSWORD_POLICY`).",
        example: Some(
            r#"{"error":{"code":"BAD_REQUEST","message":"mailRecipient must be a valid email address.","errors":[{"field":"mailRecipient","message":"mailRecipient must be a valid email address."}]}}"#,
        ),
        ..Fault::NONE
    },
    Fault {
        status: 401,
        name: "Unauthorized",
        description: "The access token, or the user name and password, are not valid.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Forbidden",
        description: "It is not allowed, or the user that signs in is inactive or has too many sessions.",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "There is no such user (`USER_NOT_FOUND`) or invitation (`INVITATION_NOT_FOUND`).",
        example: Some(r#"{"error":{"code":"USER_NOT_FOUND","message":"User not found."}}"#),
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "A user has the email address (`USER_EXISTS`), the invitation cannot be used any more \
                      (`INVITATION_USED`, `INVITATION_EXPIRED`), or the user owns objects (`USER_HAS_DEPENDENCIES`).",
        example: Some(
            r#"{"error":{"code":"USER_HAS_DEPENDENCIES","message":"User cannot be deleted because it owns objects. Move objects to another user first.","objects":[{"type":"User","name":"James Paul"}]}}"#,
        ),
        ..Fault::NONE
    },
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// The document below a prefix.
pub(super) fn sheet(prefix: String) -> Sheet {
    Sheet {
        title: "Adeptia Connect",
        summary: "Users, as Adeptia Connect's API has them.",
        description: DESCRIPTION,
        bearer: "A token with the scope `users:read` or `users:write`, or the access token of a user.",
        keys: KEYS,
        prefix,
        faults: FAULTS,
        error: "Failure",
        register: |registry| Failure::register(registry),
        errors,
        is_open: |operation| operation.path == LOGIN,
        ..Sheet::of(&service(), ERRORS)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, takes_query } = *operation;
    let moves = path.ends_with("/updateowner");
    let names_user = path.contains('{') || moves || path.ends_with("/createuser");
    let table: [(bool, &[u16]); 5] = [
        (takes_body || takes_query, &[400]),
        (names_user, &[404]),
        (takes_body, &[408, 413, 415]),
        ((takes_body && path != LOGIN) || moves, &[409]),
        (method != "get", &[507]),
    ];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}
