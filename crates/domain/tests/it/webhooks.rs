//! Which facts become events, and which do not; keeping and deleting. Posting itself is tested on the wire (server/tests/wire/webhooks).

use crate::dispatch::{WORKER, deferred, ended, worker};
use domain::access::{ManageWebhooks, ReadWebhooks, SendMessages, System};
use domain::dispatch::{self, Batch, OutcomeKind, Worker};
use domain::events::{self, Hit, HitKind};
use domain::sending::{Outside, RelayConfig};
use domain::testing::University;
use domain::tokens::DeliveryRef;
use domain::webhooks::{self, Call, Posted};
use domain::{Granted, messages};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use sqlx::PgPool;
use types::content::Classification;
use types::messages::Asked;
use types::sending::{DnsRecord, RelayTrial};
use types::webhooks::{EventType, WebhookInput};
use types::{Code, DispatchId, PageQuery, UnitId, WebhookEventId, WebhookId};

const KEY: &str = "order-placed";

/// Everything is fine outside.
struct Fine;

impl Outside for Fine {
    fn try_relay(&self, _: RelayConfig) -> BoxFuture<'_, RelayTrial> {
        let trial = RelayTrial {
            works: true,
            trouble: String::new(),
        };
        Box::pin(std::future::ready(trial))
    }

    fn look_up(&self, records: Vec<DnsRecord>) -> BoxFuture<'_, Vec<DnsRecord>> {
        Box::pin(std::future::ready(records))
    }

    fn webhook_url(&self, url: &str) -> Result<String, Code> {
        match url.starts_with("https://") {
            true => Ok(url.to_owned()),
            false => Err(Code::AddressRefused),
        }
    }

    fn post(&self, _: Call) -> BoxFuture<'_, Posted> {
        let posted = Posted {
            status: Some(200),
            ..Posted::default()
        };
        Box::pin(std::future::ready(posted))
    }
}

fn input(event_types: &[EventType]) -> WebhookInput {
    WebhookInput {
        url: "https://shop.example/hooks".to_owned(),
        event_types: event_types.to_vec(),
        ..WebhookInput::default()
    }
}

fn may(unit: UnitId) -> Granted<ManageWebhooks> {
    System.grant(unit)
}

async fn endpoint(university: &University, unit: UnitId, event_types: &[EventType]) -> WebhookId {
    let mut tx = university.domain.begin().await.unwrap();
    let made = webhooks::create(&mut tx, &may(unit), &Fine, &input(event_types))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    made.id
}

/// Kinds and details of an endpoint's events, in their order.
async fn told(university: &University, endpoint: WebhookId) -> Vec<(String, String)> {
    sqlx::query_as("select kind, detail from webhook_deliveries where endpoint_id = $1 order by seq")
        .bind(endpoint)
        .fetch_all(university.domain.pool())
        .await
        .unwrap()
}

fn texts(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(kind, detail)| (format!("message.{kind}"), (*detail).to_owned()))
        .collect()
}

async fn standing(university: &University, classification: Classification) -> DispatchId {
    university
        .defined(university.admissions, KEY, classification, &[])
        .await
        .unwrap();
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    messages::plan(&mut tx, &by, KEY).await.unwrap().dispatch
}

/// Accepts one message and says where it is.
async fn posted(
    university: &University,
    dispatch: DispatchId,
    asked: Asked,
    worker: Option<Worker>,
) -> dispatch::Accepted {
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    let plan = messages::plan(&mut tx, &by, KEY).await.unwrap();
    let rules = dispatch::rules(&mut tx, dispatch).await.unwrap().unwrap();
    let posted = messages::post(&mut tx, &by, &plan, &rules, worker, &[asked], false)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    posted.accepted.into_iter().next().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_fact_of_a_message_is_an_event(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let dispatch = standing(&university, Classification::Transactional).await;
    let all = endpoint(&university, university.admissions, &[]).await;
    let some = endpoint(
        &university,
        university.admissions,
        &[EventType::Sent, EventType::Clicked],
    )
    .await;
    let shop = endpoint(&university, university.shop, &[]).await;

    // Deferred, then sent, in one batch; then opened and clicked.
    let one = posted(
        &university,
        dispatch,
        university.asked("one@mail.test", "1"),
        Some(WORKER),
    )
    .await;
    let (claimed, recipient) = one.claimed.unwrap();
    let now = university.domain.now();
    let mut outcome = ended(&recipient, OutcomeKind::Sent, "", now);
    outcome.reply = "2.0.0 Ok\0".to_owned();
    let batch = Batch {
        deferrals: vec![(claimed.chunk, deferred(&recipient, now))],
        outcomes: vec![(claimed.chunk, outcome)],
        released: vec![(claimed.chunk, None)],
        ..Batch::default()
    };
    dispatch::record(&university.domain, WORKER, &batch, false)
        .await
        .unwrap();
    // Nobody knows whether it was committed, and it is written again: nothing is told twice.
    let only = Batch {
        outcomes: batch.outcomes.clone(),
        ..Batch::default()
    };
    dispatch::record(&university.domain, WORKER, &only, true)
        .await
        .unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    for kind in [HitKind::Opened, HitKind::Clicked { link: 1 }] {
        let hit = Hit {
            delivery: DeliveryRef {
                dispatch,
                seq: one.seq,
            },
            kind,
            machine: None,
            user_agent: String::new(),
            network: String::new(),
            at: now + SignedDuration::from_mins(1),
        };
        events::record(&mut tx, &[hit]).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(
        told(&university, all).await,
        texts(&[
            ("accepted", ""),
            ("deferred", "4.2.1 later"),
            ("sent", "2.0.0 Ok"),
            ("opened", ""),
            ("clicked", "")
        ])
    );
    assert_eq!(
        told(&university, some).await,
        texts(&[("sent", "2.0.0 Ok"), ("clicked", "")])
    );
    assert!(told(&university, shop).await.is_empty(), "another unit's");

    // Held back at once; taken back before its time.
    sqlx::query("update identities set bounced_at = now() where value = 'one@mail.test'")
        .execute(university.domain.pool())
        .await
        .unwrap();
    let held = posted(
        &university,
        dispatch,
        university.asked("one@mail.test", "2"),
        Some(WORKER),
    )
    .await;
    assert_eq!(held.held.as_deref(), Some("hard_bounce"));
    let mut later = university.asked("later@mail.test", "3");
    later.key = Some("later".to_owned());
    later.send_at = Some(now + SignedDuration::from_hours(1));
    posted(&university, dispatch, later, None).await;
    let by = System.grant::<SendMessages>(university.admissions);
    for _ in 0..2 {
        let mut tx = university.domain.begin().await.unwrap();
        messages::cancel(&mut tx, &by, "later").await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(
        told(&university, all).await[5..],
        texts(&[
            ("accepted", ""),
            ("failed", "hard_bounce"),
            ("accepted", ""),
            ("cancelled", "recalled")
        ])
    );
}

/// Those that a lost worker had, and those that wait when the definition is taken down.
#[sqlx::test(migrations = "../../migrations")]
async fn what_is_written_off_is_told_too(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let dispatch = standing(&university, Classification::Operational).await;
    let all = endpoint(&university, university.admissions, &[]).await;
    posted(
        &university,
        dispatch,
        university.asked("lost@mail.test", "1"),
        Some(WORKER),
    )
    .await;
    crate::dispatch::lapse(&university).await;
    let claimed = dispatch::claim(&university.domain, worker(2, 2), dispatch)
        .await
        .unwrap();
    assert!(claimed.is_some());
    assert_eq!(
        told(&university, all).await,
        texts(&[("accepted", ""), ("ambiguous", "worker_lost")])
    );
    posted(
        &university,
        dispatch,
        university.asked("waits@mail.test", "2"),
        None,
    )
    .await;
    sqlx::query("update dispatches set state = 'cancelling' where id = $1")
        .bind(dispatch)
        .execute(university.domain.pool())
        .await
        .unwrap();
    crate::dispatch::settle(&university).await;
    assert_eq!(
        told(&university, all).await[2..],
        texts(&[("accepted", ""), ("cancelled", "cancelled")])
    );
}

/// An act that does not happen leaves no event, and nobody who listens means no rows.
#[sqlx::test(migrations = "../../migrations")]
async fn no_fact_no_event_and_no_listener_no_row(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let dispatch = standing(&university, Classification::Transactional).await;
    posted(
        &university,
        dispatch,
        university.asked("a@mail.test", "1"),
        Some(WORKER),
    )
    .await;
    let made = endpoint(&university, university.admissions, &[]).await;
    {
        let by = System.grant::<SendMessages>(university.admissions);
        let mut tx = university.domain.begin().await.unwrap();
        let plan = messages::plan(&mut tx, &by, KEY).await.unwrap();
        assert!(plan.heard);
        let rules = dispatch::rules(&mut tx, dispatch).await.unwrap().unwrap();
        let asked = university.asked("b@mail.test", "2");
        messages::post(&mut tx, &by, &plan, &rules, None, &[asked], false)
            .await
            .unwrap();
    }
    // A campaign in the same unit is nobody's business.
    let (_, audience) = university
        .subscribed(&crate::dispatch::addresses(5))
        .await
        .unwrap();
    let run = university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await
        .unwrap();
    let rules = crate::dispatch::rules(university.admissions, "marketing", None);
    let handed = crate::dispatch::work(&university, &rules, run, |recipient| {
        Ok(ended(recipient, OutcomeKind::Sent, "", university.domain.now()))
    })
    .await;
    assert_eq!(handed.len(), 5);
    assert!(told(&university, made).await.is_empty());

    let mut tx = university.domain.begin().await.unwrap();
    webhooks::remove(&mut tx, &may(university.admissions), made)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    posted(
        &university,
        dispatch,
        university.asked("c@mail.test", "3"),
        Some(WORKER),
    )
    .await;
    assert!(told(&university, made).await.is_empty());
    university.clock.advance(SignedDuration::from_hours(2));
    webhooks::sweep(&university.domain).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from webhook_endpoints")
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

/// Delivered ones for 30 days, given-up ones for 90, and nothing waits for ever.
#[sqlx::test(migrations = "../../migrations")]
async fn what_is_kept_and_for_how_long(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let dispatch = standing(&university, Classification::Transactional).await;
    let made = endpoint(&university, university.admissions, &[EventType::Accepted]).await;
    for n in 0..3 {
        let asked = university.asked(&format!("p{n}@mail.test"), "1");
        posted(&university, dispatch, asked, Some(WORKER)).await;
    }
    let worker = uuid::Uuid::from_u128(9);
    let lease = SignedDuration::from_mins(1);
    let claimed = webhooks::claim(&university.domain, worker, lease, 10)
        .await
        .unwrap();
    let due = webhooks::due(&university.domain, &claimed[0], &[], 10)
        .await
        .unwrap();
    assert_eq!(due.len(), 3);
    let rest = webhooks::due(&university.domain, &claimed[0], &[due[0].what], 10)
        .await
        .unwrap();
    assert_eq!(rest.len(), 2, "not what is on its way");
    let attempt = webhooks::Attempt {
        event: due[0].what.event,
        at: university.domain.now(),
        posted: Posted {
            status: Some(200),
            ..Posted::default()
        },
    };
    webhooks::settle(&university.domain, worker, made, &[attempt])
        .await
        .unwrap();
    webhooks::release(&university.domain, worker, made).await.unwrap();

    let states = async |days: i64| {
        university.clock.advance(SignedDuration::from_hours(24 * days));
        webhooks::expire(&university.domain).await.unwrap();
        webhooks::sweep(&university.domain).await.unwrap();
        let states: Vec<String> = sqlx::query_scalar("select state from webhook_deliveries order by seq")
            .fetch_all(university.domain.pool())
            .await
            .unwrap();
        states
    };
    assert_eq!(states(3).await, ["delivered", "pending", "pending"]);
    assert_eq!(states(1).await, ["delivered", "dead", "dead"]);
    assert_eq!(states(25).await, ["delivered", "dead", "dead"]);
    assert_eq!(states(2).await, ["dead", "dead"]);
    assert_eq!(states(62).await, ["dead", "dead"]);
    assert!(states(2).await.is_empty());
}

/// Somebody else's is not there, and what is wrong is said.
#[sqlx::test(migrations = "../../migrations")]
async fn endpoints_belong_to_their_unit(pool: PgPool) {
    let university = University::new(pool).await.unwrap();
    let made = endpoint(&university, university.admissions, &[]).await;
    let (ours, theirs) = (may(university.admissions), may(university.shop));
    let read = System.grant::<ReadWebhooks>(university.shop);
    let mut tx = university.domain.begin().await.unwrap();
    assert!(webhooks::get(&mut tx, &read, made).await.unwrap().is_none());
    assert!(webhooks::list(&mut tx, &read).await.unwrap().is_empty());
    let event = WebhookEventId(uuid::Uuid::from_u128(1));
    let not_found = [
        webhooks::update(&mut tx, &theirs, &Fine, made, &input(&[]))
            .await
            .unwrap_err(),
        webhooks::rotate(&mut tx, &theirs, made).await.unwrap_err(),
        webhooks::remove(&mut tx, &theirs, made).await.unwrap_err(),
        webhooks::replay(&mut tx, &theirs, made, event).await.unwrap_err(),
        webhooks::replay_dead(&mut tx, &theirs, made, None)
            .await
            .unwrap_err(),
        webhooks::list_deliveries(&mut tx, &read, made, &PageQuery::default())
            .await
            .unwrap_err(),
    ];
    for error in not_found {
        assert_eq!(error.refusal(), Some(Code::NotFound));
    }
    let mut plain = input(&[EventType::Test]);
    plain.url = "http://shop.example/".to_owned();
    plain.description = "x".repeat(201);
    let refused = webhooks::create(&mut tx, &ours, &Fine, &plain)
        .await
        .unwrap_err()
        .to_api();
    let fields: Vec<(&str, Code)> = refused
        .fields
        .iter()
        .map(|it| (it.field.as_str(), it.code))
        .collect();
    assert_eq!(
        fields,
        [
            ("url", Code::AddressRefused),
            ("description", Code::TooLong),
            ("event_types", Code::UnknownReference)
        ]
    );
    let stale = webhooks::update(&mut tx, &ours, &Fine, made, &input(&[])).await;
    assert_eq!(stale.unwrap_err().refusal(), Some(Code::EditConflict));
}
