//! Users that are switched off and on, and what becomes of their sessions meanwhile.

use super::{LIFECYCLE, PASSWORD, create, furnish, log_in, made, members, switch};
use crate::server::{Api, NOBODY, START, both};
use roster::clock::rfc3339;
use roster::directory::Error;
use roster::directory::journal::AuditQuery;
use serde_json::json;

both! {
    the_required_fields_are_enough_to_sign_in_at_once,
    a_deactivated_user_keeps_all_but_its_sessions,
    activation_changes_the_status_and_nothing_else,
    deactivating_twice_is_deactivating_once,
    a_user_is_known_by_number_or_scim_id,
    every_operation_is_audited_with_its_surface,
    a_user_is_made_inactive_if_asked,
}

async fn the_required_fields_are_enough_to_sign_in_at_once(api: Api) {
    let (id, _) = made(&api, "jdoe", &json!({})).await;
    for name in ["jdoe", "JDOE@example.com"] {
        assert_eq!(log_in(&api, name, PASSWORD).await.ok().map(|started| started.session.user), Some(id), "{name}");
    }
    assert!(matches!(log_in(&api, "jdoe", "Wr0ngPassword").await, Err(Error::Credentials)));
}

async fn a_deactivated_user_keeps_all_but_its_sessions(api: Api) {
    furnish(&api).await;
    let more = json!({ "phoneNumber": "+15550101234", "roleNames": ["Admin"], "branchId": 1 });
    let (id, scim) = made(&api, "jdoe", &more).await;
    let session = log_in(&api, "jdoe", PASSWORD).await.ok().unwrap();
    assert!(api.directory.authenticate(session.token.reveal(), None).await.is_ok());
    let mut before = api.get(&format!("/Users/{scim}")).send().await.is(200).json;
    let answer = switch(&api, id, "deactivate").await.is(200);
    let expected =
        json!({ "success": true, "message": "User deactivated successfully", "id": id, "result": null, "error": null });
    assert_eq!(answer.json, expected);
    assert!(api.directory.authenticate(session.token.reveal(), None).await.is_err());
    assert!(matches!(log_in(&api, "jdoe", PASSWORD).await, Err(Error::Inactive)));
    let mut after = api.get(&format!("/Users/{scim}")).send().await.is(200).json;
    assert_eq!(after["active"], false);
    for user in [&mut before, &mut after] {
        let user = user.as_object_mut().unwrap();
        for changed in ["active", "meta", LIFECYCLE] {
            user.remove(changed);
        }
    }
    assert_eq!(before, after);
}

async fn activation_changes_the_status_and_nothing_else(api: Api) {
    furnish(&api).await;
    let more = json!({ "roleNames": ["Admin", "Sales Agent"], "subscriptionIds": [1], "branchId": 2 });
    let (id, scim) = made(&api, "jdoe", &more).await;
    let path = format!("/Users/{scim}");
    let before = api.get(&path).send().await.is(200).json;
    switch(&api, id, "deactivate").await.is(200);
    let session = log_in(&api, "jdoe", PASSWORD).await;
    assert!(session.is_err());
    let answer = switch(&api, id, "activate").await.is(200);
    assert_eq!(answer.text_at("/message"), "User activated successfully");
    let mut after = api.get(&path).send().await.is(200).json;
    assert_eq!((&after["active"], &after["roles"]), (&json!(true), &before["roles"]));
    let lifecycle = after[LIFECYCLE].as_object_mut().unwrap();
    assert!(!lifecycle.contains_key("deactivatedAt"));
    lifecycle.remove("sessionsRevokedAt");
    after["meta"] = before["meta"].clone();
    assert_eq!(after, before);
    assert!(log_in(&api, "jdoe", PASSWORD).await.is_ok(), "with the password it had");
}

async fn deactivating_twice_is_deactivating_once(api: Api) {
    let (id, scim) = made(&api, "jdoe", &json!({})).await;
    for what in ["activate", "deactivate", "activate"] {
        let first = switch(&api, id, what).await.is(200);
        let version = api.get(&format!("/Users/{scim}")).send().await.is(200).json["meta"]["version"].clone();
        api.clock.advance(1_000_000);
        assert_eq!(switch(&api, id, what).await.is(200).json, first.json);
        let again = api.get(&format!("/Users/{scim}")).send().await.is(200).json["meta"]["version"].clone();
        assert_eq!(again, version, "{what}");
    }
}

async fn a_user_is_known_by_number_or_scim_id(api: Api) {
    let (id, scim) = made(&api, "jdoe", &json!({})).await;
    assert_eq!(switch(&api, &scim, "deactivate").await.is(200).json["id"], id);
    assert_eq!(switch(&api, id, "activate").await.is(200).json["id"], id);
    let group = api.group("g", &[]).await;
    for nobody in ["0", "-1", "999999", "99999999999999999999", "jdoe", "1.0", "%00", "%FF", "a%2Fb", NOBODY, &group] {
        switch(&api, nobody, "activate").await.is(404);
        switch(&api, nobody, "deactivate").await.is(404);
    }
    api.delete(&format!("/Users/{scim}")).send().await.is(204);
    switch(&api, id, "activate").await.is(404);
}

async fn every_operation_is_audited_with_its_surface(api: Api) {
    let (id, scim) = made(&api, "jdoe", &json!({})).await;
    switch(&api, id, "deactivate").await.is(200);
    switch(&api, id, "deactivate").await.is(200);
    switch(&api, id, "activate").await.is(200);
    let query = AuditQuery { resource: Some(scim), limit: 10, ..AuditQuery::default() };
    let audit = api.directory.audit("default", &query).await.unwrap();
    assert_eq!(audit.len(), 3, "what changes nothing leaves nothing");
    assert!(audit.iter().all(|change| change.door == "logixx" && change.credential == "token 1 (first token)"));
    assert!(audit[0].attributes.contains(&"active".to_owned()));
    assert_eq!((audit[2].action.as_str(), audit[2].at), ("created", START));
}

async fn a_user_is_made_inactive_if_asked(api: Api) {
    let (id, scim) = made(&api, "jdoe", &json!({ "isActive": false })).await;
    let user = api.get(&format!("/Users/{scim}")).send().await.is(200);
    assert_eq!((&user.json["active"], &user.json[LIFECYCLE]["deactivatedAt"]), (&json!(false), &json!(rfc3339(START))));
    assert!(matches!(log_in(&api, "jdoe", PASSWORD).await, Err(Error::Inactive)));
    switch(&api, id, "activate").await.is(200);
    assert!(log_in(&api, "jdoe", PASSWORD).await.is_ok());
    assert_eq!(create(&api, "null", &json!({ "isActive": null })).await.is(200).json["result"]["isActive"], true);
    for wrong in [json!("true"), json!(1), json!("")] {
        assert_eq!(members(&create(&api, "other", &json!({ "isActive": wrong })).await.is(400)), ["isActive"]);
    }
}
