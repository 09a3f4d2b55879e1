//! The verb list: filter, sort, page.

use super::{Caller, Directory, Error, Record};
use crate::scim::message::SearchRequest;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use std::sync::Arc;

/// What to list.
pub struct Search<'a> {
    /// The resource types; several for a search at the root.
    pub kinds: Vec<Arc<ResourceType>>,
    /// Filter, sort, page.
    pub request: &'a SearchRequest,
    /// What the answer shows of each type, in the order of `kinds`.
    pub projections: Vec<Projection>,
    /// The SCIM base URL, for filters on locations.
    pub base: &'a str,
}

/// One page of a list.
pub struct Listing {
    /// How many resources match in all.
    pub total: u64,
    /// The number of the first result, from 1.
    pub start_index: u64,
    /// The results of this page.
    pub records: Vec<Record>,
}

impl Directory {
    /// Lists resources.
    ///
    /// # Errors
    /// `invalidFilter` or `invalidPath` for what no listed type has.
    pub async fn list(&self, caller: &Caller, search: Search<'_>) -> Result<Listing, Error> {
        let _ = (caller, search);
        todo!()
    }
}
