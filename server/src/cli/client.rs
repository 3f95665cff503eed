//! `campanile client`: other systems, from the operator's command line.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::access::{ManageClients, System};
use domain::{Domain, Granted, Tx, clients};
use types::ClientId;
use types::access::Permission;
use types::clients::{ApiClient, ApiClientInput, RotateInput};

use super::Node;
use super::words::{in_words, unit};
use crate::config::Config;

mod show;

use show::{credentials, line, show};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let a system call the API. Prints its id and secret, once.
    Add(Add),
    /// The clients of a unit, one a line: id, whether it may call, when it last did, and its name.
    List {
        /// Key of the unit.
        #[arg(long)]
        unit: String,
    },
    /// One client: what it may do, from where, how often, its secrets' ends and its last use.
    Show { id: ClientId },
    /// Change a client from its next call on. What is not given stays.
    Update(Update),
    /// Give a client that was added here a new secret. Prints id and secret, once.
    Rotate {
        id: ClientId,
        /// Hours for which the present secrets still work, at most 720; with 0 they and all tokens end at once.
        #[arg(long, default_value_t = types::clients::DEFAULT_OVERLAP, value_name = "HOURS")]
        overlap: i32,
    },
    /// Shut a client out at once, on every node, with every token it holds.
    Revoke { id: ClientId },
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
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(Debug, Args)]
struct Update {
    id: ClientId,
    #[arg(long)]
    name: Option<String>,
    /// All that it may do from now on; as for `add`.
    #[arg(long = "scope", num_args = 1.., value_delimiter = ',')]
    scopes: Vec<String>,
    /// From anywhere again.
    #[arg(long, conflicts_with = "allow")]
    allow_all: bool,
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(Debug, Args)]
struct Bounds {
    /// Address or network (192.0.2.7, 192.0.2.0/24, 2001:db8::/32) it may call from; several as for scopes. None: from anywhere.
    #[arg(long, num_args = 1.., value_delimiter = ',', value_name = "NETWORK")]
    allow: Vec<String>,
    /// Calls a minute, 1 to 600000 [default: 6000].
    #[arg(long, value_name = "PER_MINUTE")]
    rate: Option<i32>,
    /// Calls at once after a pause, up to a minute's worth [default: a tenth of that, but 10 at least].
    #[arg(long)]
    burst: Option<i32>,
}

/// Several in one argument, or in several.
fn each(texts: &[String]) -> impl Iterator<Item = &str> {
    let texts = texts.iter().flat_map(|text| text.split([' ', ',']));
    texts.filter(|text| !text.is_empty())
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
    each(scopes)
        .map(|text| {
            text.parse()
                .map_err(|_| anyhow::anyhow!("{text} is no scope; there are: {}", known()))
        })
        .collect()
}

pub(super) async fn client(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let said = Node::with(config, name, async move |domain| run(&domain, options.what).await).await?;
    print!("{said}");
    Ok(ExitCode::SUCCESS)
}

/// What is printed.
async fn run(domain: &Domain, what: What) -> anyhow::Result<String> {
    let mut tx = domain.begin().await?;
    let said = match what {
        What::Add(add) => {
            let input = ApiClientInput {
                name: add.name,
                scopes: parse(&add.scopes)?,
                allowed_networks: each(&add.bounds.allow).map(str::to_owned).collect(),
                requests_per_minute: add.bounds.rate,
                burst: add.bounds.burst,
                edit_version: 0,
            };
            let unit = unit(&mut tx, &add.unit).await?;
            let made = clients::create_by_operator(&mut tx, unit, &input).await;
            credentials(&made.map_err(in_words)?)
        }
        What::List { unit: key } => {
            let by = System.grant(unit(&mut tx, &key).await?);
            let all = clients::list(&mut tx, &by).await.map_err(in_words)?;
            all.iter().map(line).collect()
        }
        What::Show { id } => {
            let by = of(&mut tx, id).await?;
            show(&found(&mut tx, &by, id).await?)
        }
        What::Update(change) => {
            let by = of(&mut tx, change.id).await?;
            let present = found(&mut tx, &by, change.id).await?;
            let id = change.id;
            let input = changed(change, present)?;
            // Whoever runs the server gives whatever they like.
            clients::update(&mut tx, &by, |_| true, id, &input)
                .await
                .map_err(in_words)?;
            show(&found(&mut tx, &by, id).await?)
        }
        What::Rotate { id, overlap } => {
            let by = of(&mut tx, id).await?;
            let input = RotateInput {
                overlap_hours: Some(overlap),
            };
            let made = clients::rotate(&mut tx, &by, id, input).await;
            credentials(&made.map_err(in_words)?)
        }
        What::Revoke { id } => {
            let by = of(&mut tx, id).await?;
            clients::revoke(&mut tx, &by, id).await.map_err(in_words)?;
            format!("{id} was shut out\n")
        }
    };
    tx.commit().await?;
    Ok(said)
}

/// Proof for the unit of a client.
async fn of(tx: &mut Tx, id: ClientId) -> anyhow::Result<Granted<ManageClients>> {
    let unit = clients::unit_of(tx, id).await?;
    let unit = unit.ok_or_else(|| anyhow::anyhow!("there is no client with the id {id}"))?;
    Ok(System.grant(unit))
}

async fn found(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> anyhow::Result<ApiClient> {
    let client = clients::get(tx, by, id).await.map_err(in_words)?;
    client.ok_or_else(|| anyhow::anyhow!("there is no client with the id {id}"))
}

/// What is to be after a change of the given parts.
fn changed(change: Update, present: ApiClient) -> anyhow::Result<ApiClientInput> {
    let Bounds { allow, rate, burst } = change.bounds;
    let scopes = parse(&change.scopes)?;
    let networks: Vec<String> = each(&allow).map(str::to_owned).collect();
    // A new rate without a burst brings its own, or a lower one could not hold the present.
    let burst = match rate {
        Some(_) => burst,
        None => burst.or(Some(present.burst)),
    };
    Ok(ApiClientInput {
        name: change.name.unwrap_or(present.name),
        scopes: if scopes.is_empty() { present.scopes } else { scopes },
        allowed_networks: if networks.is_empty() && !change.allow_all {
            present.allowed_networks
        } else {
            networks
        },
        requests_per_minute: rate.or(Some(present.requests_per_minute)),
        burst,
        edit_version: present.edit_version,
    })
}

#[cfg(test)]
mod tests;
