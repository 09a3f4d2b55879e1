//! The server in process: how a case opens a database, mounts the endpoint and gets a token.
//!
//! The only file of the tests that knows how the house is wired.

use crate::call::Call;
use crate::database::{Database, Kind};
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Response};
use roster::app::{App, Options};
use roster::auth::password::Hasher;
use roster::clock::{Clock, Micros};
use roster::config::{Config, Secret};
use roster::directory::Directory;
use roster::directory::manage::TenantChange;
use roster::directory::recorder::Recorder;
use roster::ident::Ids;
use roster::store::Store;
use serde_json::Value;
use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;

/// The SCIM base URL the in-process server believes to have.
pub const BASE: &str = "https://roster.example/scim/v2";
/// 2026-01-31T09:30:00Z, where the clock of every case stands at first.
pub const START: Micros = 1_769_851_800_000_000;
/// An id as this server makes them, that no resource has.
pub const NOBODY: &str = "018f0000-0000-7000-8000-000000000000";
/// The token of every case.
const TOKEN: &str = "token-of-the-tests-0123456789abcdef";

/// A server with an empty directory; cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub endpoint: Arc<BoxEndpoint<'static, Response>>,
    pub token: String,
    pub clock: Clock,
    pub store: Store,
    pub directory: Directory,
    pub recorder: Recorder,
    pub database: Database,
}

/// Runs a case on a database of its own; left out if that is Postgres and there is none.
pub fn run<F>(kind: Kind, case: impl FnOnce(Api) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    run_with(kind, Config::default(), case);
}

/// The same with some settings of its own.
pub fn run_with<F>(kind: Kind, settings: Config, case: impl FnOnce(Api) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let Some(database) = runtime.block_on(Database::create(kind)) else { return };
    let api = runtime.block_on(Api::open_with(&database, settings));
    let store = api.store.clone();
    let outcome = runtime.block_on(runtime.spawn(case(api)));
    runtime.block_on(async {
        store.close().await;
        database.drop_it().await;
    });
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Makes two tests, `NAME::sqlite` and `NAME::postgres`, of each `async fn NAME(api: Api)`.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                crate::server::run(crate::database::Kind::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                crate::server::run(crate::database::Kind::Postgres, super::$name);
            }
        }
    )+};
}
pub(crate) use both;

impl Api {
    /// A server over an empty database, with a fixed clock, counted ids and a token for everything.
    pub async fn open(database: &Database) -> Self {
        Self::open_with(database, Config::default()).await
    }

    /// The same with some settings of its own.
    pub async fn open_with(database: &Database, settings: Config) -> Self {
        Self::open_as(database, settings, Hasher::cheap()).await
    }

    async fn open_as(database: &Database, settings: Config, hasher: Hasher) -> Self {
        let clock = Clock::fixed(START);
        let config = Config {
            database_url: Secret::new(database.url.as_str()),
            sqlite_durable: false,
            public_url: BASE.strip_suffix("/scim/v2").map(ToOwned::to_owned),
            bootstrap_token: Some(Secret::new(TOKEN)),
            // The cases that are about limits set their own.
            rate_connection: 0,
            rate_tenant: 0,
            ..settings
        };
        let options = Options { config, clock: clock.clone(), ids: Ids::counted(), hasher };
        let app = App::start(options).await.unwrap();
        Self {
            endpoint: Arc::new(app.endpoint().map_to_response().boxed()),
            token: TOKEN.to_owned(),
            clock,
            store: app.store.clone(),
            directory: app.directory.clone(),
            recorder: app.recorder.clone(),
            database: database.clone(),
        }
    }

    /// Another server on the same database, with a clock of its own; its store is the case's to close.
    pub async fn again(&self) -> Self {
        Self::open(&self.database).await
    }

    /// The same with a hasher of its own.
    pub async fn hashing(&self, hasher: Hasher) -> Self {
        Self::open_as(&self.database, Config::default(), hasher).await
    }

    /// Gives the connection of the case's token a profile.
    pub async fn set_profile(&self, profile: &str) {
        let profile = profile.parse().unwrap();
        self.directory.change_connection("default", "default", None, Some(profile)).await.unwrap();
    }

    /// Opens the first tenant to native APIs, as its first write through one does.
    pub async fn open_to_native(&self) {
        self.open_tenant_to_native("default").await;
    }

    /// The same with another tenant.
    pub async fn open_tenant_to_native(&self, name: &str) {
        let change = TenantChange { native: Some(true), ..TenantChange::default() };
        assert!(self.directory.change_tenant(name, change).await.unwrap().native);
    }

    /// A request; the path is below the SCIM base, or begins with `root:` and is below the host.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call::new(self, method, path)
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call<'_> {
        self.call("POST", path).json(body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Call<'_> {
        self.call("PUT", path).json(body)
    }

    /// A PATCH with these operations.
    pub fn patch(&self, path: &str, operations: &Value) -> Call<'_> {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        self.call("PATCH", path).json(&serde_json::json!({ "schemas": schemas, "Operations": operations }))
    }

    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call("DELETE", path)
    }

    /// A request to the admin surface; a body goes as plain JSON.
    pub fn admin(&self, method: &str, path: &str) -> Call<'_> {
        self.call(method, &format!("root:/admin/v1{path}")).header("content-type", Some("application/json"))
    }

    /// The same server under another credential.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A further tenant and its first token.
    pub async fn tenant(&self, name: &str) -> Self {
        let founded = self.directory.create_tenant(name).await.unwrap();
        self.with_token(founded.secret.reveal())
    }

    /// Lists users or groups by a filter, which is percent-encoded here.
    pub fn find(&self, endpoint: &str, filter: &str) -> Call<'_> {
        self.get(&format!("{endpoint}?filter={}", encode(filter)))
    }

    /// A new user with this userName and nothing else; its id.
    pub async fn user(&self, name: &str) -> String {
        self.post("/Users", &serde_json::json!({ "userName": name })).send().await.is(201).id()
    }

    /// A new group with these members; its id.
    pub async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| serde_json::json!({ "value": id })).collect();
        let body = serde_json::json!({ "displayName": name, "members": members });
        self.post("/Groups", &body).send().await.is(201).id()
    }
}

/// Percent-encodes a query value.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
