//! The reader's words for error codes.

use crate::{Locale, td_string};
use std::collections::BTreeMap;

/// The text of an error code (`types::Code::as_str`) in a language, with its parameters filled in. A code without words of its
/// own is answered as `internal`; a test in `app` holds every code to words of its own.
#[must_use]
pub fn error_text(locale: Locale, code: &str, params: &BTreeMap<String, String>) -> String {
    known(locale, code, params).unwrap_or_else(|| td_string!(locale, errors.internal).to_string())
}

/// As [`error_text`]; `None` when the catalogue has no words for the code.
#[must_use]
pub fn known(locale: Locale, code: &str, params: &BTreeMap<String, String>) -> Option<String> {
    let param = |name: &str| params.get(name).cloned();
    let text = match code {
        "internal" => td_string!(locale, errors.internal).to_string(),
        "unavailable" => td_string!(locale, errors.unavailable).to_string(),
        "not_signed_in" => td_string!(locale, errors.not_signed_in).to_string(),
        "forbidden" => td_string!(locale, errors.forbidden).to_string(),
        "not_found" => td_string!(locale, errors.not_found).to_string(),
        "invalid" => td_string!(locale, errors.invalid).to_string(),
        "bad_request" => td_string!(locale, errors.bad_request).to_string(),
        "too_large" => td_string!(locale, errors.too_large).to_string(),
        "edit_conflict" => td_string!(locale, errors.edit_conflict).to_string(),
        "idempotency_mismatch" => td_string!(locale, errors.idempotency_mismatch).to_string(),
        "offline" => td_string!(locale, errors.offline).to_string(),
        "cross_origin" => td_string!(locale, errors.cross_origin).to_string(),
        "required" => td_string!(locale, errors.required).to_string(),
        "bad_format" => td_string!(locale, errors.bad_format).to_string(),
        "bad_email" => td_string!(locale, errors.bad_email).to_string(),
        "taken" => td_string!(locale, errors.taken).to_string(),
        "out_of_range" => td_string!(locale, errors.out_of_range).to_string(),
        "unknown_reference" => td_string!(locale, errors.unknown_reference).to_string(),
        "bad_credentials" => td_string!(locale, errors.bad_credentials).to_string(),
        "weak_password" => td_string!(locale, errors.weak_password).to_string(),
        "link_expired" => td_string!(locale, errors.link_expired).to_string(),
        "setup_done" => td_string!(locale, errors.setup_done).to_string(),
        "last_admin" => td_string!(locale, errors.last_admin).to_string(),
        "cannot_grant_role" => td_string!(locale, errors.cannot_grant_role).to_string(),
        "wrong_state" => td_string!(locale, errors.wrong_state).to_string(),
        "client_of_another" => td_string!(locale, errors.client_of_another).to_string(),
        "own_work" => td_string!(locale, errors.own_work).to_string(),
        "seal_broken" => td_string!(locale, errors.seal_broken).to_string(),
        "audience_empty" => td_string!(locale, errors.audience_empty).to_string(),
        "sender_domain" => td_string!(locale, errors.sender_domain).to_string(),
        "in_the_past" => td_string!(locale, errors.in_the_past).to_string(),
        "checks_failed" => td_string!(locale, errors.checks_failed).to_string(),
        "image_type" => td_string!(locale, errors.image_type).to_string(),
        "address_refused" => td_string!(locale, errors.address_refused).to_string(),
        "image_too_large" => td_string!(locale, errors.image_too_large).to_string(),
        "attachment_type" => td_string!(locale, errors.attachment_type).to_string(),
        "attachments_too_large" => td_string!(locale, errors.attachments_too_large).to_string(),
        "no_copies" => td_string!(locale, errors.no_copies).to_string(),
        "in_use" => td_string!(locale, errors.in_use).to_string(),
        "import_unreadable" => td_string!(locale, errors.import_unreadable).to_string(),
        "import_no_key" => td_string!(locale, errors.import_no_key).to_string(),
        "import_running" => td_string!(locale, errors.import_running).to_string(),
        "too_long" => td_string!(locale, errors.too_long, max = param("max").unwrap_or_default()).to_string(),
        "too_short" => {
            td_string!(locale, errors.too_short, min = param("min").unwrap_or_default()).to_string()
        }
        "throttled" => match param("seconds") {
            Some(seconds) => td_string!(locale, errors.throttled, seconds = seconds).to_string(),
            None => td_string!(locale, errors.throttled_later).to_string(),
        },
        "address_not_allowed" => match param("address") {
            Some(address) => td_string!(locale, errors.address_not_allowed, address = address).to_string(),
            None => td_string!(locale, errors.address_not_allowed_plain).to_string(),
        },
        "rate_limited" => match param("seconds") {
            Some(seconds) => td_string!(locale, errors.rate_limited, seconds = seconds).to_string(),
            None => td_string!(locale, errors.rate_limited_later).to_string(),
        },
        "bad_network" => match param("entry") {
            Some(entry) => td_string!(locale, errors.bad_network, entry = entry).to_string(),
            None => td_string!(locale, errors.bad_network_plain).to_string(),
        },
        "template_error" => match (param("line"), param("message")) {
            (Some(line), Some(message)) => {
                td_string!(locale, errors.template_error, line = line, message = message).to_string()
            }
            _ => td_string!(locale, errors.template_error_plain).to_string(),
        },
        _ => return None,
    };
    Some(text)
}
