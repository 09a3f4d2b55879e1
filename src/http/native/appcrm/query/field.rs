//! The fields by which users are found and sorted, and what a value of one means.

use crate::http::error::Refusal;
use crate::http::native::appcrm::{locale, words};
use crate::http::native::instant;
use crate::http::native::read::Kind;
use crate::scim::filter::{self, Filter, Operator};
use crate::scim::schema::ResourceType;
use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The most values that may be listed for one field.
const MOST: usize = 100;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Name,
    FirstName,
    LastName,
    Email,
    Phone,
    Timezone,
    Locale,
    Role,
    Created,
    Updated,
    SuperAdmin,
    AccessApi,
}

/// What a field is compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// It is the value.
    Equal,
    /// The value is a part of it.
    Like,
    /// It is one of the values, which commas separate.
    In,
}

impl Comparison {
    pub(super) fn named(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "=" => Some(Self::Equal),
            "like" => Some(Self::Like),
            "in" => Some(Self::In),
            _ => None,
        }
    }
}

impl Field {
    pub(super) const ALL: [Self; 13] = [
        Self::Id,
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Phone,
        Self::Timezone,
        Self::Locale,
        Self::Role,
        Self::Created,
        Self::Updated,
        Self::SuperAdmin,
        Self::AccessApi,
    ];

    /// How clients write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Phone => "phones.number",
            Self::Timezone => "timezone",
            Self::Locale => "locale",
            Self::Role => "roles.name",
            Self::Created => "created_at",
            Self::Updated => "updated_at",
            Self::SuperAdmin => "super_admin",
            Self::AccessApi => "access_api",
        }
    }

    /// The attribute that holds it.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Id => "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User:numericId",
            Self::Name => "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name",
            Self::FirstName => "name.givenName",
            Self::LastName => "name.familyName",
            Self::Email => "emails.value",
            Self::Phone => "phoneNumbers.value",
            Self::Timezone => "timezone",
            Self::Locale => "locale",
            Self::Role => "roles.value",
            Self::Created => "meta.created",
            Self::Updated => "meta.lastModified",
            Self::SuperAdmin => "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:superAdmin",
            Self::AccessApi => "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:accessApi",
        }
    }

    /// What it is compared by if nobody says.
    pub(super) const fn usual(self) -> Comparison {
        match self {
            Self::Name | Self::FirstName | Self::LastName | Self::Role => Comparison::Like,
            Self::Id
            | Self::Email
            | Self::Phone
            | Self::Timezone
            | Self::Locale
            | Self::Created
            | Self::Updated
            | Self::SuperAdmin
            | Self::AccessApi => Comparison::Equal,
        }
    }

    /// Whom a value finds. One that the field cannot have finds nobody.
    pub(super) fn filter(self, kind: &ResourceType, comparison: Comparison, text: &str) -> Result<Filter, Refusal> {
        match comparison {
            Comparison::Equal => self.test(kind, Operator::Eq, text),
            Comparison::Like => self.test(kind, Operator::Co, text),
            Comparison::In => {
                let values: Vec<&str> = text.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
                if values.len() > MOST {
                    return Err(words::wrong("q", Kind::TooMany(MOST)));
                }
                let tests = values.into_iter().map(|value| self.test(kind, Operator::Eq, value));
                Ok(Filter::Or(tests.collect::<Result<_, _>>()?))
            }
        }
    }

    fn test(self, kind: &ResourceType, operator: Operator, text: &str) -> Result<Filter, Refusal> {
        let ask = |operator, value: Value| {
            filter::test(kind, self.path(), operator, &value).map_err(|error| Refusal::internal(error.to_string()))
        };
        let nobody = Filter::Or(Vec::new());
        match self {
            // No database of ours holds it, and not every one can be asked for it.
            _ if text.contains('\0') || text.is_empty() => Ok(nobody),
            Self::Id => match text.parse::<i64>() {
                Ok(id) => ask(Operator::Eq, Value::from(id)),
                Err(_) => Ok(nobody),
            },
            Self::SuperAdmin | Self::AccessApi => match text.to_ascii_lowercase().as_str() {
                "1" | "true" => ask(Operator::Eq, Value::Bool(true)),
                // What is not said is not so.
                "0" | "false" => Ok(Filter::Not(Box::new(ask(Operator::Eq, Value::Bool(true))?))),
                _ => Ok(nobody),
            },
            Self::Created | Self::Updated => match span(text) {
                Some((from, to)) => Ok(Filter::And(vec![
                    ask(Operator::Ge, Value::from(instant::written(from)))?,
                    ask(Operator::Lt, Value::from(instant::written(to)))?,
                ])),
                None => Ok(nobody),
            },
            Self::Locale => ask(operator, Value::from(locale::to_scim(text))),
            Self::Name | Self::FirstName | Self::LastName | Self::Email | Self::Phone | Self::Timezone | Self::Role => {
                ask(operator, Value::from(text))
            }
        }
    }
}

/// The instants from and before which a date, or a date with a time, is.
fn span(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let utc = |at: civil::DateTime| at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp().as_microsecond());
    if let Ok(date) = text.parse::<civil::Date>()
        && text.len() == "2026-01-31".len()
    {
        let from = utc(date.to_datetime(civil::Time::midnight()))?;
        return Some((from, from.checked_add(DAY)?));
    }
    let instant = text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_microsecond).ok();
    let from = instant.or_else(|| utc(text.parse().ok()?))?;
    let length = if text.contains('.') { 1 } else { SECOND };
    Some((from, from.checked_add(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_and_a_time_a_second() {
        let start = 1_769_817_600_000_000;
        for (text, found) in [
            ("2026-01-31", Some((start, start + DAY))),
            ("2026-01-31 00:00:00", Some((start, start + SECOND))),
            ("2026-01-31T01:00:00+01:00", Some((start, start + SECOND))),
            ("2026-01-31T00:00:00.000001Z", Some((start + 1, start + 2))),
            ("2026-02-30", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(span(text), found, "{text}");
        }
    }
}
