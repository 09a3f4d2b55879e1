//! From a directory's record to the JSON text of a resource.
//!
//! A stored document that is shown whole is not parsed: the derived attributes and `meta` are
//! appended to its text. Otherwise it is parsed and projected.

use crate::clock::rfc3339;
use crate::directory::Record;
use crate::http::etag;
use crate::scim::projection::Projection;
use crate::scim::schema::{Registry, ResourceType, Storage};
use crate::scim::{Object, resource, shown};
use serde::Serialize;
use serde_json::Value;

/// Renders resources of one server.
pub(super) struct Renderer<'a> {
    /// The URL of the SCIM surface.
    pub base: &'a str,
    /// The types that members and groups have.
    pub registry: &'a Registry,
}

/// An element of `members` (RFC 7643 §4.2) or `groups` (§4.1.2).
#[derive(Serialize)]
struct Link<'a> {
    value: &'a str,
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
}

/// RFC 7643 §3.1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    resource_type: &'a str,
    created: String,
    last_modified: String,
    location: String,
    version: String,
}

impl Renderer<'_> {
    /// The URL of a resource.
    pub(super) fn location(&self, record: &Record) -> String {
        self.url(&record.kind, &record.id)
    }

    /// The URL of the resource of a type and id.
    pub(super) fn url(&self, kind: &ResourceType, id: &str) -> String {
        format!("{}{}/{id}", self.base, kind.endpoint)
    }

    /// The text of a resource as the projection shows it.
    pub(super) fn resource(&self, record: &Record, shown: &Projection) -> Result<String, serde_json::Error> {
        match record.document.trim_end().strip_suffix('}') {
            Some(open) if shown.is_whole() => self.splice(record, open),
            _ => self.project(record, shown),
        }
    }

    fn splice(&self, record: &Record, open: &str) -> Result<String, serde_json::Error> {
        let mut text = String::with_capacity(open.len() + 512);
        text.push_str(open);
        for (name, links) in self.derived(record) {
            push(&mut text, name, &serde_json::to_string(&links)?);
        }
        push(&mut text, "meta", &serde_json::to_string(&self.meta(record))?);
        text.push('}');
        Ok(text)
    }

    fn project(&self, record: &Record, shown: &Projection) -> Result<String, serde_json::Error> {
        let mut document: Object = serde_json::from_str(&record.document)?;
        for (name, links) in self.derived(record) {
            document.insert(name.to_owned(), serde_json::to_value(links)?);
        }
        document.insert("meta".to_owned(), serde_json::to_value(self.meta(record))?);
        for (storage, value) in on_request(record, shown, &document) {
            resource::put_stored_as(&record.kind, &mut document, storage, value);
        }
        shown.apply(&mut document);
        serde_json::to_string(&Value::Object(document))
    }

    /// The derived attributes that have values, by name.
    fn derived<'a>(&self, record: &'a Record) -> impl Iterator<Item = (&'a str, Vec<Link<'a>>)> {
        let groups = record.groups.iter().flatten().map(|group| Link {
            value: &group.id,
            reference: self.reference(&group.kind, &group.id),
            display: group.display.as_deref(),
            kind: if group.direct { "direct" } else { "indirect" },
        });
        let members = record.members.iter().flatten().map(|member| Link {
            value: &member.id,
            reference: self.reference(&member.kind, &member.id),
            display: member.display.as_deref(),
            kind: &member.kind,
        });
        [(Storage::Groups, groups.collect::<Vec<_>>()), (Storage::Members, members.collect())]
            .into_iter()
            .filter(|(_, links)| !links.is_empty())
            .filter_map(|(storage, links)| Some((record.kind.stored_as(storage)?.name.as_str(), links)))
    }

    fn meta<'a>(&self, record: &'a Record) -> Meta<'a> {
        Meta {
            resource_type: &record.kind.name,
            created: rfc3339(record.created),
            last_modified: rfc3339(record.modified),
            location: self.location(record),
            version: etag::write(record.version),
        }
    }

    fn reference(&self, kind: &str, id: &str) -> Option<String> {
        self.registry.resource_type(kind).map(|kind| self.url(kind, id))
    }
}

/// The values of extensions that are shown only when asked for.
fn on_request(record: &Record, shown: &Projection, document: &Object) -> Vec<(Storage, Value)> {
    let name = shown.shows(Storage::Shown).then(|| shown::name(document)).flatten();
    let values = [
        (Storage::Sessions, record.sessions.map(Value::from)),
        (Storage::Dependents, record.dependents.map(Value::from)),
        (Storage::Shown, name.map(Value::from)),
    ];
    values.into_iter().filter_map(|(storage, value)| Some((storage, value?))).collect()
}

/// Appends a member to the text of an object that is not closed yet.
fn push(text: &mut String, name: &str, value: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
    text.push_str(value);
}

#[cfg(test)]
mod tests;
