use super::address;
use crate::{Domain, Granted, Result, Tx, access::ReadContent, audit::like, cursor};
use jiff::Timestamp;
use types::{ImageId, Page, PageQuery, content::ImageRow};
use uuid::Uuid;

/// The unit's images, the newest first. Filter `archived` = `true`: the archived ones.
pub async fn list(tx: &mut Tx, by: &Granted<ReadContent>, query: &PageQuery) -> Result<Page<ImageRow>> {
    let after: Option<(Timestamp, Uuid)> = cursor::decode(query.after.as_deref())?;
    let (after_at, after_id) = after.map_or((None, None), |(at, id)| (Some(crate::ts(at)), Some(id)));
    let archived = query.filters.get("archived").is_some_and(|it| it == "true");
    let search = format!("%{}%", like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: ImageId", sha256, thumbnail_sha256, file_name, media_type, width, height, byte_size, alt,
                  created_at, archived_at
           from images
           where unit_id = $1 and (archived_at is not null) = $2 and ($3 = '%%' or file_name ilike $3 or alt ilike $3)
             and ($4::timestamptz is null or (created_at, id) < ($4, $5))
           order by created_at desc, id desc limit $6"#,
        by.unit().uuid(),
        archived,
        search,
        after_at as _,
        after_id,
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.created_at.to_jiff(), row.id.uuid()))
    });
    Ok(page.map(ImageRow::from))
}

/// One image of the unit.
pub async fn get(tx: &mut Tx, by: &Granted<ReadContent>, id: ImageId) -> Result<Option<ImageRow>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: ImageId", sha256, thumbnail_sha256, file_name, media_type, width, height, byte_size, alt,
                  created_at, archived_at
           from images where id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(ImageRow::from))
}

/// A file for the public.
#[derive(Clone, Debug)]
pub struct Media {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
}

/// What is behind `/media/<name>`. Public without a proof, as mails are read outside: whoever knows the SHA-256 of an image
/// has the image. None: no such file, or the ending is not its own.
pub async fn media(domain: &Domain, name: &str) -> Result<Option<Media>> {
    let Some(sha256) = name.split('.').next().and_then(unhex) else {
        return Ok(None);
    };
    let bytes = sqlx::query_scalar!("select bytes from blobs where sha256 = $1", &sha256[..])
        .fetch_optional(domain.pool())
        .await?;
    let Some(bytes) = bytes else { return Ok(None) };
    let media_type = match infer::get(&bytes).map(|it| it.mime_type()) {
        Some("image/jpeg") => "image/jpeg",
        Some("image/gif") => "image/gif",
        Some("image/webp") => "image/webp",
        _ => "image/png",
    };
    let expected = address(&sha256, media_type);
    Ok((expected == format!("/media/{name}")).then_some(Media { bytes, media_type }))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

struct Row {
    id: ImageId,
    sha256: Vec<u8>,
    thumbnail_sha256: Vec<u8>,
    file_name: String,
    media_type: String,
    width: i32,
    height: i32,
    byte_size: i64,
    alt: String,
    created_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for ImageRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            address: address(&row.sha256, &row.media_type),
            thumbnail: address(&row.thumbnail_sha256, "image/png"),
            file_name: row.file_name,
            alt: row.alt,
            media_type: row.media_type,
            width: row.width,
            height: row.height,
            byte_size: row.byte_size,
            created_at: row.created_at.to_jiff(),
            archived_at: row.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
