//! OAuth 2.0: clients of connections, their secrets and used assertions, access tokens, issuers.
//!
//! Nothing here is a secret in the clear: secrets, access tokens and ids of assertions are digests.

mod issuers;

pub use issuers::{Issuer, NewIssuer, insert_issuer, issuers_of, list_issuers, remove_issuer};

use super::sql::{Record, Val};
use super::{Conn, Error, Place, TenantId, is_storable};
use crate::clock::Micros;

/// A client of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its number.
    pub num: i64,
    /// The tenant and the connection it belongs to.
    pub place: Place,
    /// The name of that connection.
    pub connection_name: String,
    /// Its client id.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Space-separated scopes.
    pub scopes: String,
    /// Its public keys, a JWK set.
    pub keys: Option<String>,
    /// Where its public keys are published.
    pub keys_url: Option<String>,
    /// When it was made.
    pub created: Micros,
    /// The profile of its connection, as text.
    pub profile: String,
}

/// A client to store.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its client id.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Space-separated scopes.
    pub scopes: String,
}

/// A secret of a client: never the secret, only its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its number.
    pub num: i64,
    /// The number of its client.
    pub client: i64,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// When it was made.
    pub created: Micros,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
}

/// An access token to store.
#[derive(Clone, Debug)]
pub struct NewAccess {
    /// The secret it is issued for; none if an assertion was given.
    pub secret: Option<i64>,
    /// The first characters of the token.
    pub prefix: String,
    /// SHA-256 of the token.
    pub digest: Vec<u8>,
    /// Space-separated scopes.
    pub scopes: String,
    /// When it ends.
    pub expires: Micros,
}

const CLIENT: &str = "SELECT c.num, c.tenant, c.connection, n.name, c.id, c.name, c.scopes, c.keys, c.keys_url, \
                      c.created, n.profile, t.native, t.edition FROM oauth_client c JOIN connection n ON n.num = c.connection \
                      JOIN tenant t ON t.num = c.tenant ";

/// Stores a client.
///
/// # Errors
/// If the database fails.
pub async fn insert_client(
    conn: &mut Conn,
    (tenant, connection): (TenantId, i64),
    client: &NewClient,
    now: Micros,
) -> Result<i64, Error> {
    let sql = conn.sql().with(
        "INSERT INTO oauth_client (tenant, connection, id, name, scopes, created) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING num",
        [
            tenant.0.into(),
            connection.into(),
            client.id.as_str().into(),
            client.name.as_str().into(),
            client.scopes.as_str().into(),
            now.into(),
        ],
    );
    number(conn.fetch_first(sql).await?.as_ref())
}

/// The client of that id, whichever tenant's: one index lookup.
///
/// # Errors
/// If the database fails.
pub async fn find_client(conn: &mut Conn, id: &str) -> Result<Option<Client>, Error> {
    if !is_storable(id) {
        return Ok(None);
    }
    let sql = conn.sql().with(CLIENT, []).with("WHERE c.id = $1", [id.into()]);
    conn.fetch_first(sql).await?.as_ref().map(read_client).transpose()
}

/// The clients of a tenant, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list_clients(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Client>, Error> {
    let sql = conn.sql().with(CLIENT, []).with("WHERE c.tenant = $1 ORDER BY c.num", [tenant.0.into()]);
    conn.fetch(sql).await?.iter().map(read_client).collect()
}

/// Gives a client other keys, or none.
///
/// # Errors
/// If the database fails.
pub async fn set_keys(conn: &mut Conn, client: i64, keys: Option<&str>, url: Option<&str>) -> Result<(), Error> {
    let sql = "UPDATE oauth_client SET keys = $2, keys_url = $3 WHERE num = $1";
    let args = [client.into(), keys.map(str::to_owned).into(), url.map(str::to_owned).into()];
    conn.execute(conn.sql().with(sql, args)).await.map(drop)
}

/// Removes a client with its secrets and access tokens.
///
/// # Errors
/// If the database fails.
pub async fn remove_client(conn: &mut Conn, client: i64) -> Result<(), Error> {
    let sql = conn.sql().with("DELETE FROM oauth_client WHERE num = $1", [client.into()]);
    conn.execute(sql).await.map(drop)
}

/// Locks a client until the transaction ends, so that its secrets can be counted.
///
/// # Errors
/// If the database fails.
pub async fn lock_client(conn: &mut Conn, client: i64) -> Result<(), Error> {
    let lock = conn.dialect().lock();
    let mut sql = conn.sql().with("SELECT num FROM oauth_client WHERE num = $1", [client.into()]);
    sql.push(lock);
    conn.fetch(sql).await.map(drop)
}

/// Stores a secret.
///
/// # Errors
/// If the database fails.
pub async fn insert_secret(
    conn: &mut Conn,
    client: i64,
    prefix: &str,
    digest: &[u8],
    now: Micros,
) -> Result<Secret, Error> {
    let sql = conn.sql().with(
        "INSERT INTO oauth_secret (client, prefix, digest, created) VALUES ($1, $2, $3, $4) RETURNING num",
        [client.into(), prefix.into(), Val::Bytes(digest.to_vec()), now.into()],
    );
    let num = number(conn.fetch_first(sql).await?.as_ref())?;
    Ok(Secret { num, client, prefix: prefix.to_owned(), created: now, expires: None })
}

/// The secrets of a client that have not ended, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn secrets(conn: &mut Conn, client: i64, now: Micros) -> Result<Vec<Secret>, Error> {
    let sql = "SELECT num, client, prefix, created, expires FROM oauth_secret \
               WHERE client = $1 AND (expires IS NULL OR expires > $2) ORDER BY num";
    conn.fetch(conn.sql().with(sql, [client.into(), now.into()])).await?.iter().map(read_secret).collect()
}

/// The secret with that digest: one index lookup. Removed ones are gone, ended ones are found.
///
/// # Errors
/// If the database fails.
pub async fn find_secret(conn: &mut Conn, digest: &[u8]) -> Result<Option<Secret>, Error> {
    let sql = "SELECT num, client, prefix, created, expires FROM oauth_secret WHERE digest = $1";
    let found = conn.fetch_first(conn.sql().with(sql, [Val::Bytes(digest.to_vec())])).await?;
    found.as_ref().map(read_secret).transpose()
}

/// Sets when a secret ends. What was issued for it stays.
///
/// # Errors
/// If the database fails.
pub async fn end_secret(conn: &mut Conn, num: i64, at: Micros) -> Result<(), Error> {
    let sql = conn.sql().with("UPDATE oauth_secret SET expires = $2 WHERE num = $1", [num.into(), at.into()]);
    conn.execute(sql).await.map(drop)
}

/// Removes a secret with the access tokens that were issued for it; false if the client has none of
/// that number.
///
/// # Errors
/// If the database fails.
pub async fn remove_secret(conn: &mut Conn, client: i64, num: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM oauth_secret WHERE client = $1 AND num = $2";
    Ok(conn.execute(conn.sql().with(sql, [client.into(), num.into()])).await? > 0)
}

/// Notes that a client's assertion was used; false if it was used before. Forgets those of the client
/// that are too old to be taken anyway.
///
/// # Errors
/// If the database fails.
pub async fn use_assertion(
    conn: &mut Conn,
    client: i64,
    digest: &[u8],
    until: Micros,
    now: Micros,
) -> Result<bool, Error> {
    let old = "DELETE FROM oauth_assertion WHERE client = $1 AND expires <= $2";
    conn.execute(conn.sql().with(old, [client.into(), now.into()])).await?;
    let sql = "INSERT INTO oauth_assertion (client, digest, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let args = [client.into(), Val::Bytes(digest.to_vec()), until.into()];
    Ok(conn.execute(conn.sql().with(sql, args)).await? > 0)
}

/// Stores an access token and forgets those of the client that have ended.
///
/// # Errors
/// If the database fails.
pub async fn insert_access(conn: &mut Conn, client: &Client, access: &NewAccess, now: Micros) -> Result<(), Error> {
    let old = "DELETE FROM token WHERE client = $1 AND expires <= $2";
    conn.execute(conn.sql().with(old, [client.num.into(), now.into()])).await?;
    let sql = conn.sql().with(
        "INSERT INTO token (tenant, connection, name, prefix, digest, scopes, created, expires, client, secret) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            client.place.tenant.0.into(),
            client.place.connection.into(),
            client.name.as_str().into(),
            access.prefix.as_str().into(),
            Val::Bytes(access.digest.clone()),
            access.scopes.as_str().into(),
            now.into(),
            access.expires.into(),
            client.num.into(),
            access.secret.into(),
        ],
    );
    conn.execute(sql).await.map(drop)
}

/// What a tenant has besides bearer tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// A client or a trusted issuer.
    pub oauth: bool,
    /// A client with a secret that has not ended.
    pub basic: bool,
}

/// Which kinds of credentials a tenant has.
///
/// # Errors
/// If the database fails.
pub async fn enabled(conn: &mut Conn, tenant: TenantId, now: Micros) -> Result<Enabled, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM oauth_client WHERE tenant = $1) \
               OR EXISTS (SELECT 1 FROM oauth_issuer WHERE tenant = $1), \
               EXISTS (SELECT 1 FROM oauth_client c JOIN oauth_secret s ON s.client = c.num \
               WHERE c.tenant = $1 AND (s.expires IS NULL OR s.expires > $2))";
    let found = conn.fetch_first(conn.sql().with(sql, [tenant.0.into(), now.into()])).await?;
    let found = found.ok_or_else(missing)?;
    Ok(Enabled { oauth: found.truth(0)?, basic: found.truth(1)? })
}

fn number(record: Option<&Record>) -> Result<i64, Error> {
    record.ok_or_else(missing)?.int(0)
}

fn missing() -> Error {
    Error::Database("a statement returned no row".into())
}

fn read_client(record: &Record) -> Result<Client, Error> {
    Ok(Client {
        num: record.int(0)?,
        place: Place {
            tenant: TenantId(record.int(1)?),
            connection: record.int(2)?,
            native: record.truth(11)?,
            edition: record.int(12)?,
        },
        connection_name: record.text(3)?,
        id: record.text(4)?,
        name: record.text(5)?,
        scopes: record.text(6)?,
        keys: record.maybe_text(7)?,
        keys_url: record.maybe_text(8)?,
        created: record.int(9)?,
        profile: record.text(10)?,
    })
}

fn read_secret(record: &Record) -> Result<Secret, Error> {
    Ok(Secret {
        num: record.int(0)?,
        client: record.int(1)?,
        prefix: record.text(2)?,
        created: record.int(3)?,
        expires: record.maybe_int(4)?,
    })
}
