//! How far the server bends the protocol for one client: named tolerances, and profiles of them.
//!
//! Each tolerance accepts something that RFC 7643, RFC 7644 or the SCIM 2.0 Interoperability Profile
//! (draft-zollner-scim-interop-profile) forbids. A profile is a preset; single tolerances can be set
//! beside it. [`Leeway`] is a profile at work on one request.

#[cfg(test)]
mod tests;

use super::Error;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// One named tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tolerance {
    /// `schemas` may be missing, old or name unknown URNs (RFC 7643 §3).
    AnySchemas,
    /// Attributes no schema knows are left out instead of refused (RFC 7644 §3.3).
    UnknownAttributes,
    /// `"True"` and `"false"` are booleans (RFC 7643 §2.3.2).
    TextBooleans,
    /// Numbers for text, one value for a list, a list of one for a value (RFC 7643 §2.3, §2.4).
    LooseShapes,
    /// A PATCH clears a value by `""`, null, or `remove` with a value (RFC 7644 §3.5.2).
    ClearByEmpty,
    /// `remove` with a list of values removes just those (RFC 7644 §3.5.2.2).
    RemoveByValue,
    /// A PATCH may lack `schemas`, call its list otherwise, or have no operation (RFC 7644 §3.5.2).
    LoosePatch,
    /// An operation may lack a path, as RFC 7644 §3.5.2 lets it; the keys of its value are paths.
    PathlessPatch,
    /// `replace` of a complex attribute leaves the parts it does not name, as RFC 7644 §3.5.2.3 has it.
    MergeReplace,
    /// `replace` by a value path that selects nothing makes the element its filter describes (RFC 7644 §3.5.2.3).
    MakeElements,
    /// An operation whose path names no attribute is passed over (RFC 7644 §3.5.2).
    UnknownPaths,
    /// Two groups may not share a name: stricter than RFC 7643 §4.2, which lets them.
    UniqueGroupNames,
    /// Ids of members that nobody has are left out (RFC 7643 §4.2).
    UnknownMembers,
    /// JSON text in the value of a role is expanded into its parts.
    ExpandRoles,
    /// The Authorization header may hold the token alone (RFC 6750 §2.1).
    RawAuthorization,
    /// A DELETE keeps the last document where only administrators see it (RFC 7644 §3.6).
    SoftDelete,
}

impl Tolerance {
    /// Every tolerance there is.
    pub const ALL: [Self; 16] = [
        Self::AnySchemas,
        Self::UnknownAttributes,
        Self::TextBooleans,
        Self::LooseShapes,
        Self::ClearByEmpty,
        Self::RemoveByValue,
        Self::LoosePatch,
        Self::PathlessPatch,
        Self::MergeReplace,
        Self::MakeElements,
        Self::UnknownPaths,
        Self::UniqueGroupNames,
        Self::UnknownMembers,
        Self::ExpandRoles,
        Self::RawAuthorization,
        Self::SoftDelete,
    ];

    /// The name, as people and the store write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AnySchemas => "any-schemas",
            Self::UnknownAttributes => "unknown-attributes",
            Self::TextBooleans => "text-booleans",
            Self::LooseShapes => "loose-shapes",
            Self::ClearByEmpty => "clear-by-empty",
            Self::RemoveByValue => "remove-by-value",
            Self::LoosePatch => "loose-patch",
            Self::PathlessPatch => "pathless-patch",
            Self::MergeReplace => "merge-replace",
            Self::MakeElements => "make-elements",
            Self::UnknownPaths => "unknown-paths",
            Self::UniqueGroupNames => "unique-group-names",
            Self::UnknownMembers => "unknown-members",
            Self::ExpandRoles => "expand-roles",
            Self::RawAuthorization => "raw-authorization",
            Self::SoftDelete => "soft-delete",
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Tolerance {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|tolerance| tolerance.name() == text).ok_or(Unknown::Tolerance)
    }
}

/// A preset of tolerances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Preset {
    /// Every client at the first try.
    #[default]
    Default,
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
    /// The RFCs to the letter, and where they leave a choice the SCIM 2.0 Interoperability Profile.
    Strict,
}

impl Preset {
    /// Every preset there is.
    pub const ALL: [Self; 4] = [Self::Default, Self::Okta, Self::Entra, Self::Strict];

    /// The name, as people and the store write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Strict => "strict",
        }
    }

    /// Whether a tolerance is on in this preset.
    #[must_use]
    pub fn allows(self, tolerance: Tolerance) -> bool {
        match tolerance {
            Tolerance::AnySchemas
            | Tolerance::UnknownAttributes
            | Tolerance::TextBooleans
            | Tolerance::LooseShapes
            | Tolerance::ClearByEmpty
            | Tolerance::RemoveByValue
            | Tolerance::LoosePatch
            | Tolerance::PathlessPatch
            | Tolerance::MergeReplace
            | Tolerance::MakeElements
            | Tolerance::UniqueGroupNames => self != Self::Strict,
            Tolerance::UnknownPaths => self == Self::Entra,
            Tolerance::UnknownMembers
            | Tolerance::ExpandRoles
            | Tolerance::RawAuthorization
            | Tolerance::SoftDelete => false,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|preset| preset.name() == text).ok_or(Unknown::Preset)
    }
}

/// A word in a profile that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The preset.
    #[error("there is no such profile; the profiles are {}", Preset::ALL.map(Preset::name).join(", "))]
    Preset,
    /// A tolerance.
    #[error("there is no such tolerance; the tolerances are {}", Tolerance::ALL.map(Tolerance::name).join(", "))]
    Tolerance,
    /// What follows the name of a tolerance.
    #[error("a tolerance beside a profile is written NAME=on or NAME=off, each once")]
    Setting,
}

/// A preset, and the tolerances set beside it.
///
/// As text: the name of the preset, then `NAME=on` or `NAME=off` with blanks between them, as in
/// `entra unknown-paths=off`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Profile {
    /// The preset.
    pub preset: Preset,
    /// Tolerances that are on or off whatever the preset says.
    pub set: BTreeMap<Tolerance, bool>,
}

impl Profile {
    /// Whether a tolerance is on.
    #[must_use]
    pub fn allows(&self, tolerance: Tolerance) -> bool {
        self.set.get(&tolerance).copied().unwrap_or_else(|| self.preset.allows(tolerance))
    }

    /// Whether it is as strict as [`Preset::Strict`] in everything, and so keeps what the SCIM 2.0
    /// Interoperability Profile asks of a server.
    #[must_use]
    pub fn is_interoperable(&self) -> bool {
        Tolerance::ALL.into_iter().all(|tolerance| self.allows(tolerance) == Preset::Strict.allows(tolerance))
    }
}

impl From<Preset> for Profile {
    fn from(preset: Preset) -> Self {
        Self { preset, set: BTreeMap::new() }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.preset)?;
        self.set.iter().try_for_each(|(tolerance, on)| write!(f, " {tolerance}={}", if *on { "on" } else { "off" }))
    }
}

impl FromStr for Profile {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let mut words = text.split_ascii_whitespace();
        let mut profile = Self::from(words.next().ok_or(Unknown::Preset)?.parse::<Preset>()?);
        for word in words {
            let (name, state) = word.split_once('=').ok_or(Unknown::Setting)?;
            let on = match state {
                "on" => true,
                "off" => false,
                _ => return Err(Unknown::Setting),
            };
            if profile.set.insert(name.parse()?, on).is_some() {
                return Err(Unknown::Setting);
            }
        }
        Ok(profile)
    }
}

/// The tolerances without which a request would have been refused, or would have done something
/// else. A small set, cheap to copy.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Used(u16);

impl Used {
    /// Adds a tolerance.
    pub fn note(&mut self, tolerance: Tolerance) {
        self.0 |= Self::bit(tolerance);
    }

    /// Adds the tolerances of another set.
    pub fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a tolerance is in the set.
    #[must_use]
    pub fn has(self, tolerance: Tolerance) -> bool {
        self.0 & Self::bit(tolerance) != 0
    }

    /// The tolerances in the set, in the order of [`Tolerance::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Tolerance> {
        Tolerance::ALL.into_iter().filter(move |tolerance| self.has(*tolerance))
    }

    const fn bit(tolerance: Tolerance) -> u16 {
        1 << tolerance as u16
    }
}

impl fmt::Debug for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Tolerance> for Used {
    fn from_iter<I: IntoIterator<Item = Tolerance>>(tolerances: I) -> Self {
        let mut used = Self::default();
        tolerances.into_iter().for_each(|tolerance| used.note(tolerance));
        used
    }
}

/// A profile at work on one request: says what is allowed, and notes what use was made of it.
#[derive(Clone, Debug)]
pub struct Leeway<'p> {
    profile: &'p Profile,
    /// What use was made of the profile.
    pub used: Used,
}

impl<'p> Leeway<'p> {
    /// The leeway a profile gives, unused.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        Self { profile, used: Used::default() }
    }

    /// Whether a tolerance is on; makes no use of it.
    #[must_use]
    pub fn allows(&self, tolerance: Tolerance) -> bool {
        self.profile.allows(tolerance)
    }

    /// Makes use of a tolerance; false if it is off.
    #[must_use]
    pub fn take(&mut self, tolerance: Tolerance) -> bool {
        let allowed = self.profile.allows(tolerance);
        if allowed {
            self.used.note(tolerance);
        }
        allowed
    }

    /// Makes use of a tolerance that the request cannot do without.
    ///
    /// # Errors
    /// What a client without the tolerance is told.
    pub fn need(&mut self, tolerance: Tolerance, refusal: impl FnOnce() -> Error) -> Result<(), Error> {
        if self.take(tolerance) { Ok(()) } else { Err(refusal()) }
    }
}
