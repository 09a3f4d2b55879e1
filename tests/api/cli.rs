//! The real binary: first start, later starts, signals, settings, tokens, documents.

use crate::database::{Database, Kind};
use crate::wire::{Server, answer, fed};
use serde_json::Value;
use std::path::Path;

/// Variables and their values.
type Settings = &'static [(&'static str, &'static str)];

pub const CHOSEN: &str = "a-token-chosen-by-somebody-0123456789";

/// Runs a case with an empty database of each kind and an empty working directory.
pub fn with_databases(case: impl Fn(&Path, &str)) {
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
fn a_password_hash_of_another_system_is_read_from_the_standard_input() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let (status, _) = server.send("POST", "/scim/v2/Users", CHOSEN, "{\"userName\": \"anna\"}");
        assert_eq!(status, 201);
        let arguments = ["user", "password-hash", "Anna"];
        let given = |hash: &str| fed(directory, &settings, &arguments, hash).status.code();
        assert_eq!(given("plain\n"), Some(1));
        assert_eq!(given("$2b$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC\n"), Some(0));
        let login = "{\"username\": \"anna\", \"password\": \"correct horse\"}";
        assert_eq!(server.send("POST", "/auth/login", CHOSEN, login).0, 200);
        assert_eq!(server.stop().0, Some(0));
    });
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

/// What a command answers in JSON.
pub fn json(directory: &Path, settings: &[(&str, &str)], arguments: &str) -> Value {
    let arguments: Vec<&str> = arguments.split(' ').chain(["--json"]).collect();
    let answered = answer(directory, settings, &arguments);
    assert!(answered.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answered.stderr));
    serde_json::from_slice(&answered.stdout).unwrap()
}

/// What a command answers to people.
pub fn text(directory: &Path, settings: &[(&str, &str)], arguments: &str) -> String {
    let answered = answer(directory, settings, &arguments.split(' ').collect::<Vec<_>>());
    assert!(answered.status.success(), "{arguments}: {}", String::from_utf8_lossy(&answered.stderr));
    String::from_utf8(answered.stdout).unwrap()
}

/// The sentence a command fails with.
pub fn failure(directory: &Path, settings: &[(&str, &str)], arguments: &str) -> String {
    let answered = answer(directory, settings, &arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(answered.status.code(), Some(1), "{arguments}: {}", String::from_utf8_lossy(&answered.stdout));
    String::from_utf8(answered.stderr).unwrap()
}

#[test]
fn tenants_and_connections_are_managed_while_the_server_runs() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let made = json(directory, &settings, "tenant create acme");
        assert_eq!(
            (&made["tenant"]["name"], &made["connection"]["name"], &made["connection"]["profile"]),
            (&"acme".into(), &"default".into(), &"default".into())
        );
        assert_eq!(made["token"]["scopes"], serde_json::json!(["scim", "users:write", "self"]));
        let token = made["token"]["token"].as_str().unwrap();
        assert_eq!(server.send("POST", "/scim/v2/Users", token, "{\"userName\": \"there\"}").0, 201);
        let (_, here) = server.send("GET", "/scim/v2/Users", CHOSEN, "");
        assert!(here.contains("\"totalResults\":0"), "{here}");
        assert!(failure(directory, &settings, "tenant create acme").contains("already"));
        assert!(failure(directory, &settings, "tenant create A").contains("name: "));

        text(directory, &settings, "connection create entra --tenant acme --profile entra");
        let set = json(directory, &settings, "connection set entra --tenant acme --name azure --profile strict");
        assert_eq!((&set["name"], &set["profile"]), (&"azure".into(), &"strict".into()));
        let listed = text(directory, &settings, "connection list --tenant acme");
        assert!(listed.contains("azure") && listed.contains("strict") && listed.contains("NAME"), "{listed}");
        let own = json(directory, &settings, "token create --tenant acme --connection azure --from 127.0.0.0/8");
        let own = own["token"].as_str().unwrap();
        assert_eq!(server.send("GET", "/scim/v2/Users", own, "").0, 200, "the peer is this machine");
        let far = json(directory, &settings, "token create --tenant acme --connection azure --from 192.0.2.0/24");
        assert_eq!(far["addresses"], serde_json::json!(["192.0.2.0/24"]));
        assert_eq!(server.send("GET", "/scim/v2/Users", far["token"].as_str().unwrap(), "").0, 401);
        text(directory, &settings, "connection delete azure --tenant acme");
        assert_eq!(server.send("GET", "/scim/v2/Users", own, "").0, 401);

        text(directory, &settings, "tenant rename acme acne");
        let listed = text(directory, &settings, "tenant list");
        assert!(listed.contains("default") && listed.contains("acne") && !listed.contains("acme"), "{listed}");
        assert!(failure(directory, &settings, "tenant delete acne --again acme").contains("nothing was deleted"));
        assert_eq!(server.send("GET", "/scim/v2/Users", token, "").0, 200);
        text(directory, &settings, "tenant delete acne --again acne");
        assert_eq!(server.send("GET", "/scim/v2/Users", token, "").0, 401);
        assert_eq!(json(directory, &settings, "tenant list").as_array().unwrap().len(), 1);
        assert!(failure(directory, &settings, "token list --tenant acne").contains("no such tenant"));
    });
}

#[test]
fn a_token_is_rotated_and_its_use_is_known_after_the_stop() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let old = json(directory, &settings, "token create --name okta");
        let new = json(directory, &settings, &format!("token rotate {} --overlap 1h", old["num"]));
        assert_eq!((&new["name"], &new["connection"]), (&"okta".into(), &"default".into()));
        for token in [&old["token"], &new["token"]] {
            assert_eq!(server.send("GET", "/scim/v2/Users", token.as_str().unwrap(), "").0, 200, "both are valid");
        }
        assert_eq!(server.stop().0, Some(0));
        let listed = json(directory, &settings, "token list --connection default");
        let ends: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["expires"].is_string()).collect();
        let used: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["used"].is_string()).collect();
        assert_eq!((ends, used), (vec![false, true, false], vec![false, true, true]), "{listed}");
        assert!(failure(directory, &settings, "token rotate 999").contains("no such token"));
    });
}

#[test]
fn a_database_without_a_tenant_gets_its_first_one_from_a_command() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url)];
        assert!(failure(directory, &settings, "token list").contains("no tenant"));
        text(directory, &settings, "tenant create acme");
        assert!(text(directory, &settings, "token list").contains("first token"));
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
