//! Opens databases with the settings that were measured to serve best.

use super::writer::Queue;
use super::{Error, Inner, Options, classify};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::{Duration, Instant};

/// How long a writer waits for another process's lock on a SQLite file.
const BUSY: Duration = Duration::from_secs(4);
/// How long a request waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(3);
/// How long a Postgres statement waits for a lock somebody else holds, in milliseconds.
const LOCK_MILLIS: &str = "4000";
/// How long a Postgres statement may run: nobody waits longer for its answer.
const STATEMENT_MILLIS: &str = "30000";
/// A Postgres connection idle for longer is asked whether it is still there.
const IDLE: Duration = Duration::from_secs(30);
/// How long it has to say so.
const PING: Duration = Duration::from_secs(1);
/// After that it is replaced, so that servers can be drained.
const LIFETIME: Duration = Duration::from_mins(30);

/// A directory that lasts as long as the store: an "in-memory" database, which several connections
/// share, is a file nobody else knows of.
pub(super) struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "the temporary database was not removed");
        }
    }
}

pub(super) async fn open(options: &Options) -> Result<Inner, Error> {
    let url = options.url.trim();
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return postgres(url, options).await;
    }
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err(Error::Schema(
            "the database URL is not understood: it must begin with sqlite: (a file, such as \
             sqlite:roster.db) or postgres://"
                .to_owned(),
        ));
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path == ":memory:" {
        let directory =
            std::env::temp_dir().join(format!("roster-{:032x}", u128::from_ne_bytes(crate::ident::random())));
        let temporary = Temporary(directory.clone());
        return sqlite(&directory.join("roster.db"), options, Some(temporary)).await;
    }
    if path.is_empty() || path.contains('?') {
        return Err(Error::Schema(
            "the database URL is not understood: after sqlite: comes the path of a file, without parameters".to_owned(),
        ));
    }
    sqlite(Path::new(path), options, None).await
}

async fn sqlite(path: &Path, options: &Options, temporary: Option<Temporary>) -> Result<Inner, Error> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|error| Error::Schema(format!("the directory {} cannot be made: {error}", directory.display())))?;
    }
    let synchronous = if options.durable { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let common = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        .pragma("mmap_size", "1073741824")
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    let writing = common
        .clone()
        .create_if_missing(true)
        .page_size(8192)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous);
    let writer = connect(&writing).await.map_err(|error| unusable(path, error))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(common.read_only(true))
        .await
        .map_err(|error| unusable(path, classify(error)))?;
    Ok(Inner::Sqlite { writer: Queue::start(writer), readers, _temporary: temporary })
}

/// A new file is switched to WAL under a lock that does not wait, so two processes that start at
/// once may collide.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, Error> {
    let end = Instant::now() + BUSY;
    loop {
        match SqliteConnection::connect_with(options).await.map_err(classify) {
            Err(Error::Busy(_)) if Instant::now() < end => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return other,
        }
    }
}

/// SQLite tells why a file does not open, and not which.
fn unusable(path: &Path, error: Error) -> Error {
    let reason = match error {
        Error::Busy(_) => "another process has locked it".to_owned(),
        Error::Full(cause) | Error::Database(cause) => cause.to_string(),
        other @ (Error::Unique(_)
        | Error::UnknownMember(_)
        | Error::OwnMember
        | Error::Stale
        | Error::Outdated
        | Error::Opened
        | Error::Schema(_)) => {
            return other;
        }
    };
    Error::Schema(format!("{} cannot be read and written as a SQLite database: {reason}", path.display()))
}

async fn postgres(url: &str, options: &Options) -> Result<Inner, Error> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| Error::Schema("the database URL is not understood: it is no valid postgres:// URL".to_owned()))?
        .application_name("roster")
        // One tenant's plan may be the wrong one for another of a different size.
        .options([
            ("plan_cache_mode", "force_custom_plan"),
            ("lock_timeout", LOCK_MILLIS),
            ("statement_timeout", STATEMENT_MILLIS),
        ])
        .disable_statement_logging();
    // Once without the pool, which would tell nothing but that no connection came in time.
    match tokio::time::timeout(ACQUIRE, PgConnection::connect_with(&connect)).await {
        Ok(first) => first.map_err(classify)?.close().await.map_err(classify)?,
        Err(late) => return Err(Error::Busy(Box::new(late))),
    }
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(ACQUIRE)
        .max_lifetime(LIFETIME)
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for < IDLE {
                    return Ok(true);
                }
                Ok(matches!(tokio::time::timeout(PING, conn.ping()).await, Ok(Ok(()))))
            })
        })
        .connect_with(connect)
        .await
        .map_err(classify)?;
    Ok(Inner::Postgres(pool))
}
