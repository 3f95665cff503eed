//! The stylesheet: Tailwind's preflight, our tokens and base, and the utilities that the sources use, by encre-css.
//!
//! Write standard Tailwind v4 classes only. What encre-css 0.21 lacks is filled in below; the test `end2end/tests/tailwind.test.mjs`
//! compares the result with Tailwind's own compiler, in the browser.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use encre_css::prelude::build_plugin::*;
use encre_css::{Config, Preflight, Scanner};

use crate::browser::NAME;
use crate::workspace::Workspace;

/// Where classes are used.
const SOURCES: [(&str, &str); 3] = [
    ("app/src", "rs"),
    ("server/src", "rs"),
    ("server/templates", "html"),
];

/// Writes `campanile.css` into the console's package.
pub fn write(workspace: &Workspace, package: &Path) -> Result<()> {
    let css = stylesheet(workspace, true)?;
    println!("      {} KB", css.len() / 1024);
    fs::write(package.join(format!("{NAME}.css")), css)?;
    Ok(())
}

/// Everything that a page of the console or a public page needs, in the order in which it overrides; `own`: with our tokens
/// and base.
pub fn stylesheet(workspace: &Workspace, own: bool) -> Result<String> {
    let style = workspace.root.join("style");
    let read = |name: &str| fs::read_to_string(style.join(name)).with_context(|| format!("style/{name}"));
    let sources = sources(&workspace.root)?;
    let utilities = utilities(sources.iter().map(String::as_str), &read("theme.css")?)?;
    let preflight = encre_css::generate([], &Config::default());
    let own = if own {
        [read("tokens.css")?, read("base.css")?].join("\n")
    } else {
        String::new()
    };
    Ok([preflight, own, utilities].join("\n"))
}

/// The text of every file in which a class may be named.
pub fn sources(root: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for (folder, extension) in SOURCES {
        collect(&root.join(folder), extension, &mut texts)?;
    }
    Ok(texts)
}

fn collect(folder: &Path, extension: &str, texts: &mut Vec<String>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mut entries: Vec<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, texts)?;
        } else if path.extension().is_some_and(|e| e == extension) {
            texts.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The rules for the classes found in the sources.
pub fn utilities<'a>(sources: impl IntoIterator<Item = &'a str>, theme: &str) -> Result<String> {
    let mut config = Config::default();
    config.preflight = Preflight::new_none();
    config.scanner = Scanner::from_fn(classes);
    for (name, value) in colours(theme)? {
        config.theme.colors.add(name, value);
    }
    for plugin in [
        &SIZE,
        &SIZE_WORDS,
        &SIZE_ARBITRARY,
        &SUBGRID,
        &BACKDROP_BLUR,
        &OUTLINE_NONE,
    ] {
        config.register_plugin(plugin);
    }
    encre_css_typography::register(&mut config);
    Ok(encre_css::generate(sources, &config))
}

/// Words of a source that may be classes: what stands between blanks and quotes, and what `class:name=` names.
pub fn classes(source: &str) -> BTreeSet<&str> {
    source
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\'))
        .map(|word| {
            word.strip_prefix("class:")
                .map_or(word, |rest| rest.split('=').next().unwrap_or(rest))
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The colours of `style/theme.css`: lines `--color-NAME: VALUE;`.
fn colours(theme: &str) -> Result<Vec<(String, String)>> {
    let colours: Vec<_> = theme
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("--color-")?
                .strip_suffix(';')?
                .split_once(':')
        })
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if colours.is_empty() {
        bail!("style/theme.css names no colours");
    }
    Ok(colours)
}

const SIZE: StaticPlugin = Plugin::Spacing(Spacing {
    namespace: "size",
    prop: MultipleProps(&["width", "height"]),
    has_auto: Some(true),
    has_full: Some(true),
    ..Spacing::default()
});

const SIZE_WORDS: StaticPlugin = Plugin::ListValues(ListValues {
    namespace: Some("size"),
    prop: MultipleProps(&["width", "height"]),
    values: map! { "min" => "min-content", "max" => "max-content", "fit" => "fit-content" },
    ..ListValues::default()
});

const SIZE_ARBITRARY: StaticPlugin = Plugin::Arbitrary(Arbitrary {
    namespace: "size",
    prop: MultipleProps(&["width", "height"]),
    ..Arbitrary::default()
});

const SUBGRID: StaticPlugin = Plugin::ListProperties(ListProperties {
    props: map! {
        "grid-cols-subgrid" => &["grid-template-columns: subgrid;"],
        "grid-rows-subgrid" => &["grid-template-rows: subgrid;"],
    },
    ..ListProperties::default()
});

const BACKDROP_BLUR: StaticPlugin = Plugin::ListProperties(ListProperties {
    props: map! { "backdrop-blur" => &["-webkit-backdrop-filter: blur(8px);", "backdrop-filter: blur(8px);"] },
    ..ListProperties::default()
});

const OUTLINE_NONE: StaticPlugin = Plugin::ListProperties(ListProperties {
    props: map! { "outline-none" => &["outline-style: none;"] },
    ..ListProperties::default()
});
