//! One recipient: rendered, assembled, signed.

use delivery::email::{Address, Envelope, List, Mailbox, Message, verp};
use domain::dispatch::{Outcome, OutcomeKind, Recipient, TrackedLinks};
use domain::tokens::DeliveryRef;
use render::{Person, Rendered};
use types::DispatchId;

use super::Engine;
use super::lane::Item;
use super::verdict::ended;

/// A message ready for the wire. Its buffers are used again for the next.
#[derive(Default)]
pub(super) struct Ready {
    sender: Option<Address>,
    recipient: Option<Address>,
    pub signature: String,
    pub message: String,
}

impl Ready {
    /// The envelope; none before anything was composed.
    pub fn envelope(&self) -> Option<Envelope<'_>> {
        Some(Envelope {
            sender: self.sender.as_ref(),
            recipient: self.recipient.as_ref()?,
            eight_bit: false,
            size: self.signature.len() + self.message.len(),
        })
    }
}

/// Renders, assembles and signs, or says why that cannot be done for this person.
pub(super) fn compose(
    engine: &Engine,
    item: &Item,
    rendered: &mut Rendered,
    ready: &mut Ready,
) -> Result<(), Box<Outcome>> {
    let (prepared, recipient) = (&*item.slot.prepared, &item.recipient);
    let now = engine.domain.now();
    let failed =
        |rule: &str, why: &str| Box::new(ended(recipient, OutcomeKind::Failed, rule, None, why, now));
    let to =
        Mailbox::new(&display_name(recipient), &recipient.address).map_err(|_| failed("bad_address", ""))?;
    let delivery = DeliveryRef {
        dispatch: prepared.context.dispatch,
        seq: recipient.seq,
    };
    let person = person_of(recipient);
    let marketing = prepared.context.is_marketing();
    let links = TrackedLinks {
        tokens: &engine.tokens,
        public_url: &prepared.origin,
        delivery,
        language: prepared.compiled.language_for(&person),
        tracked: marketing,
    };
    prepared
        .compiled
        .render_into(person, &links, rendered)
        .map_err(|problem| failed("render_error", problem.code.as_str()))?;
    let from = Mailbox {
        name: rendered.from_name.clone(),
        address: prepared.sender.clone(),
    };
    let unsubscribe = match marketing {
        true => format!("{}/u/{}", prepared.origin, engine.tokens.unsubscribe(delivery)),
        false => String::new(),
    };
    let message = Message {
        from: &from,
        reply_to: prepared.reply_to.as_ref(),
        to: &to,
        subject: &rendered.subject,
        text: &rendered.text,
        html: Some(&rendered.html),
        message_id: &message_id(delivery),
        date: now,
        language: rendered.language.code(),
        list: marketing.then_some(List {
            id: &prepared.list_id,
            name: &prepared.list_name,
            unsubscribe: &unsubscribe,
        }),
        auto_submitted: !marketing,
    };
    ready.message.clear();
    message
        .assemble_into(&mut ready.message)
        .map_err(|_| failed("render_error", "header"))?;
    ready.signature.clear();
    prepared
        .sign(&ready.message, now, &mut ready.signature)
        .map_err(|_| failed("signing_failed", "dkim"))?;
    ready.sender = verp::envelope_sender(&engine.tokens.bounce(delivery), &prepared.bounce_domain).ok();
    ready.recipient = Some(to.address);
    Ok(())
}

/// The same for each attempt; the domain is added from the sender.
fn message_id(delivery: DeliveryRef) -> String {
    let DispatchId(dispatch) = delivery.dispatch;
    format!("{}.{}", dispatch.simple(), delivery.seq)
}

fn display_name(recipient: &Recipient) -> String {
    let name = format!("{} {}", recipient.first_name, recipient.last_name);
    name.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

fn person_of(recipient: &Recipient) -> Person {
    Person {
        first_name: recipient.first_name.clone(),
        last_name: recipient.last_name.clone(),
        email: recipient.address.clone(),
        language: recipient.language.parse().ok(),
        attributes: recipient.attributes.as_object().cloned().unwrap_or_default(),
    }
}
