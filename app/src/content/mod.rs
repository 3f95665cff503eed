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

use crate::layout::use_here;
use crate::ui::{Tab, TabLinks};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub use self::preview::{MessageFrame, Preview};
pub use self::problems::{FindingList, problem_place, problem_text};
pub use self::slots::SlotEditor;

/// The gallery of templates.
pub struct ListPage;

#[lazy_route]
impl LazyRoute for ListPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <gallery::Gallery /> }.into_any()
    }
}

/// One template (or, at `new`, the next one).
pub struct TemplatePage;

#[lazy_route]
impl LazyRoute for TemplatePage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <editor::Editor /> }.into_any()
    }
}

/// Images.
pub struct ImagesPage;

#[lazy_route]
impl LazyRoute for ImagesPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <images::Images /> }.into_any()
    }
}

/// Sender profiles.
pub struct SendersPage;

#[lazy_route]
impl LazyRoute for SendersPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <senders::Senders /> }.into_any()
    }
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
