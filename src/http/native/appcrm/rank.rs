//! What a caller may do here. A program does what its scopes say; a user may use the API if it is let,
//! and changes others only as a super admin.

use super::words;
use crate::directory::{Caller, Principal};
use crate::http::error::Refusal;
use crate::http::native::call::Call;

/// Who is calling: refused if it is a user who may not use the API.
pub(super) fn enter(call: &Call) -> Result<&Caller, Refusal> {
    let caller = call.caller()?;
    if caller.principal.as_ref().is_some_and(|user| !user.access_api) { Err(words::no_access()) } else { Ok(caller) }
}

/// The user who is calling, and as whom.
pub(super) fn enter_as_user(call: &Call) -> Result<(&Caller, &Principal), Refusal> {
    let caller = enter(call)?;
    caller.principal.as_ref().map(|user| (caller, user)).ok_or_else(words::unauthorized)
}

/// Who is calling: refused unless it may make, change and delete users.
pub(super) fn enter_to_write(call: &Call) -> Result<&Caller, Refusal> {
    let caller = enter(call)?;
    if writes(caller) { Ok(caller) } else { Err(words::unauthorized()) }
}

/// Whether the caller may make, change and delete users.
pub(super) fn writes(caller: &Caller) -> bool {
    caller.may_write_users().is_ok()
}

/// Whether the caller may read others.
pub(super) fn reads(caller: &Caller) -> bool {
    caller.may_read_users().is_ok()
}

/// Whether the caller is shown the roles of others: a program or a super admin.
pub(super) fn sees_roles(caller: &Caller) -> bool {
    caller.principal.as_ref().is_none_or(|user| user.super_admin)
}
