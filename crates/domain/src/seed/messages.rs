//! What the demo's campaigns say.

use std::collections::BTreeMap;
use types::{Language, campaigns::LanguageContent, content::SlotValue};

/// A campaign of the demo.
pub(super) struct Message {
    pub name: &'static str,
    pub unit: &'static str,
    /// Left side of the author's and approver's addresses.
    pub author: &'static str,
    pub approver: &'static str,
    pub template: &'static str,
    pub topics: &'static [&'static str],
    pub languages: Vec<(Language, LanguageContent)>,
    /// Share of recipients, in percent, who open; of those who open, who click.
    pub opens: u32,
    pub clicks: u32,
}

const SITE: &str = "https://www.brackwater.example";

fn text(text: &str) -> SlotValue {
    SlotValue::Text {
        text: text.to_owned(),
    }
}

fn rich(html: &str) -> SlotValue {
    SlotValue::RichText {
        html: html.to_owned(),
    }
}

fn link(label: &str, path: &str) -> SlotValue {
    SlotValue::Link {
        label: label.to_owned(),
        address: format!("{SITE}{path}"),
    }
}

fn content(subject: &str, preheader: &str, slots: Vec<(&str, SlotValue)>) -> LanguageContent {
    LanguageContent {
        subject: subject.to_owned(),
        preheader: preheader.to_owned(),
        slots: slots
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<BTreeMap<_, _>>(),
        text: None,
    }
}

fn announcement(
    subject: &str,
    preheader: &str,
    headline: &str,
    body: &str,
    action: (&str, &str),
) -> LanguageContent {
    content(
        subject,
        preheader,
        vec![
            ("headline", text(headline)),
            ("body", rich(body)),
            ("action", link(action.0, action.1)),
        ],
    )
}

struct Event<'a> {
    subject: &'a str,
    preheader: &'a str,
    title: &'a str,
    when: &'a str,
    place: &'a str,
    invitation: &'a str,
    programme: &'a str,
    register: (&'a str, &'a str),
    map: &'a str,
}

fn event(event: &Event<'_>) -> LanguageContent {
    content(
        event.subject,
        event.preheader,
        vec![
            ("title", text(event.title)),
            ("when", text(event.when)),
            ("where", text(event.place)),
            ("invitation", rich(event.invitation)),
            ("programme", rich(event.programme)),
            ("register", link(event.register.0, event.register.1)),
            ("map", link(event.map, "/visit/map")),
        ],
    )
}

struct Letter<'a> {
    subject: &'a str,
    preheader: &'a str,
    headline: &'a str,
    intro: &'a str,
    first: (&'a str, &'a str),
    read: (&'a str, &'a str),
    second: (&'a str, &'a str),
}

fn letter(letter: &Letter<'_>) -> LanguageContent {
    content(
        letter.subject,
        letter.preheader,
        vec![
            ("headline", text(letter.headline)),
            ("intro", rich(letter.intro)),
            ("first_title", text(letter.first.0)),
            ("first_text", rich(letter.first.1)),
            ("first_link", link(letter.read.0, letter.read.1)),
            ("second_title", text(letter.second.0)),
            ("second_text", rich(letter.second.1)),
        ],
    )
}

/// Sent and finished, the oldest first.
pub(super) fn finished() -> Vec<Message> {
    vec![
        welcome_letter(),
        scholarships(),
        clinical_places(),
        shop_offer(),
        open_day(),
        research_seminar(),
        culture(),
    ]
}

fn welcome_letter() -> Message {
    Message {
        name: "Letter to everybody: start of term",
        unit: "marketing",
        author: "grace",
        approver: "helen",
        template: "Newsletter",
        topics: &["university-news"],
        languages: vec![
            (
                Language::En,
                letter(&Letter {
                    subject: "{{ contact.first_name|default('Hello') }}, the term begins",
                    preheader: "What is new, what is open, what to know in the first week",
                    headline: "The term begins",
                    intro: "<p>The lecture halls are full again. Here is what is new since the summer.</p>",
                    first: (
                        "The library is open until midnight",
                        "<p>From Monday the main library stays open until midnight, also at weekends. <a href=\"https://www.brackwater.example/library/rooms\">Reading rooms can be booked</a> by the hour.</p>",
                    ),
                    read: ("Opening hours", "/library/hours"),
                    second: (
                        "The ferry takes student cards",
                        "<p>Your student card is your ticket on the harbour ferry. <a href=\"https://www.brackwater.example/ferry\">All stops and times</a>.</p>",
                    ),
                }),
            ),
            (
                Language::Pl,
                letter(&Letter {
                    subject: "{{ contact.first_name|default('Dzień dobry') }}, zaczyna się semestr",
                    preheader: "Co nowego, co otwarte i co warto wiedzieć w pierwszym tygodniu",
                    headline: "Zaczyna się semestr",
                    intro: "<p>Sale wykładowe znów są pełne. Oto, co zmieniło się od lata.</p>",
                    first: (
                        "Biblioteka czynna do północy",
                        "<p>Od poniedziałku biblioteka główna jest czynna do północy, także w weekendy. <a href=\"https://www.brackwater.example/library/rooms\">Czytelnie można rezerwować</a> na godziny.</p>",
                    ),
                    read: ("Godziny otwarcia", "/library/hours"),
                    second: (
                        "Prom honoruje legitymacje",
                        "<p>Legitymacja studencka jest biletem na prom portowy. <a href=\"https://www.brackwater.example/ferry\">Przystanki i godziny</a>.</p>",
                    ),
                }),
            ),
        ],
        opens: 52,
        clicks: 24,
    }
}

fn scholarships() -> Message {
    Message {
        name: "Scholarships: call for applications",
        unit: "admissions",
        author: "anna",
        approver: "piotr",
        template: "Announcement",
        topics: &["scholarships"],
        languages: vec![
            (
                Language::En,
                announcement(
                    "Scholarships for the next year: apply by the 30th",
                    "Three kinds of support, one form",
                    "Apply for a scholarship",
                    "<p>The call for next year's scholarships is open. There are three kinds of support, and one form for all of them.</p><ul><li>for results</li><li>for talent in arts and sport</li><li>for those who need it most</li></ul><p>Questions? The <a href=\"https://www.brackwater.example/scholarships/advice\">advice desk</a> answers every weekday.</p>",
                    ("Start the application", "/scholarships/apply"),
                ),
            ),
            (
                Language::Pl,
                announcement(
                    "Stypendia na kolejny rok: wnioski do 30.",
                    "Trzy rodzaje wsparcia, jeden formularz",
                    "Złóż wniosek o stypendium",
                    "<p>Rozpoczął się nabór wniosków o stypendia na kolejny rok. Są trzy rodzaje wsparcia i jeden formularz.</p><ul><li>za wyniki</li><li>za osiągnięcia w sztuce i sporcie</li><li>dla tych, którzy najbardziej tego potrzebują</li></ul><p>Pytania? <a href=\"https://www.brackwater.example/scholarships/advice\">Punkt porad</a> odpowiada w dni robocze.</p>",
                    ("Rozpocznij wniosek", "/scholarships/apply"),
                ),
            ),
        ],
        opens: 61,
        clicks: 41,
    }
}

fn clinical_places() -> Message {
    Message {
        name: "Clinical teaching: places for the winter",
        unit: "medicine",
        author: "lukas",
        approver: "sabine",
        template: "Announcement",
        topics: &["clinical-teaching"],
        languages: vec![
            (
                Language::En,
                announcement(
                    "Your places on the wards this winter",
                    "Choose until Friday, first come, first served",
                    "Choose your place for the winter",
                    "<p>The places for the winter's clinical teaching are open. Students of {{ attributes.programme|default('medicine') }} choose until Friday.</p><p><a href=\"https://www.brackwater.example/medicine/wards\">All wards with their teachers</a></p>",
                    ("Choose a place", "/medicine/places"),
                ),
            ),
            (
                Language::De,
                announcement(
                    "Ihre Plätze auf den Stationen in diesem Winter",
                    "Wahl bis Freitag, in der Reihenfolge des Eingangs",
                    "Wählen Sie Ihren Platz für den Winter",
                    "<p>Die Plätze für den klinischen Unterricht im Winter sind offen. Wählen Sie bitte bis Freitag.</p><p><a href=\"https://www.brackwater.example/medicine/wards\">Alle Stationen und ihre Lehrenden</a></p>",
                    ("Platz wählen", "/medicine/places"),
                ),
            ),
        ],
        opens: 74,
        clicks: 63,
    }
}

fn shop_offer() -> Message {
    Message {
        name: "Shop: jumpers for the cold months",
        unit: "shop",
        author: "chloe",
        approver: "oliver",
        template: "Announcement",
        topics: &["offers"],
        languages: vec![
            (
                Language::En,
                announcement(
                    "Warm jumpers, in the colours of your faculty",
                    "A fifth off until Sunday",
                    "It is getting cold on the quay",
                    "<p>Our jumpers are knitted in the harbour district, in the colours of every faculty. Until Sunday they cost a fifth less.</p><p><a href=\"https://www.brackwater.example/shop/sizes\">Which size?</a></p>",
                    ("See the jumpers", "/shop/jumpers"),
                ),
            ),
            (
                Language::Fr,
                announcement(
                    "Des pulls chauds aux couleurs de votre faculté",
                    "Un cinquième de moins jusqu’à dimanche",
                    "Il commence à faire froid sur le quai",
                    "<p>Nos pulls sont tricotés dans le quartier du port, aux couleurs de chaque faculté. Jusqu’à dimanche, ils coûtent un cinquième de moins.</p><p><a href=\"https://www.brackwater.example/shop/sizes\">Quelle taille ?</a></p>",
                    ("Voir les pulls", "/shop/jumpers"),
                ),
            ),
        ],
        opens: 38,
        clicks: 19,
    }
}

pub(super) fn open_day() -> Message {
    Message {
        name: "Open day in November",
        unit: "admissions",
        author: "anna",
        approver: "piotr",
        template: "Event invitation",
        topics: &["open-days"],
        languages: vec![
            (
                Language::En,
                event(&Event {
                    subject: "Come and see us: open day on Saturday",
                    preheader: "Lectures, laboratories, the lighthouse",
                    title: "Open day",
                    when: "Saturday, 10:00 to 16:00",
                    place: "Old Quay, Brackwater",
                    invitation: "<p>Dear {{ contact.first_name|default('visitor') }},</p><p>sit in on a lecture, look into the laboratories, climb the lighthouse, and ask those who study here.</p>",
                    programme: "<ul><li>10:00 Welcome in the Great Hall</li><li>11:00 Taster lectures</li><li>14:00 Tours by boat</li></ul>",
                    register: ("Register for free", "/open-day/register"),
                    map: "How to find us",
                }),
            ),
            (
                Language::Pl,
                event(&Event {
                    subject: "Zapraszamy na dzień otwarty w sobotę",
                    preheader: "Wykłady, laboratoria, latarnia morska",
                    title: "Dzień otwarty",
                    when: "Sobota, 10:00–16:00",
                    place: "Stare Nabrzeże, Brackwater",
                    invitation: "<p>{% if contact.first_name %}Dzień dobry, {{ contact.first_name }}!{% else %}Dzień dobry!{% endif %}</p><p>Można posłuchać wykładu, zajrzeć do laboratoriów, wejść na latarnię i porozmawiać ze studentami.</p>",
                    programme: "<ul><li>10:00 Powitanie w auli</li><li>11:00 Wykłady pokazowe</li><li>14:00 Zwiedzanie łodzią</li></ul>",
                    register: ("Zapisz się bezpłatnie", "/open-day/register"),
                    map: "Jak do nas trafić",
                }),
            ),
        ],
        opens: 57,
        clicks: 35,
    }
}

fn research_seminar() -> Message {
    Message {
        name: "Research seminar: sleep and memory",
        unit: "medicine",
        author: "lukas",
        approver: "sabine",
        template: "Event invitation",
        topics: &["research-seminars"],
        languages: vec![(
            Language::En,
            event(&Event {
                subject: "Seminar: what sleep does for memory",
                preheader: "Thursday, 17:00, with coffee",
                title: "Sleep and memory",
                when: "Thursday, 17:00",
                place: "Lighthouse Road 12, room 204",
                invitation: "<p>Professor Amélie Rousseau reports on ten years of nights in the sleep laboratory. There will be coffee.</p>",
                programme: "<ul><li>17:00 Talk</li><li>18:00 Discussion</li></ul>",
                register: ("Keep a seat for me", "/medicine/seminars/sleep"),
                map: "The way to room 204",
            }),
        )],
        opens: 48,
        clicks: 29,
    }
}

fn culture() -> Message {
    Message {
        name: "Culture on campus: November",
        unit: "marketing",
        author: "grace",
        approver: "helen",
        template: "Newsletter",
        topics: &["culture"],
        languages: vec![(
            Language::En,
            letter(&Letter {
                subject: "Concerts, a play, and a boat full of pictures",
                preheader: "What is on in November",
                headline: "Culture on campus",
                intro: "<p>The evenings are long. Here is what to do with them.</p>",
                first: (
                    "The choir sings at the lighthouse",
                    "<p>On the 14th the university choir sings by candlelight. Entry is free for students; <a href=\"https://www.brackwater.example/culture/tickets\">tickets for everyone else</a>.</p>",
                ),
                read: ("The month's programme", "/culture/november"),
                second: (
                    "Pictures on a boat",
                    "<p>The students of architecture show their drawings on the old ferry, every day until the 30th.</p>",
                ),
            }),
        )],
        opens: 44,
        clicks: 22,
    }
}

/// Waits for Piotr's approval.
pub(super) fn waiting() -> Message {
    Message {
        name: "Open day in March",
        topics: &["open-days"],
        languages: vec![
            (
                Language::En,
                event(&Event {
                    subject: "Save the date: open day in March",
                    preheader: "Spring on the quay",
                    title: "Open day in spring",
                    when: "Saturday, 13 March, 10:00 to 16:00",
                    place: "Old Quay, Brackwater",
                    invitation: "<p>Dear {{ contact.first_name|default('visitor') }},</p><p>if November was too early: in March we open all doors again, and the boats go out.</p>",
                    programme: "<ul><li>10:00 Welcome in the Great Hall</li><li>11:00 Taster lectures</li><li>13:00 Ask a student</li><li>14:00 Tours by boat</li></ul>",
                    register: ("Register for free", "/open-day/march"),
                    map: "How to find us",
                }),
            ),
            (
                Language::Pl,
                event(&Event {
                    subject: "Dzień otwarty w marcu: zapisz datę",
                    preheader: "Wiosna na nabrzeżu",
                    title: "Wiosenny dzień otwarty",
                    when: "Sobota, 13 marca, 10:00–16:00",
                    place: "Stare Nabrzeże, Brackwater",
                    invitation: "<p>{% if contact.first_name %}Dzień dobry, {{ contact.first_name }}!{% else %}Dzień dobry!{% endif %}</p><p>Jeśli listopad był za wcześnie: w marcu znów otwieramy wszystkie drzwi.</p>",
                    programme: "<ul><li>10:00 Powitanie w auli</li><li>11:00 Wykłady pokazowe</li><li>13:00 Zapytaj studenta</li><li>14:00 Zwiedzanie łodzią</li></ul>",
                    register: ("Zapisz się bezpłatnie", "/open-day/march"),
                    map: "Jak do nas trafić",
                }),
            ),
        ],
        ..open_day()
    }
}

/// Somebody is still writing it.
pub(super) fn draft() -> Message {
    Message {
        name: "Research seminar: the ageing heart",
        unit: "medicine",
        author: "lukas",
        approver: "sabine",
        template: "Event invitation",
        topics: &["research-seminars"],
        languages: vec![(
            Language::En,
            content(
                "Seminar: the ageing heart",
                "",
                vec![("title", text("The ageing heart"))],
            ),
        )],
        opens: 0,
        clicks: 0,
    }
}
