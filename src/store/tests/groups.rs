//! Memberships.

use super::*;
use crate::store::dialect::Dialect;

async fn members_of(store: &Store, group: &Row) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let members = members::of_groups(&mut conn, TENANT, &[group.num]).await.unwrap();
    members.into_iter().map(|member| member.id).collect()
}

fn filter_of(text: &str) -> Filter {
    // What stands between the brackets of a PATCH path is relative to the element.
    match compile(&kind("Group"), &format!("members[{text}]")) {
        Filter::Element { filter, .. } => *filter,
        other => panic!("not a value path: {other:?}"),
    }
}

#[tokio::test]
async fn edits_add_remove_and_replace_members() {
    on_each(async |store| {
        for id in ["u-1", "u-2", "u-3", "u-4"] {
            make(&store, user(id, json!({ "userName": id, "displayName": format!("Name {id}") }))).await;
        }
        let inner = make(&store, group("g-2", "inner")).await;
        let group = make(&store, group("g-1", "outer")).await;
        let add = |list: &[&str]| MemberEdit::Add(ids(list));
        let table: Vec<(MemberEdit, bool, &[&str])> = vec![
            (add(&[]), false, &[]),
            (add(&["u-2", "u-1", "u-2"]), true, &["u-1", "u-2"]),
            (add(&["u-1"]), false, &["u-1", "u-2"]),
            (add(&["u-3", "g-2", "u-4"]), true, &["u-1", "u-2", "u-3", "u-4", "g-2"]),
            (MemberEdit::Remove(ids(&["u-4", "nobody"])), true, &["u-1", "u-2", "u-3", "g-2"]),
            (MemberEdit::Remove(ids(&["u-4"])), false, &["u-1", "u-2", "u-3", "g-2"]),
            (MemberEdit::RemoveWhere(filter_of(r#"value eq "u-2""#)), true, &["u-1", "u-3", "g-2"]),
            (MemberEdit::RemoveWhere(filter_of(r#"value eq "u-2""#)), false, &["u-1", "u-3", "g-2"]),
            (MemberEdit::RemoveWhere(filter_of(r#"type eq "group" or display eq "NAME U-3""#)), true, &["u-1"]),
            (MemberEdit::Replace(ids(&["u-1"])), false, &["u-1"]),
            (MemberEdit::Replace(ids(&["u-2", "g-2"])), true, &["u-2", "g-2"]),
            (MemberEdit::RemoveWhere(filter_of(r#"$ref ew "/Users/u-2""#)), true, &["g-2"]),
            (MemberEdit::Replace(ids(&[])), true, &[]),
        ];
        for (change, changed, after) in table {
            assert_eq!(edit(&store, &group, change.clone()).await.unwrap(), changed, "{change:?}");
            assert_eq!(members_of(&store, &group).await, after, "{change:?}");
        }
        assert!(members_of(&store, &inner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_unknown_member_is_named_and_nothing_is_changed() {
    on_each(async |store| {
        make(&store, user("u-1", json!({ "userName": "a" }))).await;
        let group = make(&store, group("g-1", "g")).await;
        for change in [MemberEdit::Add(ids(&["u-1", "x-1", "x-2"])), MemberEdit::Replace(ids(&["u-1", "x-1", "x-2"]))] {
            let refused = edit(&store, &group, change).await.unwrap_err();
            assert!(matches!(&refused, Error::UnknownMember(id) if id == "x-1"), "{refused:?}");
        }
        assert!(members_of(&store, &group).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_group_cannot_contain_itself() {
    on_each(async |store| {
        let group = make(&store, group("g-0", "g-0")).await;
        for edits in [MemberEdit::Add(ids(&["g-0"])), MemberEdit::Replace(ids(&["g-0"]))] {
            let refused = edit(&store, &group, edits).await.unwrap_err();
            assert!(matches!(refused, Error::OwnMember), "{refused:?}");
        }
        assert!(members_of(&store, &group).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn two_edits_at_once_can_make_a_ring() {
    on_each(async |store| {
        for round in 0..5 {
            let (left, right) = (format!("l-{round}"), format!("r-{round}"));
            let (a, b) = (make(&store, group(&left, &left)).await, make(&store, group(&right, &right)).await);
            let (first, second) = tokio::join!(
                edit(&store, &a, MemberEdit::Add(vec![right.clone()])),
                edit(&store, &b, MemberEdit::Add(vec![left.clone()])),
            );
            assert!(first.unwrap() && second.unwrap());
            assert_eq!((members_of(&store, &a).await, members_of(&store, &b).await), (vec![right], vec![left]));
        }
    })
    .await;
}

#[tokio::test]
async fn climbing_a_ring_ends_and_tells_direct_from_indirect() {
    on_each(async |store| {
        let user = make(&store, user("u-1", json!({ "userName": "a" }))).await;
        let mut groups = Vec::new();
        for id in ["g-0", "g-1", "g-2"] {
            groups.push(make(&store, group(id, id)).await);
        }
        for (place, members) in [(0, &["g-1", "u-1"] as &[&str]), (1, &["g-2"]), (2, &["g-0"])] {
            edit(&store, &groups[place], MemberEdit::Add(ids(members))).await.unwrap();
        }
        let found = async || {
            let mut conn = store.read().await.unwrap();
            let found = members::of_members(&mut conn, TENANT, &[user.num]).await.unwrap();
            found.into_iter().map(|group| (group.id, group.direct)).collect::<Vec<_>>()
        };
        let named =
            |list: &[(&str, bool)]| list.iter().map(|(id, direct)| ((*id).to_owned(), *direct)).collect::<Vec<_>>();
        assert_eq!(found().await, named(&[("g-0", true), ("g-1", false), ("g-2", false)]));
        for id in ["g-0", "g-1", "g-2"] {
            let filter = format!("groups eq \"{id}\"");
            assert_eq!(page(&store, &query("User", Some(&filter))).await.total, 1, "{filter}");
        }
        assert_eq!(page(&store, &query("User", Some("groups.display sw \"G-1\""))).await.total, 1);
        let gone = load(&store, "Group", "g-2").await.unwrap();
        store.write(Work::Remove(gone)).await.unwrap();
        assert_eq!(found().await, named(&[("g-0", true)]));
        assert!(members_of(&store, &groups[1]).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn groups_of_a_member_are_found_through_nested_groups() {
    on_each(async |store| {
        let user = make(&store, user("u-1", json!({ "userName": "a" }))).await;
        let mut groups = Vec::new();
        for id in ["g-0", "g-1", "g-2"] {
            groups.push(make(&store, group(id, id)).await);
        }
        edit(&store, &groups[0], MemberEdit::Add(ids(&["u-1"]))).await.unwrap();
        edit(&store, &groups[1], MemberEdit::Add(ids(&["g-0"]))).await.unwrap();
        edit(&store, &groups[2], MemberEdit::Add(ids(&["g-1", "u-1"]))).await.unwrap();
        let mut conn = store.read().await.unwrap();
        let found = members::of_members(&mut conn, TENANT, &[user.num]).await.unwrap();
        let found: Vec<_> = found.iter().map(|group| (group.id.as_str(), group.direct)).collect();
        assert_eq!(found, [("g-0", true), ("g-1", false), ("g-2", true)]);
        for (limit, more) in [(0, true), (1, true), (2, false), (3, false)] {
            assert_eq!(members::more_than(&mut conn, TENANT, groups[2].num, limit).await.unwrap(), more);
        }
    })
    .await;
}

#[tokio::test]
async fn removing_a_member_bumps_the_groups_it_was_in() {
    on_each(async |store| {
        let user_row = make(&store, user("u-1", json!({ "userName": "a", "emails": [{ "value": "a@x" }] }))).await;
        let inner = make(&store, group("g-1", "inner")).await;
        let outer = make(&store, group("g-2", "outer")).await;
        edit(&store, &inner, MemberEdit::Add(ids(&["u-1"]))).await.unwrap();
        edit(&store, &outer, MemberEdit::Add(ids(&["g-1"]))).await.unwrap();
        store.write(Work::Remove(user_row)).await.unwrap();
        assert_eq!(load(&store, "User", "u-1").await, None);
        let (after, above) = (load(&store, "Group", "g-1").await.unwrap(), load(&store, "Group", "g-2").await.unwrap());
        assert_eq!((after.version, above.version), (2, 1));
        assert!(after.modified > inner.modified);
        assert!(members_of(&store, &inner).await.is_empty());
        // Its name and address are free again.
        make(&store, user("u-2", json!({ "userName": "A", "emails": [{ "value": "a@x" }] }))).await;
        assert_eq!(page(&store, &query("User", Some("emails.value eq \"A@X\""))).await.total, 1);
        store.write(Work::Remove(after)).await.unwrap();
        assert!(members_of(&store, &outer).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_member_named_by_id_is_found_by_it_in_a_group_of_any_size() {
    on_each(async |store| {
        let group = make(&store, group("g-1", "g")).await;
        let list: Vec<_> = (0..3000).map(|place| format!("u-{place}")).collect();
        let users = list.iter().map(|id| user(id, json!({ "userName": id }))).collect();
        store.write(Work::All(users)).await.unwrap();
        assert!(edit(&store, &group, MemberEdit::Add(list)).await.unwrap());
        if store.dialect() == Dialect::Postgres {
            store.analyze().await;
        }
        for text in [r#"value eq "u-7""#, r#"value eq "u-7" or value eq "u-8""#, r#"value eq "u-7" and type eq "User""#]
        {
            let conn = store.read().await.unwrap();
            let sql = members::removal(conn.sql(), TENANT, group.num, &filter_of(text), BASE);
            drop(conn);
            let plan = store.explain(sql).await;
            assert!(
                plan.contains("resource_id") && !plan.contains("Seq Scan"),
                "{:?}: {text}:\n{plan}",
                store.dialect()
            );
        }
        let conn = store.read().await.unwrap();
        let addition = members::addition(conn.sql(), TENANT, group.num, &ids(&["u-7", "u-8"]));
        let climb = members::climb(conn.sql(), TENANT, &[group.num + 8]);
        drop(conn);
        for (sql, index) in [(addition, "resource_id"), (climb, "member_nested")] {
            let plan = store.explain(sql).await;
            let walks = plan.contains("Seq Scan") || plan.contains("(tenant=?)");
            assert!(plan.contains(index) && !walks, "{:?}:\n{plan}", store.dialect());
        }
        assert!(edit(&store, &group, MemberEdit::RemoveWhere(filter_of(r#"value eq "u-7""#))).await.unwrap());
        assert_eq!(members_of(&store, &group).await.len(), 2999);
    })
    .await;
}
