//! A client's secret, its assertion and its access token are looked for in logs and in the database.

use super::SITE;
use super::keys::Pair;
use crate::database::{Database, Kind};
use crate::server::encode;
use crate::wire::{Server, answer};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use std::time::SystemTime;

const TOKEN: &str = "planted-token-0123456789-abcdefghijkl";

#[test]
fn what_a_client_shows_stands_in_no_database_and_no_log() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(database) = runtime.block_on(Database::create(kind)) else { continue };
        let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
        let directory = place.directory().unwrap();
        let settings = [
            ("ROSTER_DATABASE_URL", database.url.as_str()),
            ("ROSTER_BOOTSTRAP_TOKEN", TOKEN),
            ("ROSTER_PUBLIC_URL", SITE),
            ("ROSTER_LOG", "trace"),
        ];
        let server = Server::start(directory, &settings);
        std::fs::write(directory.join("keys.json"), Pair::Ec.set()).unwrap();
        let command = |arguments: &[&str]| -> Value {
            let output = answer(directory, &settings[..1], arguments);
            assert!(output.status.success(), "{kind}: {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let client = command(&["client", "create", "--name", "planted", "--json"]);
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        let signer = command(&["client", "create", "--keys", "keys.json", "--json"]);
        let signer = signer["client_id"].as_str().unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({ "iss": signer, "sub": signer, "aud": SITE, "exp": now + 60, "jti": "planted-jti-4711" });
        let assertion = Pair::Ec.sign(Algorithm::ES256, &claims);
        let kind_of = encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let grant = "grant_type=client_credentials";
        let ask = |form: String, wanted: u16| -> Value {
            let (status, text) = server.post_form("/oauth/token", &form);
            assert_eq!(status, wanted, "{kind}: {text}");
            serde_json::from_str(&text).unwrap()
        };
        let shown = ask(format!("{grant}&client_id={id}&client_secret={secret}"), 200);
        let form = format!("{grant}&client_assertion_type={kind_of}&client_assertion={assertion}");
        let signed = ask(form.clone(), 200);
        ask(form, 401);
        ask(format!("{grant}&client_id=other&client_secret={secret}"), 401);
        let tokens = [&shown, &signed].map(|answer| answer["access_token"].as_str().unwrap().to_owned());
        for token in &tokens {
            assert_eq!(server.send("GET", "/scim/v2/Users", token, "").0, 200);
        }
        assert_eq!(server.send("GET", "/scim/v2/Users", &assertion, "").0, 401);

        let stored = runtime.block_on(database.everything());
        assert!(holds(&stored, id.as_bytes()), "{kind}: looked in the wrong place");
        assert_eq!(server.stop().0, Some(0));
        let log = std::fs::read(directory.join("stderr")).unwrap();
        assert!(log.len() > 1000, "{kind}: nothing was logged");
        let signature = assertion.rsplit('.').next().unwrap();
        for planted in [secret, signature, "planted-jti-4711", &tokens[0], &tokens[1]] {
            assert!(!holds(&stored, planted.as_bytes()), "{kind}: the database holds {planted}");
            assert!(!holds(&log, planted.as_bytes()), "{kind}: the log holds {planted}");
        }
        runtime.block_on(async {
            database.drop_it().await;
            place.drop_it().await;
        });
    }
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
