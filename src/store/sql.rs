//! Databases, connections, transactions and statements: the only file that names a driver.

use super::Error;
use std::future::Future;

/// An open database; cheap to clone.
#[derive(Clone)]
pub struct Store {}

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:path`, `sqlite::memory:` or `postgres://…`.
    pub url: String,
    /// Connections: Postgres in all, SQLite for reading.
    pub connections: u32,
    /// SQLite `synchronous=FULL` (true) or `NORMAL`.
    pub durable: bool,
}

/// A connection statements run on: a reader's, or the one inside a unit of work.
pub struct Conn {}

/// A unit of work: everything in it is committed together or not at all.
///
/// It runs in a task of its own, never in the request's future, and may run more than once
/// (Postgres serialization failures), so it holds its inputs and changes nothing but the database.
pub trait Unit: Send + Sync + 'static {
    /// What it answers.
    type Output: Send + 'static;
    /// What it fails with.
    type Error: From<Error> + Send + 'static;
    /// Does the work.
    fn run(&self, conn: &mut Conn) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}

impl Store {
    /// Opens the database; a SQLite file is created if it is not there. Does not migrate.
    ///
    /// # Errors
    /// If the URL is not understood or the database does not answer.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let _ = options;
        todo!()
    }

    /// A connection for reading; given back when dropped.
    ///
    /// # Errors
    /// [`Error::Busy`] if none is free in time.
    pub async fn read(&self) -> Result<Conn, Error> {
        todo!()
    }

    /// Runs a unit of work in a transaction and answers after the commit.
    ///
    /// # Errors
    /// The unit's own, or the database's.
    pub async fn write<U: Unit>(&self, unit: U) -> Result<U::Output, U::Error> {
        let _ = unit;
        todo!()
    }

    /// Finishes the waiting writes and closes every connection.
    pub async fn close(&self) {
        todo!()
    }
}
