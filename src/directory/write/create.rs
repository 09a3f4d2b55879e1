//! The unit of work that makes a resource.

use super::Scope;
use crate::directory::audit::{self, Beside};
use crate::directory::rule::Windows;
use crate::directory::{Error, Record, invitation, record};
use crate::scim::patch::MemberEdit;
use crate::scim::schema::Storage;
use crate::scim::urn::ADEPTIA;
use crate::scim::{Object, part, resource};
use crate::store::audit::Action;
use crate::store::resources::New;
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
        let mut made = Self::run_all(conn, &[self]).await?;
        made.pop().ok_or_else(|| Error::Internal("a resource that was made went missing".to_owned()))
    }
}

impl Create {
    /// Makes resources in this order, all for one client, and their members once all of them are there:
    /// so they may refer to each other.
    pub(in crate::directory) async fn run_all(conn: &mut Conn, creates: &[&Self]) -> Result<Vec<Record>, Error> {
        let Some(first) = creates.first() else { return Ok(Vec::new()) };
        first.scope.enter(conn).await?;
        let scopes: Vec<_> = creates.iter().map(|create| create.scope.clone()).collect();
        match make(conn, creates, &scopes).await {
            // Since the caller was identified.
            Err(Error::Busy(Some(store::Error::Opened))) => {
                let scopes: Vec<_> = scopes.iter().map(Scope::after_opening).collect();
                make(conn, creates, &scopes).await
            }
            made => made,
        }
    }

    /// The document as it is stored.
    async fn finished(&self, conn: &mut Conn, scope: &Scope) -> Result<Object, Error> {
        let mut document = self.document.clone();
        let (rules, tenant) = (scope.rules(scope.now), scope.client.tenant);
        if let Some(num) = self.invitation {
            invitation::take(conn, tenant, num, scope.now).await?;
            part::set(&mut document, ADEPTIA, "invitationId", Some(Value::from(num.to_string())));
        }
        if self.default_roles {
            rules.give_default_roles(conn, &mut document).await?;
        }
        rules.settle(conn, None, &mut document, Windows::Whole).await?;
        Ok(resource::finish(&scope.kind, &self.id, document))
    }
}

async fn make(conn: &mut Conn, creates: &[&Create], scopes: &[Scope]) -> Result<Vec<Record>, Error> {
    let Some(shared) = scopes.first() else { return Ok(Vec::new()) };
    let mut documents = Vec::with_capacity(creates.len());
    for (create, scope) in creates.iter().zip(scopes) {
        documents.push(create.finished(conn, scope).await?);
    }
    let news = creates.iter().zip(scopes).zip(&documents);
    let news: Vec<New<'_>> =
        news.map(|((create, scope), document)| New { kind: &scope.kind, id: &create.id, document }).collect();
    let rows = resources::insert_all(conn, shared.client, &news, shared.now).await;
    let rows = rows.map_err(|error| shared.refusal(error, false))?;
    let mut notes = Vec::with_capacity(rows.len());
    let mut records = Vec::with_capacity(rows.len());
    for (((create, scope), document), row) in creates.iter().zip(scopes).zip(&documents).zip(rows) {
        let Scope { client, kind, show, now, .. } = scope;
        let mut used = scope.used;
        let members = match create.members.as_slice() {
            [] => false,
            ids => scope.edit_members(conn, &row, &[MemberEdit::Add(ids.to_vec())], "", &mut used).await?,
        };
        if let Some(hash) = &create.password {
            passwords::set(conn, client.tenant, row.num, Some(hash)).await?;
        }
        let beside = Beside { members, password: create.password.is_some() };
        scope.rules(*now).conclude(conn, row.num, None, document, false).await?;
        let note = audit::change(Action::Created, kind, &row, (&Object::new(), document), beside, scope.values);
        let changed = note.attributes.clone();
        notes.push(note);
        records.push(if kind.stored_as(Storage::Members).is_none() {
            Record { changed, used, ..record::newborn(Arc::clone(kind), row, show) }
        } else {
            Record { changed, used, ..record::complete(conn, client.tenant, kind, row, show, *now).await? }
        });
    }
    shared.note_all(conn, &notes).await?;
    Ok(records)
}
