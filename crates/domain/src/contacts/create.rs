//! Adding a person to a unit.

use super::input::{Checked, check};
use crate::access::{ActorKind, ManageContacts};
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
    lock::shared(tx.conn()).await?;
    let found = match &person.email {
        Some(email) => owner(tx, IdentityKind::Email, email.normalised()).await?,
        None => None,
    };
    let id = match found {
        Some(id) => {
            fill(tx, id, &person).await?;
            id
        }
        None => insert(tx, &person).await?,
    };
    let source = match by.kind() {
        ActorKind::Client(_) => "api",
        _ => "console",
    };
    let added = sqlx::query!(
        "insert into contact_units (unit_id, contact_id, key, attributes, source, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (unit_id, contact_id) do nothing",
        by.unit().uuid(),
        id.uuid(),
        person.key,
        serde_json::to_value(&person.attributes)?,
        source,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Err(Error::field("email", Code::Taken));
    }
    if let Some(email) = &person.email {
        learn(
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
        learn(tx, by.unit().uuid(), id, IdentityKind::Phone, phone, normalised).await?;
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
