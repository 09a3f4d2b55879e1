//! What is written of a user, and what stays.

use super::*;
use crate::directory::catalogue::Entry;
use crate::http::native::appcrm::locale::Locales;

fn known() -> Known {
    let role = |(id, name): (i64, &str)| Entry { id, name: name.to_owned(), default: false };
    let roles = [(1, "Admin"), (2, "User"), (3, "Sales Agent")].map(role).to_vec();
    Known { roles, locales: Locales::of(Vec::new()) }
}

fn applied(change: &Change, before: Value) -> Value {
    let mut after = serde_json::from_value(before).unwrap();
    change.apply(&mut after, &known());
    Value::Object(after)
}

#[expect(clippy::unnecessary_wraps, reason = "as the members of a change are")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// As the API shows a user that another surface has made.
fn echo() -> Change {
    Change {
        name: text("Babs"),
        email: text("babs@example.com"),
        timezone: text("UTC"),
        date_format: text("Y-m-d"),
        time_format: text("H:i:s"),
        locale: text("en"),
        roles: Some(vec!["Admin".to_owned()]),
        super_admin: Some(false),
        access_api: Some(false),
        mail_signature: Some(String::new()),
        ..Change::default()
    }
}

#[test]
fn an_echo_changes_nothing() {
    let before = json!({
        "userName": "bjensen",
        "displayName": "Babs",
        "name": { "givenName": "Barbara", "familyName": "Jensen", "formatted": "Ms. Barbara Jensen" },
        "emails": [{ "value": "x@example.com" }, { "value": "babs@example.com", "primary": true, "display": "Babs" }],
        "locale": "de-AT",
        "roles": [{ "value": "admin", "primary": true, "type": "x" }, { "value": "not in the catalogue" }],
    });
    assert_eq!(applied(&echo(), before.clone()), before);
    let bare =
        json!({ "userName": "Babs", "emails": [{ "value": "babs@example.com" }], "roles": [{ "value": "Admin" }] });
    assert_eq!(applied(&echo(), bare.clone()), bare);
}

#[test]
fn a_new_user_has_what_was_sent_and_signs_in_by_its_address() {
    let change = Change {
        is_new: true,
        name: text("John van Smith"),
        email: text("john@example.com"),
        locale: text("pt_BR"),
        roles: Some(vec!["User".to_owned(), "User".to_owned()]),
        super_admin: Some(true),
        access_api: Some(false),
        mail_signature: text("Best regards"),
        first_day: Some(1),
        ..echo()
    };
    let expected = json!({
        "userName": "john@example.com",
        "active": true,
        "displayName": "John van Smith",
        "name": { "formatted": "John van Smith", "givenName": "John", "familyName": "van Smith" },
        "emails": [{ "value": "john@example.com", "type": "work", "primary": true }],
        "timezone": "UTC",
        "locale": "pt-BR",
        APPCRM: {
            "dateFormat": "Y-m-d",
            "timeFormat": "H:i:s",
            "superAdmin": true,
            "accessApi": true,
            "firstDayOfWeek": 1,
            "mailSignature": "Best regards",
        },
        "roles": [{ "value": "User" }],
    });
    assert_eq!(Value::Object(change.create(&known())), expected);
    let plain = Change { super_admin: Some(false), ..change };
    assert_eq!(plain.create(&known())[APPCRM]["superAdmin"], false);
    assert_eq!(plain.create(&known())[APPCRM]["accessApi"], false);
}

#[test]
fn a_new_name_is_written_in_all_its_forms_and_leaves_what_it_does_not_tell() {
    let named = |name: &str| Change { name: text(name), ..Change::default() };
    let before = json!({ "name": { "givenName": "A", "familyName": "B", "middleName": "C" } });
    assert_eq!(
        applied(&named("Ana de Souza"), before.clone()),
        json!({
            "name": { "givenName": "Ana", "familyName": "de Souza", "middleName": "C", "formatted": "Ana de Souza" },
            "displayName": "Ana de Souza",
        })
    );
    assert_eq!(
        applied(&named("Ana"), before)["name"],
        json!({ "givenName": "Ana", "middleName": "C", "formatted": "Ana" })
    );
}

#[test]
fn a_new_address_takes_the_place_of_the_main_one() {
    let change = Change { email: text("New@example.com"), ..Change::default() };
    for (before, after) in [
        (json!({}), json!([{ "value": "New@example.com", "type": "work", "primary": true }])),
        (json!({ "emails": [] }), json!([{ "value": "New@example.com", "type": "work", "primary": true }])),
        (
            json!({ "emails": [{ "value": "a@x", "type": "home", "display": "a" }, { "value": "b@x" }] }),
            json!([{ "value": "New@example.com", "type": "home" }, { "value": "b@x" }]),
        ),
        (
            json!({ "emails": [{ "value": "new@example.com" }, { "value": "b@x", "primary": true }] }),
            json!([{ "value": "New@example.com", "primary": true }]),
        ),
    ] {
        assert_eq!(applied(&change, before)["emails"], after);
    }
}

#[test]
fn roles_that_stay_keep_what_is_said_of_them() {
    let before =
        json!({ "roles": [{ "value": "Admin", "primary": true }, { "value": "User" }, { "value": "foreign" }] });
    for (names, after) in [
        (vec!["Admin", "User"], before["roles"].clone()),
        (
            vec!["admin", "Sales Agent"],
            json!([{ "value": "Admin", "primary": true }, { "value": "foreign" }, { "value": "Sales Agent" }]),
        ),
        (vec![], json!([{ "value": "foreign" }])),
    ] {
        let roles = names.iter().map(|name| (*name).to_owned()).collect();
        let change = Change { roles: Some(roles), ..Change::default() };
        assert_eq!(applied(&change, before.clone())["roles"], after, "{names:?}");
    }
    let none = Change { roles: Some(Vec::new()), ..Change::default() };
    assert_eq!(applied(&none, json!({ "roles": [{ "value": "User" }] })), json!({}));
}

#[test]
fn what_goes_leaves_no_empty_extension() {
    let change = Change { mail_signature: Some(String::new()), ..Change::default() };
    assert_eq!(applied(&change, json!({ APPCRM: { "mailSignature": "x" } })), json!({}));
    assert_eq!(applied(&change, json!({})), json!({}));
}

#[test]
fn who_ceases_to_be_super_admin_keeps_access_unless_that_is_taken_too() {
    let before = json!({ APPCRM: { "superAdmin": true, "accessApi": true } });
    for (super_admin, access_api, after) in [
        (Some(true), Some(false), json!({ "superAdmin": true, "accessApi": true })),
        (Some(false), None, json!({ "superAdmin": false, "accessApi": true })),
        (Some(false), Some(false), json!({ "superAdmin": false, "accessApi": false })),
        (None, Some(false), json!({ "superAdmin": true, "accessApi": true })),
    ] {
        let change = Change { super_admin, access_api, ..Change::default() };
        assert_eq!(applied(&change, before.clone())[APPCRM], after);
    }
}
