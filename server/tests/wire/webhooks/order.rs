//! Nothing is lost, nothing overtakes, nobody waits for another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use receiver::{Answer, Got, always};
use types::webhooks::EndpointState;

use super::*;

/// Kinds by key, in the order in which they came, each id once.
fn by_message(got: &[Got]) -> BTreeMap<String, Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for it in got {
        if seen.insert(it.id().to_owned()) {
            all.entry(it.key()).or_default().push(it.kind());
        }
    }
    all
}

const WHOLE: [&str; 3] = ["message.accepted", "message.deferred", "message.sent"];

/// The proof that issue 4 asks for. The clock is moved, the network is real.
#[sqlx::test(migrations = "../migrations")]
async fn a_receiver_that_was_away_for_an_hour_gets_everything_in_order(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let scene = Scene::new(&university).await;
    let mut receiver = Receiver::start(always(204)).await;
    endpoint(&university, &receiver.url(), &[]).await;
    receiver.goes_away().await;
    let poster = Poster::start(&university);

    // An hour in steps of a minute; in each a message gets on, and there is time to notice that nobody answers.
    let mut messages = Vec::new();
    for minute in 0..60 {
        match minute {
            0..20 => messages.push(scene.post(minute).await),
            20..40 => scene.defer(messages[minute - 20]).await,
            _ => scene.deliver(messages[minute - 40]).await,
        }
        university.clock.advance(SignedDuration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(count(&university, "pending").await, 60);
    assert!(receiver.got().is_empty());
    let (attempts, tried): (i64, i64) = sqlx::query_as(
        "select sum(attempts)::bigint, count(*) filter (where attempts > 0) from webhook_deliveries",
    )
    .fetch_one(university.domain.pool())
    .await
    .unwrap();
    assert!(
        (1..=30).contains(&attempts) && tried <= 30,
        "one at a time tries whether it is back: {attempts} attempts of {tried} events"
    );

    receiver.comes_back().await;
    university.clock.advance(SignedDuration::from_mins(6));
    until("everything", async || receiver.taken().len() >= 60).await;
    until("written", async || count(&university, "delivered").await == 60).await;
    let told = by_message(&receiver.taken());
    assert_eq!(told.len(), 20);
    for (key, kinds) in told {
        assert_eq!(kinds, WHOLE, "{key}");
    }
    assert_eq!(receiver.taken().len(), 60, "each once");
    poster.stop().await;
}

/// With many on their way at once, and now and then a failure, no event overtakes an earlier one of its message.
#[sqlx::test(migrations = "../migrations")]
async fn events_of_a_message_never_overtake(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let scene = Scene::new(&university).await;
    let flaky: Answer = {
        let calls = std::sync::atomic::AtomicUsize::new(0);
        Arc::new(move |_| {
            let n = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let pause = Duration::from_millis([0, 15, 3, 30][n % 4]);
            (if n % 7 == 3 { 500 } else { 200 }, Vec::new(), pause)
        })
    };
    let receiver = Receiver::start(flaky).await;
    endpoint(&university, &receiver.url(), &[]).await;
    // Two processes share the work.
    let posters = [Poster::start(&university), Poster::start(&university)];
    let mut messages = Vec::new();
    for number in 0..30 {
        messages.push(scene.post(number).await);
    }
    for message in &messages {
        scene.defer(*message).await;
        scene.deliver(*message).await;
    }
    until("everything", async || {
        university.clock.advance(SignedDuration::from_secs(7));
        count(&university, "delivered").await == 90
    })
    .await;
    let told = by_message(&receiver.taken());
    assert_eq!(told.len(), 30);
    for (key, kinds) in told {
        assert_eq!(kinds, WHOLE, "{key}");
    }
    assert!(
        receiver.got().len() > receiver.taken().len(),
        "some failed and came again"
    );
    for poster in posters {
        poster.stop().await;
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_slow_endpoint_holds_up_nobody_else(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let scene = Scene::new(&university).await;
    let slow: Answer = Arc::new(|_| (200, Vec::new(), Duration::from_secs(8)));
    let (slow, quick) = (Receiver::start(slow).await, Receiver::start(always(200)).await);
    endpoint(&university, &slow.url(), &[]).await;
    endpoint(&university, &quick.url(), &[EventType::Accepted]).await;
    let poster = Poster::start(&university);
    let begun = Instant::now();
    for number in 0..40 {
        scene.post(number).await;
    }
    until("the quick one", async || quick.taken().len() == 40).await;
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
    assert!(slow.got().len() <= 10, "and no more than ten at once to one");
    drop(poster);
}

/// A process that dies between claim and answer: another posts the same event under the same id.
#[sqlx::test(migrations = "../migrations")]
async fn what_a_dead_process_had_goes_again_under_the_same_id(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let scene = Scene::new(&university).await;
    let hanging: Answer = Arc::new(|_| (200, Vec::new(), Duration::from_secs(60)));
    let receiver = Receiver::start(hanging).await;
    endpoint(&university, &receiver.url(), &[]).await;
    // A runtime of its own, which is dropped with all its tasks where they stand.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let own = sqlx::PgPool::connect_lazy_with((*university.domain.pool().connect_options()).clone());
    let (domain, stop) = (university.domain.clone().with_pool(own), CancellationToken::new());
    runtime.spawn(server::webhooks::run(domain, world().http(), stop));
    scene.post(1).await;
    until("the first attempt", async || receiver.got().len() == 1).await;
    runtime.shutdown_background();

    receiver.answers(always(200));
    let poster = Poster::start(&university);
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(receiver.got().len(), 1, "the dead one's lease still holds");
    sqlx::query("update webhook_endpoints set leased_until = clock_timestamp() - interval '1 second'")
        .execute(university.domain.pool())
        .await
        .unwrap();
    until("delivered", async || count(&university, "delivered").await == 1).await;
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].id(), got[1].id());
    assert_eq!(got[0].body, got[1].body);
    poster.stop().await;
}

/// What one receiver does not like does not stop the others; given up after three days, it lets the rest of its message pass, and it can be
/// sent again.
#[sqlx::test(migrations = "../migrations")]
async fn what_is_refused_for_days_is_given_up_and_can_be_replayed(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let scene = Scene::new(&university).await;
    let picky: Answer = Arc::new(|got| {
        let refused = got.key() == "order-1" && got.kind() == "message.accepted";
        (if refused { 422 } else { 200 }, Vec::new(), Duration::ZERO)
    });
    let receiver = Receiver::start(picky).await;
    let made = endpoint(&university, &receiver.url(), &[]).await;
    let poster = Poster::start(&university);
    let refused = scene.post(1).await;
    scene.deliver(refused).await;
    let mut others = 0;
    until("given up", async || {
        // Others come and go meanwhile.
        others += 1;
        scene.post(1 + others).await;
        university.clock.advance(SignedDuration::from_hours(3));
        tokio::time::sleep(Duration::from_millis(150)).await;
        webhooks::expire(&university.domain).await.unwrap();
        count(&university, "dead").await == 1
    })
    .await;
    until("the rest of its message", async || {
        receiver
            .taken()
            .iter()
            .any(|it| it.key() == "order-1" && it.kind() == "message.sent")
    })
    .await;
    let tries = receiver
        .got()
        .iter()
        .filter(|it| it.key() == "order-1" && it.kind() == "message.accepted")
        .count();
    assert!((6..=10).contains(&tries), "{tries}");
    until("the others", async || {
        count(&university, "delivered").await == i64::try_from(others).unwrap() + 1
    })
    .await;

    receiver.answers(always(200));
    let mut tx = university.domain.begin().await.unwrap();
    let now = Some(university.domain.now());
    let none = webhooks::replay_dead(&mut tx, &may(&university), made.id, now).await;
    assert_eq!(none.unwrap(), 0, "it happened before");
    let one = webhooks::replay_dead(&mut tx, &may(&university), made.id, None).await;
    assert_eq!(one.unwrap(), 1);
    tx.commit().await.unwrap();
    until("replayed", async || {
        count(&university, "dead").await == 0 && count(&university, "pending").await == 0
    })
    .await;
    let ids: BTreeSet<String> = receiver
        .got()
        .iter()
        .filter(|it| it.key() == "order-1" && it.kind() == "message.accepted")
        .map(|it| it.id().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "the same id at every attempt");
    // Also one that was taken can be sent again.
    let event = receiver.taken()[0].id().parse().unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    webhooks::replay(&mut tx, &may(&university), made.id, event)
        .await
        .unwrap();
    let twice = webhooks::replay(&mut tx, &may(&university), made.id, event).await;
    assert_eq!(twice.unwrap_err().refusal(), Some(types::Code::WrongState));
    tx.commit().await.unwrap();
    until("again", async || {
        receiver
            .taken()
            .iter()
            .filter(|it| it.id() == event.to_string())
            .count()
            == 2
    })
    .await;
    poster.stop().await;
}

/// 429 with a time is kept to, 410 ends it, and whoever looks after it is told.
#[sqlx::test(migrations = "../migrations")]
async fn an_endpoint_says_later_and_then_never(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    university
        .user("Marta", university.admissions, types::access::Role::UnitAdmin)
        .await
        .unwrap();
    let scene = Scene::new(&university).await;
    let later: Answer = Arc::new(|_| (429, vec![("retry-after", "1800".to_owned())], Duration::ZERO));
    let receiver = Receiver::start(later).await;
    let made = endpoint(&university, &receiver.url(), &[]).await;
    let poster = Poster::start(&university);
    scene.post(1).await;
    until("told to come later", async || receiver.got().len() == 1).await;
    scene.post(2).await;
    for _ in 0..4 {
        university.clock.advance(SignedDuration::from_mins(7));
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    assert_eq!(receiver.got().len(), 1, "28 minutes are not 30");
    receiver.answers(always(410));
    university.clock.advance(SignedDuration::from_mins(3));
    until("gone", async || count(&university, "dead").await == 2).await;
    poster.stop().await;
    assert_eq!(receiver.got().len(), 2);

    // Nothing more is collected, an admin has a mail, and nothing is replayed before somebody switched it on again.
    scene.post(3).await;
    assert_eq!(count(&university, "pending").await, 0);
    let mut tx = university.domain.begin().await.unwrap();
    let mails: Vec<String> = sqlx::query_scalar(
        "select payload ->> 'to' from jobs where kind = 'system_mail' and payload #>> '{notice,notice}' = 'webhook_disabled'",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    assert!(mails.contains(&"marta@university.test".to_owned()), "{mails:?}");
    let refused = webhooks::replay_dead(&mut tx, &may(&university), made.id, None).await;
    assert_eq!(refused.unwrap_err().refusal(), Some(types::Code::WrongState));
    let reader = System.grant(university.admissions);
    let shown = webhooks::get(&mut tx, &reader, made.id).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.dead), (EndpointState::Disabled, 2));
    let input = WebhookInput {
        url: receiver.url(),
        edit_version: shown.edit_version,
        ..WebhookInput::default()
    };
    webhooks::update(&mut tx, &may(&university), &world(), made.id, &input)
        .await
        .unwrap();
    webhooks::replay_dead(&mut tx, &may(&university), made.id, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    receiver.answers(always(200));
    let poster = Poster::start(&university);
    until("both", async || receiver.taken().len() == 2).await;
    poster.stop().await;
}
