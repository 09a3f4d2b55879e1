//! The verbs on one resource: create, get, replace, patch, delete.

use super::{Caller, Directory, Error, Expect, Record};
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use serde_json::Value;
use std::sync::Arc;

impl Directory {
    /// Reads one resource.
    ///
    /// # Errors
    /// [`Error::NotFound`]. If-Match and If-None-Match are the surface's to judge by the version.
    pub async fn get(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        show: &Projection,
    ) -> Result<Record, Error> {
        let _ = (caller, kind, id, show);
        todo!()
    }

    /// Creates a resource from a body.
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is stored then.
    pub async fn create(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        body: Value,
        show: &Projection,
    ) -> Result<Record, Error> {
        let _ = (caller, kind, body, show);
        todo!()
    }

    /// Replaces a resource by a body (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is changed then.
    pub async fn replace(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: Value,
        expect: &Expect,
        show: &Projection,
    ) -> Result<Record, Error> {
        let _ = (caller, kind, id, body, expect, show);
        todo!()
    }

    /// Changes parts of a resource (RFC 7644 §3.5.2). `base` is the SCIM base URL, for filters on `$ref`.
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is changed then.
    pub async fn patch(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: &Value,
        expect: &Expect,
        show: &Projection,
        base: &str,
    ) -> Result<Record, Error> {
        let _ = (caller, kind, id, body, expect, show, base);
        todo!()
    }

    /// Deletes a resource (RFC 7644 §3.6).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::VersionMismatch`].
    pub async fn delete(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        expect: &Expect,
    ) -> Result<(), Error> {
        let _ = (caller, kind, id, expect);
        todo!()
    }
}
