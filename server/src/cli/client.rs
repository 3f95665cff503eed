//! `campanile client`: other systems, from the operator's command line.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::access::{ManageClients, System};
use domain::{Domain, Granted, Tx, clients};
use types::ClientId;
use types::access::Permission;
use types::clients::{ApiClient, ApiClientInput, ApiCredentials, RotateInput};

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

fn credentials(made: &ApiCredentials) -> String {
    eprintln!("The secret is not shown again. Only its SHA-256 is kept.");
    format!(
        "client_id: {}\nclient_secret: {}\n",
        made.client_id, made.client_secret
    )
}

/// A client in one line; its name, which may have spaces, comes last.
fn line(client: &ApiClient) -> String {
    let state = if client.revoked_at.is_some() {
        "revoked"
    } else {
        "active"
    };
    let used = client
        .last_used_at
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    format!("{} {state} {used} {}\n", client.id, client.name)
}

/// A client in lines of `name: value`.
fn show(client: &ApiClient) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.as_str()).collect();
    fact("client_id", &client.id.to_string());
    fact("name", &client.name);
    fact("owner", client.owner.as_deref().unwrap_or("nobody"));
    fact("scopes", &scopes.join(" "));
    let networks = client.allowed_networks.join(" ");
    fact(
        "allowed_networks",
        if networks.is_empty() {
            "anywhere"
        } else {
            &networks
        },
    );
    fact("requests_per_minute", &client.requests_per_minute.to_string());
    fact("burst", &client.burst.to_string());
    for secret in &client.live_secrets {
        let until = secret
            .expires_at
            .map(|at| format!(", until {at}"))
            .unwrap_or_default();
        fact("secret", &format!("since {}{until}", secret.created_at));
    }
    fact("tokens", &client.tokens.to_string());
    let from = client.last_used_from.as_deref().unwrap_or("an unknown address");
    match client.last_used_at {
        Some(at) => fact("last_used", &format!("{at} from {from}")),
        None => fact("last_used", "never"),
    }
    if let Some(at) = client.revoked_at {
        fact("revoked", &at.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use domain::testing::University;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    /// As typed after `campanile client`.
    async fn typed(domain: &Domain, words: &[&str]) -> anyhow::Result<String> {
        let line = Line::try_parse_from(["client"].iter().chain(words))?;
        run(domain, line.options.what).await
    }

    fn value<'a>(said: &'a str, name: &str) -> &'a str {
        said.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or_default()
    }

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

    #[sqlx::test(migrations = "../migrations")]
    async fn a_client_from_beginning_to_end(pool: sqlx::PgPool) -> anyhow::Result<()> {
        let university = University::new(pool).await?;
        let domain = &university.domain;
        let add = [
            "add",
            "--unit",
            "admissions",
            "--name",
            "Student records",
            "--scope",
            "contacts:read",
            "--allow",
            "192.0.2.7,2001:db8::/32",
            "--rate",
            "120",
        ];
        let made = typed(domain, &add).await?;
        assert_eq!(made.lines().count(), 2, "{made}");
        let (id, secret) = (value(&made, "client_id"), value(&made, "client_secret"));
        assert_eq!(secret.len(), 43);

        let shown = typed(domain, &["show", id]).await?;
        assert_eq!(value(&shown, "allowed_networks"), "192.0.2.7 2001:db8::/32");
        assert_eq!(
            (value(&shown, "requests_per_minute"), value(&shown, "burst")),
            ("120", "12")
        );
        assert_eq!(value(&shown, "last_used"), "never");
        assert!(!shown.contains(secret));
        let listed = typed(domain, &["list", "--unit", "admissions"]).await?;
        assert_eq!(listed, format!("{id} active never Student records\n"));
        assert_eq!(typed(domain, &["list", "--unit", "shop"]).await?, "");

        let slower = typed(
            domain,
            &[
                "update",
                id,
                "--rate",
                "5",
                "--scope",
                "contacts:read topics:read",
            ],
        )
        .await?;
        assert_eq!(
            (value(&slower, "requests_per_minute"), value(&slower, "burst")),
            ("5", "5")
        );
        assert_eq!(value(&slower, "scopes"), "contacts:read topics:read");
        assert_eq!(
            value(&slower, "allowed_networks"),
            "192.0.2.7 2001:db8::/32",
            "stays"
        );
        let open = typed(domain, &["update", id, "--allow-all", "--name", "Records"]).await?;
        assert_eq!(
            (value(&open, "allowed_networks"), value(&open, "name")),
            ("anywhere", "Records")
        );

        let fresh = typed(domain, &["rotate", id, "--overlap", "48"]).await?;
        assert_ne!(value(&fresh, "client_secret"), secret);
        let both = typed(domain, &["show", id]).await?;
        assert_eq!(both.matches("secret: since").count(), 2, "{both}");
        assert!(both.contains(", until 2026-10-03T"), "{both}");

        typed(domain, &["revoke", id]).await?;
        let gone = typed(domain, &["show", id]).await?;
        assert!(
            !value(&gone, "revoked").is_empty() && !gone.contains("secret: "),
            "{gone}"
        );
        assert!(
            typed(domain, &["revoke", id]).await.is_err(),
            "it is shut out already"
        );
        Ok(())
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn what_cannot_be_is_said_in_words(pool: sqlx::PgPool) -> anyhow::Result<()> {
        let university = University::new(pool).await?;
        let domain = &university.domain;
        let with = |more: &[&'static str]| {
            let mut words = vec![
                "add",
                "--unit",
                "admissions",
                "--name",
                "Shop",
                "--scope",
                "topics:read",
            ];
            words.extend(more);
            words
        };
        for (words, says) in [
            (
                with(&["--allow", "campus"]),
                "allowed_networks: “campus” is neither",
            ),
            (with(&["--rate", "0"]), "requests_per_minute: "),
            (with(&["--rate", "60", "--burst", "61"]), "burst: "),
            (
                vec!["show", "00000000-0000-7000-8000-000000000000"],
                "there is no client",
            ),
        ] {
            let error = typed(domain, &words).await.expect_err("refused").to_string();
            assert!(error.contains(says), "{words:?}: {error}");
        }
        // A person's client is theirs: with its secret somebody else could approve in their name.
        let ada = university
            .user("Ada Admin", university.admissions, types::access::Role::UnitAdmin)
            .await?;
        let mut tx = domain.begin().await?;
        let input = ApiClientInput {
            name: "Hers".to_owned(),
            scopes: vec![Permission::ReadTopics],
            ..ApiClientInput::default()
        };
        let hers = clients::create(&mut tx, &ada.grant(university.admissions)?, |_| true, &input).await?;
        tx.commit().await?;
        let taken = typed(domain, &["rotate", &hers.client_id.to_string()]).await;
        assert!(
            taken
                .expect_err("hers")
                .to_string()
                .contains("answers for somebody else")
        );
        Ok(())
    }
}
