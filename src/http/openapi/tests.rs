use super::*;
use crate::http::scim::Api;
use crate::scim::schema::document::{Choices, built_in};
use poem_openapi::OpenApi;
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(&scim(&built_in(Choices { unique_group_names: true }))).unwrap()
}

/// Every operation as (path, method, operation).
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods.iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            document.pointer(reference.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{reference}"))
        }
        None => value,
    }
}

fn each_reference(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value.as_str() {
                    Some(reference) if name == "$ref" => {
                        found.insert(reference.to_owned());
                    }
                    _ => each_reference(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| each_reference(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_route_is_described_once() {
    let mut declared = BTreeSet::new();
    for path in Api::meta().into_iter().flat_map(|api| api.paths) {
        for operation in path.operations {
            let method = operation.method.as_str().to_lowercase();
            assert!(declared.insert((path.path.clone(), method.clone())), "{method} {} is there twice", path.path);
        }
    }
    let document = document();
    let described: BTreeSet<_> =
        operations(&document).iter().map(|(path, method, _)| ((*path).to_owned(), (*method).to_owned())).collect();
    assert_eq!(described, declared);
    // The same path in two APIs would be one key twice, and the first would be lost.
    let paths: Vec<_> = Api::meta().into_iter().flat_map(|api| api.paths).map(|path| path.path).collect();
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len());
}

#[test]
fn every_operation_has_an_id_a_success_and_its_errors_in_scim_form() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{at}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
        let tag = &operation["tags"][0];
        assert!(document["tags"].as_array().unwrap().iter().any(|known| &known["name"] == tag), "{at}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
        for status in ["401", "403", "500", "503", "default"] {
            assert!(responses.contains_key(status), "{at} lacks {status}");
        }
        for (status, response) in responses {
            let response = resolve(&document, response);
            let media = &response["content"]["application/scim+json"];
            match status.as_str() {
                "204" | "304" => assert!(response.get("content").is_none(), "{at} {status}"),
                "200" | "201" => assert!(media["schema"].is_object() && media["example"].is_object(), "{at} {status}"),
                "default" => assert_eq!(media["schema"]["$ref"], "#/components/schemas/Error", "{at}"),
                _ => {
                    assert_eq!(media["schema"]["$ref"], "#/components/schemas/Error", "{at} {status}");
                    assert_eq!(media["example"]["status"], *status, "{at}");
                }
            }
        }
        let takes_body = ["post", "put", "patch"].contains(&method);
        assert_eq!(operation.get("requestBody").is_some(), takes_body, "{at}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!resolve(&document, parameter)["description"].as_str().unwrap().is_empty(), "{at}");
        }
    }
}

#[test]
fn headers_stand_where_they_are_sent() {
    let document = document();
    let has = |path: &str, method: &str, status: &str, header: &str| {
        let response = resolve(&document, &document["paths"][path][method]["responses"][status]);
        response["headers"].get(header).is_some()
    };
    assert!(has("/Users", "post", "201", "Location") && has("/Users", "post", "201", "ETag"));
    assert!(has("/Groups/{id}", "get", "304", "ETag"));
    assert!(has("/Groups/{id}", "get", "401", "WWW-Authenticate"));
    assert!(has("/Groups/{id}", "patch", "503", "Retry-After"));
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut found = BTreeSet::new();
    each_reference(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            assert!(found.contains(&format!("#/components/{kind}/{name}")), "{kind}/{name} is not used");
        }
    }
}

#[test]
fn resources_have_the_characteristics_of_their_schemas() {
    let document = document();
    let user = &document["components"]["schemas"]["User"];
    let properties = &user["properties"];
    assert_eq!(properties["id"]["readOnly"], true);
    assert_eq!(properties["meta"]["readOnly"], true);
    assert_eq!(properties["groups"]["readOnly"], true);
    assert_eq!(properties["password"]["writeOnly"], true);
    assert_eq!(properties["schemas"].get("readOnly"), None);
    assert_eq!(properties["active"]["type"], "boolean");
    assert_eq!(properties["emails"]["type"], "array");
    let kind_of_email = &properties["emails"]["items"]["properties"]["type"];
    assert!(kind_of_email["examples"].as_array().unwrap().contains(&json!("work")));
    assert_eq!(kind_of_email.get("enum"), None);
    assert_eq!(
        properties["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["$ref"],
        "#/components/schemas/EnterpriseUser"
    );
    // An answer may be a projection; a body must be whole.
    assert_eq!(user["required"], json!(["id"]));
    let body = &document["paths"]["/Users"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body, &json!({ "allOf": [{ "$ref": "#/components/schemas/User" }], "required": ["userName"] }));
}

#[test]
fn only_discovery_is_open() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let open = operation.get("security").is_some();
        assert_eq!(open, operation["tags"][0] == "Discovery", "{method} {path}");
    }
}
