//! `/schemas`, `/resource-types` and `/schema-indexes`: what a tenant has of its own.
//!
//! They belong to the tenant of the caller's own credential, or to the one of the parameter `tenant`.

use super::Tag;
use super::answer::{Gone, Kept, Shown, Stored};
use super::desk::Desk;
use super::document::{Described, ResourceType, Schema};
use super::fields::Body;
use crate::directory::schema::{self, Kind, Step};
use crate::directory::{Error, Expect, TenantId};
use crate::http::error::Refusal;
use crate::http::etag;
use poem::http::StatusCode;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{Object, OpenApi};

/// The schemas of a tenant's own.
#[derive(Object)]
pub(super) struct SchemaList {
    /// The schemas, oldest first.
    schemas: Vec<Described<Schema>>,
}

/// The resource types of a tenant's own.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct ResourceTypeList {
    /// The resource types, oldest first.
    resource_types: Vec<Described<ResourceType>>,
}

/// An index that a schema declares.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct SchemaIndex {
    /// The name of the resource type.
    resource_type: String,
    /// The full name of the attribute, as filters write it.
    attribute: String,
    /// Whether searches use it already. Until then they find the same, but slower.
    ready: bool,
}

/// The indexes that a tenant's own schemas declare.
#[derive(Object)]
pub(super) struct SchemaIndexList {
    /// The indexes by resource type.
    indexes: Vec<SchemaIndex>,
}

impl From<schema::Index> for SchemaIndex {
    fn from(index: schema::Index) -> Self {
        Self { resource_type: index.resource_type, attribute: index.attribute, ready: index.ready }
    }
}

/// The routes of schemas and resource types.
pub(in crate::http) struct Schemas;

#[OpenApi(tag = "Tag::Schemas")]
impl Schemas {
    /// List a tenant's own schemas
    ///
    /// Those that every tenant has stand in `/scim/v2/Schemas` with these.
    #[oai(path = "/schemas", method = "get", operation_id = "listSchemas")]
    async fn list_schemas(
        &self,
        desk: Desk,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<SchemaList>, Refusal> {
        let documents = documents(&desk, tenant.as_deref(), Kind::Schema).await?;
        let schemas = documents.into_iter().map(|document| Described::noted(document, &desk, tenant.as_deref()).0);
        Ok(Shown::new(SchemaList { schemas: schemas.collect() }))
    }

    /// Make a schema
    ///
    /// Nothing has it until a resource type names it. Clients see it in `/scim/v2/Schemas` at once.
    #[oai(path = "/schemas", method = "post", operation_id = "createSchema")]
    async fn create_schema(
        &self,
        desk: Desk,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        body: Body<Described<Schema>>,
    ) -> Result<Stored<Described<Schema>>, Refusal> {
        let made = change(&desk, tenant.as_deref(), Step::Create(Kind::Schema, body.0.0)).await?;
        stored(made, &desk, tenant.as_deref())
    }

    /// Read a schema
    #[oai(path = "/schemas/:id", method = "get", operation_id = "getSchema")]
    async fn schema(
        &self,
        desk: Desk,
        /// The URN of the schema.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Kept<Described<Schema>>, Refusal> {
        let documents = documents(&desk, tenant.as_deref(), Kind::Schema).await?;
        let found = documents.into_iter().find(|document| document.id.eq_ignore_ascii_case(&id));
        Ok(kept(found.ok_or_else(|| Error::NotFound("schema".to_owned()))?, &desk, tenant.as_deref()))
    }

    /// Replace a schema
    ///
    /// It is refused if resources there are do not fit the new one; `breaks` tells which.
    #[oai(path = "/schemas/:id", method = "put", operation_id = "replaceSchema")]
    async fn replace_schema(
        &self,
        desk: Desk,
        /// The URN of the schema.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        /// Go on only if the schema has one of these versions, such as `W/"3"`.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Body<Described<Schema>>,
    ) -> Result<Kept<Described<Schema>>, Refusal> {
        let step = Step::Replace(Kind::Schema, id.0, body.0.0, expect(&if_match));
        let replaced = change(&desk, tenant.as_deref(), step).await?;
        Ok(kept(only(replaced)?, &desk, tenant.as_deref()))
    }

    /// Remove a schema that no resource type names
    #[oai(path = "/schemas/:id", method = "delete", operation_id = "removeSchema")]
    async fn remove_schema(
        &self,
        desk: Desk,
        /// The URN of the schema.
        id: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        /// Go on only if the schema has one of these versions, such as `W/"3"`.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<Gone, Refusal> {
        change(&desk, tenant.as_deref(), Step::Remove(Kind::Schema, id.0, expect(&if_match))).await?;
        Ok(Gone::Gone)
    }

    /// List a tenant's own resource types
    ///
    /// Those that every tenant has stand in `/scim/v2/ResourceTypes` with these.
    #[oai(path = "/resource-types", method = "get", operation_id = "listResourceTypes")]
    async fn list_resource_types(
        &self,
        desk: Desk,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<ResourceTypeList>, Refusal> {
        let documents = documents(&desk, tenant.as_deref(), Kind::Type).await?;
        let types = documents.into_iter().map(|document| Described::noted(document, &desk, tenant.as_deref()).0);
        Ok(Shown::new(ResourceTypeList { resource_types: types.collect() }))
    }

    /// Make a resource type, or extend one
    ///
    /// Its endpoint is served at once. A document of the name of a type that every tenant has adds its
    /// extensions to that type.
    #[oai(path = "/resource-types", method = "post", operation_id = "createResourceType")]
    async fn create_resource_type(
        &self,
        desk: Desk,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        body: Body<Described<ResourceType>>,
    ) -> Result<Stored<Described<ResourceType>>, Refusal> {
        let made = change(&desk, tenant.as_deref(), Step::Create(Kind::Type, body.0.0)).await?;
        stored(made, &desk, tenant.as_deref())
    }

    /// Read a resource type
    #[oai(path = "/resource-types/:name", method = "get", operation_id = "getResourceType")]
    async fn resource_type(
        &self,
        desk: Desk,
        /// The name of the resource type.
        name: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Kept<Described<ResourceType>>, Refusal> {
        let documents = documents(&desk, tenant.as_deref(), Kind::Type).await?;
        let found = documents.into_iter().find(|document| document.id == *name);
        Ok(kept(found.ok_or_else(|| Error::NotFound("resource type".to_owned()))?, &desk, tenant.as_deref()))
    }

    /// Replace a resource type
    ///
    /// It is refused if resources there are do not fit the new one; `breaks` tells which.
    #[oai(path = "/resource-types/:name", method = "put", operation_id = "replaceResourceType")]
    async fn replace_resource_type(
        &self,
        desk: Desk,
        /// The name of the resource type.
        name: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        /// Go on only if the resource type has one of these versions, such as `W/"3"`.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Body<Described<ResourceType>>,
    ) -> Result<Kept<Described<ResourceType>>, Refusal> {
        let step = Step::Replace(Kind::Type, name.0, body.0.0, expect(&if_match));
        let replaced = change(&desk, tenant.as_deref(), step).await?;
        Ok(kept(only(replaced)?, &desk, tenant.as_deref()))
    }

    /// Remove a resource type that has no resources, or the extensions of one
    #[oai(path = "/resource-types/:name", method = "delete", operation_id = "removeResourceType")]
    async fn remove_resource_type(
        &self,
        desk: Desk,
        /// The name of the resource type.
        name: Path<String>,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
        /// Go on only if the resource type has one of these versions, such as `W/"3"`.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<Gone, Refusal> {
        change(&desk, tenant.as_deref(), Step::Remove(Kind::Type, name.0, expect(&if_match))).await?;
        Ok(Gone::Gone)
    }

    /// List the indexes that a tenant's own schemas declare
    ///
    /// An attribute with `storage: "indexed"` has one in each resource type that names its schema.
    #[oai(path = "/schema-indexes", method = "get", operation_id = "listSchemaIndexes")]
    async fn indexes(
        &self,
        desk: Desk,
        /// The name of the tenant; that of the token itself if absent.
        tenant: Query<Option<String>>,
    ) -> Result<Shown<SchemaIndexList>, Refusal> {
        let indexes = desk.directory().own_indexes(desk.tenant(tenant.as_deref()).await?).await?;
        Ok(Shown::new(SchemaIndexList { indexes: indexes.into_iter().map(SchemaIndex::from).collect() }))
    }
}

async fn documents(desk: &Desk, tenant: Option<&str>, kind: Kind) -> Result<Vec<schema::Document>, Refusal> {
    let tenant: TenantId = desk.tenant(tenant).await?;
    Ok(desk.directory().own_documents(tenant, kind).await?)
}

/// Changes one document and answers what came of it.
async fn change(desk: &Desk, tenant: Option<&str>, step: Step) -> Result<Vec<schema::Document>, Refusal> {
    let field = match step {
        Step::Create(Kind::Schema, _) | Step::Replace(Kind::Schema, ..) => "id",
        Step::Create(Kind::Type, _) | Step::Replace(Kind::Type, ..) | Step::Put(..) | Step::Remove(..) => "name",
    };
    let tenant = desk.tenant(tenant).await?;
    match desk.directory().change_documents(tenant, vec![step]).await {
        Err(Error::Taken(what)) => {
            let mut refusal = Refusal::field(field, &format!("there is a {what} of that {field} already"));
            refusal.status = StatusCode::CONFLICT;
            Err(refusal)
        }
        changed => Ok(changed?.documents),
    }
}

/// The one document of a change.
fn only(documents: Vec<schema::Document>) -> Result<schema::Document, Refusal> {
    documents.into_iter().next().ok_or_else(|| Refusal::internal("a change left no document"))
}

fn kept<T>(document: schema::Document, desk: &Desk, tenant: Option<&str>) -> Kept<Described<T>>
where
    Described<T>: poem_openapi::types::ToJSON,
{
    let tag = etag::write(document.version);
    Kept::new(Described::noted(document, desk, tenant).0, tag)
}

fn stored<T>(
    documents: Vec<schema::Document>,
    desk: &Desk,
    tenant: Option<&str>,
) -> Result<Stored<Described<T>>, Refusal>
where
    Described<T>: poem_openapi::types::ToJSON,
{
    let document = only(documents)?;
    let tag = etag::write(document.version);
    let (noted, location) = Described::noted(document, desk, tenant);
    Ok(Stored::at(location, noted, tag))
}

/// The precondition of a request.
fn expect(if_match: &Header<Option<String>>) -> Expect {
    Expect { if_match: if_match.as_deref().map(etag::matching), if_none_match: None }
}
