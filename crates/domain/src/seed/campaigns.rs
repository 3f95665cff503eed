//! The demo's campaigns, written by their authors and approved by somebody else.

use super::{
    Demo,
    messages::{self, Message},
};
use crate::{
    Error, Result, Tx,
    access::{ApproveCampaigns, EditCampaigns, ReadContent},
    approvals, campaigns, content,
};
use jiff::{SignedDuration, Timestamp};
use types::{
    CampaignId, Language, PageQuery, ReviewId,
    campaigns::{Audience, CampaignContent, CampaignUpdate, NewCampaign, Schedule},
    content::Classification,
};

impl Demo {
    /// One waits for approval, one is planned, one is a draft.
    pub(super) async fn in_hand(&self, today: Timestamp) -> Result<()> {
        self.clock.set(today - SignedDuration::from_hours(20));
        self.submitted(&messages::waiting(), Schedule::Now).await?;
        self.clock.set(today - SignedDuration::from_hours(30));
        let planned = Message {
            name: "Letter to everybody: December",
            ..messages::finished().remove(0)
        };
        let at = today + SignedDuration::from_hours(24 * 9);
        let review = self
            .submitted(
                &planned,
                Schedule::At {
                    at,
                    time_zone: "Europe/Warsaw".to_owned(),
                },
            )
            .await?;
        self.approve(&planned, review).await?;
        self.clock.set(today - SignedDuration::from_hours(3));
        self.draft(&messages::draft(), Schedule::Now).await?;
        Ok(())
    }

    /// A draft with everything filled in.
    async fn draft(&self, message: &Message, schedule: Schedule) -> Result<CampaignId> {
        let unit = self.unit(message.unit)?;
        let author = self.actor(message.author).await?;
        let by = author.grant::<EditCampaigns>(unit)?;
        let mut tx = self.domain.begin().await?;
        let reader = author.grant::<ReadContent>(unit)?;
        let templates = content::templates::list(&mut tx, &reader, &PageQuery::default()).await?;
        let template = templates
            .items
            .iter()
            .find(|row| row.name == message.template)
            .ok_or_else(|| Error::broken("a template of the demo"))?
            .id;
        let senders = content::senders::list(&mut tx, &reader, &PageQuery::default()).await?;
        let sender = senders
            .items
            .first()
            .ok_or_else(|| Error::broken("a sender of the demo"))?
            .id;
        let new = NewCampaign {
            name: message.name.to_owned(),
            classification: Some(Classification::Marketing),
            template_id: Some(template),
        };
        let id = campaigns::create(&mut tx, &by, &new).await?;
        let started = self.content_of(&mut tx, message, id).await?;
        let topics = message
            .topics
            .iter()
            .filter_map(|key| self.topics.get(*key).copied())
            .collect();
        let change = CampaignUpdate {
            edit_version: started.1,
            audience: Some(Audience {
                include_topics: topics,
                ..Audience::default()
            }),
            content: Some(started.0),
            sender_profile_id: Some(sender),
            schedule: Some(schedule),
            ..CampaignUpdate::default()
        };
        campaigns::update(&mut tx, &by, id, &change).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The author's words over those that the template begins with, in every language of the message.
    async fn content_of(
        &self,
        tx: &mut Tx,
        message: &Message,
        id: CampaignId,
    ) -> Result<(CampaignContent, i32)> {
        let reader = self
            .actor(message.author)
            .await?
            .grant(self.unit(message.unit)?)?;
        let fresh = campaigns::get(tx, &reader, id)
            .await?
            .ok_or_else(Error::not_found)?;
        let mut content = fresh.content;
        for (language, words) in &message.languages {
            content.languages.insert(*language, words.clone());
        }
        Ok((content, fresh.edit_version))
    }

    async fn submitted(&self, message: &Message, schedule: Schedule) -> Result<ReviewId> {
        let id = self.draft(message, schedule).await?;
        self.clock.advance(SignedDuration::from_mins(40));
        let by = self
            .actor(message.author)
            .await?
            .grant::<EditCampaigns>(self.unit(message.unit)?)?;
        let mut tx = self.domain.begin().await?;
        let review = approvals::submit(&mut tx, &by, id, "").await?;
        tx.commit().await?;
        Ok(review)
    }

    async fn approve(&self, message: &Message, review: ReviewId) -> Result<()> {
        self.clock.advance(SignedDuration::from_mins(95));
        let approver = self.actor(message.approver).await?;
        let unit = self.unit(message.unit)?;
        let mut tx = self.domain.begin().await?;
        let reader = approver.grant(unit)?;
        let detail = approvals::get(&mut tx, &reader, review, Language::En)
            .await?
            .ok_or_else(Error::not_found)?;
        let by = approver.grant::<ApproveCampaigns>(unit)?;
        approvals::approve(&mut tx, &by, review, &detail.revision.seal, "").await?;
        tx.commit().await
    }

    /// Written, approved, sent, opened, clicked, in the past.
    pub(super) async fn finished(&self, message: &Message, at: Timestamp, seed: u64) -> Result<()> {
        self.clock.set(at - SignedDuration::from_hours(3));
        let review = self.submitted(message, Schedule::Now).await?;
        self.approve(message, review).await?;
        self.clock.set(at);
        campaigns::launch_due(&self.domain).await?;
        self.send(seed).await?;
        self.react(message, seed).await
    }
}
