//! What the audit notes about a write: pure, from the documents before and after.

use super::Caller;
use crate::scim::Object;
use crate::scim::difference;
use crate::scim::schema::{ResourceType, Storage};
use crate::store::Row;
use crate::store::audit::{Action, Actor, Change};
use crate::store::resources::Touched;
use serde_json::Value;

/// What a write changed that does not live in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// A member came or went.
    pub members: bool,
    /// The password is another one.
    pub password: bool,
}

impl Beside {
    /// Whether anything changed.
    pub(super) fn any(self) -> bool {
        self.members || self.password
    }
}

/// The caller as the audit knows it.
pub(super) fn actor(caller: &Caller) -> Actor {
    Actor { connection: caller.connection, credential: caller.credential.clone(), door: caller.door.name() }
}

/// The entry for one change; `row` is the resource after it, or the last one before its removal.
/// Values of what lives in the document are kept if `values` says so.
pub(super) fn change(
    action: Action,
    kind: &ResourceType,
    row: &Row,
    documents: (&Object, &Object),
    beside: Beside,
    values: bool,
) -> Change {
    let changes = difference::between(kind, documents.0, documents.1);
    let known = changes.iter().filter_map(|change| Some((change.name.clone(), change.values()?)));
    let values = values.then(|| Value::Object(known.collect()));
    let mut attributes: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
    for (changed, storage) in [(beside.members, Storage::Members), (beside.password, Storage::Password)] {
        attributes.extend(kind.stored_as(storage).filter(|_| changed).map(|attribute| attribute.name.clone()));
    }
    Change { action, kind: kind.name.clone(), id: row.id.clone(), version: row.version, attributes, values }
}

/// The entry for a group that a deleted resource was in.
pub(super) fn lost_a_member(group: Touched) -> Change {
    let Touched { kind, id, version } = group;
    Change { action: Action::Patched, kind, id, version, attributes: vec!["members".to_owned()], values: None }
}
