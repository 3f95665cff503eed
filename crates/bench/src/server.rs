//! A Campanile of the release build with a data directory of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::place::Place;

/// A data directory and what is needed to run programs on it.
pub struct Installation {
    pub data: TempDir,
    binary: PathBuf,
    pub port: u16,
    settings: Vec<(String, String)>,
}

impl Installation {
    /// An empty one; `settings` are added to the environment of every program.
    pub fn new(place: &Place, settings: &[(&str, String)]) -> Result<Self> {
        let data = tempfile::Builder::new().prefix("campanile-bench-").tempdir()?;
        Command::new("chmod").arg("755").arg(data.path()).status()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Ok(Self {
            data,
            binary: place.campanile(),
            port,
            settings,
        })
    }

    /// What its programs are told.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut all = vec![
            (
                "CAMPANILE_DATA_DIR".to_owned(),
                self.data.path().display().to_string(),
            ),
            ("CAMPANILE_LISTEN".to_owned(), format!("127.0.0.1:{}", self.port)),
            ("CAMPANILE_LOG".to_owned(), "warn".to_owned()),
        ];
        all.extend(self.settings.iter().cloned());
        all
    }

    /// A command of the server's program on this installation.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).envs(self.environment());
        command
    }

    /// Runs a command to its end and returns what it printed.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let output = self
            .command(args)
            .output()
            .context("the release build: cargo xtask build")?;
        ensure!(
            output.status.success(),
            "campanile {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts `serve` and waits until it is ready.
    pub fn serve(&self) -> Result<Running> {
        self.start(&["serve"])
    }

    /// Starts `serve --no-jobs` and waits until it is ready.
    pub fn serve_only(&self) -> Result<Running> {
        self.start(&["serve", "--no-jobs"])
    }

    /// Starts a worker that sends to a port of this machine over so many connections. It is ready when it says so.
    pub fn worker(&self, port: u16, connections: usize) -> Result<Running> {
        let mut child = self
            .command(&["worker"])
            .env("CAMPANILE_SMTP_URL", format!("smtp://127.0.0.1:{port}?tls=none"))
            .env("CAMPANILE_SMTP_CONNECTIONS", connections.to_string())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(
                self.data.path().with_extension("worker.log"),
            )?)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("its output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let running = Running { child };
        ensure!(line.contains("ready"), "the worker did not start: {line}");
        Ok(running)
    }

    fn start(&self, args: &[&str]) -> Result<Running> {
        let log = self.data.path().with_extension("log");
        let child = self
            .command(args)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?;
        let mut running = Running { child };
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            if get(self.port, "/readyz", "").is_ok_and(|(status, _)| status == 200) {
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                bail!(
                    "the server ended with {status}: {}",
                    std::fs::read_to_string(&log).unwrap_or_default()
                );
            }
            ensure!(
                Instant::now() < deadline,
                "the server was not ready after two minutes"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The folder of the socket on which the private cluster listens while it runs (line 5 of its `postmaster.pid`).
    pub fn socket(&self) -> Result<String> {
        let path = self.cluster().join("postmaster.pid");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(text
            .lines()
            .nth(4)
            .context("no socket in postmaster.pid")?
            .to_owned())
    }

    /// The folder of the private cluster's data.
    pub fn cluster(&self) -> PathBuf {
        self.data.path().join("postgres")
    }
}

/// A server that is stopped when dropped.
pub struct Running {
    child: Child,
}

impl Running {
    /// Megabytes that it held at most.
    pub fn peak_memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The same as an operator's: it stops its database before it ends.
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own: status and body.
pub fn get(port: u16, path: &str, headers: &str) -> Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}\r\n"
    )?;
    answer(&mut stream)
}

/// Reads an answer until the connection ends.
pub fn answer(stream: &mut TcpStream) -> Result<(u16, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|text| text.parse().ok())
        .context("no HTTP answer")?;
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest)?;
    Ok((status, rest))
}

/// Where a file is that only the benches write.
pub fn scratch(data: &Path, name: &str) -> PathBuf {
    data.with_extension(name)
}
