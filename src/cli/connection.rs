//! `roster connection create`, `list`, `set` and `delete`.

use super::{Error, Tenant, show};
use crate::directory::Directory;
use crate::scim::tolerance::Profile;
use clap::Subcommand;
use serde_json::Value;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Makes a connection
    Create {
        /// Its name: 1 to 64 of a-z, 0-9, -, _ and .
        name: String,
        #[command(flatten)]
        tenant: Tenant,
        /// How tolerant the server is towards it: default, okta, entra or strict, then any of TOLERANCE=on and =off
        #[arg(long, default_value = "default")]
        profile: Profile,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the connections of a tenant
    List {
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Changes the name or the profile of a connection
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// Its name
        connection: String,
        #[command(flatten)]
        tenant: Tenant,
        /// Its new name
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Its new profile, such as entra, or "entra unknown-paths=off"
        #[arg(long, group = "change")]
        profile: Option<Profile>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Deletes a connection with its credentials; users and groups stay
    Delete {
        /// Its name
        name: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::Create { name, tenant, profile, json } => {
            let made = house.create_connection(&tenant.name(house).await?, &name, profile).await?;
            if json {
                return Ok(show::json_text(&show::connection(&made)));
            }
            Ok(format!("Connection {name} is made. `roster token create --connection {name}` makes its first token.\n"))
        }
        Command::List { tenant, json } => {
            let connections = house.connections(&tenant.name(house).await?).await?;
            if json {
                return Ok(show::json_text(&connections.iter().map(show::connection).collect::<Value>()));
            }
            Ok(show::connections(&connections))
        }
        Command::Set { connection, tenant, name, profile, json } => {
            let tenant = tenant.name(house).await?;
            let changed = house.change_connection(&tenant, &connection, name.as_deref(), profile).await?;
            if json {
                return Ok(show::json_text(&show::connection(&changed)));
            }
            Ok(format!("Connection {} has the profile {}.\n", changed.name, changed.profile))
        }
        Command::Delete { name, tenant } => {
            house.delete_connection(&tenant.name(house).await?, &name).await?;
            Ok(format!("Connection {name} is deleted with its credentials.\n"))
        }
    }
}
