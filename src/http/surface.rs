//! What a surface is: where it is mounted, how it refuses, whom it admits.
//!
//! Everything before the routes asks this table, so that no surface needs to know another.

use super::error::Refusal;
use crate::directory::{Caller, Door};
use std::borrow::Cow;
use std::sync::Arc;

/// One surface.
#[derive(Clone, Debug)]
pub(super) struct Surface {
    /// As which door its callers come in.
    pub door: Door,
    /// The path everything of it lies below; empty for the root of the server.
    pub prefix: Cow<'static, str>,
    /// The segments that may follow the prefix, each with its slash; none if everything may.
    pub roots: &'static [&'static str],
    /// How it writes its errors.
    pub errors: Shape,
    /// Whether callers are identified before the routes; a surface that says no reads credentials itself.
    pub identifies: bool,
    /// Headers that carry a token as it is, for clients that send no Authorization.
    pub keys: &'static [&'static str],
    /// Whether a caller may use a path, which is given without the prefix.
    pub admit: fn(path: &str, caller: Option<&Caller>) -> Result<(), Refusal>,
}

/// The form of an error's body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub media_type: &'static str,
    pub write: fn(&Refusal) -> String,
}

/// All surfaces; cheap to clone. What lies below none of them is refused in the shape of the first.
#[derive(Clone, Debug)]
pub(super) struct Surfaces {
    first: Shape,
    all: Arc<[Surface]>,
}

impl Surface {
    /// What follows the prefix, if the path is one of this surface.
    pub(super) fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.prefix)?;
        let begins = |root: &str| rest.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let ours = if self.roots.is_empty() { begins("") } else { self.roots.iter().any(|root| begins(root)) };
        ours.then_some(rest)
    }

    /// The paths everything of it lies below.
    pub(super) fn territories(&self) -> Vec<String> {
        let roots = if self.roots.is_empty() { &[""] } else { self.roots };
        roots.iter().map(|root| format!("{}{root}", self.prefix)).collect()
    }
}

impl Surfaces {
    /// These, with the first for what none of them has.
    pub(super) fn new(first: Surface, others: impl IntoIterator<Item = Surface>) -> Self {
        Self { first: first.errors, all: std::iter::once(first).chain(others).collect() }
    }

    /// The surface of a path, and the path below its prefix.
    pub(super) fn find<'a>(&self, path: &'a str) -> Option<(&Surface, &'a str)> {
        self.all.iter().find_map(|surface| Some((surface, surface.below(path)?)))
    }

    /// How a request for this path is refused.
    pub(super) fn shape(&self, path: &str) -> Shape {
        self.find(path).map_or(self.first, |(surface, _)| surface.errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Surface = Surface {
        door: Door::Admin,
        prefix: Cow::Borrowed("/b"),
        roots: &[],
        errors: Shape { media_type: "text/plain", write: |_| String::new() },
        identifies: true,
        keys: &[],
        admit: |_, _| Ok(()),
    };

    #[test]
    fn a_path_belongs_to_the_surface_it_lies_below() {
        let first = Surface { prefix: Cow::Borrowed("/a/v2"), ..SECOND };
        let third = Surface { prefix: Cow::Borrowed(""), roots: &["/rest", "/api"], ..SECOND };
        let surfaces = Surfaces::new(first, [SECOND, third]);
        let find = |path| surfaces.find(path).map(|(surface, rest)| (surface.prefix.as_ref(), rest));
        assert_eq!(find("/a/v2"), Some(("/a/v2", "")));
        assert_eq!(find("/a/v2/x/y"), Some(("/a/v2", "/x/y")));
        assert_eq!(find("/b/"), Some(("/b", "/")));
        assert_eq!(find("/rest/users"), Some(("", "/rest/users")));
        assert_eq!(find("/api"), Some(("", "/api")));
        for path in ["/", "/a", "/a/v20", "/a/v2x/y", "/c/b", "b", "/restful"] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
