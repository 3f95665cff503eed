//! No input panics, nothing escapes, the footer is always there.

mod common;
use common::*;
use proptest::prelude::*;
use render::*;
use types::Language;

/// Pieces that mean something to one of the stages, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<mj-text>"),
        Just("</mj-text>"),
        Just("<mj-section>"),
        Just("</mj-section>"),
        Just("<mj-column width=\"{{ unit.name }}\">"),
        Just("</mj-column>"),
        Just("<mj-button href='"),
        Just("'>"),
        Just("<mj-image src=\"a\" width=\"1e9px\"/>"),
        Just("<mj-hero height=\"-1px\">"),
        Just("</mj-hero>"),
        Just("<mj-wrapper padding=\"1px 2px 3px\">"),
        Just("</mj-wrapper>"),
        Just("<mj-navbar>"),
        Just("<mj-carousel>"),
        Just("{{ slots.headline }}"),
        Just("{{ slots.body }}"),
        Just("{{ contact.first_name"),
        Just("|default('"),
        Just("}}"),
        Just("{% if "),
        Just("slots.picture"),
        Just("attributes.faculty"),
        Just("%}"),
        Just("{% else %}"),
        Just("{% endif %}"),
        Just("{% for c in attributes.courses %}"),
        Just("{% endfor %}"),
        Just("{#"),
        Just("#}"),
        Just("<!--"),
        Just("-->"),
        Just("<![endif]-->"),
        Just("<!--[if mso]>"),
        Just("&lt;"),
        Just("&#0;"),
        Just("&#123;{"),
        Just("\u{2e28}1\u{2e29}"),
        Just("\u{1}L1\u{1}"),
        Just("<a href=\"https://x.y/{{ contact.email }}\">"),
        Just("</a>"),
        Just("żółć"),
        Just("\""),
        Just("'"),
        Just("<"),
        Just(">"),
        Just("/"),
        Just(" = "),
        Just("\n"),
        Just("{"),
        Just("%"),
        Just("<mj-raw>"),
        Just("</mj-raw>"),
        Just("<br>"),
        Just("<p>"),
        Just("</p>"),
        Just("9999999999999999999999"),
        Just("(("),
        Just("]]"),
        Just("not "),
        Just("~"),
        Just("-")
    ];
    proptest::collection::vec(
        prop_oneof![8 => piece.prop_map(str::to_owned), 1 => any::<String>()],
        0..40,
    )
    .prop_map(|it| it.concat())
}

fn try_all(source: &Source, person: &Person) -> Result<(), TestCaseError> {
    let _ = check(source, person, &PlainLinks);
    if let Ok(compiled) = compile(source)
        && let Ok(sent) = compiled.render(person, &Tracked)
    {
        prop_assert!(sent.html.contains("/u/tok") && sent.text.contains("/u/tok"));
        prop_assert!(sent.html.contains("/t/o/tok.gif"));
        const MARK: char = '\u{1}';
        prop_assert!(!sent.html.contains(MARK) && !sent.text.contains(MARK));
        prop_assert!(!sent.subject.contains(['\r', '\n']) && !sent.from_name.contains(['\r', '\n']));
        let again = compile(source).unwrap().render(person, &Tracked).unwrap();
        prop_assert_eq!(sent.html, again.html);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_template(body in soup()) {
        try_all(&with_body(&body), &person())?;
        let mut source = source();
        source.template.mjml = body;
        try_all(&source, &person())?;
    }

    #[test]
    fn any_content(subject in soup(), name in soup(), rich in soup(), plain in soup(), address in soup()) {
        let mut source = source();
        let content = source.languages.get_mut(&Language::En).unwrap();
        content.preheader = subject.clone();
        content.subject = subject;
        content.from_name = name;
        content.text = Some(plain.clone());
        content.slots.insert("headline".into(), text(&plain));
        content.slots.insert("body".into(), html(&rich));
        content.slots.insert("action".into(), link(&plain, &address));
        try_all(&source, &person())?;
    }

    #[test]
    fn any_person(first in any::<String>(), last in soup(), email in any::<String>(), faculty in any::<String>()) {
        let mut person = Person { first_name: first, last_name: last, email, ..person() };
        person.attributes.insert("faculty".into(), faculty.into());
        try_all(&source(), &person)?;
        try_all(&with_body("<mj-text>{{ contact.last_name }} {{ attributes.faculty|default('x') }}</mj-text>"), &person)?;
    }

    #[test]
    fn rich_text_is_clean(rich in soup()) {
        let clean = clean_rich_text(&rich);
        let lower = clean.to_ascii_lowercase();
        prop_assert!(!lower.contains("<script") && !lower.contains("<mj-") && !lower.contains("<!--"));
        let again = clean_rich_text(&clean).to_ascii_lowercase();
        prop_assert!(!again.contains("<script") && !again.contains("<mj-") && !again.contains("<!--"));
    }
}
