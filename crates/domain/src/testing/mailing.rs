//! People to write to, and approved campaigns ready to be sent.

use super::University;
use crate::{
    Result,
    dispatch::{self, Expansion},
};
use render::{Content, FooterWords, Source, TemplateSource, UnitInfo};
use serde_json::json;
use std::collections::BTreeMap;
use types::{
    CampaignId, ContactId, DispatchId, Language, RevisionId, TopicId, UnitId, campaigns::Audience,
    content::Classification,
};

const MJML: &str = r#"<mjml><mj-body><mj-section><mj-column>
<mj-text>Cześć {{ contact.first_name|default("drogi Czytelniku") }}! 🎓</mj-text>
<mj-button href="https://university.test/open-days?a=1&amp;b=2">Zapisz się</mj-button>
<mj-text><a href="https://university.test/plan/{{ contact.email }}">Plan</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"#;

/// What a launched campaign is.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub campaign: CampaignId,
    pub dispatch: DispatchId,
}

impl University {
    /// A public topic of a unit.
    pub async fn topic(&self, unit: UnitId, key: &str) -> Result<TopicId> {
        let mut tx = self.domain.begin().await?;
        let id: TopicId = tx.id();
        sqlx::query("insert into topics (id, unit_id, key, name, created_at) values ($1, $2, $3, $4, $5)")
            .bind(id.uuid())
            .bind(unit.uuid())
            .bind(key)
            .bind(json!({"en": key, "pl": format!("Temat {key}")}))
            .bind(tx.now_sql())
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// People of a unit, one an address, in Polish; with a topic they are subscribed to it. In the order given.
    pub async fn people(
        &self,
        unit: UnitId,
        topic: Option<TopicId>,
        addresses: &[String],
    ) -> Result<Vec<ContactId>> {
        let mut tx = self.domain.begin().await?;
        let ids: Vec<ContactId> = addresses.iter().map(|_| tx.id()).collect();
        let contacts: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        let identities: Vec<_> = addresses.iter().map(|_| tx.uuid()).collect();
        sqlx::query(
            "with p as (select * from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as p (id, identity, address, n)),
                  c as (insert into contacts (id, first_name, last_name, language, created_at, updated_at)
                        select id, 'Żaneta', 'Ćwiąkała ' || n, 'pl', $6, $6 from p),
                  i as (insert into identities (id, contact_id, kind, value, normalised, created_at)
                        select identity, id, 'email', address, lower(address), $6 from p),
                  m as (insert into contact_units (unit_id, contact_id, attributes, created_at, updated_at)
                        select $4, id, '{\"faculty\": \"med\"}', $6, $6 from p)
             insert into subscriptions (contact_id, topic_id, status, source, changed_at)
             select id, $5, 'subscribed', 'import', $6 from p where $5::uuid is not null",
        )
        .bind(&contacts)
        .bind(&identities)
        .bind(addresses)
        .bind(unit.uuid())
        .bind(topic.map(TopicId::uuid))
        .bind(tx.now_sql())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// People of admissions who are subscribed to its topic `open-days`, and the audience of all its subscribers.
    pub async fn subscribed(&self, addresses: &[String]) -> Result<(TopicId, Audience)> {
        let topic = self.topic(self.admissions, "open-days").await?;
        self.people(self.admissions, Some(topic), addresses).await?;
        let audience = Audience {
            include_topics: vec![topic],
            ..Audience::default()
        };
        Ok((topic, audience))
    }

    /// A message in Polish and English, with two links, one of them personal.
    #[must_use]
    pub fn source(&self, classification: Classification) -> Source {
        let content = |subject: &str| Content {
            subject: subject.to_owned(),
            preheader: String::new(),
            from_name: "Rekrutacja Uniwersytetu Łódzkiego".to_owned(),
            slots: BTreeMap::new(),
            text: None,
            footer: FooterWords {
                reason: "Otrzymujesz tę wiadomość, bo…".to_owned(),
                unsubscribe: "Wypisz się".to_owned(),
                preferences: "Ustawienia".to_owned(),
                view: "W przeglądarce".to_owned(),
            },
        };
        Source {
            template: TemplateSource {
                mjml: MJML.to_owned(),
                slots: Vec::new(),
            },
            classification,
            default_language: Language::En,
            languages: BTreeMap::from([
                (
                    Language::En,
                    content("Open days, {{ contact.first_name|default('all') }}"),
                ),
                (
                    Language::Pl,
                    content("Dni otwarte 🎓, {{ contact.first_name|default('wszyscy') }}: gęślą jaźń"),
                ),
            ]),
            unit: UnitInfo {
                name: "Admissions".to_owned(),
                address: "1 College Street, 00-001 Warsaw".to_owned(),
                website: String::new(),
            },
            base_url: self.domain.public_url().to_owned(),
            attributes: None,
        }
    }

    /// A campaign that one person submitted and another approved, in the state `sending`, with its ledger.
    pub async fn launched(
        &self,
        unit: UnitId,
        classification: Classification,
        audience: &Audience,
    ) -> Result<Run> {
        self.launched_with(unit, classification, audience, None).await
    }

    /// [`University::launched`] with a limit per hour.
    pub async fn launched_with(
        &self,
        unit: UnitId,
        classification: Classification,
        audience: &Audience,
        throttle_per_hour: Option<i32>,
    ) -> Result<Run> {
        let source = self.source(classification);
        let compiled =
            render::compile(&source).map_err(|problems| crate::Error::broken(format!("{problems:?}")))?;
        let mut tx = self.domain.begin().await?;
        let (campaign, revision): (CampaignId, RevisionId) = (tx.id(), tx.id());
        let (author, approver, review, profile) = (tx.uuid(), tx.uuid(), tx.uuid(), tx.uuid());
        sqlx::query("insert into users (id, email, name, created_at) select id, id || '@university.test', 'Somebody', $2 from unnest($1::uuid[]) id")
            .bind([author, approver])
            .bind(tx.now_sql())
            .execute(tx.conn())
            .await?;
        sqlx::query("insert into campaigns (id, unit_id, name, classification, state, created_by, created_at, updated_at) values ($1, $2, 'Open days', $3, 'sending', $4, $5, $5)")
            .bind(campaign.uuid())
            .bind(unit.uuid())
            .bind(classification.as_str())
            .bind(author)
            .bind(tx.now_sql())
            .execute(tx.conn())
            .await?;
        let sender = json!({"profile_id": profile, "from_name": "Rekrutacja", "from_address": "rekrutacja@university.test", "reply_to": "biuro@university.test"});
        sqlx::query(
            "insert into campaign_revisions (id, campaign_id, number, classification, audience, source, sender, schedule, audience_count, seal, submitted_by, submitted_at)
             values ($1, $2, 1, $3, $4, $5, $6, '{\"kind\": \"now\"}', 0, '\\x5ea1', $7, $8)",
        )
        .bind(revision.uuid())
        .bind(campaign.uuid())
        .bind(classification.as_str())
        .bind(serde_json::to_value(audience)?)
        .bind(serde_json::to_value(&source)?)
        .bind(sender)
        .bind(author)
        .bind(tx.now_sql())
        .execute(tx.conn())
        .await?;
        sqlx::query("update campaigns set current_revision_id = $2 where id = $1")
            .bind(campaign.uuid())
            .bind(revision.uuid())
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "insert into reviews (id, unit_id, campaign_id, revision_id, state, requested_by, requested_at, decided_by, decided_at, seal)
             values ($1, $2, $3, $4, 'approved', $5, $7, $6, $7, '\\x5ea1')",
        )
        .bind(review)
        .bind(unit.uuid())
        .bind(campaign.uuid())
        .bind(revision.uuid())
        .bind(author)
        .bind(approver)
        .bind(tx.now_sql())
        .execute(tx.conn())
        .await?;
        let run = Expansion {
            unit,
            campaign,
            revision,
            classification: classification.as_str(),
            audience,
            source: &source,
            links: compiled.links(),
            throttle_per_hour,
        };
        let dispatch = dispatch::expand(&mut tx, &run).await?;
        tx.commit().await?;
        Ok(Run { campaign, dispatch })
    }
}
