//! What answers show of an attribute: `returned`, `attributes` and `excludedAttributes` (RFC 7643 §7,
//! RFC 7644 §3.9), in answers to every method.

use super::{Bench, sample};
use crate::server::{Api, both, encode};
use roster::scim::path::Target;
use roster::scim::schema::{Mutability, Returned};
use serde_json::{Value, json};

both! {
    each_attribute_is_shown_as_its_schema_says,
    answers_to_writes_and_searches_show_the_same,
}

/// What a client asks to see.
enum Ask<'t> {
    Nothing,
    Only(&'t Target),
    But(&'t Target),
}

impl Ask<'_> {
    fn query(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Only(target) => format!("?attributes={}", encode(&target.name())),
            Self::But(target) => format!("?excludedAttributes={}", encode(&target.name())),
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Nothing => json!({}),
            Self::Only(target) => json!({ "attributes": [target.name()] }),
            Self::But(target) => json!({ "excludedAttributes": [target.name()] }),
        }
    }

    /// Whether an answer shows a target that has a value; `set`, if it is the answer to a write that sets it.
    fn shows(&self, target: &Target, set: bool) -> bool {
        let Target { extension, attribute, sub } = target;
        let is_it = |other: &Target| other.extension == *extension && other.attribute.name == attribute.name;
        let attribute_named = matches!(self, Self::Only(other) if is_it(other));
        let attribute_gone = matches!(self, Self::But(other) if is_it(other) && other.sub.is_none());
        let attribute_shown = match attribute.returned {
            Returned::Never => false,
            Returned::Always => true,
            Returned::Default => !attribute_gone && (attribute_named || !matches!(self, Self::Only(_))),
            Returned::Request => attribute_named || set && !attribute_gone && !matches!(self, Self::Only(_)),
        };
        let Some(sub) = sub else {
            // Of a complex one something must be left.
            let parts = attribute.sub_attributes.iter();
            let parts = parts.map(|sub| Target { sub: Some(sub.clone()), ..target.clone() });
            let mut parts = parts.filter(|part| part.leaf().mutability != Mutability::ReadOnly);
            return attribute_shown && (!attribute.is_complex() || parts.any(|part| self.shows(&part, set)));
        };
        let named = matches!(self, Self::Only(other) if is_it(other) && other.sub.as_ref() == Some(sub));
        let gone = matches!(self, Self::But(other) if is_it(other) && other.sub.as_ref() == Some(sub));
        let others_named = matches!(self, Self::Only(other) if is_it(other) && other.sub.is_some() && !named);
        attribute_shown
            && match sub.returned {
                Returned::Never => false,
                Returned::Always => true,
                Returned::Default => named || !(gone || others_named),
                Returned::Request => named || set && !gone && !matches!(self, Self::Only(_)),
            }
    }

    /// Holds an answer against all the rules; `set`, if it is the answer to a write that sets everything.
    fn check(&self, bench: &Bench, answer: &Value, set: bool, place: &str) {
        for target in bench.everything() {
            let written = super::mutability(&target) != Mutability::ReadOnly;
            let shown = sample::get(&target, answer);
            let expected = written && self.shows(&target, set);
            let name = target.name();
            assert_eq!(shown.is_some(), expected, "{place}{}: {name} in {answer}", self.query());
            if let Some(shown) = shown.filter(|_| !target.leaf().is_complex()) {
                assert_eq!(*shown, sample::whole(target.leaf(), 1), "{place}: {name}");
            }
        }
        assert!(answer["id"].is_string(), "{place}: {answer}");
    }
}

async fn each_attribute_is_shown_as_its_schema_says(api: Api) {
    let bench = Bench::new(&api).await;
    let id = bench.create(&bench.full(1)).await;
    let everything = bench.everything();
    let asks = everything.iter().flat_map(|target| [Ask::Only(target), Ask::But(target)]).chain([Ask::Nothing]);
    for ask in asks {
        let read = api.get(&format!("{}{}", bench.at(&id), ask.query())).send().await.is(200).json;
        ask.check(&bench, &read, false, "GET");
    }
}

async fn answers_to_writes_and_searches_show_the_same(api: Api) {
    let bench = Bench::new(&api).await;
    let everything = bench.everything();
    // One of each kind is enough here: the answers are made in one place.
    let mut asks = vec![Ask::Nothing];
    for returned in [Returned::Always, Returned::Never, Returned::Default, Returned::Request] {
        for part in [false, true] {
            let found =
                everything.iter().find(|target| target.sub.is_some() == part && target.leaf().returned == returned);
            asks.extend(found.into_iter().flat_map(|target| [Ask::Only(target), Ask::But(target)]));
        }
    }
    let endpoint = &bench.kind.endpoint;
    for ask in asks {
        let query = ask.query();
        let made = api.post(&format!("{endpoint}{query}"), &bench.full(1)).send().await.is(201);
        ask.check(&bench, &made.json, true, "POST");
        let at = format!("{}{query}", bench.at(&made.id()));
        ask.check(&bench, &api.put(&at, &bench.full(1)).send().await.is(200).json, true, "PUT");
        let nothing = json!([{ "op": "add", "value": bench.least(1) }]);
        ask.check(&bench, &api.patch(&at, &nothing).send().await.is(200).json, false, "PATCH");
        let list = api.get(&format!("{endpoint}{query}")).send().await.is(200).json;
        ask.check(&bench, &list["Resources"][0], false, "list");
        for search in [format!("{endpoint}/.search"), "/.search".to_owned()] {
            let mut body = ask.body();
            body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
            let found = api.post(&search, &body).send().await.is(200).json;
            assert_eq!(found["totalResults"], 1, "{search}: {found}");
            ask.check(&bench, &found["Resources"][0], false, &search);
        }
        api.delete(&bench.at(&made.id())).send().await.is(204);
    }
}
