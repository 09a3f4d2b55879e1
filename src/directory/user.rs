//! The verbs on users that native surfaces have beside those of SCIM: found by number or mail address,
//! created and changed as documents, with mail addresses that no two of them share.
//!
//! The documents are those of the SCIM resource, `externalId` included. A change is a function on the
//! document as it is stored, so that what it does not touch stays; a change that changes nothing makes
//! no version.

use super::{Caller, Directory, Error, Record};
use crate::scim::Object;
use crate::scim::filter::Filter;
use crate::scim::path::Target;
use std::sync::Arc;

/// By what a user is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The number.
    Number(i64),
    /// The resource id.
    Id(&'a str),
    /// The user name, in any case.
    UserName(&'a str),
    /// The mail address, in any case: the primary one, or the only one.
    Email(&'a str),
    /// What the caller's connection calls the user.
    ExternalId(&'a str),
}

/// A user, read.
#[derive(Clone, Debug)]
pub struct User {
    /// Number, id, version and times.
    pub record: Record,
    /// The document.
    pub document: Object,
}

/// Which users to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What they must match; none for all.
    pub filter: Option<Filter>,
    /// What to sort by, and whether descending; none for their numbers.
    pub sort: Option<(Target, bool)>,
    /// How many to pass over.
    pub offset: u64,
    /// The most to answer.
    pub limit: u64,
}

/// A page of users.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many match in all.
    pub total: u64,
    /// The users of this page.
    pub users: Vec<User>,
}

/// Values that must be nobody else's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// A user name.
    pub user_name: Option<&'a str>,
    /// A mail address: no other user may have it among its own.
    pub email: Option<&'a str>,
    /// What the caller's connection calls the user.
    pub external_id: Option<&'a str>,
}

/// Which of the wanted values somebody else has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The user name.
    pub user_name: bool,
    /// The mail address.
    pub email: bool,
    /// What the caller's connection calls the user.
    pub external_id: bool,
}

/// A user to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The attributes, without `schemas` and `id`.
    pub document: Object,
    /// The password in the clear; the surface has judged it by its own rules.
    pub password: Option<String>,
    /// Whether the default roles are given, because the client named none.
    pub default_roles: bool,
    /// The invitation the user comes by, which is used up with that.
    pub invitation: Option<i64>,
}

/// A change of a user's document. It may run more than once, on newer documents.
pub type Edit = Arc<dyn Fn(&mut Object) -> Result<(), Error> + Send + Sync>;

/// Something that would be left without its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// `User` for somebody whose manager the user is, `Invitation` for one it sent and nobody took.
    pub kind: &'static str,
    /// What people call it.
    pub name: String,
}

/// What becomes of what a deleted user owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estate {
    /// The user must own nothing: [`Error::Dependencies`] otherwise.
    Nothing,
    /// It goes to this user.
    To(i64),
    /// It is let go.
    LetGo,
}

impl Directory {
    /// One user.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Ambiguous`] if several have it.
    pub async fn user(&self, caller: &Caller, key: Key<'_>) -> Result<User, Error> {
        let _ = (caller, key);
        todo!()
    }

    /// A page of users.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn users(&self, caller: &Caller, search: Search) -> Result<Page, Error> {
        let _ = (caller, search);
        todo!()
    }

    /// Which of these values somebody but `except` has, for a surface that tells all faults at once.
    /// The write itself is safe without it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn taken(&self, caller: &Caller, wanted: Wanted<'_>, except: Option<i64>) -> Result<Taken, Error> {
        let _ = (caller, wanted, except);
        todo!()
    }

    /// Makes a user.
    ///
    /// # Errors
    /// [`Error::Scim`] with `uniqueness` for a user name, mail address or external id that is taken.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User, Error> {
        let _ = (caller, new);
        todo!()
    }

    /// Changes a user. Without the right to write users a caller may change itself, but nothing that
    /// raises its rights: [`Error::Forbidden`].
    ///
    /// # Errors
    /// As [`Directory::create_user`]; [`Error::NotFound`].
    pub async fn update_user(
        &self,
        caller: &Caller,
        num: i64,
        edit: Edit,
        password: Option<String>,
    ) -> Result<User, Error> {
        let _ = (caller, num, edit, password);
        todo!()
    }

    /// Activates or deactivates a user and changes nothing else.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_active(&self, caller: &Caller, num: i64, active: bool) -> Result<User, Error> {
        let _ = (caller, num, active);
        todo!()
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Dependencies`].
    pub async fn delete_user(&self, caller: &Caller, num: i64, estate: Estate) -> Result<(), Error> {
        let _ = (caller, num, estate);
        todo!()
    }

    /// Gives what one user owns to another one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one of them does not exist.
    pub async fn move_dependencies(&self, caller: &Caller, from: i64, to: i64) -> Result<(), Error> {
        let _ = (caller, from, to);
        todo!()
    }

    /// What would be left without its owner if the user were deleted.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn dependencies(&self, caller: &Caller, num: i64) -> Result<Vec<Dependency>, Error> {
        let _ = (caller, num);
        todo!()
    }
}
