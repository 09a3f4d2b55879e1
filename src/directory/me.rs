//! The verbs on the user a credential stands for (RFC 7644 §3.11).
//!
//! Whoever may read or write users through SCIM may do the same to its own. With the scope `self` alone it
//! may read itself and change what is its own to change.

use super::error::Itself;
use super::oauth::Subject;
use super::write::{Aim, Create};
use super::{Caller, Directory, Error, Expect, Record};
use crate::auth::scope::Scope;
use crate::scim::projection::Projection;
use crate::scim::resource;
use crate::scim::tolerance::Used;
use crate::store::{Conn, Unit, connections};
use serde_json::Value;

impl Directory {
    /// Reads the caller's own user.
    ///
    /// # Errors
    /// [`Error::Itself`] if the caller is none.
    pub async fn get_me(&self, caller: &Caller, show: &Projection) -> Result<Record, Error> {
        let id = caller.itself()?;
        caller.may_read().or_else(|refusal| caller.may(Scope::Own).map_err(|_| refusal))?;
        self.read_one(caller, caller.users()?, id, show).await
    }

    /// Replaces the caller's own user by a body.
    ///
    /// # Errors
    /// As [`Directory::replace`]; [`Error::Itself`] if the caller is none.
    pub async fn replace_me(
        &self,
        caller: &Caller,
        body: Value,
        expect: &Expect,
        show: &Projection,
    ) -> Result<Record, Error> {
        let id = caller.itself()?;
        let by_itself = caller.writes_by_itself()?;
        let mut unit = self.replacement(caller, caller.users()?, Aim::stored(id, expect), body, show).await?;
        unit.by_itself = by_itself;
        self.inner.store.write(unit).await
    }

    /// Changes parts of the caller's own user. `base` is the SCIM base URL, for filters on `$ref`.
    ///
    /// # Errors
    /// As [`Directory::patch`]; [`Error::Itself`] if the caller is none.
    pub async fn patch_me(
        &self,
        caller: &Caller,
        body: &Value,
        expect: &Expect,
        show: &Projection,
        base: &str,
    ) -> Result<Record, Error> {
        let id = caller.itself()?;
        let by_itself = caller.writes_by_itself()?;
        let mut unit = self.amendment(caller, caller.users()?, Aim::stored(id, expect), body, show, base).await?;
        unit.by_itself = by_itself;
        self.inner.store.write(unit).await
    }

    /// Deletes the caller's own user, if the caller may delete any; answers the tolerances it made use of.
    ///
    /// # Errors
    /// As [`Directory::delete`]; [`Error::Itself`] if the caller is none, or may do this to no user.
    pub async fn delete_me(&self, caller: &Caller, expect: &Expect) -> Result<Used, Error> {
        let id = caller.itself()?;
        if caller.writes_by_itself()? {
            return Err(Error::Itself(Itself::Lasting));
        }
        self.delete(caller, caller.users()?, id, expect).await
    }

    /// Creates the user that the subject of the caller's credential names, from a body that says the same or
    /// nothing of who it is.
    ///
    /// # Errors
    /// As [`Directory::create`]; [`Error::Itself`] if the credential names nobody, or somebody there is.
    pub async fn create_me(&self, caller: &Caller, body: Value, show: &Projection) -> Result<Record, Error> {
        if caller.principal.is_some() {
            return Err(Error::Itself(Itself::Known));
        }
        let subject = caller.subject.clone().ok_or(Error::Itself(Itself::Nobody))?;
        caller.may_write()?;
        let kind = caller.users()?;
        let mut draft = resource::read(kind, body, &caller.profile)?;
        if !subject.put_into(&mut draft.document)? {
            return Err(Error::Itself(Itself::Nobody));
        }
        let create = self.creation(caller, kind, self.new_id(), draft, show).await?;
        self.inner.store.write(Enrolment { create, subject, caller: caller.clone() }).await
    }
}

impl Caller {
    /// The id of the user it stands for.
    fn itself(&self) -> Result<&str, Error> {
        self.principal.as_ref().map(|user| user.id.as_str()).ok_or(Error::Itself(Itself::Nobody))
    }

    /// Whether it writes its own user by the right to that alone; refused if it has no right at all.
    fn writes_by_itself(&self) -> Result<bool, Error> {
        match self.may_write() {
            Ok(()) => Ok(false),
            Err(refusal) => self.may(Scope::Own).map(|()| true).map_err(|_| refusal),
        }
    }
}

/// Makes the user that a subject names, unless there is one by now.
struct Enrolment {
    create: Create,
    subject: Subject,
    caller: Caller,
}

impl Unit for Enrolment {
    type Output = Record;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Record, Error> {
        // Not every attribute that names users is unique: of two who come at once one waits.
        connections::lock(conn, self.caller.connection).await?;
        match self.subject.find(conn, &self.caller).await {
            Err(Error::NotFound(_)) => self.create.run(conn).await,
            Ok(_) | Err(Error::Ambiguous(_)) => Err(Error::Itself(Itself::Known)),
            Err(error) => Err(error),
        }
    }
}
