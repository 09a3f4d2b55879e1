//! Packs by HTTP: every type of every one can be used, and the `OpenAPI` document of a tenant has it all.

use crate::call::Call;
use crate::schema_admin::sent;
use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    packs_are_listed_and_read,
    a_pack_is_loaded_twice_without_harm,
    a_resource_of_every_pack_is_made_found_changed_and_deleted,
    secrets_of_devices_are_never_shown,
    the_document_of_a_tenant_has_its_types,
    every_example_of_the_document_is_accepted,
}

const PACKS: [&str; 4] = ["agent", "device", "entitlements", "roles"];
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";
const BLE: &str = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
const PASS_KEY: &str = "urn:ietf:params:scim:schemas:extension:pairingPassKey:2.0:Device";

async fn load_all(api: &Api) {
    for pack in PACKS {
        api.admin("POST", &format!("/schema-packs/{pack}/load")).send().await.is(200);
    }
}

async fn packs_are_listed_and_read(api: Api) {
    let list = api.admin("GET", "/schema-packs").send().await.is(200).json;
    let names: Vec<&str> = list["packs"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, PACKS);
    assert_eq!(list["packs"][3]["resourceTypes"], json!(["Role"]));
    for name in PACKS {
        let pack = api.admin("GET", &format!("/schema-packs/{name}")).send().await.is(200).json;
        assert!(pack["schemas"][0]["attributes"].is_array() && pack["reference"].is_string(), "{pack}");
    }
    api.admin("GET", "/schema-packs/none").send().await.problem(404, None);
    api.admin("POST", "/schema-packs/none/load").send().await.problem(404, None);
}

async fn a_pack_is_loaded_twice_without_harm(api: Api) {
    let acme = api.tenant("acme").await;
    let load = || api.admin("POST", "/schema-packs/roles/load?tenant=acme").send();
    let loaded = load().await.is(200).json;
    assert_eq!(loaded["schemas"][0]["meta"]["version"], "W/\"1\"");
    let role = json!({ "schemas": [format!("{CORE}Role")], "value": "lead", "supported": true });
    acme.post("/Roles", &role).send().await.is(201);
    assert_eq!(load().await.is(200).json, loaded, "nothing changed");
    assert_eq!(acme.get("/Roles").send().await.is(200).each("value"), ["lead"]);
    api.get("/Roles").send().await.is(404);
    let listed = api.admin("GET", "/resource-types?tenant=acme").send().await.is(200).json;
    assert_eq!(listed["resourceTypes"].as_array().unwrap().len(), 1);
}

async fn a_resource_of_every_pack_is_made_found_changed_and_deleted(api: Api) {
    load_all(&api).await;
    let app = json!({ "applicationType": "telemetry", "applicationName": "Meter", "certificateInfo": {
        "rootCA": "d2hhdA==", "subjectName": "CN=meter" } });
    for (name, endpoint, body, filter, patch) in [
        (
            "Role",
            "/Roles",
            json!({ "value": "lead", "display": "Team lead", "supported": true, "contains": ["member"] }),
            "value eq \"LEAD\" and contains eq \"member\"",
            json!([{ "op": "add", "path": "contains", "value": ["guest"] }]),
        ),
        (
            "Entitlement",
            "/Entitlements",
            json!({ "value": "seat", "type": "License", "limitedAssignmentsPermitted": true, "totalAssignmentsPermitted": 9 }),
            "totalAssignmentsPermitted gt 8",
            json!([{ "op": "replace", "path": "totalAssignmentsUsed", "value": 3 }]),
        ),
        (
            "Agent",
            "/Agents",
            json!({ "name": "Helper", "active": true, "protocols": [{ "type": "A2A", "specificationUrl": "https://a.example/c" }] }),
            "protocols.type eq \"a2a\"",
            json!([{ "op": "replace", "path": "active", "value": false }]),
        ),
        (
            "AgenticApplication",
            "/AgenticApplications",
            json!({ "name": "Portal", "applicationUrls": [{ "type": "api", "value": "https://a.example/api" }] }),
            "applicationUrls[type eq \"api\"]",
            json!([{ "op": "add", "path": "agents", "value": [{ "value": "1", "type": "owned" }] }]),
        ),
        (
            "Device",
            "/Devices",
            json!({ "displayName": "Sensor", "active": true, BLE: {
                "deviceMacAddress": "2C:54:91:88:C9:E2", "versionSupport": ["5.4"], "pairingMethods": [PASS_KEY] } }),
            "urn:ietf:params:scim:schemas:extension:ble:2.0:Device:deviceMacAddress eq \"2c:54:91:88:c9:e2\"",
            json!([{ "op": "replace", "path": format!("{BLE}:mobility"), "value": true }]),
        ),
        (
            "EndpointApp",
            "/EndpointApps",
            app,
            "applicationName sw \"met\"",
            json!([{ "op": "replace", "path": "applicationName", "value": "Counter" }]),
        ),
    ] {
        let mut body: Value = body;
        body["schemas"] = json!([format!("{CORE}{name}")]);
        let made = api.post(endpoint, &body).send().await.is(201);
        assert_eq!(made.json["meta"]["resourceType"], name);
        let path = format!("{endpoint}/{}", made.id());
        assert_eq!(api.get(&path).send().await.is(200).json, made.json);
        assert_eq!(api.find(endpoint, filter).send().await.is(200).each("id"), [made.id()], "{filter}");
        let changed = api.patch(&path, &patch).send().await.is(200);
        assert_ne!(changed.json["meta"]["version"], made.json["meta"]["version"], "{name}");
        api.delete(&path).send().await.is(204);
        api.get(&path).send().await.is(404);
    }
}

async fn secrets_of_devices_are_never_shown(api: Api) {
    load_all(&api).await;
    let extension = "urn:ietf:params:scim:schemas:extension:fido-device-onboard:2.0:Device";
    let body = json!({ "schemas": [format!("{CORE}Device"), extension], "active": true, extension: {
        "fdoVoucher": "the voucher" } });
    let made = api.post("/Devices", &body).send().await.is(201);
    let asked = api.get(&format!("/Devices/{}?attributes={extension}:fdoVoucher", made.id())).send().await.is(200);
    for text in [&made.text, &asked.text] {
        assert!(!text.contains("the voucher"), "{text}");
    }
}

fn document<'a>(api: &'a Api, token: Option<&str>) -> Call<'a> {
    let token = token.map(|token| format!("Bearer {token}"));
    api.call("GET", "root:/openapi/scim.json").header("authorization", token.as_deref())
}

async fn the_document_of_a_tenant_has_its_types(api: Api) {
    let acme = api.tenant("acme").await;
    sent(&api, "POST", "/schema-packs/roles/load", &json!({}), 200).await;
    let own = document(&api, Some(&api.token)).send().await.is(200);
    assert_eq!(own.header("vary"), Some("Authorization"));
    assert_eq!(own.header("cache-control"), Some("no-cache"));
    assert_eq!(own.header("content-type"), Some("application/json"));
    assert!(own.json["paths"]["/Roles/{id}"]["patch"].is_object());
    assert_eq!(own.json["components"]["schemas"]["Role"]["properties"]["supported"]["type"], "boolean");
    let everybodys = document(&api, None).send().await.is(200);
    assert_eq!(everybodys.header("vary"), Some("Authorization"));
    assert!(everybodys.json["paths"]["/Roles"].is_null() && everybodys.json["paths"]["/Users"].is_object());
    assert_eq!(document(&api, Some(&acme.token)).send().await.is(200).text, everybodys.text);
    let tag = own.header("etag").unwrap();
    assert_ne!(everybodys.header("etag"), Some(tag));
    let known = document(&api, Some(&api.token)).header("if-none-match", Some(tag)).send().await.is(304);
    assert_eq!((known.text.as_str(), known.header("vary")), ("", Some("Authorization")));
    let wrong = document(&api, Some("wrong-0123456789-0123456789-0123456789")).send().await.is(401);
    assert!(wrong.header("www-authenticate").is_some(), "{}", wrong.text);
    api.call("POST", "root:/openapi/scim.json").send().await.is(405);
}

/// Whoever tries the examples of a tenant's document out is never refused.
async fn every_example_of_the_document_is_accepted(api: Api) {
    load_all(&api).await;
    let document = api.call("GET", "root:/openapi/scim.json").send().await.is(200).json;
    for endpoint in ["/Roles", "/Entitlements", "/Agents", "/AgenticApplications", "/Devices", "/EndpointApps"] {
        let example = |path: &str, method: &str| {
            document["paths"][path][method]["requestBody"]["content"]["application/json"]["example"].clone()
        };
        let one = format!("{endpoint}/{{id}}");
        let made = api.post(endpoint, &example(endpoint, "post")).send().await.is(201);
        let path = format!("{endpoint}/{}", made.id());
        api.put(&path, &example(&one, "put")).send().await.is(200);
        api.call("PATCH", &path).json(&example(&one, "patch")).send().await.is(200);
        let search = format!("{endpoint}/.search");
        api.post(&search, &example(&search, "post")).send().await.is(200);
        let shown =
            document["paths"][&one]["get"]["responses"]["200"]["content"]["application/scim+json"]["example"].clone();
        for (name, value) in made.json.as_object().unwrap() {
            assert_eq!(shown[name].is_null(), value.is_null(), "{endpoint}: {name}");
        }
    }
}
