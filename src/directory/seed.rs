//! What a directory starts with: catalogues, users and tokens, as an operator wrote them down.
//!
//! Loading the same twice changes nothing the second time. Catalogues are loaded in one transaction,
//! each user in one, tokens in one, in this order; an error says what is in place already.

mod entries;
mod tokens;

use super::catalogue::{Catalogue, NewEntry};
use super::user::NewUser;
use super::{Caller, Directory, Door, Error, manage};
use crate::auth::password;
use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::scim::{self, Object};
use crate::store::{Place, TenantId, connections, passwords};
use serde_json::json;
use std::sync::Arc;

/// What is to be there.
#[derive(Clone, Default)]
pub struct Seed {
    /// The number by which native clients name the tenant.
    pub organization: Option<String>,
    /// The entries of catalogues, each with its id, in any order.
    pub entries: Vec<(Catalogue, NewEntry)>,
    /// The locales, by name.
    pub locales: Vec<String>,
    /// Users, known by their user names.
    pub users: Vec<SeedUser>,
    /// Tokens.
    pub tokens: Vec<SeedToken>,
}

/// A user to be there. One that is there already is left as it is, but for a hash where it has none.
#[derive(Clone, Default)]
pub struct SeedUser {
    /// The user name.
    pub user_name: String,
    /// The mail address.
    pub email: Option<String>,
    /// What people call the user: the given name, then the family name.
    pub name: Option<String>,
    /// May do everything in the native APIs.
    pub super_admin: bool,
    /// The password in the clear.
    pub password: Option<String>,
    /// The password's hash in a form that is understood.
    pub password_hash: Option<String>,
}

/// A token to be there.
#[derive(Clone)]
pub struct SeedToken {
    /// The name of the user it stands for.
    pub user: Option<String>,
    /// What it may do.
    pub scopes: Scopes,
    /// Its text. Without one, a token of the tenant that stands for nobody and has these scopes is made
    /// to stand for the user, or one is generated.
    pub secret: Option<Secret>,
}

/// What loading did.
#[derive(Debug, Default)]
pub struct Loaded {
    /// How many entries were made or changed.
    pub entries: usize,
    /// The names of users that were made.
    pub users: Vec<String>,
    /// The tokens that were made or bound.
    pub tokens: Vec<LoadedToken>,
}

/// A token that loading made or bound.
#[derive(Debug)]
pub struct LoadedToken {
    /// The token.
    pub token: manage::Token,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a token.
#[derive(Debug)]
pub enum Outcome {
    /// It was there and stands for the user now.
    Bound,
    /// It was made with the text that was given.
    Made,
    /// It was made; this is the only sight of its text.
    Generated(Secret),
}

impl Directory {
    /// Loads what a directory starts with.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the part that is wrong and what is in place already; if the store fails.
    pub async fn load(&self, tenant: TenantId, seed: Seed) -> Result<Loaded, Error> {
        let Seed { organization, entries, locales, users, tokens } = seed;
        users.iter().try_for_each(SeedUser::check)?;
        let unit = entries::Load {
            tenant,
            organization,
            entries,
            locales,
            users: Arc::clone(self.built_in_users()?),
            now: self.now(),
        };
        let mut loaded = Loaded { entries: self.inner.store.write(unit).await?, ..Loaded::default() };
        let operator = self.operator(tenant).await?;
        for user in &users {
            match self.load_user(&operator, user).await {
                Ok(true) => loaded.users.push(user.user_name.clone()),
                Ok(false) => {}
                Err(error) => return Err(at(error, "users", &user.user_name, "; the catalogues are loaded")),
            }
        }
        let unit = tokens::Load::new(self, &operator, tokens)?;
        match self.inner.store.write(unit).await {
            Ok(tokens) => Ok(Loaded { tokens, ..loaded }),
            Err(error) => Err(after(error, "; the catalogues and users are loaded, and no token is made")),
        }
    }

    /// Makes a user unless there is one of the name; true if it was made.
    async fn load_user(&self, operator: &Caller, user: &SeedUser) -> Result<bool, Error> {
        let found = self.user(operator, super::user::Key::UserName(&user.user_name)).await;
        let (record, made) = match found {
            Ok(found) => (found.record, false),
            Err(Error::NotFound(_)) => {
                let (document, password) = (user.document(), user.password.clone());
                let new = NewUser { document, password, ..NewUser::default() };
                (self.create_user(operator, new).await?.record, true)
            }
            Err(error) => return Err(error),
        };
        if let Some(hash) = &user.password_hash {
            let stored = passwords::load(&mut self.inner.store.read().await?, operator.tenant, record.num).await?;
            if stored.is_none() {
                self.import_password(operator.tenant, &record.id, hash, &operator.credential).await?;
            }
        }
        Ok(made)
    }

    /// Whoever has a shell, as a caller at the tenant's first connection.
    async fn operator(&self, tenant: TenantId) -> Result<Caller, Error> {
        let mut conn = self.inner.store.read().await?;
        let first = connections::list(&mut conn, tenant).await?.into_iter().next();
        let first = first.ok_or_else(|| {
            Error::Invalid("the tenant has no connection; make one first with `roster connection create`".to_owned())
        })?;
        let scopes = Scopes::all().to_string();
        let schemas = self.schemas_of(&mut conn, tenant).await?;
        // Loading has opened the tenant.
        let place = Place { tenant, connection: first.num, native: true, edition: schemas.edition() };
        let caller = Caller::new(place, schemas, "the command line".to_owned(), &scopes, &first.profile)?;
        Ok(Caller { door: Door::Admin, ..caller })
    }
}

impl SeedUser {
    fn check(&self) -> Result<(), Error> {
        let wrong = |rule: &str| Err(Error::Invalid(format!("users {}: {rule}", self.user_name)));
        match (&self.password, &self.password_hash) {
            (Some(_), Some(_)) => wrong("password or password_hash, not both"),
            (None, Some(hash)) => match password::check_import(hash) {
                Ok(()) => Ok(()),
                Err(refused) => wrong(&format!("password_hash: {refused}")),
            },
            (_, None) => Ok(()),
        }
    }

    /// The attributes.
    fn document(&self) -> Object {
        let mut document = Object::new();
        document.insert("userName".to_owned(), self.user_name.as_str().into());
        document.insert("active".to_owned(), true.into());
        if let Some(name) = &self.name {
            let (given, family) = name.split_once(' ').unwrap_or((name, ""));
            let mut parts = json!({ "formatted": name, "givenName": given });
            if let (false, Some(parts)) = (family.is_empty(), parts.as_object_mut()) {
                parts.insert("familyName".to_owned(), family.trim_start().into());
            }
            document.insert("displayName".to_owned(), name.as_str().into());
            document.insert("name".to_owned(), parts);
        }
        if let Some(email) = &self.email {
            document.insert("emails".to_owned(), json!([{ "value": email, "primary": true }]));
        }
        if self.super_admin {
            document.insert(crate::scim::urn::APPCRM.to_owned(), json!({ "superAdmin": true, "accessApi": true }));
        }
        document
    }
}

/// The refusal of one part of a seed, and what is in place.
fn at(error: Error, list: &str, which: &str, place: &str) -> Error {
    match error {
        Error::Scim(scim::Error { detail, .. }) => Error::Invalid(format!("{list} {which}: {detail}{place}")),
        refused @ (Error::Taken(_) | Error::InUse(_) | Error::Invalid(_) | Error::NotFound(_)) => {
            Error::Invalid(format!("{list} {which}: {refused}{place}"))
        }
        other => other,
    }
}

/// The refusal of a later part, with what is in place.
fn after(error: Error, place: &str) -> Error {
    match error {
        Error::Invalid(why) => Error::Invalid(format!("{why}{place}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_user_of_a_seed_is_a_document() {
        let user = SeedUser {
            user_name: "admin".to_owned(),
            email: Some("admin@example.com".to_owned()),
            name: Some("Ada King Lovelace".to_owned()),
            super_admin: true,
            ..SeedUser::default()
        };
        let expected = json!({
            "userName": "admin",
            "active": true,
            "displayName": "Ada King Lovelace",
            "name": { "formatted": "Ada King Lovelace", "givenName": "Ada", "familyName": "King Lovelace" },
            "emails": [{ "value": "admin@example.com", "primary": true }],
            "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User": { "superAdmin": true, "accessApi": true },
        });
        assert_eq!(Value::Object(user.document()), expected);
        let bare = SeedUser { user_name: "a".to_owned(), ..SeedUser::default() };
        assert_eq!(Value::Object(bare.document()), json!({ "userName": "a", "active": true }));
    }

    #[test]
    fn a_hash_is_understood_or_refused_without_being_shown() {
        let user = |password: Option<&str>, hash: &str| SeedUser {
            user_name: "admin".to_owned(),
            password: password.map(ToOwned::to_owned),
            password_hash: Some(hash.to_owned()),
            ..SeedUser::default()
        };
        assert!(user(Some("correct horse"), "x").check().is_err());
        let refused = user(None, "plain-5417").check().unwrap_err().to_string();
        assert!(refused.starts_with("users admin: password_hash: ") && !refused.contains("5417"), "{refused}");
    }
}
