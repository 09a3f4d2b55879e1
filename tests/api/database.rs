//! A database of its own for every case: a temporary SQLite file, or a Postgres database that is
//! made before and dropped after.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which database a case runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        })
    }
}

/// An empty database, gone when [`drop_it`](Database::drop_it) was called.
#[derive(Clone, Debug)]
pub struct Database {
    /// What the server is given as its database.
    pub url: String,
    name: String,
    directory: Option<PathBuf>,
}

/// The URL of the Postgres server, or none: said aloud once, past the capturing of output.
pub fn postgres_server() -> Option<String> {
    static SAID: Once = Once::new();
    let url = std::env::var("ROSTER_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        SAID.call_once(|| {
            let text = "\nPOSTGRES LEFT OUT: set ROSTER_TEST_POSTGRES or use tests/run\n";
            std::io::stderr().write_all(text.as_bytes()).unwrap();
        });
    }
    url
}

impl Database {
    /// Makes one; none if there is no Postgres server.
    pub async fn create(kind: Kind) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("roster_{}_{number}", std::process::id());
        match kind {
            Kind::Sqlite => {
                let directory = std::env::temp_dir().join(&name);
                std::fs::create_dir_all(&directory).unwrap();
                let url = format!("sqlite:{}", directory.join("roster.db").display());
                Some(Self { url, name, directory: Some(directory) })
            }
            Kind::Postgres => {
                let server = postgres_server()?;
                administer(&server, &format!("drop database if exists {name} with (force)")).await;
                administer(&server, &format!("create database {name}")).await;
                let (front, _) = server.rsplit_once('/').expect("ROSTER_TEST_POSTGRES names a database");
                Some(Self { url: format!("{front}/{name}"), name, directory: None })
            }
        }
    }

    /// The folder a SQLite database lies in.
    pub fn directory(&self) -> Option<&PathBuf> {
        self.directory.as_ref()
    }

    /// Everything that is stored, as bytes: the files of SQLite, every row of Postgres as text.
    pub async fn everything(&self) -> Vec<u8> {
        let mut all = Vec::new();
        if let Some(directory) = &self.directory {
            for file in std::fs::read_dir(directory).unwrap() {
                all.extend(std::fs::read(file.unwrap().path()).unwrap());
            }
            return all;
        }
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let tables: Vec<(String,)> =
            sqlx::query_as("select quote_ident(tablename) from pg_tables where schemaname = 'public'")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        for (table,) in tables {
            let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(format!("select t::text from {table} t")))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            for (row,) in rows {
                all.extend(row.bytes());
                all.push(b'\n');
            }
        }
        connection.close().await.unwrap();
        all
    }

    /// A connection of the test's own, past the server.
    pub async fn connect(&self) -> Raw {
        match &self.directory {
            Some(_) => Raw::Sqlite(SqliteConnection::connect(&self.url).await.unwrap()),
            None => Raw::Postgres(PgConnection::connect(&self.url).await.unwrap()),
        }
    }

    /// Removes it.
    pub async fn drop_it(self) {
        if let Some(directory) = &self.directory {
            std::fs::remove_dir_all(directory).unwrap();
        } else if let Some(server) = postgres_server() {
            administer(&server, &format!("drop database if exists {} with (force)", self.name)).await;
        }
    }
}

/// What a test asks of a database itself.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    /// The tables that have a column of that name.
    pub async fn tables_with(&mut self, column: &str) -> Vec<String> {
        let rows: Vec<(String,)> = match self {
            Self::Sqlite(connection) => sqlx::query_as(
                "select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = $1 \
                 where m.type = 'table' order by 1",
            )
            .bind(column)
            .fetch_all(connection)
            .await
            .unwrap(),
            Self::Postgres(connection) => sqlx::query_as(
                "select table_name::text from information_schema.columns \
                 where table_schema = 'public' and column_name = $1 order by 1",
            )
            .bind(column)
            .fetch_all(connection)
            .await
            .unwrap(),
        };
        rows.into_iter().map(|(table,)| table).collect()
    }

    /// The one number a query answers.
    pub async fn count(&mut self, query: &str) -> i64 {
        let query = AssertSqlSafe(query.to_owned());
        let (count,): (i64,) = match self {
            Self::Sqlite(connection) => sqlx::query_as(query).fetch_one(connection).await.unwrap(),
            Self::Postgres(connection) => sqlx::query_as(query).fetch_one(connection).await.unwrap(),
        };
        count
    }

    pub async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

/// One statement on the server's own database, outside any transaction.
async fn administer(server: &str, statement: &str) {
    let mut connection = PgConnection::connect(server).await.expect("the server of ROSTER_TEST_POSTGRES answers");
    connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}
