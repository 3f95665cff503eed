//! What a definition that a program makes begins with: programs name a template, and nobody writes a subject or declares parameters.

use crate::access::EditCampaigns;
use crate::campaigns::{first_content, prepare_draft, read};
use crate::{Granted, Result, Tx};
use std::collections::BTreeMap;
use types::campaigns::CampaignContent;
use types::content::SlotValue;
use types::messages::{Parameter, ParameterKind};
use types::{CampaignId, TemplateId};

/// The words of a template with its title (`<mj-title>`) as subject; a title that is a slot is that slot's text.
///
/// # Errors
/// Field `template_id` for a template that the unit may not use.
pub async fn opening(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    template: TemplateId,
) -> Result<CampaignContent> {
    let mut content = first_content(tx, by, Some(template)).await?;
    let mjml = sqlx::query_scalar!(
        "select v.mjml from units u join templates t on t.unit_id = any (u.ancestors)
             join template_versions v on v.template_id = t.id and v.version = $3
         where u.id = $1 and t.id = $2",
        by.unit().uuid(),
        template.uuid(),
        content.template.map_or(0, |it| it.version)
    )
    .fetch_optional(tx.conn())
    .await?;
    let title = mjml.as_deref().and_then(title).unwrap_or_default();
    for words in content.languages.values_mut() {
        words.subject = subject(title, &words.slots);
    }
    Ok(content)
}

fn title(mjml: &str) -> Option<&str> {
    let (_, rest) = mjml.split_once("<mj-title>")?;
    let (title, _) = rest.split_once("</mj-title>")?;
    Some(title.trim())
}

fn subject(title: &str, slots: &BTreeMap<String, SlotValue>) -> String {
    let slot = title
        .strip_prefix("{{")
        .and_then(|it| it.strip_suffix("}}"))
        .and_then(|it| it.trim().strip_prefix("slots."));
    match slot {
        Some(slot) => match slots.get(slot) {
            Some(SlotValue::Text { text }) => text.clone(),
            _ => String::new(),
        },
        // Slots have no place in a subject otherwise.
        None if title.contains("slots.") => String::new(),
        None => title
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    }
}

/// The parameters that a draft's message needs: texts, required where the message cannot be written without. None where it does not compile.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub async fn wanted(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId) -> Result<Vec<Parameter>> {
    let draft = read(tx, by.unit(), id).await?;
    let prepared = prepare_draft(tx, &draft).await?;
    let compiled = prepared.source.and_then(|source| render::compile(&source).ok());
    let mut found: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for used in compiled.iter().flat_map(render::Compiled::variables) {
        let Some(path) = used.path.strip_prefix("attributes.") else {
            continue;
        };
        let (name, deep) = path
            .split_once('.')
            .map_or((path, false), |(name, _)| (name, true));
        let (required, nested) = found.entry(name.to_owned()).or_default();
        *required |= !used.guarded;
        *nested |= deep;
    }
    let parameters = found.into_iter().map(|(name, (required, nested))| Parameter {
        name,
        kind: if nested {
            ParameterKind::Object
        } else {
            ParameterKind::Text
        },
        required,
        default: None,
        description: String::new(),
    });
    Ok(parameters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_templates_title_is_the_subject() {
        let text = SlotValue::Text {
            text: "Welcome".to_owned(),
        };
        let slots = BTreeMap::from([("headline".to_owned(), text)]);
        let of = |mjml: &str| subject(title(mjml).unwrap_or_default(), &slots);
        let head = |title: &str| format!("<mjml><mj-head><mj-title> {title} </mj-title></mj-head></mjml>");
        assert_eq!(
            of(&head("Order {{ attributes.order }} &amp; more")),
            "Order {{ attributes.order }} & more"
        );
        assert_eq!(of(&head("{{ slots.headline }}")), "Welcome");
        assert_eq!(of(&head("{{ slots.other }}")), "");
        assert_eq!(of(&head("News: {{ slots.headline }}")), "");
        assert_eq!(of("<mjml></mjml>"), "");
    }
}
