//! Campaigns and approvals, from the draft to the ledger.

mod approvals;
mod drafts;
mod sending;

use domain::access::{EditCampaigns, System};
use domain::testing::University;
use domain::{Actor, campaigns, ts};
use serde_json::json;
use sqlx::PgPool;
use std::collections::BTreeMap;
use types::access::Role;
use types::campaigns::*;
use types::content::SlotValue;
use types::{CampaignId, Language, ReviewId, SenderProfileId, TemplateId, TopicId, UnitId};

/// A greeting, so that some people lack what it needs; one slot.
const MJML: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ contact.first_name }},</mj-text>\
                    <mj-text>{{ slots.body }}</mj-text></mj-column></mj-section></mj-body></mjml>";

/// A unit with everything a campaign needs.
pub struct Set {
    pub university: University,
    pub author: Actor,
    pub second: Actor,
    pub approver: Actor,
    pub template: TemplateId,
    pub sender: SenderProfileId,
    pub topic: TopicId,
}

impl Set {
    pub async fn new(pool: PgPool) -> domain::Result<Self> {
        let university = University::new(pool).await?;
        let unit = university.admissions;
        let author = university.user("Anna Author", unit, Role::Author).await?;
        let second = university.user("Ed Admin", unit, Role::UnitAdmin).await?;
        let approver = university.user("Piotr Approver", unit, Role::Approver).await?;
        let mut tx = university.domain.begin().await?;
        let now = ts(tx.now());
        let (template, sender, topic): (TemplateId, SenderProfileId, TopicId) = (tx.id(), tx.id(), tx.id());
        let slots = json!([{"key": "body", "kind": "richtext", "default": {"en": {"kind": "richtext", "html": "<p>Hello</p>"}}}]);
        sqlx::query("insert into templates (id, unit_id, name, current_version, created_at, updated_at) values ($1, $2, 'News', 1, $3, $3)")
            .bind(template).bind(university.root).bind(now).execute(tx.conn()).await?;
        sqlx::query("insert into template_versions (template_id, version, mjml, slots, created_at) values ($1, 1, $2, $3, $4)")
            .bind(template).bind(MJML).bind(slots).bind(now).execute(tx.conn()).await?;
        sqlx::query(
            "insert into sender_profiles (id, unit_id, name, from_name, from_address, created_at, updated_at)
                     values ($1, $2, 'Office', 'Admissions Office', 'office@university.test', $3, $3)",
        )
        .bind(sender)
        .bind(unit)
        .bind(now)
        .execute(tx.conn())
        .await?;
        sqlx::query("insert into topics (id, unit_id, key, name, created_at) values ($1, $2, 'open-days', '{\"en\": \"Open days\"}', $3)")
            .bind(topic).bind(unit).bind(now).execute(tx.conn()).await?;
        tx.commit().await?;
        let set = Self {
            university,
            author,
            second,
            approver,
            template,
            sender,
            topic,
        };
        set.person("ada@example.org", "Ada", Some("en"), true).await?;
        set.person("jan@example.org", "Jan", Some("pl"), true).await?;
        set.person("nameless@example.org", "", None, true).await?;
        set.person("out@example.org", "Otto", Some("de"), false).await?;
        Ok(set)
    }

    pub fn unit(&self) -> UnitId {
        self.university.admissions
    }

    /// A person of the unit who subscribed to the topic, or has left it.
    pub async fn person(
        &self,
        address: &str,
        name: &str,
        language: Option<&str>,
        subscribed: bool,
    ) -> domain::Result<uuid::Uuid> {
        let mut tx = self.university.domain.begin().await?;
        let (id, identity, now) = (tx.uuid(), tx.uuid(), ts(tx.now()));
        sqlx::query("insert into contacts (id, first_name, language, created_at, updated_at) values ($1, $2, $3, $4, $4)")
            .bind(id).bind(name).bind(language).bind(now).execute(tx.conn()).await?;
        sqlx::query("insert into identities (id, contact_id, kind, value, normalised, created_at) values ($1, $2, 'email', $3, $3, $4)")
            .bind(identity).bind(id).bind(address).bind(now).execute(tx.conn()).await?;
        sqlx::query(
            "insert into contact_units (unit_id, contact_id, created_at, updated_at) values ($1, $2, $3, $3)",
        )
        .bind(self.unit())
        .bind(id)
        .bind(now)
        .execute(tx.conn())
        .await?;
        sqlx::query("insert into subscriptions (contact_id, topic_id, status, source, changed_at) values ($1, $2, $3, 'import', $4)")
            .bind(id).bind(self.topic).bind(if subscribed { "subscribed" } else { "unsubscribed" }).bind(now).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A draft with nothing missing.
    pub async fn draft(&self) -> domain::Result<CampaignId> {
        let mut tx = self.university.domain.begin().await?;
        let by = self.author.grant::<EditCampaigns>(self.unit())?;
        let new = NewCampaign {
            name: "Open day".into(),
            template_id: Some(self.template),
            ..NewCampaign::default()
        };
        let id = campaigns::create(&mut tx, &by, &new).await?;
        let change = CampaignUpdate {
            audience: Some(Audience {
                include_topics: vec![self.topic],
                ..Audience::default()
            }),
            content: Some(self.content("Open day in May")),
            sender_profile_id: Some(self.sender),
            edit_version: 1,
            ..CampaignUpdate::default()
        };
        campaigns::update(&mut tx, &by, id, &change).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub fn content(&self, subject: &str) -> CampaignContent {
        let body = SlotValue::RichText {
            html: "<p>Come and see <a href=\"https://university.test/open\">us</a>.</p>".into(),
        };
        let version = LanguageContent {
            subject: subject.into(),
            slots: BTreeMap::from([("body".to_owned(), body)]),
            ..LanguageContent::default()
        };
        CampaignContent {
            template: Some(TemplateRef {
                id: self.template,
                version: 1,
            }),
            default_language: Language::En,
            languages: BTreeMap::from([(Language::En, version)]),
        }
    }

    pub async fn change(
        &self,
        who: &Actor,
        id: CampaignId,
        mut change: CampaignUpdate,
    ) -> domain::Result<i32> {
        let mut tx = self.university.domain.begin().await?;
        change.edit_version = self.detail(id).await?.edit_version;
        let version = campaigns::update(&mut tx, &who.grant(self.unit())?, id, &change).await?;
        tx.commit().await?;
        Ok(version)
    }

    pub async fn detail(&self, id: CampaignId) -> domain::Result<CampaignDetail> {
        let mut tx = self.university.domain.begin().await?;
        campaigns::get(&mut tx, &System.grant(self.unit()), id)
            .await?
            .ok_or_else(domain::Error::not_found)
    }

    pub async fn submit(&self, who: &Actor, id: CampaignId) -> domain::Result<ReviewId> {
        let mut tx = self.university.domain.begin().await?;
        let review = domain::approvals::submit(&mut tx, &who.grant(self.unit())?, id, "Please look").await?;
        tx.commit().await?;
        Ok(review)
    }

    pub async fn approve(
        &self,
        who: &Actor,
        id: CampaignId,
        review: ReviewId,
    ) -> domain::Result<CampaignState> {
        let seal = self.detail(id).await?.revision.expect("submitted").seal;
        let mut tx = self.university.domain.begin().await?;
        let state = domain::approvals::approve(&mut tx, &who.grant(self.unit())?, review, &seal, "").await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Submitted and approved.
    pub async fn approved(&self) -> domain::Result<CampaignId> {
        let id = self.draft().await?;
        let review = self.submit(&self.author, id).await?;
        self.approve(&self.approver, id, review).await?;
        Ok(id)
    }
}

/// The refusal's code, as an assertion reads best.
pub fn code<T: std::fmt::Debug>(result: domain::Result<T>) -> Option<types::Code> {
    result.expect_err("refused").refusal()
}
