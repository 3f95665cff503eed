//! A dispatch made ready for sending, once a process: template compiled, sender parsed, list headers made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use delivery::email::dkim::{KeyKind, SignError, Signer, Signers, SigningKey};
use delivery::email::{Address, Mailbox};
use domain::dispatch::{self, Context};
use domain::sending;
use render::Compiled;
use secrecy::ExposeSecret;
use types::DispatchId;
use types::campaigns::Sender;
use types::sending::DkimKind;

use super::Engine;
use super::limits::{self, Limit};

/// What every recipient of a dispatch shares.
pub(super) struct Prepared {
    pub context: Context,
    pub compiled: Compiled,
    pub list_name: String,
    /// Limits of its senders' domains: who it is from is known after a person was let through, so the tightest counts.
    pub rates: Vec<Limit>,
    from: From,
    /// By the choices of its context.
    others: Vec<From>,
}

impl Prepared {
    /// From whom a message with these attributes is, and the name that differs from the message's own.
    pub fn from(&self, attributes: &serde_json::Value) -> (&From, Option<&str>) {
        let choices = self.context.senders.iter().zip(&self.others);
        for (choice, from) in choices {
            if choice.fits(attributes) {
                return (from, Some(&choice.sender.from_name));
            }
        }
        (&self.from, None)
    }
}

/// From whom a message is.
pub(super) struct From {
    pub sender: Address,
    pub reply_to: Option<Mailbox>,
    /// RFC 2919: stable for a topic of a unit.
    pub list_id: String,
    /// Envelope senders are in this domain.
    pub bounce_domain: String,
    /// What links begin with, without a slash at the end.
    pub origin: String,
    signers: Signers,
}

impl From {
    /// Appends the DKIM signatures of the sender's domain; nothing when it has no active key.
    ///
    /// # Errors
    /// When the key does not sign: the message does not go without.
    pub fn sign(&self, message: &str, now: jiff::Timestamp, out: &mut String) -> Result<(), SignError> {
        if self.signers.0.is_empty() {
            return Ok(());
        }
        self.signers.sign_into(message, now.as_second(), out)
    }
}

/// Why a dispatch cannot be made ready. Neither is cured by trying again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("the database: {0}")]
    Database(#[from] domain::Error),
    #[error("the sealed message cannot be used: {0}")]
    Message(&'static str),
}

/// The dispatches that are being sent now, at most a few.
#[derive(Default)]
pub(super) struct PreparedCache(Mutex<HashMap<DispatchId, Arc<Prepared>>>);

impl PreparedCache {
    const MOST: usize = 64;

    pub async fn get(&self, engine: &Engine, id: DispatchId) -> Result<Arc<Prepared>, Unusable> {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(found));
        }
        let context = dispatch::context(&engine.domain, id)
            .await?
            .ok_or(Unusable::Message("not there"))?;
        let prepared = Arc::new(prepare(engine, context).await?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(id, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// Relays, keys or limits changed: everything is made ready anew.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets what is no longer sent.
    pub fn keep_only(&self, running: &[DispatchId]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|id, _| running.contains(id));
    }
}

async fn prepare(engine: &Engine, context: Context) -> Result<Prepared, Unusable> {
    let compiled = render::compile(&context.source).map_err(|_| Unusable::Message("template"))?;
    let from = from(engine, &context, &context.sender).await?;
    let mut rates = rates(engine, from.sender.domain()).await?;
    let mut others: Vec<From> = Vec::with_capacity(context.senders.len());
    for choice in &context.senders {
        let other = self::from(engine, &context, &choice.sender).await?;
        let known = std::iter::once(&from).chain(&others);
        if known
            .into_iter()
            .all(|it| it.sender.domain() != other.sender.domain())
        {
            rates.extend(self::rates(engine, other.sender.domain()).await?);
        }
        others.push(other);
    }
    let list_name = match &context.topic {
        Some((_, name)) => name,
        None => &context.source.unit.name,
    };
    Ok(Prepared {
        list_name: list_name.chars().filter(|c| !c.is_control()).collect(),
        rates,
        from,
        others,
        context,
        compiled,
    })
}

async fn from(engine: &Engine, context: &Context, sender: &Sender) -> Result<From, Unusable> {
    let address = Address::parse(&sender.from_address).map_err(|_| Unusable::Message("sender"))?;
    let reply_to = match sender.reply_to.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(text) => Some(Mailbox::new("", text).map_err(|_| Unusable::Message("reply-to"))?),
        None => None,
    };
    let list_id = match &context.topic {
        Some((key, _)) => format!("{key}.{}.{}", context.unit_key, address.domain()),
        None => format!("{}.{}", context.unit_key, address.domain()),
    };
    let places = sending::places(&engine.domain, context.unit, address.domain()).await?;
    Ok(From {
        bounce_domain: places
            .bounce_domain
            .unwrap_or_else(|| address.domain().to_owned()),
        origin: places.tracking_origin,
        signers: signers(engine, address.domain()).await?,
        sender: address,
        reply_to,
        list_id,
    })
}

/// The active keys of the sender's domain.
async fn signers(engine: &Engine, domain: &str) -> Result<Signers, Unusable> {
    let keys = sending::signing(&engine.domain, domain)
        .await?
        .unwrap_or_default();
    let signers = keys.into_iter().map(|key| {
        let kind = match key.kind {
            DkimKind::Rsa2048 => KeyKind::Rsa2048,
            DkimKind::Ed25519 => KeyKind::Ed25519,
        };
        let own = SigningKey::from_pkcs8(kind, key.pkcs8.expose_secret())
            .map_err(|_| Unusable::Message("DKIM key"))?;
        Signer::new(&key.domain, &key.selector, own).map_err(|_| Unusable::Message("DKIM key"))
    });
    signers.collect::<Result<Vec<_>, _>>().map(Signers)
}

/// The limits of the sender's domain: its rate, and what it may send on this day while it is warming up.
async fn rates(engine: &Engine, domain: &str) -> Result<Vec<Limit>, Unusable> {
    let limits = sending::limits(&engine.domain).await?;
    let pace = limits
        .sender_domains
        .iter()
        .filter(|(name, _)| {
            domain == name.as_str()
                || domain
                    .strip_suffix(name.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        })
        .max_by_key(|(name, _)| name.len());
    let mut found = Vec::new();
    if let Some((name, pace)) = pace {
        if let Some(per_second) = pace.max_per_second {
            found.push(Limit::Rate(format!("sender:{name}"), limits::rate(per_second)));
        }
        if let Some(plan) = pace.warm_up {
            found.push(Limit::WarmUp(name.clone(), plan));
        }
    }
    Ok(found)
}
