//! Which column holds what, by the headings that files in our four languages usually have.

use types::imports::Target;

/// Longest name of an attribute, in characters.
pub const ATTRIBUTE_NAME_CHARS: usize = 60;

const EMAIL: &[&str] = &[
    "email",
    "emailaddress",
    "emailaddresses",
    "mail",
    "mailaddress",
    "adresemail",
    "adrespocztyelektronicznej",
    "poczta",
    "pocztaelektroniczna",
    "adresmailowy",
    "adresmail",
    "emailadresse",
    "mailadresse",
    "emailadr",
    "epost",
    "courriel",
    "adressemail",
    "adresseemail",
    "adresseelectronique",
    "adressecourriel",
    "mel",
    "subscriberemail",
    "contactemail",
    "emailstudenta",
    "primaryemail",
    "workemail",
    "emailsluzbowy",
];
const KEY: &[&str] = &[
    "key",
    "contactkey",
    "subscriberkey",
    "id",
    "contactid",
    "studentid",
    "studentnumber",
    "studentno",
    "personid",
    "userid",
    "externalid",
    "crmid",
    "number",
    "klucz",
    "nralbumu",
    "numeralbumu",
    "album",
    "indeks",
    "nrindeksu",
    "numerindeksu",
    "identyfikator",
    "idosoby",
    "nrkandydata",
    "schlussel",
    "matrikelnummer",
    "matrikelnr",
    "personalnummer",
    "kundennummer",
    "kennung",
    "cle",
    "identifiant",
    "numeroetudiant",
    "numetudiant",
    "matricule",
    "numero",
];
const FIRST_NAME: &[&str] = &[
    "firstname",
    "givenname",
    "forename",
    "first",
    "imie",
    "imiona",
    "pierwszeimie",
    "vorname",
    "rufname",
    "prenom",
    "prenoms",
];
const LAST_NAME: &[&str] = &[
    "lastname",
    "surname",
    "familyname",
    "last",
    "nazwisko",
    "nachname",
    "familienname",
    "zuname",
    "nom",
    "nomdefamille",
];
const LANGUAGE: &[&str] = &[
    "language",
    "lang",
    "locale",
    "languagecode",
    "preferredlanguage",
    "jezyk",
    "kodjezyka",
    "jezykkorespondencji",
    "sprache",
    "sprachcode",
    "korrespondenzsprache",
    "langue",
    "codelangue",
];
const TIME_ZONE: &[&str] = &[
    "timezone",
    "tz",
    "strefaczasowa",
    "strefa",
    "zeitzone",
    "fuseauhoraire",
];
const PHONE: &[&str] = &[
    "phone",
    "phonenumber",
    "mobile",
    "mobilephone",
    "cell",
    "cellphone",
    "telephone",
    "tel",
    "telefon",
    "nrtelefonu",
    "numertelefonu",
    "komorka",
    "telefonkomorkowy",
    "telefonnummer",
    "handy",
    "handynummer",
    "mobil",
    "mobilnummer",
    "rufnummer",
    "numerodetelephone",
    "portable",
    "telephoneportable",
];

/// Where each column most likely goes, given the headings. No two columns go to the same single field: the first wins and
/// the others become attributes, so that nothing of the file is silently left behind.
#[must_use]
pub fn suggest(headings: &[String]) -> Vec<Target> {
    let mut taken: Vec<Target> = Vec::new();
    headings
        .iter()
        .map(|heading| {
            let mut target = target_of(heading);
            if target.is_single() && taken.contains(&target) {
                target = attribute(heading);
            }
            if target != Target::Ignore && taken.contains(&target) {
                target = Target::Ignore;
            }
            taken.push(target.clone());
            target
        })
        .collect()
}

/// Where a column with this heading most likely goes: what we have no field for becomes an attribute of the unit.
#[must_use]
pub fn target_of(heading: &str) -> Target {
    let folded = fold(heading);
    let is_one_of = |names: &[&str]| names.contains(&folded.as_str());
    if is_one_of(EMAIL) {
        Target::Email
    } else if is_one_of(KEY) {
        Target::Key
    } else if is_one_of(FIRST_NAME) {
        Target::FirstName
    } else if is_one_of(LAST_NAME) {
        Target::LastName
    } else if is_one_of(LANGUAGE) {
        Target::Language
    } else if is_one_of(TIME_ZONE) {
        Target::TimeZone
    } else if is_one_of(PHONE) {
        Target::Phone
    } else {
        attribute(heading)
    }
}

/// Without headings: the first column whose first values are addresses is the address, everything else is left out.
#[must_use]
pub fn suggest_by_content(rows: &[Vec<String>]) -> Vec<Target> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let addresses = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .filter(|field| crate::contacts::address::EmailAddress::parse(field).is_ok())
            .count()
    };
    let best = (0..width)
        .max_by_key(|column| (addresses(*column), usize::MAX - *column))
        .filter(|c| addresses(*c) > 0);
    (0..width)
        .map(|column| {
            if Some(column) == best {
                Target::Email
            } else {
                Target::Ignore
            }
        })
        .collect()
}

/// An attribute by the heading's own words, in the form attributes have: lower case, digits, underscores. Templates name
/// them (`{{ faculty }}`), so they must be identifiers.
fn attribute(heading: &str) -> Target {
    let name = attribute_name(heading);
    if name.is_empty() {
        Target::Ignore
    } else {
        Target::Attribute(name)
    }
}

/// Makes an attribute's name of any text: `"Rok studiów"` becomes `rok_studiow`. Empty when nothing is left of it.
#[must_use]
pub fn attribute_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.trim().chars().flat_map(plain) {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let mut name: String = name
        .trim_end_matches('_')
        .chars()
        .take(ATTRIBUTE_NAME_CHARS)
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// A heading without spaces, signs, case and accents.
fn fold(heading: &str) -> String {
    heading
        .chars()
        .flat_map(plain)
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// A letter in lower case without its accent, for the letters of our languages and their neighbours.
fn plain(c: char) -> impl Iterator<Item = char> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    let (first, second) = match lower {
        'ą' | 'à' | 'â' | 'á' | 'å' | 'ã' => ('a', None),
        'ä' | 'æ' => ('a', (lower == 'æ').then_some('e')),
        'ć' | 'ç' | 'č' => ('c', None),
        'ę' | 'é' | 'è' | 'ê' | 'ë' | 'ě' => ('e', None),
        'î' | 'ï' | 'í' => ('i', None),
        'ł' => ('l', None),
        'ń' | 'ñ' | 'ň' => ('n', None),
        'ó' | 'ô' | 'ö' | 'ø' => ('o', None),
        'œ' => ('o', Some('e')),
        'ř' => ('r', None),
        'ś' | 'š' => ('s', None),
        'ß' => ('s', Some('s')),
        'ù' | 'û' | 'ü' | 'ú' | 'ů' => ('u', None),
        'ý' | 'ÿ' => ('y', None),
        'ź' | 'ż' | 'ž' => ('z', None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(headings: &[&str]) -> Vec<Target> {
        suggest(&headings.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_usual_headings_of_four_languages_are_known() {
        use Target::{Email, FirstName, Key, Language, LastName, Phone};
        assert_eq!(
            targets(&[
                "E-mail",
                "First name",
                "Last Name",
                "Language",
                "Contact Key",
                "Mobile phone"
            ]),
            [Email, FirstName, LastName, Language, Key, Phone]
        );
        assert_eq!(
            targets(&[
                "Adres e-mail",
                "Imię",
                "Nazwisko",
                "Język",
                "Nr albumu",
                "Nr telefonu"
            ]),
            [Email, FirstName, LastName, Language, Key, Phone]
        );
        assert_eq!(
            targets(&[
                "E-Mail-Adresse",
                "Vorname",
                "Nachname",
                "Sprache",
                "Matrikelnummer",
                "Telefon"
            ]),
            [Email, FirstName, LastName, Language, Key, Phone]
        );
        assert_eq!(
            targets(&[
                "Adresse électronique",
                "Prénom",
                "Nom",
                "Langue",
                "Numéro étudiant",
                "Téléphone"
            ]),
            [Email, FirstName, LastName, Language, Key, Phone]
        );
    }

    #[test]
    fn the_rest_becomes_attributes_and_nothing_is_mapped_twice() {
        assert_eq!(
            targets(&[
                "email",
                "mail",
                "Rok studiów",
                "rok_studiow",
                "",
                "2nd choice",
                "Größe"
            ]),
            [
                Target::Email,
                Target::Attribute("mail".into()),
                Target::Attribute("rok_studiow".into()),
                Target::Ignore,
                Target::Ignore,
                Target::Attribute("_2nd_choice".into()),
                Target::Attribute("grosse".into()),
            ]
        );
    }

    #[test]
    fn without_headings_the_content_tells_the_address() {
        let rows = vec![
            vec!["Anna".to_owned(), "a@x.pl".to_owned()],
            vec!["Jan".to_owned(), "b@x.pl".to_owned()],
        ];
        assert_eq!(suggest_by_content(&rows), [Target::Ignore, Target::Email]);
    }
}
