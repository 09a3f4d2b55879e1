//! Where walks by index go on, and whom the memory of them may forget.

use super::*;

fn question(number: u32) -> Question {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Question(bytes)
}

fn step(start: u64, now: Micros) -> Step {
    Step { walk: question(1), descending: false, start, now }
}

fn at(num: i64) -> Position {
    Position { key: None, num }
}

/// A page of ten that ends with this number.
fn show(steps: &mut Steps, start: u64, last: i64, now: Micros) {
    steps.serve(step(start, now), (start + 10, at(last)), true);
}

/// A last page of three.
fn end(steps: &mut Steps, start: u64, last: i64, now: Micros) {
    steps.serve(step(start, now), (start + 3, at(last)), false);
}

fn place(steps: &mut Steps, start: u64, now: Micros) -> Option<i64> {
    steps.resume(step(start, now)).map(|position| position.num)
}

#[test]
fn a_walk_goes_on_behind_what_it_has_shown_and_its_last_pages_can_be_asked_for_again() {
    let mut steps = Steps::default();
    assert_eq!(place(&mut steps, 11, 0), None, "nobody walks yet");
    for page in 0..30 {
        let start = 1 + 10 * page;
        let place = place(&mut steps, start, 0);
        assert_eq!(place, (page > 0).then(|| 100 * i64::try_from(page).unwrap()), "page {page}");
        show(&mut steps, start, 100 * i64::try_from(page + 1).unwrap(), 0);
    }
    assert_eq!(place(&mut steps, 291, 0), Some(2900));
    assert_eq!(place(&mut steps, 281, 0), Some(2800));
    assert_eq!(place(&mut steps, 11, 0), None, "too long ago");
    assert_eq!(place(&mut steps, 292, 0), None, "another start is no step of a walk");
    let other = Step { walk: question(2), ..step(301, 0) };
    assert_eq!(steps.resume(other), None, "another question");
}

#[test]
fn a_page_that_is_asked_for_again_may_end_elsewhere_and_the_lesser_end_counts() {
    let mut steps = Steps::default();
    show(&mut steps, 1, 100, 0);
    show(&mut steps, 11, 200, 0);
    show(&mut steps, 11, 210, 0);
    assert_eq!(place(&mut steps, 21, 0), Some(200));
    show(&mut steps, 11, 190, 0);
    assert_eq!(place(&mut steps, 21, 0), Some(190));
}

#[test]
fn of_several_walks_the_one_that_is_least_far_is_taken() {
    let mut steps = Steps::default();
    show(&mut steps, 1, 100, 0);
    show(&mut steps, 1, 103, 0);
    assert_eq!(place(&mut steps, 11, 0), Some(100));
    show(&mut steps, 11, 200, 0);
    for page in 2..30 {
        let start = 1 + 10 * page;
        assert_eq!(place(&mut steps, start, 0), Some(100 * i64::try_from(page).unwrap()));
        show(&mut steps, start, 100 * i64::try_from(page + 1).unwrap(), 0);
    }
    end(&mut steps, 301, 3100, 0);
    assert_eq!(place(&mut steps, 11, 0), Some(100), "the other may have been behind 100");
    show(&mut steps, 11, 205, 0);
    assert_eq!(place(&mut steps, 21, 0), Some(205), "who has ended is not asked any more");
}

#[test]
fn keys_and_missing_keys_have_the_order_of_lists() {
    let key = |text: &str, num| Position { key: Some(Key::Text(text.to_owned())), num };
    let ascending = [key("a", 9), key("b", 1), key("b", 2), at(1), at(2)];
    let descending = [at(1), at(2), key("b", 1), key("b", 2), key("a", 9)];
    for (list, down) in [(ascending, false), (descending, true)] {
        for (first, a) in list.iter().enumerate() {
            for (second, b) in list.iter().enumerate() {
                assert_eq!(order(a, b, down), first.cmp(&second), "{a:?} {b:?} {down}");
            }
        }
    }
}

#[test]
fn a_walk_begun_anew_spares_those_that_were_touched_in_the_last_minute() {
    let mut steps = Steps::default();
    show(&mut steps, 1, 100, 0);
    show(&mut steps, 1, 105, MINUTE - 1);
    assert_eq!(place(&mut steps, 11, MINUTE), Some(100));
    show(&mut steps, 1, 110, MINUTE);
    assert_eq!(place(&mut steps, 11, MINUTE), Some(100), "it was handed on to the second walk");
    show(&mut steps, 1, 120, 3 * MINUTE);
    assert_eq!(place(&mut steps, 11, 3 * MINUTE), Some(120));
    assert_eq!(place(&mut steps, 11, 13 * MINUTE - 1), Some(120));
    assert_eq!(place(&mut steps, 11, 13 * MINUTE), None, "ten minutes are its life");
}

#[test]
fn a_walk_that_has_ended_is_known_for_a_retry_and_forgotten_with_the_next_beginning() {
    let mut steps = Steps::default();
    show(&mut steps, 1, 100, 0);
    end(&mut steps, 11, 130, 0);
    assert_eq!(place(&mut steps, 11, 0), Some(100));
    assert_eq!(place(&mut steps, 14, 0), Some(130), "others may have come before the end");
    show(&mut steps, 1, 107, 0);
    assert_eq!(place(&mut steps, 11, 0), Some(107));
    end(&mut steps, 1, 30, 2 * MINUTE);
    assert_eq!((steps.walks.len(), steps.count), (0, 0), "a list of one page is no walk");
}

#[test]
fn memory_is_bounded_and_the_least_recently_used_go_first() {
    let mut steps = Steps::default();
    for number in 0..20_000 {
        let step = Step { walk: question(number), ..step(1, i64::from(number)) };
        steps.serve(step, (11, at(100)), true);
        // One that is used all the time.
        let kept = Step { walk: question(0), ..step };
        assert!(steps.resume(Step { start: 11, ..kept }).is_some(), "{number}");
        steps.serve(Step { start: 11, ..kept }, (11, at(100)), true);
    }
    assert_eq!(steps.walks.values().map(Vec::len).sum::<usize>(), steps.count);
    assert!(steps.count <= MOST);
    for _ in 0..100 {
        show(&mut steps, 1, 100, 20_000);
    }
    assert_eq!(steps.walks[&question(1)].len(), MOST_ALIKE);
    let long = Position { key: Some(Key::Text("x".repeat(LONGEST + 1))), num: 1 };
    let step = Step { walk: question(30_000), ..step(1, 20_000) };
    steps.serve(step, (11, long), true);
    assert_eq!(steps.resume(Step { start: 11, ..step }), None);
}
