//! Notices to staff through the queue, in four languages, read back by a parser that is not ours.

use domain::queue::{self, DefinitionNotice, Job, Notice, SystemMail};
use sqlx::PgPool;
use types::Language;

use super::*;
use support::Sink;

fn notices() -> Vec<Notice> {
    let link = || "https://mail.university.test/somewhere/token-123".to_owned();
    let campaign = || "Dni otwarte \r\n 🎓".to_owned();
    vec![
        Notice::Invitation {
            inviter: "Żaneta Łoś".into(),
            unit: "Wydział Lekarski".into(),
            link: link(),
            days: 7,
        },
        Notice::PasswordReset {
            link: link(),
            minutes: 30,
        },
        Notice::PasswordChanged { link: link() },
        Notice::ReviewRequested {
            campaign: campaign(),
            unit: "Rekrutacja".into(),
            requested_by: "Jörg <b>Müßig</b>".into(),
            recipients: 1234,
            definition: None,
            message: "Bitte bis heute.\nDanke!".into(),
            link: link(),
        },
        Notice::ReviewDecided {
            campaign: campaign(),
            approved: true,
            decided_by: "Ada".into(),
            comment: String::new(),
            definition: false,
            link: link(),
        },
        Notice::ReviewDecided {
            campaign: campaign(),
            approved: false,
            decided_by: "Ada".into(),
            comment: "Błąd w dacie".into(),
            definition: false,
            link: link(),
        },
        Notice::ReviewRequested {
            campaign: "Wniosek przyjęty".into(),
            unit: "Rekrutacja".into(),
            requested_by: "Jörg <b>Müßig</b>".into(),
            recipients: 0,
            definition: Some(DefinitionNotice {
                key: "application-received".into(),
                parameters: vec!["number".into(), "faculty".into()],
                added: vec!["faculty".into()],
                changed: vec!["number".into()],
                removed: vec!["old_one".into()],
            }),
            message: String::new(),
            link: link(),
        },
        Notice::ReviewDecided {
            campaign: "Wniosek przyjęty: decyzja".into(),
            approved: true,
            decided_by: "Ada".into(),
            comment: String::new(),
            definition: true,
            link: link(),
        },
        Notice::SendingStopped {
            campaign: campaign(),
            reason: "seal_broken".into(),
            link: link(),
        },
    ]
}

#[sqlx::test(migrations = "../migrations")]
async fn every_notice_arrives_once_in_its_readers_language(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let mut tx = university.domain.begin().await.unwrap();
    for language in Language::ALL {
        for (n, notice) in notices().into_iter().enumerate() {
            let mail = SystemMail {
                to: format!("busy-{language}-{n}@staff.example"),
                name: "Zoë Łąk".into(),
                language,
                notice,
            };
            queue::enqueue(&mut tx, &Job::SystemMail(mail)).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let jobs = start(&university, settings(sink.port, 1)).await;
    for _ in 0..600 {
        let open: i64 = sqlx::query_scalar("select count(*) from jobs where finished_at is null")
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
        if open == 0 {
            break;
        }
        // Each is put off once by the relay: let the second try come sooner.
        sqlx::query("update jobs set run_at = now() where finished_at is null")
            .execute(university.domain.pool())
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    jobs.stop().await;
    let received = sink.received();
    assert_eq!(received.len(), 36);
    let raws: Vec<&[u8]> = received.iter().map(|mail| mail.raw.as_slice()).collect();
    let mut subjects = std::collections::BTreeSet::new();
    for (mail, read) in received.iter().zip(support::read_all_with_python(&raws)) {
        assert_eq!(read["defects"], serde_json::json!([]), "{}", mail.to);
        assert_eq!(read["to"][0]["name"], "Zoë Łąk");
        assert_eq!(read["from"][0]["address"], "no-reply@university.test");
        assert_eq!(read["autoSubmitted"], "auto-generated");
        let (text, html) = (read["text"].as_str().unwrap(), read["html"].as_str().unwrap());
        for part in [text, html] {
            assert!(
                part.contains("https://mail.university.test/somewhere/token-123"),
                "{part}"
            );
            assert!(part.contains("Zoë Łąk"));
        }
        assert!(!html.contains("<b>"), "what people wrote is escaped: {html}");
        if read["subject"] == "Zur Freigabe: Wniosek przyjęty" {
            for part in [text, html] {
                for said in ["application-received", "number, faculty", "old_one"] {
                    assert!(part.contains(said), "{said}: {part}");
                }
                assert!(!part.contains("Personen"), "nobody is counted: {part}");
            }
        }
        assert!(!html.contains("<img") && !html.contains("<script"));
        subjects.insert(read["subject"].as_str().unwrap().to_owned());
    }
    assert!(subjects.contains("Zur Freigabe: Dni otwarte 🎓"), "{subjects:?}");
    assert!(
        subjects.contains("Żaneta Łoś zaprasza do Campanile"),
        "{subjects:?}"
    );
    assert_eq!(
        subjects.len(),
        36,
        "each language says it in its own words: {subjects:?}"
    );
    let payloads: i64 = sqlx::query_scalar("select count(*) from jobs where payload <> '{}'")
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    assert_eq!(payloads, 0, "links that sign in do not lie about");
}
