//! The languages that are installed, and their names: `pt_BR` here is `pt-BR` in SCIM (RFC 5646).

use crate::directory::catalogue::Entry;

/// What is installed where nobody says otherwise.
const USUAL: [&str; 3] = ["en", "pt_BR", "es"];

/// The installed languages; never none.
#[derive(Clone, Debug)]
pub(super) struct Locales(Vec<String>);

impl Locales {
    /// Those of the tenant's catalogue, or the usual ones if it is empty.
    pub(super) fn of(entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self(USUAL.map(ToOwned::to_owned).to_vec());
        }
        Self(entries.into_iter().map(|entry| entry.name).collect())
    }

    /// Whether this language is installed.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    /// The installed language that is nearest to the one of a SCIM user: the same, the same language in
    /// another country, or the first one.
    pub(super) fn shown(&self, scim: Option<&str>) -> &str {
        let wanted = from_scim(scim.unwrap_or(USUAL[0]));
        let same = |known: &&String| known.eq_ignore_ascii_case(&wanted);
        let alike = |known: &&String| language(known).eq_ignore_ascii_case(language(&wanted));
        let usual = |known: &&String| *known == USUAL[0];
        let all = || self.0.iter();
        let found = all().find(same).or_else(|| all().find(alike)).or_else(|| all().find(usual));
        found.or_else(|| all().next()).map_or(USUAL[0], String::as_str)
    }
}

/// As SCIM writes it.
pub(super) fn to_scim(name: &str) -> String {
    name.replace('_', "-")
}

fn from_scim(name: &str) -> String {
    name.replace('-', "_")
}

fn language(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> Vec<Entry> {
        let entry = |(id, name): (i64, &&str)| Entry { id, name: (*name).to_owned(), default: false };
        (1..).zip(names).map(entry).collect()
    }

    #[test]
    fn a_locale_that_is_not_installed_is_shown_as_the_nearest() {
        let usual = Locales::of(Vec::new());
        for (scim, shown) in [
            (None, "en"),
            (Some("en"), "en"),
            (Some("en-US"), "en"),
            (Some("pt-BR"), "pt_BR"),
            (Some("PT-br"), "pt_BR"),
            (Some("pt_BR"), "pt_BR"),
            (Some("pt"), "pt_BR"),
            (Some("de-DE"), "en"),
            (Some(""), "en"),
        ] {
            assert_eq!(usual.shown(scim), shown, "{scim:?}");
        }
        let others = Locales::of(entries(&["fr", "de"]));
        assert_eq!((others.shown(None), others.shown(Some("de-AT"))), ("fr", "de"));
        assert!(others.has("fr") && !others.has("en") && !others.has("FR"));
    }

    #[test]
    fn scim_writes_it_with_a_hyphen() {
        assert_eq!(to_scim("pt_BR"), "pt-BR");
    }
}
