//! Mail addresses and external ids, which native APIs let only one user have, though SCIM does not mind.
//!
//! A native write looks whether somebody has the value and claims it, so that of two at once one
//! fails. A write through another door takes a claim along if it can and drops it otherwise.

use super::Rules;
use crate::directory::{Error, Field, find};
use crate::scim::value::fold;
use crate::scim::{Object, part};
use crate::store::{Conn, claims};
use serde_json::Value;

/// The attribute of mail addresses.
const MAILS: &str = "emails";
/// The claim of a mail address.
const EMAIL: &str = "email";

/// The primary mail address, or else the first one, folded.
fn mail(document: &Object) -> Option<String> {
    part::primary(document, MAILS).map(fold)
}

/// A user name that was the mail address becomes the new one; true if it did.
pub(in crate::directory) fn follow_mail(before: &Object, document: &mut Object) -> bool {
    let name = |document: &Object| document.get("userName").and_then(Value::as_str).map(fold);
    let were_equal = name(before).is_some() && name(before) == mail(before);
    if !were_equal || name(document) != name(before) || mail(document) == mail(before) {
        return false;
    }
    let Some(new) = part::primary(document, MAILS).map(ToOwned::to_owned) else { return false };
    document.insert("userName".to_owned(), Value::from(new));
    true
}

impl Rules<'_> {
    /// Claims what a native write brings, and keeps claims true.
    pub(super) async fn claim(
        &self,
        conn: &mut Conn,
        num: i64,
        before: Option<&Object>,
        after: &Object,
    ) -> Result<(), Error> {
        let (old, new) = (before.and_then(mail), mail(after));
        self.renew(conn, num, (Field::Email, EMAIL), old.as_deref(), new.as_deref()).await?;
        let external = |document: &Object| document.get("externalId").and_then(Value::as_str).map(ToOwned::to_owned);
        let (old, new) = (before.and_then(external), external(after));
        let claim = format!("externalId:{}", self.client.connection);
        self.renew(conn, num, (Field::ExternalId, &claim), old.as_deref(), new.as_deref()).await
    }

    async fn renew(
        &self,
        conn: &mut Conn,
        num: i64,
        (field, claim): (Field, &str),
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), Error> {
        if old == new {
            return Ok(());
        }
        let tenant = self.client.tenant;
        let held = old.is_some() && claims::release(conn, tenant, num, claim).await?;
        let Some(new) = new else { return Ok(()) };
        let is_native = self.door.is_native();
        if !is_native && !held {
            return Ok(());
        }
        // First the claim: who waits for another write sees what that has written.
        let taken = claims::take(conn, tenant, (&self.kind.name, num), claim, new).await?;
        if !is_native {
            return Ok(());
        }
        if !taken || self.is_held_by_another(conn, num, field, new).await? {
            return Err(Error::Conflict(field));
        }
        Ok(())
    }

    async fn is_held_by_another(&self, conn: &mut Conn, num: i64, field: Field, text: &str) -> Result<bool, Error> {
        let path = match field {
            Field::Email => "emails.value",
            Field::UserName | Field::ExternalId => field.attribute(),
        };
        let rows = find::holders(conn, self.client, self.kind, path, text, 2).await?;
        Ok(rows.iter().any(|row| row.num != num))
    }
}
