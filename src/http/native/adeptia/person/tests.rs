use super::*;

const ENTERPRISE: &str = ENTERPRISE_USER;

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn stored() -> Object {
    object(json!({
        "userName": "james@abc.example",
        "name": { "givenName": "James", "familyName": "Paul", "formatted": "James Paul" },
        "displayName": "Jim",
        "emails": [
            { "value": "old@abc.example", "type": "home" },
            { "value": "james@abc.example", "type": "work", "primary": true, "display": "Jim" },
        ],
        "active": true,
        "title": "Tour guide",
        (ENTERPRISE): { "organization": "Adeptia", "department": "IT" },
        (ADEPTIA): {
            "companyId": 1,
            "invitationId": "10000000000001",
            "userPartnerRoles": [
                { "partner": 1, "role": 2, "defaultRole": true, "partnerDisplay": "Adeptia" },
                { "partner": 7, "role": 3 },
            ],
        },
    }))
}

fn changed(change: &Change) -> Object {
    let mut document = stored();
    change.apply(&mut document);
    document
}

const DEFAULT: Assignment = Assignment { partner: 1, role: 2, default: true };
const OTHER: Assignment = Assignment { partner: 7, role: 3, default: false };

#[test]
fn a_person_is_read_from_a_document() {
    let document = stored();
    let expected = Person {
        first_name: Some("James"),
        last_name: Some("Paul"),
        email: Some("james@abc.example"),
        company: Some("Adeptia"),
        roles: vec![DEFAULT, OTHER],
        active: true,
    };
    assert_eq!(Person::of(&document), expected);
    let bare = object(json!({ "userName": "a", "emails": [{ "value": "x@y.example" }, { "value": "z@y.example" }] }));
    let nobody = Person { first_name: None, last_name: None, company: None, roles: Vec::new(), ..expected };
    assert_eq!(Person::of(&bare), Person { email: Some("x@y.example"), ..nobody });
    assert!(!Person::of(&object(json!({ "active": false }))).active);
}

#[test]
fn an_echo_changes_nothing() {
    let echo = Change {
        first_name: Some("James".to_owned()),
        last_name: Some("Paul".to_owned()),
        email: Some("james@abc.example".to_owned()),
        company: Some(Company { name: Some("Adeptia".to_owned()), id: None }),
        roles: Some(vec![OTHER, DEFAULT]),
    };
    assert_eq!(changed(&echo), stored());
    assert_eq!(changed(&Change::default()), stored());
}

#[test]
fn another_name_takes_what_was_made_of_the_old_one_along() {
    let document = changed(&Change { last_name: Some("Smith".to_owned()), ..Change::default() });
    assert_eq!(document["name"], json!({ "givenName": "James", "familyName": "Smith" }));
    assert!(!document.contains_key("displayName"));
    assert_eq!(document["title"], "Tour guide");
}

#[test]
fn another_mail_address_stands_where_the_old_one_did() {
    let document = changed(&Change { email: Some("new@abc.example".to_owned()), ..Change::default() });
    let expected = json!([
        { "value": "old@abc.example", "type": "home" },
        { "value": "new@abc.example", "type": "work", "primary": true },
    ]);
    assert_eq!(document["emails"], expected);
    let mut bare = object(json!({ "userName": "a" }));
    Change { email: Some("new@abc.example".to_owned()), ..Change::default() }.apply(&mut bare);
    assert_eq!(bare["emails"], json!([{ "value": "new@abc.example", "type": "work", "primary": true }]));
}

#[test]
fn a_company_is_told_by_name_and_number() {
    let company = |name: Option<&str>, id| {
        let company = Some(Company { name: name.map(ToOwned::to_owned), id });
        changed(&Change { company, ..Change::default() })
    };
    let known = company(Some("Globex"), Some(9));
    assert_eq!(known[ENTERPRISE], json!({ "organization": "Globex", "department": "IT" }));
    assert_eq!(known[ADEPTIA]["companyId"], 9);
    assert!(company(Some("Unheard of"), None)[ADEPTIA].get("companyId").is_none());
    assert_eq!(company(None, None)[ENTERPRISE], json!({ "department": "IT" }));
}

#[test]
fn roles_are_replaced_as_a_whole() {
    let roles = |roles| changed(&Change { roles: Some(roles), ..Change::default() });
    assert_eq!(roles(vec![OTHER])[ADEPTIA][ROLES], json!([{ "partner": 7, "role": 3, "defaultRole": false }]));
    assert!(roles(Vec::new())[ADEPTIA].get(ROLES).is_none());
}

#[test]
fn who_comes_by_an_invitation_has_its_mail_address_company_and_roles() {
    let grant = |partner, roles: &[i64], default_role| Grant { partner, roles: roles.to_vec(), default_role };
    let invitation = Invitation {
        num: 10_000_000_000_001,
        recipient: "james@abc.example".to_owned(),
        company: 5,
        grants: vec![grant(1, &[2, 3], 2), grant(7, &[4], 4)],
    };
    let role = |partner, role, default| json!({ "partner": partner, "role": role, "defaultRole": default });
    let document = invited(&invitation, ("James", "Paul"), None, Some("Globex"));
    let expected = json!({
        "userName": "james@abc.example",
        "name": { "givenName": "James", "familyName": "Paul" },
        "active": true,
        "emails": [{ "value": "james@abc.example", "type": "work", "primary": true }],
        (ENTERPRISE): { "organization": "Globex" },
        (ADEPTIA): { "companyId": 5, "userPartnerRoles": [role(1, 2, true), role(1, 3, false), role(7, 4, true)] },
    });
    assert_eq!(Value::Object(document), expected);
    let document = invited(&invitation, ("James", "Paul"), Some(3), None);
    let expected = json!([role(1, 2, false), role(1, 3, true), role(7, 4, true)]);
    assert_eq!(document[ADEPTIA][ROLES], expected);
    assert!(!document.contains_key(ENTERPRISE));
}
