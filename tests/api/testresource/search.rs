//! Filters and orders: every operator on every attribute whose type permits it, hits and misses, and what is
//! refused (RFC 7644 §3.4.2.2, §3.4.2.3).

use super::sample::{self, rank};
use super::write::upper;
use super::{Bench, is_hidden};
use crate::server::{Api, both, encode};
use roster::scim::path::Target;
use roster::scim::schema::{Kind, Mutability};
use serde_json::{Value, json};

both! {
    every_operator_finds_what_it_says,
    what_suits_no_attribute_is_refused_in_a_filter,
    lists_are_sorted_by_every_attribute,
}

/// Three resources with every attribute, of the numbers 1 to 3, and one with the least, of number 9.
const FULL: [usize; 3] = [1, 2, 3];
const BARE: usize = 9;

struct Shelf {
    bench: Bench,
    ids: Vec<String>,
}

impl Shelf {
    async fn new(api: &Api) -> Self {
        let bench = Bench::new(api).await;
        let mut ids = Vec::new();
        for number in FULL {
            ids.push(bench.create(&bench.full(number)).await);
        }
        ids.push(bench.create(&bench.least(BARE)).await);
        Self { bench, ids }
    }

    /// The numbers of the values that the resources have of a target, in the order of the resources.
    fn numbers(target: &Target) -> [Option<usize>; 4] {
        let written = super::mutability(target) != Mutability::ReadOnly;
        let [one, two, three] = FULL.map(|number| written.then_some(number));
        [one, two, three, (written && target.attribute.required && target.sub.is_none()).then_some(BARE)]
    }

    /// Asks, and holds the answer against a rule about the rank of values.
    async fn check(&self, target: &Target, filter: &str, rule: impl Fn(Option<usize>) -> bool) {
        let place = |number: usize| rank(target.leaf(), number);
        let numbers = Self::numbers(target).into_iter().zip(&self.ids);
        let expected: Vec<&str> =
            numbers.filter(|(number, _)| rule(number.map(place))).map(|(_, id)| id.as_str()).collect();
        let found = self.bench.api.find(&self.bench.kind.endpoint, filter).send().await.is(200);
        assert_eq!(found.each("id"), expected, "{filter}");
    }
}

/// How a filter can name a target.
fn spellings(target: &Target) -> Vec<(String, &'static str)> {
    let name = target.name();
    let mut spellings = vec![(name.clone(), "")];
    if target.extension.is_none() {
        spellings.push((name.to_uppercase(), ""));
    }
    let whole = Target { sub: None, ..target.clone() };
    match &target.sub {
        // There may be a value without this part of it.
        Some(_) if super::mutability(target) == Mutability::ReadOnly => {}
        Some(sub) => spellings.push((format!("{}[{}", whole.name(), sub.name), "]")),
        None if target.attribute.multi_valued => spellings.push((format!("{name}[value"), "]")),
        None => {}
    }
    spellings
}

async fn every_operator_finds_what_it_says(api: Api) {
    let shelf = Shelf::new(&api).await;
    for target in shelf.bench.leaves().into_iter().filter(|target| !is_hidden(target)) {
        let leaf = target.leaf();
        let (value, place) = (sample::one(leaf, 2), Some(rank(leaf, 2)));
        for (name, end) in spellings(&target) {
            let ask = |rest: String| format!("{name} {rest}{end}");
            shelf.check(&target, &ask("pr".to_owned()), |found| found.is_some()).await;
            shelf.check(&target, &ask(format!("eq {value}")), |found| found == place).await;
            // In brackets an element is asked for; where there is none, none matches.
            let bracketed = !end.is_empty();
            shelf
                .check(&target, &ask(format!("ne {value}")), |found| found != place && (found.is_some() || !bracketed))
                .await;
            if matches!(leaf.kind, Kind::String | Kind::Reference | Kind::Decimal | Kind::Integer | Kind::DateTime) {
                let found = |rule: fn(&usize, &usize) -> bool| {
                    move |found: Option<usize>| found.is_some_and(|found| rule(&found, &2))
                };
                shelf.check(&target, &ask(format!("gt {value}")), found(|found, value| found > value)).await;
                shelf.check(&target, &ask(format!("ge {value}")), found(|found, value| found >= value)).await;
                shelf.check(&target, &ask(format!("lt {value}")), found(|found, value| found < value)).await;
                shelf.check(&target, &ask(format!("le {value}")), found(|found, value| found <= value)).await;
            }
            if matches!(leaf.kind, Kind::String | Kind::Reference) {
                let text = value.as_str().unwrap();
                let (start, end, inner) = (&text[..2], &text[text.len() - 2..], &text[1..text.len() - 1]);
                shelf.check(&target, &ask(format!("sw \"{start}\"")), |found| found.is_some()).await;
                shelf.check(&target, &ask(format!("sw \"{inner}\"")), |_| false).await;
                shelf.check(&target, &ask(format!("ew \"{end}\"")), |found| found == place).await;
                shelf.check(&target, &ask(format!("ew \"{inner}\"")), |_| false).await;
                let tail = &text[1..];
                shelf.check(&target, &ask(format!("co \"{tail}\"")), |found| found == place).await;
                shelf.check(&target, &ask("co \"nowhere\"".to_owned()), |_| false).await;
                let folded = |found: Option<usize>| found == place && !leaf.case_exact;
                shelf.check(&target, &ask(format!("eq {}", upper(&value))), folded).await;
                let others =
                    |found: Option<usize>| (found.is_some() || !bracketed) && (found != place || leaf.case_exact);
                shelf.check(&target, &ask(format!("ne {}", upper(&value))), others).await;
                let tail = tail.to_uppercase();
                shelf.check(&target, &ask(format!("co \"{tail}\"")), folded).await;
            }
        }
        let name = target.name();
        shelf.check(&target, &format!("not ({name} pr)"), |found| found.is_none()).await;
        shelf.check(&target, &format!("{name} eq null"), |found| found.is_none()).await;
        shelf.check(&target, &format!("not ({name} eq {value})"), |found| found != place).await;
    }
}

async fn what_suits_no_attribute_is_refused_in_a_filter(api: Api) {
    let bench = Bench::new(&api).await;
    bench.create(&bench.full(1)).await;
    let refuse = async |filter: String| {
        let detail = api.find(&bench.kind.endpoint, &filter).send().await.refused(400, "invalidFilter");
        assert!(detail.contains("column"), "{filter}: {detail}");
    };
    for target in bench.everything() {
        let (name, leaf) = (target.name(), target.leaf());
        let value = sample::one(leaf.sub_attribute("value").unwrap_or(leaf), 1);
        let all = ["eq", "ne", "gt", "ge", "lt", "le", "co", "sw", "ew"];
        let suits: &[&str] = match leaf.sub_attribute("value").map_or(leaf.kind, |value| value.kind) {
            _ if is_hidden(&target) => &[],
            Kind::Complex => &[],
            Kind::Boolean | Kind::Binary => &["eq", "ne"],
            Kind::Decimal | Kind::Integer | Kind::DateTime => &["eq", "ne", "gt", "ge", "lt", "le"],
            Kind::String | Kind::Reference => &all,
        };
        for operator in all {
            let literal = if leaf.is_complex() && value.is_object() { json!("x") } else { value.clone() };
            let filter = format!("{name} {operator} {literal}");
            if suits.contains(&operator) {
                api.find(&bench.kind.endpoint, &filter).send().await.is(200);
            } else {
                refuse(filter).await;
            }
        }
        if is_hidden(&target) {
            refuse(format!("{name} pr")).await;
            refuse(format!("not ({name} pr)")).await;
        } else {
            api.find(&bench.kind.endpoint, &format!("{name} pr")).send().await.is(200);
        }
        let wrong: &[Value] = &match leaf.kind {
            // A bare word or number stands for its text.
            Kind::String | Kind::Reference | Kind::Complex => vec![],
            Kind::Boolean => vec![json!("yes"), json!(1)],
            Kind::Decimal => vec![json!("many"), json!(true)],
            Kind::Integer => vec![json!("many"), json!(1.5), json!(true)],
            Kind::DateTime => vec![json!("tomorrow"), json!("2026-01"), json!(5)],
            Kind::Binary => vec![json!("***"), json!(5)],
        };
        for literal in wrong.iter().filter(|_| !is_hidden(&target)) {
            refuse(format!("{name} eq {literal}")).await;
        }
    }
}

async fn lists_are_sorted_by_every_attribute(api: Api) {
    let shelf = Shelf::new(&api).await;
    let Shelf { bench, ids } = &shelf;
    for target in bench.everything() {
        let leaf = target.leaf();
        let value = if leaf.is_complex() { leaf.sub_attribute("value") } else { Some(leaf) };
        for order in ["", "ascending", "descending"] {
            let name = encode(&target.name());
            let answer = api.get(&format!("{}?sortBy={name}&sortOrder={order}", bench.kind.endpoint)).send().await;
            let Some(value) = value.filter(|_| !is_hidden(&target)) else {
                answer.refused(400, "invalidPath");
                continue;
            };
            let mut expected: Vec<(Option<usize>, &str)> = Shelf::numbers(&target)
                .into_iter()
                .map(|number| number.map(|number| rank(value, number)))
                .zip(ids.iter().map(String::as_str))
                .collect();
            let place = |number: Option<usize>| number.unwrap_or(usize::MAX);
            if order == "descending" {
                expected.sort_by_key(|(number, _)| std::cmp::Reverse(place(*number)));
            } else {
                expected.sort_by_key(|(number, _)| place(*number));
            }
            let expected: Vec<&str> = expected.into_iter().map(|(_, id)| id).collect();
            assert_eq!(answer.is(200).each("id"), expected, "sorted by {}, {order}", target.name());
        }
    }
}
