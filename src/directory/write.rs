//! The verbs on one resource: create, get, replace, patch, delete.
//!
//! A write is checked as far as possible before its unit of work begins; inside, the row is locked,
//! the change is applied to a copy, and a change that changes nothing leaves no trace.

mod change;
mod create;
mod delete;
mod estate;
mod membership;
mod noting;

pub(super) use change::{Change, PasswordChange, What};
pub(super) use create::Create;
pub(super) use delete::Delete;
pub(super) use estate::{Move, dependencies};

use super::rule::Rules;
use super::user::Estate;
use super::{Caller, Directory, Door, Error, Expect, Field, Principal, Record, audit, record};
use crate::clock::Micros;
use crate::ident;
use crate::scim::patch::{self, MemberEdit, PasswordEdit, Patch};
use crate::scim::projection::Projection;
use crate::scim::resource::{self, Draft};
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::tolerance::{Tolerance, Used};
use crate::scim::urn::LIFECYCLE;
use crate::scim::{self, Object, validate};
use crate::store::audit::Actor;
use crate::store::{self, Client, Conn, opening, passwords, resources};
use serde_json::Value;
use std::borrow::Cow;
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
        self.read_one(caller, kind, id, show).await
    }

    /// Reads one resource for a caller whose right to it was judged.
    pub(super) async fn read_one(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        show: &Projection,
    ) -> Result<Record, Error> {
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
        let draft = resource::read(kind, body, &caller.profile)?;
        let unit = self.creation(caller, kind, draft, show).await?;
        self.inner.store.write(unit).await
    }

    /// The unit of work that creates a resource.
    pub(super) async fn creation(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        draft: Draft,
        show: &Projection,
    ) -> Result<Create, Error> {
        let Draft { mut document, members, password, unknown, used } = draft;
        note_unknown(kind, &unknown);
        validate::create(kind, &mut document)?;
        let password = match password {
            Some(text) => Some(self.inner.hasher.hash(&text).await?),
            None => None,
        };
        let scope = self.scope(caller, kind, show, used);
        let id = self.inner.ids.resource(scope.now);
        Ok(Create {
            scope,
            document,
            id,
            members: members.unwrap_or_default(),
            password,
            default_roles: false,
            invitation: None,
        })
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
        let unit = self.replacement(caller, kind, id, body, expect, show).await?;
        self.inner.store.write(unit).await
    }

    /// The unit of work that replaces a resource.
    pub(super) async fn replacement(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: Value,
        expect: &Expect,
        show: &Projection,
    ) -> Result<Change, Error> {
        let Draft { document, members, password, unknown, used } = resource::read(kind, body, &caller.profile)?;
        note_unknown(kind, &unknown);
        let has_members = kind.stored_as(Storage::Members).is_some();
        let members = has_members.then(|| MemberEdit::Replace(members.unwrap_or_default()));
        Ok(Change {
            scope: self.scope(caller, kind, show, used),
            id: id.to_owned(),
            expect: expect.clone(),
            what: What::Replace(document),
            by_itself: false,
            members: members.into_iter().collect(),
            password: self.password_change(caller, kind, id, password.map(PasswordEdit::Set)).await?,
            base: String::new(),
            answer_members: None,
        })
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
        let unit = self.patching(caller, kind, id, body, expect, show, base).await?;
        self.inner.store.write(unit).await
    }

    /// The unit of work that changes parts of a resource.
    #[expect(clippy::too_many_arguments, reason = "the verb's words: who, what, which, how, if, show, where")]
    pub(super) async fn patching(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: &str,
        body: &Value,
        expect: &Expect,
        show: &Projection,
        base: &str,
    ) -> Result<Change, Error> {
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
        Ok(Change {
            scope: self.scope(caller, kind, show, used),
            id: id.to_owned(),
            expect: expect.clone(),
            what: What::Patch(edits),
            by_itself: false,
            members,
            password: self.password_change(caller, kind, id, password).await?,
            base: base.to_owned(),
            answer_members: (!show.is_explicit()).then_some(self.inner.limits.patch_answer_members),
        })
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
            estate: Estate::LetGo,
        };
        self.inner.store.write(unit).await
    }

    /// What every write knows.
    pub(super) fn scope(&self, caller: &Caller, kind: &Arc<ResourceType>, show: &Projection, used: Used) -> Scope {
        Scope {
            client: caller.client(),
            kind: Self::kind_for(caller, kind),
            show: show.clone(),
            now: self.inner.clock.now(),
            drops_unknown_members: caller.profile.allows(Tolerance::UnknownMembers),
            used,
            actor: audit::actor(caller),
            values: self.inner.recording.values,
            door: caller.door,
            principal: caller.principal.clone(),
            opened: opened(caller, kind),
            opens: false,
        }
    }

    /// What a request does to the password. Hashing takes long, so it happens before the unit of
    /// work; the password a resource already has is no change.
    pub(super) async fn password_change(
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

/// What a plain type is in a tenant that is opened to native APIs; none for another type.
fn opened(caller: &Caller, kind: &ResourceType) -> Option<Arc<ResourceType>> {
    kind.plain.then(|| caller.schemas.whole().resource_type(&kind.name).cloned()).flatten()
}

pub(super) fn not_found(kind: &ResourceType) -> Error {
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
#[derive(Clone)]
pub(super) struct Scope {
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
    /// The surface it comes through.
    door: Door,
    /// The user whose credential it is.
    principal: Option<Principal>,
    /// If the type is plain: what it is once the tenant is opened to native APIs.
    opened: Option<Arc<ResourceType>>,
    /// The write opens the tenant to native APIs.
    opens: bool,
}

impl Scope {
    /// The same write, which opens the tenant to native APIs or does not.
    pub(super) fn opening(self, opens: bool) -> Self {
        Self { opens, ..self }
    }

    /// Begins the unit of work: before whatever it writes, the tenant is opened if it needs that.
    async fn enter(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.opens {
            opening::open(conn, self.client.tenant).await?;
        }
        Ok(())
    }

    /// The same write in the tenant after its opening.
    fn after_opening(&self) -> Self {
        let kind = self.opened.as_ref().unwrap_or(&self.kind);
        Self { kind: Arc::clone(kind), opened: None, ..self.clone() }
    }

    /// The write by the type that this document is of. The tenant may have been opened since the caller was
    /// identified; a document tells, since every one of an opened tenant has the extension.
    fn by_type_of(&self, stored: &Object) -> Cow<'_, Self> {
        if self.opened.is_some() && stored.contains_key(LIFECYCLE) {
            Cow::Owned(self.after_opening())
        } else {
            Cow::Borrowed(self)
        }
    }

    /// The rules for users, at this time.
    fn rules(&self, now: Micros) -> Rules<'_> {
        let Self { client, kind, door, principal, .. } = self;
        Rules { client: *client, kind, door: *door, principal: principal.as_ref(), now }
    }

    /// What a caller of this door is told of a failure of the store. If the user name went with the
    /// mail address, the mail address is what the caller knows of.
    fn refusal(&self, error: store::Error, followed: bool) -> Error {
        match error {
            store::Error::Unique(attribute) if self.door.is_native() && attribute == "userName" => {
                Error::Conflict(if followed { Field::Email } else { Field::UserName })
            }
            other => other.into(),
        }
    }
}

/// A stored document.
pub(super) fn parse(document: &str) -> Result<Object, Error> {
    serde_json::from_str(document).map_err(|error| Error::Internal(format!("a stored document is not JSON: {error}")))
}
