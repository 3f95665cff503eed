//! The text part made from the HTML, so that every message has one that says the same.
//!
//! mrml's HTML is nested tables; a general converter draws them. This one reads in order: blocks become paragraphs,
//! list items get a dash, images their alternative text, links their address behind the words.

use crate::assemble::{MARK, cut};
use crate::markup::{Token, decode, tokens};

/// What ends the line before and after it; `2`: with an empty line.
fn breaks(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "blockquote" | "hr" => 2,
        "div" | "table" | "tr" | "li" | "section" | "article" | "header" | "footer" => 1,
        _ => 0,
    }
}

/// `is_block`: does a tag (by its number) print nothing itself?
pub(crate) fn from_html(html: &str, is_block: &dyn Fn(usize) -> bool) -> String {
    let mut writer = Writer {
        out: String::new(),
        owed: 0,
        gap: false,
        line_ends: 0,
        spaced: false,
        is_block,
    };
    let mut hidden: Option<String> = None;
    let mut links: Vec<(String, usize)> = Vec::new();
    let mut ordered: Vec<Option<u32>> = Vec::new();
    for token in tokens(html) {
        if let Some(name) = &hidden {
            if matches!(&token, Token::Close { name: it, .. } if it.eq_ignore_ascii_case(name)) {
                hidden = None;
            }
            continue;
        }
        match &token {
            Token::Text { text, .. } => writer.words(&decode(text)),
            Token::Comment { .. } => {}
            Token::Open { name, .. } => {
                let name = name.to_ascii_lowercase();
                writer.line(breaks(&name));
                match name.as_str() {
                    "head" | "style" | "script" | "title" => hidden = Some(name),
                    "br" => writer.force_line(),
                    "hr" => writer.words("----------"),
                    "td" | "th" => writer.space(),
                    "ul" => ordered.push(None),
                    "ol" => ordered.push(Some(0)),
                    "li" => {
                        let bullet = match ordered.last_mut() {
                            Some(Some(count)) => {
                                *count += 1;
                                format!("{count}. ")
                            }
                            _ => "- ".to_owned(),
                        };
                        writer.verbatim(&bullet);
                    }
                    "img" => {
                        if let Some(alt) = token.attribute("alt") {
                            writer.words(&decode(alt.value));
                        }
                    }
                    "a" => {
                        let address = token
                            .attribute("href")
                            .map_or(String::new(), |it| decode(it.value));
                        writer.settle();
                        links.push((address, writer.out.len()));
                    }
                    _ => {}
                }
            }
            Token::Close { name, .. } => {
                let name = name.to_ascii_lowercase();
                match name.as_str() {
                    "a" => {
                        if let Some((address, start)) = links.pop() {
                            writer.link(&address, start);
                        }
                    }
                    "ul" | "ol" => {
                        ordered.pop();
                    }
                    _ => {}
                }
                writer.line(breaks(&name));
            }
        }
    }
    tidy(&writer.out)
}

struct Writer<'a> {
    out: String,
    /// Line ends that are owed before the next word.
    owed: usize,
    gap: bool,
    /// How many line ends `out` ends with, and whether with a space: tags that print nothing do not count.
    line_ends: usize,
    spaced: bool,
    is_block: &'a dyn Fn(usize) -> bool,
}

impl Writer<'_> {
    fn line(&mut self, count: usize) {
        self.owed = self.owed.max(count);
        if count > 0 {
            self.gap = false;
        }
    }

    fn force_line(&mut self) {
        self.settle();
        self.out.push('\n');
        self.line_ends += 1;
        self.gap = false;
    }

    fn space(&mut self) {
        self.gap = true;
    }

    /// Writes what is owed.
    fn settle(&mut self) {
        if self.owed > 0 {
            if !self.out.is_empty() {
                (self.line_ends..self.owed).for_each(|_| self.out.push('\n'));
                self.line_ends = self.line_ends.max(self.owed);
            }
            self.owed = 0;
        } else if self.gap && !self.out.is_empty() && self.line_ends == 0 && !self.spaced {
            self.out.push(' ');
            self.spaced = true;
        }
        self.gap = false;
    }

    fn verbatim(&mut self, text: &str) {
        self.settle();
        self.out.push_str(text);
        self.line_ends = 0;
        self.spaced = text.ends_with(' ');
    }

    fn words(&mut self, text: &str) {
        let blank = |c: char| c.is_whitespace() || c == '\u{200c}' || c == '\u{feff}';
        if text.starts_with(blank) {
            self.gap = true;
        }
        for word in text.split(blank).filter(|it| !it.is_empty()) {
            if cut(word).all(|(literal, tag)| literal.is_empty() && tag.is_none_or(self.is_block)) {
                self.settle();
                self.out.push_str(word);
            } else {
                self.verbatim(word);
            }
            self.gap = true;
        }
        if !text.ends_with(blank) {
            self.gap = false;
        }
    }

    fn link(&mut self, address: &str, start: usize) {
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        let address = address
            .strip_prefix("mailto:")
            .or(address.strip_prefix("tel:"))
            .unwrap_or(address);
        let label = self.out.get(start..).unwrap_or_default().trim();
        if label.is_empty() {
            self.verbatim(address);
        } else if label != address {
            self.verbatim(&format!(" ({address})"));
        }
    }
}

/// No spaces at line ends, no more than one empty line, none at the beginning and end. Also done per person, since
/// conditions leave empty lines behind.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

const _: () = assert!(
    MARK as u32 == 1,
    "the mark is neither blank nor part of an address"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_a_letter() {
        let html = "<head><title>no</title><style>p{}</style></head><body><table><tr><td><h1>Open  day</h1>\
            <p>Dear&nbsp;Anna,<br>come &amp; <b>see</b>.</p><ul><li>one</li><li>two</li></ul>\
            <a href=\"https://u.example\">Register</a> <a href=\"https://u.example\">https://u.example</a></td></tr></table>\
            <!-- no --><img src=x alt=\"The tower\"></body>";
        assert_eq!(
            from_html(html, &|_| false),
            "Open day\n\nDear Anna,\ncome & see.\n\n- one\n- two\n\nRegister (https://u.example) https://u.example\nThe tower\n"
        );
    }
}
