//! Fills a directory through the verbs the surfaces call: users, a small group and a large one.

use roster::app::{App, Options};
use roster::auth::password::Hasher;
use roster::clock::{self, Clock};
use roster::config::{Config, Secret};
use roster::directory::{Caller, Directory, Expect};
use roster::ident::Ids;
use roster::scim::projection::Projection;
use roster::scim::schema::ResourceType;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The token of the loaded directory.
pub const TOKEN: &str = "load-token-0123456789-abcdefghijklmnop";
/// The members of the large group, as far as there are users.
const LARGE: usize = 50_000;
/// Users who are in no group, to be added while measuring.
const FREE: usize = 400;
const BASE: &str = "http://127.0.0.1/scim/v2";

/// What there is to ask for.
pub struct Filled {
    /// The users' ids, oldest first.
    pub ids: Vec<String>,
    /// Users who are in no group.
    pub free: Vec<String>,
    /// A group of ten members.
    pub small: String,
    /// A group of 50,000 members, or of all users but the free ones.
    pub large: String,
    /// An instant after which only the last ten users were changed.
    pub before_last_ten: String,
}

pub fn user_name(number: usize) -> String {
    format!("Person.{number:07}@load.example")
}

pub fn external_id(number: usize) -> String {
    format!("00uLoad{number:07}")
}

pub fn mail(number: usize) -> String {
    format!("person.{number:07}@mail.example")
}

pub fn body(number: usize) -> Value {
    json!({
        "userName": user_name(number),
        "externalId": external_id(number),
        "displayName": format!("Person {number}"),
        "name": { "givenName": "Person", "familyName": format!("Number {number}"), "formatted": format!("Person {number}") },
        "title": (["Engineer", "Clerk", "Manager", "Driver"][number % 4]),
        "active": !number.is_multiple_of(10),
        "emails": [
            { "value": mail(number), "type": "work", "primary": true },
            { "value": format!("home.{number:07}@mail.example"), "type": "home" }
        ],
        "phoneNumbers": [{ "value": format!("+1 555 {number:07}"), "type": "mobile" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": number.to_string(), "department": format!("Department {}", number % 50)
        }
    })
}

/// One who writes into the directory.
#[derive(Clone)]
struct Writer {
    directory: Directory,
    caller: Caller,
    kind: Arc<ResourceType>,
    show: Projection,
}

impl Writer {
    fn new(directory: &Directory, caller: &Caller, kind: &str) -> Self {
        let kind = Arc::clone(directory.registry().resource_type(kind).unwrap());
        // Members are not read back: a large group would cost more to show than to change.
        let show = Projection::new(&kind, &[], &["members".to_owned(), "groups".to_owned()]);
        Self { directory: directory.clone(), caller: caller.clone(), kind, show }
    }

    async fn create(&self, body: Value) -> String {
        self.directory.create(&self.caller, &self.kind, body, &self.show).await.unwrap().id
    }

    async fn add(&self, group: &str, ids: &[String]) {
        let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "Operations": [{ "op": "add", "path": "members", "value": members }] });
        let expect = Expect::default();
        self.directory.patch(&self.caller, &self.kind, group, &body, &expect, &self.show, BASE).await.unwrap();
    }
}

/// Fills an empty database.
pub fn directory(url: &str, users: usize) -> Filled {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(fill(url, users))
}

async fn fill(url: &str, users: usize) -> Filled {
    let clock = Clock::fixed(1_769_851_800_000_000);
    let config = Config {
        database_url: Secret::new(url),
        sqlite_durable: false,
        bootstrap_token: Some(Secret::new(TOKEN)),
        ..Config::default()
    };
    let options = Options { config, clock: clock.clone(), ids: Ids::Random, hasher: Hasher::cheap() };
    let app = App::start(options).await.unwrap();
    let caller = app.directory.authenticate(TOKEN, None).await.unwrap();
    let people = Writer::new(&app.directory, &caller, "User");
    let groups = Writer::new(&app.directory, &caller, "Group");

    let mut ids = Vec::with_capacity(users);
    let mut before_last_ten = String::new();
    while ids.len() < users {
        // The last ten come alone, after all others.
        let left = users - ids.len();
        let batch = if left > 10 { (left - 10).min(64) } else { left };
        clock.advance(1_000);
        let mut tasks = JoinSet::new();
        for number in ids.len()..ids.len() + batch {
            let people = people.clone();
            tasks.spawn(async move { (number, people.create(body(number)).await) });
        }
        let mut made = tasks.join_all().await;
        made.sort_unstable();
        ids.extend(made.into_iter().map(|(_, id)| id));
        if left > 10 {
            before_last_ten = clock::rfc3339(clock.now());
        }
    }
    let free = ids[..FREE.min(users / 2)].to_vec();
    let members = &ids[free.len()..(free.len() + LARGE).min(users)];
    let small = groups.create(json!({ "displayName": "Small" })).await;
    groups.add(&small, &members[..10]).await;
    let large = groups.create(json!({ "displayName": "Large" })).await;
    for some in members.chunks(10_000) {
        groups.add(&large, some).await;
    }
    app.store.close().await;
    Filled { ids, free, small, large, before_last_ten }
}
