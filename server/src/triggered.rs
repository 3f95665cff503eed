//! Triggered messages from whichever interface: into the database, and on their way.

use std::sync::Arc;

use domain::access::{ActorKind, SendMessages};
use domain::messages::{Posted, plan, post, post_each};
use domain::{Error, Granted, Tx};
use types::messages::{AcceptedMessage, Asked};
use types::{ApiError, Code, UnitId};

use crate::engine::{Intake, Ticket};
use crate::gather::Gather;
use crate::state::AppState;

/// Calls of one sender for one definition that go in one transaction.
const TOGETHER: usize = 64;

/// Single calls, by sender and definition: those that come while one is being written go together after it.
pub type Desk = Gather<Kind, Asked, Option<Result<AcceptedMessage, ApiError>>>;

/// What calls have in common that may go together.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    unit: UnitId,
    by: ActorKind,
    definition: String,
}

/// Accepts a message, in a transaction of its own or with others; on its way when this returns.
///
/// # Errors
/// As of [`domain::messages::plan`] and [`post`].
pub async fn send(
    state: &AppState,
    by: &Granted<SendMessages>,
    definition: String,
    asked: Asked,
) -> Result<AcceptedMessage, ApiError> {
    let kind = Kind {
        unit: by.unit(),
        by: by.kind(),
        definition: definition.clone(),
    };
    let (domain, intake) = (state.domain.clone(), Arc::clone(&state.intake));
    let (granted, key) = (by.clone(), definition.clone());
    let together = move |asked: Vec<Asked>| {
        let (domain, intake, granted, key) =
            (domain.clone(), Arc::clone(&intake), granted.clone(), key.clone());
        async move {
            match write(&domain, &intake, &granted, &key, &asked).await {
                Ok(answers) => answers,
                // Each for itself, so that one does not answer for another.
                Err(_) => asked.iter().map(|_| None).collect(),
            }
        }
    };
    let answer = state.desk.ask(kind, asked.clone(), TOGETHER, together).await;
    if let Some(Some(answer)) = answer {
        return answer;
    }
    let mut tx = state.domain.begin().await?;
    let (posted, ticket) = accept(&mut tx, by, state, &definition, &[asked], false).await?;
    tx.commit().await?;
    ticket.hand_over(&posted.accepted).await;
    posted
        .messages
        .into_iter()
        .next()
        .ok_or_else(|| Code::Internal.into())
}

async fn write(
    domain: &domain::Domain,
    intake: &Intake,
    by: &Granted<SendMessages>,
    definition: &str,
    asked: &[Asked],
) -> Result<Vec<Option<Result<AcceptedMessage, ApiError>>>, Error> {
    let mut tx = domain.begin().await?;
    let plan = plan(&mut tx, by, definition).await?;
    let ticket = intake.ticket(&mut tx, plan.dispatch).await?;
    let ticket = ticket.ok_or_else(|| Error::wrong_state("draft"))?;
    let (answers, accepted) = post_each(&mut tx, by, &plan, ticket.rules(), ticket.worker(), asked).await?;
    tx.commit().await?;
    ticket.hand_over(&accepted).await;
    let answers = answers
        .into_iter()
        .map(|it| it.map(|it| it.map_err(ApiError::from)));
    Ok(answers.collect())
}

/// Writes messages in the caller's transaction, by the version that is live now: all of them or none. After its commit the ticket hands them
/// over.
///
/// # Errors
/// As of [`domain::messages::plan`] and [`post`].
pub async fn accept(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    state: &AppState,
    definition: &str,
    asked: &[Asked],
    several: bool,
) -> Result<(Posted, Ticket), Error> {
    let plan = plan(tx, by, definition).await?;
    let ticket = state.intake.ticket(tx, plan.dispatch).await?;
    let ticket = ticket.ok_or_else(|| Error::wrong_state("draft"))?;
    let posted = post(tx, by, &plan, ticket.rules(), ticket.worker(), asked, several).await?;
    Ok((posted, ticket))
}
