//! Configuration, resource types, schemas (RFC 7644 §4), health and the OpenAPI document.

use crate::server::{Api, BASE, both};
use serde_json::{Value, json};

both! {
    the_configuration_says_what_is_supported,
    resource_types_are_listed_and_read_one_by_one,
    schemas_are_listed_and_read_one_by_one,
    schemas_tell_the_truth_about_attributes,
    a_filter_on_discovery_is_forbidden_and_paging_ignored,
    discovery_cannot_be_written,
    health_needs_no_token,
}

async fn the_configuration_says_what_is_supported(api: Api) {
    let config = api.get("/ServiceProviderConfig").send().await.is(200).json;
    assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["filter"], json!({ "supported": true, "maxResults": 1000 }));
    assert_eq!(config["sort"]["supported"], true);
    assert_eq!(config["etag"]["supported"], true);
    assert_eq!(config["changePassword"]["supported"], true);
    assert!(config["bulk"]["supported"].is_boolean());
    assert!(config["bulk"]["maxOperations"].is_u64() && config["bulk"]["maxPayloadSize"].is_u64());
    let scheme = &config["authenticationSchemes"][0];
    assert_eq!(scheme["type"], "oauthbearertoken");
    assert!(scheme["name"].is_string() && scheme["description"].is_string());
    assert_eq!(config["meta"]["resourceType"], "ServiceProviderConfig");
    assert_eq!(config["meta"]["location"], format!("{BASE}/ServiceProviderConfig"));
}

async fn resource_types_are_listed_and_read_one_by_one(api: Api) {
    let list = api.get("/ResourceTypes").send().await.is(200).json;
    assert_eq!(list["totalResults"], 2);
    for (name, endpoint) in [("User", "/Users"), ("Group", "/Groups")] {
        let one = api.get(&format!("/ResourceTypes/{name}")).send().await.is(200).json;
        assert!(list["Resources"].as_array().unwrap().contains(&one), "{name}");
        assert_eq!((&one["id"], &one["name"], &one["endpoint"]), (&json!(name), &json!(name), &json!(endpoint)));
        assert_eq!(one["schema"], format!("urn:ietf:params:scim:schemas:core:2.0:{name}"));
        assert_eq!(one["meta"]["location"], format!("{BASE}/ResourceTypes/{name}"));
        assert!(one.get("key").is_none() && one.get("display").is_none(), "ours alone: {one}");
    }
    let user = api.get("/ResourceTypes/User").send().await.is(200).json;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(user["schemaExtensions"], json!([{ "schema": enterprise, "required": false }]));
    api.get("/ResourceTypes/Robot").send().await.is(404);
}

async fn schemas_are_listed_and_read_one_by_one(api: Api) {
    let list = api.get("/Schemas").send().await.is(200).json;
    let schemas = list["Resources"].as_array().unwrap();
    assert_eq!(schemas.len(), 3);
    for schema in schemas {
        let id = schema["id"].as_str().unwrap();
        assert_eq!(schema["meta"]["location"], format!("{BASE}/Schemas/{id}"));
        for path in [format!("/Schemas/{id}"), format!("/Schemas/{}", id.replace(':', "%3A"))] {
            assert_eq!(&api.get(&path).send().await.is(200).json, schema);
        }
    }
    api.get("/Schemas/urn:example:nothing").send().await.is(404);
}

async fn schemas_tell_the_truth_about_attributes(api: Api) {
    let list = api.get("/Schemas").send().await.is(200).json;
    let find = |urn: &str, name: &str| -> Value {
        let schemas = list["Resources"].as_array().unwrap();
        let schema = schemas.iter().find(|schema| schema["id"].as_str().unwrap().ends_with(urn)).unwrap();
        let attributes = schema["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    let name = find("core:2.0:User", "userName");
    let said =
        ["required", "caseExact", "mutability", "returned", "uniqueness", "type", "multiValued"].map(|key| &name[key]);
    assert_eq!(json!(said), json!([true, false, "readWrite", "default", "server", "string", false]));
    let password = find("core:2.0:User", "password");
    assert_eq!((&password["mutability"], &password["returned"]), (&json!("writeOnly"), &json!("never")));
    assert_eq!(find("core:2.0:User", "externalId")["caseExact"], true);
    assert_eq!(find("core:2.0:Group", "members")["multiValued"], true);
    let types = &find("core:2.0:User", "emails")["subAttributes"];
    let kind = types.as_array().unwrap().iter().find(|sub| sub["name"] == "type").unwrap();
    assert!(kind["canonicalValues"].as_array().unwrap().contains(&json!("work")));
    assert!(!list.to_string().contains("\"storage\""), "storage is ours, not the RFC's");
    for schema in list["Resources"].as_array().unwrap() {
        for attribute in schema["attributes"].as_array().unwrap() {
            for key in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
                assert!(attribute.get(key).is_some(), "{attribute} has no {key}");
            }
        }
    }
}

async fn a_filter_on_discovery_is_forbidden_and_paging_ignored(api: Api) {
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        let filtered = || api.get(&format!("{path}?filter=id%20pr"));
        filtered().send().await.is(403);
        filtered().header("authorization", None).send().await.is(403);
        let plain = api.get(path).send().await.is(200).json;
        let paged =
            api.get(&format!("{path}?startIndex=9&count=1&sortBy=id&sortOrder=descending")).send().await.is(200);
        assert_eq!(paged.json, plain, "{path}");
    }
}

async fn discovery_cannot_be_written(api: Api) {
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let call = || api.call(method, path).json(&json!({}));
            for call in [call(), call().header("authorization", None)] {
                let answer = call.send().await.is(405);
                assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{method} {path}");
            }
        }
    }
}

async fn health_needs_no_token(api: Api) {
    for path in ["root:/livez", "root:/readyz"] {
        api.get(path).header("authorization", None).send().await.is(200);
    }
}
