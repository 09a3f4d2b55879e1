use super::*;
use crate::http::{admin as admin_surface, scim as scim_surface};
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::tolerance::Tolerance;
use poem_openapi::OpenApi;
use std::collections::BTreeSet;

fn document() -> Value {
    named("scim")
}

/// One of the documents.
fn named(wanted: &str) -> Value {
    let documents = documents(&built_in(Choices { unique_group_names: true }));
    let (_, text) = documents.into_iter().find(|(name, _)| *name == wanted).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn admin_document() -> Value {
    named("admin")
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

/// The operations an API declares, each of which must stand in one place.
fn declared<T: OpenApi>() -> BTreeSet<(String, String)> {
    let mut declared = BTreeSet::new();
    let paths: Vec<_> = T::meta().into_iter().flat_map(|api| api.paths).collect();
    for path in &paths {
        for operation in &path.operations {
            let method = operation.method.as_str().to_lowercase();
            assert!(declared.insert((path.path.clone(), method.clone())), "{method} {} is there twice", path.path);
        }
    }
    // The same path in two APIs would be one key twice, and the first would be lost.
    let names: BTreeSet<_> = paths.iter().map(|path| &path.path).collect();
    assert_eq!(names.len(), paths.len());
    declared
}

#[test]
fn every_route_is_described_once() {
    // The routes of every resource type are described once for each.
    let of_each = |(path, method): (String, String)| match path.strip_prefix("/{endpoint}") {
        Some(rest) => ["/Users", "/Groups"].map(|endpoint| (format!("{endpoint}{rest}"), method.clone())).to_vec(),
        None => vec![(path, method)],
    };
    let scim = declared::<scim_surface::Api>().into_iter().flat_map(of_each).collect();
    for (document, declared) in [(document(), scim), (admin_document(), declared::<admin_surface::Api>())] {
        let described: BTreeSet<_> =
            operations(&document).iter().map(|(path, method, _)| ((*path).to_owned(), (*method).to_owned())).collect();
        assert_eq!(described, declared);
    }
}

#[test]
fn every_operation_has_an_id_a_success_and_its_errors_in_the_form_of_its_surface() {
    check_operations(&document(), "application/scim+json", "application/scim+json", "Error", &json!("404"));
    check_operations(&admin_document(), "application/json", "application/problem+json", "Problem", &json!(404));
}

fn check_operations(document: &Value, media_type: &str, error_type: &str, error: &str, status_of_404: &Value) {
    let mut ids = BTreeSet::new();
    let error = format!("#/components/schemas/{error}");
    for (path, method, operation) in operations(document) {
        let at = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{at}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
        let tag = &operation["tags"][0];
        assert!(document["tags"].as_array().unwrap().iter().any(|known| &known["name"] == tag), "{at}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
        for status in ["401", "403", "429", "500", "503", "default"] {
            assert!(responses.contains_key(status), "{at} lacks {status}");
        }
        for status in ["429", "503"] {
            assert!(resolve(document, &responses[status])["headers"]["Retry-After"].is_object(), "{at} {status}");
        }
        if path.contains('{') {
            assert!(responses.contains_key("404"), "{at} lacks 404");
        }
        for (status, response) in responses {
            let response = resolve(document, response);
            assert!(response["headers"]["X-Request-Id"].is_object(), "{at} {status}");
            match status.as_str() {
                "204" | "304" => assert!(response.get("content").is_none(), "{at} {status}"),
                "200" | "201" => assert!(response["content"][media_type]["schema"].is_object(), "{at} {status}"),
                _ => {
                    let media = &response["content"][error_type];
                    assert_eq!(media["schema"]["$ref"], error, "{at} {status}");
                    if status == "404" {
                        assert_eq!(&media["example"]["status"], status_of_404, "{at}");
                    }
                    assert_eq!(media["example"].is_null(), status == "default", "{at} {status}");
                }
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!resolve(document, parameter)["description"].as_str().unwrap().is_empty(), "{at}");
        }
    }
}

#[test]
fn whatever_writes_takes_a_body_and_every_answer_of_scim_has_an_example() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert_eq!(operation.get("requestBody").is_some(), ["post", "put", "patch"].contains(&method), "{at}");
        for status in ["200", "201"] {
            let answer = &operation["responses"][status];
            assert!(answer.is_null() || answer["content"]["application/scim+json"]["example"].is_object(), "{at}");
        }
    }
}

#[test]
fn the_admin_document_tells_names_times_and_tolerances_apart() {
    let document = admin_document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Token"]["properties"]["created"]["format"], "date-time");
    assert_eq!(schemas["NewToken"]["required"], json!(["connection", "name", "scopes"]));
    assert!(schemas["NewToken"]["properties"]["scopes"]["items"]["enum"].as_array().unwrap().contains(&json!("admin")));
    let names = schemas["Profile"]["properties"]["tolerances"]["propertyNames"]["enum"].as_array().unwrap();
    assert_eq!(names.len(), Tolerance::ALL.len());
    let made = &document["paths"]["/tenants/{tenant}/tokens"]["post"]["responses"];
    assert!(made["201"]["headers"]["Location"].is_object());
    assert!(made["413"].is_object() && made["415"].is_object() && made.get("409").is_none());
    assert!(document["paths"]["/tenants"]["post"]["responses"]["409"].is_object());
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
    for document in [document(), admin_document()] {
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

/// What a tenant may call its own, at its worst.
fn odd() -> Registry {
    let attributes = json!([
        { "name": "a$-_", "required": true }, { "name": "Error", "type": "boolean" }, { "name": "at", "type": "dateTime" },
        { "name": "size", "type": "decimal", "canonicalValues": ["1.5"] }, { "name": "raw", "type": "binary" },
        { "name": "hidden", "mutability": "writeOnly", "returned": "never", "required": true },
        { "name": "made", "mutability": "readOnly" },
        { "name": "parts", "type": "complex", "multiValued": true, "required": true, "subAttributes": [
            { "name": "$ref", "type": "reference", "required": true }, { "name": "value", "type": "integer" },
        ] },
    ]);
    let schema = |id: &str, name: &str| json!({ "id": id, "name": name, "attributes": attributes });
    let kind = |name: &str, endpoint: &str, schema: &str, extension: &str| {
        let extension = json!({ "schema": extension, "required": true });
        json!({ "name": name, "endpoint": endpoint, "schema": schema, "schemaExtensions": [extension] })
    };
    let own = document::Own {
        schemas: vec![
            schema("urn:x:1", "User"),
            schema("urn:x:2", "USER"),
            schema("urn:x:3", "ä $"),
            schema("urn:x:4", "1"),
            schema("urn:x:5", "</script>"),
        ],
        types: vec![
            kind("Error", "/Errors", "urn:x:1", "urn:x:2"),
            kind("ListResponse", "/Search", "urn:x:1", "urn:x:2"),
            kind("a$b", "/discovery", "urn:x:3", "urn:x:4"),
            kind("a-b", "/a-b", "urn:x:4", "urn:x:3"),
            kind("UserListResponse", "/a~b", "urn:x:5", "urn:x:1"),
            kind("All", "/Alls", "urn:x:5", "urn:x:2"),
            kind("PatchOp", "/PatchOp", "urn:x:1", "urn:x:5"),
            kind("User2", "/Users2", "urn:x:1", "urn:x:4"),
        ],
        ..document::Own::default()
    };
    document::extend(&built_in(Choices { unique_group_names: true }), &own).unwrap()
}

#[test]
fn whatever_a_tenant_calls_its_own_every_name_is_sound_and_there_once() {
    let registry = odd();
    let document: Value = serde_json::from_str(&of_tenant(&registry)).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut lower: Vec<String> = schemas.keys().map(|name| name.to_ascii_lowercase()).collect();
    assert!(lower.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{lower:?}");
    let count = lower.len();
    lower.sort_unstable();
    lower.dedup();
    assert_eq!(lower.len(), count, "two components differ in case alone");
    assert_eq!(schemas["Error"]["title"], "Error", "our own come first");
    assert!(schemas["Error"]["properties"]["scimType"].is_object() && schemas["Error2"].is_object());

    check_operations(&document, "application/scim+json", "application/scim+json", "Error", &json!("404"));
    for kind in &registry.types {
        for rest in ["", "/{id}", "/.search"] {
            assert!(document["paths"][format!("{}{rest}", kind.endpoint)].is_object(), "{}{rest}", kind.endpoint);
        }
    }
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(tags.len(), document["tags"].as_array().unwrap().len(), "{tags:?}");
    let mut found = BTreeSet::new();
    each_reference(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
}

#[test]
fn an_example_has_what_its_schema_requires() {
    let document: Value = serde_json::from_str(&of_tenant(&odd())).unwrap();
    for (path, method, operation) in operations(&document) {
        let media = &operation["requestBody"]["content"]["application/json"];
        let wanted = media["schema"]["required"].as_array().into_iter().flatten();
        for name in wanted.filter_map(Value::as_str) {
            assert!(media["example"].get(name).is_some(), "{method} {path} lacks {name}: {}", media["example"]);
        }
        let shown = &operation["responses"]["200"]["content"]["application/scim+json"]["example"];
        assert_eq!(shown.get("hidden"), None, "{method} {path}");
    }
}

#[test]
fn only_discovery_is_open() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let open = operation.get("security").is_some();
        assert_eq!(open, operation["tags"][0] == "Discovery", "{method} {path}");
    }
}
