//! `/tenants/{tenant}/clients`: OAuth clients (RFC 6749 §2), their secrets and their public keys. A
//! secret's text is shown when it is made and never again.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read, blame};
use super::word::{Instant, Word};
use crate::auth::scope::Scope;
use crate::auth::token::Token;
use crate::directory::{Error, oauth};
use crate::http::error::Refusal;
use oauth::KeySource;
use poem_openapi::param::Path;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

/// An OAuth client without the texts of its secrets.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct Client {
    /// Its client id, unique on the server.
    id: String,
    /// The name of its connection.
    connection: String,
    /// A name for people.
    name: String,
    /// What its access tokens may do.
    scopes: Vec<Word<Scope>>,
    /// Its secrets that have not ended, oldest first.
    secrets: Vec<ClientSecret>,
    /// Its public keys, a JWK set (RFC 7517 §5); absent if they are not kept here.
    keys: Option<Any<Value>>,
    /// Where its public keys are published; absent if nowhere.
    keys_url: Option<String>,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
}

/// A secret of a client without its text.
#[derive(Object)]
pub(super) struct ClientSecret {
    /// Its number.
    num: i64,
    /// The first characters of its text, to recognise it by.
    prefix: String,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
    /// When it ends (RFC 3339); absent if never.
    #[oai(skip_serializing_if_is_none)]
    expires: Option<Word<Instant>>,
}

/// The clients of a tenant.
#[derive(Object)]
pub(super) struct ClientList {
    /// The clients, oldest first.
    clients: Vec<Client>,
}

/// A client to be made.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct NewClient {
    /// The name of the connection it belongs to.
    connection: String,
    /// A name for people.
    name: String,
    /// What its access tokens may do.
    scopes: Vec<Word<Scope>>,
    /// Its public keys, a JWK set (RFC 7517 §5). Without keys it gets a secret.
    keys: Option<Any<Value>>,
    /// Where its public keys are published, in place of `keys`.
    keys_url: Option<String>,
}

/// A client with the secret that was made for it just now.
#[derive(Object)]
pub(super) struct MadeClient {
    /// The text of the secret, which is shown this once; absent if the client signs with keys.
    #[oai(skip_serializing_if_is_none)]
    secret: Option<String>,
    /// Everything else about it.
    #[oai(flatten)]
    client: Client,
}

/// How a secret is replaced.
#[derive(Object)]
pub(super) struct SecretRotation {
    /// When the older secret ends (RFC 3339); both are valid until then.
    until: Word<Instant>,
}

/// Where a client's public keys are; nowhere if both are absent.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct ClientKeys {
    /// A JWK set (RFC 7517 §5).
    keys: Option<Any<Value>>,
    /// Where they are published, in place of `keys`.
    keys_url: Option<String>,
}

impl ClientKeys {
    /// The source, and the field that names it.
    fn source(self) -> (Option<KeySource>, &'static str) {
        match self.keys {
            Some(Any(set)) => (Some(KeySource::Set(set.to_string())), "keys"),
            None => (self.keys_url.map(KeySource::Url), "keysUrl"),
        }
    }
}

impl From<oauth::Client> for Client {
    fn from(client: oauth::Client) -> Self {
        let (keys, keys_url) = match client.keys {
            None => (None, None),
            Some(KeySource::Set(text)) => (serde_json::from_str(&text).ok().map(Any), None),
            Some(KeySource::Url(url)) => (None, Some(url)),
        };
        Self {
            id: client.id,
            connection: client.connection,
            name: client.name,
            scopes: client.scopes.iter().map(Word).collect(),
            secrets: client.secrets.into_iter().map(ClientSecret::from).collect(),
            keys,
            keys_url,
            created: Word(Instant(client.created)),
        }
    }
}

impl From<oauth::Secret> for ClientSecret {
    fn from(secret: oauth::Secret) -> Self {
        Self {
            num: secret.num,
            prefix: secret.prefix,
            created: Word(Instant(secret.created)),
            expires: secret.expires.map(|instant| Word(Instant(instant))),
        }
    }
}

impl From<(Option<Token>, oauth::Client)> for MadeClient {
    fn from((secret, client): (Option<Token>, oauth::Client)) -> Self {
        Self { secret: secret.map(|secret| secret.reveal().to_owned()), client: client.into() }
    }
}

impl Read for NewClient {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (connection, name, scopes) = (fields.text("connection")?, fields.text("name")?, fields.words("scopes")?);
        let ClientKeys { keys, keys_url } = ClientKeys::read(fields)?;
        Ok(Self {
            connection: fields.needed("connection", connection)?,
            name: fields.needed("name", name)?,
            scopes: fields.needed("scopes", scopes)?,
            keys,
            keys_url,
        })
    }
}

impl Read for SecretRotation {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let until = fields.word("until")?;
        Ok(Self { until: fields.needed("until", until)? })
    }
}

impl Read for ClientKeys {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (keys, keys_url) = (fields.tree("keys")?, fields.text("keysUrl")?);
        if keys.is_some() && keys_url.is_some() {
            return Err(fields.refuse("keysUrl", "either this or keys, not both"));
        }
        Ok(Self { keys, keys_url })
    }
}

/// The routes of clients.
pub(in crate::http) struct Clients;

#[OpenApi(tag = "Tag::Clients")]
impl Clients {
    /// List clients
    #[oai(path = "/tenants/:tenant/clients", method = "get", operation_id = "listClients")]
    async fn list(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
    ) -> Result<Shown<ClientList>, Refusal> {
        let clients = desk.directory().clients(&tenant).await?;
        Ok(Shown::new(ClientList { clients: clients.into_iter().map(Client::from).collect() }))
    }

    /// Make a client
    ///
    /// Without keys it gets a secret, whose text is shown in this answer and never again.
    #[oai(path = "/tenants/:tenant/clients", method = "post", operation_id = "createClient")]
    async fn create(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        body: Body<NewClient>,
    ) -> Result<Made<MadeClient>, Refusal> {
        let NewClient { connection, name, scopes, keys, keys_url } = body.0;
        let (keys, field) = ClientKeys { keys, keys_url }.source();
        let new = oauth::NewClient { name, scopes: scopes.into_iter().map(|scope| scope.0).collect(), keys };
        let made = desk.directory().create_client(&tenant, &connection, new).await;
        let made = made.map_err(|error| blame(error, field))?;
        Ok(Made::at(url(&desk, &tenant, &made.1.id), made))
    }

    /// Read a client
    #[oai(path = "/tenants/:tenant/clients/:id", method = "get", operation_id = "getClient")]
    async fn get(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The client id.
        id: Path<String>,
    ) -> Result<Shown<Client>, Refusal> {
        let clients = desk.directory().clients(&tenant).await?;
        let found = clients.into_iter().find(|client| client.id == *id);
        Ok(Shown::new(found.ok_or_else(|| Error::NotFound("client".to_owned()))?))
    }

    /// Delete a client with its secrets and access tokens
    ///
    /// They are refused from the next request on, on every instance.
    #[oai(path = "/tenants/:tenant/clients/:id", method = "delete", operation_id = "deleteClient")]
    async fn delete(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The client id.
        id: Path<String>,
    ) -> Result<Gone, Refusal> {
        desk.directory().delete_client(&tenant, &id).await?;
        Ok(Gone::Gone)
    }

    /// Rotate the secret of a client
    ///
    /// Makes a further secret and ends the older one later, so that the client can change over without
    /// a refused request. Its text is shown in this answer and never again.
    #[oai(path = "/tenants/:tenant/clients/:id/secrets", method = "post", operation_id = "rotateClientSecret")]
    async fn rotate(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The client id.
        id: Path<String>,
        body: Body<SecretRotation>,
    ) -> Result<Made<MadeClient>, Refusal> {
        let (secret, client) = desk.directory().add_secret(&tenant, &id, Some(body.0.until.0.0)).await?;
        Ok(Made::at(url(&desk, &tenant, &client.id), (Some(secret), client)))
    }

    /// Revoke a secret of a client
    ///
    /// It and the access tokens issued for it are refused from the next request on, on every instance.
    #[oai(path = "/tenants/:tenant/clients/:id/secrets/:num", method = "delete", operation_id = "revokeClientSecret")]
    async fn revoke(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The client id.
        id: Path<String>,
        /// The number of the secret.
        num: Path<i64>,
    ) -> Result<Gone, Refusal> {
        desk.directory().remove_secret(&tenant, &id, *num).await?;
        Ok(Gone::Gone)
    }

    /// Replace the public keys of a client
    ///
    /// A body without any takes them away.
    #[oai(path = "/tenants/:tenant/clients/:id/keys", method = "put", operation_id = "replaceClientKeys")]
    async fn keys(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The client id.
        id: Path<String>,
        body: Body<ClientKeys>,
    ) -> Result<Shown<Client>, Refusal> {
        let (keys, field) = body.0.source();
        let client = desk.directory().set_keys(&tenant, &id, keys).await;
        Ok(Shown::new(client.map_err(|error| blame(error, field))?))
    }
}

fn url(desk: &Desk, tenant: &str, id: &str) -> String {
    desk.url(&format!("/tenants/{tenant}/clients/{id}"))
}
