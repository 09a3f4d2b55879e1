use super::*;
use crate::store::TenantId;

fn entry(number: u64) -> Entry {
    Entry {
        tenant: TenantId(1),
        at: 0,
        connection: 1,
        credential: String::new(),
        request_id: number.to_string(),
        method: "GET".to_owned(),
        path: "/scim/v2/Users".to_owned(),
        resource: None,
        status: 200,
        scim_type: None,
        detail: None,
        micros: 1,
        tolerances: Vec::new(),
        attributes: Vec::new(),
        request: None,
        response: None,
    }
}

fn numbers(batch: &Batch) -> Vec<&str> {
    batch.entries.iter().map(|entry| entry.request_id.as_str()).collect()
}

#[tokio::test]
async fn a_full_queue_loses_entries_counts_them_and_never_waits() {
    let (recorder, mut queue) = queue(2);
    for number in 0..5 {
        recorder.record(entry(number));
    }
    assert_eq!(recorder.lost(), 3);
    assert_eq!(numbers(&queue.collect().await), ["0", "1"]);
    recorder.record(entry(5));
    assert_eq!((recorder.lost(), numbers(&queue.collect().await)), (3, vec!["5"]));
    drop(queue);
    recorder.record(entry(6));
    assert_eq!(recorder.lost(), 4);
    recorder.flush().await;
}

#[tokio::test]
async fn stopping_writes_what_waits_and_takes_nothing_more() {
    let (recorder, mut queue) = queue(2000);
    for number in 0..1000 {
        recorder.record(entry(number));
    }
    recorder.stop().await;
    let (mut written, mut last) = (0, false);
    while !last {
        let batch = queue.collect().await;
        assert!(batch.entries.len() <= BATCH);
        written += batch.entries.len();
        last = batch.last;
    }
    assert_eq!(written, 1000);
    recorder.record(entry(1000));
    assert_eq!(recorder.lost(), 1);
}

#[tokio::test]
async fn bodies_that_wait_have_a_bound_of_their_own() {
    use crate::scim::redact::Redactor;
    use crate::scim::schema::document::{Choices, built_in};
    let redactor = Redactor::new(&built_in(Choices { unique_group_names: true }));
    let body = redactor.redact(serde_json::Value::from("x".repeat(BYTES)));
    let (recorder, mut queue) = queue(10);
    for number in 0..2 {
        recorder.record(Entry { request: Some(body.clone()), ..entry(number) });
    }
    assert_eq!(recorder.lost(), 1);
    assert_eq!(numbers(&queue.collect().await), ["0"]);
    recorder.record(Entry { request: Some(body), ..entry(2) });
    assert_eq!(numbers(&queue.collect().await), ["2"], "there is room again");
}

#[tokio::test]
async fn a_collection_that_is_given_up_loses_nothing() {
    let (recorder, mut queue) = queue(10);
    recorder.record(entry(0));
    assert!(tokio::time::timeout(LINGER / 2, queue.collect()).await.is_err());
    recorder.record(entry(1));
    assert_eq!(numbers(&queue.collect().await), ["0", "1"]);
}
