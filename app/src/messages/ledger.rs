//! The ledger: everyone the message was for, what became of it, and by which rule.

use super::api::campaign_ledger;
use crate::layout::use_here;
use crate::reports::{outcome_text, rule_text};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::CampaignId;
use types::access::Permission;
use types::campaigns::LedgerRow;

#[component]
pub(super) fn Ledger(id: CampaignId) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["outcome", "rule"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        move |(unit, query)| campaign_ledger(unit, id, query),
    );
    let outcomes = Signal::derive(move || {
        let mut options: Vec<(String, String)> = ["sent", "failed", "suppressed", "cancelled", "ambiguous"]
            .map(|it| (it.to_owned(), outcome_text(i18n, it).to_owned()))
            .to_vec();
        options.push((
            "waiting".to_owned(),
            t_string!(i18n, campaigns.outcome_waiting).to_owned(),
        ));
        options
    });
    let csv = Signal::derive(move || format!("/files/campaigns/{}/{id}/ledger.csv", here.key.get()));
    view! {
        <Show when=move || here.may(Permission::ExportContacts)>
            <div class="mb-3 flex justify-end">
                <LinkButton href=csv icon=Icon::Download download=true>{t!(i18n, common.download_csv)}</LinkButton>
            </div>
        </Show>
        <DataTable
            caption=move || t_string!(i18n, campaigns.tab_recipients)
            query
            rows
            columns=columns()
            row_id=|row: &LedgerRow| row.seq.to_string()
            search=move || t_string!(i18n, campaigns.search_recipients)
            filters=move || {
                view! { <FilterSelect key="outcome" label=move || t_string!(i18n, campaigns.outcome) options=outcomes /> }
            }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Audience
                        title=move || t_string!(i18n, campaigns.ledger_empty)
                        text=move || t_string!(i18n, campaigns.ledger_empty_text)
                    />
                }
            }
        />
    }
    .into_any()
}

fn columns() -> Vec<Column<LedgerRow>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, campaigns.recipient),
            move |row: &LedgerRow| {
                let href = here.href(&format!("/audience/people/{}", row.contact_id));
                let name = format!("{} {}", row.first_name, row.last_name).trim().to_owned();
                let name = if name.is_empty() {
                    row.address.clone()
                } else {
                    name
                };
                view! {
                    <a href=href class="font-medium text-ink no-underline hover:underline">{name}</a>
                    <span class="block text-[13px] text-muted break-all">{row.address.clone()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.outcome),
            move |row: &LedgerRow| {
                let tone = match row.outcome.as_deref() {
                    Some("sent") => Tone::Success,
                    Some("failed") => Tone::Danger,
                    Some("suppressed" | "ambiguous") => Tone::Warning,
                    _ => Tone::Neutral,
                };
                let outcome = row.outcome.clone();
                let text = move || match outcome.as_deref() {
                    Some(outcome) => outcome_text(i18n, outcome),
                    None => t_string!(i18n, campaigns.outcome_waiting),
                };
                view! { <Badge text tone /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.reason),
            move |row: &LedgerRow| {
                let row = row.clone();
                let reply = match row.reply_code {
                    Some(code) => format!("{code} {}", row.reply),
                    None => row.reply.clone(),
                };
                view! {
                    <span class="block">
                        {move || {
                            let outcome = row.outcome.clone().unwrap_or_default();
                            if row.rule.is_empty() { String::new() } else { rule_text(i18n, &outcome, &row.rule, row.reply_code) }
                        }}
                    </span>
                    <span class="block max-w-prose text-[13px] text-muted break-words">{reply}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.attempts),
            |row: &LedgerRow| row.attempts.to_string(),
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, campaigns.col_at),
            |row: &LedgerRow| row.at.map(|at| view! { <Moment at /> }),
        )
        .wide_only(),
    ]
}
