//! What surrounds an author's words: the unit's name and address, the footer's texts.

use crate::{
    Error, Granted, Result, Tx,
    access::{Permits, ReadContent},
};
use i18n::td_string;
use render::{FooterTexts, Setting, UnitInfo};
use types::Language;

/// The setting of the granted unit: what preview, test send and sealed revision are made with.
pub async fn setting(tx: &mut Tx, by: &Granted<ReadContent>) -> Result<Setting> {
    let base_url = tx.public_url().to_owned();
    let row = unit(tx, by).await?;
    let attributes = super::samples::attribute_keys(tx, by.unit()).await?;
    let footers = Language::ALL
        .into_iter()
        .map(|it| (it, footer_texts(it, &row.unit.name)))
        .collect();
    Ok(Setting {
        unit: row.unit,
        base_url,
        default_language: row.default_language,
        footers,
        attributes,
    })
}

struct Unit {
    unit: UnitInfo,
    default_language: Language,
}

/// A unit without a postal address of its own uses the nearest one above: a faculty's institute has no other.
async fn unit<P: Permits>(tx: &mut Tx, by: &Granted<P>) -> Result<Unit> {
    let row = sqlx::query!(
        r#"select u.name, u.website, u.default_language,
                  coalesce((select a.postal_address from units a where a.id = any (u.ancestors) and a.postal_address <> ''
                            order by array_position(u.ancestors, a.id) desc limit 1), '') as "address!"
           from units u where u.id = $1"#,
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    Ok(Unit {
        unit: UnitInfo {
            name: row.name,
            address: row.address,
            website: row.website,
        },
        default_language: row.default_language.parse().unwrap_or_default(),
    })
}

/// The footer's words in a language, from the catalogue.
#[must_use]
pub fn footer_texts(language: Language, unit: &str) -> FooterTexts {
    let locale = i18n::locale_of(language);
    FooterTexts {
        marketing: td_string!(locale, mail.footer_reason_marketing, unit = unit).to_string(),
        operational: td_string!(locale, mail.footer_reason_operational, unit = unit).to_string(),
        transactional: td_string!(locale, mail.footer_reason_transactional, unit = unit).to_string(),
        unsubscribe: td_string!(locale, mail.footer_unsubscribe).to_string(),
        preferences: td_string!(locale, mail.footer_preferences).to_string(),
        view: td_string!(locale, mail.footer_view).to_string(),
    }
}
