//! The verb list: filter, sort, page. How pages hang together is the business of [`super::walk`].

use super::{Caller, Directory, Error, Record, record};
use crate::scim::message::{Place, SearchRequest};
use crate::scim::path::{self, Target};
use crate::scim::projection::Projection;
use crate::scim::schema::{Mutability, ResourceType, Returned, Storage};
use crate::scim::{self, filter};
use crate::store::select::{self, Part, Query};
use std::sync::Arc;

/// What to list.
pub struct Search<'a> {
    /// The resource types, each with what the answer shows of it; several for a search at the root.
    pub kinds: Vec<(Arc<ResourceType>, Projection)>,
    /// Filter, sort, page.
    pub request: &'a SearchRequest,
    /// The SCIM base URL, for filters on locations.
    pub base: &'a str,
}

/// One page of a list.
pub struct Listing {
    /// How many resources match in all.
    pub total: u64,
    /// Where the page stands.
    pub place: Place,
    /// The results of this page.
    pub records: Vec<Record>,
}

impl Directory {
    /// Lists resources.
    ///
    /// # Errors
    /// `invalidFilter` or `invalidPath` for what none of the types has; `invalidCursor`, `expiredCursor`
    /// (RFC 9865 §2.1).
    pub async fn list(&self, caller: &Caller, search: Search<'_>) -> Result<Listing, Error> {
        caller.may_read()?;
        let Search { kinds, request, base } = search;
        let limits = self.inner.limits;
        let query = Query {
            parts: parts(&kinds, request)?,
            descending: request.descending,
            place: select::Place::Offset(0),
            limit: request.count.unwrap_or(limits.default_results).min(limits.max_results),
            base: base.to_owned(),
            now: self.inner.clock.now(),
        };
        let now = query.now;
        let (mut conn, page) = if let Some(cursor) = &request.cursor {
            // It may write, and then must not hold a connection for reading.
            let page = self.page_by_cursor(caller, query, cursor).await?;
            (self.inner.store.read().await?, page)
        } else {
            let mut conn = self.inner.store.read().await?;
            let page = self.page_by_index(&mut conn, caller, query, request.start_index.max(1)).await?;
            (conn, page)
        };
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            let known = kinds.iter().find(|(kind, _)| kind.name == row.kind);
            let (kind, show) = known.ok_or_else(|| Error::Internal("a list has a type nobody asked for".to_owned()))?;
            rows.push((Arc::clone(kind), show, row));
        }
        let records = record::complete_all(&mut conn, caller.tenant, rows, now).await?;
        Ok(Listing { total: page.total, place: page.place, records })
    }
}

/// What is searched in each type. What is an error for one type may be right for another, which must then
/// have all that is asked for.
fn parts(kinds: &[(Arc<ResourceType>, Projection)], request: &SearchRequest) -> Result<Vec<Part>, scim::Error> {
    let all: Vec<Arc<ResourceType>> = kinds.iter().map(|(kind, _)| Arc::clone(kind)).collect();
    let mut parts = Vec::with_capacity(all.len());
    let mut refusal = None;
    for kind in &all {
        match part(kind, &all, request) {
            Ok(part) => parts.push(part),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match refusal {
        Some(error) if !all.iter().any(|kind| part(kind, &[], request).is_ok()) => Err(error),
        _ => Ok(parts),
    }
}

/// To a type that lacks an attribute which another of these has, it is one without a value (RFC 7644 §3.4.2.1).
fn part(kind: &Arc<ResourceType>, all: &[Arc<ResourceType>], request: &SearchRequest) -> Result<Part, scim::Error> {
    let filter = request.filter.as_deref().map(|text| filter::compile_among(kind, all, text)).transpose()?;
    let sort = match request.sort_by.as_deref().map(|text| (text, sort_target(kind, text))) {
        None => None,
        Some((_, Ok(target))) => Some(target),
        Some((text, Err(_))) if path::resolve(kind, text).is_err() && has(all, text) => None,
        Some((_, Err(error))) => return Err(error),
    };
    Ok(Part { kind: Arc::clone(kind), filter, sort })
}

/// Whether one of the types has an attribute to sort by.
fn has(all: &[Arc<ResourceType>], text: &str) -> bool {
    all.iter().any(|kind| sort_target(kind, text).is_ok())
}

/// The attribute a `sortBy` means: of a complex attribute its `value` (RFC 7644 §3.4.2.3).
fn sort_target(kind: &ResourceType, text: &str) -> Result<Target, scim::Error> {
    let mut target = path::resolve(kind, text)?;
    if target.leaf().is_complex() {
        let value = target.attribute.sub_attribute("value").cloned();
        target.sub = Some(value.ok_or_else(|| {
            scim::Error::path(format!(
                "sortBy: {} is complex and has no value; name one of its sub-attributes (RFC 7644 §3.4.2.3)",
                target.name()
            ))
        })?);
    }
    let hidden = [Some(&target.attribute), target.sub.as_ref()].into_iter().flatten().any(|attribute| {
        attribute.returned == Returned::Never
            || attribute.mutability == Mutability::WriteOnly
            || attribute.storage == Storage::Password
    });
    if hidden {
        return Err(scim::Error::path(format!("sortBy: {} is never shown and cannot be sorted by", target.name())));
    }
    Ok(target)
}
