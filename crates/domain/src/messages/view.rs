use super::{get, usage::usage};
use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx, approvals, campaigns};
use types::definitions::{DefinitionView, VersionRow};
use types::{CampaignId, ReviewId, RevisionId};

/// Versions that a page shows; older ones are in the audit log.
const VERSIONS: i64 = 50;

/// A definition of the unit with all that its page shows.
///
/// # Errors
/// When the database cannot be asked.
pub async fn view(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
) -> Result<Option<DefinitionView>> {
    let Some(detail) = get(tx, by, id).await? else {
        return Ok(None);
    };
    let usage = usage(tx, by, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Some(DefinitionView {
        usage,
        review: campaigns::review(tx, id).await?,
        versions: versions(tx, by, id).await?,
        detail,
    }))
}

/// The newest first.
async fn versions(tx: &mut Tx, by: &Granted<ReadCampaigns>, id: CampaignId) -> Result<Vec<VersionRow>> {
    let rows = sqlx::query!(
        r#"select r.id as "id: RevisionId", r.number, r.submitted_at, coalesce(s.name, '') as "submitted_by!", v.id as "review: ReviewId", v.state,
                  d.name as "decided_by?", v.decided_at, v.comment,
                  (select min(p.created_at) from dispatches p where p.revision_id = r.id and p.kind = 'message') as live_since,
                  (r.id = c.live_revision_id) is true as "is_live!"
           from campaign_revisions r join campaigns c on c.id = r.campaign_id join reviews v on v.revision_id = r.id
               left join users s on s.id = r.submitted_by left join users d on d.id = v.decided_by
           where r.campaign_id = $1 and c.unit_id = $2 and c.kind = 'message'
           order by r.number desc limit $3"#,
        id.uuid(),
        by.unit().uuid(),
        VERSIONS
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(VersionRow {
                revision_id: row.id,
                number: row.number,
                submitted_at: row.submitted_at.to_jiff(),
                submitted_by: row.submitted_by,
                review_id: row.review,
                state: approvals::state(&row.state)?,
                decided_by: row.decided_by,
                decided_at: row.decided_at.map(jiff_sqlx::Timestamp::to_jiff),
                comment: row.comment,
                live_since: row.live_since.map(jiff_sqlx::Timestamp::to_jiff),
                is_live: row.is_live,
            })
        })
        .collect()
}
