//! What holds of users whichever door a change comes in by: the facts that two attributes tell, the
//! numbers that must be in a catalogue, the sessions that end.
//!
//! Part of the unit of work of every write, between the new document and its row. Values are judged
//! only if the write changes them, so an echo of what is stored is never refused.

mod mail;
mod number;
pub(super) mod own;
mod plan;
mod role;
#[cfg(test)]
mod tests;
mod value;

pub(super) use mail::follow_mail;
pub(super) use number::{are_kept, attributes_of};

use super::{Door, Error, Principal, find};
use crate::clock::{self, Micros};
use crate::scim::schema::ResourceType;
use crate::scim::urn::{ADEPTIA, APPCRM, ENTERPRISE_USER, LIFECYCLE};
use crate::scim::{self, Object};
use crate::scim::{part, patch};
use crate::store::{Client, Conn, Row, sessions};
use serde_json::Value;
use std::sync::Arc;

/// Why sessions end.
const DEACTIVATED: &str = "deactivated";
const PASSWORD: &str = "password";

/// The rules, for one write.
pub(super) struct Rules<'a> {
    /// Who writes.
    pub client: Client,
    /// What is written.
    pub kind: &'a Arc<ResourceType>,
    /// Through which surface.
    pub door: Door,
    /// The user who does it, if it is one.
    pub principal: Option<&'a Principal>,
    /// When.
    pub now: Micros,
}

/// Which of two attributes that tell one fact counts, core `roles` or the roles at partner 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Windows {
    /// Core `roles`, in a document that was sent as a whole; the other one, if only that was sent.
    Whole,
    /// The one that changed; core `roles` if both did.
    Core,
    /// The one that changed; the roles at partners if both did.
    Partners,
}

impl Windows {
    /// Of a PATCH that changes both, the one named last counts.
    pub(super) fn of(edits: &[patch::Edit]) -> Self {
        let named = edits.iter().rev().find_map(|edit| {
            let extension = edit.target.extension.as_ref().map(|schema| schema.id.as_str());
            match (extension, edit.target.attribute.name.as_str()) {
                (None, "roles") => Some(Self::Core),
                (Some(ADEPTIA), "userPartnerRoles") => Some(Self::Partners),
                _ => None,
            }
        });
        named.unwrap_or(Self::Core)
    }
}

/// Whether the rules are about this type of resource: users, in a tenant that is opened to native APIs.
pub(super) fn applies(kind: &ResourceType) -> bool {
    kind.extension(LIFECYCLE).is_some()
}

impl Rules<'_> {
    /// Makes the new document keep the rules. `before` is the stored one, none for a new user.
    ///
    /// # Errors
    /// `invalidValue` for what is changed and breaks one.
    pub(super) async fn settle(
        &self,
        conn: &mut Conn,
        before: Option<&Object>,
        document: &mut Object,
        windows: Windows,
    ) -> Result<(), Error> {
        if !applies(self.kind) || before == Some(document) {
            return Ok(());
        }
        self.note_lifecycle(before, document);
        if part::at(document, &[APPCRM, "superAdmin"]) == Some(&Value::Bool(true)) {
            part::set(document, APPCRM, "accessApi", Some(Value::Bool(true)));
        }
        let nothing = Object::new();
        let before = before.unwrap_or(&nothing);
        value::check(self.kind, before, document)?;
        plan::merge(document);
        role::merge(before, document);
        number::check(conn, self.client.tenant, before, document).await?;
        plan::complete(conn, self.client.tenant, before, document, self.now).await?;
        role::agree(conn, self.client.tenant, before, document, windows).await?;
        role::name(conn, self.client.tenant, before, document).await
    }

    /// Does what the change means beside the row, which is written: claims of native values, sessions.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a native door.
    pub(super) async fn conclude(
        &self,
        conn: &mut Conn,
        num: i64,
        before: Option<&Object>,
        after: &Object,
        password: bool,
    ) -> Result<(), Error> {
        if applies(self.kind) {
            self.claim(conn, num, before, after).await?;
        }
        let tenant = self.client.tenant;
        if before.is_some_and(part::is_active) && !part::is_active(after) {
            sessions::revoke_all(conn, tenant, num, self.now, DEACTIVATED, None).await?;
        } else if password {
            let own = self.principal.filter(|principal| principal.num == num).and_then(|principal| principal.session);
            sessions::revoke_all(conn, tenant, num, self.now, PASSWORD, own).await?;
        }
        Ok(())
    }

    /// Gives a new user the roles of those who come without any.
    pub(super) async fn give_default_roles(&self, conn: &mut Conn, document: &mut Object) -> Result<(), Error> {
        if applies(self.kind) && !document.contains_key("roles") {
            role::give_defaults(conn, self.client.tenant, document).await?;
        }
        Ok(())
    }

    /// `active` and `deactivatedAt` tell one fact; who made a user is noted once.
    fn note_lifecycle(&self, before: Option<&Object>, document: &mut Object) {
        let now = || Some(Value::from(clock::rfc3339(self.now)));
        let origin = match before {
            None => Some(Value::from(self.door.name())),
            Some(before) => part::at(before, &[LIFECYCLE, "provisionedBy"]).cloned(),
        };
        part::set(document, LIFECYCLE, "provisionedBy", origin);
        if part::is_active(document) {
            part::set(document, LIFECYCLE, "deactivatedAt", None);
            return;
        }
        if part::at(document, &[LIFECYCLE, "deactivatedAt"]).is_none() {
            part::set(document, LIFECYCLE, "deactivatedAt", now());
        }
        if before.is_some_and(part::is_active) {
            part::set(document, LIFECYCLE, "sessionsRevokedAt", now());
        }
    }
}

/// The id of the user's manager.
pub(super) fn manager(document: &Object) -> Option<&str> {
    part::text(document, &[ENTERPRISE_USER, "manager", "value"])
}

/// The users whose manager has this id.
pub(super) async fn reports(
    conn: &mut Conn,
    client: Client,
    kind: &Arc<ResourceType>,
    id: &str,
) -> Result<Vec<Row>, Error> {
    if kind.extension(ENTERPRISE_USER).is_none() {
        return Ok(Vec::new());
    }
    find::holders(conn, client, kind, &format!("{ENTERPRISE_USER}:manager.value"), id, u64::MAX).await
}

/// The refusal of a value, by the name of its attribute.
fn refuse(urn: &str, name: &str, rule: &str) -> Error {
    scim::Error::value(format!("{urn}:{name} {rule}")).into()
}
