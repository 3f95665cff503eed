//! Faults: why a call was not even looked at. In the words and codes that callers of the vendor look for.

use super::write::Xml;

/// `q0:Security` as the vendor writes it.
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// Which SOAP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    #[default]
    One,
    Two,
}

/// Why a call ends here.
#[derive(Debug)]
pub enum Fault {
    /// The caller must change the request.
    Client(String),
    /// Who calls is not known. `Token Expired` makes callers get a new token.
    Security(&'static str),
    /// A header that must be understood, and is not.
    MustUnderstand(String),
    /// Too large to be read.
    TooLarge,
    /// We could not; another try may help.
    Unavailable,
    /// We broke; the log says how.
    Internal,
    /// Too many calls from this client.
    Busy(String),
}

impl Fault {
    /// The same for callers and logs, without anything personal.
    fn words(&self) -> String {
        match self {
            Self::Client(text) | Self::Busy(text) => text.clone(),
            Self::Security(text) => (*text).to_owned(),
            Self::MustUnderstand(name) => format!("The header {name} must be understood, and is not."),
            Self::TooLarge => "The request is too large.".to_owned(),
            Self::Unavailable => "Unplanned Outage".to_owned(),
            Self::Internal => "An unexpected error occurred.".to_owned(),
        }
    }

    /// 500, as SOAP over HTTP wants; SOAP 1.2 has 400 for what the sender did.
    pub fn status(&self, version: Version) -> u16 {
        match (self, version) {
            (Self::TooLarge, _) => 413,
            (Self::Unavailable | Self::Busy(_), _) => 503,
            (Self::Client(_) | Self::Security(_), Version::Two) => 400,
            _ => 500,
        }
    }

    /// The body of the answer. `actor` is our own address.
    pub fn write(&self, version: Version, actor: &str) -> String {
        match version {
            Version::One => self.one(actor),
            Version::Two => self.two(actor),
        }
    }

    fn one(&self, actor: &str) -> String {
        let mut xml = Xml::default();
        xml.open("soap:Fault");
        match self {
            Self::Client(_) | Self::TooLarge => xml.leaf("faultcode", "soap:Client"),
            Self::MustUnderstand(_) => xml.leaf("faultcode", "soap:MustUnderstand"),
            Self::Security(_) => xml
                .open_with("faultcode", &format!("xmlns:q0=\"{SECURITY}\""))
                .raw("q0:Security")
                .close("faultcode"),
            Self::Unavailable | Self::Internal | Self::Busy(_) => xml.leaf("faultcode", "soap:Server"),
        };
        let words = self.words();
        xml.leaf("faultstring", &words).leaf("faultactor", actor);
        self.detail(&mut xml, "detail", &words);
        xml.close("soap:Fault");
        xml.finish()
    }

    fn two(&self, actor: &str) -> String {
        let mut xml = Xml::default();
        let words = self.words();
        xml.open("soap:Fault").open("soap:Code");
        match self {
            Self::Client(_) | Self::TooLarge => xml.leaf("soap:Value", "soap:Sender"),
            Self::MustUnderstand(_) => xml.leaf("soap:Value", "soap:MustUnderstand"),
            Self::Security(_) => xml
                .leaf("soap:Value", "soap:Sender")
                .open("soap:Subcode")
                .open_with("soap:Value", &format!("xmlns:q0=\"{SECURITY}\""))
                .raw("q0:Security")
                .close("soap:Value")
                .close("soap:Subcode"),
            Self::Unavailable | Self::Internal | Self::Busy(_) => xml.leaf("soap:Value", "soap:Receiver"),
        };
        xml.close("soap:Code").open("soap:Reason");
        xml.open_with("soap:Text", "xml:lang=\"en\"")
            .raw(&quick_xml::escape::minimal_escape(&words))
            .close("soap:Text")
            .close("soap:Reason")
            .leaf("soap:Node", actor);
        self.detail(&mut xml, "soap:Detail", &words);
        xml.close("soap:Fault");
        xml.finish()
    }

    /// Only faults of ours say more: 2 is an unexpected error.
    fn detail(&self, xml: &mut Xml, name: &str, words: &str) {
        if matches!(self, Self::Unavailable | Self::Internal | Self::Busy(_)) {
            xml.open(name)
                .open_with("apifault", "xmlns=\"urn:fault.partner.exacttarget.com\"")
                .number("Code", 2)
                .leaf("Message", words)
                .close("apifault")
                .close(name);
        }
    }
}

impl From<domain::Error> for Fault {
    fn from(error: domain::Error) -> Self {
        // Logged by the conversion, once: this is the edge.
        let error = types::ApiError::from(error);
        match error.code {
            types::Code::Internal => Self::Internal,
            types::Code::Unavailable => Self::Unavailable,
            types::Code::Throttled => Self::Busy(super::words::error(&error)),
            types::Code::NotSignedIn | types::Code::BadCredentials => Self::Security("Login Failed"),
            _ => Self::Client(super::words::error(&error)),
        }
    }
}
