//! A dispatch made ready for sending, once a process: template compiled, sender parsed, list headers made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use delivery::email::{Address, Mailbox};
use domain::Domain;
use domain::dispatch::{self, Context};
use render::Compiled;
use types::DispatchId;

/// What every recipient of a dispatch shares.
pub(super) struct Prepared {
    pub context: Context,
    pub compiled: Compiled,
    pub sender: Address,
    pub reply_to: Option<Mailbox>,
    /// RFC 2919: stable for a topic of a unit.
    pub list_id: String,
    pub list_name: String,
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

    pub async fn get(&self, domain: &Domain, id: DispatchId) -> Result<Arc<Prepared>, Unusable> {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(found));
        }
        let context = dispatch::context(domain, id)
            .await?
            .ok_or(Unusable::Message("not there"))?;
        let prepared = Arc::new(prepare(context)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(id, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// Forgets what is no longer sent.
    pub fn keep_only(&self, running: &[DispatchId]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|id, _| running.contains(id));
    }
}

fn prepare(context: Context) -> Result<Prepared, Unusable> {
    let compiled = render::compile(&context.source).map_err(|_| Unusable::Message("template"))?;
    let sender = Address::parse(&context.sender.from_address).map_err(|_| Unusable::Message("sender"))?;
    let reply_to = match context
        .sender
        .reply_to
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        Some(text) => Some(Mailbox::new("", text).map_err(|_| Unusable::Message("reply-to"))?),
        None => None,
    };
    let (list_id, list_name) = match &context.topic {
        Some((key, name)) => (
            format!("{key}.{}.{}", context.unit_key, sender.domain()),
            name.clone(),
        ),
        None => (
            format!("{}.{}", context.unit_key, sender.domain()),
            context.source.unit.name.clone(),
        ),
    };
    let list_name = list_name.chars().filter(|c| !c.is_control()).collect();
    Ok(Prepared {
        context,
        compiled,
        sender,
        reply_to,
        list_id,
        list_name,
    })
}
