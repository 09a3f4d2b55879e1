//! Dates with times as RFC 7643 §2.3.5 and RFC 3339 write them, brought to microseconds.

use jiff::civil;

/// The instant in microseconds since 1970-01-01T00:00:00Z, for years 0001 to 9999.
///
/// Digits past the sixth of the fraction are cut off, a missing offset means UTC, a leap second
/// is the second before it.
pub(super) fn microseconds(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let date = self::date(date)?;
    let clock_end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let (clock, rest) = rest.split_at_checked(clock_end)?;
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let (fraction, offset) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => fraction(rest)?,
    };
    if second > 60 {
        return None;
    }
    let time =
        civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second.min(59)).ok()?, 0)
            .ok()?;
    // Timestamps of jiff end a day before the year 9999 does.
    let epoch = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let since = date.to_datetime(time).duration_since(epoch).as_secs().checked_sub(seconds(offset)?)?;
    since.checked_mul(1_000_000)?.checked_add(i64::from(fraction))
}

/// The date of years 0001 to 9999 that `yyyy-mm-dd` means.
pub(super) fn date(text: &str) -> Option<civil::Date> {
    let [year, month, day] = fields(text, '-', [4, 2, 2])?;
    let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
    civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Three numbers of fixed widths and what separates them, and nothing else.
fn fields(text: &str, separator: char, widths: [usize; 3]) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut fields = [0; 3];
    for (field, width) in fields.iter_mut().zip(widths) {
        *field = digits(parts.next()?, width)?;
    }
    parts.next().is_none().then_some(fields)
}

fn digits(text: &str, width: usize) -> Option<u16> {
    (text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Microseconds, and what follows the digits.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    let padded = digits.bytes().map(|digit| u32::from(digit - b'0')).chain(std::iter::repeat(0));
    Some((padded.take(6).fold(0, |sum, digit| sum * 10 + digit), rest))
}

/// How many seconds local time is ahead of UTC.
fn seconds(text: &str) -> Option<i64> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::microseconds;

    #[test]
    fn instants_are_read_to_the_microsecond() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T00:00:00", 0),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1969-12-31T19:00:00-05:00", 0),
            ("1970-01-01T00:00:00.5Z", 500_000),
            ("1970-01-01T00:00:00.1234567Z", 123_456),
            ("1970-01-01T00:00:00.123456789012345678901234567890Z", 123_456),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2011-05-13T04:42:34Z", 1_305_261_754_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000_000),
            ("0001-01-03T00:00:00.0000000Z", -62_135_424_000_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("0001-01-01T00:00:00+14:00", -62_135_647_200_000_000),
        ];
        for (text, expected) in cases {
            assert_eq!(microseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        let cases = [
            "",
            "2011",
            "2011-05-13",
            "2011-05-13 04:42:34Z",
            "2011-05-13T04:42Z",
            "2011-05-13T04:42:34.Z",
            "2011-05-13T04:42:34,5Z",
            "2011-02-29T00:00:00Z",
            "2011-13-01T00:00:00Z",
            "2011-05-13T24:00:00Z",
            "2011-05-13T04:60:00Z",
            "2011-05-13T04:42:61Z",
            "0000-01-01T00:00:00Z",
            "99999-01-01T00:00:00Z",
            "-2011-05-13T04:42:34Z",
            "2011-5-13T04:42:34Z",
            "2011-05-13T04:42:34+0100",
            "2011-05-13T04:42:34+24:00",
            "2011-05-13T04:42:34+01:60",
            "2011-05-13T04:42:34Z ",
            "2011-05-13T04:42:34Z[UTC]",
            "2011-05-13T04:42:34٣Z",
            "20é1-05-13T04:42:34Z",
        ];
        for text in cases {
            assert_eq!(microseconds(text), None, "{text}");
        }
    }
}
