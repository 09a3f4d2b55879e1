//! The one wiring room: settings → store → directory → surfaces, start and graceful stop.
//!
//! Clock, ids and hasher come from outside, so that tests build the same house with hands of their
//! own. Nothing slow happens here: the first request is answered as soon as the database is open.

use crate::auth::password::Hasher;
use crate::auth::scope::Scopes;
use crate::auth::token::Token;
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::directory::{Directory, Limits, Parts};
use crate::ident::Ids;
use crate::scim::schema::Registry;
use crate::scim::schema::document::{Choices, built_in};
use crate::store::credentials::{self, NewToken};
use crate::store::{self, Conn, Store, Unit, sql};
use crate::{http, store::migrate};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The most bytes of a request's body: one resource, or one PATCH of a large group.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// What an [`App`] is built from.
pub struct Options {
    /// The settings.
    pub config: Config,
    /// Tells the time.
    pub clock: Clock,
    /// Makes ids.
    pub ids: Ids,
    /// Hashes passwords.
    pub hasher: Hasher,
}

impl Options {
    /// The system's clock, random ids, and hashes of full cost.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, clock: Clock::System, ids: Ids::Random, hasher: Hasher::new() }
    }
}

/// Why the house could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chosen first token cannot be one.
    #[error("bootstrap_token is refused: {0}")]
    Token(String),
    /// The database does not open.
    #[error("the database cannot be opened")]
    Open(#[source] store::Error),
    /// The migrations fail.
    #[error("the database cannot be brought up to date")]
    Migrate(#[source] store::Error),
    /// The first tenant and its token cannot be stored.
    #[error("the first tenant cannot be made")]
    FirstTenant(#[source] store::Error),
    /// The server stopped by itself.
    #[error("the server failed")]
    Serve(#[source] std::io::Error),
}

/// The token of a tenant that was made just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstToken {
    /// Made here; this is the only chance to show it.
    Generated(Token),
    /// The one from the settings.
    Chosen,
}

/// The running house.
pub struct App {
    /// The domain, which every surface calls.
    pub directory: Directory,
    /// The open and migrated database.
    pub store: Store,
    /// The first token, if the database was new.
    pub first_token: Option<FirstToken>,
    config: Config,
}

/// The schemas and resource types these settings choose.
#[must_use]
pub fn registry(config: &Config) -> Registry {
    built_in(Choices { unique_group_names: config.unique_group_names })
}

/// Opens the database and brings it up to date.
///
/// # Errors
/// [`Error::Open`], [`Error::Migrate`].
pub async fn open(config: &Config) -> Result<Store, Error> {
    let options = sql::Options {
        url: config.database_url.reveal().to_owned(),
        connections: config.database_connections,
        durable: config.sqlite_durable,
    };
    let store = Store::open(&options).await.map_err(Error::Open)?;
    migrate::run(&store).await.map_err(Error::Migrate)?;
    Ok(store)
}

impl App {
    /// Opens the database, makes the first tenant of a new one, and wires the rooms.
    ///
    /// # Errors
    /// If the database or the first token is not usable.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let Options { config, clock, ids, hasher } = options;
        let chosen = config.bootstrap_token.as_ref().map(Secret::reveal).map(Token::chosen);
        let chosen = chosen.transpose().map_err(Error::Token)?;
        let store = open(&config).await?;
        let first_token = first_token(&store, &clock, chosen).await.map_err(Error::FirstTenant)?;
        let directory = Directory::new(Parts {
            store: store.clone(),
            registry: Arc::new(registry(&config)),
            hasher,
            clock,
            ids,
            limits: Limits::default(),
        });
        Ok(Self { directory, store, first_token, config })
    }

    /// Every surface under one endpoint.
    pub fn endpoint(&self) -> impl poem::Endpoint + use<> {
        let public_url = self.config.public_url.clone();
        http::endpoint(self.directory.clone(), http::Options { public_url, body_limit: BODY_LIMIT })
    }

    /// Serves until `stop` is ready, then lets running requests finish and closes the database,
    /// both within `shutdown_seconds`.
    ///
    /// # Errors
    /// [`Error::Serve`] if the server stops by itself.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let stop = async move {
            stop.await;
            tracing::info!("stopping: running requests are finished");
            drop(stopping);
        };
        let grace = Duration::from_secs(self.config.shutdown_seconds);
        let deadline = async move {
            // Answers with an error, because nothing is ever sent: the sender is dropped.
            let _ = stopped.await;
            tokio::time::sleep(grace).await;
        };
        let work = async {
            let served = http::server::serve(listener, self.endpoint(), stop).await;
            self.store.close().await;
            served.map_err(Error::Serve)
        };
        tokio::select! {
            done = work => done,
            () = deadline => {
                tracing::warn!(seconds = grace.as_secs(), "stopped before every request was finished");
                Ok(())
            }
        }
    }
}

/// Makes the first tenant of a new database and gives it a token, in one transaction.
async fn first_token(store: &Store, clock: &Clock, chosen: Option<Token>) -> Result<Option<FirstToken>, store::Error> {
    let generated = chosen.is_none();
    let token = chosen.unwrap_or_else(Token::generate);
    let (new, known) = store.write(FirstRun { token: token.clone(), clock: clock.clone() }).await?;
    match (new, generated) {
        (true, true) => Ok(Some(FirstToken::Generated(token))),
        (true, false) => Ok(Some(FirstToken::Chosen)),
        (false, true) => Ok(None),
        (false, false) => {
            if !known {
                tracing::warn!("bootstrap_token is not used: the database was not new, and has no such token");
            }
            Ok(None)
        }
    }
}

struct FirstRun {
    token: Token,
    clock: Clock,
}

impl Unit for FirstRun {
    /// Whether the tenant was made now, and whether the token opens it.
    type Output = (bool, bool);
    type Error = store::Error;

    async fn run(&self, conn: &mut Conn) -> Result<(bool, bool), store::Error> {
        let now = self.clock.now();
        let (tenant, connection, new) = credentials::first_connection(conn, now).await?;
        if !new {
            return Ok((false, credentials::find_token(conn, &self.token.digest()).await?.is_some()));
        }
        let token = NewToken {
            connection,
            name: "first".to_owned(),
            prefix: self.token.prefix(),
            digest: self.token.digest(),
            scopes: Scopes::all().to_string(),
            expires: None,
        };
        credentials::insert_token(conn, tenant, &token, now).await?;
        Ok((true, true))
    }
}
