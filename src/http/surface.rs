//! What a surface is: where it is mounted, how it refuses, whom it admits.
//!
//! Everything before the routes asks this table, so that no surface needs to know another.

use super::error::Refusal;
use crate::directory::Caller;

/// One surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surface {
    /// The path everything of it lies below.
    pub prefix: &'static str,
    /// How it writes its errors.
    pub errors: Shape,
    /// Whether a caller may use a path, which is given without the prefix.
    pub admit: fn(path: &str, caller: Option<&Caller>) -> Result<(), Refusal>,
}

/// The form of an error's body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub media_type: &'static str,
    pub write: fn(&Refusal) -> String,
}

/// All surfaces. What lies below none of them is refused in the shape of the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surfaces {
    pub first: &'static Surface,
    pub others: &'static [&'static Surface],
}

impl Surfaces {
    /// The surface of a path, and the path below its prefix.
    pub(super) fn find<'a>(&self, path: &'a str) -> Option<(&'static Surface, &'a str)> {
        [self.first].into_iter().chain(self.others.iter().copied()).find_map(|surface| {
            let rest = path.strip_prefix(surface.prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((surface, rest))
        })
    }

    /// How a request for this path is refused.
    pub(super) fn shape(&self, path: &str) -> Shape {
        self.find(path).map_or(self.first, |(surface, _)| surface).errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Surface = Surface {
        prefix: "/b",
        errors: Shape { media_type: "text/plain", write: |_| String::new() },
        admit: |_, _| Ok(()),
    };
    const FIRST: Surface = Surface { prefix: "/a/v2", ..SECOND };

    #[test]
    fn a_path_belongs_to_the_surface_it_lies_below() {
        let surfaces = Surfaces { first: &FIRST, others: &[&SECOND] };
        let find = |path| surfaces.find(path).map(|(surface, rest)| (surface.prefix, rest));
        assert_eq!(find("/a/v2"), Some(("/a/v2", "")));
        assert_eq!(find("/a/v2/x/y"), Some(("/a/v2", "/x/y")));
        assert_eq!(find("/b/"), Some(("/b", "/")));
        for path in ["/", "/a", "/a/v20", "/a/v2x/y", "/c/b", "b"] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
