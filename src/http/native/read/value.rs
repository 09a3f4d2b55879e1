//! What a value of a native API must be: text of some length, a mail address, a URL, a truth, a number.
//!
//! All give the value or the [`Kind`] of its fault, for [`super::Fields::read`] and
//! [`super::Fields::each`].

use super::Kind;
use poem::http::Uri;
use serde_json::Value;
use std::ops::RangeInclusive;

/// The largest whole number that every reader of JSON keeps (RFC 8259 §6).
pub(in crate::http::native) const MAX_SAFE: i64 = 9_007_199_254_740_991;
/// What a number of a user, a role or anything else that is numbered can be.
pub(in crate::http::native) const ID: RangeInclusive<i64> = 1..=MAX_SAFE;

/// The most bytes of a mail address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const EMAIL: usize = 254;
/// The most bytes of what stands before the @ (RFC 5321 §4.5.3.1.1).
const LOCAL_PART: usize = 64;
/// The most bytes of a label of a host name (RFC 1035 §2.3.4).
const LABEL: usize = 63;

/// One line of text, of so many characters at the most.
pub(in crate::http::native) fn text(max: usize) -> impl Fn(&Value) -> Result<String, Kind> {
    move |value| bounded(value, max, |c| !c.is_control())
}

/// Text that may have several lines, of so many characters at the most.
pub(in crate::http::native) fn lines(max: usize) -> impl Fn(&Value) -> Result<String, Kind> {
    move |value| bounded(value, max, |c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

/// A mail address, of so many characters at the most.
pub(in crate::http::native) fn email(max: usize) -> impl Fn(&Value) -> Result<String, Kind> {
    move |value| checked(text(max)(value)?, is_email, Kind::NotEmail)
}

/// The URL of something on the web, of so many characters at the most.
pub(in crate::http::native) fn url(max: usize) -> impl Fn(&Value) -> Result<String, Kind> {
    move |value| checked(text(max)(value)?, is_web_url, Kind::NotUrl)
}

/// One of some texts, in this case.
pub(in crate::http::native) fn one_of(known: &[&str]) -> impl Fn(&Value) -> Result<String, Kind> {
    |value| {
        let text = value.as_str().ok_or(Kind::NotText)?;
        if known.contains(&text) { Ok(text.to_owned()) } else { Err(Kind::Unknown) }
    }
}

/// True or false.
pub(in crate::http::native) fn boolean(value: &Value) -> Result<bool, Kind> {
    value.as_bool().ok_or(Kind::NotBoolean)
}

/// True or false, or one of the numbers and texts 1 and 0.
pub(in crate::http::native) fn switch(value: &Value) -> Result<bool, Kind> {
    match (value, value.as_i64(), value.as_str()) {
        (Value::Bool(truth), ..) => Ok(*truth),
        (_, Some(1), _) | (.., Some("1")) => Ok(true),
        (_, Some(0), _) | (.., Some("0")) => Ok(false),
        _ => Err(Kind::NotBoolean),
    }
}

/// A whole number of a range.
pub(in crate::http::native) fn integer(range: RangeInclusive<i64>) -> impl Fn(&Value) -> Result<i64, Kind> {
    move |value| within(&range, whole(value)?)
}

/// A whole number of a range, as a number or as its digits.
pub(in crate::http::native) fn digits(range: RangeInclusive<i64>) -> impl Fn(&Value) -> Result<i64, Kind> {
    move |value| match value.as_str() {
        None => within(&range, whole(value)?),
        Some(text) => parse_digits(text, &range),
    }
}

/// The number that such digits are, as in a path or a query.
pub(in crate::http::native) fn parse_digits(text: &str, range: &RangeInclusive<i64>) -> Result<i64, Kind> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Kind::NotInteger);
    }
    // What is longer than any number of ours is out of every range.
    within(range, text.parse().map_err(|_| out_of(range))?)
}

fn bounded(value: &Value, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, Kind> {
    let text = value.as_str().ok_or(Kind::NotText)?;
    if !text.chars().all(allowed) {
        return Err(Kind::Control);
    }
    if text.chars().count() > max { Err(Kind::TooLong(max)) } else { Ok(text.to_owned()) }
}

fn checked(text: String, check: fn(&str) -> bool, fault: Kind) -> Result<String, Kind> {
    if check(&text) { Ok(text) } else { Err(fault) }
}

/// A number without a fraction; also when written with one that is zero, as JSON knows one kind only.
fn whole(value: &Value) -> Result<i64, Kind> {
    if let Some(number) = value.as_i64() {
        return Ok(number);
    }
    let number = value.as_f64().filter(|number| number.fract() == 0.0).ok_or(Kind::NotInteger)?;
    // The text of such a number has no fraction; what does not fit is beyond every range.
    Ok(format!("{number:.0}").parse().unwrap_or(if number < 0.0 { i64::MIN } else { i64::MAX }))
}

fn within(range: &RangeInclusive<i64>, number: i64) -> Result<i64, Kind> {
    if range.contains(&number) { Ok(number) } else { Err(out_of(range)) }
}

fn out_of(range: &RangeInclusive<i64>) -> Kind {
    Kind::OutOfRange(*range.start(), *range.end())
}

/// Whether a text is a mail address: a dot-atom (RFC 5322 §3.2.3) and a host name, either of which may
/// have letters of any script (RFC 6531 §3.3). Quoted local parts, comments and address literals are
/// not taken: nobody signs in with them.
pub(in crate::http::native) fn is_email(text: &str) -> bool {
    let atom =
        |atom: &str| !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c));
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    text.len() <= EMAIL && local.len() <= LOCAL_PART && local.split('.').all(atom) && is_host(host)
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty()
            && label.len() <= LABEL
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label)
}

/// Whether a text is an http or https URL with a host (RFC 9110 §4.2).
pub(in crate::http::native) fn is_web_url(text: &str) -> bool {
    let Ok(url) = text.parse::<Uri>() else { return false };
    let web = matches!(url.scheme_str(), Some("http" | "https"));
    web && url.host().is_some_and(|host| !host.is_empty())
}
