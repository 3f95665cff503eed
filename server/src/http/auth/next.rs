//! Where to go after signing in. The address comes from the request, so it is ours or nowhere.

/// The address wanted, if it is one of our own pages: a path, and not one that browsers read as another host
/// (`//evil.example`, `/\evil.example`) or that would lead in a circle.
pub(super) fn safe(wanted: Option<&str>) -> Option<&str> {
    let wanted = wanted?;
    let path = wanted.starts_with('/') && !wanted.starts_with("//");
    let plain = wanted
        .chars()
        .all(|c| !c.is_control() && !c.is_whitespace() && c != '\\');
    let circle = [
        "/sign-in",
        "/sign-out",
        "/forgot",
        "/reset",
        "/invitation",
        "/setup",
        "/rpc",
    ];
    let fine =
        path && plain && wanted.len() <= 2000 && !circle.iter().any(|prefix| wanted.starts_with(prefix));
    fine.then_some(wanted)
}

/// The sign-in page that leads on to an address.
#[must_use]
pub fn sign_in_then(wanted: &str) -> String {
    match safe(Some(wanted)) {
        Some(wanted) => {
            let query: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            format!("/sign-in?next={query}")
        }
        None => "/sign-in".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages() {
        assert_eq!(
            safe(Some("/c/admissions/messages?sort=-name")),
            Some("/c/admissions/messages?sort=-name")
        );
        let elsewhere = [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "evil",
            "",
            "/a\nb",
            "/\t/evil.example",
            "/sign-in?next=/sign-in",
            "/sign-out",
        ];
        for wanted in elsewhere {
            assert_eq!(safe(Some(wanted)), None, "{wanted:?}");
        }
        assert_eq!(
            sign_in_then("/c/shop?x=1&y=2"),
            "/sign-in?next=%2Fc%2Fshop%3Fx%3D1%26y%3D2"
        );
    }
}
