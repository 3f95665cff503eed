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
    let chunk = claim(&university, WORKER, Lane::Marketing).await.unwrap();
    let people = dispatch::recipients(&university.domain, chunk).await?;
    dispatch::record(
        &university.domain,
        WORKER,
        chunk,
        LEASE,
        &rules,
        &[],
        &[],
        &people[..2],
    )
    .await?;
    command(&university, run, "pause").await?;
    let done: Vec<_> = people[..2]
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    let answer = dispatch::record(
        &university.domain,
        WORKER,
        chunk,
        LEASE,
        &rules,
        &done,
        &[],
        &people[2..4],
    )
    .await?;
    assert_eq!(
        answer,
        Window::Halt,
        "what was in flight is recorded, nothing more goes"
    );
    dispatch::release(&university.domain, WORKER, chunk, None).await?;
    assert!(claim(&university, WORKER, Lane::Marketing).await.is_none());
    command(&university, run, "resume").await?;
    let handed = work(&university, &rules, Lane::Marketing, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed.len(), 58);
    dispatch::settle(&university.domain).await?;
    assert_eq!(dispatch_row(&university, run).await.2, [60, 60, 0, 0, 0, 0]);
    balances(&university, run).await;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn cancelled_in_the_middle_everybody_is_accounted_for(pool: PgPool) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 120).await?;
    let now = university.domain.now();
    let first = claim(&university, WORKER, Lane::Marketing).await.unwrap();
    let lost = claim(&university, Uuid::from_u128(99), Lane::Marketing)
        .await
        .unwrap();
    let people = dispatch::recipients(&university.domain, first).await?;
    dispatch::record(
        &university.domain,
        WORKER,
        first,
        LEASE,
        &rules,
        &[],
        &[],
        &people[..10],
    )
    .await?;
    let others = dispatch::recipients(&university.domain, lost).await?;
    dispatch::record(
        &university.domain,
        Uuid::from_u128(99),
        lost,
        LEASE,
        &rules,
        &[],
        &[],
        &others[..4],
    )
    .await?;
    command(&university, run, "cancel").await?;
    assert_eq!(
        command(&university, run, "pause").await.unwrap_err().refusal(),
        Some(Code::WrongState)
    );
    dispatch::settle(&university.domain).await?;
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
    assert_eq!(
        dispatch::record(
            &university.domain,
            WORKER,
            first,
            LEASE,
            &rules,
            &done,
            &[],
            &people[10..]
        )
        .await?,
        Window::Halt
    );
    dispatch::release(&university.domain, WORKER, first, None).await?;
    university.clock.advance(SignedDuration::from_secs(61));
    dispatch::settle(&university.domain).await?;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason, counts),
        ("done", None, [120, 9, 1, 0, 106, 4])
    );
    balances(&university, run).await;
    assert!(claim(&university, WORKER, Lane::Marketing).await.is_none());
    Ok(())
}

/// What was in flight when it was paused was the rest: nobody has to resume an empty dispatch.
#[sqlx::test(migrations = "../../migrations")]
async fn a_pause_after_the_last_message_does_not_keep_it_open(pool: PgPool) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 3).await?;
    let now = university.domain.now();
    let chunk = claim(&university, WORKER, Lane::Marketing).await.unwrap();
    let people = dispatch::recipients(&university.domain, chunk).await?;
    dispatch::record(
        &university.domain,
        WORKER,
        chunk,
        LEASE,
        &rules,
        &[],
        &[],
        &people,
    )
    .await?;
    command(&university, run, "pause").await?;
    let done: Vec<_> = people
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    dispatch::record(&university.domain, WORKER, chunk, LEASE, &rules, &done, &[], &[]).await?;
    dispatch::release(&university.domain, WORKER, chunk, None).await?;
    dispatch::settle(&university.domain).await?;
    assert_eq!(dispatch_row(&university, run).await.0, "done");
    balances(&university, run).await;
    Ok(())
}

/// Law 2: whatever changes the approval stops the sending, and whoever was not written to is accounted for.
async fn stops(pool: PgPool, tampering: &'static str) -> domain::Result<()> {
    let (university, rules, run) = start(pool, 60).await?;
    let now = university.domain.now();
    let chunk = claim(&university, WORKER, Lane::Marketing).await.unwrap();
    let people = dispatch::recipients(&university.domain, chunk).await?;
    dispatch::record(
        &university.domain,
        WORKER,
        chunk,
        LEASE,
        &rules,
        &[],
        &[],
        &people[..1],
    )
    .await?;
    sqlx::query(tampering).execute(university.domain.pool()).await?;
    assert!(
        claim(&university, Uuid::from_u128(5), Lane::Marketing)
            .await
            .is_none()
    );
    dispatch::settle(&university.domain).await?;
    let done = [ended(&people[0], OutcomeKind::Sent, "", now)];
    let answer = dispatch::record(
        &university.domain,
        WORKER,
        chunk,
        LEASE,
        &rules,
        &done,
        &[],
        &people[1..],
    )
    .await?;
    assert_eq!(answer, Window::Halt);
    dispatch::release(&university.domain, WORKER, chunk, None).await?;
    dispatch::settle(&university.domain).await?;
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
    ] {
        assert_eq!(refused.unwrap_err().refusal(), Some(Code::NotFound));
    }
    Ok(())
}
