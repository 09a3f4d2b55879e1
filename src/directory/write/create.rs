//! The unit of work that makes a resource.

use super::Scope;
use crate::directory::audit::Beside;
use crate::directory::rule::Windows;
use crate::directory::{Error, Record, invitation, record};
use crate::scim::patch::MemberEdit;
use crate::scim::schema::Storage;
use crate::scim::urn::ADEPTIA;
use crate::scim::{Object, part, resource};
use crate::store::audit::Action;
use crate::store::{self, Conn, Unit, passwords, resources};
use serde_json::Value;
use std::sync::Arc;

/// A new resource.
pub(in crate::directory) struct Create {
    pub scope: Scope,
    pub id: String,
    /// Valid, without `schemas` and `id`.
    pub document: Object,
    pub members: Vec<String>,
    /// The hash.
    pub password: Option<String>,
    /// The roles that are given to users who come without any are given.
    pub default_roles: bool,
    /// The invitation a user comes by.
    pub invitation: Option<i64>,
}

impl Unit for Create {
    type Output = Record;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Record, Error> {
        self.scope.enter(conn).await?;
        match self.make(conn, &self.scope).await {
            // Since the caller was identified.
            Err(Error::Busy(Some(store::Error::Opened))) => self.make(conn, &self.scope.after_opening()).await,
            made => made,
        }
    }
}

impl Create {
    async fn make(&self, conn: &mut Conn, scope: &Scope) -> Result<Record, Error> {
        let Scope { client, kind, show, now, .. } = scope;
        let tenant = &client.tenant;
        let mut used = scope.used;
        let mut document = self.document.clone();
        let rules = scope.rules(*now);
        if let Some(num) = self.invitation {
            invitation::take(conn, *tenant, num, *now).await?;
            part::set(&mut document, ADEPTIA, "invitationId", Some(Value::from(num.to_string())));
        }
        if self.default_roles {
            rules.give_default_roles(conn, &mut document).await?;
        }
        rules.settle(conn, None, &mut document, Windows::Whole).await?;
        let document = resource::finish(kind, &self.id, document);
        let made = resources::insert(conn, *client, kind, &self.id, &document, *now).await;
        let row = made.map_err(|error| scope.refusal(error, false))?;
        let members = match self.members.as_slice() {
            [] => false,
            ids => scope.edit_members(conn, &row, &[MemberEdit::Add(ids.to_vec())], "", &mut used).await?,
        };
        if let Some(hash) = &self.password {
            passwords::set(conn, *tenant, row.num, Some(hash)).await?;
        }
        let beside = Beside { members, password: self.password.is_some() };
        rules.conclude(conn, row.num, None, &document, false).await?;
        let documents = (&Object::new(), &document);
        let changed = scope.note(conn, Action::Created, &row, documents, beside).await?;
        if kind.stored_as(Storage::Members).is_none() {
            return Ok(Record { changed, used, ..record::newborn(Arc::clone(kind), row, show) });
        }
        Ok(Record { changed, used, ..record::complete(conn, *tenant, kind, row, show, *now).await? })
    }
}
