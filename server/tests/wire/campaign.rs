//! 2,000 recipients, of whom some are put off once, some refused.

use std::collections::{BTreeSet, HashSet};

use domain::tokens::Tokens;
use serde_json::json;
use sqlx::PgPool;

use super::*;
use support::Sink;

#[sqlx::test(migrations = "../migrations")]
async fn two_thousand_recipients_reconciled_one_by_one(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let people: Vec<String> = [
        locals("person", 1850),
        locals("later", 60),
        locals("busy", 30),
        locals("gone", 40),
        locals("policy", 10),
        locals("spam", 5),
        locals("always", 5),
    ]
    .concat();
    let (_, run) = launched(&university, &people, Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 8)).await;
    assert_eq!(wait_for(&university, run, &["done", "stopped"]).await, "done");
    jobs.stop().await;

    let ledger = ledger(&university, run).await;
    let received = sink.received();
    let mut got: Vec<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
    got.sort_unstable();
    assert_eq!(
        got,
        with_outcome(&ledger, "sent"),
        "exactly those in the ledger as sent, each once"
    );
    assert_eq!(got.len(), 1940);
    assert_eq!(counters(&university, run).await, [2000, 1940, 60, 0, 0, 0]);
    for (address, (outcome, rule)) in &ledger {
        let wanted = match address.split('-').next().unwrap() {
            "gone" => ("failed", "hard_bounce"),
            "policy" | "spam" => ("failed", "reply_5xx"),
            "always" => ("failed", "retries_exhausted"),
            _ => ("sent", ""),
        };
        assert_eq!((outcome.as_str(), rule.as_str()), wanted, "{address}");
    }
    let suppressed: Vec<String> =
        sqlx::query_scalar("select normalised from suppressions where reason = 'undeliverable' order by 1")
            .fetch_all(university.domain.pool())
            .await
            .unwrap();
    assert_eq!(suppressed.len(), 40);
    assert!(
        suppressed.iter().all(|it| it.starts_with("gone-")),
        "only dead addresses are closed"
    );
    let attempts: i64 =
        sqlx::query_scalar("select count(*) from outcomes where outcome = 'sent' and attempts = 2")
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
    assert_eq!(attempts, 90, "put off once, then sent");
    every_message_reads_back(&university, run, &received).await;
}

/// Two parsers that are not ours read every message.
async fn every_message_reads_back(university: &University, run: Run, received: &[support::Received]) {
    let names: BTreeMap<String, (i64, String)> = sqlx::query_as::<_, (String, i64, String)>(
        "select address, seq, first_name || ' ' || last_name from deliveries where dispatch_id = $1",
    )
    .bind(run.dispatch.uuid())
    .fetch_all(university.domain.pool())
    .await
    .unwrap()
    .into_iter()
    .map(|(address, seq, name)| (address, (seq, name)))
    .collect();
    let raws: Vec<&[u8]> = received.iter().map(|mail| mail.raw.as_slice()).collect();
    let python = support::read_all_with_python(&raws);
    let node = support::read_all_with_mailparser(&raws);
    assert_eq!((python.len(), node.len()), (received.len(), received.len()));
    let tokens = Tokens::new(&Keys::new(KEY));
    let mut ids = HashSet::new();
    for ((mail, python), node) in received.iter().zip(&python).zip(&node) {
        let (seq, name) = &names[&mail.to];
        for read in [python, node] {
            assert_eq!(read["subject"], "Dni otwarte 🎓, Żaneta: gęślą jaźń");
            assert_eq!(
                read["from"],
                json!([{"name": "Rekrutacja Uniwersytetu Łódzkiego", "address": "rekrutacja@university.test"}])
            );
            assert_eq!(read["to"], json!([{"name": name, "address": mail.to}]));
            assert!(
                read["text"].as_str().unwrap().contains("Cześć Żaneta! 🎓"),
                "{}",
                read["text"]
            );
            // As references, so that it travels as it is.
            let greeting = "Cze&#347;&#263; &#379;aneta! &#127891;";
            assert!(read["html"].as_str().unwrap().contains(greeting));
        }
        assert_eq!(python["defects"], json!([]));
        assert_eq!((&python["bare"], &python["ascii"]), (&json!(0), &json!(true)));
        assert!(python["longest"].as_u64().unwrap() <= 998);
        assert_eq!(python["type"], "multipart/alternative");
        assert!(
            ids.insert(python["messageId"].as_str().unwrap().to_owned()),
            "Message-IDs are unique"
        );
        assert!(
            python["messageId"]
                .as_str()
                .unwrap()
                .ends_with("@university.test>")
        );
        assert!(
            python["listId"]
                .as_str()
                .unwrap()
                .ends_with("<open-days.admissions.university.test>"),
            "{}",
            python["listId"]
        );
        assert_eq!(python["listUnsubscribePost"], "List-Unsubscribe=One-Click");
        assert_eq!(python["replyTo"][0]["address"], "biuro@university.test");
        // Every token in it is this recipient's own.
        let unsubscribe = python["listUnsubscribe"].as_str().unwrap();
        let token = unsubscribe
            .strip_prefix("<https://mail.university.test/u/")
            .unwrap()
            .strip_suffix('>')
            .unwrap();
        let delivery = tokens.read_unsubscribe(token).expect("our token");
        assert_eq!((delivery.dispatch, delivery.seq), (run.dispatch, *seq));
        let html = python["html"].as_str().unwrap();
        let found: BTreeSet<&str> = html
            .split("https://mail.university.test")
            .skip(1)
            .map(|rest| &rest[..rest.find(['"', '<', ' ']).unwrap()])
            .collect();
        let click = found
            .iter()
            .filter_map(|path| tokens.read_click(path.strip_prefix("/t/c/")?))
            .filter(|it| it.delivery == delivery)
            .count();
        let open = found
            .iter()
            .filter_map(|path| tokens.read_open(path.strip_prefix("/t/o/")?.strip_suffix(".gif")?))
            .filter(|it| *it == delivery)
            .count();
        let view = found
            .iter()
            .filter_map(|path| tokens.read_view(path.strip_prefix("/v/")?))
            .filter(|it| *it == delivery)
            .count();
        let prefs = found.iter().filter(|path| path.starts_with("/p/")).count();
        assert_eq!((click, open, view, prefs), (2, 1, 1, 1), "{found:?}");
        // The envelope sender is this delivery's own too (VERP).
        let bounce = delivery::email::verp::token_of(&mail.from).unwrap();
        assert_eq!(tokens.read_bounce(&bounce), Some(delivery));
        assert!(mail.from.ends_with("@university.test"));
    }
}
