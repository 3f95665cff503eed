//! Message definitions over time.

use domain::access::{SendMessages, System};
use domain::messages;
use domain::testing::University;
use jiff::SignedDuration;
use sqlx::PgPool;
use types::DispatchId;
use types::content::Classification;

const KEY: &str = "order-placed";

async fn live(university: &University) -> DispatchId {
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    messages::plan(&mut tx, &by, KEY).await.unwrap().dispatch
}

async fn state(university: &University, id: DispatchId) -> String {
    sqlx::query_scalar("select state from dispatches where id = $1")
        .bind(id.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_definition_stands_anew_each_month(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    university
        .defined(university.admissions, KEY, Classification::Transactional, &[])
        .await
        .unwrap();
    let first = live(&university).await;
    assert_eq!(
        messages::renew(&university.domain).await.unwrap(),
        0,
        "it is this month's"
    );

    university.clock.advance(SignedDuration::from_hours(24 * 35));
    assert_eq!(messages::renew(&university.domain).await.unwrap(), 1);
    let second = live(&university).await;
    assert_ne!(first, second);
    assert_eq!(
        state(&university, first).await,
        "sending",
        "a call may just be adding its line"
    );

    university.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(messages::renew(&university.domain).await.unwrap(), 0);
    assert_eq!(state(&university, first).await, "cancelling");
    assert_eq!(
        (live(&university).await, state(&university, second).await.as_str()),
        (second, "sending")
    );
}
