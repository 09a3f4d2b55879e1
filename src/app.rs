//! The one wiring room: settings → store → directory → surfaces, start and graceful stop.
//!
//! Clock, ids and hasher come from outside, so that tests build the same house with hands of their
//! own. Nothing slow happens here: the first request is answered as soon as the database is open.

use crate::auth::password::Hasher;
use crate::auth::token::Token;
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::directory::journal::Keep;
use crate::directory::recorder::{self, Recorder};
use crate::directory::{self, Directory, Door, Limits, Parts, Recording};
use crate::http::{self, Prefix, Prefixes, server};
use crate::ident::Ids;
use crate::scim::schema::Registry;
use crate::scim::schema::document::{Choices, built_in};
use crate::store::{self, Store, migrate, sql};
use crate::workers::indexes::Builder;
use crate::workers::journal::Writer;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The most bytes of a request's body: one resource, or one PATCH of a large group.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// How many requests may wait to be written into the journal.
const JOURNAL_PLACES: usize = 4096;
/// How often upkeep is done.
const UPKEEP: Duration = Duration::from_mins(1);

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
    /// Two surfaces would have the same paths.
    #[error("the prefixes are refused: {0}")]
    Prefixes(String),
    /// The database does not open.
    #[error("the database cannot be opened")]
    Open(#[source] store::Error),
    /// The migrations fail.
    #[error("the database cannot be brought up to date")]
    Migrate(#[source] store::Error),
    /// The first tenant and its token cannot be stored.
    #[error("the first tenant cannot be made")]
    FirstTenant(#[source] directory::Error),
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
    /// Takes the journal's entries.
    pub recorder: Recorder,
    /// Writes the journal, once the house has started.
    writer: Option<Writer>,
    /// Builds indexes, once the house has started.
    builder: Option<Builder>,
    /// The journal's entries, until there is a writer.
    queue: Option<recorder::Queue>,
    prefixes: Prefixes,
    config: Config,
}

/// The schemas and resource types these settings choose.
#[must_use]
pub fn registry(config: &Config) -> Registry {
    built_in(Choices { unique_group_names: config.unique_group_names })
}

/// Where the settings want the native APIs.
fn prefixes(config: &Config) -> Result<Prefixes, String> {
    let chosen = [
        (Door::Logixx, &config.logixx_prefix),
        (Door::Appcrm, &config.appcrm_prefix),
        (Door::Adeptia, &config.adeptia_prefix),
        (Door::Publica, &config.publica_prefix),
    ];
    let read = |(door, text): (Door, &String)| Ok((door, Prefix::parse(text)?));
    Prefixes::new(chosen.into_iter().map(read).collect::<Result<Vec<_>, &str>>()?)
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
    /// Opens the database and wires the rooms; makes nothing.
    ///
    /// # Errors
    /// If the database is not usable.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let Options { config, clock, ids, hasher } = options;
        let prefixes = prefixes(&config).map_err(Error::Prefixes)?;
        let store = open(&config).await?;
        let (recorder, queue) = recorder::queue(JOURNAL_PLACES);
        let recording =
            Recording { recorder: recorder.clone(), bodies: config.journal_bodies, values: config.audit_values };
        let directory = Directory::new(Parts {
            store: store.clone(),
            registry: Arc::new(registry(&config)),
            hasher,
            clock,
            ids,
            limits: Limits {
                token_lifetime: config.token_lifetime,
                session_hours: config.session_hours,
                session_idle_hours: config.session_idle_hours,
                sessions: config.sessions_limit,
                ..Limits::default()
            },
            recording,
        });
        Ok(Self {
            directory,
            store,
            first_token: None,
            recorder,
            writer: None,
            builder: None,
            queue: Some(queue),
            prefixes,
            config,
        })
    }

    /// The same, and makes the first tenant of a new database with its token.
    ///
    /// # Errors
    /// If the database or the first token is not usable.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let chosen = options.config.bootstrap_token.as_ref().map(Secret::reveal).map(Token::chosen);
        let chosen = chosen.transpose().map_err(Error::Token)?;
        let mut app = Self::open(options).await?;
        let keep = Keep { days: app.config.journal_days, rows: app.config.journal_rows };
        let queue = app.queue.take();
        app.writer = queue.map(|queue| Writer::start(app.directory.clone(), app.recorder.clone(), queue, keep));
        app.builder = Some(Builder::start(app.directory.clone()));
        let made = app.directory.first_start(chosen.clone()).await.map_err(Error::FirstTenant)?;
        app.first_token = match (made, chosen) {
            (Some(_), Some(_)) => Some(FirstToken::Chosen),
            (Some(token), None) => Some(FirstToken::Generated(token)),
            (None, Some(unused)) => {
                if !app.directory.knows(unused.reveal()).await.is_ok_and(|known| known) {
                    tracing::warn!(
                        "bootstrap_token is not used: the database was not new, and the token does not open it"
                    );
                }
                None
            }
            (None, None) => None,
        };
        Ok(app)
    }

    /// Every surface under one endpoint.
    #[must_use]
    pub fn endpoint(&self) -> impl poem::Endpoint + 'static + use<> {
        let public_url = self.config.public_url.clone();
        let rates = http::Rates { connection: self.config.rate_connection, tenant: self.config.rate_tenant };
        http::endpoint(
            self.directory.clone(),
            http::Options { public_url, body_limit: BODY_LIMIT, rates, prefixes: self.prefixes.clone() },
        )
    }

    /// Serves until `stop` is ready, then lets running requests finish and closes the database,
    /// both within `shutdown_seconds`.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let drain = Duration::from_secs(self.config.shutdown_seconds);
        let limits = server::Limits { connections: self.config.max_connections, drain, ..server::Limits::default() };
        let (stopping, stopped) = oneshot::channel::<()>();
        let stop = async move {
            stop.await;
            drop(stopping);
        };
        let work = async {
            let endpoint = self.endpoint();
            tokio::select! {
                () = server::serve_within(limits, listener, endpoint, stop) => {}
                () = upkeep(&self.directory) => {}
            }
            if let Some(builder) = self.builder {
                builder.stop().await;
            }
            if let Some(writer) = self.writer {
                writer.stop().await;
            }
            write_usage(&self.directory).await;
            self.store.close().await;
        };
        let deadline = async move {
            // An error is the answer: nothing is ever sent, the sender is dropped.
            let _ = stopped.await;
            tokio::time::sleep(drain).await;
        };
        tokio::select! {
            () = work => {}
            () = deadline => tracing::warn!("time is up: the database is left as the last commit left it"),
        }
    }
}

/// What is done beside the requests, for ever.
async fn upkeep(directory: &Directory) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        write_usage(directory).await;
        if let Err(error) = directory.forget_sessions().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "sessions of long ago could not be removed");
        }
        if let Err(error) = directory.forget_walks().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "walks of long ago could not be removed");
        }
    }
}

/// What is lost, if anything, is when a token or a session was last used: worth a line, not an error.
async fn write_usage(directory: &Directory) {
    if let Err(error) = directory.write_usage().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the last use of tokens and sessions is not written down yet"
        );
    }
}

#[cfg(test)]
mod tests;
