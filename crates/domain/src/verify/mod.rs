//! `campanile verify`: does everything in the database still agree with everything else?
//!
//! Reads only. Each check says how much it looked at, so that "nothing wrong" is not mistaken for "nothing there".

mod ledger;
mod references;

use crate::{Domain, Result, audit_chain, sending};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked, for the operator.
    pub name: &'static str,
    /// How many things were looked at.
    pub examined: u64,
    /// What is wrong, without personal data: ids and counts.
    pub findings: Vec<String>,
}

/// Runs every check, in one consistent view of the database each.
pub async fn run(domain: &Domain) -> Result<Vec<Check>> {
    let mut checks = ledger::checks(domain).await?;
    checks.push(chain(domain).await?);
    checks.extend(references::checks(domain).await?);
    checks.push(credentials(domain).await?);
    Ok(checks)
}

/// Passwords of relays and keys of sender domains open with this installation's secret key.
async fn credentials(domain: &Domain) -> Result<Check> {
    let sending::Unopened { examined, findings } = sending::unopened(domain).await?;
    Ok(Check {
        name: "stored credentials",
        examined,
        findings,
    })
}

async fn chain(domain: &Domain) -> Result<Check> {
    let (links, broken) = audit_chain::check(domain).await?;
    let findings = broken
        .into_iter()
        .map(|link| format!("link {link} does not agree with the rows it covers"))
        .collect();
    Ok(Check {
        name: "chain of the audit log",
        examined: links,
        findings,
    })
}

#[cfg(test)]
mod tests;
