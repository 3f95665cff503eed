//! `campanile seed`: the fictional university, or many people for measuring.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::{Domain, seed};

use super::Node;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A fictional university with four units, ten members of staff and 5,000 people, into an empty database.
    Demo,
    /// Many people in the topmost unit, for measuring.
    Load {
        /// How many.
        #[arg(long)]
        contacts: u32,
    },
}

pub(super) async fn seed(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let address = config.http.public_url.origin().to_owned();
    match options.what {
        What::Demo => {
            Node::with(config, name, async |domain| {
                let mut say = |step: &str| println!("  seeding: {step}");
                if seed::demo(&domain, &mut say).await? {
                    gather_statistics(&domain).await?;
                }
                Ok(())
            })
            .await?;
            print_sign_ins(&address);
        }
        What::Load { contacts } => {
            let made = Node::with(config, name, async |domain| {
                let mut tx = domain.begin().await?;
                let made = seed::load(&mut tx, contacts).await?;
                tx.commit().await?;
                gather_statistics(&domain).await?;
                Ok(made)
            })
            .await?;
            println!("{contacts} people, {made} of them subscribed to the topic load");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// PostgreSQL plans by statistics, and would gather them only a minute later.
async fn gather_statistics(domain: &Domain) -> anyhow::Result<()> {
    sqlx::query("analyze").execute(domain.pool()).await?;
    Ok(())
}

fn print_sign_ins(address: &str) {
    println!("Brackwater University, a demo. Sign in at {address}/sign-in as");
    for person in &seed::STAFF {
        let roles: Vec<_> = person
            .roles
            .iter()
            .map(|role| role.as_str().replace('_', " "))
            .collect();
        println!(
            "  {:<28} {} in {}",
            person.email(),
            roles.join(" and "),
            person.unit
        );
    }
    println!("Everyone's password: {}", seed::PASSWORD);
}
