//! JSON Schemas of the protocol's messages (RFC 7644) and discovery documents (RFC 7643 §5–§7).

use super::example;
use crate::directory::bulk::MAX_OPERATIONS;
use crate::scim::urn;
use serde_json::{Value, json};

/// Every component that does not depend on the registry.
pub(super) fn components() -> [(String, Value); 9] {
    [
        ("ListResponse", list_response()),
        ("SearchRequest", search_request()),
        ("PatchOp", patch_op()),
        ("BulkRequest", bulk_request()),
        ("BulkResponse", bulk_response()),
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
        "description": "One page of results (RFC 7644 §3.4.2, RFC 9865 §2).",
        "required": ["schemas", "totalResults", "itemsPerPage", "Resources"],
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
                "description": "The number of the first result, from 1; not in pages by cursor.",
            },
            "previousCursor": {
                "type": "string",
                "description": "The cursor of the page before; absent on the first, and in pages by index.",
            },
            "nextCursor": {
                "type": "string",
                "description": "The cursor of the next page; absent on the last, and in pages by index.",
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
            "cursor": {
                "type": "string",
                "description": "Pages by cursor (RFC 9865): empty for the first one, then one of the last answer.",
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

/// RFC 7644 §3.7.
fn bulk_request() -> Value {
    json!({
        "type": "object",
        "title": "BulkRequest",
        "description": "Operations, each done or undone by itself (RFC 7644 §3.7).",
        "required": ["Operations"],
        "properties": {
            "schemas": message_schemas(urn::BULK_REQUEST),
            "failOnErrors": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "After so many errors nothing more is begun; 0 or absent for no bound.",
            },
            "Operations": {
                "type": "array",
                "maxItems": MAX_OPERATIONS,
                "description": "The operations.",
                "items": {
                    "type": "object",
                    "required": ["method", "path"],
                    "properties": {
                        "method": { "type": "string", "examples": ["POST", "PUT", "PATCH", "DELETE"] },
                        "path": {
                            "type": "string",
                            "description": "The endpoint for a POST, such as `/Users`; else the resource, such as \
                                            `/Users/{id}` or `/Users/bulkId:{bulkId}`.",
                        },
                        "bulkId": {
                            "type": "string",
                            "description": "What others of the request call the resource, as `bulkId:{bulkId}` in \
                                            their paths and values. Required for a POST.",
                        },
                        "version": { "type": "string", "description": "The entity tag the resource must have." },
                        "data": { "type": "object", "description": "The body. Required but for a DELETE." },
                    },
                },
            },
        },
        "examples": [example::bulk_request()],
    })
}

/// RFC 7644 §3.7.
fn bulk_response() -> Value {
    json!({
        "type": "object",
        "title": "BulkResponse",
        "description": "What became of each operation that was begun, in the order of the request (RFC 7644 §3.7).",
        "required": ["schemas", "Operations"],
        "properties": {
            "schemas": message_schemas(urn::BULK_RESPONSE),
            "Operations": {
                "type": "array",
                "description": "The operations.",
                "items": {
                    "type": "object",
                    "required": ["status"],
                    "properties": {
                        "location": {
                            "type": "string",
                            "format": "uri",
                            "description": "The resource; absent if it was not made.",
                        },
                        "method": { "type": "string" },
                        "bulkId": { "type": "string" },
                        "version": { "type": "string", "description": "The entity tag the resource has now." },
                        "status": { "type": "string", "description": "The HTTP status, as text.", "examples": ["201"] },
                        "response": { "$ref": "#/components/schemas/Error" },
                    },
                },
            },
        },
        "examples": [example::bulk_response()],
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
                    "expiredCursor",
                    "invalidCount",
                    "invalidCursor",
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
    let pagination = json!({
        "type": "object",
        "description": "RFC 9865 §4.",
        "required": ["cursor", "index"],
        "properties": {
            "cursor": { "type": "boolean" },
            "index": { "type": "boolean" },
            "defaultPaginationMethod": { "type": "string", "enum": ["cursor", "index"] },
            "defaultPageSize": number(),
            "maxPageSize": number(),
            "cursorTimeout": number(),
        },
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
            "pagination": pagination,
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
