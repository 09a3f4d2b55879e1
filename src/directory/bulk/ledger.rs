//! What became of the operations of a bulk request so far.

use super::chunk::{Fate, Step};
use super::plan::{self, Entry};
use super::{End, Outcome};
use crate::directory::Error;
use crate::scim::message::bulk::Method;
use crate::scim::tolerance::Used;
use crate::store;
use std::collections::HashSet;

/// The book of one request.
pub(super) struct Ledger {
    /// The methods of the operations that have one.
    methods: Vec<Option<Method>>,
    /// How they ended; none while they have not.
    ends: Vec<Option<End>>,
    /// Those that did not succeed.
    failed: HashSet<usize>,
    /// How many errors there were.
    errors: u64,
    /// After so many errors nothing more is begun.
    most: Option<u64>,
    used: Used,
}

impl Ledger {
    pub(super) fn new(entries: &[Entry], most: Option<u64>, used: Used) -> Self {
        let method = |entry: &Entry| entry.task.as_ref().map(|task| task.method);
        let methods = entries.iter().map(method).collect();
        let ends = entries.iter().map(|_| None).collect();
        Self { methods, ends, failed: HashSet::new(), errors: 0, most, used }
    }

    /// The operations that did not succeed.
    pub(super) fn failed(&self) -> &HashSet<usize> {
        &self.failed
    }

    /// How many more errors there may be; none for no bound.
    pub(super) fn left(&self) -> Option<u64> {
        self.most.map(|most| most.saturating_sub(self.errors))
    }

    /// Whether nothing more is to be begun.
    pub(super) fn is_full(&self) -> bool {
        self.left() == Some(0)
    }

    /// Notes how an operation ended.
    pub(super) fn end(&mut self, operation: usize, end: End) {
        match end {
            End::Done { .. } => {}
            End::Failed(_) => {
                self.failed.insert(operation);
                self.errors += 1;
            }
            End::NotAttempted => {
                self.failed.insert(operation);
            }
        }
        if let Some(slot) = self.ends.get_mut(operation) {
            *slot = Some(end);
        }
    }

    /// Notes what a transaction made of an operation.
    pub(super) fn note(&mut self, operation: usize, fate: Fate, entries: &mut [Entry]) {
        let end = match fate {
            Fate::Done(version, used) => {
                self.used.join(used);
                match self.methods.get(operation).copied().flatten() {
                    Some(method) => End::Done { method, version },
                    None => End::Failed(Error::Internal("an operation without a method was done".to_owned())),
                }
            }
            Fate::Failed(error) => End::Failed(error),
            Fate::Orphaned => End::Failed(plan::failed().into()),
            Fate::Doomed => End::Failed(fault(operation, entries).unwrap_or_else(|| plan::failed().into())),
        };
        self.end(operation, end);
    }

    /// Notes that there was no time for those of these steps that have not ended, unless they were not
    /// begun because of errors.
    pub(super) fn leave(&mut self, steps: &[Step]) {
        if self.is_full() {
            return;
        }
        for operation in steps.iter().flat_map(|step| &step.operations) {
            if self.ends.get(*operation).is_some_and(Option::is_none) {
                self.end(*operation, End::NotAttempted);
            }
        }
    }

    /// Notes that a transaction was lost with all its steps.
    pub(super) fn lose(&mut self, steps: &[Step], error: Error, entries: &mut [Entry]) {
        let others = again(&error);
        let mut first = Some(error);
        for operation in steps.iter().flat_map(|step| &step.operations) {
            if self.is_full() {
                break;
            }
            let error = fault(*operation, entries).or_else(|| first.take()).unwrap_or_else(&others);
            self.end(*operation, End::Failed(error));
        }
    }

    /// What became of the operations that were begun, and the tolerances they made use of.
    pub(super) fn close(self, entries: Vec<Entry>) -> (Vec<Outcome>, Used) {
        let outcome = |((entry, end), sent): ((Entry, Option<End>), Option<Method>)| {
            let (Entry { method, bulk_id, kind, id, .. }, end) = (entry, end?);
            // What was not made has no id.
            let is_there = sent != Some(Method::Post) || matches!(end, End::Done { .. });
            Some(Outcome { method, bulk_id, kind, id: id.filter(|_| is_there), end })
        };
        (entries.into_iter().zip(self.ends).zip(self.methods).filter_map(outcome).collect(), self.used)
    }
}

/// What was wrong with an operation before it was tried.
fn fault(operation: usize, entries: &mut [Entry]) -> Option<Error> {
    entries.get_mut(operation)?.fault.take()
}

/// The same error for the other operations of a transaction; the cause is told with the first.
fn again(error: &Error) -> impl Fn() -> Error + use<> {
    let (busy, full) = (matches!(error, Error::Busy(_)), matches!(error, Error::Full(_)));
    move || match (busy, full) {
        (true, _) => Error::Busy(None),
        (_, true) => Error::Full(store::Error::Full("the transaction of the operation".into())),
        (false, false) => Error::Internal("the transaction of the operation was lost".to_owned()),
    }
}
