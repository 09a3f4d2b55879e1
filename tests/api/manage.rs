//! Tenants, connections and tokens, as the surfaces see what an administrator does.

use crate::call::Call;
use crate::server::{Api, START, both};
use roster::auth::scope::Scopes;
use roster::directory::Error;
use roster::directory::manage::{Founded, NewToken};
use roster::scim::tolerance::{Preset, Profile};
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

both! {
    names_are_unique_and_well_formed,
    a_tenant_sees_nothing_of_another,
    a_deleted_tenant_leaves_no_row,
    a_deleted_tenant_is_gone_while_its_clients_write,
    connections_are_made_changed_and_deleted,
    tokens_are_made_listed_and_end,
    a_rotated_token_lives_till_the_overlap_ends,
    rotation_under_load_fails_no_request,
    a_token_is_refused_outside_its_addresses,
    the_last_use_is_written_down_to_the_minute,
}

const SECOND: i64 = 1_000_000;

fn token(name: &str) -> NewToken {
    NewToken {
        name: name.to_owned(),
        scopes: Scopes::parse("scim").unwrap(),
        expires: None,
        addresses: Vec::new(),
        user: None,
    }
}

/// A request with another token than the case's.
fn with<'a>(api: &'a Api, token: &str, method: &str, path: &str) -> Call<'a> {
    api.call(method, path).header("authorization", Some(&format!("Bearer {token}")))
}

async fn found(api: &Api, name: &str) -> Founded {
    api.directory.create_tenant(name).await.unwrap()
}

async fn names_are_unique_and_well_formed(api: Api) {
    let house = &api.directory;
    found(&api, "acme").await;
    assert!(matches!(house.create_tenant("acme").await, Err(Error::Taken("tenant"))));
    assert!(matches!(house.rename_tenant("acme", "default").await, Err(Error::Taken("tenant"))));
    for name in ["", "Acme", "a/b", "a\0b", "a b"] {
        assert!(matches!(house.create_tenant(name).await, Err(Error::Invalid(_))), "{name:?}");
        assert!(matches!(house.rename_tenant("acme", name).await, Err(Error::Invalid(_))), "{name:?}");
        let made = house.create_connection("acme", name, Profile::default()).await;
        assert!(matches!(made, Err(Error::Invalid(_))), "{name:?}");
        assert!(matches!(house.connections(name).await, Err(Error::NotFound(what)) if what == "tenant"), "{name:?}");
    }
    assert_eq!(house.rename_tenant("acme", "acme").await.unwrap().name, "acme");
    assert_eq!(house.rename_tenant("acme", "acne").await.unwrap().name, "acne");
    assert!(matches!(house.rename_tenant("acme", "x").await, Err(Error::NotFound(what)) if what == "tenant"));
    let names: Vec<_> = house.tenants().await.unwrap().into_iter().map(|tenant| tenant.name).collect();
    assert_eq!(names, ["default", "acne"]);
}

async fn a_tenant_sees_nothing_of_another(api: Api) {
    let acme = found(&api, "acme").await;
    assert_eq!((acme.connection.name.as_str(), acme.token.name.as_str()), ("default", "first token"));
    assert!(!acme.token.scopes.allows_admin(), "the token of a tenant manages no server");
    let secret = acme.secret.reveal();
    let id = api.user("shared@example.com").await;
    with(&api, secret, "GET", &format!("/Users/{id}")).send().await.is(404);
    let body = json!({ "userName": "shared@example.com" });
    with(&api, secret, "POST", "/Users").json(&body).send().await.is(201);
    assert_eq!(with(&api, secret, "GET", "/Users").send().await.is(200).json["totalResults"], 1);
}

/// The tables that have a column `tenant`, and how many rows of a tenant each holds.
async fn rows_of(api: &Api, tenant: i64) -> Vec<(String, i64)> {
    api.recorder.flush().await;
    let mut connection = api.database.connect().await;
    let mut rows = Vec::new();
    for table in connection.tables_with("tenant").await {
        let count = connection.count(&format!("select count(*) from {table} where tenant = {tenant}")).await;
        rows.push((table, count));
    }
    rows.push((
        "tenant".to_owned(),
        connection.count(&format!("select count(*) from tenant where num = {tenant}")).await,
    ));
    connection.close().await;
    rows
}

async fn fill(api: &Api, secret: &str, users: usize) {
    let mut members = Vec::new();
    for number in 0..users {
        let body = json!({
            "userName": format!("u{number}"),
            "externalId": format!("e{number}"),
            "password": "correct horse",
            "emails": [{ "value": format!("u{number}@example.com") }],
        });
        let id = with(api, secret, "POST", "/Users").json(&body).send().await.is(201).id();
        members.push(json!({ "value": id }));
    }
    let body = json!({ "displayName": "All", "members": members });
    with(api, secret, "POST", "/Groups").json(&body).send().await.is(201);
}

async fn a_deleted_tenant_leaves_no_row(api: Api) {
    let acme = found(&api, "acme").await;
    let house = &api.directory;
    house.create_connection("acme", "entra", Preset::Entra.into()).await.unwrap();
    house.create_token("acme", "entra", token("ci")).await.unwrap();
    fill(&api, acme.secret.reveal(), 5).await;
    let own = api.token.clone();
    fill(&api, &own, 2).await;
    let other = house.tenants().await.unwrap()[0].num;
    let before = rows_of(&api, other).await;

    assert!(matches!(house.delete_tenant("acme", "acne").await, Err(Error::Invalid(_))), "asked twice");
    let held = rows_of(&api, acme.tenant.num).await;
    assert!(held.len() > 7, "looked in the wrong place: {held:?}");
    for table in [
        "token",
        "connection",
        "resource",
        "unique_key",
        "attr_index",
        "member",
        "password",
        "audit",
        "journal",
        "tenant",
    ] {
        let found = held.iter().find(|(name, _)| name == table);
        assert!(found.is_some_and(|(_, count)| *count > 0), "{table}: {held:?}");
    }
    house.delete_tenant("acme", "acme").await.unwrap();
    let left: Vec<_> = rows_of(&api, acme.tenant.num).await.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(left, [], "rows are left");
    assert_eq!(rows_of(&api, other).await, before, "another tenant is untouched");
    with(&api, acme.secret.reveal(), "GET", "/Users").send().await.is(401);
    assert!(matches!(house.delete_tenant("acme", "acme").await, Err(Error::NotFound(what)) if what == "tenant"));
    let again = found(&api, "acme").await;
    assert!(again.tenant.num > acme.tenant.num);
    assert_eq!(with(&api, again.secret.reveal(), "GET", "/Users").send().await.is(200).json["totalResults"], 0);
}

async fn a_deleted_tenant_is_gone_while_its_clients_write(api: Api) {
    let acme = found(&api, "acme").await;
    let gone = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..4 {
        let (api, secret, gone) = (api.clone(), acme.secret.clone(), gone.clone());
        clients.spawn(async move {
            let mut made = 0;
            while !gone.load(Ordering::Relaxed) {
                let body = json!({ "userName": format!("u{client}-{made}") });
                match with(&api, secret.reveal(), "POST", "/Users").json(&body).send().await.status {
                    201 => made += 1,
                    401 | 503 => break,
                    other => panic!("{other}"),
                }
            }
            made
        });
    }
    while with(&api, acme.secret.reveal(), "GET", "/Users?count=0").send().await.json["totalResults"] == 0 {
        tokio::task::yield_now().await;
    }
    api.directory.delete_tenant("acme", "acme").await.unwrap();
    gone.store(true, Ordering::Relaxed);
    let made: i32 = clients.join_all().await.into_iter().sum();
    assert!(made > 0);
    let left: Vec<_> = rows_of(&api, acme.tenant.num).await.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(left, [], "rows came in after the deletion");
}

async fn connections_are_made_changed_and_deleted(api: Api) {
    let house = &api.directory;
    let made = house.create_connection("default", "okta", Preset::Okta.into()).await.unwrap();
    assert!(matches!(
        house.create_connection("default", "okta", Profile::default()).await,
        Err(Error::Taken("connection"))
    ));
    found(&api, "acme").await;
    house.create_connection("acme", "okta", Profile::default()).await.unwrap();
    let listed = house.connections("default").await.unwrap();
    assert_eq!(listed.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["default", "okta"]);
    assert_eq!((listed[1].num, &listed[1].profile), (made.num, &Preset::Okta.into()));

    let strict: Profile = "strict text-booleans=on".parse().unwrap();
    let changed = house.change_connection("default", "okta", Some("entra"), Some(strict.clone())).await.unwrap();
    assert_eq!((changed.name.as_str(), &changed.profile, changed.num), ("entra", &strict, made.num));
    let kept = house.change_connection("default", "entra", None, None).await.unwrap();
    assert_eq!(kept, changed);
    assert!(matches!(
        house.change_connection("default", "entra", Some("default"), None).await,
        Err(Error::Taken("connection"))
    ));
    let (secret, _) = house.create_token("default", "entra", token("ci")).await.unwrap();
    let caller = house.authenticate(secret.reveal(), None).await.unwrap();
    assert_eq!((caller.connection, &*caller.profile), (made.num, &strict));

    house.delete_connection("default", "entra").await.unwrap();
    with(&api, secret.reveal(), "GET", "/Users").send().await.is(401);
    let gone = house.delete_connection("default", "entra").await;
    assert!(matches!(gone, Err(Error::NotFound(what)) if what == "connection"));
    assert_eq!(house.connections("acme").await.unwrap().len(), 2, "another tenant's of the same name stays");
}

async fn tokens_are_made_listed_and_end(api: Api) {
    let house = &api.directory;
    let refused: [(NewToken, &str); 4] = [
        (NewToken { name: " ".to_owned(), ..token("") }, "name: "),
        (NewToken { scopes: Scopes::default(), ..token("x") }, "scopes: "),
        (NewToken { expires: Some(START), ..token("x") }, "expires: "),
        (NewToken { addresses: vec!["10.0.0.0/33".to_owned()], ..token("x") }, "addresses: "),
    ];
    for (new, named) in refused {
        let made = house.create_token("default", "default", new).await;
        assert!(matches!(&made, Err(Error::Invalid(why)) if why.starts_with(named)), "{named}: {made:?}");
    }
    let nowhere = house.create_token("default", "nowhere", token("x")).await;
    assert!(matches!(nowhere, Err(Error::NotFound(what)) if what == "connection"));

    house.create_connection("default", "okta", Profile::default()).await.unwrap();
    let brief = NewToken { expires: Some(START + 10 * SECOND), ..token("brief") };
    let (secret, made) = house.create_token("default", "okta", brief).await.unwrap();
    assert!(secret.reveal().starts_with(&made.prefix) && made.connection == "okta");
    assert_eq!(house.tokens("default", Some("okta")).await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(house.tokens("default", None).await.unwrap().len(), 2);
    with(&api, secret.reveal(), "GET", "/Users").send().await.is(200);
    api.clock.advance(10 * SECOND);
    with(&api, secret.reveal(), "GET", "/Users").send().await.is(401);

    let (secret, made) = house.create_token("default", "okta", token("revoked")).await.unwrap();
    let second = api.again().await;
    with(&second, secret.reveal(), "GET", "/Users").send().await.is(200);
    found(&api, "acme").await;
    let not_there = house.revoke_token("acme", made.num).await;
    assert!(matches!(not_there, Err(Error::NotFound(what)) if what == "token"), "another tenant's token");
    house.revoke_token("default", made.num).await.unwrap();
    with(&api, secret.reveal(), "GET", "/Users").send().await.is(401);
    with(&second, secret.reveal(), "GET", "/Users").send().await.is(401);
    second.store.close().await;
}

async fn a_rotated_token_lives_till_the_overlap_ends(api: Api) {
    let house = &api.directory;
    let new = NewToken {
        expires: Some(START + 100 * SECOND),
        addresses: vec!["10.0.0.0/8".to_owned()],
        scopes: Scopes::parse("scim:read admin").unwrap(),
        ..token("ci")
    };
    let (old_secret, old) = house.create_token("default", "default", new).await.unwrap();
    api.clock.advance(60 * SECOND);
    let (secret, made) = house.rotate_token("default", old.num, START + 70 * SECOND).await.unwrap();
    assert_eq!((&made.name, &made.scopes, &made.addresses), (&old.name, &old.scopes, &old.addresses));
    assert_eq!(made.expires, Some(START + 160 * SECOND), "it lives as long as the older one was to");
    let ten: Option<IpAddr> = Some("10.0.0.1".parse().unwrap());
    assert!(house.authenticate(old_secret.reveal(), ten).await.is_ok());
    api.clock.advance(10 * SECOND);
    assert!(house.authenticate(old_secret.reveal(), ten).await.is_err());
    assert!(house.authenticate(secret.reveal(), ten).await.is_ok());

    house.rotate_token("default", old.num, START + 1000 * SECOND).await.unwrap();
    let listed = house.tokens("default", None).await.unwrap();
    let ended = listed.iter().find(|row| row.num == old.num).unwrap();
    assert_eq!(ended.expires, Some(START + 70 * SECOND), "an end never moves away");
    assert!(matches!(house.rotate_token("default", 999, START).await, Err(Error::NotFound(what)) if what == "token"));
}

async fn rotation_under_load_fails_no_request(api: Api) {
    let house = &api.directory;
    let (secret, made) = house.create_token("default", "default", token("rotating")).await.unwrap();
    let current = Arc::new(std::sync::RwLock::new(secret));
    let done = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (api, current, done) = (api.clone(), current.clone(), done.clone());
        clients.spawn(async move {
            let mut sent = 0;
            while !done.load(Ordering::Relaxed) {
                let token = current.read().unwrap().clone();
                if client % 4 == 0 {
                    let body = json!({ "userName": format!("u{client}-{sent}") });
                    with(&api, token.reveal(), "POST", "/Users").json(&body).send().await.is(201);
                } else {
                    with(&api, token.reveal(), "GET", "/Users?count=1").send().await.is(200);
                }
                sent += 1;
            }
            sent
        });
    }
    let mut num = made.num;
    for _ in 0..20 {
        let (secret, made) = house.rotate_token("default", num, START + 5 * SECOND).await.unwrap();
        *current.write().unwrap() = secret;
        num = made.num;
        house.write_usage().await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let sent: u32 = clients.join_all().await.into_iter().sum();
    assert!(sent >= 8, "{sent} requests");
    api.clock.advance(5 * SECOND);
    let valid = house.tokens("default", None).await.unwrap().into_iter().filter(|row| row.name == "rotating");
    let now = api.clock.now();
    assert_eq!(valid.filter(|row| row.expires.is_none_or(|end| end > now)).count(), 1, "one is left");
}

async fn a_token_is_refused_outside_its_addresses(api: Api) {
    let house = &api.directory;
    let new = NewToken { addresses: vec!["10.0.0.0/8".to_owned(), "2001:db8::1".to_owned()], ..token("office") };
    let (secret, made) = house.create_token("default", "default", new).await.unwrap();
    assert_eq!(made.addresses, ["10.0.0.0/8", "2001:db8::1/128"]);
    for (from, allowed) in [
        (Some("10.1.2.3"), true),
        (Some("::ffff:10.1.2.3"), true),
        (Some("2001:db8::1"), true),
        (Some("11.0.0.1"), false),
        (Some("2001:db8::2"), false),
        (None, false),
    ] {
        let entered = house.authenticate(secret.reveal(), from.map(|from| from.parse().unwrap())).await;
        assert_eq!(entered.is_ok(), allowed, "{from:?}");
    }
    let there = with(&api, secret.reveal(), "GET", "/Users").header("x-forwarded-for", Some("10.1.2.3")).send().await;
    let unknown = with(&api, "nobody-has-this-token-0123456789", "GET", "/Users").send().await.is(401);
    assert_eq!(there.is(401).text, unknown.text, "like a token that nobody has, whatever a header claims");
}

async fn the_last_use_is_written_down_to_the_minute(api: Api) {
    let house = &api.directory;
    let used = async || house.tokens("default", None).await.unwrap()[0].used;
    house.write_usage().await.unwrap();
    assert_eq!(used().await, None);
    api.clock.advance(90 * SECOND);
    api.get("/Users").send().await.is(200);
    assert_eq!(used().await, None, "no request waits for it");
    house.write_usage().await.unwrap();
    assert_eq!(used().await, Some(START + 60 * SECOND));
    api.clock.advance(60 * SECOND);
    with(&api, "nobody-has-this-token-0123456789", "GET", "/Users").send().await.is(401);
    house.write_usage().await.unwrap();
    assert_eq!(used().await, Some(START + 60 * SECOND));
}
