//! The same of schemas that a tenant defines and changes while there are resources: these are written by the
//! verbs that clients use, and searched before, while and after indexes are built.

use super::chance::Chance;
use super::{Difference, Stored, compare, number, report, show};
use crate::server::{Api, BASE, both};
use roster::directory::schema::{Kind, Step};
use roster::directory::{Caller, Error, Expect};
use roster::scim::Object;
use roster::scim::projection::Projection;
use roster::scim::schema::ResourceType;
use roster::store::{Client, resources};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Filters in each phase of a round.
const FILTERS: usize = 50;
const PHASES: usize = 5;

both! { what_sql_selects_by_schemas_of_run_time_is_what_the_evaluator_matches }

/// A tenant's own documents and what it has made by them.
struct Round<'a> {
    api: &'a Api,
    chance: Chance,
    /// The name of the resource type.
    name: String,
    schemas: Vec<Value>,
    types: Vec<Value>,
    ids: Vec<String>,
    /// How many writes were tried, and how many done.
    writes: (usize, usize),
}

async fn what_sql_selects_by_schemas_of_run_time_is_what_the_evaluator_matches(api: Api) {
    let seed = number("PROPERTY_SEED", 20_260_131) as u64;
    let rounds = number("PROPERTY_PAIRS", 5_000).div_ceil(2 * PHASES * FILTERS);
    let mut differences = Vec::new();
    let (mut tried, mut done, mut built) = (0, 0, 0);
    for number in 0..rounds {
        let mut round = Round::new(&api, number, seed.wrapping_add(0x7_0000_0000 + number as u64 * 0x1_0000_0000));
        round.define().await.unwrap();
        round.write(24).await;
        round.compare(&mut differences).await;
        for change in 0..2 {
            // The indexes are still to be built, while resources are written.
            round.change(change).await;
            round.write(8).await;
            round.compare(&mut differences).await;
            built += usize::from(round.build().await);
            round.write(4).await;
            round.compare(&mut differences).await;
        }
        tried += round.writes.0;
        done += round.writes.1;
        round.clear().await;
    }
    report(differences, seed);
    assert!(done * 3 > tried, "most writes are to succeed: {done} of {tried}");
    assert!(rounds < 5 || built > 0, "some indexes are to be built while there are resources");
}

/// Does something again if the schemas have changed below it: a server builds indexes by itself too.
macro_rules! again {
    ($attempt:expr) => {{
        let mut left = 20;
        loop {
            match $attempt {
                Err(Error::Busy(_)) if left > 0 => left -= 1,
                other => break other,
            }
        }
    }};
}

impl<'a> Round<'a> {
    fn new(api: &'a Api, number: usize, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let name = format!("Thing{number}");
        let (mut schemas, mut types) = chance.documents(&name);
        if number % 4 == 3 {
            // A built-in type with an extension more.
            let extension = json!({ "schema": schemas[1]["id"], "required": false });
            let user = "urn:ietf:params:scim:schemas:core:2.0:User";
            types = vec![json!({
                "name": "User", "endpoint": "/Users", "schema": user, "schemaExtensions": [extension],
            })];
            schemas.remove(0);
        }
        let name = types[0]["name"].as_str().unwrap().to_owned();
        Self { api, chance, name, schemas, types, ids: Vec::new(), writes: (0, 0) }
    }

    async fn caller(&self) -> Caller {
        self.api.directory.authenticate(&self.api.token, None).await.unwrap()
    }

    fn kind(&self, caller: &Caller) -> Arc<ResourceType> {
        Arc::clone(caller.registry().resource_type(&self.name).unwrap())
    }

    /// Puts the documents in place.
    async fn define(&self) -> Result<(), Error> {
        let tenant = self.caller().await.tenant;
        let schemas = self.schemas.iter().map(|document| Step::Put(Kind::Schema, document.clone()));
        let types = self.types.iter().map(|document| Step::Put(Kind::Type, document.clone()));
        let steps: Vec<Step> = schemas.chain(types).collect();
        again!(self.api.directory.change_documents(tenant, steps.clone()).await).map(drop)
    }

    /// Changes the schemas as far as the resources there are allow it.
    async fn change(&mut self, number: usize) {
        for turn in 0..4 {
            let before = self.schemas.clone();
            let place = self.chance.below(self.schemas.len());
            self.chance.change(&mut self.schemas[place], 100 + 10 * number + turn);
            match self.define().await {
                Ok(()) => {}
                // What is not unique cannot become so.
                Err(Error::Incompatible(_)) => self.schemas = before,
                Err(error) => panic!("{error}: {:?}", self.schemas),
            }
        }
    }

    /// Builds what is to be built; whether there was anything.
    async fn build(&self) -> bool {
        let waiting = !self.kind(&self.caller().await).building.is_empty();
        while again!(self.api.directory.build_indexes().await).unwrap() {}
        assert_eq!(self.kind(&self.caller().await).building, [""; 0], "everything is built");
        waiting
    }

    /// Creates, replaces and patches so many times.
    async fn write(&mut self, times: usize) {
        let kind = self.kind(&self.caller().await);
        let show = Projection::new(&kind, &[], &[]);
        let nothing = Expect::default();
        for _ in 0..times {
            self.api.clock.advance(i64::try_from(self.chance.below(3)).unwrap() * 1000);
            let action = if self.ids.len() < 8 { 0 } else { self.chance.below(4) };
            let place = if action < 2 { self.ids.len() } else { self.chance.below(self.ids.len()) };
            let body =
                if action < 3 { self.chance.body(&kind, place) } else { self.chance.patch(&kind, &self.ids, place) };
            let id = self.ids.get(place).map_or("", String::as_str);
            let outcome = again!({
                let (caller, directory) = (self.caller().await, &self.api.directory);
                let kind = self.kind(&caller);
                match action {
                    0 | 1 => directory.create(&caller, &kind, body.clone(), &show).await,
                    2 => directory.replace(&caller, &kind, id, body.clone(), &nothing, &show).await,
                    _ => directory.patch(&caller, &kind, id, &body, &nothing, &show, BASE).await,
                }
            });
            self.writes.0 += 1;
            match outcome {
                Ok(record) if place == self.ids.len() => self.ids.push(record.id),
                Ok(_) => {}
                Err(Error::Scim(_)) => continue,
                Err(error) => panic!("{error:?}"),
            }
            self.writes.1 += 1;
        }
    }

    async fn compare(&mut self, differences: &mut Vec<Difference>) {
        let caller = self.caller().await;
        let kind = self.kind(&caller);
        let client = Client { tenant: caller.tenant, connection: caller.connection, edition: caller.schemas.edition() };
        let mut stored: Vec<Stored> = Vec::new();
        let mut conn = self.api.store.read().await.unwrap();
        for id in &self.ids {
            stored.push(show(&kind, resources::load(&mut conn, client, &kind, id).await.unwrap().unwrap()));
        }
        drop(conn);
        check_unique(&kind, &stored);
        let registry = Arc::clone(caller.registry());
        compare(self.api, client, &registry, &kind, &stored, &mut self.chance, FILTERS, differences).await;
    }

    /// Removes everything, the schemas at last.
    async fn clear(self) {
        let tenant = self.caller().await.tenant;
        for id in &self.ids {
            let removal = again!({
                let caller = self.caller().await;
                self.api.directory.delete(&caller, &self.kind(&caller), id, &Expect::default()).await
            });
            removal.unwrap();
        }
        let remove = |kind: Kind, document: &Value, key: &str| {
            Step::Remove(kind, document[key].as_str().unwrap().to_owned(), Expect::default())
        };
        let types = self.types.iter().map(|document| remove(Kind::Type, document, "name"));
        let schemas = self.schemas.iter().map(|document| remove(Kind::Schema, document, "id"));
        let steps: Vec<Step> = types.chain(schemas).collect();
        again!(self.api.directory.change_documents(tenant, steps.clone()).await).unwrap();
        while again!(self.api.directory.build_indexes().await).unwrap() {}
    }
}

/// Whatever was written in whatever order: what is unique is had once.
fn check_unique(kind: &ResourceType, stored: &[Stored]) {
    use roster::scim::schema::{Attribute, Uniqueness};
    use roster::scim::value;
    let check = |name: &str, attribute: &Attribute, of: &dyn Fn(&Object) -> Vec<Value>| {
        let mut seen = BTreeSet::new();
        for stored in stored {
            let keys = of(&stored.document);
            let keys: BTreeSet<String> = keys
                .iter()
                .filter_map(|value| value::key(attribute, value))
                .map(|key| key.to_json().to_string())
                .collect();
            for key in keys {
                assert!(seen.insert(key.clone()), "{name} is unique, and two resources have {key}");
            }
        }
    };
    let schemas = kind.extensions.iter().map(|extension| (Some(&extension.schema.id), &extension.schema));
    for (urn, schema) in std::iter::once((None, &kind.schema)).chain(schemas) {
        for attribute in &schema.attributes {
            let values = |document: &Object| -> Vec<Value> {
                let object = match urn {
                    Some(urn) => document.get(urn.as_str()).and_then(Value::as_object),
                    None => Some(document),
                };
                match object.and_then(|object| object.get(&attribute.name)) {
                    Some(Value::Array(list)) => list.clone(),
                    Some(one) => vec![one.clone()],
                    None => Vec::new(),
                }
            };
            if attribute.uniqueness != Uniqueness::None {
                check(&attribute.name, attribute, &values);
            }
            for sub in attribute.sub_attributes.iter().filter(|sub| sub.uniqueness != Uniqueness::None) {
                let parts = |document: &Object| -> Vec<Value> {
                    values(document).iter().filter_map(|element| element.get(&sub.name).cloned()).collect()
                };
                check(&format!("{}.{}", attribute.name, sub.name), sub, &parts);
            }
        }
    }
}
