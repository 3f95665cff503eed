//! Messages read back by parsers that are not ours.

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use delivery::email::{Address, Attached, List, Mailbox, Message};
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
        cc: &[],
        subject: SUBJECT,
        text: "Cześć, Agnieszko! 🎉\n\n.\n..kropka\nFrom here\nspacja na końcu \nkoniec",
        html: Some(&html),
        attached: &[],
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
        cc: &[],
        subject: "A long subject in plain letters that has to be folded somewhere because it goes on and on well past the usual width",
        text: "Hello.\n",
        html: None,
        attached: &[],
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
fn files_and_copies_arrive_as_they_were_given() {
    let from = Mailbox::new("Office", "office@uni.example").unwrap();
    let to = Mailbox::new("", "pat@example.edu").unwrap();
    let cc = ["one@example.edu", "two@example.edu"].map(|it| Address::parse(it).unwrap());
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let long = format!("{}.pdf", "ą".repeat(76));
    let files = [
        ("Świadectwo (kopia) \u{1f393}.pdf", "application/pdf", &bytes[..]),
        ("ticket 7.png", "image/png", b"\x89PNG"),
        ("lista.csv", "text/csv", "imię;ą\n".as_bytes()),
        (&long, "application/pdf", b"x"),
    ];
    let attached = files.map(|(name, kind, content)| Attached { name, kind, content });
    let message = Message {
        from: &from,
        reply_to: None,
        to: &to,
        cc: &cc,
        subject: "With files",
        text: "Hello.\n",
        html: Some("<p>Hello.</p>"),
        attached: &attached,
        message_id: "f1",
        date: Timestamp::UNIX_EPOCH,
        language: "en",
        list: None,
        auto_submitted: true,
    };
    let read = check(&message);
    assert_eq!(read["type"], "multipart/mixed");
    let raw = message.assemble().unwrap();
    for reader in [read, support::read_with_mailparser(raw.as_bytes())] {
        assert_eq!(reader["cc"][1]["address"], "two@example.edu");
        let seen = reader["attached"].as_array().unwrap();
        assert_eq!(seen.len(), files.len());
        for ((name, kind, content), seen) in files.iter().zip(seen) {
            let content = STANDARD.encode(content);
            assert_eq!(*seen, json!({"name": name, "type": kind, "content": content}));
        }
    }
    for bad in ["", "a\r\nBcc: x@y.zz", "a\0.pdf"] {
        let attached = [Attached {
            name: bad,
            kind: "application/pdf",
            content: b"x",
        }];
        let message = Message {
            attached: &attached,
            ..message
        };
        assert!(message.assemble().is_err(), "{bad:?}");
    }
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
        cc: &[],
        subject: "s",
        text: "t",
        html: None,
        attached: &[],
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
