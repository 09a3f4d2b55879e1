//! Groups and their members (RFC 7643 §4.2): rows that come and go, nesting, and what follows.

use crate::server::{Api, BASE, NOBODY, both};
use serde_json::{Value, json};

both! {
    members_are_shown_with_reference_name_and_type,
    members_come_and_go_in_every_shape,
    unknown_members_are_refused_whole,
    adding_only_what_cannot_be_a_member_changes_nothing,
    a_group_cannot_contain_itself,
    groups_may_contain_each_other,
    users_show_direct_and_indirect_groups,
    a_deleted_member_leaves_its_groups,
    a_membership_change_makes_a_new_version_of_the_group_alone,
    names_of_members_follow_their_renaming,
    replace_sets_exactly_these_members,
    large_groups_answer_a_patch_without_a_body,
    groups_are_found_by_member,
}

/// The ids of a group's members.
async fn members(api: &Api, group: &str) -> Vec<String> {
    let read = api.get(&format!("/Groups/{group}")).send().await.is(200);
    let list = read.json["members"].as_array().cloned().unwrap_or_default();
    list.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

async fn members_are_shown_with_reference_name_and_type(api: Api) {
    let body = json!({ "userName": "ann", "displayName": "Ann Arbor" });
    let ann = api.post("/Users", &body).send().await.is(201).id();
    let bob = api.user("bob").await;
    let inner = api.group("Inner", &[]).await;
    let members = json!([
        { "value": ann, "$ref": null, "display": "nonsense", "type": "Robot" },
        { "value": bob, "$ref": "https://elsewhere.example/Users/1" },
        { "value": inner, "type": "Group" }
    ]);
    let outer = api.post("/Groups", &json!({ "displayName": "Outer", "members": members })).send().await.is(201);
    assert_eq!(
        outer.json["members"],
        json!([
            { "value": ann, "$ref": format!("{BASE}/Users/{ann}"), "display": "Ann Arbor", "type": "User" },
            { "value": bob, "$ref": format!("{BASE}/Users/{bob}"), "type": "User" },
            { "value": inner, "$ref": format!("{BASE}/Groups/{inner}"), "display": "Inner", "type": "Group" }
        ])
    );
    let without =
        api.get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22outer%22").send().await.is(200);
    assert_eq!(without.json["totalResults"], 1);
    assert_eq!(without.json["Resources"][0].get("members"), None);
}

async fn members_come_and_go_in_every_shape(api: Api) {
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        ids.push(api.user(name).await);
    }
    let [a, b, c, d] = &ids[..] else { unreachable!() };
    let group = api.group("Shapes", &[a]).await;
    let table: Vec<(Value, Vec<&String>)> = vec![
        (json!([{ "op": "add", "path": "members", "value": [{ "value": b }, { "value": c }] }]), vec![a, b, c]),
        (json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": b }] }]), vec![a, b, c]),
        (json!([{ "op": "remove", "path": format!("members[value eq \"{b}\"]") }]), vec![a, c]),
        (json!([{ "op": "Remove", "path": "members", "value": [{ "value": c }] }]), vec![a]),
        (json!([{ "op": "remove", "path": "members", "value": [{ "value": d }] }]), vec![a]),
        (json!([{ "op": "add", "value": { "members": [{ "value": d }] } }]), vec![a, d]),
        (json!([{ "op": "remove", "path": "members", "value": { "members": [{ "value": d }] } }]), vec![a]),
        (json!([{ "op": "add", "path": "members", "value": b }]), vec![a, b]),
        (json!([{ "op": "add", "path": "members", "value": [c, d] }]), vec![a, b, c, d]),
        (json!([{ "op": "remove", "path": "members", "value": [format!("{{\"value\":\"{d}\"}}")] }]), vec![a, b, c]),
        (json!([{ "op": "replace", "path": "members", "value": [{ "value": d }] }]), vec![d]),
        (json!([{ "op": "replace", "value": { "members": [{ "value": a }], "displayName": "Shapes" } }]), vec![a]),
        (
            json!([
                { "op": "remove", "path": format!("members[value eq \"{a}\"]") },
                { "op": "add", "path": "members", "value": [{ "value": b }] },
                { "op": "add", "path": "members", "value": [{ "value": c }] }
            ]),
            vec![b, c],
        ),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), vec![]),
        (json!([{ "op": "add", "path": "members", "value": [{ "value": a }, { "value": a }] }]), vec![a]),
        (json!([{ "op": "remove", "path": "members" }]), vec![]),
    ];
    for (operations, wanted) in table {
        api.patch(&format!("/Groups/{group}"), &operations).send().await.is(200);
        let mut found = members(&api, &group).await;
        found.sort();
        let mut wanted: Vec<String> = wanted.into_iter().cloned().collect();
        wanted.sort();
        assert_eq!(found, wanted, "{operations}");
    }
}

async fn unknown_members_are_refused_whole(api: Api) {
    let known = api.user("known").await;
    let group = api.group("Strict", &[]).await;
    let both = json!([{ "value": known }, { "value": NOBODY }]);
    let operations = json!([{ "op": "add", "path": "members", "value": both }]);
    api.patch(&format!("/Groups/{group}"), &operations).send().await.refused(400, "invalidValue");
    assert!(members(&api, &group).await.is_empty());
    let body = json!({ "displayName": "Strict", "members": both });
    api.put(&format!("/Groups/{group}"), &body).send().await.refused(400, "invalidValue");
    assert!(members(&api, &group).await.is_empty());
    let stranger =
        json!([{ "op": "add", "path": "members", "value": [{ "value": "01890000-0000-7000-8000-000000000000" }] }]);
    api.patch(&format!("/Groups/{group}"), &stranger).send().await.refused(400, "invalidValue");
}

/// An id that not even has the form of ours, and nothing beside it: a probe, which adds nobody.
async fn adding_only_what_cannot_be_a_member_changes_nothing(api: Api) {
    let group = api.group("Probed", &[]).await;
    let probe = json!([{ "op": "add", "path": "members", "value": [{ "value": "nobody-at-all" }] }]);
    let answer = api.patch(&format!("/Groups/{group}"), &probe).send().await.is(200);
    assert_eq!(answer.header("etag"), Some("W/\"1\""));
    assert!(members(&api, &group).await.is_empty());
}

async fn a_group_cannot_contain_itself(api: Api) {
    let group = api.group("own", &[]).await;
    let path = format!("/Groups/{group}");
    let itself = json!([{ "value": group }]);
    for op in ["add", "replace"] {
        let operations = json!([{ "op": op, "path": "members", "value": itself }]);
        let detail = api.patch(&path, &operations).send().await.refused(400, "invalidValue");
        assert!(detail.starts_with("members: a group cannot be a member of itself"), "{detail}");
    }
    let body = json!({ "displayName": "own", "members": itself });
    api.put(&path, &body).send().await.refused(400, "invalidValue");
    assert!(members(&api, &group).await.is_empty());
}

/// RFC 7644 §3.7.1 asks for circular references between groups.
async fn groups_may_contain_each_other(api: Api) {
    let user = api.user("circular").await;
    let inner = api.group("inner", &[&user]).await;
    let middle = api.group("middle", &[&inner]).await;
    let outer = api.group("outer", &[&middle]).await;
    let operations = json!([{ "op": "add", "path": "members", "value": [{ "value": outer }] }]);
    api.patch(&format!("/Groups/{inner}"), &operations).send().await.is(200);
    let read = api.get(&format!("/Users/{user}")).send().await.is(200);
    let groups = read.json["groups"].as_array().unwrap().iter();
    let groups: Vec<_> = groups.map(|group| (&group["value"], &group["type"])).collect();
    let (direct, indirect) = (json!("direct"), json!("indirect"));
    assert_eq!(groups, [(&json!(inner), &direct), (&json!(middle), &indirect), (&json!(outer), &indirect)]);
    for group in [&inner, &middle, &outer] {
        let found = api.find("/Users", &format!("groups.value eq \"{group}\"")).send().await.is(200);
        assert_eq!(found.each("userName"), ["circular"]);
    }
    api.get("/Users?sortBy=groups.display").send().await.is(200);
    api.delete(&format!("/Groups/{middle}")).send().await.is(204);
    assert!(members(&api, &outer).await.is_empty());
    assert_eq!(members(&api, &inner).await, [user, outer.clone()]);
    api.delete(&format!("/Groups/{outer}")).send().await.is(204);
    api.delete(&format!("/Groups/{inner}")).send().await.is(204);
}

async fn users_show_direct_and_indirect_groups(api: Api) {
    let user = api.user("nested").await;
    let inner = api.group("inner", &[&user]).await;
    let outer = api.group("outer", &[&inner]).await;
    let read = api.get(&format!("/Users/{user}")).send().await.is(200);
    assert_eq!(
        read.json["groups"],
        json!([
            { "value": inner, "$ref": format!("{BASE}/Groups/{inner}"), "display": "inner", "type": "direct" },
            { "value": outer, "$ref": format!("{BASE}/Groups/{outer}"), "display": "outer", "type": "indirect" }
        ])
    );
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "renamed" }]);
    api.patch(&format!("/Groups/{outer}"), &rename).send().await.is(200);
    let found = api.find("/Users", "groups.display eq \"renamed\"").send().await.is(200);
    assert_eq!(found.each("userName"), ["nested"]);
    api.delete(&format!("/Groups/{inner}")).send().await.is(204);
    assert_eq!(api.get(&format!("/Users/{user}")).send().await.is(200).json.get("groups"), None);
}

async fn a_deleted_member_leaves_its_groups(api: Api) {
    let (stays, goes) = (api.user("stays").await, api.user("goes").await);
    let group = api.group("Leaving", &[&stays, &goes]).await;
    let version = |text: Value| text["meta"]["version"].as_str().unwrap().to_owned();
    let before = version(api.get(&format!("/Groups/{group}")).send().await.json);
    api.delete(&format!("/Users/{goes}")).send().await.is(204);
    let after = api.get(&format!("/Groups/{group}")).send().await.is(200).json;
    assert_eq!(after["members"].as_array().unwrap().len(), 1);
    assert_ne!(version(after), before, "the group changed");
    let late = json!([{ "op": "remove", "path": format!("members[value eq \"{goes}\"]") }]);
    api.patch(&format!("/Groups/{group}"), &late).send().await.is(200);
}

async fn a_membership_change_makes_a_new_version_of_the_group_alone(api: Api) {
    let user = api.user("steady").await;
    let group = api.group("Moving", &[]).await;
    let user_before = api.get(&format!("/Users/{user}")).send().await.json["meta"].clone();
    api.clock.advance(1_000_000);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
    let patched = api.patch(&format!("/Groups/{group}"), &add).send().await.is(200);
    assert_eq!(patched.json["meta"]["version"], "W/\"2\"");
    assert_eq!(patched.json["meta"]["lastModified"], "2026-01-31T09:30:01.000Z");
    assert_eq!(api.get(&format!("/Users/{user}")).send().await.json["meta"], user_before);
    let again = api.patch(&format!("/Groups/{group}"), &add).send().await.is(200);
    assert_eq!(again.json, patched.json, "adding a member twice changes nothing");
}

async fn names_of_members_follow_their_renaming(api: Api) {
    let user = api.user("old-name").await;
    let group = api.group("Watching", &[&user]).await;
    let rename = json!([{ "op": "replace", "value": { "displayName": "New Name" } }]);
    api.patch(&format!("/Users/{user}"), &rename).send().await.is(200);
    let read = api.get(&format!("/Groups/{group}")).send().await.is(200);
    assert_eq!(read.json["members"][0]["display"], "New Name");
}

async fn replace_sets_exactly_these_members(api: Api) {
    let (a, b, c) = (api.user("a").await, api.user("b").await, api.user("c").await);
    let group = api.group("Put", &[&a, &b]).await;
    let path = format!("/Groups/{group}");
    let with = |ids: &[&String]| {
        let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id, "display": "x" })).collect();
        json!({ "displayName": "Put", "members": members })
    };
    api.put(&path, &with(&[&b, &c])).send().await.is(200);
    let mut found = members(&api, &group).await;
    found.sort();
    let mut wanted = vec![b, c];
    wanted.sort();
    assert_eq!(found, wanted);
    api.put(&path, &with(&[])).send().await.is(200);
    assert!(members(&api, &group).await.is_empty());
}

async fn large_groups_answer_a_patch_without_a_body(api: Api) {
    let mut ids = Vec::new();
    for number in 0..201 {
        ids.push(api.user(&format!("u{number}")).await);
    }
    let refs: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = api.group("Large", &refs[..200]).await;
    let path = format!("/Groups/{group}");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ids[200] }] }]);
    let patched = api.patch(&path, &add).send().await.is(204);
    assert_eq!(patched.header("etag"), Some("W/\"2\""));
    assert_eq!(members(&api, &group).await.len(), 201);
    // Who asks for attributes is answered with them, however many there are (RFC 7644 §3.5.2).
    let named = api.patch(&format!("{path}?attributes=members"), &add).send().await.is(200);
    assert_eq!(named.json["members"].as_array().unwrap().len(), 201);
    let named = api.patch(&format!("{path}?attributes=displayName"), &add).send().await.is(200);
    assert_eq!((&named.json["displayName"], named.json.get("members")), (&json!("Large"), None));
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) }]);
    let patched = api.patch(&path, &remove).send().await.is(200);
    assert_eq!(patched.json["members"].as_array().unwrap().len(), 200);
    let asked = api.patch(&format!("{path}?excludedAttributes=members"), &add).send().await.is(200);
    assert_eq!(asked.json.get("members"), None);
}

async fn groups_are_found_by_member(api: Api) {
    let body = json!({ "userName": "sought", "displayName": "Sought" });
    let user = api.post("/Users", &body).send().await.is(201).id();
    let with = api.group("With", &[&user]).await;
    api.group("Without", &[]).await;
    for filter in [
        format!("members eq \"{user}\""),
        format!("members.value eq \"{user}\""),
        format!("members[value eq \"{user}\" and type eq \"user\"]"),
        format!("id eq \"{with}\" and members eq \"{user}\""),
        "members.display sw \"SOUGHT\"".to_owned(),
        "members pr".to_owned(),
        format!("members.$ref eq \"{BASE}/Users/{user}\""),
    ] {
        assert_eq!(api.find("/Groups", &filter).send().await.is(200).each("displayName"), ["With"], "{filter}");
    }
    assert_eq!(api.find("/Groups", "not (members pr)").send().await.is(200).each("displayName"), ["Without"]);
    let found = api.find("/Users", &format!("groups.value eq \"{with}\"")).send().await.is(200);
    assert_eq!(found.each("userName"), ["sought"]);
}
