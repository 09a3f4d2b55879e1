//! The verbs of an administrator: tenants, connections, credentials.
//!
//! The admin API and the command line call these and nothing else, so that both do the same. Names
//! are unique: of tenants on the server, of connections within their tenant. What does not exist is
//! [`Error::NotFound`] with the word for it: `tenant`, `connection`, `token`.

mod connection;
mod organization;
mod tenant;
pub(super) mod token;
pub(super) mod user;

pub(super) use tenant::Plan;

use super::Error;
use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::clock::Micros;
use crate::scim::tolerance::Profile;
use crate::store;

/// The name of the first tenant of a database, and of the first connection of every tenant.
pub(super) const FIRST: &str = "default";
/// The most characters of a name.
const NAME: usize = 64;

/// A customer's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number.
    pub num: i64,
    /// Its name, unique on the server: 1 to 64 of `a-z`, `0-9`, `-`, `_`, `.`.
    pub name: String,
    /// When it was made.
    pub created: Micros,
    /// Whether it is opened to native APIs.
    pub native: bool,
}

/// What is to change in a tenant; none for what stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantChange {
    /// Its new name.
    pub name: Option<String>,
    /// Whether it is opened to native APIs, which is never taken back.
    pub native: Option<bool>,
}

/// One SCIM client of a tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its number.
    pub num: i64,
    /// Its name, unique within the tenant.
    pub name: String,
    /// How tolerant the server is towards it.
    pub profile: Profile,
    /// When it was made.
    pub created: Micros,
}

/// A bearer token without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub num: i64,
    /// The name of its connection.
    pub connection: String,
    /// A name for people.
    pub name: String,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created: Micros,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
    /// When it was last used, to the minute.
    pub used: Option<Micros>,
    /// The address ranges (CIDR) it may be used from; empty for any.
    pub addresses: Vec<String>,
    /// The name of the user it stands for; none for a program, and for a user that is gone.
    pub user: Option<String>,
}

/// What a new token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// A name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it ends, if ever.
    pub expires: Option<Micros>,
    /// The address ranges (CIDR) it may be used from; empty for any.
    pub addresses: Vec<String>,
    /// The name of the user it is to stand for; none for a program.
    pub user: Option<String>,
}

/// A tenant that was made just now, with its first connection and the only sight of its first token.
#[derive(Clone, Debug)]
pub struct Founded {
    /// The tenant.
    pub tenant: Tenant,
    /// Its first connection.
    pub connection: Connection,
    /// Its first token.
    pub token: Token,
    /// The token's text.
    pub secret: Secret,
}

/// A name that may be given: it stands in paths, command lines and logs as it is.
fn check_name(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if (1..=NAME).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(Error::Invalid(format!("name: 1 to {NAME} characters, each one of a-z, 0-9, -, _ and .")))
}

/// Something that is not there.
fn not_found(what: &'static str) -> Error {
    Error::NotFound(what.to_owned())
}

/// A name that another one has is said by the word for the thing, not in the words of SCIM.
fn taken(what: &'static str) -> impl Fn(store::Error) -> Error {
    move |error| match error {
        store::Error::Unique(_) => Error::Taken(what),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for (name, fine) in [
            ("default", true),
            ("acme-eu_2.prod", true),
            ("0", true),
            ("", false),
            ("Acme", false),
            ("a b", false),
            ("a/b", false),
            ("é", false),
            ("a\0", false),
        ] {
            assert_eq!(check_name(name).is_ok(), fine, "{name:?}");
        }
        assert!(check_name(&"a".repeat(64)).is_ok() && check_name(&"a".repeat(65)).is_err());
    }
}
