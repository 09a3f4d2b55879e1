//! Tenants, connections, bearer tokens and password hashes.

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
    /// The connection it belongs to.
    pub connection: i64,
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

/// The first tenant and its first connection, made if the database has none: their numbers, and
/// whether they were made now.
///
/// # Errors
/// If the database fails.
pub async fn first_connection(conn: &mut Conn, now: Micros) -> Result<(TenantId, i64, bool), Error> {
    let _ = (conn, now);
    todo!()
}

/// Stores a token.
///
/// # Errors
/// If the database fails.
pub async fn insert_token(conn: &mut Conn, tenant: TenantId, token: &NewToken, now: Micros) -> Result<Token, Error> {
    let _ = (conn, tenant, token, now);
    todo!()
}

/// The token with that digest, whichever tenant's: one index lookup. Revoked ones are gone.
///
/// # Errors
/// If the database fails.
pub async fn find_token(conn: &mut Conn, digest: &[u8]) -> Result<Option<Token>, Error> {
    let _ = (conn, digest);
    todo!()
}

/// Every token of a tenant, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list_tokens(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Token>, Error> {
    let _ = (conn, tenant);
    todo!()
}

/// Ends a token; false if the tenant has none of that number.
///
/// # Errors
/// If the database fails.
pub async fn remove_token(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<bool, Error> {
    let _ = (conn, tenant, num);
    todo!()
}

/// The password hash of a resource (a PHC string).
///
/// # Errors
/// If the database fails.
pub async fn password(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<Option<String>, Error> {
    let _ = (conn, tenant, num);
    todo!()
}

/// Sets or removes the password hash of a resource.
///
/// # Errors
/// If the database fails.
pub async fn set_password(conn: &mut Conn, tenant: TenantId, num: i64, hash: Option<&str>) -> Result<(), Error> {
    let _ = (conn, tenant, num, hash);
    todo!()
}
