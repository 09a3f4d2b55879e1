//! Where the native APIs are mounted: a prefix each, or nowhere.

use super::{DIALECTS, Dialect};
use crate::directory::Door;
use crate::http::surface::Surface;
use crate::http::{FIXED, PAGES};
use std::collections::BTreeMap;

/// Where one native API is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Below this path, which begins with a slash and does not end with one; empty for the root.
    At(String),
    /// Nowhere.
    Off,
}

/// Where all native APIs are; no two of them, and none of them and something else, at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefixes(BTreeMap<&'static str, Prefix>);

impl Prefix {
    /// Reads `/path`, `/` for the root, or `off`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        let path = text.trim_end_matches('/');
        match text {
            "off" => Ok(Self::Off),
            _ if text.starts_with('/') && text.chars().all(plain) && !text.contains("//") => {
                Ok(Self::At(path.to_owned()))
            }
            _ => Err("a path such as /crm, / for the root of the server, or off"),
        }
    }
}

impl Default for Prefixes {
    fn default() -> Self {
        let usual = DIALECTS.iter().map(|dialect| dialect.door.name());
        Self(usual.map(|name| (name, Prefix::At(format!("/{name}")))).collect())
    }
}

impl Prefixes {
    /// Those, with the usual place for a dialect that is not named.
    ///
    /// # Errors
    /// A sentence that names the two whose paths collide.
    pub fn new(chosen: impl IntoIterator<Item = (Door, Prefix)>) -> Result<Self, String> {
        let mut prefixes = Self::default();
        prefixes.0.extend(chosen.into_iter().map(|(door, prefix)| (door.name(), prefix)));
        prefixes.check()?;
        Ok(prefixes)
    }

    /// The dialects that are switched on, with their prefixes.
    pub(in crate::http) fn on(&self) -> impl Iterator<Item = (&'static Dialect, &str)> {
        DIALECTS.iter().filter_map(|dialect| match self.0.get(dialect.door.name()) {
            Some(Prefix::At(prefix)) => Some((dialect, prefix.as_str())),
            Some(Prefix::Off) | None => None,
        })
    }

    fn check(&self) -> Result<(), String> {
        let fixed = FIXED.iter().flat_map(Surface::territories);
        let pages = PAGES.iter().map(|page| (*page).to_owned());
        let mut held: Vec<(String, String)> = fixed.chain(pages).map(|path| (path.clone(), path)).collect();
        for (dialect, prefix) in self.on() {
            for territory in dialect.surface(prefix).territories() {
                if let Some((name, _)) = held.iter().find(|(_, other)| overlap(other, &territory)) {
                    return Err(format!(
                        "{} and {name} would both have paths below {territory}; give one of them another prefix",
                        dialect.door.name()
                    ));
                }
                held.push((dialect.door.name().to_owned(), territory));
            }
        }
        Ok(())
    }
}

/// Whether one path is the other, or lies below it.
fn overlap(one: &str, other: &str) -> bool {
    let below =
        |path: &str, place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below(one, other) || below(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(door: Door, prefix: &str) -> (Door, Prefix) {
        (door, Prefix::parse(prefix).unwrap())
    }

    #[test]
    fn two_dialects_whose_paths_collide_are_refused_by_name() {
        let refused = |chosen: &[(Door, &str)]| {
            Prefixes::new(chosen.iter().map(|(door, prefix)| at(*door, prefix))).err().unwrap_or_default()
        };
        let both = refused(&[(Door::Logixx, "/"), (Door::Appcrm, "/")]);
        assert!(both.contains("appcrm") && both.contains("logixx"), "{both}");
        assert!(refused(&[(Door::Logixx, "/crm"), (Door::Appcrm, "/crm/")]).contains("/crm/api"));
        assert!(refused(&[(Door::Adeptia, "/scim/v2")]).contains("/scim/v2"));
        for fine in [
            &[(Door::Appcrm, "/"), (Door::Adeptia, "/"), (Door::Publica, "/")][..],
            &[(Door::Logixx, "off"), (Door::Appcrm, "/")],
            &[(Door::Logixx, "/one"), (Door::Appcrm, "/one/two")],
            &[],
        ] {
            assert_eq!(refused(fine), "", "{fine:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_plain_path_or_off() {
        assert_eq!(Prefix::parse("/"), Ok(Prefix::At(String::new())));
        assert_eq!(Prefix::parse("/a/b/"), Ok(Prefix::At("/a/b".to_owned())));
        assert_eq!(Prefix::parse("off"), Ok(Prefix::Off));
        for wrong in ["", "a", "no", "/a b", "/a?b", "//", "/a//b", "/:a", "/{a}"] {
            assert!(Prefix::parse(wrong).is_err(), "{wrong}");
        }
    }
}
