//! What commands answer: aligned tables for people, JSON for programs.

use crate::auth::scope::Scope;
use crate::clock::rfc3339;
use crate::directory::catalogue::{Catalogue, Entry};
use crate::directory::manage::{Connection, Tenant, Token};
use crate::directory::oauth::{Client, Issuer, KeySource, Secret, SubjectIs};
use crate::directory::schema::{Document, Index};
use crate::scim::schema::pack::Pack;
use serde_json::{Value, json};

pub(super) fn tenant(tenant: &Tenant) -> Value {
    json!({ "num": tenant.num, "name": tenant.name, "created": rfc3339(tenant.created), "native": tenant.native })
}

pub(super) fn connection(connection: &Connection) -> Value {
    json!({
        "num": connection.num,
        "name": connection.name,
        "profile": connection.profile.to_string(),
        "created": rfc3339(connection.created),
    })
}

/// A token; its text stands in it only when it was made just now.
pub(super) fn token(token: &Token, text: Option<&str>) -> Value {
    let mut object = json!({
        "num": token.num,
        "connection": token.connection,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes.iter().map(Scope::name).collect::<Vec<_>>(),
        "created": rfc3339(token.created),
        "expires": token.expires.map(rfc3339),
        "used": token.used.map(rfc3339),
        "addresses": token.addresses,
        "user": token.user,
    });
    if let (Some(text), Some(object)) = (text, object.as_object_mut()) {
        object.insert("token".to_owned(), text.into());
    }
    object
}

/// A client; a secret stands in it only when it was made just now.
pub(super) fn client(client: &Client, secret: Option<&str>) -> Value {
    let (keys, keys_url) = match &client.keys {
        None => (None, None),
        Some(KeySource::Set(text)) => (serde_json::from_str::<Value>(text).ok(), None),
        Some(KeySource::Url(url)) => (None, Some(url)),
    };
    let secrets = client.secrets.iter().map(|secret| {
        json!({
            "num": secret.num,
            "prefix": secret.prefix,
            "created": rfc3339(secret.created),
            "expires": secret.expires.map(rfc3339),
        })
    });
    let mut object = json!({
        "client_id": client.id,
        "name": client.name,
        "connection": client.connection,
        "scopes": client.scopes.iter().map(Scope::name).collect::<Vec<_>>(),
        "secrets": secrets.collect::<Vec<_>>(),
        "keys": keys,
        "keys_url": keys_url,
        "created": rfc3339(client.created),
    });
    if let (Some(secret), Some(object)) = (secret, object.as_object_mut()) {
        object.insert("client_secret".to_owned(), secret.into());
    }
    object
}

pub(super) fn issuer(issuer: &Issuer) -> Value {
    json!({
        "num": issuer.num,
        "connection": issuer.connection,
        "issuer": issuer.trust.issuer,
        "audience": issuer.trust.audience,
        "subject": issuer.trust.subject,
        "subject_is": issuer.trust.subject_is.map(SubjectIs::name),
        "keys_url": issuer.trust.keys_url,
        "scopes": issuer.trust.scopes.iter().map(Scope::name).collect::<Vec<_>>(),
        "created": rfc3339(issuer.created),
    })
}

pub(super) fn clients(rows: &[Client]) -> String {
    let cells = |row: &Client| {
        let secret = |secret: &Secret| match secret.expires {
            Some(end) => format!("{} ({}…, until {})", secret.num, secret.prefix, rfc3339(end)),
            None => format!("{} ({}…)", secret.num, secret.prefix),
        };
        let keys = row.keys.as_ref().map(|_| "keys".to_owned());
        let shows: Vec<String> = row.secrets.iter().map(secret).chain(keys).collect();
        [row.id.clone(), row.connection.clone(), row.name.clone(), row.scopes.to_string(), shows.join(", ")]
    };
    table(["CLIENT ID", "CONNECTION", "NAME", "SCOPES", "SECRETS AND KEYS"], rows.iter().map(cells))
}

pub(super) fn issuers(rows: &[Issuer]) -> String {
    let cells = |row: &Issuer| {
        [
            row.num.to_string(),
            row.connection.clone(),
            row.trust.issuer.clone(),
            row.trust.audience.clone(),
            row.trust.subject.clone().unwrap_or_else(|| "any".to_owned()),
            row.trust.subject_is.map_or("", SubjectIs::name).to_owned(),
            row.trust.scopes.to_string(),
        ]
    };
    table(["NUM", "CONNECTION", "ISSUER", "AUDIENCE", "SUBJECT", "SUBJECT IS", "SCOPES"], rows.iter().map(cells))
}

/// An entry of a catalogue.
pub(super) fn entry(which: Catalogue, entry: &Entry) -> Value {
    let mut object = json!({ "catalogue": which.name(), "id": entry.id, "name": entry.name });
    if let (Catalogue::Roles, Some(object)) = (which, object.as_object_mut()) {
        object.insert("default".to_owned(), entry.default.into());
    }
    object
}

pub(super) fn entries(rows: &[(Catalogue, Entry)]) -> String {
    let cells = |(which, entry): &(Catalogue, Entry)| {
        let default = if entry.default { "default" } else { "" };
        [which.name().to_owned(), entry.id.to_string(), entry.name.clone(), default.to_owned()]
    };
    table(["CATALOGUE", "ID", "NAME", "DEFAULT"], rows.iter().map(cells))
}

/// A document of a tenant's own, with its version.
pub(super) fn document(document: &Document) -> Value {
    json!({
        "id": document.id,
        "version": document.version,
        "created": rfc3339(document.created),
        "lastModified": rfc3339(document.modified),
        "document": document.document,
    })
}

pub(super) fn index(index: &Index) -> Value {
    json!({ "resourceType": index.resource_type, "attribute": index.attribute, "ready": index.ready })
}

pub(super) fn documents(rows: &[&Document]) -> String {
    let cells =
        |row: &&Document| [row.kind.word().to_owned(), row.id.clone(), row.version.to_string(), rfc3339(row.modified)];
    table(["KIND", "ID", "VERSION", "LAST MODIFIED"], rows.iter().map(cells))
}

pub(super) fn indexes(rows: &[Index]) -> String {
    let cells = |row: &Index| {
        let ready = if row.ready { "ready" } else { "being built" };
        [row.resource_type.clone(), row.attribute.clone(), ready.to_owned()]
    };
    table(["RESOURCE TYPE", "INDEX", "STATE"], rows.iter().map(cells))
}

pub(super) fn packs(rows: &[Pack]) -> String {
    let cells = |row: &Pack| {
        let (_, types) = row.contents();
        [row.name.clone(), types.join(", "), row.reference.clone().unwrap_or_default(), row.description.clone()]
    };
    table(["PACK", "RESOURCE TYPES", "REFERENCE", "DESCRIPTION"], rows.iter().map(cells))
}

/// JSON as it is printed.
pub(super) fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}

pub(super) fn tenants(rows: &[Tenant]) -> String {
    let cells = |row: &Tenant| {
        let native = if row.native { "yes" } else { "no" };
        [row.num.to_string(), row.name.clone(), rfc3339(row.created), native.to_owned()]
    };
    table(["NUM", "NAME", "CREATED", "NATIVE"], rows.iter().map(cells))
}

pub(super) fn connections(rows: &[Connection]) -> String {
    let cells =
        |row: &Connection| [row.num.to_string(), row.name.clone(), row.profile.to_string(), rfc3339(row.created)];
    table(["NUM", "NAME", "PROFILE", "CREATED"], rows.iter().map(cells))
}

pub(super) fn tokens(rows: &[Token]) -> String {
    let cells = |row: &Token| {
        let when = |instant: Option<_>| instant.map_or_else(|| "never".to_owned(), rfc3339);
        let from = if row.addresses.is_empty() { "anywhere".to_owned() } else { row.addresses.join(" ") };
        [
            row.num.to_string(),
            row.connection.clone(),
            row.name.clone(),
            row.prefix.clone(),
            row.scopes.to_string(),
            rfc3339(row.created),
            when(row.expires),
            when(row.used),
            from,
            row.user.clone().unwrap_or_default(),
        ]
    };
    let heads = ["NUM", "CONNECTION", "NAME", "STARTS WITH", "SCOPES", "CREATED", "EXPIRES", "USED", "FROM", "USER"];
    table(heads, rows.iter().map(cells))
}

/// Columns as wide as their widest cell, two blanks between them, none at the end of a line.
fn table<const COLUMNS: usize>(heads: [&str; COLUMNS], rows: impl Iterator<Item = [String; COLUMNS]>) -> String {
    let mut lines = vec![heads.map(ToOwned::to_owned)];
    lines.extend(rows);
    let mut widths = [0; COLUMNS];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1", "é"], ["20", "longer than the head"]].map(|row| row.map(ToOwned::to_owned));
        let text = table(["NUM", "NAME"], rows.into_iter());
        assert_eq!(text, "NUM  NAME\n1    é\n20   longer than the head\n");
        assert_eq!(table(["NUM"], std::iter::empty()), "NUM\n");
    }
}
