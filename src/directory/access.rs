//! Who is calling: from a presented credential to a tenant and its rights; and the tokens
//! themselves.

use super::{Directory, Error};
use crate::auth::assertion::Unverified;
use crate::auth::scope::Scopes;
use crate::auth::token::{self, Token};
use crate::clock::Micros;
use crate::scim::tolerance::Profile;
use crate::store::credentials::{self, NewToken};
use crate::store::{self, Conn, TenantId, Unit};
use std::sync::Arc;

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant whose directory is open to it.
    pub tenant: TenantId,
    /// The connection its credential belongs to.
    pub connection: i64,
    /// Which credential it presented, for people: `token 3 (first token)`.
    pub credential: String,
    /// What it may do.
    pub scopes: Scopes,
    /// How tolerant the server is towards it.
    pub profile: Arc<Profile>,
}

impl Caller {
    /// Refuses a caller that may not read through SCIM.
    pub(super) fn may_read(&self) -> Result<(), Error> {
        if self.scopes.allows_read() { Ok(()) } else { Err(Error::Forbidden("scim:read")) }
    }

    /// Refuses a caller that may not write through SCIM.
    pub(super) fn may_write(&self) -> Result<(), Error> {
        if self.scopes.allows_write() { Ok(()) } else { Err(Error::Forbidden("scim")) }
    }
}

impl Directory {
    /// The caller that presents this bearer token: one of ours, or one that a trusted issuer signed.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if no valid token is the same.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, Error> {
        let mut conn = self.inner.store.read().await?;
        let found = credentials::find_token(&mut conn, &token::digest(token)).await?;
        drop(conn);
        let Some(token) = found else {
            // A token of ours may look like a signed one, so those come second.
            return if Unverified::looks_like(token) {
                self.authenticate_issued(token).await
            } else {
                Err(Error::Unauthenticated)
            };
        };
        if token.expires.is_some_and(|end| end <= self.inner.clock.now()) {
            return Err(Error::Unauthenticated);
        }
        let scopes = Scopes::parse(&token.scopes).map_err(Error::Internal)?;
        Ok(Caller {
            tenant: token.tenant,
            connection: token.connection,
            credential: format!("token {} ({})", token.num, token.name),
            scopes,
            profile: Arc::default(),
        })
    }

    /// Makes the first tenant, its first connection and its first token, if the database has no
    /// tenant yet. `chosen` is the token's text; without one a token is generated. None if there
    /// was a tenant already: then nothing is done.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn first_start(&self, chosen: Option<Token>) -> Result<Option<Token>, Error> {
        let token = chosen.unwrap_or_else(Token::generate);
        let unit =
            FirstStart { token: new_token(&token, "first token", &Scopes::all(), None), now: self.inner.clock.now() };
        let made = self.inner.store.write(unit).await?;
        Ok(made.then_some(token))
    }

    /// Makes a token for the first connection. The text is known only now.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn create_first_token(
        &self,
        name: &str,
        scopes: &Scopes,
        expires: Option<Micros>,
    ) -> Result<(Token, credentials::Token), Error> {
        let token = Token::generate();
        let unit = CreateToken { token: new_token(&token, name, scopes, expires), now: self.inner.clock.now() };
        let stored = self.inner.store.write(unit).await?;
        Ok((token, stored))
    }

    /// Every token, oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn first_tokens(&self) -> Result<Vec<credentials::Token>, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(match credentials::first_connection(&mut conn).await? {
            Some((tenant, _)) => credentials::list_tokens(&mut conn, tenant).await?,
            None => Vec::new(),
        })
    }

    /// Ends a token, effective with the next request on every instance; false if there is none of
    /// that number.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn revoke_first_token(&self, num: i64) -> Result<bool, Error> {
        self.inner.store.write(RevokeToken { num }).await
    }
}

fn new_token(token: &Token, name: &str, scopes: &Scopes, expires: Option<Micros>) -> NewToken {
    NewToken {
        name: name.to_owned(),
        prefix: token.prefix(),
        digest: token.digest(),
        scopes: scopes.to_string(),
        expires,
    }
}

struct FirstStart {
    token: NewToken,
    now: Micros,
}

impl Unit for FirstStart {
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        let Some((tenant, connection)) = credentials::make_first_connection(conn, self.now).await? else {
            return Ok(false);
        };
        credentials::insert_token(conn, tenant, connection, &self.token, self.now).await?;
        Ok(true)
    }
}

struct CreateToken {
    token: NewToken,
    now: Micros,
}

impl Unit for CreateToken {
    type Output = credentials::Token;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<credentials::Token, Error> {
        let (tenant, connection) = credentials::first_connection(conn)
            .await?
            .ok_or_else(|| Error::Internal("the database has no tenant; start the server once".to_owned()))?;
        Ok(credentials::insert_token(conn, tenant, connection, &self.token, self.now).await?)
    }
}

struct RevokeToken {
    num: i64,
}

impl Unit for RevokeToken {
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        match credentials::first_connection(conn).await? {
            Some((tenant, _)) => Ok(credentials::remove_token(conn, tenant, self.num).await?),
            None => Ok(false),
        }
    }
}

impl Directory {
    /// Whether the store answers; for readiness checks.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut conn = self.inner.store.read().await?;
        credentials::first_connection(&mut conn).await.map(|_| ()).map_err(store::Error::into)
    }
}
