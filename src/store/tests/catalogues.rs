//! Entries of catalogues: names without regard to case, ids in order, writers in parallel.

use super::*;
use crate::store::catalogues::{self, Entry};
use crate::store::tenants;
use std::collections::BTreeSet;

#[derive(Clone)]
enum Step {
    Ensure(Vec<&'static str>),
    Insert(Option<i64>, &'static str),
    Change(i64, &'static str, bool),
    Remove(i64),
    Keep(Vec<i64>),
    RemoveTenant,
}

impl Unit for Step {
    type Output = Vec<(i64, String)>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Self::Output, Error> {
        let entries = match self {
            Self::Ensure(names) => {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                catalogues::ensure(conn, TENANT, "roles", &names).await?
            }
            Self::Insert(id, name) => vec![catalogues::insert(conn, TENANT, "roles", *id, name, false).await?],
            Self::Change(id, name, standard) => {
                let entry = Entry { id: *id, name: (*name).to_owned(), standard: *standard };
                catalogues::rename(conn, TENANT, "roles", &entry).await?;
                catalogues::lock(conn, TENANT, "roles", *id).await?.into_iter().collect()
            }
            Self::Remove(id) => {
                return Ok(vec![(i64::from(catalogues::remove(conn, TENANT, "roles", *id).await?), String::new())]);
            }
            Self::Keep(ids) => {
                let kept = catalogues::keep(conn, TENANT, "roles", ids).await?;
                return Ok(kept.into_iter().map(|id| (id, String::new())).collect());
            }
            Self::RemoveTenant => {
                tenants::remove(conn, TENANT).await?;
                Vec::new()
            }
        };
        Ok(entries.into_iter().map(|entry| (entry.id, entry.name)).collect())
    }
}

fn pairs(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    expected.iter().map(|(id, name)| (*id, (*name).to_owned())).collect()
}

#[tokio::test]
async fn a_name_is_found_in_any_case_or_made_with_the_next_id() {
    on_each(async |store| {
        assert_eq!(store.write(Step::Insert(Some(11_568_264_920_467), "Admin")).await.unwrap().len(), 1);
        let names = store.write(Step::Ensure(vec!["Straße", "ADMIN", "STRASSE", "User"])).await.unwrap();
        let street = (11_568_264_920_468, "Straße");
        let expected = [street, (11_568_264_920_467, "Admin"), street, (11_568_264_920_469, "User")];
        assert_eq!(names, pairs(&expected));
        assert_eq!(store.write(Step::Ensure(vec!["user"])).await.unwrap(), pairs(&[(11_568_264_920_469, "User")]));
        assert_eq!(store.write(Step::Ensure(vec![])).await.unwrap(), []);
        let mut conn = store.read().await.unwrap();
        assert_eq!(catalogues::list(&mut conn, TENANT, "roles").await.unwrap().len(), 3);
        assert_eq!(catalogues::list(&mut conn, TENANT, "plans").await.unwrap(), []);
        assert_eq!(catalogues::list(&mut conn, TenantId(2), "roles").await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn ids_and_names_that_are_taken_are_told_apart() {
    on_each(async |store| {
        for (id, name, answer) in [
            (Some(7), "Admin", Ok(7)),
            (None, "User", Ok(8)),
            (Some(7), "Other", Err("id")),
            (Some(9), "aDMIN", Err("name")),
            (None, "aDMIN", Err("name")),
            (Some(7), "Admin", Err("id")),
        ] {
            let made = store.write(Step::Insert(id, name)).await;
            match answer {
                Ok(id) => assert_eq!(made.unwrap(), pairs(&[(id, name)])),
                Err(which) => assert!(matches!(&made, Err(Error::Unique(taken)) if taken == which), "{made:?}"),
            }
        }
        assert!(matches!(store.write(Step::Change(7, "USER", false)).await, Err(Error::Unique(_))));
        assert_eq!(store.write(Step::Change(7, "ADMIN", true)).await.unwrap(), pairs(&[(7, "ADMIN")]));
        let mut conn = store.read().await.unwrap();
        assert!(catalogues::list(&mut conn, TENANT, "roles").await.unwrap()[0].standard);
        assert_eq!(store.write(Step::Keep(vec![9, 8, 7])).await.unwrap(), pairs(&[(7, ""), (8, "")]));
        for removed in [1, 0] {
            assert_eq!(store.write(Step::Remove(7)).await.unwrap(), pairs(&[(removed, "")]));
        }
        assert_eq!(store.write(Step::Keep(vec![7])).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn parallel_writers_make_each_name_once_and_each_id_once() {
    on_each(async |store| {
        let names = ["a", "b", "c", "d", "e", "f"];
        let tasks = (0..12).map(|turn| {
            let mut names = names.to_vec();
            names.rotate_left(turn % 6);
            let store = store.clone();
            tokio::spawn(async move { store.write(Step::Ensure(names)).await.unwrap() })
        });
        let mut found = BTreeSet::new();
        for task in tasks.collect::<Vec<_>>() {
            found.extend(task.await.unwrap());
        }
        let ids: BTreeSet<i64> = found.iter().map(|(id, _)| *id).collect();
        assert_eq!((found.len(), ids), (6, (1..=6).collect()));
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_is_gone_gets_no_entries() {
    on_each(async |store| {
        store.write(Step::Ensure(vec!["a"])).await.unwrap();
        store.write(Step::RemoveTenant).await.unwrap();
        assert_eq!(store.count("SELECT count(*) FROM catalogue").await, 0);
        for step in [Step::Ensure(vec!["a"]), Step::Insert(None, "b"), Step::Insert(Some(1), "c")] {
            assert!(matches!(store.write(step).await, Err(Error::Stale)));
        }
    })
    .await;
}
