//! What a user leaves behind: the invitations it sent and the tokens that stand for it.
//!
//! Whom it manages is in the documents of those users, found by a filter.

use super::{Conn, Error, TenantId};

/// The recipients of the invitations a user sent and nobody took yet, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn invitations(conn: &mut Conn, tenant: TenantId, sender: i64) -> Result<Vec<String>, Error> {
    let sql = conn.sql().with(
        "SELECT recipient FROM invitation WHERE tenant = $1 AND sender = $2 AND state = 'pending' ORDER BY num",
        [tenant.0.into(), sender.into()],
    );
    conn.fetch(sql).await?.iter().map(|record| record.text(0)).collect()
}

/// Makes another user, or nobody, the sender of a user's invitations.
///
/// # Errors
/// If the database fails.
pub async fn give_invitations(conn: &mut Conn, tenant: TenantId, sender: i64, heir: Option<i64>) -> Result<(), Error> {
    let sql = "UPDATE invitation SET sender = $3 WHERE tenant = $1 AND sender = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), sender.into(), heir.into()])).await.map(drop)
}

/// Removes the tokens that stand for a user.
///
/// # Errors
/// If the database fails.
pub async fn remove_tokens(conn: &mut Conn, tenant: TenantId, owner: i64) -> Result<(), Error> {
    let sql = "DELETE FROM token WHERE tenant = $1 AND owner = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), owner.into()])).await.map(drop)
}
