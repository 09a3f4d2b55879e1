//! Schemas defined at run time work in full: a resource type in whose attributes every data type and every
//! characteristic occurs (RFC 7643 §2.2, §2.3, §7), tried attribute by attribute.
//!
//! No test names an attribute where a rule can say what is to be seen: the cases are made from the documents
//! in `testresource/*.json`, so a further attribute there needs no further test.

mod define;
mod patch;
mod sample;
mod search;
mod show;
mod write;

use crate::server::Api;
use roster::directory::Caller;
use roster::directory::schema::{Kind, Step};
use roster::scim::Object;
use roster::scim::path::Target;
use roster::scim::projection::Projection;
use roster::scim::schema::{Attribute, Mutability, ResourceType, Returned, Schema};
use serde_json::Value;
use std::sync::Arc;

const SCHEMA: &str = include_str!("testresource/schema.json");
const EXTENSION: &str = include_str!("testresource/extension.json");
const TYPE: &str = include_str!("testresource/type.json");

/// The documents in the order in which they can be defined.
fn documents() -> [(Kind, Value); 3] {
    [(Kind::Schema, SCHEMA), (Kind::Schema, EXTENSION), (Kind::Type, TYPE)]
        .map(|(kind, text)| (kind, serde_json::from_str(text).unwrap()))
}

/// A tenant that has defined the type.
#[derive(Clone)]
pub struct Bench {
    api: Api,
    kind: Arc<ResourceType>,
}

impl Bench {
    /// Defines the type for the tenant of the case's token.
    pub async fn new(api: &Api) -> Self {
        let caller = api.directory.authenticate(&api.token, None).await.unwrap();
        let steps = documents().map(|(kind, document)| Step::Create(kind, document));
        api.directory.change_documents(caller.tenant, steps.to_vec()).await.unwrap();
        Self::of(api).await
    }

    /// The type, which is defined already.
    async fn of(api: &Api) -> Self {
        let caller = api.directory.authenticate(&api.token, None).await.unwrap();
        let kind = caller.registry().types.iter().find(|kind| kind.name == "TestResource").unwrap();
        Self { api: api.clone(), kind: Arc::clone(kind) }
    }

    async fn caller(&self) -> Caller {
        self.api.directory.authenticate(&self.api.token, None).await.unwrap()
    }

    /// Where a resource is, below the base.
    fn at(&self, id: &str) -> String {
        format!("{}/{id}", self.kind.endpoint)
    }

    /// A new resource; its id.
    async fn create(&self, body: &Value) -> String {
        self.api.post(&self.kind.endpoint, body).send().await.is(201).id()
    }

    /// The document as it is stored, with what no answer shows.
    async fn stored(&self, id: &str) -> Value {
        let (caller, show) = (self.caller().await, Projection::new(&self.kind, &[], &[]));
        let record = self.api.directory.get(&caller, &self.kind, id, &show).await.unwrap();
        Value::Object(serde_json::from_str::<Object>(&record.document).unwrap())
    }

    /// Every attribute of the core schema and of the extensions.
    fn attributes(&self) -> Vec<Target> {
        let of = |extension: Option<&Arc<Schema>>, schema: &Schema| -> Vec<Target> {
            let target = |attribute: &Arc<Attribute>| Target {
                extension: extension.cloned(),
                attribute: Arc::clone(attribute),
                sub: None,
            };
            schema.attributes.iter().map(target).collect()
        };
        let extensions = self.kind.extensions.iter().flat_map(|one| of(Some(&one.schema), &one.schema));
        of(None, &self.kind.schema).into_iter().chain(extensions).collect()
    }

    /// Every sub-attribute.
    fn parts(&self) -> Vec<Target> {
        let parts = |whole: Target| {
            let subs = whole.attribute.sub_attributes.clone();
            subs.into_iter().map(move |sub| Target { sub: Some(sub), ..whole.clone() })
        };
        self.attributes().into_iter().flat_map(parts).collect()
    }

    /// Every attribute and every sub-attribute.
    fn everything(&self) -> Vec<Target> {
        self.attributes().into_iter().chain(self.parts()).collect()
    }

    /// Every attribute and sub-attribute that has simple values.
    fn leaves(&self) -> Vec<Target> {
        self.everything().into_iter().filter(|target| !target.leaf().is_complex()).collect()
    }
}

/// The strictest mutability on the way to a target.
fn mutability(target: &Target) -> Mutability {
    match (target.attribute.mutability, target.sub.as_ref().map(|sub| sub.mutability)) {
        (Mutability::ReadWrite, Some(own)) => own,
        (outer, _) => outer,
    }
}

/// Whether no answer may show a target (RFC 7643 §7).
fn is_hidden(target: &Target) -> bool {
    target.attribute.returned == Returned::Never || target.leaf().returned == Returned::Never
}

/// Whether a single value that is set stays as it is, or a part of it does.
fn is_fixed(target: &Target) -> bool {
    let mut parts = target.attribute.sub_attributes.iter();
    mutability(target) == Mutability::Immutable
        || target.sub.is_none()
            && !target.attribute.multi_valued
            && parts.any(|part| part.mutability == Mutability::Immutable)
}
