//! Connections: list, create, change, delete.

use super::{Connection, check_name, not_found, taken, tenant};
use crate::clock::Micros;
use crate::directory::{Directory, Error};
use crate::scim::tolerance::{self, Profile};
use crate::store::{Conn, TenantId, Unit, connections};

impl Directory {
    /// The connections of a tenant, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn connections(&self, tenant: &str) -> Result<Vec<Connection>, Error> {
        let mut conn = self.inner.store.read().await?;
        let tenant = tenant::locate(&mut conn, tenant).await?;
        connections::list(&mut conn, tenant).await?.into_iter().map(shown).collect()
    }

    /// Makes a connection.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`].
    pub async fn create_connection(&self, tenant: &str, name: &str, profile: Profile) -> Result<Connection, Error> {
        check_name(name)?;
        let (tenant, name, now) = (tenant.to_owned(), name.to_owned(), self.inner.clock.now());
        self.inner.store.write(Create { tenant, name, profile, now }).await
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
        to.map(check_name).transpose()?;
        let (tenant, name, to) = (tenant.to_owned(), name.to_owned(), to.map(ToOwned::to_owned));
        self.inner.store.write(Change { tenant, name, to, profile }).await
    }

    /// Removes a connection with its credentials; the resources stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_connection(&self, tenant: &str, name: &str) -> Result<(), Error> {
        self.inner.store.write(Remove { tenant: tenant.to_owned(), name: name.to_owned() }).await
    }
}

/// The connection of that name.
pub(super) async fn find(conn: &mut Conn, tenant: TenantId, name: &str) -> Result<connections::Connection, Error> {
    check_name(name).map_err(|_| not_found("connection"))?;
    connections::find(conn, tenant, name).await?.ok_or_else(|| not_found("connection"))
}

/// A connection as an administrator sees it.
pub(super) fn shown(row: connections::Connection) -> Result<Connection, Error> {
    let connections::Connection { num, name, profile, created } = row;
    let profile = profile.parse().map_err(|error: tolerance::Unknown| Error::Internal(error.to_string()))?;
    Ok(Connection { num, name, profile, created })
}

struct Create {
    tenant: String,
    name: String,
    profile: Profile,
    now: Micros,
}

impl Unit for Create {
    type Output = Connection;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Connection, Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        let made = connections::insert(conn, tenant, &self.name, &self.profile.to_string(), self.now).await?;
        shown(made.ok_or(Error::Taken("connection"))?)
    }
}

struct Change {
    tenant: String,
    name: String,
    to: Option<String>,
    profile: Option<Profile>,
}

impl Unit for Change {
    type Output = Connection;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Connection, Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        let mut connection = find(conn, tenant, &self.name).await?;
        if let Some(to) = &self.to {
            connection.name.clone_from(to);
        }
        if let Some(profile) = &self.profile {
            connection.profile = profile.to_string();
        }
        connections::change(conn, tenant, &connection).await.map_err(taken("connection"))?;
        shown(connection)
    }
}

struct Remove {
    tenant: String,
    name: String,
}

impl Unit for Remove {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        let connection = find(conn, tenant, &self.name).await?;
        Ok(connections::remove(conn, tenant, connection.num).await?)
    }
}
