//! `SentEvent`, `OpenEvent`, `ClickEvent`, `BounceEvent`, `UnsubEvent`: what happened to the unit's messages.

use domain::Tx;
use domain::access::ReadMessages;
use domain::events::{Place, Tracked, Tracking, dispatches, of_dispatches, of_people};
use uuid::Uuid;

use super::subscribers::key_of;
use super::{Chunk, Question, READ, place, placed, told};
use crate::http::soap::caller::Session;
use crate::http::soap::objects::Row;
use crate::http::soap::value::Value;

/// Dispatches that are looked through with one statement.
const DISPATCHES: usize = 64;

pub(super) async fn read(
    session: &Session,
    tx: &mut Tx,
    what: Tracked,
    question: &Question,
    after: Option<&str>,
) -> Result<Chunk, String> {
    let by = session
        .grant::<ReadMessages>()
        .map_err(|it| format!("Error: {it}"))?;
    let after: Option<Place> = placed(after)?;
    let span = question.span("EventDate");
    if let Some(names) = question.texts(&["SubscriberKey"]) {
        let found = of_people(tx, &by, what, &names, span, after, READ)
            .await
            .map_err(told)?;
        return Ok(Chunk::of(
            found.iter().map(|it| placed_row(what, it)).collect(),
            READ,
        ));
    }
    let numbers = question.numbers(&["SendID"]);
    let definitions = question.texts(&["TriggeredSendDefinitionObjectID"]).map(|texts| {
        texts
            .iter()
            .filter_map(|text| Uuid::parse_str(text).ok())
            .collect::<Vec<_>>()
    });
    let first = after.map(|it| it.dispatch);
    let limit = i64::try_from(DISPATCHES).unwrap_or(0);
    let found = dispatches(
        tx,
        &by,
        numbers.as_deref(),
        definitions.as_deref(),
        span,
        first,
        limit,
    )
    .await
    .map_err(told)?;
    let last = found.last().copied().filter(|_| found.len() == DISPATCHES);
    let rows = of_dispatches(tx, &by, what, &found, span, after, READ)
        .await
        .map_err(told)?;
    let mut chunk = Chunk::of(rows.iter().map(|it| placed_row(what, it)).collect(), READ);
    if chunk.more.is_none()
        && let Some(dispatch) = last
    {
        // All of these are done with: on with the next ones.
        chunk.more = Some(place(&Place {
            dispatch,
            seq: i64::MAX,
            at: jiff::Timestamp::new(253_402_207_200, 0).unwrap_or(jiff::Timestamp::MAX),
            id: Uuid::max(),
        }));
    }
    Ok(chunk)
}

fn placed_row(what: Tracked, it: &Tracking) -> (Row, String) {
    let row = Row::default()
        .with("ObjectID", it.place.id)
        .with("SendID", it.number)
        .with("SubscriberKey", key_of(it.key.as_deref(), &it.address))
        .with("EventDate", it.place.at)
        .with("EventType", kind(what, it))
        .with(
            "TriggeredSendDefinitionObjectID",
            it.definition.map(types::CampaignId::uuid),
        )
        // Which message of the send, in 31 bits.
        .with("BatchID", Value::Whole(it.place.seq % i64::from(i32::MAX)));
    let row = match what {
        Tracked::Clicked => row
            .with("URLID", it.link.map(i32::from))
            .with("URL", it.url.as_deref()),
        Tracked::Bounced => row
            .with("SMTPCode", it.reply_code.map(|code| code.to_string()))
            .with("BounceCategory", category(it))
            .with("SMTPReason", it.reply.as_str())
            .with(
                "BounceType",
                if kind(what, it) == "HardBounce" {
                    "immediate"
                } else {
                    "delayed"
                },
            ),
        _ => row,
    };
    (row, place(&it.place))
}

fn kind(what: Tracked, it: &Tracking) -> &'static str {
    match what {
        Tracked::Sent => "Sent",
        Tracked::Opened => "Open",
        Tracked::Clicked => "Click",
        Tracked::Unsubscribed => "Unsubscribe",
        Tracked::Bounced if is_soft(it) => "SoftBounce",
        Tracked::Bounced => "HardBounce",
    }
}

/// Refused for now until it was given up.
fn is_soft(it: &Tracking) -> bool {
    it.rule == "retries_exhausted" || it.reply_code.is_some_and(|code| code < 500)
}

fn category(it: &Tracking) -> &'static str {
    match it.rule.as_str() {
        _ if is_soft(it) => "Soft bounce",
        // Not the address, but the message or the sender.
        "reply_5xx" => "Block bounce",
        _ => "Hard bounce",
    }
}
