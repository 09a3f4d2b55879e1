//! `roster catalogue list`, `add`, `change`, `remove` and `load`.

mod file;

use super::{Error, Tenant, show};
use crate::auth::token::Token;
use crate::directory::Directory;
use crate::directory::catalogue::{Catalogue, EntryChange, NewEntry};
use crate::directory::seed::{Loaded, Outcome};
use clap::Subcommand;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Lists the entries of one catalogue, or of all
    List {
        /// roles, branches, lead-roles, subscriptions, companies, plans or locales; left out, all
        kind: Option<Catalogue>,
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Makes an entry
    Add {
        /// roles, branches, lead-roles, subscriptions, companies, plans or locales
        kind: Catalogue,
        /// Its name, unique in its catalogue in any case
        name: String,
        #[command(flatten)]
        tenant: Tenant,
        /// Its id; left out, the next one
        #[arg(long)]
        id: Option<i64>,
        /// Give this role to users that come without any
        #[arg(long)]
        default: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Changes the name of an entry, or whether a role is given by default
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Change {
        /// roles, branches, lead-roles, subscriptions, companies, plans or locales
        kind: Catalogue,
        /// Its id
        id: i64,
        #[command(flatten)]
        tenant: Tenant,
        /// Its new name
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Whether users that come without any role are given this one
        #[arg(long, group = "change", value_name = "BOOL")]
        default: Option<bool>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Removes an entry that no user and no pending invitation refers to
    Remove {
        /// roles, branches, lead-roles, subscriptions, companies, plans or locales
        kind: Catalogue,
        /// Its id
        id: i64,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Loads catalogues, users and tokens from a TOML file; again, it changes nothing
    Load {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON object: how many entries and which users were made, and the tokens
        #[arg(long)]
        json: bool,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::List { kind, tenant, json } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let mut rows = Vec::new();
            for which in Catalogue::ALL.into_iter().filter(|which| kind.is_none_or(|kind| kind == *which)) {
                rows.extend(house.catalogue(tenant, which).await?.into_iter().map(|entry| (which, entry)));
            }
            if json {
                let rows = rows.iter().map(|(which, entry)| show::entry(*which, entry));
                return Ok(show::json_text(&rows.collect::<Value>()));
            }
            Ok(show::entries(&rows))
        }
        Command::Add { kind, name, tenant, id, default, json } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let made = house.create_entry(tenant, kind, NewEntry { id, name, default }).await?;
            if json {
                return Ok(show::json_text(&show::entry(kind, &made)));
            }
            Ok(format!("{} has the entry {} ({}).\n", kind.name(), made.id, made.name))
        }
        Command::Change { kind, id, tenant, name, default, json } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let changed = house.change_entry(tenant, kind, id, EntryChange { name, default }).await?;
            if json {
                return Ok(show::json_text(&show::entry(kind, &changed)));
            }
            Ok(format!("{} has the entry {} ({}).\n", kind.name(), changed.id, changed.name))
        }
        Command::Remove { kind, id, tenant } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            house.delete_entry(tenant, kind, id).await?;
            Ok(format!("{} has no entry {id} any more.\n", kind.name()))
        }
        Command::Load { file, tenant, json } => {
            let seed = file::read(&file)?;
            let short = seed.tokens.iter().filter(|token| token.secret.as_ref().is_some_and(Token::is_short)).count();
            let loaded = house.load(house.tenant(&tenant.name(house).await?).await?, seed).await?;
            Ok(if json { show::json_text(&loaded_json(&loaded, short)) } else { loaded_text(&loaded, short) })
        }
    }
}

/// The warning of tokens that are too short for anything but a trial.
fn warning(short: usize) -> Option<String> {
    let tokens = match short {
        0 => return None,
        1 => "1 token is".to_owned(),
        more => format!("{more} tokens are"),
    };
    Some(format!(
        "{tokens} shorter than 32 characters: fine for trying things out, too easy to guess for anything else"
    ))
}

fn loaded_json(loaded: &Loaded, short: usize) -> Value {
    let tokens = loaded.tokens.iter().map(|made| {
        let text = match &made.outcome {
            Outcome::Generated(secret) => Some(secret.reveal()),
            Outcome::Bound | Outcome::Made => None,
        };
        show::token(&made.token, text)
    });
    let mut object = json!({ "entries": loaded.entries, "users": loaded.users, "tokens": tokens.collect::<Vec<_>>() });
    if let (Some(warning), Some(object)) = (warning(short), object.as_object_mut()) {
        object.insert("warning".to_owned(), warning.into());
    }
    object
}

fn loaded_text(loaded: &Loaded, short: usize) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{} entries of catalogues were made or changed.", loaded.entries);
    for name in &loaded.users {
        let _ = writeln!(text, "User {name} is made.");
    }
    for made in &loaded.tokens {
        let (num, name) = (made.token.num, &made.token.name);
        let user = made.token.user.as_ref().map(|user| format!(" and stands for {user}")).unwrap_or_default();
        let _ = match &made.outcome {
            Outcome::Bound => {
                let user = made.token.user.as_deref().unwrap_or_default();
                writeln!(text, "Token {num} ({name}) stands for {user} now.")
            }
            Outcome::Made => writeln!(text, "Token {num} ({name}) is made{user}."),
            Outcome::Generated(secret) => {
                writeln!(text, "Token {num} ({name}) is made{user}, shown this once:\n\n{}\n", secret.reveal())
            }
        };
    }
    if let Some(warning) = warning(short) {
        let _ = writeln!(text, "Warning: {warning}.");
    }
    text
}
