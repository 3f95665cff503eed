//! The envelope: what a call is, who says it makes it, and what goes around an answer.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::fault::{Fault, Version};
use super::node::Node;
use super::write::Xml;

const SOAP_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// WS-Addressing as the vendor has it; callers may use the newer one.
const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// How long an answer says it may be believed.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// A call, read.
#[derive(Debug)]
pub struct Envelope {
    /// What the header says about the caller.
    pub credentials: Credentials,
    /// `wsa:Action`.
    pub action: String,
    /// `wsa:MessageID`.
    pub message: String,
    /// The first element of the body.
    pub request: Node,
}

/// How a caller proves who it is.
#[derive(Debug, Default)]
pub struct Credentials {
    /// `fueloauth`, or the older `oAuth/oAuthToken`.
    pub token: Option<String>,
    /// `UsernameToken`: name and password as text. Stars stand beside a token.
    pub name: Option<(String, String)>,
}

/// Which SOAP a document is, so that also what cannot be read further is answered in it.
pub fn version_of(root: &Node) -> Option<Version> {
    match (root.name.as_str(), root.space.as_str()) {
        ("Envelope", SOAP_1) => Some(Version::One),
        ("Envelope", SOAP_2) => Some(Version::Two),
        _ => None,
    }
}

/// Takes a document apart.
///
/// # Errors
/// What it lacks, or holds that cannot be done.
pub fn open(root: Node) -> Result<Envelope, Fault> {
    let (mut header, mut body) = (None, None);
    for part in root.into_children() {
        match part.name.as_str() {
            // SOAP wants it first; fuel-soap writes it last.
            "Header" if header.is_none() => header = Some(part),
            "Body" if body.is_none() => body = Some(part),
            _ => {
                return Err(Fault::Client(
                    "The envelope has parts that do not belong there.".to_owned(),
                ));
            }
        }
    }
    let request = body.and_then(|body| body.into_children().into_iter().next());
    let request = request.ok_or_else(|| Fault::Client("The envelope has no body.".to_owned()))?;
    let mut envelope = Envelope {
        credentials: Credentials::default(),
        action: String::new(),
        message: String::new(),
        request,
    };
    for block in header.as_ref().map_or(&[][..], Node::children) {
        match block.name.as_str() {
            "fueloauth" => envelope.credentials.token = Some(block.value().to_owned()),
            "oAuth" => envelope.credentials.token = Some(block.text("oAuthToken").to_owned()),
            "Security" if block.space == SECURITY => security(block, &mut envelope.credentials)?,
            "Action" if is_addressing(block) => envelope.action = block.value().to_owned(),
            "MessageID" if is_addressing(block) => envelope.message = block.value().to_owned(),
            _ if is_addressing(block) => {}
            name if block.must => return Err(Fault::MustUnderstand(name.chars().take(60).collect())),
            _ => {}
        }
    }
    Ok(envelope)
}

fn is_addressing(block: &Node) -> bool {
    block.space == ADDRESSING || block.space == "http://www.w3.org/2005/08/addressing"
}

fn security(block: &Node, credentials: &mut Credentials) -> Result<(), Fault> {
    let Some(token) = block.child("UsernameToken") else {
        return Ok(());
    };
    if token.child("Nonce").is_some() && token.text("Password").is_empty() {
        return Err(Fault::Security("Login Failed"));
    }
    let (name, password) = (token.text("Username"), token.text("Password"));
    if name != "*" {
        credentials.name = Some((name.to_owned(), password.to_owned()));
    }
    Ok(())
}

/// What an answer says about itself.
#[derive(Debug)]
pub struct About<'a> {
    pub version: Version,
    /// `CreateResponse`, …
    pub action: &'a str,
    /// The call's own id.
    pub relates_to: &'a str,
    /// The answer's.
    pub id: Uuid,
    pub now: Timestamp,
}

/// Puts an answer into its envelope.
pub fn seal(about: &About<'_>, body: &str) -> String {
    let mut xml = Xml::default();
    let soap = match about.version {
        Version::One => SOAP_1,
        Version::Two => SOAP_2,
    };
    xml.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    xml.open_with(
        "soap:Envelope",
        &format!(
            "xmlns:soap=\"{soap}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:wsa=\"{ADDRESSING}\" xmlns:wsse=\"{SECURITY}\" xmlns:wsu=\"{UTILITY}\""
        ),
    );
    xml.open("soap:Header");
    xml.leaf("wsa:Action", about.action);
    xml.leaf("wsa:MessageID", &format!("urn:uuid:{}", about.id));
    if !about.relates_to.is_empty() {
        xml.leaf("wsa:RelatesTo", about.relates_to);
    }
    xml.leaf("wsa:To", &format!("{ADDRESSING}/role/anonymous"));
    let shown = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    xml.open("wsse:Security");
    xml.open_with("wsu:Timestamp", &format!("wsu:Id=\"Timestamp-{}\"", about.id));
    xml.leaf("wsu:Created", &shown(about.now));
    xml.leaf("wsu:Expires", &shown(about.now + FRESH));
    xml.close("wsu:Timestamp")
        .close("wsse:Security")
        .close("soap:Header");
    xml.open("soap:Body")
        .raw(body)
        .close("soap:Body")
        .close("soap:Envelope");
    xml.finish()
}
