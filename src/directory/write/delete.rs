//! The unit of work that removes a resource.

use super::{Scope, not_found, parse};
use crate::directory::audit::{self, Beside};
use crate::directory::user::Estate;
use crate::directory::{Error, Expect};
use crate::scim::Object;
use crate::scim::tolerance::{Tolerance, Used};
use crate::store::audit::Action;
use crate::store::{Conn, Unit, deleted, resources};

/// A removal.
pub(in crate::directory) struct Delete {
    pub scope: Scope,
    pub id: String,
    pub expect: Expect,
    /// What becomes of what a user owns.
    pub estate: Estate,
}

impl Unit for Delete {
    type Output = Used;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Used, Error> {
        self.scope.enter(conn).await?;
        let Scope { client, kind, .. } = &self.scope;
        let locked = resources::lock(conn, *client, kind, &self.id).await?;
        let row = locked.ok_or_else(|| not_found(kind))?;
        self.expect.check(row.version)?;
        let document = parse(&row.document)?;
        let scope = self.scope.by_type_of(&document);
        let Scope { client, kind, now, used, values, .. } = &*scope;
        let documents = (&document, &Object::new());
        let mut changes = vec![audit::change(Action::Deleted, kind, &row, documents, Beside::default(), *values)];
        changes.extend(scope.bury(conn, &row, self.estate).await?);
        if used.has(Tolerance::SoftDelete) {
            deleted::keep(conn, *client, &row, *now).await?;
        }
        let groups = resources::remove(conn, client.tenant, &row, *now).await?;
        changes.extend(groups.into_iter().map(audit::lost_a_member));
        scope.note_all(conn, &changes).await?;
        Ok(*used)
    }
}
