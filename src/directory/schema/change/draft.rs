//! A tenant's own documents as the steps of a change make them, before anything is stored.

use super::{Document, Kind, Step};
use crate::clock::Micros;
use crate::directory::schema::building;
use crate::directory::{Error, TenantId};
use crate::scim;
use crate::scim::schema::Registry;
use crate::scim::schema::document::{self, Own};
use crate::store::schemas::{self, Building, Stored};
use crate::store::{self, Conn};
use serde_json::Value;

/// The documents of a tenant in the making.
pub(super) struct Draft {
    /// In their order, without those that are removed.
    entries: Vec<Entry>,
    /// The stored ones that go.
    removed: Vec<(Kind, String)>,
    /// The documents that the steps leave, by kind and id, in the order of the steps.
    left: Vec<(Kind, String)>,
}

struct Entry {
    document: Document,
    state: State,
}

/// How a document stands to what is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Kept,
    Changed,
    New,
}

impl Draft {
    /// What is stored.
    pub(super) fn new(stored: &schemas::Own) -> Result<Self, Error> {
        let schemas = stored.schemas.iter().map(|stored| (Kind::Schema, stored));
        let all = schemas.chain(stored.types.iter().map(|stored| (Kind::Type, stored)));
        let entries =
            all.map(|(kind, stored)| Ok(Entry { document: Document::read(kind, stored.clone())?, state: State::Kept }));
        Ok(Self { entries: entries.collect::<Result<_, Error>>()?, removed: Vec::new(), left: Vec::new() })
    }

    /// Does one step.
    pub(super) fn apply(&mut self, step: &Step, now: Micros) -> Result<(), Error> {
        match step {
            Step::Create(kind, document) => {
                let id = named(*kind, document)?;
                if self.find(*kind, &id).is_some() {
                    return Err(Error::Taken(kind.word()));
                }
                self.add(*kind, id, document, now);
            }
            Step::Replace(kind, id, document, expect) => {
                let place = self.find(*kind, id).ok_or_else(|| Error::NotFound(kind.word().to_owned()))?;
                let entry = self.entries.get_mut(place).ok_or_else(missing)?;
                expect.check(entry.document.version)?;
                entry.replace(document, now)?;
                self.left.push((*kind, self.id_at(place)?));
            }
            Step::Put(kind, document) => {
                let id = named(*kind, document)?;
                let Some(place) = self.find(*kind, &id) else {
                    self.add(*kind, id, document, now);
                    return Ok(());
                };
                self.entries.get_mut(place).ok_or_else(missing)?.replace(document, now)?;
                self.left.push((*kind, self.id_at(place)?));
            }
            Step::Remove(kind, id, expect) => {
                let place = self.find(*kind, id).ok_or_else(|| Error::NotFound(kind.word().to_owned()))?;
                let Entry { document, state } = self.entries.remove(place);
                expect.check(document.version)?;
                self.left.retain(|(other, id)| !(other == kind && *id == document.id));
                if state != State::New {
                    self.removed.push((*kind, document.id));
                }
            }
        }
        Ok(())
    }

    /// Whether anything is to be stored.
    pub(super) fn is_changed(&self) -> bool {
        !self.removed.is_empty() || self.entries.iter().any(|entry| entry.state != State::Kept)
    }

    /// The registry that these documents make.
    pub(super) fn compose(&self, built_in: &Registry, indexes: &[Building]) -> Result<Registry, Error> {
        let of = |kind: Kind| {
            let entries = self.entries.iter().filter(move |entry| entry.document.kind == kind);
            entries.map(|entry| entry.document.document.clone()).collect::<Vec<_>>()
        };
        let own = Own { schemas: of(Kind::Schema), types: of(Kind::Type), building: building(indexes) };
        for (_, gone) in
            self.removed.iter().filter(|(kind, id)| *kind == Kind::Schema && self.find(*kind, id).is_none())
        {
            if let Some(user) = own.types.iter().find(|document| uses(document, gone)) {
                let name = user.get("name").and_then(Value::as_str).unwrap_or_default();
                return Err(Error::InUse(format!(
                    "the schema {gone} is used by the resource type {name}; take it out of the type first"
                )));
            }
        }
        Ok(document::extend(built_in, &own)?)
    }

    /// Stores what is another than before.
    pub(super) async fn store(&self, conn: &mut Conn, tenant: TenantId) -> Result<(), store::Error> {
        for (kind, id) in &self.removed {
            schemas::remove(conn, tenant, *kind, id).await?;
        }
        for Entry { document, state } in &self.entries {
            let Document { kind, id, version, created, modified, document } = document;
            let stored = Stored {
                id: id.clone(),
                version: *version,
                created: *created,
                modified: *modified,
                document: document.to_string(),
            };
            match state {
                State::Kept => {}
                State::Changed => schemas::replace(conn, tenant, *kind, &stored).await?,
                State::New => schemas::insert(conn, tenant, *kind, &stored).await?,
            }
        }
        Ok(())
    }

    /// The documents that the steps leave.
    pub(super) fn answer(&self) -> Vec<Document> {
        let found = self.left.iter().filter_map(|(kind, id)| self.entries.get(self.find(*kind, id)?));
        found.map(|entry| entry.document.clone()).collect()
    }

    fn add(&mut self, kind: Kind, id: String, document: &Value, now: Micros) {
        self.left.push((kind, id.clone()));
        let document = Document { kind, id, version: 1, created: now, modified: now, document: without_meta(document) };
        self.entries.push(Entry { document, state: State::New });
    }

    /// Where the document of an id stands. URNs and names are the same in any case (RFC 7643 §7, RFC 8141 §3).
    fn find(&self, kind: Kind, id: &str) -> Option<usize> {
        let is_it = |entry: &Entry| entry.document.kind == kind && entry.document.id.eq_ignore_ascii_case(id);
        self.entries.iter().position(is_it)
    }

    fn id_at(&self, place: usize) -> Result<String, Error> {
        self.entries.get(place).map(|entry| entry.document.id.clone()).ok_or_else(missing)
    }
}

impl Entry {
    /// Puts another document here; the same one changes nothing.
    fn replace(&mut self, document: &Value, now: Micros) -> Result<(), Error> {
        let kind = self.document.kind;
        if named(kind, document)? != self.document.id {
            let (word, key) = (kind.word(), key(kind));
            return Err(scim::Error::value(format!(
                "{word} {}: {key} cannot be changed; make another {word} instead",
                self.document.id
            ))
            .into());
        }
        let document = without_meta(document);
        if document == self.document.document {
            return Ok(());
        }
        self.document.document = document;
        if self.state == State::Kept {
            self.state = State::Changed;
            self.document.version += 1;
            self.document.modified = now.max(self.document.modified);
        }
        Ok(())
    }
}

fn missing() -> Error {
    Error::Internal("a document went missing in a change".to_owned())
}

/// The property that names a document.
fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "id",
        Kind::Type => "name",
    }
}

/// What a document names itself.
fn named(kind: Kind, document: &Value) -> Result<String, Error> {
    let (word, key) = (kind.word(), key(kind));
    let name = document.get(key).and_then(Value::as_str).filter(|name| !name.is_empty() && !name.contains('\0'));
    let name = name.ok_or_else(|| {
        scim::Error::value(format!("{word}: the document must be an object with the text {key} (RFC 7643 §6, §7)"))
    })?;
    Ok(name.to_owned())
}

/// Whether a resource type document names a schema.
fn uses(document: &Value, urn: &str) -> bool {
    let is_it = |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(urn));
    let extensions = document.get("schemaExtensions").and_then(Value::as_array);
    is_it(document.get("schema")) || extensions.into_iter().flatten().any(|extension| is_it(extension.get("schema")))
}

/// The document without what the server notes about it.
fn without_meta(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(document) = document.as_object_mut() {
        document.shift_remove("meta");
    }
    document
}

#[cfg(test)]
mod tests;
