//! Given names and surnames of the demo's people, by language, with endings that suit the given name in Polish.

use types::Language;

/// (given name, feminine form of the surname wanted)
pub(super) type Given = (&'static str, bool);

pub(super) fn given(language: Language) -> &'static [Given] {
    match language {
        Language::Pl => &[
            ("Anna", true),
            ("Katarzyna", true),
            ("Małgorzata", true),
            ("Agnieszka", true),
            ("Zofia", true),
            ("Julia", true),
            ("Wiktoria", true),
            ("Hanna", true),
            ("Łucja", true),
            ("Żaneta", true),
            ("Ewa", true),
            ("Joanna", true),
            ("Jan", false),
            ("Stanisław", false),
            ("Paweł", false),
            ("Łukasz", false),
            ("Michał", false),
            ("Jakub", false),
            ("Wojciech", false),
            ("Mikołaj", false),
            ("Grzegorz", false),
            ("Bartłomiej", false),
            ("Szymon", false),
            ("Kacper", false),
        ],
        Language::De => &[
            ("Anneliese", true),
            ("Jürgen", false),
            ("Käthe", true),
            ("Björn", false),
            ("Sören", false),
            ("Ulrike", true),
            ("Jörg", false),
            ("Lena", true),
            ("Maximilian", false),
            ("Hannah", true),
            ("Felix", false),
            ("Mia", true),
            ("Lukas", false),
            ("Clara", true),
            ("Günther", false),
            ("Leonie", true),
            ("Matthias", false),
            ("Frieda", true),
        ],
        Language::Fr => &[
            ("Amélie", true),
            ("Benoît", false),
            ("Chloé", true),
            ("François", false),
            ("Hélène", true),
            ("Jérôme", false),
            ("Léa", true),
            ("Mathéo", false),
            ("Noël", false),
            ("Océane", true),
            ("René", false),
            ("Zoé", true),
            ("Camille", true),
            ("Étienne", false),
            ("Margaux", true),
            ("Loïc", false),
            ("Maëlle", true),
            ("Gaël", false),
        ],
        Language::En => &[
            ("Olivia", true),
            ("Amelia", true),
            ("Charlotte", true),
            ("Siobhán", true),
            ("Grace", true),
            ("Freya", true),
            ("George", false),
            ("Oliver", false),
            ("Harry", false),
            ("Theo", false),
            ("Seán", false),
            ("Callum", false),
            ("Priya", true),
            ("Arjun", false),
            ("Fatima", true),
            ("Kwame", false),
            ("Zoë", true),
            ("Owen", false),
        ],
    }
}

pub(super) fn surname(language: Language, index: usize, feminine: bool) -> String {
    let pick = |names: &[&str]| names[index % names.len()].to_owned();
    match language {
        Language::Pl => {
            let name = pick(&[
                "Nowak",
                "Kowalski",
                "Wiśniewski",
                "Wójcik",
                "Kowalczyk",
                "Kamiński",
                "Lewandowski",
                "Zieliński",
                "Szymański",
                "Woźniak",
                "Dąbrowski",
                "Kozłowski",
                "Jankowski",
                "Mazur",
                "Kwiatkowski",
                "Krawczyk",
                "Piotrowski",
                "Grabowski",
                "Zając",
                "Pawłowski",
                "Król",
                "Wróbel",
                "Wieczorek",
                "Jabłoński",
                "Stępień",
                "Górski",
                "Sikora",
                "Łukasik",
                "Źrebiec",
                "Żak",
            ]);
            match name.strip_suffix("ski").or_else(|| name.strip_suffix("cki")) {
                Some(_) if feminine => format!("{}a", &name[..name.len() - 1]),
                _ => name,
            }
        }
        Language::De => pick(&[
            "Müller",
            "Schmidt",
            "Schneider",
            "Fischer",
            "Weber",
            "Meyer",
            "Wagner",
            "Becker",
            "Schulz",
            "Hoffmann",
            "Schäfer",
            "Koch",
            "Bauer",
            "Richter",
            "Klein",
            "Wolf",
            "Schröder",
            "Neumann",
            "Schwarz",
            "Zimmermann",
            "Krüger",
            "Weiß",
            "Groß",
        ]),
        Language::Fr => pick(&[
            "Martin",
            "Bernard",
            "Dubois",
            "Thomas",
            "Robert",
            "Richard",
            "Petit",
            "Durand",
            "Leroy",
            "Moreau",
            "Lefèvre",
            "Mercier",
            "Gérard",
            "Bélanger",
            "Côté",
            "Desrosiers",
            "L'Hôpital",
            "Guérin",
            "Chauvet",
            "Rousseau",
            "d'Arc",
            "Noël",
        ]),
        Language::En => pick(&[
            "Smith",
            "Jones",
            "Taylor",
            "Brown",
            "Williams",
            "Wilson",
            "Johnson",
            "Davies",
            "Patel",
            "Wright",
            "Walker",
            "O'Connor",
            "Thompson",
            "Evans",
            "Ó Briain",
            "Roberts",
            "Green",
            "Hall",
            "Clarke",
            "Okafor",
            "Khan",
            "Lewis",
            "Singh",
        ]),
    }
}

/// Latin letters without marks, for the left side of an address: `Łukasz` gives `lukasz`.
pub(super) fn ascii(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ą' | 'à' | 'á' | 'â' => out.push('a'),
            'ä' => out.push_str("ae"),
            'ć' | 'ç' => out.push('c'),
            'ę' | 'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'í' | 'î' | 'ï' => out.push('i'),
            'ł' => out.push('l'),
            'ń' => out.push('n'),
            'ó' | 'ô' => out.push('o'),
            'ö' => out.push_str("oe"),
            'ś' => out.push('s'),
            'ß' => out.push_str("ss"),
            'ú' | 'ù' => out.push('u'),
            'ü' => out.push_str("ue"),
            'ź' | 'ż' => out.push('z'),
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polish_surnames_follow_the_given_name() {
        assert_eq!(surname(Language::Pl, 1, true), "Kowalska");
        assert_eq!(surname(Language::Pl, 1, false), "Kowalski");
        assert_eq!(surname(Language::Pl, 0, true), "Nowak");
    }

    #[test]
    fn addresses_are_ascii() {
        for language in Language::ALL {
            for (name, _) in given(language) {
                assert!(ascii(name).chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            }
        }
        assert_eq!(ascii("Żółć"), "zolc");
    }
}
