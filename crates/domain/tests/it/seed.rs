//! The demo is made through the domain's own functions, so it proves them together.

use domain::{seed, testing};
use sqlx::PgPool;

#[sqlx::test(migrations = "../../migrations")]
async fn the_demo_is_whole_and_made_once(pool: PgPool) -> domain::Result<()> {
    let (domain, _clock) = testing::domain(pool.clone());
    assert!(seed::demo(&domain, &mut |_| {}).await?);
    assert!(
        !seed::demo(&domain, &mut |_| {}).await?,
        "a second call finds it there"
    );

    let count = |sql: &'static str| {
        let pool = pool.clone();
        async move {
            sqlx::query_scalar::<_, i64>(sql)
                .fetch_one(&pool)
                .await
                .expect("a number")
        }
    };
    assert_eq!(
        count("select count(*) from units where parent_id is not null").await,
        4
    );
    assert_eq!(
        count("select count(*) from users where status = 'active'").await,
        10
    );
    assert_eq!(count("select count(distinct role) from memberships").await, 5);
    assert_eq!(count("select count(*) from contacts").await, 5_000);
    assert_eq!(count("select count(*) from templates").await, 3);
    assert_eq!(
        count("select count(*) from campaigns where state = 'finished'").await,
        7
    );
    assert_eq!(
        count("select count(*) from campaigns where state = 'in_review'").await,
        1
    );
    assert_eq!(
        count("select count(*) from campaigns where state = 'scheduled'").await,
        1
    );
    assert_eq!(
        count("select count(*) from campaigns where state = 'draft'").await,
        1
    );
    assert_eq!(
        count("select count(*) from campaigns where kind = 'message' and live_revision_id is not null").await,
        1
    );
    // Law 1, over everything that was ever sent.
    assert_eq!(count("select count(*) from deliveries d left join outcomes o using (dispatch_id, seq) where o.seq is null").await, 0);
    assert!(count("select count(*) from events where kind = 'opened' and verdict = 'human'").await > 1_000);
    assert!(count("select count(*) from events where verdict = 'machine'").await > 100);
    // Nobody approved their own work.
    assert_eq!(
        count("select count(*) from reviews where state = 'approved' and decided_by = requested_by").await,
        0
    );
    Ok(())
}
