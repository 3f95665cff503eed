//! A small tolerant tokeniser for MJML and HTML. It never fails and never copies: what it cannot read is text.
//!
//! One tokeniser serves the whole crate (well-formedness, links, text alternative, sanitising, checks), so that they
//! cannot disagree about where a tag begins. It is ours because html5ever would be the largest part of the browser's
//! preview, and because positions in the author's source must survive.

/// One attribute as written; entities are not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub name: &'a str,
    pub value: &'a str,
    /// Byte offset of the value in the whole text (of the name, where there is no value).
    pub start: usize,
}

/// One token; `start` and `end` are byte offsets in the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Text {
        text: &'a str,
        start: usize,
    },
    Open {
        name: &'a str,
        attributes: Vec<Attribute<'a>>,
        closed: bool,
        start: usize,
        end: usize,
    },
    Close {
        name: &'a str,
        start: usize,
        end: usize,
    },
    /// Also conditional comments, doctypes and processing instructions. `terminated`: its end was found.
    Comment {
        terminated: bool,
        start: usize,
        end: usize,
    },
}

impl<'a> Token<'a> {
    /// An attribute of an opening tag by its lower-case name.
    pub fn attribute(&self, wanted: &str) -> Option<&Attribute<'a>> {
        match self {
            Token::Open { attributes, .. } => {
                attributes.iter().find(|it| it.name.eq_ignore_ascii_case(wanted))
            }
            _ => None,
        }
    }
}

/// Elements of HTML that have no content and no closing tag.
pub(crate) fn is_void(name: &str) -> bool {
    const VOID: [&str; 13] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr",
    ];
    VOID.iter().any(|it| name.eq_ignore_ascii_case(it))
}

/// Elements whose content is not markup.
fn is_raw_text(name: &str) -> bool {
    ["style", "script", "mj-style"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    raw: Option<&'a str>,
}

pub(crate) fn tokens(text: &str) -> Tokens<'_> {
    Tokens {
        text,
        at: 0,
        raw: None,
    }
}

impl<'a> Tokens<'a> {
    fn next_of(&self, from: usize, needle: &str) -> Option<usize> {
        self.text.get(from..)?.find(needle).map(|at| from + at)
    }

    /// Where the closing tag of a raw element begins, or the end of everything.
    fn raw_end(&self, name: &str) -> usize {
        let mut from = self.at;
        while let Some(at) = self.next_of(from, "</") {
            let rest = &self.text[at + 2..];
            if rest
                .get(..name.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
            {
                return at;
            }
            from = at + 2;
        }
        self.text.len()
    }

    fn comment(&mut self, terminator: &str, skip: usize) -> Token<'a> {
        let start = self.at;
        let found = self.next_of((start + skip).min(self.text.len()), terminator);
        let end = found.map_or(self.text.len(), |at| at + terminator.len());
        self.at = end;
        Token::Comment {
            terminated: found.is_some(),
            start,
            end,
        }
    }

    fn name_end(&self, from: usize) -> usize {
        self.text[from..]
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '<' | '=' | '"' | '\''))
            .map_or(self.text.len(), |at| from + at)
    }

    fn skip_space(&self, from: usize) -> usize {
        self.text[from..]
            .find(|c: char| !c.is_ascii_whitespace())
            .map_or(self.text.len(), |at| from + at)
    }

    /// Reads an opening tag at `self.at`; none: this is no tag.
    fn open(&mut self) -> Option<Token<'a>> {
        let start = self.at;
        let name_end = self.name_end(start + 1);
        let name = &self.text[start + 1..name_end];
        let mut attributes = Vec::new();
        let mut at = name_end;
        let mut closed = false;
        loop {
            at = self.skip_space(at);
            match self.text.as_bytes().get(at)? {
                b'>' => {
                    at += 1;
                    break;
                }
                b'/' => {
                    closed = self.text.as_bytes().get(at + 1) == Some(&b'>');
                    at += 1;
                }
                b'<' => return None,
                b'=' | b'"' | b'\'' => at += 1,
                _ => {
                    let end = self.name_end(at);
                    let mut attribute = Attribute {
                        name: &self.text[at..end],
                        value: "",
                        start: at,
                    };
                    at = self.skip_space(end);
                    if self.text.as_bytes().get(at) == Some(&b'=') {
                        at = self.skip_space(at + 1);
                        match self.text.as_bytes().get(at)? {
                            quote @ (b'"' | b'\'') => {
                                let close = self.next_of(at + 1, if *quote == b'"' { "\"" } else { "'" })?;
                                attribute.value = &self.text[at + 1..close];
                                attribute.start = at + 1;
                                at = close + 1;
                            }
                            _ => {
                                let close = self.text[at..]
                                    .find(|c: char| c.is_ascii_whitespace() || c == '>')
                                    .map_or(self.text.len(), |it| at + it);
                                attribute.value = &self.text[at..close];
                                attribute.start = at;
                                at = close;
                            }
                        }
                    }
                    attributes.push(attribute);
                }
            }
        }
        self.at = at;
        if !closed && is_raw_text(name) {
            self.raw = Some(name);
        }
        Some(Token::Open {
            name,
            attributes,
            closed,
            start,
            end: at,
        })
    }

    fn close(&mut self) -> Option<Token<'a>> {
        let start = self.at;
        // Up to the next sign only, so that a text full of `</` is read in linear time.
        let rest = &self.text[start + 2..];
        let at = rest.find(['<', '>']).filter(|at| rest.as_bytes()[*at] == b'>')?;
        let end = start + 2 + at + 1;
        let name = rest[..at].trim_ascii();
        self.at = end;
        Some(Token::Close { name, start, end })
    }

    fn markup(&mut self) -> Option<Token<'a>> {
        let rest = &self.text[self.at..];
        let next = rest.as_bytes().get(1)?;
        match next {
            b'!' if rest.starts_with("<!--") => Some(self.comment("-->", 4)),
            b'!' | b'?' => Some(self.comment(">", 2)),
            b'/' => self.close(),
            _ if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => self.open(),
            _ => None,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        if let Some(name) = self.raw.take() {
            let end = self.raw_end(name);
            if end > start {
                self.at = end;
                return Some(Token::Text {
                    text: &self.text[start..end],
                    start,
                });
            }
        }
        if self.text.as_bytes()[start] == b'<'
            && let Some(token) = self.markup()
        {
            return Some(token);
        }
        // A `<` that opens nothing is text: look for the next one behind it.
        let first = self.text[start..].chars().next().map_or(1, char::len_utf8);
        let end = self.next_of(start + first, "<").unwrap_or(self.text.len());
        self.at = end;
        Some(Token::Text {
            text: &self.text[start..end],
            start,
        })
    }
}

/// Escapes for text and for attribute values in double quotes.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Decodes the entities that occur in mails; unknown ones stay as they are.
pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|it| it == b';');
        match end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || *c == '\n');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "middot" => '·',
        "laquo" => '«',
        "raquo" => '»',
        "bdquo" => '„',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "sect" => '§',
        "deg" => '°',
        "times" => '×',
        "rarr" => '→',
        "larr" => '←',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_attributes_comments_and_stray_signs() {
        let all: Vec<_> =
            tokens("a < b <p class=\"x\" hidden>1 &lt; 2<br/></p><!-- <i> --><style>a>b{}</style>").collect();
        assert!(matches!(all[0], Token::Text { text: "a ", .. }));
        assert!(matches!(all[1], Token::Text { text: "< b ", .. }));
        assert_eq!(all[2].attribute("CLASS").map(|it| it.value), Some("x"));
        assert_eq!(all[2].attribute("hidden").map(|it| it.value), Some(""));
        assert!(matches!(
            all[4],
            Token::Open {
                name: "br",
                closed: true,
                ..
            }
        ));
        assert!(matches!(all[6], Token::Comment { terminated: true, .. }));
        assert!(matches!(all[8], Token::Text { text: "a>b{}", .. }));
        assert!(matches!(all[9], Token::Close { name: "style", .. }));
    }

    #[test]
    fn what_never_ends_is_still_read() {
        assert!(matches!(
            tokens("<!-- x").next(),
            Some(Token::Comment {
                terminated: false,
                ..
            })
        ));
        assert_eq!(tokens("<a href=\"x").count(), 1);
        assert_eq!(tokens("<").count(), 1);
        assert_eq!(tokens("</").count(), 1);
    }

    #[test]
    fn entities_both_ways() {
        assert_eq!(
            decode("a &amp; b &#x41;&#322; &nope; & &bdquo;"),
            "a & b Ał &nope; & „"
        );
        let mut out = String::new();
        escape_into(&mut out, "<ż & \"'>");
        assert_eq!(out, "&lt;ż &amp; &quot;&#39;&gt;");
    }
}
