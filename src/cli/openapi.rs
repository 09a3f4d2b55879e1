//! `roster openapi`: writes the documents of the surfaces to files, or checks that they are current.
//!
//! They describe the built-in schemas under default settings, whatever the environment says.

use super::{Error, print};
use crate::app;
use crate::config::Config;
use crate::http;
use std::path::{Path, PathBuf};

pub(super) fn run(check: bool) -> Result<(), Error> {
    let documents = http::openapi::documents(&app::registry(&Config::default()));
    let folder = Path::new("openapi");
    if check {
        let stale = stale(folder, &documents);
        return match stale.as_slice() {
            [] => print("The OpenAPI documents are current.\n"),
            _ => Err(Error::Failed(format!("not current: {}; `roster openapi` writes them", stale.join(", ")))),
        };
    }
    write(folder, &documents)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension("json")
}

/// The files that are missing or say something else.
fn stale(folder: &Path, documents: &[(&'static str, String)]) -> Vec<String> {
    let differs = |path: &Path, text: &str| std::fs::read_to_string(path).ok().as_deref() != Some(text);
    documents
        .iter()
        .map(|(name, text)| (file(folder, name), text))
        .filter(|(path, text)| differs(path, text))
        .map(|(path, _)| path.display().to_string())
        .collect()
}

fn write(folder: &Path, documents: &[(&'static str, String)]) -> Result<(), Error> {
    let refused = |path: &Path, source| Error::Io { doing: format!("{} cannot be written", path.display()), source };
    std::fs::create_dir_all(folder).map_err(|source| refused(folder, source))?;
    for (name, text) in documents {
        let path = file(folder, name);
        std::fs::write(&path, text).map_err(|source| refused(&path, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_current_until_it_is_changed() {
        let folder = std::env::temp_dir().join(format!("roster-openapi-{}", std::process::id()));
        let documents = [("scim", "{}\n".to_owned()), ("admin", "[]\n".to_owned())];
        assert_eq!(stale(&folder, &documents).len(), 2, "nothing is there yet");
        write(&folder, &documents).unwrap();
        assert_eq!(stale(&folder, &documents), Vec::<String>::new());
        std::fs::write(folder.join("scim.json"), "{ }\n").unwrap();
        let found = stale(&folder, &documents);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, [folder.join("scim.json").display().to_string()]);
    }
}
