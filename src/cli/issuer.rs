//! `roster issuer add`, `list` and `remove`.

use super::{Error, Tenant, show};
use crate::auth::scope::Scope;
use crate::directory::Directory;
use crate::directory::oauth::{SubjectIs, Trust};
use clap::Subcommand;
use serde_json::Value;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Trusts the tokens that an issuer outside signs for this server
    Add {
        /// The claim iss of its tokens, exactly
        issuer: String,
        #[command(flatten)]
        tenant: Tenant,
        /// The connection its tokens open
        #[arg(long, value_name = "NAME", default_value = "default")]
        connection: String,
        /// The claim aud of its tokens, exactly
        #[arg(long)]
        audience: String,
        /// Their subject, or the application they were issued to; left out, any will do
        #[arg(long)]
        subject: Option<String>,
        /// The attribute by which their subject names a user, for whom they then stand: id, userName, externalId
        /// or emails; left out, they stand for programs
        #[arg(long = "subject-is", value_name = "ATTRIBUTE")]
        subject_is: Option<SubjectIs>,
        /// Where it publishes its keys
        #[arg(long = "keys-url", value_name = "URL")]
        keys_url: String,
        /// A right its tokens carry: scim, scim:read, self or admin; may be repeated
        #[arg(long = "scope", value_name = "SCOPE", default_value = "scim")]
        scopes: Vec<Scope>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the issuers a tenant trusts
    List {
        #[command(flatten)]
        tenant: Tenant,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Trusts an issuer no longer
    Remove {
        /// The number that the list shows
        num: i64,
        #[command(flatten)]
        tenant: Tenant,
    },
}

/// Does what is asked and says what to print.
pub(super) async fn answer(command: Command, house: &Directory) -> Result<String, Error> {
    match command {
        Command::Add { issuer, tenant, connection, audience, subject, subject_is, keys_url, scopes, json } => {
            let scopes = scopes.into_iter().collect();
            let trust = Trust { issuer, audience, subject, subject_is, scopes, keys_url };
            let issuer = house.trust_issuer(&tenant.name(house).await?, &connection, trust).await?;
            if json {
                return Ok(show::json_text(&show::issuer(&issuer)));
            }
            Ok(format!("Issuer {} is trusted.\n", issuer.num))
        }
        Command::List { tenant, json } => {
            let issuers = house.issuers(&tenant.name(house).await?).await?;
            if json {
                return Ok(show::json_text(&issuers.iter().map(show::issuer).collect::<Value>()));
            }
            Ok(show::issuers(&issuers))
        }
        Command::Remove { num, tenant } => {
            house.distrust(&tenant.name(house).await?, num).await?;
            Ok(format!("Issuer {num} is trusted no longer.\n"))
        }
    }
}
