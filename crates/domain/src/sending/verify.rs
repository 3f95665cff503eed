//! For `campanile verify`: does every sealed credential open, and is every published record its key's own?

use super::key::public_record;
use super::seal::{Sealed, open};
use crate::{Domain, Error, Result};
use secrecy::ExposeSecret;
use types::sending::DkimKind;

/// What does not open, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unopened {
    /// How many were looked at.
    pub examined: u64,
    /// What is wrong with the others.
    pub findings: Vec<String>,
}

/// Opens everything that is sealed.
pub async fn unopened(domain: &Domain) -> Result<Unopened> {
    let mut found = Unopened::default();
    let relays = sqlx::query!(
        r#"select id, password_sealed as "sealed!" from relays where password_sealed is not null order by id"#
    )
    .fetch_all(domain.pool())
    .await?;
    for row in relays {
        found.note(open(domain.keys(), Sealed::RelayPassword, row.id, &row.sealed).map(drop));
    }
    let keys = sqlx::query!("select id, kind, private_sealed, public_record from dkim_keys order by id")
        .fetch_all(domain.pool())
        .await?;
    for row in keys {
        let own = row
            .kind
            .parse::<DkimKind>()
            .map_err(|_| Error::broken("unknown kind of DKIM key"))
            .and_then(|kind| {
                let private = open(domain.keys(), Sealed::DkimKey, row.id, &row.private_sealed)?;
                public_record(kind, private.expose_secret())
            })
            .and_then(|own| match own == row.public_record {
                true => Ok(()),
                false => Err(Error::broken(format!(
                    "DKIM key {}: its record is another key's",
                    row.id
                ))),
            });
        found.note(own);
    }
    let webhooks = sqlx::query!(
        r#"select id, sealed as "sealed!" from webhook_endpoints, unnest(array[secret_sealed, previous_sealed]) as sealed
           where sealed is not null and deleted_at is null order by id"#
    )
    .fetch_all(domain.pool())
    .await?;
    for row in webhooks {
        found.note(open(domain.keys(), Sealed::WebhookSecret, row.id, &row.sealed).map(drop));
    }
    Ok(found)
}

impl Unopened {
    fn note(&mut self, result: Result<()>) {
        self.examined += 1;
        if let Err(error) = result {
            self.findings.push(error.to_string());
        }
    }
}
