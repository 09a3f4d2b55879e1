//! Walks through a large directory, by cursor and by index, while eight clients write into it: who is
//! missing, who comes twice, and what a page near the end costs against the first one.

use crate::client::{self, Client};
use crate::fill::Filled;
use crate::median;
use crate::place::Place;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const WRITERS: usize = 8;
/// Results on a page.
const COUNT: usize = 200;

/// A kind of walk: its name, whether it goes by cursor, and what it asks.
const WALKS: &[(&str, bool, &str, &str)] = &[
    ("cursor", true, "", ""),
    ("cursor, filter", true, "active eq true", ""),
    ("cursor, sorted by title", true, "", "title"),
    ("index", false, "", ""),
    ("index, filter", false, "active eq true", ""),
    ("index, sorted by userName", false, "", "userName"),
];

/// What was found out about one kind of walk.
pub struct Line {
    name: &'static str,
    first: Duration,
    late: Duration,
    missing: usize,
    twice: usize,
    of: usize,
    written: usize,
}

/// A walk on its way.
struct Walk {
    by_cursor: bool,
    rest: String,
    at: String,
    seen: usize,
}

impl Walk {
    fn new(by_cursor: bool, filter: &str, sort_by: &str) -> Self {
        // A filter or an attribute that is empty is none.
        let rest = format!("&count={COUNT}&attributes=id&filter={}&sortBy={sort_by}", client::encode(filter));
        Self { by_cursor, rest, at: if by_cursor { String::new() } else { "1".to_owned() }, seen: 0 }
    }

    fn path(&self) -> String {
        let parameter = if self.by_cursor { "cursor" } else { "startIndex" };
        format!("/Users?{parameter}={}{}", self.at, self.rest)
    }

    /// The ids of the next page; false after the last.
    fn go_on(&mut self, client: &mut Client, mut see: impl FnMut(String)) -> bool {
        let page: Value = serde_json::from_str(&client.send("GET", &self.path(), "")).unwrap();
        let found = page["Resources"].as_array().unwrap();
        self.seen += found.len();
        for resource in found {
            see(resource["id"].as_str().unwrap().to_owned());
        }
        if self.by_cursor {
            page["nextCursor"].as_str().unwrap_or_default().clone_into(&mut self.at);
            !self.at.is_empty()
        } else {
            self.at = (self.seen + 1).to_string();
            !found.is_empty() && self.seen < usize::try_from(page["totalResults"].as_u64().unwrap()).unwrap()
        }
    }
}

/// Measures every kind of walk.
pub fn measure(place: &Place, filled: &Filled, requests: usize) -> Vec<Line> {
    let server = place.serve();
    let mut client = Client::connect(&server.address);
    // Every fifth may go; some of the others change, whom no walk may lose for that.
    let (mut going, staying): (Vec<_>, Vec<_>) = filled.ids.iter().enumerate().partition(|(number, _)| number % 5 == 0);
    let lines = WALKS.iter().map(|(name, by_cursor, filter, sort_by)| {
        let mut quiet = Walk::new(*by_cursor, filter, sort_by);
        let turns = requests.min(20);
        let first = quiet.path();
        let first = median(turns, |_| drop(client.send("GET", &first, "")));
        let total =
            walk_to(&mut quiet, &mut client, filled.ids.len() * 9 / 10 * if filter.is_empty() { 10 } else { 9 } / 10);
        let late = quiet.path();
        let late = median(turns, |_| drop(client.send("GET", &late, "")));
        eprintln!("{name}: {total} results before the late page");
        // A walk that nobody ends would be taken into account when the next one comes to the same place.
        while quiet.go_on(&mut client, drop) {}

        let mut walk = Walk::new(*by_cursor, filter, sort_by);
        let mut times: HashMap<String, usize> = HashMap::new();
        let (stop, written) = (AtomicBool::new(false), AtomicUsize::new(0));
        // Some go with each kind of walk.
        let leaving: Vec<_> = going.drain(..going.len().min(filled.ids.len() / 40)).collect();
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (address, stop, written, leaving, staying) = (&server.address, &stop, &written, &leaving, &staying);
                scope.spawn(move || {
                    let mut client = Client::connect(address);
                    let mut leaving = leaving.iter().skip(writer).step_by(WRITERS);
                    let mut own = Vec::new();
                    let mut turn = writer;
                    while !stop.load(Ordering::Relaxed) {
                        turn += WRITERS;
                        let leaving = leaving.next().map(|(_, id)| id.as_str());
                        let changes = write(&mut client, turn, &mut own, leaving, staying);
                        written.fetch_add(usize::from(changes), Ordering::Relaxed);
                    }
                });
            }
            while walk.go_on(&mut client, |id| *times.entry(id).or_default() += 1) {}
            stop.store(true, Ordering::Relaxed);
        });
        let expected =
            staying.iter().filter(|(number, _)| filter.is_empty() || !number.is_multiple_of(10)).map(|(_, id)| *id);
        let expected: Vec<&String> = expected.collect();
        Line {
            name,
            first,
            late,
            missing: expected.iter().filter(|id| !times.contains_key(**id)).count(),
            twice: expected.iter().filter(|id| times.get(**id).is_some_and(|times| *times > 1)).count(),
            of: expected.len(),
            written: written.into_inner(),
        }
    });
    lines.collect()
}

/// Goes on until so many results were seen; answers how many.
fn walk_to(walk: &mut Walk, client: &mut Client, results: usize) -> usize {
    while walk.seen + COUNT < results && walk.go_on(client, drop) {}
    walk.seen
}

/// One of four changes: somebody comes, changes, goes. False if there was nobody to go.
fn write(
    client: &mut Client,
    turn: usize,
    own: &mut Vec<String>,
    leaving: Option<&str>,
    staying: &[(usize, &String)],
) -> bool {
    match turn / WRITERS % 4 {
        0 => {
            let chance = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
            let name = ["aaa", "person.0050000", "zzz"][turn % 3];
            let body = json!({ "userName": format!("{name}.{chance}.{turn}"), "title": "Guest" });
            let made: Value = serde_json::from_str(&client.send("POST", "/Users", &body.to_string())).unwrap();
            own.push(made["id"].as_str().unwrap().to_owned());
        }
        1 => {
            let (_, id) = staying[turn * 7919 % staying.len()];
            let title = ["Baker", "Engineer", "Zoologist", "Manager"][turn % 4];
            let body =
                json!({ "Operations": [{ "op": "replace", "path": "title", "value": format!("{title} {turn}") }] });
            client.send("PATCH", &format!("/Users/{id}"), &body.to_string());
        }
        2 => {
            let Some(id) = leaving else { return false };
            client.send("DELETE", &format!("/Users/{id}"), "");
        }
        _ => {
            let Some(id) = own.pop() else { return false };
            client.send("DELETE", &format!("/Users/{id}"), "");
        }
    }
    true
}

/// Prints the lines of one database.
pub fn print(database: &str, users: usize, lines: &[Line]) {
    println!("\n### Walks, {database}, {users} users, pages of {COUNT}, {WRITERS} writers\n");
    println!("| walk | first page | page at 90 % | ratio | missing | twice | of | changes meanwhile |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for Line { name, first, late, missing, twice, of, written } in lines {
        let milliseconds = |time: &Duration| time.as_secs_f64() * 1000.0;
        println!(
            "| {name} | {:.2} ms | {:.2} ms | {:.2} | {missing} | {twice} | {of} | {written} |",
            milliseconds(first),
            milliseconds(late),
            late.as_secs_f64() / first.as_secs_f64()
        );
    }
}
