//! What all instances of a server know alike and nobody else: random bytes by their name.

use super::sql::Val;
use super::{Conn, Error};

/// The secret of that name, if it was made already.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let sql = conn.sql().with("SELECT value FROM secret WHERE name = $1", [name.into()]);
    conn.fetch_first(sql).await?.map(|record| record.bytes(0)).transpose()
}

/// Makes a secret unless there is one of that name, of whichever instance.
///
/// # Errors
/// If the database fails.
pub async fn insert(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), Error> {
    let sql = conn.sql().with(
        "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [name.into(), Val::Bytes(value.to_vec())],
    );
    conn.execute(sql).await.map(drop)
}
