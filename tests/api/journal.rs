//! What the journal keeps of requests, and the audit of changes.

use crate::call::Answer;
use crate::database::{Database, Kind};
use crate::server::{Api, START, both, encode, run_with};
use crate::wire::{Server, answer};
use roster::config::Config;
use roster::directory::journal::{AuditQuery, Change, Keep, Line, Query};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3600 * 1_000_000;
const ALL: Query =
    Query { connection: None, resource: None, status: None, from: None, to: None, before: None, limit: 1000 };

/// What is written of what was asked so far, the newest first.
async fn journal(api: &Api, query: Query) -> Vec<Line> {
    api.recorder.flush().await;
    api.directory.journal("default", &query).await.unwrap()
}

/// The latest line.
async fn latest(api: &Api) -> Line {
    journal(api, Query { limit: 1, ..ALL }).await.remove(0)
}

async fn audit(api: &Api) -> Vec<Change> {
    let query = AuditQuery { limit: 1000, ..AuditQuery::default() };
    api.directory.audit("default", &query).await.unwrap()
}

fn id_of(answer: &Answer) -> String {
    answer.header("x-request-id").unwrap().to_owned()
}

both!(
    every_request_has_a_line,
    refusals_have_their_type_and_sentence,
    requests_of_nobody_have_no_line,
    lines_are_found_by_what_they_say,
    old_and_surplus_lines_are_removed,
    every_change_is_audited,
    refused_changes_are_not_audited,
    deleting_a_member_is_a_change_of_its_groups,
    a_full_queue_fails_no_request,
    searching_what_is_not_there_says_so,
);

async fn every_request_has_a_line(api: Api) {
    let user = json!({ "userName": "ada", "name": { "familyName": "L" }, "password": "a-long-secret" });
    let created = api.post("/Users", &user).send().await.is(201);
    let id = created.id();
    let one = format!("/Users/{id}");
    let line = latest(&api).await;
    assert_eq!((line.method.as_str(), line.path.as_str(), line.status), ("POST", "/scim/v2/Users", 201));
    assert_eq!((line.resource.as_deref(), line.at), (Some(id.as_str()), START));
    assert_eq!(line.attributes, ["userName", "name.familyName", "active", "password"]);
    assert_eq!((line.connection_name.as_deref(), line.credential.as_str()), (Some("default"), "token 1 (first token)"));
    assert_eq!((line.request_id, line.request, line.response), (id_of(&created), None, None));
    assert_eq!((line.scim_type, line.detail, line.tolerances), (None, None, vec!["any-schemas".to_owned()]));
    let replace = json!([{ "op": "replace", "path": "title", "value": "Dr" }]);
    let group = api.group("g", &[&id]).await;
    let filter = format!("/Users?filter={}", encode("userName eq \"ada\""));
    let table = [
        (api.get(&one), 200, "GET", "/scim/v2/Users/{id}", Some(&id), vec![]),
        (api.call("HEAD", &one), 200, "HEAD", "/scim/v2/Users/{id}", Some(&id), vec![]),
        (api.get(&filter), 200, "GET", "/scim/v2/Users", None, vec![]),
        (api.post("/.search", &json!({})), 200, "POST", "/scim/v2/.search", None, vec![]),
        (api.get("/Schemas"), 200, "GET", "/scim/v2/Schemas", None, vec![]),
        (api.patch(&one, &replace), 200, "PATCH", "/scim/v2/Users/{id}", Some(&id), vec!["title"]),
        (api.patch(&one, &replace), 200, "PATCH", "/scim/v2/Users/{id}", Some(&id), vec![]),
        (
            api.put(&one, &json!({ "userName": "ada" })),
            200,
            "PUT",
            "/scim/v2/Users/{id}",
            Some(&id),
            vec!["name.familyName", "title"],
        ),
        (
            api.put(&format!("/Groups/{group}"), &json!({ "displayName": "g" })),
            200,
            "PUT",
            "/scim/v2/Groups/{id}",
            Some(&group),
            vec!["members"],
        ),
        (api.delete(&one), 204, "DELETE", "/scim/v2/Users/{id}", Some(&id), vec![]),
    ];
    for (call, status, method, path, resource, attributes) in table {
        let answer = call.send().await.is(status);
        let line = latest(&api).await;
        assert_eq!(line.request_id, id_of(&answer), "{method} {path}");
        assert_eq!((line.method.as_str(), line.path.as_str(), line.status), (method, path, i64::from(status)));
        assert_eq!(line.resource.as_ref(), resource, "{method} {path}");
        assert_eq!(line.attributes, attributes, "{method} {path}");
    }
}

async fn refusals_have_their_type_and_sentence(api: Api) {
    let id = api.user("ada").await;
    let one = format!("/Users/{id}");
    let table = [
        (api.post("/Users", &json!({ "userName": "ADA" })), 409, Some("uniqueness"), None),
        (api.get("/Users?filter=nothing"), 400, Some("invalidFilter"), None),
        (api.call("PUT", &one).body("{"), 400, Some("invalidSyntax"), Some(id.as_str())),
        (api.get("/Users/nobody"), 404, None, Some("nobody")),
        (api.delete(&one).if_match("W/\"9\""), 412, None, Some(id.as_str())),
        (api.call("POST", &one), 405, None, Some(id.as_str())),
        (api.get("/Nothing"), 404, None, None),
    ];
    for (call, status, scim_type, resource) in table {
        let answer = call.send().await.is(status);
        let line = latest(&api).await;
        assert_eq!((line.request_id.clone(), line.status), (id_of(&answer), i64::from(status)), "{}", answer.asked);
        assert_eq!(line.scim_type.as_deref(), scim_type, "{}", answer.asked);
        assert_eq!(line.detail.as_deref(), answer.json["detail"].as_str(), "{}", answer.asked);
        assert_eq!(line.resource.as_deref(), resource, "{}", answer.asked);
    }
}

async fn requests_of_nobody_have_no_line(api: Api) {
    api.get("/Users").header("authorization", None).send().await.is(401);
    api.get("/Users").header("authorization", Some("Bearer unknown")).send().await.is(401);
    api.get("/ServiceProviderConfig").header("authorization", None).send().await.is(200);
    api.get("root:/livez").send().await.is(200);
    assert_eq!(journal(&api, ALL).await, []);
}

async fn lines_are_found_by_what_they_say(api: Api) {
    let id = api.user("ada").await;
    api.clock.advance(DAY);
    api.get(&format!("/Users/{id}")).send().await.is(200);
    api.get("/Users/nobody").send().await.is(404);
    api.clock.advance(DAY);
    api.post("/Users", &json!({})).send().await.is(400);
    let table = [
        (ALL, vec![400, 404, 200, 201]),
        (Query { resource: Some(id.clone()), ..ALL }, vec![200, 201]),
        (Query { status: Some((400, 499)), ..ALL }, vec![400, 404]),
        (Query { status: Some((201, 201)), ..ALL }, vec![201]),
        (Query { from: Some(START + DAY), ..ALL }, vec![400, 404, 200]),
        (Query { to: Some(START + DAY), ..ALL }, vec![201]),
        (Query { from: Some(START + DAY), to: Some(START + 2 * DAY), ..ALL }, vec![404, 200]),
        (Query { connection: Some("default".to_owned()), ..ALL }, vec![400, 404, 200, 201]),
        (Query { limit: 2, ..ALL }, vec![400, 404]),
        (Query { resource: Some(id), status: Some((201, 299)), from: Some(START + DAY), ..ALL }, vec![]),
    ];
    for (query, statuses) in table {
        let found: Vec<i64> = journal(&api, query.clone()).await.iter().map(|line| line.status).collect();
        assert_eq!(found, statuses, "{query:?}");
    }
    let first = journal(&api, Query { limit: 2, ..ALL }).await;
    let second = journal(&api, Query { before: first.last().map(|line| line.num), limit: 2, ..ALL }).await;
    assert_eq!(second.iter().map(|line| line.status).collect::<Vec<_>>(), [200, 201], "pages do not overlap");
}

async fn searching_what_is_not_there_says_so(api: Api) {
    let nobody = Query { connection: Some("nobody".to_owned()), ..ALL };
    for (tenant, query, what) in [("nobody", ALL, "tenant"), ("default", nobody, "connection")] {
        let refused = api.directory.journal(tenant, &query).await.unwrap_err().to_string();
        assert_eq!(refused, format!("there is no such {what}"));
    }
}

async fn old_and_surplus_lines_are_removed(api: Api) {
    for _ in 0..3 {
        api.get("/Users").send().await.is(200);
    }
    api.clock.advance(DAY);
    for _ in 0..3 {
        api.get("/Groups").send().await.is(200);
    }
    assert_eq!(journal(&api, ALL).await.len(), 6);
    let kept = async |days, rows| {
        while api.directory.trim_journal(Keep { days, rows }).await.unwrap() {}
        journal(&api, ALL).await.iter().map(|line| line.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(kept(30, 6).await.len(), 6);
    assert_eq!(kept(30, 5).await.len(), 5, "the oldest goes");
    api.clock.advance(1);
    assert_eq!(kept(1, 5).await, ["/scim/v2/Groups"; 3], "what is older than a day goes");
    assert_eq!(kept(1, 1).await, ["/scim/v2/Groups"]);
    api.clock.advance(2 * DAY);
    assert_eq!(kept(1, 1).await, [""; 0]);
}

async fn every_change_is_audited(api: Api) {
    let id = api.user("ada").await;
    let one = format!("/Users/{id}");
    let group = api.group("g", &[]).await;
    api.clock.advance(DAY);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    api.patch(&format!("/Groups/{group}"), &add).send().await.is(200);
    api.patch(&format!("/Groups/{group}"), &add).send().await.is(200);
    api.put(&one, &json!({ "userName": "eve", "emails": [{ "value": "e@x.example" }] })).send().await.is(200);
    api.put(&one, &json!({ "userName": "eve", "emails": [{ "value": "e@x.example" }] })).send().await.is(200);
    let password = json!([{ "op": "replace", "path": "password", "value": "another-secret" }]);
    api.patch(&one, &password).send().await.is(200);
    api.patch(&one, &password).send().await.is(200);
    let found: Vec<_> = audit(&api).await;
    let told =
        |change: &Change| (change.action.clone(), change.resource.clone(), change.version, change.attributes.join(" "));
    assert_eq!(
        found.iter().rev().map(told).collect::<Vec<_>>(),
        [
            ("created".to_owned(), id.clone(), 1, "userName active".to_owned()),
            ("created".to_owned(), group.clone(), 1, "displayName".to_owned()),
            ("patched".to_owned(), group.clone(), 2, "members".to_owned()),
            ("replaced".to_owned(), id.clone(), 2, "userName emails".to_owned()),
            ("patched".to_owned(), id.clone(), 3, "password".to_owned()),
        ],
        "what changes nothing leaves nothing"
    );
    let last = &found[0];
    assert_eq!((last.kind.as_str(), last.door.as_str(), last.at), ("User", "scim", START + DAY));
    assert_eq!((last.connection_name.as_deref(), last.credential.as_str()), (Some("default"), "token 1 (first token)"));
    assert!(found.iter().all(|change| change.values.is_none()), "values are kept only by setting");
    let of_group = AuditQuery { resource: Some(group), to: Some(START + DAY), limit: 10, ..AuditQuery::default() };
    assert_eq!(api.directory.audit("default", &of_group).await.unwrap().len(), 1);
}

async fn refused_changes_are_not_audited(api: Api) {
    let id = api.user("ada").await;
    api.user("eve").await;
    let before = audit(&api).await.len();
    // Refused by the database, inside the transaction, after other statements of it.
    api.post("/Users", &json!({ "userName": "EVE", "password": "a-long-secret" })).send().await.is(409);
    api.put(&format!("/Users/{id}"), &json!({ "userName": "Eve" })).send().await.is(409);
    let members = json!([{ "value": id }, { "value": "018f0000-0000-7000-8000-000000000000" }]);
    api.post("/Groups", &json!({ "displayName": "g", "members": members })).send().await.is(400);
    let group = api.group("g", &[]).await;
    let itself = json!([
        { "op": "replace", "path": "displayName", "value": "h" },
        { "op": "add", "path": "members", "value": [{ "value": group }] },
    ]);
    api.patch(&format!("/Groups/{group}"), &itself).send().await.is(400);
    api.delete(&format!("/Users/{id}")).if_match("W/\"7\"").send().await.is(412);
    assert_eq!(audit(&api).await.len(), before + 1, "only the group that was made");
}

async fn deleting_a_member_is_a_change_of_its_groups(api: Api) {
    let id = api.user("ada").await;
    let group = api.group("g", &[&id]).await;
    api.delete(&format!("/Users/{id}")).send().await.is(204);
    let found = audit(&api).await;
    let told =
        |change: &Change| (change.action.clone(), change.resource.clone(), change.version, change.attributes.join(" "));
    assert_eq!(told(&found[0]), ("patched".to_owned(), group, 2, "members".to_owned()));
    assert_eq!(told(&found[1]), ("deleted".to_owned(), id, 1, "userName active".to_owned()));
}

async fn a_full_queue_fails_no_request(api: Api) {
    // The writer takes nothing more, as if it could not keep up.
    api.recorder.stop().await;
    api.recorder.flush().await;
    for number in 0..3 {
        api.user(&format!("user{number}")).await;
    }
    assert_eq!(api.directory.journal_lost(), 3);
    assert_eq!(api.directory.journal("default", &ALL).await.unwrap(), []);
}

#[test]
fn bodies_and_values_are_kept_by_setting() {
    let settings = Config { journal_bodies: true, audit_values: true, ..Config::default() };
    for kind in [Kind::Sqlite, Kind::Postgres] {
        run_with(kind, settings.clone(), |api| async move {
            let user = json!({ "userName": "ada", "title": "Dr", "PassWord": "a-long-secret" });
            api.post("/Users", &user).send().await;
            let line = latest(&api).await;
            let request: Value = serde_json::from_str(&line.request.unwrap()).unwrap();
            let kept = json!({ "userName": "ada", "title": "Dr", "PassWord": "***" });
            assert_eq!(request, kept);

            let id = api.user("eve").await;
            let replace = json!([{ "op": "replace", "path": "title", "value": "Prof" }]);
            let answer = api.patch(&format!("/Users/{id}"), &replace).send().await.is(200);
            let line = latest(&api).await;
            assert_eq!(serde_json::from_str::<Value>(&line.response.unwrap()).unwrap(), answer.json);
            let values: Value = serde_json::from_str(audit(&api).await[0].values.as_ref().unwrap()).unwrap();
            assert_eq!(values, json!({ "title": { "after": "Prof" } }));

            let large = json!({ "userName": "large", "title": "x".repeat(70_000) });
            api.post("/Users", &large).send().await;
            let request = latest(&api).await.request.unwrap();
            assert!(request.starts_with("\"left out: 70") && request.len() < 100, "{request}");
            api.call("POST", "/Users").body("{\"password\": \"a-long-secret\"").send().await.is(400);
            assert_eq!(latest(&api).await.request, None, "what cannot be read cannot be cleaned");
        });
    }
}

#[test]
fn the_command_line_and_the_administrator_find_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(database) = runtime.block_on(Database::create(kind)) else { continue };
        let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
        let directory = place.directory().unwrap();
        let token = "token-of-the-tests-0123456789abcdef";
        let settings = [("ROSTER_DATABASE_URL", database.url.as_str()), ("ROSTER_BOOTSTRAP_TOKEN", token)];
        let server = Server::start(directory, &settings);
        assert_eq!(server.send("POST", "/scim/v2/Users", token, "{\"userName\": \"ada\"}").0, 201);
        assert_eq!(server.send("POST", "/scim/v2/Users", token, "{\"userName\": \"Ada\"}").0, 409);
        assert_eq!(server.send("GET", "/scim/v2/Users/nobody", token, "").0, 404);
        server.stop();
        let asked = |arguments: &[&str]| {
            let output = answer(directory, &settings, arguments);
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let parse = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
        let found = parse(&asked(&[
            "journal",
            "search",
            "--connection",
            "default",
            "--status",
            "4xx",
            "--since",
            "1h",
            "--json",
        ]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((&found[0]["status"], &found[0]["resource"]), (&json!(404), &json!("nobody")));
        assert_eq!((&found[1]["status"], &found[1]["scimType"]), (&json!(409), &json!("uniqueness")));
        let text = asked(&["journal", "tail"]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("201  POST   /scim/v2/Users  default, token 1"), "{text}");
        assert!(lines[2].contains("uniqueness: "), "{text}");
        let changes = parse(&asked(&["journal", "audit", "--json"]));
        assert_eq!((changes.len(), &changes[0]["action"], &changes[0]["door"]), (1, &json!("created"), &json!("scim")));
        assert_eq!(
            asked(&["journal", "search", "--resource", changes[0]["resource"].as_str().unwrap()]).lines().count(),
            1
        );
        assert_eq!(asked(&["journal", "search", "--until", "1h"]), "");

        assert_eq!(asked(&["journal", "deleted"]), "");
        asked(&["connection", "set", "default", "--profile", "default soft-delete=on"]);
        let server = Server::start(directory, &settings);
        let ada = changes[0]["resource"].as_str().unwrap();
        assert_eq!(server.send("DELETE", &format!("/scim/v2/Users/{ada}"), token, "").0, 204);
        let kept = parse(&asked(&["journal", "deleted", "--resource", ada, "--json"]));
        assert_eq!((kept.len(), &kept[0]["document"]["userName"]), (1, &json!("ada")), "{kept:?}");
        let text = asked(&["journal", "deleted", "--connection", "default"]);
        assert!(text.contains(&format!("User {ada} version 1  default\n")), "{text}");
        let base = "/admin/v1/tenants/default";
        let (status, text) = server.send("GET", &format!("{base}/journal?minStatus=400&limit=1"), token, "");
        assert!(status == 200 && text.contains("\"status\":404") && !text.contains("\"status\":409"), "{text}");
        let (status, text) = server.send("GET", &format!("{base}/audit?connection=default"), token, "");
        assert!(status == 200 && text.contains("\"action\":\"created\""), "{text}");
        assert_eq!(server.send("GET", &format!("{base}/audit?connection=nobody"), token, "").0, 404);
        assert_eq!(server.send("GET", &format!("{base}/journal?from=yesterday"), token, "").0, 400);
        server.stop();
        let count = asked(&["journal", "tail", "--json"]).lines().count();
        assert_eq!(count, 3 + 1, "an administrator is no connection");
        let deletion = &parse(&asked(&["journal", "search", "--status", "204", "--json"]))[0];
        assert_eq!(deletion["tolerances"], json!(["soft-delete"]));
        runtime.block_on(async {
            database.drop_it().await;
            place.drop_it().await;
        });
    }
}
