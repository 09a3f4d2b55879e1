//! Tenants, tokens and password hashes.

use super::*;
use crate::store::credentials::{self, NewToken, Token};
use crate::store::sql::trial::on_each_empty;

enum Step {
    First,
    Token(Option<Micros>),
    End(i64),
    Password(Option<&'static str>),
}

#[derive(Debug, PartialEq)]
enum Answer {
    First(Option<(TenantId, i64)>),
    Token(Token),
    Ended(bool),
    Nothing,
}

impl Unit for Step {
    type Output = Answer;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Answer, Error> {
        if let Self::First = self {
            return credentials::make_first_connection(conn, NOW).await.map(Answer::First);
        }
        let (tenant, connection) = credentials::first_connection(conn).await?.unwrap();
        match self {
            Self::First => Ok(Answer::Nothing),
            Self::Token(expires) => {
                let token = NewToken {
                    name: "ci".to_owned(),
                    prefix: "roster_ab".to_owned(),
                    digest: vec![0, 1, 255],
                    scopes: "scim".to_owned(),
                    expires: *expires,
                };
                Ok(Answer::Token(credentials::insert_token(conn, tenant, connection, &token, NOW).await?))
            }
            Self::End(num) => Ok(Answer::Ended(credentials::remove_token(conn, tenant, *num).await?)),
            Self::Password(hash) => credentials::set_password(conn, tenant, 7, *hash).await.map(|()| Answer::Nothing),
        }
    }
}

#[tokio::test]
async fn the_first_connection_is_made_once() {
    on_each_empty(async |store| {
        crate::store::migrate::run(&store).await.unwrap();
        let first = async || credentials::first_connection(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!(first().await, None);
        let Answer::First(Some(made)) = store.write(Step::First).await.unwrap() else { panic!("not made") };
        assert_eq!(store.write(Step::First).await.unwrap(), Answer::First(None));
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
        let Answer::Token(token) = store.write(Step::Token(Some(NOW + 9))).await.unwrap() else { panic!("no token") };
        let mut conn = store.read().await.unwrap();
        let found = credentials::find_token(&mut conn, &[0, 1, 255]).await.unwrap();
        assert_eq!(found, Some((token.clone(), "default".to_owned())));
        assert_eq!(credentials::find_token(&mut conn, &[0, 1]).await.unwrap(), None);
        assert_eq!(credentials::list_tokens(&mut conn, token.tenant).await.unwrap(), std::slice::from_ref(&token));
        assert_eq!(credentials::list_tokens(&mut conn, TenantId(99)).await.unwrap(), []);
        drop(conn);
        assert_eq!(store.write(Step::End(token.num)).await.unwrap(), Answer::Ended(true));
        assert_eq!(store.write(Step::End(token.num)).await.unwrap(), Answer::Ended(false));
        let mut conn = store.read().await.unwrap();
        assert_eq!(credentials::find_token(&mut conn, &[0, 1, 255]).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_password_hash_is_set_changed_and_removed() {
    on_each_started(async |store| {
        for hash in [Some("one"), Some("two"), None] {
            store.write(Step::Password(hash)).await.unwrap();
            let mut conn = store.read().await.unwrap();
            assert_eq!(credentials::password(&mut conn, TENANT, 7).await.unwrap().as_deref(), hash);
        }
    })
    .await;
}
