//! Scopes: theirs by name, each opening some of ours.

use types::access::Permission;

/// What each of theirs opens here. All others that they have open nothing.
const SCOPES: &[(&str, &[Permission])] = &[
    (
        "email_read",
        &[
            Permission::ReadCampaigns,
            Permission::ReadMessages,
            Permission::ReadContent,
        ],
    ),
    (
        "email_write",
        &[Permission::EditCampaigns, Permission::ControlSending],
    ),
    ("email_send", &[Permission::SendMessages]),
    (
        "list_and_subscribers_read",
        &[Permission::ReadContacts, Permission::ReadTopics],
    ),
    ("list_and_subscribers_write", &[Permission::ManageContacts]),
    ("audiences_read", &[Permission::ReadContacts]),
    ("audiences_write", &[Permission::ManageContacts]),
    ("saved_content_read", &[Permission::ReadContent]),
    ("saved_content_write", &[Permission::EditContent]),
    (
        "tracking_events_read",
        &[Permission::ReadMessages, Permission::ReadReports],
    ),
];

/// What a token may do, of what its client may: everything where nothing was asked for. Ours count by their own names too; theirs that mean
/// nothing here are taken and open nothing. None: a scope was asked for of which the client has nothing, or a word that is no scope.
pub fn choose(asked: Option<&str>, held: &[Permission]) -> Option<Vec<Permission>> {
    let words: Vec<&str> = asked.unwrap_or_default().split_whitespace().collect();
    if words.is_empty() {
        return Some(held.to_vec());
    }
    let mut chosen = Vec::new();
    for word in words {
        let opened: Vec<Permission> = if let Some((_, opens)) = SCOPES.iter().find(|(name, _)| *name == word)
        {
            opens.iter().copied().filter(|it| held.contains(it)).collect()
        } else if let Ok(ours) = word.parse::<Permission>() {
            held.contains(&ours).then_some(ours).into_iter().collect()
        } else if word.bytes().all(|c| c.is_ascii_lowercase() || c == b'_') {
            continue;
        } else {
            return None;
        };
        if opened.is_empty() {
            return None;
        }
        chosen.extend(opened);
    }
    chosen.sort();
    chosen.dedup();
    Some(chosen)
}

/// Their names for what a token may do.
pub fn named(held: &[Permission]) -> String {
    let names = SCOPES
        .iter()
        .filter(|(_, opens)| opens.iter().any(|it| held.contains(it)));
    names.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_may_do() {
        let held = [Permission::SendMessages, Permission::ReadMessages];
        assert_eq!(choose(None, &held).as_deref(), Some(&held[..]));
        assert_eq!(
            choose(Some("email_send offline"), &held),
            Some(vec![Permission::SendMessages])
        );
        assert_eq!(
            choose(Some("email_read"), &held),
            Some(vec![Permission::ReadMessages])
        );
        assert_eq!(
            choose(Some("messages:write"), &held),
            Some(vec![Permission::SendMessages])
        );
        // Asking for what one does not have is an error, not a smaller token.
        assert_eq!(choose(Some("email_send email_write"), &held), None);
        assert_eq!(choose(Some("contacts:read"), &held), None);
        assert_eq!(choose(Some("Email!"), &held), None);
        assert_eq!(named(&held), "email_read email_send tracking_events_read");
    }
}
