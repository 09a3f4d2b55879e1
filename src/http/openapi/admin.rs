//! The document of the admin surface.

use super::part::Fault;
use super::typed::{Operation, Sheet};
use crate::http::admin::{PREFIX, Problem, SURFACE, service};
use crate::scim::tolerance::Tolerance;
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
Tenants, the connections of their identity providers, the credentials of those connections (tokens, OAuth clients, \
trusted issuers), the catalogues of what their users refer to, the schemas and resource types they have of their \
own, and what was asked and changed.

A token with the scope `admin` opens all of it, for every tenant of the server. The text of a token is shown in the \
answer that makes it and never again. Times are RFC 3339 in UTC. A field that is null counts as absent, and a field \
that is not known is refused.

Errors are problem details (RFC 9457) with the type `about:blank`: the status tells the kind, `detail` what would be \
right, and `errors` the field or parameter to change. A body that is no JSON or breaks a rule is 400.";

/// The errors of the surface.
const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The request breaks a rule; `errors` tells where.",
        field: Some("name"),
        detail: "name: 1 to 64 characters, each one of a-z, 0-9, -, _ and .",
        ..Fault::NONE
    },
    Fault {
        status: 401,
        name: "Unauthorized",
        description: "The bearer token is missing or not valid.",
        detail: "the bearer token is unknown, revoked or expired",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 403,
        name: "Forbidden",
        description: "The token lacks the scope `admin`.",
        detail: "the token lacks the scope admin this request needs",
        headers: &["WWW-Authenticate"],
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "There is nothing of that name or number.",
        detail: "there is no such tenant",
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "The name or the id is taken, something refers to what should go, or resources do not fit the new \
                      schemas: then `breaks` tells which.",
        field: Some("name"),
        detail: "name: there is a tenant of that name already",
        ..Fault::NONE
    },
    Fault {
        status: 412,
        name: "PreconditionFailed",
        description: "The document has another version than If-Match allows.",
        detail: "the resource has another version than If-Match or If-None-Match allow; read it again and repeat the \
                 change (RFC 7644 §3.14)",
        ..Fault::NONE
    },
    Fault::PAYLOAD_TOO_LARGE,
    Fault::UNSUPPORTED_MEDIA_TYPE,
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// What the surface adds to its routes.
pub(super) fn sheet() -> Sheet {
    Sheet {
        title: "Roster administration",
        summary: "Tenants, connections, credentials, catalogues, schemas, journal and audit.",
        description: DESCRIPTION,
        bearer: "A token with the scope `admin`.",
        prefix: PREFIX.to_owned(),
        faults: FAULTS,
        error: "Problem",
        versions: true,
        register: |registry| Problem::register(registry),
        errors,
        polish,
        ..Sheet::of(&service(), SURFACE.errors)
    }
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(operation: &Operation<'_>) -> Vec<u16> {
    let Operation { path, method, takes_body, takes_query } = *operation;
    let of_catalogue = path.starts_with("/{catalogue}");
    let names = takes_body && !["/tokens", "/clients"].iter().any(|part| path.contains(part));
    let of_schemas = ["/schemas", "/resource-types", "/schema-packs"].iter().any(|start| path.starts_with(start));
    let table: [(bool, &[u16]); 6] = [
        (takes_body || takes_query, &[400]),
        (path.contains('{'), &[404]),
        (takes_body, &[408, 413, 415]),
        (names || (of_catalogue && method == "delete") || (of_schemas && method != "get"), &[409]),
        (of_schemas && (method == "put" || method == "delete"), &[412]),
        (method != "get", &[507]),
    ];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}

/// The keys of a map are text to the framework.
fn polish(schemas: &mut Map<String, Value>) {
    if let Some(tolerances) =
        schemas.get_mut("Profile").and_then(|profile| profile.pointer_mut("/properties/tolerances"))
        && let Some(tolerances) = tolerances.as_object_mut()
    {
        let names = Tolerance::ALL.map(Tolerance::name);
        tolerances.insert("propertyNames".to_owned(), json!({ "enum": names }));
    }
}
