//! Who waits for whom.

use super::{Plan, order, plan, rings};
use crate::scim::message::bulk::BulkRequest;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::tolerance::Profile;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The steps over these needs.
fn steps(needs: &[&[usize]]) -> Vec<Vec<usize>> {
    let sets: Vec<BTreeSet<usize>> = needs.iter().map(|needs| needs.iter().copied().collect()).collect();
    let sets: Vec<&BTreeSet<usize>> = sets.iter().collect();
    order(&sets, rings(&sets))
}

fn planned(operations: Value) -> Plan {
    let registry = built_in(Choices { unique_group_names: true });
    let mut body = json!({});
    body["Operations"] = operations;
    let request = BulkRequest::parse(body, &registry, &Profile::default(), 1000).unwrap();
    let mut next = 0;
    plan(request.operations, || {
        next += 1;
        format!("new {next}")
    })
}

#[test]
fn what_is_needed_comes_first_and_else_the_order_of_the_request() {
    type Lists = &'static [&'static [usize]];
    let table: [(Lists, Lists); 8] = [
        (&[], &[]),
        (&[&[], &[], &[]], &[&[0], &[1], &[2]]),
        (&[&[2], &[], &[]], &[&[1], &[2], &[0]]),
        (&[&[1], &[2], &[]], &[&[2], &[1], &[0]]),
        (&[&[], &[0], &[1]], &[&[0], &[1], &[2]]),
        (&[&[1], &[0], &[]], &[&[0, 1], &[2]]),
        (&[&[3], &[2], &[1], &[1]], &[&[1, 2], &[3], &[0]]),
        (&[&[1, 4], &[2], &[0], &[2], &[]], &[&[4], &[0, 1, 2], &[3]]),
    ];
    for (needs, expected) in table {
        assert_eq!(steps(needs), expected, "{needs:?}");
    }
}

#[test]
fn long_chains_and_long_rings_need_no_stack() {
    let forwards: Vec<BTreeSet<usize>> = (0..100_000).map(|number| BTreeSet::from([number + 1])).collect();
    let mut sets: Vec<&BTreeSet<usize>> = forwards.iter().collect();
    let (last, first) = (BTreeSet::new(), BTreeSet::from([0]));
    sets.push(&last);
    let chain = order(&sets, rings(&sets));
    assert_eq!((chain.len(), &chain[0], &chain[100_000]), (100_001, &vec![100_000], &vec![0]));
    sets.pop();
    sets.push(&first);
    assert_eq!(order(&sets, rings(&sets)), [(0..=100_000).collect::<Vec<_>>()]);
}

#[test]
fn references_become_ids_before_anything_is_done() {
    let operations = json!([
        { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "members": [{ "value": "bulkId:u" }] } },
        { "method": "PATCH", "path": "/Groups/bulkId:g", "bulkId": "p", "data": { "value": "bulkId:known" } },
        { "method": "POST", "path": "/Users", "bulkId": "u", "data": {} },
        { "method": "PUT", "path": "/Users/7", "bulkId": "known", "data": { "value": "bulkId:known" } },
        { "method": "DELETE", "path": "/Groups/bulkId:p" },
    ]);
    let Plan { entries, steps } = planned(operations);
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["new 1", "new 1", "new 2", "7", "new 1"]);
    let data: Vec<_> = entries.iter().map(|entry| entry.task.as_ref().unwrap().data.to_string()).collect();
    assert_eq!(data[0], r#"{"members":[{"value":"new 2"}]}"#);
    assert_eq!((data[1].as_str(), data[3].as_str()), (r#"{"value":"7"}"#, r#"{"value":"7"}"#));
    assert_eq!(steps, [vec![2], vec![0], vec![3], vec![1], vec![4]]);
}

#[test]
fn a_fault_is_no_need_and_is_not_waited_for() {
    let operations = json!([
        { "method": "POST", "path": "/Groups", "bulkId": "a", "data": { "members": ["bulkId:b", "bulkId:nobody"] } },
        { "method": "POST", "path": "/Groups", "bulkId": "b", "data": { "members": ["bulkId:a"] } },
        { "method": "POST", "path": "/Groups", "bulkId": "b", "data": {} },
        { "method": "POST", "path": "/Nothing", "bulkId": "c", "data": {} },
        { "method": "PATCH", "path": "/Groups/bulkId:c", "data": {} },
    ]);
    let Plan { entries, steps } = planned(operations);
    let faults: Vec<_> = entries.iter().map(|entry| entry.fault.is_some()).collect();
    assert_eq!(faults, [true, false, true, true, true]);
    assert_eq!(steps, [[0], [1], [2], [3], [4]]);
    assert_eq!(entries[1].needs, BTreeSet::from([0]), "what refers to a fault knows that it does");
}

proptest! {
    #[test]
    fn every_operation_is_done_once_and_after_those_it_needs(
        needs in proptest::collection::vec(proptest::collection::btree_set(0_usize..20, 0..4), 20)
    ) {
        let sets: Vec<&BTreeSet<usize>> = needs.iter().collect();
        let steps = order(&sets, rings(&sets));
        let mut done = BTreeSet::new();
        for step in &steps {
            for operation in step {
                prop_assert!(done.insert(*operation));
            }
            // A ring is one: from each of its members every other can be reached.
            for operation in step {
                prop_assert!(needs[*operation].iter().all(|need| done.contains(need)));
                let mut reached = BTreeSet::new();
                let mut left = vec![*operation];
                while let Some(next) = left.pop() {
                    left.extend(needs[next].iter().filter(|need| step.contains(need) && reached.insert(**need)));
                }
                prop_assert!(step.len() == 1 || step.iter().all(|member| reached.contains(member)));
            }
        }
        prop_assert_eq!(done.len(), needs.len());
    }
}
