//! Invitations and the users that come by them.

use super::{
    ADEPTIA, ENTERPRISE, LIFECYCLE, call, code, fields, furnish, invitation, invite, new_user, role, scim, user,
};
use crate::call::Answer;
use crate::races::{at_once, counted};
use crate::server::{Api, both};
use serde_json::{Value, json};
use std::collections::BTreeMap;

both! {
    an_invitation_is_answered_with_its_id,
    a_pending_invitation_is_no_user,
    all_faults_of_an_invitation_are_told_at_once,
    who_is_a_user_already_is_not_invited,
    several_are_invited_together,
    a_user_comes_by_an_invitation,
    roles_at_several_partners_are_given,
    the_role_to_start_in_can_be_chosen,
    all_faults_of_a_new_user_are_told_at_once,
    a_short_password_breaks_the_policy,
    an_invitation_is_used_once,
    an_invitation_is_used_once_by_two_at_a_time,
    a_failed_creation_leaves_the_invitation,
    two_invitations_make_one_user,
    an_invitation_expires_after_thirty_days,
    an_invitation_opens_its_own_tenant_alone,
    what_an_invitation_promises_stays,
    a_tenant_without_catalogues_takes_any_numbers,
    nothing_privileged_is_assigned_by_a_new_user,
}

/// 2026-01-31 and so many days more, in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

async fn send(api: &Api, body: &Value) -> Answer {
    call(api, "POST", "/invitation?resourceIdentifier=users").json(body).send().await
}

async fn create(api: &Api, invitation: &str) -> Answer {
    call(api, "POST", "/users/createuser").json(&new_user(invitation)).send().await
}

/// An invitation with another value for one field.
fn with(field: &str, value: Value) -> Value {
    let mut body = invitation("new@abc.example");
    body["Invitation"][field] = value;
    body
}

async fn an_invitation_is_answered_with_its_id(api: Api) {
    furnish(&api).await;
    for id in ["10000000000001", "10000000000002"] {
        let answer = send(&api, &invitation("james.paul@abc.example")).await.is(200);
        assert_eq!(answer.json, json!({ "invitationId": id, "303": [] }));
    }
}

async fn a_pending_invitation_is_no_user(api: Api) {
    furnish(&api).await;
    invite(&api, &invitation("james.paul@abc.example")).await;
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 0);
    assert_eq!(call(&api, "GET", "/user?limit=9").send().await.is(200).json["IndigoUser"], json!([]));
}

async fn all_faults_of_an_invitation_are_told_at_once(api: Api) {
    furnish(&api).await;
    let wrong = json!({ "Invitation": {
        "companyID": 99, "mailRecipient": "nobody", "roleInfo": [{ "partner": 99, "roles": [99], "defaultRole": 2 }],
    } });
    let answer = call(&api, "POST", "/invitation?resourceIdentifier=partners").json(&wrong).send().await;
    let expected = [
        "companyID",
        "mailRecipient",
        "roleInfo.0.partner",
        "roleInfo.0.roles.0",
        "roleInfo.0.defaultRole",
        "resourceIdentifier",
    ];
    assert_eq!(fields(answer, 400), expected);
    let answer = call(&api, "POST", "/invitation").json(&invitation("a@abc.example")).send().await;
    assert_eq!(fields(answer, 400), ["resourceIdentifier"]);
    for (field, value) in [
        ("roleInfo", json!("[{\"partner\":1")),
        ("roleInfo", json!("[]")),
        ("roleInfo", json!(7)),
        ("companyID", json!(true)),
        ("mailRecipient", json!("a@abc.example;b@abc.example")),
        ("message", json!(["x"])),
        ("subject", json!(-1)),
    ] {
        assert_eq!(fields(send(&api, &with(field, value)).await, 400), [field]);
    }
}

async fn who_is_a_user_already_is_not_invited(api: Api) {
    furnish(&api).await;
    api.post("/Users", &json!({ "userName": "x", "emails": [{ "value": "a@abc.example" }] })).send().await.is(201);
    api.post("/Users", &json!({ "userName": "B@abc.example" })).send().await.is(201);
    for taken in ["A@abc.example", "b@abc.example", "a@abc.example,b@abc.example"] {
        assert_eq!(code(send(&api, &invitation(taken)).await, 409), "USER_EXISTS");
    }
    let answer = send(&api, &invitation("b@abc.example,new@abc.example")).await.is(200);
    assert_eq!(answer.json, json!({ "invitationId": "10000000000001", "303": ["b@abc.example"] }));
}

async fn several_are_invited_together(api: Api) {
    furnish(&api).await;
    let together = invitation("a@abc.example, b@abc.example,A@abc.example ,c@abc.example");
    let ids = invite(&api, &together).await;
    assert_eq!(ids, "10000000000001,10000000000002,10000000000003");
    for (id, mail) in ids.split(',').zip(["a@abc.example", "b@abc.example", "c@abc.example"]) {
        assert_eq!(create(&api, id).await.is(200).text_at("/IndigoUser/email"), mail);
    }
}

async fn a_user_comes_by_an_invitation(api: Api) {
    furnish(&api).await;
    let invitation = invite(&api, &invitation("james.paul@abc.example")).await;
    let mut body = new_user(&invitation);
    // As the document has it: a number, though it was answered as a text.
    body["IndigoUser"]["invitationId"] = json!(invitation.parse::<i64>().unwrap());
    let made = call(&api, "POST", "/users/createuser").json(&body).send().await.is(200);
    let id = made.text_at("/IndigoUser/id").to_owned();
    let expected = json!({ "IndigoUser": {
        "firstName": "James", "lastName": "Paul", "email": "james.paul@abc.example", "company": "Adeptia", "id": id,
        "userPartnerRole": [role(&id, 1, 2, true)],
    } });
    assert_eq!(made.json, expected);
    let seen = scim(&api, &id).await;
    assert_eq!((&seen["userName"], &seen["active"]), (&json!("james.paul@abc.example"), &json!(true)));
    assert_eq!(seen["name"], json!({ "givenName": "James", "familyName": "Paul" }));
    let mail = json!([{ "value": "james.paul@abc.example", "type": "work", "primary": true }]);
    assert_eq!(seen["emails"], mail);
    assert_eq!(seen[ENTERPRISE]["organization"], "Adeptia");
    assert_eq!((&seen["roles"][0]["value"], &seen["roles"][0]["primary"]), (&json!("User"), &json!(true)));
    let adeptia = &seen[ADEPTIA];
    assert_eq!((&adeptia["companyId"], &adeptia["invitationId"]), (&json!(1), &json!(invitation)));
    let given = &adeptia["userPartnerRoles"][0];
    assert_eq!((&given["partner"], &given["role"], &given["defaultRole"]), (&json!(1), &json!(2), &json!(true)));
    assert_eq!(seen[LIFECYCLE]["provisionedBy"], "adeptia");
}

async fn roles_at_several_partners_are_given(api: Api) {
    furnish(&api).await;
    let (acme, globex) = (11_524_225_847_691_i64, 11_524_225_847_699_i64);
    let (it, business) = (11_568_264_901_750_i64, 11_568_264_901_759_i64);
    let info = json!([
        { "partner": acme, "roles": [it, business], "defaultRole": it },
        { "partner": globex, "roles": [business], "defaultRole": business },
    ]);
    for (number, sent) in [json!(info.to_string()), info].into_iter().enumerate() {
        let mut body = with("roleInfo", sent);
        body["Invitation"]["mailRecipient"] = json!(format!("a{number}@abc.example"));
        let made = create(&api, &invite(&api, &body).await).await.is(200);
        let id = made.text_at("/IndigoUser/id");
        let expected = [role(id, acme, it, true), role(id, acme, business, false), role(id, globex, business, true)];
        assert_eq!(made.json["IndigoUser"]["userPartnerRole"], json!(expected));
        assert_eq!(scim(&api, id).await.get("roles"), None, "roles at others are no core roles");
    }
}

async fn the_role_to_start_in_can_be_chosen(api: Api) {
    furnish(&api).await;
    let info = json!([{ "partner": 1, "roles": [2, 3], "defaultRole": 2 }]);
    let mut body = new_user(&invite(&api, &with("roleInfo", info)).await);
    body["IndigoUser"]["roleId"] = json!(11_568_264_901_750_i64);
    assert_eq!(fields(call(&api, "POST", "/users/createuser").json(&body).send().await, 400), ["roleId"]);
    body["IndigoUser"]["roleId"] = json!("3");
    let made = call(&api, "POST", "/users/createuser").json(&body).send().await.is(200);
    let id = made.text_at("/IndigoUser/id");
    let expected = json!([role(id, 1, 2, false), role(id, 1, 3, true)]);
    assert_eq!(made.json["IndigoUser"]["userPartnerRole"], expected);
}

async fn all_faults_of_a_new_user_are_told_at_once(api: Api) {
    let wrong = json!({ "IndigoUser": { "firstName": 1, "password": "short", "roleId": {} } });
    let answer = call(&api, "POST", "/users/createuser").json(&wrong).send().await;
    assert_eq!(fields(answer.clone(), 400), ["lastName", "invitationId", "firstName", "password", "roleId"]);
    assert_eq!(code(answer, 400), "BAD_REQUEST");
    for (id, status, word) in [
        ("99999", 404, "INVITATION_NOT_FOUND"),
        ("9007199254740991", 404, "INVITATION_NOT_FOUND"),
        ("99999999999999999999", 400, "BAD_REQUEST"),
        ("-1", 400, "BAD_REQUEST"),
        ("x", 400, "BAD_REQUEST"),
    ] {
        assert_eq!(code(create(&api, id).await, status), word, "{id}");
    }
}

async fn a_short_password_breaks_the_policy(api: Api) {
    furnish(&api).await;
    let id = invite(&api, &invitation("a@abc.example")).await;
    let mut body = new_user(&id);
    for (password, status) in [("P@ssw0r", 400), ("", 400), ("P@ssw0rd", 200)] {
        body["IndigoUser"]["password"] = json!(password);
        let answer = call(&api, "POST", "/users/createuser").json(&body).send().await;
        if status == 400 {
            assert_eq!(code(answer, 400), "PASSWORD_POLICY");
        } else {
            answer.is(status);
        }
    }
}

async fn an_invitation_is_used_once(api: Api) {
    furnish(&api).await;
    let id = invite(&api, &invitation("a@abc.example")).await;
    let made = create(&api, &id).await.is(200);
    assert_eq!(code(create(&api, &id).await, 409), "INVITATION_USED");
    let gone = format!("/users/updateowner?oldUserId={}&deleteUser=true", made.text_at("/IndigoUser/id"));
    call(&api, "PUT", &gone).send().await.is(200);
    assert_eq!(code(create(&api, &id).await, 409), "INVITATION_USED", "it stays used when the user is gone");
}

async fn an_invitation_is_used_once_by_two_at_a_time(api: Api) {
    furnish(&api).await;
    for round in 0..5 {
        let id = invite(&api, &invitation(&format!("a{round}@abc.example"))).await;
        let answers = at_once(4, |_| {
            let (api, id) = (api.clone(), id.clone());
            async move { create(&api, &id).await }
        });
        let answers = answers.await;
        let refused = answers.iter().filter(|answer| answer.status == 409);
        assert!(refused.into_iter().all(|answer| answer.text_at("/error/code") == "INVITATION_USED"));
        let statuses = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(counted(statuses), BTreeMap::from([(200, 1), (409, 3)]));
    }
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 5);
}

async fn a_failed_creation_leaves_the_invitation(api: Api) {
    furnish(&api).await;
    let id = invite(&api, &invitation("a@abc.example")).await;
    let taken = api.user("a@abc.example").await;
    assert_eq!(code(create(&api, &id).await, 409), "USER_EXISTS");
    api.delete(&format!("/Users/{taken}")).send().await.is(204);
    create(&api, &id).await.is(200);
}

async fn two_invitations_make_one_user(api: Api) {
    furnish(&api).await;
    let ids = [invite(&api, &invitation("a@abc.example")).await, invite(&api, &invitation("A@abc.example")).await];
    let answers = at_once(2, |number| {
        let (api, id) = (api.clone(), ids[number].clone());
        async move { create(&api, &id).await.status }
    });
    assert_eq!(counted(answers.await), BTreeMap::from([(200, 1), (409, 1)]));
    for id in ids {
        assert_eq!(code(create(&api, &id).await, 409), "INVITATION_USED");
    }
}

async fn an_invitation_expires_after_thirty_days(api: Api) {
    furnish(&api).await;
    let [late, last] =
        [invite(&api, &invitation("a@abc.example")).await, invite(&api, &invitation("b@abc.example")).await];
    api.clock.advance(30 * DAY - 1);
    create(&api, &last).await.is(200);
    api.clock.advance(1);
    assert_eq!(code(create(&api, &late).await, 409), "INVITATION_EXPIRED");
}

async fn an_invitation_opens_its_own_tenant_alone(api: Api) {
    furnish(&api).await;
    let id = invite(&api, &invitation("a@abc.example")).await;
    let other = api.tenant("other").await;
    assert_eq!(code(create(&other, &id).await, 404), "INVITATION_NOT_FOUND");
    create(&api, &id).await.is(200);
}

async fn what_an_invitation_promises_stays(api: Api) {
    furnish(&api).await;
    let info = json!([{ "partner": 11_524_225_847_691_i64, "roles": [2, 3], "defaultRole": 2 }]);
    let id = invite(&api, &with("roleInfo", info)).await;
    for path in ["/companies/1", "/companies/11524225847691", "/roles/2", "/roles/3"] {
        api.admin("DELETE", path).send().await.is(409);
    }
    api.admin("DELETE", "/companies/11524225847699").send().await.is(204);
    create(&api, &id).await.is(200);
}

async fn a_tenant_without_catalogues_takes_any_numbers(api: Api) {
    let made = create(&api, &invite(&api, &invitation("a@abc.example")).await).await.is(200);
    assert_eq!(made.json["IndigoUser"]["company"], Value::Null);
    assert_eq!(made.json["IndigoUser"]["userPartnerRole"][0]["role"]["id"], 2);
}

async fn nothing_privileged_is_assigned_by_a_new_user(api: Api) {
    furnish(&api).await;
    let plain = scim(&api, &user(&api, "a@abc.example").await).await;
    let mut body = new_user(&invite(&api, &invitation("b@abc.example")).await);
    let extra = json!({
        "email": "root@abc.example", "userName": "root", "company": "Globex Partner", "status": "Inactive", "active": false,
        "superAdmin": true, "id": "1", "userPartnerRole": [role("1", 1, 3, true)], "roles": [{ "value": "Admin" }],
        "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "superAdmin": true },
    });
    body["IndigoUser"].as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let made = call(&api, "POST", "/users/createuser").json(&body).send().await.is(200);
    let seen = scim(&api, made.text_at("/IndigoUser/id")).await;
    assert_eq!(seen["userName"], "b@abc.example");
    for same in ["active", "roles", "name", "schemas", ENTERPRISE] {
        assert_eq!(seen[same], plain[same], "{same}");
    }
}
