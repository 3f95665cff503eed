//! Whether anybody sends, and whether the journal can be kept.

use domain::Domain;
use types::engine::WorkerStatus;

use super::{Finding, Node};

/// A worker that was silent for longer does not live, or does not reach the database.
const SILENT_SECONDS: f64 = 10.0;

pub(super) async fn examine(node: &Node) -> Vec<Finding> {
    vec![
        Finding {
            about: "sending",
            result: sending(&node.domain).await,
        },
        Finding {
            about: "journal",
            result: journal(&node.database.data_dir.join("journal")),
        },
        Finding {
            about: "ledger",
            result: ledger(&node.domain).await,
        },
    ]
}

async fn sending(domain: &Domain) -> Result<String, String> {
    let query = sqlx::query_as::<_, (String, serde_json::Value)>(
        "select name, status from workers where seen_at > clock_timestamp() - make_interval(secs => $1) order by name, id",
    );
    let workers = query
        .bind(SILENT_SECONDS)
        .fetch_all(domain.pool())
        .await
        .map_err(|error| error.to_string())?;
    let query = sqlx::query_as::<_, (i64, i64)>(
        "select (select count(*) from dispatches where state = 'sending' and kind = 'campaign'),
                (select count(*) from dispatch_chunks where state = 'leased' and leased_until < clock_timestamp())",
    );
    let (running, lapsed) = query
        .fetch_one(domain.pool())
        .await
        .map_err(|error| error.to_string())?;
    if workers.is_empty() {
        return match running {
            0 => Ok("nobody sends at the moment, and nothing waits".to_owned()),
            _ => Err(format!(
                "{running} campaigns wait and nobody sends: start `campanile worker`, or `serve` without --no-jobs"
            )),
        };
    }
    if lapsed > 0 {
        return Err(format!(
            "{lapsed} chunks are held by a worker that was lost or is frozen; one of its machine settles them when it is started again"
        ));
    }
    let (mut lines, mut open) = (0, 0);
    for (_, status) in &workers {
        let status: WorkerStatus = serde_json::from_value(status.clone()).unwrap_or_default();
        lines += status.lanes.iter().map(|it| it.lines).sum::<usize>();
        open += status.lanes.iter().map(|it| it.open).sum::<usize>();
    }
    let mut names: Vec<&str> = workers.iter().map(|it| it.0.as_str()).collect();
    names.dedup();
    Ok(format!(
        "{} ({open} of {lines} lines open), {running} campaigns run",
        names.join(", ")
    ))
}

/// Nothing is handed over without it.
fn journal(directory: &std::path::Path) -> Result<String, String> {
    let probe = directory.join("doctor");
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(&probe, b"ok"))
        .and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Ok(format!("{} can be written to", directory.display())),
        Err(error) => Err(format!("{}: {error}", directory.display())),
    }
}

async fn ledger(domain: &Domain) -> Result<String, String> {
    let months = domain::dispatch::partitions(domain)
        .await
        .map_err(|error| error.to_string())?;
    let next = domain
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .first_of_month();
    let next = next
        .saturating_add(jiff::Span::new().months(1))
        .strftime("%Y%m")
        .to_string();
    match (months.first(), months.iter().any(|it| it.month == next)) {
        (None, _) => Ok("nothing was sent yet".to_owned()),
        (Some(first), true) => Ok(format!(
            "{} months from {} on, the next one is made",
            months.len(),
            first.month
        )),
        // Made when it is needed; only late.
        (Some(first), false) => Ok(format!("{} months from {} on", months.len(), first.month)),
    }
}
