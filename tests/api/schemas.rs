//! Schemas and resource types of a tenant's own, at run time: what they bring, what they may not break.

use crate::server::{Api, both};
use roster::directory::schema::{Applied, Kind, Report, Step};
use roster::directory::{Error, Expect, TenantId};
use serde_json::{Value, json};

both!(
    a_type_of_ones_own_is_served_from_the_next_request_on,
    an_extension_of_users_is_served_and_keeps_what_is_built_in,
);

/// The tenant of the cases.
const TENANT: TenantId = TenantId(1);
const BADGE: &str = "urn:example:scim:schemas:extension:badge:1.0:User";
const DEVICE: &str = "urn:example:scim:schemas:device:1.0:Device";

/// The schema of devices with these attributes beside `serial`.
fn device(attributes: &Value) -> Value {
    let mut all = vec![json!({ "name": "serial", "required": true, "caseExact": true, "uniqueness": "server" })];
    all.extend(attributes.as_array().unwrap().iter().cloned());
    json!({ "id": DEVICE, "name": "Device", "attributes": all })
}

fn devices() -> Value {
    json!({ "name": "Device", "endpoint": "/Devices", "schema": DEVICE, "key": "serial", "display": ["serial"] })
}

/// The schema that extends users, with these attributes.
fn badge(attributes: &Value) -> Value {
    json!({ "id": BADGE, "name": "Badge", "attributes": attributes })
}

/// The type User with that extension.
fn users(required: bool) -> Value {
    json!({
        "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
        "schemaExtensions": [
            { "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false },
            { "schema": BADGE, "required": required },
        ],
    })
}

trait Own {
    async fn change(&self, steps: Vec<Step>) -> Result<Applied, Error>;

    /// Puts schemas and types in place.
    async fn puts(&self, schemas: &[Value], types: &[Value]) -> Result<Applied, Error> {
        let schemas = schemas.iter().map(|document| Step::Put(Kind::Schema, document.clone()));
        let types = types.iter().map(|document| Step::Put(Kind::Type, document.clone()));
        self.change(schemas.chain(types).collect()).await
    }
}

impl Own for Api {
    async fn change(&self, steps: Vec<Step>) -> Result<Applied, Error> {
        self.directory.change_documents(TENANT, steps).await
    }
}

async fn a_type_of_ones_own_is_served_from_the_next_request_on(api: Api) {
    api.get("/Devices").send().await.is(404);
    let applied = api.puts(&[device(&json!([]))], &[devices()]).await.unwrap();
    assert_eq!((applied.edition, applied.documents.len()), (1, 2));
    let body = json!({ "schemas": [DEVICE], "serial": "A-1", "externalId": "x" });
    let id = api.post("/Devices", &body).send().await.is(201).id();
    let device = api.get(&format!("/Devices/{id}")).send().await.is(200);
    assert_eq!((device.text_at("/serial"), device.text_at("/meta/resourceType")), ("A-1", "Device"));
    api.post("/Devices", &body).send().await.refused(409, "uniqueness");
    assert_eq!(api.find("/Devices", "serial sw \"A-\"").send().await.is(200).each("serial"), ["A-1"]);
    let patched = api.patch(&format!("/Devices/{id}"), &json!([{ "op": "replace", "path": "serial", "value": "A-2" }]));
    patched.send().await.is(200);
    api.delete(&format!("/Devices/{id}")).send().await.is(204);
    api.get(&format!("/Schemas/{DEVICE}")).send().await.is(200);
    api.get("/ResourceTypes/Device").send().await.is(200);
    let other = api.tenant("other").await;
    other.get("/Devices").send().await.is(404);
    let steps = vec![
        Step::Remove(Kind::Schema, DEVICE.to_owned(), Expect::default()),
        Step::Remove(Kind::Type, "Device".to_owned(), Expect::default()),
    ];
    assert_eq!(api.change(steps).await.unwrap().edition, 2);
    api.get("/Devices").send().await.is(404);
    api.user("ann").await;
}

async fn an_extension_of_users_is_served_and_keeps_what_is_built_in(api: Api) {
    let id = api.user("ann").await;
    let attributes = json!([{ "name": "number", "type": "integer" }, { "name": "colour", "caseExact": false }]);
    api.puts(&[badge(&attributes)], &[users(false)]).await.unwrap();
    let path = format!("/Users/{id}");
    let patched = api.patch(&path, &json!([{ "op": "add", "path": format!("{BADGE}:colour"), "value": "Red" }]));
    assert_eq!(patched.send().await.is(200).json[BADGE]["colour"], "Red");
    assert_eq!(api.find("/Users", &format!("{BADGE}:colour eq \"rED\"")).send().await.is(200).each("id"), [&id]);
    api.get("/ResourceTypes/User").send().await.is(200);
    api.open_to_native().await;
    assert_eq!(api.get(&path).send().await.is(200).json[BADGE]["colour"], "Red");
}

#[track_caller]
fn report(outcome: Result<Applied, Error>) -> Report {
    match outcome {
        Err(Error::Incompatible(report)) => *report,
        other => panic!("{other:?}"),
    }
}
