//! The TOML file of `roster catalogue load`: what it may say, and what is refused with its line.

use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::cli::Error;
use crate::directory::catalogue::{Catalogue, NewEntry};
use crate::directory::seed::{Seed, SeedToken, SeedUser};
use serde::{Deserialize, Deserializer};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    locales: Vec<String>,
    organization: Option<Organization>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    companies: Vec<Item>,
    #[serde(default)]
    branches: Vec<Item>,
    #[serde(default)]
    lead_roles: Vec<Item>,
    #[serde(default)]
    subscriptions: Vec<Item>,
    #[serde(default)]
    plans: Vec<Item>,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    id: i64,
    name: String,
    #[serde(default)]
    default: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: i64,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    #[serde(rename = "userName")]
    login: String,
    email: Option<String>,
    name: Option<String>,
    #[serde(default)]
    super_admin: bool,
    password: Option<String>,
    password_hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    user: Option<String>,
    #[serde(deserialize_with = "scopes")]
    scopes: Scopes,
    #[serde(default, deserialize_with = "secret")]
    secret: Option<Secret>,
}

fn scopes<'de, D: Deserializer<'de>>(from: D) -> Result<Scopes, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    Scopes::parse(&names.join(" ")).map_err(serde::de::Error::custom)
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    let text = String::deserialize(from)?;
    Secret::planted(&text).map(Some).map_err(serde::de::Error::custom)
}

/// Reads a file.
pub(super) fn read(file: &Path) -> Result<Seed, Error> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|source| Error::Io { doing: format!("{shown} cannot be read"), source })?;
    parse(&text).map_err(|why| Error::Failed(format!("{shown}, {why}; nothing is loaded")))
}

/// Reads the text of a file; what is refused is told with its line, never with the line itself, which may
/// hold a secret.
fn parse(text: &str) -> Result<Seed, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
        format!("line {line}: {}", error.message())
    })?;
    let mut entries = Vec::new();
    for Role { id, name, default } in file.roles {
        entries.push((Catalogue::Roles, NewEntry { id: Some(id), name, default }));
    }
    for (which, items) in [
        (Catalogue::Companies, file.companies),
        (Catalogue::Branches, file.branches),
        (Catalogue::LeadRoles, file.lead_roles),
        (Catalogue::Subscriptions, file.subscriptions),
        (Catalogue::Plans, file.plans),
    ] {
        entries.extend(
            items.into_iter().map(|Item { id, name }| (which, NewEntry { id: Some(id), name, default: false })),
        );
    }
    let users = file.users.into_iter().map(|user| {
        let User { login: user_name, email, name, super_admin, password, password_hash } = user;
        SeedUser { user_name, email, name, super_admin, password, password_hash }
    });
    let tokens = file.tokens.into_iter().map(|Token { user, scopes, secret }| SeedToken { user, scopes, secret });
    Ok(Seed {
        organization: file.organization.map(|organization| organization.id),
        entries,
        locales: file.locales,
        users: users.collect(),
        tokens: tokens.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_read() {
        let seed = parse(
            "locales = ['en', 'pt_BR']\n[organization]\nid = '1'\n[[roles]]\nid = 2\nname = 'User'\ndefault = true\n\
             [[companies]]\nid = 1\nname = 'Us'\n[[branches]]\nid = 1\nname = 'Main'\n[[lead_roles]]\nid = 1\n\
             name = 'Officer'\n[[subscriptions]]\nid = 1\nname = 'Basic'\n[[plans]]\nid = 1\nname = 'Demo'\n\
             [[users]]\nuserName = 'admin'\nemail = 'a@example.com'\nname = 'A'\nsuper_admin = true\npassword = 'x'\n\
             [[tokens]]\nuser = 'admin'\nscopes = ['*']\n[[tokens]]\nsecret = 'a-token-of-a-file'\n\
             scopes = ['users:read']\n",
        )
        .unwrap_or_else(|why| panic!("{why}"));
        assert_eq!((seed.organization.as_deref(), seed.locales.len()), (Some("1"), 2));
        let kinds: Vec<_> = seed.entries.iter().map(|(which, _)| which.name()).collect();
        assert_eq!(kinds, ["roles", "companies", "branches", "lead-roles", "subscriptions", "plans"]);
        assert!(seed.entries[0].1.default && !seed.entries[1].1.default);
        assert_eq!((seed.users.len(), seed.tokens.len()), (1, 2));
        assert_eq!(seed.tokens[0].scopes, Scopes::all());
        assert!(seed.tokens[1].secret.as_ref().is_some_and(Secret::is_short));
        assert!(parse("").is_ok_and(|seed| seed.entries.is_empty()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_would_be_right() {
        for (text, line, why) in [
            ("locales = ['en']\nlanguages = []", 2, "expected one of `locales`, `organization`, `roles`"),
            ("[[branches]]\nid = 1\nname = 'a'\ncity = 'b'", 4, "expected `id` or `name`"),
            ("[[branches]]\nid = 1\nname = 'a'\ndefault = true", 4, "expected `id` or `name`"),
            ("[[roles]]\nname = 'a'", 1, "missing field `id`"),
            ("[[roles]]\nid = 'a'\nname = 'a'", 2, "expected i64"),
            ("\n[[tokens]]\nscopes = ['root']", 3, "the scopes are scim, scim:read"),
            ("[[tokens]]\nscopes = ['scim']\nsecret = 'short-5417'", 3, "16 to 1024 characters"),
            ("[[users]]\nusername = 'a'", 2, "expected one of `userName`"),
            ("locales = [", 1, ""),
        ] {
            let Err(refused) = parse(text) else { panic!("{text} is taken") };
            assert!(refused.starts_with(&format!("line {line}: ")) && refused.contains(why), "{text}: {refused}");
            assert!(!refused.contains("5417") && !refused.contains('\n'), "{refused}");
        }
    }
}
