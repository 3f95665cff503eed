//! What the console's page of that name reads.

use super::*;
use domain::access::{ManageSystem, System};
use serde_json::json;
use sqlx::PgPool;
use types::content::Classification;

#[sqlx::test(migrations = "../../migrations")]
async fn what_workers_say_and_what_runs(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let by = System.grant::<ManageSystem>(university.root);
    let topic = university.topic(university.admissions, "open-days").await?;
    university
        .people(university.admissions, Some(topic), &addresses(5))
        .await?;
    let run = university
        .launched(university.admissions, Classification::Marketing, &to(topic))
        .await?;
    let domain = &university.domain;
    dispatch::enlist(domain, WORKER, "hall:7").await?;
    let other = worker(2, 2);
    dispatch::enlist(domain, other, "hall:8").await?;
    let status =
        json!({"lanes": [{"lane": "marketing", "open": 3, "per_second": 2.5}], "of": "a later version"});
    dispatch::report(domain, WORKER, &status).await?;
    dispatch::report(domain, other, &json!({"lanes": "of a later version"})).await?;
    sqlx::query("update workers set seen_at = clock_timestamp() - interval '1 minute' where name = 'hall:8'")
        .execute(domain.pool())
        .await?;

    let mut tx = domain.begin().await?;
    let workers = dispatch::live(&mut tx, &by).await?;
    assert_eq!(workers.len(), 2);
    assert_eq!(
        (workers[0].name.as_str(), workers[0].is_silent()),
        ("hall:7", false)
    );
    assert_eq!(workers[0].status.lanes[0].open, 3);
    assert_eq!((workers[1].is_silent(), workers[1].status.lanes.len()), (true, 0));

    let found = dispatch::running(&mut tx, &by).await?;
    assert_eq!(found.len(), 1);
    let one = &found[0];
    assert_eq!((one.id, one.unit.as_str()), (run.dispatch, "admissions"));
    assert_eq!(
        (one.lane.as_str(), one.state.as_str(), one.audience, one.done),
        ("marketing", "sending", 5, 0)
    );
    assert!(one.campaign.is_some() && one.name.is_some());
    drop(tx);

    let now = domain.now();
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let claimed = claim(&university, WORKER, run).await.unwrap();
    let people = slice(&university, WORKER, claimed, &rules, 0, 2).await.people;
    let done: Vec<_> = people
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    assert!(record(&university, WORKER, claimed, &done, true).await);
    dispatch::note_trouble(domain, run.dispatch, Some("relay_unreachable")).await?;
    let mut tx = domain.begin().await?;
    let one = dispatch::running(&mut tx, &by).await?.remove(0);
    assert_eq!((one.audience, one.done), (5, 2));
    assert_eq!(one.stopped_reason.as_deref(), Some("relay_unreachable"));
    assert!(one.per_second > 0.0);
    drop(tx);

    work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    settle(&university).await;
    let mut tx = domain.begin().await?;
    assert!(dispatch::running(&mut tx, &by).await?.is_empty());
    Ok(())
}
