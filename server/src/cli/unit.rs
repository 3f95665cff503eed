//! `campanile unit account`: the number by which callers of Salesforce Marketing Cloud's interfaces name a unit.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::access::{ManageUnits, System, ViewUnit};

use super::Node;
use super::words;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the unit's account number (Marketing Cloud's MID), or set it.
    Account(Account),
}

#[derive(Debug, Args)]
struct Account {
    /// Key of the unit.
    #[arg(long)]
    unit: String,
    /// The number that it had in Marketing Cloud, so that callers need not change it.
    #[arg(long, value_name = "NUMBER")]
    set: Option<i64>,
}

pub(super) async fn unit(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let What::Account(account) = options.what;
    let number = Node::with(config, name, async move |domain| {
        let mut tx = domain.begin().await?;
        let unit = words::unit(&mut tx, &account.unit).await?;
        if let Some(number) = account.set {
            let by = System.grant::<ManageUnits>(unit);
            let set = domain::units::set_account_number(&mut tx, &by, number).await;
            set.map_err(words::in_words)?;
        }
        let now = domain::units::account(&mut tx, &System.grant::<ViewUnit>(unit)).await?;
        tx.commit().await?;
        Ok(now.number)
    })
    .await?;
    println!("account_number: {number}");
    Ok(ExitCode::SUCCESS)
}
