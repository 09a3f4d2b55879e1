//! `/tenants`: the customers of the server.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::connection::Connection;
use super::desk::Desk;
use super::fields::{Body, Fields, Read};
use super::token::MadeToken;
use super::word::{Instant, Word};
use crate::directory::{Error, manage};
use crate::http::error::Refusal;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};

/// A customer with a directory of its own.
#[derive(Object)]
pub(super) struct Tenant {
    /// Its number, which logs show and which never changes.
    num: i64,
    /// Its name, unique on the server: 1 to 64 of `a-z`, `0-9`, `-`, `_`, `.`.
    name: String,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
    /// Whether it is opened to native APIs: then its users have the extension schemas of these in SCIM.
    native: bool,
}

/// Every tenant.
#[derive(Object)]
pub(super) struct TenantList {
    /// The tenants, oldest first.
    tenants: Vec<Tenant>,
}

/// A tenant to be made.
#[derive(Object)]
pub(super) struct NewTenant {
    /// Its name, unique on the server: 1 to 64 of `a-z`, `0-9`, `-`, `_`, `.`.
    name: String,
}

/// What is to change in a tenant; what is absent stays.
#[derive(Object)]
pub(super) struct TenantChange {
    /// Its new name.
    name: Option<String>,
    /// `true` opens it to native APIs, which cannot be taken back.
    native: Option<bool>,
}

/// A tenant that was made just now.
#[derive(Object)]
pub(super) struct MadeTenant {
    /// The tenant.
    tenant: Tenant,
    /// Its first connection.
    connection: Connection,
    /// The first token of that connection, with its text.
    token: MadeToken,
}

impl From<manage::Tenant> for Tenant {
    fn from(tenant: manage::Tenant) -> Self {
        Self { num: tenant.num, name: tenant.name, created: Word(Instant(tenant.created)), native: tenant.native }
    }
}

impl From<manage::Founded> for MadeTenant {
    fn from(founded: manage::Founded) -> Self {
        Self {
            tenant: founded.tenant.into(),
            connection: founded.connection.into(),
            token: (founded.secret, founded.token).into(),
        }
    }
}

impl Read for NewTenant {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let name = fields.text("name")?;
        Ok(Self { name: fields.needed("name", name)? })
    }
}

impl Read for TenantChange {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        Ok(Self { name: fields.text("name")?, native: fields.truth("native")? })
    }
}

/// The routes of tenants.
pub(in crate::http) struct Tenants;

#[OpenApi(tag = "Tag::Tenants")]
impl Tenants {
    /// List tenants
    #[oai(path = "/tenants", method = "get", operation_id = "listTenants")]
    async fn list(&self, desk: Desk) -> Result<Shown<TenantList>, Refusal> {
        let tenants = desk.directory().tenants().await?;
        Ok(Shown::new(TenantList { tenants: tenants.into_iter().map(Tenant::from).collect() }))
    }

    /// Make a tenant
    ///
    /// It comes with a connection named `default` and a first token, whose text is shown this once.
    #[oai(path = "/tenants", method = "post", operation_id = "createTenant")]
    async fn create(&self, desk: Desk, body: Body<NewTenant>) -> Result<Made<MadeTenant>, Refusal> {
        let founded = desk.directory().create_tenant(&body.0.name).await?;
        Ok(Made::at(desk.url(&format!("/tenants/{}", founded.tenant.name)), founded))
    }

    /// Read a tenant
    #[oai(path = "/tenants/:name", method = "get", operation_id = "getTenant")]
    async fn get(
        &self,
        desk: Desk,
        /// The name of the tenant.
        name: Path<String>,
    ) -> Result<Shown<Tenant>, Refusal> {
        Ok(Shown::new(find(&desk, &name).await?))
    }

    /// Change a tenant
    ///
    /// A tenant is opened to native APIs here, or by the first entry of a catalogue, or by the first write
    /// through such an API.
    #[oai(path = "/tenants/:name", method = "patch", operation_id = "changeTenant")]
    async fn change(
        &self,
        desk: Desk,
        /// The name of the tenant.
        name: Path<String>,
        body: Body<TenantChange>,
    ) -> Result<Shown<Tenant>, Refusal> {
        let TenantChange { name: to, native } = body.0;
        let changed = desk.directory().change_tenant(&name, manage::TenantChange { name: to, native }).await?;
        Ok(Shown::new(changed))
    }

    /// Delete a tenant with everything it holds
    ///
    /// Users, groups, connections and credentials go with it. Nothing brings them back.
    #[oai(path = "/tenants/:name", method = "delete", operation_id = "deleteTenant")]
    async fn delete(
        &self,
        desk: Desk,
        /// The name of the tenant.
        name: Path<String>,
        /// The name of the tenant once more, so that nobody deletes it by mistake.
        again: Query<String>,
    ) -> Result<Gone, Refusal> {
        desk.directory().delete_tenant(&name, &again).await?;
        Ok(Gone::Gone)
    }
}

async fn find(desk: &Desk, name: &str) -> Result<manage::Tenant, Error> {
    let tenants = desk.directory().tenants().await?;
    tenants.into_iter().find(|tenant| tenant.name == name).ok_or_else(|| Error::NotFound("tenant".to_owned()))
}
