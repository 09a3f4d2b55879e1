//! Places in lists: behind and before a result, among some, and what is kept of walks.

use super::*;
use crate::store::dialect::Dialect;
use crate::store::{secrets, walks};

const SORTS: &[&str] = &[
    "userName",
    "title",
    "active",
    "emails.value",
    "meta.created",
    "meta.lastModified",
    "meta.version",
    "id",
    "name",
    "addresses.primary",
    "groups.display",
    "externalId",
];

/// Users that agree and disagree about every key, some of which they lack.
async fn people(store: &Store) {
    for (place, since) in (0..24_usize).zip(0_i64..) {
        let mut attributes = json!({ "userName": format!("{}{}", ["b", "ä", "A"][place % 3], 23 - place) });
        if place % 3 > 0 {
            attributes["title"] = json!(["Clerk", "clerk", "Driver"][place % 3]);
            attributes["active"] = json!(place.is_multiple_of(2));
        }
        if place % 4 > 0 {
            attributes["emails"] = json!([{ "value": format!("{}@x.example", place % 5) }]);
            attributes["externalId"] = json!(format!("e{}", place % 7));
            attributes["addresses"] = json!([{ "locality": "X", "primary": place % 8 == 1 }]);
        }
        let id = format!("u-{place}");
        make(store, Work::Insert(kind("User"), id, attributes, NOW + since / 5 * 1_000_000)).await;
    }
    let staff = make(store, group("g-1", "Staff")).await;
    assert!(edit(store, &staff, MemberEdit::Add(ids(&["u-3", "u-4", "u-20"]))).await.unwrap());
}

#[tokio::test]
async fn what_comes_behind_a_result_is_what_an_offset_would_give() {
    on_each(async |store| {
        people(&store).await;
        let mut queries: Vec<Query> = vec![query("User", None), query("User", Some("userName pr"))];
        for by in SORTS {
            for descending in [false, true] {
                let all = sorted("User", by, descending);
                let mut some = all.clone();
                some.parts[0].filter = Some(compile(&some.parts[0].kind, "not (title eq \"driver\")"));
                let mut both = all.clone();
                both.parts.push(Part {
                    kind: kind("Group"),
                    filter: None,
                    sort: Some(path::resolve(&kind("Group"), "displayName").unwrap()),
                });
                queries.extend([all, some, both]);
            }
        }
        for query in queries {
            let whole = page(&store, &query).await;
            assert!(whole.rows.len() > 15);
            let mut conn = store.read().await.unwrap();
            let numbers = select::numbers(&mut conn, ONE, &query).await.unwrap();
            drop(conn);
            assert_eq!(numbers, whole.rows.iter().map(|row| row.num).collect::<Vec<_>>());
            for (place, position) in whole.positions.iter().enumerate() {
                let behind = Query { place: Place::After(position.clone()), limit: 4, ..query.clone() };
                let found = page(&store, &behind).await;
                let expected: Vec<_> = whole.rows.iter().skip(place + 1).take(4).map(|row| row.id.as_str()).collect();
                assert_eq!(names(&found), expected, "{:?} behind {position:?}: {behind:?}", store.dialect());
                assert_eq!(found.total, whole.total);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_comes_before_a_number_is_in_the_order_of_the_list() {
    on_each(async |store| {
        people(&store).await;
        for filter in [None, Some("title pr")] {
            let query = query("User", filter);
            let whole = page(&store, &query).await;
            for (place, position) in whole.positions.iter().enumerate() {
                let before = Query { place: Place::Before(position.num), limit: 5, ..query.clone() };
                let found = page(&store, &before).await;
                assert_eq!(found.positions, whole.positions[place.saturating_sub(5)..place]);
                assert_eq!(found.total, whole.total);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn among_some_numbers_only_hits_are_found() {
    on_each(async |store| {
        people(&store).await;
        let whole = page(&store, &query("User", None)).await;
        let nums = |picked: &[usize]| picked.iter().map(|place| whole.rows[*place].num).collect::<Vec<_>>();
        for (filter, expected) in [
            (None, vec!["u-2", "u-9", "u-20"]),
            (Some("title pr"), vec!["u-2", "u-20"]),
            (Some("id eq \"u-3\""), vec![]),
        ] {
            let mut asked = nums(&[20, 2, 9]);
            asked.push(1_000_000);
            let among = Query { place: Place::Among(asked), ..query("User", filter) };
            let found = page(&store, &among).await;
            assert_eq!(names(&found), expected, "{filter:?}");
            assert_eq!(found.total, expected.len() as u64);
        }
        let mut conn = store.read().await.unwrap();
        let other = Query { place: Place::Among(nums(&[1])), ..query("User", None) };
        let client = Client { tenant: TenantId(2), ..ONE };
        assert_eq!(select::page(&mut conn, client, &other).await.unwrap().rows, []);
    })
    .await;
}

#[tokio::test]
async fn a_page_behind_a_result_begins_there_by_an_index() {
    on_each(async |store| {
        let users = (0..3000).map(|place| {
            let attributes = json!({ "userName": format!("n{place:04}") });
            Work::Insert(kind("User"), format!("u-{place}"), attributes, NOW + place * 1000)
        });
        store.write(Work::All(users.collect())).await.unwrap();
        if store.dialect() == Dialect::Postgres {
            store.analyze().await;
        }
        let seek = match store.dialect() {
            // To a pair of columns it goes by the first one alone.
            Dialect::Sqlite => [
                ("", ("rowid>?", "rowid<?")),
                ("userName", ("name_key>?", "name_key<?")),
                ("meta.lastModified", ("modified>?", "modified<?")),
            ],
            Dialect::Postgres => [
                ("", ("Index Cond: ((tenant = ", "num < ")),
                ("userName", ("ROW(name_key, num) > ROW(", "name_key <= ")),
                ("meta.lastModified", ("ROW(modified, num) > ROW(", "modified <= ")),
            ],
        };
        for (by, (forward, backward)) in seek {
            for (descending, words) in [(false, forward), (true, backward)] {
                let mut query = if by.is_empty() { query("User", None) } else { sorted("User", by, descending) };
                query.limit = 20;
                let whole = page(&store, &query).await;
                let last = whole.positions[15].clone();
                query.place = if by.is_empty() && descending { Place::Before(last.num) } else { Place::After(last) };
                let conn = store.read().await.unwrap();
                let sql = select::statement(conn.sql(), ONE, &query);
                drop(conn);
                let plan = store.explain(sql).await;
                assert!(plan.contains(words), "{by} {descending}: {words}\n{plan}");
            }
        }
    })
    .await;
}

/// What a test wants done with walks.
enum Walk {
    Insert(Client, i64, Vec<i64>, Micros),
    Keep(i64, Micros),
    Forget(Micros),
    Secret(&'static [u8]),
}

impl Unit for Walk {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        match self {
            Self::Insert(client, num, nums, expires) => walks::insert(conn, *client, *num, nums, *expires, 3).await,
            Self::Keep(num, until) => walks::keep(conn, TENANT, *num, *until).await,
            Self::Forget(before) => walks::forget(conn, *before, 10).await,
            Self::Secret(value) => secrets::insert(conn, "key", value).await,
        }
    }
}

#[tokio::test]
async fn walks_are_kept_in_parts_and_go_with_time_and_number() {
    on_each(async |store| {
        let nums: Vec<i64> = (0..5000).map(|place| place * 7919 % 5003).collect();
        store.write(Walk::Insert(ONE, 9, nums.clone(), 100)).await.unwrap();
        let mut conn = store.read().await.unwrap();
        for (from, until) in [(0, 0), (0, 1), (2047, 2049), (2048, 4096), (0, 5000), (4990, 9000), (6000, 7000)] {
            let expected = &nums[from.min(5000)..until.min(5000)];
            assert_eq!(walks::load(&mut conn, TENANT, 9, from, until).await.unwrap(), expected, "{from} {until}");
        }
        assert_eq!(walks::load(&mut conn, TenantId(2), 9, 0, 10).await.unwrap(), Vec::<i64>::new());
        assert_eq!(walks::expires(&mut conn, TWO, 9).await.unwrap(), None, "another connection's");
        drop(conn);
        for (num, expires) in [(1, 101), (2, 102), (3, 103)] {
            store.write(Walk::Insert(ONE, num, vec![num], expires)).await.unwrap();
        }
        store.write(Walk::Insert(TWO, 4, vec![4], 50)).await.unwrap();
        store.write(Walk::Keep(1, 200)).await.unwrap();
        store.write(Walk::Keep(1, 150)).await.unwrap();
        store.write(Walk::Forget(103)).await.unwrap();
        let mut conn = store.read().await.unwrap();
        let kept = async |conn: &mut Conn, client, num| walks::expires(conn, client, num).await.unwrap();
        assert_eq!(kept(&mut conn, ONE, 9).await, None, "the fourth drives the oldest away");
        assert_eq!(kept(&mut conn, ONE, 1).await, Some(200));
        assert_eq!(kept(&mut conn, ONE, 2).await, None);
        assert_eq!(kept(&mut conn, ONE, 3).await, Some(103));
        assert_eq!(kept(&mut conn, TWO, 4).await, None);
        assert_eq!(store.count("SELECT count(*) FROM walk_part").await, 2);
        assert!(walks::has_older(&mut conn, 104).await.unwrap() && !walks::has_older(&mut conn, 103).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_made_once() {
    on_each(async |store| {
        let mut conn = store.read().await.unwrap();
        assert_eq!(secrets::find(&mut conn, "key").await.unwrap(), None);
        for value in [b"first", b"other"] {
            store.write(Walk::Secret(value)).await.unwrap();
        }
        assert_eq!(secrets::find(&mut conn, "key").await.unwrap().unwrap(), b"first");
    })
    .await;
}
