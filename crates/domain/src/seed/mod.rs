//! A fictional university with a believable history, made through the domain's own functions: what the demo shows, staff
//! could have done. The same on every machine, but for the calendar: it happened in the weeks before today.

mod campaigns;
mod definitions;
mod history;
mod load;
mod messages;
mod names;
mod people;
mod templates;
mod university;

pub use load::load;
pub use people::CONTACTS;
pub use university::{PASSWORD, STAFF, Staff};

use crate::{
    Actor, Domain, Error, Result,
    access::{ImportContacts, ManageMembers, ManageUnits, System},
    clock::FixedClock,
    content, identity,
    imports::{self, Upload},
    random::SeededRandom,
    topics, units,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use types::{
    Code, Language, TopicId, UnitId, UserId,
    content::SenderProfileInput,
    imports::{ImportOptions, ImportStatus, Target},
    topics::{Localised, TopicInput},
};

/// Mark in `settings` that the demo is complete.
const MARK: &str = "demo_seed";

/// Makes the demo; `say` hears what is being done. False: it is there already.
///
/// # Errors
/// `setup_done` when the database holds somebody's real installation; otherwise when the database fails.
pub async fn demo(domain: &Domain, say: &mut (dyn FnMut(&str) + Send)) -> Result<bool> {
    if is_demo(domain).await? {
        return Ok(false);
    }
    let mut tx = domain.begin().await?;
    if units::root(&mut tx).await?.is_some() {
        return Err(Error::code(Code::SetupDone));
    }
    drop(tx);
    let domain = domain.clone().with_random(SeededRandom::new(1364));
    let today = domain.now();
    let mut demo = Demo::new(domain, today - SignedDuration::from_hours(24 * 75));
    say("units and staff");
    demo.units().await?;
    demo.staff().await?;
    say("templates and sender profiles");
    demo.content().await?;
    say("topics and 5,000 people, imported from CSV");
    demo.topics().await?;
    demo.people().await?;
    for (n, message) in messages::finished().iter().enumerate() {
        say(message.name);
        let weeks = 9 - i64::try_from(n).unwrap_or(0);
        let at = today - SignedDuration::from_hours(24 * 7 * weeks - 24 * i64::try_from(n % 3).unwrap_or(0));
        demo.finished(message, at, u64::try_from(n).unwrap_or(0)).await?;
    }
    say("a message that other systems send");
    demo.definition(today).await?;
    say("what is in hand");
    demo.in_hand(today).await?;
    let mut tx = demo.domain.begin().await?;
    let version = serde_json::json!(1);
    sqlx::query!("insert into settings (key, value) values ($1, $2)", MARK, version)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether this database holds the demo.
///
/// # Errors
/// When the database cannot be asked.
pub async fn is_demo(domain: &Domain) -> Result<bool> {
    Ok(sqlx::query_scalar!("select 1 from settings where key = $1", MARK)
        .fetch_optional(domain.pool())
        .await?
        .is_some())
}

/// What the steps share.
struct Demo {
    domain: Domain,
    clock: FixedClock,
    units: BTreeMap<String, UnitId>,
    users: BTreeMap<String, UserId>,
    topics: BTreeMap<String, TopicId>,
}

impl Demo {
    fn new(domain: Domain, start: Timestamp) -> Self {
        let clock = FixedClock::at(start);
        let domain = domain.with_clock(clock.clone());
        Self {
            domain,
            clock,
            units: BTreeMap::new(),
            users: BTreeMap::new(),
            topics: BTreeMap::new(),
        }
    }

    fn unit(&self, key: &str) -> Result<UnitId> {
        self.units
            .get(key)
            .copied()
            .ok_or_else(|| Error::broken("a unit of the demo"))
    }

    async fn actor(&self, user: &str) -> Result<Actor> {
        let id = *self
            .users
            .get(user)
            .ok_or_else(|| Error::broken("a user of the demo"))?;
        Actor::load(&self.domain, id).await?.ok_or_else(Error::not_found)
    }

    async fn units(&mut self) -> Result<()> {
        let mut tx = self.domain.begin().await?;
        let root = units::create_root(&mut tx, &university::root()).await?;
        self.units.insert(university::root().key, root);
        let by = System.grant::<ManageUnits>(root);
        for input in university::units() {
            let id = units::create(&mut tx, &by, &input).await?;
            self.units.insert(input.key, id);
        }
        tx.commit().await
    }

    async fn staff(&mut self) -> Result<()> {
        let password_hash = identity::passwords::hash(&self.domain, PASSWORD).await?;
        let mut tx = self.domain.begin().await?;
        for person in &STAFF {
            let by = System.grant::<ManageMembers>(self.unit(person.unit)?);
            let email = person.email();
            let new = identity::members::NewMember {
                email: &email,
                name: person.name,
                roles: person.roles,
                language: person.language,
                password_hash: password_hash.clone(),
            };
            let id = identity::members::add(&mut tx, &by, new).await?;
            self.users.insert(person.user.to_owned(), id);
        }
        tx.commit().await
    }

    async fn content(&mut self) -> Result<()> {
        let helen = self.actor("helen").await?;
        let mut tx = self.domain.begin().await?;
        let by = helen.grant(self.unit("brackwater")?)?;
        for input in [
            templates::announcement(),
            templates::newsletter(),
            templates::event(),
        ] {
            content::templates::create(&mut tx, &by, &input).await?;
        }
        for unit in university::units() {
            let input = SenderProfileInput {
                name: unit.name.clone(),
                from_name: format!("{}, Brackwater University", unit.name),
                from_address: format!("{}@brackwater.example", unit.key),
                reply_to: String::new(),
            };
            content::senders::create(&mut tx, &helen.grant(self.unit(&unit.key)?)?, &input).await?;
        }
        tx.commit().await
    }

    async fn topics(&mut self) -> Result<()> {
        let helen = self.actor("helen").await?;
        let mut tx = self.domain.begin().await?;
        for topic in &university::TOPICS {
            let texts = |texts: [&str; 4]| -> Localised {
                Language::ALL.into_iter().zip(texts.map(str::to_owned)).collect()
            };
            let input = TopicInput {
                key: topic.key.to_owned(),
                name: texts(topic.name),
                description: texts(topic.description),
                is_public: true,
                position: 0,
            };
            let id = topics::create(&mut tx, &helen.grant(self.unit(topic.unit)?)?, &input).await?;
            self.topics.insert(topic.key.to_owned(), id);
        }
        tx.commit().await
    }

    /// Every unit's people come from its own file; some people are in several.
    async fn people(&self) -> Result<()> {
        let people = people::people();
        let medicine =
            |programme: &str| matches!(programme, "Medicine" | "Nursing" | "Dentistry" | "Pharmacy");
        let every = |n: usize| {
            people
                .iter()
                .enumerate()
                .filter(move |(i, _)| i % n == 0)
                .map(|(_, person)| person)
        };
        let wording = "I want to receive messages on this topic by e-mail.";
        self.import(
            "marta",
            "admissions",
            "open-days",
            "applicants.csv",
            people::csv(people.iter().take(2_600)),
            wording,
        )
        .await?;
        self.import(
            "marta",
            "admissions",
            "scholarships",
            "scholarships.csv",
            people::csv(people.iter().skip(900).take(1_200)),
            wording,
        )
        .await?;
        let students = people::csv(people.iter().filter(|person| medicine(person.programme)));
        self.import(
            "helen",
            "medicine",
            "clinical-teaching",
            "students.csv",
            students,
            wording,
        )
        .await?;
        let readers = people::csv(
            people
                .iter()
                .filter(|person| medicine(person.programme) && person.year > 2),
        );
        self.import(
            "helen",
            "medicine",
            "research-seminars",
            "seminar-readers.csv",
            readers,
            wording,
        )
        .await?;
        self.import(
            "oliver",
            "shop",
            "offers",
            "customers.csv",
            people::csv(every(3)),
            wording,
        )
        .await?;
        self.import(
            "helen",
            "marketing",
            "university-news",
            "everybody.csv",
            people::csv(people.iter()),
            wording,
        )
        .await?;
        self.import(
            "helen",
            "marketing",
            "culture",
            "culture.csv",
            people::csv(every(4)),
            wording,
        )
        .await
    }

    async fn import(
        &self,
        user: &str,
        unit: &str,
        topic: &str,
        file: &str,
        csv: String,
        wording: &str,
    ) -> Result<()> {
        let by = self
            .actor(user)
            .await?
            .grant::<ImportContacts>(self.unit(unit)?)?;
        let mut upload = Upload::begin(&self.domain, &by, file).await?;
        upload.push(csv.as_bytes()).await?;
        let id = upload.finish().await?;
        let attribute = |name: &str| Target::Attribute(name.to_owned());
        let options = ImportOptions {
            targets: vec![
                Target::Key,
                Target::Email,
                Target::FirstName,
                Target::LastName,
                Target::Language,
                attribute("programme"),
                attribute("year"),
                attribute("city"),
            ],
            topic_id: self.topics.get(topic).copied(),
            consent_wording: wording.to_owned(),
            consent_version: "2026-1".to_owned(),
            ..ImportOptions::default()
        };
        let mut tx = self.domain.begin().await?;
        imports::start(&mut tx, &by, id, &options).await?;
        tx.commit().await?;
        match imports::run(&self.domain, id).await? {
            ImportStatus::Finished => Ok(()),
            other => Err(Error::broken(format!(
                "an import of the demo ended {}",
                other.as_str()
            ))),
        }
    }
}
