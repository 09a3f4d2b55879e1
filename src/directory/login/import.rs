//! Password hashes from other systems: users keep their passwords, and the first login with one makes a
//! hash of ours.

use super::account;
use crate::auth::password;
use crate::clock::Micros;
use crate::directory::audit::{self, Beside};
use crate::directory::{Directory, Door, Error, write};
use crate::scim::schema::ResourceType;
use crate::store::audit::{Action, Actor};
use crate::store::{self, Client, Conn, TenantId, Unit, connections, passwords, resources, schemas, sessions};
use std::sync::Arc;

impl Directory {
    /// Gives a user the password that has this hash, and ends its sessions. The user is named by its id,
    /// its number or its user name; `by` says for people who asks. As the other verbs of an administrator
    /// this one asks for no right.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a hash that is not understood or costs too much.
    pub async fn import_password(&self, tenant: TenantId, user: &str, hash: &str, by: &str) -> Result<(), Error> {
        password::check_import(hash).map_err(|refused| Error::Invalid(format!("hash: {refused}")))?;
        let unit = Import {
            tenant,
            users: Arc::clone(self.built_in_users()?),
            user: user.to_owned(),
            hash: hash.to_owned(),
            by: by.to_owned(),
            now: self.inner.clock.now(),
        };
        self.inner.store.write(unit).await
    }
}

struct Import {
    tenant: TenantId,
    users: Arc<ResourceType>,
    user: String,
    hash: String,
    by: String,
    now: Micros,
}

impl Unit for Import {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let Self { tenant, users, now, .. } = self;
        let not_found = || write::not_found(users);
        let connections = connections::list(conn, *tenant).await?;
        let edition = schemas::edition(conn, *tenant).await?;
        let client = Client { tenant: *tenant, connection: connections.first().map_or(0, |first| first.num), edition };
        let id = account::named(conn, client, users, &self.user).await?.ok_or_else(not_found)?;
        let row = resources::lock(conn, client, users, &id).await?.ok_or_else(not_found)?;
        passwords::set(conn, *tenant, row.num, Some(&self.hash)).await?;
        sessions::revoke_all(conn, *tenant, row.num, *now, "password-changed", None).await?;
        let row = resources::touch(conn, *tenant, &row, (*now).max(row.modified)).await?;
        let document = write::parse(&row.document)?;
        let beside = Beside { members: false, password: true };
        let change = audit::change(Action::Patched, users, &row, (&document, &document), beside, false);
        let actor = Actor { connection: client.connection, credential: self.by.clone(), door: Door::Admin.name() };
        Ok(store::audit::insert(conn, *tenant, &actor, &[change], *now).await?)
    }
}
