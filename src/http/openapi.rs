//! The `OpenAPI` documents: what poem-openapi writes, finished by one pass over its JSON.
//!
//! The framework knows the routes. [`scim`] joins them with the registry, which knows the resources:
//! [`schema`] and [`message`] the components, [`operation`] what each operation takes and answers,
//! [`example`] the examples. Other surfaces have typed bodies and need little more than errors: a
//! [`Sheet`] each, finished by [`typed`]. [`part`] is what all share. Routes are not written down a
//! second time.

mod admin;
mod example;
mod invented;
mod message;
mod name;
mod operation;
mod part;
mod schema;
mod scim;
mod typed;

pub(super) use part::Fault;
pub(super) use typed::{Operation, Sheet};

use super::login;
use super::native::Prefixes;
use crate::scim::schema::{Registry, document};
use scim::Whose;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Every document, as a name and its JSON text.
#[must_use]
pub fn documents(registry: &Registry) -> Vec<(&'static str, String)> {
    let registry = Arc::new(registry.clone());
    with(&registry, &Prefixes::default()).map(|(name, write)| (name, write())).collect()
}

/// Writes a document.
pub(super) type Writer = Box<dyn FnOnce() -> String + Send>;

/// The documents of the surfaces that are switched on, to be written when they are asked for.
pub(super) fn with(registry: &Arc<Registry>, prefixes: &Prefixes) -> impl Iterator<Item = (&'static str, Writer)> {
    fn writer(make: impl FnOnce() -> Value + Send + 'static) -> Writer {
        Box::new(|| format!("{:#}\n", make()))
    }
    let registry = Arc::clone(registry);
    let fixed = [
        ("scim", writer(move || scim::document(&document::plain(&registry), Whose::Everybody))),
        ("admin", writer(|| admin::sheet().write())),
        ("login", writer(|| login::sheet().write())),
    ];
    let natives = prefixes.on().map(|(dialect, prefix)| {
        let prefix = prefix.to_owned();
        (dialect.door.name(), writer(move || (dialect.sheet)(prefix).write()))
    });
    fixed.into_iter().chain(natives.collect::<Vec<_>>())
}

/// The document of the SCIM surface for a tenant with these schemas and resource types.
pub(super) fn of_tenant(registry: &Registry) -> String {
    format!("{:#}\n", scim::document(registry, Whose::Tenant))
}

/// What documents differ in.
struct Document<'a> {
    title: &'static str,
    summary: &'static str,
    description: String,
    /// What a token must be able to do.
    bearer: &'static str,
    /// Headers that may carry a token as it is.
    keys: &'static [&'static str],
    prefix: &'a str,
    tags: Value,
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    parameters: Option<Value>,
    headers: Value,
    errors: Map<String, Value>,
}

impl Document<'_> {
    /// As `OpenAPI` 3.1.
    fn write(self) -> Value {
        let mut components = Map::new();
        components.insert("schemas".to_owned(), self.schemas.into());
        components.extend(self.parameters.map(|parameters| ("parameters".to_owned(), parameters)));
        components.insert("headers".to_owned(), self.headers);
        components.insert("responses".to_owned(), self.errors.into());
        let bearer = json!({ "type": "http", "scheme": "bearer", "description": self.bearer });
        let keys = self.keys.iter().map(|name| {
            let key = json!({ "type": "apiKey", "in": "header", "name": name, "description": self.bearer });
            ((*name).to_owned(), key)
        });
        let schemes: Map<String, Value> = std::iter::once(("bearer".to_owned(), bearer)).chain(keys).collect();
        let security: Vec<Value> = schemes.keys().map(|name| json!({ (name): [] })).collect();
        components.insert("securitySchemes".to_owned(), schemes.into());
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
            "security": security,
            "tags": self.tags,
            "paths": self.paths,
            "components": components,
        })
    }
}

#[cfg(test)]
mod tests;
