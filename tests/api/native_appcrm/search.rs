//! Lists and searches.

use super::*;
use crate::server::{both, encode};

both! {
    a_list_is_paged_as_laravel_does,
    lists_are_ordered_and_show_selected_members,
    searches_follow_their_grammar,
    a_search_is_a_bare_array_and_needs_a_query,
    search_fields_nobody_knows_are_refused,
    time_zones_are_listed,
}

async fn ids(api: &Api, query: &str) -> Vec<i64> {
    let list = crm(api, "GET", &format!("/users?{query}")).send().await.is(200);
    list.json["data"].as_array().unwrap().iter().map(|user| user["id"].as_i64().unwrap()).collect()
}

async fn a_list_is_paged_as_laravel_does(api: Api) {
    for name in ["Pager z", "Pager x", "Pager y"] {
        make(&api, &body(name)).await;
    }
    let list = "https://roster.example/appcrm/api/users";
    let first = crm(&api, "GET", "/users?q=pager&per_page=2&page=1").send().await.is(200).json;
    let names =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["Pager x", "Pager y"]);
    assert_eq!(
        first["links"],
        json!({
            "first": format!("{list}?q=pager&per_page=2&page=1"),
            "last": format!("{list}?q=pager&per_page=2&page=2"),
            "prev": null,
            "next": format!("{list}?q=pager&per_page=2&page=2"),
        })
    );
    let meta = &first["meta"];
    for (member, value) in [
        ("current_page", json!(1)),
        ("from", json!(1)),
        ("last_page", json!(2)),
        ("path", json!(list)),
        ("per_page", json!(2)),
        ("to", json!(2)),
        ("total", json!(3)),
    ] {
        assert_eq!(meta[member], value, "{member}");
    }
    let labels: Vec<&str> =
        meta["links"].as_array().unwrap().iter().map(|link| link["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["&laquo; Previous", "1", "2", "Next &raquo;"]);
    let second = crm(&api, "GET", "/users?q=pager&per_page=2&page=2").send().await.is(200).json;
    assert_eq!(names(&second), ["Pager z"]);
    assert_eq!((&second["links"]["next"], &second["meta"]["from"]), (&Value::Null, &json!(3)));
    let past = crm(&api, "GET", "/users?page=9").send().await.is(200).json;
    assert_eq!((&past["data"], &past["meta"]["from"], &past["meta"]["to"]), (&json!([]), &Value::Null, &Value::Null));
    for (query, per_page, page) in
        [("", 15, 1), ("per_page=1000", 100, 1), ("per_page=0&page=0", 15, 1), ("per_page=x&page=-3", 15, 1)]
    {
        let meta = crm(&api, "GET", &format!("/users?{query}")).send().await.is(200).json["meta"].clone();
        assert_eq!((&meta["per_page"], &meta["current_page"]), (&json!(per_page), &json!(page)), "{query}");
    }
    crm(&api, "GET", "/users?page=99999999999999999999&per_page=99999999999999999999").send().await.is(200);
}

async fn lists_are_ordered_and_show_selected_members(api: Api) {
    let zoe = make(&api, &body("Zoe Quill")).await;
    api.clock.advance(1_000);
    let adam = make(&api, &body("adam Quill")).await;
    let plain =
        api.post("/Users", &json!({ "userName": "Quill", "name": { "givenName": "Mary" } })).send().await.is(201);
    let mary = plain.json[LIFECYCLE]["numericId"].as_i64().unwrap();
    for (order, expected) in [
        ("", [adam, mary, zoe]),
        ("order=name", [adam, mary, zoe]),
        ("order=name%7Cdesc", [zoe, mary, adam]),
        ("order=created_at", [zoe, adam, mary]),
        ("order=id%7CDESC", [mary, adam, zoe]),
        ("order=first_name", [adam, mary, zoe]),
    ] {
        assert_eq!(ids(&api, order).await, expected, "{order}");
    }
    for wrong in ["order=nickname", "order=name%7Cup"] {
        assert_eq!(faults(crm(&api, "GET", &format!("/users?{wrong}")).send().await), ["order"]);
    }
    let selected = crm(&api, "GET", "/users?q=adam&select=first_name;id").send().await.is(200).json;
    assert_eq!(selected["data"], json!([{ "id": adam, "first_name": "adam" }]));
    let selected = crm(&api, "GET", "/users?q=zoe&select=last_name;email;nonsense").send().await.is(200).json;
    assert_eq!(selected["data"], json!([{ "id": zoe, "last_name": "Quill", "email": "zoe.quill@example.com" }]));
}

async fn searches_follow_their_grammar(api: Api) {
    let zoe = make(&api, &body("Zoe Quill")).await;
    let adam =
        make(&api, &with(body("Adam 100%_Quill"), json!({ "email": "adam@example.com", "locale": "pt_BR" }))).await;
    let phone = json!({ "userName": "phone", "phoneNumbers": [{ "value": "5551234567" }] });
    let phone = api.post("/Users", &phone).send().await.is(201).json[LIFECYCLE]["numericId"].as_i64().unwrap();
    let id = zoe.to_string();
    for (q, rest, expected) in [
        ("quill", "", vec![adam, zoe]),
        ("zoe.quill@example.com", "", vec![zoe]),
        ("zoe.quill@", "", vec![]),
        ("zoe.quill@", "&search_fields=email:like;phones.number:=", vec![zoe]),
        ("5551234567", "&search_fields=email:like;phones.number:=", vec![phone]),
        ("name:quill;email:adam@example.com", "&search_fields=name:like;email:=&search_match=and", vec![adam]),
        ("name:quill;email:adam@example.com", "&search_fields=name:like;email:=", vec![adam, zoe]),
        ("%", "", vec![adam]),
        ("_", "", vec![adam]),
        ("adam@example.com,zoe.quill@example.com", "&search_fields=email:in", vec![adam, zoe]),
        (id.as_str(), "", vec![zoe]),
        (id.as_str(), "&search_fields=name:like", vec![zoe]),
        ("9999999", "", vec![]),
        ("nothing:quill", "", vec![]),
        ("locale:pt_BR", "", vec![adam]),
        (
            "super_admin:0;timezone:Europe/Berlin",
            "&search_fields=super_admin;timezone&search_match=AND",
            vec![adam, zoe],
        ),
        ("created_at:2026-01-31", "&search_fields=created_at", vec![adam, phone, zoe]),
        ("a\0", "", vec![]),
        ("", "", vec![adam, phone, zoe]),
    ] {
        assert_eq!(ids(&api, &format!("q={}{rest}", encode(q))).await, expected, "{q} {rest}");
    }
}

async fn a_search_is_a_bare_array_and_needs_a_query(api: Api) {
    for name in ["Seek x", "Seek y", "Seek z"] {
        make(&api, &body(name)).await;
    }
    let search = |query: &str| {
        let path = format!("/users/search?{query}");
        let api = api.clone();
        async move {
            let found = crm(&api, "GET", &path).send().await.is(200).json;
            found
                .as_array()
                .unwrap()
                .iter()
                .map(|user| user["name"].as_str().unwrap_or("-").to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(search("q=seek").await, ["Seek x", "Seek y", "Seek z"]);
    assert_eq!(search("q=seek&take=1").await, ["Seek x"]);
    assert_eq!(search("q=seek&take=2&order=name%7Cdesc").await, ["Seek z", "Seek y"]);
    assert_eq!(search("q=seek&take=0").await.len(), 3);
    assert_eq!(search("q=seek&select=email").await, ["-", "-", "-"]);
    assert_eq!(search("q=seek.x@&search_fields=email:like").await, ["Seek x"]);
    for empty in ["q=", "", "q=%20", "take=3"] {
        assert_eq!(search(empty).await.len(), 0, "{empty}");
    }
}

async fn search_fields_nobody_knows_are_refused(api: Api) {
    for path in ["/users", "/users/search"] {
        let answer = crm(&api, "GET", &format!("{path}?q=x&search_fields=foo;bar:like;name:near")).send().await.is(403);
        let start = "None of the search fields were accepted. Acceptable search fields are: id,name,";
        assert!(answer.text_at("/message").starts_with(start), "{}", answer.text);
        crm(&api, "GET", &format!("{path}?q=x&search_fields=foo;name")).send().await.is(200);
    }
}

async fn time_zones_are_listed(api: Api) {
    let zones = crm(&api, "GET", "/timezones").send().await.is(200).json;
    let zones = zones.as_array().unwrap();
    assert!(zones.contains(&json!("America/Sao_Paulo")) && zones.contains(&json!("UTC")));
    crm(&api, "GET", "/timezones").header("authorization", None).send().await.is(401);
}
