//! `/tenants/{tenant}/connections`: the SCIM clients of a tenant, and how tolerant the server is
//! towards each.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read};
use super::word::{Instant, Word};
use crate::directory::{Error, manage};
use crate::http::error::Refusal;
use crate::scim::tolerance::{self, Preset, Tolerance};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use std::collections::BTreeMap;

/// One SCIM client of a tenant.
#[derive(Object)]
pub(super) struct Connection {
    /// Its number, which logs show and which never changes.
    num: i64,
    /// Its name, unique within the tenant.
    name: String,
    /// How tolerant the server is towards it.
    profile: Profile,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
}

/// How tolerant the server is towards a client.
#[derive(Object)]
pub(super) struct Profile {
    /// The preset; `default` if absent.
    preset: Option<Word<Preset>>,
    /// Single tolerances that are on or off whatever the preset says.
    tolerances: Option<BTreeMap<Tolerance, bool>>,
}

/// The connections of a tenant.
#[derive(Object)]
pub(super) struct ConnectionList {
    /// The connections, oldest first.
    connections: Vec<Connection>,
}

/// A connection to be made.
#[derive(Object)]
pub(super) struct NewConnection {
    /// Its name, unique within the tenant.
    name: String,
    /// How tolerant the server is to be; the preset `default` if absent.
    profile: Option<Profile>,
}

/// What is to change in a connection; what is absent stays.
#[derive(Object)]
pub(super) struct ConnectionChange {
    /// Its new name.
    name: Option<String>,
    /// How tolerant the server is to be; replaces the profile as a whole.
    profile: Option<Profile>,
}

impl From<manage::Connection> for Connection {
    fn from(connection: manage::Connection) -> Self {
        Self {
            num: connection.num,
            name: connection.name,
            profile: connection.profile.into(),
            created: Word(Instant(connection.created)),
        }
    }
}

impl From<tolerance::Profile> for Profile {
    fn from(profile: tolerance::Profile) -> Self {
        Self { preset: Some(Word(profile.preset)), tolerances: Some(profile.set) }
    }
}

impl From<Profile> for tolerance::Profile {
    fn from(profile: Profile) -> Self {
        let preset = profile.preset.map_or_else(Preset::default, |preset| preset.0);
        Self { preset, set: profile.tolerances.unwrap_or_default() }
    }
}

impl Read for Profile {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        Ok(Self { preset: fields.word("preset")?, tolerances: fields.switches("tolerances")? })
    }
}

impl Read for NewConnection {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let name = fields.text("name")?;
        Ok(Self { name: fields.needed("name", name)?, profile: fields.object("profile")? })
    }
}

impl Read for ConnectionChange {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        Ok(Self { name: fields.text("name")?, profile: fields.object("profile")? })
    }
}

/// The routes of connections.
pub(in crate::http) struct Connections;

#[OpenApi(tag = "Tag::Connections")]
impl Connections {
    /// List connections
    #[oai(path = "/tenants/:tenant/connections", method = "get", operation_id = "listConnections")]
    async fn list(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
    ) -> Result<Shown<ConnectionList>, Refusal> {
        let connections = desk.directory().connections(&tenant).await?;
        Ok(Shown::new(ConnectionList { connections: connections.into_iter().map(Connection::from).collect() }))
    }

    /// Make a connection
    #[oai(path = "/tenants/:tenant/connections", method = "post", operation_id = "createConnection")]
    async fn create(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        body: Body<NewConnection>,
    ) -> Result<Made<Connection>, Refusal> {
        let NewConnection { name, profile } = body.0;
        let profile = profile.map(tolerance::Profile::from).unwrap_or_default();
        let made = desk.directory().create_connection(&tenant, &name, profile).await?;
        Ok(Made::at(desk.url(&format!("/tenants/{}/connections/{}", *tenant, made.name)), made))
    }

    /// Read a connection
    #[oai(path = "/tenants/:tenant/connections/:name", method = "get", operation_id = "getConnection")]
    async fn get(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The name of the connection.
        name: Path<String>,
    ) -> Result<Shown<Connection>, Refusal> {
        let connections = desk.directory().connections(&tenant).await?;
        let found = connections.into_iter().find(|connection| connection.name == *name);
        Ok(Shown::new(found.ok_or_else(|| Error::NotFound("connection".to_owned()))?))
    }

    /// Change a connection
    #[oai(path = "/tenants/:tenant/connections/:name", method = "patch", operation_id = "changeConnection")]
    async fn change(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The name of the connection.
        name: Path<String>,
        body: Body<ConnectionChange>,
    ) -> Result<Shown<Connection>, Refusal> {
        let ConnectionChange { name: to, profile } = body.0;
        let profile = profile.map(tolerance::Profile::from);
        Ok(Shown::new(desk.directory().change_connection(&tenant, &name, to.as_deref(), profile).await?))
    }

    /// Delete a connection with its credentials
    ///
    /// The users and groups it made stay.
    #[oai(path = "/tenants/:tenant/connections/:name", method = "delete", operation_id = "deleteConnection")]
    async fn delete(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The name of the connection.
        name: Path<String>,
    ) -> Result<Gone, Refusal> {
        desk.directory().delete_connection(&tenant, &name).await?;
        Ok(Gone::Gone)
    }
}
