//! How a client proves to be itself, and the access tokens it gets for that (RFC 6749 §4.4).

use crate::auth::assertion::{self, Keys, Once, Unverified};
use crate::auth::scope::Scopes;
use crate::auth::token::{self, Token};
use crate::clock::Micros;
use crate::directory::keys::Look;
use crate::directory::{Caller, Directory, Error};
use crate::store::oauth::{self as rows, Client, NewAccess};
use crate::store::{self, Conn, TenantId, Unit};
use std::fmt;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a client shows of itself. `Debug` hides it.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// Its id and one of its secrets (RFC 6749 §2.3.1).
    Secret {
        /// The client id.
        id: &'a str,
        /// The secret.
        secret: &'a str,
    },
    /// A token signed with one of its keys (RFC 7523 §2.2).
    Assertion {
        /// The client id, if it was said besides.
        id: Option<&'a str>,
        /// The token.
        text: &'a str,
        /// The names of this server that the token may be meant for.
        audiences: &'a [String],
    },
}

impl fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret { .. } => "Secret(…)",
            Self::Assertion { .. } => "Assertion(…)",
        })
    }
}

/// A new access token.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Its text.
    pub token: Token,
    /// After how many seconds it ends.
    pub lifetime: u32,
    /// What it may do.
    pub scopes: Scopes,
}

/// Why there is no access token.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such client, or none of its secrets.
    #[error("the client is unknown, or its secret is wrong, revoked or expired")]
    Client,
    /// The assertion is not believed.
    #[error("client_assertion: {0}")]
    Assertion(assertion::Refused),
    /// The assertion was used before.
    #[error("client_assertion: its claim jti was seen before; each assertion is good for one request (RFC 7523 §3)")]
    Replayed,
    /// The scope is unknown or more than the client has.
    #[error("scope: the client may ask for {0}")]
    Scope(Scopes),
    /// The directory failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<assertion::Refused> for Refused {
    fn from(refused: assertion::Refused) -> Self {
        Self::Assertion(refused)
    }
}

/// A client that has proved to be itself.
pub struct Proved {
    client: Client,
    by: By,
}

impl Proved {
    /// The tenant and the connection the client belongs to.
    #[must_use]
    pub fn connection(&self) -> (TenantId, i64) {
        (self.client.place.tenant, self.client.place.connection)
    }
}

#[derive(Clone)]
enum By {
    /// The number of the secret.
    Secret(i64),
    Assertion(Once),
}

impl Directory {
    /// An access token for a client, with the scopes asked for or all it may have.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn grant(&self, proved: Proved, scope: Option<&str>) -> Result<Granted, Refused> {
        let Proved { client, by } = proved;
        let all = Scopes::parse(&client.scopes).map_err(Error::Internal)?;
        let scopes = match scope.map(Scopes::parse) {
            None => all,
            Some(Ok(wanted)) if wanted.is_empty() => all,
            Some(Ok(wanted)) if all.cover(&wanted) => wanted,
            Some(Ok(_) | Err(_)) => return Err(Refused::Scope(all)),
        };
        let (token, now, lifetime) = (Token::generate(), self.inner.clock.now(), self.inner.limits.token_lifetime);
        let access = NewAccess {
            secret: match &by {
                By::Secret(num) => Some(*num),
                By::Assertion(_) => None,
            },
            prefix: token.prefix(),
            digest: token.digest(),
            scopes: scopes.to_string(),
            expires: now.saturating_add(i64::from(lifetime) * MICROS_PER_SECOND),
        };
        self.inner.store.write(Issue { client, by, access, now }).await?;
        Ok(Granted { token, lifetime, scopes })
    }

    /// The caller that presents a client's id and secret with the request itself.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if they do not belong together.
    pub async fn authenticate_client(&self, id: &str, secret: &str) -> Result<Caller, Error> {
        let mut conn = self.inner.store.read().await?;
        let (client, _) = self.by_secret(&mut conn, id, secret).await?.ok_or(Error::Unauthenticated)?;
        let credential = format!("client {} ({})", client.id, client.name);
        let schemas = self.schemas(&mut conn, client.place.tenant, client.place.edition).await?;
        Caller::new(client.place, schemas, credential, &client.scopes, &client.profile)
    }

    /// The client that shows this of itself.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn prove(&self, proof: Proof<'_>) -> Result<Proved, Refused> {
        match proof {
            Proof::Secret { id, secret } => {
                let mut conn = self.inner.store.read().await?;
                let (client, secret) = self.by_secret(&mut conn, id, secret).await?.ok_or(Refused::Client)?;
                Ok(Proved { client, by: By::Secret(secret) })
            }
            Proof::Assertion { id, text, audiences } => {
                let token = Unverified::read(text)?;
                let named = token.subject().filter(|subject| id.is_none_or(|id| id == *subject));
                let client = self.client(named.ok_or(Refused::Client)?).await?.ok_or(Refused::Client)?;
                let now = self.inner.clock.now();
                let once = self.signed(&client, &token, now).await?.of_client(&client.id, audiences, now)?;
                Ok(Proved { client, by: By::Assertion(once) })
            }
        }
    }

    /// The client of an id, and the number of the secret if it is one of its.
    async fn by_secret(&self, conn: &mut Conn, id: &str, secret: &str) -> Result<Option<(Client, i64)>, Error> {
        // By the digest, so that the time this takes says nothing about the secret.
        let found = rows::find_secret(conn, &token::digest(secret)).await?;
        let now = self.inner.clock.now();
        let Some(secret) = found.filter(|secret| secret.expires.is_none_or(|end| end > now)) else { return Ok(None) };
        let client = rows::find_client(conn, id).await?.filter(|client| client.num == secret.client);
        Ok(client.map(|client| (client, secret.num)))
    }

    async fn client(&self, id: &str) -> Result<Option<Client>, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(rows::find_client(&mut conn, id).await?)
    }

    /// The claims of an assertion, if one of the client's keys has signed it.
    async fn signed<'t>(
        &self,
        client: &Client,
        token: &'t Unverified<'_>,
        now: Micros,
    ) -> Result<&'t assertion::Claims, Refused> {
        match (&client.keys, &client.keys_url) {
            (Some(set), _) => Ok(token.verify(&Keys::published(set).map_err(Error::Internal)?)?),
            (None, Some(url)) => self.published(token, url, now).await.map_err(|error| match error {
                Unpublished::Refused(refused) => Refused::Assertion(refused),
                Unpublished::Away => Refused::Failed(Error::Busy(None)),
            }),
            (None, None) => Err(Refused::Assertion(assertion::Refused::UnknownKey)),
        }
    }

    /// The claims of a token, if one of the keys at a URL has signed it. A key that is not known yet
    /// is looked for there once more.
    pub(super) async fn published<'t>(
        &self,
        token: &'t Unverified<'_>,
        url: &str,
        now: Micros,
    ) -> Result<&'t assertion::Claims, Unpublished> {
        let keys = self.inner.published.keys(url, Look::Kept, now).await.ok_or(Unpublished::Away)?;
        match token.verify(&keys) {
            Err(assertion::Refused::UnknownKey) => {
                let keys = self.inner.published.keys(url, Look::Again, now).await.ok_or(Unpublished::Away)?;
                token.verify(&keys).map_err(Unpublished::Refused)
            }
            judged => judged.map_err(Unpublished::Refused),
        }
    }
}

/// Why a token is not believed whose keys are published.
pub(super) enum Unpublished {
    Refused(assertion::Refused),
    /// The keys cannot be had at present.
    Away,
}

struct Issue {
    client: Client,
    by: By,
    access: NewAccess,
    now: Micros,
}

impl Unit for Issue {
    type Output = ();
    type Error = Refused;

    async fn run(&self, conn: &mut Conn) -> Result<(), Refused> {
        if let By::Assertion(once) = &self.by {
            let digest = token::digest(&once.id);
            if !rows::use_assertion(conn, self.client.num, &digest, once.until, self.now).await? {
                return Err(Refused::Replayed);
            }
        }
        Ok(rows::insert_access(conn, &self.client, &self.access, self.now).await?)
    }
}
