//! The demo's contacts as CSV files, one a unit: they come in through the import that staff use.

use super::names;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::fmt::Write as _;
use types::Language;

/// Contacts in the demo, over all units; some are known to two units, as in life.
pub const CONTACTS: usize = 5_000;

pub(super) struct Person {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub language: Language,
    pub student_number: String,
    pub programme: &'static str,
    pub year: u8,
    pub city: &'static str,
}

const PROGRAMMES: &[&str] = &[
    "Medicine",
    "Nursing",
    "Dentistry",
    "Pharmacy",
    "Law",
    "History",
    "Physics",
    "Computer Science",
    "Economics",
    "Architecture",
];
const CITIES: &[&str] = &[
    "Warszawa", "Kraków", "Gdańsk", "Wrocław", "Berlin", "Köln", "Lyon", "Paris", "London", "Dublin",
];

/// The same people on every machine.
pub(super) fn people() -> Vec<Person> {
    let mut rng = StdRng::seed_from_u64(1364);
    (0..CONTACTS)
        .map(|n| {
            let language = match rng.random_range(0..10) {
                0..=4 => Language::Pl,
                5 | 6 => Language::En,
                7 | 8 => Language::De,
                _ => Language::Fr,
            };
            let given = names::given(language);
            let (first_name, feminine) = given[rng.random_range(0..given.len())];
            let last_name = names::surname(language, rng.random_range(0..1000), feminine);
            let email = format!(
                "{}.{}{}@students.brackwater.example",
                names::ascii(first_name),
                names::ascii(&last_name),
                n + 1
            );
            Person {
                first_name: first_name.to_owned(),
                last_name,
                email,
                language,
                student_number: format!("B{:06}", 100_000 + n),
                programme: PROGRAMMES[rng.random_range(0..PROGRAMMES.len())],
                year: rng.random_range(1..=5),
                city: CITIES[rng.random_range(0..CITIES.len())],
            }
        })
        .collect()
}

/// One unit's file: `number,email,first name,last name,language,programme,year,city`.
pub(super) fn csv<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    let mut out = String::from("student_number,email,first_name,last_name,language,programme,year,city\n");
    for person in people {
        // Names of the demo have no commas or quotes.
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{}",
            person.student_number,
            person.email,
            person.first_name,
            person.last_name,
            person.language,
            person.programme,
            person.year,
            person.city
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn addresses_are_unique_and_people_repeat_by_seed() {
        let people = people();
        let addresses: BTreeSet<_> = people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!(addresses.len(), CONTACTS);
        assert_eq!(people[17].email, super::people()[17].email);
    }
}
