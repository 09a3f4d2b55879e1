//! Which bodies are taken, and what is told of others.

use super::*;
use serde_json::json;

fn known() -> Known {
    let role = |(id, name): (i64, &str)| Entry { id, name: name.to_owned(), default: false };
    let roles = [(1, "Admin"), (2, "User"), (11_568_264_901_750, "Partner IT")].map(role).to_vec();
    Known { roles, locales: Locales::of(Vec::new()) }
}

fn whole() -> Value {
    json!({
        "name": "John Smith",
        "email": "john@example.com",
        "timezone": "Europe/Berlin",
        "date_format": "F j, Y",
        "time_format": "G:i A",
        "locale": "en",
        "roles": [1],
        "super_admin": false,
        "access_api": true,
        "mail_signature": "Best regards",
        "first_day_of_week": 1,
        "password": "new-password",
        "password_confirmation": "new-password",
    })
}

fn stored() -> Object {
    let document = json!({
        "userName": "john",
        "displayName": "x".repeat(300),
        "emails": [{ "value": "no address" }],
        "timezone": "Mars/Olympus",
        "locale": "xx",
        crate::scim::urn::APPCRM: { "mailSignature": "<script>1</script>Me" },
    });
    document.as_object().cloned().unwrap()
}

fn faults(body: &Value, occasion: Occasion<'_>) -> Vec<(String, Kind)> {
    read(body, &known(), occasion).faults.into_iter().map(|fault| (fault.field, fault.kind)).collect()
}

fn missing(fields: &[&str]) -> Vec<(String, Kind)> {
    fields.iter().map(|field| ((*field).to_owned(), Kind::Missing)).collect()
}

#[test]
fn each_occasion_needs_members_of_its_own() {
    let stored = stored();
    let common = ["name", "email", "timezone", "date_format", "time_format"];
    let create = [&common[..], &["password", "password_confirmation"]].concat();
    let update = [&common[..], &["locale"]].concat();
    for body in [json!({}), json!([]), json!(null), json!("x"), json!({ "name": null, "email": " " })] {
        assert_eq!(faults(&body, Occasion::Create), missing(&create), "{body}");
        assert_eq!(faults(&body, Occasion::Update(&stored)), missing(&update), "{body}");
        assert_eq!(faults(&body, Occasion::Profile(&stored)), missing(&update), "{body}");
    }
    for occasion in [Occasion::Create, Occasion::Update(&stored), Occasion::Profile(&stored)] {
        assert_eq!(faults(&whole(), occasion), Vec::new());
    }
}

#[test]
fn every_member_is_judged() {
    let own = |text: &'static str| Kind::Own(Cow::Borrowed(text));
    let zone = own("The timezone must be a valid timezone.");
    let locale = own("This locale does not exists.");
    for (member, value, field, kind) in [
        ("name", json!("x".repeat(192)), "name", Kind::TooLong(191)),
        ("name", json!(5), "name", Kind::NotText),
        ("name", json!("a\u{0}b"), "name", Kind::Control),
        ("email", json!("not-an-email"), "email", Kind::NotEmail),
        ("email", json!(format!("{}@example.com", "x".repeat(190))), "email", Kind::TooLong(191)),
        ("timezone", json!("Mars/Olympus"), "timezone", zone.clone()),
        ("date_format", json!("Y-M-D"), "date_format", Kind::Unknown),
        ("time_format", json!("H:i"), "time_format", Kind::Unknown),
        ("locale", json!("xx_YY"), "locale", locale.clone()),
        ("locale", json!(1), "locale", Kind::NotText),
        ("roles", json!("Admin"), "roles", Kind::NotList),
        ("roles", json!([1, 987_654_321]), "roles.1", Kind::Unknown),
        ("roles", json!([{}]), "roles.0", Kind::Unknown),
        ("super_admin", json!("yes"), "super_admin", Kind::NotBoolean),
        ("access_api", json!(2), "access_api", Kind::NotBoolean),
        ("mail_signature", json!(1), "mail_signature", Kind::NotText),
        ("first_day_of_week", json!(2), "first_day_of_week", Kind::Unknown),
        ("first_day_of_week", json!(7), "first_day_of_week", Kind::Unknown),
        ("first_day_of_week", json!("Monday"), "first_day_of_week", Kind::NotInteger),
        ("password_confirmation", json!("different"), "password", own("The password confirmation does not match.")),
    ] {
        let mut body = whole();
        body[member] = value.clone();
        assert_eq!(faults(&body, Occasion::Create), [(field.to_owned(), kind)], "{member} {value}");
    }
    let short = json!({ "password": "short", "password_confirmation": "short" });
    let mut body = whole();
    body.as_object_mut().unwrap().extend(short.as_object().cloned().unwrap());
    assert_eq!(faults(&body, Occasion::Create), [("password".to_owned(), Kind::TooShort(6))]);
}

#[test]
fn roles_are_named_by_number_by_name_or_as_they_are_shown() {
    let mut body = whole();
    body["roles"] = json!([1, "2", "partner it", { "id": 1, "name": "x" }, { "name": "User" }]);
    let roles = read(&body, &known(), Occasion::Create).change.roles.unwrap();
    assert_eq!(roles, ["Admin", "User", "Partner IT", "Admin", "User"]);
    body["roles"] = json!(null);
    assert_eq!(read(&body, &known(), Occasion::Create).change.roles, None);
}

#[test]
fn an_echo_of_what_other_surfaces_wrote_is_no_fault() {
    let stored = stored();
    let body = json!({
        "name": "x".repeat(300),
        "email": "no address",
        "timezone": "Mars/Olympus",
        "date_format": "Y-m-d",
        "time_format": "H:i:s",
        "locale": "en",
        "mail_signature": "Me",
        "first_day_of_week": null,
    });
    let form = read(&body, &known(), Occasion::Update(&stored));
    assert_eq!(form.faults, Vec::new());
    let mut after = stored.clone();
    form.change.apply(&mut after, &known());
    assert_eq!(after, stored);
}

#[test]
fn an_update_needs_no_confirmation_but_holds_one_against_the_password() {
    let stored = stored();
    let sent = |password: Value, confirmation: Value| {
        let mut body = whole();
        body["password"] = password;
        body["password_confirmation"] = confirmation;
        let form = read(&body, &known(), Occasion::Update(&stored));
        (form.password, form.faults.len())
    };
    let new = Some("changed-password".to_owned());
    assert_eq!(sent(json!("changed-password"), json!(null)), (new.clone(), 0));
    assert_eq!(sent(json!("changed-password"), json!("changed-password")), (new.clone(), 0));
    assert_eq!(sent(json!("changed-password"), json!("other")), (new, 1));
    assert_eq!(sent(json!(null), json!("other")), (None, 0));
    assert_eq!(sent(json!(""), json!(null)), (None, 0));
}

#[test]
fn a_profile_takes_neither_rights_nor_a_password() {
    let stored = stored();
    let mut body = whole();
    body["super_admin"] = json!(true);
    let Form { change, password, faults } = read(&body, &known(), Occasion::Profile(&stored));
    assert_eq!((change.super_admin, change.access_api, password, faults), (None, None, None, Vec::new()));
}

#[test]
fn a_new_password_differs_from_the_old_one_and_is_repeated() {
    let faults = |body: Value| {
        let faults = read_new_password(&body).faults;
        faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    let body = |old: &str, new: &str, again: &str| json!({ "old_password": old, "password": new, "password_confirmation": again });
    assert_eq!(faults(json!({})), ["old_password", "password", "password_confirmation"]);
    assert_eq!(faults(body("old-one", "new-one", "new-one")), Vec::<String>::new());
    assert_eq!(faults(body("old-one", "new-one", "other")), ["password"]);
    assert_eq!(faults(body("old-one", "old-one", "old-one")), ["password"]);
    assert_eq!(faults(body("old-one", "new", "new")), ["password"]);
}
