//! The documents: that nothing is missing in them, and that discovery shows them.

use super::{Bench, EXTENSION, SCHEMA, TYPE, documents, sample};
use crate::server::{Api, both};
use roster::directory::schema;
use roster::scim::path::Target;
use roster::scim::schema::{Kind, Mutability, Returned, Storage, Uniqueness};
use serde_json::{Value, json};

both! {
    every_characteristic_occurs_in_the_documents,
    discovery_shows_the_documents_as_they_were_given,
    the_type_is_there_for_its_tenant_alone,
    the_documents_are_defined_by_http_and_used_at_once,
}

async fn every_characteristic_occurs_in_the_documents(api: Api) {
    let bench = Bench::new(&api).await;
    let (attributes, parts) = (bench.attributes(), bench.parts());
    let has = |targets: &[Target], what: &str, rule: &dyn Fn(&Target) -> bool| {
        assert!(targets.iter().any(rule), "no attribute {what}");
    };
    let kinds =
        [Kind::String, Kind::Boolean, Kind::Decimal, Kind::Integer, Kind::DateTime, Kind::Binary, Kind::Reference];
    for kind in kinds.into_iter().chain([Kind::Complex]) {
        for several in [false, true] {
            has(&attributes, &format!("{kind:?}, several values: {several}"), &|target| {
                target.attribute.kind == kind && target.attribute.multi_valued == several
            });
            if kind != Kind::Complex {
                has(&parts, &format!("{kind:?} as a part of one of several values: {several}"), &|target| {
                    target.leaf().kind == kind && target.attribute.multi_valued == several
                });
            }
        }
    }
    for targets in [&attributes, &parts] {
        for mutability in [Mutability::ReadOnly, Mutability::ReadWrite, Mutability::Immutable, Mutability::WriteOnly] {
            has(targets, &format!("{mutability:?}"), &|target| target.leaf().mutability == mutability);
        }
        for returned in [Returned::Always, Returned::Never, Returned::Default, Returned::Request] {
            has(targets, &format!("{returned:?}"), &|target| target.leaf().returned == returned);
        }
        for exact in [false, true] {
            has(targets, &format!("case exact: {exact}"), &|target| {
                target.leaf().kind == Kind::String && target.leaf().case_exact == exact
            });
        }
        for uniqueness in [Uniqueness::None, Uniqueness::Server, Uniqueness::Global] {
            has(targets, &format!("{uniqueness:?}"), &|target| target.leaf().uniqueness == uniqueness);
        }
        has(targets, "required", &|target| target.leaf().required);
        has(targets, "with canonical values", &|target| !target.leaf().canonical_values.is_empty());
        has(targets, "indexed", &|target| target.leaf().storage == Storage::Indexed);
    }
}

async fn discovery_shows_the_documents_as_they_were_given(api: Api) {
    let bench = Bench::new(&api).await;
    for text in [SCHEMA, EXTENSION] {
        let given: Value = serde_json::from_str(text).unwrap();
        let shown = api.get(&format!("/Schemas/{}", given["id"].as_str().unwrap())).send().await.is(200).json;
        same(&given, &shown);
    }
    let given: Value = serde_json::from_str(TYPE).unwrap();
    same(&given, &api.get("/ResourceTypes/TestResource").send().await.is(200).json);
    for list in ["/Schemas", "/ResourceTypes"] {
        let listed = api.get(list).send().await.is(200);
        assert!(listed.text.contains(&bench.kind.schema.id), "{list}");
    }
}

/// Every word that was given is shown, but those that are ours alone.
fn same(given: &Value, shown: &Value) {
    match (given, shown) {
        (Value::Object(given), Value::Object(shown)) => {
            for (key, value) in given {
                if key == "storage" {
                    assert!(!shown.contains_key(key), "{key} is ours alone");
                } else {
                    same(value, shown.get(key).unwrap_or_else(|| panic!("{key} is not shown: {shown:?}")));
                }
            }
        }
        (Value::Array(given), Value::Array(shown)) => {
            assert_eq!(given.len(), shown.len(), "{given:?}");
            given.iter().zip(shown).for_each(|(given, shown)| same(given, shown));
        }
        _ => assert_eq!(given, shown),
    }
}

async fn the_type_is_there_for_its_tenant_alone(api: Api) {
    let bench = Bench::new(&api).await;
    let other = api.tenant("other").await;
    bench.create(&bench.full(1)).await;
    let endpoint = &bench.kind.endpoint;
    other.get(endpoint).send().await.is(404);
    other.post(endpoint, &bench.least(1)).send().await.is(404);
    for (_, document) in documents() {
        if let Some(urn) = document["id"].as_str() {
            other.get(&format!("/Schemas/{urn}")).send().await.is(404);
        }
    }
    // The same values are free in another tenant that defines the same.
    let twin = Bench::new(&other).await;
    twin.create(&bench.full(1)).await;
    assert_eq!(other.get(endpoint).send().await.is(200).json["totalResults"], 1);
}

async fn the_documents_are_defined_by_http_and_used_at_once(api: Api) {
    for (kind, document) in documents() {
        let path = match kind {
            schema::Kind::Schema => "/schemas",
            schema::Kind::Type => "/resource-types",
        };
        let made = api.admin("POST", path).json(&document).send().await.is(201).json;
        for (key, value) in document.as_object().unwrap().iter().filter(|(key, _)| *key != "schemas") {
            assert_eq!(made[key], *value, "{key}");
        }
    }
    let bench = Bench::of(&api).await;
    let id = bench.create(&bench.full(1)).await;
    let indexes = api.admin("GET", "/schema-indexes").send().await.is(200).json;
    let indexes: Vec<&Value> = indexes["indexes"].as_array().unwrap().iter().map(|index| &index["attribute"]).collect();
    for target in bench.leaves().iter().filter(|target| target.leaf().storage == Storage::Indexed) {
        assert!(indexes.contains(&&json!(target.name())), "{}: {indexes:?}", target.name());
        let filter = format!("{} eq {}", target.name(), sample::one(target.leaf(), 1));
        assert_eq!(api.find(&bench.kind.endpoint, &filter).send().await.is(200).each("id"), [&id], "{filter}");
    }
}
