//! `campanile verify`: does the installation still add up?

use std::process::ExitCode;

use super::Node;
use crate::config::Config;

pub(super) async fn verify(config: Config, name: &str) -> anyhow::Result<ExitCode> {
    let checks = Node::with(config, name, async |domain| {
        Ok(domain::verify::run(&domain).await?)
    })
    .await?;
    let mut sound = true;
    for check in checks {
        if check.findings.is_empty() {
            println!("ok    {}: {} checked", check.name, check.examined);
        } else {
            sound = false;
            println!("WRONG {}: {} checked", check.name, check.examined);
            for finding in check.findings {
                println!("      {finding}");
            }
        }
    }
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
