//! Many clients at once: nothing acknowledged is lost, what is unique stays unique, one wins.

use crate::server::{Api, both};
use serde_json::json;
use std::collections::BTreeMap;
use std::future::Future;
use tokio::task::JoinSet;

both! {
    members_added_at_once_are_all_kept,
    members_added_and_removed_at_once_end_as_acknowledged,
    one_name_is_created_once,
    one_version_is_changed_once,
    changes_of_different_attributes_are_all_kept,
    a_user_is_deleted_once,
    groups_that_contain_each_other_may_be_raced_together,
}

/// Runs so many tasks at the same moment; their answers.
pub async fn at_once<T: Send + 'static, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let start = start.clone();
        let task = task(number);
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await
}

pub fn counted(statuses: Vec<u16>) -> BTreeMap<u16, usize> {
    statuses.into_iter().fold(BTreeMap::new(), |mut counts, status| {
        *counts.entry(status).or_default() += 1;
        counts
    })
}

async fn members_added_at_once_are_all_kept(api: Api) {
    let group = api.group("Crowd", &[]).await;
    let mut ids = Vec::new();
    for number in 0..64 {
        ids.push(api.user(&format!("m{number}")).await);
    }
    let statuses = at_once(64, |number| {
        let (api, path, id) = (api.clone(), format!("/Groups/{group}"), ids[number].clone());
        async move {
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
            api.patch(&path, &add).send().await.status
        }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(200, 64)]));
    let read = api.get(&format!("/Groups/{group}")).send().await.is(200);
    assert_eq!(read.json["members"].as_array().unwrap().len(), 64);
    assert_eq!(read.json["meta"]["version"], "W/\"65\"", "one version for each change");
}

async fn members_added_and_removed_at_once_end_as_acknowledged(api: Api) {
    let mut ids = Vec::new();
    for number in 0..36 {
        ids.push(api.user(&format!("m{number}")).await);
    }
    let first: Vec<&str> = ids[..12].iter().map(String::as_str).collect();
    let group = api.group("Turnstile", &first).await;
    let statuses = at_once(36, |number| {
        let (api, path, id) = (api.clone(), format!("/Groups/{group}"), ids[number].clone());
        async move {
            let operation = if number < 12 {
                json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })
            } else {
                json!({ "op": "add", "path": "members", "value": [{ "value": id }] })
            };
            api.patch(&path, &json!([operation])).send().await.status
        }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(200, 36)]));
    let read = api.get(&format!("/Groups/{group}")).send().await.is(200);
    let mut left: Vec<&str> =
        read.json["members"].as_array().unwrap().iter().map(|member| member["value"].as_str().unwrap()).collect();
    left.sort_unstable();
    let mut wanted: Vec<&str> = ids[12..].iter().map(String::as_str).collect();
    wanted.sort_unstable();
    assert_eq!(left, wanted);
}

async fn one_name_is_created_once(api: Api) {
    for (path, attribute) in [("/Users", "userName"), ("/Groups", "displayName")] {
        let statuses = at_once(16, |number| {
            let api = api.clone();
            let name = if number % 2 == 0 { "Contested@Example.com" } else { "contested@EXAMPLE.com" };
            async move { api.post(path, &json!({ attribute: name })).send().await.status }
        });
        assert_eq!(counted(statuses.await), BTreeMap::from([(201, 1), (409, 15)]), "{path}");
        assert_eq!(api.get(path).send().await.is(200).json["totalResults"], 1);
    }
}

async fn one_version_is_changed_once(api: Api) {
    let id = api.user("versioned").await;
    let statuses = at_once(12, |number| {
        let (api, path) = (api.clone(), format!("/Users/{id}"));
        async move {
            let change = json!([{ "op": "replace", "path": "title", "value": format!("t{number}") }]);
            api.patch(&path, &change).if_match("W/\"1\"").send().await.status
        }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(200, 1), (412, 11)]));
    assert_eq!(api.get(&format!("/Users/{id}")).send().await.is(200).json["meta"]["version"], "W/\"2\"");
}

async fn changes_of_different_attributes_are_all_kept(api: Api) {
    let id = api.user("busy").await;
    let names =
        ["title", "nickName", "displayName", "locale", "timezone", "userType", "preferredLanguage", "profileUrl"];
    let statuses = at_once(24, |number| {
        let (api, path) = (api.clone(), format!("/Users/{id}"));
        async move {
            let operation = match names.get(number) {
                Some(name) => json!({ "op": "replace", "path": name, "value": format!("v{number}") }),
                None => {
                    json!({ "op": "add", "path": "emails", "value": [{ "value": format!("e{number}@x.example") }] })
                }
            };
            api.patch(&path, &json!([operation])).send().await.status
        }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(200, 24)]));
    let read = api.get(&format!("/Users/{id}")).send().await.is(200).json;
    for (number, name) in names.iter().enumerate() {
        assert_eq!(read[name], format!("v{number}"));
    }
    assert_eq!(read["emails"].as_array().unwrap().len(), 16);
}

async fn a_user_is_deleted_once(api: Api) {
    let id = api.user("brief").await;
    let group = api.group("Farewell", &[&id]).await;
    let statuses = at_once(8, |_| {
        let (api, path) = (api.clone(), format!("/Users/{id}"));
        async move { api.delete(&path).send().await.status }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(204, 1), (404, 7)]));
    let read = api.get(&format!("/Groups/{group}")).send().await.is(200);
    assert_eq!(read.json.get("members"), None);
}

async fn groups_that_contain_each_other_may_be_raced_together(api: Api) {
    let mut groups = Vec::new();
    for number in 0..4 {
        groups.push(api.group(&format!("ring{number}"), &[]).await);
    }
    let statuses = at_once(4, |number| {
        let (api, path) = (api.clone(), format!("/Groups/{}", groups[number]));
        let next = groups[(number + 1) % 4].clone();
        async move {
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": next }] }]);
            api.patch(&path, &add).send().await.status
        }
    });
    assert_eq!(counted(statuses.await), BTreeMap::from([(200, 4)]));
    // Whoever is in one of them is in all of them, and nobody runs in circles.
    let user = api.user("rider").await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
    api.patch(&format!("/Groups/{}", groups[0]), &add).send().await.is(200);
    let read = api.get(&format!("/Users/{user}")).send().await.is(200);
    let types: Vec<_> = read.json["groups"].as_array().unwrap().iter().map(|group| &group["type"]).collect();
    assert_eq!(types, ["direct", "indirect", "indirect", "indirect"]);
}
