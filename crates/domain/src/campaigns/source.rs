//! From a draft to what is sealed: the template's text, the unit's address, the sender, the footer's words.

use super::{Draft, SenderChoice, footer};
use crate::{Error, Result, Tx};
use render::{Content, Source, TemplateSource, UnitInfo};
use std::collections::BTreeMap;
use types::campaigns::{CheckCode, Schedule, Sender, TemplateRef};
use types::{Language, SenderProfileId, UnitId};

/// A draft with everything it refers to looked up. What is missing is named in `missing`; then there is no source.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub source: Option<Source>,
    pub sender: Option<Sender>,
    pub schedule: Schedule,
    /// Why there is no source or sender.
    pub missing: Vec<CheckCode>,
    /// A sender's domain, where it is not one of the unit's.
    pub foreign_domain: Option<String>,
    /// Other senders, by attributes.
    pub senders: Vec<SenderChoice>,
}

/// The sending unit, as the footer names it: its own address, else the nearest one above it.
struct Unit {
    info: UnitInfo,
    sender_domains: Vec<String>,
}

async fn unit(tx: &mut Tx, unit: UnitId) -> Result<Unit> {
    let row = sqlx::query!(
        r#"select u.name, u.website,
                  coalesce((select a.postal_address from units a where a.id = any (u.ancestors) and a.postal_address <> ''
                            order by array_length(a.ancestors, 1) desc limit 1), '') as "address!",
                  coalesce((select array_agg(distinct d) from units a, unnest(a.sender_domains) d where a.id = any (u.ancestors)),
                           '{}') as "domains!"
           from units u where u.id = $1"#,
        unit.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    Ok(Unit {
        info: UnitInfo {
            name: row.name,
            address: row.address,
            website: row.website,
        },
        sender_domains: row.domains,
    })
}

/// A version of a template that the unit may use: its own or one of the units above.
pub(super) async fn template(
    tx: &mut Tx,
    unit: UnitId,
    wanted: TemplateRef,
) -> Result<Option<TemplateSource>> {
    let row = sqlx::query!(
        r#"select v.mjml, v.slots from templates t
           join template_versions v on v.template_id = t.id and v.version = $3
           where t.id = $2 and t.unit_id in (select unnest(u.ancestors) from units u where u.id = $1)"#,
        unit.uuid(),
        wanted.id.uuid(),
        wanted.version,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(TemplateSource {
            mjml: row.mjml,
            slots: serde_json::from_value(row.slots)?,
        })
    })
    .transpose()
}

/// A sender profile that the unit may use.
pub(super) async fn sender(tx: &mut Tx, unit: UnitId, profile: SenderProfileId) -> Result<Option<Sender>> {
    let row = sqlx::query!(
        r#"select p.from_name, p.from_address, p.reply_to from sender_profiles p
           where p.id = $2 and p.archived_at is null
             and p.unit_id in (select unnest(u.ancestors) from units u where u.id = $1)"#,
        unit.uuid(),
        profile.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Sender {
        profile_id: profile,
        from_name: row.from_name,
        from_address: row.from_address,
        reply_to: row.reply_to.filter(|it| !it.is_empty()),
    }))
}

/// The domain of the address, where the unit may not send from it; compared in ASCII lower case.
pub(super) fn foreign_domain(address: &str, domains: &[String]) -> Option<String> {
    let domain = address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
        .to_ascii_lowercase();
    (!domains.iter().any(|it| it.eq_ignore_ascii_case(&domain))).then_some(domain)
}

/// Whether the unit may still send from this address.
pub(super) async fn sender_allowed(tx: &mut Tx, id: UnitId, address: &str) -> Result<bool> {
    let unit = unit(tx, id).await?;
    Ok(foreign_domain(address, &unit.sender_domains).is_none())
}

/// Looks up what the draft refers to and puts the source together.
pub(crate) async fn prepare_draft(tx: &mut Tx, draft: &Draft) -> Result<Prepared> {
    let unit = unit(tx, draft.unit).await?;
    let mut missing = Vec::new();
    let template = match draft.content.template {
        None => {
            missing.push(CheckCode::NoTemplate);
            None
        }
        Some(wanted) => {
            let found = template(tx, draft.unit, wanted).await?;
            if found.is_none() {
                missing.push(CheckCode::TemplateGone);
            }
            found
        }
    };
    let sender = match draft.sender_profile_id {
        None => None,
        Some(profile) => sender(tx, draft.unit, profile).await?,
    };
    if sender.is_none() {
        missing.push(CheckCode::NoSender);
    }
    let from_name = sender.as_ref().map(|it| it.from_name.clone());
    let mut senders = Vec::with_capacity(draft.senders.len());
    for rule in &draft.senders {
        match self::sender(tx, draft.unit, rule.sender_profile_id).await? {
            Some(sender) => senders.push(SenderChoice {
                attribute: rule.attribute.clone(),
                is: rule.is.clone(),
                sender,
            }),
            None if missing.contains(&CheckCode::NoSender) => {}
            None => missing.push(CheckCode::NoSender),
        }
    }
    let foreign_domain = sender
        .iter()
        .chain(senders.iter().map(|it| &it.sender))
        .find_map(|it| foreign_domain(&it.from_address, &unit.sender_domains));
    let source = template.map(|template| Source {
        template,
        classification: draft.classification,
        default_language: draft.content.default_language,
        languages: languages(
            draft,
            from_name.as_deref().unwrap_or(&unit.info.name),
            &unit.info.name,
        ),
        unit: unit.info.clone(),
        base_url: tx.public_url().to_owned(),
        attributes: None,
    });
    Ok(Prepared {
        source,
        sender,
        schedule: draft.schedule.clone(),
        missing,
        foreign_domain,
        senders,
    })
}

fn languages(draft: &Draft, from_name: &str, unit: &str) -> BTreeMap<Language, Content> {
    draft
        .content
        .languages
        .iter()
        .map(|(language, content)| {
            let content = Content {
                subject: content.subject.clone(),
                preheader: content.preheader.clone(),
                from_name: from_name.to_owned(),
                slots: content.slots.clone(),
                text: content.text.clone().filter(|it| !it.trim().is_empty()),
                footer: footer::words(*language, draft.classification, unit),
            };
            (*language, content)
        })
        .collect()
}

/// What the campaign would be sealed as if it were submitted now: for previews and test sends.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub async fn prepare(
    tx: &mut Tx,
    by: &crate::Granted<crate::access::ReadCampaigns>,
    id: types::CampaignId,
) -> Result<Prepared> {
    let draft = super::draft::read(tx, by.unit(), id).await?;
    prepare_draft(tx, &draft).await
}

#[cfg(test)]
mod tests {
    use super::foreign_domain;

    #[test]
    fn only_the_whole_domain_counts() {
        let domains = ["university.test".to_owned()];
        assert_eq!(foreign_domain("news@University.TEST", &domains), None);
        assert_eq!(
            foreign_domain("news@mail.university.test", &domains).as_deref(),
            Some("mail.university.test")
        );
        assert_eq!(
            foreign_domain("news@university.test.example", &domains).as_deref(),
            Some("university.test.example")
        );
    }
}
