//! The doors: by which surface a change came in, and which right opens it.

use crate::auth::scope::Scope;

/// A surface through which resources are read and changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// SCIM 2.0.
    Scim,
    /// The API of Logixx CRM.
    Logixx,
    /// The API of App CRM.
    Appcrm,
    /// The API of Adeptia Connect.
    Adeptia,
    /// The API of publica.la.
    Publica,
    /// Login and sessions.
    Login,
    /// Administration.
    Admin,
}

impl Door {
    /// The word for it in the audit, in settings and in `provisionedBy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::Logixx => "logixx",
            Self::Appcrm => "appcrm",
            Self::Adeptia => "adeptia",
            Self::Publica => "publica",
            Self::Login => "login",
            Self::Admin => "admin",
        }
    }

    /// Whether it is one of the native APIs, where mail addresses are unique.
    #[must_use]
    pub const fn is_native(self) -> bool {
        match self {
            Self::Logixx | Self::Appcrm | Self::Adeptia | Self::Publica => true,
            Self::Scim | Self::Login | Self::Admin => false,
        }
    }

    /// The right to read here.
    pub(super) const fn read(self) -> Scope {
        match self {
            Self::Scim => Scope::ScimRead,
            Self::Logixx | Self::Appcrm | Self::Adeptia | Self::Publica => Scope::UsersRead,
            Self::Login => Scope::Own,
            Self::Admin => Scope::Admin,
        }
    }

    /// The right to write any user here. Who is logged in has the right to its own user alone.
    pub(super) const fn write_users(self) -> Scope {
        match self {
            Self::Login => Scope::UsersWrite,
            Self::Scim | Self::Logixx | Self::Appcrm | Self::Adeptia | Self::Publica | Self::Admin => self.write(),
        }
    }

    /// The right to write here.
    pub(super) const fn write(self) -> Scope {
        match self {
            Self::Scim => Scope::Scim,
            Self::Logixx | Self::Appcrm | Self::Adeptia | Self::Publica => Scope::UsersWrite,
            Self::Login => Scope::Own,
            Self::Admin => Scope::Admin,
        }
    }
}
