//! The three shared templates of the demo, owned by the university and so usable in every unit.

use std::collections::BTreeMap;
use types::{
    Language,
    content::{Slot, SlotKind, SlotValue, TemplateInput},
};

/// Labels of a slot in English, Polish, German and French.
type Labels = [&'static str; 4];

fn slot(key: &str, kind: SlotKind, labels: Labels, required: bool) -> Slot {
    Slot {
        key: key.to_owned(),
        kind,
        label: Language::ALL.into_iter().zip(labels.map(str::to_owned)).collect(),
        default: BTreeMap::new(),
        max_length: None,
        required,
        locked: false,
    }
}

fn by_language(texts: Labels, value: impl Fn(String) -> SlotValue) -> BTreeMap<Language, SlotValue> {
    Language::ALL
        .into_iter()
        .zip(texts.map(|text| value(text.to_owned())))
        .collect()
}

fn text(text: String) -> SlotValue {
    SlotValue::Text { text }
}

/// A salutation that suits a missing name in each language.
const SALUTATION: Labels = [
    "Dear {{ contact.first_name|default('reader') }},",
    "{% if contact.first_name %}Dzień dobry, {{ contact.first_name }}!{% else %}Dzień dobry!{% endif %}",
    "Guten Tag{% if contact.first_name %} {{ contact.first_name }}{% endif %},",
    "Bonjour{% if contact.first_name %} {{ contact.first_name }}{% endif %},",
];

pub(super) fn announcement() -> TemplateInput {
    let mut salutation = slot(
        "salutation",
        SlotKind::Text,
        ["Salutation", "Powitanie", "Anrede", "Formule d’appel"],
        false,
    );
    salutation.default = by_language(SALUTATION, text);
    let mut signature = slot(
        "signature",
        SlotKind::Text,
        ["Signature", "Podpis", "Unterschrift", "Signature"],
        false,
    );
    signature.default = by_language(
        [
            "Kind regards, {{ unit.name }}",
            "Z wyrazami szacunku, {{ unit.name }}",
            "Mit freundlichen Grüßen, {{ unit.name }}",
            "Cordialement, {{ unit.name }}",
        ],
        text,
    );
    signature.locked = true;
    TemplateInput {
        name: "Announcement".to_owned(),
        description: "One piece of news with one thing to do.".to_owned(),
        mjml: include_str!("templates/announcement.mjml").to_owned(),
        slots: vec![
            slot(
                "headline",
                SlotKind::Text,
                ["Headline", "Nagłówek", "Überschrift", "Titre"],
                true,
            ),
            salutation,
            slot(
                "picture",
                SlotKind::Image,
                ["Picture", "Zdjęcie", "Bild", "Image"],
                false,
            ),
            slot(
                "body",
                SlotKind::RichText,
                ["Text", "Treść", "Text", "Texte"],
                true,
            ),
            slot(
                "action",
                SlotKind::Link,
                ["Button", "Przycisk", "Schaltfläche", "Bouton"],
                false,
            ),
            signature,
        ],
        version: 0,
    }
}

pub(super) fn newsletter() -> TemplateInput {
    let mut closing = slot(
        "closing",
        SlotKind::Text,
        ["Closing line", "Zakończenie", "Schlusszeile", "Ligne de fin"],
        false,
    );
    closing.default = by_language(
        [
            "You get this letter because you chose to hear from us.",
            "Otrzymujesz ten list, ponieważ wybrano wiadomości od nas.",
            "Sie erhalten diesen Brief, weil Sie Neuigkeiten von uns gewählt haben.",
            "Vous recevez cette lettre parce que vous avez choisi nos nouvelles.",
        ],
        text,
    );
    TemplateInput {
        name: "Newsletter".to_owned(),
        description: "A letter with one or two stories.".to_owned(),
        mjml: include_str!("templates/newsletter.mjml").to_owned(),
        slots: vec![
            slot(
                "headline",
                SlotKind::Text,
                ["Headline", "Nagłówek", "Überschrift", "Titre"],
                true,
            ),
            slot(
                "intro",
                SlotKind::RichText,
                ["Introduction", "Wstęp", "Einleitung", "Introduction"],
                true,
            ),
            slot(
                "picture",
                SlotKind::Image,
                ["Picture", "Zdjęcie", "Bild", "Image"],
                false,
            ),
            slot(
                "first_title",
                SlotKind::Text,
                [
                    "First story: title",
                    "Pierwszy temat: tytuł",
                    "Erster Beitrag: Titel",
                    "Premier sujet : titre",
                ],
                true,
            ),
            slot(
                "first_text",
                SlotKind::RichText,
                [
                    "First story: text",
                    "Pierwszy temat: treść",
                    "Erster Beitrag: Text",
                    "Premier sujet : texte",
                ],
                true,
            ),
            slot(
                "first_link",
                SlotKind::Link,
                [
                    "First story: button",
                    "Pierwszy temat: przycisk",
                    "Erster Beitrag: Schaltfläche",
                    "Premier sujet : bouton",
                ],
                true,
            ),
            slot(
                "second_title",
                SlotKind::Text,
                [
                    "Second story: title",
                    "Drugi temat: tytuł",
                    "Zweiter Beitrag: Titel",
                    "Second sujet : titre",
                ],
                false,
            ),
            slot(
                "second_text",
                SlotKind::RichText,
                [
                    "Second story: text",
                    "Drugi temat: treść",
                    "Zweiter Beitrag: Text",
                    "Second sujet : texte",
                ],
                false,
            ),
            closing,
        ],
        version: 0,
    }
}

pub(super) fn event() -> TemplateInput {
    let mut programme_title = slot(
        "programme_title",
        SlotKind::Text,
        [
            "Programme: title",
            "Program: tytuł",
            "Programm: Titel",
            "Programme : titre",
        ],
        false,
    );
    programme_title.default = by_language(["Programme", "Program", "Programm", "Programme"], text);
    TemplateInput {
        name: "Event invitation".to_owned(),
        description: "Date, place, programme and a button to register.".to_owned(),
        mjml: include_str!("templates/event.mjml").to_owned(),
        slots: vec![
            slot(
                "title",
                SlotKind::Text,
                ["Event", "Wydarzenie", "Veranstaltung", "Événement"],
                true,
            ),
            slot("when", SlotKind::Text, ["When", "Kiedy", "Wann", "Quand"], true),
            slot("where", SlotKind::Text, ["Where", "Gdzie", "Wo", "Où"], true),
            slot(
                "invitation",
                SlotKind::RichText,
                ["Invitation", "Zaproszenie", "Einladung", "Invitation"],
                true,
            ),
            slot(
                "register",
                SlotKind::Link,
                [
                    "Button to register",
                    "Przycisk zapisu",
                    "Anmeldung",
                    "Bouton d’inscription",
                ],
                true,
            ),
            programme_title,
            slot(
                "programme",
                SlotKind::RichText,
                ["Programme", "Program", "Programm", "Programme"],
                false,
            ),
            slot(
                "map",
                SlotKind::Link,
                [
                    "Link to the map",
                    "Link do mapy",
                    "Link zum Lageplan",
                    "Lien vers le plan",
                ],
                true,
            ),
        ],
        version: 0,
    }
}
