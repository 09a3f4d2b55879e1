//! Pages as Laravel's paginator counts and links them.
//!
//! Two dialects tell the same facts of a page under different names: they read [`Wanted`], ask the
//! directory, and take what they show from [`Page`].

use super::call::Call;
use super::nullable::Nullable;
use poem_openapi::Object;

/// How many entries a page has that nobody asked to be longer or shorter.
const USUAL: u32 = 15;
/// The most entries of a page.
const MOST: u32 = 100;
/// How many pages are linked on each side of the one that is shown.
const EACH_SIDE: u64 = 3;
/// Up to so many pages, each is linked.
const ALL_LINKED: u64 = 2 * EACH_SIDE + 7;
/// So near to an end, the pages between are linked too.
const NEAR: u64 = EACH_SIDE + 4;

/// The page a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    page: u32,
    per_page: u32,
}

/// What is told of a page beside its entries.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Its number, from 1.
    pub current: u64,
    /// How many entries a page has at most.
    pub size: u64,
    /// The number of the last page, at least 1.
    pub last: u64,
    /// How many entries all pages have.
    pub total: u64,
    /// The place of its first entry among all, from 1; none on an empty page.
    pub from: Option<u64>,
    /// The place of its last entry; none on an empty page.
    pub to: Option<u64>,
    /// The URL of the list, without a query.
    pub path: String,
    /// The parameters that every link keeps.
    kept: Vec<(String, String)>,
}

/// One of the links below a list.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub(super) struct Link {
    /// Where it leads; null for a gap, and where there is no such page.
    url: Nullable<String>,
    /// What it reads.
    label: String,
    /// Whether it is the page that is shown.
    active: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { page: 1, per_page: USUAL }
    }
}

impl Wanted {
    /// From the parameters `page` and `per_page`; what cannot be meant is as good as absent.
    pub(super) fn of(call: &Call) -> Self {
        Self::read(call.parameter("page"), call.parameter("per_page"))
    }

    pub(super) fn read(page: Option<&str>, per_page: Option<&str>) -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).filter(|number| *number > 0);
        Self { page: number(page).unwrap_or(1), per_page: number(per_page).unwrap_or(USUAL).min(MOST) }
    }

    /// How many entries come before the page.
    pub(super) fn offset(self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(self.per_page)
    }

    /// How many entries it has at most.
    pub(super) fn limit(self) -> u64 {
        u64::from(self.per_page)
    }
}

impl Page {
    /// The wanted page of a list that has so many entries in all and shows so many of them.
    pub(super) fn new(call: &Call, wanted: Wanted, total: u64, shown: usize) -> Self {
        Self::at(format!("{}{}", call.base, call.path), &call.query, wanted, total, shown)
    }

    fn at(path: String, query: &[(String, String)], wanted: Wanted, total: u64, shown: usize) -> Self {
        let shown = u64::try_from(shown).unwrap_or(u64::MAX);
        let filled = shown > 0;
        Self {
            current: u64::from(wanted.page),
            size: wanted.limit(),
            last: total.div_ceil(wanted.limit()).max(1),
            total,
            from: filled.then(|| wanted.offset().saturating_add(1)),
            to: filled.then(|| wanted.offset().saturating_add(shown)),
            path,
            kept: query.iter().filter(|(name, _)| name != "page").cloned().collect(),
        }
    }

    /// The URL of one page.
    fn url(&self, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.kept).append_pair("page", &page.to_string());
        format!("{}?{}", self.path, query.finish())
    }

    /// The URL of the first page.
    pub(super) fn first_url(&self) -> String {
        self.url(1)
    }

    /// The URL of the last page.
    pub(super) fn last_url(&self) -> String {
        self.url(self.last)
    }

    /// The URL of the page before.
    pub(super) fn previous_url(&self) -> Nullable<String> {
        (self.current > 1).then(|| self.url(self.current.saturating_sub(1))).into()
    }

    /// The URL of the page after.
    pub(super) fn next_url(&self) -> Nullable<String> {
        (self.current < self.last).then(|| self.url(self.current.saturating_add(1))).into()
    }

    /// The links below the list: the page before, those near by and at both ends, the page after.
    pub(super) fn links(&self) -> Vec<Link> {
        let step = |url, label: &str| Link { url, label: label.to_owned(), active: false };
        let numbered = |page: u64| Link {
            url: Some(self.url(page)).into(),
            label: page.to_string(),
            active: page == self.current,
        };
        let mut links = vec![step(self.previous_url(), "&laquo; Previous")];
        let mut before = 0_u64;
        for (from, to) in self.ranges() {
            if from > before.saturating_add(1) {
                links.push(step(None.into(), "..."));
            }
            links.extend((from..=to).map(numbered));
            before = to;
        }
        links.push(step(self.next_url(), "Next &raquo;"));
        links
    }

    /// Which pages are linked, in order.
    fn ranges(&self) -> Vec<(u64, u64)> {
        let last = self.last;
        let (start, finish) = ((1, 2), (last.saturating_sub(1), last));
        if last <= ALL_LINKED {
            vec![(1, last)]
        } else if self.current <= NEAR {
            vec![(1, NEAR + EACH_SIDE), finish]
        } else if self.current > last.saturating_sub(NEAR) {
            vec![start, (last.saturating_sub(NEAR + EACH_SIDE - 1), last)]
        } else {
            let near = (self.current.saturating_sub(EACH_SIDE), self.current.saturating_add(EACH_SIDE));
            vec![start, near, finish]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: &str, per_page: &str, total: u64, shown: usize) -> Page {
        let query = [("q", "a b"), ("page", number), ("per_page", per_page)];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let wanted = Wanted::read(Some(number), Some(per_page));
        Page::at("https://crm.test/api/users".to_owned(), &query, wanted, total, shown)
    }

    #[test]
    fn what_cannot_be_meant_is_as_good_as_absent() {
        for (asked, read) in [
            ((None, None), (1, 15)),
            ((Some("3"), Some("20")), (3, 20)),
            ((Some("0"), Some("0")), (1, 15)),
            ((Some("-1"), Some("-1")), (1, 15)),
            ((Some("x"), Some("")), (1, 15)),
            ((Some("99999999999999999999"), Some("1000")), (1, 100)),
        ] {
            let wanted = Wanted::read(asked.0, asked.1);
            assert_eq!((wanted.page, wanted.per_page), read, "{asked:?}");
        }
        assert_eq!(Wanted::read(Some("4294967295"), Some("100")).offset(), 429_496_729_400);
    }

    #[test]
    fn links_keep_the_other_parameters() {
        let page = page("2", "2", 5, 2);
        assert_eq!((page.current, page.last, page.from, page.to), (2, 3, Some(3), Some(4)));
        let list = "https://crm.test/api/users?q=a+b&per_page=2&page=";
        assert_eq!(page.first_url(), format!("{list}1"));
        assert_eq!(page.last_url(), format!("{list}3"));
        assert_eq!(page.previous_url().0, Some(format!("{list}1")));
        assert_eq!(page.next_url().0, Some(format!("{list}3")));
    }

    #[test]
    fn a_page_past_the_end_is_empty_and_has_no_next() {
        let page = page("7", "2", 5, 0);
        assert_eq!((page.current, page.last, page.from, page.to), (7, 3, None, None));
        assert_eq!(page.next_url().0, None);
        assert!(page.links().iter().all(|link| !link.active));
    }

    #[test]
    fn an_empty_list_has_one_page() {
        let page = page("1", "15", 0, 0);
        assert_eq!((page.last, page.from, page.to), (1, None, None));
        assert_eq!((page.previous_url().0, page.next_url().0), (None, None));
        assert_eq!(page.links().len(), 3);
    }

    #[test]
    fn many_pages_are_linked_near_by_and_at_both_ends() {
        for (current, total, expected) in [
            ("1", 13, "1 2 3 4 5 6 7 8 9 10 11 12 13"),
            ("1", 14, "1 2 3 4 5 6 7 8 9 10 ... 13 14"),
            ("7", 40, "1 2 3 4 5 6 7 8 9 10 ... 39 40"),
            ("8", 40, "1 2 ... 5 6 7 8 9 10 11 ... 39 40"),
            ("33", 40, "1 2 ... 30 31 32 33 34 35 36 ... 39 40"),
            ("34", 40, "1 2 ... 31 32 33 34 35 36 37 38 39 40"),
            ("99", 40, "1 2 ... 31 32 33 34 35 36 37 38 39 40"),
        ] {
            let links = page(current, "1", total, 1).links();
            let labels: Vec<&str> = links.iter().map(|link| link.label.as_str()).collect();
            let shown = format!("&laquo; Previous {expected} Next &raquo;");
            assert_eq!(labels.join(" "), shown, "page {current} of {total}");
            let active: Vec<&str> = links.iter().filter(|link| link.active).map(|link| link.label.as_str()).collect();
            assert!(active.is_empty() || active == [current], "page {current} of {total}");
        }
    }
}
