//! Searches of every type at the root (RFC 7644 §3.4.2.1, §3.4.3), and the methods every path has: HEAD where
//! there is GET, 405 with what there is for any other.

use crate::call::Answer;
use crate::server::{Api, BASE, both, encode};
use serde_json::{Value, json};

both! {
    the_root_lists_every_type,
    an_attribute_that_a_type_lacks_has_no_value_there,
    what_no_type_has_is_refused,
    each_type_is_shown_as_the_projection_says,
    types_are_sorted_together,
    pages_of_several_types_hang_together,
    a_search_asks_what_a_list_asks,
    every_get_has_a_head,
    a_method_that_is_not_there_tells_which_are,
}

/// Three users, two groups; the ids in the order of their making.
async fn furnish(api: &Api) -> Vec<String> {
    let mut ids = Vec::new();
    for (name, shown, title) in
        [("anton", "Delta", Some("x")), ("berta", "Bravo", None), ("carl", "Foxtrot", Some("y"))]
    {
        let mut body = json!({ "userName": name, "displayName": shown });
        body.as_object_mut().unwrap().extend(title.map(|title| ("title".to_owned(), json!(title))));
        ids.push(api.post("/Users", &body).send().await.is(201).id());
    }
    for (name, member) in [("Echo", 0), ("Alpha", 1)] {
        ids.push(api.group(name, &[&ids[member]]).await);
    }
    ids
}

/// What a search at the root finds, by display name; the same as the list finds.
async fn found(api: &Api, search: Value) -> Vec<String> {
    let answer = api.post("/.search", &search).send().await.is(200);
    assert_eq!(list(api, &search).await.is(200).json, answer.json, "{search}");
    answer.each("displayName").into_iter().map(ToOwned::to_owned).collect()
}

/// The list that asks the same as a search.
async fn list(api: &Api, search: &Value) -> Answer {
    let text = |value: &Value| match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let pairs = search.as_object().unwrap().iter().filter(|(name, _)| *name != "schemas");
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encode(&text(value)))).collect();
    api.get(&format!("/?{}", query.join("&"))).send().await
}

async fn the_root_lists_every_type(api: Api) {
    let ids = furnish(&api).await;
    for all in [api.get("/").send().await.is(200), api.post("/.search", &json!({})).send().await.is(200)] {
        assert_eq!(all.json["totalResults"], 5);
        let found: Vec<&str> = all.each("id");
        assert_eq!(found, ids.iter().map(String::as_str).collect::<Vec<_>>(), "in the order of their making");
        for resource in all.json["Resources"].as_array().unwrap() {
            let location = resource["meta"]["location"].as_str().unwrap();
            assert_eq!(&api.get(location.strip_prefix(BASE).unwrap()).send().await.is(200).json, resource);
        }
    }
    let users = found(&api, json!({ "filter": "meta.resourceType eq \"User\"" })).await;
    assert_eq!(users, ["Delta", "Bravo", "Foxtrot"]);
    assert_eq!(found(&api, json!({ "filter": "displayName ge \"e\"" })).await, ["Foxtrot", "Echo"]);
}

async fn an_attribute_that_a_type_lacks_has_no_value_there(api: Api) {
    let ids = furnish(&api).await;
    let member = format!("members.value eq \"{}\"", ids[0]);
    for (filter, names) in [
        ("userName eq \"anton\"", &["Delta"][..]),
        ("userName pr", &["Delta", "Bravo", "Foxtrot"]),
        ("userName eq \"anton\" or displayName eq \"Alpha\"", &["Delta", "Alpha"]),
        ("userName eq \"anton\" and displayName eq \"Alpha\"", &[]),
        ("not (userName pr)", &["Echo", "Alpha"]),
        ("not (title pr)", &["Bravo", "Echo", "Alpha"]),
        ("title ne \"x\"", &["Bravo", "Foxtrot", "Echo", "Alpha"]),
        ("title eq null", &["Bravo", "Echo", "Alpha"]),
        ("title ne null", &["Delta", "Foxtrot"]),
        ("title co \"\"", &["Delta", "Foxtrot"]),
        ("title gt \"x\" or members pr", &["Foxtrot", "Echo", "Alpha"]),
        (&member, &["Echo"]),
        (&format!("{member} or userName eq \"carl\""), &["Foxtrot", "Echo"]),
        ("emails[type eq \"work\"] or displayName eq \"Echo\"", &["Echo"]),
        ("not (members[value pr])", &["Delta", "Bravo", "Foxtrot"]),
    ] {
        assert_eq!(found(&api, json!({ "filter": filter })).await, names, "{filter}");
    }
}

async fn what_no_type_has_is_refused(api: Api) {
    furnish(&api).await;
    for (name, value, refusal) in [
        ("filter", "nosuch pr", "invalidFilter"),
        ("filter", "userName eq \"anton\" or nosuch pr", "invalidFilter"),
        ("filter", "userName.nosuch pr", "invalidFilter"),
        ("filter", "active gt true", "invalidFilter"),
        ("filter", "displayName eq \"Alpha\" or active gt true", "invalidFilter"),
        ("filter", "displayName", "invalidFilter"),
        ("sortBy", "nosuch", "invalidPath"),
        ("sortBy", "name", "invalidPath"),
        ("sortBy", "password", "invalidPath"),
    ] {
        let search = json!({ name: value });
        api.post("/.search", &search).send().await.refused(400, refusal);
        list(&api, &search).await.refused(400, refusal);
    }
}

async fn each_type_is_shown_as_the_projection_says(api: Api) {
    let ids = furnish(&api).await;
    let search = json!({ "attributes": ["userName", "members.value"] });
    let all = api.post("/.search", &search).send().await.is(200).json;
    assert_eq!(list(&api, &search).await.json, all);
    let resources = all["Resources"].as_array().unwrap();
    let names = |resource: &Value| resource.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&resources[0]), ["schemas", "id", "userName"]);
    assert_eq!(names(&resources[3]), ["schemas", "id", "members"]);
    assert_eq!(resources[3]["members"], json!([{ "value": ids[0] }]));

    let search = json!({ "excludedAttributes": ["meta", "displayName", "groups", "members", "id"] });
    let all = api.post("/.search", &search).send().await.is(200).json;
    assert_eq!(list(&api, &search).await.json, all);
    let resources = all["Resources"].as_array().unwrap();
    assert_eq!(names(&resources[1]), ["schemas", "id", "userName", "active"]);
    assert_eq!(names(&resources[4]), ["schemas", "id"], "what is always shown is shown");
}

async fn types_are_sorted_together(api: Api) {
    furnish(&api).await;
    let sorted = async |by: &str, order: &str| found(&api, json!({ "sortBy": by, "sortOrder": order })).await;
    assert_eq!(sorted("displayName", "ascending").await, ["Alpha", "Bravo", "Delta", "Echo", "Foxtrot"]);
    assert_eq!(sorted("displayName", "descending").await, ["Foxtrot", "Echo", "Delta", "Bravo", "Alpha"]);
    // Without a value, whatever the reason: last if ascending, first if descending.
    assert_eq!(sorted("userName", "ascending").await, ["Delta", "Bravo", "Foxtrot", "Echo", "Alpha"]);
    assert_eq!(sorted("title", "ascending").await, ["Delta", "Foxtrot", "Bravo", "Echo", "Alpha"]);
    assert_eq!(sorted("title", "descending").await, ["Bravo", "Echo", "Alpha", "Foxtrot", "Delta"]);
    assert_eq!(sorted("active", "ascending").await, ["Delta", "Bravo", "Foxtrot", "Echo", "Alpha"]);
    assert_eq!(sorted("meta.created", "ascending").await, ["Delta", "Bravo", "Foxtrot", "Echo", "Alpha"]);
    let both = json!({ "sortBy": "userName", "filter": "displayName lt \"e\"" });
    assert_eq!(found(&api, both).await, ["Delta", "Bravo", "Alpha"]);
}

async fn pages_of_several_types_hang_together(api: Api) {
    furnish(&api).await;
    for (sort, all) in [
        (json!({ "sortBy": "userName" }), ["Delta", "Bravo", "Foxtrot", "Echo", "Alpha"]),
        (json!({ "sortBy": "displayName" }), ["Alpha", "Bravo", "Delta", "Echo", "Foxtrot"]),
        (json!({}), ["Delta", "Bravo", "Foxtrot", "Echo", "Alpha"]),
    ] {
        let mut seen = Vec::new();
        for start in [1, 3, 5] {
            let mut page = json!({ "startIndex": start, "count": 2 });
            page.as_object_mut().unwrap().extend(sort.as_object().unwrap().clone());
            seen.extend(found(&api, page).await);
        }
        assert_eq!(seen, all, "{sort}");
    }
    let none = api.post("/.search", &json!({ "count": 0 })).send().await.is(200);
    assert_eq!((&none.json["totalResults"], none.each("id").len()), (&json!(5), 0));
}

async fn a_search_asks_what_a_list_asks(api: Api) {
    furnish(&api).await;
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName pr or displayName sw \"e\"", "attributes": ["displayName"], "sortBy": "displayName",
        "sortOrder": "descending", "startIndex": 2, "count": 2
    });
    assert_eq!(found(&api, search.clone()).await, ["Echo", "Delta"]);
    for (endpoint, names) in [("/Users", ["Delta", "Bravo"]), ("/Groups", ["", ""])] {
        let mut search = search.clone();
        if endpoint == "/Groups" {
            search["filter"] = json!("displayName sw \"e\"");
        }
        let searched = api.post(&format!("{endpoint}/.search"), &search).send().await.is(200);
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(searched.each("displayName"), names, "{endpoint}");
    }
}

async fn every_get_has_a_head(api: Api) {
    let ids = furnish(&api).await;
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
    for path in [
        "/",
        "/Users",
        "/Groups",
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        "/ResourceTypes/User",
        &format!("/Schemas/{urn}"),
        &format!("/Users/{}", ids[0]),
        &format!("/Groups/{}", ids[3]),
        "/Users?filter=userName%20pr&count=1",
        "/Users?filter=nosuch%20pr",
        "/Users/nobody",
        "/Me",
        "/Nothing/at/all",
    ] {
        let (get, head) = (api.get(path).send().await, api.call("HEAD", path).send().await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "etag", "location", "www-authenticate"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert_eq!(head.header("content-length"), Some(get.text.len().to_string().as_str()), "{path}");
    }
    api.call("HEAD", "/Users").header("authorization", None).send().await.is(401);
    api.call("HEAD", "/Schemas").header("authorization", None).send().await.is(200);
}

async fn a_method_that_is_not_there_tells_which_are(api: Api) {
    for (path, methods) in [
        ("/", "GET, HEAD"),
        ("/.search", "POST"),
        ("/Me", "DELETE, GET, HEAD, PATCH, POST, PUT"),
        ("/Users", "GET, HEAD, POST"),
        ("/Groups", "GET, HEAD, POST"),
        ("/Users/.search", "POST"),
        ("/Users/1", "DELETE, GET, HEAD, PATCH, PUT"),
        ("/Schemas", "GET, HEAD"),
        ("/Schemas/x", "GET, HEAD"),
        ("/ResourceTypes", "GET, HEAD"),
        ("/ResourceTypes/User", "GET, HEAD"),
        ("/ServiceProviderConfig", "GET, HEAD"),
    ] {
        let there: Vec<&str> = methods.split(", ").collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            if there.contains(&method) {
                continue;
            }
            let refused = api.call(method, path).send().await.is(405);
            assert_eq!(refused.header("allow"), Some(methods), "{method} {path}");
        }
    }
}
