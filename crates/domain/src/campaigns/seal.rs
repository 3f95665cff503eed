//! The seal: SHA-256 over the canonical JSON of everything that decides what is sent, to whom, from whom and when
//! (law 2). It is made from the stored JSON as it is, so that a later version of Campanile with more fields in its
//! types computes the same.

use crate::{Error, Result, keys};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::fmt::Write as _;
use types::campaigns::{Audience, Schedule, Sender};
use types::content::Classification;
use types::messages::Parameter;
use types::{CampaignId, Code, RevisionId, UnitId};

/// The parts of a revision under the seal, as they are stored.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub unit: UnitId,
    pub campaign: CampaignId,
    pub number: i32,
    pub classification: String,
    pub audience: Value,
    pub source: Value,
    pub sender: Value,
    pub schedule: Value,
    pub throttle_per_hour: Option<i32>,
    /// Key and parameters of a message definition; none: a campaign, whose seal says nothing of it.
    pub called: Option<Value>,
}

impl Parts {
    /// The seal of these parts.
    pub fn seal(&self) -> [u8; 32] {
        let mut whole = json!({
            "audience": self.audience,
            "campaign": self.campaign.to_string(),
            "classification": self.classification,
            "number": self.number,
            "schedule": self.schedule,
            "sender": self.sender,
            "source": self.source,
            "throttle_per_hour": self.throttle_per_hour,
            "unit": self.unit.to_string(),
        });
        if let Some(called) = &self.called {
            whole["called"] = called.clone();
        }
        let mut text = String::new();
        canonical(&whole, &mut text);
        keys::sha256(text.as_bytes())
    }
}

/// JSON in one way only: keys sorted by their bytes, no white space, strings and numbers as `serde_json` writes them.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (n, (key, value)) in entries.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                canonical(&Value::String(key.clone()), out);
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        scalar => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{scalar}");
        }
    }
}

/// As shown and as sent back by an approver.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// A revision whose seal was recomputed just now and held.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub revision_id: RevisionId,
    pub campaign_id: CampaignId,
    pub unit_id: UnitId,
    pub number: i32,
    pub classification: Classification,
    pub audience: Audience,
    /// What is compiled and rendered.
    pub source: render::Source,
    pub sender: Sender,
    pub schedule: Schedule,
    pub throttle_per_hour: Option<i32>,
    pub audience_count: i64,
    pub seal: Vec<u8>,
    /// Of a message definition: what calls give.
    pub parameters: Option<Vec<Parameter>>,
}

/// A stored revision, whether its seal holds or not.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub id: RevisionId,
    pub parts: Parts,
    pub audience_count: i64,
    pub seal: Vec<u8>,
}

impl Stored {
    pub fn holds(&self) -> bool {
        keys::same(&self.parts.seal(), &self.seal)
    }

    /// The revision as types.
    ///
    /// # Errors
    /// `SealBroken` where it does not match its seal.
    pub fn open(self) -> Result<Sealed> {
        if !self.holds() {
            return Err(Error::code(Code::SealBroken));
        }
        Ok(Sealed {
            revision_id: self.id,
            campaign_id: self.parts.campaign,
            unit_id: self.parts.unit,
            number: self.parts.number,
            classification: super::classification(&self.parts.classification)?,
            audience: serde_json::from_value(self.parts.audience)?,
            source: serde_json::from_value(self.parts.source)?,
            sender: serde_json::from_value(self.parts.sender)?,
            schedule: serde_json::from_value(self.parts.schedule)?,
            throttle_per_hour: self.parts.throttle_per_hour,
            audience_count: self.audience_count,
            seal: self.seal,
            parameters: self
                .parts
                .called
                .map(|called| Ok::<_, Error>(serde_json::from_value::<super::Called>(called)?.parameters))
                .transpose()?,
        })
    }
}

/// Loads a revision of the unit.
pub(crate) async fn load(
    conn: &mut PgConnection,
    unit: UnitId,
    revision: RevisionId,
) -> Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select r.id as "id: RevisionId", r.campaign_id as "campaign_id: CampaignId", c.unit_id as "unit_id: UnitId", r.number,
                  r.classification, r.audience, r.source, r.sender, r.schedule, r.throttle_per_hour, r.called, r.audience_count, r.seal
           from campaign_revisions r join campaigns c on c.id = r.campaign_id
           where r.id = $1 and c.unit_id = $2"#,
        revision.uuid(),
        unit.uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Stored {
        id: row.id,
        parts: Parts {
            unit: row.unit_id,
            campaign: row.campaign_id,
            number: row.number,
            classification: row.classification,
            audience: row.audience,
            source: row.source,
            sender: row.sender,
            schedule: row.schedule,
            throttle_per_hour: row.throttle_per_hour,
            called: row.called,
        },
        audience_count: row.audience_count,
        seal: row.seal,
    }))
}

/// The revision that may be sent now: the campaign's current one, approved under this very seal, its content unchanged.
/// Asked when a campaign is launched and again by whoever sends.
///
/// # Errors
/// `SealBroken` where any of that does not hold; `NotFound` where the unit has no such campaign.
pub async fn sealed(conn: &mut PgConnection, unit: UnitId, campaign: CampaignId) -> Result<Sealed> {
    let row = sqlx::query!(
        r#"select c.state, c.current_revision_id as "revision: RevisionId",
                  (select v.seal from reviews v where v.campaign_id = c.id and v.revision_id = c.current_revision_id
                       and v.state = 'approved' order by v.decided_at desc limit 1) as approved
           from campaigns c where c.id = $1 and c.unit_id = $2"#,
        campaign.uuid(),
        unit.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or_else(Error::not_found)?;
    let broken = || Error::code(Code::SealBroken);
    let live = matches!(
        row.state.as_str(),
        "approved" | "scheduled" | "sending" | "paused"
    );
    let revision = row.revision.filter(|_| live).ok_or_else(broken)?;
    let stored = load(conn, unit, revision).await?.ok_or_else(broken)?;
    if row.approved.as_deref() != Some(stored.seal.as_slice()) {
        return Err(broken());
    }
    stored.open()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn parts() -> Parts {
        Parts {
            unit: UnitId(Uuid::from_u128(1)),
            campaign: CampaignId(Uuid::from_u128(2)),
            number: 1,
            classification: "marketing".to_owned(),
            audience: json!({"everyone": true}),
            source: json!({"b": [1, {"z": null, "a": "ą \" \n"}], "a": true}),
            sender: json!({"from_name": "Admissions"}),
            schedule: json!({"kind": "now"}),
            throttle_per_hour: None,
            called: None,
        }
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let mut text = String::new();
        canonical(&parts().source, &mut text);
        assert_eq!(text, r#"{"a":true,"b":[1,{"a":"ą \" \n","z":null}]}"#);
    }

    #[test]
    fn every_part_is_under_the_seal() {
        let seal = parts().seal();
        let changed: [fn(&mut Parts); 10] = [
            |it| it.unit = UnitId(Uuid::from_u128(3)),
            |it| it.campaign = CampaignId(Uuid::from_u128(3)),
            |it| it.number = 2,
            |it| it.classification = "operational".to_owned(),
            |it| it.audience = json!({"everyone": false}),
            |it| it.source = json!({"b": [1, {"z": null, "a": "ą \" \n"}], "a": false}),
            |it| it.sender = json!({"from_name": "Admissions."}),
            |it| it.schedule = json!({"kind": "at"}),
            |it| it.throttle_per_hour = Some(1),
            |it| it.called = Some(json!({"key": "order-placed", "parameters": []})),
        ];
        for change in changed {
            let mut other = parts();
            change(&mut other);
            assert_ne!(other.seal(), seal);
        }
        assert_eq!(parts().seal(), seal);
    }
}
