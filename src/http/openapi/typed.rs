//! The documents of surfaces with typed bodies: the framework's, brought to 3.1 and given its errors.
//!
//! A [`Sheet`] says what a surface adds to its routes; which errors an operation has follows from what
//! it takes.

use super::Document;
use super::part::{self, Fault, error_references};
use crate::http::surface::Shape;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::{OpenApi, OpenApiService, Webhook};
use serde_json::{Map, Value, json};

/// What a surface adds to what the framework knows of its routes.
pub(in crate::http) struct Sheet {
    /// The framework's own document.
    pub raw: Value,
    pub title: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    /// What a token must be able to do.
    pub bearer: &'static str,
    /// Headers that may carry a token as it is.
    pub keys: &'static [&'static str],
    /// Where the surface is mounted.
    pub prefix: String,
    /// The errors of the surface.
    pub faults: &'static [Fault],
    pub shape: Shape,
    /// The name of the schema of errors.
    pub error: &'static str,
    /// Adds schemas no operation names, such as that of errors.
    pub register: fn(&mut Registry),
    /// Whether answers tell versions.
    pub versions: bool,
    /// The statuses of the errors of an operation, beside those that every one has.
    pub errors: fn(&Operation<'_>) -> Vec<u16>,
    /// Whether an operation needs no token.
    pub is_open: fn(&Operation<'_>) -> bool,
    /// Finishes the component schemas.
    pub polish: fn(&mut Map<String, Value>),
}

/// The headers of answers.
const HEADERS: &[&str] = &["Location", "WWW-Authenticate", "X-Request-Id", "Retry-After"];
/// The same where answers tell versions.
const VERSIONED: &[&str] = &["ETag", "Location", "WWW-Authenticate", "X-Request-Id", "Retry-After"];

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub takes_body: bool,
    pub takes_query: bool,
}

impl Sheet {
    /// The sheet of a service that says nothing yet.
    pub(in crate::http) fn of<T: OpenApi, W: Webhook>(service: &OpenApiService<T, W>, shape: Shape) -> Self {
        Self {
            raw: serde_json::from_str(&service.spec()).unwrap_or_default(),
            title: "",
            summary: "",
            description: "",
            bearer: "",
            keys: &[],
            prefix: String::new(),
            faults: &[],
            shape,
            error: "",
            register: |_| {},
            versions: false,
            errors: |_| Vec::new(),
            is_open: |_| false,
            polish: |_| {},
        }
    }

    /// The document.
    pub(super) fn write(self) -> Value {
        let mut paths = Map::new();
        for (path, methods) in self.raw.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let methods = methods.as_object().into_iter().flatten();
            let finished = methods.map(|(method, raw)| (method.clone(), self.operation(path, method, raw)));
            paths.insert(path.clone(), Value::Object(finished.collect()));
        }
        let document = Document {
            title: self.title,
            summary: self.summary,
            description: self.description.to_owned(),
            bearer: self.bearer,
            keys: self.keys,
            prefix: if self.prefix.is_empty() { "/" } else { &self.prefix },
            tags: self.raw.get("tags").cloned().unwrap_or_else(|| json!([])),
            paths,
            schemas: self.schemas(),
            parameters: None,
            headers: part::headers(if self.versions { VERSIONED } else { HEADERS }),
            errors: part::errors(self.faults, self.shape, self.error),
        };
        document.write()
    }

    /// An operation with all it may answer.
    fn operation(&self, path: &str, method: &str, raw: &Value) -> Value {
        let mut operation = raw.as_object().cloned().unwrap_or_default();
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
                // Both say what is so anyway.
                parameter.retain(|name, _| name != "deprecated" && name != "explode");
            }
        }
        let parameters = raw.get("parameters").and_then(Value::as_array);
        let takes = Operation {
            path,
            method,
            takes_body: raw.get("requestBody").is_some(),
            takes_query: parameters.into_iter().flatten().any(is_in_query),
        };
        let answers = raw.get("responses").and_then(Value::as_object).into_iter().flatten();
        let mut responses: Map<String, Value> =
            answers.map(|(status, answer)| (status.clone(), finished(status, answer))).collect();
        responses.extend(error_references(self.faults, &(self.errors)(&takes)));
        operation.insert("responses".to_owned(), responses.into());
        if (self.is_open)(&takes) {
            operation.insert("security".to_owned(), json!([]));
        }
        operation.into()
    }

    /// The schemas of the bodies, and of errors.
    fn schemas(&self) -> Map<String, Value> {
        let schemas = self.raw.pointer("/components/schemas").and_then(Value::as_object);
        let mut schemas = schemas.cloned().unwrap_or_default();
        let mut registry = Registry::new();
        (self.register)(&mut registry);
        for (name, schema) in registry.schemas {
            if let Ok(schema) = serde_json::to_value(MetaSchemaRef::Inline(Box::new(schema))) {
                schemas.insert(name, schema);
            }
        }
        schemas.values_mut().for_each(modernise);
        (self.polish)(&mut schemas);
        schemas
    }
}

fn finished(status: &str, answer: &Value) -> Value {
    let described = answer.get("headers").and_then(Value::as_object);
    let located = described.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("location")));
    let tagged = described.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("etag")));
    let headers: &[&str] = match (status == "201" && located, tagged) {
        (true, true) => &["ETag", "Location"],
        (true, false) => &["Location"],
        (false, true) => &["ETag"],
        (false, false) => &[],
    };
    let description = answer.get("description").and_then(Value::as_str).unwrap_or_default();
    let content =
        answer.get("content").filter(|content| content.as_object().is_some_and(|content| !content.is_empty()));
    part::response(description, headers, content.cloned())
}

fn is_in_query(parameter: &Value) -> bool {
    parameter.get("in").is_some_and(|place| place == "query")
}

/// `OpenAPI` 3.0 lets nothing stand beside a reference, 3.1 does: no need for `allOf`. And it says
/// that a value may be null among its types.
fn modernise(schema: &mut Value) {
    for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        let Some(reference) = property.pointer("/allOf/0/$ref").cloned() else { continue };
        if let Some(property) = property.as_object_mut() {
            property.remove("allOf");
            property.insert("$ref".to_owned(), reference);
        }
    }
    nullable(schema);
}

fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("nullable").is_some_and(|value| value == true) {
                object.remove("nullable");
                match object.get("type").cloned() {
                    Some(kind) => object.insert("type".to_owned(), json!([kind, "null"])),
                    None => object.remove("$ref").and_then(|reference| {
                        object.insert("oneOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]))
                    }),
                };
            }
            object.values_mut().for_each(nullable);
        }
        Value::Array(values) => values.iter_mut().for_each(nullable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
