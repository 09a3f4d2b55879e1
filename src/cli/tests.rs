//! What is understood, what is refused, and how errors read.

use super::*;
use crate::auth::scope::Scope;
use crate::scim::tolerance::Preset;
use clap::CommandFactory as _;

fn parse(line: &str) -> Result<Option<Command>, clap::Error> {
    Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.command)
}

#[test]
fn the_definition_holds_together() {
    Arguments::command().debug_assert();
}

#[test]
fn no_command_means_serve() {
    assert!(parse("roster").unwrap().is_none());
    assert!(matches!(parse("roster serve").unwrap(), Some(Command::Serve)));
}

#[test]
fn commands_are_understood() {
    assert!(matches!(parse("roster migrate").unwrap(), Some(Command::Migrate)));
    assert!(matches!(parse("roster settings").unwrap(), Some(Command::Settings)));
    assert!(matches!(parse("roster openapi --check").unwrap(), Some(Command::Openapi { check: true })));
    let Some(Command::Token {
        command: token::Command::Create { name, scopes, expires, json, connection, addresses, .. },
    }) = parse(
        "roster token create --name okta --scope scim --scope scim:read --expires 90d --json --connection entra \
             --from 10.0.0.0/8 --from ::1",
    )
    .unwrap()
    else {
        panic!("not a token create");
    };
    assert_eq!((name.as_str(), connection.as_str(), json, expires.is_some()), ("okta", "entra", true, true));
    assert_eq!(scopes, [Scope::Scim, Scope::ScimRead]);
    assert_eq!(addresses, ["10.0.0.0/8", "::1"]);
    let Some(Command::Token { command: token::Command::Revoke { num, tenant } }) =
        parse("roster token revoke 7 --tenant acme").unwrap()
    else {
        panic!("not a token revoke");
    };
    assert_eq!((num, tenant.tenant.as_deref()), (7, Some("acme")));
    let Some(Command::Connection { command: connection::Command::Set { connection, profile, .. } }) =
        parse("roster connection set entra --profile strict").unwrap()
    else {
        panic!("not a connection set");
    };
    assert_eq!((connection.as_str(), profile), ("entra", Some(Preset::Strict.into())));
    let Some(Command::Tenant { command: tenant::Command::Delete { name, again } }) =
        parse("roster tenant delete acme --again acne").unwrap()
    else {
        panic!("not a tenant delete");
    };
    assert_eq!((name.as_str(), again.as_str()), ("acme", "acne"));
}

#[test]
fn a_token_reads_and_writes_unless_said_otherwise() {
    let Some(Command::Token { command: token::Command::Create { scopes, expires, tenant, connection, .. } }) =
        parse("roster token create").unwrap()
    else {
        panic!("not a token create");
    };
    assert_eq!(scopes, [Scope::Scim]);
    assert_eq!((expires, tenant.tenant, connection.as_str()), (None, None, "default"));
}

#[test]
fn what_is_not_understood_is_a_usage_error() {
    for line in [
        "roster sreve",
        "roster --port",
        "roster token",
        "roster token create --scope root",
        "roster token rotate",
        "roster token rotate 1 --overlap soon",
        "roster tenant",
        "roster tenant delete acme",
        "roster connection set entra",
        "roster connection create entra --profile lax",
        "roster token create --expires soon",
        "roster token revoke first",
    ] {
        let error = parse(line).unwrap_err();
        assert!(error.use_stderr() && error.exit_code() == 2, "{line}");
    }
}

#[test]
fn help_names_every_setting_and_command() {
    let help = Arguments::command().render_long_help().to_string();
    for setting in SETTINGS {
        assert!(help.contains(&setting.variable()) && help.contains(setting.help), "{}", setting.name);
    }
    for word in ["serve", "migrate", "tenant", "connection", "token", "openapi", "settings", "Examples:", "Exit codes:"]
    {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn an_error_is_one_sentence_with_its_causes() {
    let source = std::io::Error::new(std::io::ErrorKind::AddrInUse, "the address is taken");
    let error = Error::Listen { address: "127.0.0.1:8080".to_owned(), source };
    assert_eq!(sentence(&error), "cannot listen on 127.0.0.1:8080: the address is taken");
    let closed = crate::store::Error::Busy("pool timed out".into());
    let error = Error::from(app::Error::Open(closed));
    assert_eq!(sentence(&error), "the database cannot be opened: the database is busy: pool timed out");
}
