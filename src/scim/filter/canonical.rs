//! A resolved filter as a text: two filters that ask the same in the same order have the same one,
//! however a client has spelled them.

use super::{Check, Filter, Test};
use std::fmt;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => list(f, "and", parts),
            Self::Or(parts) => list(f, "or", parts),
            Self::Not(inner) => write!(f, "not({inner})"),
            Self::Test(Test { target, check }) => match check {
                Check::Present => write!(f, "{} pr", target.name()),
                Check::Absent => write!(f, "{} eq null", target.name()),
                Check::Compare(operator, key) => {
                    write!(f, "{} {} {}", target.name(), operator.word(), key.to_json())
                }
            },
            Self::Element { target, filter } => write!(f, "{}[{filter}]", target.name()),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, word: &str, parts: &[Filter]) -> fmt::Result {
    write!(f, "{word}(")?;
    for (place, part) in parts.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(f, "{comma}{part}")?;
    }
    f.write_str(")")
}
