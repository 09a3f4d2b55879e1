//! What a credential may do: named rights, written as space-separated text (RFC 6749 §3.3).

use std::fmt;
use std::str::FromStr;

/// A right that a token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `scim`: read and write through SCIM.
    Scim,
    /// `scim:read`: read through SCIM.
    ScimRead,
    /// `users:read`: read users through the native APIs.
    UsersRead,
    /// `users:write`: read and write users through the native APIs.
    UsersWrite,
    /// `self`: read and change the user the credential stands for.
    Own,
    /// `admin`: manage every tenant of the server and its credentials.
    Admin,
}

/// A scope nobody knows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such scope; the scopes are {}", names())]
pub struct Unknown;

/// The rights of one credential, from space-separated text (RFC 6749 §3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 6] = [Self::Scim, Self::ScimRead, Self::UsersRead, Self::UsersWrite, Self::Own, Self::Admin];

    /// The name, as tokens and people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::ScimRead => "scim:read",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::Own => "self",
            Self::Admin => "admin",
        }
    }
}

fn names() -> String {
    Scope::ALL.map(Scope::name).join(", ")
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or(Unknown)
    }
}

impl Scopes {
    /// Reads space-separated names; `*` is every right there is.
    ///
    /// # Errors
    /// A sentence with the known scopes, if one of them is unknown.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut scopes = Vec::new();
        for name in text.split_ascii_whitespace() {
            match name {
                "*" => scopes.extend(Self::all().0),
                name => scopes.push(name.parse::<Scope>().map_err(|error| error.to_string())?),
            }
        }
        Ok(scopes.into_iter().collect())
    }

    /// Every right there is: the first token of a new database.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![Scope::Scim, Scope::UsersWrite, Scope::Own, Scope::Admin])
    }

    /// The right to one directory: the first token of a further tenant.
    #[must_use]
    pub fn directory() -> Self {
        Self(vec![Scope::Scim, Scope::UsersWrite, Scope::Own])
    }

    /// Whether every right of `wanted` is among these, by name or because a greater one implies it.
    #[must_use]
    pub fn cover(&self, wanted: &Self) -> bool {
        wanted.0.iter().all(|scope| {
            self.0.contains(scope)
                || match scope {
                    Scope::Scim | Scope::UsersWrite | Scope::Own | Scope::Admin => false,
                    Scope::ScimRead => self.0.contains(&Scope::Scim),
                    Scope::UsersRead => self.0.contains(&Scope::UsersWrite),
                }
        })
    }

    /// Whether there is no right at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rights, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether tenants, connections and credentials may be managed.
    #[must_use]
    pub fn allows_admin(&self) -> bool {
        self.0.contains(&Scope::Admin)
    }

    /// Whether this right is among these, by name or because a greater one implies it.
    #[must_use]
    pub fn allow(&self, scope: Scope) -> bool {
        self.cover(&Self(vec![scope]))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut kept = Vec::new();
        for scope in scopes {
            if !kept.contains(&scope) {
                kept.push(scope);
            }
        }
        Self(kept)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_follow_from_the_scopes() {
        for (text, read, write, admin) in [
            ("", false, false, false),
            ("scim:read", true, false, false),
            ("scim", true, true, false),
            ("scim:read scim", true, true, false),
            ("  scim   scim ", true, true, false),
            ("admin", false, false, true),
            ("admin scim:read", true, false, true),
        ] {
            let scopes = Scopes::parse(text).unwrap();
            let rights = (scopes.allow(Scope::ScimRead), scopes.allow(Scope::Scim), scopes.allows_admin());
            assert_eq!(rights, (read, write, admin), "{text:?}");
        }
        let (all, directory) = (Scopes::all(), Scopes::directory());
        assert!(Scope::ALL.into_iter().all(|scope| all.allow(scope)));
        assert!(directory.allow(Scope::UsersRead) && !directory.allows_admin(), "a tenant's token manages no other");
        assert!(!Scopes::parse("scim").unwrap().allow(Scope::UsersRead), "SCIM opens no other door");
        assert_eq!(Scopes::parse("*").unwrap(), all);
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["", "scim", "scim:read", "scim:read scim", "users:read", "users:write self", "admin"] {
            let scopes = Scopes::parse(text).unwrap();
            assert_eq!(scopes.to_string(), text);
        }
        assert_eq!(Scopes::parse("scim scim").unwrap().to_string(), "scim");
    }

    #[test]
    fn an_unknown_scope_is_refused_with_the_known_ones() {
        for text in ["root", "SCIM", "scim,scim:read", "scim:write scim"] {
            assert_eq!(
                Scopes::parse(text).unwrap_err(),
                "there is no such scope; the scopes are scim, scim:read, users:read, users:write, self, admin",
                "{text}"
            );
        }
    }
}
