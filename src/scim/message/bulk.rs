//! `BulkRequest` and `BulkResponse` (RFC 7644 §3.7): what the operations are, and the references between
//! them. Planning and running them is not done here.
//!
//! What is wrong with one operation is noted at it and spares the others.

#[cfg(test)]
mod tests;

use super::error_message;
use crate::scim::schema::{Registry, ResourceType};
use crate::scim::tolerance::{Leeway, Profile, Tolerance, Used};
use crate::scim::{Error, ScimType, urn};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a reference begins with: `bulkId:qwerty`.
const REFERENCE: &str = "bulkId:";

/// A whole bulk request.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// After so many errors no further operation is begun; none for no bound.
    pub fail_on_errors: Option<u64>,
    /// The operations as they were sent.
    pub operations: Vec<Item>,
    /// The tolerances without which the request would have been refused.
    pub used: Used,
}

/// One operation of a bulk request, or what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The method as the answer repeats it, if it is one word.
    pub method: Option<String>,
    /// What the client calls the operation.
    pub bulk_id: Option<String>,
    /// What the path names, as far as it is known.
    pub place: Option<Place>,
    /// The operation.
    pub operation: Result<Operation, Error>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// How.
    pub method: Method,
    /// To what.
    pub place: Place,
    /// The entity tag the resource must have.
    pub version: Option<String>,
    /// The body; null for a DELETE.
    pub data: Value,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The type.
    pub kind: Arc<ResourceType>,
    /// The resource; none for the type itself.
    pub target: Option<Target>,
}

/// A resource in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By its id.
    Id(String),
    /// The one of the operation with this `bulkId`.
    BulkId(String),
}

/// The methods of RFC 7644 §3.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// §3.3
    Post,
    /// §3.5.1
    Put,
    /// §3.5.2
    Patch,
    /// §3.6
    Delete,
}

impl Method {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The name of the HTTP method.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl BulkRequest {
    /// Reads the body of a bulk request with at most so many operations, on the types of a registry.
    ///
    /// # Errors
    /// `invalidSyntax` if it is no `BulkRequest`, `invalidValue` for a bad `failOnErrors`; too large.
    pub fn parse(body: Value, registry: &Registry, profile: &Profile, most: usize) -> Result<Self, Error> {
        let refusal =
            || Error::syntax("the body must be a BulkRequest: an object with the list \"Operations\" (RFC 7644 §3.7)");
        let Value::Object(body) = body else { return Err(refusal()) };
        let (mut operations, mut fail_on_errors, mut named) = (None, None, false);
        for (name, value) in body {
            match name.to_ascii_lowercase().as_str() {
                "operations" => operations = Some(value),
                "failonerrors" => fail_on_errors = bound(&value)?,
                "schemas" => named = names_itself(&value),
                _ => {}
            }
        }
        let Some(Value::Array(operations)) = operations else { return Err(refusal()) };
        let mut leeway = Leeway::new(profile);
        if !named {
            leeway.need(Tolerance::AnySchemas, || {
                Error::syntax(format!("schemas must be a list with {} (RFC 7644 §3.7)", urn::BULK_REQUEST))
            })?;
        }
        if operations.len() > most {
            return Err(Error::too_large(format!(
                "Operations: the request exceeds maxOperations ({most}); send the rest in another one (RFC 7644 §3.7.4)"
            )));
        }
        let operations = operations.into_iter().map(|sent| Item::parse(sent, registry)).collect();
        Ok(Self { fail_on_errors, operations, used: leeway.used })
    }
}

fn names_itself(schemas: &Value) -> bool {
    let is_ours = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::BULK_REQUEST));
    schemas.as_array().is_some_and(|listed| listed.iter().any(is_ours))
}

/// Clients that mean no bound send 0.
fn bound(value: &Value) -> Result<Option<u64>, Error> {
    match value {
        Value::Null => Ok(None),
        value => match value.as_u64() {
            Some(bound) => Ok(Some(bound).filter(|bound| *bound > 0)),
            None => Err(Error::value("failOnErrors must be a whole number of at least 1 (RFC 7644 §3.7)")),
        },
    }
}

/// The members of an operation, as sent.
#[derive(Default)]
struct Sent {
    method: Option<Value>,
    bulk_id: Option<Value>,
    path: Option<Value>,
    version: Option<Value>,
    data: Option<Value>,
}

impl Item {
    fn parse(sent: Value, registry: &Registry) -> Self {
        let Value::Object(object) = sent else {
            let fault = Error::syntax("an operation must be an object (RFC 7644 §3.7)");
            return Self { method: None, bulk_id: None, place: None, operation: Err(fault) };
        };
        let mut sent = Sent::default();
        for (name, value) in object {
            let member = match name.to_ascii_lowercase().as_str() {
                "method" => &mut sent.method,
                "bulkid" => &mut sent.bulk_id,
                "path" => &mut sent.path,
                "version" => &mut sent.version,
                "data" => &mut sent.data,
                _ => continue,
            };
            *member = Some(value).filter(|value| !value.is_null());
        }
        let word = sent.method.as_ref().and_then(Value::as_str).map(str::to_ascii_uppercase);
        let method = word.as_deref().and_then(|word| Method::ALL.into_iter().find(|method| method.as_str() == word));
        let bulk_id = sent.bulk_id.as_ref().and_then(Value::as_str).filter(|id| !id.is_empty()).map(ToOwned::to_owned);
        let place = place(sent.path.as_ref(), registry);
        let known = place.as_ref().ok().cloned();
        let operation = sent.read(method, bulk_id.is_some(), place);
        let is_word =
            |word: &String| (1..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
        Self { method: word.filter(is_word), bulk_id, place: known, operation }
    }
}

impl Sent {
    fn read(self, method: Option<Method>, named: bool, place: Result<Place, Error>) -> Result<Operation, Error> {
        let Some(method) = method else {
            return Err(Error::syntax("method must be POST, PUT, PATCH or DELETE (RFC 7644 §3.7)"));
        };
        if self.bulk_id.is_some() && !named {
            return Err(Error::value("bulkId must be text, and not empty (RFC 7644 §3.7)"));
        }
        let place = place?;
        match (method, &place.target) {
            (Method::Post, Some(_)) => {
                return Err(Error::path("path: a POST takes the endpoint alone, such as /Users (RFC 7644 §3.7)"));
            }
            (Method::Put | Method::Patch | Method::Delete, None) => {
                return Err(Error::path(format!(
                    "path: a {} takes a resource, such as {}/id (RFC 7644 §3.7)",
                    method.as_str(),
                    place.kind.endpoint
                )));
            }
            (Method::Post, None) | (Method::Put | Method::Patch | Method::Delete, Some(_)) => {}
        }
        if method == Method::Post && !named {
            return Err(Error::value("bulkId is required for a POST (RFC 7644 §3.7)"));
        }
        let version = match self.version {
            None => None,
            Some(Value::String(version)) => Some(version),
            Some(_) => return Err(Error::value("version must be text, such as W/\"3\" (RFC 7644 §3.7)")),
        };
        let data = match (method, self.data) {
            (Method::Delete, _) => Value::Null,
            (_, Some(data)) => data,
            (_, None) => {
                return Err(Error::value(format!("data is required for a {} (RFC 7644 §3.7)", method.as_str())));
            }
        };
        Ok(Operation { method, place, version, data })
    }
}

/// What a path names: the endpoint of a type, and perhaps a resource of it.
fn place(path: Option<&Value>, registry: &Registry) -> Result<Place, Error> {
    let path = match path {
        Some(Value::String(path)) => path.trim(),
        Some(_) => return Err(Error::path("path must be text (RFC 7644 §3.7)")),
        None => return Err(Error::path("path is missing; it names an endpoint, such as /Users (RFC 7644 §3.7)")),
    };
    let below = |kind: &ResourceType| {
        let endpoint = kind.endpoint.trim_start_matches('/');
        match path.trim_start_matches('/').strip_prefix(endpoint)? {
            "" | "/" => Some(None),
            rest => Some(Some(rest.strip_prefix('/')?)),
        }
    };
    let found = registry.types.iter().find_map(|kind| Some((kind, below(kind)?)));
    let (kind, rest) = found.ok_or_else(|| {
        Error::path("path: no resource type has this endpoint; /ResourceTypes lists those there are (RFC 7644 §3.7)")
    })?;
    let target = match rest {
        None => None,
        Some(rest) => Some(match rest.strip_prefix(REFERENCE) {
            Some(name) => Target::BulkId(name.to_owned()),
            None if rest.contains(['/', '?', '#']) => {
                return Err(Error::path("path: nothing may stand behind the id of the resource (RFC 7644 §3.7)"));
            }
            None => Target::Id(rest.to_owned()),
        }),
    };
    Ok(Place { kind: Arc::clone(kind), target })
}

/// Tells the `bulkId` of every reference in a body, wherever it stands, and puts in its place what is
/// answered. A reference is a text that begins with `bulkId:`; in a `$ref`, the last part of a URL; in
/// the `path` of a PATCH operation, a quoted text.
pub fn references(data: &mut Value, resolve: &mut dyn FnMut(&str) -> Option<String>) {
    let mut left = vec![("", data)];
    while let Some((key, value)) = left.pop() {
        match value {
            Value::Object(parts) => left.extend(parts.iter_mut().map(|(key, part)| (key.as_str(), part))),
            Value::Array(list) => left.extend(list.iter_mut().map(|element| (key, element))),
            Value::String(text) => {
                if let Some(resolved) = reference(key, text, resolve) {
                    *text = resolved;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The text with its references resolved; none if it stays as it is.
fn reference(key: &str, text: &str, resolve: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    if let Some(name) = text.strip_prefix(REFERENCE) {
        return resolve(name);
    }
    if key.eq_ignore_ascii_case("$ref") {
        let (url, last) = text.rsplit_once('/')?;
        return Some(format!("{url}/{}", resolve(last.strip_prefix(REFERENCE)?)?));
    }
    if !key.eq_ignore_ascii_case("path") {
        return None;
    }
    let mut parts = text.split("\"bulkId:");
    let mut resolved = parts.next()?.to_owned();
    let mut changed = false;
    for part in parts {
        let known = part.split_once('"').and_then(|(name, rest)| Some((resolve(name)?, rest)));
        changed |= known.is_some();
        match known {
            Some((id, rest)) => resolved.extend(["\"", &id, "\"", rest]),
            None => resolved.extend(["\"", REFERENCE, part]),
        }
    }
    changed.then_some(resolved)
}

/// What became of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The method.
    pub method: Option<String>,
    /// What the client calls the operation.
    pub bulk_id: Option<String>,
    /// The URL of the resource.
    pub location: Option<String>,
    /// Its entity tag.
    pub version: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// Why the operation failed.
    pub failure: Option<Failure>,
}

/// Why an operation failed, as its Error message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The `scimType`.
    pub scim_type: Option<ScimType>,
    /// A sentence.
    pub detail: String,
}

/// The text of a `BulkResponse`.
#[must_use]
pub fn bulk_response(outcomes: &[Outcome]) -> String {
    let operations: Vec<Value> = outcomes.iter().map(Outcome::write).collect();
    json!({ "schemas": [urn::BULK_RESPONSE], "Operations": operations }).to_string()
}

impl Outcome {
    fn write(&self) -> Value {
        let mut entry = Map::new();
        let texts = [
            ("location", self.location.as_deref()),
            ("method", self.method.as_deref()),
            ("bulkId", self.bulk_id.as_deref()),
            ("version", self.version.as_deref()),
        ];
        for (name, text) in texts {
            entry.extend(text.map(|text| (name.to_owned(), Value::from(text))));
        }
        entry.insert("status".to_owned(), Value::from(self.status.to_string()));
        let failure = self.failure.as_ref();
        let error =
            failure.map(|failure| error_message(self.status, failure.scim_type.map(ScimType::as_str), &failure.detail));
        entry.extend(error.map(|error| ("response".to_owned(), error)));
        Value::Object(entry)
    }
}
