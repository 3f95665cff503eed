use super::quiet::Quiet;
use crate::access::SendMessages;
use crate::campaigns::Called;
use crate::{Error, Granted, Result, Tx};
use types::messages::Parameter;
use types::{CampaignId, Code, DispatchId, RevisionId};

/// What a call sends: a definition, and the version of it that is live.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The definition.
    pub definition: CampaignId,
    /// Its live version.
    pub revision: RevisionId,
    /// Where that stands.
    pub dispatch: DispatchId,
    /// What calls give to it.
    pub parameters: Vec<Parameter>,
    pub(super) quiet: Option<Quiet>,
    /// Marketing goes to those who asked for it, and to nobody beside them.
    pub(super) copies: bool,
    /// Somebody wants to hear what becomes of the unit's messages.
    pub heard: bool,
}

/// What a call under this key sends now. Asked with every call, so that pausing and publishing take effect at once on every node.
///
/// # Errors
/// `NotFound` where the unit has no such definition; `WrongState` with state `draft` before the first approval, `paused` or `archived`.
pub async fn plan(tx: &mut Tx, by: &Granted<SendMessages>, key: &str) -> Result<Plan> {
    let row = sqlx::query!(
        r#"select c.id as "id: CampaignId", c.is_active, c.archived_at is not null as "archived!",
                  c.live_revision_id as "revision: RevisionId", c.live_dispatch_id as "dispatch: DispatchId", r.called, r.classification as "classification?",
                  exists (select from webhook_endpoints e where e.unit_id = c.unit_id and e.state <> 'disabled' and e.deleted_at is null) as "heard!"
           from campaigns c left join campaign_revisions r on r.id = c.live_revision_id
           where c.unit_id = $1 and c.key = $2 and c.kind = 'message'"#,
        by.unit().uuid(),
        key
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::code(Code::NotFound))?;
    if row.archived {
        return Err(Error::wrong_state("archived"));
    }
    if !row.is_active {
        return Err(Error::wrong_state("paused"));
    }
    let (Some(revision), Some(dispatch), Some(called)) = (row.revision, row.dispatch, row.called) else {
        return Err(Error::wrong_state("draft"));
    };
    let called: Called = serde_json::from_value(called)?;
    Ok(Plan {
        definition: row.id,
        revision,
        dispatch,
        parameters: called.parameters,
        quiet: called.quiet_hours.as_ref().and_then(Quiet::sealed),
        copies: row.classification.as_deref() != Some("marketing"),
        heard: row.heard,
    })
}
