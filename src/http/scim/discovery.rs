//! Discovery: `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 §4, RFC 7643 §5–§7).
//!
//! Every value comes from the room that keeps the promise: limits from the directory, the rest from
//! the registry. Sorting and paging are ignored here; a filter is refused, as the RFC asks.

use super::PREFIX;
use super::answer::Answer;
use super::call::Call;
use crate::directory::bulk::MAX_OPERATIONS;
use crate::directory::oauth::Enabled;
use crate::http::error::Refusal;
use crate::scim::message::{Place, list_response};
use crate::scim::schema::document::{write_resource_type, write_schema};
use crate::scim::schema::{ResourceType, Schema};
use crate::scim::{Object, urn};
use poem::http::StatusCode;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many resources the SCIM 2.0 Interoperability Profile wants to see in a page that may have as many.
const INTEROPERABLE_PAGE: u64 = 100;

/// The routes of discovery.
pub(in crate::http) struct Discovery;

#[OpenApi]
#[expect(clippy::unused_async, reason = "the framework takes async functions only")]
impl Discovery {
    #[oai(path = "/ServiceProviderConfig", method = "get")]
    async fn config(&self, call: Call) -> Result<Answer, Refusal> {
        refuse_filter(&call.query)?;
        let schemes = schemes(&call).await?;
        Ok(Answer::ok(config(&call, &schemes).to_string()))
    }

    #[oai(path = "/Schemas", method = "get")]
    async fn schemas(&self, call: Call) -> Result<Answer, Refusal> {
        refuse_filter(&call.query)?;
        let schemas = &call.registry().schemas;
        Ok(list(schemas.iter().map(|schema| shown(written(&call, schema), &SCHEMA, &schema.id, &call.base))))
    }

    #[oai(path = "/Schemas/:id", method = "get")]
    async fn schema(&self, call: Call, id: Path<String>) -> Result<Answer, Refusal> {
        refuse_filter(&call.query)?;
        let schema = call.registry().schema(&id).ok_or_else(|| unknown("Schema"))?;
        Ok(Answer::ok(shown(written(&call, schema), &SCHEMA, &schema.id, &call.base)))
    }

    #[oai(path = "/ResourceTypes", method = "get")]
    async fn resource_types(&self, call: Call) -> Result<Answer, Refusal> {
        refuse_filter(&call.query)?;
        let kinds = &call.registry().types;
        Ok(list(kinds.iter().map(|kind| shown(write_resource_type(kind), &RESOURCE_TYPE, &kind.name, &call.base))))
    }

    #[oai(path = "/ResourceTypes/:id", method = "get")]
    async fn resource_type(&self, call: Call, id: Path<String>) -> Result<Answer, Refusal> {
        refuse_filter(&call.query)?;
        let kind = call.registry().resource_type(&id).ok_or_else(|| unknown("ResourceType"))?;
        Ok(Answer::ok(shown(write_resource_type(kind), &RESOURCE_TYPE, &kind.name, &call.base)))
    }
}

/// A kind of discovery document.
struct Described {
    resource_type: &'static str,
    schema: &'static str,
    path: &'static str,
}

const SCHEMA: Described = Described { resource_type: "Schema", schema: urn::SCHEMA, path: "/Schemas" };
const RESOURCE_TYPE: Described =
    Described { resource_type: "ResourceType", schema: urn::RESOURCE_TYPE, path: "/ResourceTypes" };

/// A schema as it is to the caller: what its connection may share is not unique.
fn written(call: &Call, schema: &Schema) -> Object {
    let mut document = write_schema(schema);
    let may_share = |kind: &&Arc<ResourceType>| {
        kind.schema.id == schema.id && call.caller().is_ok_and(|caller| caller.shares_key(kind))
    };
    let shared = call.registry().types.iter().find(may_share).and_then(|kind| kind.key.as_ref());
    let attributes = document.get_mut("attributes").and_then(Value::as_array_mut);
    for attribute in attributes.into_iter().flatten().filter_map(Value::as_object_mut) {
        if shared.is_some_and(|key| attribute.get("name").and_then(Value::as_str) == Some(key.name.as_str())) {
            attribute.insert("uniqueness".to_owned(), Value::from("none"));
        }
    }
    document
}

/// The text of a discovery document with `schemas` first and `meta` last.
fn shown(document: Object, described: &Described, id: &str, base: &str) -> String {
    let mut whole = Object::new();
    whole.insert("schemas".to_owned(), json!([described.schema]));
    whole.extend(document.into_iter().filter(|(name, _)| name != "schemas" && name != "meta"));
    let location = format!("{base}{}/{id}", described.path);
    whole.insert("meta".to_owned(), json!({ "resourceType": described.resource_type, "location": location }));
    Value::Object(whole).to_string()
}

fn list(texts: impl Iterator<Item = String>) -> Answer {
    let texts: Vec<String> = texts.collect();
    let total = u64::try_from(texts.len()).unwrap_or(u64::MAX);
    Answer::ok(list_response(total, &Place::Index(1), &texts))
}

/// How a client may authenticate: to a caller, what its tenant has set up; to anybody else, all there
/// is (RFC 7643 §5).
async fn schemes(call: &Call) -> Result<Vec<Value>, Refusal> {
    let enabled = match call.caller() {
        Ok(caller) => call.directory().enabled(caller).await?,
        Err(_) => Enabled { oauth: true, basic: true },
    };
    let mut schemes = vec![json!({
        "type": "oauthbearertoken",
        "name": "OAuth Bearer Token",
        "description": "A bearer token in the Authorization header (RFC 6750).",
        "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
        "primary": true,
    })];
    if enabled.oauth {
        schemes.push(json!({
            "type": "oauth2",
            "name": "OAuth 2.0 Client Credentials",
            "description": "An access token of this server's token endpoint (RFC 6749 section 4.4), or one of an \
                            issuer the tenant trusts.",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6749",
        }));
    }
    if enabled.basic {
        schemes.push(json!({
            "type": "httpbasic",
            "name": "HTTP Basic",
            "description": "A client id and its secret in the Authorization header (RFC 7617).",
            "specUri": "https://www.rfc-editor.org/rfc/rfc7617",
        }));
    }
    Ok(schemes)
}

fn config(call: &Call, schemes: &[Value]) -> Value {
    let limits = call.directory().limits();
    let site = call.base.strip_suffix(PREFIX).unwrap_or(&call.base);
    let mut config = json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "documentationUri": format!("{site}/docs"),
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": call.body_limit() },
        "filter": { "supported": true, "maxResults": limits.max_results },
        "changePassword": { "supported": true },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_results,
            "maxPageSize": limits.max_results,
            "cursorTimeout": limits.cursor_timeout,
        },
        "authenticationSchemes": schemes,
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", call.base),
        },
    });
    if let Some(config) = config.as_object_mut().filter(|_| is_interoperable(call)) {
        config.insert("interopProfileConformant".to_owned(), Value::Bool(true));
    }
    config
}

/// Whether the caller meets what the SCIM 2.0 Interoperability Profile asks of a server
/// (draft-zollner-scim-interop-profile): a strict connection, and pages that are large enough.
fn is_interoperable(call: &Call) -> bool {
    let limits = call.directory().limits();
    let is_strict = call.caller().is_ok_and(|caller| caller.profile.is_interoperable());
    is_strict && limits.default_results.min(limits.max_results) >= INTEROPERABLE_PAGE
}

fn unknown(kind: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, format!("there is no {kind} with this id; the list shows all there are"))
}

/// RFC 7644 §4: a filter on discovery is refused, so that nobody believes it was applied.
fn refuse_filter(query: &str) -> Result<(), Refusal> {
    let is_filter = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        name.eq_ignore_ascii_case("filter") && !value.is_empty()
    };
    if query.split('&').any(is_filter) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "filter: discovery cannot be filtered (RFC 7644 §4)"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filter_with_text_is_refused() {
        for query in ["filter=id%20pr", "count=1&FILTER=x"] {
            assert_eq!(refuse_filter(query).unwrap_err().status, StatusCode::FORBIDDEN, "{query}");
        }
        for query in ["", "filter=", "filter", "sortBy=filter", "count=x&startIndex=-1", "myfilter=1"] {
            assert!(refuse_filter(query).is_ok(), "{query}");
        }
    }

    #[test]
    fn discovery_documents_have_their_schema_first_and_their_location_last() {
        let document = json!({ "id": "User", "name": "User" }).as_object().unwrap().clone();
        assert_eq!(
            shown(document, &RESOURCE_TYPE, "User", "https://id.example/scim/v2"),
            concat!(
                r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"id":"User","name":"User","#,
                r#""meta":{"resourceType":"ResourceType","#,
                r#""location":"https://id.example/scim/v2/ResourceTypes/User"}}"#
            )
        );
    }
}
