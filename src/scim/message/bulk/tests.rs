//! What operations are read as, and where references are found.

use super::{BulkRequest, Failure, Item, Method, Outcome, Target, bulk_response, references};
use crate::scim::ScimType;
use crate::scim::schema::Registry;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::tolerance::{Preset, Profile, Tolerance};
use crate::scim::urn;
use serde_json::{Value, json};
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| built_in(Choices { unique_group_names: true }));

fn parse(body: Value, preset: Preset) -> Result<BulkRequest, crate::scim::Error> {
    BulkRequest::parse(body, &REGISTRY, &Profile::from(preset), 3)
}

fn item(sent: Value) -> Item {
    let mut body = json!({});
    body["Operations"] = Value::Array(vec![sent]);
    parse(body, Preset::Default).unwrap().operations.remove(0)
}

#[test]
fn a_request_has_a_list_of_operations_and_perhaps_a_bound() {
    let schemas = json!([urn::BULK_REQUEST]);
    let request =
        parse(json!({ "schemas": schemas, "failOnErrors": 2, "Operations": [{}, 1] }), Preset::Strict).unwrap();
    assert_eq!((request.fail_on_errors, request.operations.len()), (Some(2), 2));
    assert_eq!(request.used.iter().count(), 0);
    let loose = parse(json!({ "operations": [], "FAILONERRORS": 0 }), Preset::Default).unwrap();
    assert!(loose.fail_on_errors.is_none() && loose.used.has(Tolerance::AnySchemas));
    assert_eq!(parse(json!({ "Operations": [] }), Preset::Strict).unwrap_err().scim_type, ScimType::InvalidSyntax);
    let error = parse(json!({ "Operations": [1, 2, 3, 4] }), Preset::Default).unwrap_err();
    assert!(error.too_large && error.detail.contains("maxOperations (3)"), "{}", error.detail);
}

#[test]
fn an_operation_is_read_with_what_its_path_names() {
    let table = [
        (json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": {} }), Method::Post, "User", None),
        (json!({ "method": "post", "path": "Groups/", "bulkId": "x", "data": {} }), Method::Post, "Group", None),
        (
            json!({ "method": "PUT", "path": "/Users/1", "data": {} }),
            Method::Put,
            "User",
            Some(Target::Id("1".to_owned())),
        ),
        (
            json!({ "method": "Patch", "path": "/Groups/bulkId:a/b?c", "data": 7 }),
            Method::Patch,
            "Group",
            Some(Target::BulkId("a/b?c".to_owned())),
        ),
        (
            json!({ "method": "DELETE", "path": " /Users/2 ", "data": "ignored" }),
            Method::Delete,
            "User",
            Some(Target::Id("2".to_owned())),
        ),
    ];
    for (sent, method, kind, target) in table {
        let item = item(sent.clone());
        let operation = item.operation.unwrap();
        assert_eq!((operation.method, operation.place.kind.name.as_str()), (method, kind), "{sent}");
        assert_eq!(operation.place.target, target, "{sent}");
        assert_eq!(item.method.as_deref(), Some(method.as_str()));
        assert_eq!(item.place.as_ref(), Some(&operation.place));
    }
}

#[test]
fn a_fault_keeps_what_is_known_of_the_operation() {
    let item = item(json!({ "method": "put", "path": "/Users/1", "bulkId": "x" }));
    assert_eq!((item.method.as_deref(), item.bulk_id.as_deref()), (Some("PUT"), Some("x")));
    assert_eq!(item.place.unwrap().target, Some(Target::Id("1".to_owned())));
    assert_eq!(item.operation.unwrap_err().scim_type, ScimType::InvalidValue);
    for method in [json!(7), json!("GET it"), json!("A".repeat(17)), json!("")] {
        let item = self::item(json!({ "method": method, "path": "/Users" }));
        assert!(item.method.is_none() && item.operation.is_err(), "{method}");
    }
}

#[test]
fn references_are_found_wherever_they_stand() {
    let table = [
        (json!("bulkId:a"), json!("<a>")),
        (
            json!({ "members": [{ "value": "bulkId:a" }, "bulkId:b"] }),
            json!({ "members": [{ "value": "<a>" }, "<b>"] }),
        ),
        (json!({ "$ref": "../Users/bulkId:a" }), json!({ "$ref": "../Users/<a>" })),
        (json!({ "$REF": "bulkId:a" }), json!({ "$REF": "<a>" })),
        (json!({ "x": [[{ "y": { "value": "bulkId:a" } }]] }), json!({ "x": [[{ "y": { "value": "<a>" } }]] })),
        (
            json!({ "op": "remove", "path": "members[value eq \"bulkId:a\" or value eq \"bulkId:b\"]" }),
            json!({ "op": "remove", "path": "members[value eq \"<a>\" or value eq \"<b>\"]" }),
        ),
        (json!({ "value": "bulkId:" }), json!({ "value": "<>" })),
        (
            json!({ "value": "see bulkId:a", "path": "bulkid:a", "n": 1 }),
            json!({ "value": "see bulkId:a", "path": "bulkid:a", "n": 1 }),
        ),
        (json!({ "url": "../Users/bulkId:a" }), json!({ "url": "../Users/bulkId:a" })),
    ];
    for (mut data, expected) in table {
        references(&mut data, &mut |name| Some(format!("<{name}>")));
        assert_eq!(data, expected);
    }
}

#[test]
fn a_reference_that_is_not_resolved_stays() {
    let sent =
        json!({ "value": "bulkId:a", "$ref": "/x/bulkId:a", "path": "a[value eq \"bulkId:a\" and b eq \"bulkId:b]" });
    let mut data = sent.clone();
    let mut asked = Vec::new();
    references(&mut data, &mut |name| {
        asked.push(name.to_owned());
        None
    });
    assert_eq!((data, asked), (sent, vec!["a".to_owned(); 3]));
}

#[test]
fn nothing_is_too_deep() {
    let mut data = json!("bulkId:a");
    for _ in 0..100 {
        data = json!([{ "value": data }]);
    }
    let mut found = 0;
    references(&mut data, &mut |_| {
        found += 1;
        None
    });
    assert_eq!(found, 1);
}

#[test]
fn the_answer_is_written_as_the_rfc_shows() {
    let done = Outcome {
        method: Some("POST".to_owned()),
        bulk_id: Some("qwerty".to_owned()),
        location: Some("https://x/Users/1".to_owned()),
        version: Some("W/\"1\"".to_owned()),
        status: 201,
        failure: None,
    };
    let failure = Failure { scim_type: Some(ScimType::InvalidSyntax), detail: "Request is unparsable".to_owned() };
    let failed = Outcome { status: 400, failure: Some(failure), ..Outcome::default() };
    let text = bulk_response(&[done, failed]);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
            "Operations": [
                {
                    "location": "https://x/Users/1", "method": "POST", "bulkId": "qwerty", "version": "W/\"1\"",
                    "status": "201",
                },
                {
                    "status": "400",
                    "response": {
                        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400",
                        "scimType": "invalidSyntax", "detail": "Request is unparsable",
                    },
                },
            ],
        })
    );
}
