//! Files that go with a message. Only what mail programs show and nothing that runs: what a file is, is told by its content, and its name must
//! agree.

use crate::access::SendMessages;
use crate::dispatch::AttachedTo;
use crate::error::Fields;
use crate::{Granted, Result, Tx, keys, ts};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use types::Code;
use types::messages::Attachment;

/// Most files of a message.
const MOST: usize = 10;
/// Bytes of all files of a message, before they are encoded for mail: a third more then, and most relays take 10 MB.
const BYTES: usize = 7 << 20;
/// Longest name, in characters.
const NAME_CHARS: usize = 80;
/// How long a file is kept after its message was due: longer than anything is tried again.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 60);

/// Endings of names, the type told to mail programs, and the type told by the content; none: text.
const KINDS: &[(&str, &str, Option<&str>)] = &[
    ("pdf", "application/pdf", Some("application/pdf")),
    ("png", "image/png", Some("image/png")),
    ("jpg", "image/jpeg", Some("image/jpeg")),
    ("jpeg", "image/jpeg", Some("image/jpeg")),
    ("gif", "image/gif", Some("image/gif")),
    ("webp", "image/webp", Some("image/webp")),
    ("ics", "text/calendar", None),
    ("vcf", "text/vcard", None),
    ("txt", "text/plain", None),
    ("csv", "text/csv", None),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Some("application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ),
    (
        "odt",
        "application/vnd.oasis.opendocument.text",
        Some("application/vnd.oasis.opendocument.text"),
    ),
    (
        "ods",
        "application/vnd.oasis.opendocument.spreadsheet",
        Some("application/vnd.oasis.opendocument.spreadsheet"),
    ),
];

/// A file that is right.
#[derive(Clone)]
pub(super) struct File {
    pub attached: AttachedTo,
    pub content: Vec<u8>,
}

/// The files of a call.
pub(super) fn check(given: &[Attachment], prefix: &str, fields: &mut Fields) -> Vec<File> {
    if given.len() > MOST {
        fields.add(&format!("{prefix}attachments"), Code::AttachmentsTooLarge);
        return Vec::new();
    }
    let mut files = Vec::with_capacity(given.len());
    let mut left = BYTES;
    for (n, one) in given.iter().enumerate() {
        let field = |name: &str| format!("{prefix}attachments.{n}.{name}");
        let name = one.name.trim();
        let sound = !name.is_empty()
            && name.chars().count() <= NAME_CHARS
            && !name.starts_with('.')
            && !name.contains(|c: char| {
                c.is_control()
                    || matches!(
                        c,
                        '/' | '\\' | '"' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'
                    )
            });
        if !sound {
            fields.add(&field("name"), Code::BadFormat);
            continue;
        }
        let Ok(content) = STANDARD.decode(one.content.as_bytes()) else {
            fields.add(&field("content"), Code::BadFormat);
            continue;
        };
        if content.len() > left {
            fields.add(&format!("{prefix}attachments"), Code::AttachmentsTooLarge);
            return Vec::new();
        }
        left -= content.len();
        let Some(kind) = kind(name, &content) else {
            fields.add(&field("name"), Code::AttachmentType);
            continue;
        };
        files.push(File {
            attached: AttachedTo {
                name: name.to_owned(),
                kind: kind.to_owned(),
                size: content.len(),
                sha256: crate::campaigns::hex(&keys::sha256(&content)),
            },
            content,
        });
    }
    files
}

/// The type by name and content; none where they do not agree or are of no kind that may be sent.
fn kind(name: &str, content: &[u8]) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let (_, kind, told) = KINDS
        .iter()
        .find(|(known, ..)| ending.eq_ignore_ascii_case(known))?;
    let fits = match told {
        Some(told) => infer::get(content).is_some_and(|it| it.mime_type() == *told),
        None => std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')),
    };
    (fits && !content.is_empty()).then_some(kind)
}

/// Keeps the files of messages until some weeks after they were due.
pub(super) async fn keep(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    files: impl Iterator<Item = (&File, Option<Timestamp>)>,
) -> Result<()> {
    let now = tx.now();
    for (file, due) in files {
        // A few a message, and megabytes each: one statement for all would hold them twice.
        sqlx::query!(
            "insert into message_files as f (unit_id, sha256, content, keep_until) values ($1, $2, $3, $4)
             on conflict (unit_id, sha256) do update set keep_until = greatest(f.keep_until, excluded.keep_until)",
            by.unit().uuid(),
            &keys::sha256(&file.content)[..],
            &file.content,
            ts(due.unwrap_or(now) + KEPT) as _
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Deletes files of messages that are long over. Answers with how many.
///
/// # Errors
/// When the database cannot be asked.
pub async fn forget_files(domain: &crate::Domain) -> Result<u64> {
    let done = sqlx::query!(
        "delete from message_files where keep_until < $1",
        ts(domain.now()) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, content: &[u8]) -> Option<(String, Code)> {
        let mut fields = Fields::new();
        let given = Attachment {
            name: name.to_owned(),
            content: STANDARD.encode(content),
        };
        let files = check(&[given], "", &mut fields);
        match fields.finish() {
            Ok(()) => {
                assert_eq!(files.len(), 1);
                None
            }
            Err(error) => error
                .to_api()
                .fields
                .first()
                .map(|it| (it.field.clone(), it.code)),
        }
    }

    #[test]
    fn the_content_says_what_it_is_and_the_name_must_agree() {
        let pdf = b"%PDF-1.7\n1 0 obj\n";
        assert_eq!(refused("Świadectwo.PDF", pdf), None);
        assert_eq!(refused("invite.ics", b"BEGIN:VCALENDAR\r\n"), None);
        let kind = Some(("attachments.0.name".to_owned(), Code::AttachmentType));
        for (name, content) in [
            ("ticket.png", &pdf[..]),
            ("ticket.pdf", b"MZ\x90\0"),
            ("run.exe", b"MZ\x90\0"),
            ("page.html", b"<script>"),
            ("note.txt", b"a\0b"),
            ("empty.txt", b""),
            ("pdf", pdf),
        ] {
            assert_eq!(refused(name, content), kind, "{name}");
        }
        let name = Some(("attachments.0.name".to_owned(), Code::BadFormat));
        for bad in [
            "",
            "../a.pdf",
            "a\r\nBcc: x@example.org.pdf",
            "a\".pdf",
            ".pdf",
            "fdp\u{202e}.pdf",
        ] {
            assert_eq!(refused(bad, pdf), name, "{bad:?}");
        }
    }

    #[test]
    fn too_many_and_too_large_are_refused() {
        let text = |bytes: usize| Attachment {
            name: "a.txt".to_owned(),
            content: STANDARD.encode(vec![b'a'; bytes]),
        };
        for given in [vec![text(1); MOST + 1], vec![text(BYTES / 2 + 1); 2]] {
            let mut fields = Fields::new();
            check(&given, "messages.2.", &mut fields);
            let error = fields.finish().expect_err("refused").to_api();
            assert_eq!(error.fields[0].field, "messages.2.attachments");
            assert_eq!(error.fields[0].code, Code::AttachmentsTooLarge);
        }
    }
}
