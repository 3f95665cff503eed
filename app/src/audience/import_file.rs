//! A file to bring in: chosen and sent.

use super::imports::Steps;
use super::transfer::{self, Transfer};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use types::imports::ImportKind;

#[component]
pub(super) fn NewImport() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let navigate = use_navigate();
    let map = use_query_map();
    let kind = Memo::new(move |_| {
        map.with(|map| map.get("kind"))
            .and_then(|kind| kind.parse().ok())
            .unwrap_or(ImportKind::Contacts)
    });
    let state = RwSignal::new(Transfer::Idle);
    let missing = RwSignal::new(false);
    let file = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Transfer::Done(id) = state.get() {
            navigate(&here.href(&format!("/audience/imports/{id}")), Default::default());
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = file
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        missing.set(chosen.is_none());
        if let Some(file) = chosen {
            let name = String::from(js_sys::encode_uri_component(&file.name()));
            let address = format!(
                "/c-api/{}/uploads/{}?name={name}",
                here.key.get_untracked(),
                kind.get_untracked()
            );
            transfer::send(&file, &address, state);
        }
    };
    let title = move || match kind.get() {
        ImportKind::Contacts => t_string!(i18n, audience.import_title),
        ImportKind::Suppressions => t_string!(i18n, audience.import_list_title),
    };
    let error = Signal::derive(move || match state.get() {
        Transfer::Failed(error) => Some(error),
        _ => None,
    });
    let no_file = Signal::derive(move || {
        missing
            .get()
            .then(|| t_string!(i18n, audience.choose_file_first).to_owned())
    });
    let sending = Signal::derive(move || matches!(state.get(), Transfer::Sending { .. } | Transfer::Done(_)));
    let sent = Signal::derive(move || {
        if let Transfer::Sending { sent, .. } = state.get() {
            sent
        } else {
            0
        }
    });
    let total = Signal::derive(move || {
        if let Transfer::Sending { total, .. } = state.get() {
            total
        } else {
            0
        }
    });
    let name = move || {
        if let Transfer::Sending { name, .. } = state.get() {
            name
        } else {
            String::new()
        }
    };
    view! {
        <Title text=move || title().to_string() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, audience.imports), here.href("/audience/imports")),
            Crumb::here(title),
        ] />
        <PageHeader title=title />
        <Steps at=0 />
        <form class="flex max-w-2xl flex-col gap-5" on:submit=submit novalidate>
            <FormError error />
            <Field
                name="file"
                label=move || t_string!(i18n, audience.file)
                hint=move || t_string!(i18n, audience.file_hint)
                required=true
                error=no_file
            >
                <FileInput accept=".csv,.txt,.tsv,text/csv,text/plain" node_ref=file disabled=sending />
            </Field>
            <Show when=move || sending.get()>
                <div class="flex flex-col gap-2" aria-live="polite">
                    <p class="font-medium">{move || t_string!(i18n, audience.uploading, name = name()).to_string()}</p>
                    <ProgressLine label=move || t_string!(i18n, audience.upload) done=sent total />
                    <p class="text-[13px] text-muted tabular-nums">
                        {move || {
                            let locale = i18n.get_locale();
                            t_string!(
                                i18n,
                                audience.uploaded_megabytes,
                                done = megabytes(locale, sent.get()),
                                total = megabytes(locale, total.get())
                            )
                            .to_string()
                        }}
                    </p>
                </div>
            </Show>
            <div class="flex flex-wrap gap-2">
                <Button r#type="submit" kind=Kind::Primary icon=Icon::Upload busy=sending>{t!(i18n, audience.upload)}</Button>
                <LinkButton href=Signal::derive(move || here.href("/audience/imports"))>{t!(i18n, common.cancel)}</LinkButton>
            </div>
        </form>
    }
    .into_any()
}
