//! What resources are made of: attributes, ids, references, schemas (RFC 7643 §2 to §4, §6, §7).

use crate::server::{Api, BASE, both};
use serde_json::{Value, json};
use std::collections::BTreeSet;

both! {
    every_attribute_of_a_user_comes_back_as_it_was_sent,
    what_is_sent_is_not_made_prettier,
    the_order_of_what_has_no_order_means_nothing,
    ids_are_unique_stable_and_hold_no_reserved_word,
    every_reference_leads_to_its_resource,
    every_schema_in_use_can_be_read_and_no_message_is_one,
    a_certificate_is_base64_of_either_alphabet,
    names_are_understood_in_any_case_with_their_urn_or_without,
    what_is_deleted_is_in_no_list_and_in_nobodys_way,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user with a value for every attribute a client can write.
fn whole(name: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE], "externalId": "HR-Ä7", "userName": name,
        "name": { "formatted": "Dr. Ida M. Quint, MA", "familyName": "Quint", "givenName": "Ida", "middleName": "M.",
            "honorificPrefix": "Dr.", "honorificSuffix": "MA" },
        "displayName": "Ida Quint", "nickName": "Idi", "profileUrl": "https://people.example/Quint", "title": "Binder",
        "userType": "Apprentice", "preferredLanguage": "de-AT, en;q=0.5", "locale": "de_AT", "timezone": "Europe/Vienna",
        "active": true,
        "emails": [
            { "value": "ida@work.example", "display": "Ida", "type": "work", "primary": true },
            { "value": "ida@work.example", "type": "home", "primary": false },
            { "value": "ida@boat.example", "type": "harbour" }
        ],
        "phoneNumbers": [{ "value": "tel:+43-1-555-0100", "type": "pager" }],
        "ims": [{ "value": "ida quint", "type": "xmpp" }],
        "photos": [{ "value": "https://people.example/Quint.png", "type": "thumbnail" }],
        "addresses": [{ "formatted": "Kai 1\nLinz", "streetAddress": "Kai 1\nHof 2", "locality": "Linz", "region": "OÖ",
            "postalCode": "4020", "country": "AT", "type": "work", "primary": true }],
        "entitlements": [{ "value": "press", "display": "The press", "type": "tool", "primary": true }],
        "roles": [{ "value": "binder", "display": "Binder", "type": "shop" }],
        "x509Certificates": [{ "value": "MIIB", "display": "old" }],
        ENTERPRISE: { "employeeNumber": "0701", "costCenter": "4130", "organization": "Bindery", "division": "North",
            "department": "Sewing", "manager": { "value": "26118915", "$ref": "../Users/26118915" } }
    })
}

async fn every_attribute_of_a_user_comes_back_as_it_was_sent(api: Api) {
    for profile in ["default", "strict"] {
        api.set_profile(profile).await;
        let body = whole(profile);
        let created = api.post("/Users", &body).send().await.is(201).json;
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        for shown in [created.clone(), api.get(&path).send().await.is(200).json] {
            for (name, value) in body.as_object().unwrap() {
                assert_eq!(&shown[name], value, "{profile}: {name}");
            }
            assert_eq!(shown.as_object().unwrap().len(), body.as_object().unwrap().len() + 2, "id and meta: {shown}");
        }
        assert_eq!(created["meta"]["created"], created["meta"]["lastModified"]);
        assert_eq!(created["meta"]["resourceType"], "User");
        // Every attribute that can be written is in this user.
        let schema = |urn: &str| api.get(&format!("/Schemas/{urn}")).send();
        for (urn, holder) in [(USER, &body), (ENTERPRISE, &body[ENTERPRISE])] {
            for attribute in schema(urn).await.is(200).json["attributes"].as_array().unwrap() {
                let (name, mutability) = (attribute["name"].as_str().unwrap(), &attribute["mutability"]);
                assert!(mutability != "readWrite" || holder.get(name).is_some(), "{name}");
            }
        }
    }
}

/// Clients find and compare what they wrote: addresses and numbers are not rewritten.
async fn what_is_sent_is_not_made_prettier(api: Api) {
    let body = json!({
        "schemas": [USER], "userName": "Plain@EXAMPLE.com", "emails": [{ "value": "Plain@EXAMPLE.com" }],
        "phoneNumbers": [{ "value": "(555) 0100 ext. 7" }], "ims": [{ "value": "Plain  Name", "type": "carrier pigeon" }],
        "addresses": [{ "country": "Österreich" }, { "country": "USA" }], "locale": "de_AT"
    });
    let created = api.post("/Users", &body).send().await.is(201);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&created.json[name], value, "{name}");
    }
    for filter in [
        "emails.value eq \"plain@example.COM\"",
        "phoneNumbers.value eq \"(555) 0100 EXT. 7\"",
        "ims.value eq \"plain  name\"",
        "addresses.country eq \"usa\"",
    ] {
        assert_eq!(api.find("/Users", filter).send().await.is(200).json["totalResults"], 1, "{filter}");
    }
}

/// The same value with everything that has no order in the opposite one.
fn backwards(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().rev().map(|(name, value)| (name.clone(), backwards(value))).collect(),
        Value::Array(values) => values.iter().map(backwards).collect(),
        other => other.clone(),
    }
}

async fn the_order_of_what_has_no_order_means_nothing(api: Api) {
    let created = api.post("/Users", &whole("o")).send().await.is(201);
    let path = format!("/Users/{}", created.id());
    for profile in ["default", "strict"] {
        api.set_profile(profile).await;
        let mut body = backwards(&whole("o"));
        assert_ne!(body.to_string(), whole("o").to_string());
        body["schemas"] = json!([ENTERPRISE, USER]);
        let replaced = api.put(&path, &body).send().await.is(200);
        assert_eq!(replaced.json["meta"]["version"], "W/\"1\"", "{profile}");
        assert_eq!(replaced.json, created.json, "{profile}");
    }
    api.set_profile("default").await;
    let body =
        json!({ "schemas": [USER, USER, ENTERPRISE, USER], "userName": "doubled", ENTERPRISE: { "division": "d" } });
    assert_eq!(api.post("/Users", &body).send().await.is(201).json["schemas"], json!([USER, ENTERPRISE]));
}

async fn ids_are_unique_stable_and_hold_no_reserved_word(api: Api) {
    let mut seen = BTreeSet::new();
    for number in 0..5 {
        let user = api.user(&format!("u{number}")).await;
        let group = api.group(&format!("g{number}"), &[&user]).await;
        for (kind, id) in [("Users", user), ("Groups", group)] {
            assert!(id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'), "{id} may hold the word bulkId");
            let path = format!("/{kind}/{id}");
            let body = json!({ "id": "mine", "userName": id, "displayName": id });
            assert_eq!(api.put(&path, &body).send().await.is(200).id(), id);
            assert_eq!(api.get(&path).send().await.is(200).id(), id);
            let other = if kind == "Users" { "Groups" } else { "Users" };
            api.get(&format!("/{other}/{id}")).send().await.is(404);
            assert!(seen.insert(id.clone()), "{id} was given twice");
            if number < 3 {
                api.delete(&path).send().await.is(204);
            }
        }
    }
    let kept: Vec<Value> = api.get("").send().await.is(200).json["Resources"].as_array().unwrap().clone();
    assert_eq!(kept.len(), 4);
    for resource in kept {
        let id = resource["id"].as_str().unwrap();
        for (text, total) in [(id.to_owned(), 1), (id.to_uppercase(), u64::from(id.to_uppercase() == id))] {
            let found = api.find("", &format!("id eq \"{text}\"")).send().await.is(200);
            assert_eq!(found.json["totalResults"], total, "{text}: an id is case-exact");
        }
    }
    for kind in ["user", "USER"] {
        let found = api.find("/Users", &format!("meta.resourceType eq \"{kind}\"")).send().await.is(200);
        assert_eq!(found.json["totalResults"], 0, "the name of a type is case-exact");
    }
}

async fn every_reference_leads_to_its_resource(api: Api) {
    let user = api.user("linked").await;
    let inner = api.group("Inner", &[&user]).await;
    let outer = api.group("Outer", &[&inner]).await;
    let mut references = Vec::new();
    for path in ["/Users", "/Groups", "/Schemas", "/ResourceTypes"] {
        for resource in api.get(path).send().await.is(200).json["Resources"].as_array().unwrap() {
            let id = resource["id"].as_str().unwrap().to_owned();
            references.push((resource["meta"]["location"].as_str().unwrap().to_owned(), id));
            for list in ["members", "groups"] {
                for link in resource[list].as_array().into_iter().flatten() {
                    let text = |name: &str| link[name].as_str().unwrap().to_owned();
                    references.push((text("$ref"), text("value")));
                }
            }
        }
    }
    for wanted in [&user, &inner, &outer] {
        assert!(references.iter().any(|(_, id)| id == wanted), "{wanted}");
    }
    assert!(references.len() >= 12, "{references:?}");
    for (reference, id) in references {
        let answer = api.get(reference.strip_prefix(BASE).unwrap()).send().await.is(200);
        assert_eq!((answer.id(), answer.text_at("/meta/location")), (id, reference.as_str()));
    }
    let types = api.get("/ResourceTypes").send().await.is(200).json;
    for kind in types["Resources"].as_array().unwrap() {
        let listed = api.get(kind["endpoint"].as_str().unwrap()).send().await.is(200);
        assert_eq!(listed.json["Resources"][0]["meta"]["resourceType"], kind["name"]);
    }
    let config = api.get("/ServiceProviderConfig").header("authorization", None).send().await.is(200).json;
    let manual = config["documentationUri"].as_str().unwrap().strip_prefix("https://roster.example").unwrap();
    api.get(&format!("root:{manual}")).header("authorization", None).send().await.is(200);
}

async fn every_schema_in_use_can_be_read_and_no_message_is_one(api: Api) {
    let user = api.post("/Users", &whole("s")).send().await.is(201);
    let group = api.get(&format!("/Groups/{}", api.group("S", &[&user.id()]).await)).send().await.is(200);
    let schemas = api.get("/Schemas").send().await.is(200).json["Resources"].as_array().unwrap().clone();
    let known: BTreeSet<&str> = schemas.iter().map(|schema| schema["id"].as_str().unwrap()).collect();
    let types = api.get("/ResourceTypes").send().await.is(200).json["Resources"].as_array().unwrap().clone();
    for kind in &types {
        let extensions = kind["schemaExtensions"].as_array().cloned().unwrap_or_default();
        for urn in extensions.iter().map(|extension| &extension["schema"]).chain([&kind["schema"]]) {
            assert!(known.contains(urn.as_str().unwrap()), "{urn} of {kind}");
        }
        assert!(extensions.iter().all(|extension| extension["required"].is_boolean()), "{kind}");
        assert!(kind["description"].as_str().is_some_and(|text| !text.is_empty()), "{kind}");
    }
    for (resource, allowed) in [(&user, [USER, ENTERPRISE].as_slice()), (&group, &[GROUP])] {
        let listed: Vec<&str> =
            resource.json["schemas"].as_array().unwrap().iter().map(|urn| urn.as_str().unwrap()).collect();
        assert_eq!(listed, allowed);
        assert!(listed.iter().all(|urn| known.contains(urn)));
    }
    for schema in &schemas {
        assert!(!schema["id"].as_str().unwrap().starts_with("urn:ietf:params:scim:api:"), "{schema}");
        for name in ["name", "description"] {
            assert!(schema[name].as_str().is_some_and(|text| !text.is_empty()), "{schema}");
        }
        for attribute in schema["attributes"].as_array().unwrap() {
            keeps_the_rules(attribute);
        }
    }
    for message in ["ListResponse", "SearchRequest", "PatchOp", "BulkRequest", "BulkResponse", "Error"] {
        api.get(&format!("/Schemas/urn:ietf:params:scim:api:messages:2.0:{message}")).send().await.is(404);
    }
}

/// RFC 7643 §2.1 and §7: the names of attributes and the values of their characteristics.
fn keeps_the_rules(attribute: &Value) {
    let name = attribute["name"].as_str().unwrap();
    let (first, rest) = name.split_at(1);
    let fine = |c: char| c.is_ascii_alphanumeric() || "$-_".contains(c);
    assert!(name == "$ref" || first.chars().all(|c| c.is_ascii_alphabetic()) && rest.chars().all(fine), "{name}");
    for (key, words) in [
        ("type", ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"].as_slice()),
        ("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]),
        ("returned", &["always", "never", "default", "request"]),
        ("uniqueness", &["none", "server", "global"]),
    ] {
        let word = attribute.get(key).and_then(Value::as_str);
        assert!(word.is_some_and(|word| words.contains(&word)) || key == "uniqueness" && word.is_none(), "{attribute}");
    }
    for key in ["multiValued", "required", "caseExact"] {
        assert!(attribute[key].is_boolean(), "{attribute}: {key}");
    }
    let parts = attribute["subAttributes"].as_array();
    assert_eq!(parts.is_some(), attribute["type"] == "complex", "{attribute}");
    for part in parts.into_iter().flatten() {
        assert_ne!(part["type"], "complex", "{attribute}");
        keeps_the_rules(part);
    }
}

async fn a_certificate_is_base64_of_either_alphabet(api: Api) {
    let body = |name: &str, value: &str| json!({ "userName": name, "x509Certificates": [{ "value": value }] });
    for (number, value) in ["aGk=", "aGk", "_-8=", "/+8=", "AAECAwQ="].into_iter().enumerate() {
        let created = api.post("/Users", &body(&format!("c{number}"), value)).send().await.is(201);
        assert_eq!(created.json["x509Certificates"][0]["value"], value);
        let found = api.find("/Users", &format!("x509Certificates.value eq \"{value}\"")).send().await.is(200);
        assert_eq!(found.each("id"), [created.id()]);
    }
    for value in ["a b=", "+_aa", "ä", "bU0=bU0="] {
        let detail = api.post("/Users", &body("refused", value)).send().await.refused(400, "invalidValue");
        assert!(detail.contains("value"), "{detail}");
    }
    let other = api.find("/Users", "x509Certificates.value eq \"AGK=\"").send().await.is(200);
    assert_eq!(other.json["totalResults"], 0, "binary values are case-exact");
}

async fn names_are_understood_in_any_case_with_their_urn_or_without(api: Api) {
    let id = api.post("/Users", &whole("n")).send().await.is(201).id();
    let path = format!("/Users/{id}");
    for (name, pointer) in [
        ("name.givenName", "/name/givenName"),
        ("NAME.GIVENNAME", "/name/givenName"),
        (&format!("{USER}:name.givenName"), "/name/givenName"),
        (&format!("{}:Name.GivenName", USER.to_uppercase()), "/name/givenName"),
        (&format!("{ENTERPRISE}:department"), &format!("/{ENTERPRISE}/department")),
        (&format!("{}:DEPARTMENT", ENTERPRISE.to_lowercase()), &format!("/{ENTERPRISE}/department")),
        (&format!("{ENTERPRISE}:manager.value"), &format!("/{ENTERPRISE}/manager/value")),
    ] {
        let shown = api.get(&format!("{path}?attributes={name}")).send().await.is(200);
        let value = shown.text_at(pointer).to_owned();
        assert_eq!(shown.json.get("userName"), None, "{name}");
        let hidden = api.get(&format!("{path}?excludedAttributes={name}")).send().await.is(200);
        assert_eq!(hidden.json.pointer(pointer), None, "{name}");
        let found = api.find("/Users", &format!("{name} eq {}", json!(value))).send().await.is(200);
        assert_eq!(found.each("id"), [id.as_str()], "{name}");
        assert_eq!(api.get(&format!("/Users?sortBy={name}")).send().await.is(200).each("id"), [id.as_str()], "{name}");
        let changed = json!([{ "op": "replace", "path": name, "value": "changed" }]);
        assert_eq!(api.patch(&path, &changed).send().await.is(200).text_at(pointer), "changed", "{name}");
        let back = json!([{ "op": "REPLACE", "value": { name: value } }]);
        assert_eq!(api.patch(&path, &back).send().await.is(200).text_at(pointer), value, "{name}");
    }
}

async fn what_is_deleted_is_in_no_list_and_in_nobodys_way(api: Api) {
    let keep = api.user("kept").await;
    for profile in ["default", "default soft-delete=on"] {
        api.set_profile(profile).await;
        let gone = api.post("/Users", &whole("gone")).send().await.is(201).id();
        let group = api.group("Left", &[&gone, &keep]).await;
        api.delete(&format!("/Users/{gone}")).send().await.is(204);
        for (method, body) in [
            ("GET", None),
            ("PUT", Some(json!({ "schemas": [USER], "userName": "gone" }))),
            ("PATCH", Some(json!({ "Operations": [{ "op": "remove", "path": "title" }] }))),
            ("DELETE", None),
        ] {
            let call = api.call(method, &format!("/Users/{gone}"));
            let answer = match body {
                Some(body) => call.json(&body).send().await.is(404),
                None => call.send().await.is(404),
            };
            assert_eq!(answer.json["status"], "404", "{profile} {method}");
        }
        let filter = format!("id eq \"{gone}\" or userName eq \"gone\" or externalId eq \"HR-Ä7\"");
        for found in [
            api.find("/Users", &filter).send().await.is(200),
            api.find("", &filter).send().await.is(200),
            api.post("/Users/.search", &json!({ "filter": filter })).send().await.is(200),
            api.find("/Groups", &format!("members eq \"{gone}\"")).send().await.is(200),
        ] {
            assert_eq!(found.json["totalResults"], 0, "{profile}: {}", found.asked);
        }
        let left = api.get(&format!("/Groups/{group}")).send().await.is(200);
        assert_eq!(left.json["members"].as_array().unwrap().len(), 1, "{profile}");
        let again = api.post("/Users", &whole("GONE")).send().await.is(201).id();
        assert_ne!(again, gone, "{profile}");
        for path in [format!("/Users/{again}"), format!("/Groups/{group}")] {
            api.delete(&path).send().await.is(204);
        }
    }
}
