//! `/preview-frame`: the empty document in which the console shows a message.
//!
//! A message has inline styles, which the console's own policy refuses (and a `srcdoc` frame would inherit). This document
//! has a policy of its own: styles and pictures, one script of ours by its hash, no connection, no form. The console frames
//! it with `sandbox="allow-scripts"`, so that it has no origin: it can read nothing of ours and nobody's cookies.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Takes `{html, dark}` from the console and shows it. Scripts of the message do not run: `innerHTML` never runs any, and
/// the policy allows only this text. Links go nowhere.
const SCRIPT: &str = r#"
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.html !== "string") return;
  let html = event.data.html;
  const wanted = event.data.dark ? "dark" : "light";
  html = html.replace(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/g, (_, it) => it === wanted ? "(min-width:0px)" : "(max-width:0px)");
  const message = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.lang = message.documentElement.lang;
  document.head.innerHTML = message.head.innerHTML;
  document.body.replaceWith(document.adoptNode(message.body));
  document.documentElement.style.colorScheme = wanted;
});
addEventListener("click", (event) => {
  if (event.target.closest && event.target.closest("a,area,button,input")) event.preventDefault();
}, true);
addEventListener("submit", (event) => event.preventDefault(), true);
parent.postMessage("campanile-preview-ready", "*");
"#;

/// The one route.
pub fn router() -> Router {
    Router::new().route("/preview-frame", get(frame))
}

async fn frame() -> Response {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
    );
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Preview</title></head>\
         <body><script>{SCRIPT}</script></body></html>"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (X_FRAME_OPTIONS, "SAMEORIGIN".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_policy_names_the_script_that_is_there() {
        let response = frame().await;
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap_or_default()
            .to_owned();
        let body = axum::body::to_bytes(response.into_body(), 1 << 16)
            .await
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&body);
        let script = text
            .split("<script>")
            .nth(1)
            .and_then(|it| it.split("</script>").next())
            .unwrap_or_default();
        assert!(policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))));
        assert!(policy.contains("sandbox allow-scripts") && !policy.contains("allow-same-origin"));
    }
}
