//! What a driver's error means to the rooms above.

use super::Error;
use sqlx::migrate::MigrateError;
use std::io::ErrorKind;

/// Sorts a driver's error into busy, full and everything else.
pub(super) fn classify(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Error::Busy(Box::new(error))
        }
        sqlx::Error::Io(cause) => match cause.kind() {
            ErrorKind::StorageFull | ErrorKind::ReadOnlyFilesystem | ErrorKind::QuotaExceeded => {
                Error::Full(Box::new(error))
            }
            _ => Error::Busy(Box::new(error)),
        },
        sqlx::Error::Database(cause) => match meaning(cause.as_ref()) {
            Meaning::Busy => Error::Busy(Box::new(error)),
            Meaning::Full => Error::Full(Box::new(error)),
            Meaning::Other => Error::Database(Box::new(error)),
        },
        _ => Error::Database(Box::new(error)),
    }
}

impl Error {
    /// The same error, or [`Error::Unique`] if a constraint of the database found the value taken.
    pub(in crate::store) fn or_taken(self, attribute: &'static str) -> Self {
        let taken = match &self {
            Self::Database(cause) => cause
                .downcast_ref::<sqlx::Error>()
                .and_then(sqlx::Error::as_database_error)
                .is_some_and(sqlx::error::DatabaseError::is_unique_violation),
            Self::Unique(_)
            | Self::UnknownMember(_)
            | Self::OwnMember
            | Self::Stale
            | Self::Outdated
            | Self::Opened
            | Self::Busy(_)
            | Self::Full(_)
            | Self::Schema(_) => false,
        };
        if taken { Self::Unique(attribute.to_owned()) } else { self }
    }
}

/// Whether the transaction would likely succeed if it were run again at once.
pub(super) fn is_transient(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

enum Meaning {
    Busy,
    Full,
    Other,
}

/// SQLite's result codes are numbers whose low byte is the primary code; Postgres' SQLSTATEs have
/// five characters.
fn meaning(cause: &dyn sqlx::error::DatabaseError) -> Meaning {
    let code = cause.code().unwrap_or_default();
    if cause.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return match code.parse::<i64>().unwrap_or(0) & 0xff {
            // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL
            5 | 6 | 15 => Meaning::Busy,
            // SQLITE_READONLY, SQLITE_FULL
            8 | 13 => Meaning::Full,
            _ => Meaning::Other,
        };
    }
    match code.as_ref() {
        // disk_full, read_only_sql_transaction
        "53100" | "25006" => Meaning::Full,
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled
        "40001" | "40P01" | "55P03" | "57014" => Meaning::Busy,
        // connection exceptions, insufficient resources, operator intervention
        _ if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => Meaning::Busy,
        _ => Meaning::Other,
    }
}

/// Why a migration did not happen.
pub(super) fn migration(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(cause) => classify(cause),
        MigrateError::VersionMissing(version) => Error::Schema(format!(
            "the database is at migration {version}, which this version of roster does not know: \
             it was made by a newer version; run that one"
        )),
        MigrateError::VersionMismatch(version) => Error::Schema(format!(
            "migration {version} of the database is not the one this version of roster has: \
             the database was made by another program or a development version"
        )),
        other => Error::Database(Box::new(other)),
    }
}
