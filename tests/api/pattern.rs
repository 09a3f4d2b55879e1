//! Patterns for JSON: what a conversation expects of an answer.
//!
//! An object asks for its keys and lets others be; `null` asks that the key be absent; a list asks
//! that each of its elements be somewhere in the list. An object with one of these keys asks
//! something else: `$only` these elements and no others, `$none` like this, `$all` like this, `$length`,
//! `$like` (text in any case), `$begins`, `$ends`, `$holds` (parts of a text), `$not`, `$is` (a type).

use serde_json::{Map, Value};

const OPERATORS: [&str; 10] =
    ["$only", "$none", "$all", "$length", "$like", "$begins", "$ends", "$holds", "$not", "$is"];

/// Whether a value is as the pattern asks; otherwise a sentence that says where it is not.
pub fn check(pattern: &Value, found: Option<&Value>, at: &str) -> Result<(), String> {
    match (pattern, found) {
        (Value::Object(asks), _) if asks.keys().any(|key| OPERATORS.contains(&key.as_str())) => {
            asks.iter().try_for_each(|(ask, pattern)| operator(ask, pattern, found, at))
        }
        (Value::Null, None) => Ok(()),
        (Value::Object(wanted), Some(Value::Object(found))) => object(wanted, found, at),
        (Value::Array(wanted), Some(Value::Array(found))) => wanted.iter().try_for_each(|pattern| {
            let there = found.iter().any(|element| check(pattern, Some(element), at).is_ok());
            if there { Ok(()) } else { wrong(at, &format!("an element like {pattern}"), Some(&found.clone().into())) }
        }),
        (_, Some(value)) if value == pattern => Ok(()),
        (Value::Null, _) => wrong(at, "nothing", found),
        _ => wrong(at, &pattern.to_string(), found),
    }
}

fn object(wanted: &Map<String, Value>, found: &Map<String, Value>, at: &str) -> Result<(), String> {
    wanted.iter().try_for_each(|(key, pattern)| check(pattern, found.get(key), &format!("{at}/{key}")))
}

fn operator(ask: &str, pattern: &Value, found: Option<&Value>, at: &str) -> Result<(), String> {
    let list = found.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = found.and_then(Value::as_str);
    let part = pattern.as_str().unwrap_or("");
    let fits = |element: &Value| check(pattern, Some(element), at).is_ok();
    let holds = match ask {
        "$only" => only(pattern.as_array().expect("$only takes a list"), list),
        "$none" => !list.iter().any(fits),
        "$all" => !list.is_empty() && list.iter().all(fits),
        "$length" => Some(list.len() as u64) == pattern.as_u64(),
        "$like" => text.is_some_and(|text| text.to_lowercase() == part.to_lowercase()),
        "$begins" => text.is_some_and(|text| text.starts_with(part)),
        "$ends" => text.is_some_and(|text| text.ends_with(part)),
        "$holds" => text.is_some_and(|text| text.contains(part)),
        "$not" => check(pattern, found, at).is_err(),
        "$is" => found.is_some_and(|value| kind(value) == part),
        unknown => panic!("no pattern operator {unknown}"),
    };
    if holds { Ok(()) } else { wrong(at, &format!("{ask} {pattern}"), found) }
}

/// Whether every pattern can have an element of its own and none is left over.
fn only(patterns: &[Value], elements: &[Value]) -> bool {
    let Some((pattern, rest)) = patterns.split_first() else { return elements.is_empty() };
    (0..elements.len()).any(|index| {
        check(pattern, elements.get(index), "").is_ok() && {
            let mut left = elements.to_vec();
            left.remove(index);
            only(rest, &left)
        }
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn wrong(at: &str, wanted: &str, found: Option<&Value>) -> Result<(), String> {
    let found = found.map_or("nothing".to_owned(), Value::to_string);
    Err(format!("at {}: wanted {wanted}, found {found}", if at.is_empty() { "the top" } else { at }))
}

#[test]
fn patterns_hold_and_fail_as_described() {
    let value = serde_json::json!({
        "name": "Ada", "active": true, "emails": [{ "value": "a@b", "type": "work" }, { "value": "c@d" }]
    });
    let table = [
        (r#"{"name": "Ada", "title": null}"#, true),
        (r#"{"name": null}"#, false),
        (
            r#"{"name": {"$like": "ADA", "$not": "ADA", "$begins": "A", "$ends": "a", "$holds": "d", "$is": "text"}}"#,
            true,
        ),
        (r#"{"name": {"$like": "Eve"}}"#, false),
        (r#"{"active": "true"}"#, false),
        (r#"{"emails": [{"type": "work"}]}"#, true),
        (r#"{"emails": [{"type": "home"}]}"#, false),
        (r#"{"emails": {"$only": [{}, {"type": "work"}], "$length": 2}}"#, true),
        (r#"{"emails": {"$only": [{"type": "work"}]}}"#, false),
        (r#"{"emails": {"$only": [{"type": "work"}, {"type": "work"}]}}"#, false),
        (r#"{"emails": {"$none": {"type": "home"}, "$all": {"value": {"$holds": "@"}}}}"#, true),
        (r#"{"emails": {"$none": {"value": "c@d"}}}"#, false),
        (r#"{"groups": {"$none": {}}}"#, true),
        (r#"{"groups": {"$is": "list"}}"#, false),
    ];
    for (pattern, holds) in table {
        let outcome = check(&serde_json::from_str(pattern).unwrap(), Some(&value), "");
        assert_eq!(outcome.is_ok(), holds, "{pattern}: {outcome:?}");
    }
}
