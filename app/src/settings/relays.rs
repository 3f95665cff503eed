//! Relays: which there are, whether they answer, and how fast others take mail.

use super::frame::Frame;
use super::limits::Limits;
use super::relay_form::RelayDialog;
use super::sending_api::{list_relays, test_relay};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::sending::{Relay, RelayLane, RelaySecurity, RelayTrial};
use types::{ApiError, RelayId};

pub(super) fn lane_name(i18n: I18nContext<Locale>, lane: RelayLane) -> &'static str {
    match lane {
        RelayLane::Transactional => t_string!(i18n, sending.lane_transactional),
        RelayLane::Operational => t_string!(i18n, sending.lane_operational),
        RelayLane::Marketing => t_string!(i18n, sending.lane_marketing),
    }
}

pub(super) fn security_name(i18n: I18nContext<Locale>, security: RelaySecurity) -> &'static str {
    match security {
        RelaySecurity::None => t_string!(i18n, sending.security_none),
        RelaySecurity::Opportunistic => t_string!(i18n, sending.security_opportunistic),
        RelaySecurity::Required => t_string!(i18n, sending.security_required),
        RelaySecurity::Implicit => t_string!(i18n, sending.security_implicit),
    }
}

/// The last trial: of which relay, and what it showed.
type Trial = RwSignal<Option<(String, Result<RelayTrial, ApiError>)>>;

/// What a row's buttons do.
#[derive(Clone, Copy)]
struct Acts {
    open: RwSignal<bool>,
    editing: RwSignal<Option<Relay>>,
    trying: RwSignal<Option<RelayId>>,
    trial: Trial,
}

impl Acts {
    fn edit(self, relay: Option<Relay>) {
        self.editing.set(relay);
        self.open.set(true);
    }
}

/// `/c/:unit/settings/relays`
#[component]
pub(super) fn Relays() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&[]);
    let version = RwSignal::new(0_u32);
    let rows = Resource::new(
        move || (here.key.get(), version.get()),
        |(unit, _)| list_relays(unit),
    );
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let acts = Acts {
        open: RwSignal::new(false),
        editing: RwSignal::new(None),
        trying: RwSignal::new(None),
        trial: RwSignal::new(None),
    };
    view! {
        <Frame current="relays">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, sending.relays_text)}</p>
                <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| acts.edit(None)>
                    {t!(i18n, sending.relay_add)}
                </Button>
            </div>
            <TrialNotice trial=acts.trial />
            <Transition>
                {move || {
                    let none = matches!(
                        rows.get(),
                        Some(Ok(page)) if !page.items.is_empty() && page.items.iter().all(|relay| !relay.is_active)
                    );
                    none.then(|| {
                        view! {
                            <div class="mb-4">
                                <Notice tone=Tone::Warning>{t!(i18n, sending.relays_none_active)}</Notice>
                            </div>
                        }
                    })
                }}
            </Transition>
            <DataTable
                caption=move || t_string!(i18n, sending.relays)
                query
                rows
                columns=columns(acts)
                row_id=|row: &Relay| row.id.to_string()
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::Send
                            title=move || t_string!(i18n, sending.relays_empty)
                            text=move || t_string!(i18n, sending.relays_empty_text)
                        >
                            <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| acts.edit(None)>
                                {t!(i18n, sending.relay_add)}
                            </Button>
                        </EmptyState>
                    }
                }
            />
            <RelayDialog open=acts.open editing=acts.editing changed />
            <Limits />
        </Frame>
    }
    .into_any()
}

/// What the last trial showed. The place is always there, so that it is read out when it changes.
#[component]
fn TrialNotice(trial: Trial) -> impl IntoView {
    let i18n = use_i18n();
    let shown = move || {
        trial.get().map(|(name, answer)| match answer {
            Ok(RelayTrial { works: true, .. }) => view! {
                <Notice tone=Tone::Success>
                    {move || t_string!(i18n, sending.relay_test_works, name = name.clone()).to_string()}
                </Notice>
            }
            .into_any(),
            Ok(RelayTrial { trouble, .. }) => view! {
                <Notice
                    tone=Tone::Warning
                    title=move || t_string!(i18n, sending.relay_test_fails, name = name.clone()).to_string()
                >
                    <span class="font-mono text-[13px] break-words">{trouble}</span>
                </Notice>
            }
            .into_any(),
            Err(error) => view! {
                <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
            }
            .into_any(),
        })
    };
    view! {
        <div role="status" class=move || if trial.with(Option::is_some) { "mb-4" } else { "" }>
            {shown}
        </div>
    }
    .into_any()
}

fn columns(acts: Acts) -> Vec<Column<Relay>> {
    let i18n = use_i18n();
    vec![
        Column::new(
            move || t_string!(i18n, common.name),
            move |row: &Relay| {
                view! {
                    <span class="block font-medium">{row.name.clone()}</span>
                    <span class="block text-[13px] break-all text-muted">{format!("{}:{}", row.host, row.port)}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, sending.security),
            move |row: &Relay| {
                let security = row.security;
                move || security_name(i18n, security)
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, sending.relay_serves),
            move |row: &Relay| {
                let lanes = row.lanes.clone();
                view! {
                    <span class="flex flex-wrap gap-1">
                        {lanes.is_empty().then(|| view! { <Badge text=move || t_string!(i18n, sending.relay_all_lanes) /> })}
                        {lanes
                            .into_iter()
                            .map(|lane| view! { <Badge text=move || lane_name(i18n, lane) /> })
                            .collect_view()}
                    </span>
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, sending.relay_order),
            move |row: &Relay| {
                let (priority, weight) = (row.priority, row.weight);
                move || {
                    t_string!(i18n, sending.relay_order_value, priority = priority, weight = weight).to_string()
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.status),
            move |row: &Relay| match row.is_active {
                true => view! { <Badge tone=Tone::Success text=move || t_string!(i18n, sending.relay_active) /> },
                false => view! { <Badge text=move || t_string!(i18n, sending.relay_inactive) /> },
            },
        ),
        Column::new(
            move || t_string!(i18n, common.all_actions),
            move |row: &Relay| view! { <RelayButtons relay=row.clone() acts /> },
        ),
    ]
}

#[component]
fn RelayButtons(relay: Relay, acts: Acts) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let (id, name) = (relay.id, relay.name.clone());
    let (for_edit, for_test) = (name.clone(), name.clone());
    let relay = StoredValue::new(relay);
    let test = Action::new(move |(): &()| {
        let (unit, name) = (here.key.get_untracked(), name.clone());
        acts.trying.set(Some(id));
        acts.trial.set(None);
        async move {
            let answer = test_relay(unit, id).await;
            acts.trying.set(None);
            acts.trial.set(Some((name, answer)));
        }
    });
    view! {
        <span class="relative flex flex-wrap gap-2">
            <Button size=Size::Small on_click=move |_| acts.edit(Some(relay.get_value()))>
                {t!(i18n, sending.edit)}
                <span class="sr-only">{for_edit}</span>
            </Button>
            <Button
                size=Size::Small
                kind=Kind::Quiet
                busy=Signal::derive(move || acts.trying.get() == Some(id))
                on_click=move |_| { test.dispatch(()); }
            >
                {t!(i18n, sending.relay_test)}
                <span class="sr-only">{for_test}</span>
            </Button>
        </span>
    }
    .into_any()
}
