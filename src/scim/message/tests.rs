//! Search requests from queries and bodies, and the texts of messages.

use super::{Place, SearchRequest, error, list_response};
use crate::scim::ScimType;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn an_empty_query_asks_for_everything_from_the_first_result() {
    for query in ["", "&", "&&", "?", "aadOptscim062020", "x=%zz&%ff=1", "filter=&sortBy=+&count=&attributes=,%20,"] {
        assert_eq!(SearchRequest::from_query(query).unwrap(), SearchRequest::default(), "{query}");
    }
    assert_eq!(SearchRequest::default().start_index, 1);
}

#[test]
fn every_parameter_is_read_in_any_case() {
    let query = "Attributes=userName,%20emails.value&excludedattributes=groups&FILTER=active%20eq%20true\
                 &sortby=userName&sortOrder=Descending&startindex=11&Count=5&";
    let expected = SearchRequest {
        attributes: vec!["userName".into(), "emails.value".into()],
        excluded_attributes: vec!["groups".into()],
        filter: Some("active eq true".into()),
        sort_by: Some("userName".into()),
        descending: true,
        start_index: 11,
        count: Some(5),
        cursor: None,
    };
    assert_eq!(SearchRequest::from_query(query).unwrap(), expected);
}

#[test]
fn plus_is_a_blank_unless_the_filter_writes_its_blanks_as_percent_20() {
    let cases = [
        ("userName+eq+%22a%22", "userName eq \"a\""),
        ("userName+eq+%22a+b%22", "userName eq \"a b\""),
        ("userName%20eq%20%22a+b@x.org%22", "userName eq \"a+b@x.org\""),
        ("userName%20eq%20\"a+b@x.org\"", "userName eq \"a+b@x.org\""),
        ("userName%20eq%20%22a%2Bb%22", "userName eq \"a+b\""),
        ("userName+eq+%22a%2Bb%20c%22", "userName eq \"a+b c\""),
        ("userName%20eq+%22a+b%22", "userName eq \"a b\""),
        ("a%20eq%20%22x%5C%22+y%22", "a eq \"x\\\"+y\""),
        ("a%20eq%20%22x%5C%5C%22+or+b%20eq%20%22y+z%22", "a eq \"x\\\\\" or b eq \"y z\""),
        ("n%20eq%201e%2B3", "n eq 1e+3"),
        ("userName%20eq%20%22j%C3%BCrgen%22", "userName eq \"jürgen\""),
    ];
    for (raw, expected) in cases {
        let request = SearchRequest::from_query(&format!("filter={raw}")).unwrap();
        assert_eq!(request.filter.as_deref(), Some(expected), "{raw}");
    }
}

#[test]
fn numbers_below_the_smallest_mean_the_smallest() {
    const MAX: u64 = i64::MAX.unsigned_abs();
    let cases = [
        ("startIndex=0&count=-1", 1, Some(0)),
        ("startIndex=-5&count=0", 1, Some(0)),
        ("startIndex=+3&count=%2B4", 3, Some(4)),
        ("startIndex=999999999999999999999999999999&count=9223372036854775808", MAX, Some(MAX)),
        ("startIndex=-999999999999999999999999999999", 1, None),
    ];
    for (query, start_index, count) in cases {
        let request = SearchRequest::from_query(query).unwrap();
        assert_eq!((request.start_index, request.count), (start_index, count), "{query}");
    }
}

#[test]
fn broken_queries_are_refused_by_name() {
    let cases = [
        ("startIndex=one", ScimType::InvalidValue, "startIndex must be a whole number"),
        ("count=1.5", ScimType::InvalidCount, "count must be a whole number"),
        ("count=%D9%A1", ScimType::InvalidCount, "count must be a whole number"),
        ("count=-", ScimType::InvalidCount, "count must be a whole number"),
        ("count=1%002", ScimType::InvalidCount, "count must be a whole number"),
        ("count=1&Count=2", ScimType::InvalidValue, "parameter count stands twice"),
        ("filter=a%20pr&filter=b%20pr", ScimType::InvalidValue, "parameter filter stands twice"),
        ("sortOrder=up", ScimType::InvalidValue, "sortOrder must be ascending or descending"),
        ("filter=%", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("filter=%2", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("filter=%zz", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("filter=%ff", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("filter=%C0%AF", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("filter=%ED%A0%80", ScimType::InvalidFilter, "parameter filter must be UTF-8"),
        ("sortBy=%ff", ScimType::InvalidValue, "parameter sortBy must be UTF-8"),
    ];
    for (query, scim_type, message) in cases {
        let error = SearchRequest::from_query(query).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{query}");
        assert!(error.detail.starts_with(message), "{query}: {}", error.detail);
    }
}

#[test]
fn lists_of_names_may_stand_twice() {
    let request = SearchRequest::from_query("attributes=a&attributes=b,c").unwrap();
    assert_eq!(request.attributes, ["a", "b", "c"]);
}

#[test]
fn bodies_are_read_like_queries() {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "ATTRIBUTES": ["userName", " emails.value , id"],
        "excludedAttributes": "groups, members",
        "filter": " active eq true ",
        "sortBy": "userName",
        "sortOrder": "descending",
        "startIndex": 0,
        "count": 1e30,
        "other": {},
    });
    let expected = SearchRequest {
        attributes: vec!["userName".into(), "emails.value".into(), "id".into()],
        excluded_attributes: vec!["groups".into(), "members".into()],
        filter: Some("active eq true".into()),
        sort_by: Some("userName".into()),
        descending: true,
        start_index: 1,
        count: Some(i64::MAX.unsigned_abs()),
        cursor: None,
    };
    assert_eq!(SearchRequest::from_body(&body).unwrap(), expected);
    let nulls = json!({ "filter": null, "count": null, "attributes": null, "sortOrder": null });
    assert_eq!(SearchRequest::from_body(&nulls).unwrap(), SearchRequest::default());
    let negative = SearchRequest::from_body(&json!({ "count": -3, "startIndex": u64::MAX })).unwrap();
    assert_eq!((negative.count, negative.start_index), (Some(0), i64::MAX.unsigned_abs()));
}

#[test]
fn members_of_the_wrong_type_are_refused_by_name() {
    let cases = [
        (json!([]), "the body must be a SearchRequest object"),
        (json!({ "filter": 1 }), "filter must be a string"),
        (json!({ "filter": ["a pr"] }), "filter must be a string"),
        (json!({ "sortBy": {} }), "sortBy must be a string"),
        (json!({ "sortOrder": "up" }), "sortOrder must be ascending or descending"),
        (json!({ "count": "5" }), "count must be a whole number"),
        (json!({ "count": 1.5 }), "count must be a whole number"),
        (json!({ "startIndex": true }), "startIndex must be a whole number"),
        (json!({ "attributes": [1] }), "attributes must be a list of attribute names"),
        (json!({ "attributes": {} }), "attributes must be a list of attribute names"),
    ];
    for (body, message) in cases {
        let error = SearchRequest::from_body(&body).unwrap_err();
        assert!(error.detail.starts_with(message), "{body}: {}", error.detail);
    }
}

#[test]
fn list_responses_always_have_resources() {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        parsed(&list_response(0, &Place::Index(1), &[])),
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 0,
            "itemsPerPage": 0,
            "startIndex": 1,
            "Resources": [],
        })
    );
    let list = parsed(&list_response(7, &Place::Index(3), &["{\"id\":\"a\"}".into(), "{\"id\":\"b\"}".into()]));
    assert_eq!((&list["totalResults"], &list["itemsPerPage"], &list["startIndex"]), (&json!(7), &json!(2), &json!(3)));
    assert_eq!(list["Resources"], json!([{ "id": "a" }, { "id": "b" }]));
}

#[test]
fn a_cursor_is_absent_empty_or_a_text() {
    let absent = |cursor: &Option<String>| cursor.is_none();
    assert!(absent(&SearchRequest::from_query("count=1").unwrap().cursor));
    assert!(absent(&SearchRequest::from_body(&json!({ "cursor": null })).unwrap().cursor));
    for (query, cursor) in [("cursor", ""), ("count=1&cursor=", ""), ("CURSOR=a-_1&count=2", "a-_1")] {
        assert_eq!(SearchRequest::from_query(query).unwrap().cursor.as_deref(), Some(cursor), "{query}");
        let body = json!({ "Cursor": cursor });
        assert_eq!(SearchRequest::from_body(&body).unwrap().cursor.as_deref(), Some(cursor));
    }
    for (query, kind) in [
        ("cursor=%zz", ScimType::InvalidCursor),
        ("cursor&cursor", ScimType::InvalidValue),
        ("count=many", ScimType::InvalidCount),
        ("count=%zz", ScimType::InvalidCount),
        ("startIndex=x", ScimType::InvalidValue),
    ] {
        assert_eq!(SearchRequest::from_query(query).unwrap_err().scim_type, kind, "{query}");
    }
    for (body, kind) in [
        (json!({ "cursor": 1 }), ScimType::InvalidCursor),
        (json!({ "count": "x" }), ScimType::InvalidCount),
        (json!({ "count": 1.5 }), ScimType::InvalidCount),
    ] {
        assert_eq!(SearchRequest::from_body(&body).unwrap_err().scim_type, kind, "{body}");
    }
}

#[test]
fn a_page_by_cursor_has_cursors_and_no_start_index() {
    let place = |next: Option<&str>, previous: Option<&str>| Place::Cursor {
        next: next.map(ToOwned::to_owned),
        previous: previous.map(ToOwned::to_owned),
    };
    for (next, previous) in [(None, None), (Some("n"), None), (None, Some("p")), (Some("n"), Some("p"))] {
        let list: Value = serde_json::from_str(&list_response(7, &place(next, previous), &[])).unwrap();
        assert_eq!(list.get("nextCursor").and_then(Value::as_str), next);
        assert_eq!(list.get("previousCursor").and_then(Value::as_str), previous);
        assert_eq!((list.get("startIndex"), &list["totalResults"], &list["Resources"]), (None, &json!(7), &json!([])));
    }
}

#[test]
fn error_messages_carry_the_status_as_text() {
    let message: Value = serde_json::from_str(&error(400, Some("invalidFilter"), "a \"b\"")).unwrap();
    assert_eq!(
        message,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": "400",
            "scimType": "invalidFilter",
            "detail": "a \"b\"",
        })
    );
    let plain: Value = serde_json::from_str(&error(404, None, "gone")).unwrap();
    assert!(plain.get("scimType").is_none());
}

proptest! {
    #[test]
    fn no_query_is_too_strange(query in "[a-zA-Z+%0-9=&\"\\\\ ]{0,60}") {
        let _ = SearchRequest::from_query(&query);
    }

    #[test]
    fn an_encoded_filter_comes_back_as_it_was(filter in "\\PC{1,20}") {
        let encoded = filter.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
        let request = SearchRequest::from_query(&format!("filter={encoded}")).unwrap();
        prop_assert_eq!(request.filter.unwrap_or_default(), filter.trim());
    }
}
