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
    /// begins with "From " (some mailboxes put a `>` before it) and none that ends in white space.
    #[must_use]
    pub fn choose(text: &str) -> Self {
        let plain = text.split('\n').all(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.len() < 990
                && line.bytes().all(|b| (0x20..0x7f).contains(&b) || b == b'\t')
                && !line.starts_with("From ")
                && !line.ends_with([' ', '\t'])
        });
        if plain {
            Self::SevenBit
        } else {
            Self::QuotedPrintable
        }
    }
}

/// Appends the text in the given encoding, ending in CRLF.
pub fn write(out: &mut String, text: &str, encoding: Encoding) {
    let text = text
        .strip_suffix('\n')
        .map_or(text, |t| t.strip_suffix('\r').unwrap_or(t));
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match encoding {
            Encoding::SevenBit => out.push_str(line),
            Encoding::QuotedPrintable => quoted_line(out, line),
        }
        out.push_str("\r\n");
    }
}

/// One logical line as encoded lines of at most 76 characters.
fn quoted_line(out: &mut String, line: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
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
        if literal {
            out.push(char::from(byte));
        } else {
            out.push('=');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
        column += width;
    }
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
            "a\0b",
            "lone\rreturn",
            &"x".repeat(990),
        ] {
            assert_eq!(Encoding::choose(text), Encoding::QuotedPrintable, "{text:?}");
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
