//! How far the server bends the protocol for one client: named tolerances, and profiles of them.
//!
//! Each tolerance accepts something that RFC 7643 or RFC 7644 forbids or leaves open. A profile is
//! a preset; single tolerances can be set beside it.

use std::collections::BTreeMap;

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
    /// A PATCH may lack `schemas`, have no operation, or a null path (RFC 7644 §3.5.2).
    LoosePatch,
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
    /// The RFCs to the letter.
    Strict,
}

/// A preset, and the tolerances set beside it.
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
        let _ = tolerance;
        todo!()
    }
}
