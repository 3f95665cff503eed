//! Changing a person, and taking people out of a unit.

use super::create::{learn, owner};
use super::input::check;
use crate::access::ManageContacts;
use crate::audit::{self, Object};
use crate::imports::lock;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::contacts::{ContactInput, IdentityKind};
use types::{Code, ContactId, IdentityId, Language};
use uuid::Uuid;

/// Changes a person of the unit: the shared fields, the unit's own key and attributes (replaced as a whole), address and
/// phone. A new address becomes the one that mail goes to; the old one is forgotten if no other unit knows it.
///
/// # Errors
/// Field errors of the input; `email` taken when it is another person's; not found when the unit does not have the person.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    id: ContactId,
    input: &ContactInput,
) -> Result<()> {
    let person = check(input)?;
    lock::shared(tx.conn()).await?;
    let done = sqlx::query!(
        "update contact_units set key = $3, attributes = $4, updated_at = $5 where unit_id = $1 and contact_id = $2",
        by.unit().uuid(),
        id.uuid(),
        person.key,
        serde_json::to_value(&person.attributes)?,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::not_found());
    }
    sqlx::query!(
        "update contacts set first_name = $2, last_name = $3, language = $4, time_zone = $5, updated_at = $6 where id = $1",
        id.uuid(),
        person.first_name,
        person.last_name,
        person.language.map(Language::code),
        person.time_zone,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if let Some(email) = &person.email {
        replace(
            tx,
            by.unit().uuid(),
            id,
            IdentityKind::Email,
            email.as_str(),
            email.normalised(),
        )
        .await?;
    }
    if let Some((phone, normalised)) = &person.phone {
        replace(tx, by.unit().uuid(), id, IdentityKind::Phone, phone, normalised).await?;
    }
    audit::record(
        tx,
        by,
        "contact.updated",
        Object::new("contact", id.uuid(), ""),
        json!({}),
    )
    .await
}

/// Makes this the primary one of its kind.
async fn replace(
    tx: &mut Tx,
    unit: Uuid,
    id: ContactId,
    kind: IdentityKind,
    value: &str,
    normalised: &str,
) -> Result<()> {
    match owner(tx, kind, normalised).await? {
        Some(other) if other != id => {
            let field = if kind == IdentityKind::Email {
                "email"
            } else {
                "phone"
            };
            return Err(Error::field(field, Code::Taken));
        }
        _ => learn(tx, unit, id, kind, value, normalised).await?,
    }
    // The spelling may have changed without the address changing.
    sqlx::query!(
        "update identities set value = $4 where contact_id = $1 and kind = $2 and normalised = $3 and value <> $4",
        id.uuid(),
        kind.as_str(),
        normalised,
        value
    )
    .execute(tx.conn())
    .await?;
    // What was primary and is known to nobody else goes.
    sqlx::query!(
        "delete from identities where contact_id = $1 and kind = $2 and is_primary and normalised <> $3 and known_to <@ array[$4::uuid]",
        id.uuid(),
        kind.as_str(),
        normalised,
        unit
    )
    .execute(tx.conn())
    .await?;
    make_primary(tx, id, kind, normalised).await
}

async fn make_primary(tx: &mut Tx, id: ContactId, kind: IdentityKind, normalised: &str) -> Result<()> {
    // Two steps: at no moment may there be two.
    sqlx::query!(
        "update identities set is_primary = false where contact_id = $1 and kind = $2 and is_primary and normalised <> $3",
        id.uuid(),
        kind.as_str(),
        normalised
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update identities set is_primary = true where contact_id = $1 and kind = $2 and normalised = $3 and not is_primary",
        id.uuid(),
        kind.as_str(),
        normalised
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes one of the addresses or numbers that the unit knows the one that messages go to.
///
/// # Errors
/// Not found when the unit does not have the person or does not know the address.
pub async fn set_primary(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    id: ContactId,
    identity: IdentityId,
) -> Result<()> {
    let row = sqlx::query!(
        "select i.kind, i.normalised from identities i join contact_units m on m.contact_id = i.contact_id and m.unit_id = $1
         where i.contact_id = $2 and i.id = $3 and $1 = any (i.known_to)",
        by.unit().uuid(),
        id.uuid(),
        identity.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let kind: IdentityKind = row
        .kind
        .parse()
        .map_err(|_| Error::broken("unknown kind of identity"))?;
    make_primary(tx, id, kind, &row.normalised).await?;
    audit::record(
        tx,
        by,
        "contact.updated",
        Object::new("contact", id.uuid(), ""),
        json!({"primary": kind}),
    )
    .await
}

/// Takes people out of the unit: its membership rows with their attributes, and their subscriptions to its topics. Who left
/// a topic stays known as having left it, so that a later import does not subscribe them again; the record of consent stays.
/// A person whom no unit has any more, who never said no and never got a message, is deleted.
/// Says how many were taken out.
///
/// # Errors
/// When the database cannot be asked.
pub async fn remove(tx: &mut Tx, by: &Granted<ManageContacts>, ids: &[ContactId]) -> Result<u64> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let removed = sqlx::query_scalar!(
        "delete from contact_units where unit_id = $1 and contact_id = any ($2) returning contact_id",
        by.unit().uuid(),
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    forget(tx, by.unit().uuid(), &removed).await?;
    let count = u64::try_from(removed.len()).unwrap_or(u64::MAX);
    if count > 0 {
        let one = if let [id] = removed.as_slice() {
            Some(*id)
        } else {
            None
        };
        let object = Object {
            kind: "contact",
            id: one,
            name: "",
        };
        audit::record(tx, by, "contact.removed", object, json!({"count": count})).await?;
    }
    Ok(count)
}

/// What goes with a membership that was just deleted.
pub(crate) async fn forget(tx: &mut Tx, unit: Uuid, contacts: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "delete from subscriptions where contact_id = any ($2) and status = 'subscribed' and topic_id in (select id from topics where unit_id = $1)",
        unit,
        contacts
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update identities set known_to = array_remove(known_to, $1) where contact_id = any ($2) and $1 = any (known_to)",
        unit,
        contacts
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from contacts c where c.id = any ($1)
             and c.unsubscribed_all_at is null and c.complained_at is null and c.erased_at is null and c.restricted_at is null
             and not exists (select from contact_units m where m.contact_id = c.id)
             and not exists (select from subscriptions s where s.contact_id = c.id)
             and not exists (select from identities i where i.contact_id = c.id and i.bounced_at is not null)
             and not exists (select from deliveries d where d.contact_id = c.id)",
        contacts
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
