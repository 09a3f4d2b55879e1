//! Tables of settings, right and wrong.

use super::*;
use std::ffi::OsString;
use std::path::Path;

fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
    // The empty file stands for none, so that no roster.toml of the working directory is read.
    let file = ("ROSTER_CONFIG", "/dev/null");
    let variables = variables.iter().chain([&file]).map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::read(variables).map_err(|error| error.to_string())
}

fn read_file(text: &str) -> Result<Config, String> {
    let mut config = Config::default();
    config.apply_file(Path::new("roster.toml"), text).map_err(|error| error.to_string())?;
    Ok(config)
}

#[test]
fn the_table_writes_the_defaults_that_hold() {
    assert_eq!(read(&[]).unwrap(), Config::default());
    for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
        let mut config = Config::default();
        assert_eq!((setting.set)(&mut config, setting.default), Ok(()), "{}", setting.name);
        assert_eq!(config, Config::default(), "{}", setting.name);
    }
}

#[test]
fn every_setting_can_be_given_by_a_variable_and_by_the_file() {
    let cases = [
        ("database_url", "postgres://roster@localhost/roster"),
        ("database_connections", "3"),
        ("sqlite_durable", "false"),
        ("listen", "[::1]:0"),
        ("public_url", "https://directory.example.com/"),
        ("max_connections", "5"),
        ("rate_connection", "25"),
        ("rate_tenant", "0"),
        ("shutdown_seconds", "0"),
        ("logixx_prefix", "off"),
        ("appcrm_prefix", "/"),
        ("adeptia_prefix", "/partner/connect"),
        ("publica_prefix", "/store/"),
        ("bootstrap_token", "0123456789abcdef0123456789abcdef"),
        ("token_lifetime", "60"),
        ("session_hours", "24"),
        ("session_idle_hours", "12"),
        ("sessions_limit", "5"),
        ("unique_group_names", "false"),
        ("journal_days", "7"),
        ("journal_rows", "5"),
        ("journal_bodies", "true"),
        ("audit_values", "true"),
        ("log", "warn,roster=debug"),
        ("log_format", "json"),
    ];
    assert_eq!(cases.map(|(name, _)| name).to_vec(), SETTINGS.iter().map(|one| one.name).collect::<Vec<_>>());
    for (setting, (name, value)) in SETTINGS.iter().zip(cases) {
        let by_variable = read(&[(&setting.variable(), value)]).unwrap();
        assert_ne!(by_variable, Config::default(), "{name}");
        assert_eq!(read_file(&format!("{name} = \"{value}\"")).unwrap(), by_variable, "{name}");
    }
    assert_eq!(read_file("listen = \"[::1]:0\"").unwrap().listen, "[::1]:0");
    let url = read(&[("ROSTER_PUBLIC_URL", "https://directory.example.com/")]).unwrap().public_url;
    assert_eq!(url.as_deref(), Some("https://directory.example.com"));
}

#[test]
fn the_file_may_use_numbers_and_booleans_of_its_own() {
    let config = read_file("max_connections = 7\nsqlite_durable = false\n").unwrap();
    assert_eq!((config.max_connections, config.sqlite_durable), (7, false));
}

#[test]
fn a_variable_wins_over_the_file() {
    let directory = std::env::temp_dir().join(format!("roster-config-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("some.toml");
    std::fs::write(&file, "log = \"warn\"\nmax_connections = 7\n").unwrap();
    let variables = [("ROSTER_CONFIG", file.to_str().unwrap()), ("ROSTER_LOG", "debug")];
    let config = Config::read(variables.map(|(name, value)| (name.into(), value.into()))).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!((config.log.as_str(), config.max_connections), ("debug", 7));
}

#[test]
fn what_is_unknown_is_refused_with_the_nearest_name() {
    for (name, message) in [
        ("ROSTER_LISTN", "ROSTER_LISTN is not a setting; did you mean ROSTER_LISTEN?"),
        ("ROSTER_DATABASEURL", "ROSTER_DATABASEURL is not a setting; did you mean ROSTER_DATABASE_URL?"),
        ("ROSTER_listen", "ROSTER_listen is not a setting; did you mean ROSTER_LISTEN?"),
    ] {
        assert_eq!(read(&[(name, "1")]).unwrap_err(), message);
    }
    let far = read(&[("ROSTER_COLOUR", "red")]).unwrap_err();
    assert!(far.starts_with("ROSTER_COLOUR is not a setting; the settings are ROSTER_DATABASE_URL, "), "{far}");
    assert_eq!(
        read_file("log_fromat = \"json\"").unwrap_err(),
        "log_fromat in roster.toml is not a setting; did you mean log_format?"
    );
}

#[test]
fn variables_meant_for_others_are_left_alone() {
    let others = [
        ("ROSTER_PORT", "tcp://10.0.0.1:8080"),
        ("ROSTER_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("ROSTER_SERVICE_HOST", "10.0.0.1"),
        ("ROSTER_TEST_POSTGRES", "postgres://localhost/postgres"),
        ("PATH", "/bin"),
        ("MY_ROSTER_LOG", "loud"),
    ];
    assert_eq!(read(&others).unwrap(), Config::default());
}

#[test]
fn a_value_that_does_not_fit_is_refused_without_being_repeated() {
    let cases = [
        ("database_url", "mysql://secret", "sqlite:path or postgres://…"),
        ("database_url", "", "sqlite:path or postgres://…"),
        ("database_connections", "0", "a whole number from 1 to 1000"),
        ("database_connections", "many", "a whole number from 1 to 1000"),
        ("sqlite_durable", "yes", "true or false"),
        ("listen", "8080", "address:port"),
        ("listen", ":8080", "address:port"),
        ("listen", "127.0.0.1:99999", "address:port"),
        ("public_url", "directory.example.com", "an http:// or https:// address without a query"),
        ("public_url", "https://", "an http:// or https:// address without a query"),
        ("public_url", "https://u@h", "an http:// or https:// address without a query"),
        ("max_connections", "-1", "a whole number from 1 to 1000000"),
        ("rate_connection", "24", RATE),
        ("rate_tenant", "24", RATE),
        ("rate_tenant", "1", RATE),
        ("rate_tenant", "25.5", RATE),
        ("rate_tenant", "1000001", RATE),
        ("shutdown_seconds", "3601", "a whole number from 0 to 3600"),
        ("bootstrap_token", "0123456789abcdef0123456789abcde", "32 characters or more"),
        ("log", "roster=loud", "a level, or a list such as info,roster=debug"),
        ("log_format", "xml", "text or json"),
    ];
    for (name, value, right) in cases {
        let variable = format!("ROSTER_{}", name.to_ascii_uppercase());
        assert_eq!(read(&[(&variable, value)]).unwrap_err(), format!("{variable} must be {right}"));
        let line = format!("{name} = \"{value}\"");
        assert_eq!(read_file(&line).unwrap_err(), format!("{name} in roster.toml must be {right}"));
    }
    let list = read_file("listen = [\"127.0.0.1:8080\"]").unwrap_err();
    assert_eq!(list, "listen in roster.toml must be one text, whole number, true or false");
}

#[test]
fn a_file_that_is_missing_or_broken_is_named() {
    let missing = Config::read([("ROSTER_CONFIG".into(), "/no/such/roster.toml".into())]).unwrap_err();
    assert_eq!(missing.to_string(), "/no/such/roster.toml cannot be read");
    let broken = read_file("log = \"info\"\nlisten 8080\n").unwrap_err();
    assert!(broken.starts_with("roster.toml:2 is not TOML: "), "{broken}");
}

#[test]
fn secrets_are_not_seen_in_debug() {
    let config = read(&[
        ("ROSTER_BOOTSTRAP_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("ROSTER_DATABASE_URL", "postgres://roster:hunter2@localhost/roster"),
    ])
    .unwrap();
    let seen = format!("{config:?}");
    assert!(!seen.contains("0123456789") && !seen.contains("hunter2"), "{seen}");
}

#[test]
fn the_manual_lists_every_setting() {
    let manual = include_str!("../../docs/operations.md");
    for setting in SETTINGS {
        let row = format!("| `{}` | `{}` | ", setting.name, setting.variable());
        assert!(manual.contains(&row), "docs/operations.md has no row starting with {row}");
        if !setting.default.is_empty() {
            assert!(manual.contains(&format!("{row}`{}` | ", setting.default)), "{}: another default", setting.name);
        }
    }
}
