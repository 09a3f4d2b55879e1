//! Creating and replacing: types, what is required, and mutability (RFC 7643 §2.2, RFC 7644 §3.3, §3.5.1);
//! suggestions, uniqueness, required extensions.

use super::{Bench, is_fixed, is_hidden, mutability, sample};
use crate::races::{at_once, counted};
use crate::server::{Api, both};
use roster::scim::path::Target;
use roster::scim::schema::{Kind, Mutability, Returned, Uniqueness};
use serde_json::{Value, json};
use std::collections::BTreeMap;

both! {
    each_attribute_is_created_and_read_back,
    a_value_of_another_type_is_refused,
    what_is_required_cannot_be_left_out,
    a_replace_goes_by_mutability,
    a_replace_keeps_the_parts_that_a_client_cannot_send_back,
    suggested_values_are_no_limits,
    what_is_unique_is_had_by_one_resource_alone,
    one_of_many_creations_gets_a_unique_value,
    a_required_extension_cannot_be_left_out,
}

async fn each_attribute_is_created_and_read_back(api: Api) {
    let bench = Bench::new(&api).await;
    for (number, target) in (1..).zip(bench.everything()) {
        let name = target.name();
        let mut body = bench.least(number);
        let value = sample::around(&target, number);
        sample::put(&target, &mut body, value);
        let sent = sample::get(&target, &body).cloned();
        let made = api.post(&bench.kind.endpoint, &body).send().await.is(201);
        let id = made.id();
        let stored = bench.stored(&id).await;
        let kept = sample::get(&target, &stored);
        if mutability(&target) == Mutability::ReadOnly {
            assert_eq!(kept, None, "{name}: only the server writes it");
            continue;
        }
        assert_eq!(kept, sent.as_ref(), "{name}");
        let one = api.get(&bench.at(&id)).send().await.is(200).json;
        if is_on_request(&target) {
            // Who sets it sees it in the answer, and later who asks for it (RFC 7643 §7).
            assert_eq!(sample::get(&target, &made.json), sent.as_ref().filter(|_| !is_hidden(&target)), "{name}");
        } else if !has_parts_on_request(&target) {
            assert_eq!(one, made.json, "{name}: what is read is what the creation answered");
        }
        if is_hidden(&target) {
            assert_eq!(sample::get(&target, &one), None, "{name} is never shown");
        }
        let asked = api.get(&format!("{}?attributes={}", bench.at(&id), crate::server::encode(&name)));
        let asked = asked.send().await.is(200).json;
        if !is_hidden(&target) && !target.leaf().is_complex() {
            assert_eq!(sample::get(&target, &asked), sent.as_ref(), "{name}");
        }
    }
}

fn is_on_request(target: &Target) -> bool {
    [target.attribute.returned, target.leaf().returned].contains(&Returned::Request)
}

fn has_parts_on_request(target: &Target) -> bool {
    target.sub.is_none() && target.attribute.sub_attributes.iter().any(|part| part.returned == Returned::Request)
}

async fn a_value_of_another_type_is_refused(api: Api) {
    for profile in ["default", "strict"] {
        api.set_profile(profile).await;
        let bench = if profile == "default" { Bench::new(&api).await } else { Bench::of(&api).await };
        let id = bench.create(&bench.least(usize::from(profile == "strict"))).await;
        for target in bench.everything() {
            let (mut wrong, tolerated) = sample::wrong(target.leaf());
            if profile == "strict" {
                wrong.extend(tolerated);
            }
            for value in wrong {
                let mut body = bench.least(100);
                let around = match &target.sub {
                    None if target.attribute.multi_valued => json!([value]),
                    None => value.clone(),
                    Some(sub) => {
                        let mut around = sample::around(&target, 100);
                        let element = if target.attribute.multi_valued { &mut around[0] } else { &mut around };
                        element[&sub.name] = value.clone();
                        around
                    }
                };
                sample::put(&target, &mut body, around);
                let posted = api.post(&bench.kind.endpoint, &body).send().await;
                if mutability(&target) == Mutability::ReadOnly {
                    let is_looked_into = target.sub.is_none() || target.attribute.mutability != Mutability::ReadOnly;
                    if profile == "strict" && value.is_object() && is_looked_into {
                        // What is read-only is passed over, but not names in it that no schema knows.
                        posted.refused(400, "invalidSyntax");
                        continue;
                    }
                    let id = posted.is(201).id();
                    api.delete(&bench.at(&id)).send().await.is(204);
                    continue;
                }
                let detail = posted.refused(400, "invalidValue");
                assert!(detail.contains(&target.leaf().name), "{} is not named: {detail}", target.name());
                let path = path(&target, None);
                let operation = json!([{ "op": "replace", "path": path, "value": value }]);
                let detail = api.patch(&bench.at(&id), &operation).send().await.refused(400, "invalidValue");
                assert!(detail.contains(&target.leaf().name), "{} is not named: {detail}", target.name());
            }
        }
        let list = api.get(&bench.kind.endpoint).send().await.is(200).json;
        assert_eq!(list["totalResults"], if profile == "strict" { 2 } else { 1 }, "nothing was made");
    }
}

/// The path of a PATCH that means a target; of several values the one with this `value`.
fn path(target: &Target, value: Option<&Value>) -> String {
    match (&target.sub, value) {
        (Some(sub), Some(value)) if target.attribute.multi_valued => {
            let whole = Target { sub: None, ..target.clone() };
            format!("{}[value eq {value}].{}", whole.name(), sub.name)
        }
        _ => target.name(),
    }
}

async fn what_is_required_cannot_be_left_out(api: Api) {
    let bench = Bench::new(&api).await;
    let full = bench.full(1);
    let id = bench.create(&full).await;
    for target in bench.everything().into_iter().filter(|target| target.leaf().required) {
        let mut bodies = Vec::new();
        for nothing in [None, Some(json!(null)), Some(json!(""))] {
            let mut body = full.clone();
            let at = if target.sub.is_some() {
                let pointer: Vec<&str> = target.extension.iter().map(|schema| schema.id.as_str()).collect();
                assert!(pointer.is_empty(), "the core schema has one: that is enough");
                let whole = &mut body[&target.attribute.name];
                (if whole.is_array() { &mut whole[0] } else { whole }).as_object_mut().unwrap()
            } else {
                match &target.extension {
                    Some(schema) => body[&schema.id].as_object_mut().unwrap(),
                    None => body.as_object_mut().unwrap(),
                }
            };
            match nothing {
                None => drop(at.shift_remove(&target.leaf().name)),
                Some(nothing) => drop(at.insert(target.leaf().name.clone(), nothing)),
            }
            bodies.push(body);
        }
        for body in bodies {
            for call in [api.post(&bench.kind.endpoint, &body), api.put(&bench.at(&id), &body)] {
                let detail = call.send().await.refused(400, "invalidValue");
                assert!(detail.contains(&target.name()), "{detail}");
            }
        }
        let value = full[&target.attribute.name][0].get("value");
        let path = path(&target, value);
        let removal = json!([{ "op": "remove", "path": path }]);
        let detail = api.patch(&bench.at(&id), &removal).send().await.refused(400, "mutability");
        assert!(detail.contains(&target.leaf().name), "{detail}");
        for nothing in [json!(null), json!("")] {
            let operation = json!([{ "op": "replace", "path": path, "value": nothing }]);
            let answer = api.patch(&bench.at(&id), &operation).send().await.is(400);
            assert!(answer.text_at("/detail").contains(&target.leaf().name), "{}", answer.text);
        }
    }
    assert_eq!(api.get(&bench.at(&id)).send().await.is(200).json["meta"]["version"], "W/\"1\"");
}

async fn a_replace_goes_by_mutability(api: Api) {
    let bench = Bench::new(&api).await;
    for (number, target) in (1..).zip(bench.everything()) {
        let name = target.name();
        let (first, other) = (2 * number, 2 * number + 1);
        let body = |value: Option<usize>| {
            let mut body = bench.least(first);
            if let Some(value) = value {
                sample::put(&target, &mut body, sample::around(&target, value));
            }
            body
        };
        let value = |value: usize| sample::get(&target, &body(Some(value))).cloned();
        let id = bench.create(&body(Some(first))).await;
        let at = bench.at(&id);
        let is_part_of_many = target.sub.is_some() && target.attribute.multi_valued;

        let same = api.put(&at, &body(Some(first))).send().await.is(200);
        assert_eq!(same.json["meta"]["version"], "W/\"1\"", "{name}: nothing changed");
        let put = api.put(&at, &body(Some(other))).send().await;
        let expected = match mutability(&target) {
            Mutability::ReadOnly => {
                put.is(200);
                None
            }
            // Another value of many is another one; of one value a part that is set stays.
            _ if is_fixed(&target) && !is_part_of_many => {
                let detail = put.refused(400, "mutability");
                // The outermost that is fixed is named.
                assert!(detail.contains(&target.attribute.name), "{detail}");
                value(first)
            }
            Mutability::ReadWrite | Mutability::WriteOnly | Mutability::Immutable => {
                put.is(200);
                value(other)
            }
        };
        assert_eq!(sample::get(&target, &bench.stored(&id).await), expected.as_ref(), "{name}");

        let left_out = api.put(&at, &bench.least(first)).send().await.is(200);
        let whole = Target { sub: None, ..target.clone() };
        let kept = match (whole.attribute.mutability, target.attribute.required) {
            (Mutability::Immutable | Mutability::WriteOnly, _) => expected,
            (_, true) => value(first),
            (Mutability::ReadWrite | Mutability::ReadOnly, false) => None,
        };
        assert_eq!(sample::get(&target, &bench.stored(&id).await), kept.as_ref(), "{name} left out: {}", left_out.text);

        // What has no value yet can be given one.
        let bare = bench.create(&bench.least(10_000 + number)).await;
        let mut body = bench.least(10_000 + number);
        if !target.attribute.required {
            sample::put(&target, &mut body, sample::around(&target, 10_000 + number));
        }
        api.put(&bench.at(&bare), &body).send().await.is(200);
        let given = sample::get(&target, &body).filter(|_| mutability(&target) != Mutability::ReadOnly);
        assert_eq!(sample::get(&target, &bench.stored(&bare).await), given, "{name}");
    }
}

async fn a_replace_keeps_the_parts_that_a_client_cannot_send_back(api: Api) {
    let bench = Bench::new(&api).await;
    let id = bench.create(&bench.full(1)).await;
    let before = bench.stored(&id).await;
    // What a client has read, changed at one place.
    let query: Vec<String> = bench.everything().iter().map(Target::name).collect();
    let seen = api.get(&format!("{}?attributes={}", bench.at(&id), crate::server::encode(&query.join(","))));
    let mut seen = seen.send().await.is(200).json;
    let changed = bench.attributes().into_iter().find(|target| {
        let Target { attribute, .. } = target;
        attribute.kind == Kind::Integer && mutability(target) == Mutability::ReadWrite && !attribute.multi_valued
    });
    let changed = changed.unwrap();
    sample::put(&changed, &mut seen, sample::one(&changed.attribute, 2));
    api.put(&bench.at(&id), &seen).send().await.is(200);
    let after = bench.stored(&id).await;
    for target in bench.leaves().into_iter().filter(|target| mutability(target) == Mutability::WriteOnly) {
        let name = target.name();
        assert_eq!(sample::get(&target, &after), sample::get(&target, &before), "{name}");
    }
    assert_eq!(sample::get(&changed, &after), Some(&sample::one(&changed.attribute, 2)));
}

async fn suggested_values_are_no_limits(api: Api) {
    let bench = Bench::new(&api).await;
    let suggesting = bench.leaves().into_iter().filter(|target| !target.leaf().canonical_values.is_empty());
    for (number, target) in (1..).zip(suggesting) {
        let mut body = bench.least(number);
        sample::put(&target, &mut body, sample::around(&target, number));
        let made = api.post(&bench.kind.endpoint, &body).send().await.is(201).json;
        let sent = sample::get(&target, &body).unwrap();
        let text = sent.as_str().map_or_else(|| sent.to_string(), ToOwned::to_owned);
        assert!(!target.leaf().canonical_values.contains(&text), "the case is about a value nobody suggested");
        assert_eq!(sample::get(&target, &made), Some(sent), "{}", target.name());
    }
}

async fn what_is_unique_is_had_by_one_resource_alone(api: Api) {
    let bench = Bench::new(&api).await;
    let unique = bench.leaves().into_iter().filter(|target| target.leaf().uniqueness != Uniqueness::None);
    for (number, target) in (1..).zip(unique) {
        let name = target.name();
        let (mine, yours) = (100 * number, 100 * number + 1);
        let body = |number: usize, value: usize| {
            let mut body = bench.least(number);
            sample::put(&target, &mut body, sample::around(&target, value));
            body
        };
        let whole = Target { sub: None, ..target.clone() };
        let first = bench.create(&body(mine, mine)).await;
        let second = bench.create(&body(yours, yours)).await;
        let patch = |value: &Value| json!([{ "op": "replace", "path": whole.name(), "value": value }]);
        let taken = body(yours, mine);
        let value = sample::get(&whole, &taken).unwrap();
        for call in [
            api.post(&bench.kind.endpoint, &body(mine + 2, mine)),
            api.put(&bench.at(&second), &taken),
            api.patch(&bench.at(&second), &patch(value)),
        ] {
            let detail = call.send().await.refused(409, "uniqueness");
            assert!(detail.contains(&name), "{detail}");
        }
        // One's own value is no other's.
        api.put(&bench.at(&first), &body(mine, mine)).send().await.is(200);
        if target.leaf().kind == Kind::String {
            let recased = json!(value.to_string().to_uppercase().parse::<Value>().unwrap());
            let recased = match recased {
                // The names of parts keep their case.
                Value::Object(_) | Value::Array(_) if target.sub.is_some() => upper(value),
                other => other,
            };
            let answer = api.patch(&bench.at(&second), &patch(&recased)).send().await;
            if target.leaf().case_exact {
                answer.is(200);
            } else {
                answer.refused(409, "uniqueness");
            }
        }
        api.delete(&bench.at(&first)).send().await.is(204);
        api.put(&bench.at(&second), &taken).send().await.is(200);
        let kept = bench.stored(&second).await;
        assert_eq!(sample::get(&target, &kept), sample::get(&target, &taken), "{name}: what was freed can be taken");
    }
}

/// Every text in upper case.
pub fn upper(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.to_uppercase()),
        Value::Array(list) => list.iter().map(upper).collect(),
        Value::Object(parts) => Value::Object(parts.iter().map(|(name, part)| (name.clone(), upper(part))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

async fn one_of_many_creations_gets_a_unique_value(api: Api) {
    let bench = Bench::new(&api).await;
    let unique = bench.leaves().into_iter().filter(|target| target.leaf().uniqueness != Uniqueness::None);
    for (number, target) in (1..).zip(unique) {
        let statuses = at_once(8, |racer| {
            let (bench, target) = (bench.clone(), target.clone());
            async move {
                let mut body = bench.least(100 * number + racer);
                sample::put(&target, &mut body, sample::around(&target, 100 * number));
                bench.api.post(&bench.kind.endpoint, &body).send().await.status
            }
        });
        assert_eq!(counted(statuses.await), BTreeMap::from([(201, 1), (409, 7)]), "{}", target.name());
    }
}

async fn a_required_extension_cannot_be_left_out(api: Api) {
    let bench = Bench::new(&api).await;
    let id = bench.create(&bench.full(1)).await;
    for extension in bench.kind.extensions.iter().filter(|extension| extension.required) {
        let urn = &extension.schema.id;
        for nothing in [None, Some(json!(null)), Some(json!({}))] {
            let mut body = bench.full(1);
            match nothing {
                None => drop(body.as_object_mut().unwrap().shift_remove(urn)),
                Some(nothing) => body[urn] = nothing,
            }
            for call in [api.post(&bench.kind.endpoint, &body), api.put(&bench.at(&id), &body)] {
                let detail = call.send().await.refused(400, "invalidValue");
                assert!(detail.contains(urn.as_str()), "{detail}");
            }
        }
        // One that has nothing else to lose.
        let id = bench.create(&bench.least(2)).await;
        let removals = [
            json!([{ "op": "remove", "path": urn }]),
            json!([{ "op": "replace", "path": urn, "value": null }]),
            json!([{ "op": "replace", "value": { urn: null } }]),
        ];
        for removal in removals {
            let answer = api.patch(&bench.at(&id), &removal).send().await.is(400);
            assert!(answer.text_at("/detail").contains(urn.as_str()), "{removal}: {}", answer.text);
        }
        let every = extension.schema.attributes.iter().map(|attribute| format!("{urn}:{}", attribute.name));
        let every: Vec<Value> = every.map(|path| json!({ "op": "remove", "path": path })).collect();
        api.patch(&bench.at(&id), &json!(every)).send().await.refused(400, "mutability");
        assert_eq!(api.get(&bench.at(&id)).send().await.is(200).json["meta"]["version"], "W/\"1\"");
    }
    assert_eq!(api.get(&bench.at(&id)).send().await.is(200).json["meta"]["version"], "W/\"1\"");
}
