//! From the clock to the ledger, and what staff does meanwhile.

use super::*;
use domain::access::{ControlSending, ReadReports};
use jiff::SignedDuration;
use types::{Code, PageQuery};

async fn control(set: &Set, id: CampaignId, act: &str) -> domain::Result<()> {
    let by = set.author.grant::<ControlSending>(set.unit())?;
    let mut tx = set.university.domain.begin().await?;
    match act {
        "pause" => campaigns::pause(&mut tx, &by, id).await?,
        "resume" => campaigns::resume(&mut tx, &by, id).await?,
        "cancel" => campaigns::cancel(&mut tx, &by, id).await?,
        _ => campaigns::schedule(&mut tx, &by, id).await.map(|_| ())?,
    }
    tx.commit().await
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_ledger_has_who_was_counted(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 1);
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0, "once");
    let mut tx = set.university.domain.begin().await?;
    let counts = campaigns::audience_counts(&mut tx, &set.author.grant(set.unit())?, id, None).await?;
    let progress = campaigns::progress(&mut tx, &set.author.grant(set.unit())?, id)
        .await?
        .unwrap();
    assert_eq!(
        (progress.state, progress.audience, progress.suppressed),
        (
            CampaignState::Sending,
            counts.total,
            counts.total - counts.recipients
        )
    );
    let by = set.author.grant::<ReadReports>(set.unit())?;
    let ledger = campaigns::ledger(
        &mut tx,
        &by,
        id,
        &PageQuery {
            limit: Some(3),
            ..PageQuery::default()
        },
    )
    .await?;
    assert_eq!(ledger.items.len(), 3);
    let rest = campaigns::ledger(
        &mut tx,
        &by,
        id,
        &PageQuery {
            after: ledger.next,
            ..PageQuery::default()
        },
    )
    .await?;
    let held: Vec<_> = rest
        .items
        .iter()
        .map(|it| (it.address.as_str(), it.outcome.as_deref(), it.rule.as_str()))
        .collect();
    assert_eq!(held, [("out@example.org", Some("suppressed"), "not_subscribed")]);
    let filter = |value: &str| PageQuery {
        filters: BTreeMap::from([("outcome".to_owned(), value.to_owned())]),
        ..PageQuery::default()
    };
    assert_eq!(
        campaigns::ledger(&mut tx, &by, id, &filter("waiting"))
            .await?
            .items
            .len(),
        3
    );
    let search = PageQuery {
        search: "JAN@".into(),
        ..PageQuery::default()
    };
    assert_eq!(campaigns::ledger(&mut tx, &by, id, &search).await?.items.len(), 1);
    assert_eq!(
        code(campaigns::ledger(&mut tx, &by, id, &filter("lost")).await),
        Some(Code::Invalid)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_waits_for_its_time(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let at = set.university.domain.now() + SignedDuration::from_hours(2);
    let later = Schedule::At {
        at,
        time_zone: "Europe/Warsaw".into(),
    };
    set.change(
        &set.author,
        id,
        CampaignUpdate {
            schedule: Some(later),
            ..CampaignUpdate::default()
        },
    )
    .await?;
    let review = set.submit(&set.author, id).await?;
    assert_eq!(
        set.approve(&set.approver, id, review).await?,
        CampaignState::Scheduled
    );
    assert_eq!(set.detail(id).await?.scheduled_for, Some(at));
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    set.university.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 1);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn approved_too_late_it_needs_a_new_time(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let at = set.university.domain.now() + SignedDuration::from_hours(1);
    let later = Schedule::At {
        at,
        time_zone: "Europe/Warsaw".into(),
    };
    set.change(
        &set.author,
        id,
        CampaignUpdate {
            schedule: Some(later),
            ..CampaignUpdate::default()
        },
    )
    .await?;
    let review = set.submit(&set.author, id).await?;
    set.university.clock.advance(SignedDuration::from_hours(3));
    assert_eq!(
        set.approve(&set.approver, id, review).await?,
        CampaignState::Approved
    );
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    assert_eq!(code(control(&set, id, "schedule").await), Some(Code::InThePast));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_broken_seal_stops_it_at_the_moment_of_sending(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    let pool = set.university.domain.pool();
    sqlx::query("alter table campaign_revisions disable trigger campaign_revisions_frozen")
        .execute(pool)
        .await?;
    sqlx::query(
        "update campaign_revisions set source = jsonb_set(source, '{languages,en,subject}', '\"Buy\"')",
    )
    .execute(pool)
    .await?;
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    assert_eq!(set.detail(id).await?.state, CampaignState::Draft);
    let told: i64 = sqlx::query_scalar(
        "select count(*) from jobs where payload -> 'notice' ->> 'reason' = 'seal_broken'",
    )
    .fetch_one(pool)
    .await?;
    assert_eq!(told, 1);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_domain_taken_away_stops_it(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    sqlx::query("update units set sender_domains = '{}'")
        .execute(set.university.domain.pool())
        .await?;
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    assert_eq!(set.detail(id).await?.state, CampaignState::Draft);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn paused_resumed_cancelled(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    assert_eq!(code(control(&set, id, "pause").await), Some(Code::WrongState));
    control(&set, id, "schedule").await?;
    campaigns::launch_due(&set.university.domain).await?;
    control(&set, id, "pause").await?;
    assert_eq!(set.detail(id).await?.state, CampaignState::Paused);
    control(&set, id, "resume").await?;
    control(&set, id, "cancel").await?;
    domain::dispatch::settle(&set.university.domain, uuid::Uuid::nil()).await?;
    domain::dispatch::settle(&set.university.domain, uuid::Uuid::nil()).await?;
    let mut tx = set.university.domain.begin().await?;
    let progress = campaigns::progress(&mut tx, &set.author.grant(set.unit())?, id)
        .await?
        .unwrap();
    assert_eq!(
        (progress.state, progress.cancelled, progress.done()),
        (CampaignState::Cancelled, 3, progress.audience)
    );
    assert_eq!(code(control(&set, id, "resume").await), Some(Code::WrongState));
    Ok(())
}

async fn throttle(set: &Set, id: CampaignId, per_hour: Option<i32>) -> domain::Result<()> {
    let by = set.author.grant::<ControlSending>(set.unit())?;
    let mut tx = set.university.domain.begin().await?;
    campaigns::set_throttle(&mut tx, &by, id, per_hour).await?;
    tx.commit().await
}

async fn limit(set: &Set, id: CampaignId) -> domain::Result<Option<i32>> {
    let mut tx = set.university.domain.begin().await?;
    let found = campaigns::progress(&mut tx, &set.author.grant(set.unit())?, id).await?;
    Ok(found.and_then(|it| it.throttle_per_hour))
}

#[sqlx::test(migrations = "../../migrations")]
async fn its_speed_changes_while_it_runs(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    assert_eq!(code(throttle(&set, id, Some(60)).await), Some(Code::WrongState));
    control(&set, id, "schedule").await?;
    campaigns::launch_due(&set.university.domain).await?;
    for wrong in [0, -1, campaigns::MAX_PER_HOUR + 1] {
        assert_eq!(
            code(throttle(&set, id, Some(wrong)).await),
            Some(Code::Invalid),
            "{wrong}"
        );
    }
    throttle(&set, id, Some(60)).await?;
    throttle(&set, id, Some(60)).await?;
    assert_eq!(limit(&set, id).await?, Some(60));
    control(&set, id, "pause").await?;
    throttle(&set, id, None).await?;
    assert_eq!(limit(&set, id).await?, None);
    let log: Vec<serde_json::Value> = sqlx::query_scalar(
        "select detail from audit_log where action = 'campaign.speed_changed' order by seq",
    )
    .fetch_all(set.university.domain.pool())
    .await?;
    assert_eq!(
        log,
        [json!({"from": null, "to": 60}), json!({"from": 60, "to": null})],
        "setting what is set is no act"
    );
    // What was approved is still what is sent.
    control(&set, id, "resume").await?;
    control(&set, id, "cancel").await?;
    assert_eq!(code(throttle(&set, id, Some(60)).await), Some(Code::WrongState));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn ending_and_pausing_at_once_wait_for_each_other_in_one_order(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    control(&set, id, "schedule").await?;
    campaigns::launch_due(&set.university.domain).await?;
    control(&set, id, "cancel").await?;
    // Somebody has the campaign in hand, and is about to reach for its dispatch.
    let pool = set.university.domain.pool();
    let mut hand = pool.begin().await?;
    sqlx::query("select id from campaigns where id = $1 for update")
        .bind(id.uuid())
        .execute(&mut *hand)
        .await?;
    let domain = set.university.domain.clone();
    let settling = tokio::spawn(async move { domain::dispatch::settle(&domain, uuid::Uuid::nil()).await });
    let waits = "select exists (select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database()))
                 or exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(pool).await? {
        tokio::task::yield_now().await;
    }
    sqlx::query("select id from dispatches where campaign_id = $1 for update")
        .bind(id.uuid())
        .execute(&mut *hand)
        .await?;
    hand.commit().await?;
    settling.await.expect("settled")?;
    let mut tx = set.university.domain.begin().await?;
    let progress = campaigns::progress(&mut tx, &set.author.grant(set.unit())?, id)
        .await?
        .unwrap();
    assert_eq!(
        (progress.cancelled, progress.done()),
        (3, progress.audience),
        "ended once the hand was free"
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn withdrawn_after_approval_it_is_not_sent(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    let mut tx = set.university.domain.begin().await?;
    domain::approvals::withdraw(&mut tx, &set.author.grant(set.unit())?, id).await?;
    tx.commit().await?;
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    assert_eq!(set.detail(id).await?.state, CampaignState::Draft);
    Ok(())
}
