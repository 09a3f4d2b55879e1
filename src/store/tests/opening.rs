//! The opening of a tenant to native APIs: what it makes of the users that are there, and who comes later.

use super::*;
use crate::scim::schema::document::plain;
use crate::scim::urn::LIFECYCLE;
use crate::store::sql::trial::on_each_empty;
use crate::store::{migrate, opening};

static PLAIN: LazyLock<Registry> = LazyLock::new(|| plain(&REGISTRY));

fn plain_user(id: &str, attributes: Value) -> Work {
    Work::Insert(Arc::clone(PLAIN.resource_type("User").unwrap()), id.to_owned(), attributes, NOW)
}

/// Opens tenants.
struct Open(Vec<i64>);

impl Unit for Open {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        for tenant in &self.0 {
            opening::open(conn, TenantId(*tenant)).await?;
        }
        Ok(())
    }
}

/// A resource as a tenant has it that is not opened, with a document nobody would write today.
struct Old {
    kind: &'static str,
    id: &'static str,
    active: Option<bool>,
    document: &'static str,
    search: &'static str,
}

impl Unit for Old {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let mut sql = conn.sql().with(
            "INSERT INTO resource (tenant, type, id, version, created, modified, active, doc, sdoc) \
             VALUES (1, $1, $2, 7, 0, 1769851800007000, $4, $3, ",
            [self.kind.into(), self.id.into(), self.document.into(), self.active.into()],
        );
        sql.json(self.search.to_owned()).push(")");
        conn.execute(sql).await.map(drop)
    }
}

const OLD: [Old; 4] = [
    Old {
        kind: "Group",
        id: "g-1",
        active: None,
        document: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g-1","displayName":"G"}"#,
        search: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g-1","displayName":"g"}"#,
    },
    Old {
        kind: "User",
        id: "u-1",
        active: None,
        document: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1","userName":"A","x":[1.50,{"b":1,"a":"\u0001/"}]}"#,
        search: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1","userName":"a"}"#,
    },
    Old {
        kind: "User",
        id: "u-2",
        active: Some(false),
        document: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u-2","userName":"B","active":false,"name":{"familyName":"Jensen","givenName":"Babs"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"u-1"}}}"#,
        search: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u-2","userName":"b","active":false,"name":{"familyName":"jensen","givenName":"babs"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"u-1"}}}"#,
    },
    Old {
        kind: "User",
        id: "u-3",
        active: Some(true),
        document: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-3","userName":"C","active":true,"name":{"formatted":"Sea","givenName":"No"}}"#,
        search: r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-3","userName":"c","active":true,"name":{"formatted":"sea","givenName":"no"}}"#,
    },
];

#[tokio::test]
async fn an_opened_tenant_fills_in_the_users_it_has() {
    on_each(async |store| {
        for old in OLD {
            store.write(old).await.unwrap();
        }
        store.write(Open(vec![1])).await.unwrap();
        // Opened once more it stays as it is.
        store.write(Open(vec![1])).await.unwrap();
        let [old_group, first, ..] = OLD;
        assert_eq!(load(&store, "Group", "g-1").await.unwrap().document, old_group.document);
        let user = load(&store, "User", "u-1").await.unwrap();
        let before =
            first.document.strip_suffix('}').unwrap().replacen("User\"]", &format!("User\",\"{LIFECYCLE}\"]"), 1);
        let expected = format!(r#"{before},"{LIFECYCLE}":{{"numericId":2,"provisionedBy":"scim"}}}}"#);
        assert_eq!((user.document, user.version), (expected, 7), "{:?}", store.dialect());
        for (text, found) in [
            ("numericId eq 3", vec!["u-2"]),
            ("provisionedBy eq \"SCIM\"", vec!["u-1", "u-2", "u-3"]),
            ("deactivatedAt eq \"2026-01-31T09:30:00.007Z\"", vec!["u-2"]),
            ("deactivatedAt pr", vec!["u-2"]),
            ("schemas eq \"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\"", vec!["u-1", "u-2", "u-3"]),
            ("urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name eq \"a\"", vec!["u-1"]),
            ("urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name eq \"Babs Jensen\"", vec!["u-2"]),
            ("urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name co \"SEA\"", vec!["u-3"]),
        ] {
            assert_eq!(names(&page(&store, &query("User", Some(text))).await), found, "{text} {:?}", store.dialect());
        }
        // What is written next finds everything where it would have put it itself.
        for id in ["u-1", "u-2", "u-3"] {
            let row = load(&store, "User", id).await.unwrap();
            let before = store.search_document(row.num).await;
            let row = make(&store, Work::Name(ONE, row.clone(), Some("called".to_owned()))).await;
            assert_eq!(store.search_document(row.num).await, before);
            let document: Value = serde_json::from_str(&row.document).unwrap();
            assert_eq!(document[LIFECYCLE]["numericId"], row.num);
            let ended = (id == "u-2").then_some("2026-01-31T09:30:00.007Z");
            assert_eq!(document[LIFECYCLE]["deactivatedAt"].as_str(), ended, "{id}");
        }
        let next = make(&store, super::user("u-4", json!({ "userName": "d" }))).await;
        assert!(next.document.contains(r#""numericId":5"#) && next.num == 5, "{}", next.document);
    })
    .await;
}

#[tokio::test]
async fn a_user_without_native_schemas_comes_only_into_a_tenant_that_is_not_opened() {
    on_each(async |store| {
        store.statement("INSERT INTO tenant (name, created) VALUES ('other', 0)").await;
        let before = make(&store, plain_user("u-1", json!({ "userName": "a" }))).await;
        assert!(!before.document.contains("lifecycle"), "{}", before.document);
        // Another tenant's opening is none of this one.
        store.write(Open(vec![2])).await.unwrap();
        let second = make(&store, plain_user("u-2", json!({ "userName": "b" }))).await;
        assert!(!second.document.contains("lifecycle"), "{}", second.document);
        assert_eq!(load(&store, "User", "u-1").await, Some(before.clone()));
        store.write(Open(vec![1])).await.unwrap();
        let refused = store.write(plain_user("u-3", json!({ "userName": "c" }))).await;
        assert!(matches!(refused, Err(Error::Opened)), "{refused:?}");
        let after = load(&store, "User", "u-1").await.unwrap();
        assert_eq!((after.version, after.modified), (before.version, before.modified));
        assert!(after.document.contains(r#""numericId":1"#), "{}", after.document);
        let gone = store.write(Open(vec![9])).await;
        assert!(matches!(gone, Err(Error::Stale)), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn users_that_come_while_a_tenant_is_opened_are_filled_in_or_refused() {
    on_each(async |store| {
        let mut writers = tokio::task::JoinSet::new();
        for place in 0..40 {
            let store = store.clone();
            writers.spawn(async move {
                if place % 10 == 5 {
                    store.write(Open(vec![1])).await.unwrap();
                    return 0;
                }
                let id = format!("r-{place}");
                match store.write(plain_user(&id, json!({ "userName": id }))).await {
                    Ok(_) => 1,
                    Err(Error::Opened) => 0,
                    Err(other) => panic!("{other}"),
                }
            });
        }
        let made: i64 = writers.join_all().await.into_iter().sum();
        assert_eq!(store.count("SELECT count(*) FROM resource").await, made);
        let filled = "SELECT count(*) FROM resource WHERE doc LIKE '%\"numericId\":%provisionedBy%'";
        assert_eq!(store.count(filled).await, made);
        let twice = "SELECT count(*) FROM resource WHERE doc LIKE '%numericId%numericId%'";
        assert_eq!(store.count(twice).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_older_database_finds_managers_and_opens_no_tenant() {
    on_each_empty(async |store| {
        migrate::run_before(&store, 8).await;
        store.found().await;
        for old in OLD {
            store.write(old).await.unwrap();
        }
        migrate::run(&store).await.unwrap();
        assert_eq!(store.count("SELECT count(*) FROM tenant WHERE native").await, 0);
        for old in OLD {
            assert_eq!(load(&store, old.kind, old.id).await.unwrap().document, old.document);
        }
        let index = "SELECT count(*) FROM attr_index WHERE attribute LIKE '%manager.value'";
        assert_eq!(store.count(index).await, 1);
        for (text, found) in [("dependencyCount eq 1", vec!["u-1"]), ("manager.value eq \"u-1\"", vec!["u-2"])] {
            assert_eq!(names(&page(&store, &query("User", Some(text))).await), found, "{text}");
        }
        store.write(Open(vec![1])).await.unwrap();
        let row = load(&store, "User", "u-2").await.unwrap();
        make(&store, Work::Name(ONE, row, Some("called".to_owned()))).await;
        assert_eq!(store.count(index).await, 1);
    })
    .await;
}
