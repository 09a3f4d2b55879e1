//! Cursors (RFC 9865 §2): the place of a page as a text that only this server can read or make, good
//! for one question of one connection and for some time.

use super::Error;
use crate::auth::seal::Seal;
use crate::clock::Micros;
use crate::scim::{self, ScimType};

/// Tells the form of what is sealed; others are none of ours.
const FORM: u8 = 1;

/// The place of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The first page of a walk by number.
    Start,
    /// Behind the resource of this number.
    After(i64),
    /// Before the resource of this number.
    Before(i64),
    /// Along a snapshot.
    Along(Stand),
}

/// A place in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    /// The number of the snapshot.
    pub walk: i64,
    /// How many results it has.
    pub total: u64,
    /// A place in it, from 0.
    pub at: u64,
    /// The page ends before that place; else it begins there.
    pub back: bool,
}

impl Spot {
    /// The cursor of a place, good until then.
    pub(super) fn write(self, seal: &Seal, question: &[u8], until: Micros) -> Result<String, Error> {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (tag, numbers) = match self {
            Self::Start => (0, vec![]),
            Self::After(num) => (1, vec![num]),
            Self::Before(num) => (2, vec![num]),
            Self::Along(Stand { walk, total, at, back }) => {
                (if back { 4 } else { 3 }, vec![walk, signed(total), signed(at)])
            }
        };
        let mut plain = vec![FORM, tag];
        for number in std::iter::once(until).chain(numbers) {
            plain.extend(number.to_be_bytes());
        }
        let sealed = seal.seal(question, &plain);
        sealed.ok_or_else(|| Error::Internal("a cursor could not be sealed".to_owned()))
    }

    /// The place of a cursor. `life` is how long cursors are good, for the sentence about one that is not
    /// any more.
    pub(super) fn read(seal: &Seal, question: &[u8], text: &str, now: Micros, life: Micros) -> Result<Self, Error> {
        let plain = seal.open(question, text).ok_or_else(invalid)?;
        let (until, spot) = Self::parse(&plain).ok_or_else(invalid)?;
        if until < now { Err(expired(life)) } else { Ok(spot) }
    }

    fn parse(plain: &[u8]) -> Option<(Micros, Self)> {
        let [FORM, tag, rest @ ..] = plain else { return None };
        let (numbers, []) = rest.as_chunks::<8>() else { return None };
        let numbers: Vec<i64> = numbers.iter().map(|bytes| i64::from_be_bytes(*bytes)).collect();
        let (until, numbers) = numbers.split_first()?;
        let spot = match (tag, numbers) {
            (0, []) => Self::Start,
            (1, [num]) => Self::After(*num),
            (2, [num]) => Self::Before(*num),
            (3 | 4, [walk, total, at]) => Self::Along(Stand {
                walk: *walk,
                total: u64::try_from(*total).ok()?,
                at: u64::try_from(*at).ok()?,
                back: *tag == 4,
            }),
            _ => return None,
        };
        Some((*until, spot))
    }
}

fn invalid() -> Error {
    Error::Scim(scim::Error::new(
        ScimType::InvalidCursor,
        "cursor: must be empty for the first page, or the nextCursor or previousCursor of an answer to the same \
         connection about the same endpoint, filter, sortBy and sortOrder (RFC 9865 §2)",
    ))
}

/// The cursor is too old, or what it led to is not kept any more.
pub(super) fn expired(life: Micros) -> Error {
    Error::Scim(scim::Error::new(
        ScimType::ExpiredCursor,
        format!(
            "cursor: is good for {} seconds (cursorTimeout of ServiceProviderConfig) and for the latest walks of a \
             connection; begin again with an empty one (RFC 9865 §2.1)",
            life / 1_000_000
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Micros = 1_000_000;

    fn word(result: Result<Spot, Error>) -> &'static str {
        match result {
            Err(Error::Scim(error)) => error.scim_type.as_str(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_for_its_question_and_its_time_alone() {
        let seal = Seal::new(&[7; 32]).unwrap();
        let stand = Stand { walk: i64::MAX, total: 100_000, at: 90_000, back: false };
        for spot in [
            Spot::Start,
            Spot::After(0),
            Spot::After(i64::MAX),
            Spot::Before(77),
            Spot::Along(stand),
            Spot::Along(Stand { back: true, ..stand }),
        ] {
            let text = spot.write(&seal, b"question", 60 * SECOND).unwrap();
            assert!(text.len() < 100, "{text}");
            let read = |question: &[u8], now| Spot::read(&seal, question, &text, now, 60 * SECOND);
            assert_eq!(read(b"question", 60 * SECOND).unwrap(), spot);
            assert_eq!(word(read(b"question", 60 * SECOND + 1)), "expiredCursor");
            assert_eq!(word(read(b"another", 0)), "invalidCursor");
            assert_eq!(word(read(b"another", 61 * SECOND)), "invalidCursor", "nothing is told about another's");
        }
    }

    #[test]
    fn what_is_sealed_in_another_form_is_none_of_ours() {
        let seal = Seal::new(&[7; 32]).unwrap();
        let long = [&[FORM, 1], [0; 24].as_slice()].concat();
        for plain in [&[][..], &[FORM], &[FORM, 0], &[FORM, 9, 0, 0, 0, 0, 0, 0, 0, 9], &long, &[2; 18]] {
            let text = seal.seal(b"question", plain).unwrap();
            assert_eq!(word(Spot::read(&seal, b"question", &text, 0, SECOND)), "invalidCursor", "{plain:?}");
        }
    }
}
