//! Reads the body of a native API field by field and collects every fault instead of stopping at the
//! first.
//!
//! What is wrong is told as a [`Kind`]; each dialect has words of its own for it. What a value must be
//! is in [`value`], what a password must be in [`password`]. Text stays as it came: nothing is trimmed.

pub(super) mod password;
pub(super) mod value;

#[cfg(test)]
mod tests;

use crate::scim::Object;
use serde_json::Value;
use std::borrow::Cow;

/// The most elements of a list.
const ELEMENTS: usize = 1000;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where: `userName`, `roles.0`, `IndigoUser.firstName`.
    pub field: String,
    /// What.
    pub kind: Kind,
}

/// The ways in which a field can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is required, and absent, null or blank.
    Missing,
    /// It must be text.
    NotText,
    /// It must be true or false.
    NotBoolean,
    /// It must be a whole number.
    NotInteger,
    /// It must be a list.
    NotList,
    /// It must be an object.
    NotObject,
    /// The text has a control character.
    Control,
    /// The text has fewer characters than this.
    TooShort(usize),
    /// The text has more characters than this.
    TooLong(usize),
    /// The list has more elements than this.
    TooMany(usize),
    /// The number is not from the first to the second of these.
    OutOfRange(i64, i64),
    /// It must be a mail address.
    NotEmail,
    /// It must be an http or https URL.
    NotUrl,
    /// The password lacks a kind of characters.
    Weak,
    /// There is no such thing: it is in no catalogue, or not one of the values there are.
    Unknown,
    /// Somebody else has it.
    Taken,
    /// A rule that only this dialect has, in its words.
    Own(Cow<'static, str>),
}

/// The fields of an object, and what was found wrong with them so far.
pub(super) struct Fields<'a> {
    /// What stands before the names of the fields: empty, or `IndigoUser.`.
    path: String,
    object: &'a Object,
    any_case: bool,
    faults: Vec<Fault>,
}

impl<'a> Fields<'a> {
    /// The fields of a body; none if it is no object.
    pub(super) fn of(body: &'a Value) -> Option<Self> {
        let object = body.as_object()?;
        Some(Self { path: String::new(), object, any_case: false, faults: Vec::new() })
    }

    /// The same, with names that are known in any case.
    pub(super) fn in_any_case(self) -> Self {
        Self { any_case: true, ..self }
    }

    /// Whether the field is there, be it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a field; null counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.find(name).filter(|value| !value.is_null())
    }

    /// Notes which of these fields are absent, null or blank.
    pub(super) fn require(&mut self, names: &[&str]) {
        for name in names {
            let blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
            if self.get(name).is_none_or(blank) {
                self.fault(name, Kind::Missing);
            }
        }
    }

    /// The value of a field, if it is there and right. A field that has a fault already is not read.
    pub(super) fn read<T>(&mut self, name: &str, read: impl FnOnce(&'a Value) -> Result<T, Kind>) -> Option<T> {
        let value = self.get(name).filter(|_| !self.is_faulty(name))?;
        read(value).map_err(|kind| self.fault(name, kind)).ok()
    }

    /// The values of a list, if it is there and all of them are right.
    pub(super) fn each<T>(&mut self, name: &str, read: impl Fn(&'a Value) -> Result<T, Kind>) -> Option<Vec<T>> {
        let list = self.read(name, elements)?;
        let found: Vec<Option<T>> = list
            .iter()
            .enumerate()
            .map(|(at, value)| read(value).map_err(|kind| self.fault(&format!("{name}.{at}"), kind)).ok())
            .collect();
        found.into_iter().collect()
    }

    /// What is read of an object in a field, if it is there.
    pub(super) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let object = self.read(name, object)?;
        Some(self.inside(name, object, read))
    }

    /// What is read of each object of a list, if it is there and all of them are objects.
    pub(super) fn each_within<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> T) -> Option<Vec<T>> {
        let objects = self.each(name, object)?;
        let inside = |(at, object)| self.inside(&format!("{name}.{at}"), object, &read);
        Some(objects.into_iter().enumerate().map(inside).collect())
    }

    /// Notes a fault that was found elsewhere.
    pub(super) fn fault(&mut self, name: &str, kind: Kind) {
        self.faults.push(Fault { field: format!("{}{name}", self.path), kind });
    }

    /// Whether something was found wrong with the field or in it.
    pub(super) fn is_faulty(&self, name: &str) -> bool {
        let path = format!("{}{name}", self.path);
        let within =
            |field: &str| field.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.faults.iter().any(|fault| within(&fault.field))
    }

    /// What was found wrong, in the order in which it was.
    pub(super) fn faults(self) -> Vec<Fault> {
        self.faults
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        // A body has no two names that differ by case alone.
        let in_any_case = || self.object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match self.object.get(name) {
            None if self.any_case => in_any_case().map(|(_, value)| value),
            found => found,
        }
    }

    fn inside<T>(&mut self, name: &str, object: &'a Object, read: impl FnOnce(&mut Self) -> T) -> T {
        let path = format!("{}{name}.", self.path);
        let mut inner = Self { path, object, any_case: self.any_case, faults: Vec::new() };
        let found = read(&mut inner);
        self.faults.append(&mut inner.faults);
        found
    }
}

fn object(value: &Value) -> Result<&Object, Kind> {
    value.as_object().ok_or(Kind::NotObject)
}

fn elements(value: &Value) -> Result<&Vec<Value>, Kind> {
    let list = value.as_array().ok_or(Kind::NotList)?;
    if list.len() > ELEMENTS { Err(Kind::TooMany(ELEMENTS)) } else { Ok(list) }
}
