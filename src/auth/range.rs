//! Where a credential may be used from: ranges of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3).

use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The most ranges one credential may have.
pub const MAX: usize = 100;

/// The ranges of one credential; none means any address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<IpNet>);

impl Ranges {
    /// Reads ranges such as `10.0.0.0/8` and `2001:db8::/32`; an address alone is a range of one.
    ///
    /// # Errors
    /// A sentence, if one of them is neither or there are too many.
    pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut ranges = Vec::new();
        for text in texts {
            let one = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
            let range = text.parse::<IpNet>().or_else(|_| one()).map_err(|_| {
                "addresses: each is a range such as 10.0.0.0/8 or 2001:db8::/32, or one address (RFC 4632)".to_owned()
            })?;
            ranges.push(range.trunc());
        }
        if ranges.len() > MAX {
            return Err(format!("addresses: a credential has {MAX} ranges at the most"));
        }
        Ok(Self(ranges))
    }

    /// Reads what [`Display`](fmt::Display) wrote.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text.split_ascii_whitespace())
    }

    /// Whether the credential may be used from there. An address nobody knows lies in no range.
    #[must_use]
    pub fn allow(&self, from: Option<IpAddr>) -> bool {
        // A server that listens on IPv6 sees ::ffff:192.0.2.1 for the client 192.0.2.1.
        let inside = |from: IpAddr| self.0.iter().any(|range| range.contains(&from.to_canonical()));
        self.0.is_empty() || from.is_some_and(inside)
    }

    /// Each range as text.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }
}

/// What counts as one address: of IPv6 the network, since every host has 2^64 of them to choose from.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        version_4 @ IpAddr::V4(_) => version_4,
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_allowed_if_a_range_has_it() {
        for (ranges, from, allowed) in [
            ("", Some("192.0.2.1"), true),
            ("", None, true),
            ("10.0.0.0/8", Some("10.255.0.1"), true),
            ("10.0.0.0/8", Some("11.0.0.1"), false),
            ("10.0.0.0/8", None, false),
            ("10.0.0.0/8 192.0.2.1", Some("192.0.2.1"), true),
            ("10.0.0.0/8 192.0.2.1", Some("192.0.2.2"), false),
            ("2001:db8::/32", Some("2001:db8:1::1"), true),
            ("2001:db8::/32", Some("2001:db9::1"), false),
            ("0.0.0.0/0", Some("2001:db8::1"), false),
            ("::/0", Some("192.0.2.1"), false),
            ("192.0.2.0/24", Some("::ffff:192.0.2.7"), true),
            ("::ffff:192.0.2.7", Some("192.0.2.7"), true),
        ] {
            let read = Ranges::parse(ranges).unwrap();
            assert_eq!(read.allow(from.map(|from| from.parse().unwrap())), allowed, "{ranges:?} from {from:?}");
        }
    }

    #[test]
    fn what_is_printed_reads_back_without_the_bits_of_hosts() {
        for (text, printed) in [
            ("", ""),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("192.0.2.1", "192.0.2.1/32"),
            ("2001:DB8::1/32  10.0.0.0/8", "2001:db8::/32 10.0.0.0/8"),
        ] {
            let ranges = Ranges::parse(text).unwrap();
            assert_eq!(ranges.to_string(), printed);
            assert_eq!(Ranges::parse(printed).unwrap(), ranges);
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["10.0.0.0/33", "10.0.0/8", "example.com", "10.0.0.0/", "/8", "10.0.0.0-10.0.0.9", "::/129"] {
            assert!(Ranges::parse(text).unwrap_err().starts_with("addresses: "), "{text}");
        }
        assert!(Ranges::read(std::iter::repeat_n("10.0.0.1", MAX)).is_ok());
        assert!(Ranges::read(std::iter::repeat_n("10.0.0.1", MAX + 1)).is_err());
    }

    #[test]
    fn an_address_of_version_6_counts_as_its_network() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:2", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            let of = |text: &str| network(text.parse().unwrap());
            assert_eq!(of(one) == of(other), same, "{one} {other}");
        }
    }
}
