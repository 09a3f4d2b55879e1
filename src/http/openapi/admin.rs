//! The document of the admin surface: the framework's, brought to 3.1 and given its errors.
//!
//! Which errors an operation has follows from what it takes.

use super::Document;
use super::part::{self, Fault, error_references};
use crate::http::admin::{PREFIX, Problem, SURFACE, service};
use crate::scim::tolerance::Tolerance;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
Tenants, the connections of their identity providers, the credentials of those connections (tokens, OAuth clients, \
trusted issuers), the catalogues of what their users refer to, and what was asked and changed.

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
    Fault {
        status: 408,
        name: "RequestTimeout",
        description: "The body did not arrive in time.",
        detail: "the body did not arrive in time",
        ..Fault::NONE
    },
    Fault {
        status: 409,
        name: "Conflict",
        description: "The name or the id is taken, or something refers to what should go.",
        field: Some("name"),
        detail: "name: there is a tenant of that name already",
        ..Fault::NONE
    },
    Fault {
        status: 413,
        name: "PayloadTooLarge",
        description: "The body is larger than the limit.",
        detail: "the body is larger than 10485760 bytes; send less in one request",
        ..Fault::NONE
    },
    Fault {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not JSON, or compressed.",
        detail: "Content-Type: the body must be JSON, as application/json",
        ..Fault::NONE
    },
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// The document.
pub(super) fn document() -> Value {
    let raw: Value = serde_json::from_str(&service().spec()).unwrap_or_default();
    let mut paths = Map::new();
    for (path, methods) in raw.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let finished = methods.as_object().into_iter().flatten();
        let finished = finished.map(|(method, raw)| (method.clone(), operation(path, method, raw)));
        paths.insert(path.clone(), Value::Object(finished.collect()));
    }
    let document = Document {
        title: "Roster administration",
        summary: "Tenants, connections, credentials, catalogues, journal and audit.",
        description: DESCRIPTION,
        bearer: "A token with the scope `admin`.",
        prefix: PREFIX,
        tags: raw.get("tags").cloned().unwrap_or_else(|| json!([])),
        paths,
        schemas: schemas(&raw),
        parameters: None,
        headers: part::headers(&["Location", "WWW-Authenticate", "X-Request-Id", "Retry-After"]),
        errors: part::errors(FAULTS, SURFACE.errors, "Problem"),
    };
    document.write()
}

/// An operation with all it may answer.
fn operation(path: &str, method: &str, raw: &Value) -> Value {
    let mut operation = raw.as_object().cloned().unwrap_or_default();
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
            // Both say what is so anyway.
            parameter.retain(|name, _| name != "deprecated" && name != "explode");
        }
    }
    let answers = raw.get("responses").and_then(Value::as_object).into_iter().flatten();
    let mut responses: Map<String, Value> =
        answers.map(|(status, answer)| (status.clone(), finished(status, answer))).collect();
    responses.extend(error_references(FAULTS, &errors(path, method, raw)));
    operation.insert("responses".to_owned(), responses.into());
    operation.into()
}

fn finished(status: &str, answer: &Value) -> Value {
    let headers: &[&str] = if status == "201" { &["Location"] } else { &[] };
    let description = answer.get("description").and_then(Value::as_str).unwrap_or_default();
    let content =
        answer.get("content").filter(|content| content.as_object().is_some_and(|content| !content.is_empty()));
    part::response(description, headers, content.cloned())
}

/// The statuses of the errors that follow from what an operation takes.
fn errors(path: &str, method: &str, raw: &Value) -> Vec<u16> {
    let takes_body = raw.get("requestBody").is_some();
    let takes_query = raw.get("parameters").and_then(Value::as_array).into_iter().flatten().any(is_in_query);
    let of_catalogue = path.starts_with("/{catalogue}");
    let names = takes_body && !["/tokens", "/clients"].iter().any(|part| path.contains(part));
    let table: [(bool, &[u16]); 5] = [
        (takes_body || takes_query, &[400]),
        (path.contains('{'), &[404]),
        (takes_body, &[408, 413, 415]),
        (names || (of_catalogue && method == "delete"), &[409]),
        (method != "get", &[507]),
    ];
    table.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied().collect()
}

fn is_in_query(parameter: &Value) -> bool {
    parameter.get("in").is_some_and(|place| place == "query")
}

/// The schemas of the bodies, and of errors.
fn schemas(raw: &Value) -> Map<String, Value> {
    let mut schemas = raw.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut registry = Registry::new();
    Problem::register(&mut registry);
    for (name, schema) in registry.schemas {
        if let Ok(schema) = serde_json::to_value(MetaSchemaRef::Inline(Box::new(schema))) {
            schemas.insert(name, schema);
        }
    }
    schemas.values_mut().for_each(modernise);
    // The keys of a map are text to the framework.
    if let Some(tolerances) =
        schemas.get_mut("Profile").and_then(|profile| profile.pointer_mut("/properties/tolerances"))
        && let Some(tolerances) = tolerances.as_object_mut()
    {
        let names = Tolerance::ALL.map(Tolerance::name);
        tolerances.insert("propertyNames".to_owned(), json!({ "enum": names }));
    }
    schemas
}

/// `OpenAPI` 3.0 lets nothing stand beside a reference, 3.1 does: no need for `allOf`.
fn modernise(schema: &mut Value) {
    for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        let Some(reference) = property.pointer("/allOf/0/$ref").cloned() else { continue };
        if let Some(property) = property.as_object_mut() {
            property.remove("allOf");
            property.insert("$ref".to_owned(), reference);
        }
    }
}
