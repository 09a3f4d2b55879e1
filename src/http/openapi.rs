//! The `OpenAPI` documents: what poem-openapi writes, finished by one pass over its JSON.
//!
//! The framework knows the routes. [`scim`] joins them with the registry, which knows the resources:
//! [`schema`] and [`message`] the components, [`operation`] what each operation takes and answers,
//! [`example`] the examples. [`admin`] has typed bodies and needs little more than errors. [`part`]
//! is what both share. Routes are not written down a second time.

mod admin;
mod example;
mod message;
mod operation;
mod part;
mod schema;
mod scim;

use crate::scim::schema::Registry;
use serde_json::{Map, Value, json};

/// Every document, as a name and its JSON text.
#[must_use]
pub fn documents(registry: &Registry) -> Vec<(&'static str, String)> {
    vec![("scim", scim(registry)), ("admin", admin())]
}

/// The document of the SCIM surface.
pub(super) fn scim(registry: &Registry) -> String {
    text(&scim::document(registry))
}

/// The document of the admin surface.
pub(super) fn admin() -> String {
    text(&admin::document())
}

fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// What documents differ in.
struct Document {
    title: &'static str,
    summary: &'static str,
    description: &'static str,
    /// What a token must be able to do.
    bearer: &'static str,
    prefix: &'static str,
    tags: Value,
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    parameters: Option<Value>,
    headers: Value,
    errors: Map<String, Value>,
}

impl Document {
    /// As `OpenAPI` 3.1.
    fn write(self) -> Value {
        let mut components = Map::new();
        components.insert("schemas".to_owned(), self.schemas.into());
        components.extend(self.parameters.map(|parameters| ("parameters".to_owned(), parameters)));
        components.insert("headers".to_owned(), self.headers);
        components.insert("responses".to_owned(), self.errors.into());
        let bearer = json!({ "type": "http", "scheme": "bearer", "description": self.bearer });
        components.insert("securitySchemes".to_owned(), json!({ "bearer": bearer }));
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.title,
                "summary": self.summary,
                "description": self.description,
                "version": env!("CARGO_PKG_VERSION"),
                "license": { "name": "MIT OR Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE") },
            },
            "servers": [{ "url": self.prefix, "description": "The server this document came from." }],
            "security": [{ "bearer": [] }],
            "tags": self.tags,
            "paths": self.paths,
            "components": components,
        })
    }
}

#[cfg(test)]
mod tests;
