use super::parameters;
use crate::access::SendMessages;
use crate::campaigns::{self, SenderChoice, load, prepare_draft, read};
use crate::contacts::address::EmailAddress;
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use render::{Person, PlainLinks, Source};
use serde_json::{Map, Value};
use types::campaigns::Sender;
use types::content::Classification;
use types::messages::{MessagePreview, Parameter, RuleEvaluated, To};
use types::{ApiError, CampaignId, Code, ContactId, RevisionId, TopicId};
use uuid::Uuid;

/// Whose message is to be looked at.
#[derive(Clone, Debug, Default)]
pub struct PreviewAsked {
    /// The draft, not what is live.
    pub draft: bool,
    /// Somebody the unit knows, or what a call would say of somebody new; nobody: somebody made up.
    pub to: To,
    /// Those of a call. Required ones that it lacks have their example.
    pub attributes: Map<String, Value>,
}

/// What is looked at.
struct Version {
    number: i32,
    classification: Classification,
    topics: Option<Vec<Uuid>>,
    source: Source,
    sender: Sender,
    senders: Vec<SenderChoice>,
    parameters: Vec<Parameter>,
}

/// Renders what a call would send, and says whether it would go. Nothing is written.
///
/// # Errors
/// `NotFound` where the unit has no such definition; `WrongState` where nothing is live; `ChecksFailed` where the draft has no template or no
/// sender; `TemplateError` with `line` and `message` (a code of the renderer); attributes that are not right.
pub async fn preview(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    id: CampaignId,
    asked: &PreviewAsked,
) -> Result<MessagePreview> {
    let version = match asked.draft {
        true => draft(tx, by, id).await?,
        false => live(tx, by, id).await?,
    };
    let mut given = asked.attributes.clone();
    let examples = parameters::sample(&version.parameters).attributes;
    for parameter in &version.parameters {
        if let Some(value) = examples.get(&parameter.name) {
            given.entry(&parameter.name).or_insert_with(|| value.clone());
        }
    }
    let mut fields = Fields::new();
    let attributes = parameters::values(&version.parameters, &given, "", &mut fields);
    fields.finish()?;
    let found = known(tx, by, &version, &asked.to).await?;
    let mut person = match &found {
        Some(known) => known.person.clone(),
        None => made_up(&asked.to),
    };
    if let Value::Object(attributes) = attributes {
        person.attributes.extend(attributes);
    }
    let problem = |problem: &render::Problem| {
        let error = ApiError::new(Code::TemplateError);
        let error = error.with("line", problem.line);
        Error::Refused(Box::new(error.with("message", problem.code.as_str())))
    };
    let compiled = render::compile(&version.source).map_err(|problems| {
        let first = problems.first();
        first.map_or_else(|| Error::code(Code::TemplateError), problem)
    })?;
    let rendered = compiled.render(&person, &PlainLinks).map_err(|it| problem(&it))?;
    let attributes = Value::Object(person.attributes);
    let other = version.senders.iter().find(|it| it.fits(&attributes));
    let sender = other.map_or(&version.sender, |it| &it.sender);
    Ok(MessagePreview {
        version: version.number,
        from_name: other.map_or(rendered.from_name, |it| it.sender.from_name.clone()),
        from_address: sender.from_address.clone(),
        reply_to: sender.reply_to.clone().unwrap_or_default(),
        language: rendered.language,
        subject: rendered.subject,
        html: rendered.html,
        text: rendered.text,
        rule: found.as_ref().map(|it| it.rule.clone()).unwrap_or_default(),
        rules: found.map(|it| it.rules).unwrap_or_default(),
    })
}

async fn draft(tx: &mut Tx, by: &Granted<SendMessages>, id: CampaignId) -> Result<Version> {
    let draft = read(tx, by.unit(), id).await?;
    let called = draft.called.clone().ok_or_else(Error::not_found)?;
    let prepared = prepare_draft(tx, &draft).await?;
    let (Some(source), Some(sender)) = (prepared.source, prepared.sender) else {
        return Err(Error::code(Code::ChecksFailed));
    };
    Ok(Version {
        number: 0,
        classification: draft.classification,
        topics: topics(&draft.audience.include_topics),
        source,
        sender,
        senders: prepared.senders,
        parameters: called.parameters,
    })
}

async fn live(tx: &mut Tx, by: &Granted<SendMessages>, id: CampaignId) -> Result<Version> {
    let revision = sqlx::query_scalar!(
        r#"select live_revision_id as "revision: RevisionId" from campaigns where id = $1 and unit_id = $2 and kind = 'message'"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?
    .ok_or_else(|| Error::wrong_state("draft"))?;
    let stored = load(tx.conn(), by.unit(), revision)
        .await?
        .ok_or_else(Error::not_found)?;
    let called = stored.parts.called.clone().ok_or_else(Error::not_found)?;
    let called: campaigns::Called = serde_json::from_value(called)?;
    let sealed = stored.open()?;
    Ok(Version {
        number: sealed.number,
        classification: sealed.classification,
        topics: topics(&sealed.audience.include_topics),
        source: sealed.source,
        sender: sealed.sender,
        senders: called.senders,
        parameters: called.parameters,
    })
}

fn topics(of: &[TopicId]) -> Option<Vec<Uuid>> {
    let topics: Vec<Uuid> = of.iter().map(|it| it.uuid()).collect();
    (!topics.is_empty()).then_some(topics)
}

/// Somebody whom the unit knows, and what would hold the message back.
struct Known {
    person: Person,
    rule: String,
    rules: Vec<RuleEvaluated>,
}

async fn known(tx: &mut Tx, by: &Granted<SendMessages>, version: &Version, to: &To) -> Result<Option<Known>> {
    let email = EmailAddress::parse(&to.email).ok();
    let email = email.map(|it| it.normalised().to_owned());
    let row = sqlx::query!(
        r#"select c.id as "id: ContactId", c.first_name, c.last_name, c.language, m.attributes, coalesce(i.value, '') as "address!",
                  e.rule as "rule?", e.rules as "rules!"
           from contact_units m join contacts c on c.id = m.contact_id
               left join identities i on i.contact_id = c.id and i.kind = 'email' and (i.normalised = $2 or $2::text is null and i.is_primary)
               cross join lateral mailing_evaluate($1, $4, $5, array[c.id], array[coalesce(i.value, '')]) e
           where m.unit_id = $1 and ($2::text is not null and i.id is not null or $2::text is null and m.key = $3)
           limit 1"#,
        by.unit().uuid(),
        email,
        Some(to.contact_key.trim()).filter(|it| !it.is_empty()),
        version.classification.as_str(),
        version.topics.as_deref() as Option<&[Uuid]>
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        let person = Person {
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.address,
            language: row.language.and_then(|it| it.parse().ok()),
            attributes: row.attributes.as_object().cloned().unwrap_or_default(),
        };
        Ok(Known {
            person,
            rule: row.rule.unwrap_or_default(),
            rules: serde_json::from_value(row.rules)?,
        })
    })
    .transpose()
}

fn made_up(to: &To) -> Person {
    let sample = Person::made_up();
    let or = |given: &str, sample: String| match given.trim() {
        "" => sample,
        given => given.to_owned(),
    };
    Person {
        first_name: or(&to.first_name, sample.first_name),
        last_name: or(&to.last_name, sample.last_name),
        email: or(&to.email, sample.email),
        language: to.language,
        attributes: Map::new(),
    }
}
