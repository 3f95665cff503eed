//! Messages read back by parsers that are not ours.

mod support;

use delivery::email::{List, Mailbox, Message};
use jiff::Timestamp;
use serde_json::json;

const SUBJECT: &str = "Zażółć gęślą jaźń 🎓 – Tag der offenen Tür, journée portes ouvertes à l’université 👩🏽‍🔬";

fn check(message: &Message<'_>) -> serde_json::Value {
    let raw = message.assemble().unwrap();
    let python = support::read_with_python(raw.as_bytes());
    let node = support::read_with_mailparser(raw.as_bytes());
    assert_eq!(python["defects"], json!([]), "{raw}");
    assert_eq!(python["bare"], 0, "bare CR or LF");
    assert!(python["longest"].as_u64().unwrap() <= 998);
    assert_eq!(python["ascii"], true);
    for reader in [&python, &node] {
        assert_eq!(reader["subject"], message.subject);
        assert_eq!(
            reader["from"],
            json!([{"name": message.from.name, "address": message.from.address.as_str()}])
        );
        assert_eq!(
            reader["to"],
            json!([{"name": message.to.name, "address": message.to.address.as_str()}])
        );
        assert_eq!(reader["messageId"], message.message_id_header());
    }
    assert_eq!(
        python["text"].as_str().unwrap().trim_end(),
        message.text.trim_end()
    );
    assert_eq!(node["text"].as_str().unwrap().trim_end(), message.text.trim_end());
    if let Some(html) = message.html {
        assert_eq!(python["html"].as_str().unwrap().trim_end(), html.trim_end());
        assert_eq!(node["html"].as_str().unwrap().trim_end(), html.trim_end());
    }
    python
}

#[test]
fn a_marketing_message_in_polish_with_emoji() {
    let from = Mailbox::new("Uniwersytet Łódzki, „Rekrutacja”", "rekrutacja@uni.example").unwrap();
    let to = Mailbox::new("Żółwińska-Świątek, Agnieszka \"Aga\"", "aga@poczta.example").unwrap();
    let reply = Mailbox::new("Biuro (pokój 3)", "biuro@uni.example").unwrap();
    let html = format!(
        "<!doctype html><html lang=\"pl\"><body><p>Cześć, Agnieszko! 🎉</p>\n.\n.start\nFrom here\n<p>{}</p></body></html>",
        "ą".repeat(3000)
    );
    let message = Message {
        from: &from,
        reply_to: Some(&reply),
        to: &to,
        subject: SUBJECT,
        text: "Cześć, Agnieszko! 🎉\n\n.\n..kropka\nFrom here\nspacja na końcu \nkoniec",
        html: Some(&html),
        message_id: "0193a0b0c0d07000800000000000abcd.17",
        date: "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap(),
        language: "pl",
        list: Some(List {
            id: "dni-otwarte.rekrutacja.uni.example",
            name: "Dni otwarte, Łódź",
            unsubscribe: "https://c.uni.example/u/abc",
        }),
        auto_submitted: false,
    };
    let read = check(&message);
    assert_eq!(read["type"], "multipart/alternative");
    assert_eq!(read["listUnsubscribe"], "<https://c.uni.example/u/abc>");
    assert_eq!(read["listUnsubscribePost"], "List-Unsubscribe=One-Click");
    assert!(
        read["listId"]
            .as_str()
            .unwrap()
            .ends_with("<dni-otwarte.rekrutacja.uni.example>"),
        "{}",
        read["listId"]
    );
    assert_eq!(read["date"], "2026-11-21T12:00:00+00:00");
    assert_eq!(read["replyTo"][0]["name"], "Biuro (pokój 3)");
}

#[test]
fn a_plain_notice() {
    let from = Mailbox::new("", "noreply@uni.example").unwrap();
    let to = Mailbox::new("O'Brien, \"Pat\" \\ <x>", "pat@example.edu").unwrap();
    let message = Message {
        from: &from,
        reply_to: None,
        to: &to,
        subject: "A long subject in plain letters that has to be folded somewhere because it goes on and on well past the usual width",
        text: "Hello.\n",
        html: None,
        message_id: "n1",
        date: Timestamp::UNIX_EPOCH,
        language: "en",
        list: None,
        auto_submitted: true,
    };
    let read = check(&message);
    assert_eq!(read["type"], "text/plain");
    assert_eq!(read["autoSubmitted"], "auto-generated");
    assert_eq!(read["listUnsubscribe"], json!(null));
}

#[test]
fn injection_is_refused_in_every_field() {
    let good = Mailbox::new("A", "a@uni.example").unwrap();
    let bad = Mailbox {
        name: "A\r\nBcc: x@y.zz".to_owned(),
        address: good.address.clone(),
    };
    let base = Message {
        from: &good,
        reply_to: None,
        to: &good,
        subject: "s",
        text: "t",
        html: None,
        message_id: "m",
        date: Timestamp::UNIX_EPOCH,
        language: "en",
        list: None,
        auto_submitted: false,
    };
    assert!(base.assemble().is_ok());
    let list = List {
        id: "a.example",
        name: "n",
        unsubscribe: "https://x.example/u/1",
    };
    for attack in [
        Message { from: &bad, ..base },
        Message { to: &bad, ..base },
        Message {
            reply_to: Some(&bad),
            ..base
        },
        Message {
            subject: "x\nBcc: x@y.zz",
            ..base
        },
        Message {
            message_id: "x>\r\nBcc: x@y.zz",
            ..base
        },
        Message {
            language: "en\r\nX: y",
            ..base
        },
        Message {
            list: Some(List { id: "a\r\nb", ..list }),
            ..base
        },
        Message {
            list: Some(List {
                name: "a\r\nb",
                ..list
            }),
            ..base
        },
        Message {
            list: Some(List {
                unsubscribe: "https://x>\r\nX: y",
                ..list
            }),
            ..base
        },
    ] {
        assert!(attack.assemble().is_err(), "{attack:?}");
    }
}
