use super::person_behind;
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::campaigns::{CampaignContent, LanguageContent, NewCampaign, TemplateRef};
use types::content::{Classification, Slot};
use types::{CampaignId, Code, Language, TemplateId};

/// Longest name of a campaign, in characters.
pub(crate) const NAME_CHARS: usize = 160;

/// Makes a draft, from the newest version of a template where one is given.
///
/// # Errors
/// A field that is not right; a template that the unit may not use is an unknown reference.
pub async fn create(tx: &mut Tx, by: &Granted<EditCampaigns>, input: &NewCampaign) -> Result<CampaignId> {
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, NAME_CHARS);
    fields.finish()?;
    let content = first_content(tx, by, input.template_id).await?;
    let classification = input.classification.unwrap_or(Classification::Marketing);
    let id = insert(tx, by, &name, classification, &content).await?;
    audit::record(
        tx,
        by,
        "campaign.created",
        Object::new("campaign", id.uuid(), &name),
        json!({}),
    )
    .await?;
    Ok(id)
}

/// What a draft begins with: the words of a template, in the unit's language.
///
/// # Errors
/// Field `template_id` for a template that the unit may not use.
pub(crate) async fn first_content(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    template: Option<TemplateId>,
) -> Result<CampaignContent> {
    let language = default_language(tx, by).await?;
    let mut content = CampaignContent {
        default_language: language,
        ..CampaignContent::default()
    };
    let mut first = LanguageContent::default();
    if let Some(template) = template {
        let (version, slots) = newest(tx, by, template).await?;
        content.template = Some(TemplateRef {
            id: template,
            version,
        });
        // Authors start from the template's own words.
        first.slots = slots
            .into_iter()
            .filter(|slot| !slot.locked)
            .filter_map(|mut slot| {
                let value = slot.default.remove(&language)?;
                Some((slot.key, value))
            })
            .collect();
    }
    content.languages.insert(language, first);
    Ok(content)
}

/// The newest version of a template that is in use and that the unit may use.
async fn newest(tx: &mut Tx, by: &Granted<EditCampaigns>, template: TemplateId) -> Result<(i32, Vec<Slot>)> {
    let row = sqlx::query!(
        r#"select v.version, v.slots from templates t
           join template_versions v on v.template_id = t.id and v.version = t.current_version
           where t.id = $2 and t.archived_at is null and t.unit_id in (select unnest(u.ancestors) from units u where u.id = $1)"#,
        by.unit().uuid(),
        template.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::field("template_id", Code::UnknownReference))?;
    Ok((row.version, serde_json::from_value(row.slots)?))
}

async fn default_language(tx: &mut Tx, by: &Granted<EditCampaigns>) -> Result<Language> {
    let code = sqlx::query_scalar!(
        "select default_language from units where id = $1",
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    code.parse()
        .map_err(|_| Error::broken("unknown language in units"))
}

async fn insert(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    name: &str,
    classification: Classification,
    content: &CampaignContent,
) -> Result<CampaignId> {
    let id: CampaignId = tx.id();
    let author = person_behind(tx, by.kind()).await?;
    sqlx::query!(
        "insert into campaigns (id, unit_id, name, classification, state, content, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, 'draft', $5, $6, $7, $7)",
        id.uuid(),
        by.unit().uuid(),
        name,
        classification.as_str(),
        serde_json::to_value(content)?,
        author.map(types::UserId::uuid),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    super::update::remember_editor(tx, id, author).await?;
    Ok(id)
}

/// Makes a draft with the content, audience, sender and limit of another campaign of the unit. Its time is not taken over.
/// The name says that it is a copy, in the reader's language.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub async fn duplicate(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    of: CampaignId,
    language: Language,
) -> Result<CampaignId> {
    let original = super::draft::read(tx, by.unit(), of).await?;
    if original.called.is_some() {
        return Err(Error::not_found());
    }
    let name = i18n::td_string!(
        i18n::locale_of(language),
        campaigns.copy_name,
        name = original.name.as_str()
    )
    .to_string();
    let name: String = name.chars().take(NAME_CHARS).collect();
    let id = insert(tx, by, &name, original.classification, &original.content).await?;
    sqlx::query!(
        "update campaigns set audience = $3, sender_profile_id = $4, throttle_per_hour = $5 where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid(),
        serde_json::to_value(&original.audience)?,
        original.sender_profile_id.map(types::SenderProfileId::uuid),
        original.throttle_per_hour,
    )
    .execute(tx.conn())
    .await?;
    let detail = json!({"copy_of": of});
    audit::record(
        tx,
        by,
        "campaign.created",
        Object::new("campaign", id.uuid(), &name),
        detail,
    )
    .await?;
    Ok(id)
}
