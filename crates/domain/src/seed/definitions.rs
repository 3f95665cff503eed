//! The demo's message definition: what the student system sends when somebody has applied.

use super::Demo;
use crate::{
    Error, Result,
    access::{ApproveCampaigns, EditCampaigns, ReadCampaigns, ReadContent},
    approvals, content, messages,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use types::{
    Language, PageQuery,
    campaigns::LanguageContent,
    content::{Classification, SlotValue},
    messages::{Channel, DefinitionUpdate, NewDefinition, Parameter, ParameterKind},
};

impl Demo {
    /// Written by Anna, approved by Piotr, live since a few days.
    pub(super) async fn definition(&self, today: Timestamp) -> Result<()> {
        self.clock.set(today - SignedDuration::from_hours(90));
        let unit = self.unit("admissions")?;
        let author = self.actor("anna").await?;
        let by = author.grant::<EditCampaigns>(unit)?;
        let reads = author.grant::<ReadCampaigns>(unit)?;
        let mut tx = self.domain.begin().await?;
        let reader = author.grant::<ReadContent>(unit)?;
        let templates = content::templates::list(&mut tx, &reader, &PageQuery::default()).await?;
        let template = templates
            .items
            .iter()
            .find(|row| row.name == "Announcement")
            .ok_or_else(|| Error::broken("a template of the demo"))?;
        let senders = content::senders::list(&mut tx, &reader, &PageQuery::default()).await?;
        let sender = senders
            .items
            .first()
            .ok_or_else(|| Error::broken("a sender of the demo"))?;
        let new = NewDefinition {
            key: "application-received".to_owned(),
            name: "Application received".to_owned(),
            classification: Some(Classification::Transactional),
            template_id: Some(template.id),
            parameters: parameters(),
            channel: Channel::Email,
        };
        let id = messages::create(&mut tx, &by, &new).await?;
        let fresh = messages::get(&mut tx, &reads, id)
            .await?
            .ok_or_else(Error::not_found)?;
        let mut content = fresh.content;
        for (language, words) in words() {
            content.languages.insert(language, words);
        }
        let change = DefinitionUpdate {
            edit_version: fresh.definition.edit_version,
            content: Some(content),
            sender_profile_id: Some(sender.id),
            ..DefinitionUpdate::default()
        };
        messages::update(&mut tx, &by, id, &change).await?;
        let note = "For the student system, from next week on.";
        let review = approvals::submit(&mut tx, &by, id, note).await?;
        tx.commit().await?;

        self.clock.advance(SignedDuration::from_mins(50));
        let approver = self.actor("piotr").await?;
        let mut tx = self.domain.begin().await?;
        let detail = approvals::get(&mut tx, &approver.grant(unit)?, review, Language::En)
            .await?
            .ok_or_else(Error::not_found)?;
        let approving = approver.grant::<ApproveCampaigns>(unit)?;
        approvals::approve(&mut tx, &approving, review, &detail.revision.seal, "").await?;
        tx.commit().await
    }
}

fn parameters() -> Vec<Parameter> {
    let parameter = |name: &str, kind, required, description: &str| Parameter {
        name: name.to_owned(),
        kind,
        required,
        default: None,
        example: None,
        description: description.to_owned(),
    };
    let with = |it: Parameter, example: &str| Parameter {
        example: Some(json!(example)),
        ..it
    };
    vec![
        with(
            parameter("number", ParameterKind::Text, true, "Number of the application"),
            "2026/417",
        ),
        with(
            parameter("programme", ParameterKind::Text, true, "Name of the programme"),
            "Naval architecture",
        ),
        Parameter {
            default: Some(json!(14)),
            ..parameter(
                "days",
                ParameterKind::Number,
                false,
                "Working days until there is a decision",
            )
        },
    ]
}

fn words() -> Vec<(Language, LanguageContent)> {
    let version = |subject: &str, headline: &str, body: &str, action: &str| LanguageContent {
        subject: subject.to_owned(),
        preheader: String::new(),
        slots: BTreeMap::from([
            (
                "headline".to_owned(),
                SlotValue::Text {
                    text: headline.to_owned(),
                },
            ),
            (
                "body".to_owned(),
                SlotValue::RichText {
                    html: body.to_owned(),
                },
            ),
            (
                "action".to_owned(),
                SlotValue::Link {
                    label: action.to_owned(),
                    address: "https://www.brackwater.example/apply".to_owned(),
                },
            ),
        ]),
        text: None,
    };
    vec![
        (
            Language::En,
            version(
                "We have your application {{ attributes.number }}",
                "Thank you for applying",
                "<p>Your application for {{ attributes.programme }} is here. You will hear from us within \
                 {{ attributes.days }} working days.</p>",
                "See where it stands",
            ),
        ),
        (
            Language::Pl,
            version(
                "Mamy Twoje zgłoszenie {{ attributes.number }}",
                "Dziękujemy za zgłoszenie",
                "<p>Twoje zgłoszenie na kierunek {{ attributes.programme }} dotarło. Odpowiedź otrzymasz najpóźniej po tylu \
                 dniach roboczych: {{ attributes.days }}.</p>",
                "Sprawdź, na jakim jest etapie",
            ),
        ),
    ]
}
