//! Reads query strings by hand: form decoding would lose the difference between `+` and `%20`,
//! which clients use differently in filters.

use super::Parameter;
use crate::scim::{Error, ScimType};

/// The known parameters in order, with their values as they stand in the query.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (Parameter, &str)> {
    query.split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, true)?;
        Some((Parameter::named(name.trim())?, value))
    })
}

/// The value of a parameter in the clear.
pub(super) fn value(parameter: Parameter, raw: &str) -> Result<String, Error> {
    let filter = parameter == Parameter::Filter;
    decode(raw, !(filter && plus_is_plus(raw))).ok_or_else(|| {
        let detail = format!("parameter {} must be UTF-8 in percent-encoding (RFC 3986 §2.1)", parameter.name());
        match parameter {
            Parameter::Filter => Error::filter(detail),
            Parameter::Cursor => Error::new(ScimType::InvalidCursor, detail),
            Parameter::Count => Error::new(ScimType::InvalidCount, detail),
            Parameter::Attributes
            | Parameter::ExcludedAttributes
            | Parameter::SortBy
            | Parameter::SortOrder
            | Parameter::StartIndex => Error::value(detail),
        }
    })
}

/// Percent-decoding; none if an escape is broken or the result is no UTF-8.
fn decode(raw: &str, plus_is_blank: bool) -> Option<String> {
    let mut bytes = raw.bytes();
    let mut clear = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        clear.push(match byte {
            b'+' if plus_is_blank => b' ',
            b'%' => {
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                high * 16 + low
            }
            byte => byte,
        });
    }
    String::from_utf8(clear).ok()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Whether the filter, outside its quoted texts, encodes its blanks as `%20` and never as `+`: its
/// writer then means every `+` as one, as in a mail address that was not encoded.
fn plus_is_plus(raw: &str) -> bool {
    let mut rest = raw.as_bytes();
    let (mut quoted, mut escaped, mut encoded_blank) = (false, false, false);
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                (digit(*high).zip(digit(*low)).map_or(b'%', |(high, low)| high * 16 + low), after)
            }
            (first, after) => (*first, after),
        };
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'+' if !quoted && *first == b'+' => return false,
            b' ' if !quoted => encoded_blank = true,
            _ => {}
        }
        rest = after;
    }
    encoded_blank
}
