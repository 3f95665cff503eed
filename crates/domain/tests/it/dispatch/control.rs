//! Pause, resume, cancel, and the seal at the moment of sending.

use super::*;
use domain::access::{ControlSending, System};
use sqlx::PgPool;
use types::{Code, content::Classification};

async fn start(pool: PgPool, people: usize) -> domain::Result<(University, Rules, Run)> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    university
        .people(university.admissions, Some(topic), &addresses(people))
        .await?;
    let run = university
        .launched(university.admissions, Classification::Marketing, &to(topic))
        .await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    Ok((university, rules, run))
}

async fn command(university: &University, run: Run, what: &str) -> domain::Result<()> {
    let by = System.grant::<ControlSending>(university.admissions);
    let mut tx = university.domain.begin().await?;
    match what {
        "pause" => dispatch::pause(&mut tx, &by, run.dispatch).await?,
        "resume" => dispatch::resume(&mut tx, &by, run.dispatch).await?,
        _ => dispatch::cancel(&mut tx, &by, run.dispatch).await?,
    }
    tx.commit().await
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pause_stops_in_the_middle_of_a_chunk_and_loses_nothing(pool: PgPool) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 60).await?;
    let now = university.domain.now();
    let claimed = claim(&university, WORKER, run).await.unwrap();
    let people = slice(&university, WORKER, claimed, &rules, 0, 4).await.people;
    command(&university, run, "pause").await?;
    let done: Vec<_> = people[..2]
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    // What was in flight is recorded; the other announced go back.
    assert!(record(&university, WORKER, claimed, &done, true).await);
    assert!(claim(&university, WORKER, run).await.is_none());
    command(&university, run, "resume").await?;
    let handed = work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed.len(), 58);
    settle(&university).await;
    assert_eq!(dispatch_row(&university, run).await.2, [60, 60, 0, 0, 0, 0]);
    balances(&university, run).await;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn cancelled_in_the_middle_everybody_is_accounted_for(pool: PgPool) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 120).await?;
    let now = university.domain.now();
    let first = claim(&university, WORKER, run).await.unwrap();
    let elsewhere = worker(99, 2);
    let lost = claim(&university, elsewhere, run).await.unwrap();
    let people = slice(&university, WORKER, first, &rules, 0, 10).await.people;
    slice(&university, elsewhere, lost, &rules, 0, 4).await;
    command(&university, run, "cancel").await?;
    assert_eq!(
        command(&university, run, "pause").await.unwrap_err().refusal(),
        Some(Code::WrongState)
    );
    settle(&university).await;
    assert_eq!(
        dispatch_row(&university, run).await.0,
        "cancelling",
        "two chunks are still in somebody's hands"
    );
    let mut done: Vec<_> = people[..9]
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    done.push(ended(&people[9], OutcomeKind::Failed, "reply_5xx", now));
    assert!(record(&university, WORKER, first, &done, true).await);
    lapse(&university).await;
    settle(&university).await;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason, counts),
        ("done", None, [120, 9, 1, 0, 106, 4])
    );
    balances(&university, run).await;
    assert!(claim(&university, WORKER, run).await.is_none());
    Ok(())
}

/// What was in flight when it was paused was the rest: nobody has to resume an empty dispatch.
#[sqlx::test(migrations = "../../migrations")]
async fn a_pause_after_the_last_message_does_not_keep_it_open(pool: PgPool) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 3).await?;
    let now = university.domain.now();
    let claimed = claim(&university, WORKER, run).await.unwrap();
    let people = slice(&university, WORKER, claimed, &rules, 0, 3).await.people;
    command(&university, run, "pause").await?;
    let done: Vec<_> = people
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    assert!(record(&university, WORKER, claimed, &done, true).await);
    settle(&university).await;
    assert_eq!(dispatch_row(&university, run).await.0, "done");
    balances(&university, run).await;
    Ok(())
}

/// The limit may change while it runs, and what an old one had saved up is gone.
#[sqlx::test(migrations = "../../migrations")]
async fn the_limit_changes_while_it_runs(pool: PgPool) -> domain::Result<()> {
    let (university, _, run) = start(pool, 3).await?;
    let by = System.grant::<ControlSending>(university.admissions);
    let key = format!("dispatch:{}", run.dispatch.uuid());
    dispatch::take(&university.domain, &key, 0.001, 100.0, 1).await?;
    let mut tx = university.domain.begin().await?;
    dispatch::set_throttle(&mut tx, &by, run.dispatch, Some(1200)).await?;
    tx.commit().await?;
    let active = dispatch::active(&university.domain).await?;
    assert_eq!(active[0].throttle_per_hour, Some(1200));
    assert_eq!(
        dispatch::take(&university.domain, &key, 0.001, 2.0, 9)
            .await?
            .granted,
        2
    );
    command(&university, run, "cancel").await?;
    let mut tx = university.domain.begin().await?;
    let refused = dispatch::set_throttle(&mut tx, &by, run.dispatch, None).await;
    assert_eq!(refused.unwrap_err().refusal(), Some(Code::WrongState));
    Ok(())
}

/// Law 2: whatever changes the approval stops the sending, and whoever was not written to is accounted for.
async fn stops(pool: PgPool, tampering: &'static str) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 60).await?;
    let now = university.domain.now();
    let claimed = claim(&university, WORKER, run).await.unwrap();
    let people = slice(&university, WORKER, claimed, &rules, 0, 1).await.people;
    sqlx::query(tampering).execute(university.domain.pool()).await?;
    assert!(claim(&university, worker(5, 5), run).await.is_none());
    settle(&university).await;
    assert!(dispatch::active(&university.domain).await?[0].state != dispatch::DispatchState::Sending);
    let done = [ended(&people[0], OutcomeKind::Sent, "", now)];
    assert!(record(&university, WORKER, claimed, &done, true).await);
    settle(&university).await;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason.as_deref()),
        ("stopped", Some("seal_broken"))
    );
    assert_eq!(counts, [60, 1, 0, 0, 59, 0]);
    balances(&university, run).await;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_withdrawn_approval_stops_everything(pool: PgPool) -> domain::Result<()> {
    stops(pool, "update reviews set state = 'withdrawn'").await
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_seal_stops_everything(pool: PgPool) -> domain::Result<()> {
    stops(pool, "update reviews set seal = '\\x00'").await
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_revision_stops_everything(pool: PgPool) -> domain::Result<()> {
    stops(pool, "update campaigns set current_revision_id = null").await
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_campaign_that_is_a_draft_again_stops_everything(pool: PgPool) -> domain::Result<()> {
    stops(pool, "update campaigns set state = 'draft'").await
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_controls_another_units_sending(pool: PgPool) -> domain::Result<()> {
    let (university, _, run) = start(pool, 1).await?;
    let by = System.grant::<ControlSending>(university.shop);
    let mut tx = university.domain.begin().await?;
    for refused in [
        dispatch::pause(&mut tx, &by, run.dispatch).await,
        dispatch::resume(&mut tx, &by, run.dispatch).await,
        dispatch::cancel(&mut tx, &by, run.dispatch).await,
        dispatch::set_throttle(&mut tx, &by, run.dispatch, None).await,
    ] {
        assert_eq!(refused.unwrap_err().refusal(), Some(Code::NotFound));
    }
    Ok(())
}
