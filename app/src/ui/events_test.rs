//! Events stand on elements and never on components: see [`super::Button`].

use std::path::Path;

/// Opening tags of components (`<Button …>`) in a source, each with what is in it.
fn component_tags(source: &str) -> Vec<&str> {
    let starts = source.match_indices('<').filter(|(at, _)| {
        let mut rest = source[at + 1..].chars();
        let name = rest.by_ref().take_while(|it| it.is_alphanumeric() || *it == '_');
        let name: String = name.collect();
        name.starts_with(|it: char| it.is_ascii_uppercase())
            && source[at + 1 + name.len()..].starts_with([' ', '\n'])
    });
    starts
        .filter_map(|(at, _)| Some(&source[at..at + end_of_tag(&source[at..])?]))
        .collect()
}

/// Where the tag ends that a text begins with; none when it is no tag (a comparison, a type).
fn end_of_tag(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut before) = (0_i32, false, ' ');
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if before != '\\' => quoted = !quoted,
            _ if quoted => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            '>' if depth == 0 && before != '=' && before != '-' => return Some(at),
            _ => {}
        }
        if depth < 0 {
            return None;
        }
        before = letter;
    }
    None
}

/// The tag without what is in brackets or quotes: only its own attributes are left.
fn own_attributes(tag: &str) -> String {
    let (mut depth, mut quoted) = (0_i32, false);
    let mut own = String::new();
    for letter in tag.chars() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            _ if depth == 0 => own.push(letter),
            _ => {}
        }
    }
    own
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            let wrong = |tag: &&str| {
                own_attributes(tag)
                    .split_whitespace()
                    .any(|it| it.starts_with("on:"))
            };
            let tags = component_tags(&text).into_iter().filter(wrong);
            found.extend(tags.map(|tag| format!("{}: {}", path.display(), tag.replace('\n', " "))));
        }
    }
}

#[test]
fn no_event_is_spread_on_a_component() {
    let of = |view: &str| {
        component_tags(view)
            .iter()
            .map(|tag| own_attributes(tag))
            .collect::<String>()
    };
    assert!(of("<Button kind=a on:click=move |_| f(\"x\")>").contains(" on:click="));
    assert!(!of("<Button icon={view! { <a on:click=f></a> }}>").contains("on:click"));
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|it| !it.contains("events_test.rs"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
