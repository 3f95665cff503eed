//! Person or machine? Prefetching mail clients and link scanners fetch what people did not open (Apple Mail Privacy
//! Protection, gateway scanners). Their hits are kept, with the rule that said so, and stay out of every rate.
//!
//! What can be told from one request alone is told here; "too soon" and "all links at once" need the ledger and are SQL in
//! [`super::record`].

/// What a request for an image or a link tells about itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    pub head: bool,
    pub user_agent: &'a str,
    /// `Sec-Purpose`, `Purpose` or `X-Moz`.
    pub purpose: &'a str,
}

/// Why a hit counts as a machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    HeadRequest,
    Prefetch,
    Agent,
    NoAgent,
}

impl Rule {
    /// As kept in `events.verdict_rule`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HeadRequest => "head_request",
            Self::Prefetch => "prefetch",
            Self::Agent => "agent",
            Self::NoAgent => "no_agent",
        }
    }
}

/// Parts of agents, in lower case, that no person's browser or mail client has.
const MACHINES: &[&str] = &[
    "bot",
    "crawler",
    "spider",
    "scanner",
    "preview",
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "symantec",
    "fireeye",
    "trendmicro",
    "trend micro",
    "sophos",
    "forcepoint",
    "ironport",
    "urlscan",
    "virustotal",
    "headlesschrome",
    "phantomjs",
    "curl/",
    "wget/",
    "python-",
    "aiohttp",
    "httpx",
    "go-http-client",
    "java/",
    "okhttp",
    "libwww",
    "ruby",
    "node-fetch",
    "axios",
    "undici",
    "facebookexternalhit",
    "whatsapp",
    "monitor",
    "pingdom",
    "check_http",
];

/// The verdict that the request alone allows: `None` is a person as far as one can see.
#[must_use]
pub fn judge(request: Request<'_>) -> Option<Rule> {
    if request.head {
        return Some(Rule::HeadRequest);
    }
    let purpose = request.purpose.to_ascii_lowercase();
    if purpose.contains("prefetch") || purpose.contains("preview") || purpose.contains("prerender") {
        return Some(Rule::Prefetch);
    }
    let agent = request.user_agent.trim();
    if agent.is_empty() {
        return Some(Rule::NoAgent);
    }
    // Apple's mail proxy calls itself just this; no browser does.
    if agent == "Mozilla/5.0" {
        return Some(Rule::Prefetch);
    }
    let agent = agent.to_ascii_lowercase();
    MACHINES
        .iter()
        .any(|part| agent.contains(part))
        .then_some(Rule::Agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(user_agent: &str) -> Option<Rule> {
        judge(Request {
            user_agent,
            ..Request::default()
        })
    }

    #[test]
    fn people_are_people() {
        for people in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Thunderbird/130.0",
            // Gmail fetches images when the reader opens the message.
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        ] {
            assert_eq!(agent(people), None, "{people}");
        }
    }

    #[test]
    fn machines_are_machines() {
        assert_eq!(agent("Mozilla/5.0"), Some(Rule::Prefetch));
        assert_eq!(agent(""), Some(Rule::NoAgent));
        assert_eq!(
            agent("Mozilla/5.0 (compatible; Barracuda Sentinel)"),
            Some(Rule::Agent)
        );
        assert_eq!(agent("python-requests/2.32"), Some(Rule::Agent));
        assert_eq!(
            judge(Request {
                head: true,
                user_agent: "Firefox",
                purpose: ""
            }),
            Some(Rule::HeadRequest)
        );
        assert_eq!(
            judge(Request {
                head: false,
                user_agent: "Firefox",
                purpose: "prefetch;prerender"
            }),
            Some(Rule::Prefetch)
        );
    }
}
