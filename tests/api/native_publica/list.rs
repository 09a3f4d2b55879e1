//! Lists: pages, queries, one user by each of its names, and the members of an entry.

use super::*;
use crate::server::both;

both! {
    the_list_is_pages_of_the_active_users,
    a_query_chooses_deactivated_ones_administrators_or_part_of_a_mail_address,
    one_user_is_read_by_each_of_its_names,
    an_entry_of_a_list_has_every_member_of_the_document,
    a_plan_that_has_ended_is_not_listed,
    a_user_of_another_api_is_shown_too,
}

async fn the_list_is_pages_of_the_active_users(api: Api) {
    for number in 0..17 {
        user(&api, &format!("u{number}")).await;
    }
    let page = async |query: &str| get(&api, query, 200).await.json["data"]["paginator"].clone();
    let first = page("").await;
    let path = "https://roster.example/publica/integration-api/v1/dashboard/users";
    let told = |page: &Value| {
        ["current_page", "from", "last_page", "per_page", "to", "total"].map(|name| page[name].as_i64().unwrap_or(-1))
    };
    assert_eq!(told(&first), [1, 1, 2, 15, 15, 17]);
    assert_eq!(first["path"], path);
    assert_eq!(first["first_page_url"], format!("{path}?page=1"));
    assert_eq!((&first["next_page_url"], &first["prev_page_url"]), (&json!(format!("{path}?page=2")), &json!(null)));
    assert_eq!(first["data"].as_array().unwrap().len(), 15);
    assert_eq!(first["data"][0]["email"], "u0@example.com", "by number");
    assert_eq!(told(&page("?page=2").await), [2, 16, 2, 15, 17, 17]);
    assert_eq!(told(&page("?page=9").await), [9, -1, 2, 15, -1, 17]);
    let kept = page("?query=example&per_page=5&page=2").await;
    assert_eq!(told(&kept), [2, 6, 4, 5, 10, 17]);
    assert_eq!(kept["next_page_url"], format!("{path}?query=example&per_page=5&page=3"));
    for (query, per_page) in [("?per_page=100", 100), ("?per_page=101", 100), ("?per_page=0", 15), ("?per_page=x", 15)]
    {
        assert_eq!(page(query).await["per_page"], per_page, "{query}");
    }
    for query in ["?page=0", "?page=-1", "?page=x", "?page=", "?page=99999999999999999999"] {
        assert_eq!(page(query).await["current_page"], 1, "{query}");
    }
    assert_eq!(page("?page=4294967295&per_page=100").await["data"], json!([]));
    assert_eq!(
        sent(call(&api, "GET", &format!("{DASHBOARD}/?page=2")), 200).await.json["data"]["paginator"]["total"],
        17
    );
}

async fn a_query_chooses_deactivated_ones_administrators_or_part_of_a_mail_address(api: Api) {
    let admin = with(body("ann"), &json!({ "admin": true }));
    post(&api, &admin, 200).await;
    let bob = user(&api, "bob").await;
    let gone = post(&api, &with(body("carl"), &json!({ "admin": true })), 200).await.json["data"].clone();
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", gone["id"])), 200).await;
    api.post("/Users", &json!({ "userName": "dora" })).send().await.is(201);
    for (query, expected) in [
        ("", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
        ("?query=", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
        ("?query=deactivated", vec![json!("carl@example.com")]),
        ("?query=admins", vec![json!("ann@example.com")]),
        ("?query=BOB", vec![json!("bob@example.com")]),
        ("?query=%40example", vec![json!("ann@example.com"), json!("bob@example.com")]),
        ("?query=carl", vec![]),
        ("?query=%25", vec![]),
        ("?query=_", vec![]),
        ("?query=%22%20or%20active%20eq%20false", vec![]),
        ("?query=%00", vec![]),
        ("?email=ann", vec![json!("ann@example.com"), json!("bob@example.com"), json!(null)]),
    ] {
        let found: Vec<Value> = listed(&api, query).await.into_iter().map(|user| user["email"].clone()).collect();
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(listed(&api, "?query=bob").await[0]["id"], bob["id"]);
}

async fn one_user_is_read_by_each_of_its_names(api: Api) {
    let ann = user(&api, "ann").await;
    let gone = user(&api, "bob").await;
    sent(call(&api, "DELETE", &format!("{DASHBOARD}/{}", gone["id"])), 200).await;
    let id = ann["id"].to_string();
    let uuid = ann["uuid"].as_str().unwrap();
    for name in [&id, uuid, "ann@example.com", "ANN%40example.com", "ext-ann"] {
        let page = get(&api, &format!("/{name}"), 200).await.json["data"]["paginator"].clone();
        assert_eq!((&page["current_page"], &page["total"], &page["last_page"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(page["data"][0]["id"], ann["id"], "{name}");
    }
    assert!(one(&api, &json!("bob@example.com")).await["deleted_at"].is_string(), "deactivated ones too");
    for name in ["nobody@example.com", "999999999", "ext-ANN", "%00", "a%2Fb", "018f0000-0000-7000-8000-000000000000"] {
        let refused = get(&api, &format!("/{name}"), 404).await;
        assert_eq!(refused.json, json!({ "CODE": "error", "message": "Object not found" }));
    }
    // A number names the user that has it, though somebody is called so.
    let called = post(&api, &with(body("carl"), &json!({ "external_id": id })), 200).await.json["data"].clone();
    assert_eq!(one(&api, &ann["id"]).await["email"], "ann@example.com");
    assert_eq!(one(&api, &called["uuid"]).await["external_id"], id.as_str());
    // SCIM lets several users have one mail address.
    for name in ["dora", "dirk"] {
        let mails = json!({ "userName": name, "emails": [{ "value": "d@example.com" }] });
        api.post("/Users", &mails).send().await.is(201);
    }
    get(&api, "/d@example.com", 409).await;
}

async fn an_entry_of_a_list_has_every_member_of_the_document(api: Api) {
    let ann = post(&api, &with(body("ann"), &json!({ "sessions_limit": 1 })), 200).await.json["data"].clone();
    api.clock.advance(1_500_000);
    put(&api, &ann["id"], &with(body("ann"), &json!({ "admin": 1 })), 204).await;
    let expected = json!({
        "id": ann["id"],
        "uuid": ann["uuid"],
        "external_id": "ext-ann",
        "admin": true,
        "plan_admin": false,
        "email": "ann@example.com",
        "sessions_limit": null,
        "only_sees_readable": 1,
        "picture": ann["picture"],
        "created_at": "2026-01-31T09:30:00.000000Z",
        "updated_at": "2026-01-31T09:30:01.500000Z",
        "deleted_at": null,
        "purchased_issues_with_cancelled_count": 0,
        "user_plans_count": 0,
        "can_be_edited": true,
        "created_at_date_string": "2026-01-31",
        "impersonate": null,
        "sessions": null,
        "ip_ranges": [],
        "referrers": [],
        "purchased_issues_with_cancelled": [],
        "user_plans": [],
    });
    assert_eq!(one(&api, &ann["id"]).await, expected);
    let reader = token(&api, "users:read").await;
    assert_eq!(one(&reader, &ann["id"]).await["can_be_edited"], false);
    let photo = json!([{ "op": "add", "path": "photos", "value": [{ "value": "https://example.com/a.png", "type": "photo" }] }]);
    api.patch(&format!("/Users/{}", ann["uuid"].as_str().unwrap()), &photo).send().await.is(200);
    assert_eq!(one(&api, &ann["id"]).await["picture"], "https://example.com/a.png");
}

async fn a_plan_that_has_ended_is_not_listed(api: Api) {
    plans(&api).await;
    let new = json!({ "assign_new_plan": 1, "new_plan_custom_valid_to": "2026-01-31" });
    let ann = post(&api, &with(body("ann"), &new), 200).await.json["data"].clone();
    assert_eq!(one(&api, &ann["id"]).await["user_plans_count"], 1, "its last day");
    api.clock.advance(15 * 3_600_000_000);
    let entry = one(&api, &ann["id"]).await;
    assert_eq!((&entry["user_plans_count"], &entry["user_plans"]), (&json!(0), &json!([])));
    assert_eq!(scim(&api, &ann).await.json[PUBLICA]["plans"][0]["planId"], 1, "it is kept");
}

async fn a_user_of_another_api_is_shown_too(api: Api) {
    let id = api.user("bare").await;
    let entry = one(&api, &json!(id)).await;
    assert_eq!((&entry["email"], &entry["external_id"], &entry["admin"]), (&json!(null), &json!(null), &json!(false)));
    let update = json!({ "external_id": "b", "email": "bare@example.com", "only_sees_readable": true });
    put(&api, &entry["id"], &update, 204).await;
    let seen = scim(&api, &entry).await.json;
    assert_eq!((&seen["userName"], &seen["externalId"]), (&json!("bare"), &json!("b")));
    assert_eq!(seen["emails"], json!([{ "value": "bare@example.com", "type": "work", "primary": true }]));
    // A mail address that SCIM gave to two users is no fault of an update that keeps it.
    let twins = async |name: &str| {
        let mails = json!({ "userName": name, "externalId": name, "emails": [{ "value": "twin@example.com" }] });
        api.post("/Users", &mails).send().await.is(201).json[LIFECYCLE]["numericId"].clone()
    };
    let (one_twin, _) = (twins("castor").await, twins("pollux").await);
    let update = json!({ "external_id": "castor", "email": "twin@example.com", "only_sees_readable": true });
    put(&api, &one_twin, &update, 204).await;
}
