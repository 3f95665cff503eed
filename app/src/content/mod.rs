//! Templates, sender profiles, images; and the parts that the campaigns' editor shares: [`SlotEditor`] and [`Preview`].

pub mod api;
mod editor;
mod gallery;
mod images;
mod preview;
mod problems;
mod senders;
mod slots;
mod upload;

use crate::area::area;
use crate::layout::use_here;
use crate::ui::{Tab, TabLinks};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

pub use self::preview::{MessageFrame, Preview};
pub use self::problems::{FindingList, problem_place, problem_text};
pub use self::slots::SlotEditor;

area! { content_area, __preload_content_area;
    /// The gallery of templates.
    ListPage => view! { <gallery::Gallery /> };
    /// One template (or, at `new`, the next one).
    TemplatePage => view! { <editor::Editor /> };
    /// Images.
    ImagesPage => view! { <images::Images /> };
    /// Sender profiles.
    SendersPage => view! { <senders::Senders /> };
}

/// The three parts of the area.
#[component]
fn AreaTabs(selected: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let to = move |path: &'static str| Signal::derive(move || here.href(path));
    let tabs = vec![
        Tab::link(
            "templates",
            move || t_string!(i18n, content.templates),
            to("/content"),
        ),
        Tab::link(
            "images",
            move || t_string!(i18n, content.images),
            to("/content/images"),
        ),
        Tab::link(
            "senders",
            move || t_string!(i18n, content.senders),
            to("/content/senders"),
        ),
    ];
    view! {
        <div class="mb-6">
            <TabLinks label=move || t_string!(i18n, content.title) tabs selected=Signal::stored(selected.to_owned()) />
        </div>
    }
}
