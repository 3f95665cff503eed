//! HTML in the form that travels best, made once for all recipients: ASCII in lines that no server on the way has to change. So nobody's
//! message needs an encoding of its own (7bit, RFC 2045, 2.7), and a signature over it survives relays that know nothing else.
//!
//! What a reader sees is the same: characters become references where HTML decodes them, and lines are broken where HTML does
//! not care. What cannot be brought into this form stays, and is encoded on the way out.

use crate::assemble::{CLOSE, MARK, OPEN};
use crate::markup::{Token, tokens};
use std::fmt::Write;

/// Beyond this many bytes a line is broken at the next place where that may be; the limit is 998 (RFC 5321, 4.5.3.1.6), and what is
/// filled in per person makes lines longer.
const LONG: usize = 600;
/// Beyond this also between words, when no tag came.
const TOO_LONG: usize = 850;

/// Brings a marked document into that form.
pub(crate) fn fit(html: &str) -> String {
    let mut out = Fitted {
        out: String::with_capacity(html.len() + html.len() / 8),
        begin: 0,
        raw: false,
        kept: 0,
    };
    for token in tokens(html) {
        match token {
            Token::Text { text, .. } => out.text(text),
            Token::Open {
                name,
                closed,
                start,
                end,
                ..
            } => {
                out.tag(&html[start..end]);
                if is_kept(name) && !closed {
                    out.kept += 1;
                }
                out.raw = is_style(name) && !closed;
            }
            Token::Close { name, start, end } => {
                out.tag(&html[start..end]);
                if is_kept(name) {
                    out.kept = out.kept.saturating_sub(1);
                }
                out.raw = false;
            }
            Token::Comment { start, end, .. } => out.comment(&html[start..end]),
        }
    }
    out.out
}

/// A value that is filled in, in the same form.
pub(crate) fn references(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            reference(&mut out, c);
        }
    }
    out
}

/// As a numeric reference, which is decoded in text and in values of attributes.
fn reference(out: &mut String, c: char) {
    let _ = write!(out, "&#{};", u32::from(c));
}

/// White space in it is what the author wrote.
fn is_kept(name: &str) -> bool {
    ["pre", "textarea"].iter().any(|it| name.eq_ignore_ascii_case(it))
}

fn is_style(name: &str) -> bool {
    ["style", "script"].iter().any(|it| name.eq_ignore_ascii_case(it))
}

struct Fitted {
    out: String,
    /// Where the last line begins.
    begin: usize,
    /// In a style sheet: references are not decoded there.
    raw: bool,
    /// How many elements around it keep their white space.
    kept: usize,
}

impl Fitted {
    fn is_long(&self) -> bool {
        self.length() > LONG
    }

    fn length(&self) -> usize {
        self.out.len() - self.begin
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.begin = self.out.len();
    }

    /// Without the white space before it, which some servers take away.
    fn line_end(&mut self) {
        let line = self.out[self.begin..].trim_end_matches([' ', '\t', '\r']);
        let end = self.begin + line.len();
        // A line of its own for `{% if … %}` must not leave its indentation behind.
        let begin = end - line.trim_start_matches([' ', '\t']).len();
        let tags_only = self.out[begin..end]
            .chars()
            .all(|c| matches!(c, OPEN | CLOSE) || c.is_ascii_digit() || c.is_ascii_whitespace());
        self.out.truncate(end);
        if tags_only && self.out[begin..].starts_with(OPEN) {
            self.out.drain(self.begin..begin);
        }
        self.line_break();
    }

    /// Also what only Outlook reads.
    fn comment(&mut self, comment: &str) {
        for c in comment.chars() {
            match c {
                '\n' if self.kept == 0 => self.line_end(),
                '\n' => self.line_break(),
                '.' if self.out.len() == self.begin => self.out.push_str(" ."),
                c => self.out.push(c),
            }
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            let kept = self.kept > 0;
            match c {
                '\n' if !kept => self.line_end(),
                '\n' => self.line_break(),
                ' ' if self.length() > TOO_LONG && !self.raw && !kept => self.line_break(),
                '.' if self.out.len() == self.begin && !kept => self.out.push_str(" ."),
                '}' if self.is_long() && self.raw => {
                    self.out.push(c);
                    self.line_break();
                }
                OPEN | CLOSE | MARK => self.out.push(c),
                c if c.is_ascii() || self.raw => self.out.push(c),
                c => reference(&mut self.out, c),
            }
        }
    }

    /// A tag as it stands; long ones are broken between attributes and before their end.
    fn tag(&mut self, tag: &str) {
        let mut quote = None;
        let last = tag.len() - usize::from(tag.ends_with('>')) - usize::from(tag.ends_with("/>"));
        for (at, c) in tag.char_indices() {
            match (c, quote) {
                (' ', None) if self.is_long() => {
                    self.line_break();
                    continue;
                }
                ('"' | '\'', None) => quote = Some(c),
                (_, Some(open)) if c == open => quote = None,
                ('>' | '/', None) if at == last && at > 1 && self.is_long() => self.line_break(),
                (OPEN | CLOSE | MARK, _) => {}
                (c, Some(_)) if !c.is_ascii() => {
                    reference(&mut self.out, c);
                    continue;
                }
                _ => {}
            }
            self.out.push(c);
            if c == '\n' {
                self.begin = self.out.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::decode;
    use proptest::prelude::*;

    #[test]
    fn characters_become_references_where_html_decodes_them() {
        assert_eq!(
            fit("<p title=\"Zażółć\">gęś 🎓</p><style>a::after{content:\"ż\"}</style>"),
            "<p title=\"Za&#380;&#243;&#322;&#263;\">g&#281;&#347; &#127891;</p><style>a::after{content:\"ż\"}</style>"
        );
        let placeholder = format!("<p>{OPEN}3{CLOSE} ż {MARK}L1{MARK}</p>");
        assert_eq!(fit(&placeholder), placeholder.replace('ż', "&#380;"));
    }

    #[test]
    fn lines_are_short_and_unremarkable() {
        let wide = format!(
            "<style>\n.a {{ color:red }}  \n</style>{}",
            "<td style=\"padding:0 1px\" align=\"left\"><a href=\"x\">word word</a></td>".repeat(60)
        );
        let fitted = fit(&wide);
        for line in fitted.lines() {
            assert!(line.len() < 900, "{line}");
            assert!(!line.starts_with('.') && !line.ends_with(' '), "{line:?}");
        }
        let joined: String = fitted.split_whitespace().collect();
        assert_eq!(joined, wide.split_whitespace().collect::<String>());
    }

    #[test]
    fn tags_on_lines_of_their_own_leave_no_white_space() {
        let html = format!("<table>\n    {OPEN}1{CLOSE}  \n  <tr></tr>\n  {OPEN}2{CLOSE}\n</table>");
        let fitted = format!("<table>\n{OPEN}1{CLOSE}\n  <tr></tr>\n{OPEN}2{CLOSE}\n</table>");
        assert_eq!(fit(&html), fitted);
    }

    #[test]
    fn what_keeps_its_white_space_is_left_alone() {
        let pre = format!("<pre>{}\n.x  \n</pre>", "a b ".repeat(400));
        assert_eq!(fit(&pre), pre);
    }

    fn seen(html: &str) -> Vec<String> {
        let words = tokens(html).map(|token| match token {
            Token::Text { text, .. } => decode(text),
            Token::Open { name, attributes, .. } => {
                let of = |(name, value): (&str, &str)| format!(" {name}={}", decode(value));
                name.to_owned()
                    + &attributes
                        .iter()
                        .map(|it| of((it.name, it.value)))
                        .collect::<String>()
            }
            Token::Close { name, .. } => format!("/{name}"),
            Token::Comment { start, end, .. } => html[start..end].to_owned(),
        });
        // White space of any kind counts as one space, none at the ends.
        words
            .map(|word| word.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    proptest! {
        #[test]
        fn nothing_that_is_seen_changes(parts in prop::collection::vec(prop_oneof![
            Just("<p class=\"a b\" title='ś \"x\" >'>".to_owned()),
            Just("</p>".to_owned()),
            Just("<br />".to_owned()),
            Just("<!-- ż -->".to_owned()),
            Just("<style>.a{b:c} .d{e:\"ł\"}</style>".to_owned()),
            "[a-zęłż .\n]{0,40}",
            "[a-z ]{800,900}",
        ], 0..20)) {
            let html = parts.concat();
            prop_assert_eq!(seen(&fit(&html)), seen(&html));
        }
    }
}
