//! Who is calling: from a presented credential to a tenant and its rights.

use super::{Directory, Error};
use crate::auth::scope::Scopes;
use crate::store::TenantId;

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant whose directory is open to it.
    pub tenant: TenantId,
    /// The connection its credential belongs to.
    pub connection: i64,
    /// What it may do.
    pub scopes: Scopes,
}

impl Directory {
    /// The caller that presents this bearer token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if no valid token is the same.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, Error> {
        let _ = token;
        todo!()
    }
}
