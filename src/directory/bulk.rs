//! Bulk requests (RFC 7644 §3.7): many operations, each by itself, in as few transactions as is fair.
//!
//! [`plan`] says what is done and in which order, [`reader`] reads the bodies, [`chunk`] does a part of the
//! operations in one transaction, and [`ledger`] keeps what became of each. Units of work are those of
//! single requests, so that rules, audit and rights are the same.

mod chunk;
mod ledger;
mod plan;
mod reader;

use super::{Caller, Directory, Error, Matching};
use crate::scim::message::bulk::{BulkRequest, Method};
use crate::scim::schema::ResourceType;
use crate::scim::tolerance::Used;
use chunk::{Chunk, Step};
use ledger::Ledger;
use plan::Plan;
use reader::{Read, Reader};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// The most operations of one request; announced in ServiceProviderConfig.
pub const MAX_OPERATIONS: usize = 1000;
/// So many operations share a transaction, unless a ring of them is larger: other writers wait for it.
const CHUNK: usize = 100;

/// A bulk request and what is needed to do it.
pub struct Bulk<'a> {
    /// The operations.
    pub request: BulkRequest,
    /// The SCIM base URL, for filters on `$ref`.
    pub base: &'a str,
    /// Reads the entity tag of a `version`.
    pub matching: fn(&str) -> Matching,
    /// Nothing is begun after this.
    pub until: Instant,
}

/// What became of one operation.
#[derive(Debug)]
pub struct Outcome {
    /// The method as sent, if it is a word.
    pub method: Option<String>,
    /// What the client calls the operation.
    pub bulk_id: Option<String>,
    /// The type it is about, if it is known.
    pub kind: Option<Arc<ResourceType>>,
    /// The resource it is about, if it is known.
    pub id: Option<String>,
    /// How it ended.
    pub end: End,
}

/// How an operation ended.
#[derive(Debug)]
pub enum End {
    /// It is done.
    Done {
        /// How.
        method: Method,
        /// The version the resource has now; none if it is gone.
        version: Option<i64>,
    },
    /// It was refused, or failed, and has left no trace.
    Failed(Error),
    /// There was no time left for it.
    NotAttempted,
}

impl Directory {
    /// Does the operations of a bulk request (RFC 7644 §3.7). Answers what became of each, in the order of
    /// the request, without those that were not begun because there were too many errors before; and the
    /// tolerances that were made use of.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; what concerns one operation is told there.
    pub async fn bulk(&self, caller: &Caller, bulk: Bulk<'_>) -> Result<(Vec<Outcome>, Used), Error> {
        caller.may_write()?;
        let Bulk { request, base, matching, until } = bulk;
        let Plan { mut entries, steps } = plan::plan(request.operations, || self.new_id());
        let mut ledger = Ledger::new(&entries, request.fail_on_errors, request.used);
        let mut reader = Reader::new(self, caller, base, matching, until);
        let mut left = VecDeque::from(steps);
        let mut read = reader.read(next(&mut left), &mut entries).await;
        while !read.is_empty() && !ledger.is_full() {
            let Read { steps, late } = read;
            for operation in late {
                ledger.end(operation, End::NotAttempted);
            }
            let steps: Arc<[Step]> = steps.into();
            let (failed, errors) = (ledger.failed().clone(), ledger.left());
            let chunk = Chunk { steps: Arc::clone(&steps), failed, errors, until };
            // The next bodies are read while these operations are done.
            let (done, following) =
                tokio::join!(self.inner.store.write(chunk), reader.read(next(&mut left), &mut entries));
            match done {
                Ok(fates) => {
                    for (operation, fate) in fates {
                        ledger.note(operation, fate, &mut entries);
                    }
                    ledger.leave(&steps);
                }
                Err(error) => ledger.lose(&steps, error, &mut entries),
            }
            read = following;
        }
        Ok(ledger.close(entries))
    }
}

/// The steps that share the next transaction.
fn next(left: &mut VecDeque<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut taken = 0;
    let fit = left.iter().take_while(|step| {
        let is_first = taken == 0;
        taken += step.len();
        is_first || taken <= CHUNK
    });
    let fit = fit.count();
    left.drain(..fit).collect()
}
