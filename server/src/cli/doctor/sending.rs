//! What mail leaves by and under whose name: relays that answer, records that are published.

use domain::access::System;
use domain::sending::{self, Outside};
use types::sending::{DkimState, DnsRecord, RecordPurpose, RecordState, SenderDomain};
use types::{SenderDomainId, UnitId};

use super::{Finding, for_examples};
use crate::cli::Node;
use crate::outside::World;

pub(super) async fn examine(node: &Node) -> Vec<Finding> {
    let world = match World::new(&node.config) {
        Ok(world) => world,
        Err(error) => {
            return vec![Finding {
                about: "calls outward",
                result: Err(error.to_string()),
            }];
        }
    };
    let mut findings = relays(node, &world).await;
    findings.push(Finding {
        about: "webhooks",
        result: webhooks(node).await,
    });
    match domains(node).await {
        Ok(domains) => {
            for domain in domains {
                let looked = look_up(node, &world, &domain).await;
                findings.extend(looked.into_iter().map(|result| Finding {
                    about: "sender domain",
                    result,
                }));
            }
        }
        Err(error) => findings.push(Finding {
            about: "sender domains",
            result: Err(error.to_string()),
        }),
    }
    findings
}

/// Endpoints of webhooks that take events.
async fn webhooks(node: &Node) -> Result<String, String> {
    let backlog = domain::webhooks::backlog(&node.domain).await;
    let domain::webhooks::Backlog {
        waiting,
        dead,
        failing,
        disabled,
    } = backlog.map_err(|error| error.to_string())?;
    let counts = format!("{waiting} events wait, {dead} were given up");
    match failing + disabled {
        0 => Ok(counts),
        _ => Err(format!(
            "{failing} endpoints do not answer, {disabled} were disabled (Settings, Webhooks): {counts}"
        )),
    }
}

/// Every active relay takes a connection, protects it and lets us in.
async fn relays(node: &Node, world: &World) -> Vec<Finding> {
    let about = "relay";
    let relays = match sending::relays(&node.domain).await {
        Ok(relays) => relays,
        Err(error) => {
            return vec![Finding {
                about,
                result: Err(error.to_string()),
            }];
        }
    };
    if relays.is_empty() {
        let result = match (
            sending::has_relays(&node.domain).await,
            node.config.smtp.relay.is_some(),
        ) {
            (Err(error), _) => Err(error.to_string()),
            (Ok(true), _) => Err("none is active: mail waits (Settings, Relays)".to_owned()),
            (Ok(false), true) => {
                Ok("that of CAMPANILE_SMTP_URL is kept when the service next starts".to_owned())
            }
            (Ok(false), false) => {
                Ok("none: mail is captured, nothing leaves this machine (CAMPANILE_SMTP_URL)".to_owned())
            }
        };
        return vec![Finding { about, result }];
    }
    let mut findings = Vec::new();
    for relay in relays {
        let place = format!("{} ({}:{})", relay.name, relay.host, relay.port);
        let trial = world.try_relay(relay).await;
        findings.push(Finding {
            about,
            result: match trial.works {
                true => Ok(format!("{place} answers")),
                false => Err(format!("{place}: {}", trial.trouble)),
            },
        });
    }
    if let Some(configured) = &node.config.smtp.relay {
        let hosts =
            sqlx::query_scalar::<_, bool>("select exists (select from relays where host = $1 and port = $2)")
                .bind(configured.host.to_ascii_lowercase())
                .bind(i32::from(configured.port))
                .fetch_one(node.domain.pool())
                .await;
        if matches!(hosts, Ok(false)) {
            findings.push(Finding {
                about,
                result: Ok(format!(
                    "CAMPANILE_SMTP_URL names {}, which is not used: relays are managed in the console",
                    configured.host
                )),
            });
        }
    }
    findings
}

async fn domains(node: &Node) -> domain::Result<Vec<SenderDomain>> {
    let query = sqlx::query_as::<_, (SenderDomainId, UnitId)>(
        "select id, unit_id from sender_domains order by domain",
    );
    let ids = query.fetch_all(node.domain.pool()).await?;
    let mut tx = node.domain.begin().await?;
    let mut domains = Vec::with_capacity(ids.len());
    for (id, unit) in ids {
        domains.extend(sending::get_domain(&mut tx, &System.grant(unit), id).await?);
    }
    Ok(domains)
}

async fn look_up(node: &Node, world: &World, domain: &SenderDomain) -> Vec<Result<String, String>> {
    let name = &domain.domain;
    if for_examples(name) {
        return vec![Ok(format!("{name} is reserved for examples; not looked up"))];
    }
    let mut results = Vec::new();
    if !domain.keys.iter().any(|key| key.state == DkimState::Active) {
        results.push(Err(format!(
            "mail from {name} is not signed: no key is active (Settings, Sender domains)"
        )));
    }
    let wanted = |record: &&DnsRecord| match record.purpose {
        RecordPurpose::Dkim | RecordPurpose::Spf | RecordPurpose::Dmarc | RecordPurpose::Tracking => true,
        // Bounces may also be fetched from a mailbox elsewhere.
        RecordPurpose::BounceMx => node.config.inbound_listen.is_some(),
    };
    let records = domain.records.iter().filter(wanted).cloned().collect();
    results.extend(world.look_up(records).await.iter().map(told));
    results
}

fn told(record: &DnsRecord) -> Result<String, String> {
    let DnsRecord {
        name, kind, value, ..
    } = record;
    let what = match record.purpose {
        RecordPurpose::Dkim => "the DKIM key",
        RecordPurpose::Spf => "SPF of the bounce domain",
        RecordPurpose::Dmarc => "DMARC",
        RecordPurpose::BounceMx => "the way of bounces",
        RecordPurpose::Tracking => "the address of links",
    };
    match record.state {
        RecordState::Found => Ok(format!("{what} is published at {name}")),
        RecordState::Missing => Err(format!("{what} is missing: {name} {kind} {value}")),
        RecordState::Different => Err(format!(
            "{what} at {name} is another than {value}: {}",
            record.found.join(" | ")
        )),
        RecordState::Failed | RecordState::Unchecked => {
            Err(format!("{what} at {name} could not be looked up"))
        }
    }
}
