//! The API of Logixx CRM over the directory: what it makes is seen through SCIM at once, and every
//! refusal is an envelope of its own.

mod switch;

use crate::call::{Answer, Call};
use crate::server::{Api, START, both};
use roster::auth::scope::Scopes;
use roster::clock::rfc3339;
use roster::directory::catalogue::{Catalogue, NewEntry};
use roster::directory::login::{Attempt, Started};
use roster::directory::manage::NewToken;
use roster::directory::seed::Seed;
use roster::directory::{Door, Error};
use serde_json::{Value, json};
use tokio::task::JoinSet;

both! {
    what_is_made_here_is_seen_through_scim_at_once,
    a_token_comes_as_bearer_or_as_api_key,
    a_write_needs_the_right_to_write_users,
    the_organization_is_that_of_the_token,
    default_roles_are_given_to_who_names_none,
    every_missing_field_is_told_at_once,
    user_names_are_unique_in_any_case,
    mail_addresses_are_unique_whoever_brought_them,
    of_two_users_with_one_mail_address_made_at_once_one_is_refused,
    a_password_meets_the_policy,
    roles_are_named_as_in_their_lookup,
    numbers_are_those_of_the_lookups,
    a_phone_number_and_a_picture_have_the_right_form,
    lookups_are_found_in_any_case,
    fields_of_others_give_no_rights,
    a_body_that_is_not_what_it_should_be_is_an_envelope,
}

const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const PASSWORD: &str = "Str0ngPassw0rd";

/// A request to the dialect.
fn call<'a>(api: &'a Api, method: &str, path: &str) -> Call<'a> {
    api.call(method, &format!("root:/logixx/api{path}")).header("content-type", Some("application/json"))
}

/// The required fields of this name, and these.
fn body(name: &str, more: &Value) -> Value {
    let mut body = json!({
        "userName": name, "name": "John", "surname": "Doe", "emailAddress": format!("{name}@example.com"),
        "password": PASSWORD,
    });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

async fn create(api: &Api, name: &str, more: &Value) -> Answer {
    checked(call(api, "POST", "/users").json(&body(name, more)).send().await)
}

/// A user that was made; its number and its SCIM id.
async fn made(api: &Api, name: &str, more: &Value) -> (i64, String) {
    let id = create(api, name, more).await.is(200).json["id"].as_i64().unwrap();
    let found = api.find("/Users", &format!("{LIFECYCLE}:numericId eq {id}")).send().await.is(200);
    (id, found.json["Resources"][0]["id"].as_str().unwrap().to_owned())
}

async fn switch(api: &Api, id: impl std::fmt::Display, what: &str) -> Answer {
    checked(call(api, "POST", &format!("/users/{id}/{what}")).send().await)
}

/// What every answer of the dialect keeps.
#[track_caller]
fn checked(answer: Answer) -> Answer {
    let Answer { asked, status, text, json, .. } = &answer;
    assert_eq!(answer.header("content-type"), Some("application/json"), "{asked}: {text}");
    assert!(!text.contains(r#"assword":"#), "{asked}: a password is shown: {text}");
    if *status == 200 {
        assert!(json.is_array() || (json["success"] == true && json["error"].is_null()), "{asked}: {text}");
        return answer;
    }
    assert_eq!((&json["success"], &json["result"]), (&json!(false), &Value::Null), "{asked}: {text}");
    assert_eq!(json["error"]["code"], *status, "{asked}: {text}");
    assert_eq!(json["error"]["message"], json["message"], "{asked}: {text}");
    assert!(json["message"].as_str().is_some_and(|message| message.len() > 5), "{asked}: {text}");
    assert_eq!(json["error"].as_object().unwrap().get("details"), Some(&Value::Null), "{asked}: {text}");
    for error in json["error"]["validationErrors"].as_array().unwrap() {
        assert!(error["message"].is_string() && error["members"][0].is_string(), "{asked}: {text}");
    }
    answer
}

/// The members of the faults, in order.
#[track_caller]
fn members(answer: &Answer) -> Vec<&str> {
    let errors = answer.json["error"]["validationErrors"].as_array().unwrap();
    errors.iter().map(|error| error["members"][0].as_str().unwrap()).collect()
}

/// The lookups of the tenant of the case's token.
async fn furnish(api: &Api) {
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    for (which, id, name, default) in [
        (Catalogue::Roles, 1, "Admin", false),
        (Catalogue::Roles, 2, "User", true),
        (Catalogue::Roles, 3, "Sales Agent", false),
        (Catalogue::Branches, 1, "Main Branch", false),
        (Catalogue::Branches, 2, "West Branch", false),
        (Catalogue::LeadRoles, 1, "Loan Officer", false),
        (Catalogue::Subscriptions, 1, "Basic", false),
        (Catalogue::Subscriptions, 2, "Premium", false),
    ] {
        let new = NewEntry { id: Some(id), name: name.to_owned(), default };
        api.directory.create_entry(caller.tenant, which, new).await.unwrap();
    }
}

/// The same server under a token with these scopes.
async fn with_scopes(api: &Api, scopes: &str) -> Api {
    let new = NewToken {
        name: scopes.to_owned(),
        scopes: Scopes::parse(scopes).unwrap(),
        expires: None,
        addresses: Vec::new(),
        user: None,
    };
    let (secret, _) = api.directory.create_token("default", "default", new).await.unwrap();
    api.with_token(secret.reveal())
}

async fn log_in(api: &Api, username: &str, password: &str) -> Result<Started, Error> {
    let (organization, address, agent, door) = (None, None, None, Door::Login);
    api.directory.log_in(Attempt { username, password, organization, address, agent, door }).await
}

async fn what_is_made_here_is_seen_through_scim_at_once(api: Api) {
    furnish(&api).await;
    let more = json!({
        "isActive": true, "roleNames": ["Admin"], "branchId": 2, "phoneNumber": "+1 (555) 010-9999", "leadRoleId": 1,
        "profileImage": "https://cdn.example.com/p/jdoe.png", "subscriptionIds": [1, 2],
    });
    let answer = create(&api, "jdoe", &more).await.is(200);
    let id = answer.json["id"].as_i64().unwrap();
    assert_eq!(
        answer.json,
        json!({
            "success": true,
            "message": "User is created successfully",
            "id": id,
            "result": {
                "id": id, "userName": "jdoe", "name": "John", "surname": "Doe", "fullName": "John Doe",
                "emailAddress": "jdoe@example.com", "isActive": true, "roleNames": ["Admin"], "branchId": 2,
                "phoneNumber": "+1 (555) 010-9999", "leadRoleId": 1,
                "profileImage": "https://cdn.example.com/p/jdoe.png", "subscriptionIds": [1, 2],
                "creationTime": rfc3339(START), "lastLoginTime": null,
            },
            "error": null,
        })
    );
    let found = api.find("/Users", r#"userName eq "JDOE""#).send().await.is(200);
    let user = &found.json["Resources"][0];
    assert_eq!(user["name"], json!({ "givenName": "John", "familyName": "Doe" }));
    assert_eq!(user["emails"], json!([{ "value": "jdoe@example.com", "type": "work", "primary": true }]));
    assert_eq!(user["phoneNumbers"], json!([{ "value": "+1 (555) 010-9999", "primary": true }]));
    let photo = json!([{ "value": "https://cdn.example.com/p/jdoe.png", "type": "photo", "primary": true }]);
    assert_eq!((&user["photos"], &user["active"]), (&photo, &json!(true)));
    assert_eq!(user["roles"][0]["value"], "Admin");
    assert_eq!(user[LOGIXX], json!({ "branchId": 2, "leadRoleId": 1, "subscriptionIds": [1, 2] }));
    assert_eq!((&user[LIFECYCLE]["numericId"], &user[LIFECYCLE]["provisionedBy"]), (&json!(id), &json!("logixx")));
    assert!(user["schemas"].as_array().unwrap().contains(&json!(LOGIXX)));

    // And the other way round: a user that came by SCIM is switched here.
    let other = api.user("from-scim").await;
    switch(&api, &other, "deactivate").await.is(200);
    assert_eq!(api.get(&format!("/Users/{other}")).send().await.is(200).json["active"], false);
}

async fn a_token_comes_as_bearer_or_as_api_key(api: Api) {
    furnish(&api).await;
    for path in ["/lookups/Roles", "/lookups/nothing"] {
        for (header, value) in
            [("authorization", None), ("authorization", Some("Bearer wrong")), ("x-api-key", Some("wrong"))]
        {
            let request = call(&api, "GET", path).header("authorization", None).header(header, value);
            let answer = checked(request.send().await.is(401));
            assert!(answer.header("www-authenticate").is_some(), "{path} {header}");
        }
        let body = body("jdoe", &json!({}));
        checked(call(&api, "POST", "/users").header("authorization", None).json(&body).send().await.is(401));
    }
    let key = call(&api, "GET", "/lookups/Roles").header("authorization", None).header("x-api-key", Some(&api.token));
    checked(key.send().await.is(200));
    checked(call(&api, "GET", "/lookups/Roles").send().await.is(200));
}

async fn a_write_needs_the_right_to_write_users(api: Api) {
    furnish(&api).await;
    let (id, scim) = made(&api, "jdoe", &json!({})).await;
    for (scopes, reads, writes) in [
        ("users:read", 200, 403),
        ("users:write", 200, 200),
        ("scim", 403, 403),
        ("self", 403, 403),
        ("admin", 403, 403),
    ] {
        let other = with_scopes(&api, scopes).await;
        let name = scopes.replace(':', "-");
        checked(call(&other, "GET", "/lookups/Roles").send().await.is(reads));
        create(&other, &name, &json!({})).await.is(writes);
        switch(&other, id, "deactivate").await.is(writes);
        switch(&other, id, "activate").await.is(writes);
        // Who may not write is not told what is wrong with a body, or who there is.
        if writes == 403 {
            assert!(members(&checked(call(&other, "POST", "/users").json(&json!({})).send().await.is(403))).is_empty());
            switch(&other, 999_999, "activate").await.is(403);
        }
    }
    assert_eq!(api.get(&format!("/Users/{scim}")).send().await.is(200).json["active"], true);
}

async fn the_organization_is_that_of_the_token(api: Api) {
    furnish(&api).await;
    let other = api.tenant("acme").await;
    let asked = async |api: &Api, header: &str, value: &str| {
        checked(call(api, "GET", "/lookups/Roles").header(header, Some(value)).send().await).status
    };
    for header in ["x-org-id", "Abp.TenantId"] {
        for (name, status) in [("default", 200), ("1", 200), ("", 200), ("acme", 403), ("2", 403), ("DEFAULT", 403)] {
            assert_eq!(asked(&api, header, name).await, status, "{header}: {name}");
        }
    }
    assert_eq!((asked(&other, "x-org-id", "acme").await, asked(&other, "x-org-id", "default").await), (200, 403));
    let tenant = api.directory.authenticate(&api.token, None).await.unwrap().tenant;
    let seed = Seed { organization: Some("2".to_owned()), ..Seed::default() };
    api.directory.load(tenant, seed).await.unwrap();
    for (name, status) in [("2", 200), ("default", 200), ("1", 200), ("3", 403)] {
        assert_eq!(asked(&api, "x-org-id", name).await, status, "{name}");
    }
    assert_eq!(asked(&other, "x-org-id", "2").await, 403, "a chosen number goes before the tenant's own");
    // All that are named count, and nothing is done in the wrong one.
    let both = call(&api, "POST", "/users").header("x-org-id", Some("2")).header("abp.tenantid", Some("acme"));
    checked(both.json(&body("jdoe", &json!({}))).send().await.is(403));
    let (id, _) = made(&api, "other", &json!({})).await;
    let wrong = call(&api, "POST", &format!("/users/{id}/deactivate")).header("x-org-id", Some("no-such-org"));
    checked(wrong.send().await.is(403));
    assert_eq!(api.find("/Users", r#"userName eq "jdoe""#).send().await.json["totalResults"], 0);
    switch(&other, id, "deactivate").await.is(404);
}

async fn default_roles_are_given_to_who_names_none(api: Api) {
    furnish(&api).await;
    for (name, more, roles) in [
        ("absent", json!({}), json!(["User"])),
        ("null", json!({ "roleNames": null }), json!(["User"])),
        ("none", json!({ "roleNames": [] }), json!([])),
        ("named", json!({ "roleNames": ["Admin"] }), json!(["Admin"])),
    ] {
        assert_eq!(create(&api, name, &more).await.is(200).json["result"]["roleNames"], roles, "{name}");
        let found = api.find("/Users", &format!(r#"userName eq "{name}" and roles pr"#)).send().await.is(200);
        assert_eq!(found.json["totalResults"] == 1, roles != json!([]), "{name}");
    }
}

async fn every_missing_field_is_told_at_once(api: Api) {
    let all = ["userName", "name", "surname", "emailAddress", "password"];
    let answer = checked(call(&api, "POST", "/users").json(&json!({})).send().await.is(400));
    assert_eq!(members(&answer), all);
    assert_eq!(answer.text_at("/error/validationErrors/0/message"), "The UserName field is required.");
    for field in all {
        let mut body = body("jdoe", &json!({}));
        body.as_object_mut().unwrap().remove(field);
        let answer = checked(call(&api, "POST", "/users").json(&body).send().await.is(400));
        assert_eq!(members(&answer), [field]);
    }
    assert_eq!(api.get("/Users").send().await.is(200).json["totalResults"], 0, "nothing was made");
}

async fn user_names_are_unique_in_any_case(api: Api) {
    api.user("jdoe").await;
    let mail = json!({ "emailAddress": "other@example.com" });
    for name in ["jdoe", "JDOE"] {
        assert_eq!(members(&create(&api, name, &mail).await.is(409)), ["userName"], "{name}");
    }
    create(&api.tenant("acme").await, "jdoe", &mail).await.is(200);
}

async fn mail_addresses_are_unique_whoever_brought_them(api: Api) {
    let emails = json!([{ "value": "second@example.com" }, { "value": "first@example.com", "primary": true }]);
    api.post("/Users", &json!({ "userName": "scim", "emails": emails })).send().await.is(201);
    made(&api, "jdoe", &json!({})).await;
    for mail in ["jdoe@example.com", "JDoe@Example.COM", "first@example.com", "second@example.com"] {
        let answer = create(&api, "another", &json!({ "emailAddress": mail })).await.is(409);
        assert_eq!(members(&answer), ["emailAddress"], "{mail}");
    }
    assert_eq!(members(&create(&api, "jdoe", &json!({})).await.is(409)), ["userName", "emailAddress"], "both are told");
    let worse = create(&api, "jdoe", &json!({ "isActive": 1 })).await.is(400);
    assert_eq!(members(&worse), ["isActive", "userName", "emailAddress"], "all is told, and it is no mere conflict");
}

async fn of_two_users_with_one_mail_address_made_at_once_one_is_refused(api: Api) {
    let mut requests = JoinSet::new();
    for number in 0..6 {
        let api = api.clone();
        let mail = json!({ "emailAddress": "same@example.com" });
        requests.spawn(async move { create(&api, &format!("user-{number}"), &mail).await });
    }
    let answers = requests.join_all().await;
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status, members(answer)), (409, vec!["emailAddress"]), "{}", answer.text);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

async fn a_password_meets_the_policy(api: Api) {
    for password in ["Sh0rt", "passw0rd", "PASSW0RD", "Passwort", "        "] {
        let answer = create(&api, "jdoe", &json!({ "password": password })).await.is(400);
        assert_eq!(members(&answer), ["password"], "{password}");
        assert!(!answer.text.contains(password), "{password}");
    }
    create(&api, "jdoe", &json!({ "password": "Passw0rd" })).await.is(200);
}

async fn roles_are_named_as_in_their_lookup(api: Api) {
    furnish(&api).await;
    let made = create(&api, "jdoe", &json!({ "roleNames": ["SALES agent", "Admin", "admin"] })).await.is(200);
    assert_eq!(made.json["result"]["roleNames"], json!(["Sales Agent", "Admin"]));
    let wrong = create(&api, "other", &json!({ "roleNames": ["Boss", "Admin", 7] })).await.is(400);
    assert_eq!(members(&wrong), ["roleNames", "roleNames"]);
    assert!(wrong.text.contains("RoleNames[0]") && wrong.text.contains("RoleNames[2]"), "{}", wrong.text);
    assert!(!wrong.text.contains("Boss"), "values are not told again");
    assert_eq!(members(&create(&api, "other", &json!({ "roleNames": "Admin" })).await.is(400)), ["roleNames"]);
}

async fn numbers_are_those_of_the_lookups(api: Api) {
    furnish(&api).await;
    for (field, value) in [
        ("branchId", json!(3)),
        ("branchId", json!("1")),
        ("branchId", json!(1e30)),
        ("branchId", json!(-1)),
        ("leadRoleId", json!(2)),
        ("subscriptionIds", json!([1, 3])),
        ("subscriptionIds", json!(1)),
        ("subscriptionIds", json!([null])),
    ] {
        assert_eq!(members(&create(&api, "jdoe", &json!({ (field): value })).await.is(400)), [field], "{value}");
    }
    let all = json!({ "branchId": 9, "leadRoleId": 9, "subscriptionIds": [9], "roleNames": ["9"] });
    let all = create(&api, "jdoe", &all).await.is(400);
    assert_eq!(members(&all), ["roleNames", "branchId", "leadRoleId", "subscriptionIds"]);
    create(&api, "jdoe", &json!({ "branchId": 1, "leadRoleId": 1, "subscriptionIds": [2] })).await.is(200);
}

async fn a_phone_number_and_a_picture_have_the_right_form(api: Api) {
    for (field, wrong) in [
        ("phoneNumber", "555"),
        ("phoneNumber", "call me now"),
        ("profileImage", "javascript:alert(1)"),
        ("profileImage", "/p.png"),
    ] {
        assert_eq!(members(&create(&api, "jdoe", &json!({ (field): wrong })).await.is(400)), [field], "{wrong}");
    }
    let fine = json!({ "phoneNumber": "555-010-9999", "profileImage": "http://a.example/p" });
    create(&api, "jdoe", &fine).await.is(200);
}

async fn lookups_are_found_in_any_case(api: Api) {
    assert_eq!(checked(call(&api, "GET", "/lookups/Roles").send().await.is(200)).json, json!([]));
    furnish(&api).await;
    let entry = |id: i64, name: &str| json!({ "id": id, "name": name });
    let roles = json!([entry(1, "Admin"), entry(2, "User"), entry(3, "Sales Agent")]);
    for (name, entries) in [
        ("Roles", roles.clone()),
        ("roles", roles.clone()),
        ("ROLES", roles.clone()),
        ("roles/", roles),
        ("Branches", json!([entry(1, "Main Branch"), entry(2, "West Branch")])),
        ("leadroles", json!([entry(1, "Loan Officer")])),
        ("Subscriptions", json!([entry(1, "Basic"), entry(2, "Premium")])),
    ] {
        let answer = checked(call(&api, "GET", &format!("/lookups/{name}")).send().await.is(200));
        assert_eq!(answer.json, entries, "{name}");
    }
    for unknown in ["Plans", "lead-roles", "Companies", "x", "%00"] {
        checked(call(&api, "GET", &format!("/lookups/{unknown}")).send().await.is(404));
    }
    let other = api.tenant("acme").await;
    assert_eq!(checked(call(&other, "GET", "/lookups/Roles").send().await.is(200)).json, json!([]));
}

async fn fields_of_others_give_no_rights(api: Api) {
    furnish(&api).await;
    let more = json!({
        "superAdmin": true, "super_admin": true, "accessApi": true, "access_api": true, "admin": true,
        "plan_admin": true, "planAdmin": true, "roles": [{ "value": "Admin" }], "groups": [{ "value": "x" }],
        "externalId": "x", "external_id": "x", "id": 999, "sessionsLimit": 1, "sessions_limit": 1, "active": false,
        "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "superAdmin": true },
        "urn:ietf:params:scim:schemas:extension:publica:2.0:User": { "admin": true },
        "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User": { "companyId": 1 },
        (LIFECYCLE): { "numericId": 999, "sessionsLimit": 1, "provisionedBy": "scim" },
    });
    let (id, scim) = made(&api, "jdoe", &more).await;
    let (_, plain) = made(&api, "plain", &json!({})).await;
    assert_ne!(id, 999);
    let [mut with, mut without] = [
        api.get(&format!("/Users/{scim}")).send().await.is(200).json,
        api.get(&format!("/Users/{plain}")).send().await.is(200).json,
    ];
    for user in [&mut with, &mut without] {
        for own in ["id", "userName", "emails", "meta"] {
            user.as_object_mut().unwrap().remove(own);
        }
        user[LIFECYCLE].as_object_mut().unwrap().remove("numericId");
    }
    assert_eq!(with, without);
    let session = log_in(&api, "jdoe", PASSWORD).await.ok().unwrap();
    let session = api.with_token(session.token.reveal());
    create(&session, "other", &json!({})).await.is(403);
    switch(&session, id, "deactivate").await.is(403);
}

async fn a_body_that_is_not_what_it_should_be_is_an_envelope(api: Api) {
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        ("7", 400),
        (r#"{"userName":"a","username":"b"}"#, 400),
        (r#"{"userName":"a\u0000"}"#, 400),
        (r#"{"userName":1e999}"#, 400),
    ] {
        checked(call(&api, "POST", "/users").body(body).send().await.is(status));
    }
    let odd = call(&api, "POST", "/users").header("content-type", Some("text/plain")).body("{}");
    checked(odd.send().await.is(415));
    let long = format!("\"{}\"", "a".repeat(11 * 1024 * 1024));
    checked(call(&api, "POST", "/users").body(long).send().await.is(413));
}
