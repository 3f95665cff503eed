//! An endpoint was disabled by itself: it is in the log, and whoever manages the unit's endpoints gets a mail.

use super::endpoints::host;
use crate::access::{ManageWebhooks, Permits as _, System, permissions_of};
use crate::audit::{self, Object};
use crate::queue::{self, Job, Notice, SystemMail};
use crate::{Error, Result, Tx};
use serde_json::json;
use types::access::Role;
use types::webhooks::DisabledFor;
use types::{UnitId, WebhookId};

pub(super) async fn tell(
    tx: &mut Tx,
    unit: UnitId,
    id: WebhookId,
    url: &str,
    reason: DisabledFor,
) -> Result<()> {
    audit::record(
        tx,
        &System.grant::<ManageWebhooks>(unit),
        "webhook.disabled",
        Object::new("webhook", id.uuid(), host(url)),
        json!({ "reason": reason }),
    )
    .await?;
    // Those with a role that may, in the unit itself; where there is nobody, whoever has it above.
    let roles: Vec<String> = Role::ALL
        .iter()
        .filter(|role| permissions_of(**role).contains(&ManageWebhooks::PERMISSION))
        .map(|role| role.as_str().to_owned())
        .collect();
    let people = sqlx::query!(
        r#"with may as (
               select distinct u.id, u.name, u.email, u.language, m.unit_id = $1 as here
               from users u join memberships m on m.user_id = u.id join units o on o.id = $1 and m.unit_id = any (o.ancestors)
               where u.status = 'active' and m.role = any ($2))
           select m.name as "name!", m.email as "email!", m.language as "language!", o.key, o.name as unit
           from may m join units o on o.id = $1
           where m.here or not exists (select from may x where x.here) order by m.id"#,
        unit.uuid(),
        &roles
    )
    .fetch_all(tx.conn())
    .await?;
    for person in people {
        let mail = SystemMail {
            to: person.email,
            name: person.name,
            language: person
                .language
                .parse()
                .map_err(|_| Error::broken("unknown language in users"))?,
            notice: Notice::WebhookDisabled {
                host: host(url).to_owned(),
                unit: person.unit,
                reason: reason.as_str().to_owned(),
                link: format!("{}/c/{}/settings/webhooks/{id}", tx.public_url(), person.key),
            },
        };
        queue::enqueue(tx, &Job::SystemMail(mail)).await?;
    }
    Ok(())
}
