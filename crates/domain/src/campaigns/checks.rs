//! What the review step tells before anything is submitted.

use super::source::{Prepared, prepare_draft};
use super::{Called, Draft, audience};
use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx, messages};
use jiff::Timestamp;
use render::{Finding, Person, PlainLinks, Severity};
use types::CampaignId;
use types::campaigns::{AudienceCounts, Check, CheckCode, CheckLevel, Schedule};
use types::content::Classification;

/// Everything that was found, worst first.
#[derive(Clone, Debug)]
pub struct Checks {
    /// About audience, sender, time and people.
    pub checks: Vec<Check>,
    /// About the message, from the renderer.
    pub findings: Vec<Finding>,
    /// The audience as it was counted for them.
    pub counts: AudienceCounts,
}

impl Checks {
    /// Something stands in the way of submitting.
    #[must_use]
    pub fn blocked(&self) -> bool {
        self.checks.iter().any(|it| it.level == CheckLevel::Error)
            || self.findings.iter().any(|it| it.severity == Severity::Error)
    }
}

fn check(level: CheckLevel, code: CheckCode) -> Check {
    Check {
        level,
        code,
        people: None,
        params: Default::default(),
    }
}

/// Checks the draft as it is saved now.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub async fn checks(tx: &mut Tx, by: &Granted<ReadCampaigns>, id: CampaignId) -> Result<Checks> {
    let draft = super::draft::read(tx, by.unit(), id).await?;
    let prepared = prepare_draft(tx, &draft).await?;
    run(tx, &draft, &prepared).await
}

pub(crate) async fn run(tx: &mut Tx, draft: &Draft, prepared: &Prepared) -> Result<Checks> {
    let mut checks: Vec<Check> = prepared
        .missing
        .iter()
        .map(|code| check(CheckLevel::Error, *code))
        .collect();
    if let Some(domain) = &prepared.foreign_domain {
        let mut told = check(CheckLevel::Error, CheckCode::SenderDomain);
        told.params.insert("domain".to_owned(), domain.clone());
        checks.push(told);
    }
    if in_the_past(&draft.schedule, tx.now()) {
        checks.push(check(CheckLevel::Error, CheckCode::InThePast));
    }
    if let Some(called) = &draft.called {
        return called_checks(draft, prepared, called, checks);
    }
    let counts = audience::count_audience(
        tx,
        draft.unit,
        draft.classification,
        &draft.audience,
        &draft.content,
    )
    .await?;
    if draft.audience.is_unset() {
        checks.push(check(CheckLevel::Error, CheckCode::NoAudience));
    } else if counts.recipients == 0 {
        checks.push(check(CheckLevel::Error, CheckCode::EmptyAudience));
    } else {
        about_people(tx, draft, prepared, &mut checks).await?;
    }
    let findings = match &prepared.source {
        None => Vec::new(),
        Some(source) => {
            let sample = complete_sample(tx, draft).await?;
            render::check(source, &sample, &PlainLinks)
        }
    };
    checks.sort_by_key(|it| it.level);
    Ok(Checks {
        checks,
        findings,
        counts,
    })
}

/// A message definition has no audience: whoever is named by a call gets it. Marketing needs a topic all the same, so that people
/// can leave it; and what the message says must be what calls give.
fn called_checks(
    draft: &Draft,
    prepared: &Prepared,
    called: &Called,
    mut checks: Vec<Check>,
) -> Result<Checks> {
    if draft.classification == Classification::Marketing && draft.audience.include_topics.is_empty() {
        checks.push(check(CheckLevel::Error, CheckCode::NoTopic));
    }
    let mut findings = Vec::new();
    if let Some(source) = &prepared.source {
        findings = render::check(source, &messages::sample(&called.parameters), &PlainLinks);
        let undeclared = render::compile(source)
            .map(|compiled| messages::undeclared(&compiled, &called.parameters))
            .unwrap_or_default();
        for name in undeclared {
            let mut told = check(CheckLevel::Warning, CheckCode::Undeclared);
            told.params.insert("name".to_owned(), name);
            checks.push(told);
        }
    }
    checks.sort_by_key(|it| it.level);
    Ok(Checks {
        checks,
        findings,
        counts: AudienceCounts::default(),
    })
}

/// A time that has passed.
pub(crate) fn in_the_past(schedule: &Schedule, now: Timestamp) -> bool {
    matches!(schedule, Schedule::At { at, .. } if *at <= now)
}

/// Who lacks what the message says, and who reads a language it is not written in.
async fn about_people(
    tx: &mut Tx,
    draft: &Draft,
    prepared: &Prepared,
    checks: &mut Vec<Check>,
) -> Result<()> {
    let default_language = draft.content.default_language;
    let compiled = prepared
        .source
        .as_ref()
        .and_then(|source| render::compile(source).ok());
    if let Some(compiled) = compiled {
        let mut paths: Vec<String> = compiled
            .variables()
            .iter()
            .filter(|it| !it.guarded)
            .map(|it| it.path.clone())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let lacking = audience::lacking(
            tx,
            draft.unit,
            draft.classification,
            &draft.audience,
            default_language,
            &paths,
        )
        .await?;
        for (name, people) in lacking {
            let mut told = check(CheckLevel::Warning, CheckCode::MissingVariable);
            told.people = Some(people);
            told.params.insert("name".to_owned(), name);
            checks.push(told);
        }
    }
    let others = audience::without_version(
        tx,
        draft.unit,
        draft.classification,
        &draft.audience,
        &draft.content,
    )
    .await?;
    for (language, people) in others {
        let mut told = check(CheckLevel::Warning, CheckCode::NoVersion);
        told.people = Some(people);
        told.params.insert("language".to_owned(), language.to_string());
        checks.push(told);
    }
    Ok(())
}

/// Somebody of the audience for the renderer's checks. Values they lack are told by number, not as a finding: so what is
/// missing is filled in from the others, and with a stand-in where nobody has it.
async fn complete_sample(tx: &mut Tx, draft: &Draft) -> Result<Person> {
    let samples = audience::samples(
        tx,
        draft.unit,
        draft.classification,
        &draft.audience,
        draft.content.default_language,
        "",
    )
    .await?;
    let mut whole = Person::default();
    for sample in &samples {
        let one = Person::from(sample);
        for (have, other) in [
            (&mut whole.first_name, one.first_name),
            (&mut whole.last_name, one.last_name),
            (&mut whole.email, one.email),
        ] {
            if have.trim().is_empty() {
                *have = other;
            }
        }
        for (key, value) in one.attributes {
            let empty =
                |it: &serde_json::Value| it.is_null() || it.as_str().is_some_and(|it| it.trim().is_empty());
            if !empty(&value) && whole.attributes.get(&key).is_none_or(empty) {
                whole.attributes.insert(key, value);
            }
        }
    }
    let stand_in = |text: &mut String, value: &str| {
        if text.trim().is_empty() {
            value.clone_into(text);
        }
    };
    stand_in(&mut whole.first_name, "Ada");
    stand_in(&mut whole.last_name, "Lovelace");
    stand_in(&mut whole.email, "ada@example.com");
    Ok(whole)
}
