//! JSON Schemas of the protocol's messages (RFC 7644) and discovery documents (RFC 7643 §5–§7).

use super::example;
use crate::scim::urn;
use serde_json::{Value, json};

/// Every component that does not depend on the registry.
pub(super) fn components() -> [(String, Value); 7] {
    [
        ("ListResponse", list_response()),
        ("SearchRequest", search_request()),
        ("PatchOp", patch_op()),
        ("Error", error()),
        ("ServiceProviderConfig", service_provider_config()),
        ("ResourceType", resource_type()),
        ("Schema", schema()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
}

/// `schemas` of a message.
fn message_schemas(urn: &str) -> Value {
    json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "The URN of the message.",
        "examples": [[urn]],
    })
}

/// RFC 7644 §3.4.2.
fn list_response() -> Value {
    json!({
        "type": "object",
        "title": "ListResponse",
        "description": "One page of results (RFC 7644 §3.4.2).",
        "required": ["schemas", "totalResults", "startIndex", "itemsPerPage", "Resources"],
        "properties": {
            "schemas": message_schemas(urn::LIST_RESPONSE),
            "totalResults": {
                "type": "integer",
                "minimum": 0,
                "description": "How many resources match in all.",
            },
            "startIndex": {
                "type": "integer",
                "minimum": 1,
                "description": "The number of the first result, from 1.",
            },
            "itemsPerPage": {
                "type": "integer",
                "minimum": 0,
                "description": "How many resources this page holds.",
            },
            "Resources": {
                "type": "array",
                "items": { "type": "object" },
                "description": "The resources of this page.",
            },
        },
    })
}

/// RFC 7644 §3.4.3.
fn search_request() -> Value {
    json!({
        "type": "object",
        "title": "SearchRequest",
        "description": "A search whose terms stay out of URLs and logs (RFC 7644 §3.4.3).",
        "properties": {
            "schemas": message_schemas(urn::SEARCH_REQUEST),
            "attributes": texts("Show these attributes only."),
            "excludedAttributes": texts("Leave these attributes out."),
            "filter": { "type": "string", "description": "What a resource must match (RFC 7644 §3.4.2.2)." },
            "sortBy": { "type": "string", "description": "The attribute to sort by." },
            "sortOrder": {
                "type": "string",
                "enum": ["ascending", "descending"],
                "description": "Ascending if absent.",
            },
            "startIndex": {
                "type": "integer",
                "description": "The first result, from 1; less is read as 1.",
            },
            "count": {
                "type": "integer",
                "description": "The largest number of results; less than 0 is read as 0.",
            },
        },
        "examples": [example::search()],
    })
}

/// RFC 7644 §3.5.2.
fn patch_op() -> Value {
    json!({
        "type": "object",
        "title": "PatchOp",
        "description": "Changes, applied in order, all or none (RFC 7644 §3.5.2).",
        "required": ["Operations"],
        "properties": {
            "schemas": message_schemas(urn::PATCH_OP),
            "Operations": {
                "type": "array",
                "maxItems": 1000,
                "description": "The changes.",
                "items": {
                    "type": "object",
                    "required": ["op"],
                    "properties": {
                        "op": {
                            "type": "string",
                            "examples": ["add", "replace", "remove"],
                            "description": "In any case.",
                        },
                        "path": {
                            "type": ["string", "null"],
                            "description": "What to change, such as `emails[type eq \"work\"].value`.",
                        },
                        "value": { "description": "The new value; without a path, an object of attributes." },
                    },
                },
            },
        },
        "examples": [example::patch()],
    })
}

/// RFC 7644 §3.12.
fn error() -> Value {
    json!({
        "type": "object",
        "title": "Error",
        "description": "Why a request was refused (RFC 7644 §3.12).",
        "required": ["schemas", "status", "detail"],
        "properties": {
            "schemas": message_schemas(urn::ERROR),
            "status": { "type": "string", "description": "The HTTP status, as text.", "examples": ["404"] },
            "scimType": {
                "type": "string",
                "description": "The kind of error, for statuses 400 and 409.",
                "examples": [
                    "invalidFilter",
                    "invalidPath",
                    "invalidSyntax",
                    "invalidValue",
                    "mutability",
                    "noTarget",
                    "tooMany",
                    "uniqueness",
                ],
            },
            "detail": {
                "type": "string",
                "description": "What is wrong and what would be right, for people.",
            },
        },
        "examples": [example::error(404, None, "there is no such User")],
    })
}

/// RFC 7643 §5.
fn service_provider_config() -> Value {
    let supported =
        || json!({ "type": "object", "required": ["supported"], "properties": { "supported": { "type": "boolean" } } });
    let number = || json!({ "type": "integer", "minimum": 0 });
    let bulk = json!({
        "type": "object",
        "required": ["supported", "maxOperations", "maxPayloadSize"],
        "properties": {
            "supported": { "type": "boolean" },
            "maxOperations": number(),
            "maxPayloadSize": number(),
        },
    });
    let filter = json!({
        "type": "object",
        "required": ["supported", "maxResults"],
        "properties": { "supported": { "type": "boolean" }, "maxResults": number() },
    });
    json!({
        "type": "object",
        "title": "ServiceProviderConfig",
        "description": "What the server can do (RFC 7643 §5).",
        "required": [
            "schemas",
            "patch",
            "bulk",
            "filter",
            "changePassword",
            "sort",
            "etag",
            "authenticationSchemes",
        ],
        "properties": {
            "schemas": message_schemas(urn::SERVICE_PROVIDER_CONFIG),
            "documentationUri": { "type": "string", "format": "uri" },
            "patch": supported(),
            "bulk": bulk,
            "filter": filter,
            "changePassword": supported(),
            "sort": supported(),
            "etag": supported(),
            "pagination": { "type": "object", "description": "RFC 9865 §4." },
            "authenticationSchemes": { "type": "array", "items": { "type": "object" } },
            "interopProfileConformant": {
                "type": "boolean",
                "description": "True to a caller whose connection is strict (draft-zollner-scim-interop-profile §3).",
            },
            "meta": meta(),
        },
    })
}

/// RFC 7643 §6.
fn resource_type() -> Value {
    json!({
        "type": "object",
        "title": "ResourceType",
        "description": "A type of resource and where it is served (RFC 7643 §6).",
        "required": ["schemas", "id", "name", "endpoint", "schema"],
        "properties": {
            "schemas": message_schemas(urn::RESOURCE_TYPE),
            "id": { "type": "string" },
            "name": { "type": "string" },
            "description": { "type": "string" },
            "endpoint": { "type": "string", "format": "uri-reference" },
            "schema": { "type": "string", "format": "uri" },
            "schemaExtensions": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["schema", "required"],
                    "properties": {
                        "schema": { "type": "string", "format": "uri" },
                        "required": { "type": "boolean" },
                    },
                },
            },
            "meta": meta(),
        },
    })
}

/// RFC 7643 §7. What a document says in detail is best read from the document.
fn schema() -> Value {
    json!({
        "type": "object",
        "title": "Schema",
        "description": "The attributes of a resource type or extension (RFC 7643 §7).",
        "required": ["schemas", "id", "name", "attributes"],
        "properties": {
            "schemas": message_schemas(urn::SCHEMA),
            "id": { "type": "string", "format": "uri" },
            "name": { "type": "string" },
            "description": { "type": "string" },
            "attributes": { "type": "array", "items": {
                "type": "object",
                "required": ["name", "type", "multiValued"],
                "properties": {
                    "name": { "type": "string" },
                    "type": { "type": "string" },
                    "multiValued": { "type": "boolean" },
                    "description": { "type": "string" },
                    "required": { "type": "boolean" },
                    "canonicalValues": texts("Suggestions."),
                    "caseExact": { "type": "boolean" },
                    "mutability": { "type": "string" },
                    "returned": { "type": "string" },
                    "uniqueness": { "type": "string" },
                    "referenceTypes": texts("What a reference may point to."),
                    "subAttributes": { "type": "array", "items": { "type": "object" } },
                },
            } },
            "meta": meta(),
        },
    })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

/// `meta` of a discovery document.
fn meta() -> Value {
    json!({
        "type": "object",
        "properties": {
            "resourceType": { "type": "string" },
            "location": { "type": "string", "format": "uri" },
        },
    })
}
