use crate::access::ExportContacts;
use crate::audit::{self, Object};
use crate::{Domain, Granted, Result, spreadsheet};
use serde_json::json;
use types::messages::{MessageFilter, MessageRow};

/// Notes that messages were taken out as a file: it has people's addresses.
///
/// # Errors
/// When the database cannot be asked.
pub async fn exported(domain: &Domain, by: &Granted<ExportContacts>, filter: &MessageFilter) -> Result<()> {
    let mut tx = domain.begin().await?;
    let object = Object::new("unit", by.unit().uuid(), "");
    let detail = json!({"definition": filter.definition, "by_address": !filter.address.is_empty()});
    audit::record(&mut tx, by, "messages.exported", object, detail).await?;
    tx.commit().await
}

/// The first line of messages as a file: a byte order mark, so that spreadsheets read it right, and the columns' names.
///
/// # Errors
/// When it cannot be written, which it always can.
pub fn csv_head() -> Result<Vec<u8>> {
    let columns = [
        "id",
        "key",
        "definition",
        "version",
        "address",
        "contact_key",
        "state",
        "rule",
        "created_at",
        "send_at",
        "metadata",
    ];
    spreadsheet::lines(spreadsheet::BYTE_ORDER_MARK, [columns])
}

/// Lines of that file (RFC 4180, UTC), which no spreadsheet takes for formulas.
///
/// # Errors
/// As [`csv_head`].
pub fn csv(rows: &[MessageRow]) -> Result<Vec<u8>> {
    let lines = rows.iter().map(|row| {
        [
            row.id.to_string(),
            row.key.clone(),
            row.definition.clone(),
            row.version.to_string(),
            row.address.clone(),
            row.contact_key.clone().unwrap_or_default(),
            row.state.as_str().to_owned(),
            row.rule.clone(),
            row.created_at.to_string(),
            row.send_at.map(|at| at.to_string()).unwrap_or_default(),
            row.metadata.to_string(),
        ]
    });
    spreadsheet::lines(&[], lines)
}
