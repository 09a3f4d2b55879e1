//! What a user owns, within a unit of work: it goes to another user, or is let go.

use super::{Scope, not_found, parse};
use crate::clock::Micros;
use crate::directory::audit::{self, Beside};
use crate::directory::user::{Dependency, Estate};
use crate::directory::{Error, rule};
use crate::scim::schema::ResourceType;
use crate::scim::urn::ENTERPRISE_USER;
use crate::scim::{Object, part, resource};
use crate::store::audit::{Action, Change};
use crate::store::{Client, Conn, Row, Unit, invitations, resources};
use serde_json::{Value, json};
use std::sync::Arc;

/// Gives what one user owns to another one, both known by their numbers.
pub(in crate::directory) struct Move {
    pub scope: Scope,
    pub from: i64,
    pub to: i64,
}

impl Unit for Move {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        self.scope.enter(conn).await?;
        let Scope { client, kind, .. } = &self.scope;
        let from = resources::load_num(conn, *client, kind, self.from).await?.ok_or_else(|| not_found(kind))?;
        let to = self.scope.heir(conn, self.to).await?;
        let changes = self.scope.pass_on(conn, &from, Some(&to)).await?;
        self.scope.note_all(conn, &changes).await
    }
}

impl Scope {
    /// Settles what a user that is about to be removed leaves behind; answers the changes of others.
    pub(super) async fn bury(&self, conn: &mut Conn, row: &Row, what: Estate) -> Result<Vec<Change>, Error> {
        if !rule::applies(&self.kind) {
            return Ok(Vec::new());
        }
        let heir = match what {
            Estate::LetGo => None,
            Estate::To(num) if num == row.num => return Err(not_found(&self.kind)),
            Estate::To(num) => Some(self.heir(conn, num).await?),
            Estate::Nothing => match dependencies(conn, self.client, &self.kind, row, self.now).await?.as_slice() {
                [] => None,
                owned => return Err(Error::Dependencies(owned.to_vec())),
            },
        };
        self.pass_on(conn, row, heir.as_ref()).await
    }

    async fn heir(&self, conn: &mut Conn, num: i64) -> Result<Row, Error> {
        let Self { client, kind, .. } = self;
        let found = resources::load_num(conn, *client, kind, num).await?.ok_or_else(|| not_found(kind))?;
        // Locked, so that it does not go while it inherits.
        resources::lock(conn, *client, kind, &found.id).await?.ok_or_else(|| not_found(kind))
    }

    async fn pass_on(&self, conn: &mut Conn, from: &Row, to: Option<&Row>) -> Result<Vec<Change>, Error> {
        let Self { client, kind, .. } = self;
        let mut changes = Vec::new();
        for report in rule::reports(conn, *client, kind, &from.id).await? {
            if report.num == from.num {
                continue;
            }
            // It may be gone, or have another manager by now.
            let Some(row) = resources::lock(conn, *client, kind, &report.id).await? else { continue };
            let before = parse(&row.document)?;
            if rule::manager(&before) != Some(from.id.as_str()) {
                continue;
            }
            // Nobody is to be its own manager.
            let manager = to.filter(|to| to.num != row.num).map(|to| json!({ "value": to.id }));
            let after = with_manager(kind, &row.id, &before, manager);
            let now = self.now.max(row.modified);
            let row = resources::replace(conn, *client, kind, &row, &before, &after, now).await?;
            let documents = (&before, &after);
            changes.push(audit::change(Action::Patched, kind, &row, documents, Beside::default(), self.values));
        }
        invitations::hand_over(conn, client.tenant, from.num, to.map(|to| to.num)).await?;
        Ok(changes)
    }
}

fn with_manager(kind: &ResourceType, id: &str, before: &Object, manager: Option<Value>) -> Object {
    let mut after = before.clone();
    part::set(&mut after, ENTERPRISE_USER, "manager", manager);
    resource::finish(kind, id, after)
}

/// What would be left without its owner if the user were removed.
pub(in crate::directory) async fn dependencies(
    conn: &mut Conn,
    client: Client,
    kind: &Arc<ResourceType>,
    row: &Row,
    now: Micros,
) -> Result<Vec<Dependency>, Error> {
    let mut owned = Vec::new();
    for report in rule::reports(conn, client, kind, &row.id).await?.iter().filter(|report| report.num != row.num) {
        let document = parse(&report.document)?;
        let name = ["displayName", "userName"].iter().find_map(|name| document.get(*name)?.as_str());
        owned.push(Dependency { kind: "User", name: name.unwrap_or(&report.id).to_owned() });
    }
    let pending = invitations::pending_of(conn, client.tenant, row.num, now).await?;
    owned.extend(pending.into_iter().map(|sent| Dependency { kind: "Invitation", name: sent.recipient }));
    Ok(owned)
}
