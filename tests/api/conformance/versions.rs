//! Preconditions of every method on every type (RFC 7644 §3.14), and the version of the protocol (§3.13).

use crate::server::{Api, BASE, both};
use serde_json::{Value, json};

both! {
    preconditions_hold_for_every_method_and_type,
    a_condition_on_nothing_is_not_found,
    each_answer_about_a_resource_says_where_it_is,
    a_path_without_a_version_means_the_newest_and_an_unknown_one_is_refused,
}

fn bodies(kind: &str, title: &str) -> (Value, Value) {
    let attribute = if kind == "Users" { "title" } else { "displayName" };
    let mut whole = json!({ "userName": "kept", "displayName": "Kept" });
    whole[attribute] = json!(title);
    (whole, json!([{ "op": "replace", "path": attribute, "value": title }]))
}

async fn preconditions_hold_for_every_method_and_type(api: Api) {
    for kind in ["Users", "Groups"] {
        let collection = format!("/{kind}");
        let make = async || {
            let made = api.post(&collection, &bodies(kind, "first").0).send().await.is(201);
            format!("{collection}/{}", made.id())
        };
        let path = make().await;
        let mut version = 1;
        let call = |method: &str, path: &str, title: &str| {
            let (whole, operations) = bodies(kind, title);
            match method {
                "PUT" => api.put(path, &whole),
                "PATCH" => api.patch(path, &operations),
                _ => api.call(method, path),
            }
        };
        for method in ["PUT", "PATCH", "DELETE"] {
            for stale in ["W/\"99\"", "\"99\"", "w/\"1\"", "W/\"x\"", "\"\"", "W/\"98\", \"99\""] {
                let answer = call(method, &path, "never").if_match(stale).send().await.is(412);
                assert_eq!(answer.json["status"], "412", "{method} {stale}");
            }
            for met in ["*".to_owned(), format!("W/\"{version}\""), format!("\"99\", W/\"{version}\"")] {
                call(method, &path, "never").header("if-none-match", Some(&met)).send().await.is(412);
            }
            let read = api.get(&path).send().await.is(200);
            assert_eq!(read.header("etag"), Some(format!("W/\"{version}\"").as_str()), "{method} {kind}");
        }
        for (number, method) in ["PUT", "PATCH"].into_iter().cycle().take(8).enumerate() {
            let tag = match number / 2 {
                0 => format!("W/\"{version}\""),
                1 => format!("\"{version}\""),
                2 => "*".to_owned(),
                _ => format!("W/\"0\", \"{version}\""),
            };
            let answer = call(method, &path, &format!("title {number}")).if_match(&tag).send().await.is(200);
            version += 1;
            assert_eq!(answer.header("etag"), Some(format!("W/\"{version}\"").as_str()), "{method} {tag}");
            assert_eq!(answer.json["meta"]["version"], format!("W/\"{version}\""), "{method} {tag}");
        }
        api.delete(&path).if_match(&format!("\"{version}\"")).send().await.is(204);
        for tag in ["W/\"1\"", "\"1\"", "*", "\"0\", W/\"1\""] {
            let path = make().await;
            api.delete(&path).if_match(tag).send().await.is(204);
            api.get(&path).send().await.is(404);
        }
    }
}

async fn a_condition_on_nothing_is_not_found(api: Api) {
    let id = api.user("gone").await;
    let path = format!("/Users/{id}");
    api.delete(&path).send().await.is(204);
    for tag in ["*", "W/\"1\"", "W/\"9\""] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let (whole, operations) = bodies("Users", "late");
            let call = match method {
                "PUT" => api.put(&path, &whole),
                "PATCH" => api.patch(&path, &operations),
                _ => api.call(method, &path),
            };
            let call = if method == "GET" { call.header("if-none-match", Some(tag)) } else { call.if_match(tag) };
            call.send().await.is(404);
        }
    }
}

async fn each_answer_about_a_resource_says_where_it_is(api: Api) {
    for kind in ["Users", "Groups"] {
        let (whole, operations) = bodies(kind, "located");
        let created = api.post(&format!("/{kind}"), &whole).send().await.is(201);
        let path = format!("/{kind}/{}", created.id());
        let location = format!("{BASE}{path}");
        let answers = [
            created,
            api.get(&path).send().await.is(200),
            api.get(&format!("{path}?attributes=displayName")).send().await.is(200),
            api.get(&path).header("if-none-match", Some("*")).send().await.is(304),
            api.call("HEAD", &path).send().await.is(200),
            api.put(&path, &whole).send().await.is(200),
            api.patch(&path, &operations).send().await.is(200),
        ];
        for answer in answers {
            for header in ["location", "content-location"] {
                assert_eq!(answer.header(header), Some(location.as_str()), "{}: {header}", answer.asked);
            }
            if answer.json.get("meta").is_some() {
                assert_eq!(answer.text_at("/meta/location"), location);
            }
        }
    }
}

async fn a_path_without_a_version_means_the_newest_and_an_unknown_one_is_refused(api: Api) {
    let created = api.post("root:/scim/Users", &json!({ "userName": "v" })).send().await.is(201);
    let location = format!("{BASE}/Users/{}", created.id());
    assert_eq!(created.header("location"), Some(location.as_str()));
    for (without, with) in [
        (format!("/scim/Users/{}", created.id()), format!("/Users/{}", created.id())),
        ("/scim/Users?count=1".to_owned(), "/Users?count=1".to_owned()),
        ("/scim".to_owned(), String::new()),
        ("/scim/Schemas".to_owned(), "/Schemas".to_owned()),
        ("/scim/ServiceProviderConfig".to_owned(), "/ServiceProviderConfig".to_owned()),
    ] {
        let newest = api.get(&with).send().await.is(200);
        assert_eq!(api.get(&format!("root:{without}")).send().await.is(200).json, newest.json, "{without}");
    }
    api.get("root:/scim/Users").header("authorization", None).send().await.is(401);
    for path in ["/scim/v1/Users", "/scim/v3/Users", "/scim/v1.1", "/scim/v1/ServiceProviderConfig"] {
        let answer = api.get(&format!("root:{path}")).send().await;
        assert!(answer.refused(400, "invalidVers").contains("v2"), "{path}");
    }
    api.get("root:/scim/Nothing").send().await.is(404);
}
