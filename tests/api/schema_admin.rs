//! A tenant's own schemas and resource types by HTTP: the admin API, discovery, and what SCIM clients can do
//! with them in the next request.

use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    a_tenant_gets_an_attribute_and_loses_it_again,
    a_resource_type_of_ones_own_has_every_operation,
    what_a_change_would_break_is_told,
    a_version_that_is_not_there_any_more_is_412,
    the_tenants_are_apart,
    a_document_that_breaks_a_rule_is_refused_by_name,
    an_index_is_declared_and_built,
    the_right_to_manage_is_needed,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const HR: &str = "urn:example:scim:hr:2.0:User";
const ROOM: &str = "urn:example:scim:2.0:Room";

pub async fn sent(api: &Api, method: &str, path: &str, body: &Value, status: u16) -> Value {
    api.admin(method, path).json(body).send().await.is(status).json
}

fn hr(attributes: &Value) -> Value {
    json!({ "id": HR, "name": "HR", "description": "What people bring.", "attributes": attributes })
}

/// Users with that extension.
fn users() -> Value {
    json!({ "name": "User", "endpoint": "/Users", "schema": USER, "schemaExtensions": [{ "schema": HR }] })
}

fn room() -> Value {
    json!({
        "id": ROOM,
        "attributes": [
            { "name": "name", "required": true, "uniqueness": "server" },
            { "name": "seats", "type": "integer", "storage": "indexed" },
            { "name": "equipment", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value" }, { "name": "type" },
            ] },
        ],
    })
}

fn rooms() -> Value {
    json!({ "name": "Room", "endpoint": "/Rooms", "schema": ROOM, "key": "name", "display": ["name"] })
}

async fn a_tenant_gets_an_attribute_and_loses_it_again(api: Api) {
    let schema = hr(&json!([{ "name": "badge", "caseExact": true }, { "name": "level", "type": "integer" }]));
    let made = api.admin("POST", "/schemas").json(&schema).send().await.is(201);
    let location = format!("https://roster.example/admin/v1/schemas/{HR}");
    assert_eq!((made.header("location"), made.header("etag")), (Some(location.as_str()), Some("W/\"1\"")));
    let meta = json!({
        "resourceType": "Schema",
        "created": "2026-01-31T09:30:00.000Z",
        "lastModified": "2026-01-31T09:30:00.000Z",
        "location": location,
        "version": "W/\"1\"",
    });
    let mut shown = schema.clone();
    shown["meta"] = meta;
    assert_eq!(made.json, shown);
    let read = api.admin("GET", &format!("/schemas/{HR}")).send().await.is(200);
    assert_eq!((&read.json, read.header("etag")), (&shown, Some("W/\"1\"")));
    assert_eq!(api.admin("GET", "/schemas").send().await.is(200).json, json!({ "schemas": [shown] }));
    sent(&api, "POST", "/resource-types", &users(), 201).await;

    // Discovery tells it to clients at once.
    assert_eq!(api.get(&format!("/Schemas/{HR}")).send().await.is(200).json["attributes"][0]["name"], "badge");
    let kind = api.get("/ResourceTypes/User").send().await.is(200).json;
    let extensions: Vec<&str> =
        kind["schemaExtensions"].as_array().unwrap().iter().map(|it| it["schema"].as_str().unwrap()).collect();
    assert!(extensions.contains(&HR), "{extensions:?}");

    let mut ids = Vec::new();
    for (name, badge, level) in [("ann", "B-2", 3), ("bob", "B-1", 7)] {
        let body = json!({ "schemas": [USER, HR], "userName": name, HR: { "badge": badge, "level": level } });
        ids.push(api.post("/Users", &body).send().await.is(201).id());
    }
    assert_eq!(api.find("/Users", &format!("{HR}:badge eq \"B-2\"")).send().await.is(200).each("userName"), ["ann"]);
    assert_eq!(api.find("/Users", &format!("{HR}:level gt 3")).send().await.is(200).each("userName"), ["bob"]);
    let sorted = api.get(&format!("/Users?sortBy={HR}:badge")).send().await.is(200);
    assert_eq!(sorted.each("userName"), ["bob", "ann"]);
    let path = format!("/Users/{}", ids[0]);
    let patch = json!([{ "op": "replace", "path": format!("{HR}:level"), "value": 9 }]);
    assert_eq!(api.patch(&path, &patch).send().await.is(200).json[HR]["level"], 9);
    let shown = api.get(&format!("{path}?attributes={HR}:level")).send().await.is(200).json;
    assert_eq!((&shown[HR], shown.get("userName")), (&json!({ "level": 9 }), None));

    // It goes when nobody has it any more.
    let type_path = "/resource-types/User";
    let broken = api.admin("DELETE", type_path).send().await;
    assert_eq!(broken.json["breaks"][0]["resources"], 2, "{}", broken.text);
    broken.problem(409, None);
    for id in &ids {
        api.patch(&format!("/Users/{id}"), &json!([{ "op": "remove", "path": HR }])).send().await.is(200);
    }
    let detail = api.admin("DELETE", &format!("/schemas/{HR}")).send().await.is(409).json["detail"].clone();
    assert!(detail.as_str().unwrap().contains("User"), "a type still names the schema: {detail}");
    api.admin("DELETE", type_path).send().await.is(204);
    api.admin("DELETE", &format!("/schemas/{HR}")).send().await.is(204);
    api.get(&format!("/Schemas/{HR}")).send().await.is(404);
    api.admin("GET", &format!("/schemas/{HR}")).send().await.problem(404, None);
    api.get(&path).send().await.is(200);
}

async fn a_resource_type_of_ones_own_has_every_operation(api: Api) {
    sent(&api, "POST", "/schemas", &room(), 201).await;
    let made = api.admin("POST", "/resource-types").json(&rooms()).send().await.is(201);
    assert_eq!(made.header("location"), Some("https://roster.example/admin/v1/resource-types/Room"));
    let kind = api.get("/ResourceTypes/Room").send().await.is(200).json;
    assert_eq!((&kind["endpoint"], kind.get("key")), (&json!("/Rooms"), None), "what is ours is not shown");
    let body = json!({ "schemas": [ROOM], "name": "Aula", "seats": 200, "equipment": [{ "value": "organ" }] });
    let created = api.post("/Rooms", &body).send().await.is(201);
    let path = format!("/Rooms/{}", created.id());
    assert_eq!(created.json["meta"]["resourceType"], "Room");
    assert_eq!(api.get(&path).send().await.is(200).json, created.json);
    api.post("/Rooms", &json!({ "schemas": [ROOM], "name": "AULA" })).send().await.refused(409, "uniqueness");
    api.post("/Rooms", &json!({ "schemas": [ROOM] })).send().await.refused(400, "invalidValue");
    api.post("/Rooms", &json!({ "schemas": [ROOM], "name": "Attic", "seats": 4 })).send().await.is(201);
    let found = api.find("/Rooms", "seats ge 4 and equipment[value eq \"ORGAN\"]").send().await.is(200);
    assert_eq!(found.each("name"), ["Aula"]);
    let sorted = api.get("/Rooms?sortBy=seats&sortOrder=descending").send().await.is(200);
    assert_eq!(sorted.each("name"), ["Aula", "Attic"]);
    let searched = api.post("/Rooms/.search", &json!({ "filter": "name sw \"at\"" })).send().await.is(200);
    assert_eq!(searched.each("name"), ["Attic"]);
    let replaced = api.put(&path, &json!({ "schemas": [ROOM], "name": "Aula", "seats": 180 })).send().await.is(200);
    assert_eq!((&replaced.json["seats"], replaced.json.get("equipment")), (&json!(180), None));
    let patch = json!([{ "op": "add", "path": "equipment", "value": [{ "value": "screen", "type": "fixed" }] }]);
    assert_eq!(api.patch(&path, &patch).send().await.is(200).json["equipment"][0]["type"], "fixed");
    api.delete(&path).send().await.is(204);
    api.get(&path).send().await.is(404);

    // A schema of the type itself may grow, and everybody sees it in the next request.
    let mut wider = room();
    wider["attributes"].as_array_mut().unwrap().push(json!({ "name": "floor", "type": "integer" }));
    let replaced = api.admin("PUT", &format!("/schemas/{ROOM}")).json(&wider).send().await.is(200);
    assert_eq!(replaced.header("etag"), Some("W/\"2\""));
    let attic = json!({ "schemas": [ROOM], "name": "Cellar", "floor": -1 });
    assert_eq!(api.post("/Rooms", &attic).send().await.is(201).json["floor"], -1);
    assert_eq!(api.find("/Rooms", "floor lt 0").send().await.is(200).each("name"), ["Cellar"]);
}

async fn what_a_change_would_break_is_told(api: Api) {
    sent(&api, "POST", "/schemas", &room(), 201).await;
    sent(&api, "POST", "/resource-types", &rooms(), 201).await;
    let mut ids = Vec::new();
    for (name, seats) in [("a", Some(3)), ("b", Some(4)), ("c", None)] {
        let mut body = json!({ "schemas": [ROOM], "name": name });
        if let Some(seats) = seats {
            body["seats"] = json!(seats);
        }
        ids.push(api.post("/Rooms", &body).send().await.is(201).id());
    }
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut schema = room();
        change(&mut schema["attributes"]);
        schema
    };
    let cases = [
        ("seats is gone", changed(&|all| drop(all.as_array_mut().unwrap().remove(1))), 2, &ids[0]),
        ("seats is required", changed(&|all| all[1]["required"] = json!(true)), 1, &ids[2]),
        (
            "seats is a list of words",
            changed(&|all| all[1] = json!({ "name": "seats", "type": "boolean" })),
            2,
            &ids[0],
        ),
    ];
    for (case, schema, resources, example) in cases {
        let refused = api.admin("PUT", &format!("/schemas/{ROOM}")).json(&schema).send().await.is(409);
        let breaks = refused.json["breaks"].as_array().unwrap_or_else(|| panic!("{case}: {}", refused.text));
        assert_eq!(breaks.len(), 1, "{case}: {}", refused.text);
        assert_eq!(breaks[0]["resourceType"], "Room", "{case}");
        assert!(breaks[0]["attribute"].as_str().unwrap().ends_with("seats"), "{case}: {}", refused.text);
        assert!(!breaks[0]["rule"].as_str().unwrap().is_empty(), "{case}");
        assert_eq!(breaks[0]["resources"], resources, "{case}: {}", refused.text);
        let examples = breaks[0]["examples"].as_array().unwrap();
        assert!(examples.contains(&json!(example)), "{case}: {}", refused.text);
    }
    let refused = api.admin("DELETE", "/resource-types/Room").send().await.is(409);
    assert_eq!(refused.json["breaks"][0]["resources"], 3, "{}", refused.text);
    let kept = api.admin("GET", &format!("/schemas/{ROOM}")).send().await.is(200);
    assert_eq!(kept.header("etag"), Some("W/\"1\""), "nothing was changed");
}

async fn a_version_that_is_not_there_any_more_is_412(api: Api) {
    sent(&api, "POST", "/schemas", &hr(&json!([{ "name": "a" }])), 201).await;
    let path = format!("/schemas/{HR}");
    let put = |tag: &str, name: &str| {
        api.admin("PUT", &path).if_match(tag).json(&hr(&json!([{ "name": "a" }, { "name": name }])))
    };
    put("W/\"7\"", "b").send().await.problem(412, None);
    assert_eq!(put("W/\"1\"", "b").send().await.is(200).header("etag"), Some("W/\"2\""));
    put("W/\"1\"", "c").send().await.problem(412, None);
    assert_eq!(put("*", "b").send().await.is(200).header("etag"), Some("W/\"2\""), "nothing changed");
    api.admin("DELETE", &path).if_match("W/\"1\"").send().await.problem(412, None);
    api.admin("DELETE", &path).if_match("\"2\"").send().await.is(204);
    api.admin("PUT", "/resource-types/Room").json(&rooms()).send().await.is(404);
    api.admin("DELETE", "/resource-types/Room").send().await.problem(404, None);
}

async fn the_tenants_are_apart(api: Api) {
    let acme = api.tenant("acme").await;
    let made = api.admin("POST", "/schemas?tenant=acme").json(&room()).send().await.is(201);
    let location = format!("https://roster.example/admin/v1/schemas/{ROOM}?tenant=acme");
    assert_eq!(made.header("location"), Some(location.as_str()));
    sent(&api, "POST", "/resource-types?tenant=acme", &rooms(), 201).await;
    acme.post("/Rooms", &json!({ "schemas": [ROOM], "name": "Aula" })).send().await.is(201);
    acme.get(&format!("/Schemas/{ROOM}")).send().await.is(200);
    for path in ["/Rooms".to_owned(), format!("/Schemas/{ROOM}"), "/ResourceTypes/Room".to_owned()] {
        api.get(&path).send().await.is(404);
    }
    api.admin("GET", &format!("/schemas/{ROOM}")).send().await.problem(404, None);
    assert_eq!(api.admin("GET", "/resource-types").send().await.is(200).json, json!({ "resourceTypes": [] }));
    api.admin("GET", "/schemas?tenant=none").send().await.problem(404, None);
    // The same names may mean something else elsewhere.
    let other = json!({ "id": ROOM, "attributes": [{ "name": "colour", "required": true }] });
    sent(&api, "POST", "/schemas", &other, 201).await;
    let kind = json!({ "name": "Room", "endpoint": "/Chambers", "schema": ROOM });
    sent(&api, "POST", "/resource-types", &kind, 201).await;
    api.post("/Chambers", &json!({ "schemas": [ROOM], "colour": "blue" })).send().await.is(201);
    acme.get("/Chambers").send().await.is(404);
    assert_eq!(acme.get("/Rooms").send().await.is(200).each("name"), ["Aula"]);
}

async fn a_document_that_breaks_a_rule_is_refused_by_name(api: Api) {
    let attribute = |attribute: Value| hr(&json!([attribute]));
    for (path, body, named) in [
        ("/schemas", json!({ "attributes": [] }), "id"),
        ("/schemas", json!({ "id": "example", "attributes": [] }), "URN"),
        ("/schemas", json!({ "id": USER, "attributes": [{ "name": "a" }] }), "built-in"),
        ("/schemas", json!({ "id": HR, "attributes": [{ "name": "a" }], "extra": 1 }), "extra"),
        ("/schemas", attribute(json!({ "name": "1a" })), "1a"),
        ("/schemas", attribute(json!({ "name": "a", "type": "text" })), "type"),
        ("/schemas", attribute(json!({ "name": "id" })), "id"),
        ("/schemas", attribute(json!({ "name": "a", "storage": "members" })), "storage"),
        ("/resource-types", rooms(), "schema"),
        ("/resource-types", json!({ "name": "Room", "endpoint": "Rooms", "schema": USER }), "endpoint"),
        ("/resource-types", json!({ "name": "Schema", "endpoint": "/X", "schema": USER }), "name"),
        ("/resource-types", json!({ "name": "User", "endpoint": "/People", "schema": USER }), "endpoint"),
    ] {
        let answer = api.admin("POST", path).json(&body).send().await;
        let detail = answer.is(400).json["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named), "{body}: {detail}");
    }
    api.admin("POST", "/schemas").json(&json!([])).send().await.problem(400, None);
    sent(&api, "POST", "/schemas", &attribute(json!({ "name": "a", "type": null })), 201).await;
    let detail = api.admin("POST", "/schemas").json(&attribute(json!({ "name": "a" }))).send().await;
    assert_eq!(detail.problem(409, Some("id")), "id: there is a schema of that id already");
    let other = json!({ "id": ROOM, "attributes": [{ "name": "a" }] });
    api.admin("PUT", &format!("/schemas/{HR}")).json(&other).send().await.is(400);
}

async fn an_index_is_declared_and_built(api: Api) {
    sent(&api, "POST", "/schemas", &room(), 201).await;
    sent(&api, "POST", "/resource-types", &rooms(), 201).await;
    for seats in 1..5 {
        let body = json!({ "schemas": [ROOM], "name": format!("room {seats}"), "seats": seats });
        api.post("/Rooms", &body).send().await.is(201);
    }
    let mut wider = room();
    wider["attributes"].as_array_mut().unwrap().push(json!({ "name": "floor", "storage": "indexed" }));
    sent(&api, "PUT", &format!("/schemas/{ROOM}"), &wider, 200).await;
    while api.directory.build_indexes().await.unwrap() {}
    let indexes = api.admin("GET", "/schema-indexes").send().await.is(200).json["indexes"].clone();
    let ready = |attribute: &str| {
        let found = indexes.as_array().unwrap().iter();
        let mut found = found.filter(|index| index["attribute"].as_str().unwrap().ends_with(attribute));
        found.next().unwrap_or_else(|| panic!("{attribute}: {indexes}"))["ready"] == true
    };
    assert!(ready("seats") && ready("floor"), "{indexes}");
    assert_eq!(api.find("/Rooms", "seats eq 3").send().await.is(200).each("name"), ["room 3"]);
}

async fn the_right_to_manage_is_needed(api: Api) {
    let new = json!({ "connection": "default", "name": "reader", "scopes": ["scim"] });
    let made = sent(&api, "POST", "/tenants/default/tokens", &new, 201).await;
    let weak = api.with_token(made["secret"].as_str().unwrap());
    for (method, path) in [
        ("GET", "/schemas"),
        ("POST", "/schemas"),
        ("PUT", "/schemas/urn:x:y"),
        ("DELETE", "/resource-types/Room"),
        ("GET", "/schema-indexes"),
        ("GET", "/schema-packs"),
        ("POST", "/schema-packs/roles/load"),
    ] {
        weak.admin(method, path).json(&room()).send().await.problem(403, None);
        weak.admin(method, path).header("authorization", None).json(&room()).send().await.problem(401, None);
    }
}
