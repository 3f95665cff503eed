//! Who takes the mail: Postfix's `smtp-sink`, and a sink of ours that thinks for 20 ms about each message.

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// Postfix's own generator.
pub fn source(port: u16, messages: usize) -> Result<f64> {
    let began = Instant::now();
    let status = Command::new(program("smtp-source")?)
        .args([
            "-d",
            "-s",
            "50",
            "-l",
            "10240",
            "-m",
            &messages.to_string(),
            &format!("127.0.0.1:{port}"),
        ])
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "smtp-source: {status}");
    let messages = u32::try_from(messages).context("fewer messages")?;
    Ok(f64::from(messages) / began.elapsed().as_secs_f64())
}

/// Takes every message and forgets it.
pub struct Sink {
    child: Child,
    pub port: u16,
}

impl Sink {
    pub fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program("smtp-sink")?);
        // It refuses to stay root.
        let me = Command::new("id").arg("-u").output()?;
        if me.stdout.starts_with(b"0\n") {
            command.args(["-u", "nobody"]);
        }
        let child = command
            .args([&format!("127.0.0.1:{port}"), "1000"])
            .stdout(Stdio::null())
            .spawn()?;
        let sink = Self { child, port };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(Instant::now() < deadline, "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(sink)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps them in /usr/sbin.
fn program(name: &str) -> Result<String> {
    for folder in ["/usr/sbin", "/usr/bin"] {
        let path = format!("{folder}/{name}");
        if std::path::Path::new(&path).exists() {
            return Ok(path);
        }
    }
    bail!("no {name}: scripts/bootstrap.sh bench")
}

/// Answers every final dot after a while, on as many connections as come. Runs on a thread of its own until the process ends.
pub fn slow(pause: Duration) -> Result<u16> {
    start(pause, Came::default())
}

/// When messages with the subject `Order <number>` were answered.
pub struct Arrivals {
    pub port: u16,
    came: Came,
}

type Came = Arc<Mutex<HashMap<usize, Instant>>>;

impl Arrivals {
    /// When this order's message was taken.
    pub fn at(&self, order: usize) -> Option<Instant> {
        self.came
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&order)
            .copied()
    }

    /// Forgets what came so far.
    pub fn forget(&self) {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Answers at once and remembers when.
pub fn watched() -> Result<Arrivals> {
    let came = Came::default();
    let port = start(Duration::ZERO, Arc::clone(&came))?;
    Ok(Arrivals { port, came })
}

/// The number in the subject, in the first piece of a message.
fn order(head: &[u8]) -> Option<usize> {
    let mark = b"\r\nSubject: Order ";
    let at = memchr::memmem::find(head, mark)? + mark.len();
    let digits = head[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    std::str::from_utf8(&head[at..at + digits]).ok()?.parse().ok()
}

fn start(pause: Duration, came: Came) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                return;
            };
            while let Ok((stream, _)) = listener.accept().await {
                let came = Arc::clone(&came);
                tokio::spawn(async move {
                    let _ = session(stream, pause, &came).await;
                });
            }
        });
    });
    Ok(port)
}

/// The least an SMTP server with PIPELINING must do.
async fn session(stream: tokio::net::TcpStream, pause: Duration, came: &Came) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(32 * 1024, read);
    write.write_all(b"220 sink ESMTP\r\n").await?;
    let mut line = Vec::new();
    let end = memchr::memmem::Finder::new(b"\r\n.\r\n");
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_slice() {
            b"EHLO" => b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
            b"DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                // The content is looked through as it comes, with what could be the beginning of its end.
                line.clear();
                line.extend_from_slice(b"\r\n");
                let mut number = None;
                loop {
                    let piece = read.fill_buf().await?;
                    if piece.is_empty() {
                        return Ok(());
                    }
                    number = number.or_else(|| order(piece));
                    let known = line.len();
                    line.extend_from_slice(piece);
                    let piece = piece.len();
                    if let Some(at) = end.find(&line) {
                        read.consume(at + 5 - known);
                        break;
                    }
                    read.consume(piece);
                    line.drain(..line.len().saturating_sub(4));
                }
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                if let Some(number) = number {
                    let at = Instant::now();
                    came.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(number, at);
                }
                b"250 2.0.0 taken\r\n"
            }
            b"QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => b"250 2.0.0 ok\r\n",
        };
        write.write_all(answer).await?;
    }
}
