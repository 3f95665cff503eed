//! The content on its way: dots stuffed where there are any, and no copy made where there are none.

use std::io::IoSlice;

use memchr::memmem;

use super::{Connection, Content, Envelope, wire::Broken};

impl Connection {
    /// Content, final dot and the next envelope, in one write.
    pub(super) async fn write_content(
        &mut self,
        content: Content<'_>,
        next: Option<&Envelope<'_>>,
    ) -> Result<(), Broken> {
        let Content { signature, message } = content;
        self.commands.clear();
        let last = if message.is_empty() { signature } else { message };
        if !last.ends_with("\r\n") {
            self.commands.extend_from_slice(b"\r\n");
        }
        self.commands.extend_from_slice(b".\r\n");
        if let Some(next) = next {
            // A transaction that came as far as its content is ended by it.
            self.group(next);
        }
        self.stuffed.clear();
        let limit = self.timeouts.content;
        if needs_stuffing(signature) || needs_stuffing(message) {
            stuff(&mut self.stuffed, signature);
            stuff(&mut self.stuffed, message);
            let mut pieces = [IoSlice::new(&self.stuffed), IoSlice::new(&self.commands)];
            self.wire.write(&mut pieces, limit).await
        } else {
            let mut pieces = [
                IoSlice::new(signature.as_bytes()),
                IoSlice::new(message.as_bytes()),
                IoSlice::new(&self.commands),
            ];
            self.wire.write(&mut pieces, limit).await
        }
    }
}

/// Lines that begin with a dot get another (RFC 5321, 4.5.2). A piece always begins a line.
fn needs_stuffing(piece: &str) -> bool {
    piece.starts_with('.') || memmem::find(piece.as_bytes(), b"\r\n.").is_some()
}

fn stuff(out: &mut Vec<u8>, piece: &str) {
    if piece.starts_with('.') {
        out.push(b'.');
    }
    let bytes = piece.as_bytes();
    let mut from = 0;
    for at in memmem::find_iter(bytes, b"\r\n.") {
        out.extend_from_slice(&bytes[from..at + 2]);
        out.push(b'.');
        from = at + 2;
    }
    out.extend_from_slice(&bytes[from..]);
}

#[cfg(test)]
mod tests {
    use super::{needs_stuffing, stuff};

    #[test]
    fn dots_are_stuffed_where_a_line_begins_with_one() {
        for (given, wanted) in [
            ("a\r\n", "a\r\n"),
            (".\r\n", "..\r\n"),
            ("a\r\n.\r\n.b\r\n", "a\r\n..\r\n..b\r\n"),
            ("a.b\r\nc.\r\n", "a.b\r\nc.\r\n"),
            ("\r\n.\r\n", "\r\n..\r\n"),
            ("", ""),
        ] {
            let mut out = Vec::new();
            stuff(&mut out, given);
            assert_eq!(String::from_utf8(out).unwrap(), wanted, "{given:?}");
            assert_eq!(needs_stuffing(given), given != wanted, "{given:?}");
        }
    }
}
