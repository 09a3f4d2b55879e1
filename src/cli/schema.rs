//! `roster schema list`, `show`, `add`, `change`, `remove`, `packs` and `load`.
//!
//! A file holds one document: a schema (RFC 7643 §7) is told by its `attributes`, a resource type (§6) by
//! its `endpoint`.

use super::{Error, Tenant, show};
use crate::directory::schema::{Document, Kind, Report, Step};
use crate::directory::{self, Directory, Expect, TenantId};
use crate::scim::schema::pack::{self, Pack};
use clap::Subcommand;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Lists the schemas and resource types that a tenant has of its own, and their indexes
    List {
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Prints a schema or a resource type
    Show {
        /// The URN of the schema, or the name of the resource type
        id: String,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Makes a schema or a resource type; a document of User or Group adds extensions to that type
    Add {
        /// The file with the JSON document
        file: PathBuf,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Puts a document in the place of the one of its id; refused if resources do not fit it
    Change {
        /// The file with the JSON document
        file: PathBuf,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Removes a schema or a resource type; refused if resources would lose anything
    Remove {
        /// The URN of the schema, or the name of the resource type
        id: String,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Lists the packs that come with the server
    Packs {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Loads a pack, or a file of the same form; again, it changes nothing
    Load {
        /// The name of the pack, or the file
        pack: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::List { tenant, json } => list(house, house.tenant(&tenant.name(house).await?).await?, json).await,
        Command::Show { id, tenant } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            Ok(show::json_text(&find(house, tenant, &id).await?.document))
        }
        Command::Add { file, tenant } => {
            let (kind, document) = read_document(&file)?;
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            change(house, tenant, Step::Create(kind, document)).await
        }
        Command::Change { file, tenant } => {
            let (kind, document) = read_document(&file)?;
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let id = id_of(kind, &document).unwrap_or_default().to_owned();
            change(house, tenant, Step::Replace(kind, id, document, Expect::default())).await
        }
        Command::Remove { id, tenant } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let found = find(house, tenant, &id).await?;
            change(house, tenant, Step::Remove(found.kind, found.id, Expect::default())).await?;
            Ok(format!("There is no {} {id} any more.\n", found.kind.word()))
        }
        Command::Packs { json } => Ok(if json { packs_json() } else { show::packs(&pack::built_in()) }),
        Command::Load { pack, tenant } => {
            let found = pack::built_in().into_iter().find(|known| known.name == pack);
            let pack = found.map_or_else(|| read_pack(&pack), Ok)?;
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let applied = house.load_pack(tenant, pack).await.map_err(told)?;
            Ok(made(&applied.documents))
        }
    }
}

async fn list(house: &Directory, tenant: TenantId, json: bool) -> Result<String, Error> {
    let schemas = house.own_documents(tenant, Kind::Schema).await?;
    let types = house.own_documents(tenant, Kind::Type).await?;
    let indexes = house.own_indexes(tenant).await?;
    if !json {
        let documents: Vec<&Document> = schemas.iter().chain(&types).collect();
        let mut text = show::documents(&documents);
        if !indexes.is_empty() {
            text.push('\n');
            text.push_str(&show::indexes(&indexes));
        }
        return Ok(text);
    }
    let written = |documents: &[Document]| documents.iter().map(show::document).collect::<Vec<_>>();
    Ok(show::json_text(&json!({
        "schemas": written(&schemas),
        "resourceTypes": written(&types),
        "indexes": indexes.iter().map(show::index).collect::<Vec<_>>(),
    })))
}

/// The document of this URN or name.
async fn find(house: &Directory, tenant: TenantId, id: &str) -> Result<Document, Error> {
    let kind = if id.contains(':') { Kind::Schema } else { Kind::Type };
    let found = house.own_documents(tenant, kind).await?.into_iter().find(|document| match kind {
        Kind::Schema => document.id.eq_ignore_ascii_case(id),
        Kind::Type => document.id == id,
    });
    Ok(found.ok_or_else(|| directory::Error::NotFound(kind.word().to_owned()))?)
}

async fn change(house: &Directory, tenant: TenantId, step: Step) -> Result<String, Error> {
    let applied = house.change_documents(tenant, vec![step]).await.map_err(told)?;
    Ok(made(&applied.documents))
}

fn made(documents: &[Document]) -> String {
    documents.iter().fold(String::new(), |mut text, document| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "There is the {} {} (version {}).", document.kind.word(), document.id, document.version);
        text
    })
}

/// A refusal with everything that a change would break.
fn told(error: directory::Error) -> Error {
    match error {
        directory::Error::Incompatible(report) => Error::Failed(told_report(&report)),
        other => Error::Directory(other),
    }
}

fn told_report(report: &Report) -> String {
    let mut text = "resources there are do not fit the new schemas; nothing was changed".to_owned();
    for one in &report.breaks {
        let count = if one.resources == 1 { "1 resource".to_owned() } else { format!("{} resources", one.resources) };
        let place = format!("{} {}", one.resource_type, one.attribute);
        let _ = write!(text, "\n  {}: {}: {count}", place.trim_end(), one.rule);
        if !one.examples.is_empty() {
            let _ = write!(text, ", such as {}", one.examples.join(", "));
        }
    }
    text
}

fn read_json(file: &Path) -> Result<Value, Error> {
    let doing = || format!("{} cannot be read", file.display());
    let text = std::fs::read_to_string(file).map_err(|source| Error::Io { doing: doing(), source })?;
    serde_json::from_str(&text).map_err(|error| Error::Failed(format!("{}: it is no JSON: {error}", file.display())))
}

fn read_document(file: &Path) -> Result<(Kind, Value), Error> {
    let document = read_json(file)?;
    let kind = match (document.get("attributes"), document.get("endpoint")) {
        (Some(_), None) => Kind::Schema,
        (None, Some(_)) => Kind::Type,
        _ => {
            return Err(Error::Failed(format!(
                "{}: a schema has attributes (RFC 7643 §7), a resource type has an endpoint (RFC 7643 §6), and \
                 `roster schema load` reads files with both kinds",
                file.display()
            )));
        }
    };
    Ok((kind, document))
}

fn id_of(kind: Kind, document: &Value) -> Option<&str> {
    let key = match kind {
        Kind::Schema => "id",
        Kind::Type => "name",
    };
    document.get(key)?.as_str()
}

fn read_pack(file: &str) -> Result<Pack, Error> {
    let path = Path::new(file);
    if !path.exists() {
        let names: Vec<String> = pack::built_in().into_iter().map(|pack| pack.name).collect();
        return Err(Error::Failed(format!("{file} is no file, and the packs are {}", names.join(", "))));
    }
    Pack::read(&read_json(path)?).map_err(|error| Error::Failed(format!("{file}: {}", error.detail)))
}

fn packs_json() -> String {
    let packs = pack::built_in();
    let shown = packs.iter().map(|pack| {
        let (schemas, types) = pack.contents();
        json!({
            "name": pack.name,
            "description": pack.description,
            "reference": pack.reference,
            "schemas": schemas,
            "resourceTypes": types,
        })
    });
    show::json_text(&shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::schema::Break;

    #[test]
    fn a_report_names_everything_in_lines() {
        let one = |examples: &[&str]| Break {
            resource_type: "User".to_owned(),
            attribute: "urn:example:x:size".to_owned(),
            rule: "has a value, and the attribute would be gone".to_owned(),
            resources: 2,
            examples: examples.iter().map(|id| (*id).to_owned()).collect(),
        };
        let text = told_report(&Report { breaks: vec![one(&["a", "b"]), one(&[])] });
        let line = "  User urn:example:x:size: has a value, and the attribute would be gone: 2 resources";
        let head = "resources there are do not fit the new schemas; nothing was changed";
        assert_eq!(text, format!("{head}\n{line}, such as a, b\n{line}"));
    }
}
