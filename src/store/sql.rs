//! Databases, connections and transactions: the only place that names a driver.
//!
//! [`Store`] is either database; [`Conn`] runs statements on either. Statements are built by
//! [`statement`], opened databases come from [`open`], and SQLite's writes go through [`writer`].

mod failure;
mod open;
mod record;
mod statement;
#[cfg(test)]
pub(super) mod trial;
mod writer;

pub use record::Record;
pub use statement::{Arg, Sql, Val};

use super::Error;
use super::dialect::Dialect;
use failure::{classify, is_transient};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// An open database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

enum Inner {
    Sqlite { writer: writer::Queue, readers: SqlitePool, _temporary: Option<open::Temporary> },
    Postgres(PgPool),
}

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
pub struct Conn {
    link: Link,
    /// A statement failed in a way that a new attempt at the whole transaction may cure.
    transient: bool,
}

enum Link {
    Writer(SqliteConnection),
    Reader(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

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

/// One step of the database's shape, as [`super::migrate`] lists them.
pub(super) struct Step {
    /// From 1, without gaps.
    pub version: i64,
    /// The file's name without number and ending.
    pub name: &'static str,
    /// The statements.
    pub text: &'static str,
}

/// How often a transaction is tried that Postgres ended to resolve a conflict.
const ATTEMPTS: u32 = 5;

impl Store {
    /// Opens the database; a SQLite file is created if it is not there. Does not migrate.
    ///
    /// # Errors
    /// If the URL is not understood or the database does not answer.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        Ok(Self { inner: Arc::new(open::open(options).await?) })
    }

    /// Which of the two databases this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match *self.inner {
            Inner::Sqlite { .. } => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection for reading; given back when dropped.
    ///
    /// # Errors
    /// [`Error::Busy`] if none is free in time.
    pub async fn read(&self) -> Result<Conn, Error> {
        let link = match &*self.inner {
            Inner::Sqlite { readers, .. } => Link::Reader(readers.acquire().await.map_err(classify)?),
            Inner::Postgres(pool) => Link::Postgres(pool.acquire().await.map_err(classify)?),
        };
        Ok(Conn { link, transient: false })
    }

    /// Runs a unit of work in a transaction and answers after the commit.
    ///
    /// # Errors
    /// The unit's own, or the database's.
    pub async fn write<U: Unit>(&self, unit: U) -> Result<U::Output, U::Error> {
        match &*self.inner {
            Inner::Sqlite { writer, .. } => writer.run(unit).await,
            Inner::Postgres(pool) => {
                // In a task of its own: sqlx 0.9.0 may give back a connection with an open
                // transaction when the future that began it is dropped.
                let task = tokio::spawn(transact(pool.clone(), unit));
                task.await.unwrap_or_else(|failed| Err(Error::Database(Box::new(failed)).into()))
            }
        }
    }

    /// Finishes the waiting writes and closes every connection.
    pub async fn close(&self) {
        match &*self.inner {
            Inner::Sqlite { writer, readers, .. } => {
                // The writer goes last, since a reader cannot put the log back into the file.
                readers.close().await;
                writer.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }

    /// Brings the database to the last of these steps.
    pub(super) async fn migrate(&self, steps: &[Step]) -> Result<(), Error> {
        let steps = steps.iter().map(|step| {
            let sql = sqlx::SqlStr::from_static(step.text);
            Migration::new(step.version, Cow::Borrowed(step.name), MigrationType::Simple, sql, false)
        });
        let mut migrator = Migrator::with_migrations(steps.collect());
        match &*self.inner {
            Inner::Sqlite { writer, .. } => writer.migrate(migrator).await,
            Inner::Postgres(pool) => {
                // The migrator's own lock is advisory and held for the session.
                migrator.set_locking(true);
                let mut conn = pool.acquire().await.map_err(classify)?;
                // A migration takes the time it needs, and waits for the one that another process runs.
                let patient = sqlx::raw_sql("SET lock_timeout = 0; SET statement_timeout = 0");
                patient.execute(&mut *conn).await.map_err(classify)?;
                let migrated = migrator.run_direct(None, &mut *conn, false).await.map_err(failure::migration);
                Conn { link: Link::Postgres(conn), transient: false }.discard().await;
                migrated
            }
        }
    }
}

impl Conn {
    /// Which of the two databases this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Writer(_) | Link::Reader(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// An empty statement in this database's dialect, to be put together from pieces.
    #[must_use]
    pub fn sql(&self) -> Sql {
        Sql::new(self.dialect())
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64, Error> {
        let (text, args, persistent) = sql.into_parts();
        let text = AssertSqlSafe(text);
        let done = match &mut self.link {
            Link::Writer(conn) => {
                let args = statement::sqlite(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.execute(conn).await.map(|done| done.rows_affected())
            }
            Link::Reader(conn) => {
                let args = statement::sqlite(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
            Link::Postgres(conn) => {
                let args = statement::postgres(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| self.failed(error))
    }

    /// Runs a statement and answers every row.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fetch(&mut self, sql: Sql) -> Result<Vec<Record>, Error> {
        let (text, args, persistent) = sql.into_parts();
        let text = AssertSqlSafe(text);
        let rows = match &mut self.link {
            Link::Writer(conn) => {
                let args = statement::sqlite(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.fetch_all(conn).await.map(|rows| rows.into_iter().map(Record::Sqlite).collect())
            }
            Link::Reader(conn) => {
                let args = statement::sqlite(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.fetch_all(&mut **conn).await.map(|rows| rows.into_iter().map(Record::Sqlite).collect())
            }
            Link::Postgres(conn) => {
                let args = statement::postgres(args).map_err(Error::Database)?;
                let query = sqlx::query_with(text, args).persistent(persistent);
                query.fetch_all(&mut **conn).await.map(|rows| rows.into_iter().map(Record::Postgres).collect())
            }
        };
        rows.map_err(|error| self.failed(error))
    }

    /// Runs a statement and answers its first row, if it has any.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fetch_first(&mut self, sql: Sql) -> Result<Option<Record>, Error> {
        Ok(self.fetch(sql).await?.into_iter().next())
    }

    /// Runs a unit of work inside another one: if it fails, what it did is undone, and the other one
    /// goes on. It is committed with the other one or not at all.
    ///
    /// # Errors
    /// Outside: the database ended the whole transaction, or is about to run it again; the other unit
    /// must end with this error. Inside: the unit's own.
    pub async fn attempt<U: Unit>(&mut self, unit: &U) -> Result<Result<U::Output, U::Error>, Error> {
        self.control("SAVEPOINT part").await?;
        let result = unit.run(self).await;
        if self.transient {
            return Err(Error::Busy("the transaction has to be repeated".into()));
        }
        let end = if result.is_ok() { "RELEASE part" } else { "ROLLBACK TO part; RELEASE part" };
        self.control(end).await?;
        Ok(result)
    }

    /// Runs a statement of transaction control.
    async fn control(&mut self, text: &'static str) -> Result<(), Error> {
        let done = match &mut self.link {
            Link::Writer(conn) => sqlx::raw_sql(text).execute(conn).await.map(drop),
            Link::Reader(conn) => sqlx::raw_sql(text).execute(&mut **conn).await.map(drop),
            Link::Postgres(conn) => sqlx::raw_sql(text).execute(&mut **conn).await.map(drop),
        };
        done.map_err(|error| self.failed(error))
    }

    fn failed(&mut self, error: sqlx::Error) -> Error {
        self.transient |= is_transient(&error);
        classify(error)
    }

    /// Closes the connection for good instead of giving it back.
    async fn discard(self) {
        let closed = match self.link {
            Link::Writer(conn) => conn.close().await,
            Link::Reader(conn) => conn.close().await,
            Link::Postgres(conn) => conn.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "a connection did not close cleanly");
        }
    }
}

/// A unit of work on Postgres: again from the start when the database ended it over a conflict.
async fn transact<U: Unit>(pool: PgPool, unit: U) -> Result<U::Output, U::Error> {
    let mut attempt = 1;
    loop {
        let conn = pool.acquire().await.map_err(classify)?;
        let mut conn = Conn { link: Link::Postgres(conn), transient: false };
        let result = writer::guard(attempt_once(&mut conn, &unit)).await;
        let Ok(result) = result else {
            conn.discard().await;
            return Err(Error::Database("the unit of work panicked".into()).into());
        };
        if result.is_ok() {
            return result;
        }
        let again = conn.transient && attempt < ATTEMPTS;
        if conn.control("ROLLBACK").await.is_err() {
            conn.discard().await;
        } else {
            drop(conn);
        }
        if !again {
            return result;
        }
        tokio::time::sleep(pause(attempt)).await;
        attempt += 1;
    }
}

async fn attempt_once<U: Unit>(conn: &mut Conn, unit: &U) -> Result<U::Output, U::Error> {
    conn.control("BEGIN").await?;
    let output = unit.run(conn).await?;
    conn.control("COMMIT").await?;
    Ok(output)
}

/// 0 to 10 milliseconds, doubled with every attempt, so that two that collided part.
fn pause(attempt: u32) -> Duration {
    let [chance] = crate::ident::random::<1>();
    Duration::from_micros(u64::from(chance) * 40) * 2_u32.pow(attempt - 1)
}
