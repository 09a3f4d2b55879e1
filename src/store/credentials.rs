//! Tenants, connections, bearer tokens and password hashes.

use super::sql::{Record, Val};
use super::{Conn, Error, TenantId};
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
}

/// The first tenant and its first connection; none if the database has no tenant yet.
///
/// # Errors
/// If the database fails.
pub async fn first_connection(conn: &mut Conn) -> Result<Option<(TenantId, i64)>, Error> {
    let sql = conn.sql().with("SELECT tenant, num FROM connection ORDER BY tenant, num LIMIT 1", []);
    let Some(record) = conn.fetch_first(sql).await? else { return Ok(None) };
    Ok(Some((TenantId(record.int(0)?), record.int(1)?)))
}

/// Makes the first tenant and its first connection; none if the database has a tenant already.
///
/// # Errors
/// If the database fails.
pub async fn make_first_connection(conn: &mut Conn, now: Micros) -> Result<Option<(TenantId, i64)>, Error> {
    // Of two processes that start at once, the second waits for the first and makes nothing.
    let sql = "INSERT INTO tenant (name, created) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM tenant) \
               ON CONFLICT DO NOTHING RETURNING num";
    let made = conn.fetch_first(conn.sql().with(sql, ["default".into(), now.into()])).await?;
    let Some(tenant) = made else { return Ok(None) };
    let tenant = tenant.int(0)?;
    let sql = "INSERT INTO connection (tenant, name, created) VALUES ($1, $2, $3) RETURNING num";
    let made = conn.fetch_first(conn.sql().with(sql, [tenant.into(), "default".into(), now.into()])).await?;
    Ok(Some((TenantId(tenant), first(made.as_ref())?)))
}

/// Stores a token.
///
/// # Errors
/// If the database fails.
pub async fn insert_token(
    conn: &mut Conn,
    tenant: TenantId,
    connection: i64,
    token: &NewToken,
    now: Micros,
) -> Result<Token, Error> {
    let sql = conn.sql().with(
        "INSERT INTO token (tenant, connection, name, prefix, digest, scopes, created, expires) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING num",
        [
            tenant.0.into(),
            connection.into(),
            token.name.as_str().into(),
            token.prefix.as_str().into(),
            Val::Bytes(token.digest.clone()),
            token.scopes.as_str().into(),
            now.into(),
            token.expires.into(),
        ],
    );
    Ok(Token {
        num: first(conn.fetch_first(sql).await?.as_ref())?,
        tenant,
        connection,
        name: token.name.clone(),
        prefix: token.prefix.clone(),
        scopes: token.scopes.clone(),
        created: now,
        expires: token.expires,
    })
}

/// The token with that digest, whichever tenant's, and the profile of its connection: two index
/// lookups. Revoked ones are gone.
///
/// # Errors
/// If the database fails.
pub async fn find_token(conn: &mut Conn, digest: &[u8]) -> Result<Option<(Token, String)>, Error> {
    let sql = conn.sql().with(
        "SELECT t.num, t.tenant, t.connection, t.name, t.prefix, t.scopes, t.created, t.expires, c.profile \
         FROM token t JOIN connection c ON c.num = t.connection WHERE t.digest = $1",
        [Val::Bytes(digest.to_vec())],
    );
    conn.fetch_first(sql).await?.map(|record| Ok((read(&record)?, record.text(8)?))).transpose()
}

/// Every token of a tenant, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list_tokens(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Token>, Error> {
    let sql = conn.sql().with(
        "SELECT num, tenant, connection, name, prefix, scopes, created, expires FROM token \
         WHERE tenant = $1 ORDER BY num",
        [tenant.0.into()],
    );
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// Ends a token; false if the tenant has none of that number.
///
/// # Errors
/// If the database fails.
pub async fn remove_token(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<bool, Error> {
    let sql = conn.sql().with("DELETE FROM token WHERE tenant = $1 AND num = $2", [tenant.0.into(), num.into()]);
    Ok(conn.execute(sql).await? > 0)
}

/// The password hash of a resource (a PHC string).
///
/// # Errors
/// If the database fails.
pub async fn password(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<Option<String>, Error> {
    let sql = "SELECT hash FROM password WHERE tenant = $1 AND num = $2";
    let sql = conn.sql().with(sql, [tenant.0.into(), num.into()]);
    conn.fetch_first(sql).await?.map(|record| record.text(0)).transpose()
}

/// Sets or removes the password hash of a resource.
///
/// # Errors
/// If the database fails.
pub async fn set_password(conn: &mut Conn, tenant: TenantId, num: i64, hash: Option<&str>) -> Result<(), Error> {
    let sql = match hash {
        Some(hash) => conn.sql().with(
            "INSERT INTO password (tenant, num, hash) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant, num) DO UPDATE SET hash = excluded.hash",
            [tenant.0.into(), num.into(), hash.into()],
        ),
        None => conn.sql().with("DELETE FROM password WHERE tenant = $1 AND num = $2", [tenant.0.into(), num.into()]),
    };
    conn.execute(sql).await.map(drop)
}

fn first(record: Option<&Record>) -> Result<i64, Error> {
    record.ok_or_else(|| Error::Database("a statement returned no row".into()))?.int(0)
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
    })
}
