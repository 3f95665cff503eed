//! `TriggeredSendDefinition`: the unit's message definitions.

use domain::Tx;
use domain::access::ReadCampaigns;
use domain::messages::{Callable, walk};

use super::{Chunk, READ, place, placed, told};
use crate::http::soap::caller::Session;
use crate::http::soap::objects::Row;
use crate::http::soap::value::Value;

pub(super) async fn read(session: &Session, tx: &mut Tx, after: Option<&str>) -> Result<Chunk, String> {
    let by = session
        .grant::<ReadCampaigns>()
        .map_err(|it| format!("Error: {it}"))?;
    let after: Option<String> = placed(after)?;
    let found = walk(tx, &by, after.as_deref(), READ).await.map_err(told)?;
    let rows = found.into_iter().map(|it| (row(&it), place(&it.key))).collect();
    Ok(Chunk::of(rows, READ))
}

fn row(it: &Callable) -> Row {
    Row::default()
        .with("CreatedDate", it.created_at)
        .with("ModifiedDate", it.updated_at)
        .with("ObjectID", it.id.uuid())
        .with("CustomerKey", it.key.as_str())
        .with("Name", it.name.as_str())
        .with("FromName", it.from_name.as_str())
        .with("FromAddress", it.from_address.as_str())
        .with("TriggeredSendType", "Continuous")
        .with("TriggeredSendStatus", status(it))
        // Whoever a message goes to becomes known to the unit; what is known stays.
        .with("AutoAddSubscribers", Value::Truth(true))
        .with("AutoUpdateSubscribers", Value::Truth(false))
        .with("IsMultipart", Value::Truth(true))
}

fn status(it: &Callable) -> &'static str {
    match (it.is_archived, it.is_live, it.is_active) {
        (true, ..) => "Deleted",
        (_, false, _) => "New",
        (_, _, true) => "Active",
        (_, _, false) => "Inactive",
    }
}
