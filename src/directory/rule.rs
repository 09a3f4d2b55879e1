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

pub(super) use mail::{follow_mail, primary_mail};

use super::{Door, Error, Principal};
use crate::clock::{self, Micros};
use crate::scim::filter::{self, Operator};
use crate::scim::patch;
use crate::scim::schema::ResourceType;
use crate::scim::urn::{ADEPTIA, APPCRM, ENTERPRISE_USER, LIFECYCLE};
use crate::scim::{self, Object};
use crate::store::select::{self, Part, Place, Query};
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
        if part(document, APPCRM, "superAdmin") == Some(&Value::Bool(true)) {
            set(document, APPCRM, "accessApi", Some(Value::Bool(true)));
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
        if before.is_some_and(|before| !is_inactive(before)) && is_inactive(after) {
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
            Some(before) => part(before, LIFECYCLE, "provisionedBy").cloned(),
        };
        set(document, LIFECYCLE, "provisionedBy", origin);
        if !is_inactive(document) {
            set(document, LIFECYCLE, "deactivatedAt", None);
            return;
        }
        if part(document, LIFECYCLE, "deactivatedAt").is_none() {
            set(document, LIFECYCLE, "deactivatedAt", now());
        }
        if before.is_some_and(|before| !is_inactive(before)) {
            set(document, LIFECYCLE, "sessionsRevokedAt", now());
        }
    }
}

/// Whether the user is switched off.
fn is_inactive(document: &Object) -> bool {
    document.get("active") == Some(&Value::Bool(false))
}

/// An attribute of an extension.
pub(super) fn part<'d>(document: &'d Object, urn: &str, name: &str) -> Option<&'d Value> {
    document.get(urn)?.get(name)
}

/// The elements of a multi-valued attribute of an extension.
fn list<'d>(document: &'d Object, urn: &str, name: &str) -> &'d [Value] {
    part(document, urn, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Sets or removes an attribute of an extension, which goes with its last attribute.
pub(super) fn set(document: &mut Object, urn: &str, name: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty)) {
        let extension = document.entry(urn).or_insert_with(|| Value::Object(Object::new()));
        if let Some(attributes) = extension.as_object_mut() {
            attributes.insert(name.to_owned(), value);
        }
        return;
    }
    let Some(attributes) = document.get_mut(urn).and_then(Value::as_object_mut) else { return };
    attributes.shift_remove(name);
    if attributes.is_empty() {
        document.shift_remove(urn);
    }
}

/// The id of the user's manager.
pub(super) fn manager(document: &Object) -> Option<&str> {
    part(document, ENTERPRISE_USER, "manager")?.get("value")?.as_str()
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
    with(conn, client, kind, &format!("{ENTERPRISE_USER}:manager.value"), id).await
}

/// The resources of which an attribute has this value.
pub(super) async fn with(
    conn: &mut Conn,
    client: Client,
    kind: &Arc<ResourceType>,
    path: &str,
    text: &str,
) -> Result<Vec<Row>, Error> {
    if text.contains('\0') {
        // No database of ours holds it, and Postgres refuses to look.
        return Ok(Vec::new());
    }
    let filter = filter::test(kind, path, Operator::Eq, &Value::from(text))?;
    let query = Query {
        parts: vec![Part { kind: Arc::clone(kind), filter: Some(filter), sort: None }],
        descending: false,
        place: Place::Offset(0),
        limit: u64::MAX,
        base: String::new(),
        // No attribute that is looked for here counts what is alive.
        now: 0,
    };
    Ok(select::page(conn, client, &query).await?.rows)
}

/// The refusal of a value, by the name of its attribute.
fn refuse(urn: &str, name: &str, rule: &str) -> Error {
    scim::Error::value(format!("{urn}:{name} {rule}")).into()
}
