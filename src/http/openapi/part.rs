//! What operations share: parameters, headers, error answers.

use super::{example, schema};
use crate::http::scim::MEDIA_TYPE;
use serde_json::{Map, Value, json};

/// The errors every operation may answer with.
pub(super) const ALWAYS: &[u16] = &[401, 403, 500, 503];

/// An error answer: status, name of the component, what it means, scimType and detail of the
/// example, extra headers.
type Row = (u16, &'static str, &'static str, Option<&'static str>, &'static str, &'static [&'static str]);

const ERRORS: &[Row] = &[
    (
        400,
        "BadRequest",
        "The request breaks a rule; `scimType` tells which (RFC 7644 §3.12).",
        Some("invalidFilter"),
        "column 10: expected an operator such as eq (RFC 7644 §3.4.2.2)",
        &[],
    ),
    (
        401,
        "Unauthorized",
        "The bearer token is missing or not valid.",
        None,
        "the bearer token is unknown, revoked or expired",
        &["WWW-Authenticate"],
    ),
    (
        403,
        "Forbidden",
        "The token lacks a scope, or a filter was sent to discovery.",
        None,
        "the token lacks the scope scim this request needs",
        &[],
    ),
    (404, "NotFound", "There is no such resource.", None, "there is no such User", &[]),
    (408, "RequestTimeout", "The body did not arrive in time.", None, "the body did not arrive in time", &[]),
    (
        409,
        "Conflict",
        "A unique value is taken.",
        Some("uniqueness"),
        "another resource has this userName; it must be unique (RFC 7643 §2.2, uniqueness)",
        &[],
    ),
    (
        412,
        "PreconditionFailed",
        "The resource has another version.",
        None,
        "the resource has another version than If-Match or If-None-Match allow; read it again and repeat the change \
         (RFC 7644 §3.14)",
        &[],
    ),
    (
        413,
        "PayloadTooLarge",
        "The request is larger than a documented limit.",
        None,
        "the body is larger than 10485760 bytes; send less in one request",
        &[],
    ),
    (
        415,
        "UnsupportedMediaType",
        "The body is not JSON, or compressed.",
        None,
        "Content-Type: the body must be JSON, as application/scim+json or application/json (RFC 7644 §3.1)",
        &[],
    ),
    (
        500,
        "InternalServerError",
        "The server failed.",
        None,
        "the server failed; its log tells why under request 6f1c2a5283b74c0e9a410d2f5e7b9c38",
        &[],
    ),
    (
        503,
        "ServiceUnavailable",
        "The server is busy.",
        None,
        "the server is busy; try again after the seconds in Retry-After",
        &["Retry-After"],
    ),
    (
        507,
        "InsufficientStorage",
        "The server cannot store anything at present; nothing was changed.",
        None,
        "the server cannot store anything at present: its disk is full or read-only; nothing was changed",
        &[],
    ),
];

/// A reference to the answer of a status.
pub(super) fn error_reference(status: u16) -> Value {
    match ERRORS.iter().find(|row| row.0 == status) {
        Some((_, name, ..)) => json!({ "$ref": format!("#/components/responses/{name}") }),
        None => default_error(),
    }
}

/// The answer for every other status.
pub(super) fn default_error() -> Value {
    json!({ "$ref": "#/components/responses/Error" })
}

/// The component answers.
pub(super) fn errors() -> Map<String, Value> {
    let named = ERRORS.iter().map(|&(status, name, description, scim_type, detail, headers)| {
        (name.to_owned(), error(description, headers, Some(example::error(status, scim_type, detail))))
    });
    named.chain([("Error".to_owned(), error("Any other error.", &[], None))]).collect()
}

fn error(description: &str, headers: &[&str], example: Option<Value>) -> Value {
    let mut media = Map::new();
    media.insert("schema".to_owned(), schema::reference("Error"));
    media.extend(example.map(|example| ("example".to_owned(), example)));
    response(description, headers, Some(json!({ (MEDIA_TYPE): media })))
}

/// An answer; every one names its request.
pub(super) fn response(description: &str, headers: &[&str], content: Option<Value>) -> Value {
    let reference = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    let headers: Map<String, Value> = headers.iter().chain(&["X-Request-Id"]).map(reference).collect();
    let mut response = Map::new();
    response.insert("description".to_owned(), json!(description));
    response.insert("headers".to_owned(), json!(headers));
    response.extend(content.map(|content| ("content".to_owned(), content)));
    Value::Object(response)
}

/// The component headers.
pub(super) fn headers() -> Value {
    let text = |description: &str, example: &str| {
        let schema = json!({ "type": "string" });
        json!({ "description": description, "schema": schema, "example": example })
    };
    json!({
        "ETag": text("The version of the resource, as in `meta.version`.", "W/\"3\""),
        "Location": text("The URL of the resource, as in `meta.location`.", "https://id.example.com/scim/v2/Users/1"),
        "WWW-Authenticate": text("The challenge (RFC 6750 §3).", crate::http::error::CHALLENGE_INVALID),
        "X-Request-Id": text("Names the request in the server's log.", "6f1c2a5283b74c0e9a410d2f5e7b9c38"),
        "Retry-After": {
            "description": "Try again after this many seconds.",
            "schema": { "type": "integer", "minimum": 0 },
            "example": 1,
        },
    })
}

/// The component parameters. They have no examples: a page to try them on would send those.
pub(super) fn parameters() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let order = json!({ "type": "string", "enum": ["ascending", "descending"] });
    json!({
        "filter": query(
            "filter",
            &text,
            "What a resource must match, such as `displayName sw \"B\" and meta.lastModified gt \
             \"2026-01-31T00:00:00Z\"` (RFC 7644 §3.4.2.2). Attributes and operators in any case; at most 16 KiB.",
        ),
        "sortBy": query("sortBy", &text, "The attribute to sort by, such as `name.familyName`."),
        "sortOrder": query("sortOrder", &order, "Ascending if absent."),
        "startIndex": query("startIndex", &number, "The first result, from 1; less is read as 1."),
        "count": query(
            "count",
            &number,
            "The largest number of results, bounded by `filter.maxResults` of ServiceProviderConfig. 0 asks for the \
             total alone.",
        ),
        "attributes": query(
            "attributes",
            &text,
            "Show these attributes only, such as `userName,emails.value`; `id` and `schemas` are always shown.",
        ),
        "excludedAttributes": query(
            "excludedAttributes",
            &text,
            "Leave these attributes out, such as `members`.",
        ),
        "ifMatch": header(
            "If-Match",
            "Go on only if the resource has one of these versions, such as `W/\"3\"` (RFC 7644 §3.14).",
        ),
        "ifNoneMatch": header("If-None-Match", "Answer 304 if the resource still has this version."),
    })
}

fn query(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn header(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "header", "description": description, "schema": { "type": "string" } })
}
