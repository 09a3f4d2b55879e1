//! Loading packs: many documents in one change.

use super::change::{Applied, Kind, Step};
use crate::directory::{Directory, Error, TenantId};
use crate::scim::schema::pack::Pack;

impl Directory {
    /// Gives a tenant everything that is in a pack; what it has of the same ids is replaced. Doing so again
    /// changes nothing. Like the other verbs of an administrator this one asks for no right.
    ///
    /// # Errors
    /// As [`Directory::change_documents`].
    pub async fn load_pack(&self, tenant: TenantId, pack: Pack) -> Result<Applied, Error> {
        let schemas = pack.schemas.into_iter().map(|document| Step::Put(Kind::Schema, document));
        let types = pack.types.into_iter().map(|document| Step::Put(Kind::Type, document));
        self.change_documents(tenant, schemas.chain(types).collect()).await
    }
}
