//! `roster journal tail`, `search`, `audit` and `deleted`: what clients asked, changed and removed.

use super::{Error, print};
use crate::app::{App, Options};
use crate::clock::{Clock, Micros, rfc3339};
use crate::config::Config;
use crate::directory::Directory;
use crate::directory::journal::{AuditQuery, Change, Deleted, Line, Query};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

const SECOND: i64 = 1_000_000;
/// How often a follower looks.
const LOOK: Duration = Duration::from_millis(500);
/// Lines may be written in another order than requests came in; a follower looks back so far.
const BACK: i64 = 60 * SECOND;
/// The most lines one look answers with.
const PAGE: u64 = 1000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Shows the latest requests, the newest last
    Tail {
        #[command(flatten)]
        whose: Whose,
        /// How many
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u64).range(..=1000))]
        lines: u64,
        /// Go on with what comes, until interrupted
        #[arg(long, short)]
        follow: bool,
    },
    /// Finds requests, the newest first
    Search {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        which: Which,
        /// A status such as 409, a class such as 4xx, or a range such as 400-499
        #[arg(long, value_parser = parse_status)]
        status: Option<(u16, u16)>,
    },
    /// Finds changes of resources, the newest first
    Audit {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        which: Which,
    },
    /// Finds deleted resources that were kept (tolerance soft-delete), the newest deletion first
    Deleted {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args, Debug, PartialEq, Eq)]
pub(super) struct Whose {
    /// The tenant's name
    #[arg(long, value_name = "NAME", default_value = "default")]
    tenant: String,
    /// Only this connection's
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// Print a JSON object in each line
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub(super) struct Which {
    /// Only about the resource with this id
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// Not older: so long ago (30m, 12h, 90d, 52w), or an instant such as 2030-01-31T00:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,
    /// Older than that
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,
    /// Only those with a smaller number, to go on where another search ended
    #[arg(long, value_name = "NUM")]
    before: Option<i64>,
    /// How many at the most
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(..=1000))]
    limit: u64,
}

impl Which {
    /// The query for these, of a connection or of all.
    fn of(self, connection: Option<String>) -> AuditQuery {
        let now = Clock::System.now();
        AuditQuery {
            connection,
            resource: self.resource,
            from: self.since.map(|when| when.instant(now)),
            to: self.until.map(|when| when.instant(now)),
            before: self.before,
            limit: self.limit,
        }
    }
}

/// An instant, perhaps counted from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Ago(Micros),
    At(Micros),
}

impl When {
    fn instant(self, now: Micros) -> Micros {
        match self {
            Self::Ago(span) => now.saturating_sub(span),
            Self::At(instant) => instant,
        }
    }
}

fn parse_when(text: &str) -> Result<When, String> {
    let units = [("m", 60), ("h", 3600), ("d", 24 * 3600), ("w", 7 * 24 * 3600)];
    let span = units.into_iter().find_map(|(unit, seconds)| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| (1..=100_000).contains(count))?;
        Some(When::Ago(count * seconds * SECOND))
    });
    let instant = || text.parse::<jiff::Timestamp>().ok().map(|instant| When::At(instant.as_microsecond()));
    span.or_else(instant).ok_or_else(|| "such as 30m, 12h, 90d, 52w or 2030-01-31T00:00:00Z".to_owned())
}

fn parse_status(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|status| (100..=599).contains(status));
    let class = || {
        let class: u16 = text.strip_suffix("xx")?.parse().ok().filter(|class| (1..=5).contains(class))?;
        Some((class * 100, class * 100 + 99))
    };
    let range = || {
        let (least, most) = text.split_once('-')?;
        Some((number(least)?, number(most)?)).filter(|(least, most)| least <= most)
    };
    let one = number(text).map(|status| (status, status));
    one.or_else(class).or_else(range).ok_or_else(|| "such as 409, 4xx or 400-499".to_owned())
}

pub(super) async fn run(command: Command, config: Config) -> Result<(), Error> {
    let app = App::open(Options::new(config)).await?;
    let done = match command {
        Command::Tail { whose, lines, follow } => tail(&app.directory, &whose, lines, follow).await,
        Command::Search { whose, which, status } => search(&app.directory, whose, which, status).await,
        Command::Audit { whose, which } => audit(&app.directory, whose, which).await,
        Command::Deleted { whose, which } => deleted(&app.directory, whose, which).await,
    };
    app.store.close().await;
    done
}

async fn tail(house: &Directory, whose: &Whose, lines: u64, follow: bool) -> Result<(), Error> {
    let query = Query { connection: whose.connection.clone(), limit: lines, ..Query::default() };
    let found = house.journal(&whose.tenant, &query).await?;
    print(&found.iter().rev().map(|line| show(line, whose.json)).collect::<String>())?;
    let numbers = |lines: &[Line]| lines.iter().map(|line| line.num).collect::<BTreeSet<i64>>();
    if !follow {
        return Ok(());
    }
    let mut seen = numbers(&found);
    let newest = found.iter().map(|line| line.num).max();
    let before = recent(house, whose).await?;
    seen.extend(before.iter().map(|line| line.num).filter(|num| Some(*num) <= newest));
    loop {
        let recent = recent(house, whose).await?;
        let new = recent.iter().rev().filter(|line| !seen.contains(&line.num));
        print(&new.map(|line| show(line, whose.json)).collect::<String>())?;
        seen = numbers(&recent);
        tokio::time::sleep(LOOK).await;
    }
}

/// Every line a follower may not have seen, the newest first.
async fn recent(house: &Directory, whose: &Whose) -> Result<Vec<Line>, Error> {
    let from = Some(house.now().saturating_sub(BACK));
    let mut query = Query { connection: whose.connection.clone(), from, limit: PAGE, ..Query::default() };
    let mut lines = Vec::new();
    loop {
        let page = house.journal(&whose.tenant, &query).await?;
        query.before = page.last().map(|line| line.num);
        let full = u64::try_from(page.len()).is_ok_and(|length| length >= PAGE);
        lines.extend(page);
        if !full {
            return Ok(lines);
        }
    }
}

async fn search(house: &Directory, whose: Whose, which: Which, status: Option<(u16, u16)>) -> Result<(), Error> {
    let now = Clock::System.now();
    let query = Query {
        connection: whose.connection,
        resource: which.resource,
        status,
        from: which.since.map(|when| when.instant(now)),
        to: which.until.map(|when| when.instant(now)),
        before: which.before,
        limit: which.limit,
    };
    let found = house.journal(&whose.tenant, &query).await?;
    print(&found.iter().map(|line| show(line, whose.json)).collect::<String>())
}

async fn audit(house: &Directory, whose: Whose, which: Which) -> Result<(), Error> {
    let found = house.audit(&whose.tenant, &which.of(whose.connection)).await?;
    print(&found.iter().map(|change| show_change(change, whose.json)).collect::<String>())
}

async fn deleted(house: &Directory, whose: Whose, which: Which) -> Result<(), Error> {
    let found = house.deleted(&whose.tenant, &which.of(whose.connection)).await?;
    print(&found.iter().map(|deleted| show_deleted(deleted, whose.json)).collect::<String>())
}

fn show(line: &Line, json: bool) -> String {
    if json {
        return format!("{}\n", describe(line));
    }
    let path = match &line.resource {
        Some(id) => line.path.replace("{id}", id),
        None => line.path.clone(),
    };
    let mut text = format!(
        "{:>8}  {}  {}  {:<6} {path}  {}, {}  {}.{:03} ms",
        line.num,
        rfc3339(line.at),
        line.status,
        line.method,
        name(line.connection_name.as_deref(), line.connection),
        line.credential,
        line.micros / 1000,
        line.micros % 1000,
    );
    for (word, names) in [("changed", &line.attributes), ("tolerated", &line.tolerances)] {
        if !names.is_empty() {
            let _ = write!(text, "  {word}: {}", names.join(", "));
        }
    }
    text.push('\n');
    if let Some(detail) = &line.detail {
        let kind = line.scim_type.as_deref().map(|kind| format!("{kind}: ")).unwrap_or_default();
        let _ = writeln!(text, "          {kind}{detail}");
    }
    for (way, body) in [(">", &line.request), ("<", &line.response)] {
        if let Some(body) = body {
            let _ = writeln!(text, "          {way} {body}");
        }
    }
    text
}

fn show_change(change: &Change, json: bool) -> String {
    if json {
        return format!("{}\n", describe_change(change));
    }
    let mut text = format!(
        "{:>8}  {}  {:<8}  {} {} version {}  {}, {} ({})",
        change.num,
        rfc3339(change.at),
        change.action,
        change.kind,
        change.resource,
        change.version,
        name(change.connection_name.as_deref(), change.connection),
        change.credential,
        change.door,
    );
    if !change.attributes.is_empty() {
        let _ = write!(text, "  {}", change.attributes.join(", "));
    }
    text.push('\n');
    if let Some(values) = &change.values {
        let _ = writeln!(text, "          {values}");
    }
    text
}

fn show_deleted(deleted: &Deleted, json: bool) -> String {
    if json {
        return format!("{}\n", describe_deleted(deleted));
    }
    format!(
        "{:>8}  {}  {} {} version {}  {}\n          {}\n",
        deleted.num,
        rfc3339(deleted.removed),
        deleted.kind,
        deleted.id,
        deleted.version,
        name(deleted.connection_name.as_deref(), deleted.connection),
        deleted.document,
    )
}

/// The connection's name, or its number once it is gone.
fn name(name: Option<&str>, num: i64) -> String {
    name.map_or_else(|| format!("connection {num}"), ToOwned::to_owned)
}

fn describe(line: &Line) -> Value {
    json!({
        "num": line.num,
        "at": rfc3339(line.at),
        "connection": name(line.connection_name.as_deref(), line.connection),
        "credential": line.credential,
        "requestId": line.request_id,
        "method": line.method,
        "path": line.path,
        "resource": line.resource,
        "status": line.status,
        "scimType": line.scim_type,
        "detail": line.detail,
        "micros": line.micros,
        "tolerances": line.tolerances,
        "attributes": line.attributes,
        "request": parsed(line.request.as_deref()),
        "response": parsed(line.response.as_deref()),
    })
}

fn describe_change(change: &Change) -> Value {
    json!({
        "num": change.num,
        "at": rfc3339(change.at),
        "connection": name(change.connection_name.as_deref(), change.connection),
        "credential": change.credential,
        "door": change.door,
        "action": change.action,
        "resourceType": change.kind,
        "resource": change.resource,
        "version": change.version,
        "attributes": change.attributes,
        "values": parsed(change.values.as_deref()),
    })
}

fn describe_deleted(deleted: &Deleted) -> Value {
    json!({
        "num": deleted.num,
        "at": rfc3339(deleted.removed),
        "connection": name(deleted.connection_name.as_deref(), deleted.connection),
        "resourceType": deleted.kind,
        "resource": deleted.id,
        "version": deleted.version,
        "created": rfc3339(deleted.created),
        "modified": rfc3339(deleted.modified),
        "document": parsed(Some(&deleted.document)),
    })
}

/// Stored JSON; null if there is none.
fn parsed(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_span_back_or_an_instant() {
        for (text, when) in [
            ("30m", When::Ago(1800 * SECOND)),
            ("12h", When::Ago(12 * 3600 * SECOND)),
            ("2w", When::Ago(14 * 24 * 3600 * SECOND)),
            ("1970-01-01T01:00:00Z", When::At(3600 * SECOND)),
        ] {
            assert_eq!(parse_when(text), Ok(when), "{text}");
        }
        for text in ["", "30", "m", "0m", "-1d", "1.5d", "1y", "yesterday", "2030-01-31"] {
            assert!(parse_when(text).is_err(), "{text}");
        }
        assert_eq!((When::Ago(3).instant(10), When::At(3).instant(10)), (7, 3));
    }

    #[test]
    fn a_status_is_one_a_class_or_a_range() {
        for (text, range) in
            [("409", (409, 409)), ("4xx", (400, 499)), ("400-499", (400, 499)), ("200-200", (200, 200))]
        {
            assert_eq!(parse_status(text), Ok(range), "{text}");
        }
        for text in ["", "4", "99", "600", "6xx", "xx", "499-400", "4xx-5xx", "-"] {
            assert!(parse_status(text).is_err(), "{text}");
        }
    }
}
