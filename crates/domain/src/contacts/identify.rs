//! Which person of the unit is meant by a key, an address or both.

use super::address::EmailAddress;
use crate::access::ManageContacts;
use crate::{Granted, Result, Tx};
use types::ContactId;

/// A person of the unit, as far as it takes to act on them.
#[derive(Clone, Debug)]
pub struct Known {
    /// Of the person.
    pub id: ContactId,
    /// The unit's key for them.
    pub key: Option<String>,
    /// Wants no marketing from anybody, or reported a message as spam.
    pub has_left: bool,
}

/// Whoever of the unit has this key; else, where it is an address, whoever has that; else whoever has the address `email`. Nobody outside the
/// unit is found.
///
/// # Errors
/// When the database cannot be asked.
pub async fn identify(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    key: &str,
    email: &str,
) -> Result<Option<Known>> {
    let normalised = |text: &str| EmailAddress::parse(text).ok().map(|it| it.into_parts().1);
    let (by_key, by_email) = (normalised(key), normalised(email));
    let row = sqlx::query!(
        r#"select m.contact_id as "id: ContactId", m.key, c.unsubscribed_all_at is not null or c.complained_at is not null as "has_left!"
           from (
               select m.contact_id, 1 as rank from contact_units m where m.unit_id = $1 and m.key = $2
               union all
               select i.contact_id, case when i.normalised = $3 then 2 else 3 end from identities i
               where i.kind = 'email' and i.normalised in ($3, $4)
           ) f
           join contact_units m on m.unit_id = $1 and m.contact_id = f.contact_id
           join contacts c on c.id = f.contact_id
           order by f.rank limit 1"#,
        by.unit().uuid(),
        key.trim(),
        by_key,
        by_email
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Known {
        id: row.id,
        key: row.key,
        has_left: row.has_left,
    }))
}
