//! Pages by cursor (RFC 9865) and by index (RFC 7644 §3.4.2.4): their shape, and what cursors are good for.

use crate::call::Answer;
use crate::server::{Api, both, encode};
use roster::scim::tolerance::Profile;
use serde_json::{Value, json};

both! {
    pages_by_cursor_have_cursors_and_no_start_index,
    walks_go_forward_and_back_over_every_filter_and_order,
    the_same_question_may_be_asked_in_other_words,
    cursors_are_good_for_their_question_and_their_owner_alone,
    cursors_expire_and_their_snapshots_with_them,
    a_walk_outlives_its_first_cursor,
    a_cursor_goes_with_a_count,
    cursors_are_good_on_every_instance,
    any_other_start_index_counts_the_results,
    what_can_be_paged_is_announced,
}

/// The queries that walks are tried with: a filter, an attribute to sort by, whether descending.
pub const QUERIES: &[(&str, &str, bool)] = &[
    ("", "", false),
    ("active eq true", "", false),
    ("", "userName", false),
    ("", "userName", true),
    ("", "title", false),
    ("", "title", true),
    ("active eq true", "title", false),
    ("userName co \"a\" or active eq true", "name.familyName", true),
    ("meta.resourceType eq \"User\"", "meta.lastModified", true),
    ("active eq true", "meta.created", false),
];

/// The URL of a page, and what stands behind its question mark besides the query.
pub fn url(endpoint: &str, (filter, sort_by, descending): (&str, &str, bool), page: &str) -> String {
    // A filter or an attribute that is empty is none.
    let order = if descending { "descending" } else { "" };
    format!("{endpoint}?{page}&filter={}&sortBy={sort_by}&sortOrder={order}", encode(filter))
}

pub fn cursor<'a>(answer: &'a Answer, which: &str) -> Option<&'a str> {
    answer.json.get(which).map(|cursor| cursor.as_str().unwrap())
}

pub fn ids(answer: &Answer) -> Vec<String> {
    answer.each("id").into_iter().map(str::to_owned).collect()
}

/// Users that lack and share what they are sorted by, and one group.
async fn people(api: &Api, number: usize) {
    for place in 0..number {
        let mut body = json!({
            "userName": format!("{}{place:03}", ["b", "Ä", "a"][place % 3]),
            "name": { "familyName": format!("F{}", place * 7 % 11) },
        });
        if place % 4 > 0 {
            body["title"] = json!(format!("T{}", place % 5));
        }
        api.post("/Users", &body).send().await.is(201);
        if place % 6 == 0 {
            api.clock.advance(1_000_000);
        }
    }
}

async fn pages_by_cursor_have_cursors_and_no_start_index(api: Api) {
    people(&api, 5).await;
    api.group("Only", &[]).await;
    for order in ["", "&sortBy=title"] {
        let first = api.get(&format!("/Users?cursor&count=2{order}")).send().await.is(200);
        let keys: Vec<&str> = first.json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["schemas", "totalResults", "itemsPerPage", "nextCursor", "Resources"]);
        assert_eq!((&first.json["totalResults"], &first.json["itemsPerPage"]), (&json!(5), &json!(2)));
        let next = cursor(&first, "nextCursor").unwrap();
        assert!(next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{next}");
        // A start index beside a cursor is of no account.
        let second = api.get(&format!("/Users?cursor={next}&count=2&startIndex=5{order}")).send().await.is(200);
        let keys: Vec<&str> = second.json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["schemas", "totalResults", "itemsPerPage", "previousCursor", "nextCursor", "Resources"]);
        let next = cursor(&second, "nextCursor").unwrap();
        let last = api.get(&format!("/Users?cursor={next}&count=2{order}")).send().await.is(200);
        assert_eq!((last.json["itemsPerPage"].as_u64(), cursor(&last, "nextCursor")), (Some(1), None));
        assert!(cursor(&last, "previousCursor").is_some());
        // All that there is fits on one page, however exactly.
        let only = api.get(&format!("/Users?cursor=&count=5{order}")).send().await.is(200);
        assert_eq!((cursor(&only, "nextCursor"), cursor(&only, "previousCursor")), (None, None));
        assert_eq!(only.each("id").len(), 5);
    }
    let none = api.get("/Users?cursor&filter=userName%20eq%20%22x%22").send().await.is(200);
    assert_eq!((&none.json["totalResults"], &none.json["Resources"]), (&json!(0), &json!([])));
    let by_index = api.get("/Users?count=2").send().await.is(200);
    assert_eq!((&by_index.json["startIndex"], by_index.json.get("nextCursor")), (&json!(1), None));
    let groups = api.get("/Groups?cursor&sortBy=displayName").send().await.is(200);
    assert_eq!(groups.each("displayName"), ["Only"]);
    let shown = api.get("/Users?cursor&count=1&attributes=userName").send().await.is(200);
    assert_eq!(shown.json["Resources"][0].as_object().unwrap().len(), 3, "{}", shown.text);
}

/// All pages of a walk by cursor, forward from the first one.
pub async fn forward(api: &Api, page: impl Fn(&str) -> String) -> Vec<Answer> {
    let mut pages = vec![api.get(&page("")).send().await.is(200)];
    while let Some(next) = cursor(pages.last().unwrap(), "nextCursor").map(str::to_owned) {
        assert!(pages.len() < 1000, "a walk without end");
        pages.push(api.get(&page(&next)).send().await.is(200));
    }
    pages
}

async fn walks_go_forward_and_back_over_every_filter_and_order(api: Api) {
    people(&api, 23).await;
    let members = ids(&api.get("/Users?count=3").send().await);
    for name in ["Blue", "amber", "Cyan", "dim"] {
        api.group(name, &[members[0].as_str(), members[1].as_str()]).await;
    }
    let on_groups = [("", "", false), ("", "displayName", true), ("members pr", "displayName", false)];
    let everywhere = [("", "", false), ("id pr", "meta.created", true), ("displayName pr", "displayName", false)];
    let users = QUERIES.iter().map(|query| ("/Users", *query));
    let rest = on_groups.map(|query| ("/Groups", query)).into_iter().chain(everywhere.map(|query| ("/", query)));
    for (endpoint, query) in users.chain(rest) {
        let whole = ids(&api.get(&url(endpoint, query, "count=1000")).send().await.is(200));
        for count in [1, 4, 7] {
            let page = |cursor: &str| url(endpoint, query, &format!("count={count}&cursor={cursor}"));
            let pages = forward(&api, page).await;
            let walked: Vec<String> = pages.iter().flat_map(ids).collect();
            assert_eq!(walked, whole, "{endpoint} {query:?}");
            assert!(pages.iter().all(|page| page.json["totalResults"] == whole.len()), "{query:?}");
            assert_eq!(pages.len(), whole.len().div_ceil(count), "no page is wasted");
            let mut back = pages.last().unwrap().clone();
            for before in pages.iter().rev().skip(1) {
                back = api.get(&page(cursor(&back, "previousCursor").unwrap())).send().await.is(200);
                assert_eq!(ids(&back), ids(before), "{endpoint} {query:?}");
            }
            assert_eq!(cursor(&back, "previousCursor"), None, "{endpoint} {query:?}");
            if let Some(second) = pages.get(1) {
                let again = api.get(&page(cursor(&back, "nextCursor").unwrap())).send().await.is(200);
                assert_eq!(ids(&again), ids(second));
            }
        }
        // The same in a body.
        let path = format!("{}/.search", endpoint.trim_end_matches('/'));
        let (filter, sort_by, descending) = query;
        let mut body = json!({ "count": 4, "cursor": "", "sortOrder": if descending { "descending" } else { "" } });
        for (name, text) in [("filter", filter), ("sortBy", sort_by)] {
            if !text.is_empty() {
                body[name] = json!(text);
            }
        }
        let mut walked = Vec::new();
        loop {
            let page = api.post(&path, &body).send().await.is(200);
            walked.extend(ids(&page));
            let Some(next) = cursor(&page, "nextCursor") else { break };
            body["cursor"] = json!(next);
        }
        assert_eq!(walked, whole, "{path} {query:?}");
    }
}

async fn the_same_question_may_be_asked_in_other_words(api: Api) {
    people(&api, 9).await;
    let first = "/Users?cursor&count=2&filter=userName%20sw%20%22B%22%20or%20title%20pr&sortBy=userName&attributes=id";
    let first = api.get(first).send().await.is(200);
    let next = cursor(&first, "nextCursor").unwrap();
    for query in [
        "filter=(USERNAME+SW+%22b%22)+or+(title+pr)&sortby=urn:ietf:params:scim:schemas:core:2.0:User:username",
        "filter=userName%20sw%20%22B%22%20or%20title%20pr&sortBy=userName&sortOrder=ascending&excludedAttributes=title",
        "filter=userName%20sw%20%22B%22%20or%20title%20pr&sortBy=userName&count=3&startIndex=7",
    ] {
        api.get(&format!("/Users?cursor={next}&{query}")).send().await.is(200);
    }
    let body = json!({ "filter": "userName sw \"b\" or title pr", "sortBy": "userName", "cursor": next });
    api.post("/Users/.search", &body).send().await.is(200);
    // Without an order its direction says nothing.
    let first = api.get("/Users?cursor&count=2&sortOrder=descending").send().await.is(200);
    api.get(&format!("/Users?cursor={}", cursor(&first, "nextCursor").unwrap())).send().await.is(200);
}

async fn cursors_are_good_for_their_question_and_their_owner_alone(api: Api) {
    people(&api, 9).await;
    for name in ["one", "two", "three"] {
        api.group(name, &[]).await;
    }
    let other = api.tenant("other").await;
    other.user("alone").await;
    api.directory.create_connection("default", "second", Profile::default()).await.unwrap();
    let new = json!({ "name": "second", "connection": "second", "scopes": ["scim"] });
    let token = api.admin("POST", "/tenants/default/tokens").json(&new).send().await.is(201);
    let second = api.with_token(token.text_at("/secret"));
    for query in ["", "&sortBy=title"] {
        let first = api.get(&format!("/Users?cursor&count=2{query}")).send().await.is(200);
        let next = cursor(&first, "nextCursor").unwrap().to_owned();
        let good = format!("/Users?cursor={next}{query}");
        api.get(&good).send().await.is(200);
        for path in [
            format!("/Groups?cursor={next}"),
            format!("/?cursor={next}"),
            format!("/Users?cursor={next}&sortBy=userName"),
            format!("/Users?cursor={next}&sortBy=title&sortOrder=descending"),
            format!("{good}&filter=title%20pr"),
            format!("/Users?cursor={next}x{query}"),
            format!("/Users?cursor={}{query}", &next[1..]),
            format!("/Users?cursor={}{query}", next.to_lowercase()),
            format!("/Users?cursor=1{query}"),
            format!("/Users?cursor=%20x%20{query}"),
            format!("/Users?cursor=%C3%A4{query}"),
            format!("/Users?cursor=%ff{query}"),
            format!("/Users?cursor={}{query}", "A".repeat(4000)),
        ] {
            let detail = api.get(&path).send().await.refused(400, "invalidCursor");
            assert!(detail.contains("cursor") && !detail.contains(&next), "{detail}");
        }
        let mut forged = next.clone().into_bytes();
        for place in 0..forged.len() {
            let was = std::mem::replace(&mut forged[place], if next.as_bytes()[place] == b'x' { b'y' } else { b'x' });
            let text = String::from_utf8(forged.clone()).unwrap();
            let answer = api.get(&format!("/Users?cursor={text}{query}")).send().await;
            assert_eq!(answer.json["scimType"], "invalidCursor", "{place}");
            forged[place] = was;
        }
        for stranger in [&other, &second] {
            stranger.get(&good).send().await.refused(400, "invalidCursor");
        }
        api.post("/Users/.search", &json!({ "cursor": 7 })).send().await.refused(400, "invalidCursor");
    }
}

async fn cursors_expire_and_their_snapshots_with_them(api: Api) {
    people(&api, 9).await;
    for query in ["", "&sortBy=title"] {
        let first = api.get(&format!("/Users?cursor&count=2{query}")).send().await.is(200);
        let path = format!("/Users?cursor={}{query}", cursor(&first, "nextCursor").unwrap());
        api.clock.advance(3600 * 1_000_000);
        api.directory.forget_walks().await.unwrap();
        api.get(&path).send().await.is(200);
        api.clock.advance(1);
        let detail = api.get(&path).send().await.refused(400, "expiredCursor");
        assert!(detail.contains("3600"), "{detail}");
    }
    api.clock.advance(3 * 3600 * 1_000_000);
    api.directory.forget_walks().await.unwrap();
    let mut conn = api.store.read().await.unwrap();
    for table in ["SELECT count(*) FROM walk", "SELECT count(*) FROM walk_part"] {
        let sql = conn.sql().with(table, []);
        assert_eq!(conn.fetch_first(sql).await.unwrap().unwrap().int(0).unwrap(), 0, "{table}");
    }
}

async fn a_walk_outlives_its_first_cursor(api: Api) {
    people(&api, 9).await;
    let mut page = api.get("/Users?cursor&count=1&sortBy=userName").send().await.is(200);
    let mut seen = ids(&page);
    while let Some(next) = cursor(&page, "nextCursor") {
        api.clock.advance(3500 * 1_000_000);
        api.directory.forget_walks().await.unwrap();
        page = api.get(&format!("/Users?cursor={next}&count=1&sortBy=userName")).send().await.is(200);
        seen.extend(ids(&page));
    }
    assert_eq!(seen.len(), 9);
}

async fn a_cursor_goes_with_a_count(api: Api) {
    people(&api, 3).await;
    for count in ["many", "1.5", "%ff"] {
        let detail = api.get(&format!("/Users?cursor&count={count}")).send().await.refused(400, "invalidCount");
        assert!(detail.contains("count"), "{detail}");
    }
    // The total alone, and nowhere to go from there.
    for sort in ["", "&sortBy=userName"] {
        for count in [0, -1] {
            let page = api.get(&format!("/Users?cursor&count={count}{sort}")).send().await.is(200);
            assert_eq!((&page.json["totalResults"], &page.json["nextCursor"]), (&json!(3), &Value::Null));
            assert!(page.each("id").is_empty(), "{}", page.json);
        }
    }
    let page = api.post("/Users/.search", &json!({ "cursor": "", "count": 0 })).send().await.is(200);
    assert_eq!(page.json["totalResults"], 3);
    // More than a page can have is as many as it can have.
    assert_eq!(api.get("/Users?cursor&count=5000").send().await.is(200).each("id").len(), 3);
    assert_eq!(api.get("/Users?cursor&count=").send().await.is(200).each("id").len(), 3);
    assert_eq!(api.get("/Users?count=0").send().await.is(200).json["totalResults"], 3);
}

async fn cursors_are_good_on_every_instance(api: Api) {
    people(&api, 9).await;
    let again = api.again().await;
    for order in ["", "&sortBy=title"] {
        let mut turn = 0;
        let mut page = api.get(&format!("/Users?cursor&count=2{order}")).send().await.is(200);
        let mut seen = ids(&page);
        while let Some(next) = cursor(&page, "nextCursor") {
            turn += 1;
            let instance = if turn % 2 == 0 { &api } else { &again };
            page = instance.get(&format!("/Users?cursor={next}&count=2{order}")).send().await.is(200);
            seen.extend(ids(&page));
        }
        let whole = ids(&api.get(&format!("/Users?count=100{order}")).send().await.is(200));
        assert_eq!(seen, whole);
    }
    again.store.close().await;
}

async fn any_other_start_index_counts_the_results(api: Api) {
    people(&api, 20).await;
    let names = |answer: &Answer| answer.each("userName").into_iter().map(str::to_owned).collect::<Vec<_>>();
    let whole = names(&api.get("/Users?sortBy=userName&count=100").send().await.is(200));
    for start in [13, 2, 11, 20, 7] {
        let page = api.get(&format!("/Users?sortBy=userName&startIndex={start}&count=4")).send().await.is(200);
        assert_eq!(names(&page), whole[start - 1..whole.len().min(start + 3)]);
        assert_eq!(page.json["totalResults"], 20);
    }
    let past = api.get("/Users?startIndex=1000&count=4").send().await.is(200);
    assert_eq!((&past.json["totalResults"], &past.json["Resources"]), (&json!(20), &json!([])));
}

async fn what_can_be_paged_is_announced(api: Api) {
    let config = api.get("/ServiceProviderConfig").send().await.is(200);
    let limits = api.directory.limits();
    let expected: Value = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": limits.default_results,
        "maxPageSize": limits.max_results,
        "cursorTimeout": limits.cursor_timeout,
    });
    assert_eq!(config.json["pagination"], expected);
}
