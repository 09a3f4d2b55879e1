//! OAuth 2.0 clients of connections, and issuers outside that are trusted: an administrator's verbs.
//!
//! What clients do with their secrets and keys is in [`grant`], what comes of a trusted issuer's
//! tokens in [`issuer`]. The names of tenants and connections are those of [`super::manage`].

mod grant;
mod issuer;
mod subject;

pub use grant::{Granted, Proof, Proved, Refused};
pub use issuer::{Issuer, Trust};
pub use subject::{Subject, SubjectIs};

use super::keys::check_url;
use super::{Caller, Directory, Error};
use crate::auth::assertion;
use crate::auth::scope::Scopes;
use crate::auth::token::Token;
use crate::clock::Micros;
use crate::ident;
use crate::store::{Conn, TenantId, Unit, connections, oauth as rows, tenants};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use rows::Enabled;

/// How many secrets of a client may be valid at once: the one in use and the one that follows.
const SECRETS: usize = 2;
/// The longest name of a client.
const NAME: usize = 64;

/// A client of a connection (RFC 6749 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its client id, unique on the server.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// The name of its connection.
    pub connection: String,
    /// What its access tokens may do.
    pub scopes: Scopes,
    /// Its secrets that have not ended, oldest first.
    pub secrets: Vec<Secret>,
    /// Its public keys.
    pub keys: Option<KeySource>,
    /// When it was made.
    pub created: Micros,
}

/// A secret of a client without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its number.
    pub num: i64,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// When it was made.
    pub created: Micros,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
}

/// Where a client's public keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Here: the text of a JWK set (RFC 7517 §5).
    Set(String),
    /// Published at a URL.
    Url(String),
}

/// What a new client is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    /// A name for people.
    pub name: String,
    /// What its access tokens may do.
    pub scopes: Scopes,
    /// Its public keys; without them it gets a secret.
    pub keys: Option<KeySource>,
}

impl KeySource {
    /// Refuses keys that could never verify.
    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Set(text) => assertion::Keys::chosen(text).map(drop),
            Self::Url(url) => check_url(url),
        }
        .map_err(Error::Invalid)
    }

    fn set(&self) -> Option<&str> {
        match self {
            Self::Set(text) => Some(text),
            Self::Url(_) => None,
        }
    }

    fn url(&self) -> Option<&str> {
        match self {
            Self::Set(_) => None,
            Self::Url(url) => Some(url),
        }
    }
}

impl Directory {
    /// The clients of a tenant, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn clients(&self, tenant: &str) -> Result<Vec<Client>, Error> {
        let now = self.inner.clock.now();
        let mut conn = self.inner.store.read().await?;
        let tenant = tenant_named(&mut conn, tenant).await?;
        let mut clients = Vec::new();
        for row in rows::list_clients(&mut conn, tenant).await? {
            clients.push(describe(&mut conn, row, now).await?);
        }
        Ok(clients)
    }

    /// Makes a client: with a secret, known only now, unless it has keys.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a name, scopes or keys that do not do.
    pub async fn create_client(
        &self,
        tenant: &str,
        connection: &str,
        new: NewClient,
    ) -> Result<(Option<Token>, Client), Error> {
        let NewClient { name, scopes, keys } = new;
        let length = name.chars().count();
        if length == 0 || length > NAME || name.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("name: a client's name has 1 to {NAME} characters")));
        }
        check_scopes(&scopes)?;
        keys.as_ref().map(KeySource::check).transpose()?;
        let secret = keys.is_none().then(Token::generate);
        let id = format!("client-{}", URL_SAFE_NO_PAD.encode(ident::random::<16>()));
        let unit = Create {
            tenant: tenant.to_owned(),
            connection: connection.to_owned(),
            client: rows::NewClient { id, name, scopes: scopes.to_string() },
            keys,
            secret: secret.clone(),
            now: self.inner.clock.now(),
        };
        Ok((secret, self.inner.store.write(unit).await?))
    }

    /// Makes a further secret, known only now. `until` ends the ones before; without it they stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if two secrets are valid already.
    pub async fn add_secret(&self, tenant: &str, id: &str, until: Option<Micros>) -> Result<(Token, Client), Error> {
        let secret = Token::generate();
        let change = Change::AddSecret { secret: secret.clone(), until };
        Ok((secret, self.change_client(tenant, id, change).await?))
    }

    /// Ends a secret and every access token that was issued for it, effective with the next request
    /// on every instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_secret(&self, tenant: &str, id: &str, num: i64) -> Result<Client, Error> {
        self.change_client(tenant, id, Change::RemoveSecret(num)).await
    }

    /// Gives a client other keys, or none.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for keys that could never verify.
    pub async fn set_keys(&self, tenant: &str, id: &str, keys: Option<KeySource>) -> Result<Client, Error> {
        keys.as_ref().map(KeySource::check).transpose()?;
        self.change_client(tenant, id, Change::Keys(keys)).await
    }

    /// Removes a client with its secrets and access tokens, effective with the next request on every
    /// instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_client(&self, tenant: &str, id: &str) -> Result<(), Error> {
        self.change_client(tenant, id, Change::Delete).await.map(drop)
    }

    /// Which kinds of credentials the caller's tenant has besides bearer tokens.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn enabled(&self, caller: &Caller) -> Result<Enabled, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(rows::enabled(&mut conn, caller.tenant, self.inner.clock.now()).await?)
    }

    async fn change_client(&self, tenant: &str, id: &str, change: Change) -> Result<Client, Error> {
        let now = self.inner.clock.now();
        self.inner.store.write(ChangeClient { tenant: tenant.to_owned(), id: id.to_owned(), change, now }).await
    }
}

fn check_scopes(scopes: &Scopes) -> Result<(), Error> {
    if scopes.is_empty() {
        return Err(Error::Invalid("scopes: at least one is needed".to_owned()));
    }
    Ok(())
}

async fn tenant_named(conn: &mut Conn, name: &str) -> Result<TenantId, Error> {
    let found = tenants::find(conn, name).await?;
    Ok(found.ok_or_else(|| Error::NotFound("tenant".to_owned()))?.num)
}

async fn connection_named(conn: &mut Conn, tenant: &str, name: &str) -> Result<(TenantId, i64), Error> {
    let tenant = tenant_named(conn, tenant).await?;
    let found = connections::find(conn, tenant, name).await?;
    Ok((tenant, found.ok_or_else(|| Error::NotFound("connection".to_owned()))?.num))
}

async fn describe(conn: &mut Conn, row: rows::Client, now: Micros) -> Result<Client, Error> {
    let secrets = rows::secrets(conn, row.num, now).await?.into_iter().map(|secret| {
        let rows::Secret { num, client: _, prefix, created, expires } = secret;
        Secret { num, prefix, created, expires }
    });
    Ok(Client {
        secrets: secrets.collect(),
        scopes: Scopes::parse(&row.scopes).map_err(Error::Internal)?,
        keys: row.keys.map(KeySource::Set).or_else(|| row.keys_url.map(KeySource::Url)),
        id: row.id,
        name: row.name,
        connection: row.connection_name,
        created: row.created,
    })
}

struct Create {
    tenant: String,
    connection: String,
    client: rows::NewClient,
    keys: Option<KeySource>,
    secret: Option<Token>,
    now: Micros,
}

impl Unit for Create {
    type Output = Client;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Client, Error> {
        let owner = connection_named(conn, &self.tenant, &self.connection).await?;
        let num = rows::insert_client(conn, owner, &self.client, self.now).await?;
        if let Some(keys) = &self.keys {
            rows::set_keys(conn, num, keys.set(), keys.url()).await?;
        }
        if let Some(secret) = &self.secret {
            rows::insert_secret(conn, num, &secret.prefix(), &secret.digest(), self.now).await?;
        }
        find(conn, owner.0, &self.client.id, self.now).await
    }
}

struct ChangeClient {
    tenant: String,
    id: String,
    change: Change,
    now: Micros,
}

enum Change {
    AddSecret { secret: Token, until: Option<Micros> },
    RemoveSecret(i64),
    Keys(Option<KeySource>),
    Delete,
}

impl Unit for ChangeClient {
    type Output = Client;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Client, Error> {
        let Self { id, now, .. } = self;
        let tenant = tenant_named(conn, &self.tenant).await?;
        let row = row(conn, tenant, id).await?;
        let client = row.num;
        match &self.change {
            Change::AddSecret { secret, until } => {
                rows::lock_client(conn, client).await?;
                add_secret(conn, client, secret, *until, *now).await?;
            }
            Change::RemoveSecret(num) => {
                if !rows::remove_secret(conn, client, *num).await? {
                    return Err(Error::NotFound("secret".to_owned()));
                }
            }
            Change::Keys(keys) => {
                let (set, url) = (keys.as_ref().and_then(KeySource::set), keys.as_ref().and_then(KeySource::url));
                rows::set_keys(conn, client, set, url).await?;
            }
            Change::Delete => {
                let last = describe(conn, row, *now).await?;
                rows::remove_client(conn, client).await?;
                return Ok(last);
            }
        }
        find(conn, tenant, id, *now).await
    }
}

async fn add_secret(
    conn: &mut Conn,
    client: i64,
    secret: &Token,
    until: Option<Micros>,
    now: Micros,
) -> Result<(), Error> {
    let before = rows::secrets(conn, client, now).await?;
    let lasting = before.iter().filter(|_| until.is_none_or(|until| until > now)).count();
    if lasting >= SECRETS {
        return Err(Error::Invalid("the client has two valid secrets already; revoke one of them first".to_owned()));
    }
    if let Some(until) = until {
        for old in before.iter().filter(|old| old.expires.is_none_or(|end| end > until)) {
            rows::end_secret(conn, old.num, until).await?;
        }
    }
    rows::insert_secret(conn, client, &secret.prefix(), &secret.digest(), now).await?;
    Ok(())
}

async fn row(conn: &mut Conn, tenant: TenantId, id: &str) -> Result<rows::Client, Error> {
    let found = rows::find_client(conn, id).await?.filter(|client| client.place.tenant == tenant);
    found.ok_or_else(|| Error::NotFound("client".to_owned()))
}

async fn find(conn: &mut Conn, tenant: TenantId, id: &str, now: Micros) -> Result<Client, Error> {
    let row = row(conn, tenant, id).await?;
    describe(conn, row, now).await
}
