//! Writing resources: versions, uniqueness, transactions.

use super::*;
use crate::store::dialect::Dialect;
use crate::store::migrate;
use crate::store::sql::trial::{on_each_empty, open};
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test]
async fn a_resource_is_read_back_as_it_was_written() {
    on_each(async |store| {
        let row = make(&store, user("u-1", json!({ "userName": "Ä\"\\\u{1}😀", "active": true }))).await;
        assert_eq!((row.version, row.created, row.modified), (1, NOW - 123, NOW - 123));
        assert_eq!(load(&store, "User", "u-1").await, Some(row));
        for id in ["u-2", "U-1", "", "u-1\0"] {
            assert_eq!(load(&store, "User", id).await, None, "{id:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_unique_value_is_taken_whatever_its_case() {
    on_each(async |store| {
        let first = make(&store, user("u-1", json!({ "userName": "Straße" }))).await;
        let long = "x".repeat(600);
        make(&store, user("u-2", json!({ "userName": long }))).await;
        for name in ["STRASSE", &long.to_uppercase()] {
            let refused = store.write(user("u-9", json!({ "userName": name }))).await.unwrap_err();
            assert!(matches!(&refused, Error::Unique(attribute) if attribute == "userName"), "{refused:?}");
        }
        assert_eq!(load(&store, "User", "u-9").await, None);
        // The same name for a group is no conflict, and a renamed user frees its old one.
        make(&store, group("g-1", "strasse")).await;
        let kind = kind("User");
        make(&store, Work::Replace(Arc::clone(&kind), first, json!({ "userName": "other" }))).await;
        let third = make(&store, user("u-3", json!({ "userName": "strasse" }))).await;
        let refused = store.write(Work::Replace(kind, third, json!({ "userName": "OTHER" }))).await.unwrap_err();
        assert!(matches!(refused, Error::Unique(_)));
    })
    .await;
}

#[tokio::test]
async fn of_a_race_for_one_name_one_wins() {
    on_each(async |store| {
        let mut racers = tokio::task::JoinSet::new();
        for place in 0..16 {
            let store = store.clone();
            racers.spawn(async move { store.write(user(&format!("u-{place}"), json!({ "userName": "one" }))).await });
        }
        let results = racers.join_all().await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(Error::Unique(_)))), "{results:?}");
        assert_eq!(page(&store, &query("User", None)).await.total, 1);
    })
    .await;
}

#[tokio::test]
async fn replace_renews_keys_and_refuses_a_version_that_is_gone() {
    on_each(async |store| {
        let kind = kind("User");
        let old = json!({ "userName": "a", "displayName": "D", "emails": [{ "value": "1@x" }, { "value": "2@x" }] });
        let new = json!({ "userName": "a", "active": true, "emails": [{ "value": "2@x" }, { "value": "3@x" }] });
        let row = make(&store, user("u-1", old)).await;
        let after = make(&store, Work::Replace(Arc::clone(&kind), row.clone(), new.clone())).await;
        assert_eq!((after.version, after.created), (2, row.created));
        assert!(after.modified > row.modified);
        assert_eq!(load(&store, "User", "u-1").await.as_ref(), Some(&after));
        for (text, total) in [
            ("emails.value eq \"1@x\"", 0),
            ("emails.value eq \"2@x\"", 1),
            ("emails.value eq \"3@x\"", 1),
            ("displayName eq \"d\"", 0),
            ("active eq true", 1),
            ("userName eq \"a\"", 1),
        ] {
            assert_eq!(page(&store, &query("User", Some(text))).await.total, total, "{text}");
        }
        assert_eq!(store.count("SELECT count(*) FROM attr_index").await, 2);
        assert_eq!(store.count("SELECT count(*) FROM unique_key").await, 1);
        let stale = store.write(Work::Replace(kind, row.clone(), new)).await.unwrap_err();
        assert!(matches!(stale, Error::Stale));
        assert!(matches!(store.write(Work::Touch(row)).await.unwrap_err(), Error::Stale));
        store.write(Work::Remove(after)).await.unwrap();
        for table in ["SELECT count(*) FROM attr_index", "SELECT count(*) FROM unique_key"] {
            assert_eq!(store.count(table).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_unit_that_fails_leaves_nothing_and_spares_its_neighbours() {
    on_each(async |store| {
        let mut units = tokio::task::JoinSet::new();
        for place in 0..60 {
            let store = store.clone();
            let good = user(&format!("u-{place}"), json!({ "userName": format!("n{place}") }));
            let again = user(&format!("v-{place}"), json!({ "userName": format!("N{place}") }));
            let work = match place % 3 {
                0 => good,
                1 => Work::All(vec![good, again]),
                _ => Work::All(vec![good, Work::Panic]),
            };
            units.spawn(async move { (place % 3, store.write(work).await) });
        }
        for (what, result) in units.join_all().await {
            match what {
                0 => assert!(result.is_ok(), "{result:?}"),
                1 => assert!(matches!(result, Err(Error::Unique(_))), "{result:?}"),
                _ => assert!(matches!(result, Err(Error::Database(_))), "{result:?}"),
            }
        }
        assert_eq!(page(&store, &query("User", None)).await.total, 20);
        assert_eq!(store.count("SELECT count(*) FROM unique_key").await, 20);
    })
    .await;
}

/// Touches two rows, and on its first attempt only after another unit holds one of them.
struct Crossing {
    rows: [Row; 2],
    meeting: Arc<tokio::sync::Barrier>,
    attempts: Arc<AtomicU32>,
}

impl Unit for Crossing {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let [first, second] = &self.rows;
        let first_attempt = self.attempts.fetch_add(1, Ordering::SeqCst) < 2;
        resources::lock(conn, ONE, &kind("User"), &first.id).await?;
        if first_attempt {
            self.meeting.wait().await;
        }
        resources::lock(conn, ONE, &kind("User"), &second.id).await?;
        Ok(())
    }
}

#[tokio::test]
async fn of_two_units_that_wait_for_each_other_one_is_run_again() {
    on_each(async |store| {
        if store.dialect() == Dialect::Sqlite {
            // Its units run one after the other.
            return;
        }
        let a = make(&store, user("u-1", json!({ "userName": "a" }))).await;
        let b = make(&store, user("u-2", json!({ "userName": "b" }))).await;
        let (meeting, attempts) = (Arc::new(tokio::sync::Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        let crossing = |rows| Crossing { rows, meeting: Arc::clone(&meeting), attempts: Arc::clone(&attempts) };
        let (first, second) =
            tokio::join!(store.write(crossing([a.clone(), b.clone()])), store.write(crossing([b, a])));
        first.unwrap();
        second.unwrap();
        assert_eq!(attempts.load(Ordering::SeqCst), 3);
    })
    .await;
}

#[tokio::test]
async fn migrating_twice_and_at_once_is_harmless() {
    on_each_empty(async |store| {
        let (first, second) = tokio::join!(migrate::run(&store), migrate::run(&store));
        first.unwrap();
        second.unwrap();
        migrate::run(&store).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    on_each(async |store| {
        store.pretend_migration(99).await;
        let refused = migrate::run(&store).await.unwrap_err();
        assert!(matches!(&refused, Error::Schema(text) if text.contains("newer version")), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn two_processes_share_a_sqlite_file() {
    let directory = std::env::temp_dir().join(format!("roster-test-{:x}", u64::from_ne_bytes(crate::ident::random())));
    let url = format!("sqlite:{}", directory.join("deeper/roster.db").display());
    let (serving, visiting) = tokio::join!(open(&url), open(&url));
    let (first, second) = tokio::join!(migrate::run(&serving), migrate::run(&visiting));
    first.unwrap();
    second.unwrap();
    serving.found().await;
    let mut writers = tokio::task::JoinSet::new();
    for place in 0..40 {
        let store = if place % 2 == 0 { serving.clone() } else { visiting.clone() };
        writers.spawn(async move {
            store.write(user(&format!("u-{place}"), json!({ "userName": format!("n{place}") }))).await
        });
    }
    assert!(writers.join_all().await.iter().all(Result::is_ok));
    visiting.close().await;
    assert_eq!(page(&serving, &query("User", None)).await.total, 40);
    serving.close().await;
    let late = serving.write(user("u-x", json!({ "userName": "late" }))).await.unwrap_err();
    assert!(matches!(late, Error::Busy(_)), "{late:?}");
    // What was acknowledged is there when the file is opened again.
    let again = open(&url).await;
    migrate::run(&again).await.unwrap();
    assert_eq!(page(&again, &query("User", None)).await.total, 40);
    again.close().await;
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn urls_that_name_no_database_are_refused_with_a_sentence() {
    for url in ["mysql://x", "", "sqlite:", "sqlite:a.db?mode=ro", "postgres://[::1"] {
        let options = crate::store::sql::Options { url: url.to_owned(), connections: 1, durable: true };
        let refused = Store::open(&options).await.err().expect(url);
        assert!(matches!(&refused, Error::Schema(text) if text.contains("database URL")), "{url}: {refused:?}");
    }
}

/// Tries units inside itself, each of which may fail.
struct Trying(Vec<Work>);

impl Unit for Trying {
    type Output = Vec<bool>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<bool>, Error> {
        let mut done = Vec::new();
        for work in &self.0 {
            done.push(conn.attempt(work).await?.is_ok());
        }
        Ok(done)
    }
}

#[tokio::test]
async fn what_is_tried_inside_a_unit_leaves_nothing_if_it_fails() {
    on_each(async |store| {
        let name = |id: &str, name: &str| user(id, json!({ "userName": name, "emails": [{ "value": "a@x" }] }));
        let tried = vec![
            name("u-1", "ann"),
            name("u-2", "ANN"),
            Work::All(vec![name("u-3", "bob"), name("u-4", "Bob")]),
            // The second id breaks a constraint, which on Postgres ends all but the savepoint.
            Work::All(vec![name("u-5", "eve"), name("u-1", "another")]),
            name("u-6", "bob"),
        ];
        assert_eq!(store.write(Trying(tried)).await.unwrap(), [true, false, false, false, true]);
        let found = page(&store, &query("User", None)).await;
        let found: Vec<_> = found.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(found, ["u-1", "u-6"]);
        assert_eq!(store.count("SELECT count(*) FROM unique_key").await, 2);
        assert_eq!(store.count("SELECT count(*) FROM attr_index").await, 2);
    })
    .await;
}

/// Inserts many at once.
struct Many(Vec<(&'static str, &'static str, Value)>);

impl Unit for Many {
    type Output = Vec<Row>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<Row>, Error> {
        let news = self.0.iter().map(|(type_name, id, attributes)| {
            let kind = kind(type_name);
            let document = document(&kind, id, attributes.clone());
            (kind, *id, document)
        });
        let news: Vec<_> = news.collect();
        let news: Vec<_> = news.iter().map(|(kind, id, document)| resources::New { kind, id, document }).collect();
        resources::insert_all(conn, ONE, &news, NOW).await
    }
}

#[tokio::test]
async fn many_are_inserted_in_order_as_if_one_by_one() {
    on_each(async |store| {
        let many = vec![
            ("User", "u-9", json!({ "userName": "ann", "externalId": "one", "active": true })),
            ("Group", "g-1", json!({ "displayName": "Ann" })),
            ("User", "u-1", json!({ "userName": "bob", "emails": [{ "value": "b@x" }] })),
        ];
        let rows = store.write(Many(many)).await.unwrap();
        let nums: Vec<_> = rows.iter().map(|row| row.num).collect();
        assert_eq!(nums, [nums[0], nums[0] + 1, nums[0] + 2]);
        for row in &rows {
            assert_eq!(load(&store, &row.kind, &row.id).await.as_ref(), Some(row));
        }
        assert_eq!(page(&store, &query("User", Some("externalId eq \"one\" and active eq true"))).await.total, 1);
        assert_eq!(page(&store, &query("User", Some("emails.value eq \"B@X\""))).await.total, 1);
        let twice = vec![("User", "u-2", json!({ "userName": "eve" })), ("User", "u-3", json!({ "userName": "Eve" }))];
        let refused = store.write(Many(twice)).await.unwrap_err();
        assert!(matches!(&refused, Error::Unique(name) if name == "userName"), "{refused:?}");
        assert_eq!(page(&store, &query("User", None)).await.total, 2);
        assert!(store.write(Many(Vec::new())).await.unwrap().is_empty());
    })
    .await;
}
