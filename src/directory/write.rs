//! The verbs on one resource: create, get, replace, patch, delete.
//!
//! A write is checked as far as possible before its unit of work begins; inside, the row is locked,
//! the change is applied to a copy, and a change that changes nothing leaves no trace.

mod membership;
mod noting;

use super::audit::{self, Beside};
use super::{Caller, Directory, Error, Expect, Record, record};
use crate::clock::Micros;
use crate::ident;
use crate::scim::patch::{self, MemberEdit, PasswordEdit, Patch};
use crate::scim::projection::Projection;
use crate::scim::resource::{self, Draft};
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::tolerance::{Tolerance, Used};
use crate::scim::{self, Object, validate};
use crate::store::audit::{Action, Actor};
use crate::store::{Client, Conn, Row, Unit, deleted, members, passwords, resources};
use serde_json::Value;
use std::sync::Arc;

impl Directory {
    /// Reads one resource.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        show: &Projection,
    ) -> Result<Record, Error> {
        caller.may_read()?;
        let mut conn = self.inner.store.read().await?;
        let row = resources::load(&mut conn, caller.client(), kind, id).await?.ok_or_else(|| not_found(kind))?;
        record::complete(&mut conn, caller.tenant, kind, row, show, self.inner.clock.now()).await
    }

    /// Creates a resource from a body (RFC 7644 §3.3).
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is stored then.
    pub async fn create(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        body: Value,
        show: &Projection,
    ) -> Result<Record, Error> {
        caller.may_write()?;
        let Draft { mut document, members, password, unknown, used } = resource::read(kind, body, &caller.profile)?;
        note_unknown(kind, &unknown);
        validate::create(kind, &mut document)?;
        let password = match password {
            Some(text) => Some(self.inner.hasher.hash(&text).await?),
            None => None,
        };
        let scope = self.scope(caller, kind, show, used);
        let id = self.inner.ids.resource(scope.now);
        let unit = Create {
            scope,
            document: resource::finish(kind, &id, document),
            id,
            members: members.unwrap_or_default(),
            password,
        };
        self.inner.store.write(unit).await
    }

    /// Replaces a resource by a body (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is changed then.
    pub async fn replace(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: Value,
        expect: &Expect,
        show: &Projection,
    ) -> Result<Record, Error> {
        caller.may_write()?;
        let Draft { document, members, password, unknown, used } = resource::read(kind, body, &caller.profile)?;
        note_unknown(kind, &unknown);
        let has_members = kind.stored_as(Storage::Members).is_some();
        let members = has_members.then(|| MemberEdit::Replace(members.unwrap_or_default()));
        let unit = Change {
            scope: self.scope(caller, kind, show, used),
            id: id.to_owned(),
            expect: expect.clone(),
            what: What::Replace(document),
            members: members.into_iter().collect(),
            password: self.password_change(caller, kind, id, password.map(PasswordEdit::Set)).await?,
            base: String::new(),
            answer_members: None,
        };
        self.inner.store.write(unit).await
    }

    /// Changes parts of a resource (RFC 7644 §3.5.2). `base` is the SCIM base URL, for filters on
    /// `$ref`.
    ///
    /// # Errors
    /// Whatever the protocol forbids; nothing is changed then.
    #[expect(clippy::too_many_arguments, reason = "the verb's words: who, what, which, how, if, show, where")]
    pub async fn patch(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: &Value,
        expect: &Expect,
        show: &Projection,
        base: &str,
    ) -> Result<Record, Error> {
        caller.may_write()?;
        let Patch { id: named, edits, members, password, unknown, used } = patch::parse(kind, body, &caller.profile)?;
        note_unknown(kind, &unknown);
        let members = if edits.is_empty() && password.is_none() && name_nobody(&members) {
            tracing::warn!("ignored a change of members whose values cannot be the ids of resources");
            Vec::new()
        } else {
            members
        };
        if named.is_some_and(|named| named != id) {
            return Err(
                scim::Error::mutability("id is read-only and differs from the resource's (RFC 7643 §3.1)").into()
            );
        }
        let unit = Change {
            scope: self.scope(caller, kind, show, used),
            id: id.to_owned(),
            expect: expect.clone(),
            what: What::Patch(edits),
            members,
            password: self.password_change(caller, kind, id, password).await?,
            base: base.to_owned(),
            answer_members: (!show.is_explicit()).then_some(self.inner.limits.patch_answer_members),
        };
        self.inner.store.write(unit).await
    }

    /// Deletes a resource (RFC 7644 §3.6); answers the tolerances it made use of. A client with
    /// [`Tolerance::SoftDelete`] leaves the last document to the administrators.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::VersionMismatch`].
    pub async fn delete(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        expect: &Expect,
    ) -> Result<Used, Error> {
        caller.may_write()?;
        let used = Some(Tolerance::SoftDelete).filter(|tolerance| caller.profile.allows(*tolerance));
        let unit = Delete {
            scope: self.scope(caller, kind, &Projection::new(kind, &[], &[]), used.into_iter().collect()),
            id: id.to_owned(),
            expect: expect.clone(),
        };
        self.inner.store.write(unit).await
    }

    fn scope(&self, caller: &Caller, kind: &Arc<ResourceType>, show: &Projection, used: Used) -> Scope {
        Scope {
            client: caller.client(),
            kind: self.kind_for(caller, kind),
            show: show.clone(),
            now: self.inner.clock.now(),
            drops_unknown_members: caller.profile.allows(Tolerance::UnknownMembers),
            used,
            actor: audit::actor(caller),
            values: self.inner.recording.values,
        }
    }

    /// What a request does to the password. Hashing takes long, so it happens before the unit of
    /// work; the password a resource already has is no change.
    async fn password_change(
        &self,
        caller: &Caller,
        kind: &ResourceType,
        id: &str,
        wanted: Option<PasswordEdit>,
    ) -> Result<PasswordChange, Error> {
        let Some(wanted) = wanted else { return Ok(PasswordChange::Keep) };
        let mut conn = self.inner.store.read().await?;
        let row = resources::load(&mut conn, caller.client(), kind, id).await?.ok_or_else(|| not_found(kind))?;
        let stored = passwords::load(&mut conn, caller.tenant, row.num).await?;
        drop(conn);
        match (wanted, stored) {
            (PasswordEdit::Remove, None) => Ok(PasswordChange::Keep),
            (PasswordEdit::Remove, Some(_)) => Ok(PasswordChange::Remove),
            (PasswordEdit::Set(text), Some(hash)) if self.inner.hasher.verify(&text, &hash).await? => {
                Ok(PasswordChange::Keep)
            }
            (PasswordEdit::Set(text), _) => Ok(PasswordChange::Set(self.inner.hasher.hash(&text).await?)),
        }
    }
}

fn not_found(kind: &ResourceType) -> Error {
    Error::NotFound(kind.name.clone())
}

/// Attributes no schema knows are ignored (RFC 7644 §3.3), but an administrator can find out.
fn note_unknown(kind: &ResourceType, unknown: &[String]) {
    if !unknown.is_empty() {
        tracing::debug!(resource_type = kind.name, attributes = ?unknown, "ignored attributes that no schema knows");
    }
}

/// Whether all that is asked is to add members by ids that do not even have the form of ours.
///
/// Clients probe with such ids; adding nobody changes nothing. With anything beside them the request
/// is refused by the store, so that no request does a part of what it says.
fn name_nobody(edits: &[MemberEdit]) -> bool {
    !edits.is_empty()
        && edits.iter().all(|edit| match edit {
            MemberEdit::Add(ids) => !ids.iter().any(|id| ident::is_resource_id(id)),
            MemberEdit::Remove(_) | MemberEdit::RemoveWhere(_) | MemberEdit::Replace(_) => false,
        })
}

/// What every write knows.
struct Scope {
    client: Client,
    kind: Arc<ResourceType>,
    show: Projection,
    now: Micros,
    /// Members that nobody is are left out.
    drops_unknown_members: bool,
    /// The tolerances that reading the request made use of.
    used: Used,
    /// For the audit.
    actor: Actor,
    /// The audit keeps values.
    values: bool,
}

struct Create {
    scope: Scope,
    id: String,
    document: Object,
    members: Vec<String>,
    password: Option<String>,
}

impl Unit for Create {
    type Output = Record;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Record, Error> {
        let Scope { client, kind, show, now, .. } = &self.scope;
        let tenant = &client.tenant;
        let mut used = self.scope.used;
        let row = resources::insert(conn, *client, kind, &self.id, &self.document, *now).await?;
        let members = match self.members.as_slice() {
            [] => false,
            ids => self.scope.edit_members(conn, &row, &[MemberEdit::Add(ids.to_vec())], "", &mut used).await?,
        };
        if let Some(hash) = &self.password {
            passwords::set(conn, *tenant, row.num, Some(hash)).await?;
        }
        let beside = Beside { members, password: self.password.is_some() };
        let documents = (&Object::new(), &self.document);
        let changed = self.scope.note(conn, Action::Created, &row, documents, beside).await?;
        if kind.stored_as(Storage::Members).is_none() {
            return Ok(Record { changed, used, ..record::newborn(Arc::clone(kind), row, show) });
        }
        Ok(Record { changed, used, ..record::complete(conn, *tenant, kind, row, show, *now).await? })
    }
}

/// A replace or a patch.
struct Change {
    scope: Scope,
    id: String,
    expect: Expect,
    what: What,
    members: Vec<MemberEdit>,
    password: PasswordChange,
    base: String,
    /// The most members the answer lists; none for no bound.
    answer_members: Option<u32>,
}

enum What {
    Replace(Object),
    Patch(Vec<patch::Edit>),
}

enum PasswordChange {
    Keep,
    Remove,
    Set(String),
}

impl Change {
    /// The document as it will be.
    fn document(&self, stored: &Object) -> Result<Object, scim::Error> {
        let kind = &self.scope.kind;
        let document = match &self.what {
            What::Replace(document) => {
                let mut document = document.clone();
                validate::replace(kind, stored, &mut document)?;
                document
            }
            What::Patch(edits) => {
                let mut document = stored.clone();
                patch::apply(kind, edits, &mut document)?;
                validate::patch(kind, stored, &mut document)?;
                document
            }
        };
        Ok(resource::finish(kind, &self.id, document))
    }

    /// Applies what does not live in the document; answers what of it changed.
    async fn beside(&self, conn: &mut Conn, row: &Row, used: &mut Used) -> Result<Beside, Error> {
        let tenant = self.scope.client.tenant;
        let members = self.scope.edit_members(conn, row, &self.members, &self.base, used).await?;
        match &self.password {
            PasswordChange::Keep => return Ok(Beside { members, password: false }),
            PasswordChange::Remove => passwords::set(conn, tenant, row.num, None).await?,
            PasswordChange::Set(hash) => passwords::set(conn, tenant, row.num, Some(hash)).await?,
        }
        Ok(Beside { members, password: true })
    }
}

impl Unit for Change {
    type Output = Record;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Record, Error> {
        let Scope { client, kind, show, now, .. } = &self.scope;
        let tenant = &client.tenant;
        let mut used = self.scope.used;
        let locked = resources::lock(conn, *client, kind, &self.id).await?;
        let mut row = locked.ok_or_else(|| not_found(kind))?;
        self.expect.check(row.version)?;
        // lastModified never goes back, even if the clock does.
        let now = (*now).max(row.modified);
        let stored = parse(&row.document)?;
        let document = self.document(&stored)?;
        let beside = self.beside(conn, &row, &mut used).await?;
        if document != stored {
            row = resources::replace(conn, *client, kind, &row, &stored, &document, now).await?;
        } else if beside.any() {
            row = resources::touch(conn, *tenant, &row, now).await?;
        }
        let changed = if document != stored || beside.any() {
            let action = match self.what {
                What::Replace(_) => Action::Replaced,
                What::Patch(_) => Action::Patched,
            };
            self.scope.note(conn, action, &row, (&stored, &document), beside).await?
        } else {
            Vec::new()
        };
        if let Some(limit) = self.answer_members
            && show.shows(Storage::Members)
            && members::more_than(conn, *tenant, row.num, limit).await?
        {
            return Ok(Record { too_many_members: true, changed, used, ..record::bare(Arc::clone(kind), row) });
        }
        Ok(Record { changed, used, ..record::complete(conn, *tenant, kind, row, show, now).await? })
    }
}

struct Delete {
    scope: Scope,
    id: String,
    expect: Expect,
}

impl Unit for Delete {
    type Output = Used;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Used, Error> {
        let Scope { client, kind, now, used, values, .. } = &self.scope;
        let locked = resources::lock(conn, *client, kind, &self.id).await?;
        let row = locked.ok_or_else(|| not_found(kind))?;
        self.expect.check(row.version)?;
        let document = parse(&row.document)?;
        let documents = (&document, &Object::new());
        let mut changes = vec![audit::change(Action::Deleted, kind, &row, documents, Beside::default(), *values)];
        if used.has(Tolerance::SoftDelete) {
            deleted::keep(conn, *client, &row, *now).await?;
        }
        let groups = resources::remove(conn, client.tenant, &row, *now).await?;
        changes.extend(groups.into_iter().map(audit::lost_a_member));
        self.scope.note_all(conn, &changes).await?;
        Ok(*used)
    }
}

fn parse(document: &str) -> Result<Object, Error> {
    serde_json::from_str(document).map_err(|error| Error::Internal(format!("a stored document is not JSON: {error}")))
}
