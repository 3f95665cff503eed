//! Whether what a call asks for is right, all of it at once.

use super::attachments::{self, File};
use super::{Plan, parameters};
use crate::contacts::address::EmailAddress;
use crate::contacts::{Checked, check_person};
use crate::error::Fields;
use crate::{Result, keys};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use types::Code;
use types::contacts::ContactInput;
use types::messages::Asked;

/// Longest key of a message, in characters.
const KEY_CHARS: usize = 200;
/// Largest metadata, in bytes of JSON.
const METADATA_BYTES: usize = 4 << 10;
/// Most who get a message beside its recipient.
const COPIES: usize = 10;
/// How far ahead a message may be given its time.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A message that is right, before its person is known.
pub(super) struct Right {
    pub person: Checked,
    pub key: Option<String>,
    pub attributes: Value,
    pub metadata: Value,
    pub send_at: Option<Timestamp>,
    /// By `send_at` and quiet hours; none: at once.
    pub due_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub reply_to: Option<String>,
    pub cc: Vec<EmailAddress>,
    pub bcc: Vec<EmailAddress>,
    pub files: Vec<File>,
    pub test: bool,
    pub hash: [u8; 32],
}

/// Checks messages of one call. With several, the fields of the third begin with `messages.2.`.
///
/// # Errors
/// All fields that are not right.
pub(super) fn check(plan: &Plan, asked: &[Asked], several: bool, now: Timestamp) -> Result<Vec<Right>> {
    let mut fields = Fields::new();
    let mut right = Vec::with_capacity(asked.len());
    for (n, one) in asked.iter().enumerate() {
        let prefix = if several {
            format!("messages.{n}.")
        } else {
            String::new()
        };
        if let Some(one) = check_one(plan, one, &prefix, now, &mut fields)? {
            right.push(one);
        }
    }
    fields.finish()?;
    Ok(right)
}

fn check_one(
    plan: &Plan,
    asked: &Asked,
    prefix: &str,
    now: Timestamp,
    fields: &mut Fields,
) -> Result<Option<Right>> {
    let to = &asked.to;
    let input = ContactInput {
        email: to.email.clone(),
        phone: to.phone.clone(),
        key: to.contact_key.clone(),
        first_name: to.first_name.clone(),
        last_name: to.last_name.clone(),
        language: to.language,
        ..ContactInput::default()
    };
    let person = match check_person(&input) {
        Ok(person) => Some(person),
        Err(error) => {
            for mut field in error.to_api().fields {
                let name = if field.field == "key" {
                    "contact_key"
                } else {
                    &field.field
                };
                field.field = format!("{prefix}to.{name}");
                fields.push(field);
            }
            None
        }
    };
    let name = |name: &str| format!("{prefix}{name}");
    let key = asked
        .key
        .as_ref()
        .map(|key| fields.text(&name("key"), key, KEY_CHARS));
    let attributes = parameters::values(&plan.parameters, &asked.attributes, prefix, fields);
    let metadata = Value::Object(asked.metadata.clone());
    let text = metadata.to_string();
    if text.len() > METADATA_BYTES {
        fields.add(&name("metadata"), Code::TooLong);
    } else if text.contains("\\u0000") {
        fields.add(&name("metadata"), Code::BadFormat);
    }
    if asked.send_at.is_some_and(|at| at > now + AHEAD) {
        fields.add(&name("send_at"), Code::OutOfRange);
    }
    if asked
        .expires_at
        .is_some_and(|at| at <= now.max(asked.send_at.unwrap_or(now)))
    {
        fields.add(&name("expires_at"), Code::InThePast);
    }
    let reply_to = match asked.reply_to.trim() {
        "" => None,
        text => address(text, &name("reply_to"), fields).map(|it| it.as_str().to_owned()),
    };
    let copies = |field: &str, given: &[String], fields: &mut Fields| -> Vec<EmailAddress> {
        let each = given.iter().enumerate();
        each.filter_map(|(n, text)| address(text, &name(&format!("{field}.{n}")), fields))
            .collect()
    };
    let many = asked.cc.len() + asked.bcc.len();
    let (mut cc, mut bcc) = (Vec::new(), Vec::new());
    if many > COPIES {
        fields.add(&name("cc"), Code::OutOfRange);
    } else if many > 0 && !plan.copies {
        fields.add(
            &name(if asked.cc.is_empty() { "bcc" } else { "cc" }),
            Code::NoCopies,
        );
    } else {
        cc = copies("cc", &asked.cc, fields);
        bcc = copies("bcc", &asked.bcc, fields);
    }
    let files = attachments::check(&asked.attachments, prefix, fields);
    let send_at = asked.send_at.filter(|at| *at > now);
    let due = send_at.unwrap_or(now);
    let due = plan.quiet.as_ref().map_or(due, |quiet| quiet.after(due));
    // What the caller wrote, not what became of it: defaults may change between a call and its repetition.
    let hash = keys::sha256(&serde_json::to_vec(&(plan.definition, asked))?);
    Ok(person.map(|person| Right {
        person,
        key,
        attributes,
        metadata,
        send_at,
        due_at: Some(due).filter(|at| *at > now),
        expires_at: asked.expires_at,
        reply_to,
        cc,
        bcc,
        files,
        test: asked.test,
        hash,
    }))
}

fn address(text: &str, field: &str, fields: &mut Fields) -> Option<EmailAddress> {
    let address = EmailAddress::parse(text).ok();
    if address.is_none() {
        fields.add(field, Code::BadEmail);
    }
    address
}
