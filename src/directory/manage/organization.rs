//! Organizations: by what native clients name the tenant they mean.
//!
//! It opens nothing: the tenant is always that of the credential. A client that says which one it means
//! is told when it is another one, instead of being let into the wrong directory.

use crate::directory::{Caller, Directory, Error};
use crate::store::tenants;

impl Directory {
    /// Whether a client that names its organization by this text means the caller's tenant. It is read as
    /// at a login: a tenant's name, else the number of its organization, else its own number.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn organization_is(&self, caller: &Caller, text: &str) -> Result<bool, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(tenants::find_any(&mut conn, text).await? == Some(caller.tenant))
    }
}
