//! The demo's university: units, staff, topics.

use types::{Language, access::Role, units::UnitInput};

/// Everyone's password in the demo: it is a demo, and the sign-in page must be reachable in one step.
pub const PASSWORD: &str = "bell tower at noon";

/// Every address of the demo ends so (RFC 2606: nobody's).
const DOMAIN: &str = "brackwater.example";

pub(super) fn root() -> UnitInput {
    unit(
        "brackwater",
        "Brackwater University",
        "#2f5bd7",
        "Old Quay 1\n80-001 Brackwater",
    )
}

pub(super) fn units() -> [UnitInput; 4] {
    [
        unit(
            "admissions",
            "Admissions",
            "#1e3a5f",
            "Admissions Office\nOld Quay 1\n80-001 Brackwater",
        ),
        unit(
            "medicine",
            "Faculty of Medicine",
            "#14532d",
            "Faculty of Medicine\nLighthouse Road 12\n80-003 Brackwater",
        ),
        unit(
            "shop",
            "University Shop",
            "#8a2c0d",
            "University Shop\nHarbour Street 4\n80-001 Brackwater",
        ),
        unit(
            "marketing",
            "Marketing and Communications",
            "#5b2a86",
            "Communications Office\nOld Quay 1\n80-001 Brackwater",
        ),
    ]
}

fn unit(key: &str, name: &str, accent: &str, address: &str) -> UnitInput {
    UnitInput {
        key: key.to_owned(),
        name: name.to_owned(),
        postal_address: address.to_owned(),
        website: format!("https://www.{DOMAIN}/{key}"),
        accent: accent.to_owned(),
        sender_domains: vec![DOMAIN.to_owned()],
        default_language: Language::En,
        time_zone: "Europe/Warsaw".to_owned(),
    }
}

/// One of the ten members of staff.
pub struct Staff {
    pub name: &'static str,
    /// Left side of the address.
    pub user: &'static str,
    /// Key of the unit.
    pub unit: &'static str,
    pub roles: &'static [Role],
    pub language: Language,
}

impl Staff {
    #[must_use]
    pub fn email(&self) -> String {
        format!("{}@{DOMAIN}", self.user)
    }
}

/// All roles, and the languages of the people who hold them.
pub const STAFF: [Staff; 10] = [
    Staff {
        name: "Helen Marsh",
        user: "helen",
        unit: "brackwater",
        roles: &[Role::SystemAdmin],
        language: Language::En,
    },
    Staff {
        name: "Anna Kowalska",
        user: "anna",
        unit: "admissions",
        roles: &[Role::Author],
        language: Language::En,
    },
    Staff {
        name: "Piotr Zieliński",
        user: "piotr",
        unit: "admissions",
        roles: &[Role::Approver],
        language: Language::Pl,
    },
    Staff {
        name: "Marta Nowak",
        user: "marta",
        unit: "admissions",
        roles: &[Role::UnitAdmin],
        language: Language::Pl,
    },
    Staff {
        name: "Lukas Weber",
        user: "lukas",
        unit: "medicine",
        roles: &[Role::Author],
        language: Language::De,
    },
    Staff {
        name: "Sabine Hoffmann",
        user: "sabine",
        unit: "medicine",
        roles: &[Role::Approver],
        language: Language::De,
    },
    Staff {
        name: "Chloé Martin",
        user: "chloe",
        unit: "shop",
        roles: &[Role::Author],
        language: Language::Fr,
    },
    Staff {
        name: "Oliver Green",
        user: "oliver",
        unit: "shop",
        roles: &[Role::UnitAdmin],
        language: Language::En,
    },
    Staff {
        name: "Grace Taylor",
        user: "grace",
        unit: "marketing",
        roles: &[Role::Author, Role::Approver],
        language: Language::En,
    },
    Staff {
        name: "Theo Brown",
        user: "theo",
        unit: "marketing",
        roles: &[Role::Viewer],
        language: Language::En,
    },
];

pub(super) struct DemoTopic {
    pub unit: &'static str,
    pub key: &'static str,
    pub name: [&'static str; 4],
    pub description: [&'static str; 4],
}

pub(super) const TOPICS: [DemoTopic; 7] = [
    DemoTopic {
        unit: "admissions",
        key: "open-days",
        name: [
            "Open days",
            "Dni otwarte",
            "Tage der offenen Tür",
            "Journées portes ouvertes",
        ],
        description: [
            "Visits, tours and taster lectures",
            "Wizyty, zwiedzanie i wykłady pokazowe",
            "Besuche, Führungen und Probevorlesungen",
            "Visites et cours de découverte",
        ],
    },
    DemoTopic {
        unit: "admissions",
        key: "scholarships",
        name: ["Scholarships", "Stypendia", "Stipendien", "Bourses"],
        description: [
            "Calls, deadlines and results",
            "Nabory, terminy i wyniki",
            "Ausschreibungen, Fristen und Ergebnisse",
            "Appels, échéances et résultats",
        ],
    },
    DemoTopic {
        unit: "medicine",
        key: "clinical-teaching",
        name: [
            "Clinical teaching",
            "Zajęcia kliniczne",
            "Klinischer Unterricht",
            "Enseignement clinique",
        ],
        description: [
            "Courses and places on the wards",
            "Kursy i miejsca na oddziałach",
            "Kurse und Plätze auf den Stationen",
            "Cours et places en service",
        ],
    },
    DemoTopic {
        unit: "medicine",
        key: "research-seminars",
        name: [
            "Research seminars",
            "Seminaria naukowe",
            "Forschungsseminare",
            "Séminaires de recherche",
        ],
        description: [
            "Who speaks about what, every week",
            "Kto i o czym, co tydzień",
            "Wer worüber spricht, jede Woche",
            "Qui parle de quoi, chaque semaine",
        ],
    },
    DemoTopic {
        unit: "shop",
        key: "offers",
        name: ["Offers", "Oferty", "Angebote", "Offres"],
        description: [
            "New things and seasonal prices",
            "Nowości i ceny sezonowe",
            "Neues und Saisonpreise",
            "Nouveautés et prix de saison",
        ],
    },
    DemoTopic {
        unit: "marketing",
        key: "university-news",
        name: [
            "University news",
            "Wiadomości z uniwersytetu",
            "Neues aus der Universität",
            "Nouvelles de l’université",
        ],
        description: [
            "The monthly letter to everybody",
            "Comiesięczny list do wszystkich",
            "Der monatliche Brief an alle",
            "La lettre mensuelle à tous",
        ],
    },
    DemoTopic {
        unit: "marketing",
        key: "culture",
        name: [
            "Culture on campus",
            "Kultura na kampusie",
            "Kultur auf dem Campus",
            "Culture sur le campus",
        ],
        description: [
            "Concerts, theatre, exhibitions",
            "Koncerty, teatr, wystawy",
            "Konzerte, Theater, Ausstellungen",
            "Concerts, théâtre, expositions",
        ],
    },
];
