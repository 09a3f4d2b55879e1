//! The strongest test of the house: for schemas, resources and filters made by chance, what SQL
//! selects and in which order equals what `Filter::matches` and the keys say in memory, on both
//! databases. Here schemas stay as they are; in `run_time` a tenant defines and changes them.
//!
//! `PROPERTY_PAIRS` says how many filters are compared over both databases, `PROPERTY_SEED` repeats
//! a run; each filter is compared over a set of 30 resources.

mod chance;
mod change;
mod run_time;

use crate::server::{Api, BASE, both};
use chance::Chance;
use roster::clock::{self, Micros};
use roster::scim::filter::{self, Filter};
use roster::scim::patch::MemberEdit;
use roster::scim::path::{self, Target};
use roster::scim::schema::document::{self, Choices};
use roster::scim::schema::{Registry, ResourceType, Storage};
use roster::scim::tolerance::Profile;
use roster::scim::value::{self, Key};
use roster::scim::{Object, resource, shown};
use roster::store::counted::{self, Count};
use roster::store::select::{self, Part, Place, Query};
use roster::store::{self, Client, Conn, Row, TenantId, Unit, members, resources};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

const RESOURCES: usize = 30;
const FILTERS: usize = 250;

both! { sql_selects_what_the_evaluator_matches, sql_selects_members_and_groups_as_the_evaluator_does }

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().map_or(default, |text| text.parse().expect("a number"))
}

/// A resource as it was stored, and as an answer would show it.
struct Stored {
    row: Row,
    document: Object,
}

/// A filter over which the database and the evaluator disagree.
struct Difference {
    filter: String,
    text: String,
}

async fn sql_selects_what_the_evaluator_matches(api: Api) {
    let seed = number("PROPERTY_SEED", 20_260_131) as u64;
    let batches = number("PROPERTY_PAIRS", 20_000).div_ceil(2 * FILTERS);
    let mut differences = Vec::new();
    let clients = clients(&api).await;
    for batch in 0..batches {
        let mut chance = Chance(seed.wrapping_add(batch as u64 * 0x1_0000_0000));
        let (schemas, types) = chance.documents(&format!("Thing{batch}"));
        let registry = document::read(&schemas, &types).unwrap();
        let kind = Arc::clone(&registry.types[0]);
        let mut inserts = Vec::new();
        for number in 0..RESOURCES {
            let body = chance.body(&kind, number);
            let draft = resource::read(&kind, body.clone(), &Profile::default())
                .unwrap_or_else(|error| panic!("{error}: {body}"));
            let id = format!("thing-{batch}-{number}");
            let document = resource::finish(&kind, &id, draft.document);
            let now = crate::server::START + Micros::try_from(chance.below(5)).unwrap() * 1000;
            inserts.push((Arc::clone(&kind), id, document, now));
        }
        let rows = api.store.write(Insert { client: clients[0], inserts }).await.unwrap();
        let names = name(&api, clients[1], &kind, &rows, &mut chance).await;
        for (client, share) in clients.into_iter().zip([3, 2]) {
            let mut stored = Vec::new();
            for (row, other) in rows.iter().zip(&names) {
                let mut conn = api.store.read().await.unwrap();
                let seen = resources::load(&mut conn, client, &kind, &row.id).await.unwrap().unwrap();
                let expected = if client == clients[0] { &row.document } else { other };
                let expected: Object = serde_json::from_str(expected).unwrap();
                let shown: Object = serde_json::from_str(&seen.document).unwrap();
                assert_eq!(shown, expected);
                stored.push(show(&kind, seen));
            }
            let count = FILTERS * share / 5;
            compare(&api, client, &registry, &kind, &stored, &mut chance, count, &mut differences).await;
        }
    }
    report(differences, seed);
}

async fn sql_selects_members_and_groups_as_the_evaluator_does(api: Api) {
    let seed = number("PROPERTY_SEED", 20_260_131) as u64;
    let mut chance = Chance(seed);
    let registry = document::built_in(Choices { unique_group_names: true });
    let user = registry.resource_type("User").unwrap();
    let group = registry.resource_type("Group").unwrap();
    let clients = clients(&api).await;
    let Client { tenant, .. } = clients[0];
    let mut inserts = Vec::new();
    for number in 0..RESOURCES {
        let kind = if number < 20 { user } else { group };
        let draft = resource::read(kind, chance.body(kind, number), &Profile::default()).unwrap();
        let id = format!("r{number:02}");
        let document = resource::finish(kind, &id, draft.document);
        inserts.push((Arc::clone(kind), id, document, crate::server::START));
    }
    let rows = api.store.write(Insert { client: clients[0], inserts }).await.unwrap();
    // Groups hold users and younger groups, so that none contains itself.
    let mut joins = Vec::new();
    for (number, row) in rows.iter().enumerate().skip(20) {
        let held = (0..RESOURCES).filter(|other| *other < 20 || *other > number).filter(|_| chance.percent(20));
        joins.push((row.clone(), held.map(|other| format!("r{other:02}")).collect()));
    }
    api.store.write(Join { tenant, joins }).await.unwrap();

    let mut conn = api.store.read().await.unwrap();
    let mut differences = Vec::new();
    for (kind, rows) in [(user, &rows[..20]), (group, &rows[20..])] {
        let mut stored = Vec::new();
        for row in rows {
            let mut shown = show(kind, row.clone());
            derive(&mut conn, tenant, kind, &mut shown).await;
            stored.push(shown);
        }
        let count = self::number("PROPERTY_PAIRS", 20_000) / 10;
        compare(&api, clients[0], &registry, kind, &stored, &mut chance, count, &mut differences).await;
    }
    report(differences, seed);
}

/// Makes filters and sorts, and compares the answers of the database with those from memory.
#[allow(clippy::too_many_arguments)]
async fn compare(
    api: &Api,
    client: Client,
    registry: &Registry,
    kind: &Arc<ResourceType>,
    stored: &[Stored],
    chance: &mut Chance,
    count: usize,
    differences: &mut Vec<Difference>,
) {
    let mut known = BTreeSet::new();
    for stored in stored {
        texts(&Value::Object(stored.document.clone()), &mut known);
    }
    let known: Vec<String> = known.into_iter().collect();
    let mut conn = api.store.read().await.unwrap();
    for _ in 0..count {
        let depth = chance.below(4);
        let text = chance.filter(kind, &known, depth);
        let filter = filter::compile(kind, &text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let sort = chance.sort(registry, kind);
        let target = sort.as_deref().map(|name| path::resolve(kind, name).unwrap());
        let descending = chance.percent(50);
        let wanted = from_memory(stored, &filter, target.as_ref(), descending);
        let (offset, limit) = if chance.percent(70) { (0, 1000) } else { (chance.below(10), chance.below(10)) };
        let query = Query {
            parts: vec![Part { kind: Arc::clone(kind), filter: Some(filter), sort: target }],
            descending,
            place: Place::Offset(offset as u64),
            limit: limit as u64,
            base: BASE.to_owned(),
            now: crate::server::START,
        };
        let shown = format!("{text}   sorted by {sort:?}, descending {descending}, from {offset}, at most {limit}");
        let page: Vec<&str> = wanted.iter().skip(offset).take(limit).copied().collect();
        match select::page(&mut conn, client, &query).await {
            Ok(found) => {
                let ids: Vec<&str> = found.rows.iter().map(|row| row.id.as_str()).collect();
                if ids != page || found.total != wanted.len() as u64 {
                    let odd = ids.iter().find(|id| !page.contains(id)).or(page.iter().find(|id| !ids.contains(id)));
                    let odd = odd.and_then(|id| stored.iter().find(|stored| stored.row.id == **id));
                    let text = format!(
                        "{shown}\n  database: {} {ids:?}\n  memory:   {} {page:?}\n  look at: {}",
                        found.total,
                        wanted.len(),
                        odd.map_or("the order".to_owned(), |stored| json!(stored.document).to_string()),
                    );
                    differences.push(Difference { filter: shown, text });
                }
            }
            Err(error) => differences.push(Difference { text: format!("{shown}\n  {error:?}"), filter: shown }),
        }
    }
}

/// The ids that match, in order.
fn from_memory<'s>(stored: &'s [Stored], filter: &Filter, sort: Option<&Target>, descending: bool) -> Vec<&'s str> {
    let mut matching: Vec<&Stored> = stored.iter().filter(|stored| filter.matches(&stored.document)).collect();
    matching.sort_by_key(|stored| stored.row.num);
    if let Some(target) = sort {
        let key = |stored: &Stored| sort_key(target, &stored.document);
        matching.sort_by(|one, other| {
            let order = match (key(one), key(other)) {
                (Some(one), Some(other)) => one.partial_cmp(&other).unwrap(),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if descending { order.reverse() } else { order }
        });
    }
    matching.into_iter().map(|stored| stored.row.id.as_str()).collect()
}

/// What a resource is sorted by: of several elements the primary one, else the first.
fn sort_key(target: &Target, document: &Object) -> Option<Key> {
    let mut keys = target.keys();
    let outer = match &target.extension {
        Some(_) => document.get(keys.next()?)?.as_object()?,
        None => document,
    };
    let value = outer.get(&target.attribute.name)?;
    let value = match value.as_array() {
        Some(elements) => {
            let primary = elements.iter().find(|element| element["primary"] == json!(true));
            primary.or(elements.first())?
        }
        None => value,
    };
    let value = match &target.sub {
        Some(sub) => value.get(&sub.name)?,
        None => value,
    };
    value::key(target.leaf(), value)
}

fn show(kind: &ResourceType, row: Row) -> Stored {
    let mut document: Object = serde_json::from_str(&row.document).unwrap();
    let meta = json!({
        "resourceType": kind.name,
        "created": clock::rfc3339(row.created),
        "lastModified": clock::rfc3339(row.modified),
        "location": format!("{BASE}{}/{}", kind.endpoint, row.id),
        "version": format!("W/\"{}\"", row.version),
    });
    document.insert("meta".to_owned(), meta);
    Stored { row, document }
}

/// Adds the members of a group, the groups of a member, counts and the shown name, as an answer shows them.
async fn derive(conn: &mut Conn, tenant: TenantId, kind: &ResourceType, stored: &mut Stored) {
    let element = |id: &str, kind: &str, display: Option<&String>, role: &str| {
        let mut element = json!({ "value": id, "$ref": format!("{BASE}/{kind}s/{id}") });
        if let Some(display) = display {
            element["display"] = json!(display);
        }
        element["type"] = json!(role);
        element
    };
    if let Some(attribute) = kind.stored_as(Storage::Members) {
        let held = members::of_groups(conn, tenant, &[stored.row.num]).await.unwrap();
        let held: Vec<Value> = held.iter().map(|m| element(&m.id, &m.kind, m.display.as_ref(), &m.kind)).collect();
        if !held.is_empty() {
            stored.document.insert(attribute.name.clone(), json!(held));
        }
    }
    if let Some(attribute) = kind.stored_as(Storage::Groups) {
        let groups = members::of_members(conn, tenant, &[stored.row.num]).await.unwrap();
        let role = |direct: bool| if direct { "direct" } else { "indirect" };
        let groups: Vec<Value> =
            groups.iter().map(|g| element(&g.id, &g.kind, g.display.as_ref(), role(g.direct))).collect();
        if !groups.is_empty() {
            stored.document.insert(attribute.name.clone(), json!(groups));
        }
    }
    let num = stored.row.num;
    for (storage, count) in [(Storage::Sessions, Count::Sessions), (Storage::Dependents, Count::Dependents(kind))] {
        if kind.extension_stored_as(storage).is_some() {
            let counted = counted::load(conn, tenant, &[num], count, crate::server::START).await.unwrap();
            resource::put_stored_as(kind, &mut stored.document, storage, json!(counted[&num]));
        }
    }
    if let Some(name) = shown::name(&stored.document) {
        resource::put_stored_as(kind, &mut stored.document, Storage::Shown, json!(name));
    }
}

/// Every text of a document.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(object) => object.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Fails with the simplest differences.
fn report(mut differences: Vec<Difference>, seed: u64) {
    differences.sort_by_key(|difference| difference.filter.len());
    let simplest: Vec<&str> = differences.iter().take(6).map(|difference| difference.text.as_str()).collect();
    assert!(
        differences.is_empty(),
        "{} differences with PROPERTY_SEED={seed}; the simplest:\n{}",
        differences.len(),
        simplest.join("\n")
    );
}

struct Insert {
    client: Client,
    inserts: Vec<(Arc<ResourceType>, String, Object, Micros)>,
}

impl Unit for Insert {
    type Output = Vec<Row>;
    type Error = store::Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<Row>, store::Error> {
        let mut rows = Vec::new();
        for (kind, id, document, now) in &self.inserts {
            rows.push(resources::insert(conn, self.client, kind, id, document, *now).await?);
        }
        Ok(rows)
    }
}

/// The case's own connection and a second one of its tenant.
async fn clients(api: &Api) -> [Client; 2] {
    let caller = api.directory.authenticate(&api.token, None).await.unwrap();
    let second = api.directory.create_connection("default", "second", Profile::default()).await.unwrap();
    [caller.connection, second.num].map(|connection| Client { tenant: caller.tenant, connection, edition: 0 })
}

/// Lets another client call resources what it likes; the documents as it sees them then.
async fn name(api: &Api, client: Client, kind: &Arc<ResourceType>, rows: &[Row], chance: &mut Chance) -> Vec<String> {
    let mut names = Vec::new();
    for row in rows {
        let own = chance.external(kind);
        names.push(api.store.write(Name { client, kind: Arc::clone(kind), row: row.clone(), own }).await.unwrap());
    }
    names
}

struct Name {
    client: Client,
    kind: Arc<ResourceType>,
    row: Row,
    own: Option<(String, Value)>,
}

impl Unit for Name {
    type Output = String;
    type Error = store::Error;

    async fn run(&self, conn: &mut Conn) -> Result<String, store::Error> {
        let row = resources::lock(conn, self.client, &self.kind, &self.row.id).await?.unwrap();
        let old: Object = serde_json::from_str(&row.document).unwrap();
        let mut new = old.clone();
        new.extend(self.own.clone());
        let row = resources::replace(conn, self.client, &self.kind, &row, &old, &new, row.modified).await?;
        Ok(row.document)
    }
}

struct Join {
    tenant: TenantId,
    joins: Vec<(Row, Vec<String>)>,
}

impl Unit for Join {
    type Output = ();
    type Error = store::Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), store::Error> {
        for (group, held) in &self.joins {
            members::edit(conn, self.tenant, group, &MemberEdit::Add(held.clone()), BASE).await?;
        }
        Ok(())
    }
}
