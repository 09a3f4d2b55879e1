//! The audit's part of a unit of work.

use super::Scope;
use crate::directory::Error;
use crate::directory::audit::{self, Beside};
use crate::scim::Object;
use crate::store::audit::{Action, Change};
use crate::store::{self, Conn, Row};

impl Scope {
    /// Notes one change of a resource of the scope's type; answers the names of what changed.
    pub(super) async fn note(
        &self,
        conn: &mut Conn,
        action: Action,
        row: &Row,
        documents: (&Object, &Object),
        beside: Beside,
    ) -> Result<Vec<String>, Error> {
        let change = audit::change(action, &self.kind, row, documents, beside, self.values);
        self.note_all(conn, std::slice::from_ref(&change)).await?;
        Ok(change.attributes)
    }

    /// Notes changes.
    pub(super) async fn note_all(&self, conn: &mut Conn, changes: &[Change]) -> Result<(), Error> {
        Ok(store::audit::insert(conn, self.tenant, &self.actor, changes, self.now).await?)
    }
}
