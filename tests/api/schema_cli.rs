//! `roster schema` with the real binary: files, packs, and a change that is refused.

use crate::cli::{CHOSEN, json, text, with_databases};
use crate::wire::{Server, answer};
use serde_json::{Value, json};
use std::path::Path;

const ROOM: &str = "urn:example:scim:2.0:Room";

fn write(directory: &Path, name: &str, document: &Value) {
    std::fs::write(directory.join(name), document.to_string()).unwrap();
}

fn refused(directory: &Path, settings: &[(&str, &str)], arguments: &str) -> String {
    let answered = answer(directory, settings, &arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(answered.status.code(), Some(1), "{arguments}");
    String::from_utf8(answered.stderr).unwrap()
}

#[test]
fn schemas_and_types_are_kept_from_the_command_line() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let room = |attributes: Value| json!({ "id": ROOM, "attributes": attributes });
        write(directory, "room.json", &room(json!([{ "name": "name", "required": true }, { "name": "seats" }])));
        write(directory, "rooms.json", &json!({ "name": "Room", "endpoint": "/Rooms", "schema": ROOM, "key": "name" }));
        let added = text(directory, &settings, "schema add room.json");
        assert_eq!(added, format!("There is the schema {ROOM} (version 1).\n"));
        text(directory, &settings, "schema add rooms.json --tenant default");
        let again = refused(directory, &settings, "schema add rooms.json");
        assert!(again.contains("there is a resource type of that name already"), "{again}");
        let shown: Value = serde_json::from_str(&text(directory, &settings, "schema show Room")).unwrap();
        assert_eq!(shown["endpoint"], "/Rooms");

        // The server that runs serves it in the next request.
        let (status, made) = server.send("POST", "/scim/v2/Rooms", CHOSEN, "{\"name\": \"Aula\", \"seats\": \"9\"}");
        assert_eq!(status, 201, "{made}");
        write(directory, "room.json", &room(json!([{ "name": "name", "required": true }])));
        let broken = refused(directory, &settings, "schema change room.json");
        assert!(broken.contains("seats") && broken.contains(": 1 resource, such as "), "{broken}");
        let wider = json!([{ "name": "name", "required": true }, { "name": "seats" }, { "name": "floor" }]);
        write(directory, "room.json", &room(wider));
        let changed = text(directory, &settings, "schema change room.json");
        assert_eq!(changed, format!("There is the schema {ROOM} (version 2).\n"));

        let listed = json(directory, &settings, "schema list");
        assert_eq!((&listed["schemas"][0]["version"], &listed["resourceTypes"][0]["id"]), (&json!(2), &json!("Room")));
        assert!(text(directory, &settings, "schema list").contains("resource type  Room"));
        let left = refused(directory, &settings, "schema remove Room");
        assert!(left.contains("Room") && left.contains("1 resource"), "{left}");
        assert_eq!(refused(directory, &settings, "schema show Hall"), "roster: there is no such resource type\n");
    });
}

#[test]
fn packs_are_loaded_by_name_or_from_a_file() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let packs = json(directory, &settings, "schema packs");
        assert_eq!(packs[1]["resourceTypes"], json!(["Device", "EndpointApp"]));
        assert!(text(directory, &settings, "schema packs").contains("RFC 9944"));
        for _ in 0..2 {
            let loaded = text(directory, &settings, "schema load roles");
            assert!(loaded.ends_with("There is the resource type Role (version 1).\n"), "{loaded}");
        }
        assert_eq!(server.send("GET", "/scim/v2/Roles", CHOSEN, "").0, 200);
        let schema = json!({ "id": ROOM, "attributes": [{ "name": "name" }] });
        let kind = json!({ "name": "Room", "endpoint": "/Rooms", "schema": ROOM });
        write(directory, "pack.json", &json!({ "schemas": [schema], "resourceTypes": [kind] }));
        text(directory, &settings, "schema load pack.json");
        assert_eq!(server.send("GET", "/scim/v2/Rooms", CHOSEN, "").0, 200);
        let unknown = refused(directory, &settings, "schema load nothing");
        assert!(unknown.contains("agent, device, entitlements, roles"), "{unknown}");
        let neither = refused(directory, &settings, "schema add pack.json");
        assert!(neither.contains("roster schema load"), "{neither}");
    });
}
