//! Users made, read, changed and deleted, and who may do it.

use super::*;
use crate::server::both;

both! {
    a_bearer_token_is_required,
    create_takes_the_documented_fields,
    create_asks_for_what_the_document_requires,
    every_field_is_judged_and_all_faults_are_told,
    a_mail_address_is_nobody_elses,
    of_two_users_at_once_with_one_address_one_is_made,
    roles_are_named_by_number_or_name,
    locales_are_those_of_the_catalogue,
    a_user_is_read_by_its_number,
    update_asks_for_the_locale_but_no_confirmation,
    what_an_update_leaves_out_stays,
    an_echo_changes_nothing,
    a_user_of_scim_is_shown_and_stays_what_it_is,
    only_super_admins_and_programs_change_users,
    a_super_admin_always_has_access_and_others_need_it,
    delete_moves_what_the_user_owned_to_the_caller,
    a_signature_is_kept_as_sent_and_shown_without_scripts,
    hostile_bodies_are_refused_in_words,
}

async fn a_bearer_token_is_required(api: Api) {
    for (method, path) in [("GET", "/users"), ("POST", "/users"), ("GET", "/users/search?q=a"), ("GET", "/me")] {
        for token in [None, Some("Bearer nope")] {
            let answer = crm(&api, method, path).header("authorization", token).send().await.is(401);
            assert_eq!(answer.json, json!({ "message": "Unauthenticated." }));
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    let plain = crm(&api, "GET", "/users").header("accept", None).send().await.is(200);
    assert_eq!(plain.header("content-type"), Some("application/json"));
    assert_eq!(crm(&api, "GET", "/nothing").send().await.is(404).json, json!({ "message": "Not Found." }));
    crm(&api, "PATCH", "/users").send().await.is(405);
}

async fn create_takes_the_documented_fields(api: Api) {
    let made = send(&api, "POST", "/users", &body("John Smith")).send().await.is(201);
    let id = made.json["id"].as_i64().unwrap();
    assert_eq!(made.header("location"), Some(format!("https://roster.example/appcrm/api/users/{id}").as_str()));
    for (member, value) in [
        ("name", json!("John Smith")),
        ("email", json!("john.smith@example.com")),
        ("timezone", json!("Europe/Berlin")),
        ("date_format", json!("F j, Y")),
        ("time_format", json!("G:i A")),
        ("locale", json!("en")),
        ("roles", json!([])),
        ("super_admin", json!(false)),
        ("access_api", json!(true)),
        ("mail_signature", json!("Best regards")),
        ("was_recently_created", json!(true)),
        ("created_at", json!("2026-01-31T09:30:00.000000Z")),
        ("updated_at", json!("2026-01-31T09:30:00.000000Z")),
    ] {
        assert_eq!(made.json[member], value, "{member}");
    }
    assert!(!made.text.contains("password"), "{}", made.text);
    let user = scim(&api, id).await;
    assert_eq!((&user["userName"], &user["active"]), (&json!("john.smith@example.com"), &json!(true)));
    assert_eq!((&user["displayName"], &user["timezone"]), (&json!("John Smith"), &json!("Europe/Berlin")));
    let name = json!({ "formatted": "John Smith", "givenName": "John", "familyName": "Smith" });
    assert_eq!(user["name"], name);
    let noted = json!({
        "dateFormat": "F j, Y", "timeFormat": "G:i A", "superAdmin": false, "accessApi": true, "mailSignature": "Best regards",
    });
    assert_eq!(user[APPCRM], noted);
    assert_eq!((&user[LIFECYCLE]["numericId"], &user[LIFECYCLE]["provisionedBy"]), (&json!(id), &json!("appcrm")));
    entered(&api, "john.smith@example.com").await;
}

async fn create_asks_for_what_the_document_requires(api: Api) {
    let required = ["name", "email", "timezone", "date_format", "time_format", "password", "password_confirmation"];
    let empty = send(&api, "POST", "/users", &json!({})).send().await;
    assert_eq!(empty.text_at("/message"), "The name field is required. (and 6 more errors)");
    assert_eq!(faults(empty), required);
    for field in required {
        let without = with(body("John"), json!({ field: null }));
        assert_eq!(faults(send(&api, "POST", "/users", &without).send().await), [field]);
    }
    let optional = ["locale", "roles", "super_admin", "access_api", "mail_signature"];
    let few = optional.iter().fold(body("John"), |body, field| with(body, json!({ *field: null })));
    let made = send(&api, "POST", "/users", &few).send().await.is(201).json;
    assert_eq!((&made["locale"], &made["roles"], &made["super_admin"]), (&json!("en"), &json!([]), &json!(false)));
    assert_eq!((&made["access_api"], &made["mail_signature"]), (&json!(false), &Value::Null));
}

async fn every_field_is_judged_and_all_faults_are_told(api: Api) {
    for (field, value, text) in [
        ("name", json!("x".repeat(192)), "The name must not be greater than 191 characters."),
        ("email", json!("not-an-email"), "The email must be a valid email address."),
        ("timezone", json!("Mars/Olympus"), "The timezone must be a valid timezone."),
        ("date_format", json!("Y-M-D"), "The selected date format is invalid."),
        ("time_format", json!("H:i"), "The selected time format is invalid."),
        ("locale", json!("xx_YY"), "This locale does not exists."),
        ("roles", json!("x"), "The roles must be an array."),
        ("super_admin", json!("x"), "The super admin field must be true or false."),
        ("password", json!("short"), "The password must be at least 6 characters."),
        ("mail_signature", json!({}), "The mail signature must be a string."),
        ("first_day_of_week", json!(3), "The selected first day of week is invalid."),
    ] {
        let wrong = with(body("John"), json!({ field: value }));
        let answer = send(&api, "POST", "/users", &wrong).send().await;
        assert_eq!(answer.json["errors"][field][0], text);
        assert_eq!(faults(answer), [field]);
    }
    let unlike = with(body("John"), json!({ "password_confirmation": "different" }));
    let answer = send(&api, "POST", "/users", &unlike).send().await.is(422);
    let said = json!({ "password": ["The password confirmation does not match."] });
    assert_eq!(answer.json["errors"], said);
    let many =
        with(body("John"), json!({ "name": 5, "email": "x", "date_format": "x", "roles": [77], "password": "x" }));
    let answer = send(&api, "POST", "/users", &many).send().await;
    assert_eq!(faults(answer), ["name", "email", "date_format", "roles.0", "password"]);
    let dates = "d-m-Y|d/m/Y|m-d-Y|m.d.Y|m/d/Y|Y-m-d|d.m.Y|F j, Y|j F, Y|D, F j, Y|l, F j, Y";
    for (field, formats) in [("date_format", dates), ("time_format", "G:i A|G:i a|H:i:s")] {
        for (at, format) in formats.split('|').enumerate() {
            let right = with(body("John"), json!({ field: format, "email": format!("{field}{at}@example.com") }));
            assert_eq!(send(&api, "POST", "/users", &right).send().await.is(201).json[field], format);
        }
    }
}

async fn a_mail_address_is_nobody_elses(api: Api) {
    let first = make(&api, &body("John")).await;
    let again = with(body("Jane"), json!({ "email": "JOHN@example.com" }));
    let answer = send(&api, "POST", "/users", &again).send().await;
    assert_eq!(answer.json["errors"]["email"], json!(["The email has already been taken."]));
    let second = make(&api, &body("Jane")).await;
    let taken = update("Jane", json!({ "email": "john@example.com", "name": "" }));
    assert_eq!(faults(send(&api, "PUT", &format!("/users/{second}"), &taken).send().await), ["name", "email"]);
    // A user name counts too, where the address becomes one.
    api.user("bob@example.com").await;
    assert_eq!(faults(send(&api, "POST", "/users", &body("Bob")).send().await), ["email"]);
    // Its own address in another case is the user's own.
    let own = update("John", json!({ "email": "John@Example.com" }));
    send(&api, "PUT", &format!("/users/{first}"), &own).send().await.is(200);
    assert_eq!(scim(&api, first).await["emails"][0]["value"], "John@Example.com");
}

async fn of_two_users_at_once_with_one_address_one_is_made(api: Api) {
    let make = |name: &'static str| {
        let (api, body) = (api.clone(), with(body(name), json!({ "email": "same@example.com" })));
        tokio::spawn(async move { send(&api, "POST", "/users", &body).send().await.status })
    };
    let (one, other) = (make("One"), make("Other"));
    let mut statuses = [one.await.unwrap(), other.await.unwrap()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422]);
}

async fn roles_are_named_by_number_or_name(api: Api) {
    let (admin, agent) = (role(&api, "Admin").await, role(&api, "Sales Agent").await);
    let id = make(&api, &with(body("John"), json!({ "roles": [admin, "sales agent"] }))).await;
    let both = json!([{ "id": admin, "name": "Admin" }, { "id": agent, "name": "Sales Agent" }]);
    assert_eq!(get(&api, id).await["roles"], both);
    let values =
        |user: &Value| user["roles"].as_array().unwrap().iter().map(|role| role["value"].clone()).collect::<Vec<_>>();
    assert_eq!(values(&scim(&api, id).await), ["Admin", "Sales Agent"]);
    let path = format!("/users/{id}");
    for (roles, ids) in [(json!([agent]), vec![agent]), (json!([]), vec![]), (both, vec![admin, agent])] {
        let answer = send(&api, "PUT", &path, &update("John", json!({ "roles": roles }))).send().await.is(200);
        let shown = answer.json["roles"].as_array().unwrap();
        assert_eq!(shown.iter().map(|role| role["id"].as_i64().unwrap()).collect::<Vec<_>>(), ids);
    }
    let unknown = update("John", json!({ "roles": [admin, 987_654_321, "nobody"] }));
    let answer = send(&api, "PUT", &path, &unknown).send().await;
    assert_eq!(answer.json["errors"]["roles.1"], json!(["The selected roles.1 is invalid."]));
    assert_eq!(faults(answer), ["roles.1", "roles.2"]);
}

async fn locales_are_those_of_the_catalogue(api: Api) {
    let id = make(&api, &with(body("John"), json!({ "locale": "pt_BR" }))).await;
    assert_eq!(get(&api, id).await["locale"], "pt_BR");
    assert_eq!(scim(&api, id).await["locale"], "pt-BR");
    for name in ["fr", "de_CH", "pt_BR"] {
        api.admin("POST", "/locales").json(&json!({ "name": name })).send().await.is(201);
    }
    assert_eq!(faults(send(&api, "POST", "/users", &body("Jane")).send().await), ["locale"]);
    let swiss = make(&api, &with(body("Jane"), json!({ "locale": "de_CH" }))).await;
    assert_eq!(scim(&api, swiss).await["locale"], "de-CH");
    assert_eq!(get(&api, id).await["locale"], "pt_BR");
}

async fn a_user_is_read_by_its_number(api: Api) {
    let id = make(&api, &body("John")).await;
    let user = get(&api, id).await;
    assert_eq!((&user["id"], &user["email"]), (&json!(id), &json!("john@example.com")));
    assert_eq!(user["was_recently_created"], false);
    assert!(user["avatar_url"].as_str().unwrap().starts_with("https://www.gravatar.com/avatar/"));
    assert_eq!(user["gate"], json!({ "access-api": true, "is-super-admin": false }));
    let answer = crm(&api, "GET", "/users/999999999").send().await.is(404);
    assert_eq!(answer.json, json!({ "message": "No query results for model [User] 999999999" }));
    for wrong in ["x", "0", "-1", "1.5", "99999999999999999999", "%00", "1%2F2"] {
        for method in ["GET", "DELETE"] {
            let answer = crm(&api, method, &format!("/users/{wrong}")).send().await.is(404);
            assert!(answer.text_at("/message").len() > 5, "{wrong}");
        }
    }
}

async fn update_asks_for_the_locale_but_no_confirmation(api: Api) {
    let id = make(&api, &body("John")).await;
    let path = format!("/users/{id}");
    let required = ["name", "email", "timezone", "date_format", "time_format", "locale"];
    assert_eq!(faults(send(&api, "PUT", &path, &json!({})).send().await), required);
    let changed = update(
        "Johnny Smith",
        json!({ "timezone": "America/Sao_Paulo", "locale": "pt_BR", "mail_signature": "--", "first_day_of_week": 1 }),
    );
    let answer = send(&api, "PUT", &path, &changed).send().await.is(200).json;
    assert_eq!((&answer["name"], &answer["timezone"]), (&json!("Johnny Smith"), &json!("America/Sao_Paulo")));
    assert_eq!((&answer["locale"], &answer["mail_signature"]), (&json!("pt_BR"), &json!("--")));
    assert_eq!((&answer["email"], &answer["first_day_of_week"]), (&json!("johnny.smith@example.com"), &json!(1)));
    let user = scim(&api, id).await;
    assert_eq!((&user["displayName"], &user["locale"]), (&json!("Johnny Smith"), &json!("pt-BR")));
    assert_eq!(user["userName"], "johnny.smith@example.com", "it follows the address");
    entered(&api, "johnny.smith@example.com").await;
    // A password alone is taken, a confirmation is held against it.
    let name = "Johnny Smith";
    let unlike = update(name, json!({ "password": "changed-password", "password_confirmation": "other" }));
    assert_eq!(faults(send(&api, "PUT", &path, &unlike).send().await), ["password"]);
    let none = with(update(name, json!({})), json!({ "password": "" }));
    send(&api, "PUT", &path, &none).send().await.is(200);
    let session = entered(&api, "johnny.smith@example.com").await;
    send(&api, "PUT", &path, &update(name, json!({ "password": "changed-password" }))).send().await.is(200);
    crm(&session, "GET", "/me").send().await.is(401);
    let login = json!({ "email": "johnny.smith@example.com", "password": "changed-password", "device_name": "test" });
    send(&api, "POST", "/token", &login).send().await.is(200);
}

async fn what_an_update_leaves_out_stays(api: Api) {
    let admin = role(&api, "Admin").await;
    let more = json!({ "roles": [admin], "super_admin": true, "first_day_of_week": 6 });
    let id = make(&api, &with(body("John"), more)).await;
    let optional = ["roles", "super_admin", "access_api", "mail_signature"];
    let few = optional.iter().fold(update("John", json!({})), |body, field| with(body, json!({ *field: null })));
    let before = get(&api, id).await;
    send(&api, "PUT", &format!("/users/{id}"), &few).send().await.is(200);
    assert_eq!(get(&api, id).await, before);
    let cleared = with(few, json!({ "roles": [], "mail_signature": "" }));
    let after = send(&api, "PUT", &format!("/users/{id}"), &cleared).send().await.is(200).json;
    assert_eq!((&after["roles"], &after["mail_signature"]), (&json!([]), &Value::Null));
    assert_eq!((&after["super_admin"], &after["first_day_of_week"]), (&json!(true), &json!(6)));
}

async fn an_echo_changes_nothing(api: Api) {
    let admin = role(&api, "Admin").await;
    let html = "<p>Me<script>alert(1)</script></p>";
    let id = make(&api, &with(body("John van Smith"), json!({ "roles": [admin], "mail_signature": html }))).await;
    api.clock.advance(1_000_000);
    let (before, version) = (get(&api, id).await, scim(&api, id).await);
    let answer = send(&api, "PUT", &format!("/users/{id}"), &before).send().await.is(200);
    assert_eq!(answer.json, before);
    assert_eq!(scim(&api, id).await, version);
    assert_eq!(version[APPCRM]["mailSignature"], html);
}

async fn a_user_of_scim_is_shown_and_stays_what_it_is(api: Api) {
    api.open_to_native().await;
    let user = json!({
        "userName": "bjensen",
        "name": { "givenName": "Barbara", "familyName": "Jensen", "honorificPrefix": "Ms." },
        "emails": [{ "value": "home@example.com", "type": "home" }, { "value": "bj@example.com", "type": "work", "primary": true }],
        "phoneNumbers": [{ "value": "555-1234", "type": "work" }],
        "photos": [{ "value": "https://example.com/b.png", "type": "photo" }],
        "locale": "de-AT",
        "title": "Guide",
        "active": false,
    });
    let made = api.post("/Users", &user).send().await.is(201).json;
    let id = made[LIFECYCLE]["numericId"].as_i64().unwrap();
    let shown = get(&api, id).await;
    for (member, value) in [
        ("name", json!("Barbara Jensen")),
        ("email", json!("bj@example.com")),
        ("timezone", json!("UTC")),
        ("date_format", json!("Y-m-d")),
        ("time_format", json!("H:i:s")),
        ("locale", json!("en")),
        ("avatar_url", json!("https://example.com/b.png")),
        ("active", json!(false)),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let before = scim(&api, id).await;
    send(&api, "PUT", &format!("/users/{id}"), &shown).send().await.is(200);
    assert_eq!(scim(&api, id).await, before);
    send(&api, "PUT", &format!("/users/{id}"), &with(shown, json!({ "locale": "es", "email": "b@example.com" })))
        .send()
        .await
        .is(200);
    let after = scim(&api, id).await;
    assert_eq!(
        (&after["userName"], &after["title"], &after["locale"]),
        (&json!("bjensen"), &json!("Guide"), &json!("es"))
    );
    assert_eq!(after["name"], before["name"]);
    assert_eq!((&after["emails"][0], &after["emails"][1]["value"]), (&before["emails"][0], &json!("b@example.com")));
    assert_eq!(after["phoneNumbers"], before["phoneNumbers"]);
}

async fn only_super_admins_and_programs_change_users(api: Api) {
    let id = make(&api, &body("John")).await;
    make(&api, &with(body("Root"), json!({ "super_admin": true }))).await;
    let path = format!("/users/{id}");
    let john = entered(&api, "john@example.com").await;
    let reader = program(&api, &["users:read"]).await;
    let writer = program(&api, &["users:write"]).await;
    let root = entered(&api, "root@example.com").await;
    for api in [&john, &reader] {
        for (method, path) in [("POST", "/users"), ("PUT", path.as_str()), ("DELETE", path.as_str())] {
            let body = update("John", json!({ "super_admin": true }));
            let answer = send(api, method, path, &body).send().await.is(403);
            assert_eq!(answer.json, json!({ "message": "This action is unauthorized." }));
        }
        crm(api, "GET", "/users").send().await.is(200);
    }
    assert_eq!(get(&api, id).await["super_admin"], false);
    for (api, name) in [(&writer, "Jim"), (&root, "Jack")] {
        let id = make(api, &body(name)).await;
        send(api, "PUT", &format!("/users/{id}"), &update(name, json!({ "access_api": false }))).send().await.is(200);
        crm(api, "DELETE", &format!("/users/{id}")).send().await.is(204);
    }
    // Roles of others are shown to who may change them.
    let other = make(&api, &body("Jane")).await;
    assert!(get(&john, other).await.get("roles").is_none());
    assert!(get(&john, id).await.get("roles").is_some());
    assert!(get(&root, other).await.get("roles").is_some());
    // A program with other rights does not get in.
    let other = program(&api, &["scim"]).await;
    crm(&other, "GET", "/users").send().await.is(403);
}

async fn a_super_admin_always_has_access_and_others_need_it(api: Api) {
    let id = make(&api, &with(body("John"), json!({ "super_admin": true, "access_api": false }))).await;
    let rights = |user: &Value| (user["super_admin"].as_bool().unwrap(), user["access_api"].as_bool().unwrap());
    assert_eq!(rights(&get(&api, id).await), (true, true));
    let stored = scim(&api, id).await;
    assert_eq!((&stored[APPCRM]["superAdmin"], &stored[APPCRM]["accessApi"]), (&json!(true), &json!(true)));
    let john = entered(&api, "john@example.com").await;
    crm(&john, "GET", "/users").send().await.is(200);
    let path = format!("/users/{id}");
    let still = update("John", json!({ "super_admin": true, "access_api": false }));
    assert_eq!(rights(&send(&api, "PUT", &path, &still).send().await.is(200).json), (true, true));
    let neither = update("John", json!({ "super_admin": false, "access_api": false }));
    assert_eq!(rights(&send(&api, "PUT", &path, &neither).send().await.is(200).json), (false, false));
    for (method, path) in
        [("GET", "/users"), ("GET", "/me"), ("GET", path.as_str()), ("POST", "/users"), ("GET", "/timezones")]
    {
        let answer = send(&john, method, path, &json!({})).send().await.is(403);
        assert_eq!(answer.json, json!({ "error": "Your account is not authorized to perform API requests." }));
    }
    let login = json!({ "email": "john@example.com", "password": PASSWORD, "device_name": "test" });
    let answer = send(&api, "POST", "/token", &login).header("authorization", None).send().await.is(403);
    assert!(answer.json.get("error").is_some());
}

async fn delete_moves_what_the_user_owned_to_the_caller(api: Api) {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let boss = make(&api, &body("Boss")).await;
    let root = make(&api, &with(body("Root"), json!({ "super_admin": true }))).await;
    let (boss_id, root_id) = (scim(&api, boss).await["id"].clone(), scim(&api, root).await["id"].clone());
    let report = json!({ "userName": "report", enterprise: { "manager": { "value": boss_id } } });
    let report = api.post("/Users", &report).send().await.is(201).id();
    let session = entered(&api, "root@example.com").await;
    let own = crm(&session, "DELETE", &format!("/users/{root}")).send().await.is(409);
    assert_eq!(own.json, json!({ "message": "You cannot delete your own account." }));
    let gone = crm(&session, "DELETE", &format!("/users/{boss}")).send().await.is(204);
    assert_eq!(gone.text, "");
    let manager = |user: &Value| user[enterprise]["manager"]["value"].clone();
    assert_eq!(manager(&api.get(&format!("/Users/{report}")).send().await.is(200).json), root_id);
    for _ in 0..2 {
        crm(&session, "DELETE", &format!("/users/{boss}")).send().await.is(404);
        crm(&session, "GET", &format!("/users/{boss}")).send().await.is(404);
    }
    api.get(&format!("/Users/{}", boss_id.as_str().unwrap())).send().await.is(404);
    // A program owns nothing; what was owned is let go.
    crm(&api, "DELETE", &format!("/users/{root}")).send().await.is(204);
    assert_eq!(manager(&api.get(&format!("/Users/{report}")).send().await.is(200).json), Value::Null);
    crm(&session, "GET", "/users").send().await.is(401);
}

async fn a_signature_is_kept_as_sent_and_shown_without_scripts(api: Api) {
    let html = "<b>John</b><script>alert(1)</script><img src=\"x\" onerror=\"alert(1)\">";
    let id = make(&api, &with(body("John"), json!({ "mail_signature": html }))).await;
    assert_eq!(get(&api, id).await["mail_signature"], "<b>John</b><img src=\"x\">");
    assert_eq!(scim(&api, id).await[APPCRM]["mailSignature"], html);
}

async fn hostile_bodies_are_refused_in_words(api: Api) {
    let id = make(&api, &body("John")).await;
    let paths = [("POST", "/users".to_owned()), ("PUT", format!("/users/{id}"))];
    for (method, path) in &paths {
        for sent in ["[]", "null", "\"x\"", "1e999", "{\"name\":{\"a\":[]}}", "{\"roles\":{}}"] {
            let call = crm(&api, method, path).header("content-type", Some("application/json"));
            let answer = call.body(sent).send().await;
            assert!(matches!(answer.status, 400 | 422), "{sent}: {}", answer.text);
            assert!(answer.text_at("/message").len() > 5);
        }
        for sent in ["", "{", "{\"name\":\"\\ud800\"}", "{\"name\":\"\\u0000\"}"] {
            let call = crm(&api, method, path).header("content-type", Some("application/json"));
            let answer = call.body(sent).send().await;
            assert!(matches!(answer.status, 400 | 422), "{sent}: {}", answer.text);
        }
        let form = crm(&api, method, path).header("content-type", Some("application/x-www-form-urlencoded"));
        form.body("name=x").send().await.is(415);
    }
    let extremes = json!({
        "name": "a\u{1}b", "email": 1e300, "timezone": [], "date_format": true, "time_format": {}, "locale": "\u{1}",
        "roles": [1e300, -1, null, "\u{1}"], "super_admin": [], "first_day_of_week": 1e300, "password": 5,
        "password_confirmation": {}, "mail_signature": "\u{1}",
    });
    assert!(faults(send(&api, "POST", "/users", &extremes).send().await).len() >= 12);
    // What nobody knows is ignored.
    let more = with(body("Jane"), json!({ "id": 1, "created_at": "x", "userName": "root", "numericId": 5 }));
    let made = make(&api, &more).await;
    let user = scim(&api, made).await;
    assert_eq!((&user["active"], &user["userName"]), (&json!(true), &json!("jane@example.com")));
    assert_ne!(made, 1);
}
