//! Walks by cursor and by index while others write: nobody is lost, and by one walk nobody is seen twice.

use crate::paging::{QUERIES, cursor, forward, ids, url};
use crate::server::{Api, both};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

both! {
    walks_by_cursor_lose_nobody_while_others_write,
    walks_by_index_lose_nobody_while_others_write,
    walks_lose_nobody_among_writers_of_their_own_pace,
    a_page_by_index_can_be_asked_for_again,
    several_walks_by_index_at_once_lose_nobody,
}

/// Users of whom some stay, some change what they are sorted by, and some go, while others come.
struct Crowd {
    api: Api,
    stay: Vec<String>,
    move_about: Vec<String>,
    go: Vec<String>,
    turn: usize,
}

impl Crowd {
    async fn gather(api: &Api, number: usize) -> Self {
        let mut crowd = Self { api: api.clone(), stay: Vec::new(), move_about: Vec::new(), go: Vec::new(), turn: 0 };
        for place in 0..number {
            // Their names have nothing to do with the order they come in.
            let body = json!({
                "userName": format!("a{:04}", place * 617 % 1009),
                "name": { "familyName": format!("F{}", place % 13) },
                "title": format!("T{:02}", place * 31 % 97),
            });
            let id = api.post("/Users", &body).send().await.is(201).id();
            [&mut crowd.stay, &mut crowd.move_about, &mut crowd.go][place % 3].push(id);
            api.clock.advance(1_000);
        }
        crowd
    }

    /// Two go, of those who are left the first and the last; one comes; two change.
    async fn disturb(&mut self) {
        self.api.clock.advance(1_000);
        self.turn += 1;
        let turn = self.turn;
        for place in [0, self.go.len().saturating_sub(2)] {
            if place < self.go.len() {
                let id = self.go.remove(place);
                self.api.delete(&format!("/Users/{id}")).send().await.is(204);
            }
        }
        let name = format!("{}{turn}", ["A", "a0500x", "zz"][turn % 3]);
        let body = json!({ "userName": name, "title": format!("T{}", turn % 90) });
        // Of the walks before this one some are left.
        let come = self.api.post("/Users", &body).send().await;
        if come.status == 201 {
            let id = come.id();
            let place = (turn * 7) % (self.go.len() + 1);
            self.go.insert(place, id);
        }
        for step in [0, self.move_about.len() / 2] {
            let id = &self.move_about[(turn * 5 + step) % self.move_about.len()];
            let operations = if turn.is_multiple_of(4) {
                json!([{ "op": "remove", "path": "title" }])
            } else {
                json!([{ "op": "replace", "path": "title", "value": format!("T{:02}-{turn}", turn * 37 % 97) },
                       { "op": "replace", "path": "name.familyName", "value": format!("F{}", turn % 13) }])
            };
            self.api.patch(&format!("/Users/{id}"), &operations).send().await.is(200);
        }
    }

    /// Each of those who lived through a walk was seen once.
    fn check<'a>(seen: &[String], expected: impl IntoIterator<Item = &'a String>, what: &str) {
        let mut times: HashMap<&String, usize> = HashMap::new();
        for id in seen {
            *times.entry(id).or_default() += 1;
        }
        let expected: Vec<_> = expected.into_iter().collect();
        let missing = expected.iter().filter(|id| !times.contains_key(**id)).count();
        let twice = expected.iter().filter(|id| times.get(**id).is_some_and(|times| *times > 1)).count();
        assert_eq!((missing, twice), (0, 0), "{what}: (missing, twice) of {}", expected.len());
    }
}

async fn walks_by_cursor_lose_nobody_while_others_write(api: Api) {
    for query in QUERIES {
        let mut crowd = Crowd::gather_anew(&api, 90).await;
        for back in [false, true] {
            let mut seen = Vec::new();
            let mut at = String::new();
            if back {
                // From the last page of a walk to its first.
                let pages = forward(&api, |cursor| url("/Users", *query, &format!("count=7&cursor={cursor}"))).await;
                let last = pages.last().unwrap();
                seen = ids(last);
                cursor(last, "previousCursor").unwrap().clone_into(&mut at);
            }
            loop {
                let path = url("/Users", *query, &format!("count=7&cursor={at}"));
                let page = api.get(&path).send().await.is(200);
                seen.extend(ids(&page));
                crowd.disturb().await;
                let Some(next) = cursor(&page, if back { "previousCursor" } else { "nextCursor" }) else { break };
                at = next.to_owned();
            }
            Crowd::check(&seen, crowd.stay.iter().chain(&crowd.move_about), &format!("{query:?} back: {back}"));
        }
    }
}

/// What a client does that knows of nothing but indexes.
struct IndexWalk {
    query: (&'static str, &'static str, bool),
    count: usize,
    start: usize,
    seen: Vec<String>,
    ended: bool,
}

impl IndexWalk {
    fn new(query: (&'static str, &'static str, bool), count: usize) -> Self {
        Self { query, count, start: 1, seen: Vec::new(), ended: false }
    }

    /// The path of the next page.
    fn path(&self) -> String {
        url("/Users", self.query, &format!("startIndex={}&count={}", self.start, self.count))
    }

    /// The next page; false after the last.
    async fn go_on(&mut self, api: &Api) -> bool {
        if self.ended {
            return false;
        }
        let page = api.get(&self.path()).send().await.is(200);
        assert_eq!(page.json["startIndex"], self.start);
        let found = ids(&page);
        self.start += found.len();
        self.ended =
            found.is_empty() || self.start > usize::try_from(page.json["totalResults"].as_u64().unwrap()).unwrap();
        self.seen.extend(found);
        true
    }
}

impl Crowd {
    /// The same after all who were there before have gone.
    async fn gather_anew(api: &Api, number: usize) -> Self {
        for id in ids(&api.get("/Users?count=1000&attributes=id").send().await.is(200)) {
            api.delete(&format!("/Users/{id}")).send().await.is(204);
        }
        Self::gather(api, number).await
    }

    /// Whose place in the order does not change.
    fn steady(&self, sort_by: &str) -> Vec<String> {
        let moving = ["title", "name.familyName", "meta.lastModified"].contains(&sort_by);
        self.stay.iter().chain(self.move_about.iter().filter(|_| !moving)).cloned().collect()
    }
}

async fn walks_by_index_lose_nobody_while_others_write(api: Api) {
    for query in QUERIES {
        let mut crowd = Crowd::gather_anew(&api, 90).await;
        let steady = crowd.steady(query.1);
        for _ in 0..2 {
            let mut walk = IndexWalk::new(*query, 7);
            while walk.go_on(&api).await {
                crowd.disturb().await;
            }
            Crowd::check(&walk.seen, &steady, &format!("{query:?}"));
        }
    }
}

async fn walks_lose_nobody_among_writers_of_their_own_pace(api: Api) {
    for query in [QUERIES[0], QUERIES[6], QUERIES[3]] {
        let mut crowd = Crowd::gather_anew(&api, 150).await;
        let (steady, lasting) = (crowd.steady(query.1), [crowd.stay.clone(), crowd.move_about.clone()].concat());
        let stop = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move {
                while !stop.load(Ordering::Relaxed) {
                    crowd.disturb().await;
                }
            }
        });
        for _ in 0..3 {
            let pages = forward(&api, |cursor| url("/Users", query, &format!("count=10&cursor={cursor}"))).await;
            let seen: Vec<String> = pages.iter().flat_map(ids).collect();
            Crowd::check(&seen, &lasting, &format!("by cursor {query:?}"));
            let mut walk = IndexWalk::new(query, 10);
            while walk.go_on(&api).await {}
            Crowd::check(&walk.seen, &steady, &format!("by index {query:?}"));
        }
        stop.store(true, Ordering::Relaxed);
        writer.await.unwrap();
    }
}

async fn a_page_by_index_can_be_asked_for_again(api: Api) {
    for query in [QUERIES[0], QUERIES[2], QUERIES[6]] {
        let mut crowd = Crowd::gather_anew(&api, 60).await;
        let steady = crowd.steady(query.1);
        let mut walk = IndexWalk::new(query, 9);
        let mut paths = vec![walk.path()];
        while walk.go_on(&api).await {
            // The answer was lost on its way, and so was that of the page before.
            for path in paths.iter().rev().take(2) {
                api.get(path).send().await.is(200);
            }
            paths.push(walk.path());
            crowd.disturb().await;
        }
        Crowd::check(&walk.seen, &steady, &format!("{query:?}"));
    }
}

async fn several_walks_by_index_at_once_lose_nobody(api: Api) {
    for query in [QUERIES[0], QUERIES[2], QUERIES[6]] {
        let mut crowd = Crowd::gather_anew(&api, 90).await;
        let steady = crowd.steady(query.1);
        let mut walks = [0, 1, 2].map(|_| IndexWalk::new(query, 7));
        let mut turn = 0;
        while walks.iter().any(|walk| !walk.ended) {
            // One is quick, one slow, one begins late.
            turn += 1;
            for (number, every, from) in [(0, 1, 0), (1, 3, 0), (2, 2, 9)] {
                if turn % every == 0 && turn >= from {
                    walks[number].go_on(&api).await;
                }
            }
            crowd.disturb().await;
        }
        for (number, walk) in walks.iter().enumerate() {
            let missing = steady.iter().filter(|id| !walk.seen.contains(id)).count();
            assert_eq!(missing, 0, "{query:?} {number}");
        }
    }
}
