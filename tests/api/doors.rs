//! Every door agrees: what is written through one of the five APIs, the others show, and what they all
//! tell of a user is the same.

mod create;
mod facts;

use crate::call::{Answer, Call};
use crate::server::{Api, both};
use create::create;
use serde_json::{Value, json};
use std::collections::BTreeMap;

both! {
    what_a_user_is_created_with_is_the_same_at_every_door,
    a_change_through_one_door_is_seen_at_every_other,
    a_user_switched_off_through_one_door_is_switched_on_through_any,
    an_echo_at_any_door_makes_no_version,
    a_user_deleted_through_one_door_is_gone_at_every_other,
    a_mail_address_is_taken_at_every_native_door,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const ADEPTIA: &str = "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";

const PASSWORD: &str = "Str0ngPassw0rd";
/// The roles, by their numbers from 1.
const ROLES: [&str; 3] = ["Admin", "User", "Sales Agent"];

/// A way to the users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Scim,
    Logixx,
    Appcrm,
    Adeptia,
    Publica,
}

use Door::{Adeptia, Appcrm, Logixx, Publica, Scim};

/// Logixx shows nobody but in the answer to a creation.
const READERS: [Door; 4] = [Scim, Appcrm, Adeptia, Publica];
/// App CRM switches nobody off.
const SWITCHES: [Door; 4] = [Scim, Logixx, Adeptia, Publica];

/// What a door tells of a user, under names that are the same for all.
type Facts = BTreeMap<&'static str, Value>;

/// A user by its number and its id.
#[derive(Clone, Debug)]
struct User {
    num: Value,
    id: String,
}

impl Door {
    fn call<'a>(self, api: &'a Api, method: &str, path: &str) -> Call<'a> {
        let prefix = match self {
            Scim => return api.call(method, path),
            Logixx => "root:/logixx/api",
            Appcrm => "root:/appcrm/api",
            Adeptia => "root:/adeptia/rest",
            Publica => "root:/publica/integration-api/v1/dashboard",
        };
        let call = api.call(method, &format!("{prefix}{path}"));
        call.header("content-type", Some("application/json")).header("accept", Some("application/json"))
    }

    /// The user as the door shows it.
    async fn get(self, api: &Api, user: &User) -> Answer {
        let path = match self {
            Scim => format!("/Users/{}", user.id),
            Appcrm | Publica => format!("/users/{}", user.num),
            Adeptia => format!("/user/{}", user.num),
            Logixx => panic!("Logixx shows no user"),
        };
        self.call(api, "GET", &path).send().await
    }

    async fn switch(self, api: &Api, user: &User, active: bool) {
        let User { num, id } = user;
        let call = match self {
            Scim => {
                api.patch(&format!("/Users/{id}"), &json!([{ "op": "replace", "path": "active", "value": active }]))
            }
            Logixx => {
                self.call(api, "POST", &format!("/users/{num}/{}", if active { "activate" } else { "deactivate" }))
            }
            Adeptia => {
                self.call(api, "PUT", &format!("/users/{}/{num}", if active { "activate" } else { "deactivate" }))
            }
            Publica if active => self.call(api, "PUT", &format!("/users/{num}/re-activate")),
            Publica => self.call(api, "DELETE", &format!("/users/{num}")),
            Appcrm => panic!("App CRM switches nobody off"),
        };
        call.send().await.is(200);
    }

    /// What the door tells of a user.
    async fn facts(self, api: &Api, user: &User) -> Facts {
        let shown = self.get(api, user).await.is(200).json;
        match self {
            Scim => facts::scim(&shown),
            Appcrm => facts::appcrm(&shown),
            Adeptia => facts::adeptia(&shown["IndigoUser"]),
            Publica => facts::publica(&shown["data"]["paginator"]["data"][0]),
            Logixx => panic!("Logixx shows no user"),
        }
    }
}

/// What all doors tell of a user together, if no two of them differ.
#[track_caller]
fn joined(told: &[(Door, Facts)], what: &str) -> Facts {
    let mut all: BTreeMap<&'static str, (Door, Value)> = BTreeMap::new();
    for (door, facts) in told {
        for (name, value) in facts {
            let (first, known) = all.entry(name).or_insert_with(|| (*door, value.clone()));
            assert_eq!(known, value, "{what}: {name} at {first:?} and at {door:?}");
        }
    }
    all.into_iter().map(|(name, (_, value))| (name, value)).collect()
}

/// What every door tells of a user, in which they must agree.
async fn told(api: &Api, user: &User, what: &str) -> Facts {
    let mut told = Vec::new();
    for door in READERS {
        told.push((door, door.facts(api, user).await));
    }
    joined(&told, what)
}

#[track_caller]
fn holds(facts: &Facts, expected: &[(&'static str, Value)], what: &str) {
    for (name, value) in expected {
        assert_eq!(facts.get(name), Some(value), "{what}: {name}");
    }
}

async fn furnish(api: &Api) {
    let roles = ROLES.iter().enumerate().map(|(at, name)| ("/roles", at + 1, *name));
    let others = [
        ("/companies", 1, "Host"),
        ("/companies", 2, "Acme"),
        ("/branches", 1, "Main"),
        ("/branches", 2, "West"),
        ("/lead-roles", 1, "Officer"),
        ("/lead-roles", 2, "Processor"),
        ("/subscriptions", 1, "Basic"),
        ("/subscriptions", 2, "Premium"),
        ("/plans", 1, "Demo Plan"),
        ("/plans", 2, "Prepaid Plan"),
        ("/locales", 1, "en"),
        ("/locales", 2, "pt_BR"),
    ];
    for (path, id, name) in roles.chain(others) {
        api.admin("POST", path).json(&json!({ "id": id, "name": name })).send().await.is(201);
    }
}

async fn log_in(api: &Api, user: &str, password: &str) -> u16 {
    let call = api.call("POST", "root:/auth/login").header("authorization", None);
    let body = json!({ "username": user, "password": password });
    call.header("content-type", Some("application/json")).json(&body).send().await.status
}

async fn what_a_user_is_created_with_is_the_same_at_every_door(api: Api) {
    furnish(&api).await;
    for door in [Scim, Logixx, Appcrm, Adeptia, Publica] {
        let name = format!("{door:?}").to_lowercase();
        let (user, expected) = create(&api, door, &name).await;
        let what = format!("created by {door:?}");
        holds(&told(&api, &user, &what).await, &expected, &what);
        assert_eq!(log_in(&api, &format!("{name}@example.com"), PASSWORD).await, 200, "{what}");
    }
}

/// Changes a user through a door, the mail address too; what the others must tell of it.
async fn change(api: &Api, door: Door, user: &User, mail: &str) -> Vec<(&'static str, Value)> {
    let User { num, id } = user;
    match door {
        Scim => {
            let operations = json!([
                { "op": "replace", "path": "emails[primary eq true].value", "value": mail },
                { "op": "replace", "path": "userName", "value": mail },
                { "op": "replace", "path": "displayName", "value": "Changed by SCIM" },
                { "op": "replace", "path": format!("{PUBLICA}:onlySeesReadable"), "value": true },
                { "op": "replace", "path": "roles", "value": [{ "value": "Admin" }] },
                { "op": "replace", "path": format!("{APPCRM}:dateFormat"), "value": "Y-m-d" },
            ]);
            api.patch(&format!("/Users/{id}"), &operations).send().await.is(200);
            vec![
                ("name", json!("Changed by SCIM")),
                ("only sees readable", json!(true)),
                ("roles", json!(["Admin"])),
                ("date format", json!("Y-m-d")),
            ]
        }
        Appcrm => {
            let body = json!({
                "name": "Cora Changed", "email": mail, "timezone": "UTC", "date_format": "d/m/Y", "time_format": "H:i:s",
                "locale": "en", "roles": [2, 3], "mail_signature": "Cora",
            });
            Appcrm.call(api, "PUT", &format!("/users/{num}")).json(&body).send().await.is(200);
            vec![
                ("name", json!("Cora Changed")),
                ("given name", json!("Cora")),
                ("family name", json!("Changed")),
                ("locale", json!("en")),
                ("date format", json!("d/m/Y")),
                ("roles", json!(["Sales Agent", "User"])),
                ("signature", json!("Cora")),
            ]
        }
        Adeptia => {
            let role =
                json!({ "partner": { "id": 1 }, "role": { "id": 1 }, "user": { "id": num }, "defaultRole": true });
            let body = json!({ "IndigoUser": {
                "firstName": "Ada", "lastName": "Changed", "email": mail, "company": "Host", "id": num, "userPartnerRole": [role],
            } });
            Adeptia.call(api, "PUT", &format!("/users/{num}")).json(&body).send().await.is(200);
            vec![
                ("given name", json!("Ada")),
                ("family name", json!("Changed")),
                ("name", json!("Ada Changed")),
                ("company", json!("Host")),
                ("roles", json!(["Admin"])),
            ]
        }
        Publica => {
            let body = json!({
                "external_id": format!("new-{id}"), "email": mail, "only_sees_readable": "1", "admin": 0, "plan_admin": 1,
                "sessions_limit": 9, "assign_new_plan": 1, "user_plan_name": "Gold",
            });
            Publica.call(api, "PUT", &format!("/users/{num}")).json(&body).send().await.is(204);
            vec![
                ("external id", json!(format!("new-{id}"))),
                ("only sees readable", json!(true)),
                ("admin", json!(false)),
                ("plan admin", json!(true)),
                ("sessions limit", json!(9)),
            ]
        }
        Logixx => panic!("Logixx changes nobody"),
    }
}

async fn a_change_through_one_door_is_seen_at_every_other(api: Api) {
    furnish(&api).await;
    for maker in [Scim, Logixx, Appcrm, Adeptia, Publica] {
        let name = format!("{maker:?}").to_lowercase();
        let (user, made) = create(&api, maker, &name).await;
        let named = made.iter().any(|(fact, value)| *fact == "user name" && *value == json!(name));
        let mut doors = READERS;
        if named {
            // SCIM comes last: it names the user anew, and from then on the name would follow.
            doors.rotate_left(1);
        }
        for door in doors {
            let mail = format!("{name}.{door:?}@new.example").to_lowercase();
            let what = format!("created by {maker:?}, changed by {door:?}");
            let before = told(&api, &user, &what).await;
            let changed = change(&api, door, &user, &mail).await;
            let after = told(&api, &user, &what).await;
            holds(&after, &changed, &what);
            let user_name = if named && door != Scim { &name } else { &mail };
            holds(&after, &[("email", json!(mail)), ("user name", json!(user_name))], &what);
            for fact in ["number", "id", "phone", "branch", "lead role", "subscriptions", "super admin", "active"] {
                assert_eq!(after.get(fact), before.get(fact), "{what}: {fact} was not touched");
            }
        }
    }
}

async fn a_user_switched_off_through_one_door_is_switched_on_through_any(api: Api) {
    furnish(&api).await;
    let (user, _) = create(&api, Logixx, "ann").await;
    let before = told(&api, &user, "before").await;
    for off in SWITCHES {
        for on in SWITCHES {
            let what = format!("off by {off:?}, on by {on:?}");
            off.switch(&api, &user, false).await;
            let between = told(&api, &user, &what).await;
            assert_eq!(between["active"], false, "{what}");
            let noted = Scim.get(&api, &user).await.json[LIFECYCLE]["deactivatedAt"].clone();
            assert!(noted.is_string(), "{what}");
            assert_eq!(log_in(&api, "ann", PASSWORD).await, 403, "{what}");
            on.switch(&api, &user, true).await;
            assert_eq!(told(&api, &user, &what).await, before, "{what}: nothing else was touched");
            assert_eq!(Scim.get(&api, &user).await.json[LIFECYCLE].get("deactivatedAt"), None, "{what}");
            assert_eq!(log_in(&api, "ann", PASSWORD).await, 200, "{what}");
        }
    }
}

/// Sends what a door shows of a user back to it.
async fn echo(api: &Api, door: Door, user: &User) {
    let shown = door.get(api, user).await.is(200).json;
    let User { num, id } = user;
    let pick = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), shown[*name].clone())).collect::<Value>();
    match door {
        Scim => drop(api.put(&format!("/Users/{id}"), &shown).send().await.is(200)),
        Appcrm => {
            let names =
                ["name", "email", "timezone", "date_format", "time_format", "locale", "super_admin", "access_api"];
            let mut body = pick(&names);
            body["mail_signature"] = shown["mail_signature"].clone();
            body["roles"] = facts::each(&shown["roles"], "id").into();
            Appcrm.call(api, "PUT", &format!("/users/{num}")).json(&body).send().await.is(200);
        }
        Adeptia => drop(Adeptia.call(api, "PUT", &format!("/users/{num}")).json(&shown).send().await.is(200)),
        Publica => {
            let shown = &shown["data"]["paginator"]["data"][0];
            Publica.call(api, "PUT", &format!("/users/{num}")).json(shown).send().await.is(204);
        }
        Logixx => panic!("Logixx changes nobody"),
    }
}

async fn an_echo_at_any_door_makes_no_version(api: Api) {
    furnish(&api).await;
    for maker in [Scim, Logixx, Appcrm, Adeptia, Publica] {
        let name = format!("{maker:?}").to_lowercase();
        let (user, _) = create(&api, maker, &name).await;
        // Without an external id there is no update of publica.la.
        let called = json!([{ "op": "add", "path": "externalId", "value": format!("ext-{name}") }]);
        api.patch(&format!("/Users/{}", user.id), &called).send().await.is(200);
        let before = Scim.get(&api, &user).await.json;
        for door in READERS {
            api.clock.advance(1_000_000);
            echo(&api, door, &user).await;
            assert_eq!(Scim.get(&api, &user).await.json, before, "created by {maker:?}, echoed at {door:?}");
        }
    }
}

async fn a_user_deleted_through_one_door_is_gone_at_every_other(api: Api) {
    furnish(&api).await;
    for door in [Scim, Appcrm, Adeptia] {
        let (user, _) = create(&api, Publica, "ann").await;
        let User { num, id } = &user;
        match door {
            Scim => drop(api.delete(&format!("/Users/{id}")).send().await.is(204)),
            Appcrm => drop(Appcrm.call(&api, "DELETE", &format!("/users/{num}")).send().await.is(204)),
            Adeptia => {
                let path = format!("/users/updateowner?oldUserId={num}&deleteUser=true");
                Adeptia.call(&api, "PUT", &path).send().await.is(200);
            }
            Logixx | Publica => panic!("{door:?} deletes nobody"),
        }
        for reader in READERS {
            reader.get(&api, &user).await.is(404);
        }
        Logixx.call(&api, "POST", &format!("/users/{num}/activate")).send().await.is(404);
        Publica.call(&api, "PUT", &format!("/users/{num}/re-activate")).send().await.is(404);
        assert_eq!(log_in(&api, "ann@example.com", PASSWORD).await, 401, "deleted by {door:?}");
    }
}

async fn a_mail_address_is_taken_at_every_native_door(api: Api) {
    furnish(&api).await;
    for maker in [Scim, Logixx, Appcrm, Adeptia, Publica] {
        let name = format!("{maker:?}").to_lowercase();
        create(&api, maker, &name).await;
        let mail = format!("{}@EXAMPLE.com", name.to_uppercase());
        let post = async |door: Door, path: &str, body: Value| door.call(&api, "POST", path).json(&body).send().await;
        let user = json!({
            "userName": "other", "name": "O", "surname": "O", "emailAddress": mail, "password": PASSWORD,
        });
        post(Logixx, "/users", user).await.is(409);
        let user = json!({
            "name": "O", "email": mail, "timezone": "UTC", "date_format": "Y-m-d", "time_format": "H:i:s",
            "password": PASSWORD, "password_confirmation": PASSWORD,
        });
        assert!(post(Appcrm, "/users", user).await.is(422).json["errors"]["email"].is_array());
        let invitation = json!({ "Invitation": {
            "companyID": 1, "invitationType": 300, "mailRecipient": mail, "subject": 400, "message": "", "contactEmail": "",
            "roleInfo": "[{\"partner\":1,\"roles\":[2],\"defaultRole\":2}]", "senderEmail": "host@example.com",
        } });
        post(Adeptia, "/invitation?resourceIdentifier=users", invitation).await.is(409);
        let user = json!({ "external_id": "other", "email": mail });
        assert!(post(Publica, "/users", user).await.is(422).json["errors"]["email"].is_array());
    }
}
