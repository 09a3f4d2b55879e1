//! The numbers of users, what is counted of them, and the names they are shown by.

use super::*;
use crate::store::counted::{self, Count};
use std::collections::{BTreeSet, HashMap};

const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn number(row: &Row) -> i64 {
    let document: Value = serde_json::from_str(&row.document).unwrap();
    document[LIFECYCLE]["numericId"].as_i64().unwrap()
}

#[tokio::test]
async fn a_user_has_its_number_in_its_document_and_no_other_type_has_one() {
    on_each(async |store| {
        let first = make(&store, user("u-1", json!({ "userName": "a", "externalId": "e" }))).await;
        let group = make(&store, group("g-1", "g")).await;
        let second = make(&store, user("u-2", json!({ "userName": "b" }))).await;
        assert!(!group.document.contains("numericId"), "{}", group.document);
        for row in [first, second.clone()] {
            assert_eq!(number(&row), row.num);
            let schemas = format!(r#"{{"schemas":["{}","{LIFECYCLE}"],"id":"{}","#, kind("User").schema.id, row.id);
            assert!(row.document.starts_with(&schemas), "{}", row.document);
            assert_eq!(load(&store, "User", &row.id).await, Some(row));
        }
        assert_eq!(store.count("SELECT count(*) FROM unique_key WHERE attribute LIKE '%numericId'").await, 0);
        // Neither a refusal nor a removal makes a number stand for two.
        store.write(user("u-3", json!({ "userName": "B" }))).await.unwrap_err();
        store.write(Work::Remove(second.clone())).await.unwrap();
        let third = make(&store, user("u-3", json!({ "userName": "b" }))).await;
        assert!(third.num > second.num);
        assert_eq!(number(&third), third.num);
    })
    .await;
}

#[tokio::test]
async fn users_that_come_at_once_have_numbers_of_their_own() {
    on_each(async |store| {
        let mut writers = tokio::task::JoinSet::new();
        for place in 0..24 {
            let store = store.clone();
            writers.spawn(async move {
                let id = format!("r-{place}");
                match place % 3 {
                    0 => make(&store, group(&id, &id)).await,
                    _ => make(&store, user(&id, json!({ "userName": id }))).await,
                }
            });
        }
        let rows = writers.join_all().await;
        assert_eq!(rows.iter().map(|row| row.num).collect::<BTreeSet<_>>().len(), 24);
        for row in rows.iter().filter(|row| row.kind == "User") {
            assert_eq!(number(row), row.num);
        }
    })
    .await;
}

#[tokio::test]
async fn users_are_found_and_sorted_by_number() {
    on_each(async |store| {
        for id in ["u-1", "u-2", "u-3", "u-4"] {
            make(&store, user(id, json!({ "userName": id }))).await;
        }
        for (text, found) in [
            ("numericId eq 2", vec!["u-2"]),
            ("numericId eq \"3\"", vec!["u-3"]),
            ("numericId eq 9", vec![]),
            ("numericId ne 2", vec!["u-1", "u-3", "u-4"]),
            ("numericId gt 2 and numericId le 3", vec!["u-3"]),
            ("numericId eq 4 or numericId eq 1", vec!["u-1", "u-4"]),
            ("not (numericId ge 2)", vec!["u-1"]),
            ("numericId pr", vec!["u-1", "u-2", "u-3", "u-4"]),
            ("numericId eq null", vec![]),
        ] {
            assert_eq!(names(&page(&store, &query("User", Some(text))).await), found, "{text}");
        }
        let by_number = format!("{LIFECYCLE}:numericId");
        assert_eq!(names(&page(&store, &sorted("User", &by_number, true)).await), ["u-4", "u-3", "u-2", "u-1"]);
    })
    .await;
}

/// Rows that are counted: sessions of an owner, invitations of a sender.
struct Counted {
    sessions: Vec<(i64, i64, i64, Option<i64>)>,
    invitations: Vec<(i64, &'static str, i64)>,
}

impl Unit for Counted {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        for (place, (owner, expires, ends, revoked)) in self.sessions.iter().enumerate() {
            let digest = crate::store::sql::Val::Bytes(vec![u8::try_from(place).unwrap()]);
            let sql = conn.sql().with(
                "INSERT INTO session (tenant, owner, connection, digest, door, created, seen, expires, ends, revoked) \
                 VALUES (1, $1, 1, $2, 'login', 0, 0, $3, $4, $5)",
                [(*owner).into(), digest, (*expires).into(), (*ends).into(), (*revoked).into()],
            );
            conn.execute(sql).await?;
        }
        for (sender, state, expires) in &self.invitations {
            let sql = conn.sql().with(
                "INSERT INTO invitation (tenant, recipient, recipient_key, company, sender, payload, state, created, \
                 expires) VALUES (1, 'r', 'r', 1, $1, '{}', $2, 0, $3)",
                [(*sender).into(), (*state).into(), (*expires).into()],
            );
            conn.execute(sql).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn live_sessions_and_what_depends_on_a_user_are_counted() {
    on_each(async |store| {
        let manager = |id: &str| json!({ "userName": "x", ENTERPRISE: { "manager": { "value": id } } });
        make(&store, user("u-1", json!({ "userName": "a" }))).await;
        for (id, of) in [("u-2", "u-1"), ("u-3", "u-1"), ("u-4", "u-4")] {
            let mut attributes = manager(of);
            attributes["userName"] = json!(id);
            make(&store, user(id, attributes)).await;
        }
        let later = NOW + 1;
        let counted = Counted {
            sessions: vec![
                (1, later, later, None),
                (1, NOW, later, None),
                (1, later, NOW, None),
                (1, later, later, Some(5)),
                (2, later, later, None),
                (2, later, later, None),
            ],
            invitations: vec![
                (3, "pending", later),
                (3, "pending", NOW),
                (3, "accepted", later),
                (1, "pending", later),
            ],
        };
        store.write(counted).await.unwrap();
        for (text, found) in [
            ("activeSessionCount eq 1", vec!["u-1"]),
            ("activeSessionCount gt 0", vec!["u-1", "u-2"]),
            ("activeSessionCount pr", vec!["u-1", "u-2", "u-3", "u-4"]),
            ("dependencyCount eq 3", vec!["u-1"]),
            ("dependencyCount eq 0", vec!["u-2", "u-4"]),
            ("dependencyCount ge 1 and not (activeSessionCount eq 0)", vec!["u-1"]),
        ] {
            assert_eq!(names(&page(&store, &query("User", Some(text))).await), found, "{text}");
        }
        for (by, order) in
            [("activeSessionCount", ["u-3", "u-4", "u-1", "u-2"]), ("dependencyCount", ["u-2", "u-4", "u-3", "u-1"])]
        {
            assert_eq!(names(&page(&store, &sorted("User", by, false)).await), order, "{by}");
        }
        let mut conn = store.read().await.unwrap();
        let user = kind("User");
        for (count, expected) in [
            (Count::Sessions, HashMap::from([(1, 1), (2, 2), (4, 0)])),
            (Count::Dependents(&user), HashMap::from([(1, 3), (2, 0), (4, 0)])),
        ] {
            assert_eq!(counted::load(&mut conn, TENANT, &[1, 2, 4], count, NOW).await.unwrap(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn users_are_found_and_sorted_by_the_name_that_is_shown() {
    on_each(async |store| {
        make(&store, user("u-1", json!({ "userName": "zoe" }))).await;
        make(&store, user("u-2", json!({ "userName": "y", "name": { "givenName": "Émile", "familyName": "Zola" } })))
            .await;
        let row = make(&store, user("u-3", json!({ "userName": "x", "displayName": "Babs" }))).await;
        let found = async |text: &str| {
            let text = format!("urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name {text}");
            names(&page(&store, &query("User", Some(&text))).await).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(found("eq \"émile zola\"").await, ["u-2"]);
        assert_eq!(found("co \"Z\"").await, ["u-1", "u-2"]);
        assert_eq!(found("sw \"bab\"").await, ["u-3"]);
        let by_name = sorted("User", "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name", false);
        assert_eq!(names(&page(&store, &by_name).await), ["u-3", "u-1", "u-2"]);
        make(&store, Work::Replace(kind("User"), row, json!({ "userName": "x" }))).await;
        assert_eq!(found("eq \"babs\"").await, [""; 0]);
        assert_eq!(found("eq \"X\"").await, ["u-3"]);
    })
    .await;
}
