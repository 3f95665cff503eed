//! Changing only what is given.

use super::update;
use crate::access::ManageContacts;
use crate::{Error, Granted, Result, Tx};
use types::ContactId;
use types::contacts::{Attributes, ContactInput};

/// Changes those fields of a person that are not empty; attributes are added or replaced one by one, and nulls take them away.
///
/// # Errors
/// As [`update`].
pub async fn merge(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    id: ContactId,
    given: &ContactInput,
) -> Result<()> {
    let row = sqlx::query!(
        "select m.key, m.attributes, c.first_name, c.last_name, c.language, c.time_zone
         from contact_units m join contacts c on c.id = m.contact_id
         where m.unit_id = $1 and m.contact_id = $2 for update of m",
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let or = |given: &str, kept: Option<String>| match given.trim() {
        "" => kept.unwrap_or_default(),
        given => given.to_owned(),
    };
    let mut attributes: Attributes = serde_json::from_value(row.attributes)?;
    attributes.extend(given.attributes.clone());
    let whole = ContactInput {
        email: given.email.clone(),
        phone: given.phone.clone(),
        // Without an address, the checks want a key; nobody has an empty one.
        key: or(&given.key, row.key),
        first_name: or(&given.first_name, Some(row.first_name)),
        last_name: or(&given.last_name, Some(row.last_name)),
        language: given
            .language
            .or_else(|| row.language.and_then(|language| language.parse().ok())),
        time_zone: or(&given.time_zone, row.time_zone),
        attributes,
    };
    update(tx, by, id, &whole).await
}
