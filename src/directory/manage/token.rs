//! Bearer tokens: list, create, rotate, revoke.

use super::{NewToken, Token, connection, not_found, tenant, user};
use crate::auth::range::Ranges;
use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::clock::Micros;
use crate::directory::{Directory, Error};
use crate::scim::schema::ResourceType;
use crate::store::{Conn, Unit, connections, tokens};
use std::collections::HashMap;
use std::sync::Arc;

/// The most characters of a token's name.
const NAME: usize = 128;

impl Directory {
    /// The tokens of a tenant, oldest first; of one connection if it is named.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn tokens(&self, tenant: &str, connection: Option<&str>) -> Result<Vec<Token>, Error> {
        let mut conn = self.inner.store.read().await?;
        let tenant = tenant::locate(&mut conn, tenant).await?;
        let connections = match connection {
            Some(name) => vec![connection::find(&mut conn, tenant, name).await?],
            None => connections::list(&mut conn, tenant).await?,
        };
        let names: HashMap<i64, String> = connections.into_iter().map(|row| (row.num, row.name)).collect();
        let rows = tokens::list(&mut conn, tenant).await?;
        let users = user::owners(&mut conn, tenant).await?;
        rows.into_iter()
            .filter_map(|row| Some((names.get(&row.connection)?, row)))
            .map(|(name, row)| {
                let user = row.owner.and_then(|owner| users.get(&owner));
                shown(row, name, user.cloned())
            })
            .collect()
    }

    /// Makes a token. The text is known only now.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for the user; [`Error::Invalid`] for an address range that is none, a name that is empty
    /// or too long, no scope, or an end that lies in the past.
    pub async fn create_token(&self, tenant: &str, connection: &str, new: NewToken) -> Result<(Secret, Token), Error> {
        let NewToken { name, scopes, expires, addresses, user } = new;
        let now = self.inner.clock.now();
        if name.trim().is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("name: 1 to {NAME} characters that can be seen")));
        }
        if scopes.is_empty() {
            return Err(Error::Invalid("scopes: a token needs one at least".to_owned()));
        }
        if expires.is_some_and(|end| end <= now) {
            return Err(Error::Invalid("expires: lies in the past".to_owned()));
        }
        let addresses = Ranges::read(addresses.iter().map(String::as_str)).map_err(Error::Invalid)?;
        let secret = Secret::generate();
        let token = tokens::NewToken {
            name,
            prefix: secret.prefix(),
            digest: secret.digest(),
            scopes: scopes.to_string(),
            expires,
            addresses: addresses.to_string(),
            owner: None,
        };
        let (tenant, connection) = (tenant.to_owned(), connection.to_owned());
        let users = Arc::clone(self.built_in_users()?);
        let made = self.inner.store.write(Create { tenant, connection, token, user, users, now }).await?;
        Ok((secret, made))
    }

    /// Makes a token like an older one, which ends at `until` if it does not end earlier; both are
    /// valid till then. The new one lives as long as the older one was to live when it was made.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn rotate_token(&self, tenant: &str, num: i64, until: Micros) -> Result<(Secret, Token), Error> {
        let secret = Secret::generate();
        let (prefix, digest) = (secret.prefix(), secret.digest());
        let unit = Rotate { tenant: tenant.to_owned(), num, until, now: self.inner.clock.now(), prefix, digest };
        let made = self.inner.store.write(unit).await?;
        Ok((secret, made))
    }

    /// Ends a token, effective with the next request on every instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_token(&self, tenant: &str, num: i64) -> Result<(), Error> {
        self.inner.store.write(Revoke { tenant: tenant.to_owned(), num }).await
    }
}

/// A token as an administrator sees it.
pub(in crate::directory) fn shown(row: tokens::Token, connection: &str, user: Option<String>) -> Result<Token, Error> {
    Ok(Token {
        num: row.num,
        connection: connection.to_owned(),
        scopes: Scopes::parse(&row.scopes).map_err(Error::Internal)?,
        addresses: Ranges::parse(&row.addresses).map_err(Error::Internal)?.texts().collect(),
        name: row.name,
        prefix: row.prefix,
        created: row.created,
        expires: row.expires,
        used: row.used,
        user,
    })
}

struct Create {
    tenant: String,
    connection: String,
    token: tokens::NewToken,
    user: Option<String>,
    users: Arc<ResourceType>,
    now: Micros,
}

impl Unit for Create {
    type Output = Token;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Token, Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        let connection = connection::find(conn, tenant, &self.connection).await?;
        let mut token = self.token.clone();
        if let Some(name) = &self.user {
            token.owner = Some(user::find(conn, tenant, &self.users, name).await?);
        }
        let row = tokens::insert(conn, tenant, connection.num, &token, self.now).await?;
        let user = match token.owner {
            Some(owner) => user::owners(conn, tenant).await?.remove(&owner),
            None => None,
        };
        shown(row, &connection.name, user)
    }
}

struct Rotate {
    tenant: String,
    num: i64,
    until: Micros,
    now: Micros,
    prefix: String,
    digest: Vec<u8>,
}

impl Unit for Rotate {
    type Output = Token;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Token, Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        let old = tokens::lock(conn, tenant, self.num).await?.ok_or_else(|| not_found("token"))?;
        let connections = connections::list(conn, tenant).await?;
        let connection = connections.into_iter().find(|row| row.num == old.connection);
        let connection = connection.ok_or_else(|| not_found("connection"))?;
        let new = tokens::NewToken {
            name: old.name,
            prefix: self.prefix.clone(),
            digest: self.digest.clone(),
            scopes: old.scopes,
            expires: old.expires.map(|end| self.now.saturating_add(end.saturating_sub(old.created))),
            addresses: old.addresses,
            owner: old.owner,
        };
        if old.expires.is_none_or(|end| end > self.until) {
            tokens::end_at(conn, tenant, old.num, self.until).await?;
        }
        let user = match new.owner {
            Some(owner) => user::owners(conn, tenant).await?.remove(&owner),
            None => None,
        };
        shown(tokens::insert(conn, tenant, connection.num, &new, self.now).await?, &connection.name, user)
    }
}

struct Revoke {
    tenant: String,
    num: i64,
}

impl Unit for Revoke {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        if tokens::remove(conn, tenant, self.num).await? { Ok(()) } else { Err(not_found("token")) }
    }
}
