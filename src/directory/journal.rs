//! The verbs of the journal, the audit and the kept documents: noting, trimming, searching.

use super::{Caller, Directory, Error};
use crate::clock::Micros;
use crate::scim::redact::Redactor;
use crate::store::{Conn, TenantId, Unit, audit, deleted, journal};
use std::sync::Arc;

pub use audit::{Entry as Change, Query as AuditQuery};
pub use deleted::Deleted;
pub use journal::{Entry, Line, Query};

/// The most entries a search answers with.
const MOST: u64 = 1000;
/// How many lines are removed in one transaction.
const CHUNK: i64 = 1000;
const MICROS_PER_DAY: i64 = 24 * 3600 * 1_000_000;

/// How much of the journal is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Lines, and documents of resources deleted, longer ago than so many days go.
    pub days: u32,
    /// Of each tenant, no more than so many lines stay.
    pub rows: u64,
}

impl Directory {
    /// Notes a request of a connection in the journal, some time later. Never waits and never fails;
    /// what cannot be noted is counted and said in the log.
    pub fn record(&self, entry: journal::Entry) {
        self.inner.recording.recorder.record(entry);
    }

    /// What leaves the secrets of its tenant out of a caller's bodies, if bodies are to be recorded.
    #[must_use]
    pub fn redactor<'a>(&self, caller: &'a Caller) -> Option<&'a Redactor> {
        self.inner.recording.bodies.then(|| caller.schemas.redactor())
    }

    /// The present instant, for what is recorded.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.inner.clock.now()
    }

    /// How many journal entries were lost since the start.
    #[must_use]
    pub fn journal_lost(&self) -> u64 {
        self.inner.recording.recorder.lost()
    }

    /// Writes journal entries; for the writer.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn write_journal(&self, entries: Arc<[journal::Entry]>) -> Result<(), Error> {
        self.inner.store.write(Write { entries }).await
    }

    /// Removes some of what is no longer to be kept; answers whether there may be more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn trim_journal(&self, keep: Keep) -> Result<bool, Error> {
        let older = self.inner.clock.now().saturating_sub(i64::from(keep.days).saturating_mul(MICROS_PER_DAY));
        let mut conn = self.inner.store.read().await?;
        let tenants = journal::tenants(&mut conn).await?;
        let mut trims = Vec::new();
        for tenant in tenants {
            let up_to = journal::surplus(&mut conn, tenant, keep.rows).await?;
            if up_to.is_some()
                || journal::has_older(&mut conn, tenant, older).await?
                || deleted::has_older(&mut conn, tenant, older).await?
            {
                trims.push(Trim { tenant, older, up_to: up_to.unwrap_or(i64::MIN) });
            }
        }
        drop(conn);
        let mut more = false;
        for trim in trims {
            more |= self.inner.store.write(trim).await?;
        }
        Ok(more)
    }

    /// The latest requests of a tenant's connections, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the tenant or the connection.
    pub async fn journal(&self, tenant: &str, query: &journal::Query) -> Result<Vec<journal::Line>, Error> {
        let (mut conn, tenant) = self.searched(tenant, query.connection.as_deref()).await?;
        let query = journal::Query { limit: query.limit.min(MOST), ..query.clone() };
        Ok(journal::select(&mut conn, tenant, &query).await?)
    }

    /// The latest changes of a tenant's resources, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the tenant or the connection.
    pub async fn audit(&self, tenant: &str, query: &audit::Query) -> Result<Vec<audit::Entry>, Error> {
        let (mut conn, tenant) = self.searched(tenant, query.connection.as_deref()).await?;
        let query = audit::Query { limit: query.limit.min(MOST), ..query.clone() };
        Ok(audit::select(&mut conn, tenant, &query).await?)
    }

    /// The resources of a tenant deleted last whose documents are kept, the newest deletion first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the tenant or the connection.
    pub async fn deleted(&self, tenant: &str, query: &audit::Query) -> Result<Vec<Deleted>, Error> {
        let (mut conn, tenant) = self.searched(tenant, query.connection.as_deref()).await?;
        let query = audit::Query { limit: query.limit.min(MOST), ..query.clone() };
        Ok(deleted::select(&mut conn, tenant, &query).await?)
    }

    async fn searched(&self, tenant: &str, connection: Option<&str>) -> Result<(Conn, TenantId), Error> {
        let mut conn = self.inner.store.read().await?;
        let found = journal::tenant(&mut conn, tenant).await?;
        let tenant = found.ok_or_else(|| Error::NotFound("tenant".to_owned()))?;
        if let Some(name) = connection
            && !journal::has_connection(&mut conn, tenant, name).await?
        {
            return Err(Error::NotFound("connection".to_owned()));
        }
        Ok((conn, tenant))
    }
}

struct Write {
    entries: Arc<[journal::Entry]>,
}

impl Unit for Write {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(journal::insert(conn, &self.entries).await?)
    }
}

struct Trim {
    tenant: TenantId,
    older: Micros,
    up_to: i64,
}

impl Unit for Trim {
    /// There may be more.
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        let lines = journal::remove(conn, self.tenant, self.older, self.up_to, CHUNK).await?;
        let documents = deleted::forget(conn, self.tenant, self.older, CHUNK).await?;
        Ok(lines.max(documents) >= CHUNK.unsigned_abs())
    }
}
