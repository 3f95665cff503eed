use super::read::permitted;
use crate::error::Fields;
use crate::{
    Granted, Result, Tx,
    access::ManageSenders,
    audit::{self, Object},
};
use serde_json::json;
use types::{Code, FieldError, SenderProfileId, content::SenderProfileInput};

struct Checked {
    name: String,
    from_name: String,
    from_address: String,
    reply_to: Option<String>,
}

/// A plain address as RFC 5321 would take it, without quoted local parts: domain in lower case.
fn address(fields: &mut Fields, field: &str, value: &str) -> Option<(String, String)> {
    let value = value.trim();
    let parts = value.rsplit_once('@').filter(|(local, domain)| {
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let label = |it: &str| {
            !it.is_empty()
                && it.len() <= 63
                && !it.starts_with('-')
                && !it.ends_with('-')
                && it.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        !local.is_empty()
            && local.len() <= 64
            && local.chars().all(atom)
            && dots
            && domain.contains('.')
            && domain.len() <= 253
            && domain.split('.').all(label)
    });
    if let Some((local, domain)) = parts {
        let domain = domain.to_lowercase();
        return Some((format!("{local}@{domain}"), domain));
    }
    fields.add(
        field,
        if value.is_empty() {
            Code::Required
        } else {
            Code::BadEmail
        },
    );
    None
}

async fn check(tx: &mut Tx, by: &Granted<ManageSenders>, input: &SenderProfileInput) -> Result<Checked> {
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, 120);
    let from_name = fields.text("from_name", &input.from_name, 120);
    if from_name.contains(['\n', '\t']) {
        fields.add("from_name", Code::BadFormat);
    }
    let from = address(&mut fields, "from_address", &input.from_address);
    if let Some((_, domain)) = &from {
        let domains = permitted(tx, by.unit().uuid()).await?;
        if !domains.contains(domain) {
            let allowed = domains.join(", ");
            let error = FieldError::new("from_address", Code::SenderDomain).with("domain", domain);
            fields.push(error.with("domains", allowed));
        }
    }
    let reply_to = if input.reply_to.trim().is_empty() {
        None
    } else {
        address(&mut fields, "reply_to", &input.reply_to).map(|it| it.0)
    };
    fields.finish()?;
    Ok(Checked {
        name,
        from_name,
        from_address: from.map(|it| it.0).unwrap_or_default(),
        reply_to,
    })
}

/// Makes a profile of the granted unit.
pub async fn create(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    input: &SenderProfileInput,
) -> Result<SenderProfileId> {
    let input = check(tx, by, input).await?;
    let id: SenderProfileId = tx.id();
    sqlx::query!(
        "insert into sender_profiles (id, unit_id, name, from_name, from_address, reply_to, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id.uuid(),
        by.unit().uuid(),
        input.name,
        input.from_name,
        input.from_address,
        input.reply_to,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    let object = Object::new("sender_profile", id.uuid(), &input.name);
    let detail = json!({ "from_address": input.from_address });
    audit::record(tx, by, "sender_profile.created", object, detail).await?;
    Ok(id)
}

/// Changes a profile. Campaigns that were submitted keep the sender they were submitted with. `false`: no such profile.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    id: SenderProfileId,
    input: &SenderProfileInput,
) -> Result<bool> {
    let input = check(tx, by, input).await?;
    let done = sqlx::query!(
        "update sender_profiles set name = $3, from_name = $4, from_address = $5, reply_to = $6, updated_at = $7
         where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid(),
        input.name,
        input.from_name,
        input.from_address,
        input.reply_to,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let object = Object::new("sender_profile", id.uuid(), &input.name);
    let detail = json!({ "from_address": input.from_address });
    audit::record(tx, by, "sender_profile.updated", object, detail).await?;
    Ok(true)
}

/// Takes a profile out of use, or back. `false`: no such profile.
pub async fn archive(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    id: SenderProfileId,
    archived: bool,
) -> Result<bool> {
    let now = archived.then(|| tx.now_sql());
    let name = sqlx::query_scalar!(
        "update sender_profiles set archived_at = $3 where id = $1 and unit_id = $2 returning name",
        id.uuid(),
        by.unit().uuid(),
        now as _,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(name) = name else { return Ok(false) };
    let action = if archived {
        "sender_profile.archived"
    } else {
        "sender_profile.restored"
    };
    audit::record(
        tx,
        by,
        action,
        Object::new("sender_profile", id.uuid(), &name),
        json!({}),
    )
    .await?;
    Ok(true)
}
