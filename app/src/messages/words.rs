//! Kinds, checks and languages in the reader's words.

use crate::ui::number;
use i18n::{I18nContext, Locale, t_string};
use types::Language;
use types::campaigns::{Check, CheckCode};
use types::content::Classification;

/// What kind of message it is.
pub(crate) fn kind_text(i18n: I18nContext<Locale>, kind: Classification) -> &'static str {
    match kind {
        Classification::Marketing => t_string!(i18n, campaigns.kind_marketing),
        Classification::Operational => t_string!(i18n, campaigns.kind_operational),
        Classification::Transactional => t_string!(i18n, campaigns.kind_transactional),
    }
}

/// A language in the reader's language.
pub(crate) fn language_text(i18n: I18nContext<Locale>, language: Language) -> &'static str {
    match language {
        Language::En => t_string!(i18n, campaigns.language_en),
        Language::Pl => t_string!(i18n, campaigns.language_pl),
        Language::De => t_string!(i18n, campaigns.language_de),
        Language::Fr => t_string!(i18n, campaigns.language_fr),
    }
}

/// "1,234 people", with the noun as the number wants it.
pub(crate) fn people_text(i18n: I18nContext<Locale>, people: i64) -> String {
    let people = u64::try_from(people).unwrap_or(0);
    t_string!(
        i18n,
        campaigns.people_count,
        count = people,
        figure = number(i18n.get_locale(), people)
    )
    .to_string()
}

/// "At most 5,000 an hour".
pub(crate) fn limit_text(i18n: I18nContext<Locale>, limit: u64) -> String {
    t_string!(
        i18n,
        campaigns.speed_limit,
        limit = number(i18n.get_locale(), limit)
    )
    .to_string()
}

/// Why a sending stands still, in a sentence.
pub(crate) fn standstill_text(i18n: I18nContext<Locale>, reason: &str) -> String {
    match reason {
        "seal_broken" => t_string!(i18n, campaigns.stopped_seal_broken).to_owned(),
        "relay_unreachable" => t_string!(i18n, campaigns.stopped_relay).to_owned(),
        "relay_refuses" => t_string!(i18n, campaigns.stopped_relay_refuses).to_owned(),
        "relay_insecure" => t_string!(i18n, campaigns.stopped_relay_insecure).to_owned(),
        "relay_sign_in" => t_string!(i18n, campaigns.stopped_relay_sign_in).to_owned(),
        "ledger_unbalanced" => t_string!(i18n, campaigns.stopped_ledger).to_owned(),
        "warm_up_used" => t_string!(i18n, campaigns.stopped_warm_up).to_owned(),
        "sender_limit_used" => t_string!(i18n, campaigns.stopped_sender_limit).to_owned(),
        "message_unusable" => t_string!(i18n, campaigns.stopped_message).to_owned(),
        other => t_string!(i18n, campaigns.stopped_reason, reason = other.to_owned()).to_string(),
    }
}

/// A check in a sentence.
pub(crate) fn check_text(i18n: I18nContext<Locale>, check: &Check) -> String {
    let param = |key: &str| check.params.get(key).cloned().unwrap_or_default();
    let people = || people_text(i18n, check.people.unwrap_or(0));
    match check.code {
        CheckCode::NoAudience => t_string!(i18n, campaigns.check_no_audience).to_owned(),
        CheckCode::EmptyAudience => t_string!(i18n, campaigns.check_empty_audience).to_owned(),
        CheckCode::NoTopic => t_string!(i18n, campaigns.check_no_topic).to_owned(),
        CheckCode::Undeclared => {
            t_string!(i18n, campaigns.check_undeclared, name = param("name")).to_string()
        }
        CheckCode::NoTemplate => t_string!(i18n, campaigns.check_no_template).to_owned(),
        CheckCode::TemplateGone => t_string!(i18n, campaigns.check_template_gone).to_owned(),
        CheckCode::NoSender => t_string!(i18n, campaigns.check_no_sender).to_owned(),
        CheckCode::SenderDomain => {
            t_string!(i18n, campaigns.check_sender_domain, domain = param("domain")).to_string()
        }
        CheckCode::InThePast => t_string!(i18n, campaigns.check_in_the_past).to_owned(),
        CheckCode::MissingVariable => t_string!(
            i18n,
            campaigns.check_missing_variable,
            name = param("name"),
            people = people()
        )
        .to_string(),
        CheckCode::NoVersion => {
            let language = param("language")
                .parse()
                .map(|it| language_text(i18n, it))
                .unwrap_or_default();
            t_string!(
                i18n,
                campaigns.check_no_version,
                language = language,
                people = people()
            )
            .to_string()
        }
    }
}

/// The step in which a check is put right.
pub(crate) fn step_of(code: CheckCode, definition: bool) -> &'static str {
    match code {
        CheckCode::Undeclared if definition => "parameters",
        CheckCode::NoTopic if definition => "sender",
        CheckCode::NoAudience | CheckCode::EmptyAudience | CheckCode::NoTopic => "audience",
        CheckCode::NoTemplate
        | CheckCode::TemplateGone
        | CheckCode::MissingVariable
        | CheckCode::Undeclared
        | CheckCode::NoVersion => "content",
        CheckCode::NoSender | CheckCode::SenderDomain | CheckCode::InThePast => "sender",
    }
}

/// The reader's language as the domain names it.
pub(crate) fn reader(i18n: I18nContext<Locale>) -> Language {
    i18n::language_of(i18n.get_locale())
}
