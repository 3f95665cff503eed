//! What authors are told, and where.

mod common;
use common::*;
use render::*;
use types::Language;
use types::content::{Classification, SlotKind};

fn codes(body: &str) -> Vec<ProblemCode> {
    match compile(&with_body(body)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|it| it.code).collect(),
    }
}

#[test]
fn undefined_variables_have_the_line_of_the_author() {
    let mut source = source();
    source.template.mjml = MJML.replace("Dear {{", "Dear\n {{ first_name }} {{ attributes.nope }} {{");
    assert_eq!(
        problems(&source),
        [
            (ProblemCode::UndefinedVariable, Place::Template, 11, 5),
            (ProblemCode::UndefinedVariable, Place::Template, 11, 22),
        ]
    );
    let problem = &compile(&source).unwrap_err()[0];
    assert_eq!(problem.params["suggestion"], "contact.first_name");
}

#[test]
fn what_was_meant_is_said_where_it_can_be_guessed() {
    for (written, meant) in [
        ("contact.frist_name", Some("contact.first_name")),
        ("contact.FirstName", Some("contact.first_name")),
        ("contact.mail", Some("contact.email")),
        ("unit.emial", Some("contact.email")),
        ("unsubscribe", None),
        ("unsubscribe_link", Some("links.unsubscribe_url")),
        ("name", Some("unit.name")),
        ("contact.shoe_size", None),
    ] {
        let problems = compile(&with_body(&format!("<mj-text>{{{{ {written} }}}}</mj-text>"))).unwrap_err();
        let said = problems[0].params.get("suggestion").map(String::as_str);
        assert_eq!(said, meant, "{written}");
    }
}

#[test]
fn a_problem_in_a_slot_is_said_to_be_there() {
    let mut source = source();
    let content = source.languages.get_mut(&Language::En).unwrap();
    content
        .slots
        .insert("headline".into(), text("One\ntwo {{ nope }}"));
    content.slots.insert(
        "body".into(),
        html("<p>x</p>\n<p>{{ contact.first_name|shout }}</p>"),
    );
    assert_eq!(
        problems(&source),
        [
            (
                ProblemCode::UndefinedVariable,
                Place::Slot("headline".into()),
                2,
                8
            ),
            (ProblemCode::UnknownFilter, Place::Slot("body".into()), 2, 26),
        ]
    );
}

#[test]
fn what_allocates_or_does_more_than_mails_need_is_refused() {
    use ProblemCode::{NotAllowed, UnknownFilter};
    for (body, code) in [
        ("{{ 'x' * 100000000 }}", NotAllowed),
        ("{{ 2 ** 100000000 }}", NotAllowed),
        ("{{ '%0100000000d' % 1 }}", NotAllowed),
        ("{{ '%0100000000d'|format(1) }}", UnknownFilter),
        ("{{ contact.email|replace('', contact.email) }}", UnknownFilter),
        ("{{ contact.email|safe }}", UnknownFilter),
        ("{{ range(100000000) }}", NotAllowed),
        ("{{ contact.email.upper() }}", NotAllowed),
        ("{% set x = 'a' %}", NotAllowed),
        ("{% macro m() %}x{% endmacro %}", NotAllowed),
        ("{% include 'x' %}", NotAllowed),
        ("{% filter upper %}x{% endfilter %}", NotAllowed),
        ("{% raw %}{{ x }}{% endraw %}", NotAllowed),
        (
            "{% autoescape false %}{{ contact.email }}{% endautoescape %}",
            NotAllowed,
        ),
        ("{% for i in [1,2,3] %}x{% endfor %}", NotAllowed),
        (
            "{% for i in attributes.courses recursive %}x{% endfor %}",
            NotAllowed,
        ),
        ("{{ contact.email[0:3] }}", NotAllowed),
    ] {
        let found = codes(&format!("<mj-text>{body}</mj-text>"));
        assert!(found.contains(&code), "{body}: {found:?}");
    }
}

#[test]
fn too_much_output_is_stopped() {
    let source = with_body(
        "<mj-text>{% for a in attributes.courses %}{% for b in attributes.courses %}{% for c in attributes.courses %}{{ contact.last_name }}{% endfor %}{% endfor %}{% endfor %}</mj-text>",
    );
    let compiled = compile(&source).unwrap();
    let mut person = person();
    person.attributes.insert("courses".into(), vec!["x"; 30].into());
    person.last_name = "y".repeat(1000);
    assert_eq!(
        compiled.render(&person, &PlainLinks).unwrap_err().code,
        ProblemCode::OutputTooLarge
    );
    person.last_name = "y".into();
    person.attributes.insert("courses".into(), vec!["x"; 90].into());
    assert_eq!(
        compiled.render(&person, &PlainLinks).unwrap_err().code,
        ProblemCode::TooMuchWork
    );
}

#[test]
fn markup_mistakes_have_their_line() {
    use ProblemCode::*;
    for (body, code, line) in [
        ("<mj-text>\n<b>x</mj-text>", TagMismatch, 3),
        ("<mj-txt>x</mj-txt>", UnknownElement, 2),
        ("<mj-raw>\n<script>x</script></mj-raw>", ForbiddenElement, 3),
        ("<mj-include path=\"x\" />", ForbiddenElement, 2),
        (
            "<mj-text><a href=\"x\" onclick=\"y\">x</a></mj-text>",
            ForbiddenAttribute,
            2,
        ),
        (
            "<mj-text><a href=\"javascript:y\">x</a></mj-text>",
            ForbiddenAttribute,
            2,
        ),
        ("<mj-text>a < b</mj-text>", MjmlSyntax, 2),
        (
            "<mj-text style=\"{{ contact.email }}\">a</mj-text>",
            VariableInMarkup,
            2,
        ),
        ("<mj-text>{{ contact.email </mj-text>", TagUnterminated, 2),
        ("<mj-text>{{ contact. }}</mj-text>", Syntax, 2),
        ("<mj-text>{% if contact.email %}</mj-text>", Syntax, 2),
        ("<mj-text>{% if 1 < %}x{% endif %}</mj-text>", Syntax, 2),
        (
            "<mj-social><mj-social-element name=\"facebook\" href=\"https://a.b\">x</mj-social-element></mj-social>",
            ExternalResource,
            2,
        ),
    ] {
        let found = problems(&with_body(body));
        assert!(
            found.iter().any(|it| it.0 == code && it.2 == line),
            "{body}: {found:?}"
        );
    }
}

#[test]
fn slots_keep_their_promises() {
    let mut source = source();
    source.template.slots[0].required = true;
    source.template.slots[0].max_length = Some(5);
    assert_eq!(problems(&source)[0].0, ProblemCode::SlotTooLong);
    source
        .languages
        .get_mut(&Language::En)
        .unwrap()
        .slots
        .insert("headline".into(), text(" "));
    assert_eq!(problems(&source)[0].0, ProblemCode::SlotRequired);
    source.template.slots[0].required = false;
    source.template.slots[0].locked = true;
    source.template.slots[0]
        .default
        .insert(Language::En, text("Fixed"));
    source
        .languages
        .get_mut(&Language::En)
        .unwrap()
        .slots
        .insert("headline".into(), text("mine"));
    assert_eq!(problems(&source)[0].0, ProblemCode::SlotLocked);
    source
        .languages
        .get_mut(&Language::En)
        .unwrap()
        .slots
        .remove("headline");
    assert!(
        compile(&source)
            .unwrap()
            .render(&person(), &PlainLinks)
            .unwrap()
            .html
            .contains(">Fixed<")
    );
    source.template.slots[0].kind = SlotKind::Image;
    assert_eq!(problems(&source)[0].0, ProblemCode::SlotKind);
    source.template.slots.remove(0);
    assert_eq!(
        problems(&source)[0],
        (ProblemCode::UnknownSlot, Place::Template, 9, 35)
    );
    for (body, code) in [
        ("{{ slots.x|upper }}", ProblemCode::SlotInExpression),
        (
            "{% if slots.x == 'a' %}b{% endif %}",
            ProblemCode::SlotInExpression,
        ),
    ] {
        assert!(codes(body).contains(&code), "{body}");
    }
}

#[test]
fn checks_tell_what_should_not_be_sent() {
    let mut source = with_body(
        "<mj-image src=\"https://u.example/x.png\" /><mj-button href=\"\">a</mj-button><mj-button href=\"https:/u.example\">b</mj-button>\
         <mj-text color=\"#bbbbbb\"><a href=\"https://nohost\">c</a></mj-text>",
    );
    source.unit.address.clear();
    let content = source.languages.get_mut(&Language::En).unwrap();
    content.footer.unsubscribe.clear();
    content.subject = "x".repeat(80);
    let findings = check(&source, &person(), &PlainLinks);
    let found: Vec<_> = findings.iter().map(|it| (it.severity, it.problem.code)).collect();
    for expected in [
        (Severity::Error, ProblemCode::MissingAlt),
        (Severity::Error, ProblemCode::EmptyLink),
        (Severity::Error, ProblemCode::BrokenLink),
        (Severity::Error, ProblemCode::MissingAddress),
        (Severity::Error, ProblemCode::MissingUnsubscribe),
        (Severity::Warning, ProblemCode::LowContrast),
        (Severity::Warning, ProblemCode::LongSubject),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(
        found.iter().filter(|it| it.1 == ProblemCode::BrokenLink).count(),
        2
    );
    source.classification = Classification::Transactional;
    let findings = check(&source, &person(), &PlainLinks);
    assert!(
        !findings
            .iter()
            .any(|it| it.problem.code == ProblemCode::MissingUnsubscribe)
    );
}

#[test]
fn checks_of_a_good_message_find_nothing() {
    assert_eq!(check(&source(), &person(), &PlainLinks), []);
}

#[test]
fn large_messages_and_empty_subjects() {
    let source = with_body(&format!("<mj-text>{}</mj-text>", "word ".repeat(25_000)));
    let codes: Vec<_> = check(&source, &person(), &PlainLinks)
        .into_iter()
        .map(|it| it.problem.code)
        .collect();
    assert_eq!(codes, [ProblemCode::HtmlTooLarge]);
    let mut source = common::source();
    source.languages.get_mut(&Language::En).unwrap().subject = String::new();
    let codes: Vec<_> = check(&source, &person(), &PlainLinks)
        .into_iter()
        .map(|it| it.problem.code)
        .collect();
    assert_eq!(codes, [ProblemCode::EmptySubject]);
    let source = with_body(&"x".repeat(300_000));
    assert_eq!(problems(&source)[0].0, ProblemCode::TooLarge);
}
