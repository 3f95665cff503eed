//! A report's figures as files.

use crate::{Result, spreadsheet};
use types::reports::CampaignReport;
use types::text_enum::UnknownName;

/// The tables that a report offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Summary,
    Hours,
    Links,
    Reasons,
}

impl std::str::FromStr for Part {
    type Err = UnknownName;

    fn from_str(name: &str) -> std::result::Result<Self, UnknownName> {
        match name {
            "summary" => Ok(Self::Summary),
            "hours" => Ok(Self::Hours),
            "links" => Ok(Self::Links),
            "reasons" => Ok(Self::Reasons),
            _ => Err(UnknownName),
        }
    }
}

/// One part of a report as CSV (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read it right). Column names are
/// the API's, the same in every language; times are UTC.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn csv(report: &CampaignReport, part: Part) -> Result<Vec<u8>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    match part {
        Part::Summary => {
            let c = &report.counts;
            rows.push(vec!["figure".into(), "count".into()]);
            for (name, value) in [
                ("audience", c.audience),
                ("sent", c.sent),
                ("failed", c.failed),
                ("suppressed", c.suppressed),
                ("cancelled", c.cancelled),
                ("ambiguous", c.ambiguous),
                ("pending", c.pending),
                ("bounced", c.bounced),
                ("delivered", c.delivered),
                ("opened", c.opened),
                ("opened_by_machine", c.opened_by_machine),
                ("clicked", c.clicked),
                ("clicked_by_machine", c.clicked_by_machine),
                ("unsubscribed", c.unsubscribed),
                ("complained", c.complained),
            ] {
                rows.push(vec![name.into(), value.to_string()]);
            }
        }
        Part::Hours => {
            let head = [
                "hour",
                "sent",
                "opened",
                "opened_by_machine",
                "clicked",
                "clicked_by_machine",
                "unsubscribed",
            ];
            rows.push(head.map(str::to_owned).to_vec());
            for hour in &report.hours {
                let figures = [
                    hour.sent,
                    hour.opened,
                    hour.opened_by_machine,
                    hour.clicked,
                    hour.clicked_by_machine,
                    hour.unsubscribed,
                ];
                let mut row = vec![hour.hour.to_string()];
                row.extend(figures.map(|figure| figure.to_string()));
                rows.push(row);
            }
        }
        Part::Links => {
            rows.push(
                ["url", "label", "clicks", "clicks_by_machine"]
                    .map(str::to_owned)
                    .to_vec(),
            );
            for link in &report.links {
                let figures = [link.clicks.to_string(), link.clicks_by_machine.to_string()];
                let [clicks, machine] = figures;
                rows.push(vec![link.url.clone(), link.label.clone(), clicks, machine]);
            }
        }
        Part::Reasons => {
            rows.push(
                ["outcome", "rule", "reply_code", "example", "count"]
                    .map(str::to_owned)
                    .to_vec(),
            );
            for reason in &report.reasons {
                rows.push(vec![
                    reason.outcome.clone(),
                    reason.rule.clone(),
                    reason.reply_code.map(|code| code.to_string()).unwrap_or_default(),
                    reason.example.clone(),
                    reason.count.to_string(),
                ]);
            }
        }
    }
    spreadsheet::lines(spreadsheet::BYTE_ORDER_MARK, rows)
}
