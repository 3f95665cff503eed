use super::list;
use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx};
use std::collections::BTreeMap;
use types::definitions::{DefinitionRow, Usage};
use types::{CampaignId, Page, PageQuery};
use uuid::Uuid;

/// [`list`](super::list) with how much each is called.
///
/// # Errors
/// As [`list`](super::list).
pub async fn overview(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    query: &PageQuery,
) -> Result<Page<DefinitionRow>> {
    let page = list(tx, by, query).await?;
    let ids: Vec<CampaignId> = page.items.iter().map(|it| it.id).collect();
    let usage = usage(tx, by, &ids).await?;
    Ok(Page {
        items: page
            .items
            .into_iter()
            .map(|definition| DefinitionRow {
                usage: usage.get(&definition.id).copied().unwrap_or_default(),
                definition,
            })
            .collect(),
        next: page.next,
        total: page.total,
        estimated: page.estimated,
    })
}

/// How much these definitions of the unit are called; those of other units are left out.
pub(super) async fn usage(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    ids: &[CampaignId],
) -> Result<BTreeMap<CampaignId, Usage>> {
    let ids: Vec<Uuid> = ids.iter().map(|it| it.uuid()).collect();
    // Walks over the index of the messages of each definition, which end early.
    let rows = sqlx::query!(
        r#"select c.id as "id: CampaignId", u.day as "day!", u.week as "week!",
                  (select m.created_at from messages m where m.definition_id = c.id order by m.created_at desc limit 1) as last
           from campaigns c cross join lateral (
               select count(*) as week, count(*) filter (where m.created_at > $3::timestamptz - interval '24 hours') as day
               from (select created_at from messages where definition_id = c.id and created_at > $3::timestamptz - interval '7 days'
                     order by created_at desc limit $4) m
           ) u
           where c.unit_id = $1 and c.kind = 'message' and c.id = any ($2)"#,
        by.unit().uuid(),
        &ids,
        tx.now_sql() as _,
        Usage::MOST
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let usage = Usage {
                day: row.day,
                week: row.week,
                last: row.last.map(jiff_sqlx::Timestamp::to_jiff),
            };
            (row.id, usage)
        })
        .collect())
}
