use super::Prepared;
use crate::error::Fields;
use crate::{
    Error, Granted, Result, Tx,
    access::EditContent,
    audit::{self, Object},
};
use serde_json::json;
use types::ImageId;

/// Keeps an image. The same content again in the same unit is the same image, brought back if it was archived. The
/// alternative text is required: an image without one tells nothing to whoever does not see it.
pub async fn store(
    tx: &mut Tx,
    by: &Granted<EditContent>,
    prepared: &Prepared,
    file_name: &str,
    alt: &str,
) -> Result<ImageId> {
    let mut fields = Fields::new();
    let alt = fields.text("alt", alt, 300);
    let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let file_name: String = file_name.chars().filter(|c| !c.is_control()).take(120).collect();
    fields.finish()?;
    for (sha256, bytes) in [
        (&prepared.sha256, &prepared.bytes),
        (&prepared.thumbnail_sha256, &prepared.thumbnail),
    ] {
        sqlx::query!(
            "insert into blobs (sha256, bytes) values ($1, $2) on conflict do nothing",
            &sha256[..],
            bytes
        )
        .execute(tx.conn())
        .await?;
    }
    let id: ImageId = tx.id();
    let size = i64::try_from(prepared.bytes.len()).map_err(|_| Error::broken("an image larger than i64"))?;
    let kept = sqlx::query_scalar!(
        r#"insert into images (id, unit_id, sha256, thumbnail_sha256, file_name, media_type, width, height, byte_size, alt,
                               created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           on conflict (unit_id, sha256) do update set archived_at = null, alt = excluded.alt
           returning id as "id: ImageId""#,
        id.uuid(),
        by.unit().uuid(),
        &prepared.sha256[..],
        &prepared.thumbnail_sha256[..],
        file_name,
        prepared.media_type,
        prepared.width,
        prepared.height,
        size,
        alt,
        by.user_uuid(),
        tx.now_sql() as _,
    )
    .fetch_one(tx.conn())
    .await?;
    let object = Object::new("image", kept.uuid(), &file_name);
    audit::record(tx, by, "image.uploaded", object, json!({ "bytes": size })).await?;
    Ok(kept)
}

/// Changes the alternative text. `false`: no such image.
pub async fn describe(tx: &mut Tx, by: &Granted<EditContent>, id: ImageId, alt: &str) -> Result<bool> {
    let mut fields = Fields::new();
    let alt = fields.text("alt", alt, 300);
    fields.finish()?;
    let name = sqlx::query_scalar!(
        "update images set alt = $3 where id = $1 and unit_id = $2 returning file_name",
        id.uuid(),
        by.unit().uuid(),
        alt,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(name) = name else { return Ok(false) };
    audit::record(
        tx,
        by,
        "image.described",
        Object::new("image", id.uuid(), &name),
        json!({}),
    )
    .await?;
    Ok(true)
}

/// Takes an image out of the library, or back. Its address goes on working: messages that were sent show it. `false`: no
/// such image.
pub async fn archive(tx: &mut Tx, by: &Granted<EditContent>, id: ImageId, archived: bool) -> Result<bool> {
    let now = archived.then(|| tx.now_sql());
    let name = sqlx::query_scalar!(
        "update images set archived_at = $3 where id = $1 and unit_id = $2 returning file_name",
        id.uuid(),
        by.unit().uuid(),
        now as _,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(name) = name else { return Ok(false) };
    let action = if archived {
        "image.archived"
    } else {
        "image.restored"
    };
    audit::record(tx, by, action, Object::new("image", id.uuid(), &name), json!({})).await?;
    Ok(true)
}
