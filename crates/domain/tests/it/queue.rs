use domain::{
    queue::{self, Failure, Job, Notice, SystemMail},
    testing::domain,
};
use jiff::SignedDuration;
use sqlx::PgPool;
use types::{ImportId, Language};
use uuid::Uuid;

fn mail() -> Job {
    Job::SystemMail(SystemMail {
        to: "anna@university.test".into(),
        name: "Anna".into(),
        language: Language::Pl,
        notice: Notice::PasswordReset {
            link: "https://x.test/reset/secret".into(),
            minutes: 30,
        },
    })
}

const LEASE: SignedDuration = SignedDuration::from_secs(60);
const KINDS: &[&str] = &["system_mail", "import"];

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_exists_exactly_when_its_act_does(pool: PgPool) -> domain::Result<()> {
    let (domain, _) = domain(pool);
    let worker = Uuid::from_u128(1);
    let mut tx = domain.begin().await?;
    queue::enqueue(&mut tx, &mail()).await?;
    drop(tx);
    assert!(queue::claim(&domain, worker, KINDS, LEASE, 10).await?.is_empty());
    let mut tx = domain.begin().await?;
    queue::enqueue(&mut tx, &mail()).await?;
    tx.commit().await?;
    let claimed = queue::claim(&domain, worker, KINDS, LEASE, 10).await?;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].job, mail());
    assert!(
        queue::claim(&domain, Uuid::from_u128(2), KINDS, LEASE, 10)
            .await?
            .is_empty(),
        "leased"
    );
    queue::finish(&domain, worker, claimed[0].id).await?;
    let payload: serde_json::Value = sqlx::query_scalar("select payload from jobs")
        .fetch_one(domain.pool())
        .await?;
    assert_eq!(payload, serde_json::json!({}), "the link is gone");
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_import_waits_once(pool: PgPool) -> domain::Result<()> {
    let (domain, _) = domain(pool);
    let job = Job::Import {
        import: ImportId(Uuid::from_u128(5)),
    };
    let mut tx = domain.begin().await?;
    assert!(queue::enqueue(&mut tx, &job).await?.is_some());
    assert!(queue::enqueue(&mut tx, &job).await?.is_none());
    tx.commit().await
}

#[sqlx::test(migrations = "../../migrations")]
async fn failures_come_back_later_and_die_in_the_end(pool: PgPool) -> domain::Result<()> {
    let (domain, clock) = domain(pool);
    let worker = Uuid::from_u128(1);
    let mut tx = domain.begin().await?;
    queue::enqueue(&mut tx, &mail()).await?;
    tx.commit().await?;
    let mut tries = 0;
    for _ in 0..40 {
        for claimed in queue::claim(&domain, worker, KINDS, LEASE, 10).await? {
            tries += 1;
            assert_eq!(claimed.attempt, tries);
            let mut tx = domain.begin().await?;
            let away = Failure::Retry("relay away".into());
            let given_up = queue::put_back(&mut tx, worker, &claimed, &away).await?;
            tx.commit().await?;
            assert_eq!(given_up, tries == 20);
            assert!(
                queue::claim(&domain, worker, KINDS, LEASE, 10).await?.is_empty(),
                "not at once"
            );
        }
        clock.advance(SignedDuration::from_hours(4));
    }
    assert_eq!(tries, 20);
    let (dead, error): (bool, String) = sqlx::query_as("select dead, last_error from jobs")
        .fetch_one(domain.pool())
        .await?;
    assert!(dead);
    assert_eq!(error, "relay away");
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dead_workers_job_returns_when_its_lease_ends(pool: PgPool) -> domain::Result<()> {
    let (domain, clock) = domain(pool);
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut tx = domain.begin().await?;
    queue::enqueue(&mut tx, &mail()).await?;
    tx.commit().await?;
    let claimed = queue::claim(&domain, first, KINDS, LEASE, 10).await?;
    clock.advance(SignedDuration::from_secs(50));
    assert!(queue::extend(&domain, first, claimed[0].id, LEASE).await?);
    clock.advance(SignedDuration::from_secs(50));
    assert!(queue::claim(&domain, second, KINDS, LEASE, 10).await?.is_empty());
    clock.advance(SignedDuration::from_secs(11));
    assert_eq!(queue::claim(&domain, second, KINDS, LEASE, 10).await?.len(), 1);
    assert!(
        !queue::extend(&domain, first, claimed[0].id, LEASE).await?,
        "lost"
    );
    Ok(())
}
