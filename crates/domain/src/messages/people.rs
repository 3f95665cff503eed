//! To whom: people the unit knows, and those it gets to know by the call.

use super::check::Right;
use crate::access::SendMessages;
use crate::contacts::address::EmailAddress;
use crate::contacts::{self, Checked};
use crate::{Granted, Result, Tx};
use types::ContactId;

/// Who gets a message, and where.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub contact: ContactId,
    /// As it is kept; empty: the person has none, which is a rule's matter.
    pub address: String,
}

/// The people of a call, in its order. One statement for those the unit knows; each new one takes a few more.
///
/// # Errors
/// When the database cannot be asked.
pub(super) async fn resolve(tx: &mut Tx, by: &Granted<SendMessages>, right: &[Right]) -> Result<Vec<Person>> {
    let mut people = known(tx, by, right).await?;
    // In one order, so that two calls with the same new people do not wait for each other.
    let mut fresh: Vec<usize> = (0..people.len()).filter(|n| people[*n].is_none()).collect();
    fresh.sort_by_cached_key(|n| email(&right[*n]));
    for n in fresh {
        people[n] = Some(introduce(tx, by, &right[n].person).await?);
    }
    Ok(people.into_iter().flatten().collect())
}

fn email(right: &Right) -> Option<String> {
    let email = right.person.email.as_ref()?;
    Some(email.normalised().to_owned())
}

/// Those of a call whom the unit knows, in its order.
///
/// # Errors
/// When the database cannot be asked.
pub(super) async fn known(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    right: &[Right],
) -> Result<Vec<Option<Person>>> {
    let emails: Vec<Option<String>> = right.iter().map(email).collect();
    let keys: Vec<Option<String>> = right.iter().map(|it| it.person.key.clone()).collect();
    let known = sqlx::query!(
        r#"select coalesce(m.contact_id, k.contact_id) as "contact: ContactId",
                  case when a.email is null then coalesce(p.value, '') else i.value end as address
           from unnest($2::text[], $3::text[]) with ordinality as a (email, key, n)
           left join identities i on i.kind = 'email' and i.normalised = a.email
           left join contact_units m on m.unit_id = $1 and m.contact_id = i.contact_id
           left join contact_units k on a.email is null and k.unit_id = $1 and k.key = a.key
           left join identities p on p.contact_id = k.contact_id and p.kind = 'email' and p.is_primary
           order by a.n"#,
        by.unit().uuid(),
        &emails as &[Option<String>],
        &keys as &[Option<String>]
    )
    .fetch_all(tx.conn())
    .await?;
    let people = known.into_iter().map(|row| {
        let (contact, address) = (row.contact?, row.address?);
        Some(Person { contact, address })
    });
    Ok(people.collect())
}

async fn introduce(tx: &mut Tx, by: &Granted<SendMessages>, person: &Checked) -> Result<Person> {
    let contact = contacts::introduce(tx, by, person).await?;
    let address = person.email.as_ref().map_or("", |email| email.as_str());
    // Somebody may have brought it a moment ago, written otherwise.
    let kept = sqlx::query_scalar!(
        "select value from identities where contact_id = $1 and kind = 'email' and normalised = $2",
        contact.uuid(),
        person.email.as_ref().map(EmailAddress::normalised)
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(Person {
        contact,
        address: kept.unwrap_or_else(|| address.to_owned()),
    })
}
