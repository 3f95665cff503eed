//! Other senders, by what a message is about.

use crate::access::EditCampaigns;
use crate::error::Fields;
use crate::{Granted, Result, Tx};
use types::Code;
use types::messages::SenderRule;
use uuid::Uuid;

/// Most rules of a definition.
const MOST: usize = 50;
/// Most values of a rule, and longest value in characters.
const VALUES: usize = 200;
const VALUE_CHARS: usize = 200;

/// Whether rules are right, and name senders that the unit may use.
pub(super) async fn check(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    rules: &[SenderRule],
    fields: &mut Fields,
) -> Result<()> {
    if rules.len() > MOST {
        fields.add("senders", Code::OutOfRange);
        return Ok(());
    }
    let wanted: Vec<Uuid> = rules.iter().map(|it| it.sender_profile_id.uuid()).collect();
    let there = sqlx::query_scalar!(
        "select p.id from sender_profiles p
         where p.id = any ($2) and p.archived_at is null and p.unit_id in (select unnest(u.ancestors) from units u where u.id = $1)",
        by.unit().uuid(),
        &wanted
    )
    .fetch_all(tx.conn())
    .await?;
    for (n, rule) in rules.iter().enumerate() {
        if !super::parameters::is_name(&rule.attribute) {
            fields.add(&format!("senders.{n}.attribute"), Code::BadFormat);
        }
        let values = &rule.is;
        if values.is_empty() {
            fields.add(&format!("senders.{n}.is"), Code::Required);
        } else if values.len() > VALUES || values.iter().any(|it| it.chars().count() > VALUE_CHARS) {
            fields.add(&format!("senders.{n}.is"), Code::TooLong);
        }
        if !there.contains(&rule.sender_profile_id.uuid()) {
            fields.add(&format!("senders.{n}.sender_profile_id"), Code::UnknownReference);
        }
    }
    Ok(())
}
