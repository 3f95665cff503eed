//! What is posted, and that a verifier that is not ours takes it.

use std::io::Write;
use std::process::{Command, Stdio};

use domain::access::ReadWebhooks;
use domain::events::{self, Hit, HitKind, Rule};
use domain::tokens::DeliveryRef;
use receiver::{Got, always};
use serde_json::{Value, json};
use support::Sink;
use types::PageQuery;
use types::webhooks::DeliveryState;

use super::*;

/// Asks PyPI's `standardwebhooks` about calls, each with a secret.
fn verified(calls: &[(&str, &Got)]) -> Vec<bool> {
    let input: Vec<Value> = calls
        .iter()
        .map(|(secret, got)| json!({"secret": secret, "headers": got.headers, "body": got.body}))
        .collect();
    let mut python = Command::new(support::python())
        .arg(support::scripts().join("verify_webhook.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = serde_json::to_string(&input).unwrap();
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// From the call to the relay, to the receiver, to the console: nothing is put in between.
#[sqlx::test(migrations = "../migrations")]
async fn what_becomes_of_a_message_is_told_as_it_happens(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let receiver = Receiver::start(always(204)).await;
    let scene = Scene::new(&university).await;
    let made = endpoint(&university, &receiver.url(), &[]).await;
    let mut settings = settings(sink.port, 2);
    settings.http = Some(world().http());
    let jobs = start(&university, settings).await;

    // Accepted by a process without a worker: whoever sends it is another.
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    let plan = messages::plan(&mut tx, &by, KEY).await.unwrap();
    let rules = dispatch::rules(&mut tx, scene.dispatch).await.unwrap().unwrap();
    let mut asked = university.asked("Ada@mail.example", "7");
    asked.key = Some("order-7".to_owned());
    "student-1".clone_into(&mut asked.to.contact_key);
    asked.metadata.insert("shop".to_owned(), json!({"id": 3}));
    let posted = messages::post(&mut tx, &by, &plan, &rules, None, &[asked], false)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    until("accepted and sent", async || receiver.got().len() == 2).await;

    let delivery = DeliveryRef {
        dispatch: scene.dispatch,
        seq: posted.accepted[0].seq,
    };
    for (kind, machine) in [
        (HitKind::Opened, Some(Rule::Prefetch)),
        (HitKind::Unsubscribed, None),
    ] {
        let mut tx = university.domain.begin().await.unwrap();
        let hit = Hit {
            delivery,
            kind,
            machine,
            user_agent: String::new(),
            network: String::new(),
            at: university.domain.now(),
        };
        events::record(&mut tx, &[hit]).await.unwrap();
        tx.commit().await.unwrap();
    }
    until("all four", async || receiver.got().len() == 4).await;

    let got = receiver.got();
    let kinds: Vec<String> = got.iter().map(Got::kind).collect();
    assert_eq!(
        kinds,
        [
            "message.accepted",
            "message.sent",
            "message.opened",
            "message.unsubscribed"
        ]
    );
    let id = posted.accepted[0].id.to_string();
    for it in &got {
        let data = &it.json()["data"];
        for (field, wanted) in [
            ("message_id", json!(id)),
            ("key", json!("order-7")),
            ("definition", json!(KEY)),
            ("version", json!(1)),
            ("address", json!("ada@mail.example")),
            ("contact_key", json!("student-1")),
            ("metadata", json!({"shop": {"id": 3}})),
        ] {
            assert_eq!(data[field], wanted, "{field}");
        }
        assert_eq!(it.headers["content-type"], "application/json");
        assert_eq!(it.headers["host"], receiver.address.to_string());
    }
    assert_eq!(got[2].json()["data"]["verdict"], "machine");
    assert!(
        got[1].json()["data"]["detail"]
            .as_str()
            .is_some_and(|it| !it.is_empty())
    );

    // A new secret: for a day both are good, then only the new one.
    let mut tx = university.domain.begin().await.unwrap();
    let rotated = webhooks::rotate(&mut tx, &may(&university), made.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let trial = webhooks::trial(&university.domain, &may(&university), &world(), made.id)
        .await
        .unwrap();
    assert_eq!((trial.delivered, trial.status), (true, Some(204)), "{trial:?}");
    sqlx::query("update webhook_endpoints set previous_until = now() - interval '1 second'")
        .execute(university.domain.pool())
        .await
        .unwrap();
    webhooks::trial(&university.domain, &may(&university), &world(), made.id)
        .await
        .unwrap();
    let got = receiver.got();
    let [.., both, new] = got.as_slice() else {
        panic!("{got:?}")
    };
    assert_eq!(both.kind(), "webhook.test");
    assert_eq!(both.headers["webhook-signature"].split(' ').count(), 2);
    let mut forged = got[1].clone();
    forged.body = forged.body.replace("order-7", "order-8");
    let mut renamed = got[1].clone();
    renamed
        .headers
        .insert("webhook-id".to_owned(), "another".to_owned());
    let answers = verified(&[
        (&made.secret, &got[0]),
        (&made.secret, &got[1]),
        (&made.secret, &got[3]),
        (&made.secret, both),
        (&rotated.secret, both),
        (&rotated.secret, new),
        (&made.secret, new),
        (&rotated.secret, &got[0]),
        (&made.secret, &forged),
        (&made.secret, &renamed),
    ]);
    assert_eq!(
        answers,
        [true, true, true, true, true, true, false, false, false, false]
    );

    // The console sees them all, and the secret nowhere.
    let reader = System.grant::<ReadWebhooks>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    let list = webhooks::list_deliveries(&mut tx, &reader, made.id, &PageQuery::default())
        .await
        .unwrap();
    assert_eq!(list.items.len(), 6);
    assert!(
        list.items
            .iter()
            .all(|it| it.state == DeliveryState::Delivered && it.attempts == 1)
    );
    let detail = webhooks::delivery(&mut tx, &reader, made.id, list.items[5].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(serde_json::to_value(&detail.payload).unwrap(), got[0].json());
    let rows: Vec<String> = sqlx::query_scalar(
        "select e::text from webhook_endpoints e union all select d::text from webhook_deliveries d
         union all select a::text from audit_log a",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    let plain = made.secret.trim_start_matches("whsec_");
    assert!(rows.iter().all(|row| !row.contains(plain)));
    jobs.stop().await;
}

/// What is tried is shown: the answer, or why there was none.
#[sqlx::test(migrations = "../migrations")]
async fn a_trial_shows_the_answer(pool: PgPool) {
    let university = university(pool).await;
    let mut receiver = Receiver::start(always(500)).await;
    let made = endpoint(&university, &receiver.url(), &[]).await;
    let (by, world) = (may(&university), world());
    let trial = async || {
        webhooks::trial(&university.domain, &by, &world, made.id)
            .await
            .unwrap()
    };
    let refused = trial().await;
    assert_eq!(
        (refused.delivered, refused.status, refused.answer.as_str()),
        (false, Some(500), "answer 500")
    );
    receiver.answers(std::sync::Arc::new(|_| {
        (
            302,
            vec![("location", "http://127.0.0.1:1/".to_owned())],
            Duration::ZERO,
        )
    }));
    let redirected = trial().await;
    assert_eq!((redirected.delivered, redirected.status), (false, Some(302)));
    receiver.goes_away().await;
    let silent = trial().await;
    assert_eq!((silent.delivered, silent.status), (false, None));
    assert!(silent.answer.contains("cannot be reached"), "{silent:?}");
    assert_eq!(count(&university, "dead").await, 3);
    let shop = System.grant::<ManageWebhooks>(university.shop);
    let foreign = webhooks::trial(&university.domain, &shop, &world, made.id).await;
    assert_eq!(foreign.unwrap_err().refusal(), Some(types::Code::NotFound));
}
