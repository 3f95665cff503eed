//! The file comes in: stored in PostgreSQL part by part, never on one node's disk, never whole in memory.

use super::encoding::SAMPLE_BYTES;
use super::rows;
use crate::access::{ImportContacts, ManageSuppressions, Permits};
use crate::{Domain, Error, Granted, Result, Tx, ts};
use futures::{Stream, TryStreamExt as _};
use jiff::SignedDuration;
use std::io;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;
use types::imports::{Dialect, ImportKind, ImportOptions, ImportStatus, Preview, Target};
use types::{Code, ImportId};
use uuid::Uuid;

/// Bytes of a part, which is what an upload keeps in memory.
pub const PART_BYTES: usize = 1024 * 1024;
/// The largest file taken, in bytes.
pub const FILE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// How long an upload may lie about before it is started.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A permission that lets one import a kind of file.
pub trait MayImport: Permits {
    /// The kind.
    const KIND: ImportKind;
}

impl MayImport for ImportContacts {
    const KIND: ImportKind = ImportKind::Contacts;
}

impl MayImport for ManageSuppressions {
    const KIND: ImportKind = ImportKind::Suppressions;
}

/// A file on its way in. Dropped before [`Upload::finish`], it is swept away later.
pub struct Upload {
    domain: Domain,
    id: ImportId,
    part: i32,
    buffer: Vec<u8>,
    sample: Vec<u8>,
    bytes: u64,
}

impl Upload {
    /// Opens an upload. The name is only shown.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn begin<P: MayImport>(domain: &Domain, by: &Granted<P>, file_name: &str) -> Result<Self> {
        let mut tx = domain.begin().await?;
        sweep(&mut tx).await?;
        let id: ImportId = tx.id();
        let name: String = file_name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect();
        sqlx::query!(
            "insert into imports (id, unit_id, kind, file_name, status, created_by, created_at) values ($1, $2, $3, $4, 'uploading', $5, $6)",
            id.uuid(),
            by.unit().uuid(),
            P::KIND.as_str(),
            name,
            by.user_uuid(),
            tx.now_sql() as _,
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Self {
            domain: domain.clone(),
            id,
            part: 0,
            buffer: Vec::new(),
            sample: Vec::new(),
            bytes: 0,
        })
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// Too large beyond [`FILE_BYTES`].
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        if self.bytes > FILE_BYTES {
            return Err(Error::code(Code::TooLarge));
        }
        let wanted = SAMPLE_BYTES.saturating_sub(self.sample.len()).min(bytes.len());
        self.sample
            .extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        while !bytes.is_empty() {
            let room = (PART_BYTES - self.buffer.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == PART_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        sqlx::query!(
            "insert into import_parts (import_id, part, bytes) values ($1, $2, $3)",
            self.id.uuid(),
            self.part,
            self.buffer
        )
        .execute(self.domain.pool())
        .await?;
        self.part += 1;
        self.buffer.clear();
        Ok(())
    }

    /// The file is whole: says what it looks like.
    ///
    /// # Errors
    /// `import_unreadable` for an empty file.
    pub async fn finish(mut self) -> Result<ImportId> {
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        let preview = rows::preview(&self.sample, None);
        if self.bytes == 0 || preview.columns.is_empty() {
            sqlx::query!("delete from imports where id = $1", self.id.uuid())
                .execute(self.domain.pool())
                .await?;
            return Err(Error::code(Code::ImportUnreadable));
        }
        let options = ImportOptions {
            dialect: preview.dialect,
            targets: preview.targets.clone(),
            ..ImportOptions::default()
        };
        sqlx::query!(
            "update imports set status = 'uploaded', byte_size = $2, options = $3, preview = $4 where id = $1",
            self.id.uuid(),
            i64::try_from(self.bytes).unwrap_or(i64::MAX),
            serde_json::to_value(&options)?,
            serde_json::to_value(&preview)?,
        )
        .execute(self.domain.pool())
        .await?;
        Ok(self.id)
    }
}

/// Uploads that broke off a day ago, and files that nobody started for a week.
async fn sweep(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "delete from imports where status = 'uploading' and created_at < $1 or status = 'uploaded' and created_at < $2",
        ts(now - SignedDuration::from_hours(24)) as _,
        ts(now - KEEP) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The beginning of an uploaded file under a dialect, or under what it looks like. For a list of addresses to suppress only
/// the address column is suggested.
///
/// # Errors
/// Not found when it is no upload of the unit.
pub async fn preview<P: MayImport>(
    tx: &mut Tx,
    by: &Granted<P>,
    id: ImportId,
    said: Option<Dialect>,
) -> Result<Preview> {
    let sample = sqlx::query_scalar!(
        r#"select substring(p.bytes from 1 for $4) as "bytes!" from imports i join import_parts p on p.import_id = i.id and p.part = 0
           where i.unit_id = $1 and i.id = $2 and i.kind = $3"#,
        by.unit().uuid(),
        id.uuid(),
        P::KIND.as_str(),
        i32::try_from(SAMPLE_BYTES).unwrap_or(i32::MAX),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let mut preview = rows::preview(&sample, said);
    if P::KIND == ImportKind::Suppressions {
        for target in &mut preview.targets {
            if *target != Target::Email {
                *target = Target::Ignore;
            }
        }
        if preview.targets.len() == 1 {
            preview.targets = vec![Target::Email];
        }
    }
    Ok(preview)
}

/// The stored file as a source of bytes, one part in memory at a time.
pub(super) fn source(domain: &Domain, id: ImportId) -> impl AsyncRead + Unpin + Send + use<> {
    StreamReader::new(Box::pin(
        parts(domain.clone(), id.uuid())
            .map_ok(io::Cursor::new)
            .map_err(io::Error::other),
    ))
}

fn parts(domain: Domain, id: Uuid) -> impl Stream<Item = std::result::Result<Vec<u8>, sqlx::Error>> + Send {
    futures::stream::try_unfold((domain, 0_i32), move |(domain, part)| async move {
        let bytes = sqlx::query_scalar!(
            "select bytes from import_parts where import_id = $1 and part = $2",
            id,
            part
        )
        .fetch_optional(domain.pool())
        .await?;
        Ok(bytes.map(|bytes| (bytes, (domain, part + 1))))
    })
}

/// Whether an import in this state can still be started.
pub(super) const fn is_waiting(status: ImportStatus) -> bool {
    matches!(status, ImportStatus::Uploaded)
}
