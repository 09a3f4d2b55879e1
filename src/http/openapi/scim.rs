//! The document of the SCIM surface: the framework's routes, the registry's resources.

use super::name::Names;
use super::{Document, operation, part, schema};
use crate::http::openapi::part::Fault;
use crate::http::scim::{PREFIX, SURFACE, service};
use crate::scim::ScimType;
use crate::scim::schema::Registry;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
The directory of one tenant through SCIM 2.0 (RFC 7643, RFC 7644).

Bodies are JSON and may be sent as `application/scim+json` or `application/json`; answers are always \
`application/scim+json`, errors too. Names of attributes are read in any case. `active: \"True\"`, one object where a \
list is meant, unknown attributes and echoes of read-only ones are tolerated as identity providers send them.

{whose}

Every resource has a version: it stands in the `ETag` header and in `meta.version`, and `If-Match` makes a change \
conditional. The URL of the list, `filter` and `POST /.search` are three ways to ask the same question.";

/// Whose schemas and resource types are described.
#[derive(Clone, Copy)]
pub(super) enum Whose {
    /// What every tenant has.
    Everybody,
    /// What one tenant has.
    Tenant,
}

impl Whose {
    fn description(self) -> String {
        let whose = match self {
            Self::Everybody => {
                "Described are the schemas that every tenant has. A tenant may have more of its own, and one that is \
                 opened to native APIs has further extensions of `User`: the same document, asked for with a token, \
                 shows what the tenant of the token has, as `/ResourceTypes` and `/Schemas` do."
            }
            Self::Tenant => "Described are the schemas and resource types that the tenant of the token has.",
        };
        DESCRIPTION.replacen("{whose}", whose, 1)
    }
}

/// The errors of the surface.
pub(super) const FAULTS: &[Fault] = &[
    Fault {
        status: 400,
        name: "BadRequest",
        description: "The request breaks a rule; `scimType` tells which (RFC 7644 §3.12).",
        scim_type: Some(ScimType::InvalidFilter),
        detail: "column 10: expected an operator such as eq (RFC 7644 §3.4.2.2)",
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
        description: "The token lacks a scope, or a filter was sent to discovery.",
        detail: "the token lacks the scope scim this request needs",
        ..Fault::NONE
    },
    Fault {
        status: 404,
        name: "NotFound",
        description: "There is no such resource.",
        detail: "there is no such User",
        ..Fault::NONE
    },
    Fault::REQUEST_TIMEOUT,
    Fault {
        status: 409,
        name: "Conflict",
        description: "A unique value is taken.",
        scim_type: Some(ScimType::Uniqueness),
        detail: "another resource has this userName; it must be unique (RFC 7643 §2.2, uniqueness)",
        ..Fault::NONE
    },
    Fault {
        status: 412,
        name: "PreconditionFailed",
        description: "The resource has another version.",
        detail: "the resource has another version than If-Match or If-None-Match allow; read it again and repeat the change (RFC 7644 §3.14)",
        ..Fault::NONE
    },
    Fault {
        status: 413,
        name: "PayloadTooLarge",
        description: "The request is larger than a documented limit.",
        detail: "the body is larger than 10485760 bytes; send less in one request",
        ..Fault::NONE
    },
    Fault {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not JSON, or compressed.",
        detail: "Content-Type: the body must be JSON, as application/scim+json or application/json (RFC 7644 §3.1)",
        ..Fault::NONE
    },
    Fault::TOO_MANY_REQUESTS,
    Fault::INTERNAL_SERVER_ERROR,
    Fault::SERVICE_UNAVAILABLE,
    Fault::INSUFFICIENT_STORAGE,
];

/// Where the paths of every resource type begin, as the framework writes it.
const ENDPOINT: &str = "/{endpoint}";

/// The document.
pub(super) fn document(registry: &Registry, whose: Whose) -> Value {
    let names = Names::new(registry);
    let raw: Value = serde_json::from_str(&service().spec()).unwrap_or_default();
    let mut paths = Map::new();
    let framework = raw.get("paths").and_then(Value::as_object).into_iter().flatten();
    let (of_types, others): (Vec<_>, Vec<_>) = framework.partition(|(path, _)| path.starts_with(ENDPOINT));
    let of_each = registry
        .types
        .iter()
        .flat_map(|kind| of_types.iter().map(|(path, methods)| (path.replacen(ENDPOINT, &kind.endpoint, 1), *methods)));
    for (path, methods) in of_each.chain(others.iter().map(|(path, methods)| ((*path).clone(), *methods))) {
        let described = methods.as_object().into_iter().flatten().filter_map(|(method, operation)| {
            let parameters = operation.get("parameters").and_then(Value::as_array);
            let described = operation::describe(registry, &names, &path, method)?;
            Some((method.clone(), described.write(parameters.map_or(&[], Vec::as_slice))))
        });
        let described = Value::Object(described.collect());
        paths.insert(path, described);
    }
    let document = Document {
        title: "Roster SCIM 2.0",
        summary: "Users and groups, as identity providers provision them.",
        description: whose.description(),
        bearer: "A token the operator made (`roster token create`): scope `scim` or `scim:read`; for `/Me` also that of a session.",
        keys: &[],
        prefix: PREFIX,
        tags: operation::tags(registry, &names).into(),
        paths,
        schemas: schema::components(registry, &names),
        parameters: Some(parameters()),
        headers: part::headers(&[
            "Content-Location",
            "ETag",
            "Location",
            "WWW-Authenticate",
            "X-Request-Id",
            "Retry-After",
        ]),
        errors: part::errors(FAULTS, SURFACE.errors, "Error"),
    };
    document.write()
}

/// The component parameters. They have no examples: a page to try them on would send those.
fn parameters() -> Value {
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
             total alone; not with a cursor.",
        ),
        "cursor": query(
            "cursor",
            &text,
            "Pages by cursor (RFC 9865): empty for the first one, then `nextCursor` or `previousCursor` of the last \
             answer to the same query. `startIndex` is of no account then.",
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
