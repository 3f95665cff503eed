//! How long a message takes to be made ready for the wire. Numbers, not checks: `cargo test --release -p campanile-delivery
//! --test speed -- --ignored --nocapture`.

use std::{hint::black_box, time::Instant};

use delivery::email::{List, Mailbox, Message};
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
