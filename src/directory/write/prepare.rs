//! From what a request says to the unit of work that does it.
//!
//! The verbs and bulk requests make their units here: whatever can be refused without looking at the
//! resource is refused, and passwords are hashed.

use super::{Change, Create, Delete, PasswordChange, What, not_found};
use crate::directory::user::Estate;
use crate::directory::{Caller, Directory, Error, Expect};
use crate::ident;
use crate::scim::patch::{self, MemberEdit, PasswordEdit, Patch};
use crate::scim::projection::Projection;
use crate::scim::resource::{self, Draft};
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::tolerance::Tolerance;
use crate::scim::{self, validate};
use crate::store::{passwords, resources};
use serde_json::Value;
use std::sync::Arc;

/// Which resource a request is about.
#[derive(Clone, Debug)]
pub(in crate::directory) struct Aim {
    /// The resource's id.
    pub id: String,
    /// What the client expects of its version.
    pub expect: Expect,
    /// What password it has.
    pub kept: Kept,
}

/// What password a resource has before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::directory) enum Kept {
    /// The stored one.
    Stored,
    /// One that nobody knows yet: the resource is made or changed before this is done.
    Unknown,
}

impl Aim {
    /// At a resource there is.
    pub(in crate::directory) fn stored(id: &str, expect: &Expect) -> Self {
        Self { id: id.to_owned(), expect: expect.clone(), kept: Kept::Stored }
    }
}

impl Directory {
    /// An id for a new resource.
    pub(in crate::directory) fn new_id(&self) -> String {
        self.inner.ids.resource(self.inner.clock.now())
    }

    /// The unit of work that creates a resource (RFC 7644 §3.3).
    pub(in crate::directory) async fn creation(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        id: String,
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
        Ok(Create {
            scope: self.scope(caller, kind, show, used),
            document,
            id,
            members: members.unwrap_or_default(),
            password,
            default_roles: false,
            invitation: None,
        })
    }

    /// The unit of work that replaces a resource by a body (RFC 7644 §3.5.1).
    pub(in crate::directory) async fn replacement(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        aim: Aim,
        body: Value,
        show: &Projection,
    ) -> Result<Change, Error> {
        let Draft { document, members, password, unknown, used } = resource::read(kind, body, &caller.profile)?;
        note_unknown(kind, &unknown);
        let has_members = kind.stored_as(Storage::Members).is_some();
        let members = has_members.then(|| MemberEdit::Replace(members.unwrap_or_default()));
        let Aim { id, expect, kept } = aim;
        Ok(Change {
            scope: self.scope(caller, kind, show, used),
            password: self.password_after(caller, kind, &id, password.map(PasswordEdit::Set), kept).await?,
            id,
            expect,
            what: What::Replace(document),
            by_itself: false,
            members: members.into_iter().collect(),
            base: String::new(),
            answer_members: None,
        })
    }

    /// The unit of work that changes parts of a resource (RFC 7644 §3.5.2).
    pub(in crate::directory) async fn amendment(
        &self,
        caller: &Caller,
        kind: &Arc<ResourceType>,
        aim: Aim,
        body: &Value,
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
        let Aim { id, expect, kept } = aim;
        if named.is_some_and(|named| named != id) {
            return Err(
                scim::Error::mutability("id is read-only and differs from the resource's (RFC 7643 §3.1)").into()
            );
        }
        Ok(Change {
            scope: self.scope(caller, kind, show, used),
            password: self.password_after(caller, kind, &id, password, kept).await?,
            id,
            expect,
            what: What::Patch(edits),
            by_itself: false,
            members,
            base: base.to_owned(),
            answer_members: (!show.is_explicit()).then_some(self.inner.limits.patch_answer_members),
        })
    }

    /// The unit of work that deletes a resource (RFC 7644 §3.6).
    pub(in crate::directory) fn removal(&self, caller: &Caller, kind: &Arc<ResourceType>, aim: Aim) -> Delete {
        let used = Some(Tolerance::SoftDelete).filter(|tolerance| caller.profile.allows(*tolerance));
        Delete {
            scope: self.scope(caller, kind, &Projection::new(kind, &[], &[]), used.into_iter().collect()),
            id: aim.id,
            expect: aim.expect,
            estate: Estate::LetGo,
        }
    }

    async fn password_after(
        &self,
        caller: &Caller,
        kind: &ResourceType,
        id: &str,
        wanted: Option<PasswordEdit>,
        kept: Kept,
    ) -> Result<PasswordChange, Error> {
        match (wanted, kept) {
            (wanted, Kept::Stored) => self.password_change(caller, kind, id, wanted).await,
            (None, Kept::Unknown) => Ok(PasswordChange::Keep),
            (Some(PasswordEdit::Remove), Kept::Unknown) => Ok(PasswordChange::Remove),
            (Some(PasswordEdit::Set(text)), Kept::Unknown) => {
                Ok(PasswordChange::Set(self.inner.hasher.hash(&text).await?))
            }
        }
    }

    /// What a request does to the password. Hashing takes long, so it happens before the unit of
    /// work; the password a resource already has is no change.
    pub(in crate::directory) async fn password_change(
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
