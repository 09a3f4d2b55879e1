//! The plan of the house, proved by reading its source: arrows only go down, one door per effect,
//! files stay small, both databases have the same migrations.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
struct Source {
    /// Below `src/`, without `.rs`: `store/select`.
    name: String,
    text: String,
}

impl Source {
    /// The room: the first part of the name.
    fn room(&self) -> &str {
        self.name.split('/').next().unwrap()
    }

    /// The files that are compiled for unit tests only: `#[cfg(test)] mod NAME;`.
    fn test_files(&self) -> impl Iterator<Item = String> {
        let declared = self.text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
            let line = rest.lines().next().unwrap_or_default().trim();
            line.strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name)
        });
        let parent = self.name.strip_suffix("lib").map_or(format!("{}/", self.name), ToOwned::to_owned);
        declared.map(move |name| format!("{parent}{name}"))
    }

    /// The lines with code outside unit tests and comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let lines = self.text[..tests].lines().enumerate().map(|(number, line)| (number + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What the fuzz crate builds beside its sources is not the house's.
            if !path.ends_with("fuzz/target") {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let mut paths = Vec::new();
    files(&folder, "rs", &mut paths);
    paths.sort();
    assert!(paths.len() > 30, "looked in the wrong place");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        Source { name, text: fs::read_to_string(&path).unwrap() }
    };
    let mut sources: Vec<Source> = paths.into_iter().map(read).collect();
    let tests: Vec<String> = sources.iter().flat_map(Source::test_files).collect();
    let below = |name: &str, test: &str| name == test || name.starts_with(&format!("{test}/"));
    sources.retain(|source| !tests.iter().any(|test| below(&source.name, test)));
    sources
}

fn report(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

/// The rooms a room may name, by floor.
fn may_use(room: &str) -> Option<&'static [&'static str]> {
    Some(match room {
        "scim" | "clock" | "config" | "telemetry" => &[],
        // An id of version 7 begins with the instant it was made at.
        "ident" => &["clock"],
        "auth" => &["ident", "clock"],
        "store" => &["scim", "ident", "clock"],
        "directory" => &["store", "auth", "scim", "ident", "clock"],
        "http" => &["directory", "auth", "scim", "ident", "clock", "config", "telemetry"],
        "workers" => &["directory", "store", "auth", "scim", "ident", "clock"],
        "app" | "cli" | "main" | "lib" => return None,
        unknown => panic!("{unknown} has no floor yet: give it one here and in docs/architecture.md"),
    })
}

#[test]
fn arrows_only_go_down() {
    let mut broken = Vec::new();
    for source in &sources() {
        let Some(allowed) = may_use(source.room()) else { continue };
        for (number, line) in source.code() {
            for room in rooms_named(line) {
                if room != source.room() && !allowed.contains(&room) {
                    broken.push(format!("src/{}.rs:{number}: {} may not use {room}", source.name, source.room()));
                }
            }
        }
    }
    report("every room uses only rooms below it, and http never the store", &broken);
}

/// The rooms a line of code names through `crate::`, also in `use crate::{a, b::c}`.
fn rooms_named(line: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for (position, _) in line.match_indices("crate::") {
        let rest = &line[position + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(word(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (at, letter) in list.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        ' ' => {}
                        _ if start && depth == 0 => {
                            rooms.push(word(&list[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    rooms
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

#[test]
fn the_reader_of_paths_finds_every_room() {
    assert_eq!(rooms_named("use crate::store::Row;"), ["store"]);
    assert_eq!(rooms_named("use crate::{auth, scim::{Error, path}, store};"), ["auth", "scim", "store"]);
    assert_eq!(rooms_named("fn f(now: crate::clock::Micros) -> crate::scim::Object"), ["clock", "scim"]);
}

#[test]
fn every_effect_has_one_door() {
    // What only these files may name, outside their tests.
    let doors: [(&[&str], &[&str]); 9] = [
        (&["sqlx::", "use sqlx", "rusqlite"], &["store/sql"]),
        (&["poem::", "poem_openapi::", "use poem", "StatusCode", "hyper::", "hyper_util::"], &["http", "app"]),
        // Tests ask the environment where they may make databases.
        (&["env::var", "env::vars", "env::var_os", "env::vars_os"], &["config", "store/sql/trial"]),
        (&["SystemTime", "Timestamp::now", "Zoned::now", "OffsetDateTime::now"], &["clock"]),
        (&["Uuid::", "uuid::", "getrandom::", "rand::"], &["ident"]),
        (&["argon2::", "bcrypt::", "scrypt::", "pbkdf2::", "use argon2", "use bcrypt"], &["auth/password"]),
        (&["jsonwebtoken::", "use jsonwebtoken"], &["auth/assertion"]),
        (&["reqwest::", "rustls::", "use reqwest", "use rustls"], &["directory/keys/fetch"]),
        (&["println!", "eprintln!", "dbg!", "process::exit"], &["cli"]),
    ];
    let mut broken = Vec::new();
    for source in &sources() {
        for (words, rooms) in doors {
            if rooms.iter().any(|room| source.name == *room || source.name.starts_with(&format!("{room}/"))) {
                continue;
            }
            for (number, line) in source.code() {
                let line = without_text(line);
                for name in words.iter().filter(|name| names(&line, name)) {
                    broken.push(format!("src/{}.rs:{number}: {name} belongs in {}", source.name, rooms.join(", ")));
                }
            }
        }
    }
    report("one door per effect", &broken);
}

/// The line without what stands between quotation marks.
fn without_text(line: &str) -> String {
    line.replace("\\\"", "").split('"').step_by(2).collect()
}

/// Whether the line has the word, not as the end of a longer one.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn sql_is_written_only_in_the_store() {
    const STATEMENTS: [&str; 8] =
        ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE", " WHERE ", " ORDER BY ", "PRAGMA "];
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "store") {
        for (number, line) in source.code() {
            let upper = line.to_uppercase();
            for statement in STATEMENTS {
                // In a text literal, and in capitals or at its beginning.
                let quoted =
                    line.contains('"') && (line.contains(statement) || upper.contains(&format!("\"{statement}")));
                if quoted {
                    broken.push(format!("src/{}.rs:{number}: {statement}", source.name));
                }
            }
        }
    }
    report("SQL stands only in src/store", &broken);
}

#[test]
fn the_protocol_is_pure() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.room() == "scim") {
        for (number, line) in source.code() {
            for word in ["async ", ".await", "tokio", "std::fs", "std::net", "tenant", "Tenant", "tracing::"] {
                if names(line, word) {
                    broken.push(format!("src/{}.rs:{number}: {word}", source.name));
                }
            }
        }
    }
    report("src/scim knows no async, no files, no network, no tenant", &broken);
}

#[test]
fn files_are_small_and_say_what_they_are() {
    let mut broken = Vec::new();
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files(&root().join(folder), "rs", &mut paths);
    }
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if text.lines().count() > 500 {
            broken.push(format!("{name}: {} lines", text.lines().count()));
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        // Unit tests beside a file are headed by that file.
        if !text.starts_with("//! ") && stem != "tests" {
            broken.push(format!("{name}: does not open with //!"));
        }
        if ["util", "utils", "common", "helper", "helpers", "model", "models", "types", "prelude", "misc"]
            .contains(&stem)
        {
            broken.push(format!("{name}: a name that says nothing"));
        }
        if stem == "mod" {
            broken.push(format!("{name}: the house writes foo.rs, not foo/mod.rs"));
        }
    }
    report("files have at most 500 lines, a heading and a name", &broken);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let list = |database: &str| {
        let mut paths = Vec::new();
        files(&root().join("migrations").join(database), "sql", &mut paths);
        let mut names: Vec<String> =
            paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let sqlite = list("sqlite");
    assert_eq!(sqlite, list("postgres"));
    for (number, name) in sqlite.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", number + 1)), "{name}: migrations are numbered without gaps");
    }
    assert!(!sqlite.is_empty());
}
