//! The relay: npm's `smtp-server`, scripted by `end2end/peers/faulty_sink.mjs`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::peers;

/// Ends with the test.
pub struct Sink {
    child: Child,
    pub port: u16,
    line: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    log: Mutex<Log>,
    _folder: TempDir,
}

/// One line of its log: `accepted`, or where which rule bit.
#[derive(Clone, Debug)]
pub struct Event {
    pub what: String,
    pub to: String,
    pub message_id: String,
}

/// The log as far as it has been read.
struct Log {
    file: File,
    rest: Vec<u8>,
    events: Vec<Event>,
    accepted: usize,
}

impl Sink {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        File::create(&path).unwrap();
        let mut child = Command::new("node")
            .arg(peers::scripts().join("faulty_sink.mjs"))
            .arg(peers::peers())
            .arg(&path)
            .arg("0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        said.read_line(&mut port).unwrap();
        let log = Log {
            file: File::open(&path).unwrap(),
            rest: Vec::new(),
            events: Vec::new(),
            accepted: 0,
        };
        Self {
            port: port.trim().parse().expect("the sink prints its port"),
            line: Mutex::new((child.stdin.take().unwrap(), said)),
            log: Mutex::new(log),
            child,
            _folder: folder,
        }
    }

    /// How it misbehaves from now on; nothing: not at all.
    pub fn rules(&self, rules: &[Rule]) {
        let rules: Vec<&Value> = rules.iter().map(|rule| &rule.0).collect();
        self.command(&json!({"do": "rules", "rules": rules}));
    }

    /// A pause before each reply to MAIL, RCPT and the final dot.
    pub fn delay(&self, milliseconds: u32) {
        self.command(&json!({"do": "delay", "ms": milliseconds}));
    }

    /// Nobody listens any more; who is connected is told 421 at their next message.
    pub fn refuse(&self) {
        self.command(&json!({"do": "refuse"}));
    }

    pub fn listen(&self) {
        self.command(&json!({"do": "listen"}));
    }

    /// Waits until nobody is connected any more: only then the log holds all that was on the way.
    pub fn settle(&self) {
        self.command(&json!({"do": "settled"}));
    }

    /// How many messages it has accepted.
    pub fn accepted(&self) -> usize {
        self.log().accepted
    }

    /// All that happened.
    pub fn events(&self) -> Vec<Event> {
        self.log().events.clone()
    }

    /// How often something happened, such as `dot.drop`.
    pub fn count(&self, what: &str) -> usize {
        self.log()
            .events
            .iter()
            .filter(|event| event.what == what)
            .count()
    }

    fn command(&self, command: &Value) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(line.0, "{command}").unwrap();
        let mut answer = String::new();
        line.1.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "done", "{command}");
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.read();
        log
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Log {
    fn read(&mut self) {
        self.file.read_to_end(&mut self.rest).unwrap();
        let whole = self
            .rest
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.rest.drain(..whole).collect();
        for line in String::from_utf8(lines).unwrap().lines() {
            let [what, to, message_id] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("a line of the sink: {line}")
            };
            self.accepted += usize::from(what == "accepted");
            self.events.push(Event {
                what: what.to_owned(),
                to: to.to_owned(),
                message_id: message_id.to_owned(),
            });
        }
    }
}

/// A misbehaviour at a stage: `mail`, `rcpt`, `content` (its first bytes) or `dot` (all of it).
#[derive(Clone)]
pub struct Rule(Value);

impl Rule {
    /// Answers so; with 421 it closes the connection after that.
    pub fn reply(stage: &str, reply: &str) -> Self {
        Self(json!({"stage": stage, "act": "reply", "reply": reply}))
    }

    /// Closes the connection without an answer.
    pub fn drop(stage: &str) -> Self {
        Self(json!({"stage": stage, "act": "drop"}))
    }

    /// Never answers.
    pub fn stall(stage: &str) -> Self {
        Self(json!({"stage": stage, "act": "stall"}))
    }

    /// Only for recipients that begin so.
    pub fn to(mut self, prefix: &str) -> Self {
        self.0["to"] = prefix.into();
        self
    }

    /// Only so often.
    pub fn times(mut self, times: u32) -> Self {
        self.0["left"] = times.into();
        self
    }
}
