//! All languages say the same things, in all the plural forms that each of them has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use campanile_i18n::{Locale, td_string};
use serde_json::Value;

const SUFFIXES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The cardinal forms that CLDR gives a language. French `many` is for millions written out with "de"; ICU
/// selects it, so it must be there.
fn forms(language: &str) -> &'static [&'static str] {
    match language {
        "pl" => &["one", "few", "many", "other"],
        "fr" => &["one", "many", "other"],
        _ => &["one", "other"],
    }
}

fn flatten(prefix: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                flatten(&key, value, out);
            }
        }
        Value::String(text) => {
            assert!(!text.trim().is_empty(), "{prefix} is empty");
            out.insert(prefix.to_owned(), text.clone());
        }
        other => panic!("{prefix}: {other} is not a text"),
    }
}

fn namespaces(language: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("locales")
        .join(language);
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).expect("the language's folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut flat = BTreeMap::new();
        flatten("", &value, &mut flat);
        all.insert(
            path.file_stem().expect("a name").to_string_lossy().into_owned(),
            flat,
        );
    }
    all
}

/// Splits `people_few` into `people` and `few` when `people_other` says that it is a plural.
fn plural<'a>(key: &'a str, keys: &BTreeMap<String, String>) -> Option<(&'a str, &'a str)> {
    let (base, suffix) = key.rsplit_once('_')?;
    (SUFFIXES.contains(&suffix) && keys.contains_key(&format!("{base}_other"))).then_some((base, suffix))
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("{{")
        .skip(1)
        .filter_map(|rest| rest.split("}}").next())
        .map(|name| name.trim().to_owned())
        .collect()
}

#[test]
fn all_languages_have_the_same_keys_and_placeholders() {
    let english = namespaces("en");
    for language in ["pl", "de", "fr"] {
        let other = namespaces(language);
        assert_eq!(
            english.keys().collect::<Vec<_>>(),
            other.keys().collect::<Vec<_>>(),
            "namespaces of {language}"
        );
        for (namespace, texts) in &english {
            let translated = &other[namespace];
            let bases = |texts: &BTreeMap<String, String>| -> BTreeSet<String> {
                texts
                    .keys()
                    .map(|k| plural(k, texts).map_or(k.clone(), |(base, _)| format!("{base} (plural)")))
                    .collect()
            };
            let (left, right) = (bases(texts), bases(translated));
            let missing: Vec<_> = left.difference(&right).collect();
            let surplus: Vec<_> = right.difference(&left).collect();
            assert!(
                missing.is_empty() && surplus.is_empty(),
                "{language}/{namespace}: missing {missing:?}, surplus {surplus:?}"
            );
            for (key, text) in texts {
                if plural(key, texts).is_none() {
                    assert_eq!(
                        placeholders(text),
                        placeholders(&translated[key]),
                        "placeholders of {language}/{namespace}.{key}"
                    );
                }
            }
        }
    }
}

#[test]
fn plurals_have_the_forms_of_their_language() {
    for language in ["en", "pl", "de", "fr"] {
        for (namespace, texts) in namespaces(language) {
            let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for (base, form) in texts.keys().filter_map(|key| plural(key, &texts)) {
                found.entry(base).or_default().insert(form);
            }
            let wanted: BTreeSet<&str> = forms(language).iter().copied().collect();
            for (base, forms) in found {
                assert_eq!(forms, wanted, "plural forms of {language}/{namespace}.{base}");
            }
        }
    }
}

#[test]
fn polish_counts_people_properly() {
    let say = |n: u64| td_string!(Locale::pl, common.people_count, count = n);
    assert_eq!(say(1), "1 osoba");
    assert_eq!(say(3), "3 osoby");
    assert_eq!(say(5), "5 osób");
    assert_eq!(say(12), "12 osób");
    assert_eq!(say(22), "22 osoby");
    assert_eq!(say(112), "112 osób");
    let english = |n: u64| td_string!(Locale::en, common.people_count, count = n);
    assert_eq!(english(1), "1 person");
    assert_eq!(english(2), "2 people");
    assert_eq!(
        td_string!(Locale::fr, common.people_count, count = 0_u64),
        "0 personne"
    );
}
