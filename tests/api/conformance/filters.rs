//! Every operator on every type, and what lists are sorted by (RFC 7644 §3.4.2.2, §3.4.2.3), over HTTP.

use crate::server::{Api, both, encode};
use serde_json::{Value, json};

both! {
    every_operator_has_its_types,
    an_element_is_not_primary_unless_it_says_so,
    an_attribute_a_type_has_not_has_no_value_in_a_search_of_all,
    a_list_is_sorted_by_its_primary_or_else_its_first_value,
    orders_go_by_the_type_of_the_attribute,
    what_cannot_be_sorted_by_is_refused,
}

const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";

/// For each ordering operator: whether a value compares so with a literal below, at and above it.
const COMPARISONS: [(&str, [bool; 3]); 6] = [
    ("eq", [false, true, false]),
    ("ne", [true, false, true]),
    ("gt", [true, false, false]),
    ("ge", [true, true, false]),
    ("lt", [false, false, true]),
    ("le", [false, true, true]),
];

/// An attribute of each type: literals below, at and above its value, and what the type can do.
struct Sample {
    path: String,
    literals: [&'static str; 3],
    ordered: bool,
    text: bool,
}

fn samples() -> Vec<Sample> {
    let sample = |path: &str, literals, ordered, text| Sample { path: path.to_owned(), literals, ordered, text };
    vec![
        sample("title", ["\"ML\"", "\"Mm\"", "\"mn\""], true, true),
        sample("externalId", ["\"mL\"", "\"mM\"", "\"mm\""], true, true),
        sample("profileUrl", ["\"mL\"", "\"mM\"", "\"mm\""], true, true),
        sample("emails.value", ["\"ML\"", "\"Mm\"", "\"mn\""], true, true),
        sample("name.familyName", ["\"ML\"", "\"Mm\"", "\"mn\""], true, true),
        sample(
            "meta.created",
            ["\"2026-01-31T09:29:59.999Z\"", "\"2026-01-31T10:30:00+01:00\"", "\"2026-01-31T09:30:00.001Z\""],
            true,
            false,
        ),
        sample(&format!("{LIFECYCLE}:sessionsLimit"), ["4", "5", "6"], true, false),
        sample("active", ["false", "true", "false"], false, false),
        sample("x509Certificates.value", ["\"aGk=\"", "\"bU0=\"", "\"bUM=\""], false, false),
    ]
}

async fn matches(api: &Api, filter: &str) -> bool {
    let found = api.find("/Users", &format!("userName eq \"m\" and ({filter})")).send().await.is(200);
    found.json["totalResults"] == 1
}

async fn every_operator_has_its_types(api: Api) {
    api.open_to_native().await;
    let body = json!({
        "userName": "m", "title": "mM", "externalId": "mM", "profileUrl": "mM", "active": true,
        "name": { "familyName": "mM" }, "emails": [{ "value": "mM" }], "x509Certificates": [{ "value": "bU0=" }],
        LIFECYCLE: { "sessionsLimit": 5 },
    });
    api.post("/Users", &body).send().await.is(201);
    let refused = async |filter: &str| drop(api.find("/Users", filter).send().await.refused(400, "invalidFilter"));
    for Sample { path, literals, ordered, text } in samples() {
        for (operator, expected) in COMPARISONS {
            for (literal, expected) in literals.iter().zip(expected) {
                let filter = format!("{path} {operator} {literal}");
                if ordered || ["eq", "ne"].contains(&operator) {
                    assert_eq!(matches(&api, &filter).await, expected, "{filter}");
                    assert_eq!(matches(&api, &format!("not ({filter})")).await, !expected, "not ({filter})");
                } else {
                    refused(&filter).await;
                }
            }
        }
        for (operator, part) in [("co", "m"), ("sw", "m"), ("ew", "M")] {
            let filter = |literal: &str| format!("{path} {operator} {literal}");
            if text {
                for literal in [literals[1], &format!("\"{part}\"")] {
                    assert!(matches(&api, &filter(literal)).await, "{}", filter(literal));
                }
                assert!(!matches(&api, &filter("\"mmm\"")).await, "{path} {operator}");
            } else {
                refused(&filter(literals[1])).await;
            }
        }
        for (question, expected) in [("pr", true), ("eq null", false), ("ne null", true)] {
            assert_eq!(matches(&api, &format!("{path} {question}")).await, expected, "{path} {question}");
        }
        for operator in ["co", "sw", "ew", "gt", "ge", "lt", "le", "regex", "="] {
            refused(&format!("{path} {operator} null")).await;
        }
    }
}

/// RFC 7643 §2.4: what says nothing of it is not primary.
async fn an_element_is_not_primary_unless_it_says_so(api: Api) {
    let mail = |value: &str, primary: Value| json!({ "value": value, "primary": primary });
    for (name, emails) in [
        ("said", json!([mail("said@x", json!(false))])),
        ("silent", json!([mail("silent@x", Value::Null)])),
        ("primary", json!([mail("primary@x", json!(true))])),
        ("both", json!([mail("first@x", json!(true)), mail("second@x", Value::Null)])),
        ("none", json!([])),
    ] {
        api.post("/Users", &json!({ "userName": name, "emails": emails })).send().await.is(201);
    }
    for (filter, expected) in [
        ("emails.primary eq false", ["said", "silent", "both"].as_slice()),
        ("emails[primary eq false]", &["said", "silent", "both"]),
        ("emails[primary eq false and value sw \"s\"]", &["said", "silent", "both"]),
        ("emails[primary eq \"False\"].value sw \"se\"", &["both"]),
        ("emails[primary ne true]", &["said", "silent", "both"]),
        ("emails[primary ne false]", &["primary", "both"]),
        ("emails[not (primary eq false)]", &["primary", "both"]),
        ("emails.primary eq true", &["primary", "both"]),
        ("not (emails.primary eq false)", &["primary", "none"]),
        ("emails.primary ne false", &["primary", "both", "none"]),
    ] {
        assert_eq!(api.find("/Users", filter).send().await.is(200).each("userName"), expected, "{filter}");
    }
}

async fn an_attribute_a_type_has_not_has_no_value_in_a_search_of_all(api: Api) {
    let user = json!({ "userName": "ann", "displayName": "Ann", "title": "Baker" });
    let user = api.post("/Users", &user).send().await.is(201).id();
    api.group("Bakers", &[&user]).await;
    for (filter, expected) in [
        ("title pr", ["Ann"].as_slice()),
        ("title eq \"baker\"", &["Ann"]),
        ("title ne \"baker\"", &["Bakers"]),
        ("not (title pr)", &["Bakers"]),
        ("members pr", &["Bakers"]),
        ("not (members pr)", &["Ann"]),
        ("title eq \"x\" or members pr", &["Bakers"]),
        ("title pr and members pr", &[]),
        ("meta.resourceType eq \"User\" or meta.resourceType eq \"Group\"", &["Ann", "Bakers"]),
        ("(meta.resourceType eq \"Group\") and displayName sw \"b\"", &["Bakers"]),
        ("displayName pr", &["Ann", "Bakers"]),
    ] {
        let listed = api.find("", filter).send().await.is(200);
        assert_eq!(listed.each("displayName"), expected, "{filter}");
        let searched = api.post("/.search", &json!({ "filter": filter })).send().await.is(200);
        assert_eq!(searched.json, listed.json, "{filter}");
    }
    for (order, expected) in [("ascending", ["Ann", "Bakers"]), ("descending", ["Bakers", "Ann"])] {
        let sorted = api.get(&format!("?sortBy=title&sortOrder={order}")).send().await.is(200);
        assert_eq!(sorted.each("displayName"), expected, "{order}");
    }
}

async fn sorted(api: &Api, by: &str) -> Vec<String> {
    let found = api.get(&format!("/Users?sortBy={by}")).send().await.is(200);
    found.each("userName").into_iter().map(str::to_owned).collect()
}

async fn a_list_is_sorted_by_its_primary_or_else_its_first_value(api: Api) {
    for (name, emails) in [
        ("marked", json!([{ "value": "z@x", "type": "a" }, { "value": "b@x", "type": "b", "primary": true }])),
        ("unmarked", json!([{ "value": "A@x", "type": "c" }, { "value": "y@x", "type": "a" }])),
        ("none", json!([])),
        ("one", json!([{ "value": "c@x", "type": "d" }])),
    ] {
        api.post("/Users", &json!({ "userName": name, "emails": emails })).send().await.is(201);
    }
    let ascending = ["unmarked", "marked", "one", "none"];
    let descending = ["none", "one", "marked", "unmarked"];
    for by in ["emails", "emails.value", "EMAILS.VALUE", "urn:ietf:params:scim:schemas:core:2.0:User:emails.value"] {
        assert_eq!(sorted(&api, &encode(by)).await, ascending, "{by}");
        assert_eq!(sorted(&api, &format!("{by}&sortOrder=ascending")).await, ascending, "{by}");
        assert_eq!(sorted(&api, &format!("{by}&sortOrder=descending")).await, descending, "{by}");
    }
    assert_eq!(sorted(&api, "emails.type").await, ["marked", "unmarked", "one", "none"]);
    // The mark moves, and the order with it.
    let id = api.find("/Users", "userName eq \"marked\"").send().await.is(200).json["Resources"][0]["id"].clone();
    let mark = json!([{ "op": "replace", "path": "emails[type eq \"a\"].primary", "value": true }]);
    api.patch(&format!("/Users/{}", id.as_str().unwrap()), &mark).send().await.is(200);
    assert_eq!(sorted(&api, "emails.value").await, ["unmarked", "one", "marked", "none"]);
}

async fn orders_go_by_the_type_of_the_attribute(api: Api) {
    api.open_to_native().await;
    for (name, title, external, active, limit) in [
        ("a", "beta", "b", true, json!(10)),
        ("b", "Alpha", "B", false, json!(9)),
        ("c", "ALPHA 2", "a", true, json!(null)),
        ("d", "Ähre", "C", false, json!(100)),
    ] {
        let body = json!({
            "userName": name, "title": title, "externalId": external, "active": active, LIFECYCLE: { "sessionsLimit": limit }
        });
        api.post("/Users", &body).send().await.is(201);
        api.clock.advance(1_000);
    }
    for (by, expected) in [
        ("title", ["b", "c", "a", "d"]),
        ("externalId", ["b", "d", "c", "a"]),
        ("active", ["b", "d", "a", "c"]),
        (&format!("{LIFECYCLE}:sessionsLimit"), ["b", "a", "d", "c"]),
        ("meta.created&sortOrder=descending", ["d", "c", "b", "a"]),
        ("meta.lastModified", ["a", "b", "c", "d"]),
    ] {
        assert_eq!(sorted(&api, by).await, expected, "{by}");
    }
}

async fn what_cannot_be_sorted_by_is_refused(api: Api) {
    api.user("only").await;
    for by in ["name", "noSuch", "name.noSuch", "urn:x:y:userName", "emails[type eq \"work\"].value"] {
        let detail = api.get(&format!("/Users?sortBy={}", encode(by))).send().await.refused(400, "invalidPath");
        assert!(detail.len() > 10, "{detail}");
    }
    api.get("/Users?sortBy=userName&sortOrder=upwards").send().await.refused(400, "invalidValue");
    // An order of nothing in particular is that of creation.
    api.get("/Users?sortOrder=descending").send().await.is(200);
}
