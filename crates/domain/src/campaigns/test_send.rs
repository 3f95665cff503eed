//! One message to colleagues, through the same renderer and the same hand-over as the real one.

use super::lock_campaign;
use super::source::{prepare_draft, sender_allowed};
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::queue::{self, Job, PreparedMail};
use crate::{Error, Granted, Result, Tx};
use render::{Person, PlainLinks};
use serde_json::json;
use types::campaigns::Sender;
use types::{ApiError, CampaignId, Code, ContactId, FieldError, Language, UnitId};

/// A test is for looking at, not for sending around.
pub const MAX_TEST_ADDRESSES: usize = 10;

/// Sends the draft as it is saved now, rendered for one person of the unit, to colleagues: addresses of staff of the unit or of the units
/// above it. Answers with how many are on their way.
///
/// # Errors
/// Field `addresses` where one is not a colleague's or there are too many; `ChecksFailed` while there is no template or sender; `TemplateError`
/// with `line` and `message` (a code of the renderer) where it cannot be rendered; `NotFound` where the unit has no such campaign.
pub async fn test_send(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    addresses: &[String],
    sample: Option<ContactId>,
    language: Option<Language>,
) -> Result<usize> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let colleagues = colleagues(tx, by, addresses).await?;
    let prepared = prepare_draft(tx, &draft).await?;
    let (Some(source), Some(sender)) = (prepared.source, prepared.sender) else {
        return Err(Error::code(Code::ChecksFailed));
    };
    let mut person = one_person(tx, by, &draft, sample).await?;
    if language.is_some() {
        person.language = language;
    }
    let test = Test {
        source: &source,
        sender: &sender,
        from_name: None,
        person: &person,
    };
    send_rendered(tx, by, test, &colleagues).await?;
    let detail = json!({"messages": colleagues.len()});
    audit::record(
        tx,
        by,
        "campaign.tested",
        Object::new("campaign", id.uuid(), &draft.name),
        detail,
    )
    .await?;
    Ok(colleagues.len())
}

/// What is sent for looking at.
#[derive(Clone, Copy)]
pub(crate) struct Test<'a> {
    pub source: &'a render::Source,
    pub sender: &'a Sender,
    /// In place of the name that the message has.
    pub from_name: Option<&'a str>,
    /// Whom it is rendered for.
    pub person: &'a Person,
}

/// Renders once and hands it over to each, by name and address.
///
/// # Errors
/// `SenderDomain` where the unit may no longer send from the address; `TemplateError` where it cannot be rendered.
pub(crate) async fn send_rendered(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    test: Test<'_>,
    to: &[(String, String)],
) -> Result<()> {
    if !sender_allowed(tx, by.unit(), &test.sender.from_address).await? {
        return Err(Error::code(Code::SenderDomain));
    }
    let problem = |problem: &render::Problem| {
        let error = ApiError::new(Code::TemplateError);
        Error::Refused(Box::new(
            error
                .with("line", problem.line)
                .with("message", problem.code.as_str()),
        ))
    };
    let compiled = render::compile(test.source).map_err(|problems| {
        problems
            .first()
            .map_or_else(|| Error::code(Code::TemplateError), problem)
    })?;
    let rendered = compiled
        .render(test.person, &PlainLinks)
        .map_err(|it| problem(&it))?;
    for (name, address) in to {
        let mail = PreparedMail {
            unit: by.unit(),
            from_name: test.from_name.unwrap_or(&rendered.from_name).to_owned(),
            from_address: test.sender.from_address.clone(),
            reply_to: test.sender.reply_to.clone(),
            to_name: name.clone(),
            to_address: address.clone(),
            language: rendered.language,
            subject: rendered.subject.clone(),
            text: rendered.text.clone(),
            html: rendered.html.clone(),
        };
        queue::enqueue(tx, &Job::PreparedMail(mail)).await?;
    }
    Ok(())
}

/// Name and address of each colleague, once.
async fn colleagues(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    addresses: &[String],
) -> Result<Vec<(String, String)>> {
    let mut wanted: Vec<String> = addresses
        .iter()
        .map(|it| it.trim().to_lowercase())
        .filter(|it| !it.is_empty())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(Error::field("addresses", Code::Required));
    }
    if wanted.len() > MAX_TEST_ADDRESSES {
        return Err(Error::field("addresses", Code::OutOfRange));
    }
    let rows = sqlx::query!(
        r#"select u.name, u.email from users u
           where lower(u.email) = any ($2) and u.status = 'active'
             and exists (select from memberships m, units o where m.user_id = u.id and o.id = $1 and m.unit_id = any (o.ancestors))"#,
        by.unit().uuid(),
        &wanted,
    )
    .fetch_all(tx.conn())
    .await?;
    let found: Vec<(String, String)> = rows.into_iter().map(|row| (row.name, row.email)).collect();
    let strangers: Vec<FieldError> = wanted
        .iter()
        .filter(|it| !found.iter().any(|(_, email)| email.to_lowercase() == **it))
        .map(|it| FieldError::new("addresses", Code::UnknownReference).with("value", it))
        .collect();
    if strangers.is_empty() {
        Ok(found)
    } else {
        Err(Error::Refused(Box::new(ApiError::invalid(strangers))))
    }
}

/// Whom it is rendered for: the person chosen, else somebody of the audience.
async fn one_person(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    draft: &super::Draft,
    sample: Option<ContactId>,
) -> Result<Person> {
    if let Some(contact) = sample {
        return known_person(tx, by.unit(), contact).await;
    }
    let samples = super::audience::samples(
        tx,
        by.unit(),
        draft.classification,
        &draft.audience,
        draft.content.default_language,
        "",
    )
    .await?;
    Ok(samples.first().map(Person::from).unwrap_or_default())
}

/// Somebody of the unit, as a message is rendered for them.
///
/// # Errors
/// Field `sample` where the unit does not know them.
pub(crate) async fn known_person(tx: &mut Tx, unit: UnitId, contact: ContactId) -> Result<Person> {
    let row = sqlx::query!(
        r#"select c.first_name, c.last_name, c.language, m.attributes,
                  coalesce((select i.value from identities i where i.contact_id = c.id and i.kind = 'email' and i.is_primary), '') as "email!"
           from contact_units m join contacts c on c.id = m.contact_id where m.unit_id = $1 and m.contact_id = $2"#,
        unit.uuid(),
        contact.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::field("sample", Code::UnknownReference))?;
    Ok(Person {
        first_name: row.first_name,
        last_name: row.last_name,
        email: row.email,
        language: row.language.as_deref().and_then(|it| it.parse().ok()),
        attributes: serde_json::from_value(row.attributes)?,
    })
}
