//! Catalogues: the named things users refer to, which the tenant keeps and no identity provider sends.
//!
//! Users refer to most by number, to roles and locales by name. An entry that a user or a pending
//! invitation refers to cannot be removed.

use super::{Directory, Error};
use crate::store::{TenantId, catalogues};

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
}

impl From<catalogues::Entry> for Entry {
    fn from(row: catalogues::Entry) -> Self {
        let catalogues::Entry { id, name, standard } = row;
        Self { id, name, default: standard }
    }
}
