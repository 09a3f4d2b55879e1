//! What a list is asked for: `q` over `search_fields`, `order` and `select`, as a filter, an order and a
//! choice of members. Pages are elsewhere.

mod field;

#[cfg(test)]
mod tests;

use super::words;
use crate::directory::user::Search;
use crate::http::error::Refusal;
use crate::http::native::read::Kind;
use crate::scim::filter::Filter;
use crate::scim::path::{self, Target};
use crate::scim::schema::ResourceType;
use field::{Comparison, Field};
use poem::http::StatusCode;

/// A number of so many digits is the id of somebody; a longer one may be a telephone number.
const ID_DIGITS: usize = 7;
const PHONE_DIGITS: usize = 15;

/// The parameters of a list, as they came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Question<'a> {
    pub q: Option<&'a str>,
    pub search_fields: Option<&'a str>,
    pub search_match: Option<&'a str>,
    pub order: Option<&'a str>,
    /// Whether the caller is shown the roles of others, and so may search by them.
    pub sees_roles: bool,
}

impl Question<'_> {
    /// What the directory is asked.
    pub(super) fn search(&self, kind: &ResourceType, offset: u64, limit: u64) -> Result<Search, Refusal> {
        Ok(Search { filter: self.filter(kind)?, sort: Some(self.sort(kind)?), offset, limit })
    }

    /// What users must match.
    fn filter(&self, kind: &ResourceType) -> Result<Option<Filter>, Refusal> {
        let listed = self.listed()?;
        let Some(q) = self.q.filter(|q| !q.trim().is_empty()) else { return Ok(None) };
        if is_number(q, 1..=ID_DIGITS) {
            return Field::Id.filter(kind, Comparison::Equal, q).map(Some);
        }
        let asked = self.asked(q);
        let tested = listed.unwrap_or_else(|| usual(&asked));
        let mut tests = Vec::new();
        for (field, comparison) in tested {
            let own = asked.named.iter().find(|(named, _)| *named == field).map(|(_, value)| *value);
            if let Some(value) = own.or(asked.plain.as_deref()) {
                tests.push(field.filter(kind, comparison, value)?);
            }
        }
        let all = self.search_match.is_some_and(|word| word.eq_ignore_ascii_case("and"));
        // A search that asks nothing finds nobody.
        Ok(Some(if all && !tests.is_empty() { Filter::And(tests) } else { Filter::Or(tests) }))
    }

    /// The fields that `search_fields` names, with what they are compared by; none if it names none.
    fn listed(&self) -> Result<Option<Vec<(Field, Comparison)>>, Refusal> {
        let Some(text) = self.search_fields.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        let mut listed = Vec::new();
        for entry in text.split(';') {
            let (name, comparison) = match entry.rsplit_once(':') {
                Some((name, word)) => (name, Comparison::named(word).map(Some)),
                None => (entry, Some(None)),
            };
            let (Some(field), Some(comparison)) = (self.field(name), comparison) else { continue };
            let pair = (field, comparison.unwrap_or_else(|| field.usual()));
            if !listed.contains(&pair) {
                listed.push(pair);
            }
        }
        if listed.is_empty() {
            let names: Vec<&str> = self.fields().map(Field::name).collect();
            let message =
                format!("None of the search fields were accepted. Acceptable search fields are: {}", names.join(","));
            return Err(words::told(StatusCode::FORBIDDEN, &message));
        }
        Ok(Some(listed))
    }

    /// What `q` says: values of fields, and the text that is looked for in the others.
    fn asked<'q>(&self, q: &'q str) -> Asked<'q> {
        let mut named = Vec::new();
        let mut plain = Vec::new();
        for part in q.split(';') {
            let known = part.split_once(':').and_then(|(name, value)| Some((self.field(name)?, value)));
            match known {
                Some(pair) => named.push(pair),
                None => plain.push(part),
            }
        }
        let plain = plain.join(";");
        Asked { named, plain: (!plain.trim().is_empty()).then_some(plain) }
    }

    /// What users are sorted by, and whether descending.
    fn sort(&self, kind: &ResourceType) -> Result<(Target, bool), Refusal> {
        let order = self.order.filter(|order| !order.trim().is_empty()).unwrap_or("name");
        let (name, direction) = order.split_once('|').unwrap_or((order, "asc"));
        let descending = match direction.trim().to_ascii_lowercase().as_str() {
            "asc" => Some(false),
            "desc" => Some(true),
            _ => None,
        };
        match (self.field(name), descending) {
            (Some(field), Some(descending)) => {
                let target = path::resolve(kind, field.path()).map_err(|error| Refusal::internal(error.to_string()))?;
                Ok((target, descending))
            }
            _ => Err(words::wrong("order", Kind::Unknown)),
        }
    }

    /// The fields that the caller may name.
    fn fields(&self) -> impl Iterator<Item = Field> {
        let sees_roles = self.sees_roles;
        Field::ALL.into_iter().filter(move |field| sees_roles || *field != Field::Role)
    }

    fn field(&self, name: &str) -> Option<Field> {
        self.fields().find(|field| field.name() == name.trim())
    }
}

/// What `q` says.
struct Asked<'q> {
    named: Vec<(Field, &'q str)>,
    plain: Option<String>,
}

/// What is searched if nobody says in which fields: mail address and name, a telephone number if it
/// looks like one, and the fields that are named.
fn usual(asked: &Asked<'_>) -> Vec<(Field, Comparison)> {
    let mut tested = vec![Field::Email, Field::Name];
    if asked.plain.as_deref().is_some_and(|plain| is_number(plain, ID_DIGITS..=PHONE_DIGITS)) {
        tested.push(Field::Phone);
    }
    for (field, _) in &asked.named {
        if !tested.contains(field) {
            tested.push(*field);
        }
    }
    tested.into_iter().map(|field| (field, field.usual())).collect()
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

/// The members that `select` chooses; none for all.
pub(super) fn selected(text: Option<&str>) -> Option<Vec<&str>> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(text.split([';', ',']).map(str::trim).collect())
}
