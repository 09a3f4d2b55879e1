//! `roster client create`, `list`, `rotate`, `keys`, `revoke` and `delete`.

use super::token::{End, parse_end};
use super::{Error, Tenant, show};
use crate::auth::scope::Scope;
use crate::auth::token::Token;
use crate::clock::{Clock, rfc3339};
use crate::directory::Directory;
use crate::directory::oauth::{Client, KeySource, NewClient};
use clap::Subcommand;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Makes an OAuth client and prints its id, and its secret, this once, unless it has keys
    Create {
        /// A name to know it by
        #[arg(long, default_value = "unnamed")]
        name: String,
        #[command(flatten)]
        tenant: Tenant,
        /// The connection it belongs to
        #[arg(long, value_name = "NAME", default_value = "default")]
        connection: String,
        /// A right its access tokens may carry: scim, scim:read or admin; may be repeated
        #[arg(long = "scope", value_name = "SCOPE", default_value = "scim")]
        scopes: Vec<Scope>,
        #[command(flatten)]
        keys: KeyPlace,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the clients of a tenant, never their secrets
    List {
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Makes a further secret, prints it, this once, and lets the older one end soon
    Rotate {
        /// The client id
        id: String,
        #[command(flatten)]
        tenant: Tenant,
        /// How long the older one stays valid: so long (12h, 90d, 52w), or until an instant
        #[arg(long, value_name = "WHEN", default_value = "24h", value_parser = parse_end)]
        overlap: End,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Gives a client public keys, so that it can sign instead of showing a secret; without any, takes them away
    Keys {
        /// The client id
        id: String,
        #[command(flatten)]
        tenant: Tenant,
        #[command(flatten)]
        keys: KeyPlace,
    },
    /// Ends a secret, and the access tokens issued for it, at once
    Revoke {
        /// The client id
        id: String,
        /// The number of the secret that the list shows
        secret: i64,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Deletes a client with its secrets and access tokens
    Delete {
        /// The client id
        id: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

/// Where a client's public keys are.
#[derive(clap::Args, Debug)]
pub(super) struct KeyPlace {
    /// A file with its public keys, a JWK set
    #[arg(long = "keys", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where its public keys are published
    #[arg(long = "keys-url", value_name = "URL", conflicts_with = "file")]
    url: Option<String>,
}

impl KeyPlace {
    fn source(self) -> Result<Option<KeySource>, Error> {
        let Some(file) = self.file else { return Ok(self.url.map(KeySource::Url)) };
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(KeySource::Set(text))),
            Err(source) => Err(Error::Io { doing: format!("{} cannot be read", file.display()), source }),
        }
    }
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory, clock: &Clock) -> Result<String, Error> {
    match command {
        Command::Create { name, tenant, connection, scopes, keys, json } => {
            let new = NewClient { name, scopes: scopes.into_iter().collect(), keys: keys.source()? };
            let (secret, client) = house.create_client(&tenant.name(house).await?, &connection, new).await?;
            let secret = secret.as_ref().map(Token::reveal);
            if json {
                return Ok(show::json_text(&show::client(&client, secret)));
            }
            Ok(match secret {
                Some(secret) => format!("Client {}, secret shown this once:\n\n{secret}\n", client.id),
                None => format!("Client {}, which signs with its keys.\n", client.id),
            })
        }
        Command::List { tenant, json } => {
            let clients = house.clients(&tenant.name(house).await?).await?;
            if json {
                return Ok(show::json_text(&clients.iter().map(|row| show::client(row, None)).collect::<Value>()));
            }
            Ok(show::clients(&clients))
        }
        Command::Rotate { id, tenant, overlap, json } => {
            let until = overlap.instant(clock.now())?;
            let (secret, client) = house.add_secret(&tenant.name(house).await?, &id, Some(until)).await?;
            if json {
                return Ok(show::json_text(&show::client(&client, Some(secret.reveal()))));
            }
            let secret = secret.reveal();
            let until = rfc3339(until);
            Ok(format!("Client {id}, secret shown this once:\n\n{secret}\n\nThe older one is valid until {until}.\n"))
        }
        Command::Keys { id, tenant, keys } => {
            let Client { keys, .. } = house.set_keys(&tenant.name(house).await?, &id, keys.source()?).await?;
            let has = if keys.is_some() { "signs with its keys" } else { "has no keys" };
            Ok(format!("Client {id} {has}.\n"))
        }
        Command::Revoke { id, secret, tenant } => {
            house.remove_secret(&tenant.name(house).await?, &id, secret).await?;
            Ok(format!("Secret {secret} is revoked.\n"))
        }
        Command::Delete { id, tenant } => {
            house.delete_client(&tenant.name(house).await?, &id).await?;
            Ok(format!("Client {id} is deleted.\n"))
        }
    }
}
