//! Trying a definition out, before anything is sent to anybody else: what is rendered, which rules would hold a person back, and a test
//! to oneself.

use super::parameters;
use crate::access::{EditCampaigns, ReadCampaigns, ReadContacts};
use crate::audit::{self, Object};
use crate::campaigns::{
    Called, Draft, SenderChoice, Test, known_person, load, prepare_draft, read, send_rendered,
};
use crate::contacts::address::EmailAddress;
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use render::Person;
use serde_json::{Map, Value, json};
use types::campaigns::{CheckCode, Sender};
use types::content::Classification;
use types::definitions::{Edition, Material};
use types::messages::{Parameter, RuleEvaluated};
use types::{CampaignId, Code, ContactId, Language, RevisionId, TopicId, UnitId};
use uuid::Uuid;

/// One edition of a definition, as it would be sent.
struct Tried {
    draft: Draft,
    number: Option<i32>,
    classification: Classification,
    topics: Vec<TopicId>,
    parameters: Vec<Parameter>,
    source: Option<render::Source>,
    sender: Option<Sender>,
    /// Other senders, by attributes.
    senders: Vec<SenderChoice>,
    missing: Vec<CheckCode>,
}

async fn tried(tx: &mut Tx, unit: UnitId, id: CampaignId, edition: Edition) -> Result<Tried> {
    let draft = read(tx, unit, id).await?;
    let Some(called) = draft.called.clone() else {
        return Err(Error::not_found());
    };
    match edition {
        Edition::Draft => {
            let prepared = prepare_draft(tx, &draft).await?;
            Ok(Tried {
                number: None,
                classification: draft.classification,
                topics: draft.audience.include_topics.clone(),
                parameters: called.parameters,
                source: prepared.source,
                sender: prepared.sender,
                senders: prepared.senders,
                missing: prepared.missing,
                draft,
            })
        }
        Edition::Live => {
            let revision = live(tx, unit, id).await?.ok_or_else(Error::not_found)?;
            let stored = load(tx.conn(), unit, revision).await?;
            let stored = stored.ok_or_else(Error::not_found)?;
            let called = stored.parts.called.clone().map(serde_json::from_value::<Called>);
            let senders = called.transpose()?.map(|it| it.senders).unwrap_or_default();
            let sealed = stored.open()?;
            Ok(Tried {
                draft,
                number: Some(sealed.number),
                classification: sealed.classification,
                topics: sealed.audience.include_topics,
                parameters: sealed.parameters.unwrap_or_default(),
                source: Some(sealed.source),
                sender: Some(sealed.sender),
                senders,
                missing: Vec::new(),
            })
        }
    }
}

async fn live(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Option<RevisionId>> {
    Ok(sqlx::query_scalar!(
        r#"select live_revision_id as "id: RevisionId" from campaigns where id = $1 and unit_id = $2"#,
        id.uuid(),
        unit.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .flatten())
}

/// What a playground needs of a definition.
///
/// # Errors
/// `NotFound` where the unit has no such definition, or nothing of it is live; `SealBroken` where the live version is not what was approved.
pub async fn material(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
    edition: Edition,
) -> Result<Material> {
    let it = tried(tx, by.unit(), id, edition).await?;
    let row = sqlx::query!(
        r#"select is_active and archived_at is null as "is_active!", live_revision_id is not null as "has_live!" from campaigns
           where id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Material {
        id,
        key: it.draft.called.map(|called| called.key).unwrap_or_default(),
        name: it.draft.name,
        edition,
        number: it.number,
        classification: it.classification,
        parameters: it.parameters,
        source: it.source.map(serde_json::to_value).transpose()?,
        sender: it.sender,
        missing: it.missing,
        is_active: row.is_active,
        has_live: row.has_live,
        public_url: tx.public_url().to_owned(),
    })
}

/// Every rule, as it would be evaluated for this address now. `None` for somebody the unit does not know: what is known elsewhere is
/// not told (law 3).
///
/// # Errors
/// Field `email` for what is no address; `NotFound` as [`material`].
pub async fn foresee(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    id: CampaignId,
    edition: Edition,
    email: &str,
) -> Result<Option<Vec<RuleEvaluated>>> {
    let address = EmailAddress::parse(email).map_err(|_| Error::field("email", Code::BadFormat))?;
    let it = tried(tx, by.unit(), id, edition).await?;
    let topics: Vec<Uuid> = it.topics.iter().map(|it| it.uuid()).collect();
    let rules = sqlx::query_scalar!(
        r#"select e.rules as "rules!" from identities i join contact_units m on m.unit_id = $1 and m.contact_id = i.contact_id
               cross join lateral mailing_evaluate($1, $2, $3, array[i.contact_id], array[i.value]) e
           where i.kind = 'email' and i.normalised = $4"#,
        by.unit().uuid(),
        it.classification.as_str(),
        &topics,
        address.normalised()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(rules.map(serde_json::from_value).transpose()?)
}

/// Sends one message to the person who asks, rendered for `sample` (else for themselves) with these attributes. It is in no ledger.
///
/// # Errors
/// Fields `attributes.…` that are not right, `sample` for somebody the unit does not know; `ChecksFailed`, `SenderDomain` and
/// `TemplateError` as for a campaign's test; `NotFound` as [`material`].
pub async fn try_out(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    edition: Edition,
    attributes: &Map<String, Value>,
    sample: Option<ContactId>,
    language: Option<Language>,
) -> Result<()> {
    let me = by.person()?;
    let it = tried(tx, by.unit(), id, edition).await?;
    let mut fields = Fields::new();
    let values = parameters::values(&it.parameters, attributes, "", &mut fields);
    fields.finish()?;
    let row = sqlx::query!("select name, email from users where id = $1", me.uuid())
        .fetch_one(tx.conn())
        .await?;
    let mut person = match sample {
        Some(contact) => known_person(tx, by.unit(), contact).await?,
        None => Person {
            email: row.email.clone(),
            ..Person::default()
        },
    };
    if language.is_some() {
        person.language = language;
    }
    if let Value::Object(values) = values {
        person.attributes.extend(values);
    }
    let (Some(source), Some(sender)) = (it.source, it.sender) else {
        return Err(Error::code(Code::ChecksFailed));
    };
    let attributes = Value::Object(person.attributes.clone());
    let other = it.senders.iter().find(|it| it.fits(&attributes));
    let test = Test {
        source: &source,
        sender: other.map_or(&sender, |it| &it.sender),
        from_name: other.map(|it| it.sender.from_name.as_str()),
        person: &person,
    };
    send_rendered(tx, by, test, &[(row.name, row.email)]).await?;
    let object = Object::new("message_definition", id.uuid(), &it.draft.name);
    audit::record(
        tx,
        by,
        "message_definition.tested",
        object,
        json!({"edition": edition}),
    )
    .await
}
