//! Message definitions that other people approved, ready to be called.

use super::University;
use crate::{Actor, Result, approvals, messages, ts};
use serde_json::json;
use std::collections::BTreeMap;
use types::access::Role;
use types::campaigns::{CampaignContent, LanguageContent, TemplateRef};
use types::content::Classification;
use types::messages::{DefinitionUpdate, NewDefinition, Parameter, ParameterKind};
use types::{CampaignId, Code, Language, SenderProfileId, TemplateId, TopicId, UnitId};

const MJML: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ contact.first_name|default(\"reader\") }},</mj-text>\
    <mj-text>your order {{ attributes.order }} is on its way.</mj-text></mj-column></mj-section></mj-body></mjml>";

/// A definition, and who made it.
pub struct Defined {
    pub id: CampaignId,
    pub unit: UnitId,
    pub author: Actor,
    pub approver: Actor,
}

impl University {
    /// A definition under `key` with one required parameter `order` (a text): made by one person, approved by another, and live.
    pub async fn defined(
        &self,
        unit: UnitId,
        key: &str,
        classification: Classification,
        topics: &[TopicId],
    ) -> Result<Defined> {
        let author = self.user(&format!("{key} Author"), unit, Role::UnitAdmin).await?;
        let approver = self
            .user(&format!("{key} Approver"), unit, Role::Approver)
            .await?;
        let mut tx = self.domain.begin().await?;
        let now = ts(tx.now());
        let (template, sender): (TemplateId, SenderProfileId) = (tx.id(), tx.id());
        sqlx::query("insert into templates (id, unit_id, name, current_version, created_at, updated_at) values ($1, $2, $3, 1, $4, $4)")
            .bind(template).bind(unit).bind(key).bind(now).execute(tx.conn()).await?;
        sqlx::query("insert into template_versions (template_id, version, mjml, slots, created_at) values ($1, 1, $2, '[]', $3)")
            .bind(template).bind(MJML).bind(now).execute(tx.conn()).await?;
        sqlx::query(
            "insert into sender_profiles (id, unit_id, name, from_name, from_address, created_at, updated_at)
             values ($1, $2, $3, 'Office', 'office@university.test', $4, $4)",
        )
        .bind(sender)
        .bind(unit)
        .bind(key)
        .bind(now)
        .execute(tx.conn())
        .await?;
        let parameter = Parameter {
            name: "order".to_owned(),
            kind: ParameterKind::Text,
            required: true,
            default: None,
            example: None,
            description: String::new(),
        };
        let new = NewDefinition {
            key: key.to_owned(),
            name: format!("Order ({key})"),
            classification: Some(classification),
            template_id: Some(template),
            parameters: vec![parameter],
            channel: Default::default(),
        };
        let id = messages::create(&mut tx, &author.grant(unit)?, &new).await?;
        let version = LanguageContent {
            subject: "Your order {{ attributes.order }}".to_owned(),
            ..LanguageContent::default()
        };
        let change = DefinitionUpdate {
            edit_version: 1,
            sender_profile_id: Some(sender),
            topics: Some(topics.to_vec()),
            content: Some(CampaignContent {
                template: Some(TemplateRef {
                    id: template,
                    version: 1,
                }),
                default_language: Language::En,
                languages: BTreeMap::from([(Language::En, version)]),
            }),
            ..DefinitionUpdate::default()
        };
        messages::update(&mut tx, &author.grant(unit)?, id, &change).await?;
        tx.commit().await?;
        let defined = Defined {
            id,
            unit,
            author,
            approver,
        };
        self.approved(&defined).await?;
        Ok(defined)
    }

    /// Submits the draft of a definition and approves it.
    pub async fn approved(&self, defined: &Defined) -> Result<()> {
        let mut tx = self.domain.begin().await?;
        let (unit, id) = (defined.unit, defined.id);
        approvals::submit(&mut tx, &defined.author.grant(unit)?, id, "").await?;
        let (review, seal) = approvals::waiting_of(&mut tx, &defined.author.grant(unit)?, id)
            .await?
            .ok_or_else(|| crate::Error::code(Code::NotFound))?;
        approvals::approve(&mut tx, &defined.approver.grant(unit)?, review, &seal, "").await?;
        tx.commit().await
    }

    /// What a call asks for, to an address.
    #[must_use]
    pub fn asked(&self, email: &str, order: &str) -> types::messages::Asked {
        let mut asked = types::messages::Asked::default();
        email.clone_into(&mut asked.to.email);
        asked.attributes.insert("order".to_owned(), json!(order));
        asked
    }
}
