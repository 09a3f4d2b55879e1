//! What a user leaves behind: the invitations it sent.
//!
//! Whom it manages is in the documents of those users, found by a filter.

use super::{Conn, Error, TenantId};
use crate::clock::Micros;

/// The recipients of the invitations a user sent that nobody took and that have not run out, oldest
/// first.
///
/// # Errors
/// If the database fails.
pub async fn invitations(conn: &mut Conn, tenant: TenantId, sender: i64, now: Micros) -> Result<Vec<String>, Error> {
    let sql = conn.sql().with(
        "SELECT recipient FROM invitation WHERE tenant = $1 AND sender = $2 AND state = 'pending' AND expires > $3 \
         ORDER BY num",
        [tenant.0.into(), sender.into(), now.into()],
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
