//! What happened to messages.

use domain::events::{self, Hit, HitKind};
use domain::testing::SentMessage;
use jiff::SignedDuration;
use sqlx::PgPool;

use super::support::{KEY, Soap, send, shown, simple, text, texts};

/// A message of admissions that Zofia opened, clicked (so did a scanner), and left by.
async fn told(soap: &Soap) -> SentMessage {
    let university = &soap.caller.university;
    let sent = university.sent_message().await.expect("a message");
    let mut tx = university.domain.begin().await.expect("a transaction");
    // Nothing leaves before its dispatch is made.
    sqlx::query("update dispatches set created_at = created_at - interval '2 hours'")
        .execute(tx.conn())
        .await
        .expect("earlier");
    let hit = |kind: HitKind, machine: Option<events::Rule>| Hit {
        delivery: sent.delivery,
        kind,
        machine,
        user_agent: String::new(),
        network: String::new(),
        at: university.domain.now(),
    };
    let hits = [
        hit(HitKind::Opened, None),
        hit(HitKind::Opened, Some(events::Rule::HeadRequest)),
        hit(HitKind::Clicked { link: 2 }, None),
        hit(HitKind::Unsubscribed, None),
    ];
    events::record(&mut tx, &hits).await.expect("recorded");
    tx.commit().await.expect("committed");
    sent
}

const PROPERTIES: &[&str] = &[
    "SendID",
    "SubscriberKey",
    "EventDate",
    "EventType",
    "BatchID",
    "TriggeredSendDefinitionObjectID",
];

#[sqlx::test(migrations = "../migrations")]
async fn each_kind_is_told_once_and_machines_are_not(pool: PgPool) {
    let soap = Soap::new(pool).await;
    told(&soap).await;
    for object in ["SentEvent", "OpenEvent", "UnsubEvent"] {
        let answer = soap.retrieve(object, PROPERTIES, "").await;
        insta::assert_snapshot!(object, shown(&answer));
        let by_person = soap
            .retrieve(
                object,
                PROPERTIES,
                &simple("SubscriberKey", "equals", &["zofia@mail.test"]),
            )
            .await;
        assert_eq!(texts(&by_person, "Results").len(), 1, "{object}");
        let by_send = soap
            .retrieve(
                object,
                PROPERTIES,
                &simple("SendID", "equals", &[&text(&answer, "SendID")]),
            )
            .await;
        assert_eq!(texts(&by_send, "Results").len(), 1, "{object}");
        let nobody = soap
            .retrieve(object, PROPERTIES, &simple("SendID", "equals", &["99999"]))
            .await;
        assert_eq!(texts(&nobody, "Results").len(), 0, "{object}");
    }
    let clicks = soap
        .retrieve("ClickEvent", &["URL", "URLID", "EventDate"], "")
        .await;
    assert_eq!(
        (text(&clicks, "URL"), text(&clicks, "URLID")),
        (
            "https://university.test/open-days?utm=2".to_owned(),
            "2".to_owned()
        )
    );
    // By time: the message went out an hour before.
    let now = soap.caller.university.domain.now();
    let hour = (now - SignedDuration::from_mins(30)).to_string();
    let date = |operator: &str| {
        format!(
            "<Filter xsi:type=\"SimpleFilterPart\"><Property>EventDate</Property><SimpleOperator>{operator}</SimpleOperator><DateValue>{hour}</DateValue></Filter>"
        )
    };
    for (object, after, before) in [("SentEvent", 0, 1), ("OpenEvent", 1, 0)] {
        assert_eq!(
            texts(
                &soap.retrieve(object, PROPERTIES, &date("greaterThan")).await,
                "Results"
            )
            .len(),
            after,
            "{object}"
        );
        assert_eq!(
            texts(
                &soap.retrieve(object, PROPERTIES, &date("lessThan")).await,
                "Results"
            )
            .len(),
            before,
            "{object}"
        );
    }
    let shop = Soap::of(soap.caller.in_shop(types::access::Role::UnitAdmin).await).await;
    for object in [
        "SentEvent",
        "OpenEvent",
        "ClickEvent",
        "BounceEvent",
        "UnsubEvent",
    ] {
        for filter in [
            String::new(),
            simple("SubscriberKey", "equals", &["zofia@mail.test"]),
        ] {
            let answer = shop.retrieve(object, &["SubscriberKey"], &filter).await;
            assert_eq!(
                (text(&answer, "OverallStatus"), texts(&answer, "Results").len()),
                ("OK".to_owned(), 0),
                "{object}"
            );
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn events_of_a_definition_are_walked_page_by_page(pool: PgPool) {
    let (soap, defined) = Soap::live(pool).await;
    told(&soap).await;
    let sends: String = (0..25)
        .map(|n| send(KEY, &format!("p{n:02}@example.org"), "1"))
        .collect();
    soap.change("Create", "", &sends).await;
    // As the engine leaves them: two bounced, the others went out.
    sqlx::query(
        "insert into outcomes (dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at)
         select m.dispatch_id, m.seq, case when n <= 2 then 'failed' else 'sent' end, case n when 1 then 'hard_bounce' when 2 then 'retries_exhausted' else '' end,
                case n when 1 then 550 when 2 then 452 end, case n when 1 then '5.1.1 no such user' when 2 then '4.2.2 full' else '' end, 1, m.created_at
         from (select *, row_number() over (order by address) as n from messages) m",
    )
    .execute(soap.caller.university.domain.pool())
    .await
    .expect("outcomes");
    let filter = simple(
        "TriggeredSendDefinitionObjectID",
        "equals",
        &[&defined.id.to_string()],
    );
    let mut answer = soap
        .retrieve(
            "SentEvent",
            &["SubscriberKey"],
            &format!("{filter}<Options><BatchSize>10</BatchSize></Options>"),
        )
        .await;
    let mut seen = texts(&answer, "SubscriberKey");
    while text(&answer, "OverallStatus") == "MoreDataAvailable" {
        let more = format!(
            "<ContinueRequest>{}</ContinueRequest>",
            text(&answer, "RequestID")
        );
        answer = soap.retrieve("SentEvent", &[], &more).await;
        seen.extend(texts(&answer, "SubscriberKey"));
    }
    seen.sort();
    let expected: Vec<String> = (2..25).map(|n| format!("p{n:02}@example.org")).collect();
    assert_eq!(seen, expected);
    let bounces = soap
        .retrieve(
            "BounceEvent",
            &[
                "SubscriberKey",
                "SMTPCode",
                "SMTPReason",
                "BounceCategory",
                "EventType",
            ],
            &filter,
        )
        .await;
    let all = |name| texts(&bounces, name).into_iter();
    let mut told: Vec<_> = all("SubscriberKey")
        .zip(all("SMTPCode"))
        .zip(all("EventType"))
        .zip(all("BounceCategory"))
        .map(|(((key, code), kind), category)| [key, code, kind, category].join(" "))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "p00@example.org 550 HardBounce Hard bounce",
            "p01@example.org 452 SoftBounce Soft bounce",
        ]
    );
    let one = soap
        .retrieve(
            "BounceEvent",
            &["SMTPCode"],
            &simple("SubscriberKey", "equals", &["p01@example.org"]),
        )
        .await;
    assert_eq!(texts(&one, "SMTPCode"), ["452"]);
}
