//! Runs jobs of the queue. Mails and long work have tasks of their own, so that a password reset does not wait for an
//! import.

use std::sync::Arc;
use std::time::Duration;

use domain::queue::{self, Claimed, Failure, Job};
use jiff::SignedDuration;
use types::ImportId;
use types::imports::ImportStatus;
use uuid::Uuid;

use super::{Shared, mail};

/// Kinds that share a task.
pub(super) const GROUPS: [&[&str]; 3] = [
    &["system_mail", "prepared_mail"],
    &["system_mail", "prepared_mail"],
    &["import"],
];

const LEASE: SignedDuration = SignedDuration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(400);
const TROUBLE: Duration = Duration::from_secs(2);

/// Runs until the process stops; a job that was begun is finished or, when it is long, given up at its next lease.
pub(super) async fn run(shared: Arc<Shared>, kinds: &'static [&'static str]) {
    let worker = Uuid::from_bytes(shared.domain.random::<16>());
    while !shared.stop.is_cancelled() {
        let pause = match queue::claim(&shared.domain, worker, kinds, LEASE, 1).await {
            Ok(claimed) if claimed.is_empty() => PAUSE,
            Ok(claimed) => {
                for job in claimed {
                    work(&shared, worker, job).await;
                }
                continue;
            }
            Err(error) => {
                let _ = types::ApiError::from(error);
                TROUBLE
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn work(shared: &Arc<Shared>, worker: Uuid, claimed: Claimed) {
    let doing = tokio::spawn(one(Arc::clone(shared), claimed.clone()));
    let abort = doing.abort_handle();
    let done = tokio::select! {
        done = doing => done.unwrap_or_else(|_| Err(Failure::Retry("panicked".to_owned()))),
        () = keep_lease(shared, worker, &claimed) => {
            // Somebody else has it by now.
            abort.abort();
            return;
        }
    };
    let kind = claimed.job.kind();
    metrics::counter!("campanile_jobs_total", "kind" => kind, "done" => if done.is_ok() { "yes" } else { "no" }).increment(1);
    let written = match &done {
        Ok(()) => queue::finish(&shared.domain, worker, claimed.id).await,
        Err(failure) => {
            let (Failure::Retry(error) | Failure::Dead(error)) = failure;
            tracing::warn!(job = %claimed.id, kind, attempt = claimed.attempt, error, "a job was not done");
            put_back(shared, worker, &claimed, failure).await
        }
    };
    if let Err(error) = written {
        // The lease ends and it is done again: every job is safe to do twice.
        let _ = types::ApiError::from(error);
    }
}

/// Again later; or, when it was tried often enough, never: then nobody is left waiting for it.
async fn put_back(shared: &Shared, worker: Uuid, claimed: &Claimed, failure: &Failure) -> domain::Result<()> {
    let mut tx = shared.domain.begin().await?;
    let given_up = queue::put_back(&mut tx, worker, claimed, failure).await?;
    if let Job::Import { import } = claimed.job
        && given_up
    {
        domain::imports::give_up(&mut tx, import).await?;
    }
    tx.commit().await
}

/// Returns when the lease is lost.
async fn keep_lease(shared: &Shared, worker: Uuid, claimed: &Claimed) {
    loop {
        tokio::time::sleep(Duration::from_secs(15)).await;
        if let Ok(false) = queue::extend(&shared.domain, worker, claimed.id, LEASE).await {
            return;
        }
    }
}

async fn one(shared: Arc<Shared>, claimed: Claimed) -> Result<(), Failure> {
    match &claimed.job {
        Job::SystemMail(notice) => mail::send_notice(&shared, claimed.id, notice).await,
        Job::PreparedMail(prepared) => mail::send_prepared(&shared, claimed.id, prepared).await,
        Job::Import { import } => run_import(&shared, *import).await,
    }
}

async fn run_import(shared: &Shared, import: ImportId) -> Result<(), Failure> {
    match domain::imports::run(&shared.domain, import).await {
        // Another process is at it, or was until a moment ago.
        Ok(ImportStatus::Running) => Err(Failure::Retry("somebody else is at it".to_owned())),
        Ok(_) => Ok(()),
        Err(error) => {
            let code = types::ApiError::from(error).code;
            Err(Failure::Retry(code.as_str().to_owned()))
        }
    }
}
