//! The command line: what can be asked of the binary, and how it answers.
//!
//! Answers go to the standard output, errors to the standard error stream as one sentence with its
//! causes. Exit codes: 0 done, 1 failed, 2 not understood (arguments or settings).

mod catalogue;
mod client;
mod connection;
mod issuer;
mod journal;
mod openapi;
mod schema;
mod serve;
mod show;
mod tenant;
mod token;
mod user;

use crate::app::{self, App, Options};
use crate::clock::Clock;
use crate::config::{self, Config, SETTINGS};
use crate::directory::{self, Directory};
use clap::{Parser, Subcommand};
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

/// A SCIM 2.0 provisioning server: one binary, one database.
///
/// Without a command it serves: the database is made if it is not there, and the first start
/// prints the address, a first token and a curl line to try.
#[derive(Parser, Debug)]
#[command(name = "roster", version, after_help = "`roster --help` says more.", after_long_help = manual())]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serves requests until SIGTERM or SIGINT (the default)
    Serve,
    /// Brings the database up to date and ends
    Migrate,
    /// Makes, lists, renames and deletes tenants
    Tenant {
        #[command(subcommand)]
        command: tenant::Command,
    },
    /// Makes, lists, changes and deletes the connections of a tenant
    Connection {
        #[command(subcommand)]
        command: connection::Command,
    },
    /// Makes, lists, rotates and revokes bearer tokens
    Token {
        #[command(subcommand)]
        command: token::Command,
    },
    /// Makes, lists, changes and removes what users refer to, and loads it from a file
    Catalogue {
        #[command(subcommand)]
        command: catalogue::Command,
    },
    /// Makes, changes and removes schemas and resource types of a tenant's own, and loads packs of them
    Schema {
        #[command(subcommand)]
        command: schema::Command,
    },
    /// Shows what clients asked and what they changed
    Journal {
        #[command(subcommand)]
        command: journal::Command,
    },
    /// Makes, lists, rotates and deletes OAuth clients
    Client {
        #[command(subcommand)]
        command: client::Command,
    },
    /// Trusts issuers outside, lists them and trusts them no longer
    Issuer {
        #[command(subcommand)]
        command: issuer::Command,
    },
    /// Takes over passwords of users from other systems
    User {
        #[command(subcommand)]
        command: user::Command,
    },
    #[command(about = "Writes the OpenAPI documents to openapi/*.json")]
    Openapi {
        /// Write nothing; fail and name the files that are not current
        #[arg(long)]
        check: bool,
    },
    /// Explains every setting
    Settings,
}

/// The tenant a command is about.
#[derive(clap::Args, Debug)]
struct Tenant {
    /// The tenant; left out, the oldest one
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
}

impl Tenant {
    async fn name(self, house: &Directory) -> Result<String, Error> {
        if let Some(name) = self.tenant {
            return Ok(name);
        }
        let oldest = house.tenants().await?.into_iter().next().map(|tenant| tenant.name);
        oldest.ok_or_else(|| {
            Error::Failed(
                "the database has no tenant; start the server once, or make one with `roster tenant create`".to_owned(),
            )
        })
    }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the settings are refused")]
    Config(#[from] config::Error),
    #[error(transparent)]
    App(#[from] app::Error),
    #[error(transparent)]
    Directory(#[from] directory::Error),
    #[error("cannot listen on {address}")]
    Listen { address: String, source: std::io::Error },
    #[error("{0}")]
    Failed(String),
    #[error("{doing}")]
    Io { doing: String, source: std::io::Error },
}

/// Runs the command the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are errors to clap; it knows where each is printed and its code.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match run(arguments.command.unwrap_or(Command::Serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "roster: {}", sentence(&error));
            match error {
                Error::Config(_) | Error::App(app::Error::Token(_)) => ExitCode::from(2),
                Error::App(_) | Error::Directory(_) | Error::Listen { .. } | Error::Failed(_) | Error::Io { .. } => {
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Serve => wait(serve::run(Config::load()?)),
        Command::Migrate => wait(async {
            app::open(&Config::load()?).await?.close().await;
            print("The database is up to date.\n")
        }),
        Command::Tenant { command } => wait(manage(async |house| tenant::answer(command, house).await)),
        Command::Connection { command } => wait(manage(async |house| connection::answer(command, house).await)),
        Command::Token { command } => wait(manage(async |house| token::answer(command, house, &Clock::System).await)),
        Command::Catalogue { command } => wait(manage(async |house| catalogue::answer(command, house).await)),
        Command::Schema { command } => wait(manage(async |house| schema::answer(command, house).await)),
        Command::Journal { command } => wait(journal::run(command, Config::load()?)),
        Command::Client { command } => wait(manage(async |house| client::answer(command, house, &Clock::System).await)),
        Command::Issuer { command } => wait(manage(async |house| issuer::answer(command, house).await)),
        Command::User { command } => wait(manage(async |house| user::answer(command, house).await)),
        Command::Openapi { check } => openapi::run(check),
        Command::Settings => print(&settings()),
    }
}

/// Opens the database for a verb of an administrator, and prints what came of it.
async fn manage(verb: impl AsyncFnOnce(&Directory) -> Result<String, Error>) -> Result<(), Error> {
    let app = App::open(Options::new(Config::load()?)).await?;
    let text = verb(&app.directory).await;
    app.store.close().await;
    print(&text?)
}

/// Runs a future on a runtime of its own.
fn wait(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Io { doing: "the threads cannot be started".to_owned(), source })?;
    let done = runtime.block_on(work);
    // Requests that outlived the deadline must not hold up the end of the process.
    runtime.shutdown_background();
    done
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| Error::Io { doing: "the answer cannot be printed".to_owned(), source })
}

/// The error and its causes, in one line.
fn sentence(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn manual() -> String {
    format!(
        "\
Examples:
  roster
      serve on 127.0.0.1:8080 from roster.db in the working directory
  ROSTER_DATABASE_URL=postgres://roster:secret@localhost/roster ROSTER_LISTEN=0.0.0.0:8080 roster
      the same on Postgres, for everybody
  roster token create --name okta --expires 365d
      make a token for an identity provider
  roster token create --name report --scope scim:read --json
      make one that can only read, and print it for a program
  roster token list
  roster token rotate 3 --overlap 7d
      make its successor; both are valid for a week
  roster token revoke 3
  roster tenant create acme --json
      make a further tenant, with its first connection and its first token
  roster connection create entra --tenant acme --profile entra
  roster catalogue load start.toml
      make the roles, branches, users and tokens that a file lists, as far as they are not there yet
  roster schema load roles --tenant acme
      give a tenant the resource type of roles at /Roles
  roster journal search --connection default --status 4xx --since 1h
      what was refused in the last hour, and why
  roster client create --name entra --tenant acme --connection entra
      make an OAuth client; it gets access tokens at /oauth/token

{}
Exit codes: 0 done, 1 failed, 2 not understood (arguments or settings).",
        settings()
    )
}

fn settings() -> String {
    let mut text = String::from(
        "Settings are environment variables, or keys of roster.toml in the working directory\n\
         (ROSTER_CONFIG names another file). A variable wins over the file.\n\n",
    );
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { String::new() } else { format!(" = {}", setting.default) };
        let _ = writeln!(text, "  {}, {}{default}\n      {}", setting.variable(), setting.name, setting.help);
    }
    text
}

#[cfg(test)]
mod tests;
