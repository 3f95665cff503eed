//! Compiles the message catalogues in `locales/` into the `i18n` module, so that a key that is missing or misspelt does not compile.

use std::error::Error;
use std::path::PathBuf;

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

/// One namespace an area: a page reads only `common`, `errors` and its own.
const NAMESPACES: [&str; 12] = [
    "common",
    "errors",
    "auth",
    "audience",
    "content",
    "campaigns",
    "triggered",
    "reports",
    "sending",
    "settings",
    "public",
    "mail",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");

    // `interpolate_display` makes every message usable as text: templates of pages and mails need that.
    let options = ParseOptions::default().interpolate_display(true);
    let config = Config::new("en")?
        .add_locales(["pl", "de", "fr"])?
        .add_namespaces(NAMESPACES)?
        .parse_options(options);
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();

    #[expect(
        clippy::disallowed_methods,
        reason = "Cargo tells build scripts their output folder this way"
    )]
    let out = std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    translations.generate_i18n_module(PathBuf::from(out).join("i18n"))?;
    Ok(())
}
