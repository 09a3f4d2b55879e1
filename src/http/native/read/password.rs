//! What a password must be that is set through a native API.
//!
//! Each dialect has a policy of its own. How a password is kept is the business of
//! [`crate::auth::password`].

use super::Kind;
use serde_json::Value;

/// The demands on a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http::native) struct Policy {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// Whether it needs a letter that is upper case, one that is lower case, and a digit.
    pub mixed: bool,
}

impl Policy {
    /// Any characters, so many at least, and no more than a hash of ours takes.
    pub(in crate::http::native) const fn at_least(min: usize) -> Self {
        Self { min, max: 255, mixed: false }
    }

    /// The same with letters of both cases and a digit.
    pub(in crate::http::native) const fn mixed(self) -> Self {
        Self { mixed: true, ..self }
    }

    /// A password that meets it.
    pub(in crate::http::native) fn read(self, value: &Value) -> Result<String, Kind> {
        let password = value.as_str().ok_or(Kind::NotText)?;
        self.check(password)?;
        Ok(password.to_owned())
    }

    /// Whether a password meets it.
    pub(in crate::http::native) fn check(self, password: &str) -> Result<(), Kind> {
        let length = password.chars().count();
        let has = |class: fn(char) -> bool| password.chars().any(class);
        if has(char::is_control) {
            Err(Kind::Control)
        } else if length < self.min {
            Err(Kind::TooShort(self.min))
        } else if length > self.max {
            Err(Kind::TooLong(self.max))
        } else if self.mixed && !(has(char::is_uppercase) && has(char::is_lowercase) && has(char::is_numeric)) {
            Err(Kind::Weak)
        } else {
            Ok(())
        }
    }
}
