use super::*;
use serde_json::json;

fn entries(ids: &[i64]) -> Vec<Entry> {
    ids.iter().map(|id| Entry { id: *id, name: format!("Name {id}"), default: false }).collect()
}

fn known() -> Known {
    Known { companies: entries(&[1, 11_524_225_847_691]), roles: entries(&[2, 3, 11_568_264_901_750]) }
}

/// What is read of a body, and its faults as `field: what`.
fn judged<T>(body: &Value, read: impl FnOnce(&mut Fields<'_>) -> T) -> (T, Vec<String>) {
    let mut fields = Fields::of(body).unwrap();
    let read = read(&mut fields);
    (read, fields.faults().iter().map(|fault| format!("{}: {:?}", fault.field, fault.kind)).collect())
}

fn documented() -> Value {
    json!({
        "companyID": 1,
        "contactEmail": "",
        "invitationType": 300,
        "mailRecipient": "james.paul@abc.example",
        "message": "Adeptia has invited you",
        "roleInfo": r#"[{"partner":1,"roles":[2,3],"defaultRole":3}]"#,
        "senderEmail": "admin@adeptia.example",
        "subject": 400,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = documented();
    body[name] = value;
    body
}

fn faults_of(body: &Value) -> Vec<String> {
    judged(body, |fields| invitation(fields, &known())).1
}

#[test]
fn the_documented_invitation_is_read_and_kept() {
    let (read, faults) = judged(&documented(), |fields| invitation(fields, &known()));
    assert_eq!(faults, Vec::<String>::new());
    let read = read.unwrap();
    assert_eq!((read.recipients.as_slice(), read.company), (&["james.paul@abc.example".to_owned()][..], 1));
    assert_eq!(read.grants, [Grant { partner: 1, roles: vec![2, 3], default_role: 3 }]);
    let kept = json!({
        "contactEmail": "",
        "message": "Adeptia has invited you",
        "senderEmail": "admin@adeptia.example",
        "invitationType": 300,
        "subject": 400,
    });
    assert_eq!(Value::Object(read.details), kept);
}

#[test]
fn roles_are_read_from_text_or_list_and_ids_from_numbers_or_digits() {
    let expected =
        Grant { partner: 11_524_225_847_691, roles: vec![11_568_264_901_750, 2], default_role: 11_568_264_901_750 };
    let list = json!([{
        "partner": "11524225847691", "roles": [11_568_264_901_750_i64, "2", 2], "defaultRole": "11568264901750"
    }]);
    for sent in [json!(list.to_string()), list] {
        let (read, faults) = judged(&with("roleInfo", sent), |fields| invitation(fields, &known()));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(read.unwrap().grants, std::slice::from_ref(&expected));
    }
}

#[test]
fn all_faults_of_an_invitation_are_told() {
    let faults = faults_of(&json!({ "companyID": 99, "mailRecipient": "nobody", "subject": "x", "message": 1 }));
    let expected = ["roleInfo: Missing", "companyID: Unknown", "mailRecipient: NotEmail", "message: NotText"];
    assert_eq!(faults.get(..4).unwrap(), expected);
    assert_eq!(faults.last().unwrap(), "subject: NotInteger");
    assert_eq!(faults_of(&json!({})), ["companyID: Missing", "mailRecipient: Missing", "roleInfo: Missing"]);
    for (name, value, fault) in [
        ("companyID", json!(0), "companyID: OutOfRange"),
        ("companyID", json!(1.5), "companyID: NotInteger"),
        ("companyID", json!("one"), "companyID: NotInteger"),
        ("mailRecipient", json!("a@x.example, nobody"), "mailRecipient: NotEmail"),
        ("mailRecipient", json!(" , "), "mailRecipient: NotEmail"),
        ("mailRecipient", json!([]), "mailRecipient: NotText"),
        ("mailRecipient", json!(vec!["a@x.example"; 101].join(",")), "mailRecipient: TooMany"),
        ("roleInfo", json!("no JSON"), "roleInfo: Own"),
        ("roleInfo", json!("{}"), "roleInfo: Own"),
        ("roleInfo", json!({}), "roleInfo: NotList"),
        ("roleInfo", json!([]), "roleInfo: Own"),
        ("roleInfo", json!([1]), "roleInfo.0: NotObject"),
        ("roleInfo", json!([{}]), "roleInfo.0.partner: Missing"),
        ("roleInfo", json!([{ "partner": 7, "roles": [2], "defaultRole": 2 }]), "roleInfo.0.partner: Unknown"),
        ("roleInfo", json!([{ "partner": 1, "roles": [2, 7], "defaultRole": 2 }]), "roleInfo.0.roles.1: Unknown"),
        ("roleInfo", json!([{ "partner": 1, "roles": [], "defaultRole": 2 }]), "roleInfo.0.roles: Own"),
        ("roleInfo", json!([{ "partner": 1, "roles": [2], "defaultRole": 3 }]), "roleInfo.0.defaultRole: Own"),
        ("roleInfo", json!([{ "partner": 1, "roles": [2] }]), "roleInfo.0.defaultRole: Missing"),
        (
            "roleInfo",
            json!([{ "partner": 1, "roles": [u64::MAX], "defaultRole": 2 }]),
            "roleInfo.0.roles.0: OutOfRange",
        ),
        (
            "roleInfo",
            json!([{ "partner": 1, "roles": [2], "defaultRole": 2 }, { "partner": 1, "roles": [3], "defaultRole": 3 }]),
            "roleInfo.1.partner: Own",
        ),
    ] {
        let faults = faults_of(&with(name, value));
        assert!(faults.first().is_some_and(|first| first.starts_with(fault)), "{fault}: {faults:?}");
    }
}

#[test]
fn a_catalogue_without_entries_is_not_enforced() {
    let body = with("roleInfo", json!([{ "partner": 7, "roles": [8], "defaultRole": 8 }]));
    let (read, faults) = judged(&body, |fields| invitation(fields, &Known::default()));
    assert!(read.is_some() && faults.is_empty(), "{faults:?}");
}

#[test]
fn a_new_user_needs_names_invitation_and_password() {
    let (read, faults) = judged(
        &json!({ "firstName": "James", "lastName": "Paul", "invitationId": "11567494226899", "password": "P@ssw0rd", "roleId": null }),
        new_user,
    );
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(
        (read.invitation, read.role, read.password.as_deref()),
        (Some(11_567_494_226_899), None, Some("P@ssw0rd"))
    );
    let (_, faults) = judged(&json!({ "firstName": " ", "password": null, "roleId": "x" }), new_user);
    let expected =
        ["firstName: Missing", "lastName: Missing", "invitationId: Missing", "password: Missing", "roleId: NotInteger"];
    assert_eq!(faults, expected);
    let (_, faults) =
        judged(&json!({ "firstName": "James", "lastName": "Paul", "invitationId": 1, "password": "P@sswo" }), new_user);
    assert_eq!(faults, ["password: TooShort(8)"]);
}

#[test]
fn only_a_password_that_breaks_the_policy_has_a_code_of_its_own() {
    let code = |faults: &[(&str, Kind)]| {
        let faults: Vec<Fault> =
            faults.iter().map(|(field, kind)| Fault { field: (*field).to_owned(), kind: kind.clone() }).collect();
        let refusal = error::faulty(&faults);
        let body: Value = serde_json::from_str(refusal.body.as_deref().unwrap()).unwrap();
        assert_eq!(body["error"]["errors"].as_array().unwrap().len(), faults.len());
        body["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&[("password", Kind::TooShort(8))]), "PASSWORD_POLICY");
    assert_eq!(code(&[("password", Kind::Missing)]), "BAD_REQUEST");
    assert_eq!(code(&[("password", Kind::TooShort(8)), ("firstName", Kind::Missing)]), "BAD_REQUEST");
}

#[test]
fn the_first_role_must_be_one_that_was_given() {
    let grants = [Grant { partner: 1, roles: vec![2], default_role: 2 }];
    for (role, fine) in [(None, true), (Some(2), true), (Some(3), false)] {
        let ((), faults) = judged(&json!({}), |fields| check_role(fields, role, &grants));
        assert_eq!(faults.is_empty(), fine, "{role:?}");
    }
}

const NOW: Person<'static> = Person {
    first_name: Some("James"),
    last_name: None,
    email: Some("not a mail address"),
    company: Some(" Padded "),
    roles: Vec::new(),
    active: true,
};

#[test]
fn what_is_sent_as_it_is_already_is_not_judged() {
    let echo = json!({
        "firstName": "James", "lastName": null, "email": "not a mail address", "company": " Padded ", "id": "7",
        "status": "Inactive", "userPartnerRole": [],
    });
    let (read, faults) = judged(&echo, |fields| change(fields, (7, &NOW), &known()));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(read, Change { roles: Some(Vec::new()), ..Change::default() });
    let unlisted = Person { roles: vec![Assignment { partner: 70, role: 80, default: true }], ..NOW };
    let echo = json!({
        "userPartnerRole": [{ "partner": { "id": 70 }, "role": { "id": "80" }, "user": { "id": "7" }, "defaultRole": true }],
    });
    let (read, faults) = judged(&echo, |fields| change(fields, (7, &unlisted), &known()));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(read.roles, Some(unlisted.roles));
}

#[test]
fn all_faults_of_a_change_are_told() {
    let wrong = json!({
        "firstName": "", "lastName": 1, "email": "nobody", "company": {}, "id": 8,
        "userPartnerRole": [
            { "partner": { "id": 7 }, "role": { "id": 2 } },
            { "partner": { "id": 1 }, "role": { "id": 2 }, "defaultRole": true },
            { "partner": { "id": 1 }, "role": { "id": 3 }, "defaultRole": true },
            { "partner": { "id": 1 }, "role": { "id": 2 } },
        ],
    });
    let (_, faults) = judged(&wrong, |fields| change(fields, (7, &NOW), &known()));
    let told = |start: &str| faults.iter().any(|fault| fault.starts_with(start));
    for fault in [
        "id: Own",
        "firstName: Missing",
        "lastName: NotText",
        "email: NotEmail",
        "company: NotText",
        "userPartnerRole.0.partner.id: Unknown",
        "userPartnerRole.2: Own",
        "userPartnerRole.3: Own",
    ] {
        assert!(told(fault), "{fault}: {faults:?}");
    }
    let shapes = json!({
        "userPartnerRole": [{ "role": 2, "user": { "id": 8 }, "defaultRole": "x", "partner": { "id": null } }],
    });
    let (_, faults) = judged(&shapes, |fields| change(fields, (7, &NOW), &known()));
    let expected = [
        "userPartnerRole.0.partner.id: Missing",
        "userPartnerRole.0.role: NotObject",
        "userPartnerRole.0.user.id: Own(\"must be the id of the path\")",
        "userPartnerRole.0.defaultRole: NotBoolean",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn a_company_of_the_catalogue_is_known_by_its_name_in_any_case() {
    let read = |name: &str| judged(&json!({ "company": name }), |fields| change(fields, (7, &NOW), &known())).0.company;
    let company = |name: Option<&str>, id| Some(Company { name: name.map(ToOwned::to_owned), id });
    assert_eq!(read("NAME 1"), company(Some("NAME 1"), Some(1)));
    assert_eq!(read("Unheard of"), company(Some("Unheard of"), None));
    assert_eq!(read(" "), company(None, None));
}

#[test]
fn a_body_has_its_object_under_its_name() {
    for (body, told) in [
        (json!({}), "Invitation is required."),
        (json!({ "Invitation": null }), "Invitation is required."),
        (json!({ "Invitation": [] }), "Invitation must be an object."),
        (json!([]), "Invitation is required."),
        (json!("text"), "Invitation is required."),
    ] {
        let refusal = wrapped(&body, "Invitation").err().unwrap();
        let written: Value = serde_json::from_str(refusal.body.as_deref().unwrap()).unwrap();
        assert_eq!(written["error"]["message"], told);
    }
}
