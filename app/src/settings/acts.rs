//! The reader's words for the acts of the audit log: noun and act, joined by a colon, so that no language has to make
//! them agree.

use i18n::{I18nContext, Locale, t_string};

/// `campaign.approved` in words; an act without words of its own (written by a newer version) is shown by its code.
pub(super) fn act_text(i18n: I18nContext<Locale>, action: &str) -> String {
    let Some((noun, act)) = action.split_once('.') else {
        return action.to_owned();
    };
    match (noun_text(i18n, noun), verb_text(i18n, act)) {
        (Some(noun), Some(act)) => format!("{noun}: {act}"),
        _ => action.to_owned(),
    }
}

fn noun_text(i18n: I18nContext<Locale>, noun: &str) -> Option<&'static str> {
    Some(match noun {
        "campaign" => t_string!(i18n, settings.log_campaign),
        "client" => t_string!(i18n, settings.log_client),
        "contact" => t_string!(i18n, settings.log_contact),
        "dispatch" => t_string!(i18n, settings.log_dispatch),
        "dkim_key" => t_string!(i18n, settings.log_dkim_key),
        "image" => t_string!(i18n, settings.log_image),
        "import" => t_string!(i18n, settings.log_import),
        "installation" => t_string!(i18n, settings.log_installation),
        "member" => t_string!(i18n, settings.log_member),
        "message" | "messages" => t_string!(i18n, settings.log_message),
        "message_definition" => t_string!(i18n, settings.log_message_definition),
        "recipient_limit" => t_string!(i18n, settings.log_recipient_limit),
        "relay" => t_string!(i18n, settings.log_relay),
        "sender_domain" => t_string!(i18n, settings.log_sender_domain),
        "sender_profile" => t_string!(i18n, settings.log_sender_profile),
        "suppression" => t_string!(i18n, settings.log_suppression),
        "template" => t_string!(i18n, settings.log_template),
        "topic" => t_string!(i18n, settings.log_topic),
        "unit" => t_string!(i18n, settings.log_unit),
        "user" => t_string!(i18n, settings.log_user),
        "webhook" => t_string!(i18n, settings.log_webhook),
        _ => return None,
    })
}

fn verb_text(i18n: I18nContext<Locale>, act: &str) -> Option<&'static str> {
    Some(match act {
        "approval_dropped" => t_string!(i18n, settings.did_approval_dropped),
        "approved" => t_string!(i18n, settings.did_approved),
        "archived" => t_string!(i18n, settings.did_archived),
        "tested" => t_string!(i18n, settings.did_tested),
        "cancelled" => t_string!(i18n, settings.did_cancelled),
        "created" => t_string!(i18n, settings.did_created),
        "deleted" => t_string!(i18n, settings.did_deleted),
        "edited" => t_string!(i18n, settings.did_edited),
        "launched" => t_string!(i18n, settings.did_launched),
        "paused" => t_string!(i18n, settings.did_paused),
        "rejected" => t_string!(i18n, settings.did_rejected),
        "restored" => t_string!(i18n, settings.did_restored),
        "resumed" => t_string!(i18n, settings.did_resumed),
        "speed_changed" => t_string!(i18n, settings.did_speed_changed),
        "stopped" => t_string!(i18n, settings.did_stopped),
        "submitted" => t_string!(i18n, settings.did_submitted),
        "withdrawn" => t_string!(i18n, settings.did_withdrawn),
        "revoked" => t_string!(i18n, settings.did_revoked),
        "secret_changed" => t_string!(i18n, settings.did_secret_changed),
        "added" => t_string!(i18n, settings.did_added),
        "exported" => t_string!(i18n, settings.did_exported),
        "removed" => t_string!(i18n, settings.did_removed),
        "replayed" => t_string!(i18n, settings.did_replayed),
        "restored_all" => t_string!(i18n, settings.did_restored_all),
        "topic_changed" => t_string!(i18n, settings.did_topic_changed),
        "unsubscribed_all" => t_string!(i18n, settings.did_unsubscribed_all),
        "updated" => t_string!(i18n, settings.did_updated),
        "finished" => t_string!(i18n, settings.did_finished),
        "seal_broken" => t_string!(i18n, settings.did_seal_broken),
        "described" => t_string!(i18n, settings.did_described),
        "uploaded" => t_string!(i18n, settings.did_uploaded),
        "failed" => t_string!(i18n, settings.did_failed),
        "started" => t_string!(i18n, settings.did_started),
        "undone" => t_string!(i18n, settings.did_undone),
        "activated" => t_string!(i18n, settings.did_activated),
        "retired" => t_string!(i18n, settings.did_retired),
        "checked" => t_string!(i18n, settings.did_checked),
        "set_up" => t_string!(i18n, settings.did_set_up),
        "invited_again" => t_string!(i18n, settings.did_invited_again),
        "roles_changed" => t_string!(i18n, settings.did_roles_changed),
        "disabled" => t_string!(i18n, settings.did_disabled),
        "enabled" => t_string!(i18n, settings.did_enabled),
        "invitation_accepted" => t_string!(i18n, settings.did_invitation_accepted),
        "password_changed" => t_string!(i18n, settings.did_password_changed),
        "password_reset" => t_string!(i18n, settings.did_password_reset),
        "profile_updated" => t_string!(i18n, settings.did_profile_updated),
        "reset_requested" => t_string!(i18n, settings.did_reset_requested),
        "signed_in" => t_string!(i18n, settings.did_signed_in),
        "signed_out_everywhere" => t_string!(i18n, settings.did_signed_out_everywhere),
        _ => return None,
    })
}
