//! The verbs on users that native surfaces have beside those of SCIM: found by number or mail address,
//! created and changed as documents, with mail addresses that no two of them share.
//!
//! The documents are those of the SCIM resource, `externalId` included. A change is a function on the
//! document as it is stored, so that what it does not touch stays; a change that changes nothing makes
//! no version. The first write opens the tenant to native APIs; before that a document has nothing of theirs.

use super::write::{self, Change, Create, Delete, Move, Scope, What};
use super::{Caller, Directory, Error, Expect, Record, find, record};
use crate::auth::password;
use crate::scim::filter::Filter;
use crate::scim::patch::PasswordEdit;
use crate::scim::path::Target;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::tolerance::{Tolerance, Used};
use crate::scim::value::fold;
use crate::scim::{self, Object, part, validate};
use crate::store::select::{self, Part, Place, Query};
use crate::store::{Conn, Row, resources};
use serde_json::Value;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many sessions a user may be allowed.
pub const SESSIONS: RangeInclusive<i64> = 1..=999_999;

/// By what a user is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The number.
    Number(i64),
    /// The resource id.
    Id(&'a str),
    /// The user name, in any case.
    UserName(&'a str),
    /// The mail address, in any case: the primary one, or else the first.
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
    /// One user. A caller without the right to read users may read itself.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Ambiguous`] if several have it.
    pub async fn user(&self, caller: &Caller, key: Key<'_>) -> Result<User, Error> {
        let kind = caller.schemas.users()?;
        let mut conn = self.inner.store.read().await?;
        let found = find(&mut conn, caller, kind, key).await;
        let row = match &found {
            Ok(row) if caller.may_act_for(row.num) => found?,
            // Who may not read is not told either whether there is somebody.
            Ok(_) | Err(_) => caller.may_read_users().and(found)?,
        };
        User::new(record::bare(Arc::clone(kind), row))
    }

    /// A page of users.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn users(&self, caller: &Caller, search: Search) -> Result<Page, Error> {
        caller.may_read_users()?;
        let kind = caller.schemas.users()?;
        let Search { filter, sort, offset, limit } = search;
        let (sort, descending) = sort.map_or((None, false), |(target, descending)| (Some(target), descending));
        let query = Query {
            parts: vec![Part { kind: Arc::clone(kind), filter, sort }],
            descending,
            place: Place::Offset(offset),
            limit,
            base: String::new(),
            now: self.inner.clock.now(),
        };
        let mut conn = self.inner.store.read().await?;
        let page = select::page(&mut conn, caller.client(), &query).await?;
        let users = page.rows.into_iter().map(|row| User::new(record::bare(Arc::clone(kind), row)));
        Ok(Page { total: page.total, users: users.collect::<Result<_, _>>()? })
    }

    /// Which of these values somebody but `except` has, for a surface that tells all faults at once.
    /// The write itself is safe without it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn taken(&self, caller: &Caller, wanted: Wanted<'_>, except: Option<i64>) -> Result<Taken, Error> {
        let kind = caller.schemas.users()?;
        let mut conn = self.inner.store.read().await?;
        let mut is_taken = [false; 3];
        let paths =
            [("userName", wanted.user_name), ("emails.value", wanted.email), ("externalId", wanted.external_id)];
        for ((path, text), is_taken) in paths.into_iter().zip(&mut is_taken) {
            let Some(text) = text else { continue };
            let rows = find::holders(&mut conn, caller.client(), kind, path, text, 2).await?;
            *is_taken = rows.iter().any(|row| Some(row.num) != except);
        }
        let [user_name, email, external_id] = is_taken;
        Ok(Taken { user_name, email, external_id })
    }

    /// Makes a user.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a user name, mail address or external id that is taken; for an invitation
    /// as [`Directory::invitation`].
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User, Error> {
        caller.may_write_users()?;
        let kind = caller.schemas.users()?;
        let NewUser { mut document, password, default_roles, invitation } = new;
        validate::create(kind, &mut document)?;
        let password = match password {
            Some(text) => Some(self.inner.hasher.hash(&short(text)?).await?),
            None => None,
        };
        let scope = self.native_scope(caller, kind, Used::default());
        let id = self.inner.ids.resource(self.inner.clock.now());
        let unit = Create { scope, id, document, members: Vec::new(), password, default_roles, invitation };
        User::new(self.inner.store.write(unit).await?)
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
        let by_itself = match caller.may_write_users() {
            Ok(()) => false,
            Err(_) if caller.may_act_for(num) => true,
            Err(refusal) => return Err(refusal),
        };
        let kind = caller.schemas.users()?;
        let id = self.id_of(caller, kind, num).await?;
        let password = password.map(short).transpose()?.map(PasswordEdit::Set);
        let unit = Change {
            scope: self.native_scope(caller, kind, Used::default()),
            password: self.password_change(caller, kind, &id, password).await?,
            id,
            expect: Expect::default(),
            what: What::Edit(edit),
            by_itself,
            members: Vec::new(),
            base: String::new(),
            answer_members: None,
        };
        User::new(self.inner.store.write(unit).await?)
    }

    /// Activates or deactivates a user and changes nothing else.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_active(&self, caller: &Caller, num: i64, active: bool) -> Result<User, Error> {
        caller.may_write_users()?;
        let edit = move |document: &mut Object| {
            document.insert("active".to_owned(), Value::Bool(active));
            Ok(())
        };
        self.update_user(caller, num, Arc::new(edit), None).await
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Dependencies`].
    pub async fn delete_user(&self, caller: &Caller, num: i64, estate: Estate) -> Result<(), Error> {
        caller.may_write_users()?;
        let kind = caller.schemas.users()?;
        let used = Some(Tolerance::SoftDelete).filter(|tolerance| caller.profile.allows(*tolerance));
        let unit = Delete {
            id: self.id_of(caller, kind, num).await?,
            scope: self.native_scope(caller, kind, used.into_iter().collect()),
            expect: Expect::default(),
            estate,
        };
        self.inner.store.write(unit).await.map(drop)
    }

    /// Gives what one user owns to another one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one of them does not exist.
    pub async fn move_dependencies(&self, caller: &Caller, from: i64, to: i64) -> Result<(), Error> {
        caller.may_write_users()?;
        let kind = caller.schemas.users()?;
        let scope = self.native_scope(caller, kind, Used::default());
        self.inner.store.write(Move { scope, from, to }).await
    }

    /// What would be left without its owner if the user were deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn dependencies(&self, caller: &Caller, num: i64) -> Result<Vec<Dependency>, Error> {
        caller.may_read_users()?;
        let kind = caller.schemas.users()?;
        let mut conn = self.inner.store.read().await?;
        let found = resources::load_num(&mut conn, caller.client(), kind, num).await?;
        let row = found.ok_or_else(|| write::not_found(kind))?;
        write::dependencies(&mut conn, caller.client(), kind, &row, self.inner.clock.now()).await
    }

    /// What a write of these verbs knows: it opens the tenant to native APIs.
    fn native_scope(&self, caller: &Caller, kind: &Arc<ResourceType>, used: Used) -> Scope {
        self.scope(caller, kind, &plain(kind), used).opening(!caller.native)
    }

    async fn id_of(&self, caller: &Caller, kind: &Arc<ResourceType>, num: i64) -> Result<String, Error> {
        let mut conn = self.inner.store.read().await?;
        let found = resources::id_of(&mut conn, caller.tenant, kind, num).await?;
        found.ok_or_else(|| write::not_found(kind))
    }
}

impl User {
    pub(super) fn new(record: Record) -> Result<Self, Error> {
        let document = write::parse(&record.document)?;
        Ok(Self { record, document })
    }
}

/// The one row that a key means.
pub(super) async fn find(
    conn: &mut Conn,
    caller: &Caller,
    kind: &Arc<ResourceType>,
    key: Key<'_>,
) -> Result<Row, Error> {
    let client = caller.client();
    let (rows, what) = match key {
        Key::Number(num) => (resources::load_num(conn, client, kind, num).await?.into_iter().collect(), "number"),
        Key::Id(id) => (resources::load(conn, client, kind, id).await?.into_iter().collect(), "id"),
        Key::UserName(name) => (find::holders(conn, client, kind, "userName", name, 2).await?, "user name"),
        Key::ExternalId(id) => (find::holders(conn, client, kind, "externalId", id, 2).await?, "external id"),
        Key::Email(mail) => {
            let mut rows = find::holders(conn, client, kind, "emails.value", mail, u64::MAX).await?;
            let mut primary = Vec::with_capacity(rows.len());
            for row in rows.drain(..) {
                if part::primary(&write::parse(&row.document)?, "emails").map(fold) == Some(fold(mail)) {
                    primary.push(row);
                }
            }
            (primary, "mail address")
        }
    };
    let mut rows: Vec<Row> = rows;
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(row),
        (Some(_), false) => Err(Error::Ambiguous(what)),
        (None, _) => Err(write::not_found(kind)),
    }
}

/// What native surfaces are shown: the document alone, no groups.
fn plain(kind: &ResourceType) -> Projection {
    Projection::new(kind, &["id".to_owned()], &[])
}

fn short(password: String) -> Result<String, Error> {
    if password.len() > password::MAX {
        return Err(scim::Error::value(format!("password may have at most {} bytes", password::MAX)).into());
    }
    Ok(password)
}
