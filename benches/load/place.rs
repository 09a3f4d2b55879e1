//! Where a load is kept: an empty database, and the real binary over it.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A database and a working directory, both empty at first.
pub struct Place {
    pub url: String,
    directory: PathBuf,
    server: Option<String>,
    name: String,
}

/// A running server.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Place {
    /// Makes one; none if it is to be on Postgres and there is no server.
    pub fn make(database: &str) -> Option<Self> {
        let name = format!("roster_load_{}", std::process::id());
        let directory = std::env::temp_dir().join(&name);
        if database == "SQLite" {
            std::fs::create_dir_all(&directory).unwrap();
            let url = format!("sqlite:{}", directory.join("roster.db").display());
            return Some(Self { url, directory, server: None, name });
        }
        let server = std::env::var("ROSTER_TEST_POSTGRES").ok()?;
        std::fs::create_dir_all(&directory).unwrap();
        administer(&server, &format!("create database {name}"));
        let url = format!("{}/{name}", server.rsplit_once('/').expect("a URL that names a database").0);
        Some(Self { url, directory, server: Some(server), name })
    }

    /// Starts the binary over the database and waits until it says where.
    pub fn serve(&self) -> Server {
        if self.server.is_some() {
            administer(&self.url, "vacuum analyze");
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_roster"))
            .env_clear()
            .env("ROSTER_DATABASE_URL", &self.url)
            .env("ROSTER_LISTEN", "127.0.0.1:0")
            .env("ROSTER_LOG", "warn")
            // One token carries the whole load: what is measured is the server, not its limits.
            .env("ROSTER_RATE_CONNECTION", "0")
            .env("ROSTER_RATE_TENANT", "0")
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.split_once("http://").map(|(_, rest)| rest.to_owned()));
        let address = address.expect("the server says where it is");
        let end = address.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(address.len());
        Server { child, address: address.get(..end).unwrap().to_owned() }
    }

    /// Removes database and directory.
    pub fn remove(self) {
        if let Some(server) = &self.server {
            administer(server, &format!("drop database if exists {} with (force)", self.name));
        }
        std::fs::remove_dir_all(&self.directory).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn administer(url: &str, statement: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    });
}
