//! Signatures checked by verifiers that are not ours: PyPI's dkimpy and npm's mailauth; keys made by OpenSSL.

mod support;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use delivery::email::{
    List, Mailbox, Message,
    dkim::{KeyKind, Signer, Signers, SigningKey},
};
use jiff::Timestamp;
use serde_json::{Value, json};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dkim")
}

/// The folder with the verifiers, got on first use.
fn verifiers() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let output = Command::new("bash")
            .arg(scripts().join("setup.sh"))
            .stderr(Stdio::inherit())
            .output()
            .expect("bash");
        assert!(output.status.success(), "the verifiers could not be got");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    })
}

/// PKCS #8, DER, by OpenSSL.
fn key(kind: KeyKind) -> SigningKey {
    let algorithm = match kind {
        KeyKind::Rsa2048 => "RSA -pkeyopt rsa_keygen_bits:2048",
        KeyKind::Ed25519 => "ED25519",
    };
    let script =
        format!("openssl genpkey -algorithm {algorithm} | openssl pkcs8 -topk8 -nocrypt -outform DER");
    let output = Command::new("sh")
        .args(["-c", &script])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    SigningKey::from_pkcs8(kind, &output.stdout).unwrap()
}

struct Domain {
    signers: Signers,
    records: Value,
}

fn domain(kinds: &[(KeyKind, &str)]) -> Domain {
    let (mut signers, mut records) = (Vec::new(), json!({}));
    for (kind, selector) in kinds {
        let key = key(*kind);
        records[format!("{selector}._domainkey.uni.example")] = json!(key.public_record());
        signers.push(Signer::new("uni.example", selector, key).unwrap());
    }
    Domain {
        signers: Signers(signers),
        records,
    }
}

const BOTH: &[(KeyKind, &str)] = &[(KeyKind::Rsa2048, "r1"), (KeyKind::Ed25519, "e1")];

impl Domain {
    fn signed(&self, message: &str) -> String {
        let mut out = String::new();
        self.signers.sign_into(message, 1_790_000_000, &mut out).unwrap();
        out.push_str(message);
        out
    }

    /// What each verifier says of each signature of each message.
    fn verify(&self, messages: &[String]) -> Vec<(String, Vec<Vec<bool>>)> {
        let lines: Vec<u8> = messages
            .iter()
            .flat_map(|raw| {
                let line = json!({"raw": STANDARD.encode(raw), "records": self.records});
                (line.to_string() + "\n").into_bytes()
            })
            .collect();
        let mut python = Command::new(verifiers().join("venv/bin/python"));
        python.arg(scripts().join("verify.py"));
        let mut node = Command::new("node");
        node.arg(scripts().join("verify.mjs")).arg(verifiers());
        [("dkimpy", python), ("mailauth", node)]
            .into_iter()
            .map(|(name, mut command)| {
                let said = support::pipe(&mut command, &lines);
                let said = said.into_iter().map(|it| serde_json::from_value(it).unwrap());
                (name.to_owned(), said.collect())
            })
            .collect()
    }

    fn all_pass(&self, messages: &[String]) {
        let count = self.signers.0.len();
        for (verifier, said) in self.verify(messages) {
            assert_eq!(said.len(), messages.len());
            for (said, message) in said.iter().zip(messages) {
                assert_eq!(*said, vec![true; count], "{verifier}:\n{message}");
            }
        }
    }
}

fn ours() -> String {
    let from = Mailbox::new("Uniwersytet Łódzki", "news@uni.example").unwrap();
    let to = Mailbox::new("Żółwińska, Aga", "aga@poczta.example").unwrap();
    Message {
        from: &from,
        reply_to: Some(&from),
        to: &to,
        cc: &[],
        subject: "Zażółć gęślą jaźń – a subject that is so long that it must be folded into several lines",
        text: "Cześć!\n\n  wcięcie \n.\n\n\n",
        html: Some("<p>Cześć!</p>\n<pre>  a\t b  </pre>\n\n"),
        attached: &[],
        message_id: "0193a0b0.17",
        date: Timestamp::UNIX_EPOCH,
        language: "pl",
        list: Some(List {
            id: "news.uni.example",
            name: "Nowości",
            unsubscribe: "https://c.uni.example/u/abc",
        }),
        auto_submitted: true,
    }
    .assemble()
    .unwrap()
}

#[test]
fn a_message_of_ours_with_one_key_and_with_two() {
    let message = ours();
    for kinds in [&BOTH[..1], &BOTH[1..], BOTH] {
        let domain = domain(kinds);
        let signed = domain.signed(&message);
        assert!(
            signed.is_ascii()
                && signed
                    .split("\r\n")
                    .all(|line| line.len() <= 78 || !line.starts_with(' '))
        );
        domain.all_pass(&[signed]);
    }
}

#[test]
fn odd_white_space_in_header_and_body() {
    let domain = domain(BOTH);
    let headers = [
        "From: a@uni.example\r\nSubject: x\r\n",
        "From:a@uni.example\r\nSubject:   two  words\t \r\n",
        "Subject: folded\r\n\tand  again\r\n  and again\r\nfrom: \"A\"\r\n <a@uni.example>\r\n",
        "FROM: a@uni.example\r\nSubject:\r\nTo: b@x.example\r\nX-Other: y\r\n",
    ];
    // All end as they do on the wire.
    let bodies = [
        "",
        "\r\n",
        "\r\n\r\n\r\n",
        "text\r\n",
        "text\r\n\r\n\r\n",
        "trailing \t \r\nspaces  in   between\r\n\ttab\r\n   \r\n \r\n",
        "\r\n\r\nleading\r\n",
        "zażółć  \r\n",
    ];
    let messages: Vec<String> = headers
        .iter()
        .flat_map(|header| {
            bodies
                .iter()
                .map(|body| domain.signed(&format!("{header}\r\n{body}")))
                .collect::<Vec<_>>()
        })
        .collect();
    domain.all_pass(&messages);
}

#[test]
fn what_was_changed_on_the_way_does_not_pass() {
    let domain = domain(BOTH);
    let signed = domain.signed(&ours());
    let changed = [
        signed.replacen("Auto-Submitted: auto-generated", "Auto-Submitted: no", 1),
        signed.replacen("</p>", "</b>", 1),
        // A second From: why the first is signed once more.
        format!("From: someone@else.example\r\n{signed}"),
    ];
    for (verifier, said) in domain.verify(&changed) {
        assert!(said.iter().flatten().all(|good| !good), "{verifier}: {said:?}");
    }
}
