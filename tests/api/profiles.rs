//! Profiles of connections: what each preset takes and refuses, and tolerances set one by one.

use crate::server::{Api, NOBODY, START, both};
use roster::directory::Error;
use roster::directory::journal::{AuditQuery, Deleted, Keep};
use roster::scim::tolerance::{Tolerance, Used};
use roster::store::connections::{self, Connection};
use roster::store::{Conn, TenantId, Unit};
use serde_json::{Value, json};

both! {
    every_preset_but_strict_takes_what_clients_send,
    strict_refuses_each_relaxation_with_its_scim_type,
    strict_takes_what_the_rfcs_say,
    operations_on_unknown_paths_are_passed_over_for_entra,
    names_of_groups_are_unique_to_clients_that_rely_on_it,
    members_that_nobody_is_are_left_out_where_that_is_asked_for,
    roles_in_json_text_are_expanded_where_that_is_asked_for,
    a_token_without_scheme_is_taken_where_that_is_asked_for,
    what_is_deleted_is_kept_for_administrators_where_that_is_asked_for,
    nothing_is_kept_of_what_is_deleted_otherwise,
    what_was_kept_goes_after_the_days_of_the_journal,
    a_record_tells_which_tolerances_were_used,
    a_profile_nobody_knows_is_no_open_door,
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Writes a profile into the store that no verb would take.
struct Corrupt(TenantId);

impl Unit for Corrupt {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let connection = connections::find(conn, self.0, "default").await?.unwrap();
        Ok(connections::change(conn, self.0, &Connection { profile: "lenient".to_owned(), ..connection }).await?)
    }
}

/// What strict refuses: method, path, body, scimType. `{user}` and `{group}` stand for ids.
fn relaxations() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let patch = |operation: Value| json!({ "schemas": [PATCH_OP], "Operations": [operation] });
    let manager = format!("{ENTERPRISE}:manager");
    vec![
        ("POST", "/Users", json!({ "userName": "b1" }), "invalidSyntax"),
        ("POST", "/Users", json!({ "schemas": ["urn:scim:schemas:core:1.0"], "userName": "b1-old" }), "invalidSyntax"),
        ("PUT", "/Users/{user}", json!({ "userName": "kept" }), "invalidSyntax"),
        ("POST", "/Groups", json!({ "schemas": [GROUP, "urn:x:ADSCIM"], "displayName": "b1" }), "invalidSyntax"),
        ("POST", "/Users", json!({ "schemas": [USER], "userName": "b2", "nosuch": "x" }), "invalidSyntax"),
        ("PUT", "/Users/{user}", json!({ "schemas": [USER], "userName": "kept", "nosuch": "x" }), "invalidSyntax"),
        ("PATCH", "/Users/{user}", patch(json!({ "op": "add", "value": { "nosuch": "x" } })), "invalidSyntax"),
        ("POST", "/Users", json!({ "schemas": [USER], "userName": "b4", "active": "True" }), "invalidValue"),
        (
            "PATCH",
            "/Users/{user}",
            patch(json!({ "op": "replace", "path": "active", "value": "False" })),
            "invalidValue",
        ),
        ("POST", "/Users", json!({ "schemas": [USER], "userName": "b5", "title": 5 }), "invalidValue"),
        (
            "POST",
            "/Users",
            json!({ "schemas": [USER], "userName": "b5-one", "emails": { "value": "a@b" } }),
            "invalidValue",
        ),
        (
            "POST",
            "/Users",
            json!({ "schemas": [USER], "userName": "b5-list", "name": [{ "givenName": "A" }] }),
            "invalidValue",
        ),
        (
            "PATCH",
            "/Groups/{group}",
            patch(json!({ "op": "add", "path": "members", "value": "{user}" })),
            "invalidValue",
        ),
        ("PATCH", "/Users/{user}", patch(json!({ "op": "replace", "path": "title", "value": "" })), "invalidValue"),
        ("PATCH", "/Users/{user}", patch(json!({ "op": "replace", "path": manager, "value": null })), "invalidValue"),
        ("PATCH", "/Users/{user}", patch(json!({ "op": "remove", "path": "title", "value": "x" })), "invalidValue"),
        (
            "PATCH",
            "/Groups/{group}",
            patch(json!({ "op": "remove", "path": "members", "value": [{ "value": "{user}" }] })),
            "invalidValue",
        ),
        ("PATCH", "/Users/{user}", json!({ "schemas": [PATCH_OP], "Operations": [] }), "invalidSyntax"),
        ("PATCH", "/Users/{user}", json!({ "Operations": [{ "op": "remove", "path": "title" }] }), "invalidSyntax"),
        (
            "PATCH",
            "/Users/{user}",
            patch(json!({ "op": "add", "path": null, "value": { "title": "t" } })),
            "invalidSyntax",
        ),
        ("PATCH", "/Users/{user}", patch(json!({ "op": "add", "value": { "title": "t" } })), "invalidSyntax"),
    ]
}

/// A user and a group, made under the profile that is set, for the placeholders.
struct Made {
    user: String,
    group: String,
}

impl Made {
    async fn new(api: &Api) -> Self {
        let user = json!({ "schemas": [USER], "userName": "kept" });
        let group = json!({ "schemas": [GROUP], "displayName": "Kept" });
        Self {
            user: api.post("/Users", &user).send().await.is(201).id(),
            group: api.post("/Groups", &group).send().await.is(201).id(),
        }
    }

    async fn send(&self, api: &Api, method: &str, path: &str, body: &Value) -> crate::call::Answer {
        let fill = |text: &str| text.replace("{user}", &self.user).replace("{group}", &self.group);
        api.call(method, &fill(path)).body(fill(&body.to_string())).send().await
    }
}

async fn every_preset_but_strict_takes_what_clients_send(api: Api) {
    for preset in ["default", "okta", "entra"] {
        api.set_profile(preset).await;
        let made = Made::new(&api).await;
        for (method, path, body, _) in relaxations() {
            let answer = made.send(&api, method, path, &body).await;
            assert!(answer.status < 300, "{preset}: {method} {path} {body}: {}", answer.text);
            if method == "POST" {
                api.delete(&format!("{path}/{}", answer.id())).send().await.is(204);
            }
        }
        api.delete(&format!("/Users/{}", made.user)).send().await.is(204);
        api.delete(&format!("/Groups/{}", made.group)).send().await.is(204);
    }
}

async fn strict_refuses_each_relaxation_with_its_scim_type(api: Api) {
    api.set_profile("strict").await;
    let made = Made::new(&api).await;
    for (method, path, body, scim_type) in relaxations() {
        made.send(&api, method, path, &body).await.refused(400, scim_type);
    }
    let unknown = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "add", "path": "nosuch", "value": 1 }] });
    made.send(&api, "PATCH", "/Users/{user}", &unknown).await.refused(400, "invalidSyntax");
    for path in ["/Users", "/Groups"] {
        let list = api.get(path).send().await.is(200);
        assert_eq!(list.json["totalResults"], 1, "{}", list.text);
        assert_eq!(list.json["Resources"][0]["meta"]["version"], "W/\"1\"", "nothing was changed");
    }
}

async fn strict_takes_what_the_rfcs_say(api: Api) {
    api.set_profile("strict").await;
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "ann", "active": true, "emails": [{ "value": "a@b", "primary": true }],
        ENTERPRISE: { "department": "d", "manager": { "value": "m" } }
    });
    let user = api.post("/Users", &body).send().await.is(201);
    let path = format!("/Users/{}", user.id());
    // What a client was answered it may send back.
    api.put(&path, &user.json).send().await.is(200);
    let operations = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "add", "path": "emails", "value": [{ "value": "c@d", "type": "home" }] },
        { "op": "remove", "path": "emails[value eq \"a@b\"]" }
    ]);
    let patched = api.patch(&path, &operations).send().await.is(200);
    assert_eq!(patched.json["emails"], json!([{ "value": "c@d", "type": "home" }]));
    let group = json!({ "schemas": [GROUP], "displayName": "g", "members": [{ "value": user.id() }] });
    let group = api.post("/Groups", &group).send().await.is(201).id();
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", user.id()) }]);
    assert_eq!(api.patch(&format!("/Groups/{group}"), &remove).send().await.is(200).json.get("members"), None);
}

async fn operations_on_unknown_paths_are_passed_over_for_entra(api: Api) {
    let user = api.user("leaver").await;
    let path = format!("/Users/{user}");
    let operations = json!([
        { "op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:Custom:2.0:User:tag", "value": "x" },
        { "op": "Add", "path": "emails[type eq \"work\"].nosuch", "value": "x" },
        { "op": "Replace", "path": "active", "value": "False" }
    ]);
    for (profile, refusal) in [
        ("default", "invalidPath"),
        ("okta", "invalidPath"),
        ("strict", "invalidSyntax"),
        ("entra unknown-paths=off", "invalidPath"),
    ] {
        api.set_profile(profile).await;
        api.patch(&path, &operations).send().await.refused(400, refusal);
        assert_eq!(api.get(&path).send().await.json["active"], true, "{profile}: all or nothing");
    }
    api.set_profile("entra").await;
    assert_eq!(api.patch(&path, &operations).send().await.is(200).json["active"], false);
    let malformed = json!([{ "op": "Replace", "path": "/active", "value": true }]);
    api.patch(&path, &malformed).send().await.refused(400, "invalidPath");
}

async fn names_of_groups_are_unique_to_clients_that_rely_on_it(api: Api) {
    let first = api.group("Sales", &[]).await;
    let sales = json!({ "schemas": [GROUP], "displayName": "SALES" });
    api.post("/Groups", &sales).send().await.refused(409, "uniqueness");
    api.set_profile("default unique-group-names=off").await;
    let second = api.post("/Groups", &sales).send().await.is(201).id();
    let third = api.group("Support", &[]).await;
    let rename = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    api.patch(&format!("/Groups/{third}"), &rename("sales")).send().await.is(200);
    let found = api.find("/Groups", "displayName eq \"sales\"").send().await.is(200);
    assert_eq!(found.json["totalResults"], 3);
    api.set_profile("default").await;
    api.post("/Groups", &sales).send().await.refused(409, "uniqueness");
    // The name that was given up is free, the one of the first group is not.
    api.group("Support", &[]).await;
    api.patch(&format!("/Groups/{second}"), &rename("Marketing")).send().await.is(200);
    api.delete(&format!("/Groups/{third}")).send().await.is(204);
    api.post("/Groups", &sales).send().await.refused(409, "uniqueness");
    api.delete(&format!("/Groups/{first}")).send().await.is(204);
    api.post("/Groups", &sales).send().await.is(201);
    api.set_profile("strict").await;
    api.post("/Groups", &sales).send().await.is(201);
    let user = json!({ "schemas": [USER], "userName": "ann" });
    api.post("/Users", &user).send().await.is(201);
    api.post("/Users", &user).send().await.refused(409, "uniqueness");
}

async fn members_that_nobody_is_are_left_out_where_that_is_asked_for(api: Api) {
    let ann = api.user("ann").await;
    let members = json!([{ "value": ann }, { "value": NOBODY }, { "value": "nobody" }]);
    let group = json!({ "displayName": "g", "members": members });
    api.post("/Groups", &group).send().await.refused(400, "invalidValue");
    api.set_profile("entra unknown-members=on").await;
    let made = api.post("/Groups", &group).send().await.is(201);
    let values = |answer: &crate::call::Answer| -> Vec<String> {
        let list = answer.json["members"].as_array().cloned().unwrap_or_default();
        list.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(values(&made), [ann.as_str()]);
    let path = format!("/Groups/{}", made.id());
    let bob = api.user("bob").await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": NOBODY }, { "value": bob }] }]);
    assert_eq!(values(&api.patch(&path, &add).send().await.is(200)), [ann.as_str(), bob.as_str()]);
    let replaced = json!({ "displayName": "g", "members": [{ "value": NOBODY }, { "value": bob }] });
    assert_eq!(values(&api.put(&path, &replaced).send().await.is(200)), [bob.as_str()]);
    let itself = json!([{ "op": "add", "path": "members", "value": [{ "value": made.id() }, { "value": NOBODY }] }]);
    api.patch(&path, &itself).send().await.refused(400, "invalidValue");
}

async fn roles_in_json_text_are_expanded_where_that_is_asked_for(api: Api) {
    let packed = "{\"id\":\"06b07648\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}";
    let user = api.user("ann").await;
    let add = json!([{ "op": "Add", "path": "roles", "value": [{ "value": packed }] }]);
    let kept = api.patch(&format!("/Users/{user}"), &add).send().await.is(200);
    assert_eq!(kept.json["roles"], json!([{ "value": packed }]));
    api.set_profile("entra expand-roles=on").await;
    let replace = json!([{ "op": "Replace", "path": "roles", "value": [{ "value": packed }] }]);
    let expanded = api.patch(&format!("/Users/{user}"), &replace).send().await.is(200);
    assert_eq!(expanded.json["roles"], json!([{ "value": "Admin", "display": "Administrator" }]));
}

async fn a_token_without_scheme_is_taken_where_that_is_asked_for(api: Api) {
    let with = async |header: &str| api.get("/Users").header("authorization", Some(header)).send().await;
    let refused = with(&api.token).await.is(401);
    let unknown = with("no-token-of-anybody-0123456789abcdef").await.is(401);
    assert_eq!(refused.text, unknown.text, "nobody learns whether a token is one");
    for (profile, status) in [("okta", 401), ("okta raw-authorization=on", 200), ("strict", 401)] {
        api.set_profile(profile).await;
        with(&api.token).await.is(status);
        with(&format!("Bearer {}", api.token)).await.is(200);
        assert_eq!(with("no-token-of-anybody-0123456789abcdef").await.is(401).text, unknown.text, "{profile}");
        with(&format!("Token {}", api.token)).await.is(401);
    }
}

/// What is kept of the deleted, the newest first.
async fn kept(api: &Api) -> Vec<Deleted> {
    let query = AuditQuery { limit: 1000, ..AuditQuery::default() };
    api.directory.deleted("default", &query).await.unwrap()
}

async fn what_is_deleted_is_kept_for_administrators_where_that_is_asked_for(api: Api) {
    api.set_profile("default soft-delete=on").await;
    let ann = json!({
        "schemas": [USER], "userName": "ann", "externalId": "x-1", "title": "Dr", "password": "secret-of-ann-1",
    });
    let id = api.post("/Users", &ann).send().await.is(201).id();
    let group = api.group("g", &[&id]).await;
    let (one, its_group) = (format!("/Users/{id}"), format!("/Groups/{group}"));
    let stale = api.delete(&one).header("if-match", Some("W/\"7\"")).send().await;
    stale.is(412);
    assert_eq!(kept(&api).await, [], "what was not deleted is not kept");
    api.clock.advance(5_000_000);
    api.delete(&one).send().await.is(204);
    for method in ["GET", "DELETE"] {
        api.call(method, &one).send().await.is(404);
    }
    api.patch(&one, &json!([{ "op": "replace", "path": "title", "value": "x" }])).send().await.is(404);
    for filter in ["userName eq \"ann\"", "externalId eq \"x-1\"", "title pr"] {
        assert_eq!(api.find("/Users", filter).send().await.is(200).json["totalResults"], 0, "{filter}");
    }
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 0);
    assert_eq!(api.get(&its_group).send().await.is(200).json["members"], Value::Null);
    let again = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    api.patch(&its_group, &again).send().await.refused(400, "invalidValue");

    let found = kept(&api).await;
    assert_eq!(found.len(), 1);
    let last = &found[0];
    assert_eq!((last.kind.as_str(), last.id.as_str(), last.version), ("User", id.as_str(), 1));
    assert_eq!((last.created, last.modified, last.removed), (START, START, START + 5_000_000));
    assert_eq!(last.connection_name.as_deref(), Some("default"));
    let document: Value = serde_json::from_str(&last.document).unwrap();
    for name in ["userName", "externalId", "title"] {
        assert_eq!(document[name], ann[name], "{name}");
    }
    assert!(!last.document.contains("password") && !last.document.contains("argon2"), "{}", last.document);

    let second = api.post("/Users", &ann).send().await.is(201).id();
    api.delete(&format!("/Users/{second}")).send().await.is(204);
    api.delete(&its_group).send().await.is(204);
    let same_name = api.group("g", &[]).await;
    assert_ne!(same_name, group);
    let ids = |found: Vec<Deleted>| found.into_iter().map(|deleted| deleted.id).collect::<Vec<_>>();
    assert_eq!(ids(kept(&api).await), [group.as_str(), second.as_str(), id.as_str()], "the newest deletion first");
    let before = AuditQuery { before: Some(kept(&api).await[0].num), limit: 1, ..AuditQuery::default() };
    assert_eq!(ids(api.directory.deleted("default", &before).await.unwrap()), [second.as_str()]);
    let of_group = AuditQuery { resource: Some(group.clone()), limit: 10, ..AuditQuery::default() };
    assert_eq!(ids(api.directory.deleted("default", &of_group).await.unwrap()), [group]);
    api.tenant("other").await;
    assert_eq!(api.directory.deleted("other", &AuditQuery { limit: 10, ..before }).await.unwrap(), []);
    assert!(matches!(api.directory.deleted("nobody", &of_group).await, Err(Error::NotFound(_))));
}

async fn nothing_is_kept_of_what_is_deleted_otherwise(api: Api) {
    for profile in ["default", "okta", "entra", "strict"] {
        api.set_profile("default").await;
        let (user, group) = (api.user("ann").await, api.group("g", &[]).await);
        api.set_profile(profile).await;
        api.delete(&format!("/Users/{user}")).send().await.is(204);
        api.delete(&format!("/Groups/{group}")).send().await.is(204);
        assert_eq!(kept(&api).await, [], "{profile}");
    }
}

async fn what_was_kept_goes_after_the_days_of_the_journal(api: Api) {
    const DAY: i64 = 24 * 3600 * 1_000_000;
    api.set_profile("default soft-delete=on").await;
    let users = [api.user("ann").await, api.user("bob").await];
    for user in &users {
        api.delete(&format!("/Users/{user}")).send().await.is(204);
        api.clock.advance(DAY);
    }
    let left = async || {
        while api.directory.trim_journal(Keep { days: 2, rows: 1000 }).await.unwrap() {}
        kept(&api).await.into_iter().map(|deleted| deleted.id).collect::<Vec<_>>()
    };
    assert_eq!(left().await, [users[1].as_str(), users[0].as_str()]);
    api.clock.advance(1);
    assert_eq!(left().await, [users[1].as_str()]);
    api.clock.advance(DAY);
    assert_eq!(left().await, [""; 0]);
}

async fn a_record_tells_which_tolerances_were_used(api: Api) {
    api.set_profile("entra unknown-members=on").await;
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    let registry = api.directory.registry();
    let (users, groups) = (registry.resource_type("User").unwrap(), registry.resource_type("Group").unwrap());
    let show = roster::scim::projection::Projection::new(users, &[], &[]);
    let table = [
        (users, json!({ "schemas": [USER], "userName": "plain" }), vec![]),
        (
            users,
            json!({ "userName": "bent", "active": "True", "nosuch": 1 }),
            vec![Tolerance::AnySchemas, Tolerance::UnknownAttributes, Tolerance::TextBooleans],
        ),
        (
            groups,
            json!({ "schemas": [GROUP], "displayName": "g", "members": [{ "value": NOBODY }] }),
            vec![Tolerance::UnknownMembers],
        ),
    ];
    for (kind, body, used) in table {
        let record = api.directory.create(&caller, kind, body.clone(), &show).await.unwrap();
        assert_eq!(record.used, used.into_iter().collect::<Used>(), "{body}");
    }
}

/// Nobody can write such a profile through us; a newer program may have.
async fn a_profile_nobody_knows_is_no_open_door(api: Api) {
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    api.store.write(Corrupt(caller.tenant)).await.unwrap();
    assert!(matches!(api.directory.authenticate(&api.token, None).await, Err(Error::Internal(_))));
}
