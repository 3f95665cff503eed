//! Mail peers that are not ours: aiosmtpd as the relay, Python's `email` and npm's `mailparser` as readers. What cannot be
//! got fails the test; nothing is skipped.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod script;

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

pub fn scripts() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|dir| dir.join("end2end/peers"))
        .find(|dir| dir.is_dir())
        .expect("end2end/peers")
}

/// The folder with the peers, got on first use.
pub fn peers() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let output = Command::new("bash")
            .arg(scripts().join("setup.sh"))
            .stderr(Stdio::inherit())
            .output()
            .expect("bash");
        assert!(output.status.success(), "the mail peers could not be got");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    })
}

pub fn python() -> PathBuf {
    peers().join("venv/bin/python")
}

/// A running aiosmtpd; ends with the test.
pub struct Sink {
    child: Child,
    pub port: u16,
    out: PathBuf,
    _dir: tempfile::TempDir,
}

/// One message as the sink received it.
pub struct Received {
    pub from: String,
    pub to: String,
    /// All recipients of its envelope.
    pub all: Value,
    pub raw: Vec<u8>,
    pub tls: bool,
    pub user: String,
    /// Messages to the same domain that waited for their answer at that moment, this one among them.
    pub at_once: u64,
}

impl Sink {
    pub fn start(args: &[&str]) -> Self {
        Self::start_on(0, args)
    }

    /// On a given port: a relay that comes back.
    pub fn start_on(port: u16, args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("mail.jsonl");
        let mut child = Command::new(python())
            .arg(scripts().join("smtp_sink.py"))
            .arg("--out")
            .arg(&out)
            .arg("--port")
            .arg(port.to_string())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().expect("the sink prints its port");
        Self {
            child,
            port,
            out,
            _dir: dir,
        }
    }

    pub fn received(&self) -> Vec<Received> {
        // The relay may be in the middle of a line.
        let text = std::fs::read_to_string(&self.out).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .map(|line| {
                let value: Value = serde_json::from_str(line).unwrap();
                Received {
                    from: value["from"].as_str().unwrap_or_default().to_owned(),
                    to: value["to"][0].as_str().unwrap().to_owned(),
                    all: value["to"].clone(),
                    raw: STANDARD.decode(value["raw"].as_str().unwrap()).unwrap(),
                    tls: value["tls"].as_bool().unwrap(),
                    user: value["user"].as_str().unwrap().to_owned(),
                    at_once: value["atOnce"].as_u64().unwrap(),
                }
            })
            .collect()
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn pipe(command: &mut Command, input: &[u8]) -> Vec<Value> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let lines = output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// One message a line, in base64: what both scripts read.
fn lines(raws: &[&[u8]]) -> Vec<u8> {
    raws.iter()
        .flat_map(|raw| (STANDARD.encode(raw) + "\n").into_bytes())
        .collect()
}

/// What Python's parser understands, message by message.
pub fn read_all_with_python(raws: &[&[u8]]) -> Vec<Value> {
    pipe(
        Command::new(python()).arg(scripts().join("read_back.py")),
        &lines(raws),
    )
}

/// What npm's mailparser understands, message by message.
pub fn read_all_with_mailparser(raws: &[&[u8]]) -> Vec<Value> {
    pipe(
        Command::new("node")
            .arg(scripts().join("read_back.mjs"))
            .arg(peers()),
        &lines(raws),
    )
}

/// [`read_all_with_python`] for one.
pub fn read_with_python(raw: &[u8]) -> Value {
    read_all_with_python(&[raw]).remove(0)
}

/// [`read_all_with_mailparser`] for one.
pub fn read_with_mailparser(raw: &[u8]) -> Value {
    read_all_with_mailparser(&[raw]).remove(0)
}
