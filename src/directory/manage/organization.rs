//! Organizations: the word by which native clients name the tenant they mean.
//!
//! It opens nothing: the tenant is always that of the credential. A client that says which one it means
//! is told when it is another one, instead of being let into the wrong directory.

use super::tenant;
use crate::directory::{Caller, Directory, Error};
use crate::store::{Conn, Unit, tenants};

/// The most characters of the word.
const LENGTH: usize = 64;

impl Directory {
    /// Whether a client that names its organization by this text means the caller's tenant: by its
    /// name, or by the word that was chosen for it, or else by its number.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn organization_is(&self, caller: &Caller, text: &str) -> Result<bool, Error> {
        let mut conn = self.inner.store.read().await?;
        let Some((name, chosen)) = tenants::names(&mut conn, caller.tenant).await? else { return Ok(false) };
        Ok(text == name || text == chosen.unwrap_or_else(|| caller.tenant.0.to_string()))
    }

    /// Chooses the word by which native clients name a tenant; none takes it back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a word that no header can carry.
    pub async fn set_organization(&self, tenant: &str, organization: Option<&str>) -> Result<(), Error> {
        let plain = |word: &str| (1..=LENGTH).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic());
        if !organization.is_none_or(plain) {
            return Err(Error::Invalid(format!(
                "organization: 1 to {LENGTH} characters of ASCII without blanks, as it stands in a header"
            )));
        }
        let unit = Choose { tenant: tenant.to_owned(), organization: organization.map(ToOwned::to_owned) };
        self.inner.store.write(unit).await
    }
}

struct Choose {
    tenant: String,
    organization: Option<String>,
}

impl Unit for Choose {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let tenant = tenant::locate(conn, &self.tenant).await?;
        Ok(tenants::set_organization(conn, tenant, self.organization.as_deref()).await?)
    }
}
