//! The message catalogues of Campanile in English (the default), Polish, German and French.
//!
//! Console, public pages and system mail all read the same files, `locales/<language>/<namespace>.json`:
//!
//! * in a component: `let i18n = use_i18n(); view! { {t!(i18n, common.save)} }`
//! * as text, reactive: `t_string!(i18n, common.save)`
//! * with an explicit language (server, mail, askama): `td_string!(locale, mail.reset_subject)`, `td_display!(…)`
//! * with arguments: `td_string!(locale, audience.people_count, count = n)`; write `{{ name }}` in the file
//!
//! Plural forms are written as suffixed keys: `people_count_one`, `_few`, `_many`, `_other`. Polish needs one, few and many
//! (and `other`, for fractions); a test holds all files to the same keys and to the forms their language has.

#![expect(clippy::all, reason = "the module is generated")]

mod errors;
mod language;
mod negotiate;

include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));

pub use self::errors::{error_text, known as known_error};
pub use self::i18n::*;
pub use self::language::{language_of, locale_of};
pub use self::negotiate::{LOCALE_COOKIE, choose_locale, name_of, negotiate};
pub use leptos_i18n::context::{I18nContextOptions, UseLocalesOptions, init_i18n_context_with_options};
pub use leptos_i18n::{
    I18nContext, Locale as LocaleTrait, t, t_display, t_string, td, td_display, td_string, tu, tu_string,
};
