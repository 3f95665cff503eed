//! Reviews: another person looks at the frozen revision and approves or rejects exactly that (law 2).

mod changes;
mod decide;
mod diff;
mod get;
mod list;
pub(crate) mod notify;
mod submit;
mod withdraw;

pub use decide::{approve, reject};
pub use diff::diff;
pub use get::{get, sample_recipients, waiting_of};
pub use list::{list, waiting_count};
pub use submit::submit;
pub use withdraw::withdraw;

use crate::{Error, Result, Tx};
use types::approvals::ReviewState;
use types::{CampaignId, UserId};

/// The state as stored.
pub(crate) fn state(text: &str) -> Result<ReviewState> {
    text.parse()
        .map_err(|_| Error::broken("unknown state in reviews"))
}

/// Whoever changed the campaign since it was last approved: none of them may approve it.
async fn took_part(tx: &mut Tx, campaign: CampaignId, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from campaign_editors where campaign_id = $1 and user_id = $2) as "took_part!""#,
        campaign.uuid(),
        user.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}
