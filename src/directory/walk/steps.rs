//! Where walks by index stand, in the memory of this process.
//!
//! A client that walks by `startIndex` does not say that it walks. A page that begins at 1 begins a walk;
//! a page that begins where a walk goes on, or where one of its last pages began, goes on behind the
//! result that came before. Several walks of one credential about one question cannot be told apart: of
//! all that could be meant the one that is least far is taken, so that nobody is lost.

use super::Question;
use crate::clock::Micros;
use crate::scim::value::Key;
use crate::store::select::Position;
use std::cmp::Ordering;
use std::collections::HashMap;

const MINUTE: Micros = 60_000_000;
/// How long a walk is remembered after its last page.
const LIFE: Micros = 10 * MINUTE;
/// A walk that was touched less long ago outlives the beginning of another about the same question.
const FRESH: Micros = MINUTE;
/// How many walks are remembered in all.
const MOST: usize = 4096;
/// How many about one question of one credential.
const MOST_ALIKE: usize = 16;
/// How many places of a walk, so that a page can be asked for again.
const PLACES: usize = 8;
/// The longest text of a key that is remembered, in bytes.
const LONGEST: usize = 4096;

/// The walks that are remembered.
#[derive(Debug, Default)]
pub(super) struct Steps {
    walks: HashMap<Question, Vec<Walk>>,
    count: usize,
}

/// A page that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Who asks what.
    pub walk: Question,
    /// Whether the order is descending.
    pub descending: bool,
    /// The number of its first result, from 1.
    pub start: u64,
    /// What time it is.
    pub now: Micros,
}

#[derive(Debug)]
struct Walk {
    /// Behind what the page with this start begins; in the order of their starts.
    places: Vec<(u64, Position)>,
    touched: Micros,
    /// Its last page was shown. It may be asked for again.
    finished: bool,
}

impl Steps {
    /// Behind what the page begins; none if that is not known and the results are to be counted.
    pub(super) fn resume(&mut self, step: Step) -> Option<Position> {
        let meant = self.meant(step);
        let walks = self.walks.get_mut(&step.walk)?;
        let places = meant.iter().filter_map(|number| walks.get(*number)?.place(step.start));
        let least = places.min_by(|a, b| order(a, b, step.descending))?.clone();
        // Whoever comes to this page by another of them may have meant the least one too.
        for number in meant {
            if let Some(walk) = walks.get_mut(number) {
                walk.put(step.start, least.clone());
            }
        }
        Some(least)
    }

    /// Notes that the page was shown: the start of the next one, behind what that begins, and whether there
    /// is anything. After the last page a client may still ask for another, when others have come before it.
    pub(super) fn serve(&mut self, step: Step, (next, position): (u64, Position), more: bool) {
        if step.start == 1 {
            self.begin(step, Some((next, position)).filter(|(_, position)| more && !is_long(position)));
            return;
        }
        // Who was expected here goes on, else whoever is least far.
        let meant = self.meant(step);
        let Some(walks) = self.walks.get_mut(&step.walk) else { return };
        let chosen = meant.into_iter().min_by_key(|number| walks.get(*number).and_then(Walk::expected));
        let Some(walk) = chosen.and_then(|number| walks.get_mut(number)) else { return };
        walk.touched = step.now;
        walk.finished = !more;
        if !is_long(&position) {
            // The page was shown before, and may have ended earlier then.
            let before = walk.place(next).filter(|before| order(before, &position, step.descending).is_lt());
            let least = before.cloned().unwrap_or(position);
            walk.put(next, least);
        }
    }

    /// The walks that may be meant, by their numbers: those that have ended only if there is no other.
    fn meant(&self, step: Step) -> Vec<usize> {
        let walks = self.walks.get(&step.walk).map_or(&[][..], Vec::as_slice);
        let of = |finished: bool| {
            let fits = move |walk: &Walk| {
                walk.finished == finished && walk.is_alive(step.now) && walk.place(step.start).is_some()
            };
            walks.iter().enumerate().filter(move |(_, walk)| fits(walk)).map(|(number, _)| number).collect::<Vec<_>>()
        };
        let on_the_way = of(false);
        if on_the_way.is_empty() { of(true) } else { on_the_way }
    }

    fn begin(&mut self, step: Step, next: Option<(u64, Position)>) {
        let mut walks = self.walks.remove(&step.walk).unwrap_or_default();
        self.count -= walks.len();
        walks.retain(|walk| !walk.finished && step.now - walk.touched < FRESH);
        if let Some(next) = next {
            if walks.len() >= MOST_ALIKE {
                walks.remove(0);
            }
            walks.push(Walk { places: vec![next], touched: step.now, finished: false });
            self.make_room(walks.len(), step.now);
        }
        self.count += walks.len();
        if !walks.is_empty() {
            self.walks.insert(step.walk, walks);
        }
    }

    /// Forgets walks whose time is over, and if that is not enough the question that was left longest ago.
    fn make_room(&mut self, wanted: usize, now: Micros) {
        if self.count + wanted <= MOST {
            return;
        }
        self.walks.retain(|_, walks| {
            walks.retain(|walk| walk.is_alive(now));
            !walks.is_empty()
        });
        self.count = self.walks.values().map(Vec::len).sum();
        while self.count + wanted > MOST {
            let last_touched = |walks: &Vec<Walk>| walks.iter().map(|walk| walk.touched).max();
            let oldest = self.walks.iter().min_by_key(|(_, walks)| last_touched(walks)).map(|(question, _)| *question);
            let Some(gone) = oldest.and_then(|question| self.walks.remove(&question)) else { return };
            self.count -= gone.len();
        }
    }
}

impl Walk {
    fn is_alive(&self, now: Micros) -> bool {
        now - self.touched < LIFE
    }

    fn place(&self, start: u64) -> Option<&Position> {
        self.places.iter().find(|(known, _)| *known == start).map(|(_, position)| position)
    }

    /// The start of the page that comes next.
    fn expected(&self) -> Option<u64> {
        self.places.last().map(|(start, _)| *start)
    }

    fn put(&mut self, start: u64, position: Position) {
        match self.places.binary_search_by_key(&start, |(known, _)| *known) {
            Ok(number) => {
                if let Some(place) = self.places.get_mut(number) {
                    place.1 = position;
                }
            }
            Err(number) => self.places.insert(number, (start, position)),
        }
        if self.places.len() > PLACES {
            self.places.remove(0);
        }
    }
}

/// Which of two positions comes first in a list.
fn order(a: &Position, b: &Position, descending: bool) -> Ordering {
    let keys = match (&a.key, &b.key) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
    };
    let keys = if descending { keys.reverse() } else { keys };
    keys.then(a.num.cmp(&b.num))
}

fn is_long(position: &Position) -> bool {
    matches!(&position.key, Some(Key::Text(text)) if text.len() > LONGEST)
}

#[cfg(test)]
mod tests;
