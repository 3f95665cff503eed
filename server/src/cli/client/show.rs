//! Clients on the terminal.

use std::fmt::Write as _;

use types::clients::{ApiClient, ApiCredentials};

/// What is shown once, as scripts read it.
pub(super) fn credentials(made: &ApiCredentials) -> String {
    eprintln!("The secret is not shown again. Only its SHA-256 is kept.");
    format!(
        "client_id: {}\nclient_secret: {}\n",
        made.client_id, made.client_secret
    )
}

/// A client in one line; its name, which may have spaces, comes last.
pub(super) fn line(client: &ApiClient) -> String {
    let state = if client.revoked_at.is_some() {
        "revoked"
    } else {
        "active"
    };
    let used = client
        .last_used_at
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    format!("{} {state} {used} {}\n", client.id, client.name)
}

/// A client in lines of `name: value`.
pub(super) fn show(client: &ApiClient) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.as_str()).collect();
    fact("client_id", &client.id.to_string());
    fact("name", &client.name);
    fact("owner", client.owner.as_deref().unwrap_or("nobody"));
    fact("scopes", &scopes.join(" "));
    let networks = client.allowed_networks.join(" ");
    fact(
        "allowed_networks",
        if networks.is_empty() {
            "anywhere"
        } else {
            &networks
        },
    );
    fact("requests_per_minute", &client.requests_per_minute.to_string());
    fact("burst", &client.burst.to_string());
    for secret in &client.live_secrets {
        let until = secret
            .expires_at
            .map(|at| format!(", until {at}"))
            .unwrap_or_default();
        fact("secret", &format!("since {}{until}", secret.created_at));
    }
    fact("tokens", &client.tokens.to_string());
    let from = client.last_used_from.as_deref().unwrap_or("an unknown address");
    match client.last_used_at {
        Some(at) => fact("last_used", &format!("{at} from {from}")),
        None => fact("last_used", "never"),
    }
    if let Some(at) = client.revoked_at {
        fact("revoked", &at.to_string());
    }
    text
}
