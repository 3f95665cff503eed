//! Limits on the wire: of a campaign, changed while it runs; of a recipients' domain, beside which others go on; of a domain that
//! warms up; and signatures of its key.

use domain::access::{ControlSending, ManageSenders, ManageSystem, System};
use domain::{dispatch, sending};
use sqlx::PgPool;
use types::sending::{DkimKind, RecipientLimit, SenderDomainInput, WarmUp};

use super::*;
use support::Sink;

async fn quiet(sink: &Sink) -> usize {
    let mut last = usize::MAX;
    loop {
        let now = sink.received().len();
        if now == last {
            return now;
        }
        last = now;
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
}

/// How fast a recipients' domain takes mail.
async fn limit(
    university: &University,
    domain: &str,
    max_per_second: Option<f64>,
    max_connections: Option<i32>,
) {
    let by = System.grant::<ManageSystem>(university.root);
    let mut tx = university.domain.begin().await.unwrap();
    let limit = RecipientLimit {
        domain: domain.to_owned(),
        max_per_second,
        max_connections,
    };
    sending::set_limit(&mut tx, &by, &limit).await.unwrap();
    tx.commit().await.unwrap();
}

/// A note of trouble ends when a sending moves, and is made again at the next look.
async fn wait_until_it_says(university: &University, run: Run, why: &str) {
    for _ in 0..200 {
        let says: Option<String> = sqlx::query_scalar("select stopped_reason from dispatches where id = $1")
            .bind(run.dispatch.uuid())
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
        if says.as_deref() == Some(why) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("does not say why it waits");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_campaigns_limit_holds_and_can_be_lifted_while_it_runs(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let addresses: Vec<String> = (0..200).map(|n| format!("p{n}@mail.example")).collect();
    let (_, audience) = university.subscribed(&addresses).await.unwrap();
    // Two a second: two at once, and then one each half second.
    let run = university
        .launched_with(
            university.admissions,
            Classification::Marketing,
            &audience,
            Some(7200),
        )
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let jobs = start(&university, settings(sink.port, 4)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let sent = sink.received().len();
    let most = 2.0 + begun.elapsed().as_secs_f64() * 2.0;
    assert!(
        sent >= 3 && f64::from(u32::try_from(sent).unwrap()) <= most,
        "{sent} of at most {most}"
    );

    let by = System.grant::<ControlSending>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    dispatch::set_throttle(&mut tx, &by, run.dispatch, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    assert_eq!(counters(&university, run).await, [200, 200, 0, 0, 0, 0]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_slow_recipients_domain_does_not_hold_up_the_others(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let addresses: Vec<String> = (0..150)
        .map(|n| match n % 3 {
            0 => format!("p{n}@fast.example"),
            _ => format!("p{n}@slow.example"),
        })
        .collect();
    let (_, audience) = university.subscribed(&addresses).await.unwrap();
    limit(&university, "slow.example", Some(5.0), None).await;
    let jobs = start(&university, settings(sink.port, 4)).await;
    // The limit is known before the first message.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begun = std::time::Instant::now();
    let run = university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await
        .unwrap();
    let of = |domain: &str| {
        sink.received()
            .iter()
            .filter(|mail| mail.to.ends_with(domain))
            .count()
    };
    while of("fast.example") < 50 {
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "held up: {}",
            of("fast.example")
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (slow, elapsed) = (of("slow.example"), begun.elapsed().as_secs_f64());
    assert!(
        f64::from(u32::try_from(slow).unwrap()) <= 5.0 + 5.0 * (elapsed + 1.0),
        "{slow} in {elapsed} s"
    );
    wait_for(&university, run, &["done"]).await;
    assert!(begun.elapsed() > Duration::from_secs(15), "100 at 5 a second");
    jobs.stop().await;
    assert_eq!(counters(&university, run).await, [150, 150, 0, 0, 0, 0]);
}

/// More than a process keeps aside: their chunks go back, and whoever stands behind them is reached all the same.
#[sqlx::test(migrations = "../migrations")]
async fn thousands_that_wait_for_one_domain_do_not_hold_up_the_others(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let slow = (0..6000).map(|n| format!("p{n}@slow.example"));
    let addresses: Vec<String> = slow
        .chain((0..50).map(|n| format!("q{n}@fast.example")))
        .collect();
    let (_, audience) = university.subscribed(&addresses).await.unwrap();
    limit(&university, "slow.example", Some(5.0), None).await;
    let jobs = start(&university, settings(sink.port, 4)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let run = university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let fast = || {
        let received = sink.received();
        received
            .iter()
            .filter(|it| it.to.ends_with("fast.example"))
            .count()
    };
    while fast() < 50 {
        assert!(begun.elapsed() < Duration::from_secs(60), "held up: {}", fast());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let by = System.grant::<ControlSending>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    dispatch::cancel(&mut tx, &by, run.dispatch).await.unwrap();
    tx.commit().await.unwrap();
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    let sent = i64::try_from(sink.received().len()).unwrap();
    assert_eq!(
        counters(&university, run).await,
        [6050, sent, 0, 0, 6050 - sent, 0]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_domain_that_takes_two_at_once_never_gets_three(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.05"]);
    let university = university(pool).await;
    let addresses: Vec<String> = (0..120)
        .map(|n| match n % 2 {
            0 => format!("p{n}@wide.example"),
            _ => format!("p{n}@Narrow.example"),
        })
        .collect();
    let (_, audience) = university.subscribed(&addresses).await.unwrap();
    limit(&university, "narrow.example", None, Some(2)).await;
    let jobs = start(&university, settings(sink.port, 8)).await;
    // The limit is known before the first message.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let run = university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await
        .unwrap();
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    let most = |domain: &str| {
        let received = sink.received();
        let there = received
            .iter()
            .filter(|it| it.to.to_lowercase().ends_with(domain));
        there.map(|it| it.at_once).max().unwrap()
    };
    assert_eq!(most("@narrow.example"), 2);
    assert!(most("@wide.example") > 2, "only that domain is narrow");
    assert_eq!(counters(&university, run).await, [120, 120, 0, 0, 0, 0]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_domain_that_warms_up_sends_its_days_worth_and_signs_it(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    sqlx::query("update units set sender_domains = array['university.test'] where id = $1")
        .bind(university.admissions.uuid())
        .execute(university.domain.pool())
        .await
        .unwrap();
    let by = System.grant::<ManageSenders>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    let input = SenderDomainInput {
        domain: "university.test".to_owned(),
        bounce_domain: "bounces.university.test".to_owned(),
        tracking_origin: "https://links.university.test".to_owned(),
        max_per_second: None,
        warm_up: Some(WarmUp {
            started_on: university.domain.now().strftime("%Y-%m-%d").to_string(),
            first_day: 30,
            factor: 2.0,
        }),
        edit_version: 0,
    };
    let id = sending::create_domain(&mut tx, &by, &input).await.unwrap();
    for kind in [DkimKind::Rsa2048, DkimKind::Ed25519] {
        let key = sending::make_key(&mut tx, &by, id, kind).await.unwrap();
        sending::activate_key(&mut tx, &by, id, key).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (_, run) = launched(&university, &locals("person", 100), Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 3)).await;
    while sink.received().len() < 30 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(quiet(&sink).await, 30, "the day's worth");
    assert_eq!(
        wait_for(&university, run, &["sending"]).await,
        "sending",
        "the rest waits for tomorrow"
    );
    wait_until_it_says(&university, run, "warm_up_used").await;
    jobs.stop().await;
    let raw = String::from_utf8(sink.received()[0].raw.clone()).unwrap();
    assert_eq!(raw.matches("DKIM-Signature:").count(), 2, "RSA and Ed25519");
    assert!(
        raw.contains("https://links.university.test/u/"),
        "links of its own"
    );
    let delivery = domain::tokens::DeliveryRef {
        dispatch: run.dispatch,
        seq: 1,
    };
    let seen = dispatch::view(&university.domain, delivery)
        .await
        .unwrap()
        .unwrap();
    assert!(
        seen.html.contains("https://links.university.test/u/"),
        "what is looked at again is what was sent (law 9)"
    );
    assert!(
        sink.received()
            .iter()
            .all(|mail| mail.from.ends_with("@bounces.university.test")),
        "bounces of its own"
    );
}
