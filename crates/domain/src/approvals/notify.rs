//! Mail to those who have to look at something, in their own language.

use super::changes;
use crate::access::{ApproveCampaigns, EditCampaigns, Permits as _, permissions_of};
use crate::campaigns::{Called, Draft};
use crate::queue::{self, DefinitionNotice, Job, Notice, SystemMail};
use crate::{Error, Granted, Result, Tx};
use types::access::Role;
use types::{CampaignId, Code, Language, ReviewId, UnitId, UserId};

struct Recipient {
    name: String,
    email: String,
    language: Language,
}

fn language(code: &str) -> Result<Language> {
    code.parse()
        .map_err(|_| Error::broken("unknown language in users"))
}

async fn send(tx: &mut Tx, to: Recipient, notice: Notice) -> Result<()> {
    let mail = SystemMail {
        to: to.email,
        name: to.name,
        language: to.language,
        notice,
    };
    queue::enqueue(tx, &Job::SystemMail(mail)).await?;
    Ok(())
}

/// Key and name of the unit.
async fn unit(tx: &mut Tx, id: UnitId) -> Result<(String, String)> {
    let row = sqlx::query!("select key, name from units where id = $1", id.uuid())
        .fetch_one(tx.conn())
        .await?;
    Ok((row.key, row.name))
}

/// Everyone who may approve in the unit, by a role there or above, and had no hand in it.
async fn approvers(tx: &mut Tx, draft: &Draft, author: Option<UserId>) -> Result<Vec<Recipient>> {
    let roles: Vec<String> = Role::ALL
        .iter()
        .filter(|role| permissions_of(**role).contains(&ApproveCampaigns::PERMISSION))
        .map(|role| role.as_str().to_owned())
        .collect();
    let rows = sqlx::query!(
        "select distinct u.id, u.name, u.email, u.language from users u
         join memberships m on m.user_id = u.id join units o on o.id = $1 and m.unit_id = any (o.ancestors)
         where u.status = 'active' and m.role = any ($2) and u.id is distinct from $3
           and not exists (select from campaign_editors e where e.campaign_id = $4 and e.user_id = u.id)
         order by u.id",
        draft.unit.uuid(),
        &roles,
        author.map(UserId::uuid),
        draft.id.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Recipient {
                name: row.name,
                email: row.email,
                language: language(&row.language)?,
            })
        })
        .collect()
}

async fn colleague(tx: &mut Tx, user: Option<UserId>) -> Result<Option<Recipient>> {
    let Some(user) = user else { return Ok(None) };
    let row = sqlx::query!(
        "select name, email, language from users where id = $1 and status = 'active'",
        user.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Recipient {
            name: row.name,
            email: row.email,
            language: language(&row.language)?,
        })
    })
    .transpose()
}

/// To the approvers: something waits for them.
pub(super) async fn requested(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    draft: &Draft,
    review: ReviewId,
    author: Option<UserId>,
    recipients: i64,
    note: &str,
) -> Result<()> {
    let (key, name) = unit(tx, draft.unit).await?;
    let link = format!("{}/c/{key}/approvals/{review}", tx.public_url());
    let definition = match &draft.called {
        Some(called) => Some(about(tx, draft, called).await?),
        None => None,
    };
    for to in approvers(tx, draft, author).await? {
        let notice = Notice::ReviewRequested {
            campaign: draft.name.clone(),
            unit: name.clone(),
            requested_by: by.actor_name().to_owned(),
            recipients,
            definition: definition.clone(),
            message: note.to_owned(),
            link: link.clone(),
        };
        send(tx, to, notice).await?;
    }
    Ok(())
}

/// What callers give, and what is different from the version approved last.
async fn about(tx: &mut Tx, draft: &Draft, called: &Called) -> Result<DefinitionNotice> {
    let before = sqlx::query_scalar!(
        r#"select r.called as "called!" from campaign_revisions r
           where r.campaign_id = $1 and r.called is not null
             and exists (select from reviews v where v.revision_id = r.id and v.state = 'approved')
           order by r.number desc limit 1"#,
        draft.id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let before: Option<Called> = before.map(serde_json::from_value).transpose()?;
    let mut notice = DefinitionNotice {
        key: called.key.clone(),
        parameters: called.parameters.iter().map(|it| it.name.clone()).collect(),
        ..DefinitionNotice::default()
    };
    for change in before.map_or_else(Vec::new, |before| {
        changes::parameters(&before.parameters, &called.parameters)
    }) {
        match (change.before, change.after) {
            (None, Some(new)) => notice.added.push(new.name),
            (Some(gone), None) => notice.removed.push(gone.name),
            (_, Some(other)) => notice.changed.push(other.name),
            (None, None) => {}
        }
    }
    Ok(notice)
}

/// To whoever submitted it: it was decided on.
pub(super) async fn decided(
    tx: &mut Tx,
    by: &Granted<ApproveCampaigns>,
    draft: &Draft,
    submitter: Option<UserId>,
    approved: bool,
    comment: &str,
) -> Result<()> {
    let Some(to) = colleague(tx, submitter).await? else {
        return Ok(());
    };
    let (key, _) = unit(tx, draft.unit).await?;
    let notice = Notice::ReviewDecided {
        campaign: draft.name.clone(),
        approved,
        decided_by: by.actor_name().to_owned(),
        comment: comment.to_owned(),
        definition: draft.called.is_some(),
        link: match draft.called {
            Some(_) => format!("{}/c/{key}/messages/definitions/{}", tx.public_url(), draft.id),
            None => format!("{}/c/{key}/messages/{}", tx.public_url(), draft.id),
        },
    };
    send(tx, to, notice).await
}

/// To whoever submitted it: it was not sent, or not to everybody.
pub(crate) async fn stopped(
    tx: &mut Tx,
    unit_id: UnitId,
    campaign: CampaignId,
    name: &str,
    reason: Code,
) -> Result<()> {
    let submitter = sqlx::query_scalar!(
        r#"select submitted_by as "by: UserId" from campaign_revisions
           where campaign_id = $1 order by number desc limit 1"#,
        campaign.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .flatten();
    let Some(to) = colleague(tx, submitter).await? else {
        return Ok(());
    };
    let (key, _) = unit(tx, unit_id).await?;
    let notice = Notice::SendingStopped {
        campaign: name.to_owned(),
        reason: reason.as_str().to_owned(),
        link: format!("{}/c/{key}/messages/{}", tx.public_url(), campaign),
    };
    send(tx, to, notice).await
}
