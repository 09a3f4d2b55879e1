//! A planted password and a token are looked for everywhere: in answers, in the database, in logs.

use crate::database::{Database, Kind};
use crate::wire::{Server, answer};

const PASSWORD: &str = "planted-Passw0rd-4711";
const CHANGED: &str = "planted-Changed-4712";
const TOKEN: &str = "planted-token-0123456789-abcdefghijkl";

#[test]
fn secrets_stand_in_no_answer_no_database_and_no_log() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(database) = runtime.block_on(Database::create(kind)) else { continue };
        let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
        let directory = place.directory().unwrap();
        let settings = [
            ("ROSTER_DATABASE_URL", database.url.as_str()),
            ("ROSTER_BOOTSTRAP_TOKEN", TOKEN),
            ("ROSTER_LOG", "trace"),
            ("ROSTER_JOURNAL_BODIES", "true"),
            ("ROSTER_AUDIT_VALUES", "true"),
        ];
        let server = Server::start(directory, &settings);
        let mut seen = String::new();
        let mut send = |method: &str, path: &str, body: &str, wanted: u16| {
            let (status, text) = server.send(method, path, TOKEN, body);
            assert_eq!(status, wanted, "{kind}: {method} {path}: {text}");
            seen += &text;
            text
        };
        let body = format!("{{\"userName\": \"kept\", \"password\": \"{PASSWORD}\"}}");
        let created = send("POST", "/scim/v2/Users", &body, 201);
        let (_, rest) = created.split_once("\"id\":\"").unwrap();
        let path = format!("/scim/v2/Users/{}", rest.split('"').next().unwrap());
        send("GET", &path, "", 200);
        send("GET", &format!("{path}?attributes=password"), "", 200);
        send("GET", "/scim/v2/Users?attributes=password,userName", "", 200);
        send("PUT", &path, &body, 200);
        let patch =
            format!("{{\"Operations\": [{{\"op\": \"replace\", \"path\": \"password\", \"value\": \"{CHANGED}\"}}]}}");
        send("PATCH", &path, &patch, 200);
        let refused = format!(
            "{{\"Operations\": [{{\"op\": \"replace\", \"path\": \"password.x\", \"value\": \"{CHANGED}\"}}]}}"
        );
        send("PATCH", &path, &refused, 400);
        send("POST", "/scim/v2/Users", &format!("{{\"password\": \"{PASSWORD}\" oops"), 400);
        send("POST", "/scim/v2/Users", &body, 409);
        send("GET", &format!("/scim/v2/Users?filter=password%20eq%20%22{PASSWORD}%22"), "", 400);
        send("POST", "/scim/v2/Users/.search", &format!("{{\"filter\": \"password eq \\\"{PASSWORD}\\\"\"}}"), 400);

        for (body, wanted) in [
            (format!("{{\"userName\": \"second\", \"PASSWORD\": \"{PASSWORD}\"}}"), 201),
            (
                format!(
                    "{{\"userName\": \"third\", \"urn:ietf:params:scim:schemas:core:2.0:User:password\": \"{PASSWORD}\"}}"
                ),
                201,
            ),
            (format!("{{\"password\": [\"{PASSWORD}\"]}}"), 400),
        ] {
            send("POST", "/scim/v2/Users", &body, wanted);
        }
        for operation in [
            format!("{{\"op\": \"Replace\", \"Path\": \"PassWord\", \"Value\": \"{CHANGED}\"}}"),
            format!("{{\"op\": \"add\", \"value\": {{\"pass\\u0077ord\": \"{CHANGED}\"}}}}"),
            format!(
                "{{\"op\": \"add\", \"path\": \"urn:ietf:params:scim:schemas:core:2.0:User:password\", \"value\": \"{CHANGED}\"}}"
            ),
        ] {
            send("PATCH", &path, &format!("{{\"Operations\": [{operation}]}}"), 200);
        }

        let login = |password: &str| format!("{{\"username\": \"kept\", \"password\": \"{password}\"}}");
        send("POST", "/auth/login", &login(CHANGED), 200);
        send("POST", "/auth/login", &login(PASSWORD), 401);
        send("POST", "/auth/login", &format!("{{\"password\": \"{PASSWORD}\" oops"), 400);

        // The end writes what waits for the journal.
        let (code, printed) = server.stop();
        assert_eq!(code, Some(0));
        let tail = answer(directory, &settings, &["journal", "tail", "--lines", "1000"]);
        let tail = String::from_utf8(tail.stdout).unwrap();
        assert!(tail.contains("> {\"userName\":\"kept\",\"password\":\"***\"}"), "{kind}: {tail}");
        assert!(tail.contains("changed: password"), "{kind}: {tail}");
        seen += &tail;
        seen += &String::from_utf8(answer(directory, &settings, &["journal", "audit", "--json"]).stdout).unwrap();
        let stored = runtime.block_on(database.everything());
        assert!(holds(&stored, "kept"), "{kind}: looked in the wrong place");
        assert!(holds(&stored, "$argon2id$"), "{kind}: a password is stored as its hash");
        let log = std::fs::read_to_string(directory.join("stderr")).unwrap();
        assert!(log.lines().count() > 5, "{kind}: nothing was logged");
        for secret in [PASSWORD, CHANGED, TOKEN] {
            assert!(!seen.contains(secret), "{kind}: an answer holds {secret}");
            assert!(!holds(&stored, secret), "{kind}: the database holds {secret}");
            assert!(
                !log.contains(secret),
                "{kind}: the log holds {secret}: {:?}",
                log.lines().find(|line| line.contains(secret))
            );
            assert!(!printed.contains(secret), "{kind}: {secret} is printed");
        }
        assert!(!seen.contains("$argon2"), "{kind}: an answer holds a hash");
        runtime.block_on(async {
            database.drop_it().await;
            place.drop_it().await;
        });
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
