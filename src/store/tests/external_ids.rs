//! What each connection calls a resource.

use super::*;
use crate::store::sql::trial::on_each_empty;
use crate::store::{connections, migrate};

/// What a client calls a resource; what is around it in the document must not have changed.
async fn called(store: &Store, client: Client, id: &str) -> Option<String> {
    let mut conn = store.read().await.unwrap();
    let row = resources::load(&mut conn, client, &kind("User"), id).await.unwrap().unwrap();
    let document: Object = serde_json::from_str(&row.document).unwrap();
    document.get("externalId").map(|value| value.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_connection_changes_what_it_calls_a_resource_and_nothing_else() {
    on_each(async |store| {
        let row = make(&store, user("u-1", json!({ "externalId": "a\"\\", "userName": "n" }))).await;
        assert!(row.document.contains(r#","id":"u-1","externalId":"a\"\\","userName":"n","#), "{}", row.document);
        let long = "\u{10FFFF}".repeat(512);
        let mut version = row.version;
        for (client, name) in [(TWO, Some("b")), (ONE, None), (TWO, Some(long.as_str())), (ONE, Some("b")), (TWO, None)]
        {
            let other = if client == ONE { TWO } else { ONE };
            let before = called(&store, other, "u-1").await;
            let changed = make(&store, Work::Name(client, row.clone(), name.map(ToOwned::to_owned))).await;
            version += 1;
            assert_eq!(changed.version, version);
            assert_eq!(called(&store, client, "u-1").await.as_deref(), name);
            assert_eq!(called(&store, other, "u-1").await, before);
        }
        assert_eq!(store.count("SELECT count(*) FROM external_id").await, 1);
        let last = load(&store, "User", "u-1").await.unwrap();
        store.write(Work::Remove(last)).await.unwrap();
        assert_eq!(store.count("SELECT count(*) FROM external_id").await, 0);
    })
    .await;
}

struct Forget(Client);

impl Unit for Forget {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        connections::remove(conn, self.0.tenant, self.0.connection).await
    }
}

#[tokio::test]
async fn a_connection_takes_what_it_calls_resources_with_it() {
    on_each(async |store| {
        let row = make(&store, user("u-1", json!({ "userName": "n", "externalId": "one" }))).await;
        make(&store, Work::Name(TWO, row.clone(), Some("two".to_owned()))).await;
        store.write(Forget(TWO)).await.unwrap();
        assert_eq!(store.count("SELECT connection FROM external_id").await, 1);
        let late = store.write(Work::Name(TWO, row, Some("late".to_owned()))).await.unwrap_err();
        assert!(matches!(late, Error::Stale), "{late:?}");
        assert_eq!(called(&store, ONE, "u-1").await.as_deref(), Some("one"));
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_a_row_sees_what_it_is_called_now() {
    on_each(async |store| {
        let row = make(&store, user("u-1", json!({ "userName": "n", "externalId": "0" }))).await;
        let mut writers = tokio::task::JoinSet::new();
        for place in 1..=20 {
            let (store, row) = (store.clone(), row.clone());
            writers.spawn(async move { make(&store, Work::Name(ONE, row, Some(place.to_string()))).await });
        }
        let last = writers.join_all().await.into_iter().max_by_key(|row| row.version).unwrap();
        assert_eq!(load(&store, "User", "u-1").await, Some(last));
    })
    .await;
}

/// A resource as it was stored when its externalId was a part of it.
struct Old {
    tenant: i64,
    id: &'static str,
    name: Option<&'static str>,
    document: &'static str,
}

impl Unit for Old {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let mut sql = conn.sql().with(
            "INSERT INTO resource (tenant, type, id, version, created, modified, external_id, doc, sdoc) \
             VALUES ($1, 'User', $2, 7, 0, 0, $3, $4, ",
            [self.tenant.into(), self.id.into(), self.name.map(ToOwned::to_owned).into(), self.document.into()],
        );
        sql.json(self.document.to_owned()).push(")");
        conn.execute(sql).await.map(drop)
    }
}

#[tokio::test]
async fn an_older_database_keeps_what_its_resources_are_called() {
    on_each_empty(async |store| {
        migrate::run_before(&store, 6).await;
        store.found().await;
        store.statement("INSERT INTO tenant (name, created) VALUES ('second', 0)").await;
        store.statement("INSERT INTO connection (tenant, name, created) VALUES (2, 'three', 0)").await;
        for (tenant, id, name, document) in [
            (
                1,
                "u-1",
                Some("É\"\\x"),
                r#"{"schemas":["urn:s"],"id":"u-1","userName":"a","name":{"externalId":"no"},"externalId":"É\"\\x","x":[1.50,{"b":1,"a":"\u0001/"}]}"#,
            ),
            (1, "u-2", None, r#"{"schemas":["urn:s"],"id":"u-2","userName":"b"}"#),
            (2, "u-3", Some("z"), r#"{"schemas":["urn:s"],"id":"u-3","externalId":"z","userName":"c"}"#),
        ] {
            store.write(Old { tenant, id, name, document }).await.unwrap();
        }
        migrate::run_before(&store, 7).await;
        let document = async |client: Client, id: &str| {
            let mut conn = store.read().await.unwrap();
            resources::load(&mut conn, client, &kind("User"), id).await.unwrap().unwrap().document
        };
        let three = Client { tenant: TenantId(2), connection: 3, edition: 0 };
        let rest = r#""userName":"a","name":{"externalId":"no"},"x":[1.50,{"b":1,"a":"\u0001/"}]}"#;
        for (client, id, expected) in [
            (ONE, "u-1", format!(r#"{{"schemas":["urn:s"],"id":"u-1","externalId":"É\"\\x",{rest}"#)),
            (TWO, "u-1", format!(r#"{{"schemas":["urn:s"],"id":"u-1",{rest}"#)),
            (ONE, "u-2", r#"{"schemas":["urn:s"],"id":"u-2","userName":"b"}"#.to_owned()),
            (three, "u-3", r#"{"schemas":["urn:s"],"id":"u-3","externalId":"z","userName":"c"}"#.to_owned()),
        ] {
            assert_eq!(document(client, id).await, expected, "{:?}", store.dialect());
        }
        for (client, total) in [(ONE, 1), (TWO, 0), (three, 0)] {
            let found = page_of(&store, client, &query("User", Some(r#"externalId eq "É\"\\x""#))).await;
            assert_eq!(found.total, total);
        }
    })
    .await;
}
