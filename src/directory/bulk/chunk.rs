//! The unit of work that does a part of a bulk request: as many operations as share a commit.
//!
//! Each operation is done or undone by itself. Since most succeed, many are tried together; if one of
//! them fails, all are undone and tried again in halves, until those that fail stand alone.

use crate::directory::Error;
use crate::directory::write::{Change, Create, Delete};
use crate::scim::tolerance::Used;
use crate::store::{Conn, Unit};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// Steps that share a commit.
pub(super) struct Chunk {
    pub steps: Arc<[Step]>,
    /// The operations of chunks before that did not succeed.
    pub failed: HashSet<usize>,
    /// After so many errors nothing more is begun.
    pub errors: Option<u64>,
    /// Nothing is begun after this.
    pub until: Instant,
}

/// Operations that are done together or not at all.
pub(super) struct Step {
    /// Their numbers.
    pub operations: Vec<usize>,
    /// The operations it refers to.
    pub needs: BTreeSet<usize>,
    /// What is to be done, creations first; none if it is known already that it fails.
    pub works: Option<Vec<(usize, Work)>>,
}

/// The unit of work of one operation.
pub(super) enum Work {
    Create(Create),
    Change(Change),
    Delete(Delete),
}

/// What became of an operation.
pub(super) enum Fate {
    /// It is done, and this is the version of the resource.
    Done(Option<i64>, Used),
    /// It failed.
    Failed(Error),
    /// One that it refers to did not succeed.
    Orphaned,
    /// It was known to fail.
    Doomed,
}

impl Step {
    fn is_orphaned(&self, failed: &HashSet<usize>) -> bool {
        self.needs.iter().any(|need| failed.contains(need))
    }

    /// The fates of its operations if it fails with this error.
    fn fail(&self, error: Error) -> Vec<(usize, Fate)> {
        let in_ring = self.operations.len() > 1;
        let mut others = self.operations.iter();
        let mut fates: Vec<_> =
            others.next().map(|first| (*first, Fate::Failed(within(error, in_ring)))).into_iter().collect();
        let again = match fates.first() {
            Some((_, Fate::Failed(Error::Scim(error)))) => Some(error.clone()),
            Some(_) | None => None,
        };
        fates.extend(others.map(|other| match &again {
            Some(error) => (*other, Fate::Failed(Error::Scim(error.clone()))),
            None => (*other, Fate::Orphaned),
        }));
        fates
    }
}

/// The error of a ring of operations, which tells that it is one of them that failed.
fn within(error: Error, in_ring: bool) -> Error {
    match error {
        Error::Scim(mut error) if in_ring => {
            error.detail = format!(
                "of the operations that refer to each other one failed, so none was done (RFC 7644 §3.7.1): {}",
                error.detail
            );
            Error::Scim(error)
        }
        other => other,
    }
}

impl Unit for Chunk {
    type Output = Vec<(usize, Fate)>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<(usize, Fate)>, Error> {
        let mut failed = self.failed.clone();
        let mut errors = 0;
        let mut fates = Vec::new();
        let mut left = Vec::from([Range { start: 0, end: self.steps.len() }]);
        while let Some(range) = left.pop() {
            if self.errors.is_some_and(|most| errors >= most) || Instant::now() >= self.until {
                break;
            }
            let Some(steps) = self.steps.get(range.clone()).filter(|steps| !steps.is_empty()) else { continue };
            let (start, end) = (range.start, range.end);
            let hopeless = steps.iter().position(|step| step.works.is_none() || step.is_orphaned(&failed));
            let ended = match (hopeless, steps) {
                (Some(0), [step, ..]) => {
                    left.push(start + 1..end);
                    let fate = || if step.works.is_none() { Fate::Doomed } else { Fate::Orphaned };
                    step.operations.iter().map(|operation| (*operation, fate())).collect()
                }
                (Some(place), _) => {
                    left.extend([start + place..end, start..start + place]);
                    continue;
                }
                (None, steps) => match (conn.attempt(&Run { steps: Arc::clone(&self.steps), range }).await?, steps) {
                    (Ok(done), _) => done,
                    (Err(error), [step]) => step.fail(error),
                    // Who waited for a lock in vain is not to wait for it again with every half.
                    (Err(Error::Busy(_)), _) => {
                        left.extend((start..end).rev().map(|place| place..place + 1));
                        continue;
                    }
                    (Err(_), steps) => {
                        let middle = start + steps.len() / 2;
                        left.extend([middle..end, start..middle]);
                        continue;
                    }
                },
            };
            for (operation, fate) in &ended {
                if !matches!(fate, Fate::Done(..)) {
                    failed.insert(*operation);
                    errors += 1;
                }
            }
            fates.extend(ended);
        }
        Ok(fates)
    }
}

/// Steps that are done together, or undone.
struct Run {
    steps: Arc<[Step]>,
    range: Range<usize>,
}

impl Unit for Run {
    type Output = Vec<(usize, Fate)>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<(usize, Fate)>, Error> {
        let steps = self.steps.get(self.range.clone()).unwrap_or_default();
        let mut done = Vec::with_capacity(steps.len());
        // Creations that follow each other are made together.
        let mut creates = Vec::new();
        for step in steps {
            for (operation, work) in step.works.iter().flatten() {
                let fate = match work {
                    Work::Create(create) => {
                        creates.push((*operation, create));
                        continue;
                    }
                    Work::Change(change) => {
                        make(conn, &mut creates, &mut done).await?;
                        let record = change.run(conn).await?;
                        Fate::Done(Some(record.version), record.used)
                    }
                    Work::Delete(delete) => {
                        make(conn, &mut creates, &mut done).await?;
                        Fate::Done(None, delete.run(conn).await?)
                    }
                };
                done.push((*operation, fate));
            }
        }
        make(conn, &mut creates, &mut done).await?;
        Ok(done)
    }
}

async fn make(
    conn: &mut Conn,
    creates: &mut Vec<(usize, &Create)>,
    done: &mut Vec<(usize, Fate)>,
) -> Result<(), Error> {
    let (operations, units): (Vec<usize>, Vec<&Create>) = std::mem::take(creates).into_iter().unzip();
    let records = Create::run_all(conn, &units).await?;
    let fates = records.into_iter().map(|record| Fate::Done(Some(record.version), record.used));
    done.extend(operations.into_iter().zip(fates));
    Ok(())
}
