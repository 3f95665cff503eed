//! The reader's words for the area's enums.

use crate::ui::Tone;
use i18n::{Locale, td_string};
use types::contacts::{ContactStatus, IdentityKind};
use types::imports::{ImportKind, ImportStatus, RowProblem, Separator, Target};
use types::suppressions::SuppressionReason;
use types::topics::{ConsentAct, ConsentSource, Frequency, SubscriptionStatus};

/// What is wrong with a row of a file.
#[must_use]
pub fn row_problem(locale: Locale, problem: RowProblem) -> String {
    match problem {
        RowProblem::RecordTooLong => td_string!(locale, audience.row_problem.record_too_long),
        RowProblem::QuoteUnclosed => td_string!(locale, audience.row_problem.quote_unclosed),
        RowProblem::EncodingBroken => td_string!(locale, audience.row_problem.encoding_broken),
        RowProblem::TooManyColumns => td_string!(locale, audience.row_problem.too_many_columns),
        RowProblem::TooFewColumns => td_string!(locale, audience.row_problem.too_few_columns),
        RowProblem::NobodyNamed => td_string!(locale, audience.row_problem.nobody_named),
        RowProblem::EmailMissing => td_string!(locale, audience.row_problem.email_missing),
        RowProblem::EmailInvalid => td_string!(locale, audience.row_problem.email_invalid),
        RowProblem::EmailSeveral => td_string!(locale, audience.row_problem.email_several),
        RowProblem::KeyInvalid => td_string!(locale, audience.row_problem.key_invalid),
        RowProblem::LanguageUnknown => td_string!(locale, audience.row_problem.language_unknown),
        RowProblem::TimeZoneUnknown => td_string!(locale, audience.row_problem.time_zone_unknown),
        RowProblem::PhoneInvalid => td_string!(locale, audience.row_problem.phone_invalid),
        RowProblem::ValueTooLong => td_string!(locale, audience.row_problem.value_too_long),
        RowProblem::ValueInvalid => td_string!(locale, audience.row_problem.value_invalid),
        RowProblem::Erased => td_string!(locale, audience.row_problem.erased),
        RowProblem::IdentityConflict => td_string!(locale, audience.row_problem.identity_conflict),
    }
    .to_owned()
}

/// Whether marketing can reach a person.
pub(super) fn status(locale: Locale, status: ContactStatus) -> (String, Tone) {
    let (text, tone) = match status {
        ContactStatus::Reachable => (td_string!(locale, audience.status.reachable), Tone::Success),
        ContactStatus::NoAddress => (td_string!(locale, audience.status.no_address), Tone::Neutral),
        ContactStatus::Bounced => (td_string!(locale, audience.status.bounced), Tone::Danger),
        ContactStatus::Unsubscribed => (td_string!(locale, audience.status.unsubscribed), Tone::Warning),
        ContactStatus::Complained => (td_string!(locale, audience.status.complained), Tone::Danger),
        ContactStatus::Restricted => (td_string!(locale, audience.status.restricted), Tone::Warning),
        ContactStatus::Erased => (td_string!(locale, audience.status.erased), Tone::Neutral),
    };
    (text.to_owned(), tone)
}

pub(super) fn identity(locale: Locale, kind: IdentityKind) -> String {
    match kind {
        IdentityKind::Email => td_string!(locale, audience.identity.email),
        IdentityKind::Phone => td_string!(locale, audience.identity.phone),
        IdentityKind::StudentNumber => td_string!(locale, audience.identity.student_number),
        IdentityKind::CrmId => td_string!(locale, audience.identity.crm_id),
    }
    .to_owned()
}

/// Where a person, subscription or suppression came from; what has no word of its own is shown as it is.
pub(super) fn source(locale: Locale, source: &str) -> String {
    match source {
        "console" => td_string!(locale, audience.source.console).to_owned(),
        "import" => td_string!(locale, audience.source.import).to_owned(),
        "api" => td_string!(locale, audience.source.api).to_owned(),
        "seed" => td_string!(locale, audience.source.seed).to_owned(),
        "bounce" => td_string!(locale, audience.source.bounce).to_owned(),
        other => match other.parse() {
            Ok(known) => consent_source(locale, known),
            Err(_) => other.to_owned(),
        },
    }
}

pub(super) fn consent_source(locale: Locale, source: ConsentSource) -> String {
    match source {
        ConsentSource::Import => td_string!(locale, audience.consent_source.import),
        ConsentSource::Api => td_string!(locale, audience.consent_source.api),
        ConsentSource::Console => td_string!(locale, audience.consent_source.console),
        ConsentSource::PreferenceCentre => td_string!(locale, audience.consent_source.preference_centre),
        ConsentSource::OneClick => td_string!(locale, audience.consent_source.one_click),
        ConsentSource::UnsubscribePage => td_string!(locale, audience.consent_source.unsubscribe_page),
        ConsentSource::Complaint => td_string!(locale, audience.consent_source.complaint),
        ConsentSource::Seed => td_string!(locale, audience.consent_source.seed),
    }
    .to_owned()
}

pub(super) fn act(locale: Locale, act: ConsentAct) -> String {
    match act {
        ConsentAct::Given => td_string!(locale, audience.act.given),
        ConsentAct::Withdrawn => td_string!(locale, audience.act.withdrawn),
        ConsentAct::WithdrawnAll => td_string!(locale, audience.act.withdrawn_all),
        ConsentAct::RestoredAll => td_string!(locale, audience.act.restored_all),
        ConsentAct::Frequency => td_string!(locale, audience.act.frequency),
    }
    .to_owned()
}

pub(super) fn subscription(locale: Locale, status: Option<SubscriptionStatus>) -> (String, Tone) {
    let (text, tone) = match status {
        Some(SubscriptionStatus::Subscribed) => (
            td_string!(locale, audience.subscription.subscribed),
            Tone::Success,
        ),
        Some(SubscriptionStatus::Unsubscribed) => (
            td_string!(locale, audience.subscription.unsubscribed),
            Tone::Warning,
        ),
        None => (td_string!(locale, audience.never_asked), Tone::Neutral),
    };
    (text.to_owned(), tone)
}

pub(super) fn frequency(locale: Locale, frequency: Frequency) -> String {
    match frequency {
        Frequency::All => td_string!(locale, audience.frequencies.all),
        Frequency::Weekly => td_string!(locale, audience.frequencies.weekly),
        Frequency::Monthly => td_string!(locale, audience.frequencies.monthly),
    }
    .to_owned()
}

/// What became of a message to a person; none while it waits.
pub(super) fn outcome(locale: Locale, outcome: Option<&str>) -> (String, Tone) {
    let (text, tone) = match outcome {
        None => (td_string!(locale, audience.outcome.waiting), Tone::Info),
        Some("sent") => (td_string!(locale, audience.outcome.sent), Tone::Success),
        Some("failed") => (td_string!(locale, audience.outcome.failed), Tone::Danger),
        Some("suppressed") => (td_string!(locale, audience.outcome.suppressed), Tone::Warning),
        Some("cancelled") => (td_string!(locale, audience.outcome.cancelled), Tone::Neutral),
        Some(_) => (td_string!(locale, audience.outcome.ambiguous), Tone::Warning),
    };
    (text.to_owned(), tone)
}

pub(super) fn reason(locale: Locale, reason: SuppressionReason) -> (String, String) {
    let (name, hint) = match reason {
        SuppressionReason::Undeliverable => (
            td_string!(locale, audience.reasons.undeliverable),
            td_string!(locale, audience.reason_hints.undeliverable),
        ),
        SuppressionReason::Unwanted => (
            td_string!(locale, audience.reasons.unwanted),
            td_string!(locale, audience.reason_hints.unwanted),
        ),
        SuppressionReason::Complaint => (
            td_string!(locale, audience.reasons.complaint),
            td_string!(locale, audience.reason_hints.complaint),
        ),
    };
    (name.to_owned(), hint.to_owned())
}

pub(super) fn import_status(locale: Locale, status: ImportStatus) -> (String, Tone) {
    let (text, tone) = match status {
        ImportStatus::Uploading => (td_string!(locale, audience.import_status.uploading), Tone::Info),
        ImportStatus::Uploaded => (td_string!(locale, audience.import_status.uploaded), Tone::Warning),
        ImportStatus::Queued => (td_string!(locale, audience.import_status.queued), Tone::Info),
        ImportStatus::Running => (td_string!(locale, audience.import_status.running), Tone::Accent),
        ImportStatus::Finished => (td_string!(locale, audience.import_status.finished), Tone::Success),
        ImportStatus::Failed => (td_string!(locale, audience.import_status.failed), Tone::Danger),
        ImportStatus::Cancelled => (
            td_string!(locale, audience.import_status.cancelled),
            Tone::Neutral,
        ),
    };
    (text.to_owned(), tone)
}

pub(super) fn import_kind(locale: Locale, kind: ImportKind) -> String {
    match kind {
        ImportKind::Contacts => td_string!(locale, audience.kinds.contacts),
        ImportKind::Suppressions => td_string!(locale, audience.kinds.suppressions),
    }
    .to_owned()
}

/// Why an import failed, by its code.
pub(super) fn failure(locale: Locale, code: &str) -> String {
    match code {
        "empty" => td_string!(locale, audience.failure.empty),
        "no_good_row" => td_string!(locale, audience.failure.no_good_row),
        _ => td_string!(locale, audience.failure.internal),
    }
    .to_owned()
}

pub(super) fn separator(locale: Locale, separator: Separator) -> String {
    match separator {
        Separator::Comma => td_string!(locale, audience.separators.comma),
        Separator::Semicolon => td_string!(locale, audience.separators.semicolon),
        Separator::Tab => td_string!(locale, audience.separators.tab),
        Separator::Pipe => td_string!(locale, audience.separators.pipe),
    }
    .to_owned()
}

/// Where a column goes.
pub(super) fn target(locale: Locale, target: &Target) -> String {
    match target {
        Target::Ignore => td_string!(locale, audience.targets.ignore).to_owned(),
        Target::Email => td_string!(locale, audience.targets.email).to_owned(),
        Target::Key => td_string!(locale, audience.targets.key).to_owned(),
        Target::FirstName => td_string!(locale, audience.targets.first_name).to_owned(),
        Target::LastName => td_string!(locale, audience.targets.last_name).to_owned(),
        Target::Language => td_string!(locale, audience.targets.language).to_owned(),
        Target::TimeZone => td_string!(locale, audience.targets.time_zone).to_owned(),
        Target::Phone => td_string!(locale, audience.targets.phone).to_owned(),
        Target::Attribute(name) => {
            td_string!(locale, audience.targets.attribute, name = name.clone()).to_string()
        }
    }
}
