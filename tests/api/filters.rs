//! Lists: filter, sort, page (RFC 7644 §3.4.2), in the query and as `.search`.
//!
//! What SQL selects in general is the business of `property`; here stand the readings a client
//! depends on, and everything that is refused.

use crate::server::{Api, BASE, both, encode};
use serde_json::{Value, json};

both! {
    filters_find_what_they_say,
    filters_that_make_no_sense_are_refused,
    no_filter_reveals_a_password,
    wild_cards_are_ordinary_letters,
    the_time_shown_is_the_time_that_is_found,
    a_plus_is_a_blank_unless_blanks_are_encoded,
    lists_are_sorted_with_missing_values_last,
    pages_are_stable_and_complete,
    odd_page_parameters_are_set_right,
    search_by_post_is_the_same,
    a_search_at_the_root_finds_users_and_groups,
    no_hit_is_an_empty_list,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn people(api: &Api) {
    let bodies = [
        json!({ "userName": "Anton", "displayName": "Anton Ärmel", "externalId": "Ext-1", "title": "Baker", "active": true,
            "name": { "familyName": "Ärmel" },
            "emails": [{ "value": "Anton@Work.example", "type": "work", "primary": true }, { "value": "a@home.example", "type": "home" }],
            ENTERPRISE: { "department": "Ovens", "employeeNumber": "7", "manager": { "value": "boss" } } }),
        json!({ "userName": "berta", "displayName": "Berta", "externalId": "ext-1", "active": false, "title": "baker",
            "emails": [{ "value": "berta@home.example", "type": "home" }] }),
        json!({ "userName": "CARLO", "name": { "familyName": "Zorn" }, "roles": [{ "value": "admin", "primary": "True" }] }),
    ];
    for body in bodies {
        api.post("/Users", &body).send().await.is(201);
        api.clock.advance(60_000_000);
    }
}

async fn filters_find_what_they_say(api: Api) {
    people(&api).await;
    let carlo = api.find("/Users", "userName eq \"carlo\"").send().await.is(200).json["Resources"][0]["id"].clone();
    let by_id = format!("id eq {carlo}");
    let by_location = format!("meta.location eq \"{BASE}/Users/{}\"", carlo.as_str().unwrap());
    let department = format!("{ENTERPRISE}:department eq \"ovens\"");
    let qualified = "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"anton\"";
    let manager = format!("{ENTERPRISE}:manager.value eq \"boss\"");
    let table: &[(&str, &[&str])] = &[
        ("userName eq \"ANTON\"", &["Anton"]),
        ("USERNAME EQ \"anton\"", &["Anton"]),
        (qualified, &["Anton"]),
        ("externalId eq \"ext-1\"", &["berta"]),
        ("externalId eq \"EXT-1\"", &[]),
        (&by_id, &["CARLO"]),
        (&by_location, &["CARLO"]),
        ("title eq \"BAKER\"", &["Anton", "berta"]),
        ("title ne \"baker\"", &["CARLO"]),
        ("title pr", &["Anton", "berta"]),
        ("not (title pr)", &["CARLO"]),
        ("title eq null", &["CARLO"]),
        ("title ne null", &["Anton", "berta"]),
        ("displayName sw \"anton ä\"", &["Anton"]),
        ("displayName co \"ÄRM\"", &["Anton"]),
        ("displayName ew \"A\"", &["berta"]),
        ("userName gt \"anton\"", &["berta", "CARLO"]),
        ("userName le \"berta\"", &["Anton", "berta"]),
        ("active eq true", &["Anton", "CARLO"]),
        ("active eq \"False\"", &["berta"]),
        ("active ne true", &["berta"]),
        ("name.familyName eq \"ärmel\"", &["Anton"]),
        ("name[familyName eq \"zorn\"]", &["CARLO"]),
        ("name pr", &["Anton", "CARLO"]),
        ("emails eq \"anton@work.example\"", &["Anton"]),
        ("emails.value ew \"@home.example\"", &["Anton", "berta"]),
        ("emails[type eq \"work\" and value co \"anton\"]", &["Anton"]),
        ("emails[type eq \"work\" and value co \"home\"]", &[]),
        ("emails.type eq \"work\" and emails.value co \"home\"", &["Anton"]),
        ("emails[type eq \"home\"].value eq \"berta@home.example\"", &["berta"]),
        ("emails[not (type eq \"home\")]", &["Anton"]),
        ("not (emails.type eq \"work\")", &["berta", "CARLO"]),
        ("emails.type ne \"home\"", &["Anton", "CARLO"]),
        ("emails pr", &["Anton", "berta"]),
        ("roles[primary eq \"True\"].value eq \"admin\"", &["CARLO"]),
        ("roles[primary eq true]", &["CARLO"]),
        (&department, &["Anton"]),
        (&manager, &["Anton"]),
        ("manager eq \"boss\"", &["Anton"]),
        ("employeeNumber eq 7", &["Anton"]),
        ("meta.created gt \"2026-01-31T09:30:00Z\"", &["berta", "CARLO"]),
        ("meta.created ge \"2026-01-31T10:30:00+01:00\"", &["Anton", "berta", "CARLO"]),
        ("meta.lastModified lt \"2026-01-31T09:30:00.0000001Z\"", &[]),
        ("meta.lastModified le \"2026-01-31T09:30:00.0000001Z\"", &["Anton"]),
        ("meta.lastModified ge \"0001-01-03T00:00:00.0000000Z\" and active eq true", &["Anton", "CARLO"]),
        ("meta.resourceType eq \"User\"", &["Anton", "berta", "CARLO"]),
        ("meta.resourceType eq \"Group\"", &[]),
        ("meta.version eq \"W/\\\"1\\\"\"", &["Anton", "berta", "CARLO"]),
        ("userName eq \"anton\" or userName eq \"berta\" and active eq true", &["Anton"]),
        ("(userName eq \"anton\" or userName eq \"berta\") and active eq false", &["berta"]),
        ("not (userName eq \"anton\") and title pr", &["berta"]),
        ("(ActiVe eq true) and userName sw \"c\"", &["CARLO"]),
        ("userName eq \"\\u0061nton\"", &["Anton"]),
        ("userName eq \"nobody' or '1'='1\"", &[]),
        ("schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"", &["Anton"]),
    ];
    for (filter, wanted) in table {
        let found = api.find("/Users", filter).send().await.is(200);
        assert_eq!(found.each("userName"), *wanted, "{filter}");
        assert_eq!(found.json["totalResults"], wanted.len(), "{filter}");
    }
}

async fn filters_that_make_no_sense_are_refused(api: Api) {
    let deep = format!("{}userName pr{}", "(".repeat(200), ")".repeat(200));
    let nots = format!("{}userName pr{}", "not (".repeat(5000), ")".repeat(5000));
    let terms = vec!["title pr"; 300].join(" or ");
    let long = format!("title eq \"{}\"", "x".repeat(17 * 1024));
    let table = [
        "userName",
        "userName eq",
        "userName eq ",
        "eq \"a\"",
        "userName eq a",
        "userName eq 'a'",
        "userName = \"a\"",
        "userName == \"a\"",
        "userName like \"a\"",
        "userName eq \"a",
        "userName eq \"a\" and",
        "userName eq \"a\" extra",
        "userName eq \"a\" xor title pr",
        "(userName eq \"a\"",
        "userName eq \"a\")",
        "not userName pr",
        "emails[",
        "emails[type eq \"work\"",
        "emails[]",
        "[type eq \"work\"]",
        "userName pr pr",
        "userName eq \"a\";--",
        "()",
        "userName eq 01",
        "userName eq +1",
        "userName gt null",
        "userName co null",
        "noSuch eq \"a\"",
        "name.noSuch eq \"a\"",
        "urn:example:User:userName eq \"a\"",
        "__proto__ eq \"a\"",
        "userName.value eq \"a\"",
        "active gt true",
        "active co \"tr\"",
        "active eq \"maybe\"",
        "active eq 1",
        "meta.created gt \"yesterday\"",
        "meta.created gt \"2026-02-30T00:00:00Z\"",
        "meta.created co \"2026\"",
        "x509Certificates.value gt \"AA==\"",
        "name eq \"Ada\"",
        "userName eq \"\u{7}\"",
        &deep,
        &nots,
        &terms,
        &long,
    ];
    for filter in table {
        // A filter that does not fit into a target is still refused for what it is.
        let request = if filter.len() < 4096 {
            api.find("/Users", filter)
        } else {
            api.post("/Users/.search", &serde_json::json!({ "filter": filter }))
        };
        let detail = request.send().await.refused(400, "invalidFilter");
        assert!(detail.len() > 15, "{filter}: {detail}");
    }
    for query in ["filter=userName%20eq%20%22%ff%22", "filter=%zz"] {
        api.get(&format!("/Users?{query}")).send().await.is(400);
    }
}

async fn no_filter_reveals_a_password(api: Api) {
    api.post("/Users", &json!({ "userName": "safe", "password": "planted secret" })).send().await.is(201);
    for filter in [
        "password eq \"planted secret\"",
        "password sw \"p\"",
        "password pr",
        "not (password eq \"x\")",
        "userName eq \"safe\" and PASSWORD co \"planted\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:password pr",
    ] {
        api.find("/Users", filter).send().await.refused(400, "invalidFilter");
    }
    let sorted = api.get("/Users?sortBy=password").send().await;
    assert!(matches!(sorted.status, 200 | 400));
}

async fn wild_cards_are_ordinary_letters(api: Api) {
    let names = ["100%", "a_b", "axb", "back\\slash", "[a]", "star*", "what?"];
    for name in names {
        api.post("/Users", &json!({ "userName": name, "title": name })).send().await.is(201);
    }
    for (part, wanted) in [
        ("%", "100%"),
        ("_", "a_b"),
        ("\\", "back\\slash"),
        ("[", "[a]"),
        ("*", "star*"),
        ("?", "what?"),
        ("a_", "a_b"),
    ] {
        let filter = format!("title co {}", json!(part));
        assert_eq!(api.find("/Users", &filter).send().await.is(200).each("userName"), [wanted], "{filter}");
    }
}

async fn the_time_shown_is_the_time_that_is_found(api: Api) {
    api.clock.advance(123_456);
    api.user("timely").await;
    let shown = api.get("/Users").send().await.is(200).json["Resources"][0]["meta"]["lastModified"].clone();
    for (operator, count) in [("eq", 1), ("ge", 1), ("le", 1), ("gt", 0), ("lt", 0), ("ne", 0)] {
        let found = api.find("/Users", &format!("meta.lastModified {operator} {shown}")).send().await.is(200);
        assert_eq!(found.json["totalResults"], count, "{operator} {shown}");
    }
}

async fn a_plus_is_a_blank_unless_blanks_are_encoded(api: Api) {
    api.user("a+b@example.com").await;
    for query in [
        "userName+eq+%22a%2Bb@example.com%22",
        "userName%20eq%20%22a+b@example.com%22",
        "userName%20eq%20%22a%2Bb%40example.com%22",
    ] {
        let found = api.get(&format!("/Users?filter={query}")).send().await.is(200);
        assert_eq!(found.json["totalResults"], 1, "{query}");
    }
}

async fn lists_are_sorted_with_missing_values_last(api: Api) {
    people(&api).await;
    let table: &[(&str, &[&str])] = &[
        ("sortBy=userName", &["Anton", "berta", "CARLO"]),
        ("sortBy=userName&sortOrder=descending", &["CARLO", "berta", "Anton"]),
        ("sortBy=USERNAME&sortOrder=Descending", &["CARLO", "berta", "Anton"]),
        ("sortBy=name.familyName", &["CARLO", "Anton", "berta"]),
        ("sortBy=title", &["Anton", "berta", "CARLO"]),
        ("sortBy=title&sortOrder=descending", &["CARLO", "Anton", "berta"]),
        ("sortBy=emails.value", &["Anton", "berta", "CARLO"]),
        ("sortBy=emails", &["Anton", "berta", "CARLO"]),
        ("sortBy=meta.created&sortOrder=descending", &["CARLO", "berta", "Anton"]),
        ("sortBy=active", &["berta", "Anton", "CARLO"]),
        ("", &["Anton", "berta", "CARLO"]),
    ];
    for (query, wanted) in table {
        let found = api.get(&format!("/Users?{query}")).send().await.is(200);
        assert_eq!(found.each("userName"), *wanted, "{query}");
    }
}

async fn pages_are_stable_and_complete(api: Api) {
    for number in 0..25 {
        api.post("/Users", &json!({ "userName": format!("p{number:02}"), "title": "Same" })).send().await.is(201);
    }
    for order in ["", "&sortBy=title", "&sortBy=title&sortOrder=descending"] {
        let mut seen = Vec::new();
        for start in (1..=30).step_by(7) {
            let page = api.get(&format!("/Users?startIndex={start}&count=7{order}")).send().await.is(200);
            assert_eq!(page.json["totalResults"], 25);
            assert_eq!(page.json["startIndex"], start);
            seen.extend(page.each("userName").iter().map(ToString::to_string));
        }
        let wanted: Vec<String> = (0..25).map(|number| format!("p{number:02}")).collect();
        assert_eq!(seen, wanted, "{order}");
    }
}

async fn odd_page_parameters_are_set_right(api: Api) {
    for number in 0..5 {
        api.user(&format!("o{number}")).await;
    }
    let table = [
        ("startIndex=0&count=2", 1, 2),
        ("startIndex=-7", 1, 5),
        ("startindex=2", 2, 4),
        ("COUNT=3", 1, 3),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("count=100000", 1, 5),
        ("startIndex=6", 6, 0),
        ("startIndex=1000000", 1_000_000, 0),
        ("count=2&unknown=thing&aadOptscim062020", 1, 2),
        ("filter=&count=2", 1, 2),
        ("filter=%20", 1, 5),
    ];
    for (query, start, items) in table {
        let page = api.get(&format!("/Users?{query}")).send().await.is(200);
        let found = (&page.json["totalResults"], &page.json["startIndex"], &page.json["itemsPerPage"]);
        assert_eq!(found, (&json!(5), &json!(start), &json!(items)), "{query}");
    }
    for query in ["startIndex=one", "count=many", "count=1.5", "startIndex=99999999999999999999999999"] {
        let answer = api.get(&format!("/Users?{query}")).send().await;
        assert!(matches!(answer.status, 200 | 400), "{query}: {}", answer.text);
    }
}

async fn search_by_post_is_the_same(api: Api) {
    people(&api).await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "title pr",
        "attributes": ["userName"], "sortBy": "userName", "sortOrder": "descending", "startIndex": 2, "count": 5
    });
    let posted = api.post("/Users/.search", &body).send().await.is(200);
    let query = "filter=title%20pr&attributes=userName&sortBy=userName&sortOrder=descending&startIndex=2&count=5";
    let asked = api.get(&format!("/Users?{query}")).send().await.is(200);
    assert_eq!(posted.json, asked.json);
    assert_eq!(posted.each("userName"), ["Anton"]);
    api.post("/Users/.search", &json!({ "filter": null })).send().await.is(200);
    for body in [json!({ "filter": 7 }), json!({ "count": "x" }), json!({ "attributes": 1 }), json!([])] {
        api.post("/Users/.search", &body).send().await.is(400);
    }
    api.post("/Users/.search", &json!({ "filter": "title xx" })).send().await.refused(400, "invalidFilter");
}

async fn a_search_at_the_root_finds_users_and_groups(api: Api) {
    people(&api).await;
    api.group("Bakers", &[]).await;
    let search = |filter: &str| api.post("/.search", &json!({ "filter": filter, "sortBy": "displayName" })).send();
    let found = search("displayName sw \"b\"").await.is(200);
    assert_eq!(found.each("displayName"), ["Bakers", "Berta"]);
    let found = search("userName eq \"anton\"").await.is(200);
    assert_eq!(found.each("userName"), ["Anton"]);
    let found = search("meta.resourceType eq \"Group\"").await.is(200);
    assert_eq!(found.each("displayName"), ["Bakers"]);
    search("noSuchAttribute pr").await.refused(400, "invalidFilter");
    let all = api.post("/.search", &json!({})).send().await.is(200);
    assert_eq!(all.json["totalResults"], 4);
    let mut seen = Vec::new();
    for start in 1..=4 {
        let page = api.post("/.search", &json!({ "startIndex": start, "count": 1 })).send().await.is(200);
        seen.push(page.json["Resources"][0]["id"].clone());
    }
    let ids: Vec<Value> = all.json["Resources"].as_array().unwrap().iter().map(|found| found["id"].clone()).collect();
    assert_eq!(seen, ids);
}

async fn no_hit_is_an_empty_list(api: Api) {
    let filter = encode("userName eq \"6f1e0a52-nobody\"");
    for path in [format!("/Users?filter={filter}"), format!("/Users?filter={filter}&startIndex=1&count=100&")] {
        let found = api.get(&path).send().await.is(200);
        assert_eq!(
            found.json,
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []
            })
        );
    }
}
