//! `roster token create`, `list`, `rotate` and `revoke`.

use super::{Error, Tenant, show};
use crate::auth::scope::Scope;
use crate::clock::{Clock, Micros, rfc3339};
use crate::directory::Directory;
use crate::directory::manage::NewToken;
use clap::Subcommand;
use serde_json::Value;

const MICROS_PER_HOUR: i64 = 3600 * 1_000_000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Makes a token and prints it, this once
    Create {
        /// A name to know it by
        #[arg(long, default_value = "unnamed", value_parser = parse_name)]
        name: String,
        #[command(flatten)]
        tenant: Tenant,
        /// The connection it belongs to
        #[arg(long, value_name = "NAME", default_value = "default")]
        connection: String,
        /// A right it carries: scim, scim:read, users:read, users:write, self, or admin to manage every tenant;
        /// may be repeated
        #[arg(long = "scope", value_name = "SCOPE", default_value = "scim")]
        scopes: Vec<Scope>,
        /// When it ends: after so long (12h, 90d, 52w), or at an instant such as 2030-01-31T00:00:00Z; left out, never
        #[arg(long, value_name = "WHEN", value_parser = parse_end)]
        expires: Option<End>,
        /// Where it may be used from, such as 192.0.2.0/24; may be repeated; left out, anywhere
        #[arg(long = "from", value_name = "CIDR")]
        addresses: Vec<String>,
        /// The user it stands for, by user name; left out, a program
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the tokens of a tenant, never their text
    List {
        #[command(flatten)]
        tenant: Tenant,
        /// Only those of this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Makes a token like an older one, prints it, this once, and lets the older one end soon
    Rotate {
        /// The number that the list shows
        num: i64,
        #[command(flatten)]
        tenant: Tenant,
        /// How long the older one stays valid: so long (12h, 90d, 52w), or until an instant
        #[arg(long, value_name = "WHEN", default_value = "24h", value_parser = parse_end)]
        overlap: End,
        /// Print one JSON object, the new token
        #[arg(long)]
        json: bool,
    },
    /// Ends a token at once
    Revoke {
        /// The number that the list shows
        num: i64,
        #[command(flatten)]
        tenant: Tenant,
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
    pub(super) fn instant(self, now: Micros) -> Result<Micros, Error> {
        let instant = match self {
            Self::After(span) => now.saturating_add(span),
            Self::At(instant) => instant,
        };
        if instant <= now {
            return Err(Error::Failed("the end lies in the past".to_owned()));
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

pub(super) fn parse_end(text: &str) -> Result<End, String> {
    let span = [("h", 1), ("d", 24), ("w", 7 * 24)].into_iter().find_map(|(unit, hours)| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| (1..=100_000).contains(count))?;
        Some(End::After(count * hours * MICROS_PER_HOUR))
    });
    let instant = || text.parse::<jiff::Timestamp>().ok().map(|instant| End::At(instant.as_microsecond()));
    span.or_else(instant).ok_or_else(|| "such as 12h, 90d, 52w or 2030-01-31T00:00:00Z".to_owned())
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory, clock: &Clock) -> Result<String, Error> {
    match command {
        Command::Create { name, tenant, connection, scopes, expires, addresses, user, json } => {
            let expires = expires.map(|end| end.instant(clock.now())).transpose()?;
            let new = NewToken { name, scopes: scopes.into_iter().collect(), expires, addresses, user };
            let (secret, token) = house.create_token(&tenant.name(house).await?, &connection, new).await?;
            if json {
                return Ok(show::json_text(&show::token(&token, Some(secret.reveal()))));
            }
            Ok(format!("Token {} ({}), shown this once:\n\n{}\n", token.num, token.name, secret.reveal()))
        }
        Command::List { tenant, connection, json } => {
            let tokens = house.tokens(&tenant.name(house).await?, connection.as_deref()).await?;
            if json {
                return Ok(show::json_text(&tokens.iter().map(|token| show::token(token, None)).collect::<Value>()));
            }
            Ok(show::tokens(&tokens))
        }
        Command::Rotate { num, tenant, overlap, json } => {
            let until = overlap.instant(clock.now())?;
            let (secret, token) = house.rotate_token(&tenant.name(house).await?, num, until).await?;
            if json {
                return Ok(show::json_text(&show::token(&token, Some(secret.reveal()))));
            }
            Ok(format!(
                "Token {} ({}), shown this once:\n\n{}\n\nToken {num} is valid until {} at the latest.\n",
                token.num,
                token.name,
                secret.reveal(),
                rfc3339(until)
            ))
        }
        Command::Revoke { num, tenant } => {
            house.revoke_token(&tenant.name(house).await?, num).await?;
            Ok(format!("Token {num} is revoked.\n"))
        }
    }
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
