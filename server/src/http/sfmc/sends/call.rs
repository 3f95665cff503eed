//! What a call asks for, and its answer.

use domain::Tx;
use domain::access::SendMessages;
use domain::messages;
use domain::messages::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::recipient::{Recipient, Wrong};
use crate::http::sfmc::map::word::Word;
use crate::http::sfmc::messages::accept::Outcome;

/// One send; fields in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sending {
    pub from: Option<Sender>,
    pub to: Option<To>,
    pub options: Option<Options>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sender {
    address: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct To {
    address: Option<String>,
    subscriberkey: Option<Word>,
    contactattributes: Option<ContactAttributes>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContactAttributes {
    subscriberattributes: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    requesttype: Option<String>,
}

/// What became of one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct One {
    recipient_send_id: String,
    has_errors: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    message_errors: Vec<MessageError>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageError {
    message_error_code: i64,
    message_error_status: String,
}

/// The answer to a call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub request_id: String,
    pub responses: Vec<One>,
}

impl Sending {
    /// Whether the caller waits for it to be queued or not, it is in the database when it is answered: both are the same here.
    ///
    /// # Errors
    /// Another word.
    pub fn check(&self) -> Result<(), Fault> {
        let kind = self.options.as_ref().and_then(|it| it.requesttype.as_deref());
        if kind.is_none_or(|kind| kind.eq_ignore_ascii_case("sync") || kind.eq_ignore_ascii_case("async")) {
            return Ok(());
        }
        Err(Fault::bad(
            ErrorCode::VALUE,
            "Options.RequestType is SYNC or ASYNC",
        ))
    }

    /// To whom. An address alone is its own subscriber key, as there.
    pub fn recipient(self) -> Recipient {
        let to = self.to.unwrap_or_default();
        let attributes = to.contactattributes.and_then(|it| it.subscriberattributes);
        Recipient {
            contactkey: to.subscriberkey.or_else(|| to.address.clone().map(Word::Text)),
            to: to.address,
            messagekey: None,
            attributes,
        }
    }
}

/// `From` may be said, but not chosen: who a message is from was approved with it.
///
/// # Errors
/// Another sender than the definition's.
pub async fn check_from(
    tx: &mut Tx,
    by: &By<SendMessages>,
    plan: &Plan,
    from: Option<&Sender>,
) -> Result<(), Fault> {
    let said = |it: &Option<String>| {
        it.as_deref()
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
    };
    let Some(address) = from.and_then(|from| said(&from.address)) else {
        if from.is_some_and(|from| said(&from.name).is_some()) {
            return Err(refused());
        }
        return Ok(());
    };
    let sender = messages::sender_of(tx, by, plan).await?;
    let name = from.and_then(|from| said(&from.name));
    if sender.from_address.eq_ignore_ascii_case(&address) && name.is_none_or(|name| name == sender.from_name)
    {
        return Ok(());
    }
    Err(refused())
}

fn refused() -> Fault {
    Fault::bad(
        ErrorCode::OPERATION,
        "Campanile does not support another From than the definition's sender, which was approved with it: leave From out",
    )
}

/// Results as theirs.
pub fn responses(results: Vec<Outcome>) -> Vec<One> {
    results.into_iter().map(response).collect()
}

fn response(result: Outcome) -> One {
    match result {
        Ok(recipient_send_id) => One {
            recipient_send_id,
            has_errors: false,
            messages: vec!["Queued"],
            message_errors: Vec::new(),
        },
        Err((_, wrong)) => {
            let Wrong { code, message } = wrong;
            One {
                recipient_send_id: String::new(),
                has_errors: true,
                messages: Vec::new(),
                message_errors: vec![MessageError {
                    message_error_code: code,
                    message_error_status: message,
                }],
            }
        }
    }
}
