//! Adding a person to a unit.

use super::input::{Checked, check};
use crate::access::{ActorKind, ManageContacts, SendMessages};
use crate::audit::{self, Object};
use crate::imports::lock;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::contacts::{ContactInput, IdentityKind};
use types::{Code, ContactId, IdentityId, Language};
use uuid::Uuid;

/// Adds a person. Where the installation knows the address already, the unit gets its own membership of that person, which
/// discloses nothing (the answer is the same) and fills only those shared fields that are empty (law 3).
///
/// # Errors
/// Field errors of the input; `email` or `key` taken when the unit has that person already.
pub async fn create(tx: &mut Tx, by: &Granted<ManageContacts>, input: &ContactInput) -> Result<ContactId> {
    let person = check(input)?;
    let source = match by.kind() {
        ActorKind::Client(_) => "api",
        _ => "console",
    };
    let (id, added) = place(tx, by.unit().uuid(), &person, source).await?;
    if !added {
        return Err(Error::field("email", Code::Taken));
    }
    audit::record(
        tx,
        by,
        "contact.added",
        Object::new("contact", id.uuid(), ""),
        json!({}),
    )
    .await?;
    Ok(id)
}

/// Whoever a message goes to becomes known to the unit: by the address, else by the unit's own key, else as somebody new. The key
/// and the address stay with whom they are.
///
/// # Errors
/// When the database cannot be asked.
pub async fn introduce(tx: &mut Tx, by: &Granted<SendMessages>, person: &Checked) -> Result<ContactId> {
    let unit = by.unit().uuid();
    let mut person = person.clone();
    if let Some(key) = &person.key {
        let holder = sqlx::query_scalar!(
            r#"select contact_id as "id: ContactId" from contact_units where unit_id = $1 and key = $2"#,
            unit,
            key
        )
        .fetch_optional(tx.conn())
        .await?;
        if let Some(holder) = holder {
            person.key = None;
            lock::shared(tx.conn()).await?;
            if let Some(email) = &person.email {
                alone(tx, email.normalised()).await?;
            }
            if let Some(email) = &person.email
                && owner(tx, IdentityKind::Email, email.normalised())
                    .await?
                    .is_none()
            {
                learn(
                    tx,
                    unit,
                    holder,
                    IdentityKind::Email,
                    email.as_str(),
                    email.normalised(),
                )
                .await?;
                return Ok(holder);
            }
        }
    }
    Ok(place(tx, unit, &person, "api").await?.0)
}

/// Finds or makes the person, and makes them the unit's. The second value: they were not before.
async fn place(tx: &mut Tx, unit: Uuid, person: &Checked, source: &str) -> Result<(ContactId, bool)> {
    lock::shared(tx.conn()).await?;
    if let Some(email) = &person.email {
        alone(tx, email.normalised()).await?;
    }
    let found = match &person.email {
        Some(email) => owner(tx, IdentityKind::Email, email.normalised()).await?,
        None => None,
    };
    let id = match found {
        Some(id) => {
            fill(tx, id, person).await?;
            id
        }
        None => insert(tx, person).await?,
    };
    let added = sqlx::query!(
        "insert into contact_units (unit_id, contact_id, key, attributes, source, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (unit_id, contact_id) do nothing",
        unit,
        id.uuid(),
        person.key,
        serde_json::to_value(&person.attributes)?,
        source,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok((id, false));
    }
    if let Some(email) = &person.email {
        learn(
            tx,
            unit,
            id,
            IdentityKind::Email,
            email.as_str(),
            email.normalised(),
        )
        .await?;
    }
    if let Some((phone, normalised)) = &person.phone {
        learn(tx, unit, id, IdentityKind::Phone, phone, normalised).await?;
    }
    Ok((id, true))
}

/// Of two who bring the same new address at once, the second waits and finds the person made.
async fn alone(tx: &mut Tx, normalised: &str) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(7021802, hashtext($1))", normalised)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Who in the installation has this address or number. Locks the row against being given away meanwhile.
pub(super) async fn owner(tx: &mut Tx, kind: IdentityKind, normalised: &str) -> Result<Option<ContactId>> {
    Ok(sqlx::query_scalar!(
        r#"select contact_id as "id: ContactId" from identities where kind = $1 and normalised = $2 for share"#,
        kind.as_str(),
        normalised
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn insert(tx: &mut Tx, person: &Checked) -> Result<ContactId> {
    let id: ContactId = tx.id();
    sqlx::query!(
        "insert into contacts (id, first_name, last_name, language, time_zone, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        id.uuid(),
        person.first_name,
        person.last_name,
        person.language.map(Language::code),
        person.time_zone,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Fills only what is empty.
async fn fill(tx: &mut Tx, id: ContactId, person: &Checked) -> Result<()> {
    sqlx::query!(
        "update contacts set
             first_name = case when first_name = '' then $2 else first_name end,
             last_name = case when last_name = '' then $3 else last_name end,
             language = coalesce(language, $4), time_zone = coalesce(time_zone, $5), updated_at = $6
         where id = $1 and (first_name = '' and $2 <> '' or last_name = '' and $3 <> ''
             or language is null and $4::text is not null or time_zone is null and $5::text is not null)",
        id.uuid(),
        person.first_name,
        person.last_name,
        person.language.map(Language::code),
        person.time_zone,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes an address or number one of the person's (the primary of its kind if they have none), or notes that the unit
/// knows it too. One that belongs to somebody else is refused for addresses; a phone may be a family's and is left out.
pub(super) async fn learn(
    tx: &mut Tx,
    unit: Uuid,
    id: ContactId,
    kind: IdentityKind,
    value: &str,
    normalised: &str,
) -> Result<()> {
    let identity: IdentityId = tx.id();
    let mine = sqlx::query_scalar!(
        r#"insert into identities as i (id, contact_id, kind, value, normalised, is_primary, known_to, created_at)
           values ($1, $2, $3, $4, $5, not exists (select from identities p where p.contact_id = $2 and p.kind = $3 and p.is_primary),
                   array[$6::uuid], $7)
           on conflict (kind, normalised) do update
           set known_to = case when i.contact_id = $2 and not $6 = any (i.known_to) then i.known_to || $6::uuid else i.known_to end
           returning contact_id = $2 as "mine!""#,
        identity.uuid(),
        id.uuid(),
        kind.as_str(),
        value,
        normalised,
        unit,
        tx.now_sql() as _,
    )
    .fetch_one(tx.conn())
    .await?;
    if !mine && kind == IdentityKind::Email {
        return Err(Error::field("email", Code::Taken));
    }
    Ok(())
}
