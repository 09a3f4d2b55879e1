//! The shape of the database, step by step: the same numbers and names for both databases.
//!
//! Processes that start at once migrate one after the other. A database that knows a later step
//! than this program is refused.

use super::dialect::Dialect;
use super::sql::Step;
use super::{Error, Store};

const SQLITE: &[Step] = &[
    Step { version: 1, name: "directory", text: include_str!("../../migrations/sqlite/0001_directory.sql") },
    Step { version: 2, name: "profiles", text: include_str!("../../migrations/sqlite/0002_profiles.sql") },
    Step { version: 3, name: "credentials", text: include_str!("../../migrations/sqlite/0003_credentials.sql") },
    Step { version: 4, name: "oauth", text: include_str!("../../migrations/sqlite/0004_oauth.sql") },
    Step { version: 5, name: "journal", text: include_str!("../../migrations/sqlite/0005_journal.sql") },
    Step { version: 6, name: "external_id", text: include_str!("../../migrations/sqlite/0006_external_id.sql") },
    Step { version: 7, name: "deleted", text: include_str!("../../migrations/sqlite/0007_deleted.sql") },
    Step { version: 8, name: "native", text: include_str!("../../migrations/sqlite/0008_native.sql") },
    Step { version: 9, name: "schemas", text: include_str!("../../migrations/sqlite/0009_schemas.sql") },
    Step { version: 10, name: "walks", text: include_str!("../../migrations/sqlite/0010_walks.sql") },
    Step { version: 11, name: "subjects", text: include_str!("../../migrations/sqlite/0011_subjects.sql") },
];

const POSTGRES: &[Step] = &[
    Step { version: 1, name: "directory", text: include_str!("../../migrations/postgres/0001_directory.sql") },
    Step { version: 2, name: "profiles", text: include_str!("../../migrations/postgres/0002_profiles.sql") },
    Step { version: 3, name: "credentials", text: include_str!("../../migrations/postgres/0003_credentials.sql") },
    Step { version: 4, name: "oauth", text: include_str!("../../migrations/postgres/0004_oauth.sql") },
    Step { version: 5, name: "journal", text: include_str!("../../migrations/postgres/0005_journal.sql") },
    Step { version: 6, name: "external_id", text: include_str!("../../migrations/postgres/0006_external_id.sql") },
    Step { version: 7, name: "deleted", text: include_str!("../../migrations/postgres/0007_deleted.sql") },
    Step { version: 8, name: "native", text: include_str!("../../migrations/postgres/0008_native.sql") },
    Step { version: 9, name: "schemas", text: include_str!("../../migrations/postgres/0009_schemas.sql") },
    Step { version: 10, name: "walks", text: include_str!("../../migrations/postgres/0010_walks.sql") },
    Step { version: 11, name: "subjects", text: include_str!("../../migrations/postgres/0011_subjects.sql") },
];

/// Brings the database to the shape this program needs; nothing happens if it has it.
///
/// # Errors
/// [`Error::Schema`] if a newer program made the database, or another one.
pub async fn run(store: &Store) -> Result<(), Error> {
    store.migrate(steps(store)).await
}

fn steps(store: &Store) -> &'static [Step] {
    match store.dialect() {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    }
}

/// Brings an empty database to the shape it had before a step.
#[cfg(test)]
pub(super) async fn run_before(store: &Store, version: i64) {
    let before: Vec<&Step> = steps(store).iter().filter(|step| step.version < version).collect();
    let count = before.len();
    store.migrate(&steps(store)[..count]).await.unwrap();
}

#[cfg(test)]
mod tests {
    use super::{POSTGRES, SQLITE};

    #[test]
    fn both_databases_have_the_same_steps() {
        let names = |steps: &[super::Step]| steps.iter().map(|step| (step.version, step.name)).collect::<Vec<_>>();
        assert_eq!(names(SQLITE), names(POSTGRES));
    }
}
