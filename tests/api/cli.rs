//! The real binary: first start, later starts, signals, settings, tokens, documents.

use crate::database::{Database, Kind};
use crate::wire::{Server, answer};
use serde_json::Value;
use std::path::Path;

/// Variables and their values.
type Settings = &'static [(&'static str, &'static str)];

const CHOSEN: &str = "a-token-chosen-by-somebody-0123456789";

/// Runs a case with an empty database of each kind and an empty working directory.
fn with_databases(case: impl Fn(&Path, &str)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(database) = runtime.block_on(Database::create(kind)) else { continue };
        let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
        case(place.directory().unwrap(), &database.url);
        runtime.block_on(async {
            database.drop_it().await;
            place.drop_it().await;
        });
    }
}

/// The first word that looks like a generated token.
fn token_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c))
        .find(|word| word.starts_with("roster_") && word.len() > 40)
}

#[test]
fn the_first_start_prints_what_is_needed_and_the_second_no_token() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url)];
        let server = Server::start(directory, &settings);
        let greeting = server.greeting.clone();
        assert!(greeting.contains(&format!("http://{}/scim/v2", server.address)), "{greeting}");
        let token = token_in(&greeting).unwrap_or_else(|| panic!("no token: {greeting}")).to_owned();
        assert!(greeting.contains("curl -H \"Authorization: Bearer "), "{greeting}");
        let (status, text) = server.send("GET", "/scim/v2/Users", &token, "");
        assert_eq!(status, 200, "{text}");
        let (status, _) = server.send("POST", "/scim/v2/Users", &token, "{\"userName\": \"kept\"}");
        assert_eq!(status, 201);
        let (code, _) = server.stop();
        assert_eq!(code, Some(0), "SIGTERM is an ordinary end");

        let server = Server::start(directory, &settings);
        assert_eq!(token_in(&server.greeting), None, "{}", server.greeting);
        let (status, text) = server.send("GET", "/scim/v2/Users?count=0", &token, "");
        assert_eq!((status, text.contains("\"totalResults\":1")), (200, true), "{text}");
    });
}

#[test]
fn a_chosen_token_is_taken_and_not_printed() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        assert!(!server.greeting.contains(CHOSEN), "{}", server.greeting);
        assert_eq!(server.send("GET", "/scim/v2/Users", CHOSEN, "").0, 200);
        assert_eq!(server.send("GET", "/scim/v2/Users", "another", "").0, 401);
    });
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let made =
            answer(directory, &settings, &["token", "create", "--name", "reader", "--scope", "scim:read", "--json"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let token = made["token"].as_str().unwrap();
        assert_eq!(server.send("GET", "/scim/v2/Users", token, "").0, 200);
        let (status, text) = server.send("POST", "/scim/v2/Users", token, "{\"userName\": \"never\"}");
        assert_eq!(status, 403, "{text}");
        assert_eq!(server.send("POST", "/scim/v2/Users/.search", token, "{}").0, 200, "searching is reading");

        let listed = answer(directory, &settings, &["token", "list"]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.contains("reader") && !listed.contains(token), "{listed}");
        let number = made["num"].to_string();
        assert!(answer(directory, &settings, &["token", "revoke", &number]).status.success());
        assert_eq!(server.send("GET", "/scim/v2/Users", token, "").0, 401, "revoked at once");
        assert!(!answer(directory, &settings, &["token", "revoke", &number]).status.success());
    });
}

#[test]
fn what_is_not_understood_is_refused_with_a_sentence() {
    let place = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let place = place.block_on(Database::create(Kind::Sqlite)).unwrap();
    let directory = place.directory().unwrap();
    let table: [(Settings, &[&str], &str); 6] = [
        (&[("ROSTER_DATABSE_URL", "sqlite:x.db")], &[], "ROSTER_DATABSE_URL"),
        (&[("ROSTER_LISTEN", "nowhere")], &[], "ROSTER_LISTEN"),
        (&[("ROSTER_DATABASE_URL", "mysql://x")], &[], "ROSTER_DATABASE_URL"),
        (&[("ROSTER_BOOTSTRAP_TOKEN", "short")], &[], "ROSTER_BOOTSTRAP_TOKEN"),
        (&[], &["serv"], "serv"),
        (&[], &["token", "create", "--scope", "everything"], "scope"),
    ];
    for (settings, arguments, named) in table {
        let refused = answer(directory, settings, arguments);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{settings:?} {arguments:?}: {said}");
        assert!(said.contains(named) && refused.stdout.is_empty(), "{settings:?} {arguments:?}: {said}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_openapi_documents_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = answer(root, &[], &["openapi", "--check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
