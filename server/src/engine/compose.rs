//! One recipient: rendered, assembled, signed.

use delivery::email::{Address, Attached, Envelope, List, Mailbox, Message, verp};
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
    copies: Vec<Address>,
    pub signature: String,
    pub message: String,
}

impl Ready {
    /// The envelope; none before anything was composed.
    pub fn envelope(&self) -> Option<Envelope<'_>> {
        Some(Envelope {
            sender: self.sender.as_ref(),
            recipient: self.recipient.as_ref()?,
            copies: &self.copies,
            eight_bit: false,
            size: self.signature.len() + self.message.len(),
        })
    }
}

/// Renders, assembles and signs, or says why that cannot be done for this person. `files` are those of the message, in their order.
pub(super) fn compose(
    engine: &Engine,
    item: &Item,
    files: &[Vec<u8>],
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
    let (from, other_name) = prepared.from(&recipient.attributes);
    let links = TrackedLinks {
        tokens: &engine.tokens,
        public_url: &from.origin,
        delivery,
        language: prepared.compiled.language_for(&person),
        tracked: marketing,
    };
    prepared
        .compiled
        .render_into(person, &links, rendered)
        .map_err(|problem| failed("render_error", problem.code.as_str()))?;
    let shown = Mailbox {
        name: other_name.unwrap_or(&rendered.from_name).to_owned(),
        address: from.sender.clone(),
    };
    let extra = recipient.extra.as_deref();
    let address = |text: &String| Address::parse(text).map_err(|_| failed("bad_address", "copy"));
    let cc = extra.map_or(&[][..], |it| &it.cc).iter().map(address);
    let cc: Vec<Address> = cc.collect::<Result<_, _>>()?;
    let bcc = extra.map_or(&[][..], |it| &it.bcc).iter().map(address);
    let bcc: Vec<Address> = bcc.collect::<Result<_, _>>()?;
    let reply_to = match extra.and_then(|it| it.reply_to.as_deref()) {
        Some(text) => Some(Mailbox::new("", text).map_err(|_| failed("bad_address", "reply-to"))?),
        None => from.reply_to.clone(),
    };
    let named = extra.map_or(&[][..], |it| &it.files).iter().zip(files);
    let attached: Vec<Attached<'_>> = named
        .map(|(file, content)| Attached {
            name: &file.name,
            kind: &file.kind,
            content,
        })
        .collect();
    let unsubscribe = match marketing {
        true => format!("{}/u/{}", from.origin, engine.tokens.unsubscribe(delivery)),
        false => String::new(),
    };
    let message = Message {
        from: &shown,
        reply_to: reply_to.as_ref(),
        to: &to,
        cc: &cc,
        subject: &rendered.subject,
        text: &rendered.text,
        html: Some(&rendered.html),
        attached: &attached,
        message_id: &message_id(delivery),
        date: now,
        language: rendered.language.code(),
        list: marketing.then_some(List {
            id: &from.list_id,
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
    from.sign(&ready.message, now, &mut ready.signature)
        .map_err(|_| failed("signing_failed", "dkim"))?;
    ready.sender = verp::envelope_sender(&engine.tokens.bounce(delivery), &from.bounce_domain).ok();
    ready.recipient = Some(to.address);
    ready.copies = cc.into_iter().chain(bcc).collect();
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
