//! Users that are created through each API with all it takes, and what the others must tell of them.

use super::{
    APPCRM, Adeptia, Appcrm, Door, ENTERPRISE, LIFECYCLE, LOGIXX, Logixx, PASSWORD, PUBLICA, Publica, Scim, User,
    facts, holds,
};
use crate::call::Answer;
use crate::server::Api;
use serde_json::{Value, json};

/// Creates a user with all that a door takes; what the others must tell of it.
pub async fn create(api: &Api, door: Door, name: &str) -> (User, Vec<(&'static str, Value)>) {
    let mail = format!("{name}@example.com");
    let (answer, more) = match door {
        Scim => create_by_scim(api, name, &mail).await,
        Logixx => create_by_logixx(api, name, &mail).await,
        Appcrm => create_by_appcrm(api, name, &mail).await,
        Adeptia => create_by_adeptia(api, &mail).await,
        Publica => create_by_publica(api, name, &mail).await,
    };
    let found = api.find("/Users", &format!("emails.value eq \"{mail}\"")).send().await.is(200).json;
    assert_eq!(found["totalResults"], 1, "{door:?}: {}", answer.text);
    let found = &found["Resources"][0];
    let user = User { num: found[LIFECYCLE]["numericId"].clone(), id: found["id"].as_str().unwrap().to_owned() };
    assert_eq!(found[LIFECYCLE]["provisionedBy"], format!("{door:?}").to_lowercase(), "{door:?}");
    let always = [("email", json!(mail)), ("active", json!(true))];
    (user, always.into_iter().chain(more).collect())
}

type Created = (Answer, Vec<(&'static str, Value)>);

async fn create_by_scim(api: &Api, name: &str, mail: &str) -> Created {
    let body = json!({
        "userName": name,
        "externalId": format!("ext-{name}"),
        "name": { "givenName": "Sam", "familyName": "Cim" },
        "displayName": "Sam Cim",
        "emails": [{ "value": mail, "type": "work", "primary": true }],
        "phoneNumbers": [{ "value": "+49 30 1234567", "type": "work" }],
        "photos": [{ "value": "https://example.com/s.png", "type": "photo" }],
        "active": true,
        "locale": "pt-BR",
        "timezone": "Europe/Berlin",
        "password": PASSWORD,
        "roles": [{ "value": "Sales Agent" }],
        ENTERPRISE: { "organization": "Acme" },
        LIFECYCLE: { "sessionsLimit": 7 },
        LOGIXX: { "branchId": 1, "leadRoleId": 1, "subscriptionIds": [1] },
        APPCRM: { "dateFormat": "d.m.Y", "timeFormat": "H:i:s", "accessApi": true, "mailSignature": "Sam" },
        PUBLICA: { "admin": true, "onlySeesReadable": true, "plans": [{ "planId": 1, "validTo": "2030-12-31" }] },
    });
    let answer = api.post("/Users", &body).send().await.is(201);
    let facts = vec![
        ("user name", json!(name)),
        ("external id", json!(format!("ext-{name}"))),
        ("given name", json!("Sam")),
        ("name", json!("Sam Cim")),
        ("picture", json!("https://example.com/s.png")),
        ("locale", json!("pt-BR")),
        ("timezone", json!("Europe/Berlin")),
        ("roles", json!(["Sales Agent"])),
        ("company", json!("Acme")),
        ("sessions limit", json!(7)),
        ("date format", json!("d.m.Y")),
        ("signature", json!("Sam")),
        ("access to the API", json!(true)),
        ("admin", json!(true)),
        ("plan admin", json!(false)),
        ("plans", json!([[1, "Demo Plan", "2030-12-31"]])),
    ];
    (answer, facts)
}

async fn create_by_logixx(api: &Api, name: &str, mail: &str) -> Created {
    let body = json!({
        "userName": name,
        "name": "John",
        "surname": "Doe",
        "emailAddress": mail,
        "password": PASSWORD,
        "isActive": true,
        "roleNames": ["Admin", "Sales Agent"],
        "branchId": 2,
        "phoneNumber": "+1 (555) 010-9999",
        "leadRoleId": 2,
        "profileImage": "https://example.com/l.png",
        "subscriptionIds": [1, 2],
    });
    let answer = Logixx.call(api, "POST", "/users").json(&body).send().await.is(200);
    let shown = facts::logixx(&answer.json["result"]);
    let facts = vec![
        ("user name", json!(name)),
        ("given name", json!("John")),
        ("family name", json!("Doe")),
        ("name", json!("John Doe")),
        ("roles", json!(["Admin", "Sales Agent"])),
        ("branch", json!(2)),
        ("phone", json!("+1 (555) 010-9999")),
        ("lead role", json!(2)),
        ("picture", json!("https://example.com/l.png")),
        ("subscriptions", json!([1, 2])),
        ("super admin", json!(false)),
        ("admin", json!(false)),
    ];
    holds(&shown, &facts[..10], "the answer of Logixx");
    (answer, facts)
}

async fn create_by_appcrm(api: &Api, name: &str, mail: &str) -> Created {
    let body = json!({
        "name": "Ann van Lee",
        "email": mail,
        "timezone": "America/Sao_Paulo",
        "date_format": "F j, Y",
        "time_format": "G:i A",
        "locale": "pt_BR",
        "roles": [1],
        "super_admin": true,
        "access_api": false,
        "mail_signature": "Best regards",
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
    });
    let answer = Appcrm.call(api, "POST", "/users").json(&body).send().await.is(201);
    let facts = vec![
        ("user name", json!(format!("{name}@example.com"))),
        ("name", json!("Ann van Lee")),
        ("given name", json!("Ann")),
        ("family name", json!("van Lee")),
        ("timezone", json!("America/Sao_Paulo")),
        ("date format", json!("F j, Y")),
        ("time format", json!("G:i A")),
        ("locale", json!("pt-BR")),
        ("roles", json!(["Admin"])),
        ("super admin", json!(true)),
        ("access to the API", json!(true)),
        ("signature", json!("Best regards")),
    ];
    (answer, facts)
}

async fn create_by_adeptia(api: &Api, mail: &str) -> Created {
    let invitation = json!({ "Invitation": {
        "companyID": 2,
        "contactEmail": "",
        "invitationType": 300,
        "mailRecipient": mail,
        "message": "Welcome",
        "roleInfo": "[{\"partner\":1,\"roles\":[2,3],\"defaultRole\":3},{\"partner\":2,\"roles\":[1],\"defaultRole\":1}]",
        "senderEmail": "host@example.com",
        "subject": 400,
    } });
    let path = "/invitation?resourceIdentifier=users";
    let sent = Adeptia.call(api, "POST", path).json(&invitation).send().await.is(200);
    let user = json!({ "IndigoUser": {
        "firstName": "James", "lastName": "Paul", "invitationId": sent.json["invitationId"], "password": PASSWORD, "roleId": null,
    } });
    let answer = Adeptia.call(api, "POST", "/users/createuser").json(&user).send().await.is(200);
    let facts = vec![
        ("user name", json!(mail)),
        ("given name", json!("James")),
        ("family name", json!("Paul")),
        ("name", json!("James Paul")),
        ("company", json!("Acme")),
        ("company id", json!(2)),
        ("roles", json!(["Sales Agent", "User"])),
    ];
    (answer, facts)
}

async fn create_by_publica(api: &Api, name: &str, mail: &str) -> Created {
    let body = json!({
        "email": mail,
        "external_id": format!("ext-{name}"),
        "new_password": PASSWORD,
        "sessions_limit": 5,
        "assign_new_plan": 2,
        "new_plan_custom_valid_to": "2030-06-30",
        "admin": true,
        "plan_admin": "1",
        "only_sees_readable": 0,
    });
    let answer = Publica.call(api, "POST", "/users").json(&body).send().await.is(200);
    let facts = vec![
        ("user name", json!(mail)),
        ("name", json!(mail)),
        ("external id", json!(format!("ext-{name}"))),
        ("sessions limit", json!(5)),
        ("plans", json!([[2, "Prepaid Plan", "2030-06-30"]])),
        ("admin", json!(true)),
        ("plan admin", json!(true)),
        ("only sees readable", json!(false)),
        ("roles", json!([])),
    ];
    (answer, facts)
}
