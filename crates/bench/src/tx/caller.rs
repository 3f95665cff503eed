//! One kept connection of a calling system: HTTP/1.1, one call after the other.

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Caller {
    stream: TcpStream,
    token: String,
    read: Vec<u8>,
}

impl Caller {
    pub async fn connect(port: u16, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            token: token.to_owned(),
            read: Vec::with_capacity(4096),
        })
    }

    /// Posts JSON and wants it accepted.
    pub async fn post(&mut self, path: &str, body: &str) -> Result<()> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        let end = memchr::memmem::Finder::new(b"\r\n\r\n");
        loop {
            ensure!(
                self.stream.read_buf(&mut self.read).await? > 0,
                "the connection was closed"
            );
            let Some(head) = end.find(&self.read) else {
                continue;
            };
            let text = std::str::from_utf8(&self.read[..head])?.to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("no length")?.trim().parse()?;
            if self.read.len() < head + 4 + length {
                continue;
            }
            ensure!(
                text.starts_with("http/1.1 202"),
                "{}",
                String::from_utf8_lossy(&self.read)
            );
            return Ok(());
        }
    }
}
