//! `List`: the unit's topics.

use domain::Tx;
use domain::access::ReadTopics;
use domain::topics::numbered;

use super::{Chunk, place, told};
use crate::http::soap::caller::Session;
use crate::http::soap::objects::Row;

/// There are few: all at once.
pub(super) async fn read(session: &Session, tx: &mut Tx) -> Result<Chunk, String> {
    let by = session
        .grant::<ReadTopics>()
        .map_err(|it| format!("Error: {it}"))?;
    let rows = numbered(tx, &by).await.map_err(told)?;
    let rows = rows.into_iter().map(|it| {
        let row = Row::default()
            .with("CreatedDate", it.created_at)
            .with("ID", it.number)
            .with("ObjectID", it.id.uuid())
            .with("CustomerKey", it.key)
            .with("ListName", it.name)
            .with("Type", if it.is_public { "Public" } else { "Private" })
            .with("Description", it.description)
            .with("ListClassification", "PublicationList");
        (row, place(&it.number))
    });
    Ok(Chunk {
        rows: rows.collect(),
        more: None,
    })
}
