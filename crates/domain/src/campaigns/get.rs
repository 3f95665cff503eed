use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx};
use types::campaigns::{CampaignDetail, ReviewSummary, RevisionSummary};
use types::{CampaignId, DispatchId, ReviewId, RevisionId, SenderProfileId, UnitId};

/// A campaign of the unit, whole.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, by: &Granted<ReadCampaigns>, id: CampaignId) -> Result<Option<CampaignDetail>> {
    let Some(row) = sqlx::query!(
        r#"select c.id as "id: CampaignId", c.unit_id as "unit_id: UnitId", c.name, c.classification, c.state, c.audience, c.content,
                  c.sender_profile_id as "sender_profile_id: SenderProfileId", c.schedule, c.throttle_per_hour, c.edit_version,
                  coalesce(a.name, '') as "author!",
                  coalesce((select u.name from campaign_editors e join users u on u.id = e.user_id
                            where e.campaign_id = c.id order by e.last_edit_at desc limit 1), a.name, '') as "editor!",
                  c.created_at, c.updated_at, c.submitted_at, c.scheduled_for, c.started_at, c.finished_at, c.archived_at,
                  (select d.id from dispatches d where d.campaign_id = c.id) as "dispatch_id: DispatchId"
           from campaigns c left join users a on a.id = c.created_by
           where c.id = $1 and c.unit_id = $2 and c.kind = 'campaign'"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let jiff = jiff_sqlx::Timestamp::to_jiff;
    Ok(Some(CampaignDetail {
        id: row.id,
        unit_id: row.unit_id,
        name: row.name,
        classification: super::classification(&row.classification)?,
        state: super::draft::state(&row.state)?,
        audience: serde_json::from_value(row.audience)?,
        content: serde_json::from_value(row.content)?,
        sender_profile_id: row.sender_profile_id,
        schedule: serde_json::from_value(row.schedule)?,
        throttle_per_hour: row.throttle_per_hour,
        edit_version: row.edit_version,
        author: row.author,
        editor: row.editor,
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
        submitted_at: row.submitted_at.map(jiff),
        scheduled_for: row.scheduled_for.map(jiff),
        started_at: row.started_at.map(jiff),
        finished_at: row.finished_at.map(jiff),
        archived_at: row.archived_at.map(jiff),
        revision: revision(tx, id).await?,
        review: review(tx, id).await?,
        dispatch_id: row.dispatch_id,
    }))
}

/// The revision submitted last.
async fn revision(tx: &mut Tx, id: CampaignId) -> Result<Option<RevisionSummary>> {
    let row = sqlx::query!(
        r#"select r.id as "id: RevisionId", r.number, r.seal, r.audience_count, r.submitted_at, coalesce(u.name, '') as "by!"
           from campaign_revisions r left join users u on u.id = r.submitted_by
           where r.campaign_id = $1 order by r.number desc limit 1"#,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| RevisionSummary {
        id: row.id,
        number: row.number,
        seal: super::hex(&row.seal),
        audience_count: row.audience_count,
        submitted_at: row.submitted_at.to_jiff(),
        submitted_by: row.by,
    }))
}

/// The last review.
pub(crate) async fn review(tx: &mut Tx, id: CampaignId) -> Result<Option<ReviewSummary>> {
    let row = sqlx::query!(
        r#"select v.id as "id: ReviewId", v.state, v.note, coalesce(q.name, '') as "requested_by!", d.name as "decided_by?",
                  v.decided_at, v.comment
           from reviews v left join users q on q.id = v.requested_by left join users d on d.id = v.decided_by
           where v.campaign_id = $1 order by v.requested_at desc, v.id desc limit 1"#,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(ReviewSummary {
            id: row.id,
            state: crate::approvals::state(&row.state)?,
            note: row.note,
            requested_by: row.requested_by,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(jiff_sqlx::Timestamp::to_jiff),
            comment: row.comment,
        })
    })
    .transpose()
}
