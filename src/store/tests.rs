//! What the store promises, on both databases.

mod catalogues;
mod credentials;
mod external_ids;
mod groups;
mod invitations;
mod lists;
mod numbers;
mod opening;
mod places;
mod writes;

use super::members::{self, Member, Membership};
use super::resources;
use super::select::{self, Page, Part, Place, Query};
use super::sql::trial::on_each;
use super::{Client, Conn, Error, Row, Store, TenantId, Unit};
use crate::clock::{Micros, rfc3339};
use crate::scim::filter::{self, Filter};
use crate::scim::patch::MemberEdit;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::schema::{Registry, ResourceType};
use crate::scim::{Object, path};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

const TENANT: TenantId = TenantId(1);
const ONE: Client = Client { tenant: TENANT, connection: 1, edition: 0 };
const TWO: Client = Client { tenant: TENANT, connection: 2, edition: 0 };
const BASE: &str = "https://scim.example/v2";
/// 2026-01-31T09:30:00Z and some microseconds nobody sees.
const NOW: Micros = 1_769_851_800_000_123;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| built_in(Choices { unique_group_names: true }));

fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(REGISTRY.resource_type(name).unwrap())
}

fn document(kind: &ResourceType, id: &str, attributes: Value) -> Object {
    let mut document = Object::new();
    document.insert("schemas".to_owned(), json!([kind.schema.id]));
    document.insert("id".to_owned(), json!(id));
    let Value::Object(attributes) = attributes else { panic!("attributes are an object") };
    document.extend(attributes);
    document
}

/// Whatever a test wants done in one transaction.
#[derive(Clone)]
enum Work {
    Insert(Arc<ResourceType>, String, Value, Micros),
    Replace(Arc<ResourceType>, Row, Value),
    Touch(Row),
    Remove(Row),
    Edit(Row, MemberEdit),
    /// Lets a client call a resource so.
    Name(Client, Row, Option<String>),
    All(Vec<Work>),
    Panic,
}

#[derive(Clone, Debug, PartialEq)]
enum Done {
    Row(Row),
    Changed(bool),
    Nothing,
}

impl Unit for Work {
    type Output = Done;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Done, Error> {
        let Self::All(all) = self else { return self.step(conn).await };
        for work in all {
            work.step(conn).await?;
        }
        Ok(Done::Nothing)
    }
}

impl Work {
    async fn step(&self, conn: &mut Conn) -> Result<Done, Error> {
        match self {
            Self::Insert(kind, id, attributes, now) => {
                let document = document(kind, id, attributes.clone());
                Ok(Done::Row(resources::insert(conn, ONE, kind, id, &document, *now).await?))
            }
            Self::Replace(kind, row, attributes) => {
                let old = serde_json::from_str(&row.document).unwrap();
                let new = document(kind, &row.id, attributes.clone());
                Ok(Done::Row(resources::replace(conn, ONE, kind, row, &old, &new, NOW + 5000).await?))
            }
            Self::Touch(row) => Ok(Done::Row(resources::touch(conn, TENANT, row, NOW + 5000).await?)),
            Self::Remove(row) => resources::remove(conn, TENANT, row, NOW + 5000).await.map(|_| Done::Nothing),
            Self::Edit(group, edit) => {
                // As the directory does: the group is locked first.
                resources::lock(conn, ONE, &kind("Group"), &group.id).await?;
                Ok(Done::Changed(members::edit(conn, TENANT, group, edit, BASE).await?))
            }
            Self::Name(client, row, name) => {
                let kind = kind(&row.kind);
                let row = resources::lock(conn, *client, &kind, &row.id).await?.unwrap();
                let old: Object = serde_json::from_str(&row.document).unwrap();
                let mut new = old.clone();
                new.shift_remove("externalId");
                new.extend(name.iter().map(|name| ("externalId".to_owned(), json!(name))));
                Ok(Done::Row(resources::replace(conn, *client, &kind, &row, &old, &new, NOW + 5000).await?))
            }
            Self::All(_) => panic!("no work in work in work"),
            Self::Panic => panic!("a unit that panics"),
        }
    }
}

fn user(id: &str, attributes: Value) -> Work {
    Work::Insert(kind("User"), id.to_owned(), attributes, NOW)
}

fn group(id: &str, name: &str) -> Work {
    Work::Insert(kind("Group"), id.to_owned(), json!({ "displayName": name }), NOW)
}

async fn make(store: &Store, work: Work) -> Row {
    match store.write(work).await.unwrap() {
        Done::Row(row) => row,
        other => panic!("not a row: {other:?}"),
    }
}

async fn edit(store: &Store, group: &Row, edit: MemberEdit) -> Result<bool, Error> {
    match store.write(Work::Edit(group.clone(), edit)).await? {
        Done::Changed(changed) => Ok(changed),
        other => panic!("not an edit: {other:?}"),
    }
}

async fn load(store: &Store, kind_name: &str, id: &str) -> Option<Row> {
    let mut conn = store.read().await.unwrap();
    resources::load(&mut conn, ONE, &kind(kind_name), id).await.unwrap()
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// The resource as an answer would show it.
fn rendered(kind: &ResourceType, row: &Row, members: &[Member], groups: &[Membership]) -> Object {
    let mut document: Object = serde_json::from_str(&row.document).unwrap();
    document.insert(
        "meta".to_owned(),
        json!({
            "resourceType": kind.name,
            "created": rfc3339(row.created),
            "lastModified": rfc3339(row.modified),
            "location": format!("{BASE}{}/{}", kind.endpoint, row.id),
            "version": format!("W/\"{}\"", row.version),
        }),
    );
    let mut list = |name: &str, elements: Vec<Value>| {
        if !elements.is_empty() {
            document.insert(name.to_owned(), Value::Array(elements));
        }
    };
    let element = |id: &str, of: &str, display: &Option<String>, kind: &str| {
        let mut element = json!({ "value": id, "$ref": format!("{BASE}/{of}s/{id}"), "type": kind });
        if let Some(display) = display {
            element["display"] = json!(display);
        }
        element
    };
    let of_row = members.iter().filter(|member| member.group == row.num);
    list("members", of_row.map(|member| element(&member.id, &member.kind, &member.display, &member.kind)).collect());
    let of_row = groups.iter().filter(|group| group.member == row.num);
    let how = |group: &Membership| if group.direct { "direct" } else { "indirect" };
    if kind.name == "User" {
        list("groups", of_row.map(|group| element(&group.id, &group.kind, &group.display, how(group))).collect());
    }
    document
}

fn compile(kind: &ResourceType, text: &str) -> Filter {
    filter::compile(kind, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn query(kind_name: &str, text: Option<&str>) -> Query {
    let kind = kind(kind_name);
    let filter = text.map(|text| compile(&kind, text));
    Query {
        parts: vec![Part { kind, filter, sort: None }],
        descending: false,
        place: Place::Offset(0),
        limit: 1000,
        base: BASE.to_owned(),
        now: NOW,
    }
}

fn sorted(kind_name: &str, by: &str, descending: bool) -> Query {
    let mut query = query(kind_name, None);
    query.parts[0].sort = Some(path::resolve(&query.parts[0].kind, by).unwrap());
    query.descending = descending;
    query
}

async fn page(store: &Store, query: &Query) -> Page {
    page_of(store, ONE, query).await
}

async fn page_of(store: &Store, client: Client, query: &Query) -> Page {
    let mut conn = store.read().await.unwrap();
    select::page(&mut conn, client, query).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn names(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| row.id.as_str()).collect()
}
