//! Entity tags: `meta.version` on the wire, If-Match and If-None-Match (RFC 7644 §3.14, RFC 9110 §13.1).
//!
//! Tags are weak, `W/"3"`. Clients that drop the `W/` are understood: our versions count changes,
//! so that weak and strong comparison agree.

use crate::directory::{Expect, Matching};
use poem::http::HeaderMap;
use poem::http::header::{AsHeaderName, IF_MATCH, IF_NONE_MATCH};

/// The entity tag of a version.
pub(super) fn write(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// The preconditions of a request.
pub(super) fn expect(headers: &HeaderMap) -> Expect {
    Expect { if_match: read(headers, IF_MATCH), if_none_match: read(headers, IF_NONE_MATCH) }
}

/// The tags of one header; a tag that is not ours matches nothing.
fn read(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Matching> {
    let mut lines = headers.get_all(name).iter().map(|value| matching(value.to_str().unwrap_or_default()));
    let first = lines.next()?;
    Some(lines.fold(first, |all, line| match (all, line) {
        (Matching::Versions(mut all), Matching::Versions(line)) => {
            all.extend(line);
            Matching::Versions(all)
        }
        (Matching::Any, _) | (_, Matching::Any) => Matching::Any,
    }))
}

/// The tags of one line.
pub(super) fn matching(line: &str) -> Matching {
    let tags = || line.split(',').map(str::trim);
    if tags().any(|tag| tag == "*") { Matching::Any } else { Matching::Versions(tags().filter_map(version).collect()) }
}

fn version(tag: &str) -> Option<i64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let version: i64 = opaque.parse().ok()?;
    (version.to_string() == opaque).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::HeaderValue;

    #[test]
    fn tags_are_read_weak_or_strong_alone_or_in_lists() {
        let cases: &[(&[&str], Option<Matching>)] = &[
            (&[], None),
            (&["*"], Some(Matching::Any)),
            (&["W/\"3\""], Some(Matching::Versions(vec![3]))),
            (&["\"3\""], Some(Matching::Versions(vec![3]))),
            (&["W/\"3\", \"4\""], Some(Matching::Versions(vec![3, 4]))),
            (&["\"3\"", " W/\"5\" "], Some(Matching::Versions(vec![3, 5]))),
            (&["\"3\", *"], Some(Matching::Any)),
            (&["3"], Some(Matching::Versions(vec![]))),
            (&["\"\""], Some(Matching::Versions(vec![]))),
            (&["\"03\", \"+3\", \"x\", w/\"3\""], Some(Matching::Versions(vec![]))),
            (&["\"99999999999999999999\""], Some(Matching::Versions(vec![]))),
            (&[""], Some(Matching::Versions(vec![]))),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append(IF_MATCH, HeaderValue::from_static(line));
            }
            assert_eq!(&expect(&headers).if_match, expected, "{lines:?}");
            assert_eq!(expect(&headers).if_none_match, None);
        }
    }

    #[test]
    fn a_written_tag_is_read_back() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, write(7).parse().unwrap());
        assert_eq!(expect(&headers).if_none_match, Some(Matching::Versions(vec![7])));
    }
}
