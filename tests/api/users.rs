//! The verbs on users that native surfaces share, called as a surface would.

use crate::races::at_once;
use crate::rules::catalogue;
use crate::server::{Api, both};
use roster::directory::catalogue::{Catalogue, EntryChange};
use roster::directory::journal::AuditQuery;
use roster::directory::user::{Dependency, Edit, Estate, Key, NewUser, Search, User, Wanted};
use roster::directory::{Caller, Door, Error, Field, Principal};
use roster::scim::filter::{self, Operator};
use roster::scim::{Object, path};
use serde_json::{Value, json};
use std::sync::Arc;

both! {
    a_user_is_found_by_whatever_it_is_known_by,
    users_are_listed_by_filter_and_order,
    what_is_taken_is_told_before_the_write,
    a_user_is_made_as_scim_would_make_it,
    mail_addresses_and_external_ids_are_one_users,
    of_two_that_want_one_mail_address_at_once_one_gets_it,
    a_claim_moves_and_goes_with_what_scim_writes,
    the_user_name_follows_the_mail_address,
    an_edit_changes_what_it_touches_and_nothing_else,
    a_password_is_changed_and_other_sessions_end,
    a_user_changes_itself_but_not_its_rights,
    in_app_crm_only_super_admins_change_others,
    a_deleted_user_leaves_nothing_without_an_owner,
    what_a_user_owns_is_moved,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const PASSWORD: &str = "correct horse battery";

/// The case's token at a door.
async fn at(api: &Api, door: Door) -> Caller {
    let mut caller = api.directory.authenticate(&api.token, None).await.unwrap();
    caller.door = door;
    caller
}

/// A caller that stands for a user, with these scopes.
async fn being(api: &Api, door: Door, user: &User, super_admin: bool, scopes: &str) -> Caller {
    let principal = Principal {
        num: user.record.num,
        id: user.record.id.clone(),
        super_admin,
        access_api: super_admin,
        session: None,
    };
    let scopes = roster::auth::scope::Scopes::parse(scopes).unwrap();
    Caller { principal: Some(principal), scopes, ..at(api, door).await }
}

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

fn new(document: Value) -> NewUser {
    NewUser { document: object(document), ..NewUser::default() }
}

fn person(name: &str, mail: &str) -> NewUser {
    new(json!({ "userName": name, "emails": [{ "value": mail, "primary": true }] }))
}

/// An edit that sets attributes of the document.
fn set(changes: Value) -> Edit {
    let changes = object(changes);
    Arc::new(move |document| {
        document.extend(changes.clone());
        Ok(())
    })
}

fn mail(address: &str) -> Value {
    json!({ "emails": [{ "value": address, "primary": true }] })
}

#[track_caller]
fn conflict<T>(result: Result<T, Error>, field: Field) {
    match result {
        Err(Error::Conflict(found)) => assert_eq!(found, field),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("nothing was in the way"),
    }
}

#[track_caller]
fn forbidden<T>(result: Result<T, Error>) {
    assert!(matches!(result.err(), Some(Error::Forbidden("users:write"))));
}

async fn a_user_is_found_by_whatever_it_is_known_by(api: Api) {
    let caller = at(&api, Door::Publica).await;
    let ann = api.directory.create_user(
        &caller,
        new(json!({
            "userName": "Ann", "externalId": "X-1",
            "emails": [{ "value": "home@x.example" }, { "value": "Ann@x.example", "primary": true }],
        })),
    );
    let ann = ann.await.unwrap();
    for key in [
        Key::Number(ann.record.num),
        Key::Id(&ann.record.id),
        Key::UserName("aNN"),
        Key::Email("ann@X.example"),
        Key::ExternalId("X-1"),
    ] {
        let found = api.directory.user(&caller, key).await.unwrap();
        assert_eq!((found.record.id, found.document), (ann.record.id.clone(), ann.document.clone()), "{key:?}");
    }
    let nobody = "018f0000-0000-7000-8000-000000000000";
    for key in [
        Key::Number(ann.record.num + 1),
        Key::Id(nobody),
        Key::UserName("ann@x.example"),
        Key::Email("home@x.example"),
        Key::ExternalId("x-1"),
        Key::UserName("a\0"),
        Key::Id("a\0"),
    ] {
        assert!(matches!(api.directory.user(&caller, key).await, Err(Error::NotFound(_))), "{key:?}");
    }
    // SCIM lets users share a mail address; such a one means nobody.
    let body = json!({ "userName": "eve", "emails": [{ "value": "ANN@x.example" }] });
    api.post("/Users", &body).send().await.is(201);
    let shared = api.directory.user(&caller, Key::Email("ann@x.example")).await;
    assert!(matches!(shared, Err(Error::Ambiguous("mail address"))));
}

async fn users_are_listed_by_filter_and_order(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    for (name, title) in [("cid", "Baker"), ("ann", "Clerk"), ("bob", "Baker")] {
        let made = new(json!({ "userName": name, "title": title }));
        api.directory.create_user(&caller, made).await.unwrap();
    }
    let kind = api.directory.registry().resource_type("User").unwrap().clone();
    let names = async |search: Search| {
        let page = api.directory.users(&caller, search).await.unwrap();
        let names: Vec<String> =
            page.users.iter().map(|user| user.document["userName"].as_str().unwrap().to_owned()).collect();
        (page.total, names.join(" "))
    };
    let bakers = filter::test(&kind, "title", Operator::Eq, &json!("baker")).unwrap();
    let by_name = path::resolve(&kind, "userName").unwrap();
    let all = || Search { limit: 10, ..Search::default() };
    assert_eq!(names(all()).await, (3, "cid ann bob".to_owned()));
    assert_eq!(names(Search { sort: Some((by_name.clone(), false)), ..all() }).await, (3, "ann bob cid".to_owned()));
    let page = Search { sort: Some((by_name, true)), offset: 1, limit: 1, ..all() };
    assert_eq!(names(page).await, (3, "bob".to_owned()));
    assert_eq!(names(Search { filter: Some(bakers), ..all() }).await, (2, "cid bob".to_owned()));
    let with_none = filter::present(&kind, "emails").unwrap();
    assert_eq!(names(Search { filter: Some(with_none), ..all() }).await, (0, String::new()));
    let ann = api.directory.user(&caller, Key::UserName("ann")).await.unwrap();
    let own = being(&api, Door::Appcrm, &ann, false, "self").await;
    assert!(matches!(api.directory.users(&own, all()).await, Err(Error::Forbidden("users:read"))));
    assert!(matches!(api.directory.user(&own, Key::UserName("bob")).await, Err(Error::Forbidden("users:read"))));
    assert!(matches!(api.directory.user(&own, Key::UserName("nobody")).await, Err(Error::Forbidden("users:read"))));
    assert_eq!(api.directory.user(&own, Key::Number(ann.record.num)).await.unwrap().document, ann.document);
    let logged_in = Caller { door: Door::Login, ..own };
    assert!(api.directory.user(&logged_in, Key::UserName("bob")).await.is_err(), "a login opens its own user alone");
}

async fn what_is_taken_is_told_before_the_write(api: Api) {
    let caller = at(&api, Door::Publica).await;
    let ann = new(json!({
        "userName": "ann", "externalId": "x1", "emails": [{ "value": "a@x.example" }, { "value": "b@x.example" }],
    }));
    let ann = api.directory.create_user(&caller, ann).await.unwrap();
    let wanted = |name, email, external_id| Wanted { user_name: Some(name), email: Some(email), external_id };
    for (asked, except, found) in [
        (wanted("ANN", "B@x.example", Some("x1")), None, [true, true, true]),
        (wanted("ANN", "B@x.example", Some("x1")), Some(ann.record.num), [false; 3]),
        (wanted("eve", "c@x.example", Some("X1")), None, [false; 3]),
        (wanted("eve", "a@x.example", None), None, [false, true, false]),
    ] {
        let taken = api.directory.taken(&caller, asked, except).await.unwrap();
        assert_eq!([taken.user_name, taken.email, taken.external_id], found, "{asked:?}");
    }
}

async fn a_user_is_made_as_scim_would_make_it(api: Api) {
    let caller = at(&api, Door::Logixx).await;
    catalogue(&api, Catalogue::Roles, &["Admin", "User", "Guest"]).await;
    for id in [2, 3] {
        let change = EntryChange { default: Some(true), ..EntryChange::default() };
        api.directory.change_entry(caller.tenant, Catalogue::Roles, id, change).await.unwrap();
    }
    let wanted = NewUser {
        password: Some("x".to_owned()),
        default_roles: true,
        ..new(json!({ "userName": "ann", "externalId": "e1" }))
    };
    let made = api.directory.create_user(&caller, wanted).await.unwrap();
    let read = api.get(&format!("/Users/{}", made.record.id)).send().await.is(200);
    assert_eq!(read.json["active"], true);
    assert_eq!(read.json["externalId"], "e1");
    assert_eq!(read.json["roles"], json!([{ "value": "User", "primary": true }, { "value": "Guest" }]));
    assert_eq!(read.json[LIFECYCLE]["provisionedBy"], "logixx");
    assert_eq!(read.json[LIFECYCLE]["numericId"], made.record.num);
    let audit = api.directory.audit("default", &AuditQuery { limit: 1, ..AuditQuery::default() }).await.unwrap();
    assert_eq!((audit[0].action.as_str(), audit[0].door.as_str()), ("created", "logixx"));

    let plain = api.directory.create_user(&caller, new(json!({ "userName": "eve" }))).await.unwrap();
    assert_eq!(plain.document.get("roles"), None, "no default roles unless asked for");
    conflict(api.directory.create_user(&caller, new(json!({ "userName": "ANN" }))).await, Field::UserName);
    assert!(matches!(api.directory.create_user(&caller, new(json!({}))).await, Err(Error::Scim(_))));
    let long = NewUser { password: Some("x".repeat(1025)), ..new(json!({ "userName": "bob" })) };
    assert!(matches!(api.directory.create_user(&caller, long).await, Err(Error::Scim(_))));
    let reader = Caller { scopes: roster::auth::scope::Scopes::parse("users:read scim").unwrap(), ..caller };
    forbidden(api.directory.create_user(&reader, new(json!({ "userName": "bob" }))).await);
}

async fn mail_addresses_and_external_ids_are_one_users(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    let ann = api.directory.create_user(&caller, person("ann", "a@x.example")).await.unwrap();
    conflict(api.directory.create_user(&caller, person("eve", "A@X.example")).await, Field::Email);
    // A second address of somebody from SCIM is taken too.
    let body = json!({ "userName": "bob", "emails": [{ "value": "b1@x.example" }, { "value": "b2@x.example" }] });
    let bob = api.post("/Users", &body).send().await.is(201);
    conflict(api.directory.create_user(&caller, person("eve", "b2@x.example")).await, Field::Email);
    conflict(api.directory.update_user(&caller, ann.record.num, set(mail("B1@x.example")), None).await, Field::Email);
    // SCIM may do what it likes.
    let same = json!({ "userName": "cid", "emails": [{ "value": "a@x.example" }] });
    api.post("/Users", &same).send().await.is(201);
    // Who shares an address keeps it while another attribute changes.
    let titled = api.directory.update_user(&caller, ann.record.num, set(json!({ "title": "Baker" })), None).await;
    assert_eq!(titled.unwrap().document["title"], "Baker");
    let bob = api.directory.user(&caller, Key::Id(&bob.id())).await.unwrap();
    api.directory.update_user(&caller, bob.record.num, set(mail("new@x.example")), None).await.unwrap();
    conflict(api.directory.create_user(&caller, person("eve", "new@x.example")).await, Field::Email);
    api.directory.create_user(&caller, person("eve", "b2@x.example")).await.unwrap();

    let known = |name: &str| new(json!({ "userName": name, "externalId": "x1" }));
    let dan = api.directory.create_user(&caller, known("dan")).await.unwrap();
    conflict(api.directory.create_user(&caller, known("fay")).await, Field::ExternalId);
    api.directory.delete_user(&caller, dan.record.num, Estate::Nothing).await.unwrap();
    api.directory.create_user(&caller, known("fay")).await.unwrap();
}

async fn of_two_that_want_one_mail_address_at_once_one_gets_it(api: Api) {
    let made = at_once(8, |number| {
        let api = api.clone();
        async move {
            let caller = at(&api, Door::Publica).await;
            let wanted = person(&format!("user{number}"), "one@x.example");
            match api.directory.create_user(&caller, wanted).await {
                Ok(_) => true,
                Err(Error::Conflict(Field::Email)) => false,
                Err(other) => panic!("{other:?}"),
            }
        }
    });
    assert_eq!(made.await.into_iter().filter(|made| *made).count(), 1);
}

async fn a_claim_moves_and_goes_with_what_scim_writes(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    let ann = api.directory.create_user(&caller, person("ann", "a@x.example")).await.unwrap();
    let eve = api.directory.create_user(&caller, person("eve", "e@x.example")).await.unwrap();
    let path = |user: &User| format!("/Users/{}", user.record.id);
    let to = |address: &str| json!([{ "op": "replace", "path": "emails", "value": [{ "value": address }] }]);
    // SCIM gives one user the address of another: no claim, and no failure.
    api.patch(&path(&ann), &to("e@x.example")).send().await.is(200);
    api.directory.create_user(&caller, person("bob", "a@x.example")).await.unwrap();
    conflict(api.directory.create_user(&caller, person("cid", "e@x.example")).await, Field::Email);
    // The claim of the other one moves along, so what it had is free.
    api.patch(&path(&eve), &to("new@x.example")).send().await.is(200);
    conflict(api.directory.create_user(&caller, person("cid", "new@x.example")).await, Field::Email);
    api.delete(&path(&ann)).send().await.is(204);
    api.directory.create_user(&caller, person("cid", "e@x.example")).await.unwrap();
    api.delete(&path(&eve)).send().await.is(204);
    api.directory.create_user(&caller, person("dan", "new@x.example")).await.unwrap();
}

async fn the_user_name_follows_the_mail_address(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    let ann = api.directory.create_user(&caller, person("Ann@x.example", "ann@x.example")).await.unwrap();
    let update = async |change: Value| api.directory.update_user(&caller, ann.record.num, set(change), None).await;
    assert_eq!(update(mail("eve@x.example")).await.unwrap().document["userName"], "eve@x.example");
    // Somebody else has that as its name: the client knows of the mail address alone.
    api.user("taken@x.example").await;
    conflict(update(mail("taken@x.example")).await, Field::Email);
    let mut both = mail("other@x.example");
    both["userName"] = json!("ann");
    assert_eq!(update(both).await.unwrap().document["userName"], "ann");
    assert_eq!(update(mail("last@x.example")).await.unwrap().document["userName"], "ann");
    conflict(update(json!({ "userName": "TAKEN@x.example" })).await, Field::UserName);
    // SCIM says both itself.
    let bob = json!({ "userName": "b@x.example", "emails": [{ "value": "b@x.example" }] });
    let made = api.post("/Users", &bob).send().await.is(201);
    let operations = json!([{ "op": "replace", "path": "emails", "value": [{ "value": "c@x.example" }] }]);
    let changed = api.patch(&format!("/Users/{}", made.id()), &operations).send().await.is(200);
    assert_eq!(changed.json["userName"], "b@x.example");
}

async fn an_edit_changes_what_it_touches_and_nothing_else(api: Api) {
    let caller = at(&api, Door::Adeptia).await;
    let ann = api.directory.create_user(&caller, person("ann", "a@x.example")).await.unwrap();
    let num = ann.record.num;
    let update = async |edit: Edit| api.directory.update_user(&caller, num, edit, None).await;
    let titled = update(set(json!({ "title": "Baker", "externalId": "x9" }))).await.unwrap();
    let mut expected = ann.document.clone();
    expected.extend(object(json!({ "title": "Baker", "externalId": "x9" })));
    assert_eq!(titled.document, expected);
    assert_eq!(titled.record.version, 2);
    let count = async || {
        let query = AuditQuery { limit: 100, ..AuditQuery::default() };
        api.directory.audit("default", &query).await.unwrap().len()
    };
    let before = count().await;
    let echoed = update(set(json!({ "title": "Baker", "active": true }))).await.unwrap();
    assert_eq!((echoed.record.version, count().await), (2, before), "what changes nothing leaves nothing");
    let off = api.directory.set_active(&caller, num, false).await.unwrap();
    let again = api.directory.set_active(&caller, num, false).await.unwrap();
    assert_eq!((off.record.version, again.record.version, again.document), (3, 3, off.document));
    let on = api.directory.set_active(&caller, num, true).await.unwrap();
    let mut expected = titled.document.clone();
    expected[LIFECYCLE]["sessionsRevokedAt"] = json!("2026-01-31T09:30:00.000Z");
    assert_eq!(on.document, expected);
    let audit = api.directory.audit("default", &AuditQuery { limit: 1, ..AuditQuery::default() }).await.unwrap();
    assert_eq!((audit[0].action.as_str(), audit[0].door.as_str()), ("patched", "adeptia"));

    // What an edit refuses, and what a resource may not become, changes nothing.
    assert!(matches!(update(Arc::new(|_| Err(Error::Inactive))).await, Err(Error::Inactive)));
    let nameless: Edit = Arc::new(|document| {
        document.shift_remove("userName");
        Ok(())
    });
    assert!(matches!(update(nameless).await, Err(Error::Scim(_))));
    let forged: Edit = Arc::new(|document| {
        document[LIFECYCLE]["provisionedBy"] = json!("scim");
        Ok(())
    });
    assert!(matches!(update(forged).await, Err(Error::Scim(_))), "what is read-only stays");
    let unknown = api.directory.update_user(&caller, num + 1, set(json!({})), None).await;
    assert!(matches!(unknown, Err(Error::NotFound(_))));
}

/// The servers of so many logins of a user.
async fn sessions(api: &Api, name: &str, count: usize) -> Vec<Api> {
    let mut entered = Vec::new();
    for _ in 0..count {
        let call = api.call("POST", "root:/auth/login").header("authorization", None);
        let body = json!({ "username": name, "password": PASSWORD });
        let answer = call.header("content-type", Some("application/json")).json(&body).send().await.is(200);
        entered.push(api.with_token(answer.text_at("/token")));
    }
    entered
}

/// Which of them are over.
async fn live(sessions: &[Api]) -> Vec<bool> {
    let mut live = Vec::new();
    for session in sessions {
        live.push(session.call("GET", "root:/auth/session").send().await.status == 200);
    }
    live
}

async fn a_password_is_changed_and_other_sessions_end(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    let with_password = NewUser { password: Some(PASSWORD.to_owned()), ..person("ann", "a@x.example") };
    let ann = api.directory.create_user(&caller, with_password).await.unwrap();
    let num = ann.record.num;
    let entered = sessions(&api, "ann", 2).await;
    let own = api.directory.authenticate(&entered[0].token, None).await.unwrap();
    let own = Caller { door: Door::Appcrm, ..own };
    let nothing = || set(json!({}));
    let same = api.directory.update_user(&own, num, nothing(), Some(PASSWORD.to_owned())).await.unwrap();
    assert_eq!((same.record.version, live(&entered).await), (1, vec![true, true]), "the same password is no change");
    let other = api.directory.update_user(&own, num, nothing(), Some("another horse".to_owned())).await.unwrap();
    assert_eq!((other.record.version, live(&entered).await), (2, vec![true, false]), "its own session stays");
    let put = json!([{ "op": "replace", "path": "password", "value": PASSWORD }]);
    let path = format!("/Users/{}", ann.record.id);
    api.patch(&path, &put).send().await.is(200);
    assert_eq!(live(&entered).await, [false, false], "of others none stays");

    for (off, on) in [
        (json!([{ "op": "replace", "path": "active", "value": false }]), true),
        (json!([{ "op": "replace", "value": { "active": "False" } }]), true),
    ] {
        let entered = sessions(&api, "ann", 2).await;
        api.patch(&path, &off).send().await.is(200);
        api.directory.set_active(&caller, num, on).await.unwrap();
        assert_eq!(live(&entered).await, [false, false], "they stay ended when it is active again");
    }
    let entered = sessions(&api, "ann", 1).await;
    api.put(&path, &json!({ "userName": "ann", "active": false })).send().await.is(200);
    api.directory.set_active(&caller, num, true).await.unwrap();
    assert_eq!(live(&entered).await, [false]);
    let entered = sessions(&api, "ann", 1).await;
    api.directory.delete_user(&caller, num, Estate::Nothing).await.unwrap();
    assert_eq!(live(&entered).await, [false]);
}

async fn a_user_changes_itself_but_not_its_rights(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    catalogue(&api, Catalogue::Roles, &["Admin"]).await;
    let ann = api.directory.create_user(&caller, person("ann@x.example", "ann@x.example")).await.unwrap();
    let eve = api.directory.create_user(&caller, person("eve", "eve@x.example")).await.unwrap();
    let own = being(&api, Door::Appcrm, &ann, false, "self").await;
    let update = async |change: Value| api.directory.update_user(&own, ann.record.num, set(change), None).await;
    let fine = json!({ "displayName": "Ann", "locale": "de", APPCRM: { "dateFormat": "Y-m-d" } });
    assert_eq!(update(fine).await.unwrap().document["displayName"], "Ann");
    let moved = update(mail("a@x.example")).await.unwrap();
    assert_eq!(moved.document["userName"], "a@x.example", "the name of a user may follow");
    for change in [
        json!({ "roles": [{ "value": "Admin" }] }),
        json!({ APPCRM: { "dateFormat": "Y-m-d", "superAdmin": true } }),
        json!({ "active": false }),
        json!({ "userName": "root" }),
        json!({ "externalId": "root" }),
    ] {
        forbidden(update(change).await);
    }
    let echo = moved.document.clone();
    let echoed = update(Value::Object(echo)).await.unwrap();
    assert_eq!(echoed.record.version, moved.record.version, "an echo raises nothing");
    forbidden(api.directory.update_user(&own, eve.record.num, set(json!({ "title": "x" })), None).await);
    forbidden(api.directory.set_active(&own, ann.record.num, false).await);
    forbidden(api.directory.delete_user(&own, ann.record.num, Estate::LetGo).await);
    forbidden(api.directory.create_user(&own, person("new", "new@x.example")).await);
    let reader = being(&api, Door::Appcrm, &ann, false, "users:read").await;
    forbidden(api.directory.update_user(&reader, ann.record.num, set(json!({ "title": "x" })), None).await);
    let logged_in = being(&api, Door::Login, &ann, false, "self").await;
    forbidden(api.directory.update_user(&logged_in, eve.record.num, set(json!({ "title": "x" })), None).await);
}

async fn in_app_crm_only_super_admins_change_others(api: Api) {
    let service = at(&api, Door::Appcrm).await;
    let ann = api.directory.create_user(&service, person("ann", "ann@x.example")).await.unwrap();
    let eve = api.directory.create_user(&service, person("eve", "eve@x.example")).await.unwrap();
    let plain = being(&api, Door::Appcrm, &ann, false, "users:write self").await;
    let title = || set(json!({ "title": "Baker" }));
    forbidden(api.directory.create_user(&plain, person("new", "new@x.example")).await);
    forbidden(api.directory.update_user(&plain, eve.record.num, title(), None).await);
    forbidden(api.directory.delete_user(&plain, eve.record.num, Estate::LetGo).await);
    api.directory.update_user(&plain, ann.record.num, title(), None).await.unwrap();
    let raise = set(json!({ APPCRM: { "superAdmin": true } }));
    forbidden(api.directory.update_user(&plain, ann.record.num, raise, None).await);
    let elsewhere = Caller { door: Door::Logixx, ..plain };
    api.directory.update_user(&elsewhere, eve.record.num, title(), None).await.unwrap();
    let admin = being(&api, Door::Appcrm, &ann, true, "users:write self").await;
    api.directory.update_user(&admin, eve.record.num, set(json!({ "title": "Clerk" })), None).await.unwrap();
    api.directory.delete_user(&admin, eve.record.num, Estate::LetGo).await.unwrap();
}

fn reports_to(boss: &User) -> Value {
    json!({ ENTERPRISE: { "manager": { "value": boss.record.id } } })
}

async fn a_deleted_user_leaves_nothing_without_an_owner(api: Api) {
    let caller = at(&api, Door::Adeptia).await;
    let boss = api.directory.create_user(&caller, person("boss", "boss@x.example")).await.unwrap();
    let num = boss.record.num;
    let mut report = reports_to(&boss);
    report["userName"] = json!("ann");
    report["displayName"] = json!("Ann B");
    let ann = api.directory.create_user(&caller, new(report)).await.unwrap();
    let owned = vec![Dependency { kind: "User", name: "Ann B".to_owned() }];
    assert_eq!(api.directory.dependencies(&caller, num).await.unwrap(), owned);
    match api.directory.delete_user(&caller, num, Estate::Nothing).await {
        Err(Error::Dependencies(found)) => assert_eq!(found, owned),
        other => panic!("{other:?}"),
    }
    assert!(matches!(api.directory.delete_user(&caller, num, Estate::To(999)).await, Err(Error::NotFound(_))));
    assert!(matches!(api.directory.delete_user(&caller, num, Estate::To(num)).await, Err(Error::NotFound(_))));
    api.directory.delete_user(&caller, num, Estate::LetGo).await.unwrap();
    let ann = api.directory.user(&caller, Key::Number(ann.record.num)).await.unwrap();
    assert_eq!((ann.document.get(ENTERPRISE), ann.record.version), (None, 2));
    assert!(matches!(api.directory.user(&caller, Key::Number(num)).await, Err(Error::NotFound(_))));
    api.directory.delete_user(&caller, ann.record.num, Estate::Nothing).await.unwrap();
    let gone = api.directory.delete_user(&caller, ann.record.num, Estate::Nothing).await;
    assert!(matches!(gone, Err(Error::NotFound(_))));
}

async fn what_a_user_owns_is_moved(api: Api) {
    let caller = at(&api, Door::Appcrm).await;
    let make = async |name: &str| {
        api.directory.create_user(&caller, person(name, &format!("{name}@x.example"))).await.unwrap()
    };
    let (boss, heir, ann) = (make("boss").await, make("heir").await, make("ann").await);
    for report in [&heir, &ann] {
        api.directory.update_user(&caller, report.record.num, set(reports_to(&boss)), None).await.unwrap();
    }
    let read = async |user: &User| api.directory.user(&caller, Key::Number(user.record.num)).await.unwrap().document;
    api.directory.move_dependencies(&caller, boss.record.num, heir.record.num).await.unwrap();
    assert_eq!(read(&ann).await[ENTERPRISE], json!({ "manager": { "value": heir.record.id } }));
    assert_eq!(read(&heir).await.get(ENTERPRISE), None, "nobody is its own manager");
    assert_eq!(api.directory.dependencies(&caller, boss.record.num).await.unwrap(), []);
    let unknown = api.directory.move_dependencies(&caller, boss.record.num, 999).await;
    assert!(matches!(unknown, Err(Error::NotFound(_))));
    api.directory.delete_user(&caller, heir.record.num, Estate::To(boss.record.num)).await.unwrap();
    assert_eq!(read(&ann).await[ENTERPRISE], json!({ "manager": { "value": boss.record.id } }));
}
