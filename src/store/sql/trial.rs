//! Databases for tests: every test runs on SQLite and, if `ROSTER_TEST_POSTGRES` names a server where
//! databases may be made, on Postgres; on a new database of its own each.

use super::{Conn, Error, Options, Sql, Store, Unit};
use crate::store::dialect::Dialect;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Runs a test on a migrated store of each kind, with one tenant and two connections.
pub(in crate::store) async fn on_each(test: impl AsyncFn(Store)) {
    on_each_empty(async |store| {
        crate::store::migrate::run(&store).await.unwrap();
        store.found().await;
        test(store).await;
    })
    .await;
}

/// Runs a test on an empty database of each kind.
pub(in crate::store) async fn on_each_empty(test: impl AsyncFn(Store)) {
    let store = open("sqlite::memory:").await;
    test(store.clone()).await;
    store.close().await;
    let Ok(server) = std::env::var("ROSTER_TEST_POSTGRES") else { return };
    let name = format!("roster_{:032x}", u128::from_ne_bytes(crate::ident::random()));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (place, _) = server.rsplit_once('/').unwrap();
    let store = open(&format!("{place}/{name}")).await;
    test(store.clone()).await;
    store.close().await;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await.unwrap();
}

/// Opens a database.
pub(in crate::store) async fn open(url: &str) -> Store {
    Store::open(&Options { url: url.to_owned(), connections: 8, durable: true }).await.unwrap()
}

/// What tests ask of a database beside the store's own verbs.
impl Store {
    /// The one number a query answers.
    pub(in crate::store) async fn count(&self, text: &'static str) -> i64 {
        let mut conn = self.read().await.unwrap();
        let sql = conn.sql().with(text, []);
        conn.fetch_first(sql).await.unwrap().unwrap().int(0).unwrap()
    }

    /// Makes a tenant, the first one, and its connections.
    pub(in crate::store) async fn found(&self) {
        self.statement("INSERT INTO tenant (name, created) VALUES ('trial', 0)").await;
        self.statement("INSERT INTO connection (tenant, name, created) VALUES (1, 'one', 0), (1, 'two', 0)").await;
    }

    /// The search document of a resource.
    pub(in crate::store) async fn search_document(&self, num: i64) -> serde_json::Value {
        let mut conn = self.read().await.unwrap();
        let text = match conn.dialect() {
            Dialect::Sqlite => "SELECT json(sdoc) FROM resource WHERE num = $1",
            Dialect::Postgres => "SELECT CAST(sdoc AS TEXT) FROM resource WHERE num = $1",
        };
        let sql = conn.sql().with(text, [num.into()]);
        serde_json::from_str(&conn.fetch_first(sql).await.unwrap().unwrap().text(0).unwrap()).unwrap()
    }

    /// The plan of a statement, a line per step.
    pub(in crate::store) async fn explain(&self, sql: Sql) -> String {
        let mut conn = self.read().await.unwrap();
        let (before, column) = match conn.dialect() {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
            Dialect::Postgres => ("EXPLAIN ", 0),
        };
        let mut lines = String::new();
        for record in conn.fetch(sql.behind(before)).await.unwrap() {
            lines.push_str(&record.text(column).unwrap());
            lines.push('\n');
        }
        lines
    }

    /// Lets the database count its rows.
    pub(in crate::store) async fn analyze(&self) {
        self.statement("ANALYZE").await;
    }

    /// Notes a migration as if a newer program had run it.
    pub(in crate::store) async fn pretend_migration(&self, version: i64) {
        assert_eq!(version, 99);
        self.statement(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    }

    /// Runs a statement.
    pub(in crate::store) async fn statement(&self, text: &'static str) {
        self.write(Statement(text)).await.unwrap();
    }
}

struct Statement(&'static str);

impl Unit for Statement {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let sql = conn.sql().with(self.0, []);
        conn.execute(sql).await.map(drop)
    }
}
