//! What a recipient gets.

mod common;
use common::*;
use render::*;
use types::Language;
use types::content::{Classification, SlotKind, SlotValue};

#[test]
fn a_whole_message() {
    let compiled = compile(&source()).unwrap();
    let sent = compiled.render(&person(), &Tracked).unwrap();
    assert_eq!(sent.subject, "Open day, Żaneta");
    assert_eq!(sent.from_name, "Admissions");
    assert!(sent.html.contains("Open day &amp; more"));
    assert!(sent.html.contains("Only for medicine.") && !sent.html.contains("For everybody else."));
    assert!(sent.html.contains("Come &amp; see Admissions"));
    assert!(sent.html.contains("<html lang=\"en\""));
    assert!(
        !sent.html.contains("fonts.googleapis") && !sent.html.contains("<mj-") && !sent.html.contains("{{")
    );
    assert!(
        !sent
            .html
            .contains(|c: char| ('\u{2e28}'..='\u{2e29}').contains(&c) || c == '\u{1}')
    );
    insta::assert_snapshot!("text", sent.text);
    insta::assert_snapshot!("html", sent.html);
}

#[test]
fn the_same_bytes_for_the_same_links() {
    let source = source();
    let kept: Source = serde_json::from_str(&serde_json::to_string(&source).unwrap()).unwrap();
    let first = compile(&source).unwrap().render(&person(), &Tracked).unwrap();
    let compiled = compile(&kept).unwrap();
    let mut reused = Rendered::default();
    compiled
        .render_into(
            Person {
                first_name: "X".into(),
                ..Person::default()
            },
            &PlainLinks,
            &mut reused,
        )
        .unwrap_err();
    compiled.render_into(person(), &Tracked, &mut reused).unwrap();
    assert_eq!(
        (&first.html, &first.text, &first.subject),
        (&reused.html, &reused.text, &reused.subject)
    );
}

#[test]
fn links_are_numbered_once_and_lead_where_they_should() {
    let compiled = compile(&source()).unwrap();
    let links: Vec<_> = compiled
        .links()
        .iter()
        .map(|it| (it.number, it.address.as_str(), it.label.as_str()))
        .collect();
    assert_eq!(
        links,
        [
            (1, "https://u.example/plan?a=1&b=2", "the plan"),
            (
                2,
                "https://u.example/register?who={{ contact.email }}",
                "Register"
            ),
        ]
    );
    assert_eq!(
        compiled.link_address(2, &person()).unwrap().as_deref(),
        Some("https://u.example/register?who=z%2B1%40u.example")
    );
    assert_eq!(compiled.link_address(9, &person()).unwrap(), None);
    let plain = compiled.render(&person(), &PlainLinks).unwrap();
    assert!(plain.html.contains("href=\"https://u.example/plan?a=1&amp;b=2\""));
    assert!(
        plain
            .text
            .contains("Register (https://u.example/register?who=z%2B1%40u.example)")
    );
    let sent = compiled.render(&person(), &Tracked).unwrap();
    assert!(
        sent.html
            .contains("href=\"https://t.u.example/t/c/1?a=b&amp;c=d\"")
    );
    assert!(sent.text.contains("https://t.u.example/t/c/1?a=b&c=d"));
    assert!(!sent.html.contains("u.example/plan"));
}

#[test]
fn languages_have_versions_and_their_own_link_numbers() {
    let mut source = source();
    let mut polish = content();
    polish.subject = "Dzień otwarty".into();
    polish.slots.insert(
        "body".into(),
        html("<p>{{ attributes.start|date('weekday') }}, {{ attributes.points|number }}</p>"),
    );
    source.languages.insert(Language::Pl, polish);
    let compiled = compile(&source).unwrap();
    let person = Person {
        language: Some(Language::Pl),
        ..person()
    };
    let sent = compiled.render(&person, &Tracked).unwrap();
    assert_eq!(sent.subject, "Dzień otwarty");
    assert!(
        sent.html.contains("pi&#261;tek, 5 marca 2027, 12&#8239;345,5"),
        "{}",
        sent.text
    );
    assert!(sent.html.contains("<html lang=\"pl\""));
    assert!(sent.text.contains("/t/c/3"));
    let german = Person {
        language: Some(Language::De),
        ..person
    };
    assert_eq!(compiled.render(&german, &Tracked).unwrap().language, Language::En);
}

#[test]
fn values_are_escaped_and_cannot_make_markup_or_marks() {
    let source = with_body(
        "<mj-text>{{ contact.last_name }}<a href=\"https://e.org/{{ contact.last_name }}\" title=\"{{ contact.last_name }}\">x</a></mj-text>",
    );
    let evil = Person {
        last_name: "\"><script>\u{1}U\u{1}'&\u{2e28}0\u{2e29}".into(),
        ..person()
    };
    let sent = compile(&source).unwrap().render(&evil, &PlainLinks).unwrap();
    assert!(!sent.html.contains("<script>"), "{}", sent.html);
    assert!(sent.html.contains("&quot;&gt;&lt;script&gt;U&#39;&amp;"));
    assert!(
        sent.html
            .contains("https://e.org/%22%3E%3Cscript%3E%01U%01%27%26")
    );
    assert!(sent.text.contains("\"><script>U'&"));
}

#[test]
fn a_header_with_a_line_break_is_refused() {
    let mut source = source();
    source.languages.get_mut(&Language::En).unwrap().subject = "Hi {{ contact.first_name }}".into();
    let compiled = compile(&source).unwrap();
    let evil = Person {
        first_name: "a\r\nBcc: x@y.example".into(),
        ..person()
    };
    assert_eq!(
        compiled.render(&evil, &PlainLinks).unwrap_err().code,
        ProblemCode::HeaderNewline
    );
    source.languages.get_mut(&Language::En).unwrap().subject = "Hi\nBcc: x".into();
    assert_eq!(
        problems(&source),
        [(ProblemCode::HeaderNewline, Place::Subject, 1, 3)]
    );
}

#[test]
fn what_a_person_lacks_is_named_with_the_authors_line() {
    let source = with_body("<mj-text>\n  Hello\n  {{ attributes.faculty|upper }}</mj-text>");
    let compiled = compile(&source).unwrap();
    let problem = compiled.render(&Person::default(), &PlainLinks).unwrap_err();
    assert_eq!(
        (problem.code, problem.line, problem.column),
        (ProblemCode::MissingValue, 4, 3)
    );
    assert_eq!(problem.params["name"], "attributes.faculty");
    let uses: Vec<_> = compiled
        .variables()
        .iter()
        .map(|it| (it.path.as_str(), it.guarded))
        .collect();
    assert!(
        uses.contains(&("attributes.faculty", false)) && uses.contains(&("contact.first_name", true)),
        "{uses:?}"
    );
}

#[test]
fn the_footer_follows_the_classification() {
    let mut source = source();
    for (class, unsubscribe, preferences) in [
        (Classification::Marketing, true, true),
        (Classification::Operational, false, true),
        (Classification::Transactional, false, false),
    ] {
        source.classification = class;
        let sent = compile(&source).unwrap().render(&person(), &Tracked).unwrap();
        for part in [&sent.html, &sent.text] {
            assert_eq!(part.contains("/u/tok"), unsubscribe, "{class}");
            assert_eq!(part.contains("/p/tok"), preferences, "{class}");
            assert!(part.contains("1 Tower Square, 00-001 Northfield"), "{class}");
        }
    }
}

#[test]
fn no_template_gets_rid_of_the_footer() {
    for attempt in [
        "<mj-raw><!-- </mj-raw>",
        "<mj-raw><div style=\"display:none\"></mj-raw>",
        "{% if contact.first_name == 'nobody' %}<mj-text>a</mj-text>",
        "<mj-text>a</mj-text>{# ",
        "{% raw %}<mj-text>a</mj-text>",
        "<mj-raw></div></div></body></html></mj-raw>",
        "<mj-raw><noscript></noscript></mj-raw>",
        "<mj-raw><textarea></mj-raw>",
        "<mj-raw><plaintext></mj-raw>",
        "<mj-raw><svg><style></svg></mj-raw>",
    ] {
        if let Ok(compiled) = compile(&with_body(attempt)) {
            panic!(
                "{attempt}: {}",
                compiled.render(&person(), &Tracked).unwrap().html
            );
        }
    }
}

#[test]
fn text_may_be_written_by_hand() {
    let mut source = source();
    source.languages.get_mut(&Language::En).unwrap().text = Some(
        "Dear {{ contact.first_name }},\nhttps://u.example/plan?a=1&b=2 and https://other.example.".into(),
    );
    let compiled = compile(&source).unwrap();
    let sent = compiled.render(&person(), &Tracked).unwrap();
    assert!(
        sent.text.starts_with(
            "Dear Żaneta,\nhttps://t.u.example/t/c/1?a=b&c=d and https://t.u.example/t/c/3?a=b&c=d.\n"
        ),
        "{}",
        sent.text
    );
    assert!(sent.text.contains("Unsubscribe: https://t.u.example/u/tok"));
}

#[test]
fn images_get_the_installations_address() {
    let mut source = source();
    let picture = SlotValue::Image {
        address: "/media/abc.png".into(),
        alt: "The \"tower\"".into(),
        width: None,
    };
    source
        .languages
        .get_mut(&Language::En)
        .unwrap()
        .slots
        .insert("picture".into(), picture);
    let sent = compile(&source).unwrap().render(&person(), &PlainLinks).unwrap();
    assert!(sent.html.contains("src=\"https://mail.u.example/media/abc.png\""));
    assert!(sent.html.contains("alt=\"The &quot;tower&quot;\""));
    assert!(sent.text.contains("The \"tower\""));
}

#[test]
fn attributes_keep_every_character() {
    let source =
        with_body("<mj-image src=\"https://u.example/a.png\" alt='a\u{a0}b \\ \"q\" \u{2764}\u{fe0f}' />");
    let sent = compile(&source).unwrap().render(&person(), &PlainLinks).unwrap();
    assert!(
        sent.text.starts_with("a b \\ \"q\" \u{2764}\u{fe0f}"),
        "{}",
        sent.text
    );
    assert!(
        sent.html
            .contains("alt=\"a&#160;b &#92; &#34;q&#34; &#10084;&#65039;\""),
        "{}",
        sent.html
    );
}

#[test]
fn loops_conditions_and_filters() {
    let source = with_body(
        "<mj-text>{% for c in attributes.courses %}{{ loop.index }}.{{ c|upper }} {% endfor %}|{{ attributes.courses|join(' + ') }}|\
         {{ 'ANNA-MARIA kowalska'|title }}|{{ contact.first_name or 'x' }}|{% if 1 < 2 and 'Ethics' in attributes.courses %}yes{% endif %}|\
         {{ attributes.points|number(2) }}|{{ attributes.start|date }}|{{ attributes.start|date('time') }}|{{ attributes.page|default('none') }}</mj-text>",
    );
    let sent = compile(&source).unwrap().render(&person(), &PlainLinks).unwrap();
    assert!(
        sent.text.starts_with("1.ANATOMY 2.ETHICS |Anatomy + Ethics|Anna-Maria Kowalska|Żaneta|yes|12,345.50|5 March 2027|09:30|none"),
        "{}",
        sent.text
    );
}

#[test]
fn a_whole_address_from_a_variable_is_checked() {
    let source = with_body("<mj-text><a href=\"{{ attributes.page }}\">x</a></mj-text>");
    let compiled = compile(&source).unwrap();
    let with = |page: &str| {
        let mut person = person();
        person.attributes.insert("page".into(), page.into());
        person
    };
    let sent = compiled
        .render(&with("https://a.example/?b=c&d=e"), &PlainLinks)
        .unwrap();
    assert!(sent.html.contains("href=\"https://a.example/?b=c&amp;d=e\""));
    let problem = compiled
        .render(&with("javascript:alert(1)"), &PlainLinks)
        .unwrap_err();
    assert_eq!(problem.code, ProblemCode::LinkScheme);
}

#[test]
fn tables_and_tags_between_elements() {
    let source = with_body(
        "{% if attributes.faculty %}<mj-table>{% for c in attributes.courses %}<tr><td>{{ c }}</td><td>yes</td></tr>{% endfor %}</mj-table>{% endif %}",
    );
    let sent = compile(&source).unwrap().render(&person(), &PlainLinks).unwrap();
    assert!(
        sent.text.starts_with("Anatomy yes\nEthics yes\n"),
        "{}",
        sent.text
    );
    assert_eq!(slot("x", SlotKind::Link).label(Language::Fr), "X");
}

/// So that the HTML needs no encoding of its own on its way, whoever it is for.
#[test]
fn the_html_travels_as_it_is() {
    let mut source = with_body("<mj-text>Łódź {{ contact.first_name }}\n.dots</mj-text>");
    source.unit.name = "Wydział Chemii".into();
    let person = Person {
        first_name: "Żaneta".into(),
        ..person()
    };
    let sent = compile(&source).unwrap().render(&person, &Tracked).unwrap();
    for line in sent.html.lines() {
        let plain = line.is_ascii() && line.len() < 990 && !line.starts_with('.') && line.trim_end() == line;
        assert!(plain, "{line:?}");
    }
}

#[test]
fn a_greater_than_sign_after_a_longer_character_is_only_text() {
    let source = with_body("<mj-text>Łódź > Kraków, é> and ⸩></mj-text>");
    let compiled = compile(&source).expect("compiles");
    let sent = compiled.render(&person(), &PlainLinks).expect("renders");
    assert!(sent.html.contains("&#321;&#243;d&#378;") && sent.html.contains("Krak&#243;w"));
}
