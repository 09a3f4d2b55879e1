//! What the documents share: error answers, headers, references.

use crate::http::error::{CHALLENGE_INVALID, Refusal};
use crate::http::surface::Shape;
use crate::scim::ScimType;
use poem::http::StatusCode;
use serde_json::{Map, Value, json};

/// The errors every operation may answer with.
pub(super) const ALWAYS: &[u16] = &[401, 403, 429, 500, 503];

/// An error answer of a surface, and what its example says.
pub(in crate::http) struct Fault {
    pub status: u16,
    /// The name of the component.
    pub name: &'static str,
    pub description: &'static str,
    pub scim_type: Option<ScimType>,
    pub field: Option<&'static str>,
    pub detail: &'static str,
    pub headers: &'static [&'static str],
    /// The JSON of the example; none for what the surface makes of the detail.
    pub example: Option<&'static str>,
}

impl Fault {
    /// What most of them lack.
    pub(in crate::http) const NONE: Self = Self {
        status: 0,
        name: "",
        description: "",
        scim_type: None,
        field: None,
        detail: "",
        headers: &[],
        example: None,
    };

    /// The limits of a connection, a tenant or an address, on every surface.
    pub(in crate::http) const TOO_MANY_REQUESTS: Self = Self {
        status: 429,
        name: "TooManyRequests",
        description: "The connection or its tenant asks too often, or too many wrong credentials came from this address.",
        detail: "the connection sent more than 5000 requests a second; wait the seconds in Retry-After (RFC 6585 §4)",
        headers: &["Retry-After"],
        ..Self::NONE
    };

    /// A body that is too slow, wherever there is one.
    pub(in crate::http) const REQUEST_TIMEOUT: Self = Self {
        status: 408,
        name: "RequestTimeout",
        description: "The body did not arrive in time.",
        detail: "the body did not arrive in time",
        ..Self::NONE
    };

    /// A body that is too large.
    pub(in crate::http) const PAYLOAD_TOO_LARGE: Self = Self {
        status: 413,
        name: "PayloadTooLarge",
        description: "The body is larger than the limit.",
        detail: "the body is larger than 10485760 bytes; send less in one request",
        ..Self::NONE
    };

    /// A body that is no JSON by its header.
    pub(in crate::http) const UNSUPPORTED_MEDIA_TYPE: Self = Self {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not JSON, or compressed.",
        detail: "Content-Type: the body must be JSON, as application/json",
        ..Self::NONE
    };

    /// A failure of ours, on every surface.
    pub(in crate::http) const INTERNAL_SERVER_ERROR: Self = Self {
        status: 500,
        name: "InternalServerError",
        description: "The server failed.",
        detail: "the server failed; its log tells why under request 6f1c2a5283b74c0e9a410d2f5e7b9c38",
        ..Self::NONE
    };

    /// Too much is going on, on every surface.
    pub(in crate::http) const SERVICE_UNAVAILABLE: Self = Self {
        status: 503,
        name: "ServiceUnavailable",
        description: "The server is busy.",
        detail: "the server is busy; try again after the seconds in Retry-After",
        headers: &["Retry-After"],
        ..Self::NONE
    };

    /// A full disk, on every surface.
    pub(in crate::http) const INSUFFICIENT_STORAGE: Self = Self {
        status: 507,
        name: "InsufficientStorage",
        description: "The server cannot store anything at present; nothing was changed.",
        detail: "the server cannot store anything at present: its disk is full or read-only; nothing was changed",
        ..Self::NONE
    };

    fn example(&self, shape: Shape) -> Option<Value> {
        if let Some(example) = self.example {
            return serde_json::from_str(example).ok();
        }
        let mut refusal = Refusal::new(StatusCode::from_u16(self.status).ok()?, self.detail);
        refusal.scim_type = self.scim_type;
        refusal.field = self.field.map(Box::from);
        serde_json::from_str(&(shape.write)(&refusal)).ok()
    }
}

/// References to the answers of some statuses and of every one that [`ALWAYS`] stands, by status.
pub(super) fn error_references(faults: &[Fault], statuses: &[u16]) -> Map<String, Value> {
    let mut statuses: Vec<u16> = statuses.iter().chain(ALWAYS).copied().collect();
    statuses.sort_unstable();
    let response = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
    let named = statuses.into_iter().filter_map(|status| {
        let fault = faults.iter().find(|fault| fault.status == status)?;
        Some((status.to_string(), response(fault.name)))
    });
    named.chain([("default".to_owned(), response("Error"))]).collect()
}

/// The component answers for errors, whose bodies have this schema.
pub(super) fn errors(faults: &[Fault], shape: Shape, schema: &str) -> Map<String, Value> {
    let error = |description: &str, headers: &[&str], example: Option<Value>| {
        let mut media = Map::new();
        media.insert("schema".to_owned(), reference(schema));
        media.extend(example.map(|example| ("example".to_owned(), example)));
        response(description, headers, Some(json!({ (shape.media_type): media })))
    };
    let named = faults
        .iter()
        .map(|fault| (fault.name.to_owned(), error(fault.description, fault.headers, fault.example(shape))));
    named.chain([("Error".to_owned(), error("Any other error.", &[], None))]).collect()
}

/// A reference to a component schema.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
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

/// The component headers of these names.
pub(super) fn headers(names: &[&str]) -> Value {
    let all = [
        (
            "Content-Location",
            text("The URL of what is shown, as in `meta.location`.", "https://id.example.com/scim/v2/Users/1"),
        ),
        ("ETag", text("The version of the resource, as in `meta.version`.", "W/\"3\"")),
        ("Location", text("The URL of what was made.", "https://id.example.com/scim/v2/Users/1")),
        ("WWW-Authenticate", text("The challenge (RFC 6750 §3).", CHALLENGE_INVALID)),
        ("X-Request-Id", text("Names the request in the server's log.", "6f1c2a5283b74c0e9a410d2f5e7b9c38")),
        (
            "Retry-After",
            json!({
                "description": "Try again after this many seconds.",
                "schema": { "type": "integer", "minimum": 0 },
                "example": 1,
            }),
        ),
    ];
    let chosen = all.into_iter().filter(|(name, _)| names.contains(name));
    chosen.map(|(name, header)| (name.to_owned(), header)).collect::<Map<_, _>>().into()
}

fn text(description: &str, example: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string" }, "example": example })
}
