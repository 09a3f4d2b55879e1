//! What holds of users whichever door a change comes in by, seen through SCIM.

use crate::call::Answer;
use crate::server::{Api, both};
use roster::directory::catalogue::{Catalogue, NewEntry};
use roster::directory::journal::AuditQuery;
use serde_json::{Value, json};

both! {
    every_attribute_of_the_extensions_can_be_patched,
    a_user_that_is_switched_off_says_since_when,
    an_echo_is_no_new_version,
    values_and_numbers_are_checked_where_they_change,
    a_catalogue_that_is_empty_binds_nobody,
    a_super_admin_may_use_the_api,
    plans_are_named_and_dated,
    core_roles_and_those_at_partner_1_are_one_fact,
    the_window_named_last_counts_and_in_a_put_the_core_one,
    reports_lose_a_manager_that_is_deleted,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const ADEPTIA: &str = "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User";
const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";
/// Where the clock of a case stands at first.
const NOW: &str = "2026-01-31T09:30:00.000Z";

/// Entries 1, 2, … of a catalogue.
pub async fn catalogue(api: &Api, which: Catalogue, names: &[&str]) {
    let tenant = api.directory.tenant("default").await.unwrap();
    for name in names {
        let new = NewEntry { id: None, name: (*name).to_owned(), default: false };
        api.directory.create_entry(tenant, which, new).await.unwrap();
    }
}

async fn create(api: &Api, body: Value) -> (String, Answer) {
    let made = api.post("/Users", &body).send().await.is(201);
    (format!("/Users/{}", made.id()), made)
}

async fn set(api: &Api, path: &str, name: &str, value: Value) -> Answer {
    api.patch(path, &json!([{ "op": "replace", "path": name, "value": value }])).send().await
}

fn version(answer: &Answer) -> &str {
    answer.text_at("/meta/version")
}

async fn every_attribute_of_the_extensions_can_be_patched(api: Api) {
    catalogue(&api, Catalogue::Roles, &["Admin", "Agent"]).await;
    let (path, _) = create(&api, json!({ "userName": "ann" })).await;
    for (urn, name, value) in [
        (LIFECYCLE, "sessionsLimit", json!(3)),
        (LOGIXX, "branchId", json!(7)),
        (LOGIXX, "leadRoleId", json!(8)),
        (LOGIXX, "subscriptionIds", json!([1, 2])),
        (APPCRM, "dateFormat", json!("d.m.Y")),
        (APPCRM, "timeFormat", json!("H:i:s")),
        (APPCRM, "superAdmin", json!(true)),
        (APPCRM, "accessApi", json!(true)),
        (APPCRM, "mailSignature", json!("<b>Ann</b>")),
        (APPCRM, "firstDayOfWeek", json!(1)),
        (ADEPTIA, "companyId", json!(11)),
        (PUBLICA, "admin", json!(true)),
        (PUBLICA, "planAdmin", json!(false)),
        (PUBLICA, "onlySeesReadable", json!(true)),
    ] {
        let name_and_urn = format!("{urn}:{name}");
        let changed = set(&api, &path, &name_and_urn, value.clone()).await.is(200);
        assert_eq!(changed.json[urn][name], value, "{name}");
        let same = set(&api, &path, &name_and_urn, value).await.is(200);
        assert_eq!(version(&same), version(&changed), "{name}: the same again is no change");
        let removed = api.patch(&path, &json!([{ "op": "remove", "path": name_and_urn }])).send().await.is(200);
        // A super admin may use the API, so only that it was one is taken away.
        assert_eq!(removed.json[urn].get(name), None, "{name}");
    }
    let partners = format!("{ADEPTIA}:userPartnerRoles");
    let changed = set(&api, &path, &partners, json!([{ "partner": 5, "role": 2, "defaultRole": true }])).await.is(200);
    let held = json!([{ "partner": 5, "role": 2, "defaultRole": true, "roleDisplay": "Agent" }]);
    assert_eq!(changed.json[ADEPTIA]["userPartnerRoles"], held);
    let plan = format!("{PUBLICA}:plans[planId eq 4].validTo");
    let changed = set(&api, &path, &plan, json!("2027-12-31")).await.is(200);
    let plans = json!([{ "planId": 4, "validTo": "2027-12-31", "assignedAt": NOW }]);
    assert_eq!(changed.json[PUBLICA]["plans"], plans, "a plan that was not there is made");
}

async fn a_user_that_is_switched_off_says_since_when(api: Api) {
    api.open_to_native().await;
    let (path, made) = create(&api, json!({ "userName": "ann" })).await;
    assert_eq!(made.json[LIFECYCLE]["provisionedBy"], "scim");
    assert_eq!(made.json[LIFECYCLE].get("deactivatedAt"), None);

    let off = set(&api, &path, "active", json!(false)).await.is(200);
    assert_eq!(off.json[LIFECYCLE]["deactivatedAt"], NOW);
    assert_eq!(off.json[LIFECYCLE]["sessionsRevokedAt"], NOW);
    api.clock.advance(60_000_000);
    let titled = set(&api, &path, "title", json!("Baker")).await.is(200);
    assert_eq!(titled.json[LIFECYCLE]["deactivatedAt"], NOW, "the time of the first deactivation stays");

    let put = api.put(&path, &json!({ "userName": "ann", "active": true })).send().await.is(200);
    assert_eq!(put.json[LIFECYCLE].get("deactivatedAt"), None);
    assert_eq!(put.json[LIFECYCLE]["sessionsRevokedAt"], NOW, "a fact of the past stays");
    assert_eq!(put.json[LIFECYCLE]["provisionedBy"], "scim");
    let put = api.put(&path, &json!({ "userName": "ann", "active": false })).send().await.is(200);
    assert_eq!(put.json[LIFECYCLE]["deactivatedAt"], "2026-01-31T09:31:00.000Z");
    let removed = api.patch(&path, &json!([{ "op": "remove", "path": "active" }])).send().await.is(200);
    assert_eq!(removed.json[LIFECYCLE].get("deactivatedAt"), None, "of whom nothing is said is not switched off");

    let (_, born) = create(&api, json!({ "userName": "eve", "active": false })).await;
    assert_eq!(born.json[LIFECYCLE]["deactivatedAt"], "2026-01-31T09:31:00.000Z");
    // What the server alone knows, no client writes.
    let sent = json!({ "userName": "bob", LIFECYCLE: { "deactivatedAt": NOW, "provisionedBy": "publica" } });
    let (_, bob) = create(&api, sent).await;
    assert_eq!(bob.json[LIFECYCLE].get("deactivatedAt"), None);
    assert_eq!(bob.json[LIFECYCLE]["provisionedBy"], "scim");
}

async fn an_echo_is_no_new_version(api: Api) {
    catalogue(&api, Catalogue::Roles, &["Admin", "Agent"]).await;
    catalogue(&api, Catalogue::Companies, &["Host", "Acme"]).await;
    catalogue(&api, Catalogue::Plans, &["Demo"]).await;
    let (path, made) = create(
        &api,
        json!({
            "userName": "ann", "active": false,
            "roles": [{ "value": "agent", "display": "An agent", "type": "x", "primary": true }],
            LIFECYCLE: { "sessionsLimit": 5 },
            APPCRM: { "superAdmin": true },
            ADEPTIA: { "companyId": 2, "userPartnerRoles": [{ "partner": 2, "role": 1 }] },
            PUBLICA: { "plans": [{ "planId": 1 }] },
        }),
    )
    .await;
    api.clock.advance(1_000_000_000);
    let echoed = api.put(&path, &made.json).send().await.is(200);
    assert_eq!(echoed.json, made.json);
    // A client that leaves out what it may not write.
    let mut bare = made.json.clone();
    for plan in bare[PUBLICA]["plans"].as_array_mut().unwrap() {
        plan.as_object_mut().unwrap().remove("assignedAt");
    }
    for held in bare[ADEPTIA]["userPartnerRoles"].as_array_mut().unwrap() {
        held.as_object_mut().unwrap().retain(|name, _| !name.ends_with("Display"));
    }
    bare.as_object_mut().unwrap().remove(LIFECYCLE);
    bare[LIFECYCLE] = json!({ "sessionsLimit": 5 });
    let echoed = api.put(&path, &bare).send().await.is(200);
    assert_eq!(echoed.json, made.json);
    let operations =
        json!([{ "op": "replace", "value": { "roles": made.json["roles"], ADEPTIA: made.json[ADEPTIA] } }]);
    assert_eq!(api.patch(&path, &operations).send().await.is(200).json, made.json);
}

async fn values_and_numbers_are_checked_where_they_change(api: Api) {
    for which in [Catalogue::Roles, Catalogue::Branches, Catalogue::LeadRoles, Catalogue::Subscriptions] {
        catalogue(&api, which, &["One", "Two"]).await;
    }
    for which in [Catalogue::Companies, Catalogue::Plans] {
        catalogue(&api, which, &["One", "Two"]).await;
    }
    let (path, made) = create(&api, json!({ "userName": "ann" })).await;
    for (urn, name, value, named) in [
        (LIFECYCLE, "sessionsLimit", json!(0), "sessionsLimit"),
        (APPCRM, "dateFormat", json!("nonsense"), "dateFormat"),
        (APPCRM, "timeFormat", json!("nonsense"), "timeFormat"),
        (APPCRM, "firstDayOfWeek", json!(3), "firstDayOfWeek"),
        (LOGIXX, "branchId", json!(9), "branchId"),
        (LOGIXX, "leadRoleId", json!(9), "leadRoleId"),
        (LOGIXX, "subscriptionIds", json!([1, 9]), "subscriptionIds"),
        (ADEPTIA, "companyId", json!(9), "companyId"),
        (ADEPTIA, "userPartnerRoles", json!([{ "partner": 9, "role": 1 }]), "userPartnerRoles.partner"),
        (ADEPTIA, "userPartnerRoles", json!([{ "partner": 2, "role": 9 }]), "userPartnerRoles.role"),
        (PUBLICA, "plans", json!([{ "planId": 9 }]), "plans.planId"),
        (PUBLICA, "plans", json!([{ "planId": 1, "validTo": "2026-02-30" }]), "plans.validTo"),
    ] {
        let full = format!("{urn}:{named}");
        let detail = set(&api, &path, &format!("{urn}:{name}"), value.clone()).await.refused(400, "invalidValue");
        assert!(detail.starts_with(&full) && !detail.contains("nonsense"), "{detail}");
        let body = json!({ "userName": "eve", urn: { name: value } });
        assert!(api.post("/Users", &body).send().await.refused(400, "invalidValue").starts_with(&full));
        let body = json!({ "userName": "ann", urn: { name: value } });
        assert!(api.put(&path, &body).send().await.refused(400, "invalidValue").starts_with(&full));
    }
    assert_eq!(version(&api.get(&path).send().await), version(&made), "nothing was stored");
    // What users refer to stays, so this is data of another time: numbers stored before there were entries.
    let tenant = api.tenant("elsewhere").await;
    tenant.open_tenant_to_native("elsewhere").await;
    let sent = json!({ "userName": "old", LOGIXX: { "branchId": 77, "subscriptionIds": [88] } });
    let (path, _) = create(&tenant, sent).await;
    let id = api.directory.tenant("elsewhere").await.unwrap();
    for which in [Catalogue::Branches, Catalogue::Subscriptions] {
        let new = NewEntry { id: None, name: "First".to_owned(), default: false };
        api.directory.create_entry(id, which, new).await.unwrap();
    }
    let titled = set(&tenant, &path, "title", json!("Baker")).await.is(200);
    tenant.put(&path, &titled.json).send().await.is(200);
    let subscriptions = format!("{LOGIXX}:subscriptionIds");
    set(&tenant, &path, &subscriptions, json!([88, 1])).await.is(200);
    set(&tenant, &path, &subscriptions, json!([88, 2])).await.refused(400, "invalidValue");
}

async fn a_catalogue_that_is_empty_binds_nobody(api: Api) {
    api.open_to_native().await;
    let (_, made) = create(
        &api,
        json!({
            "userName": "ann",
            LOGIXX: { "branchId": 1, "leadRoleId": 2, "subscriptionIds": [3] },
            ADEPTIA: { "companyId": 4, "userPartnerRoles": [{ "partner": 5, "role": 6 }] },
            PUBLICA: { "plans": [{ "planId": 7 }] },
        }),
    )
    .await;
    assert_eq!(made.json[ADEPTIA]["userPartnerRoles"], json!([{ "partner": 5, "role": 6 }]));
    assert_eq!(made.json[PUBLICA]["plans"], json!([{ "planId": 7, "assignedAt": NOW }]));
    assert_eq!(made.json.get("roles"), None, "only those at partner 1 are core roles");
}

async fn a_super_admin_may_use_the_api(api: Api) {
    api.open_to_native().await;
    let (path, made) = create(&api, json!({ "userName": "ann", APPCRM: { "superAdmin": true } })).await;
    assert_eq!(made.json[APPCRM]["accessApi"], true);
    let refused = set(&api, &path, &format!("{APPCRM}:accessApi"), json!(false)).await.is(200);
    assert_eq!(refused.json[APPCRM]["accessApi"], true);
    let lowered = set(&api, &path, &format!("{APPCRM}:superAdmin"), json!(false)).await.is(200);
    assert_eq!(lowered.json[APPCRM]["accessApi"], true, "that right stays until it is taken");
    set(&api, &path, &format!("{APPCRM}:accessApi"), json!(false)).await.is(200);
    let raised = set(&api, &path, &format!("{APPCRM}:superAdmin"), json!(true)).await.is(200);
    assert_eq!(raised.json[APPCRM], json!({ "superAdmin": true, "accessApi": true }));
}

async fn plans_are_named_and_dated(api: Api) {
    catalogue(&api, Catalogue::Plans, &["Demo", "Prepaid"]).await;
    let plans = format!("{PUBLICA}:plans");
    let (path, made) = create(&api, json!({ "userName": "ann", PUBLICA: { "plans": [{ "planId": 1 }] } })).await;
    let demo = json!({ "planId": 1, "display": "Demo", "assignedAt": NOW });
    assert_eq!(made.json[PUBLICA]["plans"], json!([demo]));
    api.clock.advance(60_000_000);
    let more = json!([
        { "op": "add", "path": plans, "value": [{ "planId": 2, "display": "Mine" }] },
        { "op": "add", "path": plans, "value": [{ "planId": 1, "validTo": "2027-01-01" }] },
    ]);
    let changed = api.patch(&path, &more).send().await.is(200);
    assert_eq!(
        changed.json[PUBLICA]["plans"],
        json!([
            { "planId": 1, "display": "Demo", "assignedAt": NOW, "validTo": "2027-01-01" },
            { "planId": 2, "display": "Mine", "assignedAt": "2026-01-31T09:31:00.000Z" },
        ])
    );
    let swap = json!([{ "op": "replace", "path": plans, "value": [{ "planId": 1 }] }]);
    let swapped = api.patch(&path, &swap).send().await.is(200);
    assert_eq!(swapped.json[PUBLICA]["plans"], json!([demo]), "one that stays keeps the time");
}

async fn core_roles_and_those_at_partner_1_are_one_fact(api: Api) {
    catalogue(&api, Catalogue::Roles, &["Admin", "Agent"]).await;
    catalogue(&api, Catalogue::Companies, &["Host", "Acme"]).await;
    let partners = format!("{ADEPTIA}:userPartnerRoles");
    let held = |answer: &Answer| answer.json[ADEPTIA]["userPartnerRoles"].clone();
    let at = |partner: i64, role: i64, default: Option<bool>| {
        let names = [("Host", "Admin"), ("Acme", "Agent"), ("", "Clerk")];
        let partner_name = names[usize::try_from(partner - 1).unwrap()].0;
        let role_name = names[usize::try_from(role - 1).unwrap()].1;
        let mut element =
            json!({ "partner": partner, "role": role, "partnerDisplay": partner_name, "roleDisplay": role_name });
        if let Some(default) = default {
            element["defaultRole"] = json!(default);
        }
        element
    };
    let (path, made) = create(
        &api,
        json!({
            "userName": "ann",
            "roles": [{ "value": "ADMIN", "display": "The boss", "type": "x", "primary": true }, { "value": "Clerk" }],
        }),
    )
    .await;
    assert_eq!(held(&made), json!([at(1, 1, Some(true)), at(1, 3, None)]), "found in any case, or made");
    let roles = api.directory.catalogue(api.directory.tenant("default").await.unwrap(), Catalogue::Roles).await;
    let names: Vec<String> = roles.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["Admin", "Agent", "Clerk"]);

    // A role at another partner is nothing to core roles.
    let add = json!([{ "op": "add", "path": partners, "value": [{ "partner": 2, "role": 2, "defaultRole": true }] }]);
    let added = api.patch(&path, &add).send().await.is(200);
    assert_eq!(held(&added), json!([at(1, 1, Some(true)), at(1, 3, None), at(2, 2, Some(true))]));
    assert_eq!(added.json["roles"], made.json["roles"]);

    // Through the other window: one goes, one comes, another is the default; what was said of a role stays.
    let swap = json!([
        { "op": "remove", "path": format!("{partners}[partner eq 1 and role eq 3]") },
        { "op": "add", "path": partners, "value": [{ "partner": 1, "role": 2, "defaultRole": true }] },
    ]);
    let swapped = api.patch(&path, &swap).send().await.is(200);
    assert_eq!(
        swapped.json["roles"],
        json!([
            { "value": "ADMIN", "display": "The boss", "type": "x", "primary": false },
            { "value": "Agent", "primary": true },
        ])
    );
    assert_eq!(held(&swapped), json!([at(1, 1, Some(false)), at(2, 2, Some(true)), at(1, 2, Some(true))]));

    // Core roles again: the default goes with its role.
    let gone = json!([{ "op": "remove", "path": "roles[value eq \"agent\"]" }]);
    let gone = api.patch(&path, &gone).send().await.is(200);
    assert_eq!(held(&gone), json!([at(1, 1, Some(false)), at(2, 2, Some(true))]));
    let none = api.patch(&path, &json!([{ "op": "remove", "path": partners }])).send().await.is(200);
    assert_eq!(none.json.get("roles"), None);
    assert_eq!(none.json.get(ADEPTIA), None);
}

async fn the_window_named_last_counts_and_in_a_put_the_core_one(api: Api) {
    catalogue(&api, Catalogue::Roles, &["Admin", "Agent", "Clerk"]).await;
    let partners = format!("{ADEPTIA}:userPartnerRoles");
    let core = |name: &str| json!({ "op": "replace", "path": "roles", "value": [{ "value": name }] });
    let other = |role: i64| json!({ "op": "replace", "path": partners, "value": [{ "partner": 1, "role": role }] });
    let both = |answer: &Answer| {
        let roles: Vec<&str> =
            answer.json["roles"].as_array().unwrap().iter().map(|role| role["value"].as_str().unwrap()).collect();
        let held = answer.json[ADEPTIA]["userPartnerRoles"].as_array().unwrap();
        (roles.join(" "), held.iter().map(|held| held["role"].as_i64().unwrap()).collect::<Vec<_>>())
    };
    let (path, _) = create(&api, json!({ "userName": "ann", "roles": [{ "value": "Admin" }] })).await;
    let send = async |operations: Value| both(&api.patch(&path, &operations).send().await.is(200));
    assert_eq!(send(json!([core("Agent"), other(3)])).await, ("Clerk".to_owned(), vec![3]));
    assert_eq!(send(json!([other(1), core("Agent")])).await, ("Agent".to_owned(), vec![2]));
    assert_eq!(send(json!([other(1), core("Agent")])).await, ("Admin".to_owned(), vec![1]), "the one that changed");
    assert_eq!(send(json!([core("Clerk"), other(1)])).await, ("Clerk".to_owned(), vec![3]), "the one that changed");

    let put = async |roles: Option<&str>, held: Option<i64>| {
        let mut body = json!({ "userName": "ann" });
        if let Some(name) = roles {
            body["roles"] = json!([{ "value": name }]);
        }
        if let Some(role) = held {
            body[ADEPTIA] = json!({ "userPartnerRoles": [{ "partner": 1, "role": role }] });
        }
        api.put(&path, &body).send().await.is(200)
    };
    assert_eq!(both(&put(Some("Agent"), Some(1)).await), ("Agent".to_owned(), vec![2]));
    assert_eq!(both(&put(Some("Agent"), Some(1)).await), ("Agent".to_owned(), vec![2]), "though it is as before");
    assert_eq!(both(&put(Some("Agent"), None).await), ("Agent".to_owned(), vec![2]), "who knows one window alone");
    assert_eq!(both(&put(None, Some(3)).await), ("Clerk".to_owned(), vec![3]));
    let none = put(None, Some(3)).await;
    assert_eq!((none.json.get("roles"), none.json.get(ADEPTIA)), (None, None), "roles were left out of an echo");
    let (_, made) = create(
        &api,
        json!({ "userName": "eve", ADEPTIA: { "userPartnerRoles": [{ "partner": 1, "role": 2, "defaultRole": true }] } }),
    )
    .await;
    assert_eq!(made.json["roles"], json!([{ "value": "Agent", "primary": true }]));
}

async fn reports_lose_a_manager_that_is_deleted(api: Api) {
    api.open_to_native().await;
    let boss = api.user("boss").await;
    let manager = json!({ "manager": { "value": boss }, "department": "Bakery" });
    let (report, made) = create(&api, json!({ "userName": "ann", ENTERPRISE: manager })).await;
    let (only, _) = create(&api, json!({ "userName": "bob", ENTERPRISE: { "manager": { "value": boss } } })).await;
    let itself = json!([{ "op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": boss }]);
    api.patch(&format!("/Users/{boss}"), &itself).send().await.is(200);
    assert_eq!(version(&made), "W/\"1\"");
    api.delete(&format!("/Users/{boss}")).send().await.is(204);
    let left = api.get(&report).send().await.is(200);
    assert_eq!(left.json[ENTERPRISE], json!({ "department": "Bakery" }));
    assert_eq!(version(&left), "W/\"2\"");
    let left = api.get(&only).send().await.is(200);
    assert_eq!(left.json.get(ENTERPRISE), None);
    assert!(!left.json["schemas"].as_array().unwrap().contains(&json!(ENTERPRISE)));
    let query = AuditQuery { resource: Some(left.id()), limit: 1, ..AuditQuery::default() };
    let audit = api.directory.audit("default", &query).await.unwrap();
    assert_eq!(audit[0].attributes, [format!("{ENTERPRISE}:manager.value")]);
}
