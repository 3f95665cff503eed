//! Contrast of text against its background, as far as inline styles tell (WCAG 2.2, 1.4.3).

use crate::markup::{Token, is_void, tokens};
use std::collections::BTreeSet;

/// Below what WCAG asks of body text.
const ENOUGH: f64 = 4.5;

pub(crate) struct Low {
    pub ratio: f64,
    pub colour: String,
    pub background: String,
}

/// What the footer is painted with: readable on the colour of the page around it.
pub(crate) struct Ink {
    pub colour: &'static str,
    pub background: String,
}

/// Grey like small print where that can be read, else black or white.
pub(crate) fn ink(html: &str) -> Ink {
    let page = page(html).unwrap_or([255, 255, 255]);
    let colours = ["#4b5563", "#d1d5db", "#000000", "#ffffff"];
    let readable = |it: &str| parse(it).is_some_and(|it| ratio(it, page) >= ENOUGH);
    Ink {
        // Against any colour, black or white has a ratio of at least 4.58.
        colour: colours.into_iter().find(|it| readable(it)).unwrap_or("#000000"),
        background: hex(page),
    }
}

/// The background of the whole page; none when it has none, or one that we cannot read.
fn page(html: &str) -> Option<[u8; 3]> {
    let mut paint = Paint {
        colour: [0, 0, 0],
        background: None,
    };
    let body = tokens(html)
        .into_iter()
        .find(|token| matches!(token, Token::Open { name, .. } if name.eq_ignore_ascii_case("body")))?;
    apply(&body, &mut paint);
    paint.background
}

#[derive(Clone, Copy)]
struct Paint {
    colour: [u8; 3],
    /// None: an image or something we cannot read is behind the text.
    background: Option<[u8; 3]>,
}

/// Each pair of colours that is too close, once.
pub(crate) fn low(html: &str) -> Vec<Low> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    let mut stack: Vec<(&str, Paint)> = Vec::new();
    let base = Paint {
        colour: [0, 0, 0],
        background: Some([255, 255, 255]),
    };
    for token in tokens(html) {
        match &token {
            Token::Open { name, closed, .. } => {
                let mut paint = stack.last().map_or(base, |it| it.1);
                apply(&token, &mut paint);
                if !closed && !is_void(name) && stack.len() < 200 {
                    stack.push((name, paint));
                }
            }
            Token::Close { name, .. } => {
                if let Some(at) = stack.iter().rposition(|it| it.0.eq_ignore_ascii_case(name)) {
                    stack.truncate(at);
                }
            }
            Token::Text { text, .. } => {
                let Some((name, paint)) = stack.last() else {
                    continue;
                };
                let Some(background) = paint.background else {
                    continue;
                };
                if text.trim().is_empty() || matches!(*name, "style" | "title" | "head") {
                    continue;
                }
                let ratio = ratio(paint.colour, background);
                if ratio < ENOUGH && told.insert((paint.colour, background)) {
                    found.push(Low {
                        ratio,
                        colour: hex(paint.colour),
                        background: hex(background),
                    });
                }
            }
            Token::Comment { .. } => {}
        }
    }
    found
}

fn apply(token: &Token<'_>, paint: &mut Paint) {
    if let Some(colour) = token.attribute("bgcolor").and_then(|it| parse(it.value)) {
        paint.background = Some(colour);
    }
    let Some(style) = token.attribute("style") else {
        return;
    };
    for declaration in style.value.split(';') {
        let Some((property, value)) = declaration.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match property.trim().to_ascii_lowercase().as_str() {
            "color" => {
                if let Some(colour) = parse(value) {
                    paint.colour = colour;
                }
            }
            "background-color" => {
                if let Some(colour) = parse(value) {
                    paint.background = Some(colour);
                }
            }
            "background" if value.contains("url(") => paint.background = None,
            "background" => {
                if let Some(colour) = value.split_whitespace().find_map(parse) {
                    paint.background = Some(colour);
                }
            }
            _ => {}
        }
    }
}

fn parse(value: &str) -> Option<[u8; 3]> {
    let value = value.trim().trim_end_matches("!important").trim();
    match value.to_ascii_lowercase().as_str() {
        "white" => return Some([255, 255, 255]),
        "black" => return Some([0, 0, 0]),
        _ => {}
    }
    let digits = value.strip_prefix('#')?;
    let nibble = |at: usize| {
        digits
            .as_bytes()
            .get(at)
            .and_then(|it| char::from(*it).to_digit(16))
    };
    let byte = |high: u32, low: u32| u8::try_from(high * 16 + low).ok();
    match digits.len() {
        3 => Some([
            byte(nibble(0)?, nibble(0)?)?,
            byte(nibble(1)?, nibble(1)?)?,
            byte(nibble(2)?, nibble(2)?)?,
        ]),
        6 => Some([
            byte(nibble(0)?, nibble(1)?)?,
            byte(nibble(2)?, nibble(3)?)?,
            byte(nibble(4)?, nibble(5)?)?,
        ]),
        _ => None,
    }
}

fn hex(colour: [u8; 3]) -> String {
    format!("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2])
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|it| {
        let c = f64::from(it) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn ratio(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_can_be_read_on_any_page() {
        for (page, background, colour) in [
            ("<body>", "#ffffff", "#4b5563"),
            ("<body style=\"background-color:#F4F1EA\">", "#f4f1ea", "#4b5563"),
            ("<body bgcolor=\"#111827\">", "#111827", "#d1d5db"),
            ("<body style=\"background-color:#777777\">", "#777777", "#000000"),
            ("<body style=\"background:url(x.png)\">", "#ffffff", "#4b5563"),
            ("<p>no page at all</p>", "#ffffff", "#4b5563"),
        ] {
            let ink = ink(page);
            assert_eq!(
                (ink.background.as_str(), ink.colour),
                (background, colour),
                "{page}"
            );
        }
        for grey in 0..=255_u8 {
            let page = [grey; 3];
            let ink = ink(&format!("<body bgcolor=\"{}\">", hex(page)));
            assert!(ratio(parse(ink.colour).unwrap(), page) >= ENOUGH, "{grey}");
        }
    }

    #[test]
    fn finds_pale_text_once() {
        let html = "<div style=\"background:#fff\"><p style=\"color:#aaa\">a</p><p style=\"color:#aaa\">b</p><p>c</p></div>";
        let low = low(html);
        assert_eq!(low.len(), 1);
        assert_eq!(
            (low[0].colour.as_str(), low[0].background.as_str()),
            ("#aaaaaa", "#ffffff")
        );
        assert!((low[0].ratio - 2.32).abs() < 0.01);
    }
}
