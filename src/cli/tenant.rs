//! `roster tenant create`, `list`, `rename`, `set` and `delete`.

use super::{Error, show};
use crate::directory::Directory;
use crate::directory::manage::{Founded, TenantChange};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Makes a tenant with a connection and a token, and prints the token, this once
    Create {
        /// Its name: 1 to 64 of a-z, 0-9, -, _ and .
        name: String,
        /// Print one JSON object: tenant, connection, token
        #[arg(long)]
        json: bool,
    },
    /// Lists the tenants
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Gives a tenant another name
    Rename {
        /// Its name
        name: String,
        /// Its new name
        to: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Opens a tenant to native APIs, for ever: its users show the extension schemas of these in SCIM
    Set {
        /// Its name
        name: String,
        /// What is set
        #[arg(long, required = true)]
        native: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Deletes a tenant with everything it holds, for ever
    Delete {
        /// Its name
        name: String,
        /// Its name once more
        #[arg(long, value_name = "NAME")]
        again: String,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::Create { name, json } => {
            let Founded { tenant, connection, token, secret } = house.create_tenant(&name).await?;
            if json {
                return Ok(show::json_text(&json!({
                    "tenant": show::tenant(&tenant),
                    "connection": show::connection(&connection),
                    "token": show::token(&token, Some(secret.reveal())),
                })));
            }
            Ok(format!(
                "Tenant {name} has the connection {}. Its token {} ({}), shown this once:\n\n{}\n",
                connection.name,
                token.num,
                token.name,
                secret.reveal()
            ))
        }
        Command::List { json } => {
            let tenants = house.tenants().await?;
            if json {
                return Ok(show::json_text(&tenants.iter().map(show::tenant).collect::<Value>()));
            }
            Ok(show::tenants(&tenants))
        }
        Command::Rename { name, to, json } => {
            let tenant = house.rename_tenant(&name, &to).await?;
            if json {
                return Ok(show::json_text(&show::tenant(&tenant)));
            }
            Ok(format!("Tenant {name} is called {to} now.\n"))
        }
        Command::Set { name, native, json } => {
            let change = TenantChange { native: Some(native), ..TenantChange::default() };
            let tenant = house.change_tenant(&name, change).await?;
            if json {
                return Ok(show::json_text(&show::tenant(&tenant)));
            }
            Ok(format!("Tenant {name} is opened to native APIs.\n"))
        }
        Command::Delete { name, again } => {
            house.delete_tenant(&name, &again).await?;
            Ok(format!("Tenant {name} is deleted with everything it held.\n"))
        }
    }
}
