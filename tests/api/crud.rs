//! Create, read, replace, delete (RFC 7644 §3.3, §3.4.1, §3.5.1, §3.6), and what they show.

use crate::server::{Api, BASE, NOBODY, both};
use serde_json::{Value, json};

both! {
    create_answers_201_with_the_whole_resource,
    active_is_true_unless_said_otherwise,
    a_user_name_is_taken_whatever_its_case_or_form,
    what_the_server_sets_cannot_be_sent,
    lenient_shapes_are_brought_to_the_schemas_types,
    unassigned_values_are_not_stored,
    unknown_attributes_are_left_out,
    required_and_bounded_values_are_checked,
    replace_clears_what_is_not_sent_and_keeps_active_and_password,
    replace_ignores_read_only_attributes,
    replace_of_the_same_makes_no_new_version,
    replace_to_nowhere_makes_nothing,
    a_deleted_user_is_gone_and_the_name_is_free,
    projections_show_what_was_asked_for,
    projections_hold_for_answers_to_writes,
    unicode_comes_back_as_it_was_sent,
    an_extension_without_values_is_not_listed,
}

async fn create_answers_201_with_the_whole_resource(api: Api) {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "Mira.Kessler@example.com",
        "externalId": "HR-0815",
        "name": { "givenName": "Mira", "familyName": "Kessler" },
        "emails": [{ "value": "mira@example.com", "type": "work", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Bindery" },
        "password": "correct horse battery"
    });
    let created = api.post("/Users", &body).send().await.is(201);
    let id = created.id();
    let location = format!("{BASE}/Users/{id}");
    assert_eq!(
        created.json,
        json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
            ],
            "id": id,
            "userName": "Mira.Kessler@example.com",
            "externalId": "HR-0815",
            "name": { "givenName": "Mira", "familyName": "Kessler" },
            "active": true,
            "emails": [{ "value": "mira@example.com", "type": "work", "primary": true }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Bindery" },
            "meta": {
                "resourceType": "User",
                "created": "2026-01-31T09:30:00.000Z",
                "lastModified": "2026-01-31T09:30:00.000Z",
                "location": location,
                "version": "W/\"1\""
            }
        })
    );
    assert_eq!(created.header("location"), Some(location.as_str()));
    let read = api.get(&format!("/Users/{id}")).send().await.is(200);
    assert_eq!(read.json, created.json);
    let listed = api.get("/Users").send().await.is(200);
    assert_eq!(listed.json["Resources"], json!([created.json]));
}

async fn active_is_true_unless_said_otherwise(api: Api) {
    let table = [(json!({}), true), (json!({ "active": false }), false), (json!({ "active": "False" }), false)];
    for (number, (mut body, active)) in table.into_iter().enumerate() {
        body["userName"] = json!(format!("user{number}"));
        let created = api.post("/Users", &body).send().await.is(201);
        assert_eq!(created.json["active"], json!(active), "{body}");
    }
}

async fn a_user_name_is_taken_whatever_its_case_or_form(api: Api) {
    for (first, second) in
        [("ada@example.com", "ADA@Example.COM"), ("Straße", "STRASSE"), ("e\u{301}", "\u{e9}"), ("ﬁlip", "FILIP")]
    {
        api.user(first).await;
        let body = json!({ "userName": second });
        api.post("/Users", &body).send().await.refused(409, "uniqueness");
        let found = api.find("/Users", &format!("userName eq \"{second}\"")).send().await.is(200);
        assert_eq!(found.each("userName"), [first], "what is taken is also found");
    }
    api.group("Readers", &[]).await;
    api.post("/Groups", &json!({ "displayName": "READERS" })).send().await.refused(409, "uniqueness");
}

async fn what_the_server_sets_cannot_be_sent(api: Api) {
    let body = json!({
        "id": "mine", "userName": "zoe", "groups": [{ "value": "x" }],
        "meta": { "resourceType": "Boss", "created": "2001-01-01T00:00:00Z", "version": "W/\"99\"" }
    });
    let created = api.post("/Users", &body).send().await.is(201);
    assert_ne!(created.id(), "mine");
    assert_eq!(created.json["meta"]["version"], "W/\"1\"");
    assert_eq!(created.json["meta"]["resourceType"], "User");
    assert_eq!(created.json.get("groups"), None);
}

async fn lenient_shapes_are_brought_to_the_schemas_types(api: Api) {
    let body = json!({
        "schemas": ["urn:scim:schemas:core:1.0"],
        "USERNAME": "lena",
        "externalid": 4711,
        "ACTIVE": "True",
        "emails": { "VALUE": "lena@example.com", "primary": "true" },
        "name": [{ "givenname": "Lena" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "manager": "boss-1", "employeenumber": 12 }
    });
    let created = api.post("/Users", &body).send().await.is(201);
    assert_eq!(created.json["userName"], "lena");
    assert_eq!(created.json["externalId"], "4711");
    assert_eq!(created.json["active"], true);
    assert_eq!(created.json["emails"], json!([{ "value": "lena@example.com", "primary": true }]));
    assert_eq!(created.json["name"], json!({ "givenName": "Lena" }));
    let enterprise = &created.json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"];
    assert_eq!(enterprise["employeeNumber"], "12");
    assert_eq!(enterprise["manager"]["value"], "boss-1");
}

async fn unassigned_values_are_not_stored(api: Api) {
    let body = json!({
        "userName": "nil", "title": null, "nickName": "", "emails": [], "phoneNumbers": [{ "value": "", "type": "home" }],
        "name": { "givenName": null, "familyName": "" }, "addresses": null,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": null }
    });
    let created = api.post("/Users", &body).send().await.is(201);
    let keys: Vec<&String> = created.json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 5, "schemas, id, userName, active, meta: {keys:?}");
    assert_eq!(created.json["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
}

async fn unknown_attributes_are_left_out(api: Api) {
    let body =
        json!({ "userName": "una", "favouriteColour": "green", "urn:example:nowhere": { "a": 1 }, "__proto__": {} });
    let created = api.post("/Users", &body).send().await.is(201);
    for key in ["favouriteColour", "urn:example:nowhere", "__proto__"] {
        assert_eq!(created.json.get(key), None, "{key}");
    }
}

async fn required_and_bounded_values_are_checked(api: Api) {
    let table = [
        ("/Users", json!({ "displayName": "No name" }), "userName"),
        ("/Users", json!({ "userName": "" }), "userName"),
        ("/Users", json!({ "userName": null }), "userName"),
        ("/Users", json!({ "userName": "n".repeat(257) }), "userName"),
        ("/Users", json!({ "userName": "a", "externalId": "e".repeat(513) }), "externalId"),
        ("/Users", json!({ "userName": "a", "displayName": "d".repeat(1025) }), "displayName"),
        ("/Users", json!({ "userName": ["a", "b"] }), "userName"),
        ("/Users", json!({ "userName": { "value": "a" } }), "userName"),
        ("/Users", json!({ "userName": "a", "active": "perhaps" }), "active"),
        ("/Users", json!({ "userName": "a", "name": "Ada" }), "name"),
        ("/Users", json!({ "userName": "a", "emails": [{ "primary": "often" }] }), "primary"),
        ("/Users", json!({ "userName": "a", "password": "short" }), "password"),
        ("/Users", json!({ "userName": "a", "password": "p".repeat(1025) }), "password"),
        ("/Groups", json!({ "members": [] }), "displayName"),
        ("/Groups", json!({ "displayName": "" }), "displayName"),
        ("/Groups", json!({ "displayName": "g", "members": [{ "value": NOBODY }] }), "members"),
    ];
    for (path, body, attribute) in table {
        let detail = api.post(path, &body).send().await.refused(400, "invalidValue");
        assert!(detail.contains(attribute), "{body}: {detail}");
    }
    for path in ["/Users", "/Groups"] {
        assert_eq!(api.get(path).send().await.is(200).json["totalResults"], 0, "nothing was stored");
    }
}

async fn replace_clears_what_is_not_sent_and_keeps_active_and_password(api: Api) {
    let body = json!({
        "userName": "kim", "title": "Editor", "active": false, "password": "first password",
        "emails": [{ "value": "kim@example.com" }]
    });
    let id = api.post("/Users", &body).send().await.is(201).id();
    api.clock.advance(5_000_000);
    let path = format!("/Users/{id}");
    let replaced = api.put(&path, &json!({ "userName": "kim", "nickName": "K" })).send().await.is(200);
    assert_eq!(replaced.json["active"], false);
    assert_eq!(replaced.json["nickName"], "K");
    assert_eq!(replaced.json.get("title"), None);
    assert_eq!(replaced.json.get("emails"), None);
    assert_eq!(replaced.json["meta"]["created"], "2026-01-31T09:30:00.000Z");
    assert_eq!(replaced.json["meta"]["lastModified"], "2026-01-31T09:30:05.000Z");
    assert_eq!(replaced.json["meta"]["version"], "W/\"2\"");
    assert_eq!(api.get(&path).send().await.is(200).json, replaced.json);
}

async fn replace_ignores_read_only_attributes(api: Api) {
    let id = api.user("rhea").await;
    let group = api.group("Keepers", &[&id]).await;
    let path = format!("/Users/{id}");
    let mut echo = api.get(&path).send().await.is(200).json;
    echo["id"] = json!("another");
    echo["groups"] = json!([]);
    echo["meta"] = json!({ "created": "1999-01-01T00:00:00Z" });
    echo["title"] = json!("Keeper");
    let replaced = api.put(&path, &echo).send().await.is(200);
    assert_eq!(replaced.id(), id);
    assert_eq!(replaced.json["title"], "Keeper");
    assert_eq!(replaced.json["groups"][0]["value"], json!(group));
    assert_eq!(replaced.json["meta"]["created"], "2026-01-31T09:30:00.000Z");
}

async fn replace_of_the_same_makes_no_new_version(api: Api) {
    let body = json!({ "userName": "same", "title": "Same" });
    let created = api.post("/Users", &body).send().await.is(201);
    api.clock.advance(60_000_000);
    let replaced = api.put(&format!("/Users/{}", created.id()), &created.json).send().await.is(200);
    assert_eq!(replaced.json, created.json);
}

async fn replace_to_nowhere_makes_nothing(api: Api) {
    for path in ["/Users/nobody", "/Groups/nothing"] {
        api.put(path, &json!({ "userName": "n", "displayName": "n" })).send().await.is(404);
    }
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 0);
    let ada = api.user("ada").await;
    api.user("eve").await;
    api.put(&format!("/Users/{ada}"), &json!({ "userName": "EVE" })).send().await.refused(409, "uniqueness");
    assert_eq!(api.get(&format!("/Users/{ada}")).send().await.is(200).json["userName"], "ada");
    api.put(&format!("/Users/{ada}"), &json!({ "userName": "ADA" })).send().await.is(200);
}

async fn a_deleted_user_is_gone_and_the_name_is_free(api: Api) {
    let id = api.user("gone@example.com").await;
    let path = format!("/Users/{id}");
    api.delete(&path).send().await.is(204);
    api.get(&path).send().await.is(404);
    api.delete(&path).send().await.is(404);
    api.put(&path, &json!({ "userName": "gone@example.com" })).send().await.is(404);
    api.patch(&path, &json!([{ "op": "replace", "value": { "active": true } }])).send().await.is(404);
    assert_ne!(api.user("GONE@example.com").await, id);
}

async fn projections_show_what_was_asked_for(api: Api) {
    let body = json!({
        "userName": "pia", "title": "Pilot", "name": { "givenName": "Pia", "familyName": "Lang" },
        "emails": [{ "value": "pia@example.com", "type": "work" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Air", "division": "North" }
    });
    let id = api.post("/Users", &body).send().await.is(201).id();
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let table = [
        ("attributes=userName", json!({ "userName": "pia" })),
        ("attributes=USERNAME,%20title", json!({ "userName": "pia", "title": "Pilot" })),
        ("attributes=name.givenName", json!({ "name": { "givenName": "Pia" } })),
        ("attributes=emails.value", json!({ "emails": [{ "value": "pia@example.com" }] })),
        ("attributes=emails.type&attributes=title", json!({ "emails": [{ "type": "work" }], "title": "Pilot" })),
        (&format!("attributes={enterprise}:department"), json!({ enterprise: { "department": "Air" } })),
        ("attributes=password", json!({})),
        ("attributes=noSuchThing", json!({})),
    ];
    for (query, shown) in table {
        let read = api.get(&format!("/Users/{id}?{query}")).send().await.is(200);
        let mut wanted = shown.as_object().unwrap().clone();
        wanted.insert("id".to_owned(), json!(id));
        let mut found = read.json.as_object().unwrap().clone();
        found.remove("schemas").expect("schemas are always shown");
        assert_eq!(Value::Object(found), Value::Object(wanted.clone()), "{query}");
        let listed = api.get(&format!("/Users?{query}")).send().await.is(200);
        let mut found = listed.json["Resources"][0].as_object().unwrap().clone();
        found.remove("schemas").expect("schemas are always shown");
        assert_eq!(Value::Object(found), Value::Object(wanted), "list: {query}");
    }
    let read = api.get(&format!("/Users/{id}?excludedAttributes=name.familyName,emails,id,meta")).send().await.is(200);
    assert_eq!(read.json["name"], json!({ "givenName": "Pia" }));
    assert_eq!(read.id(), id, "what is always returned cannot be excluded");
    assert_eq!((read.json.get("emails"), read.json.get("meta")), (None, None));
    assert_eq!(read.json["title"], "Pilot");
}

async fn projections_hold_for_answers_to_writes(api: Api) {
    let created =
        api.post("/Users?attributes=userName", &json!({ "userName": "w", "title": "T" })).send().await.is(201);
    assert_eq!(created.json.get("title"), None);
    let path = format!("/Users/{}?excludedAttributes=title", created.id());
    let replaced = api.put(&path, &json!({ "userName": "w", "title": "U", "nickName": "n" })).send().await.is(200);
    assert_eq!((replaced.json.get("title"), &replaced.json["nickName"]), (None, &json!("n")));
    let patched = api.patch(&path, &json!([{ "op": "add", "path": "title", "value": "V" }])).send().await.is(200);
    assert_eq!(patched.json.get("title"), None);
}

async fn unicode_comes_back_as_it_was_sent(api: Api) {
    for name in ["Ελένη", "김민준", "محمد", "👩‍👩‍👧‍👦", "Zoë", "A\u{30a}", "\u{10428}", "a\u{200d}b", "O'Brien \"x\" \\ %_"]
    {
        let created = api.post("/Users", &json!({ "userName": name, "displayName": name })).send().await.is(201);
        assert_eq!(created.json["userName"], name);
        let filter = format!("userName eq {}", json!(name));
        let found = api.find("/Users", &filter).send().await.is(200);
        assert_eq!(found.each("displayName"), [name], "{filter}");
    }
}

async fn an_extension_without_values_is_not_listed(api: Api) {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise], "userName": "x", enterprise: {} });
    let created = api.post("/Users", &body).send().await.is(201);
    assert_eq!(created.json["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
    assert_eq!(created.json.get(enterprise), None);
    let add = json!([{ "op": "add", "path": format!("{enterprise}:costCenter"), "value": "C-9" }]);
    let patched = api.patch(&format!("/Users/{}", created.id()), &add).send().await.is(200);
    assert_eq!(patched.json["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User", enterprise]));
}
