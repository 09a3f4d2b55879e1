//! `roster token create`, `list` and `revoke`.

use super::{Error, print};
use crate::app::{App, Options};
use crate::auth::scope::{Scope, Scopes};
use crate::auth::token::Token;
use crate::clock::{Clock, Micros, rfc3339};
use crate::config::Config;
use crate::directory::{self, Directory};
use crate::store::credentials::Token as Row;
use clap::Subcommand;
use serde_json::{Value, json};
use std::fmt::Write as _;

const MICROS_PER_HOUR: i64 = 3600 * 1_000_000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Makes a token and prints it, this once
    Create {
        /// A name to know it by
        #[arg(long, default_value = "unnamed", value_parser = parse_name)]
        name: String,
        /// A right it carries, scim or scim:read; may be repeated
        #[arg(long = "scope", value_name = "SCOPE", default_value = "scim")]
        scopes: Vec<Scope>,
        /// When it ends: after so long (12h, 90d, 52w), or at an instant such as 2030-01-31T00:00:00Z; left out, never
        #[arg(long, value_name = "WHEN", value_parser = parse_end)]
        expires: Option<End>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the tokens, never their text
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Ends a token at once
    Revoke {
        /// The number that the list shows
        num: i64,
    },
}

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    After(Micros),
    At(Micros),
}

impl End {
    /// The instant, which must lie ahead.
    fn instant(self, now: Micros) -> Result<Micros, Error> {
        let instant = match self {
            Self::After(span) => now.saturating_add(span),
            Self::At(instant) => instant,
        };
        if instant <= now {
            return Err(Error::Failed("--expires lies in the past".to_owned()));
        }
        Ok(instant)
    }
}

/// A name stands in a table on a terminal.
fn parse_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err("1 to 100 characters, none of them a control character".to_owned());
    }
    Ok(text.to_owned())
}

fn parse_end(text: &str) -> Result<End, String> {
    let span = [("h", 1), ("d", 24), ("w", 7 * 24)].into_iter().find_map(|(unit, hours)| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| (1..=100_000).contains(count))?;
        Some(End::After(count * hours * MICROS_PER_HOUR))
    });
    let instant = || text.parse::<jiff::Timestamp>().ok().map(|instant| End::At(instant.as_microsecond()));
    span.or_else(instant).ok_or_else(|| "such as 12h, 90d, 52w or 2030-01-31T00:00:00Z".to_owned())
}

pub(super) async fn run(command: Command, config: Config) -> Result<(), Error> {
    let app = App::open(Options::new(config)).await?;
    let text = answer(command, &app.directory, &Clock::System).await;
    app.store.close().await;
    print(&text?)
}

/// Does what is asked and says what to print.
async fn answer(command: Command, house: &Directory, clock: &Clock) -> Result<String, Error> {
    match command {
        Command::Create { name, scopes, expires, json } => {
            let expires = expires.map(|end| end.instant(clock.now())).transpose()?;
            let scopes: Scopes = scopes.into_iter().collect();
            let made = house.create_first_token(&name, &scopes, expires).await;
            let (token, row) = made.map_err(|error| match error {
                // The domain's own sentence: the database is new and nobody has started the server.
                directory::Error::Internal(why) => Error::Failed(why),
                other => Error::Directory(other),
            })?;
            if json {
                return Ok(format!("{:#}\n", describe(&row, Some(&token))));
            }
            Ok(format!("Token {} ({}), shown this once:\n\n{}\n", row.num, row.name, token.reveal()))
        }
        Command::List { json } => {
            let rows = house.first_tokens().await?;
            if json {
                return Ok(format!("{:#}\n", rows.iter().map(|row| describe(row, None)).collect::<Value>()));
            }
            Ok(table(&rows))
        }
        Command::Revoke { num } => {
            if !house.revoke_first_token(num).await? {
                return Err(Error::Failed(format!("there is no token {num}")));
            }
            Ok(format!("Token {num} is revoked.\n"))
        }
    }
}

/// A token as JSON; its text stands in it only when it was made just now.
fn describe(row: &Row, token: Option<&Token>) -> Value {
    let mut object = json!({
        "num": row.num,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": row.scopes.split_ascii_whitespace().collect::<Vec<_>>(),
        "created": rfc3339(row.created),
        "expires": row.expires.map(rfc3339),
    });
    if let (Some(token), Some(object)) = (token, object.as_object_mut()) {
        object.insert("token".to_owned(), token.reveal().into());
    }
    object
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:>4}  {:<20}  {:<13}  {:<14}  {:<24}  {}\n",
        "NUM", "NAME", "STARTS WITH", "SCOPES", "CREATED", "EXPIRES"
    );
    for row in rows {
        let expires = row.expires.map_or_else(|| "never".to_owned(), rfc3339);
        let created = rfc3339(row.created);
        let _ = writeln!(
            text,
            "{:>4}  {:<20}  {:<13}  {:<14}  {created:<24}  {expires}",
            row.num, row.name, row.prefix, row.scopes
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn an_end_is_a_span_or_an_instant() {
        for (text, end) in [
            ("1h", End::After(HOUR)),
            ("90d", End::After(90 * 24 * HOUR)),
            ("2w", End::After(14 * 24 * HOUR)),
            ("1970-01-01T01:00:00Z", End::At(HOUR)),
            ("1970-01-01T01:00:00+01:00", End::At(0)),
        ] {
            assert_eq!(parse_end(text), Ok(end), "{text}");
        }
        for text in ["", "90", "d", "0d", "-1d", "1.5d", "100001d", "1y", "tomorrow", "2030-01-31"] {
            assert!(parse_end(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_can_be_shown_in_a_table() {
        for name in ["okta", "Entra ID, production", "名前"] {
            assert_eq!(parse_name(name).as_deref(), Ok(name));
        }
        for name in ["", " ", "a\nb", "\u{1b}[31m", &"n".repeat(101)] {
            assert!(parse_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn an_end_must_lie_ahead() {
        assert_eq!(End::After(5).instant(10).unwrap(), 15);
        assert_eq!(End::At(11).instant(10).unwrap(), 11);
        assert!(End::At(10).instant(10).is_err());
    }
}
