//! Who gets a message beside its recipient.

use super::check::Right;
use crate::access::SendMessages;
use crate::{Granted, Result, Tx};
use std::collections::HashSet;

/// Those of the copies who take no mail: their address bounced, or is on a list of the unit or of one above it. They are left out, and the
/// message goes to the others.
pub(super) async fn refusing(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    right: &[Right],
) -> Result<HashSet<String>> {
    let copies = right.iter().flat_map(|it| it.cc.iter().chain(&it.bcc));
    let wanted: Vec<String> = copies.map(|it| it.normalised().to_owned()).collect();
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let found = sqlx::query_scalar!(
        r#"select w as "address!" from unnest($2::text[]) w
           where exists (select from identities i where i.kind = 'email' and i.normalised = w and i.bounced_at is not null)
              or exists (
                  select from suppressions x where x.normalised = w
                      and (x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = $1)))"#,
        by.unit().uuid(),
        &wanted
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found.into_iter().collect())
}
