//! Lists: filters mean in SQL what they mean in memory; order and pages.

use super::*;
use crate::store::dialect::Dialect;

/// Twelve users and five groups, made to disagree about everything.
async fn people(store: &Store) {
    let users = [
        json!({ "userName": "bjensen@example.com", "externalId": "E-1", "displayName": "Babs Jensen", "active": true,
            "title": "Tour Guide", "name": { "familyName": "Jensen", "givenName": "Barbara" },
            "emails": [{ "value": "bjensen@example.com", "type": "work", "primary": true },
                       { "value": "babs@home.example", "type": "home" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Tours", "employeeNumber": "701984",
                "manager": { "value": "u-2", "displayName": "John" } } }),
        json!({ "userName": "JSmith", "externalId": "e-1", "displayName": "John Smith", "active": false,
            "name": { "familyName": "Smith" }, "emails": [{ "value": "john@EXAMPLE.com", "type": "work" }] }),
        json!({ "userName": "straße", "displayName": "Ünï Cödé", "active": true, "nickName": "",
            "emails": [{ "value": "x@y.example", "type": "home", "primary": true }, { "value": "x@w.example", "type": "work" }] }),
        json!({ "userName": "quote\"back\\slash", "externalId": "100%_sure'; DROP TABLE resource; --" }),
        json!({ "userName": "ZZ", "title": "tour guide assistant", "active": true,
            "phoneNumbers": [{ "value": "+1-555", "type": "mobile" }] }),
        json!({ "userName": "emoji😀", "name": { "formatted": "😀 𝔘𝔫𝔦" }, "locale": "en_US" }),
        json!({ "userName": "a".repeat(1500), "displayName": "é".repeat(1200) }),
        json!({ "userName": format!("{}b", "a".repeat(1500)), "displayName": "a%b_c" }),
        json!({ "userName": "noemail", "active": false, "timezone": "Europe/Berlin",
            "addresses": [{ "type": "work", "locality": "Berlin", "primary": true }, { "type": "home", "locality": "Köln" }] }),
        json!({ "userName": "jsmith2", "displayName": "john smith", "title": "\u{10FFFF}end",
            "emails": [{ "type": "work", "value": "only@work.example" }, { "value": "untyped@example.com" }] }),
        json!({ "userName": "K", "externalId": "E-10",
            "x509Certificates": [{ "value": "TUlJQg==" }],
            "roles": [{ "value": "Admin", "primary": true }, { "value": "reader" }] }),
        json!({ "userName": "last", "profileUrl": "https://Example.com/Last",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "tours", "costCenter": "4130" } }),
    ];
    for (place, attributes) in (1_i64..).zip(users) {
        let id = format!("u-{place}");
        let work = Work::Insert(kind("User"), id, attributes, NOW + place * 1_000_000);
        let row = make(store, work).await;
        // Another connection has names of its own for some, one of them in common with the first.
        match place {
            2 => drop(make(store, Work::Name(TWO, row, Some("E-10".to_owned()))).await),
            3 => drop(make(store, Work::Name(TWO, row, Some("e-1".to_owned()))).await),
            6 => drop(make(store, Work::Name(TWO, row, Some("E-2".to_owned()))).await),
            4 | 8 | 12 => drop(make(store, Work::Touch(row)).await),
            _ => {}
        }
    }
    let mut groups = Vec::new();
    for (id, name) in [("g-1", "Admins"), ("g-2", "all staff"), ("g-3", "Empty"), ("g-4", "Nested"), ("g-5", "Über")] {
        groups.push(make(store, group(id, name)).await);
    }
    for (place, members) in
        [(0, ["u-1", "u-2"].as_slice()), (1, &["u-2", "u-3", "g-1"]), (3, &["g-2"]), (4, &["u-12", "g-1", "u-2"])]
    {
        assert!(edit(store, &groups[place], MemberEdit::Add(ids(members))).await.unwrap());
    }
}

const USERS: &[&str] = &[
    r#"userName eq "BJENSEN@example.com""#,
    r#"userName eq "strasse""#,
    r#"userName ne "zz""#,
    r#"userName co "smith""#,
    r#"userName sw "j""#,
    r#"userName ew "2""#,
    r#"userName sw """#,
    r#"userName ew """#,
    r#"userName gt "jsmith""#,
    r#"userName ge "jsmith" and userName lt "l""#,
    r#"userName le "emoji😀""#,
    r#"userName sw "emoji😀""#,
    r#"userName eq "quote\"back\\slash""#,
    r#"userName co "\\""#,
    r#"userName eq "nobody""#,
    r#"externalId eq "E-1""#,
    r#"externalId eq "e-1""#,
    r#"externalId sw "E-1""#,
    r#"externalId sw """#,
    r#"externalId co "-""#,
    r#"externalId ew "1""#,
    r#"externalId gt "E-1""#,
    r#"externalId le "E-10""#,
    "externalId ne null",
    "externalId pr",
    "externalId eq null",
    r#"externalId ne "E-1""#,
    r#"externalId eq "100%_sure'; DROP TABLE resource; --""#,
    r#"id eq "u-3""#,
    r#"id eq "U-3""#,
    r#"id ne "u-3""#,
    "active eq true",
    r#"active eq "False""#,
    "active ne true",
    "not (active eq true)",
    "active pr",
    "not (active pr)",
    r#"displayName eq "JOHN smith""#,
    r#"displayName co "%b_""#,
    r#"displayName sw "ünï""#,
    r#"displayName gt "john smith""#,
    r#"title co "GUIDE" or title eq null"#,
    r#"not (title co "guide")"#,
    r#"title ne "tour guide""#,
    r#"title sw "􏿿""#,
    "name pr",
    r#"name.familyName eq "jensen""#,
    r#"name.familyName ne "jensen""#,
    r#"name[familyName eq "jensen"]"#,
    r#"name[givenName ne "x"]"#,
    r#"not (name[givenName eq "barbara"])"#,
    "nickName pr",
    "emails pr",
    "not (emails pr)",
    r#"emails eq "BABS@home.example""#,
    r#"emails.value eq "john@example.com""#,
    r#"emails.value ne "john@example.com""#,
    r#"emails.value sw "x@""#,
    r#"emails.value ew "example.com" and active eq true"#,
    "emails.type eq null",
    "emails.type pr",
    "emails.primary eq true",
    r#"emails[type eq "work" and value co "@example.com"]"#,
    r#"emails[type eq "work" and value eq "babs@home.example"]"#,
    r#"emails[type eq "home" and value eq "babs@home.example"]"#,
    r#"emails[not (type eq "work")]"#,
    r#"emails[type ne "work"]"#,
    r#"emails[primary eq true or value sw "only"]"#,
    r#"not (emails[type eq "work"])"#,
    r#"emails.value eq "x@y.example" or emails.value eq "only@work.example""#,
    r#"emails.value eq "x@y.example" or userName eq "zz" or id eq "u-1""#,
    r#"addresses[type eq "home"].locality eq "köln""#,
    r#"phoneNumbers.value eq "+1-555""#,
    r#"roles.value eq "ADMIN""#,
    r#"x509Certificates.value eq "TUlJQg==""#,
    r#"profileUrl eq "https://Example.com/Last""#,
    r#"profileUrl eq "https://example.com/last""#,
    r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
    r#"schemas co "enterprise""#,
    r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "TOURS""#,
    r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "u-2""#,
    "manager pr",
    r#"manager eq "u-2" or costCenter gt "4""#,
    "meta pr",
    r#"meta.resourceType eq "User""#,
    r#"meta.resourceType ne "User""#,
    r#"meta.version eq "W/\"2\"""#,
    r#"meta.location eq "https://scim.example/v2/Users/u-5""#,
    r#"meta.location sw "https://scim.example/v2/Users/u-1""#,
    r#"meta.created gt "2026-01-31T09:30:05Z""#,
    r#"meta.created eq "2026-01-31T10:30:05+01:00""#,
    r#"meta.lastModified le "2026-01-31T09:30:05.000Z""#,
    r#"meta[created ge "2026-01-31T09:30:02Z" and version eq "W/\"1\""]"#,
    "groups pr",
    "not (groups pr)",
    r#"groups.value eq "g-4""#,
    r#"groups eq "g-1" and active eq true"#,
    r#"groups.value ne "g-1""#,
    r#"groups.display sw "ALL""#,
    r#"groups[type eq "indirect"]"#,
    r#"groups[type eq "direct" and display eq "über"]"#,
    r#"groups[value eq "g-5" and type eq "indirect"]"#,
    r#"not (groups.value eq "g-2")"#,
    r#"groups.$ref eq "https://scim.example/v2/Groups/g-5""#,
    "userName pr and (title pr or not (emails pr)) and not (active eq false)",
    r#"(active eq true and emails.value ew "example.com") or (active eq false and name pr)"#,
];

const GROUPS: &[&str] = &[
    r#"displayName eq "ADMINS""#,
    r#"displayName sw "ü""#,
    "members pr",
    "members eq null",
    r#"members.value eq "u-2""#,
    r#"members eq "g-1""#,
    r#"members.value ne "u-2""#,
    r#"not (members.value eq "u-2")"#,
    r#"members.type eq "group""#,
    r#"members[type eq "User" and display co "BABS"]"#,
    r#"members[value eq "u-12" and type eq "User"]"#,
    r#"members.display eq "last""#,
    r#"members.$ref ew "/Groups/g-2""#,
    r#"members[value eq "u-1" or value eq "g-2"]"#,
    r#"meta.resourceType eq "Group""#,
    r#"displayName gt "b" and members.value eq "g-1""#,
];

#[tokio::test]
async fn sql_selects_what_the_evaluator_matches() {
    on_each(async |store| {
        people(&store).await;
        for (kind_name, filters) in [("User", USERS), ("Group", GROUPS)] {
            let kind = kind(kind_name);
            for client in [ONE, TWO] {
                let all = page_of(&store, client, &query(kind_name, None)).await;
                let nums: Vec<_> = all.rows.iter().map(|row| row.num).collect();
                let mut conn = store.read().await.unwrap();
                let members = members::of_groups(&mut conn, TENANT, &nums).await.unwrap();
                let groups = members::of_members(&mut conn, TENANT, &nums).await.unwrap();
                drop(conn);
                let shown: Vec<_> = all.rows.iter().map(|row| rendered(&kind, row, &members, &groups)).collect();
                let long = [1021, 1500, 1501].map(|length| format!(r#"userName eq "{}""#, "a".repeat(length)));
                let more = [
                    format!(r#"userName sw "{}""#, "a".repeat(1500)),
                    format!(r#"userName gt "{}""#, "a".repeat(1500)),
                    format!(r#"userName lt "{}""#, "a".repeat(1010)),
                    r#"userName ew "ab""#.to_owned(),
                    r#"userName co "aab""#.to_owned(),
                    format!(r#"displayName eq "{}""#, "É".repeat(1200)),
                    format!(r#"displayName sw "{}""#, "É".repeat(300)),
                    format!(r#"displayName eq "{}""#, "É".repeat(256)),
                ];
                let filters = filters.iter().map(|text| (*text).to_owned());
                let long = if kind_name == "User" { long.into_iter().chain(more).collect() } else { Vec::new() };
                let single: Vec<_> = filters.chain(long).collect();
                // Every filter in company of others, so that prefilters and negations meet.
                let joined = (0..single.len()).flat_map(|n| {
                    let [a, b, c] = [1, 7, 11].map(|step| &single[(n * step + step) % single.len()]);
                    [
                        format!("({a}) and not ({b})"),
                        format!("({a} or {b}) and {c}"),
                        format!("not ({a} and {c}) or {b}"),
                    ]
                });
                for text in single.iter().cloned().chain(joined) {
                    let filter = compile(&kind, &text);
                    let expected: Vec<_> = all
                        .rows
                        .iter()
                        .zip(&shown)
                        .filter(|(_, shown)| filter.matches(shown))
                        .map(|(row, _)| &row.id)
                        .collect();
                    let found = page_of(&store, client, &query(kind_name, Some(&text))).await;
                    assert_eq!(names(&found), expected, "{:?}: {text}", store.dialect());
                    assert_eq!(found.total, expected.len() as u64, "{text}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lists_are_sorted_with_missing_values_last_and_first_if_descending() {
    on_each(async |store| {
        for (id, attributes) in [
            ("u-1", json!({ "userName": "c", "title": "B", "emails": [{ "value": "z@x" }, { "value": "a@x", "primary": true }] })),
            ("u-2", json!({ "userName": "B", "active": false })),
            ("u-3", json!({ "userName": "a", "title": "b", "active": true, "emails": [{ "value": "M@x" }, { "value": "b@x" }] })),
            ("u-4", json!({ "userName": "ä", "title": "A", "active": false, "roles": [{ "value": "r" }] })),
        ] {
            make(&store, user(id, attributes)).await;
        }
        let admins = make(&store, group("g-1", "x")).await;
        edit(&store, &admins, MemberEdit::Add(ids(&["u-3"]))).await.unwrap();
        let table: &[(&str, [&str; 4], [&str; 4])] = &[
            ("userName", ["u-3", "u-2", "u-1", "u-4"], ["u-4", "u-1", "u-2", "u-3"]),
            ("title", ["u-4", "u-1", "u-3", "u-2"], ["u-2", "u-1", "u-3", "u-4"]),
            ("active", ["u-2", "u-4", "u-3", "u-1"], ["u-1", "u-3", "u-2", "u-4"]),
            ("emails", ["u-1", "u-3", "u-2", "u-4"], ["u-2", "u-4", "u-3", "u-1"]),
            ("emails.value", ["u-1", "u-3", "u-2", "u-4"], ["u-2", "u-4", "u-3", "u-1"]),
            ("emails.primary", ["u-1", "u-2", "u-3", "u-4"], ["u-2", "u-3", "u-4", "u-1"]),
            ("meta.created", ["u-1", "u-2", "u-3", "u-4"], ["u-1", "u-2", "u-3", "u-4"]),
            ("meta.version", ["u-1", "u-2", "u-3", "u-4"], ["u-1", "u-2", "u-3", "u-4"]),
            ("id", ["u-1", "u-2", "u-3", "u-4"], ["u-4", "u-3", "u-2", "u-1"]),
            ("groups.display", ["u-3", "u-1", "u-2", "u-4"], ["u-1", "u-2", "u-4", "u-3"]),
            ("schemas", ["u-1", "u-2", "u-3", "u-4"], ["u-1", "u-2", "u-3", "u-4"]),
            ("name", ["u-1", "u-2", "u-3", "u-4"], ["u-1", "u-2", "u-3", "u-4"]),
        ];
        for (by, ascending, descending) in table {
            for (order, expected) in [(false, ascending), (true, descending)] {
                let mut sorting = sorted("User", by, order);
                assert_eq!(names(&page(&store, &sorting).await), *expected, "{:?} {by} {order}", store.dialect());
                sorting.parts[0].filter = Some(compile(&sorting.parts[0].kind, "id pr"));
                assert_eq!(names(&page(&store, &sorting).await), *expected, "filtered: {by} {order}");
            }
        }
        assert_eq!(names(&page(&store, &sorted("Group", "members.display", false)).await), ["g-1"]);
    })
    .await;
}

#[tokio::test]
async fn pages_partition_a_list_and_always_know_the_total() {
    on_each(async |store| {
        for place in 0..7 {
            make(&store, user(&format!("u-{place}"), json!({ "userName": format!("n{}", 6 - place) }))).await;
        }
        make(&store, group("g-0", "not a user")).await;
        let by_age = ["u-0", "u-1", "u-2", "u-3", "u-4", "u-5", "u-6"];
        let by_name = ["u-6", "u-5", "u-4", "u-3", "u-2", "u-1", "u-0"];
        for (base, order) in [
            (query("User", None), by_age),
            (query("User", Some("userName pr")), by_age),
            (sorted("User", "userName", false), by_name),
        ] {
            for limit in [0, 1, 3, 7, 100] {
                for offset in [0, 2, 6, 7, 500, u64::MAX] {
                    let found = page(&store, &Query { place: Place::Offset(offset), limit, ..base.clone() }).await;
                    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
                    let expected: Vec<_> = order.iter().skip(skip).take(usize::try_from(limit).unwrap()).collect();
                    assert_eq!(
                        found.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
                        expected.iter().map(|id| **id).collect::<Vec<_>>(),
                        "{offset} {limit}"
                    );
                    assert_eq!(found.total, 7);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn several_types_are_searched_and_sorted_together() {
    on_each(async |store| {
        make(&store, user("u-1", json!({ "userName": "m", "displayName": "Mid", "active": true }))).await;
        make(&store, group("g-1", "alpha")).await;
        make(&store, group("g-2", "Zeta")).await;
        let part = |name: &str, filter: &str, sort: Option<&str>| {
            let kind = kind(name);
            Part { filter: Some(compile(&kind, filter)), sort: sort.map(|by| path::resolve(&kind, by).unwrap()), kind }
        };
        let table = [
            (Some("displayName"), Some("displayName"), ["g-1", "u-1", "g-2"]),
            (None, None, ["u-1", "g-1", "g-2"]),
            (Some("active"), None, ["u-1", "g-1", "g-2"]),
            (Some("active"), Some("displayName"), ["g-1", "u-1", "g-2"]),
            (Some("meta.created"), None, ["u-1", "g-1", "g-2"]),
            (Some("userName"), None, ["u-1", "g-1", "g-2"]),
        ];
        for (users, groups, expected) in table {
            let query = Query {
                parts: vec![part("User", "displayName pr", users), part("Group", "displayName pr", groups)],
                ..query("User", None)
            };
            let found = page(&store, &query).await;
            assert_eq!(found.total, 3);
            let mut names = names(&found);
            if (users, groups) == (Some("active"), Some("displayName")) {
                // Keys of different types have no order anybody could expect; the list is whole.
                names.sort_unstable();
                assert_eq!(names, ["g-1", "g-2", "u-1"]);
            } else {
                assert_eq!(names, expected, "{users:?} {groups:?}");
            }
        }
        let none = page(&store, &Query { parts: Vec::new(), ..query("User", None) }).await;
        assert_eq!((none.total, none.rows), (0, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn the_largest_filters_that_are_allowed_can_be_run() {
    on_each(async |store| {
        make(&store, user("u-1", json!({ "userName": "n7", "emails": [{ "value": "n7" }] }))).await;
        let join = |term: &dyn Fn(usize) -> String, word: &str| (0..200).map(term).collect::<Vec<_>>().join(word);
        let nested = (0..15).fold("title pr".to_owned(), |inner, _| format!("not (({inner}))"));
        for (text, total) in [
            (join(&|n| format!("userName eq \"n{n}\""), " or "), 1),
            (join(&|n| format!("emails.value eq \"n{n}\""), " or "), 1),
            (join(&|n| format!("emails[value sw \"n{n}\"]"), " or "), 1),
            (join(&|n| format!("emails.value ne \"x{n}\""), " and "), 1),
            (["groups.value ne \"x\""; 10].join(" and "), 1),
            (format!("not (groups[{}])", join(&|n| format!("value eq \"x{n}\""), " or ")), 1),
            (join(&|n| format!("title co \"x{n}\""), " or "), 0),
            (nested, 1),
        ] {
            assert_eq!(page(&store, &query("User", Some(&text))).await.total, total, "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    on_each(async |store| {
        make(&store, user("u-1", json!({ "userName": "a" }))).await;
        let mut conn = store.read().await.unwrap();
        for filter in [None, Some("userName eq \"a\""), Some("id eq \"u-1\" or userName pr")] {
            let found =
                select::page(&mut conn, Client { tenant: TenantId(2), ..ONE }, &query("User", filter)).await.unwrap();
            assert_eq!((found.total, found.rows), (0, Vec::new()));
        }
        assert_eq!(
            resources::load(&mut conn, Client { tenant: TenantId(2), ..ONE }, &kind("User"), "u-1").await.unwrap(),
            None
        );
        assert_eq!(resources::load(&mut conn, ONE, &kind("Group"), "u-1").await.unwrap(), None);
    })
    .await;
}

/// The words of the database's own plan.
async fn plan(store: &Store, text: &str) -> String {
    let conn = store.read().await.unwrap();
    let sql = select::statement(conn.sql(), ONE, &query("User", Some(text)));
    drop(conn);
    store.explain(sql).await
}

#[tokio::test]
async fn lookups_of_identity_providers_use_an_index() {
    on_each(async |store| {
        let mut users = Vec::new();
        for place in 0..2000 {
            users.push(user(
                &format!("u-{place}"),
                json!({ "userName": format!("n{place}"), "externalId": format!("e{place}"),
                        "emails": [{ "value": format!("m{place}@x.example"), "type": "work" }] }),
            ));
        }
        store.write(Work::All(users)).await.unwrap();
        if store.dialect() == Dialect::Postgres {
            store.analyze().await;
        }
        let by_number = match store.dialect() {
            Dialect::Sqlite => "INTEGER PRIMARY KEY",
            Dialect::Postgres => "resource_pkey",
        };
        for (text, index) in [
            (r#"userName eq "n5""#, "resource_name"),
            (r#"externalId eq "e5""#, "external_id_value"),
            (r#"externalId sw "e199""#, "external_id_value"),
            (r#"externalId eq "e5" and active eq true"#, "external_id_value"),
            (r#"externalId eq "e5" or userName eq "n5""#, "external_id_value"),
            (r#"id eq "u-5""#, "resource_id"),
            ("numericId eq 5", by_number),
            ("numericId eq 5 or userName eq \"n5\"", by_number),
            (r#"emails.value eq "m5@x.example""#, "attr_index"),
            (r#"emails[type eq "work" and value eq "m5@x.example"]"#, "attr_index"),
            (r#"meta.lastModified gt "2026-02-01T00:00:00Z""#, "resource_modified"),
            (r#"userName sw "n199""#, "resource_name"),
            (r#"displayName eq "nobody" and active eq true"#, "attr_index"),
        ] {
            let plan = plan(&store, text).await;
            assert!(plan.contains(index), "{:?}: {text} should use {index}:\n{plan}", store.dialect());
            assert!(!plan.contains("Seq Scan on resource") && !plan.contains("SCAN r\n"), "{text}:\n{plan}");
        }
    })
    .await;
}
