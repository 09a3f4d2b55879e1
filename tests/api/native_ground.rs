//! What the native APIs share: where they are mounted, how their routes are told apart, and that all
//! that goes wrong below a prefix is told in the words of its dialect.

use crate::call::Answer;
use crate::database::{Database, Kind};
use crate::server::{Api, both, run_with};
use crate::wire;
use roster::app::{App, Options};
use roster::config::{Config, Secret};
use serde_json::Value;

both! {
    each_dialect_is_below_its_usual_prefix,
    the_end_of_a_path_may_be_a_slash,
    what_no_route_has_is_refused_in_the_words_of_the_dialect,
    the_document_of_a_dialect_is_served_with_its_prefix,
}

/// Where each dialect is by default, and a path of it that only needs a right to read.
const LOGIXX: &str = "/logixx/api/lookups/Roles";

async fn get(api: &Api, path: &str) -> Answer {
    api.call("GET", &format!("root:{path}")).header("accept", Some("application/json")).send().await
}

/// Which surface an answer is written by.
fn voice(answer: &Answer) -> &'static str {
    if answer.json["error"]["validationErrors"].is_array() {
        "logixx"
    } else if answer.json["schemas"].is_array() {
        "scim"
    } else {
        "somebody"
    }
}

async fn each_dialect_is_below_its_usual_prefix(api: Api) {
    get(&api, LOGIXX).await.is(200);
    for (path, speaker) in [
        ("/logixx/api/nothing", "logixx"),
        ("/logixx/api", "logixx"),
        // Only what lies below the roots of a dialect is its own.
        ("/logixx", "scim"),
        ("/logixx/apis", "scim"),
        ("/logixx/rest", "scim"),
        ("/api/lookups/Roles", "scim"),
        ("/Logixx/api/lookups/Roles", "scim"),
    ] {
        let answer = get(&api, path).await.is(404);
        assert_eq!(voice(&answer), speaker, "{path}: {}", answer.text);
    }
    for path in ["/appcrm/api/nothing", "/adeptia/rest/nothing", "/publica/integration-api/v1/nothing"] {
        let answer = get(&api, path).await.is(404);
        assert!(!["logixx", "scim"].contains(&voice(&answer)), "{path}: {}", answer.text);
    }
}

async fn the_end_of_a_path_may_be_a_slash(api: Api) {
    for path in ["/logixx/api/lookups/Roles/", "/logixx/api/lookups/Roles//", "/logixx/api/lookups/Roles/?a=b"] {
        get(&api, path).await.is(200);
    }
    let id = api.user("ada").await;
    let path = format!("root:/logixx/api/users/{id}/deactivate/");
    api.call("POST", &path).send().await.is(200);
    for path in ["/logixx//api/lookups/Roles", "/logixx/api//lookups/Roles", "/logixx/api/lookups//Roles"] {
        get(&api, path).await.is(404);
    }
}

async fn what_no_route_has_is_refused_in_the_words_of_the_dialect(api: Api) {
    for (method, path, allow) in [
        ("GET", "/logixx/api/users", "POST"),
        ("DELETE", "/logixx/api/users/", "POST"),
        ("PUT", "/logixx/api/users/1/activate", "POST"),
        ("GET", "/logixx/api/users/activate/activate", "POST"),
        ("POST", "/logixx/api/lookups/Roles", "GET, HEAD"),
        ("OPTIONS", "/logixx/api/lookups/Roles", "GET, HEAD"),
    ] {
        let answer = api.call(method, &format!("root:{path}")).send().await.is(405);
        assert_eq!((voice(&answer), answer.header("allow")), ("logixx", Some(allow)), "{method} {path}");
        assert_eq!(answer.json["error"]["code"], 405);
    }
    for (method, path) in [
        ("GET", "/logixx/api/users/1"),
        ("POST", "/logixx/api/users/1"),
        ("POST", "/logixx/api/users/1/activate/now"),
        ("POST", "/logixx/api/users//activate"),
        ("GET", "/logixx/api/lookups"),
        ("GET", "/logixx/api/lookups/Roles/1"),
    ] {
        let answer = api.call(method, &format!("root:{path}")).send().await.is(404);
        assert_eq!((voice(&answer), &answer.json["error"]["code"]), ("logixx", &Value::from(404)), "{method} {path}");
    }
    // Who nobody knows is not told what there is.
    for path in ["/logixx/api/nothing", "/logixx/api/users", LOGIXX] {
        let answer = api.call("GET", &format!("root:{path}")).header("authorization", None).send().await.is(401);
        assert_eq!(voice(&answer), "logixx", "{path}");
    }
    let head = api.call("HEAD", &format!("root:{LOGIXX}")).send().await.is(200);
    assert_eq!((head.text.as_str(), head.header("content-length")), ("", Some("2")));
    let long = format!("{LOGIXX}?a={}", "a".repeat(40_000));
    assert_eq!(voice(&get(&api, &long).await.is(414)), "logixx");
}

async fn the_document_of_a_dialect_is_served_with_its_prefix(api: Api) {
    for (name, prefix) in
        [("logixx", "/logixx"), ("appcrm", "/appcrm"), ("adeptia", "/adeptia"), ("publica", "/publica")]
    {
        let document = get(&api, &format!("/openapi/{name}.json")).await.is(200);
        assert_eq!(document.json["servers"][0]["url"], prefix);
        get(&api, &format!("/docs/{name}")).await.is(200);
    }
}

/// Settings with these prefixes, for Logixx and App CRM.
fn at(logixx: &str, appcrm: &str) -> Config {
    Config { logixx_prefix: logixx.to_owned(), appcrm_prefix: appcrm.to_owned(), ..Config::default() }
}

/// Runs a case on both databases with settings of its own.
fn with<F: Future<Output = ()> + Send + 'static>(settings: &Config, case: impl Fn(Api) -> F) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        run_with(kind, settings.clone(), &case);
    }
}

#[test]
fn a_prefix_can_be_another_path() {
    with(&at("/crm/one/", "/crm"), |api| async move {
        get(&api, "/crm/one/api/lookups/Roles").await.is(200);
        assert_eq!(voice(&get(&api, "/crm/one/api/nothing").await.is(404)), "logixx");
        assert_eq!(voice(&get(&api, LOGIXX).await.is(404)), "scim");
        let document = get(&api, "/openapi/logixx.json").await.is(200);
        assert_eq!(document.json["servers"][0]["url"], "/crm/one");
        // The routes are known at their new place.
        let answer = api.call("DELETE", "root:/crm/one/api/users").send().await.is(405);
        assert_eq!((voice(&answer), answer.header("allow")), ("logixx", Some("POST")));
    });
}

#[test]
fn a_dialect_can_be_at_the_root_beside_scim() {
    with(&at("/", "/appcrm"), |api| async move {
        get(&api, "/api/lookups/Roles").await.is(200);
        assert_eq!(voice(&get(&api, "/api/nothing").await.is(404)), "logixx");
        assert_eq!(voice(&get(&api, "/nothing").await.is(404)), "scim");
        api.user("ada").await;
        api.admin("GET", "/tenants").send().await.is(200);
        get(&api, "/livez").await.is(200);
        assert_eq!(get(&api, "/openapi/logixx.json").await.is(200).json["servers"][0]["url"], "/");
    });
}

#[test]
fn a_dialect_that_is_off_is_not_there() {
    with(&at("off", "/"), |api| async move {
        for path in [LOGIXX, "/openapi/logixx.json", "/docs/logixx"] {
            assert_eq!(voice(&get(&api, path).await.is(404)), "scim", "{path}");
        }
        assert_ne!(voice(&get(&api, "/api/nothing").await.is(404)), "scim", "the other one is at the root");
    });
}

#[test]
fn prefixes_that_collide_are_refused_at_the_start_by_name() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
    for (logixx, appcrm, named) in [
        ("/", "/", ["logixx", "appcrm", "/api"]),
        ("/crm", "/crm/", ["logixx", "appcrm", "/crm/api"]),
        ("/scim/v2", "/appcrm", ["logixx", "/scim/v2", "prefix"]),
        ("/appcrm/api", "/appcrm", ["logixx", "appcrm", "/appcrm/api"]),
        ("crm", "/appcrm", ["/crm", "off", "path"]),
    ] {
        let config = Config { database_url: Secret::new(place.url.as_str()), ..at(logixx, appcrm) };
        let refused = runtime.block_on(App::start(Options::new(config))).err();
        let refused = refused.map(|error| error.to_string()).unwrap_or_default();
        for word in named {
            assert!(refused.contains(word), "{logixx} {appcrm}: {word}: {refused}");
        }
        let settings = [
            ("ROSTER_DATABASE_URL", place.url.as_str()),
            ("ROSTER_LOGIXX_PREFIX", logixx),
            ("ROSTER_APPCRM_PREFIX", appcrm),
        ];
        let settings = [&settings[..], &[("ROSTER_LISTEN", "127.0.0.1:0")]].concat();
        let output = wire::answer(place.directory().unwrap(), &settings, &["serve"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && !output.stdout.starts_with(b"Roster is serving"), "{told}");
        for word in named {
            assert!(told.contains(word), "{logixx} {appcrm}: {word}: {told}");
        }
    }
    runtime.block_on(place.drop_it());
}
