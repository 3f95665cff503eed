//! Notices, progress, waiting, emptiness, and a list that lives in the address.

use super::gallery::Group;
use crate::ui::*;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use types::{ApiError, Page, PageQuery};

#[component]
pub(super) fn Feedback() -> impl IntoView {
    view! {
        <Group title="Feedback">
            <Notice>"The audience is counted again when the send starts."</Notice>
            <Notice tone=Tone::Success title="Approved">"Jan Kowalski approved this yesterday at 14:02."</Notice>
            <Notice tone=Tone::Warning>"Three people lack a first name; they read “there” instead."</Notice>
            <Notice tone=Tone::Danger title="The send has stopped">"The relay does not answer. Nothing is lost."</Notice>
            <Card>
                <Progress
                    label="Open day 2026"
                    done=Signal::stored(31_204)
                    total=Signal::stored(48_120)
                    rate=Signal::stored(1180.0)
                    actions=|| view! {
                        <Button size=Size::Small icon=Icon::Pause>"Pause"</Button>
                        <Button size=Size::Small icon=Icon::Stop>"Cancel"</Button>
                    }
                />
            </Card>
            <Card><Progress label="people.csv" done=Signal::stored(120_400) total=Signal::stored(0) /></Card>
            <Card flush=true><SkeletonRows rows=4 /></Card>
            <Spinner />
            <Card>
                <EmptyState icon=Icon::Audience title="Nobody here yet" text="Import a CSV file with your people, or add somebody by hand.">
                    <Button kind=Kind::Primary icon=Icon::Upload>"Import people"</Button>
                    <Button>"Add somebody"</Button>
                </EmptyState>
            </Card>
        </Group>
        <Group title="Table">
            <List />
        </Group>
    }
    .into_any()
}

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    id: u32,
    name: String,
    state: String,
    people: u64,
}

/// Answers as a server would: searched, filtered, sorted, paged.
fn page(query: &PageQuery) -> Page<Row> {
    let names = [
        "Open day",
        "Term dates",
        "Library hours",
        "Scholarships",
        "Alumni evening",
        "Shop sale",
        "Exam plan",
    ];
    let states = ["draft", "finished"];
    let mut rows: Vec<Row> = (0..37_u32)
        .map(|id| Row {
            id,
            name: format!("{} {}", names[id as usize % names.len()], 2020 + id % 7),
            state: states[id as usize % 2].to_owned(),
            people: u64::from(id) * 1_337 % 9_001,
        })
        .filter(|row| row.name.to_lowercase().contains(&query.search.to_lowercase()))
        .filter(|row| query.filters.get("state").is_none_or(|state| *state == row.state))
        .collect();
    match query.sort_by() {
        ("people", descending) => rows.sort_by_key(|row| {
            if descending {
                u64::MAX - row.people
            } else {
                row.people
            }
        }),
        ("name", false) => rows.sort_by(|a, b| a.name.cmp(&b.name)),
        ("name", true) => rows.sort_by(|a, b| b.name.cmp(&a.name)),
        _ => {}
    }
    let total = rows.len();
    let start: usize = query
        .after
        .as_deref()
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let items: Vec<Row> = rows.into_iter().skip(start).take(8).collect();
    let next = (start + items.len() < total).then(|| (start + items.len()).to_string());
    Page {
        items,
        next,
        total: Some(total as u64),
        estimated: false,
    }
}

#[component]
fn List() -> impl IntoView {
    let query = use_list_query(&["state"]);
    let rows = Resource::new(
        move || query.get(),
        |query| async move { Ok::<_, ApiError>(page(&query)) },
    );
    let selected = RwSignal::new(BTreeSet::new());
    let columns = vec![
        Column::new(
            "Name",
            |row: &Row| view! { <a href="#" class="font-medium text-ink">{row.name.clone()}</a> },
        )
        .sortable("name"),
        Column::new("State", |row: &Row| {
            let tone = if row.state == "draft" {
                Tone::Neutral
            } else {
                Tone::Success
            };
            view! { <Badge text=row.state.clone() tone /> }
        }),
        Column::new("People", |row: &Row| row.people.to_string())
            .figures()
            .sortable("people")
            .wide_only(),
    ];
    let states = || {
        vec![
            ("draft".to_owned(), "Draft".to_owned()),
            ("finished".to_owned(), "Finished".to_owned()),
        ]
    };
    view! {
        <DataTable
            caption="Messages"
            query
            rows
            columns
            row_id=|row: &Row| row.id.to_string()
            row_name=|row: &Row| row.name.clone()
            empty=|| view! { <EmptyState title="Nothing here yet" /> }
            search="Search messages"
            filters=move || view! { <FilterSelect key="state" label="State" options=Signal::derive(states) /> }
            selected
            bulk=|| view! { <Button size=Size::Small icon=Icon::Delete>"Archive"</Button> }
        />
    }
    .into_any()
}
