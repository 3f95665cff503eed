//! Rich text through an allow-list. Nothing is copied from the input but text and checked addresses: every tag in the
//! output was written by this module, closed and balanced, so the result is also well-formed for MJML.

use crate::markup::{Token, decode, escape_into, is_void, tokens};

/// Elements an author of rich text may use, with the name they get.
fn allowed(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "p" | "div" => "p",
        "br" => "br",
        "strong" | "b" => "strong",
        "em" | "i" => "em",
        "u" => "u",
        "s" | "strike" | "del" => "s",
        "a" => "a",
        "ul" => "ul",
        "ol" => "ol",
        "li" => "li",
        "h1" => "h1",
        "h2" => "h2",
        "h3" => "h3",
        "blockquote" => "blockquote",
        "hr" => "hr",
        "sub" => "sub",
        "sup" => "sup",
        _ => return None,
    })
}

/// Elements whose content goes with them.
fn swallowed(name: &str) -> bool {
    [
        "script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg", "math",
        "textarea", "select", "xml",
    ]
    .iter()
    .any(|it| name.eq_ignore_ascii_case(it))
}

/// Addresses a link may have: a scheme that opens a page, a mail or a call, an anchor, or a variable.
pub(crate) fn safe_address(address: &str) -> bool {
    let compact: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let lower = compact.to_ascii_lowercase();
    if lower.starts_with(crate::assemble::OPEN) || lower.starts_with("{{") || lower.starts_with('#') {
        return true;
    }
    match lower.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            matches!(scheme, "http" | "https" | "mailto" | "tel" | "sms")
        }
        _ => true,
    }
}

/// Keeps what the allow-list has, closes what is open, drops the rest and escapes all text.
pub(crate) fn sanitize(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&'static str> = Vec::new();
    let mut swallow: Option<(String, usize)> = None;
    for token in tokens(html) {
        if let Some((name, depth)) = &mut swallow {
            match &token {
                Token::Open {
                    name: it,
                    closed: false,
                    ..
                } if it.eq_ignore_ascii_case(name) => *depth += 1,
                Token::Close { name: it, .. } if it.eq_ignore_ascii_case(name) => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                swallow = None;
            }
            continue;
        }
        match token {
            Token::Text { text, .. } => escape_into(&mut out, &decode(text)),
            Token::Open { name, closed, .. } if swallowed(name) => {
                if !closed {
                    swallow = Some((name.to_owned(), 1));
                }
            }
            Token::Open { name, closed, .. } => {
                if let Some(tag) = allowed(name) {
                    out.push('<');
                    out.push_str(tag);
                    if tag == "a" {
                        link_attributes(&mut out, &token);
                    }
                    if is_void(tag) {
                        out.push_str(" />");
                    } else if closed {
                        out.push_str("></");
                        out.push_str(tag);
                        out.push('>');
                    } else {
                        out.push('>');
                        open.push(tag);
                    }
                }
            }
            Token::Close { name, .. } => {
                let Some(tag) = allowed(name) else { continue };
                if let Some(at) = open.iter().rposition(|it| *it == tag) {
                    for unclosed in open.drain(at..).rev() {
                        close(&mut out, unclosed);
                    }
                }
            }
            Token::Comment { .. } => {}
        }
    }
    for unclosed in open.drain(..).rev() {
        close(&mut out, unclosed);
    }
    out
}

fn close(out: &mut String, tag: &str) {
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

fn link_attributes(out: &mut String, token: &Token<'_>) {
    for name in ["href", "title"] {
        if let Some(attribute) = token.attribute(name) {
            let value = decode(attribute.value);
            if name == "href" && !safe_address(&value) {
                continue;
            }
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_into(out, value.trim());
            out.push('"');
        }
    }
}

/// Rich text as it is stored: through the allow-list, the template tags kept.
#[must_use]
pub fn clean_rich_text(html: &str) -> String {
    use crate::assemble::{CLOSE, MARK, OPEN, cut, placeholder};
    use crate::scan::{Piece, scan};
    let Ok(pieces) = scan(html) else {
        return sanitize(html);
    };
    let mut marked = String::with_capacity(html.len());
    let mut tags = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal { text, .. } => {
                marked.extend(text.chars().filter(|c| !matches!(*c, OPEN | CLOSE | MARK)));
            }
            Piece::Output { tag, .. } | Piece::Block { tag, .. } => {
                marked.push_str(&placeholder(tags.len()));
                tags.push(decode(tag));
            }
        }
    }
    let mut out = String::with_capacity(html.len());
    for (literal, tag) in cut(&sanitize(&marked)) {
        out.push_str(literal);
        if let Some(tag) = tag.and_then(|it| tags.get(it)) {
            escape_into(&mut out, tag);
        }
    }
    out
}

/// The text alone, escaped, for where markup cannot stand.
pub(crate) fn plain_text(html: &str) -> String {
    let mut out = String::new();
    for token in tokens(html) {
        match token {
            Token::Text { text, .. } => escape_into(&mut out, &decode(text)),
            Token::Open { .. } | Token::Close { .. } if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_allowed_and_nothing_else() {
        let dirty = "<p onclick=x>Hi <b>you</b><script>alert(1)</script><img src=x onerror=y><a href=\"java\tscript:alert(1)\">a</a>\
                     <a href='https://e.org/?a=1&amp;b=2' target=_blank>b</a><ul><li>1<li>2</ul></div>";
        assert_eq!(
            sanitize(dirty),
            "<p>Hi <strong>you</strong><a>a</a><a href=\"https://e.org/?a=1&amp;b=2\">b</a>\
             <ul><li>1<li>2</li></li></ul></p>"
        );
    }

    #[test]
    fn tricks() {
        assert_eq!(sanitize("<svg><p>x</p></svg>y"), "y");
        assert_eq!(sanitize("<scr<script>ipt>"), "&lt;scr");
        assert_eq!(sanitize("<a href=\"&#106;avascript:x\">a"), "<a>a</a>");
        assert_eq!(sanitize("<style><img src=x onerror=1></style>z"), "z");
        assert_eq!(sanitize("&lt;script&gt;"), "&lt;script&gt;");
        assert_eq!(sanitize("a<br>b"), "a<br />b");
        assert!(!safe_address("vbscript:x") && !safe_address("data:text/html,x"));
        assert!(safe_address("/p?a=b:c") && safe_address("{{ attributes.page }}"));
    }
}
