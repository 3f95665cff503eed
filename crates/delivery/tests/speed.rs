//! How long a message takes to be made ready for the wire. Numbers, not checks: `cargo test --release -p campanile-delivery
//! --test speed -- --ignored --nocapture`.

use std::{hint::black_box, time::Instant};

use delivery::email::{
    List, Mailbox, Message,
    dkim::{KeyKind, Signer, Signers, SigningKey},
};
use jiff::Timestamp;

/// The fastest of several rounds, in microseconds.
fn microseconds(rounds: u32, mut work: impl FnMut()) -> f64 {
    (0..7)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..rounds {
                work();
            }
            begun.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
        })
        .fold(f64::MAX, f64::min)
}

fn html(sentence: &str) -> String {
    let line =
        format!("<p style=\"margin:0;color:#333\"><a href=\"https://c.example/c/abc\">{sentence}</a></p>\n");
    line.repeat(10_000 / line.len())
}

fn message<'a>(from: &'a Mailbox, to: &'a Mailbox, text: &'a str, html: &'a str) -> Message<'a> {
    Message {
        from,
        reply_to: None,
        to,
        subject: "Open days at the faculty",
        text,
        html: Some(html),
        message_id: "0193a0b0c0d07000800000000000abcd.17",
        date: Timestamp::UNIX_EPOCH,
        language: "pl",
        list: Some(List {
            id: "open-days.uni.example",
            name: "Open days",
            unsubscribe: "https://c.uni.example/u/abcdefghijklmnop",
        }),
        auto_submitted: false,
    }
}

#[test]
#[ignore = "a measurement"]
fn assembling() {
    let from = Mailbox::new("Uniwersytet", "news@uni.example").unwrap();
    let to = Mailbox::new("Anna Nowak", "anna@example.edu").unwrap();
    for (kind, sentence) in [
        (
            "some Polish letters",
            "Zapraszamy na wykład, który odbędzie się w środę o godzinie dwunastej.",
        ),
        (
            "pure ASCII",
            "We invite you to the lecture that takes place on Wednesday at twelve.",
        ),
    ] {
        let html = html(sentence);
        let text = format!("{sentence}\n").repeat(20);
        let message = message(&from, &to, &text, &html);
        let mut out = String::new();
        let time = microseconds(2000, || {
            message.assemble_into(&mut out).unwrap();
            black_box(&out);
        });
        let headers = Message {
            text: "",
            html: None,
            ..message
        };
        let small = microseconds(2000, || {
            headers.assemble_into(&mut out).unwrap();
            black_box(&out);
        });
        println!("assemble_into, headers: {small:.2} us");
        message.assemble_into(&mut out).unwrap();
        println!("assemble_into, {kind}: {time:.2} us, {} bytes", out.len());
    }
}

#[test]
#[ignore = "a measurement"]
fn signing() {
    let from = Mailbox::new("Uniwersytet", "news@uni.example").unwrap();
    let to = Mailbox::new("Anna Nowak", "anna@example.edu").unwrap();
    let html = html("Zapraszamy na wykład, który odbędzie się w środę o godzinie dwunastej.");
    let message = message(&from, &to, "Zapraszamy!\n", &html).assemble().unwrap();
    let signer = |kind| {
        let der = SigningKey::generate_pkcs8(kind).unwrap();
        Signer::new("uni.example", "s1", SigningKey::from_pkcs8(kind, &der).unwrap()).unwrap()
    };
    let (rsa, ed25519) = (KeyKind::Rsa2048, KeyKind::Ed25519);
    let mut out = String::new();
    for kinds in [&[rsa][..], &[ed25519], &[rsa, ed25519]] {
        let signers = Signers(kinds.iter().copied().map(signer).collect());
        for (what, message) in [
            ("of 15 KB", message.as_str()),
            ("of 40 bytes", "From: a@uni.example\r\nSubject: x\r\n\r\nx\r\n"),
        ] {
            let time = microseconds(300, || {
                out.clear();
                signers.sign_into(message, 0, &mut out).unwrap();
                black_box(&out);
            });
            println!("sign_into, {kinds:?}, {what}: {time:.1} us, {:.0}/s", 1e6 / time);
        }
    }
}
