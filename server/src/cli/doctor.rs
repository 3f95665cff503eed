//! `campanile doctor`: what an operator would otherwise find out by its absence.

use std::net::SocketAddr;
use std::process::ExitCode;

use domain::Domain;

mod sending;
mod workers;

use super::Node;
use crate::config::Config;
use crate::database::Access;
use crate::dns::{Dns, MailOf};

/// How far the database's clock may be from ours, in seconds, before schedules and expiries look wrong.
const CLOCK_SECONDS: f64 = 2.0;

/// One answer.
struct Finding {
    about: &'static str,
    result: Result<String, String>,
}

pub(super) async fn doctor(config: Config, name: &str) -> anyhow::Result<ExitCode> {
    let node = match Node::open(config, Access::Join, name).await {
        Ok(node) => node,
        Err(error) => {
            // Nothing else can be looked at without it.
            println!("WRONG database: {error:#}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let findings = examine(&node).await;
    node.database.close().await;
    let mut well = true;
    for finding in findings {
        match finding.result {
            Ok(text) => println!("ok    {}: {text}", finding.about),
            Err(text) => {
                well = false;
                println!("WRONG {}: {text}", finding.about);
            }
        }
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn examine(node: &Node) -> Vec<Finding> {
    let mut findings = vec![
        Finding {
            about: "database",
            result: database(node).await,
        },
        Finding {
            about: "clock",
            result: clock(&node.domain).await,
        },
        Finding {
            about: "secret key",
            result: secret(node),
        },
        Finding {
            about: "public address",
            result: public_address(node).await,
        },
        Finding {
            about: "console",
            result: console(&node.config),
        },
        Finding {
            about: "background work",
            result: background(&node.domain).await,
        },
    ];
    findings.extend(sending::examine(node).await);
    findings.extend(workers::examine(node).await);
    match sender_domains(&node.domain).await {
        Ok(domains) => {
            for domain in domains {
                findings.push(Finding {
                    about: "sender domain",
                    result: known(node.config.dns, &domain).await,
                });
            }
        }
        Err(error) => findings.push(Finding {
            about: "sender domains",
            result: Err(error.to_string()),
        }),
    }
    findings
}

async fn database(node: &Node) -> Result<String, String> {
    let version = node
        .database
        .server_version()
        .await
        .map_err(|error| error.to_string())?;
    let kind = if node.database.is_embedded() {
        "private cluster"
    } else {
        "external server"
    };
    // Opening the node has migrated.
    Ok(format!(
        "{kind}, PostgreSQL {}.{}, schema up to date",
        version / 10_000,
        version % 10_000
    ))
}

async fn clock(domain: &Domain) -> Result<String, String> {
    let ours = domain.now();
    let query = sqlx::query_scalar::<_, f64>("select extract(epoch from clock_timestamp())::float8");
    let theirs = query
        .fetch_one(domain.pool())
        .await
        .map_err(|error| error.to_string())?;
    let after = domain.now();
    let middle = ours + after.duration_since(ours) / 2;
    let apart = (theirs - middle.as_duration().as_secs_f64()).abs();
    if apart > CLOCK_SECONDS {
        Err(format!(
            "the database's clock is {apart:.1} s away from this machine's; set both by NTP"
        ))
    } else {
        Ok(format!("{apart:.2} s from the database's"))
    }
}

fn secret(node: &Node) -> Result<String, String> {
    use std::os::unix::fs::MetadataExt;
    node.database.secret_key().map_err(|error| format!("{error:#}"))?;
    if node.config.secret_key.is_some() {
        return Ok("given by the configuration".to_owned());
    }
    let file = node.database.data_dir.join("secret.key");
    let mode = std::fs::metadata(&file)
        .map_err(|error| error.to_string())?
        .mode();
    if mode & 0o077 != 0 {
        return Err(format!("{} can be read by others; chmod 600 it", file.display()));
    }
    Ok(format!("kept in {}; it is part of every backup", file.display()))
}

async fn public_address(node: &Node) -> Result<String, String> {
    let url = &node.config.http.public_url;
    let local = matches!(url.host(), "localhost" | "127.0.0.1" | "[::1]");
    let relay = node.config.smtp.relay.is_some()
        || domain::sending::has_relays(&node.domain)
            .await
            .map_err(|error| error.to_string())?;
    if relay && (local || !url.is_https()) {
        return Err(format!(
            "{} is what links in real mail begin with; set CAMPANILE_PUBLIC_URL to https://…",
            url.origin()
        ));
    }
    Ok(url.origin().to_owned())
}

fn console(config: &Config) -> Result<String, String> {
    let site = &config.http.site_dir;
    match crate::http::console::Site::open(site) {
        Ok(_) => Ok(format!("built, in {}", site.display())),
        Err(error) => Err(format!("not in {} (CAMPANILE_SITE_DIR): {error}", site.display())),
    }
}

async fn background(domain: &Domain) -> Result<String, String> {
    let query = sqlx::query_as::<_, (i64, i64)>(
        "select count(*) filter (where dead), count(*) filter (where finished_at is null and not dead) from jobs",
    );
    let (dead, waiting) = query
        .fetch_one(domain.pool())
        .await
        .map_err(|error| error.to_string())?;
    if dead > 0 {
        return Err(format!(
            "{dead} jobs were given up; the log says why ({waiting} are waiting)"
        ));
    }
    Ok(format!("{waiting} jobs are waiting, none was given up"))
}

async fn sender_domains(domain: &Domain) -> sqlx::Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "select distinct unnest(sender_domains) as name from units where archived_at is null order by name",
    );
    query.fetch_all(domain.pool()).await
}

/// Whether receivers find the domain at all. Signatures and policies of those that are set up: [`sending`].
async fn known(resolver: Option<SocketAddr>, name: &str) -> Result<String, String> {
    if for_examples(name) {
        return Ok(format!("{name} is reserved for examples; not looked up"));
    }
    let answer = async { Dns::new(resolver)?.mail_of(name).await };
    match answer.await.map_err(|error| format!("{name}: {error:#}"))? {
        MailOf::Exchangers(hosts) => Ok(format!("{name} takes mail at {}", hosts.join(", "))),
        MailOf::Itself => Ok(format!("{name} has an address")),
        MailOf::Nowhere => Err(format!(
            "{name} says that it takes no mail (RFC 7505): many receivers refuse mail from it"
        )),
        MailOf::Unknown => Err(format!(
            "{name} has neither an MX record nor an address: receivers refuse mail from it"
        )),
    }
}

/// RFC 2606 and RFC 6761: made for examples, known to nobody.
fn for_examples(name: &str) -> bool {
    [".example", ".test", ".invalid", ".localhost"]
        .iter()
        .any(|end| name.ends_with(end))
}
