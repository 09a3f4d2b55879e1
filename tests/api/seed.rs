//! `roster catalogue`: entries kept from the command line, and what a directory starts with from a file.

use crate::cli::{CHOSEN, failure, json, text, with_databases};
use crate::wire::Server;
use serde_json::{Value, json};
use std::path::Path;

const START: &str = r#"
locales = ["en", "pt_BR"]

[organization]
id = "1"

[[roles]]
id = 1
name = "Admin"
[[roles]]
id = 2
name = "User"
default = true

[[companies]]
id = 1
name = "Us"
[[branches]]
id = 1
name = "Main Branch"
[[lead_roles]]
id = 1
name = "Loan Officer"
[[subscriptions]]
id = 1
name = "Basic"
[[plans]]
id = 1
name = "Demo Plan"

[[users]]
userName = "admin"
email = "admin@example.com"
super_admin = true
[[users]]
userName = "ada"
name = "Ada Lovelace"
password_hash = "$2b$04$abcdefghijklmnopqrstuuD0zXNEVAVgKRiPLf0X5E3WTb0Bh/bq2"

[[tokens]]
user = "admin"
scopes = ["*"]
[[tokens]]
secret = "short-but-mine-5417"
scopes = ["users:read", "scim:read"]
[[tokens]]
user = "ada"
scopes = ["self"]
"#;

fn write(directory: &Path, text: &str) {
    std::fs::write(directory.join("start.toml"), text).unwrap();
}

#[test]
fn entries_are_kept_from_the_command_line() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        let made = json(directory, &settings, "catalogue add roles Clerk --default");
        assert_eq!(made, json!({ "catalogue": "roles", "id": 1, "name": "Clerk", "default": true }));
        let made = json(directory, &settings, "catalogue add branches West --id 7");
        assert_eq!(made, json!({ "catalogue": "branches", "id": 7, "name": "West" }));
        let changed = json(directory, &settings, "catalogue change roles 1 --default false --name Agent");
        assert_eq!(changed, json!({ "catalogue": "roles", "id": 1, "name": "Agent", "default": false }));
        let all = json(directory, &settings, "catalogue list");
        assert_eq!(all, json!([changed, made]));
        assert_eq!(json(directory, &settings, "catalogue list branches"), json!([made]));
        let table = text(directory, &settings, "catalogue list");
        assert_eq!(table, "CATALOGUE  ID  NAME   DEFAULT\nroles      1   Agent\nbranches   7   West\n");

        assert!(failure(directory, &settings, "catalogue add roles AGENT").contains("a role of that name already"));
        assert!(failure(directory, &settings, "catalogue add plans x --default").contains("only roles"));
        assert!(failure(directory, &settings, "catalogue remove plans 1").contains("no such plan"));
        let user = "{\"userName\": \"a\", \"roles\": [{\"value\": \"agent\"}]}";
        assert_eq!(server.send("POST", "/scim/v2/Users", CHOSEN, user).0, 201);
        let refused = failure(directory, &settings, "catalogue remove roles 1");
        assert!(refused.contains("1 user refers to this role"), "{refused}");
        text(directory, &settings, "catalogue remove branches 7");
        assert_eq!(json(directory, &settings, "catalogue list branches"), json!([]));
    });
}

#[test]
fn what_a_directory_starts_with_is_loaded_once() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        write(directory, START);
        let loaded = json(directory, &settings, "catalogue load start.toml");
        assert_eq!((&loaded["entries"], &loaded["users"]), (&json!(9), &json!(["admin", "ada"])), "{loaded}");
        let tokens = loaded["tokens"].as_array().unwrap();
        let users: Vec<_> = tokens.iter().map(|token| token["user"].clone()).collect();
        assert_eq!(users, [json!("admin"), Value::Null, json!("ada")]);
        assert_eq!(tokens[0]["name"], "first token", "the one that the operator holds");
        assert!(tokens[0].get("token").is_none() && tokens[1].get("token").is_none(), "{loaded}");
        assert!(loaded["warning"].as_str().unwrap().contains("shorter than 32 characters"), "{loaded}");
        let own = tokens[2]["token"].as_str().unwrap();
        assert!(own.starts_with("roster_"), "generated, since no token is free: {loaded}");

        assert_eq!(server.send("GET", "/scim/v2/Users", "short-but-mine-5417", "").0, 200);
        let (status, found) = server.send("GET", "/scim/v2/Users?filter=userName%20eq%20%22ADMIN%22", CHOSEN, "");
        assert_eq!(status, 200);
        let body = &found[found.find('{').unwrap()..=found.rfind('}').unwrap()];
        let found: Value = serde_json::from_str(body).unwrap();
        let admin = &found["Resources"][0];
        let appcrm = &admin["urn:ietf:params:scim:schemas:extension:appcrm:2.0:User"];
        assert_eq!((&appcrm["superAdmin"], &appcrm["accessApi"]), (&json!(true), &json!(true)), "{found}");
        assert_eq!((&admin["active"], &admin["emails"][0]["value"]), (&json!(true), &json!("admin@example.com")));
        assert!(text(directory, &settings, "token list").contains("admin"));

        let before = json(directory, &settings, "catalogue list");
        let again = json(directory, &settings, "catalogue load start.toml");
        assert_eq!((&again["entries"], &again["users"], &again["tokens"]), (&json!(0), &json!([]), &json!([])));
        assert_eq!(json(directory, &settings, "catalogue list"), before);
        assert_eq!(server.send("GET", "/scim/v2/Users?count=0", CHOSEN, "").1.matches("\"totalResults\":2").count(), 1);
        assert!(!text(directory, &settings, "catalogue load start.toml").contains("Token"));

        // The file is what is wanted: what differs is brought to it.
        write(directory, &START.replace("Main Branch", "Head Office"));
        assert_eq!(json(directory, &settings, "catalogue load start.toml")["entries"], 1);
    });
}

#[test]
fn a_file_that_breaks_a_rule_loads_nothing_and_says_why() {
    with_databases(|directory, url| {
        let settings = [("ROSTER_DATABASE_URL", url), ("ROSTER_BOOTSTRAP_TOKEN", CHOSEN)];
        let server = Server::start(directory, &settings);
        for (from, to, why) in [
            ("[[plans]]", "[[plants]]", "unknown field `plants`"),
            ("default = true", "standard = true", "start.toml, line 13: unknown field `standard`, expected"),
            ("\"Main Branch\"", "\"\"", "branches : name: 1 to"),
            ("name = \"User\"", "name = \"ADMIN\"", "roles ADMIN: there is a role of that name already; nothing is"),
            ("\"$2b$04$", "\"$0$5417$", "users ada: password_hash: "),
            ("[\"users:read\"", "[\"users:all\"", "there is no such scope"),
            ("short-but-mine-5417", "short-5417", "a token has 16 to 1024 characters"),
        ] {
            write(directory, &START.replacen(from, to, 1));
            let refused = failure(directory, &settings, "catalogue load start.toml");
            assert!(refused.contains(why) && !refused.contains("5417"), "{from}: {refused}");
            assert_eq!(json(directory, &settings, "catalogue list"), json!([]), "{from}");
        }
        write(directory, &START.replace("user = \"ada\"", "user = \"bob\""));
        let refused = failure(directory, &settings, "catalogue load start.toml");
        assert!(refused.contains("tokens 3: there is no such user"), "{refused}");
        assert!(refused.contains("the catalogues and users are loaded, and no token is made"), "{refused}");
        assert_eq!(server.send("GET", "/scim/v2/Users", "short-but-mine-5417", "").0, 401);
        write(directory, START);
        assert_eq!(json(directory, &settings, "catalogue load start.toml")["tokens"].as_array().unwrap().len(), 3);
        assert!(failure(directory, &settings, "catalogue load none.toml").contains("none.toml cannot be read"));
    });
}
