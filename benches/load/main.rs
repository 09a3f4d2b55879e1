//! What a request costs in a small and in a large directory, on SQLite and on Postgres.
//!
//! The directory is filled through the same verbs the surfaces call, then the real binary is started
//! over it and one client asks over HTTP on one connection. Printed are medians, and their ratio
//! between the sizes: what is found through an index must not grow with the directory.
//!
//!     ROSTER_TEST_POSTGRES=postgres://… cargo bench --bench load
//!     LOAD_USERS=1000,10000 LOAD_REQUESTS=50 cargo bench --bench load
//!     LOAD_ONLY=bulk cargo bench --bench load

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a harness, not the server"
)]

mod bulk;
mod client;
mod fill;
mod place;
mod walk;

use client::Client;
use fill::Filled;
use place::Place;
use std::time::{Duration, Instant};

/// The median of each measurement, by its name.
type Column = Vec<(&'static str, Duration)>;

fn setting(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

fn main() {
    // `cargo test --benches` and `cargo clippy` must not load a hundred thousand users.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let sizes: Vec<usize> =
        setting("LOAD_USERS", "1000,100000").split(',').map(|size| size.trim().parse().expect("a number")).collect();
    let requests: usize = setting("LOAD_REQUESTS", "200").parse().expect("a number");
    let only = setting("LOAD_ONLY", "");
    let wanted = |part: &str| only.is_empty() || only == part;
    if wanted("bulk") {
        ["SQLite", "Postgres"].into_iter().for_each(bulk::compare);
    }
    if only == "bulk" {
        return;
    }
    for database in ["SQLite", "Postgres"] {
        let mut columns = Vec::new();
        let mut walks = None;
        for users in &sizes {
            let Some(place) = Place::make(database) else {
                eprintln!("POSTGRES LEFT OUT: set ROSTER_TEST_POSTGRES");
                break;
            };
            let started = Instant::now();
            let filled = fill::directory(&place.url, *users);
            eprintln!("{database}: {users} users in {:.1} s", started.elapsed().as_secs_f64());
            if wanted("requests") {
                columns.push(measure(&place, &filled, requests));
            }
            if Some(users) == sizes.iter().max() && wanted("walks") {
                walks = Some((*users, walk::measure(&place, &filled, requests)));
            }
            place.remove();
        }
        if !columns.is_empty() {
            print(database, &sizes, &columns);
        }
        if let Some((users, lines)) = walks {
            walk::print(database, users, &lines);
        }
    }
}

fn measure(place: &Place, filled: &Filled, requests: usize) -> Column {
    let server = place.serve();
    let mut client = Client::connect(&server.address);
    let users = filled.ids.len();
    // Far apart and never the same twice in a row.
    let some = |turn: usize| (turn * 7919 + 13) % users;
    let mut column = Column::new();
    let mut read = |name: &'static str, path: &dyn Fn(usize) -> String, hits: Option<usize>| {
        let median = median(requests, |turn| {
            let body = client.send("GET", &path(turn), "");
            if let Some(hits) = hits {
                assert!(body.contains(&format!("\"totalResults\":{hits},")), "{name}: {body:.300}");
            }
        });
        column.push((name, median));
    };
    let find = |filter: String| format!("/Users?filter={}", client::encode(&filter));
    read("GET by id", &|turn| format!("/Users/{}", filled.ids[some(turn)]), None);
    read(
        "userName eq",
        &|turn| find(format!("userName eq \"{}\"", fill::user_name(some(turn)).to_uppercase())),
        Some(1),
    );
    read("externalId eq", &|turn| find(format!("externalId eq \"{}\"", fill::external_id(some(turn)))), Some(1));
    read("emails.value eq", &|turn| find(format!("emails.value eq \"{}\"", fill::mail(some(turn)))), Some(1));
    read(
        "emails[type eq … and value eq …]",
        &|turn| find(format!("emails[type eq \"work\" and value eq \"{}\"]", fill::mail(some(turn)))),
        Some(1),
    );
    read("no hit: userName eq", &|turn| find(format!("userName eq \"nobody-{turn}\"")), Some(0));
    read(
        "meta.lastModified gt, 10 hits",
        &|_| find(format!("meta.lastModified gt \"{}\"", filled.before_last_ten)),
        Some(10),
    );
    read("first page of 100", &|_| "/Users?startIndex=1&count=100".to_owned(), None);
    for (name, group) in
        [("add a member to a group of 10", &filled.small), ("add a member to the large group", &filled.large)]
    {
        let path = format!("/Groups/{group}");
        let median = median(requests.min(filled.free.len()), |turn| {
            let member = &filled.free[turn];
            client.send("PATCH", &path, &format!(
                "{{\"Operations\":[{{\"op\":\"add\",\"path\":\"members\",\"value\":[{{\"value\":\"{member}\"}}]}}]}}"
            ));
        });
        column.push((name, median));
    }
    column
}

/// The median time of so many turns, after a few to warm up.
fn median(turns: usize, mut turn: impl FnMut(usize)) -> Duration {
    let mut times: Vec<Duration> = (0..turns)
        .map(|number| {
            let started = Instant::now();
            turn(number);
            started.elapsed()
        })
        .skip(turns / 20)
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn print(database: &str, sizes: &[usize], columns: &[Column]) {
    let heads: Vec<String> = sizes.iter().take(columns.len()).map(|size| format!("{size} users")).collect();
    println!("\n### {database}\n\n| request (median) | {} | ratio |", heads.join(" | "));
    println!("|---|{}---:|", "---:|".repeat(columns.len()));
    for (row, (name, first)) in columns[0].iter().enumerate() {
        let cells: Vec<String> =
            columns.iter().map(|column| format!("{:.2} ms", column[row].1.as_secs_f64() * 1000.0)).collect();
        let last = columns[columns.len() - 1][row].1;
        println!("| {name} | {} | {:.2} |", cells.join(" | "), last.as_secs_f64() / first.as_secs_f64());
    }
    let of = |wanted: &str, column: &Column| {
        let median = column.iter().find(|(name, _)| *name == wanted).unwrap().1;
        median.as_secs_f64()
    };
    let ratios: Vec<String> = columns
        .iter()
        .map(|column| of("add a member to the large group", column) / of("add a member to a group of 10", column))
        .map(|ratio| format!("{ratio:.2}"))
        .collect();
    println!("\nAdding a member, large group to small group: {}", ratios.join(", "));
}
