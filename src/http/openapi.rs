//! The `OpenAPI` documents: what poem-openapi writes, finished by one pass over its JSON.
//!
//! The framework knows the routes, the registry knows the resources; this room joins them into an
//! `OpenAPI` 3.1 document: [`schema`] and [`message`] the components, [`operation`] what each
//! operation takes and answers, [`part`] what operations share, [`example`] the examples. Routes
//! are not written down a second time: an operation this room cannot describe fails the tests.

mod example;
mod message;
mod operation;
mod part;
mod schema;

use super::scim::{PREFIX, service};
use crate::scim::schema::Registry;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
The directory of one tenant through SCIM 2.0 (RFC 7643, RFC 7644).

Bodies are JSON and may be sent as `application/scim+json` or `application/json`; answers are always \
`application/scim+json`, errors too. Names of attributes are read in any case. `active: \"True\"`, one object where a \
list is meant, unknown attributes and echoes of read-only ones are tolerated as identity providers send them.

Every resource has a version: it stands in the `ETag` header and in `meta.version`, and `If-Match` makes a change \
conditional. The URL of the list, `filter` and `POST /.search` are three ways to ask the same question.";

/// Every document, as a name and its JSON text.
#[must_use]
pub fn documents(registry: &Registry) -> Vec<(&'static str, String)> {
    vec![("scim", scim(registry))]
}

/// The document of the SCIM surface.
pub(super) fn scim(registry: &Registry) -> String {
    let raw: Value = serde_json::from_str(&service().spec()).unwrap_or_default();
    let mut text = format!("{:#}", finish(&raw, registry));
    text.push('\n');
    text
}

/// Joins the framework's routes with what the registry knows.
fn finish(raw: &Value, registry: &Registry) -> Value {
    let mut paths = Map::new();
    for (path, methods) in raw.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let described = methods.as_object().into_iter().flatten().filter_map(|(method, operation)| {
            let parameters = operation.get("parameters").and_then(Value::as_array);
            let described = operation::describe(registry, path, method)?;
            Some((method.clone(), described.write(parameters.map_or(&[], Vec::as_slice))))
        });
        paths.insert(path.clone(), Value::Object(described.collect()));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Roster SCIM 2.0",
            "summary": "Users and groups, as identity providers provision them.",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": PREFIX, "description": "The server this document came from." }],
        "security": [{ "bearer": [] }],
        "tags": operation::tags(registry),
        "paths": paths,
        "components": {
            "schemas": schema::components(registry),
            "parameters": part::parameters(),
            "headers": part::headers(),
            "responses": part::errors(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token the operator made (`roster token create`): scope `scim` or `scim:read`.",
                },
            },
        },
    })
}

#[cfg(test)]
mod tests;
