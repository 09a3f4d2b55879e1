//! `roster user password-hash`.

use super::{Error, Tenant};
use crate::directory::Directory;
use clap::Subcommand;
use std::io::Read as _;

/// More than the longest hash there is.
const LENGTH: u64 = 4096;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Gives a user the password of another system, from its hash on the standard input
    ///
    /// argon2, bcrypt, scrypt and PBKDF2 are understood, as PHC strings or in the forms of passlib and
    /// Django. The first login with the right password makes a hash of the server's own from it.
    PasswordHash {
        /// The resource id, the number or the user name
        user: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::PasswordHash { user, tenant } => {
            let tenant = house.tenant(&tenant.name(house).await?).await?;
            let mut hash = String::new();
            let read = std::io::stdin().lock().take(LENGTH).read_to_string(&mut hash);
            read.map_err(|source| Error::Io { doing: "the standard input cannot be read".to_owned(), source })?;
            house.import_password(tenant, &user, hash.trim(), "command line").await?;
            Ok("The user has the password of this hash.\n".to_owned())
        }
    }
}
