//! Finds the template tags in what an author wrote: `{{ … }}`, `{% … %}`, `{# … #}`.

/// A stretch of an author's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Literal {
        text: &'a str,
        start: usize,
    },
    /// `{{ … }}` with its braces.
    Output {
        tag: &'a str,
        start: usize,
    },
    /// `{% … %}` with its braces.
    Block {
        tag: &'a str,
        start: usize,
    },
}

/// A tag was opened at this byte and never closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unterminated(pub usize);

/// Comments are left out. Quotes inside a tag are respected: `{{ "}}" }}` is one tag.
pub(crate) fn scan(text: &str) -> Result<Vec<Piece<'_>>, Unterminated> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(at) = text[from..].find('{').map(|at| from + at) {
        let closing = match bytes.get(at + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                from = at + 1;
                continue;
            }
        };
        let end = if closing == "#}" {
            text[at + 2..].find(closing).map(|it| at + 2 + it + 2)
        } else {
            tag_end(bytes, at + 2, closing.as_bytes())
        };
        let end = end.ok_or(Unterminated(at))?;
        if at > literal {
            pieces.push(Piece::Literal {
                text: &text[literal..at],
                start: literal,
            });
        }
        let tag = &text[at..end];
        match closing {
            "}}" => pieces.push(Piece::Output { tag, start: at }),
            "%}" => pieces.push(Piece::Block { tag, start: at }),
            _ => {}
        }
        literal = end;
        from = end;
    }
    if literal < text.len() {
        pieces.push(Piece::Literal {
            text: &text[literal..],
            start: literal,
        });
    }
    Ok(pieces)
}

fn tag_end(bytes: &[u8], from: usize, closing: &[u8]) -> Option<usize> {
    let mut at = from;
    let mut quote = None;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None if bytes[at..].starts_with(closing) => return Some(at + 2),
            None => {}
        }
        at += 1;
    }
    None
}

/// The inside of a tag without braces, whitespace control and blanks.
pub(crate) fn inside(tag: &str) -> &str {
    tag.get(2..tag.len() - 2)
        .unwrap_or_default()
        .trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace())
}

/// A reference to a slot: the key and, after a second dot, a field.
pub(crate) fn slot_reference(expression: &str) -> Option<(&str, &str)> {
    let rest = expression.strip_prefix("slots.")?;
    let (key, field) = rest.split_once('.').unwrap_or((rest, ""));
    let name = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!key.is_empty() && name(key) && name(field)).then_some((key, field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_tags_out() {
        let pieces = scan("a {{ \"}}\" }}{# no #}{%if a<b%} { }").unwrap();
        assert_eq!(pieces.len(), 4);
        assert_eq!(
            pieces[1],
            Piece::Output {
                tag: "{{ \"}}\" }}",
                start: 2
            }
        );
        assert_eq!(
            pieces[2],
            Piece::Block {
                tag: "{%if a<b%}",
                start: 20
            }
        );
        assert_eq!(scan("x {{ y"), Err(Unterminated(2)));
        assert_eq!(scan("x {# y"), Err(Unterminated(2)));
        assert_eq!(scan("x {{ '\\"), Err(Unterminated(2)));
    }

    #[test]
    fn references() {
        assert_eq!(slot_reference("slots.hero.alt"), Some(("hero", "alt")));
        assert_eq!(slot_reference("slots.hero"), Some(("hero", "")));
        assert_eq!(slot_reference("slots.hero|upper"), None);
        assert_eq!(inside("{%- if x -%}"), "if x");
    }
}
