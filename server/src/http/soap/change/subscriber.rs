//! `Subscriber`: the unit's people, what the unit knows of them, and which topics they get.

use domain::access::ManageContacts;
use domain::contacts::{self, Known, identify};
use domain::imports::mapping::attribute_name;
use domain::topics::{self, Choice, Standing};
use domain::{Error, Granted, Tx};
use types::contacts::ContactInput;
use types::topics::Frequency;
use types::{Code, ContactId, TopicId};

use super::asked::attributes;
use super::{Options, Outcome, Save, UNEXPECTED, Verb};
use crate::http::soap::caller::Session;
use crate::http::soap::node::Node;
use crate::http::soap::retrieve::short;
use crate::http::soap::words;

/// The vendor's codes.
const BAD_ADDRESS: i32 = 12_000;
const NOT_FOUND: i32 = 12_001;
const HAS_LEFT: i32 = 12_003;
const BAD_ATTRIBUTE: i32 = 12_004;
const ADDRESS_TAKEN: i32 = 12_007;
const IS_THERE: i32 = 12_014;

/// Why not.
struct Problem(i32, String);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let first = error.to_api().fields.into_iter().next();
        let code = match first.as_ref().map(|it| (it.field.as_str(), it.code)) {
            Some(("email", Code::Taken)) => ADDRESS_TAKEN,
            Some(("email", _)) => BAD_ADDRESS,
            Some(("key", Code::Taken)) => IS_THERE,
            Some((field, _)) if field.starts_with("attributes.") => BAD_ATTRIBUTE,
            _ if error.refusal() == Some(Code::NotFound) => NOT_FOUND,
            _ => UNEXPECTED,
        };
        Self(code, words::of(error))
    }
}

/// A list the person is to be on, or not.
struct Wish {
    topic: TopicId,
    number: i32,
    gets: bool,
}

/// One subscriber, in one transaction: all that is asked for it, or nothing.
pub(super) async fn change(session: &Session, verb: Verb, options: &Options, node: &Node) -> Outcome {
    if options.at.is_some() {
        return Outcome::failed(
            UNEXPECTED,
            "Options.ScheduledTime is not supported for Subscriber.",
        );
    }
    match tried(session, verb, options, node).await {
        Ok(done) => Outcome::done(done),
        Err(Problem(code, words)) => Outcome::failed(code, words),
    }
}

async fn tried(
    session: &Session,
    verb: Verb,
    options: &Options,
    node: &Node,
) -> Result<&'static str, Problem> {
    let by = session
        .grant::<ManageContacts>()
        .map_err(|it| Problem(UNEXPECTED, it))?;
    let (key, email) = (node.text("SubscriberKey"), node.text("EmailAddress"));
    if key.is_empty() && email.is_empty() {
        let words = "SubscriberKey or EmailAddress is required.";
        return Err(Problem(BAD_ADDRESS, words.to_owned()));
    }
    for (name, text) in [("SubscriberKey", key), ("EmailAddress", email)] {
        if text.contains(char::is_control) {
            let words = format!("{name}: line breaks and control characters are not allowed.");
            return Err(Problem(BAD_ADDRESS, words));
        }
    }
    let mut tx = session.begin().await?;
    let known = identify(&mut tx, &by, key, email).await?;
    if verb == Verb::Delete {
        let Some(known) = known else {
            return Err(Problem(NOT_FOUND, "The subscriber does not exist.".to_owned()));
        };
        contacts::remove(&mut tx, &by, &[known.id]).await?;
        tx.commit().await?;
        return Ok("Subscriber deleted.");
    }
    let save = options.save.unwrap_or(match verb {
        Verb::Create => Save::AddOnly,
        _ => Save::UpdateOnly,
    });
    let leaves = match node.text("Status") {
        "" | "Active" => false,
        "Unsubscribed" => true,
        other => {
            let words = format!("Status {} can not be set.", short(other));
            return Err(Problem(UNEXPECTED, words));
        }
    };
    let wishes = wishes(&mut tx, &by, node).await?;
    let input = input(node, known.as_ref())?;
    let (id, done) = match known {
        Some(known) => {
            if save == Save::AddOnly {
                return Err(Problem(
                    IS_THERE,
                    "The subscriber is already on the list.".to_owned(),
                ));
            }
            if known.has_left && node.text("Status") == "Active" {
                return Err(Problem(HAS_LEFT, LEFT_ALL.to_owned()));
            }
            contacts::merge(&mut tx, &by, known.id, &input).await?;
            (known.id, "Updated Subscriber.")
        }
        None if save == Save::UpdateOnly => {
            return Err(Problem(NOT_FOUND, "The subscriber does not exist.".to_owned()));
        }
        None => {
            let id = contacts::create(&mut tx, &by, &input).await?;
            (id, "Created Subscriber.")
        }
    };
    for wish in &wishes {
        carry_out(&mut tx, &by, id, wish).await?;
    }
    if leaves {
        topics::unsubscribe_all_for(&mut tx, &by, id).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Whoever said no to everything has to say yes themselves (law 5: no means no).
const LEFT_ALL: &str = "The subscriber has unsubscribed from everything. Only they can take that back, on their preference page; or staff in the \
    console, with the words they said.";

/// What is to be known of the person. A key that is their address is how the vendor's callers say that they have none.
fn input(node: &Node, known: Option<&Known>) -> Result<ContactInput, Problem> {
    let (key, given) = (node.text("SubscriberKey"), node.text("EmailAddress"));
    let is_address = key.contains('@');
    let keyless = known.is_none_or(|it| it.key.is_none());
    // Whoever is known by another key keeps the address they have.
    let email = if given.is_empty() && is_address && keyless {
        key
    } else {
        given
    };
    let is_key = !is_address || !given.is_empty() && !key.eq_ignore_ascii_case(given);
    let mut input = ContactInput {
        email: email.to_owned(),
        key: if is_key { key.to_owned() } else { String::new() },
        ..ContactInput::default()
    };
    for (name, value) in attributes(node) {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_lowercase().as_str() {
            "firstname" => value.clone_into(&mut input.first_name),
            "lastname" => value.clone_into(&mut input.last_name),
            _ => {
                let own = attribute_name(name);
                if own.is_empty() {
                    let words = format!("Attributes: {} is no name.", short(name));
                    return Err(Problem(BAD_ATTRIBUTE, words));
                }
                let value = if value.is_empty() {
                    serde_json::Value::Null
                } else {
                    value.into()
                };
                input.attributes.insert(own, value);
            }
        }
    }
    for (name, text) in [("First Name", &input.first_name), ("Last Name", &input.last_name)] {
        if text.contains(char::is_control) {
            let words = format!("{name}: line breaks and control characters are not allowed.");
            return Err(Problem(BAD_ATTRIBUTE, words));
        }
    }
    Ok(input)
}

/// Reads `Lists`: each by its number or key, which must be one of the unit's.
async fn wishes(tx: &mut Tx, by: &Granted<ManageContacts>, node: &Node) -> Result<Vec<Wish>, Problem> {
    let lists: Vec<(Option<i32>, &str, &Node)> = node
        .all("Lists")
        .map(|it| {
            let inner = it.child("List").unwrap_or(it);
            let id = if it.text("ID").is_empty() {
                inner.text("ID")
            } else {
                it.text("ID")
            };
            (id.parse().ok(), inner.text("CustomerKey"), it)
        })
        .collect();
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i32> = lists.iter().filter_map(|(number, ..)| *number).collect();
    let keys: Vec<String> = lists.iter().map(|(_, key, _)| (*key).to_owned()).collect();
    let known = topics::of_numbers(tx, by, &numbers, &keys).await?;
    lists
        .into_iter()
        .map(|(number, key, node)| {
            let found = known
                .iter()
                .find(|(n, k, _)| number.map_or(!key.is_empty() && k == key, |it| it == *n));
            let Some((number, _, topic)) = found else {
                let named = number.map_or_else(|| short(key), |it| it.to_string());
                return Err(Problem(
                    UNEXPECTED,
                    format!("Lists: the list {named} does not exist."),
                ));
            };
            let gets = match (node.text("Action"), node.text("Status")) {
                ("delete" | "Delete", _) => false,
                ("" | "create" | "update" | "upsert" | "Create" | "Update" | "Upsert", "" | "Active") => true,
                ("" | "create" | "update" | "upsert" | "Create" | "Update" | "Upsert", "Unsubscribed") => {
                    false
                }
                (action, status) => {
                    let words = format!(
                        "Lists: Action {} with Status {} is not supported.",
                        short(action),
                        short(status)
                    );
                    return Err(Problem(UNEXPECTED, words));
                }
            };
            Ok(Wish {
                topic: *topic,
                number: *number,
                gets,
            })
        })
        .collect()
}

/// Consent by SOAP is what the calling system says it was told, and the record says so. Whoever has left the list, or everything, is not put
/// back on it by a system.
async fn carry_out(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    contact: ContactId,
    wish: &Wish,
) -> Result<(), Problem> {
    if !wish.gets {
        topics::choose_for(tx, by, contact, wish.topic, Choice::Unsubscribed, "").await?;
        return Ok(());
    }
    let standing = topics::standing(tx, by, contact, wish.topic).await?;
    if standing == Standing::Subscribed {
        // As often as they chose.
        return Ok(());
    }
    if standing == Standing::Left {
        let words = format!(
            "The subscriber has unsubscribed from list {}. Only they can take that back, on their preference page; or staff in the console, \
             with the words they said.",
            wish.number
        );
        return Err(Problem(HAS_LEFT, words));
    }
    let wording = format!("As told by {} over the SOAP API.", by.actor_name());
    let choice = Choice::Subscribed(Frequency::All);
    topics::choose_for(tx, by, contact, wish.topic, choice, &wording).await?;
    Ok(())
}
