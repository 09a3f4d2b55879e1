use super::*;

fn lookups() -> Lookups {
    let entries = |names: &[(i64, &str)]| {
        let entry = |(id, name): &(i64, &str)| Entry { id: *id, name: (*name).to_owned(), default: false };
        names.iter().map(entry).collect::<Vec<_>>()
    };
    BTreeMap::from([
        (Catalogue::Roles, entries(&[(1, "Admin"), (3, "Sales Agent")])),
        (Catalogue::Branches, entries(&[(1, "Main Branch")])),
        (Catalogue::LeadRoles, entries(&[(2, "Processor")])),
        (Catalogue::Subscriptions, entries(&[(1, "Basic"), (2, "Premium")])),
    ])
}

/// The required fields, and these.
fn body(more: &Value) -> Value {
    let mut body = json!({
        "userName": "jdoe", "name": "John", "surname": "Doe", "emailAddress": "john.doe@example.com",
        "password": "Str0ngPassw0rd",
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn made(more: &Value) -> NewUser {
    Draft::read(&body(more), &lookups()).ok().unwrap().finish(Taken::default()).unwrap()
}

fn faults(body: &Value) -> Vec<(String, Kind)> {
    let faults = Draft::read(body, &lookups()).ok().unwrap().finish(Taken::default()).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.field, fault.kind)).collect()
}

#[test]
fn the_required_fields_are_enough() {
    let new = made(&json!({}));
    assert_eq!(new.password.as_deref(), Some("Str0ngPassw0rd"));
    assert!(new.default_roles);
    assert_eq!(
        Value::Object(new.document),
        json!({
            "userName": "jdoe",
            "name": { "givenName": "John", "familyName": "Doe" },
            "emails": [{ "value": "john.doe@example.com", "type": "work", "primary": true }],
            "active": true,
        })
    );
}

#[test]
fn every_optional_field_has_its_place_in_the_document() {
    let new = made(&json!({
        "isActive": false, "roleNames": ["sales agent", "Admin", "ADMIN"], "branchId": 1,
        "phoneNumber": "+1 (555) 010-9999", "leadRoleId": 2, "profileImage": "https://cdn.example.com/p/jdoe.png",
        "subscriptionIds": [2, 1, 2],
    }));
    assert!(!new.default_roles);
    let document = Value::Object(new.document);
    assert_eq!(document["active"], false);
    assert_eq!(document["roles"], json!([{ "value": "Sales Agent" }, { "value": "Admin" }]));
    assert_eq!(document["phoneNumbers"], json!([{ "value": "+1 (555) 010-9999", "primary": true }]));
    let photo = json!([{ "value": "https://cdn.example.com/p/jdoe.png", "type": "photo", "primary": true }]);
    assert_eq!(document["photos"], photo);
    assert_eq!(document[LOGIXX], json!({ "branchId": 1, "leadRoleId": 2, "subscriptionIds": [2, 1] }));
}

#[test]
fn roles_that_are_not_named_are_the_default_ones_and_an_empty_list_is_none() {
    for (more, default) in
        [(json!({}), true), (json!({ "roleNames": null }), true), (json!({ "roleNames": [] }), false)]
    {
        let new = made(&more);
        assert_eq!(new.default_roles, default, "{more}");
        assert!(!new.document.contains_key("roles"), "{more}");
    }
}

#[test]
fn what_is_null_or_empty_is_not_there() {
    let nothing = json!({
        "isActive": null, "branchId": null, "phoneNumber": "", "leadRoleId": null, "profileImage": "",
        "subscriptionIds": [],
    });
    assert_eq!(made(&nothing).document, made(&json!({})).document);
    let null = json!({ "phoneNumber": null, "profileImage": null, "subscriptionIds": null });
    assert_eq!(made(&null).document, made(&json!({})).document);
}

#[test]
fn names_of_fields_are_known_in_any_case() {
    let shouted = json!({
        "USERNAME": "jdoe", "Name": "John", "Surname": "Doe", "EmailAddress": "john.doe@example.com",
        "Password": "Str0ngPassw0rd", "BranchID": 1,
    });
    assert_eq!(faults(&shouted), []);
}

#[test]
fn fields_that_are_not_of_this_api_change_nothing() {
    let more = json!({
        "id": 1, "externalId": "x", "superAdmin": true, "super_admin": true, "accessApi": true, "admin": true,
        "planAdmin": true, "roles": [{ "value": "Admin" }], "groups": [{ "value": "g" }], "sessionsLimit": 1,
        "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "superAdmin": true },
        "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User": { "numericId": 1, "provisionedBy": "scim" },
        "schemas": [], "meta": {}, "manager": "x", "tenant": "other", "default_roles": false,
    });
    let (with, without) = (made(&more), made(&json!({})));
    assert_eq!((with.document, with.default_roles), (without.document, without.default_roles));
}

#[test]
fn every_missing_field_is_told_at_once() {
    let missing = REQUIRED.map(|name| (name.to_owned(), Kind::Missing)).to_vec();
    assert_eq!(faults(&json!({})), missing);
    let blank = json!({ "userName": "", "name": " ", "surname": "\t", "emailAddress": null, "password": "" });
    assert_eq!(faults(&blank), missing);
}

#[test]
fn each_field_is_held_against_its_rule() {
    let phone = || Kind::Own("is not a valid phone number".into());
    for (name, value, kind) in [
        ("userName", json!(7), Kind::NotText),
        ("userName", json!("a".repeat(257)), Kind::TooLong(256)),
        ("userName", json!("a\u{7}"), Kind::Control),
        ("name", json!(["John"]), Kind::NotText),
        ("surname", json!({}), Kind::NotText),
        ("emailAddress", json!("john"), Kind::NotEmail),
        ("password", json!("Sh0rt"), Kind::TooShort(8)),
        ("password", json!("passw0rd"), Kind::Weak),
        ("password", json!(12_345_678), Kind::NotText),
        ("isActive", json!("true"), Kind::NotBoolean),
        ("isActive", json!(1), Kind::NotBoolean),
        ("roleNames", json!("Admin"), Kind::NotList),
        ("roleNames.0", json!([7]), Kind::NotText),
        ("roleNames.1", json!(["Admin", "Boss"]), Kind::Unknown),
        ("branchId", json!("1"), Kind::NotInteger),
        ("branchId", json!(2), Kind::Unknown),
        ("branchId", json!(0), Kind::OutOfRange(1, *ID.end())),
        ("leadRoleId", json!(1), Kind::Unknown),
        ("leadRoleId", json!(2.5), Kind::NotInteger),
        ("subscriptionIds", json!(1), Kind::NotList),
        ("subscriptionIds.1", json!([1, 9]), Kind::Unknown),
        ("phoneNumber", json!("555"), phone()),
        ("phoneNumber", json!("1234567890123456"), phone()),
        ("phoneNumber", json!("555-CALL-NOW"), phone()),
        ("phoneNumber", json!("1+5550101234"), phone()),
        ("phoneNumber", json!(5_550_101_234_i64), Kind::NotText),
        ("profileImage", json!("ftp://a/b"), Kind::NotUrl),
        ("profileImage", json!("javascript:alert(1)"), Kind::NotUrl),
    ] {
        let field = name.split('.').next().unwrap();
        assert_eq!(faults(&body(&json!({ field: value }))), [(name.to_owned(), kind)], "{value}");
    }
    for fine in ["5550101", "+49 30 1234567", "(555) 010.9999", "+123456789012345"] {
        assert_eq!(faults(&body(&json!({ "phoneNumber": fine }))), [], "{fine}");
    }
}

#[test]
fn what_others_have_is_told_with_the_rest() {
    let (body, lookups) = (body(&json!({ "branchId": 9 })), lookups());
    let draft = Draft::read(&body, &lookups).ok().unwrap();
    assert_eq!((draft.wanted().user_name, draft.wanted().email), (Some("jdoe"), Some("john.doe@example.com")));
    let faults = draft.finish(Taken { user_name: true, email: true, external_id: false }).unwrap_err();
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["branchId", "userName", "emailAddress"]);
}

#[test]
fn a_body_is_an_object() {
    for body in [json!([]), json!(null), json!("a")] {
        let refusal = Draft::read(&body, &lookups()).err().unwrap();
        assert_eq!(refusal.status, StatusCode::BAD_REQUEST, "{body}");
    }
}
