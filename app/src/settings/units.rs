//! The tree of units.

use super::api::list_units;
use super::frame::Frame;
use super::unit_form::UnitDialog;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeMap;
use types::UnitId;
use types::units::Unit;

/// Depth-first, each with its depth, from a list in which parents come before children.
fn tree(units: Vec<Unit>) -> Vec<(usize, Unit)> {
    let known: Vec<UnitId> = units.iter().map(|unit| unit.id).collect();
    let mut below: BTreeMap<Option<UnitId>, Vec<Unit>> = BTreeMap::new();
    for unit in units {
        // The topmost of what is seen hangs nowhere.
        let parent = unit.parent_id.filter(|parent| known.contains(parent));
        below.entry(parent).or_default().push(unit);
    }
    let mut stack: Vec<(usize, Unit)> = below
        .remove(&None)
        .unwrap_or_default()
        .into_iter()
        .rev()
        .map(|unit| (0, unit))
        .collect();
    let mut rows = Vec::new();
    while let Some((depth, unit)) = stack.pop() {
        let children = below.remove(&Some(unit.id)).unwrap_or_default();
        stack.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
        rows.push((depth, unit));
    }
    rows
}

#[component]
pub(super) fn Units() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let version = RwSignal::new(0_u32);
    let units = Resource::new(
        move || (here.key.get(), version.get()),
        |(unit, _)| list_units(unit),
    );
    let open = RwSignal::new(false);
    // The unit to change; none: a new one below `parent`.
    let editing = RwSignal::new(None::<Unit>);
    let parent = RwSignal::new(String::new());
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let create = move |key: String| {
        editing.set(None);
        parent.set(key);
        open.set(true);
    };
    let edit = move |unit: Unit| {
        editing.set(Some(unit));
        open.set(true);
    };
    let row = move |(depth, unit): (usize, Unit)| {
        // Classes, as the policy refuses style attributes; deeper trees look like the fifth level.
        let indent = ["pl-4", "pl-8", "pl-12", "pl-16", "pl-20"][depth.min(4)];
        let (name, key) = (unit.name.clone(), unit.key.clone());
        let (for_edit, for_create) = (unit.name.clone(), unit.name.clone());
        let domains = unit.sender_domains.join(", ");
        let archived = unit.archived_at.is_some();
        let unit = StoredValue::new(unit);
        view! {
            <tr class="border-b border-line last:border-b-0">
                <th scope="row" class=format!("py-2.5 pr-4 text-left font-normal {indent}")>
                    <span class="flex flex-wrap items-center gap-2 font-medium">
                        {name} {archived.then(|| view! { <Badge text=move || t_string!(i18n, settings.archived) /> })}
                    </span>
                    <span class="block text-[13px] text-muted">{key.clone()}</span>
                </th>
                <td class="hidden px-4 py-2.5 text-sm text-muted md:table-cell">{domains}</td>
                <td class="px-4 py-2.5 text-right">
                    <span class="inline-flex gap-1">
                        <IconButton
                            icon=Icon::Edit
                            size=Size::Small
                            label=move || t_string!(i18n, settings.edit_unit, name = for_edit.clone()).to_string()
                            on_click=move |_| edit(unit.get_value())
                        />
                        <IconButton
                            icon=Icon::Plus
                            size=Size::Small
                            label=move || t_string!(i18n, settings.create_below, name = for_create.clone()).to_string()
                            on_click=move |_| create(key.clone())
                        />
                    </span>
                </td>
            </tr>
        }
        .into_any()
    };
    view! {
        <Frame current="units">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, settings.units_text)}</p>
                <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| create(here.key.get_untracked())>
                    {t!(i18n, settings.create_unit)}
                </Button>
            </div>
            <Card flush=true>
                <Transition fallback=|| view! { <SkeletonRows rows=5 /> }>
                    {move || {
                        units
                            .get()
                            .map(|units| match units {
                                Ok(units) => {
                                    view! {
                                        <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, settings.units)>
                                            <table class="w-full border-collapse text-sm">
                                                <caption class="sr-only">{t!(i18n, settings.units)}</caption>
                                                <thead>
                                                    <tr class="border-b border-line text-left text-[13px] text-muted">
                                                        <th scope="col" class="px-4 py-2 font-medium">{t!(i18n, settings.unit)}</th>
                                                        <th scope="col" class="hidden px-4 py-2 font-medium md:table-cell">{t!(i18n, settings.sender_domains)}</th>
                                                        <th scope="col" class="px-4 py-2 text-right font-medium">{t!(i18n, common.all_actions)}</th>
                                                    </tr>
                                                </thead>
                                                <tbody>{tree(units).into_iter().map(row).collect_view()}</tbody>
                                            </table>
                                        </div>
                                    }
                                        .into_any()
                                }
                                Err(error) => {
                                    view! {
                                        <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice>
                                    }
                                        .into_any()
                                }
                            })
                    }}
                </Transition>
            </Card>
            <UnitDialog open editing parent changed />
        </Frame>
    }
    .into_any()
}
