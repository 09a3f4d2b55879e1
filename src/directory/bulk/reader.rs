//! From the operations of a bulk request to units of work, as single requests make them.

use super::chunk::{Step, Work};
use super::plan::{Entry, Task};
use crate::directory::write::{Aim, Kept};
use crate::directory::{Caller, Directory, Error, Expect, Matching};
use crate::scim::message::bulk::Method;
use crate::scim::projection::Projection;
use crate::scim::resource;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::task::{JoinError, JoinSet};

/// So many bodies are read at a time; each may wait for the hash of a password.
const AT_ONCE: usize = 8;

/// Reads the bodies of one request.
pub(super) struct Reader {
    context: Arc<Context>,
    until: Instant,
    /// The resources that operations before are about: what password they have is not stored yet.
    touched: HashSet<String>,
}

struct Context {
    directory: Directory,
    caller: Caller,
    base: String,
    matching: fn(&str) -> Matching,
}

/// What was read.
pub(super) struct Read {
    /// What is to be done.
    pub steps: Vec<Step>,
    /// The operations there was no time for.
    pub late: Vec<usize>,
}

impl Read {
    /// Whether there was nothing left to read.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.late.is_empty()
    }
}

impl Reader {
    pub(super) fn new(
        directory: &Directory,
        caller: &Caller,
        base: &str,
        matching: fn(&str) -> Matching,
        until: Instant,
    ) -> Self {
        let (directory, caller, base) = (directory.clone(), caller.clone(), base.to_owned());
        Self { context: Arc::new(Context { directory, caller, base, matching }), until, touched: HashSet::new() }
    }

    /// Reads the bodies of these steps; what is wrong with one becomes its fault.
    pub(super) async fn read(&mut self, steps: Vec<Vec<usize>>, entries: &mut [Entry]) -> Read {
        let mut works = HashMap::new();
        let mut late = HashSet::new();
        let mut running = JoinSet::new();
        for operation in steps.iter().flatten().copied() {
            let Some(task) = entries.get_mut(operation).and_then(|entry| entry.task.take()) else { continue };
            if Instant::now() >= self.until {
                late.insert(operation);
                continue;
            }
            let kept = if self.touched.insert(task.id.clone()) { Kept::Stored } else { Kept::Unknown };
            if running.len() >= AT_ONCE {
                keep(running.join_next().await, &mut works);
            }
            let context = Arc::clone(&self.context);
            running.spawn(async move { (operation, context.work(task, kept).await) });
        }
        while !running.is_empty() {
            keep(running.join_next().await, &mut works);
        }
        let mut read = Read { steps: Vec::with_capacity(steps.len()), late: Vec::new() };
        for operations in steps {
            if operations.iter().any(|operation| late.contains(operation)) {
                read.late.extend(operations);
            } else {
                read.steps.push(step(operations, &mut works, entries));
            }
        }
        read
    }
}

type Works = HashMap<usize, Result<Work, Error>>;
type Joined = Option<Result<(usize, Result<Work, Error>), JoinError>>;

/// Keeps the unit of a body that has been read.
fn keep(read: Joined, works: &mut Works) {
    match read {
        Some(Ok((operation, work))) => drop(works.insert(operation, work)),
        Some(Err(error)) => tracing::error!(%error, "reading an operation of a bulk request panicked"),
        None => {}
    }
}

/// The operations as a step; if one of them has a fault, nothing of it can be done.
fn step(operations: Vec<usize>, works: &mut Works, entries: &mut [Entry]) -> Step {
    let mut needs = BTreeSet::new();
    let mut done = Vec::with_capacity(operations.len());
    for operation in &operations {
        let Some(entry) = entries.get_mut(*operation) else { continue };
        needs.extend(entry.needs.iter().filter(|need| !operations.contains(need)));
        match works.remove(operation) {
            Some(Ok(work)) => done.push((*operation, work)),
            Some(Err(error)) => entry.fault = Some(error),
            None if entry.fault.is_none() => {
                entry.fault = Some(Error::Internal("an operation could not be read".to_owned()));
            }
            None => {}
        }
    }
    done.sort_by_key(|(operation, work)| (!matches!(work, Work::Create(_)), *operation));
    Step { works: (done.len() == operations.len()).then_some(done), operations, needs }
}

impl Context {
    /// The unit of work of one operation.
    async fn work(&self, task: Task, kept: Kept) -> Result<Work, Error> {
        let Self { directory, caller, base, matching } = self;
        let Task { method, kind, id, version, data } = task;
        // The answer tells the version and nothing else.
        let show = Projection::new(&kind, &["id".to_owned()], &[]);
        let expect = Expect { if_match: version.as_deref().map(matching), if_none_match: None };
        let aim = Aim { id, expect, kept };
        Ok(match method {
            Method::Post => {
                let draft = resource::read(&kind, data, &caller.profile)?;
                Work::Create(directory.creation(caller, &kind, aim.id, draft, &show).await?)
            }
            Method::Put => Work::Change(directory.replacement(caller, &kind, aim, data, &show).await?),
            Method::Patch => Work::Change(directory.amendment(caller, &kind, aim, &data, &show, base).await?),
            Method::Delete => Work::Delete(directory.removal(caller, &kind, aim)),
        })
    }
}
