//! Finds and numbers the links of the expanded message, once per revision.

use crate::assemble::{Assembly, MARK, OPEN, cut};
use crate::markup::{Token, decode, tokens};
use crate::part::{MARK_LINK, link_mark, mark};

/// Who says what a person's links look like: tracked while sending, plain in a preview. For the same answers the
/// rendered message is the same byte for byte (law 9).
pub trait LinkMap {
    /// Writes the address to put for link `number`, which leads to `address`.
    fn link(&self, number: u32, address: &str, out: &mut String);
    fn unsubscribe(&self, out: &mut String);
    fn preferences(&self, out: &mut String);
    fn view(&self, out: &mut String);
    /// Writes the address of the open pixel and says `true`, or says `false`: no pixel.
    fn open_pixel(&self, out: &mut String) -> bool;
}

/// The links as they are, for previews; the three special ones lead nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainLinks;

impl LinkMap for PlainLinks {
    fn link(&self, _number: u32, address: &str, out: &mut String) {
        out.push_str(address);
    }
    fn unsubscribe(&self, out: &mut String) {
        out.push_str("#unsubscribe");
    }
    fn preferences(&self, out: &mut String) {
        out.push_str("#preferences");
    }
    fn view(&self, out: &mut String) {
        out.push_str("#view");
    }
    fn open_pixel(&self, _out: &mut String) -> bool {
        false
    }
}

/// A link found in the HTML; its address still has placeholders.
pub(crate) struct Found {
    pub number: u32,
    pub address: String,
    pub label: String,
}

/// Addresses that are counted: everything but anchors, mail and telephone. A variable may be anything.
fn counted(address: &str) -> bool {
    let lower = address.trim_start().to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with(OPEN)
}

/// Replaces counted addresses by numbered marks, from `next` on in reading order.
pub(crate) fn number(html: &str, assembly: &Assembly, next: &mut u32) -> (String, Vec<Found>) {
    let mut out = String::with_capacity(html.len());
    let mut found: Vec<Found> = Vec::new();
    let mut from = 0;
    let mut labelling = false;
    for token in tokens(html) {
        match &token {
            Token::Open { name, .. }
                if name.eq_ignore_ascii_case("a") || name.eq_ignore_ascii_case("area") =>
            {
                labelling = false;
                let Some(href) = token.attribute("href") else {
                    continue;
                };
                let address = decode(href.value);
                if !counted(&address) || special(&address, assembly) {
                    continue;
                }
                out.push_str(&html[from..href.start]);
                out.push_str(&mark(&format!("{MARK_LINK}{next}")));
                from = href.start + href.value.len();
                found.push(Found {
                    number: *next,
                    address: address.trim().to_owned(),
                    label: String::new(),
                });
                *next += 1;
                labelling = true;
            }
            Token::Open { name, .. } if labelling && name.eq_ignore_ascii_case("img") => {
                if let (Some(link), Some(alt)) = (found.last_mut(), token.attribute("alt")) {
                    link.label.push_str(&readable(&decode(alt.value), assembly));
                }
            }
            Token::Text { text, .. } if labelling => {
                if let Some(link) = found.last_mut() {
                    link.label.push_str(&readable(&decode(text), assembly));
                }
            }
            Token::Close { name, .. } if name.eq_ignore_ascii_case("a") => labelling = false,
            _ => {}
        }
    }
    out.push_str(&html[from..]);
    for link in &mut found {
        link.label = link
            .label
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(120)
            .collect();
    }
    (out, found)
}

/// The address is one of `links.…`.
fn special(address: &str, assembly: &Assembly) -> bool {
    let mut pieces = cut(address.trim());
    let Some(("", Some(tag))) = pieces.next() else {
        return false;
    };
    pieces.next() == Some(("", None)) && assembly.tags.get(tag).is_some_and(|it| link_mark(it).is_some())
}

/// Text with the author's tags instead of placeholders, for reports.
pub(crate) fn readable(marked: &str, assembly: &Assembly) -> String {
    cut(marked).fold(String::new(), |text, (literal, tag)| {
        let tag = tag
            .and_then(|it| assembly.tags.get(it))
            .map_or("", |it| it.source.as_str());
        text + literal + tag
    })
}

/// Numbers the bare addresses of an authored text part; those that the HTML has keep its numbers.
pub(crate) fn number_text(text: &str, known: &[Found], next: &mut u32) -> (String, Vec<Found>) {
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://"]
        .iter()
        .filter_map(|it| rest.find(it))
        .min()
    {
        let tail = &rest[at..];
        let end = tail
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | MARK))
            .unwrap_or(tail.len());
        let address = tail[..end].trim_end_matches(['.', ',', ')', ';', ':', '!', '?']);
        out.push_str(&rest[..at]);
        let same = known
            .iter()
            .chain(&found)
            .find(|it: &&Found| it.address == address)
            .map(|it| it.number);
        let number = same.unwrap_or(*next);
        if same.is_none() {
            found.push(Found {
                number,
                address: address.to_owned(),
                label: String::new(),
            });
            *next += 1;
        }
        out.push_str(&mark(&format!("{MARK_LINK}{number}")));
        rest = &tail[address.len()..];
    }
    out.push_str(rest);
    (out, found)
}

/// Is a fixed address one that a browser can open? (`http`, `https` with a host, `mailto`, `tel`.)
pub(crate) fn well_formed(address: &str) -> bool {
    let address = address.trim();
    if address
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '{' | '}'))
    {
        return false;
    }
    let Some((scheme, rest)) = address.split_once(':') else {
        return address.starts_with('#');
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            let host = host.rsplit_once(':').map_or(host, |(host, port)| {
                if port.bytes().all(|b| b.is_ascii_digit()) {
                    host
                } else {
                    ""
                }
            });
            let labels = host
                .split('.')
                .all(|it| !it.is_empty() && !it.starts_with('-') && !it.ends_with('-'));
            let known = host.contains('.') || host == "localhost" || host.starts_with('[');
            !host.is_empty() && known && (labels || host.starts_with('['))
        }),
        "mailto" => rest
            .split('?')
            .next()
            .is_some_and(|it| it.is_empty() || it.contains('@')),
        "tel" | "sms" => rest.chars().any(|c| c.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in [
            "https://uni.example/a?b=c#d",
            "http://localhost:3000/",
            "mailto:a@b.pl",
            "tel:+48 1",
            "#top",
        ] {
            assert_eq!(well_formed(good), !good.contains(' '), "{good}");
        }
        for bad in [
            "https://",
            "https:/uni.example",
            "http://uni",
            "www.uni.example",
            "htps://uni.example",
            "https://a..b",
            "https://a.b/{x}",
            "javascript:x",
        ] {
            assert!(!well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn text_addresses_share_numbers() {
        let known = [Found {
            number: 3,
            address: "https://a.example/x".into(),
            label: String::new(),
        }];
        let mut next = 4;
        let (text, found) = number_text(
            "See https://a.example/x, or https://b.example.",
            &known,
            &mut next,
        );
        assert_eq!(text, format!("See {}, or {}.", mark("L3"), mark("L4")));
        assert_eq!(found.len(), 1);
    }
}
