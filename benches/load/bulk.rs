//! What one bulk request of 1,000 operations costs, against as many requests one after the other.

use crate::client::Client;
use crate::fill;
use crate::place::Place;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const OPERATIONS: usize = 1000;
/// How often each is measured; the median counts.
const ROUNDS: usize = 3;

/// Measures on a database of its own and prints a row for each kind of operation.
pub fn compare(database: &str) {
    let Some(place) = Place::make(database) else { return };
    fill::directory(&place.url, 100);
    let server = place.serve();
    let mut client = Client::connect(&server.address);
    let mut made = Vec::new();
    let mut rows = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let bodies = |first: usize| (first..first + OPERATIONS).map(fill::body).collect::<Vec<_>>();
        let (single, bulk) = (bodies((2 * round + 1) * 100_000), bodies((2 * round + 2) * 100_000));
        made.clear();
        let one_by_one = time(|| {
            for body in &single {
                let answer: Value = serde_json::from_str(&client.send("POST", "/Users", &body.to_string())).unwrap();
                made.push(answer["id"].as_str().unwrap().to_owned());
            }
        });
        let creations = bulk.into_iter().enumerate().map(
            |(number, data)| json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": data }),
        );
        rows[0].push((one_by_one, send(&mut client, creations.collect(), "201")));

        let change = |title: &str| {
            let value = format!("{title} {round}");
            json!({ "Operations": [{ "op": "replace", "path": "title", "value": value }] })
        };
        let one_by_one = time(|| {
            for id in &made {
                client.send("PATCH", &format!("/Users/{id}"), &change("single").to_string());
            }
        });
        let patch = |id: &String| json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": change("bulk") });
        rows[1].push((one_by_one, send(&mut client, made.iter().map(patch).collect(), "200")));
    }
    println!("\n### {database}\n\n| {OPERATIONS} operations | requests | one bulk | ratio |\n|---|---:|---:|---:|");
    for (name, mut row) in ["create a user", "PATCH a user"].into_iter().zip(rows) {
        let ratio = |(single, bulk): &(Duration, Duration)| single.as_secs_f64() / bulk.as_secs_f64();
        row.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let middle = row[ROUNDS / 2];
        println!("| {name} | {} ms | {} ms | {:.1} |", middle.0.as_millis(), middle.1.as_millis(), ratio(&middle));
    }
    drop(server);
    place.remove();
}

fn send(client: &mut Client, operations: Vec<Value>, status: &str) -> Duration {
    let mut body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] });
    body["Operations"] = Value::Array(operations);
    let body = body.to_string();
    let mut answer = String::new();
    let taken = time(|| answer = client.send("POST", "/Bulk", &body));
    assert_eq!(answer.matches(&format!("\"status\":\"{status}\"")).count(), OPERATIONS, "{answer:.500}");
    taken
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
