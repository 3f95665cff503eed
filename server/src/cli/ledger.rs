//! `campanile ledger partitions|detach`: the months of the ledger, and taking old ones out of the way.

use std::io::Write;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use domain::Domain;
use domain::dispatch::{self, Partition};
use types::Code;

use super::Node;
use super::words::in_words;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the months that are attached, with their recipients and what they take on disk.
    Partitions,
    /// Take a month that is over out of the ledger. Its tables stay in the database, to be dumped and dropped.
    Detach {
        /// Year and month, as in 202511.
        #[arg(value_name = "YYYYMM", value_parser = month)]
        month: String,
    },
}

fn month(text: &str) -> Result<String, String> {
    let whole = text.len() == 6 && text.bytes().all(|it| it.is_ascii_digit());
    if whole && (1..=12).contains(&text[4..].parse::<u8>().unwrap_or(0)) {
        Ok(text.to_owned())
    } else {
        Err("year and month, as in 202511".to_owned())
    }
}

pub(super) async fn ledger(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let text = Node::with(config, name, async move |domain| match options.what {
        What::Partitions => Ok(table(&dispatch::partitions(&domain).await?)),
        What::Detach { month } => detach(&domain, &month).await,
    })
    .await?;
    // Who stops reading (`… | head`) has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// One line a month, aligned, numbers as PostgreSQL estimates them.
fn table(months: &[Partition]) -> String {
    if months.is_empty() {
        return "no month is attached: nothing was sent yet\n".to_owned();
    }
    let mut text = format!("{:<6}  {:>12}  {:>10}\n", "month", "recipients", "MB");
    for it in months {
        let megabytes = it.bytes.saturating_add(999_999) / 1_000_000;
        text.push_str(&format!(
            "{:<6}  {:>12}  {megabytes:>10}\n",
            it.month, it.recipients
        ));
    }
    text
}

async fn detach(domain: &Domain, month: &str) -> anyhow::Result<String> {
    match dispatch::detach(domain, month).await {
        Ok(()) => Ok(format!(
            "{month} is detached; its rows are in deliveries_{month} and outcomes_{month} until you drop them\n"
        )),
        Err(error) => match error.refusal() {
            Some(Code::NotFound) => {
                bail!("{month} is no month of the ledger; see campanile ledger partitions")
            }
            Some(Code::WrongState) => {
                bail!("{month} cannot be detached: it is not over, or something of it is still being sent")
            }
            _ => Err(in_words(error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::testing::University;

    #[test]
    fn months_are_read_as_their_tables_are_named() {
        assert_eq!(month("202511").as_deref(), Ok("202511"));
        for wrong in ["202513", "202500", "2025-11", "20251", "2025111", "20251a"] {
            assert!(month(wrong).is_err(), "{wrong}");
        }
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn old_months_go_and_this_one_stays(pool: sqlx::PgPool) -> anyhow::Result<()> {
        let university = University::new(pool).await?;
        let domain = &university.domain;
        assert!(table(&dispatch::partitions(domain).await?).contains("nothing was sent"));
        dispatch::prepare_partitions(domain).await?;
        sqlx::query("select ledger_partition(ledger_bound('2020-02-01 00:00Z'))")
            .execute(domain.pool())
            .await?;
        let months = dispatch::partitions(domain).await?;
        assert_eq!(months.len(), 3);
        let shown = table(&months);
        assert_eq!(shown.lines().count(), 4);
        assert!(shown.contains("202002"), "{shown}");

        assert!(detach(domain, "202002").await?.contains("deliveries_202002"));
        let kept: bool = sqlx::query_scalar("select to_regclass('outcomes_202002') is not null")
            .fetch_one(domain.pool())
            .await?;
        assert!(kept);
        let gone = detach(domain, "202002").await.expect_err("no longer attached");
        assert!(gone.to_string().contains("no month of the ledger"), "{gone}");
        let this = detach(domain, &months[1].month).await.expect_err("not over");
        assert!(this.to_string().contains("not over"), "{this}");
        Ok(())
    }
}
