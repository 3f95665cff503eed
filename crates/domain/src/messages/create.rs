use super::parameters;
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::campaigns::{NAME_CHARS, first_content, person_behind, remember_editor};
use crate::error::Fields;
use crate::{Granted, Result, Tx};
use serde_json::json;
use types::content::Classification;
use types::messages::NewDefinition;
use types::{CampaignId, Code, UserId};

/// Makes the draft of a message definition. Its content, sender and topic are changed as those of a campaign with this id.
///
/// # Errors
/// A field that is not right; `key` taken, for ever, by another definition of the unit.
pub async fn create(tx: &mut Tx, by: &Granted<EditCampaigns>, input: &NewDefinition) -> Result<CampaignId> {
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, NAME_CHARS);
    if !is_key(&input.key) {
        fields.add(
            "key",
            if input.key.is_empty() {
                Code::Required
            } else {
                Code::BadFormat
            },
        );
    }
    parameters::check(&input.parameters, &mut fields);
    fields.finish()?;
    let content = first_content(tx, by, input.template_id).await?;
    let classification = input.classification.unwrap_or(Classification::Transactional);
    let id: CampaignId = tx.id();
    let author = person_behind(tx, by.kind()).await?;
    sqlx::query!(
        "insert into campaigns (id, unit_id, kind, key, parameters, name, classification, state, content, created_by, created_at, updated_at)
         values ($1, $2, 'message', $3, $4, $5, $6, 'draft', $7, $8, $9, $9)",
        id.uuid(),
        by.unit().uuid(),
        input.key,
        serde_json::to_value(&input.parameters)?,
        name,
        classification.as_str(),
        serde_json::to_value(&content)?,
        author.map(UserId::uuid),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    remember_editor(tx, id, author).await?;
    let object = Object::new("message_definition", id.uuid(), &name);
    audit::record(
        tx,
        by,
        "message_definition.created",
        object,
        json!({"key": input.key}),
    )
    .await?;
    Ok(id)
}

/// As the constraint `campaigns_key_format` says.
fn is_key(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    text.len() <= 100
        && ends.iter().all(|end| end.is_some_and(|c| c.is_ascii_graphic()))
        && text
            .bytes()
            .all(|c| (c == b' ' || c.is_ascii_graphic()) && !matches!(c, b'/' | b'\\' | b'?' | b'#' | b'%'))
}
