//! `campanile client add`: another system, from the operator's command line.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use types::access::Permission;
use types::clients::{ApiClientInput, ApiCredentials};

use super::Node;
use super::words::{in_words, unit};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let a system call the API. Prints its id and secret, once.
    Add(Add),
}

#[derive(Debug, Args)]
struct Add {
    /// Key of the unit; the client may act there and below.
    #[arg(long)]
    unit: String,
    /// What the system is called in the audit log.
    #[arg(long)]
    name: String,
    /// What it may do, such as `contacts:read`; may be given several times, or several separated by spaces or commas.
    #[arg(long = "scope", required = true, num_args = 1.., value_delimiter = ',')]
    scopes: Vec<String>,
}

/// Scopes as people type them.
fn parse(scopes: &[String]) -> anyhow::Result<Vec<Permission>> {
    let known = || {
        Permission::ALL
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let texts = scopes.iter().flat_map(|text| text.split([' ', ',']));
    texts
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| anyhow::anyhow!("{text} is no scope; there are: {}", known()))
        })
        .collect()
}

pub(super) async fn client(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let What::Add(add) = options.what;
    let input = ApiClientInput {
        name: add.name,
        scopes: parse(&add.scopes)?,
    };
    let ApiCredentials {
        client_id,
        client_secret,
    } = Node::with(config, name, async move |domain| {
        let mut tx = domain.begin().await?;
        let unit = unit(&mut tx, &add.unit).await?;
        let made = domain::clients::create_by_operator(&mut tx, unit, &input)
            .await
            .map_err(in_words)?;
        tx.commit().await?;
        Ok(made)
    })
    .await?;
    println!("client_id: {client_id}");
    println!("client_secret: {client_secret}");
    eprintln!("The secret is not shown again. Only its SHA-256 is kept.");
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_in_any_of_the_usual_ways() {
        let texts = |texts: &[&str]| parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let both = [Permission::ReadContacts, Permission::ReadTopics];
        assert_eq!(texts(&["contacts:read", "topics:read"]).expect("known"), both);
        assert_eq!(texts(&["contacts:read topics:read"]).expect("known"), both);
        let unknown = texts(&["contacts:eat"]).expect_err("unknown").to_string();
        assert!(
            unknown.contains("contacts:eat") && unknown.contains("contacts:read"),
            "{unknown}"
        );
    }
}
