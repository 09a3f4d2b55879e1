use super::*;
use crate::scim::difference;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::tolerance::Profile;
use crate::scim::urn::{LOGIXX, PUBLICA};
use serde_json::json;

fn kind() -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type("User").unwrap())
}

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_user_name_follows_the_mail_address_while_they_are_equal() {
    let user = |name: &str, mail: &str| object(json!({ "userName": name, "emails": [{ "value": mail }] }));
    for (before, after, name) in [
        // Equal in any case, and another address: it follows.
        (user("Ann@X.com", "ann@x.com"), user("Ann@X.com", "eve@x.com"), "eve@x.com"),
        (user("ann", "ann@x.com"), user("ann", "eve@x.com"), "ann"),
        (user("ann@x.com", "ann@x.com"), user("boss", "eve@x.com"), "boss"),
        (user("ann@x.com", "ann@x.com"), user("ann@x.com", "ANN@x.com"), "ann@x.com"),
        (user("ann@x.com", "ann@x.com"), object(json!({ "userName": "ann@x.com" })), "ann@x.com"),
    ] {
        let mut document = after;
        let followed = follow_mail(&before, &mut document);
        assert_eq!(document["userName"], name);
        assert_eq!(followed, name == "eve@x.com");
    }
}

/// What a user may change of itself, and what would raise its rights.
#[test]
fn a_user_raises_none_of_its_own_rights() {
    let kind = kind();
    let before = object(json!({ "userName": "ann", "active": true, "emails": [{ "value": "ann@x.com" }] }));
    let of = |urn: &str, name: &str, value: Value| object(json!({ urn: { name: value } }));
    for (change, allowed) in [
        (object(json!({ "displayName": "Ann" })), true),
        (object(json!({ "name": { "givenName": "Ann" } })), true),
        (object(json!({ "emails": [{ "value": "eve@x.com" }] })), true),
        (object(json!({ "timezone": "Europe/Berlin", "locale": "de" })), true),
        (of(APPCRM, "dateFormat", json!("Y-m-d")), true),
        (of(APPCRM, "timeFormat", json!("H:i:s")), true),
        (of(APPCRM, "mailSignature", json!("Ann")), true),
        (of(APPCRM, "firstDayOfWeek", json!(1)), true),
        (of(APPCRM, "superAdmin", json!(true)), false),
        (of(APPCRM, "accessApi", json!(true)), false),
        (of(LIFECYCLE, "sessionsLimit", json!(9)), false),
        (of(LIFECYCLE, "provisionedBy", json!("scim")), false),
        (of(LOGIXX, "subscriptionIds", json!([1])), false),
        (of(ADEPTIA, "companyId", json!(1)), false),
        (of(ADEPTIA, "userPartnerRoles", json!([{ "partner": 1, "role": 1 }])), false),
        (of(PUBLICA, "admin", json!(true)), false),
        (of(PUBLICA, "planAdmin", json!(true)), false),
        (of(PUBLICA, "plans", json!([{ "planId": 1 }])), false),
        (of(PUBLICA, "onlySeesReadable", json!(false)), false),
        (of(ENTERPRISE_USER, "manager", json!({ "value": "1" })), false),
        (object(json!({ "roles": [{ "value": "Admin" }] })), false),
        (object(json!({ "entitlements": [{ "value": "all" }] })), false),
        (object(json!({ "active": false })), false),
        (object(json!({ "userName": "boss" })), false),
        (object(json!({ "externalId": "boss" })), false),
    ] {
        let mut after = before.clone();
        after.extend(change.clone());
        assert!(!difference::between(&kind, &before, &after).is_empty(), "{change:?} changes something");
        assert_eq!(own::may(&kind, &before, &after, false), allowed, "{change:?}");
    }
    let mut after = before.clone();
    after.insert("userName".to_owned(), json!("eve@x.com"));
    assert!(own::may(&kind, &before, &after, true), "a user name may follow the mail address");
}

#[test]
fn values_are_judged_when_they_change() {
    let kind = kind();
    let of = |urn: &str, name: &str, value: &Value| object(json!({ urn: { name: value } }));
    let plan = |date: &str| json!([{ "planId": 1, "validTo": date }]);
    for (urn, name, value, fine) in [
        (LIFECYCLE, "sessionsLimit", json!(1), true),
        (LIFECYCLE, "sessionsLimit", json!(999_999), true),
        (LIFECYCLE, "sessionsLimit", json!(0), false),
        (LIFECYCLE, "sessionsLimit", json!(1_000_000), false),
        (LIFECYCLE, "sessionsLimit", json!(-1), false),
        (APPCRM, "firstDayOfWeek", json!(0), true),
        (APPCRM, "firstDayOfWeek", json!(6), true),
        (APPCRM, "firstDayOfWeek", json!(2), false),
        (APPCRM, "dateFormat", json!("F j, Y"), true),
        (APPCRM, "dateFormat", json!("y-M-d"), false),
        (APPCRM, "timeFormat", json!("G:i A"), true),
        (APPCRM, "timeFormat", json!("g:i A"), false),
        (PUBLICA, "plans", plan("2028-02-29"), true),
        (PUBLICA, "plans", plan("2027-02-29"), false),
        (PUBLICA, "plans", plan("20270228"), false),
        (PUBLICA, "plans", plan("2027-2-28"), false),
        (PUBLICA, "plans", plan("2027-02-28T00:00:00Z"), false),
    ] {
        let after = of(urn, name, &value);
        let judged = value::check(&kind, &Object::new(), &after);
        assert_eq!(judged.is_ok(), fine, "{name} {value}");
        if let Err(error) = judged {
            let sentence = error.to_string();
            assert!(sentence.starts_with(&format!("{urn}:{name}")), "{sentence}");
        }
        assert!(value::check(&kind, &after, &after).is_ok(), "what is stored is not judged: {name} {value}");
    }
}

#[test]
fn one_plan_of_a_number_is_left_and_the_last_word_on_it() {
    let mut document = object(json!({ PUBLICA: { "plans": [
        { "planId": 1, "display": "One", "assignedAt": "2026-01-01T00:00:00.000Z" },
        { "planId": 2 },
        { "planId": 1, "validTo": "2027-01-01" },
    ] } }));
    plan::merge(&mut document);
    assert_eq!(
        document[PUBLICA]["plans"],
        json!([
            { "planId": 1, "display": "One", "assignedAt": "2026-01-01T00:00:00.000Z", "validTo": "2027-01-01" },
            { "planId": 2 },
        ])
    );
}

#[test]
fn a_partner_has_one_default_role_and_the_new_one_wins() {
    let held = |roles: &[(i64, i64, Option<bool>)]| {
        let element = |(partner, role, default): &(i64, i64, Option<bool>)| {
            let mut element = json!({ "partner": partner, "role": role });
            if let Some(default) = default {
                element["defaultRole"] = json!(default);
            }
            element
        };
        object(json!({ ADEPTIA: { "userPartnerRoles": roles.iter().map(element).collect::<Vec<_>>() } }))
    };
    let (yes, no) = (Some(true), Some(false));
    for (before, after, merged) in [
        (&[][..], &[(1, 1, yes), (1, 2, yes), (2, 1, yes)][..], &[(1, 1, no), (1, 2, yes), (2, 1, yes)][..]),
        (&[(1, 2, yes)], &[(1, 1, yes), (1, 2, yes)], &[(1, 1, yes), (1, 2, no)]),
        (&[], &[(1, 1, None), (1, 1, yes), (1, 2, None)], &[(1, 1, yes), (1, 2, None)]),
        (&[], &[(1, 1, yes), (1, 1, no)], &[(1, 1, no)]),
    ] {
        let mut document = held(after);
        role::merge(&held(before), &mut document);
        assert_eq!(document, held(merged), "{after:?}");
    }
}

#[test]
fn of_two_windows_the_one_named_last_counts() {
    let kind = kind();
    let partners = format!("{ADEPTIA}:userPartnerRoles");
    for (paths, windows) in [
        (vec!["title"], Windows::Core),
        (vec!["roles", "title"], Windows::Core),
        (vec![&partners, "title"], Windows::Partners),
        (vec![&partners, "roles"], Windows::Core),
        (vec!["roles", &partners], Windows::Partners),
    ] {
        let operations: Vec<Value> = paths.iter().map(|path| json!({ "op": "remove", "path": path })).collect();
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        let body = json!({ "schemas": schemas, "Operations": operations });
        let patch = patch::parse(&kind, &body, &Profile::default()).unwrap();
        assert_eq!(Windows::of(&patch.edits), windows, "{paths:?}");
    }
}
