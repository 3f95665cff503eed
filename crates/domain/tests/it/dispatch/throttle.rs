//! Token buckets: limits that hold across all processes.

use super::*;
use sqlx::PgPool;

/// A bucket gives what it holds and then what flows in, whoever asks.
#[sqlx::test(migrations = "../../migrations")]
async fn a_limit_holds_across_processes(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let take = |want| dispatch::take(&university.domain, "relay:a", 0.001, 20.0, want);
    assert_eq!(take(15).await?.granted, 15);
    assert_eq!(take(15).await?.granted, 5);
    let none = take(1).await?;
    assert_eq!(none.granted, 0);
    assert!(
        (900.0..=1000.0).contains(&none.retry_after.as_secs_f64()),
        "{none:?}"
    );
    let asked = (0..20).map(|_| dispatch::take(&university.domain, "relay:b", 0.001, 50.0, 7));
    let granted: u32 = futures::future::try_join_all(asked)
        .await?
        .iter()
        .map(|it| it.granted)
        .sum();
    assert_eq!(granted, 50);
    Ok(())
}

/// By a clock of the test's own: in no stretch of time more than the burst and what flowed in, also when the clock goes back.
#[sqlx::test(migrations = "../../migrations")]
async fn a_bucket_never_gives_more_than_it_had(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (rate, burst) = (7.0, 20.0);
    let start = university.domain.now();
    let (mut at, mut newest, mut given) = (0_i64, 0_i64, Vec::new());
    for step in 0..300_i64 {
        // Steps of 0 to 990 ms, every seventh one back.
        let pause = step * 7_919 % 100 * 10;
        at += if step % 7 == 6 { -pause } else { pause };
        newest = newest.max(at);
        let granted: i32 = sqlx::query_scalar("select granted from bucket_take('test', $1, $2, $3, $4)")
            .bind(rate)
            .bind(burst)
            .bind(i32::try_from(step % 11).unwrap())
            .bind(domain::ts(start + SignedDuration::from_millis(at)))
            .fetch_one(university.domain.pool())
            .await?;
        given.push((newest, f64::from(granted)));
    }
    for from in 0..given.len() {
        let mut sum = 0.0;
        for (until, granted) in &given[from..] {
            sum += granted;
            let passed = (until - given[from].0) as f64 / 1000.0;
            assert!(sum <= burst + rate * passed + 1e-6, "{sum} in {passed} s");
        }
    }
    assert!(
        given.iter().map(|it| it.1).sum::<f64>() > 200.0,
        "and it does give"
    );
    Ok(())
}

/// A warm-up's bucket, which nothing fills, takes back what was not used, and no more than it had.
#[sqlx::test(migrations = "../../migrations")]
async fn what_was_not_used_of_a_bucket_goes_back(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let domain = &university.domain;
    let take = async |want| dispatch::take(domain, "warm-up:a.example", 0.0, 30.0, want).await;
    assert_eq!(take(50).await?.granted, 30);
    assert_eq!(take(1).await?.granted, 0);
    dispatch::give_back(domain, "warm-up:a.example", 30.0, 10).await?;
    assert_eq!(take(50).await?.granted, 10);
    dispatch::give_back(domain, "warm-up:a.example", 30.0, 1000).await?;
    assert_eq!(take(50).await?.granted, 30);
    Ok(())
}
