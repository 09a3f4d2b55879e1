//! References between the operations of a bulk request (RFC 7644 §3.7.1, §3.7.2): forwards, backwards and
//! in rings, in paths and in values.

use crate::bulk::{ENTERPRISE, USER, create, group, id, members, patch, read, run, statuses, total, user};
use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    a_group_refers_to_users_that_come_before_or_after_it,
    groups_that_refer_to_each_other_are_made,
    a_ring_of_three_groups_is_made_with_its_users,
    a_ring_that_cannot_be_made_leaves_nothing,
    a_manager_may_come_after_its_report,
    references_stand_in_paths_in_patches_and_in_refs,
    a_chain_of_two_hundred_is_done_in_either_direction,
}

/// RFC 7644 §3.7.2.
async fn a_group_refers_to_users_that_come_before_or_after_it(api: Api) {
    let operations = [user("before"), group("both", &["bulkId:before", "bulkId:after"]), user("after")];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201"; 3]);
    assert_eq!(members(&api, &id(&entries[1])).await, [id(&entries[0]), id(&entries[2])]);
    assert_eq!(entries[1]["version"], "W/\"1\"");
    let after = read(&api, &format!("/Users/{}", id(&entries[2]))).await;
    assert_eq!(after["groups"][0]["value"], id(&entries[1]));
}

/// RFC 7644 §3.7.1.
async fn groups_that_refer_to_each_other_are_made(api: Api) {
    let operations = [group("Group A", &["bulkId:Group B"]), group("Group B", &["bulkId:Group A"])];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201"; 2]);
    let (a, b) = (id(&entries[0]), id(&entries[1]));
    assert_eq!((members(&api, &a).await, members(&api, &b).await), (vec![b.clone()], vec![a.clone()]));
    for (entry, id) in [(&entries[0], &a), (&entries[1], &b)] {
        assert_eq!(entry["version"], read(&api, &format!("/Groups/{id}")).await["meta"]["version"]);
    }
    api.delete(&format!("/Groups/{a}")).send().await.is(204);
    assert!(members(&api, &b).await.is_empty());
}

async fn a_ring_of_three_groups_is_made_with_its_users(api: Api) {
    let operations = [
        group("a", &["bulkId:b", "bulkId:u"]),
        group("b", &["bulkId:c"]),
        patch("/Groups/bulkId:a", json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:late" }] }])),
        group("c", &["bulkId:a"]),
        user("u"),
        user("late"),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["201", "201", "200", "201", "201", "201"]);
    assert_eq!(entries[2]["location"], entries[0]["location"]);
    assert_eq!((&entries[0]["version"], &entries[2]["version"]), (&json!("W/\"1\""), &json!("W/\"2\"")));
    let u = read(&api, &format!("/Users/{}", id(&entries[4]))).await;
    let found: Vec<_> =
        u["groups"].as_array().unwrap().iter().map(|group| (&group["display"], &group["type"])).collect();
    let [a, b, c, direct, indirect] = ["a", "b", "c", "direct", "indirect"].map(|text| json!(text));
    assert_eq!(found, [(&a, &direct), (&b, &indirect), (&c, &indirect)]);
    let found = api.find("/Users", &format!("groups eq \"{}\"", id(&entries[1]))).send().await.is(200);
    assert_eq!(found.each("userName"), ["u", "late"]);
}

async fn a_ring_that_cannot_be_made_leaves_nothing(api: Api) {
    api.group("taken", &[]).await;
    let operations = [
        group("one", &["bulkId:taken"]),
        group("taken", &["bulkId:one"]),
        group("follower", &["bulkId:one"]),
        user("bystander"),
    ];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["409", "409", "400", "201"]);
    for entry in &entries[..3] {
        assert_eq!(entry.get("location"), None, "what was not made has no place");
    }
    let detail = entries[0]["response"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("of the operations that refer to each other one failed"), "{detail}");
    assert!(detail.contains("displayName"), "{detail}");
    assert_eq!(total(&api, "/Groups").await, 1);
    // The same with a body that cannot be read.
    let operations = [group("one", &["bulkId:two"]), create("/Groups", "two", json!({ "members": ["bulkId:one"] }))];
    let entries = run(&api, &operations).await;
    assert_eq!(statuses(&entries), ["400"; 2]);
    assert!(entries[1]["response"]["detail"].as_str().unwrap().contains("displayName"), "{}", entries[1]);
    assert_eq!(total(&api, "/Groups").await, 1);
}

async fn a_manager_may_come_after_its_report(api: Api) {
    let managed = |name: &str, manager: &str| {
        let mut operation = user(name);
        operation["data"]["schemas"] = json!([USER, ENTERPRISE]);
        operation["data"][ENTERPRISE] = json!({ "manager": {
            "value": format!("bulkId:{manager}"), "$ref": format!("../Users/bulkId:{manager}")
        } });
        operation
    };
    let entries = run(&api, &[managed("report", "boss"), user("boss"), managed("x", "y"), managed("y", "x")]).await;
    assert_eq!(statuses(&entries), ["201"; 4]);
    for (report, manager) in [(0, 1), (2, 3), (3, 2)] {
        let shown = read(&api, &format!("/Users/{}", id(&entries[report]))).await;
        assert_eq!(shown[ENTERPRISE]["manager"]["value"], id(&entries[manager]));
        let reference = shown[ENTERPRISE]["manager"]["$ref"].as_str().unwrap();
        assert!(reference.ends_with(&format!("/Users/{}", id(&entries[manager]))), "{reference}");
    }
}

async fn references_stand_in_paths_in_patches_and_in_refs(api: Api) {
    let old = api.group("old", &[]).await;
    let path = format!("/Groups/{old}");
    let add = |value: Value| json!([{ "op": "add", "path": "members", "value": value }]);
    let mut named = patch(&path, json!([{ "op": "replace", "path": "displayName", "value": "older" }]));
    named["bulkId"] = json!("old");
    let operations = [
        user("a"),
        user("b"),
        user("c"),
        user("d"),
        patch(&path, add(json!([{ "value": "bulkId:a", "$ref": "../Users/bulkId:a" }]))),
        patch(&path, add(json!("bulkId:b"))),
        patch(
            &path,
            json!([{ "op": "add", "value": { "members": [{ "value": "bulkId:c" }, { "value": "bulkId:d" }] } }]),
        ),
        patch(&path, json!([{ "op": "remove", "path": "members[value eq \"bulkId:a\"]" }])),
        patch(
            "/Users/bulkId:b",
            json!([{ "op": "add", "path": format!("{ENTERPRISE}:manager"), "value": "bulkId:c" }]),
        ),
        json!({ "method": "PUT", "path": "/Users/bulkId:c", "data": { "userName": "see", "title": "T" } }),
        json!({ "method": "DELETE", "path": "/Users/bulkId:d" }),
        named,
        group("above", &["bulkId:old"]),
    ];
    let entries = run(&api, &operations).await;
    let expected = ["201", "201", "201", "201", "200", "200", "200", "200", "200", "200", "204", "200", "201"];
    assert_eq!(statuses(&entries), expected, "{entries:#?}");
    assert_eq!(members(&api, &old).await, [id(&entries[1]), id(&entries[2])]);
    let b = read(&api, &format!("/Users/{}", id(&entries[1]))).await;
    assert_eq!(b[ENTERPRISE]["manager"]["value"], id(&entries[2]));
    assert_eq!(read(&api, &format!("/Users/{}", id(&entries[2]))).await["userName"], "see");
    assert_eq!(members(&api, &id(&entries[12])).await, [old]);
}

async fn a_chain_of_two_hundred_is_done_in_either_direction(api: Api) {
    for forwards in [true, false] {
        let operations: Vec<Value> = (0..200)
            .map(|number: usize| {
                let next = if forwards { number + 1 } else { number.wrapping_sub(1) };
                let members = if next < 200 { vec![format!("bulkId:link {forwards} {next}")] } else { Vec::new() };
                let members: Vec<&str> = members.iter().map(String::as_str).collect();
                group(&format!("link {forwards} {number}"), &members)
            })
            .collect();
        let entries = run(&api, &operations).await;
        assert_eq!(statuses(&entries), ["201"; 200]);
        let (one, other) = if forwards { (0, 1) } else { (199, 198) };
        assert_eq!(members(&api, &id(&entries[one])).await, [id(&entries[other])]);
    }
}
