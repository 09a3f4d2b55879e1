//! What bodies are read as, and every way in which they can be wrong.

use super::*;
use serde_json::json;

fn faults(what: For, change: impl Fn(&mut Value)) -> Vec<String> {
    let mut body = json!({ "external_id": "e-1", "email": "a@example.com", "only_sees_readable": true });
    change(&mut body);
    let (_, faults) = read(&body, what).unwrap();
    faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn the_example_of_the_document_is_read() {
    let body = json!({
        "email": "reader@example.com",
        "external_id": "user-id-in-your-platform",
        "new_password": "Abcd1234",
        "sessions_limit": null,
        "assign_new_plan": null,
        "new_plan_custom_valid_to": "",
        "admin": false,
        "plan_admin": false,
        "only_sees_readable": true,
    });
    let (wish, faults) = read(&body, For::Create).unwrap();
    assert_eq!(faults, []);
    let expected = Wish {
        external_id: Some("user-id-in-your-platform".to_owned()),
        email: Some("reader@example.com".to_owned()),
        password: Some("Abcd1234".to_owned()),
        sessions_limit: Given::Nothing,
        assignment: None,
        admin: Some(false),
        plan_admin: Some(false),
        only_sees_readable: Some(true),
    };
    assert_eq!(wish, expected);
}

#[test]
fn truths_are_true_false_one_and_zero_as_numbers_or_texts() {
    for (sent, truth) in [
        (json!(true), Some(true)),
        (json!(false), Some(false)),
        (json!(1), Some(true)),
        (json!(0), Some(false)),
        (json!("1"), Some(true)),
        (json!("0"), Some(false)),
        (json!("true"), None),
        (json!("yes"), None),
        (json!(2), None),
        (json!(null), None),
        (json!([]), None),
    ] {
        for field in ["admin", "plan_admin", "only_sees_readable"] {
            let mut body = json!({ "external_id": "e", "email": "a@example.com" });
            body[field] = sent.clone();
            let (wish, faults) = read(&body, For::Create).unwrap();
            let found = [wish.admin, wish.plan_admin, wish.only_sees_readable].into_iter().flatten().next();
            assert_eq!(found, truth, "{field}: {sent}");
            assert_eq!(faults.len(), usize::from(truth.is_none()), "{field}: {sent}");
        }
    }
}

#[test]
fn what_breaks_a_rule_is_named() {
    let long = "x".repeat(65);
    let long_password = "x".repeat(256);
    for (field, wrong) in [
        ("external_id", vec![json!(null), json!(""), json!(" "), json!(5), json!({}), json!(long), json!("a\nb")]),
        ("email", vec![json!(null), json!(""), json!(5), json!("a"), json!("a@"), json!("@b"), json!("a b@c.de")]),
        ("new_password", vec![json!("Abc1234"), json!(long_password), json!(12_345_678), json!(true)]),
        (
            "sessions_limit",
            vec![json!(0), json!(-1), json!(1_000_000), json!("many"), json!("3"), json!(""), json!(1.5), json!(1e300)],
        ),
        ("assign_new_plan", vec![json!("x"), json!(0), json!(-1), json!(1e300), json!([])]),
        (
            "new_plan_custom_valid_to",
            ["31/12/2030", "2030-02-30", "2030-13-01", "2030-1-1", "0000-01-01", "2030-12-31T00:00:00Z", " "]
                .map(Value::from)
                .into(),
        ),
        ("new_plan_custom_valid_to", vec![json!(20_301_231), json!(false)]),
        ("user_plan_name", vec![json!(1), json!("x".repeat(256))]),
    ] {
        for wrong in wrong {
            let found = faults(For::Update, |body| {
                body["assign_new_plan"] = json!(1);
                body[field] = wrong.clone();
            });
            assert_eq!(found, [field], "{wrong}");
        }
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let body = json!({ "new_password": "x", "sessions_limit": 0, "new_plan_custom_valid_to": "x", "admin": "x" });
    let (_, faults) = read(&body, For::Update).unwrap();
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    let required = ["external_id", "email", "only_sees_readable"];
    let wrong = ["new_password", "sessions_limit", "new_plan_custom_valid_to", "admin"];
    assert_eq!(fields, [&required[..], &wrong].concat());
}

#[test]
fn a_day_or_a_name_needs_a_plan() {
    assert_eq!(
        faults(For::Update, |body| body["new_plan_custom_valid_to"] = json!("2030-12-31")),
        ["new_plan_custom_valid_to"]
    );
    assert_eq!(faults(For::Update, |body| body["user_plan_name"] = json!("Gold")), ["user_plan_name"]);
    assert_eq!(faults(For::Update, |body| body["user_plan_name"] = json!("")), [""; 0]);
    // Creation knows no name, and what it does not know it ignores.
    assert_eq!(faults(For::Create, |body| body["user_plan_name"] = json!("Gold")), [""; 0]);
}

#[test]
fn only_update_requires_only_sees_readable() {
    let without = |body: &mut Value| drop(body.as_object_mut().unwrap().remove("only_sees_readable"));
    assert_eq!(faults(For::Create, without), [""; 0]);
    assert_eq!(faults(For::Update, without), ["only_sees_readable"]);
}

#[test]
fn absent_null_and_a_value_are_three_things() {
    let limit = |sent: Option<Value>| {
        let mut body = json!({ "external_id": "e", "email": "a@example.com", "only_sees_readable": 1 });
        if let Some(sent) = sent {
            body["sessions_limit"] = sent;
        }
        read(&body, For::Update).unwrap().0.sessions_limit
    };
    assert_eq!(limit(None), Given::Absent);
    assert_eq!(limit(Some(json!(null))), Given::Nothing);
    assert_eq!(limit(Some(json!(999_999))), Given::This(999_999));
    assert_eq!(limit(Some(json!(3.0))), Given::This(3));
}

#[test]
fn what_is_no_object_is_refused_as_a_whole() {
    for body in [json!([]), json!("x"), json!(null), json!(1)] {
        let refusal = read(&body, For::Create).unwrap_err();
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refusal.body.unwrap().contains(r#""errors":{"body":["#));
    }
}
