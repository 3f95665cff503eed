//! The relaxed canonical forms (RFC 6376, 3.4.2 and 3.4.4), in one pass.

use aws_lc_rs::digest::{Context, Digest, SHA256};

/// Header, with the line end of its last field, and body.
pub(super) fn split(message: &str) -> (&str, &str) {
    if let Some(body) = message.strip_prefix("\r\n") {
        return ("", body);
    }
    match memchr::memmem::find(message.as_bytes(), b"\r\n\r\n") {
        Some(at) => (&message[..at + 2], &message[at + 4..]),
        None => (message, ""),
    }
}

/// The fields of a header, name and value, the value with its folds.
pub(super) fn fields(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = 0;
            loop {
                end += rest[end..].find("\r\n").map_or(rest.len() - end, |at| at + 2);
                if !rest[end..].starts_with([' ', '\t']) {
                    break;
                }
            }
            let (field, more) = rest.split_at(end);
            rest = more;
            if let Some((name, value)) = field.split_once(':') {
                return Some((name.trim_end_matches([' ', '\t']), value));
            }
        }
        None
    })
}

/// Appends a field: unfolded, white space made one space and none at either end. The name is given in small letters.
pub(super) fn field(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push(':');
    let begin = out.len();
    let mut rest = value;
    while !rest.is_empty() {
        let end = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        out.push_str(&rest[..end]);
        let after = rest[end..].trim_start_matches([' ', '\t', '\r', '\n']);
        let gap = &rest[end..rest.len() - after.len()];
        // A line end alone is no white space: unfolding takes it away.
        if gap.contains([' ', '\t']) && !after.is_empty() && out.len() > begin {
            out.push(' ');
        }
        rest = after;
    }
    out.push_str("\r\n");
}

/// SHA-256 of the body: white space made one space, none at the end of a line, no empty lines at the end.
pub(super) fn body_hash(body: &str) -> Digest {
    let mut context = Context::new(&SHA256);
    body_pieces(body, |piece| context.update(piece));
    context.finish()
}

/// Hands on the canonical body in pieces as large as they come: nearly all of it stays as it is.
fn body_pieces<'a>(body: &'a str, mut take: impl FnMut(&'a [u8])) {
    let mut bytes = body.as_bytes();
    loop {
        bytes = match bytes {
            [before @ .., b'\r', b'\n'] | [before @ .., b' ' | b'\t'] => before,
            _ => break,
        };
    }
    if bytes.is_empty() {
        return;
    }
    // From where on nothing was handed on yet, and up to where white space is dealt with.
    let (mut from, mut done) = (0, 0);
    for at in memchr::memchr2_iter(b' ', b'\t', bytes) {
        if at < done {
            continue;
        }
        let gap = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        done = at + gap.count();
        let ends_line = bytes[done..].starts_with(b"\r\n");
        if ends_line || done - at > 1 || bytes[at] == b'\t' {
            take(&bytes[from..at]);
            if !ends_line {
                take(b" ");
            }
            from = done;
        }
    }
    take(&bytes[from..]);
    take(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(text: &str) -> String {
        let mut out = Vec::new();
        body_pieces(text, |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    fn header(text: &str) -> String {
        let mut out = String::new();
        for (name, value) in fields(text) {
            field(&mut out, &name.to_ascii_lowercase(), value);
        }
        out
    }

    /// Rule by rule, as RFC 6376 has them.
    fn slow_body(text: &str) -> String {
        let mut lines: Vec<String> = text
            .split("\r\n")
            .map(|line| {
                let mut out = String::new();
                for c in line.chars() {
                    match c {
                        ' ' | '\t' if out.ends_with(' ') => {}
                        ' ' | '\t' => out.push(' '),
                        c => out.push(c),
                    }
                }
                out.trim_end_matches(' ').to_owned()
            })
            .collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.iter().map(|line| format!("{line}\r\n")).collect()
    }

    #[test]
    fn the_example_of_the_standard() {
        // RFC 6376, 3.4.5.
        assert_eq!(header("A: X\r\nB : Y\t\r\n\tZ  \r\n"), "a:X\r\nb:Y Z\r\n");
        assert_eq!(body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
    }

    #[test]
    fn odd_headers_and_bodies() {
        assert_eq!(split("A: b\r\n\r\nc\r\n"), ("A: b\r\n", "c\r\n"));
        assert_eq!(split("A: b\r\n"), ("A: b\r\n", ""));
        assert_eq!(split("\r\nbody\r\n"), ("", "body\r\n"));
        assert_eq!(split("A: b\r\n\r\n"), ("A: b\r\n", ""));
        assert_eq!(
            header("A:\r\n  b\r\n\tc  d\r\nE:\r\nno field\r\nF:g:h"),
            "a:b c d\r\ne:\r\nf:g:h\r\n"
        );
        for (given, wanted) in [
            ("", ""),
            ("\r\n\r\n", ""),
            (" \t\r\n \r\n", ""),
            ("a", "a\r\n"),
            ("a \r\n\r\nb\t \r\n \t\r\n", "a\r\n\r\nb\r\n"),
            (" a", " a\r\n"),
            ("\t\ta", " a\r\n"),
            ("\r\na", "\r\na\r\n"),
        ] {
            assert_eq!(body(given), wanted, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_come_to_what_the_rules_say(text in "([a-zą]{0,5}|[ \t]{0,4}|(\r\n){0,3}){0,30}") {
            prop_assert_eq!(body(&text), slow_body(&text));
        }

        #[test]
        fn folding_makes_no_difference(words in prop::collection::vec("[!-~]{1,8}", 1..20), folds in prop::collection::vec("[ \t]{1,3}|\r\n[ \t]{1,3}", 20)) {
            let folded: String = words.iter().zip(&folds).map(|(word, fold)| format!("{fold}{word}")).collect();
            prop_assert_eq!(header(&format!("Subject:{folded} \r\n")), format!("subject:{}\r\n", words.join(" ")));
        }

        #[test]
        fn any_header_is_read(text in "([A-Za-z: \t]|\r\n){0,80}") {
            for (_, value) in fields(&text) {
                let mut out = String::new();
                field(&mut out, "x", value);
                prop_assert!(!out.contains("  ") && !out.contains('\t') && !out.starts_with("x: ") && !out.ends_with(" \r\n"));
            }
        }
    }
}
