//! Settings, from the environment and a TOML file: the only room that reads environment variables.
//!
//! One table, [`SETTINGS`], drives what is accepted, what `roster settings` prints and what the
//! manual must list. An environment variable wins over the file, the file over the default.

mod source;

pub use source::Error;

use std::fmt;

/// How the process is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "settings that are on or off are what they are")]
pub struct Config {
    /// `sqlite:path` or `postgres://…`; may carry a password.
    pub database_url: Secret,
    /// Connections to the database: Postgres in all, `SQLite` for reading.
    pub database_connections: u32,
    /// `SQLite` waits for the disk at every commit.
    pub sqlite_durable: bool,
    /// `address:port` to listen on; port 0 lets the system choose.
    pub listen: String,
    /// The address clients use, without a trailing slash; none: what each request names.
    pub public_url: Option<String>,
    /// Connections served at once.
    pub max_connections: usize,
    /// Requests of one connection in a second; 0 is no limit.
    pub rate_connection: u32,
    /// Requests of one tenant in a second; 0 is no limit.
    pub rate_tenant: u32,
    /// How long running requests may take to finish after a signal.
    pub shutdown_seconds: u64,
    /// Where the API of Logixx CRM is: a path, `/`, or `off`.
    pub logixx_prefix: String,
    /// Where the API of App CRM is.
    pub appcrm_prefix: String,
    /// Where the API of Adeptia Connect is.
    pub adeptia_prefix: String,
    /// Where the API of publica.la is.
    pub publica_prefix: String,
    /// The first token of a new database.
    pub bootstrap_token: Option<Secret>,
    /// How long an OAuth access token lasts, in seconds.
    pub token_lifetime: u32,
    /// How long a session lasts at the most, in hours.
    pub session_hours: u32,
    /// How long a session lasts without being used, in hours.
    pub session_idle_hours: u32,
    /// How many sessions a user may have at once that has no limit of its own; 0 is no limit.
    pub sessions_limit: u32,
    /// Two groups may not share a name.
    pub unique_group_names: bool,
    /// The journal goes back so many days.
    pub journal_days: u32,
    /// The journal has so many lines of each tenant at the most.
    pub journal_rows: u64,
    /// The journal keeps bodies, without their secrets.
    pub journal_bodies: bool,
    /// The audit keeps the values of changed attributes.
    pub audit_values: bool,
    /// What is logged.
    pub log: String,
    /// How a log line looks.
    pub log_format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object in each line.
    Json,
}

/// Text that must not be seen. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: Secret::new("sqlite:roster.db"),
            database_connections: 8,
            sqlite_durable: true,
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            max_connections: 1024,
            rate_connection: 5000,
            rate_tenant: 10_000,
            shutdown_seconds: 30,
            logixx_prefix: "/logixx".to_owned(),
            appcrm_prefix: "/appcrm".to_owned(),
            adeptia_prefix: "/adeptia".to_owned(),
            publica_prefix: "/publica".to_owned(),
            bootstrap_token: None,
            token_lifetime: 3600,
            session_hours: 720,
            session_idle_hours: 168,
            sessions_limit: 0,
            unique_group_names: true,
            journal_days: 30,
            journal_rows: 1_000_000,
            journal_bodies: false,
            audit_values: false,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

/// One setting: a row of the table.
pub struct Setting {
    /// The key in the file; `ROSTER_` and the name in capitals in the environment.
    pub name: &'static str,
    /// The default as it would be written; empty if there is none.
    pub default: &'static str,
    /// For people.
    pub help: &'static str,
    /// Reads the text into the configuration, or says what would be right.
    set: fn(&mut Config, &str) -> Result<(), &'static str>,
}

impl Setting {
    /// The name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{}{}", source::PREFIX, self.name.to_ascii_uppercase())
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database_url",
        default: "sqlite:roster.db",
        help: "where everything is kept: sqlite:path (made if it is not there) or postgres://user:password@host/database",
        set: |config, text| {
            if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
                return Err("sqlite:path or postgres://…");
            }
            config.database_url = Secret::new(text);
            Ok(())
        },
    },
    Setting {
        name: "database_connections",
        default: "8",
        help: "connections to the database: in all for Postgres, for reading for SQLite; 1 to 1000",
        set: |config, text| {
            config.database_connections = number(text, 1, 1000).ok_or("a whole number from 1 to 1000")?;
            Ok(())
        },
    },
    Setting {
        name: "sqlite_durable",
        default: "true",
        help: "SQLite waits for the disk at every commit; false is faster and may lose the last changes when power fails",
        set: |config, text| flag(text).map(|value| config.sqlite_durable = value),
    },
    Setting {
        name: "listen",
        default: "127.0.0.1:8080",
        help: "address and port to listen on; port 0 takes a free one",
        set: |config, text| {
            let (host, port) = text.rsplit_once(':').unwrap_or_default();
            if host.is_empty() || port.parse::<u16>().is_err() {
                return Err("address:port");
            }
            text.clone_into(&mut config.listen);
            Ok(())
        },
    },
    Setting {
        name: "public_url",
        default: "",
        help: "the address clients use, such as https://directory.example.com, for locations in answers; \
               left out, the address each request names is used",
        set: |config, text| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            let plain = host.is_some_and(|host| {
                !host.is_empty() && !host.starts_with('/') && !host.contains(|c: char| "?#@".contains(c) || c <= ' ')
            });
            if !plain {
                return Err("an http:// or https:// address without a query");
            }
            config.public_url = Some(text.trim_end_matches('/').to_owned());
            Ok(())
        },
    },
    Setting {
        name: "max_connections",
        default: "1024",
        help: "client connections served at once; more of them wait; 1 to 1000000",
        set: |config, text| {
            config.max_connections = number(text, 1, 1_000_000).ok_or("a whole number from 1 to 1000000")?;
            Ok(())
        },
    },
    Setting {
        name: "rate_connection",
        default: "5000",
        help: "requests of one connection in a second, twice as many at once; 0 is no limit, 25 the least limit",
        set: |config, text| {
            config.rate_connection = rate(text).ok_or(RATE)?;
            Ok(())
        },
    },
    Setting {
        name: "rate_tenant",
        default: "10000",
        help: "requests of one tenant in a second, twice as many at once; 0 is no limit, 25 the least limit",
        set: |config, text| {
            config.rate_tenant = rate(text).ok_or(RATE)?;
            Ok(())
        },
    },
    Setting {
        name: "shutdown_seconds",
        default: "30",
        help: "how long running requests may take to finish after SIGTERM or SIGINT; 0 to 3600",
        set: |config, text| {
            config.shutdown_seconds = number(text, 0, 3600).ok_or("a whole number from 0 to 3600")?;
            Ok(())
        },
    },
    Setting {
        name: "logixx_prefix",
        default: "/logixx",
        help: "the path below which the API of Logixx CRM is, / for the root of the server, or off",
        set: |config, text| prefix(text).map(|path| config.logixx_prefix = path),
    },
    Setting {
        name: "appcrm_prefix",
        default: "/appcrm",
        help: "the path below which the API of App CRM is, / for the root of the server, or off",
        set: |config, text| prefix(text).map(|path| config.appcrm_prefix = path),
    },
    Setting {
        name: "adeptia_prefix",
        default: "/adeptia",
        help: "the path below which the API of Adeptia Connect is, / for the root of the server, or off",
        set: |config, text| prefix(text).map(|path| config.adeptia_prefix = path),
    },
    Setting {
        name: "publica_prefix",
        default: "/publica",
        help: "the path below which the API of publica.la is, / for the root of the server, or off",
        set: |config, text| prefix(text).map(|path| config.publica_prefix = path),
    },
    Setting {
        name: "bootstrap_token",
        default: "",
        help: "the first token of a new database, 32 characters or more, with full rights; left out, one is made and printed",
        set: |config, text| {
            if text.len() < 32 {
                return Err("32 characters or more");
            }
            config.bootstrap_token = Some(Secret::new(text));
            Ok(())
        },
    },
    Setting {
        name: "token_lifetime",
        default: "3600",
        help: "how many seconds an access token from /oauth/token lasts; 60 to 86400",
        set: |config, text| {
            config.token_lifetime = number(text, 60, 86_400).ok_or("a whole number from 60 to 86400")?;
            Ok(())
        },
    },
    Setting {
        name: "session_hours",
        default: "720",
        help: "how many hours a session lasts at the most; 1 to 87600",
        set: |config, text| {
            config.session_hours = number(text, 1, 87_600).ok_or("a whole number from 1 to 87600")?;
            Ok(())
        },
    },
    Setting {
        name: "session_idle_hours",
        default: "168",
        help: "how many hours a session lasts without being used; 1 to 87600",
        set: |config, text| {
            config.session_idle_hours = number(text, 1, 87_600).ok_or("a whole number from 1 to 87600")?;
            Ok(())
        },
    },
    Setting {
        name: "sessions_limit",
        default: "0",
        help: "how many sessions a user may have at once whose sessionsLimit does not say; 0 is no limit; up to 999999",
        set: |config, text| {
            config.sessions_limit = number(text, 0, 999_999).ok_or("a whole number from 0 to 999999")?;
            Ok(())
        },
    },
    Setting {
        name: "unique_group_names",
        default: "true",
        help: "two groups may not share a displayName, in whatever case; false for providers that allow it",
        set: |config, text| flag(text).map(|value| config.unique_group_names = value),
    },
    Setting {
        name: "journal_days",
        default: "30",
        help: "how many days the journal of requests and kept documents of deleted resources go back; 1 to 36500",
        set: |config, text| {
            config.journal_days = number(text, 1, 36_500).ok_or("a whole number from 1 to 36500")?;
            Ok(())
        },
    },
    Setting {
        name: "journal_rows",
        default: "1000000",
        help: "how many requests of each tenant the journal keeps at the most; 1 to 1000000000",
        set: |config, text| {
            config.journal_rows = number(text, 1, 1_000_000_000).ok_or("a whole number from 1 to 1000000000")?;
            Ok(())
        },
    },
    Setting {
        name: "journal_bodies",
        default: "false",
        help: "the journal keeps the bodies of requests and answers, without passwords; they hold personal data",
        set: |config, text| flag(text).map(|value| config.journal_bodies = value),
    },
    Setting {
        name: "audit_values",
        default: "false",
        help: "the audit keeps the old and new values of changed attributes, never passwords; they are personal data",
        set: |config, text| flag(text).map(|value| config.audit_values = value),
    },
    Setting {
        name: "log",
        default: "info",
        help: "what is logged: off, error, warn, info, debug, trace, or a list such as info,roster=debug",
        set: |config, text| {
            if tracing_subscriber::EnvFilter::try_new(text).is_err() || text.trim().is_empty() {
                return Err("a level, or a list such as info,roster=debug");
            }
            text.clone_into(&mut config.log);
            Ok(())
        },
    },
    Setting {
        name: "log_format",
        default: "text",
        help: "text for people or json for machines, on the standard error stream",
        set: |config, text| {
            config.log_format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err("text or json"),
            };
            Ok(())
        },
    },
];

/// What a rate must be: a tenant may have one connection alone, so the least is the same for both.
const RATE: &str = "0 for no limit, or from 25 to 1000000, because no tenant is held below 25 requests a second";

fn rate(text: &str) -> Option<u32> {
    number(text, 0, 1_000_000).filter(|rate| *rate == 0 || *rate >= 25)
}

fn prefix(text: &str) -> Result<String, &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let is_path = text.starts_with('/') && !text.contains("//") && text.chars().all(plain);
    if is_path || text == "off" { Ok(text.to_owned()) } else { Err("a path such as /crm, / for the root, or off") }
}

fn flag(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "true or false")
}

fn number<T: std::str::FromStr + PartialOrd>(text: &str, least: T, most: T) -> Option<T> {
    text.parse().ok().filter(|value| (least..=most).contains(value))
}

#[cfg(test)]
mod tests;
