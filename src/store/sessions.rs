//! Sessions of users: stored by the SHA-256 of their tokens alone, found by it with one look into an
//! index, together with the user they stand for.
//!
//! A session that was ended stays as a row with the reason until its time would have been over.

use super::sql::{Record, Val};
use super::{Conn, Error, Place, TenantId};
use crate::clock::Micros;

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub num: i64,
    /// The number of the user.
    pub owner: i64,
    /// The surface of the login.
    pub door: String,
    /// When it began.
    pub created: Micros,
    /// When it was last used, to the minute.
    pub seen: Micros,
    /// When it ends unless it is used before.
    pub expires: Micros,
    /// When it ends whatever happens.
    pub ends: Micros,
    /// Where the login came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub agent: Option<String>,
}

/// A session to store.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The number of the user.
    pub owner: i64,
    /// The connection as which it reads and writes.
    pub connection: i64,
    /// SHA-256 of its token.
    pub digest: Vec<u8>,
    /// The surface of the login.
    pub door: &'static str,
    /// When it ends unless it is used before.
    pub expires: Micros,
    /// When it ends whatever happens.
    pub ends: Micros,
    /// Where the login came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub agent: Option<String>,
}

/// A live session, with whom and what it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The tenant of the user, and the connection as which it reads and writes.
    pub place: Place,
    /// The profile of that connection.
    pub profile: String,
    /// The user.
    pub user: Owner,
}

/// The user that a session or a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's number.
    pub num: i64,
    /// The user's resource id.
    pub id: String,
    /// Whether it is active; a user that never was said to be anything is.
    pub active: bool,
    /// The document without `externalId`, as JSON.
    pub document: String,
}

/// Stores a session.
///
/// # Errors
/// If the database fails.
pub async fn insert(conn: &mut Conn, tenant: TenantId, new: &NewSession, now: Micros) -> Result<Session, Error> {
    let sql = conn.sql().with(
        "INSERT INTO session (tenant, owner, connection, digest, door, created, seen, expires, ends, address, agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10) \
         RETURNING num, owner, door, created, seen, expires, ends, address, agent",
        [
            tenant.0.into(),
            new.owner.into(),
            new.connection.into(),
            Val::Bytes(new.digest.clone()),
            new.door.into(),
            now.into(),
            new.expires.into(),
            new.ends.into(),
            new.address.clone().into(),
            new.agent.clone().into(),
        ],
    );
    let made = conn.fetch_first(sql).await?;
    read(&made.ok_or_else(|| Error::Database("an insert returned no row".into()))?)
}

/// The live session with that digest, whichever tenant's, and its user.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, digest: &[u8], now: Micros) -> Result<Option<Found>, Error> {
    let sql = conn.sql().with(
        "SELECT s.num, s.owner, s.door, s.created, s.seen, s.expires, s.ends, s.address, s.agent, \
         s.tenant, s.connection, c.profile, n.native, n.edition, r.num, r.id, COALESCE(r.active, TRUE), r.doc \
         FROM session s JOIN connection c ON c.num = s.connection JOIN tenant n ON n.num = s.tenant \
         JOIN resource r ON r.tenant = s.tenant AND r.num = s.owner \
         WHERE s.digest = $1 AND s.revoked IS NULL AND s.expires > $2 AND s.ends > $2",
        [Val::Bytes(digest.to_vec()), now.into()],
    );
    let found = |record: Record| {
        Ok(Found {
            session: read(&record)?,
            place: Place {
                tenant: TenantId(record.int(9)?),
                connection: record.int(10)?,
                native: record.truth(12)?,
                edition: record.int(13)?,
            },
            profile: record.text(11)?,
            user: owner(&record, 14)?,
        })
    };
    conn.fetch_first(sql).await?.map(found).transpose()
}

/// The columns `num, id, active, doc` of a user's row, from this position on; `active` is never null.
///
/// # Errors
/// If they hold something else.
pub(super) fn owner(record: &Record, first: usize) -> Result<Owner, Error> {
    Ok(Owner {
        num: record.int(first)?,
        id: record.text(first + 1)?,
        active: record.truth(first + 2)?,
        document: record.text(first + 3)?,
    })
}

/// The live sessions of some users, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list_live(conn: &mut Conn, tenant: TenantId, owners: &[i64], now: Micros) -> Result<Vec<Session>, Error> {
    let mut sql = conn.sql().with(
        "SELECT num, owner, door, created, seen, expires, ends, address, agent FROM session \
         WHERE tenant = $1 AND revoked IS NULL AND expires > $2 AND ends > $2 AND owner",
        [tenant.0.into(), now.into()],
    );
    sql.within(Val::Ints(owners.to_vec())).push(" ORDER BY num");
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// How many live sessions a user has. Whoever counts to hold a limit has locked the user's row.
///
/// # Errors
/// If the database fails.
pub async fn count_live(conn: &mut Conn, tenant: TenantId, owner: i64, now: Micros) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "SELECT count(*) FROM session \
         WHERE tenant = $1 AND owner = $2 AND revoked IS NULL AND expires > $3 AND ends > $3",
        [tenant.0.into(), owner.into(), now.into()],
    );
    let count = conn.fetch_first(sql).await?.map(|record| record.int(0)).transpose()?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Ends a live session of a user; false if it has none of that number.
///
/// # Errors
/// If the database fails.
pub async fn revoke(
    conn: &mut Conn,
    tenant: TenantId,
    owner: i64,
    num: i64,
    now: Micros,
    reason: &str,
) -> Result<bool, Error> {
    let sql = conn.sql().with(
        "UPDATE session SET revoked = $4, reason = $5 WHERE tenant = $1 AND owner = $2 AND num = $3 \
         AND revoked IS NULL AND expires > $4 AND ends > $4",
        [tenant.0.into(), owner.into(), num.into(), now.into(), reason.into()],
    );
    Ok(conn.execute(sql).await? > 0)
}

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

/// Notes that sessions, of whatever tenants, were used in that minute, so that they end `idle` after it.
///
/// # Errors
/// If the database fails.
pub async fn note_use(conn: &mut Conn, minute: Micros, idle: Micros, nums: Vec<i64>) -> Result<(), Error> {
    let mut sql = conn.sql().fixed();
    let (minute, until) = (sql.hold(minute), sql.hold(minute.saturating_add(idle)));
    sql.push("UPDATE session SET seen = ").again(minute);
    sql.push(", expires = CASE WHEN ends < ").again(until).push(" THEN ends ELSE ").again(until).push(" END");
    sql.push(" WHERE num IN (SELECT value FROM ").list(Val::Ints(nums)).push(") AND revoked IS NULL AND seen < ");
    sql.again(minute);
    conn.execute(sql).await.map(drop)
}

/// Whether there are sessions whose time was over before an instant.
///
/// # Errors
/// If the database fails.
pub async fn has_older(conn: &mut Conn, than: Micros) -> Result<bool, Error> {
    let sql = conn.sql().with("SELECT num FROM session WHERE ends < $1 LIMIT 1", [than.into()]);
    Ok(conn.fetch_first(sql).await?.is_some())
}

/// Forgets some sessions, of whatever tenants, whose time was over before an instant; answers how many.
///
/// # Errors
/// If the database fails.
pub async fn forget(conn: &mut Conn, before: Micros, limit: i64) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "DELETE FROM session WHERE num IN (SELECT num FROM session WHERE ends < $1 LIMIT $2)",
        [before.into(), limit.into()],
    );
    conn.execute(sql).await
}

fn read(record: &Record) -> Result<Session, Error> {
    Ok(Session {
        num: record.int(0)?,
        owner: record.int(1)?,
        door: record.text(2)?,
        created: record.int(3)?,
        seen: record.int(4)?,
        expires: record.int(5)?,
        ends: record.int(6)?,
        address: record.maybe_text(7)?,
        agent: record.maybe_text(8)?,
    })
}
