//! The plan of a bulk request: who gets which id, who waits for whom (RFC 7644 §3.7.1, §3.7.2). Pure.
//!
//! New resources have their ids before they are made, so that references are ids from the start; what is
//! left of them is an order. Operations that refer to each other in a ring are one step.

#[cfg(test)]
mod tests;

use crate::directory;
use crate::scim::Error;
use crate::scim::message::bulk::{Item, Method, Operation, Target, references};
use crate::scim::schema::ResourceType;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

/// What is going to be done, and when.
pub(super) struct Plan {
    /// The operations, in the order of the request.
    pub entries: Vec<Entry>,
    /// The steps in the order in which they are done: an operation each, or a ring of them.
    pub steps: Vec<Vec<usize>>,
}

/// One operation.
pub(super) struct Entry {
    /// As the answer repeats it.
    pub method: Option<String>,
    /// What the client calls it.
    pub bulk_id: Option<String>,
    /// The type it is about, if it is known.
    pub kind: Option<Arc<ResourceType>>,
    /// The resource it is about, if it is known.
    pub id: Option<String>,
    /// The operation itself; none if there is something wrong with it, or once it is taken.
    pub task: Option<Task>,
    /// What is wrong with it.
    pub fault: Option<directory::Error>,
    /// The operations it refers to, which must have succeeded.
    pub needs: BTreeSet<usize>,
}

/// An operation with nothing left to be resolved.
pub(super) struct Task {
    /// How.
    pub method: Method,
    /// The type.
    pub kind: Arc<ResourceType>,
    /// The resource.
    pub id: String,
    /// The entity tag it must have.
    pub version: Option<String>,
    /// The body.
    pub data: Value,
}

/// Plans the operations of a request; `new_id` makes the ids of new resources.
pub(super) fn plan(items: Vec<Item>, mut new_id: impl FnMut() -> String) -> Plan {
    let mut names = HashMap::new();
    let mut repeated = vec![false; items.len()];
    for (number, item) in items.iter().enumerate() {
        let Some(name) = &item.bulk_id else { continue };
        if *names.entry(name.clone()).or_insert(number) != number
            && let Some(repeated) = repeated.get_mut(number)
        {
            *repeated = true;
        }
    }
    let known = Known::new(&items, names, &mut new_id);
    let entries: Vec<Entry> = items
        .into_iter()
        .zip(repeated)
        .enumerate()
        .map(|(number, (item, repeated))| known.entry(number, item, repeated))
        .collect();
    let needs: Vec<&BTreeSet<usize>> = entries.iter().map(|entry| &entry.needs).collect();
    let steps = order(&needs, rings(&needs));
    Plan { entries, steps }
}

/// What is known of the operations before references are resolved.
struct Known {
    /// The operation of each `bulkId`.
    names: HashMap<String, usize>,
    /// The id of the resource that each operation is about.
    ids: Vec<Result<String, Error>>,
    /// Those that leave no resource to refer to.
    removals: HashSet<usize>,
}

impl Known {
    fn new(items: &[Item], names: HashMap<String, usize>, new_id: &mut impl FnMut() -> String) -> Self {
        let made: Vec<Option<String>> = items
            .iter()
            .map(|item| {
                let operation = item.operation.as_ref().ok()?;
                (operation.method == Method::Post).then(&mut *new_id)
            })
            .collect();
        let ids = (0..items.len()).map(|number| follow(items, &names, &made, number)).collect();
        let is_removal =
            |item: &Item| item.operation.as_ref().is_ok_and(|operation| operation.method == Method::Delete);
        let removals = items.iter().enumerate().filter(|(_, item)| is_removal(item)).map(|(number, _)| number);
        Self { names, ids, removals: removals.collect() }
    }

    fn entry(&self, number: usize, item: Item, repeated: bool) -> Entry {
        let Item { method, bulk_id, place, operation } = item;
        let mut needs = BTreeSet::new();
        let task = match operation {
            _ if repeated => Err(Error::value(
                "bulkId: an operation before this one has the same; it must be unique (RFC 7644 §3.7)",
            )),
            Ok(operation) => self.task(number, operation, &mut needs),
            Err(fault) => Err(fault),
        };
        if task.is_err() {
            needs.clear();
        }
        let id = match place.as_ref().and_then(|place| place.target.as_ref()) {
            Some(Target::Id(id)) => Some(id.clone()),
            Some(Target::BulkId(_)) | None => task.as_ref().ok().map(|task| task.id.clone()),
        };
        let (task, fault) = match task {
            Ok(task) => (Some(task), None),
            Err(fault) => (None, Some(fault.into())),
        };
        Entry { method, bulk_id, kind: place.map(|place| place.kind), id, task, fault, needs }
    }

    fn task(&self, number: usize, operation: Operation, needs: &mut BTreeSet<usize>) -> Result<Task, Error> {
        let Operation { method, place, version, mut data } = operation;
        let id = self.id(number)?;
        if let Some(Target::BulkId(name)) = &place.target {
            needs.extend(self.names.get(name));
        }
        let mut fault = None;
        references(&mut data, &mut |name| {
            let Some(other) = self.names.get(name).copied() else {
                fault.get_or_insert_with(unknown);
                return None;
            };
            if other != number {
                needs.insert(other);
            }
            let id = if self.removals.contains(&other) { Err(deleted()) } else { self.id(other) };
            match id {
                Ok(id) => Some(id),
                Err(error) => {
                    fault.get_or_insert(error);
                    None
                }
            }
        });
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Task { method, kind: place.kind, id, version, data }),
        }
    }

    fn id(&self, number: usize) -> Result<String, Error> {
        self.ids.get(number).cloned().unwrap_or_else(|| Err(unknown()))
    }
}

/// The id of the resource that an operation is about, through as many references as it takes.
fn follow(
    items: &[Item],
    names: &HashMap<String, usize>,
    made: &[Option<String>],
    start: usize,
) -> Result<String, Error> {
    let mut number = start;
    for _ in 0..=items.len() {
        let operation = items.get(number).ok_or_else(unknown)?.operation.as_ref().map_err(|_| failed())?;
        if operation.method == Method::Delete && number != start {
            return Err(deleted());
        }
        match &operation.place.target {
            None => return made.get(number).cloned().flatten().ok_or_else(failed),
            Some(Target::Id(id)) => return Ok(id.clone()),
            Some(Target::BulkId(name)) => number = *names.get(name).ok_or_else(unknown)?,
        }
    }
    Err(Error::value("bulkId: the reference leads back to this operation and names no resource (RFC 7644 §3.7.2)"))
}

fn unknown() -> Error {
    Error::value("bulkId: no operation of the request has the bulkId that this one refers to (RFC 7644 §3.7.2)")
}

fn deleted() -> Error {
    Error::value(
        "bulkId: the operation that this one refers to is a DELETE, which leaves no resource (RFC 7644 §3.7.2)",
    )
}

/// What an operation is told if one that it refers to did not succeed.
pub(super) fn failed() -> Error {
    Error::value("bulkId: the operation that this one refers to failed, so this one was not done (RFC 7644 §3.7.2)")
}

/// The operations in groups in which each leads to each (Tarjan's strongly connected components), without
/// recursion, because chains may be as long as the request.
fn rings(needs: &[&BTreeSet<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; needs.len()];
    let mut lowest = vec![NEW; needs.len()];
    let mut is_open = vec![false; needs.len()];
    let (mut open, mut rings, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..needs.len() {
        if at(&index, root) != NEW {
            continue;
        }
        let mut path = vec![(root, None)];
        while let Some((node, last)) = path.pop() {
            match last {
                None => {
                    put(&mut index, node, next);
                    put(&mut lowest, node, next);
                    put(&mut is_open, node, true);
                    open.push(node);
                    next += 1;
                }
                Some(child) => {
                    let low = at(&lowest, node).min(at(&lowest, child));
                    put(&mut lowest, node, low);
                }
            }
            let after = last.map_or(0, |child| child + 1);
            let mut descend = None;
            for &child in needs.get(node).into_iter().flat_map(|needs| needs.range(after..)) {
                if at(&index, child) == NEW {
                    descend = Some(child);
                    break;
                }
                if is_open.get(child) == Some(&true) {
                    let low = at(&lowest, node).min(at(&index, child));
                    put(&mut lowest, node, low);
                }
            }
            if let Some(child) = descend {
                path.push((node, Some(child)));
                path.push((child, None));
            } else if at(&lowest, node) == at(&index, node) {
                let start = open.iter().rposition(|other| *other == node).unwrap_or(0);
                let mut ring = open.split_off(start);
                for member in &ring {
                    put(&mut is_open, *member, false);
                }
                ring.sort_unstable();
                rings.push(ring);
            }
        }
    }
    rings
}

fn at(list: &[usize], place: usize) -> usize {
    list.get(place).copied().unwrap_or(usize::MAX)
}

fn put<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

/// Each ring after those it needs; of those that may come next, the one that stands first in the request.
fn order(needs: &[&BTreeSet<usize>], mut rings: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut ring_of = vec![0; needs.len()];
    for (number, ring) in rings.iter().enumerate() {
        for member in ring {
            put(&mut ring_of, *member, number);
        }
    }
    let mut waiting = vec![0_usize; rings.len()];
    let mut followers = vec![Vec::new(); rings.len()];
    for (number, ring) in rings.iter().enumerate() {
        let needed = ring.iter().filter_map(|member| needs.get(*member)).flat_map(|needs| needs.iter());
        let needed: BTreeSet<usize> =
            needed.map(|other| at(&ring_of, *other)).filter(|other| *other != number).collect();
        put(&mut waiting, number, needed.len());
        for other in needed {
            if let Some(followers) = followers.get_mut(other) {
                followers.push(number);
            }
        }
    }
    let first = |rings: &[Vec<usize>], number: usize| rings.get(number).and_then(|ring| ring.first()).copied();
    let ready = (0..rings.len()).filter(|number| at(&waiting, *number) == 0);
    let mut ready: BinaryHeap<_> = ready.map(|number| Reverse((first(&rings, number), number))).collect();
    let mut steps = Vec::with_capacity(rings.len());
    while let Some(Reverse((_, number))) = ready.pop() {
        for follower in followers.get_mut(number).map(std::mem::take).unwrap_or_default() {
            let left = at(&waiting, follower).saturating_sub(1);
            put(&mut waiting, follower, left);
            if left == 0 {
                ready.push(Reverse((first(&rings, follower), follower)));
            }
        }
        steps.extend(rings.get_mut(number).map(std::mem::take));
    }
    steps
}
