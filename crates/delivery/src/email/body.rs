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
        if lines(text).all(is_plain) {
            Self::SevenBit
        } else {
            Self::QuotedPrintable
        }
    }
}

fn is_plain(line: &str) -> bool {
    // Without an early end, so that the compiler looks at many bytes at once.
    let others = line.bytes().fold(0, |others, byte| {
        others | u8::from(byte.wrapping_sub(0x20) > 0x5e) & u8::from(byte != b'\t')
    });
    others == 0
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

/// Characters of an encoded line, without the `=` of a soft break.
const WIDTH: usize = 75;

/// One logical line as encoded lines of at most 76 characters.
fn quoted_line(out: &mut String, line: &str) {
    let Some((&last, body)) = line.as_bytes().split_last() else {
        return;
    };
    let mut encoder = Quoted {
        out,
        line: [0; WIDTH + 9],
        column: 0,
    };
    let mut at = 0;
    if line.starts_with("From ") {
        encoder.escape(b'F');
        at = 1;
    }
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        at += encoder.take(rest);
    }
    // The last of a line needs no room for a soft break behind it, and may not be white space.
    let literal = is_literal(last) && !matches!(last, b' ' | b'\t') && !(last == b'.' && encoder.column == 0);
    if literal {
        encoder.put(last);
    } else {
        if encoder.column + 3 > WIDTH + 1 {
            encoder.soft_break();
        }
        encoder.escape(last);
    }
    encoder.flush();
}

fn is_literal(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b'=' || byte == b'\t'
}

/// An encoded line in the making.
struct Quoted<'a> {
    out: &'a mut String,
    /// With room for eight bytes more than a line has, and the `=` of a soft break.
    line: [u8; WIDTH + 9],
    column: usize,
}

impl Quoted<'_> {
    /// Encodes one byte or some that need no escape; says how many.
    fn take(&mut self, rest: &[u8]) -> usize {
        let byte = rest[0];
        if self.column == WIDTH {
            self.soft_break();
        }
        if self.column == 0 && byte == b'.' {
            self.escape(byte);
            return 1;
        }
        if let Some(word) = rest.first_chunk::<8>() {
            // All eight are copied, those that count stay.
            self.line[self.column..self.column + 8].copy_from_slice(word);
            let count = literals(*word).min(WIDTH - self.column);
            self.column += count;
            if count > 0 {
                return count;
            }
        }
        if is_literal(byte) {
            self.put(byte);
        } else {
            if self.column + 3 > WIDTH {
                self.soft_break();
            }
            self.escape(byte);
        }
        1
    }

    fn put(&mut self, byte: u8) {
        self.line[self.column] = byte;
        self.column += 1;
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let escape = [b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        self.line[self.column..self.column + 3].copy_from_slice(&escape);
        self.column += 3;
    }

    fn soft_break(&mut self) {
        self.put(b'=');
        self.flush();
        self.out.push_str("\r\n");
        self.column = 0;
    }

    fn flush(&mut self) {
        // What was put there is ASCII.
        let line = std::str::from_utf8(&self.line[..self.column]).unwrap_or_default();
        self.out.push_str(line);
    }
}

/// How many of eight bytes, from the first, are printable ASCII and no equals sign. A tab ends it too: it is rare.
///
/// The usual arithmetic on a word: the high bit of a byte is set where a condition holds; above the lowest such byte a
/// borrow may set others wrongly, which does not matter as only the lowest is looked for.
fn literals(word: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let word = u64::from_le_bytes(word);
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let others = (word | below(word, 0x20) | equal(b'=') | equal(0x7f)) & HIGH;
    others.trailing_zeros() as usize / 8
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
