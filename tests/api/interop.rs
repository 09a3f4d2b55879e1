//! What the SCIM 2.0 Interoperability Profile (draft-zollner-scim-interop-profile) asks of a server, rule by
//! rule, of a connection whose profile is `strict`; and who is told that all of it is kept.

use crate::server::{Api, NOBODY, both, encode};
use roster::scim::tolerance::{Preset, Tolerance};
use serde_json::{Value, json};

both! {
    conformance_is_told_to_strict_connections_alone,
    discovery_is_complete,
    names_are_compared_by_one_rule_in_filters_and_for_uniqueness,
    what_no_schema_defines_is_refused,
    every_type_declares_its_canonical_values,
    a_resource_has_one_address,
    filters_know_eq_and_and,
    a_page_has_a_hundred_results_and_not_more_than_the_server_likes,
    an_operation_names_its_path,
    add_and_replace_are_one_for_a_simple_attribute,
    a_complex_attribute_is_replaced_whole_and_added_to_by_parts,
    a_list_is_replaced_whole_and_added_to,
    several_attributes_change_in_one_request,
    no_patch_deletes,
    what_is_deleted_is_gone,
    what_must_be_unique_is_refused_as_a_conflict,
    what_the_ipsie_profile_adds_is_there,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const FLAG: &str = "interopProfileConformant";

fn user(name: &str, more: Value) -> Value {
    let mut body = json!({ "schemas": [USER], "userName": name });
    if let Value::Object(more) = more {
        body.as_object_mut().unwrap().extend(more);
    }
    body
}

/// A strict connection with one user; its address.
async fn strict(api: &Api, more: Value) -> String {
    api.set_profile("strict").await;
    format!("/Users/{}", api.post("/Users", &user("Ann", more)).send().await.is(201).id())
}

fn one(op: &str, path: &str, value: impl Into<Value>) -> Value {
    json!([{ "op": op, "path": path, "value": value.into() }])
}

async fn total(api: &Api, endpoint: &str, filter: &str) -> Value {
    api.find(endpoint, filter).send().await.is(200).json["totalResults"].clone()
}

async fn conformance_is_told_to_strict_connections_alone(api: Api) {
    let told = async || api.get("/ServiceProviderConfig").send().await.is(200).json.get(FLAG).cloned();
    for preset in Preset::ALL {
        api.set_profile(preset.name()).await;
        assert_eq!(told().await, (preset == Preset::Strict).then_some(json!(true)), "{preset}");
    }
    for tolerance in Tolerance::ALL {
        api.set_profile(&format!("strict {tolerance}=on")).await;
        assert_eq!(told().await, None, "{tolerance}");
        api.set_profile(&format!("strict {tolerance}=off")).await;
        assert_eq!(told().await, Some(json!(true)), "{tolerance}");
    }
    let anybody = api.get("/ServiceProviderConfig").header("authorization", None).send().await.is(200);
    assert_eq!(anybody.json.get(FLAG), None, "it depends on who asks");
}

async fn discovery_is_complete(api: Api) {
    api.set_profile("strict").await;
    api.get("/ServiceProviderConfig").send().await.is(200);
    let schemas = api.get("/Schemas").send().await.is(200).json;
    let ids: Vec<&Value> = schemas["Resources"].as_array().unwrap().iter().map(|schema| &schema["id"]).collect();
    for kind in api.get("/ResourceTypes").send().await.is(200).json["Resources"].as_array().unwrap() {
        assert_eq!(kind["id"], kind["name"]);
        let extensions = kind["schemaExtensions"].as_array().into_iter().flatten().map(|one| &one["schema"]);
        for urn in extensions.chain([&kind["schema"]]) {
            assert!(ids.contains(&urn), "{urn}");
            api.get(&format!("/Schemas/{}", urn.as_str().unwrap())).send().await.is(200);
        }
        api.get(kind["endpoint"].as_str().unwrap()).send().await.is(200);
    }
    // Groups may share a name here, so that the schema must not call it unique.
    let uniqueness = async || {
        let schema = api.get(&format!("/Schemas/{GROUP}")).send().await.is(200).json;
        let listed = api.get("/Schemas").send().await.is(200).json["Resources"].as_array().unwrap().contains(&schema);
        assert!(listed, "the list says the same");
        let attributes = schema["attributes"].as_array().unwrap().clone();
        attributes.into_iter().find(|attribute| attribute["name"] == "displayName").unwrap()["uniqueness"].clone()
    };
    let group = json!({ "schemas": [GROUP], "displayName": "g" });
    api.post("/Groups", &group).send().await.is(201);
    for (profile, unique, status) in [("strict", "none", 201), ("default", "server", 409)] {
        api.set_profile(profile).await;
        assert_eq!(uniqueness().await, unique, "{profile}");
        api.post("/Groups", &group).send().await.is(status);
    }
}

async fn names_are_compared_by_one_rule_in_filters_and_for_uniqueness(api: Api) {
    let path = strict(&api, json!({ "externalId": "ABC-123" })).await;
    let id = path.trim_start_matches("/Users/").to_owned();
    let other = api.post("/Users", &user("bob", json!({}))).send().await.is(201).id();
    for name in ["Ann", "ann", "ANN"] {
        assert_eq!(total(&api, "/Users", &format!("userName eq \"{name}\"")).await, 1, "{name}");
        api.post("/Users", &user(name, json!({}))).send().await.refused(409, "uniqueness");
        let rename = one("replace", "userName", name);
        api.patch(&format!("/Users/{other}"), &rename).send().await.refused(409, "uniqueness");
    }
    assert_eq!(total(&api, "/Users", "externalId eq \"ABC-123\"").await, 1);
    assert_eq!(total(&api, "/Users", "externalId eq \"abc-123\"").await, 0);
    api.post("/Users", &user("carl", json!({ "externalId": "abc-123" }))).send().await.is(201);
    assert_eq!(total(&api, "/Users", "externalId eq \"abc-123\"").await, 1);
    let upper = format!("{}A", &id[..id.len() - 1]);
    for wrong in [upper.as_str(), &id.to_uppercase().replace('0', "O")] {
        assert_eq!(total(&api, "/Users", &format!("id eq \"{wrong}\"")).await, 0);
        api.get(&format!("/Users/{wrong}")).send().await.is(404);
    }
    assert_eq!(total(&api, "/Users", &format!("id eq \"{id}\"")).await, 1);
}

async fn what_no_schema_defines_is_refused(api: Api) {
    let path = strict(&api, json!({})).await;
    let group = json!({ "schemas": [GROUP], "displayName": "g" });
    let group = format!("/Groups/{}", api.post("/Groups", &group).send().await.is(201).id());
    let bodies = [
        json!({ "nosuch": 1 }),
        json!({ "name": { "nosuch": 1 } }),
        json!({ "emails": [{ "value": "a@b", "nosuch": 1 }] }),
        json!({ "groups": [{ "value": "g", "nosuch": 1 }] }),
        json!({ "meta": { "nosuch": 1 } }),
        json!({ "urn:example:nosuch:User": { "a": 1 } }),
        json!({ "schemas": [USER, "urn:example:nosuch:User"] }),
        json!({ "schemas": [USER, GROUP] }),
        json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "nosuch": 1 } }),
    ];
    for more in bodies {
        api.post("/Users", &user("bob", more.clone())).send().await.refused(400, "invalidSyntax");
        api.put(&path, &user("Ann", more)).send().await.refused(400, "invalidSyntax");
    }
    for operation in [
        one("add", "schemas", json!(["urn:example:nosuch:User"])),
        one("add", "nosuch", "x"),
        one("replace", "name.nosuch", "x"),
        json!([{ "op": "remove", "path": "nosuch" }]),
        one("add", "urn:example:nosuch:User:attribute", "x"),
        one("add", "urn:example:nosuch:User", json!({ "a": 1 })),
        one("add", &format!("{ENTERPRISE}:nosuch"), "x"),
        one("add", ENTERPRISE, json!({ "nosuch": "x" })),
        one("add", "name", json!({ "nosuch": "x" })),
        one("add", "emails", json!([{ "value": "a@b", "nosuch": "x" }])),
        one("replace", "emails[type eq \"work\"].nosuch", "x"),
        // All or nothing.
        json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "add", "path": "nosuch", "value": "x" }]),
    ] {
        api.patch(&path, &operation).send().await.refused(400, "invalidSyntax");
    }
    let member = json!([{ "value": path.trim_start_matches("/Users/"), "nosuch": "x" }]);
    api.patch(&group, &one("add", "members", member)).send().await.refused(400, "invalidSyntax");
    for untouched in [&path, &group] {
        assert_eq!(api.get(untouched).send().await.is(200).header("etag"), Some("W/\"1\""));
    }
    assert_eq!(total(&api, "/Users", "userName eq \"bob\"").await, 0);
}

async fn every_type_declares_its_canonical_values(api: Api) {
    api.open_to_native().await;
    api.set_profile("strict").await;
    let mut seen = 0;
    for schema in api.get("/Schemas").send().await.is(200).json["Resources"].as_array().unwrap() {
        for attribute in schema["attributes"].as_array().unwrap() {
            let parts = attribute["subAttributes"].as_array().into_iter().flatten();
            for part in parts.filter(|part| part["name"] == "type" && attribute["multiValued"] == true) {
                let values = part["canonicalValues"].as_array().map_or(0, Vec::len);
                assert!(values > 0, "{}: {}", schema["id"], attribute["name"]);
                seen += 1;
            }
        }
    }
    assert!(seen >= 10, "{seen}");
}

async fn a_resource_has_one_address(api: Api) {
    let path = strict(&api, json!({ "externalId": "x-1" })).await;
    let id = path.trim_start_matches("/Users/");
    let read = api.get(&path).send().await.is(200);
    assert!(read.text_at("/meta/location").ends_with(&path));
    for wrong in ["/Users/Ann", "/Users/x-1", &format!("/Groups/{id}"), &format!("/{id}"), &format!("/Users/{NOBODY}")]
    {
        api.get(wrong).send().await.is(404);
    }
    assert_eq!(total(&api, "/Groups", "id pr").await, 0, "no endpoint shows another type");
}

async fn filters_know_eq_and_and(api: Api) {
    strict(&api, json!({ "title": "Dr", "emails": [{ "value": "a@b", "type": "work" }] })).await;
    api.post("/Users", &user("bob", json!({ "title": "Dr" }))).send().await.is(201);
    assert_eq!(total(&api, "/Users", "title eq \"dr\"").await, 2);
    assert_eq!(total(&api, "/Users", "title eq \"Dr\" and userName eq \"bob\"").await, 1);
    assert_eq!(total(&api, "/Users", "emails[type eq \"work\" and value eq \"a@b\"]").await, 1);
    for (endpoint, filter) in [
        ("/Users", "nosuch eq \"x\""),
        ("/Users", "name.nosuch eq \"x\""),
        ("/Users", "userName eq \"x\" and nosuch eq \"x\""),
        ("/Users", "emails[nosuch eq \"x\"]"),
        ("/Users", "urn:example:nosuch:User:a eq \"x\""),
        ("/Users", &format!("{ENTERPRISE}:nosuch eq \"x\"")),
        ("/Users", "members.value eq \"x\""),
        ("/Groups", "userName eq \"x\""),
    ] {
        api.find(endpoint, filter).send().await.refused(400, "invalidFilter");
    }
}

async fn a_page_has_a_hundred_results_and_not_more_than_the_server_likes(api: Api) {
    strict(&api, json!({})).await;
    for number in 0..119 {
        api.post("/Users", &user(&format!("u{number}"), json!({}))).send().await.is(201);
    }
    let size = async |query: &str| {
        let page = api.get(&format!("/Users?filter={}{query}", encode("userName pr"))).send().await.is(200).json;
        assert_eq!(page["totalResults"], 120);
        page["Resources"].as_array().unwrap().len()
    };
    assert!(size("").await >= 100);
    assert_eq!(size("&count=100").await, 100);
    assert_eq!(size("&count=100&startIndex=101").await, 20);
    assert_eq!(size("&count=7").await, 7);
    let config = api.get("/ServiceProviderConfig").send().await.is(200).json;
    assert!(config["filter"]["maxResults"].as_u64().unwrap() >= 100);
}

async fn an_operation_names_its_path(api: Api) {
    let path = strict(&api, json!({ "title": "Dr" })).await;
    for operation in [
        json!({ "op": "add", "value": { "title": "x" } }),
        json!({ "op": "replace", "value": { "title": "x" } }),
        json!({ "op": "replace", "value": { "active": false } }),
        json!({ "op": "remove", "value": { "title": "Dr" } }),
        json!({ "op": "remove" }),
        json!({ "op": "replace", "path": null, "value": { "title": "x" } }),
        json!({ "op": "replace", "path": "", "value": { "title": "x" } }),
    ] {
        let first = json!({ "op": "replace", "path": "nickName", "value": "n" });
        api.patch(&path, &json!([first, operation])).send().await.refused(400, "invalidSyntax");
    }
    assert_eq!(api.get(&path).send().await.is(200).header("etag"), Some("W/\"1\""));
}

async fn add_and_replace_are_one_for_a_simple_attribute(api: Api) {
    let path = strict(&api, json!({})).await;
    for (attribute, values) in [
        ("title", [json!("one"), json!("two")]),
        ("userName", [json!("one"), json!("two")]),
        ("active", [json!(false), json!(true)]),
        (&format!("{ENTERPRISE}:department"), [json!("one"), json!("two")]),
    ] {
        for op in ["add", "replace"] {
            for value in &values {
                let changed = api.patch(&path, &one(op, attribute, value.clone())).send().await.is(200).json;
                let shown = match attribute.strip_prefix(ENTERPRISE) {
                    Some(name) => &changed[ENTERPRISE][&name[1..]],
                    None => &changed[attribute],
                };
                assert_eq!(shown, value, "{op} {attribute}");
            }
        }
    }
}

async fn a_complex_attribute_is_replaced_whole_and_added_to_by_parts(api: Api) {
    let whole = json!({ "givenName": "Ann", "familyName": "Bell", "formatted": "Ann Bell" });
    let path = strict(&api, json!({ "name": whole })).await;
    let patch = async |operation: &Value| api.patch(&path, operation).send().await.is(200).json["name"].clone();
    let added = patch(&one("add", "name", json!({ "givenName": "Anna" }))).await;
    assert_eq!(added, json!({ "givenName": "Anna", "familyName": "Bell", "formatted": "Ann Bell" }));
    let part = patch(&one("replace", "name.familyName", "Boll")).await;
    assert_eq!(part, json!({ "givenName": "Anna", "familyName": "Boll", "formatted": "Ann Bell" }));
    let replaced = patch(&one("replace", "name", json!({ "givenName": "Ann" }))).await;
    assert_eq!(replaced, json!({ "givenName": "Ann" }));

    let manager = format!("{ENTERPRISE}:manager");
    let boss = api.post("/Users", &user("boss", json!({}))).send().await.is(201).id();
    let both = json!({ "value": boss, "$ref": format!("../Users/{boss}") });
    api.patch(&path, &one("add", &manager, both)).send().await.is(200);
    let replaced = api.patch(&path, &one("replace", &manager, json!({ "value": boss }))).send().await.is(200);
    assert_eq!(replaced.json[ENTERPRISE]["manager"], json!({ "value": boss }));
}

async fn a_list_is_replaced_whole_and_added_to(api: Api) {
    let (a, b, c) = (json!({ "value": "a@x" }), json!({ "value": "b@x" }), json!({ "value": "c@x", "type": "work" }));
    let path = strict(&api, json!({ "emails": [a] })).await;
    let patch = async |operation: &Value| api.patch(&path, operation).send().await.is(200).json["emails"].clone();
    assert_eq!(patch(&one("add", "emails", json!([b, c]))).await, json!([a, b, c]));
    // Schemas follow the attributes; to name those there are changes nothing.
    api.patch(&path, &one("add", "schemas", json!([ENTERPRISE]))).send().await.is(200);
    assert_eq!(api.get(&path).send().await.json["schemas"], json!([USER]));
    let part = one("replace", "emails[type eq \"work\"].value", "d@x");
    assert_eq!(patch(&part).await, json!([a, b, { "value": "d@x", "type": "work" }]));
    assert_eq!(patch(&one("replace", "emails", json!([c]))).await, json!([c]));
}

async fn several_attributes_change_in_one_request(api: Api) {
    let path = strict(&api, json!({ "title": "Dr" })).await;
    let operations = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "add", "path": "nickName", "value": "n" },
        { "op": "remove", "path": "title" },
        { "op": "replace", "path": "name.givenName", "value": "Ann" },
    ]);
    let changed = api.patch(&path, &operations).send().await.is(200).json;
    assert_eq!((&changed["active"], &changed["nickName"], changed.get("title")), (&json!(false), &json!("n"), None));
    assert_eq!(changed["meta"]["version"], "W/\"2\"");
}

async fn no_patch_deletes(api: Api) {
    let path = strict(&api, json!({ "title": "Dr" })).await;
    let operations = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "remove", "path": "title" },
    ]);
    api.patch(&path, &operations).send().await.is(200);
    assert_eq!(api.get(&path).send().await.is(200).json["active"], false);
    assert_eq!(total(&api, "/Users", "userName eq \"ann\"").await, 1);
    api.post("/Users", &user("ann", json!({}))).send().await.refused(409, "uniqueness");
}

async fn what_is_deleted_is_gone(api: Api) {
    let path = strict(&api, json!({ "externalId": "x-1" })).await;
    let id = path.trim_start_matches("/Users/").to_owned();
    let group = json!({ "schemas": [GROUP], "displayName": "g", "members": [{ "value": id }] });
    let group = format!("/Groups/{}", api.post("/Groups", &group).send().await.is(201).id());
    api.delete(&path).send().await.is(204);
    api.get(&path).send().await.is(404);
    api.put(&path, &user("Ann", json!({}))).send().await.is(404);
    api.patch(&path, &one("replace", "active", true)).send().await.is(404);
    api.delete(&path).send().await.is(404);
    for filter in ["userName eq \"ann\"", "externalId eq \"x-1\"", "active eq false", "id pr"] {
        assert_eq!(total(&api, "/Users", filter).await, 0, "{filter}");
    }
    assert_eq!(api.get("/").send().await.is(200).json["totalResults"], 1, "the group alone");
    assert_eq!(api.get(&group).send().await.is(200).json.get("members"), None);
    let again = api.post("/Users", &user("ANN", json!({ "externalId": "x-1" }))).send().await.is(201).id();
    assert_ne!(again, id);
}

async fn what_must_be_unique_is_refused_as_a_conflict(api: Api) {
    let path = strict(&api, json!({})).await;
    api.post("/Users", &user("bob", json!({}))).send().await.is(201);
    for name in ["bob", "BOB"] {
        api.post("/Users", &user(name, json!({}))).send().await.refused(409, "uniqueness");
        api.put(&path, &user(name, json!({}))).send().await.refused(409, "uniqueness");
        for op in ["add", "replace"] {
            api.patch(&path, &one(op, "userName", name)).send().await.refused(409, "uniqueness");
        }
    }
}

/// The filters and sizes of the `OpenID` IPSIE SCIM profile.
async fn what_the_ipsie_profile_adds_is_there(api: Api) {
    let mail = json!([{ "value": "ann@x.example", "type": "work" }]);
    let path = strict(&api, json!({ "externalId": "x-1", "emails": mail })).await;
    let ann = path.trim_start_matches("/Users/");
    let empty = json!({ "schemas": [GROUP], "displayName": "Empty", "externalId": "g-1" });
    let group = api.post("/Groups", &empty).send().await.is(201);
    assert_eq!(group.json.get("members"), None);
    let mut others = Vec::new();
    for number in 0..50 {
        others.push(api.post("/Users", &user(&format!("u{number}"), json!({}))).send().await.is(201).id());
    }
    let place = format!("/Groups/{}", group.id());
    let add = |id: &str| json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
    let adding: Vec<Value> = others.iter().map(|id| add(id)).chain([add(ann)]).collect();
    let full = api.patch(&place, &json!(adding)).send().await.is(200);
    assert_eq!(full.json["members"].as_array().unwrap().len(), 51);
    for (endpoint, filter) in [
        ("/Users", "userName eq \"ann\""),
        ("/Users", "externalId eq \"x-1\""),
        ("/Users", "emails[value eq \"ann@x.example\"]"),
        ("/Users", "emails[type eq \"work\" and value eq \"ann@x.example\"]"),
        ("/Groups", "displayName eq \"empty\""),
        ("/Groups", "externalId eq \"g-1\""),
        ("/Groups", &format!("members[value eq \"{ann}\"]")),
    ] {
        assert_eq!(total(&api, endpoint, filter).await, 1, "{filter}");
    }
    let remove = |id: &String| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") });
    let removing: Vec<Value> = others.iter().map(remove).collect();
    let left = api.patch(&place, &json!(removing)).send().await.is(200);
    assert_eq!(left.json["members"].as_array().unwrap().len(), 1);
}
