//! Schemas and resource types of a tenant's own, at run time: what they bring, what they may not break.

use crate::races::at_once;
use crate::server::{Api, both};
use roster::config::Config;
use roster::directory::journal::{AuditQuery, Query};
use roster::directory::schema::{Applied, Kind, Report, Step};
use roster::directory::{Error, Expect, Matching, TenantId};
use roster::scim::projection::Projection;
use roster::store::{Conn, Unit};
use roster::workers::indexes::Builder;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

both!(
    a_type_of_ones_own_is_served_from_the_next_request_on,
    an_extension_of_users_is_served_and_keeps_what_is_built_in,
    documents_have_versions_and_the_same_one_changes_nothing,
    a_change_that_resources_do_not_fit_is_refused_with_a_report,
    a_type_with_resources_stays,
    another_case_makes_other_keys,
    uniqueness_is_demanded_only_where_it_holds,
    an_index_is_built_while_others_write,
    a_change_wakes_the_builder,
    an_index_that_is_taken_back_leaves_nothing,
    another_instance_goes_by_a_change_at_once,
    a_write_by_an_older_edition_stores_nothing,
    no_write_slips_past_a_change,
    an_opened_tenant_keeps_its_own_beside_what_is_native,
    journal_and_audit_hide_what_a_schema_of_ones_own_never_returns,
);

/// The tenant of the cases.
const TENANT: TenantId = TenantId(1);
const BADGE: &str = "urn:example:scim:schemas:extension:badge:1.0:User";
const DEVICE: &str = "urn:example:scim:schemas:device:1.0:Device";

/// The schema of devices with these attributes beside `serial`.
fn device(attributes: &Value) -> Value {
    let mut all = vec![json!({ "name": "serial", "required": true, "caseExact": true, "uniqueness": "server" })];
    all.extend(attributes.as_array().unwrap().iter().cloned());
    json!({ "id": DEVICE, "name": "Device", "attributes": all })
}

fn devices() -> Value {
    json!({ "name": "Device", "endpoint": "/Devices", "schema": DEVICE, "key": "serial", "display": ["serial"] })
}

/// The schema that extends users, with these attributes.
fn badge(attributes: &Value) -> Value {
    json!({ "id": BADGE, "name": "Badge", "attributes": attributes })
}

/// The type User with that extension.
fn users(required: bool) -> Value {
    json!({
        "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
        "schemaExtensions": [
            { "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false },
            { "schema": BADGE, "required": required },
        ],
    })
}

trait Own {
    async fn change(&self, steps: Vec<Step>) -> Result<Applied, Error>;

    /// Puts schemas and types in place.
    async fn puts(&self, schemas: &[Value], types: &[Value]) -> Result<Applied, Error> {
        let schemas = schemas.iter().map(|document| Step::Put(Kind::Schema, document.clone()));
        let types = types.iter().map(|document| Step::Put(Kind::Type, document.clone()));
        self.change(schemas.chain(types).collect()).await
    }
}

impl Own for Api {
    async fn change(&self, steps: Vec<Step>) -> Result<Applied, Error> {
        self.directory.change_documents(TENANT, steps).await
    }
}

async fn a_type_of_ones_own_is_served_from_the_next_request_on(api: Api) {
    api.get("/Devices").send().await.is(404);
    let applied = api.puts(&[device(&json!([]))], &[devices()]).await.unwrap();
    assert_eq!((applied.edition, applied.documents.len()), (1, 2));
    let body = json!({ "schemas": [DEVICE], "serial": "A-1", "externalId": "x" });
    let id = api.post("/Devices", &body).send().await.is(201).id();
    let device = api.get(&format!("/Devices/{id}")).send().await.is(200);
    assert_eq!((device.text_at("/serial"), device.text_at("/meta/resourceType")), ("A-1", "Device"));
    api.post("/Devices", &body).send().await.refused(409, "uniqueness");
    assert_eq!(api.find("/Devices", "serial sw \"A-\"").send().await.is(200).each("serial"), ["A-1"]);
    let patched = api.patch(&format!("/Devices/{id}"), &json!([{ "op": "replace", "path": "serial", "value": "A-2" }]));
    patched.send().await.is(200);
    api.delete(&format!("/Devices/{id}")).send().await.is(204);
    api.get(&format!("/Schemas/{DEVICE}")).send().await.is(200);
    api.get("/ResourceTypes/Device").send().await.is(200);
    let other = api.tenant("other").await;
    other.get("/Devices").send().await.is(404);
    let steps = vec![
        Step::Remove(Kind::Schema, DEVICE.to_owned(), Expect::default()),
        Step::Remove(Kind::Type, "Device".to_owned(), Expect::default()),
    ];
    assert_eq!(api.change(steps).await.unwrap().edition, 2);
    api.get("/Devices").send().await.is(404);
    api.user("ann").await;
}

async fn an_extension_of_users_is_served_and_keeps_what_is_built_in(api: Api) {
    let id = api.user("ann").await;
    let attributes = json!([{ "name": "number", "type": "integer" }, { "name": "colour", "caseExact": false }]);
    api.puts(&[badge(&attributes)], &[users(false)]).await.unwrap();
    let path = format!("/Users/{id}");
    let patched = api.patch(&path, &json!([{ "op": "add", "path": format!("{BADGE}:colour"), "value": "Red" }]));
    assert_eq!(patched.send().await.is(200).json[BADGE]["colour"], "Red");
    assert_eq!(api.find("/Users", &format!("{BADGE}:colour eq \"rED\"")).send().await.is(200).each("id"), [&id]);
    api.get("/ResourceTypes/User").send().await.is(200);
    api.open_to_native().await;
    assert_eq!(api.get(&path).send().await.is(200).json[BADGE]["colour"], "Red");
}

#[track_caller]
fn report(outcome: Result<Applied, Error>) -> Report {
    match outcome {
        Err(Error::Incompatible(report)) => *report,
        other => panic!("{other:?}"),
    }
}

/// A new device; its id.
async fn make(api: &Api, attributes: Value) -> String {
    api.post("/Devices", &attributes).send().await.is(201).id()
}

/// How many rows of the attribute index an attribute has.
async fn rows(api: &Api, attribute: &str) -> i64 {
    let mut conn = api.store.read().await.unwrap();
    let sql = conn.sql().with("SELECT count(*) FROM attr_index WHERE attribute = $1", [attribute.into()]);
    conn.fetch_first(sql).await.unwrap().unwrap().int(0).unwrap()
}

async fn build_all(api: &Api) {
    while api.directory.build_indexes().await.unwrap() {}
}

async fn documents_have_versions_and_the_same_one_changes_nothing(api: Api) {
    let create = |document: Value| vec![Step::Create(Kind::Schema, document)];
    let made = api.change(create(badge(&json!([{ "name": "a" }])))).await.unwrap();
    assert_eq!((made.edition, made.documents[0].version, made.documents[0].id.as_str()), (1, 1, BADGE));
    assert!(matches!(api.change(create(badge(&json!([])))).await, Err(Error::Taken("schema"))));
    let same = api.puts(&[badge(&json!([{ "name": "a" }]))], &[]).await.unwrap();
    assert_eq!((same.edition, same.documents), (1, made.documents));
    let expect = |version| Expect { if_match: Some(Matching::Versions(vec![version])), ..Expect::default() };
    let replace = |version| {
        let document = badge(&json!([{ "name": "a" }, { "name": "b" }]));
        vec![Step::Replace(Kind::Schema, BADGE.to_owned(), document, expect(version))]
    };
    assert!(matches!(api.change(replace(2)).await, Err(Error::VersionMismatch)));
    let other = api.change(replace(1)).await.unwrap();
    assert_eq!((other.edition, other.documents[0].version), (2, 2));
    assert_eq!(api.directory.own_documents(TENANT, Kind::Schema).await.unwrap(), other.documents);
    assert_eq!(api.directory.own_documents(TENANT, Kind::Type).await.unwrap(), []);
    api.puts(&[], &[users(false)]).await.unwrap();
    let remove = || vec![Step::Remove(Kind::Schema, BADGE.to_owned(), Expect::default())];
    assert!(matches!(api.change(remove()).await, Err(Error::InUse(why)) if why.contains("User")));
    let broken = badge(&json!([{ "name": "a", "mutability": "writeOnly" }]));
    assert!(matches!(api.puts(&[broken], &[]).await, Err(Error::Scim(why)) if why.detail.contains("attribute a")));
    api.change(vec![Step::Remove(Kind::Type, "User".to_owned(), Expect::default())]).await.unwrap();
    assert_eq!(api.change(remove()).await.unwrap().edition, 5);
    assert_eq!(api.directory.own_documents(TENANT, Kind::Schema).await.unwrap(), []);
    let nobody = api.directory.change_documents(TenantId(77), remove()).await;
    assert!(matches!(nobody, Err(Error::NotFound(what)) if what == "tenant"));
}

async fn a_change_that_resources_do_not_fit_is_refused_with_a_report(api: Api) {
    let attributes = json!([{ "name": "owner" }, { "name": "tags", "type": "complex", "multiValued": true,
        "subAttributes": [{ "name": "value" }, { "name": "level", "type": "integer" }] }]);
    api.puts(&[device(&attributes)], &[devices()]).await.unwrap();
    let mut owned = Vec::new();
    for number in 0..12 {
        let body = json!({ "serial": format!("s{number}"), "owner": "ann", "tags": [{ "value": "t" }] });
        owned.push(make(&api, body).await);
    }
    let bare = make(&api, json!({ "serial": "bare" })).await;
    let changed = json!([{ "name": "owner", "required": true }, { "name": "tags", "type": "complex", "multiValued": true,
        "subAttributes": [{ "name": "value", "type": "boolean" }, { "name": "level", "type": "integer", "required": true }] }]);
    let found = report(api.puts(&[device(&changed)], &[]).await).breaks;
    let short: Vec<_> = found.iter().map(|one| (one.attribute.as_str(), one.resources, one.examples.len())).collect();
    assert_eq!(short, [("owner", 1, 1), ("tags.level", 12, 10), ("tags.value", 12, 10)]);
    assert_eq!((found[0].resource_type.as_str(), &found[0].examples[0]), ("Device", &bare));
    assert_eq!(found[1].examples, owned[..10]);
    let found = report(api.puts(&[device(&json!([]))], &[]).await).breaks;
    assert_eq!(found.iter().map(|one| one.resources).collect::<Vec<_>>(), [12, 12]);
    // Nothing has changed: not the documents, not the edition.
    let kept = api.directory.own_documents(TENANT, Kind::Schema).await.unwrap();
    assert_eq!(kept[0].document, device(&attributes));
    let widened = json!([{ "name": "owner" }, { "name": "note" }, attributes[1].clone()]);
    assert_eq!(api.puts(&[device(&widened)], &[]).await.unwrap().edition, 2);
    // What users lack is told of users, whichever they are.
    let ann = api.user("ann").await;
    api.puts(&[badge(&json!([{ "name": "a" }]))], &[users(false)]).await.unwrap();
    let found = report(api.puts(&[], &[users(true)]).await).breaks;
    assert_eq!((found[0].attribute.as_str(), &found[0].examples), (BADGE, &vec![ann.clone()]));
    let path = format!("/Users/{ann}");
    let add = json!([{ "op": "add", "path": format!("{BADGE}:a"), "value": "x" }]);
    api.patch(&path, &add).send().await.is(200);
    api.puts(&[], &[users(true)]).await.unwrap();
    api.post("/Users", &json!({ "userName": "bob" })).send().await.refused(400, "invalidValue");
    let gone = vec![Step::Remove(Kind::Type, "User".to_owned(), Expect::default())];
    let found = report(api.change(gone).await).breaks;
    assert_eq!((found[0].attribute.as_str(), found[0].resources), (BADGE, 1));
}

async fn a_type_with_resources_stays(api: Api) {
    api.puts(&[device(&json!([]))], &[devices()]).await.unwrap();
    let id = make(&api, json!({ "serial": "1" })).await;
    let remove = || {
        vec![
            Step::Remove(Kind::Type, "Device".to_owned(), Expect::default()),
            Step::Remove(Kind::Schema, DEVICE.to_owned(), Expect::default()),
        ]
    };
    let found = report(api.change(remove()).await).breaks;
    assert_eq!((found.len(), found[0].attribute.as_str(), found[0].resources), (1, "", 1));
    assert_eq!(found[0].examples, std::slice::from_ref(&id));
    api.delete(&format!("/Devices/{id}")).send().await.is(204);
    api.change(remove()).await.unwrap();
}

async fn another_case_makes_other_keys(api: Api) {
    for native in [false, true] {
        if native {
            api.open_to_native().await;
        }
        let colour = |case_exact: bool| {
            let more =
                json!({ "name": "colour", "caseExact": case_exact, "storage": "indexed", "uniqueness": "server" });
            badge(&json!([more]))
        };
        api.puts(&[colour(false)], &[users(false)]).await.unwrap();
        let urn = json!({ "colour": "Red" });
        let body = json!({ "userName": format!("ann{native}"), BADGE: urn });
        let id = api.post("/Users", &body).send().await.is(201).id();
        let filters = [format!("{BADGE}:colour eq \"red\""), format!("{BADGE}:colour sw \"r\"")];
        let find = async |wanted: &[&String]| {
            for filter in &filters {
                assert_eq!(api.find("/Users", filter).send().await.is(200).each("id"), wanted, "{filter}");
            }
        };
        find(&[&id]).await;
        api.puts(&[colour(true)], &[]).await.unwrap();
        find(&[]).await;
        let exact = api.find("/Users", &format!("{BADGE}:colour eq \"Red\"")).send().await;
        assert_eq!(exact.is(200).each("id"), [&id]);
        let twin = json!({ "userName": "twin", BADGE: { "colour": "red" } });
        let twin = api.post("/Users", &twin).send().await.is(201).id();
        let found = report(api.puts(&[colour(false)], &[]).await).breaks;
        assert_eq!((found[0].attribute.clone(), found[0].resources), (format!("{BADGE}:colour"), 2));
        find(&[&twin]).await;
        api.delete(&format!("/Users/{twin}")).send().await.is(204);
        api.puts(&[colour(false)], &[]).await.unwrap();
        find(&[&id]).await;
        assert_eq!(rows(&api, &format!("{BADGE}:colour")).await, 1);
        api.delete(&format!("/Users/{id}")).send().await.is(204);
    }
}

async fn uniqueness_is_demanded_only_where_it_holds(api: Api) {
    let asset = |uniqueness: &str| device(&json!([{ "name": "asset", "uniqueness": uniqueness }]));
    api.puts(&[asset("none")], &[devices()]).await.unwrap();
    let mut ids = Vec::new();
    for (number, value) in ["A", "a", "b", "B", "c"].iter().enumerate() {
        ids.push(make(&api, json!({ "serial": number.to_string(), "asset": value })).await);
    }
    make(&api, json!({ "serial": "none" })).await;
    let found = report(api.puts(&[asset("server")], &[]).await).breaks;
    assert_eq!((found.len(), found[0].attribute.as_str(), found[0].resources), (1, "asset", 4));
    assert_eq!(found[0].examples, ids[..4]);
    for id in [&ids[1], &ids[3]] {
        api.patch(&format!("/Devices/{id}"), &json!([{ "op": "remove", "path": "asset" }])).send().await.is(200);
    }
    api.puts(&[asset("server")], &[]).await.unwrap();
    let taken = json!({ "serial": "x", "asset": "C" });
    api.post("/Devices", &taken).send().await.refused(409, "uniqueness");
    api.puts(&[asset("none")], &[]).await.unwrap();
    make(&api, taken).await;
}

async fn an_index_is_built_while_others_write(api: Api) {
    let owner = |storage: &str| {
        let emails = json!({ "name": "mails", "type": "complex", "multiValued": true,
            "subAttributes": [{ "name": "value", "storage": storage }] });
        device(&json!([{ "name": "owner", "storage": storage }, emails]))
    };
    api.puts(&[owner("document")], &[devices()]).await.unwrap();
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    let kind = caller.registry().resource_type("Device").unwrap().clone();
    let show = Projection::new(&kind, &[], &[]);
    for number in 0..1200 {
        let body = json!({ "serial": format!("old{number}"), "owner": format!("o{}", number % 10), "mails": [{ "value": "m" }] });
        api.directory.create(&caller, &kind, body, &show).await.unwrap();
    }
    api.puts(&[owner("indexed")], &[]).await.unwrap();
    assert!(api.directory.own_indexes(TENANT).await.unwrap().iter().all(|index| !index.ready));
    // Searches do without it so far.
    assert_eq!(rows(&api, "owner").await, 0);
    assert_eq!(api.find("/Devices", "owner eq \"O3\"").send().await.is(200).json["totalResults"], 120);
    let done = Arc::new(AtomicBool::new(false));
    let made = at_once(5, |task| {
        let (api, done) = (api.clone(), Arc::clone(&done));
        async move {
            if task == 0 {
                build_all(&api).await;
                done.store(true, Ordering::Relaxed);
                return 0;
            }
            let mut number = 0;
            // At least some after the end too.
            let mut after = 0;
            while after < 3 {
                after += u32::from(done.load(Ordering::Relaxed));
                let body = json!({ "serial": format!("new{task}-{number}"), "owner": "o3" });
                match api.post("/Devices", &body).send().await.status {
                    201 => number += 1,
                    // The edition has changed as the index was complete.
                    503 => {}
                    other => panic!("{other}"),
                }
            }
            number
        }
    });
    let made: i64 = made.await.into_iter().sum();
    build_all(&api).await;
    let indexes = api.directory.own_indexes(TENANT).await.unwrap();
    let names: Vec<_> = indexes.iter().map(|index| (index.attribute.as_str(), index.ready)).collect();
    assert_eq!(names, [("owner", true), ("mails.value", true)]);
    assert_eq!((rows(&api, "owner").await, rows(&api, "mails.value").await), (1200 + made, 1200));
    assert_eq!(api.find("/Devices", "owner eq \"O3\"").send().await.is(200).json["totalResults"], 120 + made);
    assert_eq!(api.find("/Devices", "mails.value eq \"M\"").send().await.is(200).json["totalResults"], 1200);
    // Searches go by the index and by nothing else: without it nobody is found.
    api.store.write(Wipe).await.unwrap();
    assert_eq!(api.find("/Devices", "owner eq \"O3\"").send().await.is(200).json["totalResults"], 0);
}

/// Empties the attribute index.
struct Wipe;

impl Unit for Wipe {
    type Output = ();
    type Error = roster::store::Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.execute(conn.sql().with("DELETE FROM attr_index", [])).await.map(drop)
    }
}

async fn a_change_wakes_the_builder(api: Api) {
    let owner = |storage: &str| device(&json!([{ "name": "owner", "storage": storage }]));
    api.puts(&[owner("document")], &[devices()]).await.unwrap();
    make(&api, json!({ "serial": "1", "owner": "x" })).await;
    let builder = Builder::start(api.directory.clone());
    api.puts(&[owner("indexed")], &[]).await.unwrap();
    let built = async {
        while !api.directory.own_indexes(TENANT).await.unwrap()[0].ready {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), built).await.expect("nobody builds");
    builder.stop().await;
    assert_eq!(rows(&api, "owner").await, 1);
}

async fn an_index_that_is_taken_back_leaves_nothing(api: Api) {
    let owner = |storage: &str| device(&json!([{ "name": "owner", "storage": storage }]));
    api.puts(&[owner("indexed")], &[devices()]).await.unwrap();
    // Without resources there is nothing to build.
    assert!(api.directory.own_indexes(TENANT).await.unwrap()[0].ready);
    make(&api, json!({ "serial": "1", "owner": "x" })).await;
    assert_eq!(rows(&api, "owner").await, 1);
    api.puts(&[owner("document")], &[]).await.unwrap();
    assert_eq!(rows(&api, "owner").await, 0);
    assert_eq!(api.directory.own_indexes(TENANT).await.unwrap(), []);
    // The same while it is being built.
    api.puts(&[owner("indexed")], &[]).await.unwrap();
    api.puts(&[owner("document")], &[]).await.unwrap();
    assert!(!api.directory.build_indexes().await.unwrap());
    assert_eq!(rows(&api, "owner").await, 0);
}

async fn another_instance_goes_by_a_change_at_once(api: Api) {
    let other = api.again().await;
    other.get("/Devices").send().await.is(404);
    api.puts(&[device(&json!([]))], &[devices()]).await.unwrap();
    other.post("/Devices", &json!({ "serial": "1" })).send().await.is(201);
    api.puts(&[device(&json!([{ "name": "owner", "storage": "indexed" }]))], &[]).await.unwrap();
    let made = other.post("/Devices", &json!({ "serial": "2", "owner": "Ann" })).send().await.is(201);
    assert_eq!(made.json["owner"], "Ann");
    // Both build the same index.
    tokio::join!(build_all(&api), build_all(&other));
    assert_eq!(other.find("/Devices", "owner eq \"ann\"").send().await.is(200).each("id"), [made.id()]);
    assert!(other.directory.own_indexes(TENANT).await.unwrap()[0].ready);
    other.store.close().await;
}

async fn a_write_by_an_older_edition_stores_nothing(api: Api) {
    api.puts(&[device(&json!([]))], &[devices()]).await.unwrap();
    let id = make(&api, json!({ "serial": "1" })).await;
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    let kind = caller.registry().resource_type("Device").unwrap().clone();
    let show = Projection::new(&kind, &[], &[]);
    api.puts(&[device(&json!([{ "name": "owner" }]))], &[]).await.unwrap();
    let body = json!({ "serial": "2" });
    let expect = Expect::default();
    let outcomes = [
        api.directory.create(&caller, &kind, body.clone(), &show).await.map(drop),
        api.directory.replace(&caller, &kind, &id, body, &expect, &show).await.map(drop),
        api.directory.delete(&caller, &kind, &id, &expect).await.map(drop),
    ];
    for outcome in outcomes {
        assert!(outcome.as_ref().is_err_and(Error::is_outdated), "{outcome:?}");
    }
    let all = api.get("/Devices").send().await.is(200);
    assert_eq!(all.each("serial"), ["1"]);
    api.post("/Devices", &json!({ "serial": "2" })).send().await.is(201);
}

async fn no_write_slips_past_a_change(api: Api) {
    let owner = |required: bool| device(&json!([{ "name": "owner", "required": required }]));
    api.puts(&[owner(false)], &[devices()]).await.unwrap();
    for round in 0..8 {
        let outcomes = at_once(5, |task| {
            let api = api.clone();
            async move {
                if task == 0 {
                    return u16::from(api.puts(&[owner(true)], &[]).await.is_ok());
                }
                api.post("/Devices", &json!({ "serial": format!("{round}-{task}") })).send().await.status
            }
        });
        let mut statuses = outcomes.await;
        statuses.sort_unstable();
        let demanded = statuses[0] == 1;
        assert_eq!(statuses.contains(&201), !demanded, "one without an owner, and all must have one: {statuses:?}");
        let all = api.get("/Devices").send().await.is(200);
        for device in all.json["Resources"].as_array().unwrap() {
            assert!(!demanded);
            api.delete(&format!("/Devices/{}", device["id"].as_str().unwrap())).send().await.is(204);
        }
        api.puts(&[owner(false)], &[]).await.unwrap();
    }
}

async fn an_opened_tenant_keeps_its_own_beside_what_is_native(api: Api) {
    let attributes = json!([{ "name": "number", "type": "integer", "storage": "indexed" }]);
    api.puts(&[badge(&attributes)], &[users(false)]).await.unwrap();
    let body = json!({ "userName": "ann", "displayName": "Ann", BADGE: { "number": 7 } });
    let id = api.post("/Users", &body).send().await.is(201).id();
    api.open_to_native().await;
    let path = format!("/Users/{id}");
    let lifecycle = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
    let read = api.get(&path).send().await.is(200);
    assert_eq!((&read.json[BADGE]["number"], read.json[lifecycle].is_object()), (&json!(7), true));
    let wider = json!([{ "name": "number", "type": "decimal" }, { "name": "note" }]);
    api.puts(&[badge(&wider)], &[]).await.unwrap();
    assert_eq!(api.find("/Users", &format!("{BADGE}:number gt 6.5")).send().await.is(200).each("id"), [&id]);
    let shown = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name eq \"ann\"";
    assert_eq!(api.find("/Users", shown).send().await.is(200).each("id"), [&id]);
    let found = report(api.change(vec![Step::Remove(Kind::Type, "User".to_owned(), Expect::default())]).await);
    assert_eq!(found.breaks.len(), 1);
}

async fn journal_and_audit_hide_what_a_schema_of_ones_own_never_returns(api: Api) {
    let settings = Config { journal_bodies: true, audit_values: true, ..Config::default() };
    let api = Api::open_with(&api.database, settings).await;
    let secret = json!({ "name": "pin2", "mutability": "writeOnly", "returned": "never" });
    let keys = json!({ "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
        { "name": "value" }, { "name": "token9", "mutability": "writeOnly", "returned": "never" },
    ] });
    api.puts(&[device(&json!([secret, keys, { "name": "owner" }]))], &[devices()]).await.unwrap();
    let body = json!({ "serial": "1", "owner": "ann", "pin2": "planted-1", "keys": [{ "value": "k", "token9": "planted-2" }] });
    let id = make(&api, body).await;
    let patch = json!([{ "op": "replace", "path": "pin2", "value": "planted-3" }]);
    api.patch(&format!("/Devices/{id}"), &patch).send().await.is(200);
    api.recorder.flush().await;
    let lines = Query { limit: 10, ..Query::default() };
    let lines = format!("{:?}", api.directory.journal("default", &lines).await.unwrap());
    let changes = AuditQuery { limit: 10, ..AuditQuery::default() };
    let changes = format!("{:?}", api.directory.audit("default", &changes).await.unwrap());
    for kept in [&lines, &changes] {
        assert!(kept.contains("ann") && kept.contains("pin2") && !kept.contains("planted"), "{kept}");
    }
    api.store.close().await;
}
