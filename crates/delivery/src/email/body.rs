//! Bodies: line ends made CRLF; plain where the wire allows, else quoted-printable (RFC 2045, 6.7).

/// How a part travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// ASCII in short lines, as it is.
    SevenBit,
    /// Everything else.
    QuotedPrintable,
}

impl Encoding {
    /// The value of Content-Transfer-Encoding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::QuotedPrintable => "quoted-printable",
        }
    }

    /// Plain only when nothing on the way could change it: ASCII without controls, lines below 990 bytes, no line that
    /// begins with "From " (some mailboxes put a `>` before it) or with a dot (SMTP would put another before it), and none
    /// that ends in white space.
    #[must_use]
    pub fn choose(text: &str) -> Self {
        if text.is_ascii() && lines(text).all(is_plain) {
            Self::SevenBit
        } else {
            Self::QuotedPrintable
        }
    }
}

fn is_plain(line: &str) -> bool {
    // Without an early end, so that the compiler looks at many bytes at once.
    let clean = line.bytes().fold(true, |clean, byte| {
        clean & ((byte >= 0x20) & (byte != 0x7f) | (byte == b'\t'))
    });
    clean
        && line.len() < 990
        && !line.starts_with('.')
        && !line.starts_with("From ")
        && !line.ends_with([' ', '\t'])
}

/// Lines without their ends, be they LF or CRLF; behind the last end there is another, perhaps empty, line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len()));
    ends.scan(0, move |start, end| {
        let line = text.get(*start..end).unwrap_or_default();
        *start = end + 1;
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

/// Appends the text in the given encoding, ending in CRLF.
pub fn write(out: &mut String, text: &str, encoding: Encoding) {
    let text = text
        .strip_suffix('\n')
        .map_or(text, |t| t.strip_suffix('\r').unwrap_or(t));
    for line in lines(text) {
        match encoding {
            Encoding::SevenBit => out.push_str(line),
            Encoding::QuotedPrintable => quoted_line(out, line),
        }
        out.push_str("\r\n");
    }
}

/// `=00=01…=FF`: three characters a byte.
const ESCAPES: &str = {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    const TABLE: [u8; 768] = {
        let mut table = [b'='; 768];
        let mut byte = 0;
        while byte < 256 {
            table[3 * byte + 1] = HEX[byte >> 4];
            table[3 * byte + 2] = HEX[byte & 15];
            byte += 1;
        }
        table
    };
    match std::str::from_utf8(&TABLE) {
        Ok(text) => text,
        Err(_) => panic!("hexadecimal digits are ASCII"),
    }
};

/// Characters of an encoded line, without the `=` of a soft break.
const WIDTH: usize = 75;

/// One logical line as encoded lines of at most 76 characters. What needs no escape is copied a run at a time.
fn quoted_line(out: &mut String, line: &str) {
    let bytes = line.as_bytes();
    let (mut at, mut column) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.len() - at;
        let mut run = literal_run(&bytes[at..]);
        if run == rest && matches!(bytes.last(), Some(b' ' | b'\t')) {
            run -= 1;
        }
        let must_escape = column == 0 && (byte == b'.' || at == 0 && line.starts_with("From "));
        if run == 0 || must_escape {
            // The last of a line needs no room for a soft break behind it.
            if column + 3 > WIDTH + usize::from(rest == 1) {
                out.push_str("=\r\n");
                column = 0;
            }
            let escape = 3 * usize::from(byte);
            out.push_str(&ESCAPES[escape..escape + 3]);
            column += 3;
            at += 1;
        } else if run == rest && column + run <= WIDTH + 1 {
            out.push_str(&line[at..]);
            return;
        } else if column == WIDTH {
            out.push_str("=\r\n");
            column = 0;
        } else {
            let fits = run.min(WIDTH - column);
            out.push_str(&line[at..at + fits]);
            column += fits;
            at += fits;
        }
    }
}

/// How many bytes from the beginning stand for themselves; white space does, unless it ends the line.
fn literal_run(bytes: &[u8]) -> usize {
    let literal = |byte: u8| (0x20..0x7f).contains(&byte) & (byte != b'=') | (byte == b'\t');
    // More than one encoded line is not needed at a time.
    let bytes = &bytes[..bytes.len().min(WIDTH + 2)];
    let whole = bytes
        .chunks_exact(16)
        .take_while(|chunk| chunk.iter().fold(true, |all, &byte| all & literal(byte)))
        .count();
    let start = whole * 16;
    let more = bytes[start..].iter().position(|&byte| !literal(byte));
    more.map_or(bytes.len(), |more| start + more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        write(&mut out, text, Encoding::QuotedPrintable);
        out
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let joined = text.replace("=\r\n", "");
        let mut rest = joined.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            if first == b'=' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            } else {
                bytes.push(first);
                rest = tail;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn plain_only_when_nothing_can_change_it() {
        assert_eq!(Encoding::choose("Hello\nworld\r\n"), Encoding::SevenBit);
        for text in [
            "Zażółć",
            "From here",
            "x\nFrom here",
            "trailing \nspace",
            ".",
            "x\r\n.y",
            "a\0b",
            "lone\rreturn",
            &"x".repeat(990),
        ] {
            assert_eq!(Encoding::choose(text), Encoding::QuotedPrintable, "{text:?}");
        }
    }

    /// The same, byte by byte.
    fn slow_line(out: &mut String, line: &str) {
        let bytes = line.as_bytes();
        let mut column = 0;
        for (n, &byte) in bytes.iter().enumerate() {
            let last = n + 1 == bytes.len();
            let literal = match byte {
                b'=' => false,
                b' ' | b'\t' => !last,
                b'F' if n == 0 => !line.starts_with("From "),
                b'.' if column == 0 => false,
                0x21..=0x7e => true,
                _ => false,
            };
            let width = if literal { 1 } else { 3 };
            if column + width > if last { 76 } else { 75 } {
                out.push_str("=\r\n");
                column = 0;
            }
            // A soft break may have put a dot at the beginning.
            if literal && !(byte == b'.' && column == 0) {
                out.push(char::from(byte));
                column += 1;
            } else {
                out.push_str(&format!("={byte:02X}"));
                column += 3;
            }
        }
    }

    #[test]
    fn special_places() {
        assert_eq!(encoded("From me"), "=46rom me\r\n");
        assert_eq!(encoded(".dot"), "=2Edot\r\n");
        assert_eq!(encoded("end "), "end=20\r\n");
        assert_eq!(encoded("a\n\nb\n"), "a\r\n\r\nb\r\n");
    }

    proptest! {
        #[test]
        fn runs_and_bytes_come_to_the_same(line in "([ -~\t]{0,100}|[.]{0,80}|[=ąż. ]{0,40}|(?s:.){0,3}|From ){0,5}") {
            let (mut fast, mut slow) = (String::new(), String::new());
            quoted_line(&mut fast, &line);
            slow_line(&mut slow, &line);
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn no_line_ever_begins_with_a_dot(text in "(?s)([.]{0,200}|\r?\n|[a-zą .=]{0,90}){0,30}") {
            let mut out = String::from("\r\n");
            write(&mut out, &text, Encoding::choose(&text));
            prop_assert!(!out.contains("\r\n."), "{}", out);
        }

        #[test]
        fn reads_back_and_keeps_lines_short(text in "(?s).{0,400}") {
            let text = text.replace("\r\n", "\n");
            let out = encoded(&text);
            prop_assert!(out.is_ascii());
            prop_assert!(out.split("\r\n").all(|line| line.len() <= 76));
            let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(&text).split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).collect();
            prop_assert_eq!(decoded(&out), format!("{}\r\n", lines.join("\r\n")));
        }
    }
}
