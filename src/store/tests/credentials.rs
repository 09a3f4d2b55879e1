//! Tenants, connections, tokens and password hashes.

use super::*;
use crate::store::dialect::Dialect;
use crate::store::sql::trial::on_each_empty;
use crate::store::tenants::{OWNED, Tenant};
use crate::store::tokens::{Found, NewToken, Token};
use crate::store::{Place, connections, passwords, tenants, tokens};

enum Step {
    First,
    Token(i64, u8, Option<Micros>),
    Use(Micros, Vec<i64>),
    End(i64),
    Password(Option<&'static str>),
    Rename(i64, &'static str),
    RemoveSome(i64),
    Remove(i64),
    RemoveConnection(i64),
    Tenant(&'static str),
}

#[derive(Debug, PartialEq)]
enum Answer {
    Tenant(Option<Tenant>),
    Token(Token),
    Yes(bool),
    Nothing,
}

impl Unit for Step {
    type Output = Answer;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Answer, Error> {
        match self {
            Self::First => {
                let made = tenants::insert_first(conn, "default", NOW).await?;
                if let Some(tenant) = &made {
                    connections::insert(conn, tenant.num, "default", "default", NOW).await?.unwrap();
                }
                Ok(Answer::Tenant(made))
            }
            Self::Tenant(name) => {
                let made = tenants::insert(conn, name, NOW).await?;
                if let Some(tenant) = &made {
                    connections::insert(conn, tenant.num, "default", "default", NOW).await?.unwrap();
                }
                Ok(Answer::Tenant(made))
            }
            Self::Token(tenant, digest, expires) => {
                let tenant = TenantId(*tenant);
                let connection = connections::find(conn, tenant, "default").await?.unwrap().num;
                let token = NewToken {
                    name: "ci".to_owned(),
                    prefix: "roster_ab".to_owned(),
                    digest: vec![0, *digest, 255],
                    scopes: "scim".to_owned(),
                    expires: *expires,
                    addresses: "10.0.0.0/8".to_owned(),
                    owner: None,
                };
                Ok(Answer::Token(tokens::insert(conn, tenant, connection, &token, NOW).await?))
            }
            Self::Use(minute, nums) => tokens::note_use(conn, *minute, nums.clone()).await.map(|()| Answer::Nothing),
            Self::End(num) => Ok(Answer::Yes(tokens::remove(conn, TENANT, *num).await?)),
            Self::Password(hash) => passwords::set(conn, TENANT, 7, *hash).await.map(|()| Answer::Nothing),
            Self::Rename(num, to) => tenants::rename(conn, TenantId(*num), to).await.map(|()| Answer::Nothing),
            Self::RemoveSome(num) => {
                let mut more = false;
                for from in OWNED {
                    more |= tenants::remove_some(conn, TenantId(*num), *from).await?;
                }
                Ok(Answer::Yes(more))
            }
            Self::Remove(num) => tenants::remove(conn, TenantId(*num)).await.map(|()| Answer::Nothing),
            Self::RemoveConnection(num) => connections::remove(conn, TENANT, *num).await.map(|()| Answer::Nothing),
        }
    }
}

async fn token(store: &Store, tenant: i64, digest: u8) -> Token {
    match store.write(Step::Token(tenant, digest, Some(NOW + 9))).await.unwrap() {
        Answer::Token(token) => token,
        other => panic!("no token: {other:?}"),
    }
}

#[tokio::test]
async fn the_first_tenant_is_made_once() {
    on_each_empty(async |store| {
        crate::store::migrate::run(&store).await.unwrap();
        let first = async || tenants::first(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!(first().await, None);
        let Answer::Tenant(Some(made)) = store.write(Step::First).await.unwrap() else { panic!("not made") };
        assert_eq!(store.write(Step::First).await.unwrap(), Answer::Tenant(None));
        assert_eq!(first().await, Some(made));
    })
    .await;
}

/// Runs a test on a store that has a tenant and its connection.
async fn on_each_started(test: impl AsyncFn(Store)) {
    on_each_empty(async |store| {
        crate::store::migrate::run(&store).await.unwrap();
        store.write(Step::First).await.unwrap();
        test(store).await;
    })
    .await;
}

#[tokio::test]
async fn tokens_are_found_by_digest_until_they_are_removed() {
    on_each_started(async |store| {
        let token = token(&store, 1, 1).await;
        let mut conn = store.read().await.unwrap();
        let found = tokens::find(&mut conn, &[0, 1, 255]).await.unwrap();
        let place = Place { tenant: token.tenant, connection: token.connection, native: false, edition: 0 };
        assert_eq!(found, Some(Found { token: token.clone(), profile: "default".to_owned(), place, user: None }));
        assert_eq!(tokens::find(&mut conn, &[0, 1]).await.unwrap(), None);
        assert_eq!(tokens::list(&mut conn, token.tenant).await.unwrap(), std::slice::from_ref(&token));
        assert_eq!(tokens::list(&mut conn, TenantId(99)).await.unwrap(), []);
        drop(conn);
        assert_eq!(store.write(Step::End(token.num)).await.unwrap(), Answer::Yes(true));
        assert_eq!(store.write(Step::End(token.num)).await.unwrap(), Answer::Yes(false));
        let mut conn = store.read().await.unwrap();
        assert_eq!(tokens::find(&mut conn, &[0, 1, 255]).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_of_a_token_never_goes_back() {
    on_each_started(async |store| {
        let nums = [token(&store, 1, 1).await.num, token(&store, 1, 2).await.num, token(&store, 1, 3).await.num];
        store.write(Step::Use(120, vec![nums[0], nums[1], 99])).await.unwrap();
        store.write(Step::Use(60, vec![nums[0]])).await.unwrap();
        store.write(Step::Use(180, vec![nums[1]])).await.unwrap();
        let mut conn = store.read().await.unwrap();
        let used: Vec<_> = tokens::list(&mut conn, TENANT).await.unwrap().iter().map(|token| token.used).collect();
        assert_eq!(used, [Some(120), Some(180), None]);
    })
    .await;
}

#[tokio::test]
async fn a_connection_goes_with_its_tokens() {
    on_each_started(async |store| {
        let token = token(&store, 1, 1).await;
        store.write(Step::RemoveConnection(token.connection)).await.unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(connections::list(&mut conn, TENANT).await.unwrap(), []);
        assert_eq!(tokens::find(&mut conn, &[0, 1, 255]).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_name_that_another_tenant_has_is_taken() {
    on_each_started(async |store| {
        assert!(matches!(store.write(Step::Tenant("acme")).await.unwrap(), Answer::Tenant(Some(_))));
        assert_eq!(store.write(Step::Tenant("acme")).await.unwrap(), Answer::Tenant(None));
        assert!(matches!(store.write(Step::Rename(1, "acme")).await, Err(Error::Unique(name)) if name == "name"));
        store.write(Step::Rename(1, "other")).await.unwrap();
        store.write(Step::Rename(2, "default")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_number_of_a_tenant_is_never_anothers() {
    on_each_started(async |store| {
        let Answer::Tenant(Some(made)) = store.write(Step::Tenant("acme")).await.unwrap() else { panic!("not made") };
        let connection = async |tenant| {
            connections::list(&mut store.read().await.unwrap(), tenant).await.unwrap().first().unwrap().num
        };
        let before = connection(made.num).await;
        store.write(Step::Remove(made.num.0)).await.unwrap();
        let Answer::Tenant(Some(next)) = store.write(Step::Tenant("acme")).await.unwrap() else { panic!("not made") };
        assert!(next.num > made.num, "{next:?}");
        assert!(connection(next.num).await > before, "nor that of a connection");
    })
    .await;
}

#[tokio::test]
async fn nothing_comes_into_a_tenant_that_is_gone() {
    on_each_started(async |store| {
        make(&store, user("here", json!({ "userName": "here" }))).await;
        store.write(Step::Remove(TENANT.0)).await.unwrap();
        assert!(matches!(store.write(user("late", json!({ "userName": "late" }))).await, Err(Error::Stale)));
        assert_eq!(store.count("SELECT COUNT(*) FROM resource").await, 0);
    })
    .await;
}

#[tokio::test]
async fn batches_remove_everything_of_one_tenant_alone() {
    on_each_started(async |store| {
        store.write(Step::Tenant("acme")).await.unwrap();
        let row = make(&store, user("one", json!({ "userName": "one", "emails": [{ "value": "a@b.c" }] }))).await;
        let group = make(&store, group("all", "All")).await;
        edit(&store, &group, MemberEdit::Add(ids(&[&row.id]))).await.unwrap();
        token(&store, 1, 1).await;
        token(&store, 2, 2).await;
        assert_eq!(store.write(Step::RemoveSome(99)).await.unwrap(), Answer::Yes(false));
        assert_eq!(store.write(Step::RemoveSome(1)).await.unwrap(), Answer::Yes(true));
        assert_eq!(store.write(Step::RemoveSome(1)).await.unwrap(), Answer::Yes(false));
        assert_eq!(store.count("SELECT COUNT(*) FROM resource").await, 0);
        assert_eq!(store.count("SELECT COUNT(*) FROM member").await, 0);
        assert_eq!(store.count("SELECT tenant FROM token").await, 2);
        assert_eq!(store.count("SELECT tenant FROM connection").await, 2);
    })
    .await;
}

/// The tables that have a column `tenant`.
struct Tables;

impl Unit for Tables {
    type Output = Vec<String>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<String>, Error> {
        let text = match conn.dialect() {
            Dialect::Sqlite => {
                "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant' \
                 WHERE m.type = 'table'"
            }
            Dialect::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND column_name = 'tenant'"
            }
        };
        conn.fetch(conn.sql().with(text, [])).await?.iter().map(|record| record.text(0)).collect()
    }
}

#[tokio::test]
async fn every_table_of_tenants_is_known_to_their_removal() {
    on_each(async |store| {
        let mut tables = store.write(Tables).await.unwrap();
        tables.sort_unstable();
        let mut owned: Vec<_> = OWNED.iter().map(|owned| owned.table).collect();
        owned.sort_unstable();
        assert_eq!(tables, owned);
    })
    .await;
}

#[tokio::test]
async fn a_password_hash_is_set_changed_and_removed() {
    on_each_started(async |store| {
        for hash in [Some("one"), Some("two"), None] {
            store.write(Step::Password(hash)).await.unwrap();
            let mut conn = store.read().await.unwrap();
            assert_eq!(passwords::load(&mut conn, TENANT, 7).await.unwrap().as_deref(), hash);
        }
    })
    .await;
}
