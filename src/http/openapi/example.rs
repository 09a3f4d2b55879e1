//! The examples of the documents: fictional people, stable from run to run.
//!
//! They leave out SCIM's own `$ref`, which tools take for a reference of the document.

use super::invented::{self, Way};
use crate::scim::schema::{Attribute, Mutability, ResourceType};
use crate::scim::{Object, urn};
use serde_json::{Value, json};

/// The id examples use.
pub(super) const ID: &str = "0198c5a2-7e4b-7c3d-9f21-5b8e6a4d1c07";
const GROUP_ID: &str = "0198c5a2-9d10-7aa4-8c6e-2f7b9e0d3a15";
const BASE: &str = "https://id.example.com/scim/v2";

/// A resource as an answer shows it.
pub(super) fn resource(kind: &ResourceType) -> Value {
    match kind.schema.id.as_str() {
        urn::USER => extended(user(), kind, Way::Shown),
        urn::GROUP => extended(group(), kind, Way::Shown),
        _ => invented::resource(kind, Way::Shown),
    }
}

/// A resource as a client sends it: without what only the server sets.
pub(super) fn body(kind: &ResourceType) -> Value {
    let mut body = match kind.schema.id.as_str() {
        urn::USER => extended(user(), kind, Way::Sent),
        urn::GROUP => extended(group(), kind, Way::Sent),
        _ => return invented::resource(kind, Way::Sent),
    };
    if let Some(body) = body.as_object_mut() {
        body.retain(|name, _| {
            name == "schemas" || kind.attribute(name).is_none_or(|attribute| !is_read_only(attribute))
        });
        for (name, value) in body {
            let Some(attribute) = kind.attribute(name) else { continue };
            for element in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                element.retain(|name, _| attribute.sub_attribute(name).is_none_or(|sub| !is_read_only(sub)));
            }
        }
    }
    body
}

fn extended(mut resource: Value, kind: &ResourceType, way: Way) -> Value {
    if let Some(resource) = resource.as_object_mut() {
        invented::extend(resource, kind, way);
    }
    resource
}

fn is_read_only(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::ReadOnly
}

/// A page with one resource.
pub(super) fn list(kind: &ResourceType) -> Value {
    page(&[resource(kind)])
}

/// A page of resources.
pub(super) fn page(resources: &[Value]) -> Value {
    json!({
        "schemas": [urn::LIST_RESPONSE],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// A search for resources of a type.
pub(super) fn search_for(kind: &ResourceType) -> Value {
    if kind.schema.attribute("displayName").is_some() { search() } else { invented::search() }
}

/// A search.
pub(super) fn search() -> Value {
    json!({
        "schemas": [urn::SEARCH_REQUEST],
        "filter": "displayName sw \"B\"",
        "attributes": ["displayName"],
        "startIndex": 1,
        "count": 50,
    })
}

/// A change of a resource of a type.
pub(super) fn patch_of(kind: &ResourceType) -> Value {
    match kind.schema.id.as_str() {
        urn::USER => patch(),
        urn::GROUP => group_patch(),
        _ => invented::patch(kind),
    }
}

/// A change of a user's telephone number and of its state.
pub(super) fn patch() -> Value {
    json!({
        "schemas": [urn::PATCH_OP],
        "Operations": [
            { "op": "replace", "path": "active", "value": false },
            { "op": "replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "+44 20 7946 0000" },
        ],
    })
}

/// One member comes, one goes.
fn group_patch() -> Value {
    json!({
        "schemas": [urn::PATCH_OP],
        "Operations": [
            { "op": "add", "path": "members", "value": [{ "value": ID }] },
            { "op": "remove", "path": format!("members[value eq \"{GROUP_ID}\"]") },
        ],
    })
}

/// A user, and a group with it as a member.
pub(super) fn bulk_request() -> Value {
    json!({
        "schemas": [urn::BULK_REQUEST],
        "failOnErrors": 1,
        "Operations": [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": "barbara",
                "data": { "schemas": [urn::USER], "userName": "bjensen@example.com" },
            },
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": "guides",
                "data": {
                    "schemas": [urn::GROUP],
                    "displayName": "Tour Guides",
                    "members": [{ "value": "bulkId:barbara" }],
                },
            },
            { "method": "DELETE", "path": format!("/Users/{ID}"), "version": "W/\"3\"" },
        ],
    })
}

/// What became of [`bulk_request`].
pub(super) fn bulk_response() -> Value {
    let made = |endpoint: &str, id: &str, bulk_id: &str| {
        json!({
            "location": format!("{BASE}/{endpoint}/{id}"),
            "method": "POST",
            "bulkId": bulk_id,
            "version": "W/\"1\"",
            "status": "201",
        })
    };
    json!({
        "schemas": [urn::BULK_RESPONSE],
        "Operations": [
            made("Users", "0198c5a2-a1f3-7b60-9d3e-64c1f0b2e7aa", "barbara"),
            made("Groups", GROUP_ID, "guides"),
            {
                "location": format!("{BASE}/Users/{ID}"),
                "method": "DELETE",
                "status": "412",
                "response": error(412, None, "the resource has another version than If-Match or If-None-Match allow; \
                                              read it again and repeat the change (RFC 7644 §3.14)"),
            },
        ],
    })
}

/// An error message.
pub(super) fn error(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
    let mut error = Object::new();
    error.insert("schemas".to_owned(), json!([urn::ERROR]));
    error.insert("status".to_owned(), json!(status.to_string()));
    error.extend(scim_type.map(|scim_type| ("scimType".to_owned(), json!(scim_type))));
    error.insert("detail".to_owned(), json!(detail));
    Value::Object(error)
}

/// A discovery document, in part.
pub(super) fn discovery(schema: &str) -> Value {
    match schema {
        "ServiceProviderConfig" => json!({
            "schemas": [urn::SERVICE_PROVIDER_CONFIG],
            "patch": { "supported": true },
            "bulk": { "supported": true, "maxOperations": 1000, "maxPayloadSize": 10_485_760 },
            "filter": { "supported": true, "maxResults": 1000 },
            "changePassword": { "supported": true },
            "sort": { "supported": true },
            "etag": { "supported": true },
            "authenticationSchemes": [{
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A bearer token in the Authorization header (RFC 6750).",
                "primary": true,
            }],
        }),
        "ResourceType" => resource_type(),
        "Schema" => json!({
            "schemas": [urn::SCHEMA],
            "id": urn::GROUP,
            "name": "Group",
            "attributes": [{ "name": "displayName", "type": "string", "multiValued": false, "required": true }],
        }),
        _ => page(&[resource_type()]),
    }
}

fn resource_type() -> Value {
    json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": "Group",
        "name": "Group",
        "endpoint": "/Groups",
        "schema": urn::GROUP,
        "meta": { "resourceType": "ResourceType", "location": format!("{BASE}/ResourceTypes/Group") },
    })
}

fn user() -> Value {
    json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": ID,
        "externalId": "bjensen",
        "userName": "bjensen@example.com",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "displayName": "Barbara Jensen",
        "emails": [{ "value": "bjensen@example.com", "type": "work", "primary": true }],
        "active": true,
        (urn::ENTERPRISE_USER): { "employeeNumber": "701984", "department": "Tour Operations" },
        "groups": [{
            "value": GROUP_ID,
            "display": "Tour Guides",
            "type": "direct",
        }],
        "meta": meta("User", "/Users", ID),
    })
}

fn group() -> Value {
    json!({
        "schemas": [urn::GROUP],
        "id": GROUP_ID,
        "displayName": "Tour Guides",
        "members": [{
            "value": ID,
            "display": "Barbara Jensen",
            "type": "User",
        }],
        "meta": meta("Group", "/Groups", GROUP_ID),
    })
}

pub(super) fn meta(kind: &str, endpoint: &str, id: &str) -> Value {
    json!({
        "resourceType": kind,
        "created": "2026-01-31T09:30:00.000Z",
        "lastModified": "2026-02-03T14:05:27.481Z",
        "location": format!("{BASE}{endpoint}/{id}"),
        "version": "W/\"3\"",
    })
}
