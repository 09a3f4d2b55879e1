//! The verbs of an administrator: tenants, connections, credentials.
//!
//! The admin API and the command line call these and nothing else, so that both do the same. Names
//! are unique: of tenants on the server, of connections within their tenant. What does not exist is
//! [`Error::NotFound`] with the word for it: `tenant`, `connection`, `token`.

use super::{Directory, Error};
use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::clock::Micros;
use crate::scim::tolerance::Profile;

/// A customer's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number.
    pub num: i64,
    /// Its name, unique on the server: 1 to 64 of `a-z`, `0-9`, `-`, `_`, `.`.
    pub name: String,
    /// When it was made.
    pub created: Micros,
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

impl Directory {
    /// Every tenant, oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, Error> {
        todo!()
    }

    /// Makes a tenant with a connection named `default` and a token named `first token`.
    ///
    /// # Errors
    /// [`Error::Taken`] if there is one of that name; [`Error::Invalid`] for a name of the wrong form.
    pub async fn create_tenant(&self, name: &str) -> Result<Founded, Error> {
        let _ = name;
        todo!()
    }

    /// Gives a tenant another name.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`].
    pub async fn rename_tenant(&self, name: &str, to: &str) -> Result<Tenant, Error> {
        let _ = (name, to);
        todo!()
    }

    /// Removes a tenant and everything it holds. `again` is its name once more, so that nobody does
    /// it by mistake.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if `again` differs.
    pub async fn delete_tenant(&self, name: &str, again: &str) -> Result<(), Error> {
        let _ = (name, again);
        todo!()
    }

    /// The connections of a tenant, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn connections(&self, tenant: &str) -> Result<Vec<Connection>, Error> {
        let _ = tenant;
        todo!()
    }

    /// Makes a connection.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`].
    pub async fn create_connection(&self, tenant: &str, name: &str, profile: Profile) -> Result<Connection, Error> {
        let _ = (tenant, name, profile);
        todo!()
    }

    /// Changes a connection; what is none stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`].
    pub async fn change_connection(
        &self,
        tenant: &str,
        name: &str,
        to: Option<&str>,
        profile: Option<Profile>,
    ) -> Result<Connection, Error> {
        let _ = (tenant, name, to, profile);
        todo!()
    }

    /// Removes a connection with its credentials; the resources stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_connection(&self, tenant: &str, name: &str) -> Result<(), Error> {
        let _ = (tenant, name);
        todo!()
    }

    /// The tokens of a tenant, oldest first; of one connection if it is named.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn tokens(&self, tenant: &str, connection: Option<&str>) -> Result<Vec<Token>, Error> {
        let _ = (tenant, connection);
        todo!()
    }

    /// Makes a token. The text is known only now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for an address range that is none.
    pub async fn create_token(&self, tenant: &str, connection: &str, new: NewToken) -> Result<(Secret, Token), Error> {
        let _ = (tenant, connection, new);
        todo!()
    }

    /// Makes a token like an older one and ends the older one at `until`; both are valid till then.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn rotate_token(&self, tenant: &str, num: i64, until: Micros) -> Result<(Secret, Token), Error> {
        let _ = (tenant, num, until);
        todo!()
    }

    /// Ends a token, effective with the next request on every instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_token(&self, tenant: &str, num: i64) -> Result<(), Error> {
        let _ = (tenant, num);
        todo!()
    }
}
