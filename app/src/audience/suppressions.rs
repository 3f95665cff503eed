//! Addresses never to write to.

use super::{AudienceTabs, api, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::SuppressionId;
use types::access::Permission;
use types::suppressions::{Suppression, SuppressionInput, SuppressionReason};

#[component]
pub(super) fn Suppressions() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["reason"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| api::suppressions(unit, query),
    );
    let adding = RwSignal::new(false);
    let removing = RwSignal::new(None::<(SuppressionId, String)>);
    let changed = Callback::new(move |()| rows.refetch());
    let reasons = move || {
        let locale = i18n.get_locale();
        SuppressionReason::ALL
            .iter()
            .map(|r| (r.as_str().to_owned(), words::reason(locale, *r).0))
            .collect::<Vec<_>>()
    };
    view! {
        <Title text=move || t_string!(i18n, audience.suppressions).to_string() />
        <PageHeader
            title=move || t_string!(i18n, audience.title)
            text=move || t_string!(i18n, audience.suppressions_text)
            actions=move || {
                view! {
                    <Show when=move || here.may(Permission::ManageSuppressions)>
                        <LinkButton
                            href=Signal::derive(move || here.href("/audience/imports/new?kind=suppressions"))
                            icon=Icon::Upload
                        >
                            {t!(i18n, audience.import_list)}
                        </LinkButton>
                        <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| adding.set(true)>
                            {t!(i18n, audience.add_address)}
                        </Button>
                    </Show>
                }
            }
        />
        <AudienceTabs selected="suppressions" />
        <DataTable
            caption=move || t_string!(i18n, audience.suppressions)
            query
            rows
            columns=columns(removing)
            row_id=|row: &Suppression| row.id.to_string()
            search=move || t_string!(i18n, audience.search_addresses)
            filters=move || {
                view! { <FilterSelect key="reason" label=move || t_string!(i18n, audience.reason) options=Signal::derive(reasons) /> }
            }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Ban
                        title=move || t_string!(i18n, audience.empty_suppressions_title)
                        text=move || t_string!(i18n, audience.empty_suppressions_text)
                    />
                }
            }
        />
        <Add open=adding changed />
        <Remove what=removing changed />
    }
    .into_any()
}

fn columns(removing: RwSignal<Option<(SuppressionId, String)>>) -> Vec<Column<Suppression>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, common.email),
            |row: &Suppression| row.address.clone(),
        ),
        Column::new(
            move || t_string!(i18n, audience.reason),
            move |row: &Suppression| {
                let reason = row.reason;
                view! {
                    <span>{move || words::reason(i18n.get_locale(), reason).0}</span>
                    {(!row.detail.is_empty()).then(|| view! { <span class="block text-[13px] text-muted">{row.detail.clone()}</span> })}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, audience.holds_for),
            move |row: &Suppression| {
                let everywhere = row.everywhere;
                move || {
                    if everywhere {
                        t_string!(i18n, audience.everywhere)
                    } else {
                        t_string!(i18n, audience.this_unit)
                    }
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.came_by),
            move |row: &Suppression| {
                let source = row.source.clone();
                move || words::source(i18n.get_locale(), &source)
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.col_when),
            |row: &Suppression| {
                view! { <Moment at=row.created_at style=TimeStyle::Date /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, common.all_actions),
            move |row: &Suppression| {
                let (id, address, own) = (row.id, row.address.clone(), !row.everywhere);
                view! {
                    <Show when=move || own && here.may(Permission::ManageSuppressions)>
                        <IconButton
                            icon=Icon::Delete
                            size=Size::Small
                            label={
                                let address = address.clone();
                                move || format!("{} {address}", t_string!(i18n, common.remove))
                            }
                            on_click={
                                let address = address.clone();
                                move |_| removing.set(Some((id, address.clone())))
                            }
                        />
                    </Show>
                }
            },
        ),
    ]
}

#[component]
fn Add(open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let address = RwSignal::new(String::new());
    let detail = RwSignal::new(String::new());
    let reason = RwSignal::new(SuppressionReason::Unwanted.as_str().to_owned());
    let add = Action::new(move |input: &SuppressionInput| {
        let (unit, input) = (here.key.get_untracked(), input.clone());
        async move { api::suppress(unit, input).await }
    });
    let failed = Signal::derive(move || add.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if let Some(Ok(())) = add.value().get() {
            open.set(false);
            address.set(String::new());
            detail.set(String::new());
            toasts.success(t_string!(i18n, audience.address_added));
            changed.run(());
        }
    });
    let choices = move || {
        let locale = i18n.get_locale();
        [
            SuppressionReason::Unwanted,
            SuppressionReason::Undeliverable,
            SuppressionReason::Complaint,
        ]
        .into_iter()
        .map(|reason| {
            let (name, hint) = words::reason(locale, reason);
            Choice::new(reason.as_str(), name).hint(hint)
        })
        .collect::<Vec<_>>()
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=add.pending() on_click=move |_| {
                add.dispatch(SuppressionInput {
                    address: address.get_untracked(),
                    reason: reason.get_untracked().parse().unwrap_or(SuppressionReason::Unwanted),
                    detail: detail.get_untracked(),
                });
            }>{t!(i18n, common.add)}</Button>
        }
    };
    view! {
        <Dialog id="add-address" open title=move || t_string!(i18n, audience.add_address) footer>
            <Provider value=FieldErrors::new(failed)>
                <div class="flex flex-col gap-4">
                    <FormError error=failed />
                    <Field name="address" label=move || t_string!(i18n, common.email) required=true>
                        <TextInput bind=address r#type="email" autocomplete="off" />
                    </Field>
                    <RadioGroup name="reason" legend=move || t_string!(i18n, audience.reason) choices=choices() bind=reason />
                    <Field name="detail" label=move || t_string!(i18n, audience.remark)>
                        <TextInput bind=detail maxlength=300 autocomplete="off" />
                    </Field>
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Remove(what: RwSignal<Option<(SuppressionId, String)>>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let why = RwSignal::new(String::new());
    let remove = Action::new(move |(id, why): &(SuppressionId, String)| {
        let (unit, id, why) = (here.key.get_untracked(), *id, why.clone());
        async move { api::unsuppress(unit, id, why).await }
    });
    let failed = Signal::derive(move || remove.value().get().and_then(Result::err));
    // Each row's button says what; the dialog follows.
    Effect::new(move |_| {
        if what.with(Option::is_some) {
            remove.value().set(None);
            why.set(String::new());
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            what.set(None);
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(())) = remove.value().get() {
            open.set(false);
            toasts.success(t_string!(i18n, audience.address_removed));
            changed.run(());
        }
    });
    let address = move || {
        what.with(|what| {
            what.as_ref()
                .map(|(_, address)| address.clone())
                .unwrap_or_default()
        })
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Danger busy=remove.pending() on_click=move |_| {
                if let Some((id, _)) = what.get_untracked() {
                    remove.dispatch((id, why.get_untracked()));
                }
            }>{t!(i18n, common.remove)}</Button>
        }
    };
    view! {
        <Dialog
            id="remove-address"
            open
            title=move || t_string!(i18n, audience.remove_address_title, address = address()).to_string()
            footer
        >
            <Provider value=FieldErrors::new(failed)>
                <div class="flex flex-col gap-4">
                    <FormError error=failed />
                    <p>{t!(i18n, audience.remove_address_text)}</p>
                    <Field name="why" label=move || t_string!(i18n, audience.why) required=true>
                        <TextInput bind=why maxlength=300 autocomplete="off" />
                    </Field>
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}
