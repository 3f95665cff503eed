//! What we append to every message: who writes, from where, why, and how to make it stop. It is written behind the
//! author's HTML, which is known to be balanced by then, so no template can leave it out, wrap it or comment it away.

use crate::contrast::Ink;
use crate::markup::escape_into;
use crate::part::{MARK_PREFERENCES, MARK_UNSUBSCRIBE, MARK_VIEW, mark};
use crate::source::{FooterWords, UnitInfo};
use types::content::Classification;

/// The links of a footer: words and mark. Marketing can be stopped at once; operational notices lead to the preferences,
/// a transactional message is owed and offers neither (product.md, "Who gets what").
fn links(class: Classification, words: &FooterWords) -> Vec<(&str, String)> {
    let view = (words.view.as_str(), mark(MARK_VIEW));
    let preferences = (words.preferences.as_str(), mark(MARK_PREFERENCES));
    match class {
        Classification::Marketing => {
            vec![
                (words.unsubscribe.as_str(), mark(MARK_UNSUBSCRIBE)),
                preferences,
                view,
            ]
        }
        Classification::Operational => vec![preferences, view],
        Classification::Transactional => Vec::new(),
    }
}

/// Our own style comes last in the head, so that it wins over equal rules of the template. Dark where the page itself
/// becomes dark.
pub(crate) fn style(ink: &Ink, page: &str) -> String {
    let Ink { colour, background } = ink;
    let mut style = format!(
        "<style type=\"text/css\">\
         .campanile-footer{{background-color:{background}!important;color:{colour}!important}}\
         .campanile-footer a{{color:{colour}!important;text-decoration:underline!important}}"
    );
    if page.contains("prefers-color-scheme") {
        style.push_str(
            "@media (prefers-color-scheme:dark){.campanile-footer{background-color:#16181d!important;color:#b8bfca!important}\
             .campanile-footer a{color:#b8bfca!important}}",
        );
    }
    style + "</style>"
}

pub(crate) fn html(class: Classification, words: &FooterWords, unit: &UnitInfo, ink: &Ink) -> String {
    let Ink { colour, background } = ink;
    let mut out = String::with_capacity(900);
    out.push_str(&format!(
        "<div class=\"campanile-footer\" style=\"display:block!important;visibility:visible!important;opacity:1!important;\
         overflow:visible!important;clear:both;padding:20px 24px;text-align:center;font-family:Arial,Helvetica,sans-serif;\
         font-size:12px!important;line-height:1.6;background-color:{background};color:{colour}\">",
    ));
    if !words.reason.is_empty() {
        escape_into(&mut out, &words.reason);
        out.push_str("<br />");
    }
    out.push_str("<strong>");
    escape_into(&mut out, &unit.name);
    out.push_str("</strong>");
    for line in unit.address.lines().filter(|it| !it.trim().is_empty()) {
        out.push_str(", ");
        escape_into(&mut out, line.trim().trim_end_matches(','));
    }
    for (at, (label, address)) in links(class, words).into_iter().enumerate() {
        out.push_str(if at == 0 { "<br />" } else { " &middot; " });
        out.push_str("<a href=\"");
        out.push_str(&address);
        out.push_str(&format!(
            "\" style=\"display:inline!important;visibility:visible!important;font-size:12px!important;color:{colour}\">",
        ));
        escape_into(&mut out, label);
        out.push_str("</a>");
    }
    out.push_str("</div>");
    out
}

pub(crate) fn text(class: Classification, words: &FooterWords, unit: &UnitInfo) -> String {
    let mut out = String::from("\n-- \n");
    if !words.reason.is_empty() {
        out.push_str(&words.reason);
        out.push('\n');
    }
    out.push_str(&unit.name);
    for line in unit.address.lines().filter(|it| !it.trim().is_empty()) {
        out.push_str(", ");
        out.push_str(line.trim().trim_end_matches(','));
    }
    out.push('\n');
    for (label, address) in links(class, words) {
        out.push_str(label);
        out.push_str(": ");
        out.push_str(&address);
        out.push('\n');
    }
    out
}
