//! Catalogues: the named things users refer to, which the tenant keeps and no identity provider sends.
//!
//! Users refer to most by number, to roles and locales by name. An entry that a user or a pending
//! invitation refers to cannot be removed. The admin API and the command line call these verbs alike.

mod usage;

use super::{Directory, Error};
use crate::clock::Micros;
use crate::scim::schema::ResourceType;
use crate::scim::value::fold;
use crate::store::{self, Conn, TenantId, Unit, catalogues, opening};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The most characters of a name.
const NAME: usize = 191;
/// The largest id: every JSON reader takes it for the same number.
const LARGEST: i64 = (1 << 53) - 1;

/// A kind of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Catalogue {
    /// What users may be; the default ones are given to users that come without any.
    Roles,
    /// Where they work.
    Branches,
    /// As what leads are given to them.
    LeadRoles,
    /// What they are subscribed to.
    Subscriptions,
    /// Companies and partners; number 1 is the hosting company.
    Companies,
    /// What they may read, and until when.
    Plans,
    /// The languages that are installed.
    Locales,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, unique in its catalogue.
    pub id: i64,
    /// Its name, unique in its catalogue without regard to case.
    pub name: String,
    /// A role that users have who come without any; false elsewhere.
    pub default: bool,
}

/// An entry to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Its number; none for the next one.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Whether it is given by default; roles only.
    pub default: bool,
}

/// What is to change in an entry; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryChange {
    /// Its new name.
    pub name: Option<String>,
    /// Whether it is given by default; roles only.
    pub default: Option<bool>,
}

impl Catalogue {
    /// Every catalogue.
    pub const ALL: [Self; 7] = [
        Self::Roles,
        Self::Branches,
        Self::LeadRoles,
        Self::Subscriptions,
        Self::Companies,
        Self::Plans,
        Self::Locales,
    ];

    /// The word in paths, command lines and the store: `lead-roles`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Branches => "branches",
            Self::LeadRoles => "lead-roles",
            Self::Subscriptions => "subscriptions",
            Self::Companies => "companies",
            Self::Plans => "plans",
            Self::Locales => "locales",
        }
    }

    /// The word for one entry.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Roles => "role",
            Self::Branches => "branch",
            Self::LeadRoles => "lead role",
            Self::Subscriptions => "subscription",
            Self::Companies => "company",
            Self::Plans => "plan",
            Self::Locales => "locale",
        }
    }

    fn not_found(self) -> Error {
        Error::NotFound(self.entry().to_owned())
    }

    /// What a constraint of the store found taken, in words.
    pub(super) fn taken(self, error: store::Error) -> Error {
        match error {
            store::Error::Unique(what) if what == "id" => Error::InUse(format!(
                "id: another {} has this id; choose one that is free, or leave it out to get the next one",
                self.entry()
            )),
            store::Error::Unique(_) => Error::Taken(self.entry()),
            other => other.into(),
        }
    }

    /// Refuses a name that cannot stand in lists and on command lines.
    pub(super) fn check_name(self, name: &str) -> Result<(), Error> {
        let plain = name.trim() == name && !name.is_empty() && !name.chars().any(char::is_control);
        if !plain || name.chars().count() > NAME {
            return Err(Error::Invalid(format!(
                "name: 1 to {NAME} characters that can be seen, without blanks at the beginning or the end"
            )));
        }
        let tag = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if self == Self::Locales && !name.chars().all(tag) {
            return Err(Error::Invalid(
                "name: a locale consists of letters, digits, - and _, such as pt_BR".to_owned(),
            ));
        }
        Ok(())
    }

    fn check_default(self, default: bool) -> Result<(), Error> {
        if default && self != Self::Roles {
            return Err(Error::Invalid("default: only roles can be given by default".to_owned()));
        }
        Ok(())
    }

    /// Whether users refer to entries by their names.
    const fn is_named(self) -> bool {
        match self {
            Self::Roles | Self::Locales => true,
            Self::Branches | Self::LeadRoles | Self::Subscriptions | Self::Companies | Self::Plans => false,
        }
    }
}

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A catalogue nobody knows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such catalogue; the catalogues are {}", Catalogue::ALL.map(Catalogue::name).join(", "))]
pub struct Unknown;

impl FromStr for Catalogue {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|which| which.name() == text).ok_or(Unknown)
    }
}

impl NewEntry {
    pub(super) fn check(&self, which: Catalogue) -> Result<(), Error> {
        which.check_name(&self.name)?;
        which.check_default(self.default)?;
        if self.id.is_some_and(|id| !(1..=LARGEST).contains(&id)) {
            return Err(Error::Invalid(format!("id: a whole number from 1 to {LARGEST}")));
        }
        Ok(())
    }
}

impl Directory {
    /// The entries of a catalogue by number, for a surface that shows them or checks against them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn catalogue(&self, tenant: TenantId, which: Catalogue) -> Result<Vec<Entry>, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(catalogues::list(&mut conn, tenant, which.name()).await?.into_iter().map(Entry::from).collect())
    }

    /// One entry.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn entry(&self, tenant: TenantId, which: Catalogue, id: i64) -> Result<Entry, Error> {
        let entries = self.catalogue(tenant, which).await?;
        entries.into_iter().find(|entry| entry.id == id).ok_or_else(|| which.not_found())
    }

    /// Makes an entry, and opens the tenant to native APIs.
    ///
    /// # Errors
    /// [`Error::Taken`] for a name another entry has, in whatever case; [`Error::InUse`] for such an id;
    /// [`Error::Invalid`].
    pub async fn create_entry(&self, tenant: TenantId, which: Catalogue, new: NewEntry) -> Result<Entry, Error> {
        new.check(which)?;
        self.inner.store.write(Create { tenant, which, new }).await
    }

    /// Changes an entry. A role or a locale that is referred to keeps its name, since users refer to it
    /// by that; its spelling may change.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::InUse`], [`Error::Invalid`].
    pub async fn change_entry(
        &self,
        tenant: TenantId,
        which: Catalogue,
        id: i64,
        change: EntryChange,
    ) -> Result<Entry, Error> {
        change.name.as_deref().map(|name| which.check_name(name)).transpose()?;
        which.check_default(change.default.unwrap_or(false))?;
        let (users, now) = (Arc::clone(self.built_in_users()?), self.inner.clock.now());
        self.inner.store.write(Change { tenant, which, id, to: change, users, now }).await
    }

    /// Removes an entry that nobody refers to.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::InUse`].
    pub async fn delete_entry(&self, tenant: TenantId, which: Catalogue, id: i64) -> Result<(), Error> {
        let (users, now) = (Arc::clone(self.built_in_users()?), self.inner.clock.now());
        self.inner.store.write(Remove { tenant, which, id, users, now }).await
    }
}

struct Create {
    tenant: TenantId,
    which: Catalogue,
    new: NewEntry,
}

impl Unit for Create {
    type Output = Entry;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Entry, Error> {
        let Self { tenant, which, new: NewEntry { id, name, default } } = self;
        opening::open(conn, *tenant).await?;
        let made = catalogues::insert(conn, *tenant, which.name(), *id, name, *default).await;
        let made = made.map_err(|error| which.taken(error))?;
        if made.id > LARGEST {
            let detail = format!("id: the one after the largest would be above {LARGEST}; choose one that is free");
            return Err(Error::Invalid(detail));
        }
        Ok(made.into())
    }
}

pub(super) struct Change {
    pub tenant: TenantId,
    pub which: Catalogue,
    pub id: i64,
    pub to: EntryChange,
    pub users: Arc<ResourceType>,
    pub now: Micros,
}

impl Unit for Change {
    type Output = Entry;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Entry, Error> {
        let Self { tenant, which, id, to, users, now } = self;
        let mut entry = find(conn, *tenant, *which, *id).await?;
        if let Some(name) = &to.name {
            if which.is_named() && fold(name) != fold(&entry.name) {
                let found = usage::of(conn, *tenant, *which, &entry, users, *now).await?;
                found.refuse(format_args!(
                    " by its name; make a {} of the new name and give them that one instead",
                    which.entry()
                ))?;
            }
            entry.name.clone_from(name);
        }
        if let Some(default) = to.default {
            entry.standard = default;
        }
        let changed = catalogues::rename(conn, *tenant, which.name(), &entry).await;
        changed.map_err(|error| which.taken(error))?;
        Ok(entry.into())
    }
}

struct Remove {
    tenant: TenantId,
    which: Catalogue,
    id: i64,
    users: Arc<ResourceType>,
    now: Micros,
}

impl Unit for Remove {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let Self { tenant, which, id, users, now } = self;
        let entry = find(conn, *tenant, *which, *id).await?;
        let found = usage::of(conn, *tenant, *which, &entry, users, *now).await?;
        found.refuse(format_args!("; give them another {} first, or none", which.entry()))?;
        Ok(catalogues::remove(conn, *tenant, which.name(), *id).await.map(drop)?)
    }
}

async fn find(conn: &mut Conn, tenant: TenantId, which: Catalogue, id: i64) -> Result<catalogues::Entry, Error> {
    catalogues::lock(conn, tenant, which.name(), id).await?.ok_or_else(|| which.not_found())
}

impl From<catalogues::Entry> for Entry {
    fn from(row: catalogues::Entry) -> Self {
        let catalogues::Entry { id, name, standard } = row;
        Self { id, name, default: standard }
    }
}
