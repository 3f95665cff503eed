//! What changed between two texts, word by word.

use types::approvals::{Piece, PieceKind};

/// Texts with more words than this are told as replaced: nobody reads such a diff, and the table would be large.
const MAX_WORDS: usize = 3_000;

/// Runs of words that stayed, came or went, in reading order. White space belongs to the word before it.
#[must_use]
pub fn diff(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (words(before), words(after));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut pieces = Pieces::default();
    pieces.all(PieceKind::Same, &old[..head]);
    middle(
        &old[head..old.len() - tail],
        &new[head..new.len() - tail],
        &mut pieces,
    );
    pieces.all(PieceKind::Same, &old[old.len() - tail..]);
    pieces.0
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, kind: PieceKind, text: &str) {
        match self.0.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.0.push(Piece {
                kind,
                text: text.to_owned(),
            }),
        }
    }

    fn all(&mut self, kind: PieceKind, words: &[&str]) {
        for word in words {
            self.push(kind, word);
        }
    }
}

/// Longest common subsequence, by the table.
fn middle(old: &[&str], new: &[&str], pieces: &mut Pieces) {
    if old.len().saturating_mul(new.len()) > MAX_WORDS * MAX_WORDS {
        pieces.all(PieceKind::Removed, old);
        pieces.all(PieceKind::Added, new);
        return;
    }
    let width = new.len() + 1;
    // `common[i * width + j]`: length of what old[i..] and new[j..] have in common.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let removes =
            j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]);
        if i < old.len() && j < new.len() && old[i] == new[j] {
            pieces.push(PieceKind::Same, old[i]);
            (i, j) = (i + 1, j + 1);
        } else if removes {
            pieces.push(PieceKind::Removed, old[i]);
            i += 1;
        } else {
            pieces.push(PieceKind::Added, new[j]);
            j += 1;
        }
    }
}

/// Cut after white space.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut blank = false;
    for (at, c) in text.char_indices() {
        if blank && !c.is_whitespace() {
            words.push(&text[start..at]);
            start = at;
        }
        blank = c.is_whitespace();
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// The words of a piece of HTML: tags left out, blocks on lines of their own, the usual entities read.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let Some(close) = rest[open..].find('>') else {
            break;
        };
        out.push_str(&rest[..open]);
        let name = rest[open + 1..open + close].trim_start_matches('/');
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        let block = ["p", "br", "li", "ul", "ol", "div", "h1", "h2", "h3"]
            .contains(&name.to_ascii_lowercase().as_str());
        if block {
            out.push('\n');
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    let out = out
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    let out = out.replace("&#39;", "'").replace("&amp;", "&");
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(before: &str, after: &str) -> String {
        diff(before, after)
            .into_iter()
            .map(|it| match it.kind {
                PieceKind::Same => it.text,
                PieceKind::Added => format!("[+{}]", it.text),
                PieceKind::Removed => format!("[-{}]", it.text),
            })
            .collect()
    }

    #[test]
    fn one_word() {
        assert_eq!(
            told("Open day in May", "Open day in June"),
            "Open day in [-May][+June]"
        );
        assert_eq!(told("", "Zażółć gęślą jaźń"), "[+Zażółć gęślą jaźń]");
        assert_eq!(told("same", "same"), "same");
        assert_eq!(told("a b c d", "a x c d"), "a [-b ][+x ]c d");
    }

    #[test]
    fn markup_is_left_out() {
        assert_eq!(
            plain("<p>One &amp; <strong>two</strong></p><p>three<br/>four</p>"),
            "One & two\nthree\nfour"
        );
        assert_eq!(plain("a < b"), "a < b");
    }

    proptest! {
        /// Reading only what stayed and came gives the new text, what stayed and went the old one.
        #[test]
        fn both_texts_can_be_read_back(
            before in "([a-c]{1,2}[ \n]{0,2}){0,12}",
            after in "([a-c]{1,2}[ \n]{0,2}){0,12}",
        ) {
            let pieces = diff(&before, &after);
            let read = |skip: PieceKind| -> String {
                pieces.iter().filter(|it| it.kind != skip).map(|it| it.text.as_str()).collect()
            };
            prop_assert_eq!(read(PieceKind::Removed), after);
            prop_assert_eq!(read(PieceKind::Added), before);
        }
    }
}
