//! The API of Adeptia Connect: users read, changed, switched off and deleted. What they come by is in
//! [`invitation`].

mod invitation;
mod login;

use crate::call::{Answer, Call};
use crate::server::{Api, both};
use serde_json::{Value, json};

const ADEPTIA: &str = "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User";
const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

both! {
    an_update_answers_with_what_was_stored,
    an_echo_makes_no_version,
    an_update_leaves_what_is_absent,
    an_update_takes_the_user_name_along_and_clears_the_shown_name,
    a_taken_mail_address_is_refused,
    roles_are_replaced_and_seen_by_scim,
    all_faults_of_an_update_are_told_at_once,
    nothing_privileged_is_assigned_by_an_update,
    a_user_is_read_by_either_path_and_either_id,
    a_list_has_one_user_unless_more_are_asked_for,
    a_user_is_switched_off_and_on_whatever_the_body_says,
    a_user_that_owns_objects_is_not_deleted,
    objects_go_to_the_new_owner,
    a_change_of_owner_needs_its_parameters,
    words_in_paths_are_no_users,
    a_token_is_shown_in_any_of_three_headers,
    a_right_to_read_is_not_one_to_write,
    odd_bodies_are_refused_in_the_words_of_the_api,
}

/// A request to the API.
pub fn call<'a>(api: &'a Api, method: &str, path: &str) -> Call<'a> {
    api.call(method, &format!("root:/adeptia/rest{path}")).header("content-type", Some("application/json"))
}

/// The code of a refusal of this status.
#[track_caller]
pub fn code(answer: Answer, status: u16) -> String {
    let answer = answer.is(status);
    assert!(!answer.text_at("/error/message").is_empty());
    answer.text_at("/error/code").to_owned()
}

/// Which fields a refusal of this status names.
#[track_caller]
pub fn fields(answer: Answer, status: u16) -> Vec<String> {
    let answer = answer.is(status);
    let errors = answer.json["error"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// The catalogues of the examples.
pub async fn furnish(api: &Api) {
    for (path, id, name) in [
        ("/companies", 1, "Adeptia"),
        ("/companies", 11_524_225_847_691_i64, "Acme Partner"),
        ("/companies", 11_524_225_847_699, "Globex Partner"),
        ("/roles", 2, "User"),
        ("/roles", 3, "Admin"),
        ("/roles", 11_568_264_901_750, "Partner IT"),
        ("/roles", 11_568_264_901_759, "Partner Business"),
    ] {
        api.admin("POST", path).json(&json!({ "id": id, "name": name })).send().await.is(201);
    }
}

/// An invitation of one to a role at the hosting company.
pub fn invitation(recipient: &str) -> Value {
    json!({ "Invitation": {
        "companyID": 1,
        "contactEmail": "",
        "invitationType": 300,
        "mailRecipient": recipient,
        "message": "Adeptia has invited you to use Adeptia Connect",
        "roleInfo": "[{\"partner\":1,\"roles\":[2],\"defaultRole\":2}]",
        "senderEmail": "adminuser@adeptia.example",
        "subject": 400,
    } })
}

/// Sends an invitation; its id.
pub async fn invite(api: &Api, body: &Value) -> String {
    let answer = call(api, "POST", "/invitation?resourceIdentifier=users").json(body).send().await.is(200);
    answer.text_at("/invitationId").to_owned()
}

/// A body that creates a user.
pub fn new_user(invitation: &str) -> Value {
    json!({ "IndigoUser": {
        "firstName": "James", "lastName": "Paul", "invitationId": invitation, "password": "P@ssw0rd", "roleId": null,
    } })
}

/// A user by an invitation; its id.
pub async fn user(api: &Api, mail: &str) -> String {
    let invitation = invite(api, &invitation(mail)).await;
    let made = call(api, "POST", "/users/createuser").json(&new_user(&invitation)).send().await.is(200);
    made.text_at("/IndigoUser/id").to_owned()
}

/// The user as SCIM shows it.
pub async fn scim(api: &Api, id: &str) -> Value {
    let found = api.find("/Users", &format!("{LIFECYCLE}:numericId eq {id}")).send().await.is(200);
    assert_eq!(found.json["totalResults"], 1, "{}", found.text);
    found.json["Resources"][0].clone()
}

async fn put(api: &Api, id: &str, user: Value) -> Answer {
    call(api, "PUT", &format!("/users/{id}")).json(&json!({ "IndigoUser": user })).send().await
}

fn role(id: &str, partner: i64, role: i64, default: bool) -> Value {
    json!({ "partner": { "id": partner }, "role": { "id": role }, "user": { "id": id }, "defaultRole": default })
}

async fn an_update_answers_with_what_was_stored(api: Api) {
    furnish(&api).await;
    let id = user(&api, "james.paul@abc.example").await;
    let sent = json!({
        "firstName": "Test", "lastName": "User", "email": "james.paul@abc.example", "company": "Adeptia",
        "id": id, "userPartnerRole": [role(&id, 1, 2, true)],
    });
    let answer = put(&api, &id, sent.clone()).await.is(200);
    assert_eq!(answer.json, json!({ "IndigoUser": sent }));
    let seen = scim(&api, &id).await;
    assert_eq!(seen["name"], json!({ "givenName": "Test", "familyName": "User" }));
    assert_eq!(seen["meta"]["version"], "W/\"2\"");
    // A number is as good as its digits.
    let answer = put(&api, &id, json!({ "id": id.parse::<i64>().unwrap(), "firstName": "James" })).await.is(200);
    assert_eq!(answer.json["IndigoUser"]["firstName"], "James");
}

async fn an_echo_makes_no_version(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let bare = api.post("/Users", &json!({ "userName": "bare" })).send().await.is(201);
    let rich = api
        .post(
            "/Users",
            &json!({
                "userName": "rich", "displayName": "Rich", "name": { "formatted": "R. Rich", "givenName": "Rich" },
                "emails": [{ "value": "no mail address" }, { "value": "b@abc.example", "primary": true }],
                "roles": [{ "value": "Painter" }, { "value": "User", "primary": true }],
                (ENTERPRISE): { "organization": "Unheard of", "department": "IT" },
            }),
        )
        .send()
        .await
        .is(201);
    for id in [id, number(&bare), number(&rich)] {
        let before = scim(&api, &id).await;
        let read = call(&api, "GET", &format!("/user/{id}")).send().await.is(200);
        let echoed = call(&api, "PUT", &format!("/users/{id}")).json(&read.json).send().await.is(200);
        let mut expected = read.json;
        expected["IndigoUser"].as_object_mut().unwrap().remove("status");
        assert_eq!(echoed.json, expected);
        assert_eq!(scim(&api, &id).await, before);
    }
}

/// The number of a user SCIM answered with.
fn number(answer: &Answer) -> String {
    answer.json[LIFECYCLE]["numericId"].to_string()
}

async fn an_update_leaves_what_is_absent(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let before = scim(&api, &id).await;
    put(&api, &id, json!({})).await.is(200);
    let nulls = json!({ "firstName": null, "lastName": null, "email": null, "company": null, "userPartnerRole": null });
    put(&api, &id, nulls).await.is(200);
    assert_eq!(scim(&api, &id).await, before);
    put(&api, &id, json!({ "company": "Globex Partner" })).await.is(200);
    let seen = scim(&api, &id).await;
    assert_eq!(seen[ENTERPRISE]["organization"], "Globex Partner");
    assert_eq!(seen[ADEPTIA]["companyId"], 11_524_225_847_699_i64);
    assert_eq!((&seen["name"], &seen["roles"]), (&before["name"], &before["roles"]));
}

async fn an_update_takes_the_user_name_along_and_clears_the_shown_name(api: Api) {
    furnish(&api).await;
    let id = user(&api, "old@abc.example").await;
    let path = format!("/Users/{}", scim(&api, &id).await["id"].as_str().unwrap());
    let shown =
        json!([{ "op": "add", "value": { "displayName": "Jim", "name.formatted": "J. Paul", "title": "Guide" } }]);
    api.patch(&path, &shown).send().await.is(200);
    put(&api, &id, json!({ "email": "New@abc.example" })).await.is(200);
    let seen = scim(&api, &id).await;
    assert_eq!((&seen["userName"], &seen["displayName"]), (&json!("New@abc.example"), &json!("Jim")));
    put(&api, &id, json!({ "lastName": "Smith" })).await.is(200);
    let seen = scim(&api, &id).await;
    assert_eq!(seen["name"], json!({ "givenName": "James", "familyName": "Smith" }));
    assert_eq!((seen.get("displayName"), &seen["title"]), (None, &json!("Guide")));
}

async fn a_taken_mail_address_is_refused(api: Api) {
    furnish(&api).await;
    let (id, _) = (user(&api, "a@abc.example").await, user(&api, "b@abc.example").await);
    api.post("/Users", &json!({ "userName": "c@abc.example" })).send().await.is(201);
    for taken in ["B@ABC.example", "c@abc.example"] {
        assert_eq!(code(put(&api, &id, json!({ "email": taken, "firstName": "X" })).await, 409), "USER_EXISTS");
    }
    assert_eq!(scim(&api, &id).await["meta"]["version"], "W/\"1\"");
}

async fn roles_are_replaced_and_seen_by_scim(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let roles = json!([role(&id, 1, 3, true), role(&id, 11_524_225_847_691, 11_568_264_901_750, true)]);
    let answer = put(&api, &id, json!({ "userPartnerRole": roles })).await.is(200);
    assert_eq!(answer.json["IndigoUser"]["userPartnerRole"], roles);
    let seen = scim(&api, &id).await;
    assert_eq!(seen["roles"].as_array().unwrap().len(), 1);
    assert_eq!((&seen["roles"][0]["value"], &seen["roles"][0]["primary"]), (&json!("Admin"), &json!(true)));
    assert_eq!(seen[ADEPTIA]["userPartnerRoles"].as_array().unwrap().len(), 2);
    put(&api, &id, json!({ "userPartnerRole": [] })).await.is(200);
    assert_eq!(scim(&api, &id).await.get("roles"), None);
}

async fn all_faults_of_an_update_are_told_at_once(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let wrong = json!({
        "id": 1_000_000, "firstName": "", "email": "nobody",
        "userPartnerRole": [{ "partner": { "id": 99 }, "role": { "id": 99 } }],
    });
    let expected = ["id", "firstName", "email", "userPartnerRole.0.partner.id", "userPartnerRole.0.role.id"];
    assert_eq!(fields(put(&api, &id, wrong.clone()).await, 400), expected);
    let answer = put(&api, &id, wrong).await;
    assert!(answer.text_at("/error/message").contains("id must be the id of the path. firstName is required."));
    assert_eq!(code(put(&api, "999999", json!({})).await, 404), "USER_NOT_FOUND");
}

async fn nothing_privileged_is_assigned_by_an_update(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let before = scim(&api, &id).await;
    let wanted = json!({
        "status": "Inactive", "active": false, "password": "another one", "superAdmin": true, "super_admin": true,
        "companyId": 11_524_225_847_691_i64, "invitationId": "1", "numericId": 1,
        "roles": [{ "value": "Admin" }], "userName": "root", "sessionsLimit": 1, "externalId": "x",
        (APPCRM): { "superAdmin": true }, (ADEPTIA): { "invitationId": "1" }, "meta": { "version": "W/\"9\"" },
    });
    put(&api, &id, wanted).await.is(200);
    assert_eq!(scim(&api, &id).await, before);
}

async fn a_user_is_read_by_either_path_and_either_id(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let uuid = scim(&api, &id).await["id"].as_str().unwrap().to_owned();
    let expected = json!({ "IndigoUser": {
        "firstName": "James", "lastName": "Paul", "email": "a@abc.example", "company": "Adeptia", "id": id,
        "status": "Active", "userPartnerRole": [role(&id, 1, 2, true)],
    } });
    for path in [format!("/user/{id}"), format!("/users/{id}"), format!("/user/{uuid}"), format!("/user/{id}/")] {
        let answer = call(&api, "GET", &path).send().await.is(200);
        assert_eq!(answer.json, expected, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    for nobody in ["0", "99999", "-1", "+1", "1.0", "x", "99999999999999999999", "%00", &format!("0{id}")] {
        assert_eq!(code(call(&api, "GET", &format!("/user/{nobody}")).send().await, 404), "USER_NOT_FOUND", "{nobody}");
    }
    let bare = api.post("/Users", &json!({ "userName": "bare", "active": false })).send().await.is(201);
    let bare = number(&bare);
    let expected = json!({ "IndigoUser": {
        "firstName": null, "lastName": null, "email": null, "company": null, "id": bare, "status": "Inactive",
        "userPartnerRole": [],
    } });
    assert_eq!(call(&api, "GET", &format!("/user/{bare}")).send().await.is(200).json, expected);
}

async fn a_list_has_one_user_unless_more_are_asked_for(api: Api) {
    furnish(&api).await;
    let mut ids = Vec::new();
    for mail in ["a@abc.example", "b@abc.example", "c@abc.example"] {
        ids.push(user(&api, mail).await);
    }
    for path in ["/user", "/users"] {
        for (limit, count) in [("", 1), ("?limit=1", 1), ("?limit=2", 2), ("?limit=1000000", 3), ("?other=9", 1)] {
            let answer = call(&api, "GET", &format!("{path}{limit}")).send().await.is(200);
            let users = answer.json["IndigoUser"].as_array().unwrap();
            let listed: Vec<&str> = users.iter().map(|user| user["id"].as_str().unwrap()).collect();
            assert_eq!(listed, ids[..count], "{path}{limit}");
            assert_eq!(users[0]["status"], "Active");
        }
        for limit in ["0", "-1", "x", "", "1.5", "99999999999999999999"] {
            let answer = call(&api, "GET", &format!("{path}?limit={limit}")).send().await;
            assert_eq!(fields(answer, 400), ["limit"], "{limit}");
        }
    }
}

async fn a_user_is_switched_off_and_on_whatever_the_body_says(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let before = scim(&api, &id).await;
    for (word, active) in [("deactivate", false), ("deactivate", false), ("activate", true), ("activate", true)] {
        for body in [None, Some("{\"IndigoUser\":{\"firstName\":\"X\"}}"), Some("no JSON")] {
            let request = call(&api, "PUT", &format!("/users/{word}/{id}"));
            let request = if let Some(body) = body { request.body(body) } else { request };
            let answer = request.send().await.is(200);
            let message = format!("User {word}d successfully");
            assert_eq!(answer.json, json!({ "status": "success", "message": message }));
        }
        let seen = scim(&api, &id).await;
        assert_eq!((&seen["active"], &seen["name"]), (&json!(active), &before["name"]));
        assert_eq!(seen[LIFECYCLE].get("deactivatedAt").is_some(), !active);
        let read = call(&api, "GET", &format!("/user/{id}")).send().await.is(200);
        assert_eq!(read.text_at("/IndigoUser/status"), if active { "Active" } else { "Inactive" });
    }
    assert_eq!(scim(&api, &id).await["meta"]["version"], "W/\"3\"", "only what changes makes a version");
    assert_eq!(code(call(&api, "PUT", "/users/activate/999999").send().await, 404), "USER_NOT_FOUND");
    assert_eq!(code(call(&api, "PUT", "/users/deactivate/x").send().await, 404), "USER_NOT_FOUND");
}

/// Somebody who reports to the user.
async fn report(api: &Api, name: &str, id: &str) -> String {
    let manager = scim(api, id).await["id"].clone();
    let body = json!({ "userName": name, (ENTERPRISE): { "manager": { "value": manager } } });
    api.post("/Users", &body).send().await.is(201).id()
}

pub async fn owner(api: &Api, query: &str) -> Answer {
    call(api, "PUT", &format!("/users/updateowner?{query}")).send().await
}

async fn a_user_that_owns_objects_is_not_deleted(api: Api) {
    furnish(&api).await;
    let (old, free) = (user(&api, "a@abc.example").await, user(&api, "b@abc.example").await);
    report(&api, "reporter", &old).await;
    let refused = owner(&api, &format!("oldUserId={old}&deleteUser=true")).await.is(409);
    let expected = json!({ "error": {
        "code": "USER_HAS_DEPENDENCIES",
        "message": "User cannot be deleted because it owns objects. Move objects to another user first.",
        "objects": [{ "type": "User", "name": "reporter" }],
    } });
    assert_eq!(refused.json, expected);
    call(&api, "GET", &format!("/user/{old}")).send().await.is(200);
    let id = scim(&api, &free).await["id"].as_str().unwrap().to_owned();
    let done = owner(&api, &format!("oldUserId={free}&deleteUser=true")).await.is(200);
    assert_eq!(done.json, json!({ "status": "success", "message": "User deleted successfully" }));
    assert_eq!(code(call(&api, "GET", &format!("/user/{free}")).send().await, 404), "USER_NOT_FOUND");
    api.get(&format!("/Users/{id}")).send().await.is(404);
}

async fn objects_go_to_the_new_owner(api: Api) {
    furnish(&api).await;
    let (old, new) = (user(&api, "a@abc.example").await, user(&api, "b@abc.example").await);
    let reporter = report(&api, "reporter", &old).await;
    let managed_by = async |id: &str| {
        let seen = api.get(&format!("/Users/{reporter}")).send().await.is(200);
        assert_eq!(seen.json[ENTERPRISE]["manager"]["value"], scim(&api, id).await["id"]);
    };
    let moved = owner(&api, &format!("oldUserId={old}&newUserId={new}")).await.is(200);
    assert_eq!(moved.json, json!({ "status": "success", "message": "Objects moved successfully" }));
    managed_by(&new).await;
    // Back again, and the one without objects goes.
    owner(&api, &format!("oldUserId={new}&newUserId={old}&deleteUser=true")).await.is(200);
    managed_by(&old).await;
    call(&api, "GET", &format!("/user/{new}")).send().await.is(404);
}

async fn a_change_of_owner_needs_its_parameters(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    for (query, wrong) in [
        ("deleteUser=true".to_owned(), "oldUserId"),
        (format!("oldUserId={id}"), "deleteUser"),
        (format!("oldUserId={id}&deleteUser=false"), "deleteUser"),
        (format!("oldUserId={id}&deleteUser=perhaps"), "deleteUser"),
        (format!("oldUserId={id}&newUserId={id}&deleteUser=true"), "newUserId"),
    ] {
        assert_eq!(fields(owner(&api, &query).await, 400), [wrong], "{query}");
    }
    for query in
        ["oldUserId=99999&deleteUser=true".to_owned(), format!("oldUserId={id}&newUserId=99999&deleteUser=true")]
    {
        assert_eq!(code(owner(&api, &query).await, 404), "USER_NOT_FOUND", "{query}");
    }
    call(&api, "GET", &format!("/user/{id}")).send().await.is(200);
}

async fn words_in_paths_are_no_users(api: Api) {
    furnish(&api).await;
    for (method, path, status, word) in [
        ("GET", "/users/updateowner", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/users/createuser", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/users/createuser", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/users/1", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/users/activate", 404, "USER_NOT_FOUND"),
        ("GET", "/user/1/2", 404, "NOT_FOUND"),
        ("GET", "/nothing", 404, "NOT_FOUND"),
    ] {
        assert_eq!(code(call(&api, method, path).send().await, status), word, "{method} {path}");
    }
    assert_eq!(fields(owner(&api, "").await, 400), ["oldUserId", "deleteUser"]);
}

async fn a_token_is_shown_in_any_of_three_headers(api: Api) {
    let token = api.token.clone();
    for (header, value) in
        [("ACCESS_TOKEN", token.clone()), ("access-token", token.clone()), ("Authorization", format!("Bearer {token}"))]
    {
        let request = call(&api, "GET", "/user").header("authorization", None);
        request.header(header, Some(&value)).send().await.is(200);
        let request = call(&api, "GET", "/user").header("authorization", None);
        assert_eq!(code(request.header(header, Some("Bearer wrong")).send().await, 401), "UNAUTHORIZED", "{header}");
    }
    let refused = call(&api, "GET", "/user").header("authorization", None).send().await.is(401);
    assert!(refused.header("www-authenticate").is_some());
    let expected = json!({ "code": "UNAUTHORIZED", "message": "Access token is missing, invalid or expired." });
    assert_eq!(refused.json["error"], expected);
}

async fn a_right_to_read_is_not_one_to_write(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    let body = json!({ "connection": "default", "name": "reader", "scopes": ["users:read"] });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    let reader = api.with_token(made.text_at("/secret"));
    call(&reader, "GET", &format!("/user/{id}")).send().await.is(200);
    for (method, path) in [
        ("POST", "/invitation?resourceIdentifier=users".to_owned()),
        ("POST", "/users/createuser".to_owned()),
        ("PUT", format!("/users/{id}")),
        ("PUT", format!("/users/activate/{id}")),
        ("PUT", format!("/users/deactivate/{id}")),
        ("PUT", format!("/users/updateowner?oldUserId={id}&deleteUser=true")),
    ] {
        assert_eq!(code(call(&reader, method, &path).json(&json!({})).send().await, 403), "FORBIDDEN", "{path}");
    }
    let body = json!({ "connection": "default", "name": "scim", "scopes": ["scim"] });
    let made = api.admin("POST", "/tenants/default/tokens").json(&body).send().await.is(201);
    assert_eq!(code(call(&api.with_token(made.text_at("/secret")), "GET", "/user").send().await, 403), "FORBIDDEN");
}

async fn odd_bodies_are_refused_in_the_words_of_the_api(api: Api) {
    furnish(&api).await;
    let id = user(&api, "a@abc.example").await;
    for body in ["", "{", "[]", "null", "\"x\"", "{\"IndigoUser\":[]}", "{\"IndigoUser\":{\"firstName\":\"a\\u0000\"}}"]
    {
        for (method, path) in [("PUT", format!("/users/{id}")), ("POST", "/users/createuser".to_owned())] {
            assert_eq!(code(call(&api, method, &path).body(body).send().await, 400), "BAD_REQUEST", "{body}");
        }
    }
    let form = call(&api, "PUT", &format!("/users/{id}")).header("content-type", Some("text/plain"));
    assert_eq!(code(form.body("a=b").send().await, 415), "UNSUPPORTED_MEDIA_TYPE");
}
