//! Language and colour scheme, changed at once and kept: in a cookie for the next page, and with the person.

use super::api;
use crate::locale::THEME_COOKIE;
use crate::ui::{Glyph, Icon, Menu, MenuButton};
use i18n::{I18nContext, LOCALE_COOKIE, Locale, language_of, locale_of, name_of, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::Language;
use types::identity::Theme;

/// A year, the usual bound on cookies that remember a preference.
const YEAR_SECONDS: u32 = 31_536_000;

/// Writes a cookie of our own origin; an empty value removes it.
fn remember(name: &str, value: &str) {
    let age = if value.is_empty() { 0 } else { YEAR_SECONDS };
    let cookie = format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax");
    // Refused only where cookies are off altogether; then the choice holds for this page.
    let _ = js_sys::Reflect::set(document().as_ref(), &"cookie".into(), &cookie.into());
}

/// The languages, each by its own name.
#[component]
pub(super) fn LanguageMenu() -> impl IntoView {
    let i18n = use_i18n();
    let choose = move |locale: Locale| {
        i18n.set_locale(locale);
        remember(LOCALE_COOKIE, locale.as_ref());
        spawn_local(async move {
            // Kept in the cookie in any case; a failure only means that another browser will not know.
            let _ = api::set_language(language_of(locale)).await;
        });
    };
    let face = || view! { <Glyph icon=Icon::Language /> };
    view! {
        <Menu
            label=move || t_string!(i18n, common.language)
            face=face
            class="inline-flex h-9 w-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink"
        >
            {[Locale::en, Locale::pl, Locale::de, Locale::fr]
                .into_iter()
                .map(|locale| {
                    let current = Signal::derive(move || i18n.get_locale() == locale);
                    view! {
                        <MenuButton current=current on_click=move |_| choose(locale)>
                            <span lang=locale.to_string()>{name_of(locale)}</span>
                        </MenuButton>
                    }
                })
                .collect_view()}
        </Menu>
    }
}

/// A colour scheme; empty means the system's.
const THEMES: [&str; 3] = ["", "light", "dark"];

/// Light, dark, or as the system has it.
#[component]
pub(super) fn ThemeMenu() -> impl IntoView {
    let i18n = use_i18n();
    let here = super::use_here();
    // What the server wrote on <html> comes from the cookie or the person; the menu shows the person's choice.
    let chosen = RwSignal::new(here.me.with_untracked(|me| match me.theme.as_str() {
        "light" => "light",
        "dark" => "dark",
        _ => "",
    }));
    let choose = move |theme: &'static str| {
        chosen.set(theme);
        remember(THEME_COOKIE, theme);
        if let Some(root) = document().document_element() {
            root.set_class_name(theme);
        }
        spawn_local(async move {
            let kept = if theme.is_empty() { "system" } else { theme };
            // As with the language: the cookie has it in any case.
            let _ = api::set_theme(kept.to_owned()).await;
        });
    };
    let label = move |theme: &str| match theme {
        "light" => t_string!(i18n, common.theme_light),
        "dark" => t_string!(i18n, common.theme_dark),
        _ => t_string!(i18n, common.theme_system),
    };
    let icon = |theme: &str| match theme {
        "light" => Icon::Sun,
        "dark" => Icon::Moon,
        _ => Icon::Monitor,
    };
    let face = move || view! { {move || view! { <Glyph icon=icon(chosen.get()) /> }} };
    view! {
        <Menu
            label=move || t_string!(i18n, common.theme)
            face=face
            class="inline-flex h-9 w-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink"
        >
            {THEMES
                .into_iter()
                .map(|theme| {
                    let current = Signal::derive(move || chosen.get() == theme);
                    view! {
                        <MenuButton icon=icon(theme) current=current on_click=move |_| choose(theme)>
                            {move || label(theme)}
                        </MenuButton>
                    }
                })
                .collect_view()}
        </Menu>
    }
}

/// Shows what was changed elsewhere (on the page of one's own account) at once, and keeps it for the next page.
pub fn apply_preferences(i18n: I18nContext<Locale>, language: Language, theme: Theme) {
    let locale = locale_of(language);
    i18n.set_locale(locale);
    remember(LOCALE_COOKIE, locale.as_ref());
    let theme = match theme {
        Theme::System => "",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    remember(THEME_COOKIE, theme);
    if let Some(root) = document().document_element() {
        root.set_class_name(theme);
    }
}
