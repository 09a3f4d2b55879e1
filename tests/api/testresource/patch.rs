//! PATCH by mutability: add, replace and remove, by path, without one, and by value paths (RFC 7644 §3.5.2).

use super::{Bench, is_fixed, is_hidden, mutability, sample};
use crate::server::{Api, both};
use roster::scim::path::Target;
use roster::scim::schema::{Kind, Mutability, Uniqueness};
use serde_json::{Value, json};

both! {
    an_attribute_without_a_value_is_given_one,
    an_attribute_with_a_value_changes_by_its_mutability,
    a_removal_goes_by_mutability,
    a_list_is_added_to_replaced_and_thinned_out,
    value_paths_mean_the_values_they_describe,
}

/// The value of an operation without path.
fn pathless(target: &Target, value: &Value) -> Value {
    let mut body = json!({});
    sample::put(target, &mut body, value.clone());
    body
}

/// Every operation that gives a target a value: `add` and `replace`, by path and without; whether by path.
fn assignments(target: &Target, number: usize) -> Vec<(Value, bool)> {
    let around = sample::around(target, number);
    let by_path = match &target.sub {
        // Parts of one value have paths; parts of many are for value paths.
        Some(sub) if !target.attribute.multi_valued => Some((target.name(), sample::whole(sub, number))),
        Some(_) => None,
        None => Some((target.name(), around.clone())),
    };
    let mut operations = Vec::new();
    for op in ["add", "replace"] {
        if let Some((path, value)) = &by_path {
            operations.push((json!([{ "op": op, "path": path, "value": value }]), true));
            operations.push((json!([{ "op": op, "value": { path: value } }]), false));
        }
        operations.push((json!([{ "op": op, "value": pathless(target, &around) }]), false));
    }
    operations
}

/// Of one value; a part of it has siblings that are required.
fn is_alone(target: &Target) -> bool {
    let Target { attribute, sub, .. } = target;
    sub.is_none() || attribute.sub_attributes.iter().all(|part| !part.required || Some(part) == sub.as_ref())
}

async fn an_attribute_without_a_value_is_given_one(api: Api) {
    let bench = Bench::new(&api).await;
    let mut number = 0;
    for target in bench.everything().into_iter().filter(|target| !target.attribute.required && is_alone(target)) {
        for (operation, by_path) in assignments(&target, 1) {
            number += 1;
            let id = bench.create(&bench.least(number)).await;
            let answer = api.patch(&bench.at(&id), &operation).send().await;
            let stored = bench.stored(&id).await;
            let found = sample::get(&target, &stored);
            if mutability(&target) == Mutability::ReadOnly {
                if by_path {
                    answer.refused(400, "mutability");
                } else {
                    answer.is(200);
                }
                assert_eq!(found, None, "{operation}");
            } else {
                let answer = answer.is(200);
                let expected = sample::around(&target, 1);
                let mut body = json!({});
                sample::put(&target, &mut body, expected);
                assert_eq!(found, sample::get(&target, &body), "{operation}");
                if is_hidden(&target) {
                    assert_eq!(sample::get(&target, &answer.json), None, "{operation}");
                }
                api.delete(&bench.at(&id)).send().await.is(204);
            }
        }
    }
}

async fn an_attribute_with_a_value_changes_by_its_mutability(api: Api) {
    let bench = Bench::new(&api).await;
    // Of several values an addition keeps the old ones, so they have a case of their own.
    let single = |target: &Target| !target.attribute.multi_valued && mutability(target) != Mutability::ReadOnly;
    for target in bench.everything().into_iter().filter(single) {
        for (operation, _) in assignments(&target, 3) {
            let name = target.name();
            let mut body = bench.least(4);
            sample::put(&target, &mut body, sample::around(&target, 4));
            let before = sample::get(&target, &body).cloned();
            let id = bench.create(&body).await;
            for (same, _) in assignments(&target, 4) {
                let answer = api.patch(&bench.at(&id), &same).send().await.is(200);
                assert_eq!(answer.json["meta"]["version"], "W/\"1\"", "{same} changes nothing");
            }
            let answer = api.patch(&bench.at(&id), &operation).send().await;
            let mut after = json!({});
            sample::put(&target, &mut after, sample::around(&target, 3));
            let stored = bench.stored(&id).await;
            if is_fixed(&target) {
                answer.refused(400, "mutability");
                assert_eq!(sample::get(&target, &stored), before.as_ref(), "{name}");
            } else {
                answer.is(200);
                assert_eq!(sample::get(&target, &stored), sample::get(&target, &after), "{operation}");
            }
            api.delete(&bench.at(&id)).send().await.is(204);
        }
    }
}

async fn a_removal_goes_by_mutability(api: Api) {
    let bench = Bench::new(&api).await;
    for target in bench.everything() {
        let path = target.name();
        let removals = [
            json!([{ "op": "remove", "path": path }]),
            json!([{ "op": "replace", "path": path, "value": null }]),
            json!([{ "op": "replace", "path": path, "value": "" }]),
            json!([{ "op": "replace", "value": { &path: null } }]),
        ];
        for (way, removal) in removals.iter().enumerate() {
            let mut body = bench.least(5);
            sample::put(&target, &mut body, sample::around(&target, 5));
            let id = bench.create(&body).await;
            let answer = api.patch(&bench.at(&id), removal).send().await;
            let stored = bench.stored(&id).await;
            let found = sample::get(&target, &stored);
            let sent = sample::get(&target, &body);
            match mutability(&target) {
                Mutability::ReadOnly if way == 3 => drop(answer.is(200)),
                Mutability::ReadOnly => drop(answer.refused(400, "mutability")),
                _ if target.leaf().required => {
                    answer.is(400);
                    assert_eq!(found, sent, "{removal}");
                }
                Mutability::Immutable => {
                    answer.refused(400, "mutability");
                    assert_eq!(found, sent, "{removal}");
                }
                Mutability::ReadWrite | Mutability::WriteOnly => {
                    let answer = answer.is(200);
                    assert_eq!(found, None, "{removal}: {}", answer.text);
                }
            }
            api.delete(&bench.at(&id)).send().await.is(204);
        }
    }
}

async fn a_list_is_added_to_replaced_and_thinned_out(api: Api) {
    let bench = Bench::new(&api).await;
    let lists = bench.attributes().into_iter();
    for target in lists.filter(|target| target.attribute.multi_valued && mutability(target) != Mutability::ReadOnly) {
        let path = target.name();
        let element = |number: usize| sample::one(&target.attribute, number);
        let list = |numbers: &[usize]| -> Value { numbers.iter().map(|number| element(*number)).collect() };
        let mut body = bench.least(1);
        sample::put(&target, &mut body, list(&[0]));
        let id = bench.create(&body).await;
        let steps: [(&str, &[usize]); 9] = [
            ("add", &[1]),
            ("add", &[0]),
            ("replace", &[0]),
            ("add", &[1, 0]),
            ("remove", &[0]),
            ("replace", &[1, 0]),
            ("remove", &[]),
            ("add", &[0]),
            ("replace", &[0]),
        ];
        let mut held = vec![0];
        for (op, numbers) in steps {
            let operation = match op {
                "remove" if numbers.is_empty() => json!([{ "op": op, "path": path }]),
                _ => json!([{ "op": op, "path": path, "value": list(numbers) }]),
            };
            let wanted: Vec<usize> = match op {
                "add" => {
                    let new = numbers.iter().filter(|number| !held.contains(*number));
                    held.iter().chain(new).copied().collect()
                }
                "replace" => numbers.to_vec(),
                _ if numbers.is_empty() => Vec::new(),
                _ => held.iter().filter(|number| !numbers.contains(*number)).copied().collect(),
            };
            let answer = api.patch(&bench.at(&id), &operation).send().await;
            if mutability(&target) == Mutability::Immutable && wanted != held {
                answer.refused(400, "mutability");
            } else {
                answer.is(200);
                held = wanted;
            }
            let stored = bench.stored(&id).await;
            let expected = (!held.is_empty()).then(|| list(&held));
            assert_eq!(sample::get(&target, &stored), expected.as_ref(), "{operation}");
        }
        api.delete(&bench.at(&id)).send().await.is(204);
    }
}

async fn value_paths_mean_the_values_they_describe(api: Api) {
    let bench = Bench::new(&api).await;
    let lists = bench.attributes().into_iter();
    for whole in lists.filter(|target| target.attribute.multi_valued && target.attribute.is_complex()) {
        let parts = &whole.attribute.sub_attributes;
        let askable = |part: &&std::sync::Arc<_>| {
            let target = Target { sub: Some(std::sync::Arc::clone(part)), ..whole.clone() };
            !is_hidden(&target) && mutability(&target) != Mutability::ReadOnly
        };
        let askable: Vec<_> = parts.iter().filter(askable).collect();
        let two = json!([sample::one(&whole.attribute, 0), sample::one(&whole.attribute, 1)]);
        let mut body = bench.least(1);
        sample::put(&whole, &mut body, two.clone());
        // Every part is asked for and changed in turn.
        for (turn, part) in parts.iter().enumerate() {
            let asked = askable[(turn + 1) % askable.len()];
            let asked = if asked.name == part.name { askable[(turn + 2) % askable.len()] } else { asked };
            let value = sample::one(asked, 0);
            let path = format!("{}[{} eq {value}]", whole.name(), asked.name);
            let at = format!("{path}.{}", part.name);
            let new = sample::one(part, 3);
            for op in ["add", "replace", "remove"] {
                let id = bench.create(&body).await;
                let mut operation = json!({ "op": op, "path": at });
                if op != "remove" {
                    operation["value"] = new.clone();
                }
                let answer = api.patch(&bench.at(&id), &json!([operation])).send().await;
                let stored = bench.stored(&id).await;
                let found = sample::get(&whole, &stored).unwrap();
                let expected = match part.mutability {
                    Mutability::ReadOnly => {
                        answer.refused(400, "mutability");
                        None
                    }
                    _ if op == "remove" && part.required => {
                        answer.refused(400, "mutability");
                        Some(&two[0][&part.name])
                    }
                    Mutability::Immutable => {
                        answer.refused(400, "mutability");
                        Some(&two[0][&part.name])
                    }
                    Mutability::ReadWrite | Mutability::WriteOnly => {
                        answer.is(200);
                        (op != "remove").then_some(&new)
                    }
                };
                assert_eq!(found[0].get(&part.name), expected, "{operation}");
                let mut other = two[1].clone();
                if part.name == "primary" && op != "remove" {
                    // There is one primary value at the most (RFC 7643 §2.4).
                    other["primary"] = json!(false);
                }
                assert_eq!(found[1], other, "{operation}: the other value stays");
                api.delete(&bench.at(&id)).send().await.is(204);
            }
            // The value as a whole goes, and the other one stays.
            let id = bench.create(&body).await;
            let only = format!("{}[{} eq {}]", whole.name(), asked.name, sample::one(asked, 0));
            api.patch(&bench.at(&id), &json!([{ "op": "remove", "path": only }])).send().await.is(200);
            let stored = bench.stored(&id).await;
            assert_eq!(sample::get(&whole, &stored), Some(&json!([two[1]])), "{only}");
            // What selects nothing and describes nothing is refused.
            let other = if asked.kind == Kind::Boolean {
                "pr and not (value pr)".to_owned()
            } else {
                format!("ne {}", two[1][&asked.name])
            };
            let nothing = format!("{}[{} {other}].{}", whole.name(), asked.name, part.name);
            if part.mutability != Mutability::ReadOnly && part.uniqueness == Uniqueness::None {
                let operation = json!([{ "op": "replace", "path": nothing, "value": new }]);
                api.patch(&bench.at(&id), &operation).send().await.refused(400, "noTarget");
            }
            api.delete(&bench.at(&id)).send().await.is(204);
        }
    }
}
