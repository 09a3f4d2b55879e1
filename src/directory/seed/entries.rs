//! The catalogues of a seed: entries by their ids, locales by their names, in one transaction, which opens
//! the tenant to native APIs.

use super::at;
use crate::clock::Micros;
use crate::directory::Error;
use crate::directory::catalogue::{Catalogue, Change, Entry, EntryChange, NewEntry};
use crate::scim::schema::ResourceType;
use crate::store::{Conn, TenantId, Unit, catalogues, opening, tenants};
use std::sync::Arc;

/// Answers how many entries were made or changed.
pub(super) struct Load {
    pub tenant: TenantId,
    pub organization: Option<String>,
    pub entries: Vec<(Catalogue, NewEntry)>,
    pub locales: Vec<String>,
    pub users: Arc<ResourceType>,
    pub now: Micros,
}

impl Unit for Load {
    type Output = usize;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<usize, Error> {
        opening::open(conn, self.tenant).await?;
        if let Some(organization) = &self.organization {
            tenants::set_organization(conn, self.tenant, organization).await.map_err(|error| match error {
                crate::store::Error::Unique(_) => {
                    Error::Invalid("organization.id: another tenant has this id; nothing is loaded".to_owned())
                }
                other => other.into(),
            })?;
        }
        let mut changed = 0;
        for (which, new) in &self.entries {
            let done = self.load(conn, *which, new).await;
            let place = "; nothing is loaded";
            changed += usize::from(done.map_err(|error| at(error, which.name(), &new.name, place))?);
        }
        let which = Catalogue::Locales;
        let known = catalogues::list(conn, self.tenant, which.name()).await?.len();
        for name in &self.locales {
            which.check_name(name).map_err(|error| at(error, which.name(), name, "; nothing is loaded"))?;
        }
        catalogues::ensure(conn, self.tenant, which.name(), &self.locales).await?;
        Ok(changed + catalogues::list(conn, self.tenant, which.name()).await?.len() - known)
    }
}

impl Load {
    /// Makes one entry what it is to be; false if it is that already.
    async fn load(&self, conn: &mut Conn, which: Catalogue, new: &NewEntry) -> Result<bool, Error> {
        new.check(which)?;
        let kept = match new.id {
            Some(id) => catalogues::lock(conn, self.tenant, which.name(), id).await?,
            None => None,
        };
        let Some(kept) = kept else {
            let made = catalogues::insert(conn, self.tenant, which.name(), new.id, &new.name, new.default).await;
            return made.map(|_| true).map_err(|error| which.taken(error));
        };
        let kept = Entry::from(kept);
        if (&kept.name, kept.default) == (&new.name, new.default) {
            return Ok(false);
        }
        let to = EntryChange { name: Some(new.name.clone()), default: Some(new.default) };
        let (tenant, users, now) = (self.tenant, Arc::clone(&self.users), self.now);
        Change { tenant, which, id: kept.id, to, users, now }.run(conn).await.map(|_| true)
    }
}
