//! Mail signatures: HTML that is kept as it was sent and shown without anything that could run.

use std::borrow::Cow;

/// The signature without scripts, styles and whatever else is no plain formatting.
pub(super) fn harmless(html: &str) -> Cow<'_, str> {
    // Without a tag there is nothing to take away, and an ampersand stays one.
    if html.contains('<') { Cow::Owned(ammonia::clean(html)) } else { Cow::Borrowed(html) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_stays_and_what_runs_goes() {
        for (html, shown) in [
            ("Best regards", "Best regards"),
            ("Smith & Sons", "Smith & Sons"),
            ("<p>Kind <b>regards</b><br>Me</p>", "<p>Kind <b>regards</b><br>Me</p>"),
            ("<script>alert(1)</script>Me", "Me"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer\">x</a>"),
            ("<svg><style><img src=x onerror=alert(1)></style></svg>", "<img src=\"x\">"),
        ] {
            assert_eq!(harmless(html), shown, "{html}");
        }
    }

    #[test]
    fn what_is_harmless_is_shown_as_it_is() {
        for html in ["<p>a & b</p>", "<a href=\"https://x.test\">x</a>", "a < b", "<b>"] {
            let once = harmless(html).into_owned();
            assert_eq!(harmless(&once), once);
        }
    }
}
