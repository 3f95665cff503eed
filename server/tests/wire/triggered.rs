//! Triggered messages: from the commit straight to the relay, whatever campaigns do, also when another process sends.

use std::time::Instant;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::access::{EditCampaigns, ReadMessages, SendMessages, System};
use domain::dispatch::Accepted;
use domain::messages;
use serde_json::json;
use server::engine::Intake;
use sqlx::PgPool;
use types::DispatchId;
use types::messages::{Asked, Attachment, DefinitionUpdate, MessageState, SenderRule};

use super::*;
use support::Sink;

const KEY: &str = "order-placed";

/// Asks for a message as the API does; what it said, once it is committed and on its way.
async fn posted(university: &University, intake: &Intake, asked: Asked) -> domain::Result<Accepted> {
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await?;
    let plan = messages::plan(&mut tx, &by, KEY).await?;
    let ticket = intake.ticket(&mut tx, plan.dispatch).await?.unwrap();
    let posted = messages::post(
        &mut tx,
        &by,
        &plan,
        ticket.rules(),
        ticket.worker(),
        &[asked],
        false,
    )
    .await?;
    tx.commit().await?;
    ticket.hand_over(&posted.accepted).await;
    Ok(posted.accepted.into_iter().next().unwrap())
}

/// The dispatch that stands for the definition.
async fn standing(university: &University) -> DispatchId {
    university
        .defined(university.admissions, KEY, Classification::Transactional, &[])
        .await
        .unwrap();
    let by = System.grant::<SendMessages>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    messages::plan(&mut tx, &by, KEY).await.unwrap().dispatch
}

/// Mail to people; what approvers and authors are told does not count.
fn to_people(sink: &Sink) -> usize {
    let mails = sink.received();
    mails
        .iter()
        .filter(|mail| mail.to.ends_with("@mail.example"))
        .count()
}

async fn arrived(sink: &Sink, address: &str) -> Duration {
    let begun = Instant::now();
    while !sink.received().iter().any(|mail| mail.to == address) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{address} got nothing");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

/// Audience, sent, failed, suppressed of a dispatch, once it says so.
async fn counted(university: &University, id: DispatchId, wanted: [i64; 4]) {
    let mut counts: Vec<i64> = Vec::new();
    for _ in 0..200 {
        counts = sqlx::query_scalar(
            "select array[audience, sent, failed, suppressed] from dispatches where id = $1",
        )
        .bind(id.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
        if counts == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{counts:?} instead of {wanted:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_triggered_message_does_not_wait_for_a_campaign(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.03"]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 600), Classification::Marketing).await;
    university
        .people(
            university.admissions,
            None,
            &["one@mail.example".to_owned(), "two@mail.example".to_owned()],
        )
        .await
        .unwrap();
    let id = standing(&university).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    while to_people(&sink) < 20 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let intake = jobs.intake();
    let accept = async |address: &str| {
        posted(&university, &intake, university.asked(address, "7"))
            .await
            .unwrap()
    };
    let first = accept("one@mail.example").await;
    assert_eq!(first.held, None);
    arrived(&sink, "one@mail.example").await;
    assert!(
        with_outcome(&ledger(&university, run).await, "sent").len() < 600,
        "the campaign still runs"
    );
    counted(&university, id, [1, 1, 0, 0]).await;

    // Rules hold, and are named: an address that is known to be dead has failed, and whoever asked is told.
    sqlx::query("update identities set bounced_at = now() where value = 'two@mail.example'")
        .execute(university.domain.pool())
        .await
        .unwrap();
    let held = accept("two@mail.example").await;
    assert_eq!(held.held.as_deref(), Some("hard_bounce"));
    counted(&university, id, [2, 1, 1, 0]).await;
    let chunks: i64 =
        sqlx::query_scalar("select count(*) from dispatch_chunks where dispatch_id = $1 and chunk <> -1")
            .bind(id.uuid())
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
    assert_eq!(chunks, 0, "what is done is folded away");

    // Somebody new to the unit is made known to it by the call, also where another unit knows them.
    university
        .people(university.shop, None, &["shop@mail.example".to_owned()])
        .await
        .unwrap();
    for address in ["shop@mail.example", "new@mail.example"] {
        assert_eq!(accept(address).await.held, None);
        arrived(&sink, address).await;
    }
    counted(&university, id, [4, 3, 1, 0]).await;
    jobs.stop().await;
    assert_eq!(
        sink.received()
            .iter()
            .filter(|mail| mail.to == "one@mail.example")
            .count(),
        1
    );
}

/// `serve --no-jobs` accepts, a worker elsewhere is woken and sends, well under a second.
#[sqlx::test(migrations = "../migrations")]
async fn a_worker_elsewhere_is_woken(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let id = standing(&university).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    let elsewhere = Intake::default();
    for n in 0..5 {
        let address = format!("p{n}@mail.example");
        let accepted = posted(&university, &elsewhere, university.asked(&address, "7"))
            .await
            .unwrap();
        assert!(accepted.claimed.is_none());
        arrived(&sink, &address).await;
    }
    counted(&university, id, [5, 5, 0, 0]).await;
    jobs.stop().await;
    assert_eq!(to_people(&sink), 5);
}

/// What has a time of its own waits for it, can be taken back until then, and does not go when it comes too late.
#[sqlx::test(migrations = "../migrations")]
async fn a_message_waits_for_its_time(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let id = standing(&university).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    let intake = jobs.intake();
    let now = university.domain.now();
    let soon = |asked: &mut Asked, seconds: i64| {
        asked.send_at = Some(now + jiff::SignedDuration::from_secs(seconds));
    };

    let mut waits = university.asked("waits@mail.example", "1");
    soon(&mut waits, 2);
    let mut recalled = university.asked("recalled@mail.example", "2");
    recalled.key = Some("recalled".to_owned());
    soon(&mut recalled, 3600);
    for asked in [waits, recalled] {
        assert!(
            posted(&university, &intake, asked)
                .await
                .unwrap()
                .claimed
                .is_none()
        );
    }
    posted(&university, &intake, university.asked("now@mail.example", "3"))
        .await
        .unwrap();
    arrived(&sink, "now@mail.example").await;
    assert_eq!(to_people(&sink), 1, "the others wait");

    let by = System.grant::<SendMessages>(university.admissions);
    for _ in 0..2 {
        let mut tx = university.domain.begin().await.unwrap();
        messages::cancel(&mut tx, &by, "recalled").await.unwrap();
        tx.commit().await.unwrap();
    }
    arrived(&sink, "waits@mail.example").await;

    // Nobody can hand over while it is paused; by the time it goes on the offer is over.
    let mut tx = university.domain.begin().await.unwrap();
    let mut late = university.asked("late@mail.example", "4");
    late.expires_at = Some(university.domain.now() + jiff::SignedDuration::from_secs(2));
    soon(&mut late, 1);
    late.send_at = Some(university.domain.now() + jiff::SignedDuration::from_millis(600));
    posted(&university, &intake, late).await.unwrap();
    let definition = messages::id_of(&mut tx, &by, KEY).await.unwrap();
    messages::pause(&mut tx, &System.grant(university.admissions), definition)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = posted(&university, &intake, university.asked("paused@mail.example", "5")).await;
    assert_eq!(refused.unwrap_err().refusal(), Some(types::Code::WrongState));
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let mut tx = university.domain.begin().await.unwrap();
    messages::resume(&mut tx, &System.grant(university.admissions), definition)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    counted(&university, id, [4, 2, 0, 1]).await;
    jobs.stop().await;
    assert_eq!(to_people(&sink), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn copies_files_and_another_sender_are_in_the_mail(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let defined = university
        .defined(university.admissions, KEY, Classification::Transactional, &[])
        .await
        .unwrap();
    let law: types::SenderProfileId = sqlx::query_scalar(
        "insert into sender_profiles (id, unit_id, name, from_name, from_address, created_at, updated_at)
         values (gen_random_uuid(), $1, 'Law', 'Faculty of Law', 'law@university.test', now(), now()) returning id",
    )
    .bind(university.admissions.uuid())
    .fetch_one(university.domain.pool())
    .await
    .unwrap();
    let change = DefinitionUpdate {
        edit_version: 2,
        senders: Some(vec![SenderRule {
            attribute: "order".to_owned(),
            is: vec!["law".to_owned()],
            sender_profile_id: law,
        }]),
        ..DefinitionUpdate::default()
    };
    let edit = System.grant::<EditCampaigns>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    messages::update(&mut tx, &edit, defined.id, &change)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    university.approved(&defined).await.unwrap();
    let jobs = start(&university, settings(sink.port, 2)).await;
    let intake = jobs.intake();

    let mut asked = university.asked("ada@mail.example", "law");
    asked.reply_to = "dean@university.test".to_owned();
    asked.cc = vec!["tutor@mail.example".to_owned(), "gone@mail.example".to_owned()];
    asked.bcc = vec!["archive@mail.example".to_owned()];
    let content = "%PDF-1.7\n\u{1}bytes";
    asked.attachments = vec![Attachment {
        name: "Ticket ą.pdf".to_owned(),
        content: STANDARD.encode(content),
    }];
    let accepted = posted(&university, &intake, asked).await.unwrap();
    arrived(&sink, "ada@mail.example").await;
    let mails = sink.received();
    let mail = mails.iter().find(|mail| mail.to == "ada@mail.example").unwrap();
    assert_eq!(
        mail.all,
        json!(["ada@mail.example", "tutor@mail.example", "archive@mail.example"])
    );
    let text = String::from_utf8_lossy(&mail.raw);
    assert!(!text.contains("archive@mail.example"), "nobody sees a blind copy");
    let read = support::read_with_mailparser(&mail.raw);
    assert_eq!(
        read["from"],
        json!([{"name": "Faculty of Law", "address": "law@university.test"}])
    );
    assert_eq!(read["replyTo"][0]["address"], "dean@university.test");
    assert_eq!(read["cc"][1]["address"], "gone@mail.example");
    assert_eq!(
        read["attached"],
        json!([{"name": "Ticket ą.pdf", "type": "application/pdf", "content": STANDARD.encode(content)}])
    );
    // What became of the copies is told with the message.
    let by = System.grant::<ReadMessages>(university.admissions);
    let mut seen = None;
    for _ in 0..200 {
        let mut tx = university.domain.begin().await.unwrap();
        seen = messages::find(&mut tx, &by, &accepted.id.to_string())
            .await
            .unwrap();
        if seen
            .as_ref()
            .is_some_and(|it| it.message.state == MessageState::Sent)
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let reply = seen.unwrap().reply;
    assert!(
        reply.ends_with("copies refused: 1 (550 5.1.1 no such user)"),
        "{reply}"
    );

    // Another message is from the office.
    posted(&university, &intake, university.asked("bob@mail.example", "7"))
        .await
        .unwrap();
    arrived(&sink, "bob@mail.example").await;
    let mails = sink.received();
    let mail = mails.iter().find(|mail| mail.to == "bob@mail.example").unwrap();
    let read = support::read_with_mailparser(&mail.raw);
    assert_eq!(
        read["from"],
        json!([{"name": "Office", "address": "office@university.test"}])
    );
    jobs.stop().await;
}
