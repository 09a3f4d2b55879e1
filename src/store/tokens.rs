//! Bearer tokens: stored by their SHA-256 alone, found by it with one look into an index.

use super::sessions::{self, Owner};
use super::sql::{Record, Val};
use super::{Conn, Error, Place, TenantId};
use crate::clock::Micros;

/// A bearer token as it is stored: never the token, only its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token's number.
    pub num: i64,
    /// The tenant it opens.
    pub tenant: TenantId,
    /// The connection it belongs to.
    pub connection: i64,
    /// A name for people.
    pub name: String,
    /// The first characters of the token, to recognise it by.
    pub prefix: String,
    /// Space-separated scopes.
    pub scopes: String,
    /// When it was made.
    pub created: Micros,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
    /// Space-separated address ranges it may be used from; empty for any.
    pub addresses: String,
    /// When it was last used, to the minute.
    pub used: Option<Micros>,
    /// The number of the user it stands for, if it stands for one.
    pub owner: Option<i64>,
}

/// A token that was presented, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The token.
    pub token: Token,
    /// The profile of its connection, as text.
    pub profile: String,
    /// Where it leads.
    pub place: Place,
    /// The user it stands for; none if it stands for none, or that one is gone.
    pub user: Option<Owner>,
}

/// A token to store.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// A name for people.
    pub name: String,
    /// The first characters of the token.
    pub prefix: String,
    /// SHA-256 of the token.
    pub digest: Vec<u8>,
    /// Space-separated scopes.
    pub scopes: String,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
    /// Space-separated address ranges it may be used from; empty for any.
    pub addresses: String,
    /// The number of the user it stands for.
    pub owner: Option<i64>,
}

/// Stores a token.
///
/// # Errors
/// If the database fails.
pub async fn insert(
    conn: &mut Conn,
    tenant: TenantId,
    connection: i64,
    token: &NewToken,
    now: Micros,
) -> Result<Token, Error> {
    let sql = conn.sql().with(
        "INSERT INTO token (tenant, connection, name, prefix, digest, scopes, created, expires, addresses, owner) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         RETURNING num, tenant, connection, name, prefix, scopes, created, expires, addresses, used, owner",
        [
            tenant.0.into(),
            connection.into(),
            token.name.as_str().into(),
            token.prefix.as_str().into(),
            Val::Bytes(token.digest.clone()),
            token.scopes.as_str().into(),
            now.into(),
            token.expires.into(),
            token.addresses.as_str().into(),
            token.owner.into(),
        ],
    );
    let made = conn.fetch_first(sql).await?;
    read(&made.ok_or_else(|| Error::Database("an insert returned no row".into()))?)
}

/// The token with that digest, whichever tenant's, its user and the profile of its connection: one lookup
/// in an index leads to them. Revoked ones are gone.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, digest: &[u8]) -> Result<Option<Found>, Error> {
    let sql = conn.sql().with(
        "SELECT t.num, t.tenant, t.connection, t.name, t.prefix, t.scopes, t.created, t.expires, t.addresses, \
         t.used, t.owner, c.profile, n.native, n.edition, r.num, r.id, COALESCE(r.active, TRUE), r.doc \
         FROM token t JOIN connection c ON c.num = t.connection JOIN tenant n ON n.num = t.tenant \
         LEFT JOIN resource r ON r.tenant = t.tenant AND r.num = t.owner WHERE t.digest = $1",
        [Val::Bytes(digest.to_vec())],
    );
    let found = |record: Record| {
        let user = record.maybe_int(14)?.map(|_| sessions::owner(&record, 14)).transpose()?;
        let token = read(&record)?;
        let (native, edition) = (record.truth(12)?, record.int(13)?);
        let place = Place { tenant: token.tenant, connection: token.connection, native, edition };
        Ok(Found { token, profile: record.text(11)?, place, user })
    };
    conn.fetch_first(sql).await?.map(found).transpose()
}

/// The token of that number that an administrator made, locked until the unit of work ends.
///
/// # Errors
/// If the database fails.
pub async fn lock(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<Option<Token>, Error> {
    let mut sql = conn.sql().with(
        "SELECT num, tenant, connection, name, prefix, scopes, created, expires, addresses, used, owner FROM token \
         WHERE tenant = $1 AND num = $2 AND client IS NULL",
        [tenant.0.into(), num.into()],
    );
    sql.push(sql.dialect().lock());
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// Every token of a tenant that an administrator made, oldest first: no access tokens of clients.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Token>, Error> {
    let sql = conn.sql().with(
        "SELECT num, tenant, connection, name, prefix, scopes, created, expires, addresses, used, owner FROM token \
         WHERE tenant = $1 AND client IS NULL ORDER BY num",
        [tenant.0.into()],
    );
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// The users that tokens of a tenant stand for: their numbers and their documents, as JSON.
///
/// # Errors
/// If the database fails.
pub async fn owners(conn: &mut Conn, tenant: TenantId) -> Result<Vec<(i64, String)>, Error> {
    let sql = conn.sql().with(
        "SELECT num, doc FROM resource WHERE tenant = $1 AND num IN \
         (SELECT owner FROM token WHERE tenant = $1 AND owner IS NOT NULL)",
        [tenant.0.into()],
    );
    conn.fetch(sql).await?.iter().map(|record| Ok((record.int(0)?, record.text(1)?))).collect()
}

/// Lets a token stand for a user.
///
/// # Errors
/// If the database fails.
pub async fn bind(conn: &mut Conn, tenant: TenantId, num: i64, owner: i64) -> Result<(), Error> {
    let sql = "UPDATE token SET owner = $3 WHERE tenant = $1 AND num = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), num.into(), owner.into()])).await.map(drop)
}

/// Sets when a token ends.
///
/// # Errors
/// If the database fails.
pub async fn end_at(conn: &mut Conn, tenant: TenantId, num: i64, end: Micros) -> Result<(), Error> {
    let sql = "UPDATE token SET expires = $3 WHERE tenant = $1 AND num = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), num.into(), end.into()])).await.map(drop)
}

/// Notes that tokens, of whatever tenants, were used in that minute.
///
/// # Errors
/// If the database fails.
pub async fn note_use(conn: &mut Conn, minute: Micros, nums: Vec<i64>) -> Result<(), Error> {
    let mut sql = conn.sql().fixed();
    let minute = sql.hold(minute);
    sql.push("UPDATE token SET used = ").again(minute).push(" WHERE num IN (SELECT value FROM ");
    sql.list(Val::Ints(nums)).push(") AND (used IS NULL OR used < ").again(minute).push(")");
    conn.execute(sql).await.map(drop)
}

/// Ends a token; false if the tenant has none of that number.
///
/// # Errors
/// If the database fails.
pub async fn remove(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<bool, Error> {
    let sql = conn.sql().with("DELETE FROM token WHERE tenant = $1 AND num = $2", [tenant.0.into(), num.into()]);
    Ok(conn.execute(sql).await? > 0)
}

fn read(record: &Record) -> Result<Token, Error> {
    Ok(Token {
        num: record.int(0)?,
        tenant: TenantId(record.int(1)?),
        connection: record.int(2)?,
        name: record.text(3)?,
        prefix: record.text(4)?,
        scopes: record.text(5)?,
        created: record.int(6)?,
        expires: record.maybe_int(7)?,
        addresses: record.text(8)?,
        used: record.maybe_int(9)?,
        owner: record.maybe_int(10)?,
    })
}
