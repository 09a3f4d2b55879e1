//! The picture of somebody who has none: what Gravatar keeps for the mail address.

use md5::{Digest, Md5};
use std::fmt::Write as _;

/// The URL of the picture for a mail address: 160 pixels, a silhouette for addresses Gravatar does not
/// know. The address goes into it only as the hash that Gravatar asks for.
pub(super) fn url(email: &str) -> String {
    let digest = Md5::digest(email.trim().to_lowercase());
    let mut url = "https://www.gravatar.com/avatar/".to_owned();
    for byte in digest {
        let _ = write!(url, "{byte:02x}");
    }
    url.push_str("?s=160&d=mm&r=g");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_address_without_case_and_blanks() {
        let known = "https://www.gravatar.com/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346?s=160&d=mm&r=g";
        for email in ["myemailaddress@example.com", " MyEmailAddress@example.com "] {
            assert_eq!(url(email), known, "{email}");
        }
    }
}
