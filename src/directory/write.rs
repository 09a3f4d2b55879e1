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
mod prepare;

pub(super) use change::{Change, PasswordChange, What};
pub(super) use create::Create;
pub(super) use delete::Delete;
pub(super) use estate::{Move, dependencies};
pub(super) use prepare::{Aim, Kept};

use super::rule::Rules;
use super::{Caller, Directory, Door, Error, Expect, Field, Principal, Record, audit, record};
use crate::clock::Micros;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::tolerance::{Tolerance, Used};
use crate::scim::urn::LIFECYCLE;
use crate::scim::{Object, resource};
use crate::store::audit::Actor;
use crate::store::{self, Client, Conn, opening, resources};
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
        let unit = self.creation(caller, kind, self.new_id(), draft, show).await?;
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
        let aim = Aim::stored(id, expect);
        let unit = self.replacement(caller, kind, aim, body, show).await?;
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
        let aim = Aim::stored(id, expect);
        let unit = self.amendment(caller, kind, aim, body, show, base).await?;
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
        let aim = Aim::stored(id, expect);
        self.inner.store.write(self.removal(caller, kind, aim)).await
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
}

/// What a plain type is in a tenant that is opened to native APIs; none for another type.
fn opened(caller: &Caller, kind: &ResourceType) -> Option<Arc<ResourceType>> {
    kind.plain.then(|| caller.schemas.whole().resource_type(&kind.name).cloned()).flatten()
}

pub(super) fn not_found(kind: &ResourceType) -> Error {
    Error::NotFound(kind.name.clone())
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
