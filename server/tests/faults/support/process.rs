//! A process that can be killed, frozen, woken and asked to stop.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Killed when dropped, by its id.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// What it prints goes to the end of `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            log: log.to_owned(),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The end of what it said, for messages.
    pub fn said(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// How often it (and those before it with the same log) said something.
    pub fn said_times(&self, what: &str) -> usize {
        let text = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&text).matches(what).count()
    }

    /// `kill -9`, and waits for its end. Says whether it was still alive.
    pub fn kill(mut self) -> bool {
        self.child.kill().unwrap();
        self.child.wait().unwrap().signal() == Some(9)
    }

    /// SIGSTOP: it does nothing any more, not even notice that time passes.
    pub fn freeze(&self) {
        signal(self.id(), "STOP");
    }

    /// SIGCONT.
    pub fn wake(&self) {
        signal(self.id(), "CONT");
    }

    /// SIGTERM, and how it ended and when.
    pub fn stop(mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        signal(self.id(), "TERM");
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "it does not stop:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone after the other ways to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}\n---", self.log.display(), self.said());
        }
    }
}

/// Sends a signal to a process of this test.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -s {name} {process}");
}

/// The processes that a process has started itself.
pub fn children_of(parent: u32) -> Vec<u32> {
    let found = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &parent.to_string()])
        .output()
        .unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}
