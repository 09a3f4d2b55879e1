//! Sessions of users.

use super::{Conn, Error, TenantId};
use crate::clock::Micros;

/// Ends the live sessions of a user, all but one that may be spared; answers how many.
///
/// # Errors
/// If the database fails.
pub async fn revoke_all(
    conn: &mut Conn,
    tenant: TenantId,
    owner: i64,
    now: Micros,
    reason: &str,
    except: Option<i64>,
) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "UPDATE session SET revoked = $3, reason = $4 WHERE tenant = $1 AND owner = $2 \
         AND revoked IS NULL AND expires > $3 AND ends > $3 AND num <> $5",
        // No session has the number 0.
        [tenant.0.into(), owner.into(), now.into(), reason.into(), except.unwrap_or(0).into()],
    );
    conn.execute(sql).await
}
